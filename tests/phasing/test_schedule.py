"""What a schedule must keep, at the edges and on made-up regions."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from schedule_cases import VILLAGE, Case, Demand, Element, account, answers_of, large_case, nouns_of

from karez.errors import Infeasible
from karez.model.schedule import Schedule
from karez.phasing import pose, schedule
from karez.solving.schedule import contract

NEAR = {"stop_gap": 0.01}
"""Near enough for tests, and soon reached."""


def made(case: Case, seed: int = 0) -> Schedule:
    """Schedule a case, and check what every schedule must keep."""
    found = schedule(*nouns_of(case), seed=seed)
    answer = account(case, answers_of(case, found), nouns_of(case))
    service, cost = found.certificates
    assert answer.feasible
    assert service.value == pytest.approx(answer.service, rel=1e-9)
    assert cost.value == pytest.approx(answer.cost, rel=1e-9)
    assert service.bound is not None
    assert cost.bound is not None
    assert service.value <= service.bound * (1 + 1e-12)
    assert cost.value >= cost.bound * (1 - 1e-12)
    return found


def test_village_builds_the_trunk_once_it_can_pay_it() -> None:
    found = made(VILLAGE)
    assert found.element_year.tolist() == [2, 2, 2, 0]
    assert found.site_year.tolist() == [2, 2, 1]


def test_without_money_nothing_is_built_and_the_gaps_are_nil() -> None:
    found = made(replace(VILLAGE, budget=(0.0, 0.0, 0.0)))
    assert not found.element_year.any()
    assert not found.site_year.any()
    assert (found.site_option == -1).all()
    assert [certificate.gap for certificate in found.certificates] == [0.0, 0.0]


def test_with_money_to_spare_every_site_gets_fibre_in_year_one() -> None:
    found = made(replace(VILLAGE, budget=(1e6, 0.0, 0.0)))
    assert (found.site_year == 1).all()
    assert (found.element_year == 1).all()
    assert found.certificates[0].gap == pytest.approx(0.0, abs=1e-8)


def test_a_budget_that_pays_just_what_is_needed_is_enough() -> None:
    found = made(replace(VILLAGE, budget=(180.0, 0.0, 0.0)))
    assert (found.site_year == 1).all()


def test_unspent_money_carries_forward_but_never_back() -> None:
    one = Case((Element(-1, 10.0, source_from=1),), (Demand(0, 5.0, fibre=10.0),), budget=(15.0, 15.0), inflation=0.0)
    assert made(one).site_year.tolist() == [2]
    assert made(replace(one, budget=(20.0, 0.0))).site_year.tolist() == [1]
    assert made(replace(one, budget=(0.0, 20.0))).site_year.tolist() == [2]


def test_prices_rise_with_the_price_level() -> None:
    one = Case((Element(-1, 0.0, source_from=1),), (Demand(0, 5.0, fibre=20.0),), budget=(19.0, 1.1), inflation=0.1)
    assert made(one).site_year.tolist() == [0]
    assert made(replace(one, budget=(19.0, 3.0))).site_year.tolist() == [2]


def test_nothing_behind_a_late_source_is_built_before_it() -> None:
    late = replace(VILLAGE, elements=(replace(VILLAGE.elements[0], source_from=3), *VILLAGE.elements[1:]))
    found = made(replace(late, budget=(500.0, 0.0, 0.0)))
    assert found.element_year.tolist() == [3, 3, 3, 3]
    assert set(found.elements["earliest_year"]) == {3}


def test_a_source_that_never_comes_leaves_fibre_out() -> None:
    never = replace(VILLAGE, elements=(replace(VILLAGE.elements[0], source_from=4), *VILLAGE.elements[1:]))
    found = made(replace(never, budget=(500.0, 0.0, 0.0)))
    assert not found.element_year.any()
    assert found.options.loc[found.options["chosen"], "technology"].tolist() == ["satellite"] * 3


def test_sites_wait_for_their_earliest_year() -> None:
    sites = (replace(VILLAGE.sites[0], earliest=2), *VILLAGE.sites[1:])
    assert made(replace(VILLAGE, sites=sites, budget=(1e4, 0.0, 0.0))).site_year.tolist() == [2, 1, 1]


def test_a_mandatory_site_gets_fibre_or_nothing() -> None:
    sites = tuple(replace(site, mandatory=True) for site in VILLAGE.sites)
    found = made(replace(VILLAGE, sites=sites, budget=(30.0, 0.0, 0.0)))
    assert (found.site_option == -1).all()
    assert "satellite" not in set(found.options["technology"])


def test_sites_designed_for_their_alternative_need_no_tree() -> None:
    case = Case((), (Demand(None, 10.0, alternative=5.0), Demand(None, 20.0, alternative=5.0)), budget=(5.0, 6.0))
    found = made(case)
    assert found.site_year.tolist() == [2, 1]
    assert len(found.elements) == 0


def test_sites_without_any_option_stay_unserved() -> None:
    found = made(Case((), (Demand(None, 10.0),), budget=(5.0,)))
    assert found.site_option.tolist() == [-1]
    assert len(found.options) == 0


def test_a_budget_that_pays_upkeep_serves_less() -> None:
    case = Case(
        (Element(-1, 10.0, source_from=1), Element(0, 10.0, opex=4.0)),
        (Demand(1, 10.0, fibre=10.0, opex=4.0),),
        budget=(30.0, 0.0, 0.0),
        inflation=0.0,
    )
    assert made(case).site_year.tolist() == [1]
    assert made(replace(case, pays=("capex", "opex"))).site_year.tolist() == [3]
    assert made(replace(case, pays=("capex", "opex"), budget=(30.0, 8.0, 8.0))).site_year.tolist() == [1]


def test_of_two_ways_to_the_same_service_the_cheaper_is_taken() -> None:
    case = Case(
        (Element(-1, 50.0, source_from=1),),
        (Demand(0, 10.0, fibre=10.0, alternative=20.0, quality=1.0),),
        budget=(1000.0,),
    )
    found = made(case)
    assert found.options.loc[found.options["chosen"], "technology"].tolist() == ["satellite"]
    assert found.element_year.tolist() == [0]


def test_a_share_holds_the_large_project_back() -> None:
    case = Case(
        (Element(-1, 0.0, source_from=1),),
        (*[Demand(0, 10.0, fibre=10.0) for _ in range(8)], Demand(0, 1.0, fibre=20.0, project=1)),
        budget=(100.0,),
        projects=2,
        shares=(0.0, 0.4),
    )
    found = made(case)
    assert (found.site_year > 0).sum() == 4
    assert found.site_year[-1] == 1


def test_a_required_target_goes_before_service() -> None:
    case = Case(
        (Element(-1, 0.0, source_from=1),),
        (Demand(0, 100.0, fibre=10.0), Demand(0, 1.0, fibre=10.0, project=1)),
        budget=(10.0, 15.0),
        projects=2,
        targets=((), ((1, 1.0, True),)),
    )
    assert made(case).site_year.tolist() == [2, 1]
    assert made(replace(case, targets=((), ((1, 1.0, False),)))).site_year.tolist() == [1, 2]


def test_what_is_served_already_counts_for_the_target() -> None:
    case = Case((), (Demand(None, 10.0, served=0.6),), budget=(0.0,), targets=(((1, 0.6, True),),))
    assert not made(case).site_year.any()


def test_the_larger_of_two_targets_of_a_year_holds() -> None:
    case = Case((), (Demand(None, 10.0, alternative=1.0, quality=1.0),), budget=(0.0,))
    with pytest.raises(Infeasible):
        schedule(*nouns_of(replace(case, targets=(((1, 0.5, True), (1, 0.0, True)),))))


def test_an_infeasible_target_names_itself_and_the_budgets_against_it() -> None:
    case = replace(VILLAGE, targets=(((2, 1.0, True),),))
    with pytest.raises(Infeasible, match=r"target:p0:2027 \(short .* stand: budget:1, budget:2") as caught:
        schedule(*nouns_of(case))
    assert caught.value.exit_code == 3


def test_a_target_no_money_can_meet_says_so() -> None:
    case = Case((), (Demand(None, 10.0),), budget=(1e9,), targets=(((1, 0.5, True),),))
    with pytest.raises(Infeasible, match="No money would help"):
        schedule(*nouns_of(case))


def test_a_target_that_only_a_divided_site_would_meet_is_infeasible() -> None:
    case = Case(
        (),
        tuple(Demand(None, 10.0, alternative=10.0, quality=1.0) for _ in range(2)),
        budget=(15.0,),
        targets=(((1, 0.7, True),),),
    )
    with pytest.raises(Infeasible, match="cannot be divided"):
        schedule(*nouns_of(case))


def test_a_fibre_site_the_tree_does_not_reach_is_refused() -> None:
    inputs, graph, prices, design = nouns_of(VILLAGE)
    broken = replace(design, site_element=np.full(3, -1, np.int32))
    with pytest.raises(ValueError, match="does not reach"):
        schedule(inputs, graph, prices, broken)


@pytest.mark.parametrize("scale", [0.3, 0.6, 1.0, 1.5])
def test_made_up_regions_are_proven_near_best_at_every_budget(scale: float) -> None:
    service, cost = made(replace(large_case(seed=7, scale=scale), phasing=NEAR)).certificates
    assert service.gap is not None
    assert cost.gap is not None
    assert service.gap <= 0.01
    assert cost.gap <= 0.02


@pytest.mark.parametrize("share", [0.05, 0.2])
def test_made_up_regions_keep_their_shares(share: float) -> None:
    service, _ = made(replace(large_case(seed=3, places=40, share=share), phasing=NEAR)).certificates
    assert service.gap is not None
    assert service.gap <= 0.01


def test_a_target_near_the_most_that_can_be_reached_is_met() -> None:
    case = large_case(seed=5)
    weight = sum(site.weight for site in case.sites if site.project == 0)
    met = replace(case, targets=(((2, 0.35, True),), (), ()), phasing=NEAR)
    found = made(met)
    in_time = [
        s.weight for s, a in zip(case.sites, answers_of(met, found), strict=True) if s.project == 0 and a[1] <= 2
    ]
    assert sum(in_time) >= 0.35 * weight


def test_multipliers_are_never_negative_and_named_like_the_constraints() -> None:
    found = made(replace(large_case(seed=2, places=6, share=0.1), targets=(((2, 0.1, True),), (), ()), phasing=NEAR))
    names = found.constraints["name"].tolist()
    assert list(found.multipliers["schedule"]) == names[:-1]
    assert list(found.multipliers["schedule_cost"]) == names
    assert names[:4] == ["budget:1", "budget:2", "budget:3", "budget:4"]
    assert names[4:] == ["share:p0", "share:p1", "share:p2", "target:p0:2027", "service"]
    assert min(min(prices.values()) for prices in found.multipliers.values()) >= 0.0


def test_elements_are_there_when_the_first_thing_behind_them_is() -> None:
    case = replace(large_case(seed=4), phasing=NEAR)
    found = made(case)
    never = case.years + 1
    year = np.where(found.element_year > 0, found.element_year, never).astype(int)
    needed = np.full(len(year), never)
    fibre = found.options[found.options["chosen"] & (found.options["element"] >= 0)]
    np.minimum.at(needed, fibre["element"].to_numpy(), fibre["year"].to_numpy(int) - 2025)
    for e in range(len(year) - 1, 0, -1):
        needed[case.elements[e].parent] = min(needed[case.elements[e].parent], needed[e])
    assert (year == needed).all()


def test_equal_seeds_give_equal_schedules() -> None:
    case = replace(large_case(seed=9, places=12, scale=0.3), phasing={"stop_gap": 0.0001})
    one, two = schedule(*nouns_of(case), seed=3), schedule(*nouns_of(case), seed=3)
    assert (one.site_year == two.site_year).all()
    assert (one.site_option == two.site_option).all()
    assert one.multipliers == two.multipliers
    pd.testing.assert_frame_equal(one.elements, two.elements)
    pd.testing.assert_frame_equal(one.options, two.options)


def test_contracting_loses_no_cost_of_what_can_be_built() -> None:
    whole = pose(*nouns_of(large_case(seed=6))).problem
    small = contract(whole)
    before, after = (part.features[:, [0]].toarray().ravel() for part in (whole, small))
    assert small.elements < whole.elements
    assert (small.option_site == whole.option_site).all()
    gone = before[: whole.elements].sum() - after[: small.elements].sum()
    folded = after[small.elements :].sum() - before[whole.elements :].sum()
    fibre = set(whole.owner[whole.owner >= 0].tolist())
    useful = np.zeros(whole.elements, bool)
    for e in range(whole.elements - 1, -1, -1):
        useful[e] |= e in fibre
        if useful[e] and whole.parent[e] >= 0:
            useful[whole.parent[e]] = True
    assert gone - folded == pytest.approx(before[: whole.elements][~useful].sum())


def test_without_branch_and_bound_nodes_there_is_still_a_schedule() -> None:
    case = replace(large_case(seed=3, places=10, share=0.2), phasing={"stop_gap": 0.0, "node_limit": 0})
    assert made(case).site_year.any()


def test_progress_runs_to_the_end_and_never_back() -> None:
    told: list[float] = []
    schedule(*nouns_of(VILLAGE), progress=told.append)
    assert told == sorted(told)
    assert told[-1] == 1.0


def test_notes_count_what_the_budget_left_out() -> None:
    found = made(replace(VILLAGE, budget=(0.0, 0.0, 0.0)))
    assert found.notes[0].count == 3
    assert found.notes[0].ids == ("s0", "s1", "s2")

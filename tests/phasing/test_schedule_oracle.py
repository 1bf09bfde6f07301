"""Small programmes against every schedule there is."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schedule_cases import Case, Demand, Element, account, answers_of, every_schedule, nouns_of

from karez.errors import Infeasible
from karez.phasing import schedule

MONEY = st.integers(0, 40).map(float)


@st.composite
def cases(draw: st.DrawFn, sites: int = 3, years: int = 2, projects: int = 1, targets: bool = False) -> Case:
    """Small trees with a few sites, every kind of option, tight and loose budgets."""
    elements = [Element(-1, draw(MONEY), source_from=draw(st.integers(1, years + 1)))]
    elements += [
        Element(draw(st.integers(-1, number)), draw(MONEY), draw(st.integers(0, 3)) * 1.0)
        for number in range(draw(st.integers(0, 3)))
    ]
    demands = []
    for _ in range(draw(st.integers(1, sites))):
        element = draw(st.none() | st.integers(0, len(elements) - 1))
        alternative = draw(st.none() | MONEY)
        demands.append(
            Demand(
                element,
                draw(st.integers(0, 30)) * 1.0,
                fibre=draw(MONEY),
                alternative=alternative,
                quality=draw(st.sampled_from([0.5, 1.0])),
                opex=draw(st.integers(0, 3)) * 1.0,
                alternative_opex=draw(st.integers(0, 3)) * 1.0,
                project=draw(st.integers(0, projects - 1)),
                earliest=draw(st.sampled_from([1, 1, 1, years])),
                mandatory=draw(st.booleans()),
                served=draw(st.sampled_from([0.0, 0.0, 0.5, 1.0])),
            )
        )
    shares = draw(st.tuples(*[st.sampled_from([0.0, 0.2, 0.5])] * projects)) if projects > 1 else ()
    aims = ()
    if targets:
        aim = st.tuples(st.integers(1, years), st.sampled_from([0.3, 0.6, 1.0]), st.booleans())
        aims = draw(st.tuples(*[st.lists(aim, max_size=2).map(tuple)] * projects))
    return Case(
        tuple(elements),
        tuple(demands),
        budget=draw(st.tuples(*[st.integers(0, 60).map(float)] * years)),
        projects=projects,
        priorities=draw(st.tuples(*[st.sampled_from([1.0, 2.0])] * projects)),
        shares=shares,
        targets=aims,
        pays=draw(st.sampled_from([("capex",), ("capex", "opex"), ("opex",), ()])),
        inflation=draw(st.sampled_from([0.0, 0.02, 0.3, -0.1])),
        phasing={"stop_gap": 0.0},
    )


def agrees(case: Case) -> None:
    best = every_schedule(case)
    if best is None:
        with pytest.raises(Infeasible, match=r"budget|target|share|fixed|floor|places|crew"):
            schedule(*nouns_of(case))
        return
    made = schedule(*nouns_of(case))
    answer = account(case, answers_of(case, made), nouns_of(case))
    service, cost = made.certificates
    assert answer.feasible
    assert answer.service == pytest.approx(best[0], rel=1e-8, abs=1e-8)
    assert answer.cost == pytest.approx(best[1], rel=1e-8, abs=1e-8)
    assert service.value == pytest.approx(answer.service, rel=1e-9, abs=1e-9)
    assert cost.value == pytest.approx(answer.cost, rel=1e-9, abs=1e-9)
    assert service.bound is not None
    assert cost.bound is not None
    assert service.bound >= best[0] * (1 - 1e-12)
    assert cost.bound <= best[1] * (1 + 2e-9) + 1e-9


SLOW = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@SLOW
@given(cases())
def test_schedule_is_the_best_of_all_schedules_on_small_trees(case: Case) -> None:
    agrees(case)


@SLOW
@given(cases(sites=2, years=3))
def test_schedule_is_the_best_of_all_schedules_over_three_years(case: Case) -> None:
    agrees(case)


@st.composite
def sharing(draw: st.DrawFn) -> Case:
    """Small cases whose alternatives share the capacity of one or two cells."""
    case = draw(cases(sites=3, years=2))
    limits = draw(st.lists(st.integers(0, 12).map(float), min_size=1, max_size=2))
    sites = [
        replace(site, mbps=draw(st.integers(0, 8)) * 1.0, cell=draw(st.integers(-1, len(limits) - 1)))
        for site in case.sites
    ]
    return replace(case, sites=tuple(sites), cells=tuple(limits))


@SLOW
@given(sharing())
def test_schedule_is_the_best_that_cells_have_room_for(case: Case) -> None:
    agrees(case)
    made = schedule(*nouns_of(case))
    free = schedule(*nouns_of(replace(case, cells=(), sites=tuple(replace(site, cell=-1) for site in case.sites))))
    assert free.service >= made.service * (1 - 1e-9)


@st.composite
def ruled(draw: st.DrawFn) -> Case:
    """Small cases with crews, floors, maximum shares, targets by place, works of two years and fixed years."""
    years = draw(st.sampled_from([2, 2, 3]))
    case = draw(cases(sites=2, years=years, projects=2, targets=True))
    spans = [number for number, element in enumerate(case.elements) if element.source_from is None]
    elements = [
        replace(element, km=draw(st.integers(0, 4)) * 1.0, method=draw(st.sampled_from(["buried", "aerial"])))
        for element in case.elements
    ]
    sites = [
        replace(
            site,
            area=draw(st.sampled_from(["a0", "a1"])),
            place=draw(st.sampled_from(["", "one"])),
            priority=draw(st.sampled_from([0.0, 1.0, 3.0])),
        )
        for site in case.sites
    ]
    capacity = st.just(()) | st.tuples(*[st.integers(0, 6).map(float)] * years)
    crew = st.tuples(capacity, st.sampled_from([None, 1.5, 3.0]))
    year, share = st.integers(1, years), st.sampled_from([0.3, 0.6, 1.0])
    aim = st.tuples(year, share, st.just(True), st.just("place"))
    names = [f"s{number}" for number in range(len(sites))] + [f"e{number}" for number in spans]
    entry = st.tuples(st.sampled_from(names), st.none() | year)
    return replace(
        case,
        elements=tuple(elements),
        sites=tuple(sites),
        most_shares=draw(st.sampled_from([(), (), (1.0, 0.5), (0.7, 0.7)])),
        targets=tuple((*aims, *draw(st.lists(aim, max_size=1))) for aims in case.targets or ((), ())),
        crews=draw(st.dictionaries(st.sampled_from(["buried", "aerial"]), crew, max_size=2)),
        floors=tuple(draw(st.lists(st.tuples(st.sampled_from(["", "a0"]), year, share), max_size=1))),
        fixed=tuple(draw(st.lists(entry, max_size=2, unique_by=lambda pair: pair[0]))),
    )


@settings(SLOW, max_examples=120)
@given(ruled())
def test_schedule_is_the_best_of_all_that_keep_every_rule(case: Case) -> None:
    agrees(case)


@SLOW
@given(cases(projects=2, targets=True))
def test_schedule_is_the_best_of_all_that_keep_shares_and_required_targets(case: Case) -> None:
    agrees(case)

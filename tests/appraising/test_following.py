"""A plan followed at many draws: exactly the plan where nothing changes, and what a plain walk finds where it does."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from karez.appraising.drawing import draw, one_at_a_time
from karez.appraising.draws import cash_basis, reprice_draws
from karez.appraising.exposure import expose
from karez.appraising.following import follow
from karez.appraising.risk import as_planned, net_present_value
from karez.appraising.tables import Decided
from karez.appraising.worth import coverage_by_year, money_by_year
from karez.flow.plan import decide
from karez.flow.progress import Stages, silent
from karez.kernels.following import follow_order, slip_last
from karez.reading import read
from projects import tiny_project


@pytest.fixture(scope="module")
def decided(tmp_path_factory: pytest.TempPathFactory) -> Decided:
    """The small project, decided."""
    return decide(read(tiny_project(tmp_path_factory.mktemp("tiny"))), seed=0, stages=Stages(silent))


def as_set(decided: Decided):
    exposure = expose(decided)
    drawn = draw(decided.inputs.programme, decided.prices.catalogue, 1, seed=0)
    return exposure, as_planned(exposure, drawn, decided.prices.catalogue.table["rate_real"].to_numpy())


def test_at_its_own_prices_the_plan_comes_out_as_planned(decided: Decided) -> None:
    exposure, row = as_set(decided)
    followed, money = follow(exposure, row), money_by_year(decided)
    homes = decided.inputs.sites["households"].notna().to_numpy()
    coverage, anyhow = coverage_by_year(decided, homes)
    np.testing.assert_allclose(followed.capex[0], money["capex_real"], atol=0.5)
    np.testing.assert_allclose(followed.present[0], decided_present(decided), atol=1.0)
    np.testing.assert_allclose(followed.over_nominal[0], -money["carried_nominal"], atol=1.0)
    np.testing.assert_allclose(followed.coverage[0], coverage, rtol=1e-12)
    np.testing.assert_allclose(followed.coverage_any[0], anyhow, rtol=1e-12)
    assert followed.late[0] == followed.out[0] == 0
    assert followed.holds.all()


def decided_present(decided: Decided) -> float:
    year = np.maximum(decided.schedule.site_year, 1) - 1
    sites = decided.prices.option_present_by_year[decided.schedule.site_option, year]
    return float(sites[decided.served].sum() + decided.element_present.sum())


def test_cost_of_every_draw_is_what_the_cash_flow_says(decided: Decided) -> None:
    exposure, basis = expose(decided), cash_basis(decided)
    drawn = draw(decided.inputs.programme, decided.prices.catalogue, 40, seed=3)
    flows = reprice_draws(basis, drawn.rate, basis.take_up * drawn.take_up)
    followed = follow(exposure, drawn)
    np.testing.assert_allclose(followed.capex, flows.capex[:, : exposure.years], rtol=1e-9)
    np.testing.assert_allclose(followed.present, flows.present_cost, rtol=1e-9)


def test_net_present_value_with_all_work_late_is_that_of_a_year_later(decided: Decided) -> None:
    basis = cash_basis(decided)
    drawn = draw(decided.inputs.programme, decided.prices.catalogue, 5, seed=3)
    late = replace(drawn, delay=np.ones_like(drawn.delay))
    wanted = reprice_draws(basis, drawn.rate, basis.take_up * drawn.take_up, 1).npv
    np.testing.assert_allclose(net_present_value(basis, late), wanted, rtol=1e-9)


def test_dearer_prices_cost_more_and_serve_no_earlier(decided: Decided) -> None:
    exposure, row = as_set(decided)
    dear = replace(row, rate=1.3 * row.rate)
    one, other = follow(exposure, row), follow(exposure, dear)
    np.testing.assert_allclose(other.capex, 1.3 * one.capex)
    assert other.service[0] < one.service[0]
    assert not other.holds.all()
    assert (other.late + other.out)[0] > 0


def test_money_left_serves_sites_that_the_plan_leaves_out(decided: Decided) -> None:
    exposure, row = as_set(decided)
    cheap = replace(row, rate=0.5 * row.rate)
    followed = follow(exposure, cheap)
    extra = followed.served[exposure.planned == exposure.years]
    assert extra.sum() > 0
    assert followed.coverage[0, -1] > follow(exposure, row).coverage[0, -1]


def test_delay_never_brings_a_site_forward_and_all_of_it_makes_all_late(decided: Decided) -> None:
    exposure, row = as_set(decided)
    late = follow(exposure, replace(row, delay=np.ones_like(row.delay)))
    assert late.in_time.sum() == 0
    last = exposure.planned == exposure.years - 1
    assert late.served[last].sum() == 0


def test_one_at_a_time_low_prices_cost_no_more_than_high_ones(decided: Decided) -> None:
    exposure = expose(decided)
    rows = one_at_a_time(decided.inputs.programme, decided.prices.catalogue)
    whole = follow(exposure, rows).capex.sum(axis=1)
    assert np.all(whole[1::2] <= whole[2::2] + 1e-6)
    assert np.all(whole[1::2] <= whole[0] + 1e-6)


def test_upkeep_that_the_budget_pays_is_kept_free(tmp_path) -> None:
    project = tiny_project(tmp_path / "tiny")
    text = (project / "programme.toml").read_text()
    (project / "programme.toml").write_text(
        text.replace("budget = [20e6, 40e6, 30e6]", 'budget = [20e6, 40e6, 30e6]\nbudget_pays = ["capex", "opex"]')
    )
    decided = decide(read(project), seed=0, stages=Stages(silent))
    exposure, row = as_set(decided)
    followed = follow(exposure, row)
    np.testing.assert_allclose(followed.over_nominal[0], -money_by_year(decided)["carried_nominal"], atol=1.0)
    assert followed.late[0] == followed.out[0] == 0


# --- against a walk in plain Python ---------------------------------------------------------------------------------

YEARS = 3


@st.composite
def cases(draw_one):
    """Small forests with sites on them, costs, budgets and delays."""
    elements = draw_one(st.integers(1, 6))
    parent = [draw_one(st.integers(-1, e - 1)) for e in range(elements)]
    sites = draw_one(st.integers(1, 7))
    whole = st.integers(0, 20)
    return {
        "parent": np.array(parent, np.int32),
        "element": np.array(
            draw_one(st.lists(st.integers(-1, elements - 1), min_size=sites, max_size=sites)), np.int32
        ),
        "order": np.array(draw_one(st.permutations(range(sites))), np.int32),
        "wanted": np.array(draw_one(st.lists(st.integers(0, YEARS), min_size=sites, max_size=sites)), np.int32),
        "first": np.array(draw_one(st.lists(st.integers(0, 1), min_size=elements, max_size=elements)), np.int32),
        "site": np.array(draw_one(st.lists(whole, min_size=sites, max_size=sites)), float),
        "site_opex": np.array(draw_one(st.lists(st.integers(0, 2), min_size=sites, max_size=sites)), float),
        "span": np.array(draw_one(st.lists(whole, min_size=elements, max_size=elements)), float),
        "budget": np.cumsum(draw_one(st.lists(st.integers(0, 40), min_size=YEARS, max_size=YEARS))).astype(float),
        "pays_opex": draw_one(st.booleans()),
        "delay": np.array(draw_one(st.lists(st.sampled_from([0.0, 0.3, 1.0]), min_size=YEARS, max_size=YEARS))),
    }


def walk(case: dict) -> tuple[list[int], list[int]]:
    """The rule again, with dictionaries and without any cleverness."""
    built: dict[int, int] = {}
    served: dict[int, int] = {}
    bought: list[tuple[int, float, float]] = []

    def spent(year: int, more: tuple[int, float, float]) -> float:
        total = 0.0
        for when, once, yearly in [*bought, more]:
            total += once * (when <= year) + yearly * max(0, year - when) * case["pays_opex"]
        return total

    for site in case["order"].tolist():
        path, here = [], int(case["element"][site])
        while here >= 0 and here not in built:
            path.append(here)
            here = int(case["parent"][here])
        begin = max([int(case["wanted"][site]), *(int(case["first"][e]) for e in path), built.get(here, 0)])
        once = case["site"][site] + sum(case["span"][e] for e in path)
        for year in range(min(begin, YEARS - 1), YEARS):
            more = (year, once, float(case["site_opex"][site]))
            if all(spent(later, more) <= case["budget"][later] + 1e-9 for later in range(year, YEARS)):
                bought.append(more)
                built |= dict.fromkeys(path, year)
                if begin < YEARS:
                    served[site] = year
                break
    return (
        [served.get(site, YEARS) for site in range(len(case["site"]))],
        [built.get(element, YEARS) for element in range(len(case["parent"]))],
    )


@given(cases())
@settings(max_examples=200)
def test_years_are_those_of_a_plain_walk(case: dict) -> None:
    site_year = np.zeros(len(case["site"]), np.int16)
    element_year = np.zeros(len(case["parent"]), np.int16)
    follow_order(
        case["order"],
        case["wanted"],
        np.zeros(len(case["parent"]), np.int32),
        case["element"],
        case["parent"],
        case["first"],
        case["site"],
        case["site_opex"],
        case["span"],
        np.zeros(len(case["parent"])),
        case["budget"],
        np.ones(YEARS),
        True,
        case["pays_opex"],
        site_year,
        element_year,
    )
    assert (site_year.tolist(), element_year.tolist()) == walk(case)


@given(cases())
@settings(max_examples=100)
def test_the_last_share_of_every_year_slips_and_no_more(case: dict) -> None:
    year = case["wanted"].astype(np.int16)
    wanted = np.zeros(len(year), np.int32)
    earliest = np.zeros(len(year), np.int32)
    slip_last(
        case["order"],
        year,
        earliest,
        case["element"],
        case["parent"],
        case["site"],
        case["span"],
        case["delay"],
        wanted,
    )
    for number in range(YEARS):
        of_year = [site for site in case["order"].tolist() if year[site] == number]
        moved = [wanted[site] == number + 1 for site in of_year]
        assert sorted(moved) == moved or any(case["site"][site] == 0 for site in of_year)
        assert not any(moved) or case["delay"][number] > 0
        if case["delay"][number] == 1.0:
            built = sum(case["site"][site] for site in of_year)
            assert built == 0 or moved[-1]
    assert np.all(wanted[year == YEARS] == 0)

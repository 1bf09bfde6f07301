import math
from itertools import product

import pytest
from bare_run import bare_run, settings
from hypothesis import given
from hypothesis import settings as tries
from hypothesis import strategies as st

from karez.verifying import Run
from karez.verifying.schedule_bound import Aim, Forest, Item, UnreadableCase, best, service_years, split_up, use

NEVER = 3
RUN: Run = bare_run(settings(years=2, budget=[10.0, 10.0]))
YEARS = (1, 2)


def _item(capex: float = 0.0, benefit: float = 0.0, earliest: int = 1) -> Item:
    return Item({"capex": capex, "capex:livelihood": capex, "benefit": benefit}, [capex, capex / 2], earliest)


@st.composite
def _forests(draw: st.DrawFn) -> Forest:
    count = draw(st.integers(1, 3))
    parent = [draw(st.integers(-1, row - 1)) for row in range(count)]
    money, weight, year = st.integers(0, 6), st.integers(0, 8), st.integers(1, 3)
    elements = [_item(draw(money), 0.0, draw(year)) for _ in range(count)]
    sites = {}
    for number in range(draw(st.integers(0, 3))):
        options = [(draw(st.integers(0, count - 1)), _item(draw(money), draw(weight), draw(year)))]
        if draw(st.booleans()):
            options.append((-1, _item(draw(money), draw(weight), draw(year))))
        sites[str(number)] = options[draw(st.integers(0, len(options) - 1)) :]
    return Forest(parent, elements, sites)


def _schedules(forest: Forest, *, as_needed: bool) -> list[tuple[list[tuple[Item, int]], list[int]]]:
    """All schedules by trying every year of everything: items with years, and years of elements."""
    found = []
    ways = [
        [(None, NEVER), *((option, year) for option in options for year in YEARS)] for options in forest.sites.values()
    ]
    for chosen in product(*ways):
        for years in product((*YEARS, NEVER), repeat=len(forest.elements)):
            hanging: list[list[int]] = [[] for _ in forest.elements]
            for row, above in enumerate(forest.parent):
                if above >= 0:
                    hanging[above].append(years[row])
            for option, year in chosen:
                if option is not None and option[0] >= 0:
                    hanging[option[0]].append(year)
            first = [min(below, default=NEVER) for below in hanging]
            fits = all(a == b if as_needed else a <= b for a, b in zip(years, first, strict=True))
            items = [(option[1], year) for option, year in chosen if option is not None]
            items += [(item, year) for item, year in zip(forest.elements, years, strict=True) if year != NEVER]
            if fits and all(year >= item.earliest for item, year in items):
                found.append((items, list(years)))
    return found


def _worth(aim: Aim, items: list[tuple[Item, int]]) -> float:
    return math.fsum(aim.profit(item)[year - 1] for item, year in items)


@tries(deadline=None, max_examples=80)
@given(_forests(), st.booleans(), st.booleans(), st.integers(0, 3), st.integers(0, 3), st.integers(0, 3))
def test_the_best_of_the_forest_is_the_best_of_all_schedules(
    forest: Forest, as_needed: bool, cost: bool, first: int, last: int, share: int
) -> None:
    multipliers = {"budget:1": first / 2, "budget:2": last / 2, "share:livelihood": share / 1.0}
    if cost:
        multipliers["service"] = 0.5
    aim = Aim(RUN, "schedule_cost" if cost else "schedule", multipliers)
    tried = max(_worth(aim, items) for items, _ in _schedules(forest, as_needed=as_needed))
    assert best(forest, aim, as_needed=as_needed) == pytest.approx(tried, abs=1e-9)


@tries(deadline=None, max_examples=80)
@given(_forests(), st.integers(0, 4), st.integers(0, 4), st.integers(0, 12), st.integers(0, 12))
def test_priced_constraints_bound_every_schedule_that_keeps_them(
    forest: Forest, first: int, last: int, early: int, whole: int
) -> None:
    aim, free = Aim(RUN, "schedule", {"budget:1": first / 2, "budget:2": last / 2}), Aim(RUN, "schedule", {})
    limits = {"budget:1": float(early), "budget:2": float(whole)}
    proven = best(forest, aim, as_needed=True) + early * first / 2 + whole * last / 2
    for items, _ in _schedules(forest, as_needed=True):
        used = {
            name: math.fsum(item.features["capex"] * use(RUN, name, "capex", year) for item, year in items)
            for name in limits
        }
        if all(used[name] <= limits[name] for name in limits):
            assert _worth(free, items) <= proven + 1e-9


def test_service_years_are_discounted_from_the_year_after() -> None:
    rate = RUN.programme.rates.discount_rate_real
    assert service_years(RUN)[0] == pytest.approx(sum((1 + rate) ** -year for year in range(2, 18)))
    assert service_years(RUN)[0] - service_years(RUN)[1] == pytest.approx((1 + rate) ** -2)


def test_a_budget_counts_capex_at_the_price_level_of_its_year() -> None:
    assert use(RUN, "budget:1", "capex", 1) == pytest.approx(1.02)
    assert use(RUN, "budget:1", "capex", 2) == 0.0
    assert use(RUN, "budget:2", "capex", 2) == pytest.approx(1.0404)
    assert use(RUN, "budget:2", "opex", 1) == 0.0


def test_a_budget_that_pays_opex_counts_it_from_the_year_after() -> None:
    run = bare_run(settings(budget_pays=["opex"]))
    assert use(run, "budget:1", "opex", 1) == 0.0
    assert use(run, "budget:3", "opex", 1) == pytest.approx(1.02**2 + 1.02**3)
    assert use(run, "budget:3", "capex", 1) == 0.0


def test_a_share_counts_all_capex_against_that_of_its_project() -> None:
    assert use(RUN, "share:livelihood", "capex", 1) == 0.5
    assert use(RUN, "share:livelihood", "capex:livelihood", 2) == -1.0
    assert use(RUN, "share:livelihood", "capex:safety", 2) == 0.0


def test_a_target_counts_what_is_served_in_time() -> None:
    assert use(RUN, "target:safety:2026", "covers:safety", 1) == -1.0
    assert use(RUN, "target:safety:2026", "covers:safety", 2) == 0.0
    assert use(RUN, "target:livelihood:2027", "covers:safety", 1) == 0.0


def test_an_unknown_constraint_is_refused() -> None:
    with pytest.raises(ValueError, match="no constraint is named weather:1"):
        use(RUN, "weather:1", "capex", 1)


@tries(deadline=None, max_examples=60)
@given(_forests(), st.integers(0, 9), st.integers(1, 2), st.integers(0, 3), st.booleans())
def test_the_worst_of_two_cases_is_the_best_of_all_schedules(
    forest: Forest, at: int, year: int, price: int, on_option: bool
) -> None:
    options = sum(map(len, forest.sites.values()))
    kind, count = ("option", options) if on_option and options else ("element", len(forest.elements))
    multipliers = {"budget:1": price / 2, "budget:2": 0.25}
    leaf = {"multipliers": multipliers}
    halves = list(split_up(forest, {kind: at % count, "year": year, "by": leaf, "after": leaf}))
    aim = Aim(RUN, "schedule", multipliers)
    assert len(halves) == 2
    assert max(best(half, aim, as_needed=False) for half, _ in halves) == pytest.approx(
        best(forest, aim, as_needed=False), abs=1e-9
    )


@pytest.mark.parametrize(
    "tree",
    [
        {},
        {"element": 9, "year": 1, "by": {"multipliers": {}}, "after": {"multipliers": {}}},
        {"element": 0, "year": 1, "by": {"multipliers": {}}},
        {"element": 0, "year": 1.5, "by": {"multipliers": {}}, "after": {"multipliers": {}}},
    ],
)
def test_a_case_that_leaves_something_out_is_refused(tree: dict[str, object]) -> None:
    with pytest.raises(UnreadableCase):
        list(split_up(Forest([-1], [_item(1.0)], {}), tree))

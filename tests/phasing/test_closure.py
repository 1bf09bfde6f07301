"""The dynamic program over a forest against an exhaustive search."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from karez.kernels.closure import (
    best_closure,
    best_needed,
    closure_losses,
    fold_forest,
    improve_options,
    inherit_latest,
    spread_up,
    start_state,
)

YEARS = 2
Forest = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]
PROFIT = st.integers(-9, 9).map(float) | st.just(-np.inf)


@st.composite
def forests(draw: st.DrawFn) -> Forest:
    """Parents, profits of elements, owners, rivals and profits of options."""
    elements = draw(st.integers(0, 3))
    parent = [draw(st.integers(-1, number - 1)) for number in range(elements)]
    owner: list[int] = []
    rival: list[int] = []
    for _ in range(draw(st.integers(0, 2))):
        owner.append(draw(st.integers(-1, elements - 1)))
        rival.append(-1)
        if draw(st.booleans()):
            rival[-1] = len(owner)
            owner.append(-1)
            rival.append(-1)
    profit = [[draw(PROFIT) for _ in range(YEARS)] for _ in range(elements + len(owner))]
    profits = np.array(profit).reshape(-1, YEARS)
    return (
        np.array(parent, np.int32),
        profits[:elements].copy(),
        np.array(owner, np.int32),
        np.array(rival, np.int32),
        profits[elements:].copy(),
    )


def worth(forest: Forest, years: tuple[int, ...]) -> float:
    """Profit of years, −inf if they break precedence or rivalry."""
    parent, element_profit, owner, rival, option_profit = forest
    elements = len(parent)
    for item, before in enumerate([*parent, *owner]):
        if before >= 0 and years[item] < years[before]:
            return -np.inf
    for option, other in enumerate(rival):
        if other >= 0 and min(years[elements + option], YEARS) < YEARS and years[elements + other] < YEARS:
            return -np.inf
    profits = np.column_stack([np.concatenate([element_profit, option_profit]), np.zeros(len(years))])
    return float(profits[np.arange(len(years)), list(years)].sum())


def every(forest: Forest) -> dict[tuple[int, ...], float]:
    items = len(forest[0]) + len(forest[2])
    return {years: worth(forest, years) for years in itertools.product(range(YEARS + 1), repeat=items)}


@settings(max_examples=200, deadline=None)
@given(forests())
def test_best_closure_is_the_best_of_all_and_keeps_precedence(forest: Forest) -> None:
    best, element_year, option_year = best_closure(*forest)
    assert best == max(every(forest).values())
    assert worth(forest, (*element_year.tolist(), *option_year.tolist())) == best


def is_needed(forest: Forest, years: tuple[int, ...]) -> bool:
    """Whether every element has the first year of what hangs on it."""
    parent, _, owner, _, _ = forest
    first = [YEARS] * len(parent)
    for item, before in enumerate([*parent, *owner]):
        if before >= 0:
            first[before] = min(first[before], years[item])
    return list(years[: len(parent)]) == first


@settings(max_examples=200, deadline=None)
@given(forests())
def test_best_needed_is_the_best_of_all_without_early_or_useless_elements(forest: Forest) -> None:
    worths = [value for years, value in every(forest).items() if is_needed(forest, years)]
    assert best_needed(*forest) == max(worths)


@settings(max_examples=100, deadline=None)
@given(forests())
def test_losses_are_what_the_best_schedule_with_that_year_lacks(forest: Forest) -> None:
    of_elements, of_options = closure_losses(*forest)
    losses = np.concatenate([of_elements, of_options])
    worths = every(forest)
    best = max(worths.values())
    for item in range(len(losses)):
        for year in range(YEARS + 1):
            with_it = max(value for years, value in worths.items() if years[item] == year)
            assert losses[item, year] == pytest.approx(best - with_it)


def test_best_closure_of_nothing_is_nothing() -> None:
    none, flat = np.zeros(0, np.int32), np.zeros((0, 3))
    best, element_year, option_year = best_closure(none, flat, none, none, flat)
    assert best == 0.0
    assert len(element_year) == len(option_year) == 0


def test_first_years_are_handed_down_the_forest() -> None:
    parent, first = np.array([-1, 0, 1, 0], np.int32), np.array([2, 0, 3, 1], np.int32)
    assert inherit_latest(parent, first).tolist() == [2, 2, 3, 2]


def test_marks_spread_to_all_before() -> None:
    parent = np.array([-1, 0, 1, 0], np.int32)
    assert spread_up(parent, np.array([False, False, True, False])).tolist() == [True, True, True, False]


def test_elements_with_one_dependant_fold_into_it_and_useless_ones_go() -> None:
    parent, owner = np.array([-1, 0, 1, 1, 0], np.int32), np.array([2, 3, 3], np.int32)
    into, above = fold_forest(parent, owner, np.array([True, True, True]))
    assert into.tolist() == [1, 1, 5, 3, -1]
    assert above[[1, 3]].tolist() == [-1, 1]
    assert above[5:].tolist() == [1, 3, 3]


def test_unusable_options_hold_no_element() -> None:
    into, _ = fold_forest(np.array([-1], np.int32), np.array([0, 0], np.int32), np.array([True, False]))
    assert into.tolist() == [1]


def test_state_builds_elements_when_the_first_option_needs_them() -> None:
    parent, owner = np.array([-1, 0, 0], np.int32), np.array([1, 2, 2], np.int32)
    use = np.ones((3, 4, 1))
    use[:, 3] = 0.0
    element_year, users, used = start_state(parent, owner, use, use.copy(), np.array([2, 1, 3], np.int32))
    assert element_year.tolist() == [1, 2, 1]
    assert users[0].tolist() == [0, 1, 1, 0]
    assert used.tolist() == [5.0]


def test_improvement_mends_before_it_gains() -> None:
    none = np.zeros((0, 2, 2))
    option_use = np.array([[[3.0, 5.0], [0.0, 0.0]], [[2.0, 4.0], [0.0, 0.0]]])
    years, alone = np.array([0, 0], np.int32), np.array([-1, -1], np.int32)
    moves = improve_options(
        np.zeros(0, np.int32),
        alone,
        alone,
        np.zeros(2, np.int32),
        none,
        option_use,
        np.array([4.0]),
        np.array([0.0, 1.0]),
        np.array([1, 0], np.int32),
        years,
        10,
    )
    assert years.tolist() == [0, 1]
    assert moves == 1

"""The dynamic program over a forest against an exhaustive search."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from karez.kernels.closure import (
    best_closure,
    best_needed,
    closure_losses,
    demand_up,
    fold_forest,
    inherit_latest,
    spread_up,
)
from karez.kernels.labels import refine_labels
from karez.kernels.moves import improve_options, start_state

YEARS = 2
LAST = 1
"""Year in which an element that must be is there at the latest."""
Forest = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]
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
    must = [draw(st.sampled_from([False, False, False, True])) for _ in range(elements + len(owner))]
    profit = [[draw(PROFIT) for _ in range(YEARS)] for _ in range(elements + len(owner))]
    profits = np.array(profit).reshape(-1, YEARS)
    return (
        np.array(parent, np.int32),
        profits[:elements].copy(),
        np.array(owner, np.int32),
        np.array(rival, np.int32),
        profits[elements:].copy(),
        np.array([m and number - elements not in rival for number, m in enumerate(must)], bool),
    )


def worth(forest: Forest, years: tuple[int, ...]) -> float:
    """Profit of years, −inf if they break precedence or rivalry."""
    parent, element_profit, owner, rival, option_profit, must = forest
    elements = len(parent)
    for item, before in enumerate([*parent, *owner]):
        if before >= 0 and years[item] < years[before]:
            return -np.inf
    for option, other in enumerate(rival):
        if other >= 0 and min(years[elements + option], YEARS) < YEARS and years[elements + other] < YEARS:
            return -np.inf
        if must[elements + option] and other >= 0 and years[elements + option] == years[elements + other] == YEARS:
            return -np.inf
        if must[elements + option] and other < 0 and years[elements + option] == YEARS:
            return -np.inf
    if any(must[element] and years[element] == YEARS for element in range(elements)):
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
    assert best == -np.inf or worth(forest, (*element_year.tolist(), *option_year.tolist())) == best


def is_needed(forest: Forest, years: tuple[int, ...]) -> bool:
    """Whether every element has the first year of what hangs on it, or its last where it must be."""
    return all(
        years[element] == min([*hanging(forest, years, element), LAST if forest[5][element] else YEARS])
        for element in range(len(forest[0]))
    )


def hanging(forest: Forest, years: tuple[int, ...], element: int) -> list[int]:
    """Years of what hangs on an element."""
    return [years[item] for item, before in enumerate([*forest[0], *forest[2]]) if before == element]


@settings(max_examples=200, deadline=None)
@given(forests())
def test_best_needed_is_the_best_of_all_without_early_or_useless_elements(forest: Forest) -> None:
    worths = [value for years, value in every(forest).items() if is_needed(forest, years)]
    last = np.full(len(forest[0]), LAST, np.int32)
    assert best_needed(*forest, last) == max(worths, default=-np.inf)


@settings(max_examples=100, deadline=None)
@given(forests())
def test_losses_are_what_the_best_schedule_with_that_year_lacks(forest: Forest) -> None:
    of_elements, of_options = closure_losses(*forest)
    losses = np.concatenate([of_elements, of_options])
    worths = every(forest)
    best = max(worths.values())
    if best == -np.inf:
        return
    for item in range(len(losses)):
        for year in range(YEARS + 1):
            with_it = max(value for years, value in worths.items() if years[item] == year)
            assert losses[item, year] == pytest.approx(best - with_it)


def test_best_closure_of_nothing_is_nothing() -> None:
    none, flat = np.zeros(0, np.int32), np.zeros((0, 3))
    best, element_year, option_year = best_closure(none, flat, none, none, flat, np.zeros(0, bool))
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
    into, above = fold_forest(parent, owner, np.array([True, True, True]), np.zeros(5, bool))
    assert into.tolist() == [1, 1, 5, 3, -1]
    assert above[[1, 3]].tolist() == [-1, 1]
    assert above[5:].tolist() == [1, 3, 3]


def test_unusable_options_hold_no_element() -> None:
    into, _ = fold_forest(
        np.array([-1], np.int32), np.array([0, 0], np.int32), np.array([True, False]), np.zeros(1, bool)
    )
    assert into.tolist() == [1]


def test_elements_that_must_be_stay() -> None:
    must = np.array([True, True])
    into, above = fold_forest(np.array([-1, 0], np.int32), np.zeros(0, np.int32), np.zeros(0, bool), must)
    assert into.tolist() == [0, 1]
    assert above.tolist() == [-1, 0]


def test_what_must_be_demands_what_is_before_it() -> None:
    parent, owner, rival = (np.array(of, np.int32) for of in ([-1, 0, 0], [2, -1], [1, -1]))
    first, last = np.array([0, 0, 0, 0, 3], np.int32), np.array([2, 2, 2, 1, 2], np.int32)
    must = np.array([False, False, False, True, False])
    demand_up(parent, owner, rival, first, last, must, 3)
    assert must.tolist() == [True, False, True, True, False]
    assert last.tolist() == [1, 2, 1, 1, 2]


def test_state_builds_elements_when_the_first_option_needs_them_or_when_they_are_due() -> None:
    parent, owner = np.array([-1, 0, 0, 0], np.int32), np.array([1, 2, 2], np.int32)
    due = np.array([3, 3, 3, 0], np.int32)
    element_year, users = start_state(parent, owner, due, np.array([2, 1, 3], np.int32), 3)
    assert element_year.tolist() == [0, 2, 1, 0]
    assert users[0].tolist() == [1, 1, 1, 0]


def improved(option_year: list[int], rows: list[list[float]], gain: list[list[float]], most: float) -> list[int]:
    """Improve options without elements over one year, one row."""
    count, none = len(option_year), np.zeros(0, np.int32)
    years, alone = np.array(option_year, np.int32), np.full(count, -1, np.int32)
    use = sparse.csc_array(np.array(rows, float).reshape(1, count))
    improve_options(
        none, alone, alone, np.zeros(count, np.int32), np.zeros(count, np.int32), np.zeros(count, bool),
        np.arange(count + 1, dtype=np.int32), np.arange(count, dtype=np.int32), np.ones(count),
        use.indptr.astype(np.int32), use.indices.astype(np.int32), use.data, np.array([most]),
        np.array(gain, float).ravel(), np.zeros((count, 1)), np.arange(count, dtype=np.int32), years, 10, 0.0,
    )  # fmt: skip
    return years.tolist()


def test_improvement_mends_before_it_gains() -> None:
    assert improved([0, 0], [[3.0, 2.0]], [[1.0], [1.0]], 4.0) == [1, 0]
    assert improved([1, 1], [[3.0, 2.0]], [[5.0], [1.0]], 3.0) == [0, 1]


@st.composite
def labelled(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Labels after some schedules, the years of the last one and which items are turned."""
    items, years = draw(st.integers(1, 5)), draw(st.integers(1, 3))
    turned = np.array([draw(st.booleans()) for _ in range(items)])
    label, count = np.where(turned[:, None], 3, 2).astype(np.int32).repeat(years, axis=1), 4
    last = np.zeros(items, np.int32)
    for _ in range(draw(st.integers(1, 3))):
        last = np.array([draw(st.integers(0, years)) for _ in range(items)], np.int32)
        label, count = refine_labels(label, last, turned, count)
    return label, last, turned


@settings(deadline=None)
@given(labelled())
def test_variables_of_one_label_have_one_value(case: tuple[np.ndarray, np.ndarray, np.ndarray]) -> None:
    label, last, turned = case
    bits = (last[:, None] <= np.arange(label.shape[1])) != turned[:, None]
    for number in range(2, label.max() + 1):
        assert (label == number).any()
        assert len(set(bits[label == number].tolist())) == 1

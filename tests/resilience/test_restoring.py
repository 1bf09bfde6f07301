"""Orders of repairs, against trying every order."""

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from karez.solving.restoring import restore


@st.composite
def broken(draw, tree):
    parts = draw(st.integers(1, 5))
    ends = [(draw(st.integers(0, v - 1)), v) for v in range(1, parts)]
    if not tree:
        node = st.integers(0, parts - 1)
        ends = draw(st.lists(st.tuples(node, node), max_size=5))
    hours = draw(st.lists(st.integers(1, 9), min_size=len(ends), max_size=len(ends)))
    weight = draw(st.lists(st.integers(0, 9), min_size=parts, max_size=parts))
    pairs = np.array(ends, np.int32).reshape(-1, 2)
    return parts, pairs[:, 0], pairs[:, 1], np.array(hours, float), np.array(weight, float)


def tried(parts, start, end, hours, weight, crews=1):
    """Least weight-time over all orders, repairs given to the crew that is free first."""
    best = np.inf
    for order in permutations(range(len(start))):
        free, events = [0.0] * crews, []
        for e in order:
            crew = int(np.argmin(free))
            free[crew] += hours[e]
            events.append((free[crew], e))
        back, joined = np.where(np.arange(parts) == 0, 0.0, np.inf), set()
        for time, e in sorted(events):
            joined.add(e)
            for _ in joined:
                for f in joined:
                    for u, v in ((start[f], end[f]), (end[f], start[f])):
                        if np.isfinite(back[u]) and back[v] == np.inf:
                            back[v] = time
        there = np.isfinite(back)
        best = min(best, (weight[there] * back[there]).sum())
    return 0.0 if best == np.inf else best


@given(broken(tree=True))
@settings(max_examples=25)
def test_one_crew_on_a_tree_is_best(case):
    made = restore(*case)
    assert made.value == pytest.approx(tried(*case)) == pytest.approx(made.bound)
    there = np.isfinite(made.back)
    assert made.value == pytest.approx((case[4][there] * made.back[there]).sum())


@given(broken(tree=False), st.integers(1, 3))
@settings(max_examples=25)
def test_no_order_goes_below_the_bound(case, crews):
    made = restore(*case, crews)
    assert made.bound <= tried(*case, crews) + 1e-9
    assert made.value >= made.bound
    assert sorted(set(made.order.tolist())) == sorted(made.order.tolist())


@given(broken(tree=True), st.integers(2, 3))
@settings(max_examples=25)
def test_several_crews_on_a_tree_stay_above_the_bound(case, crews):
    made = restore(*case, crews)
    assert made.bound <= tried(*case, crews) + 1e-9


def test_what_cannot_come_back_is_left_out():
    made = restore(3, np.array([0], np.int32), np.array([1], np.int32), np.array([2.0]), np.array([1.0, 4.0, 5.0]))
    assert made.value == 8.0 and made.back.tolist() == [0.0, 2.0, np.inf]

"""Cost against worth with menus: against every network and every choice of offers, and its own figures."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_frontier import cheapest_trees

from karez.solving import Graph, Menus, Overflow, menu_frontier


def random_problem(rng):
    """A small graph with ties and parts out of reach; customers with fibre, alternatives, both or nothing."""
    n, m, customers = int(rng.integers(1, 7)), int(rng.integers(0, 12)), int(rng.integers(1, 5))
    high, dear = int(rng.choice([1, 5, 1000])), int(rng.choice([1, 7, 500]))
    graph = Graph.from_edges(n, rng.integers(0, n, m), rng.integers(0, n, m), rng.integers(0, high + 1, m))
    customer, linked, cost, worth = [], [], [], []
    for c in range(customers):
        for kind in [True] * int(rng.random() < 0.8) + [False] * int(rng.integers(0, 3)):
            customer.append(c)
            linked.append(kind)
            cost.append(int(rng.integers(0, high + 1)))
            worth.append(int(rng.integers(0, dear + 1)))
    node = rng.integers(-1, n, customers).astype(np.int32)
    columns = (
        np.array(customer, np.int32),
        np.array(linked, bool),
        np.array(cost, np.int64),
        np.array(worth, np.int64),
    )
    return graph, Menus(node, *columns), int(rng.integers(n))


def every_answer(graph, menus, root):
    """Cost and worth of every network with every choice of offers."""
    choices = [[-1, *np.flatnonzero(menus.customer == c).tolist()] for c in range(menus.customers)]
    for built, nodes in cheapest_trees(graph, root):
        for chosen in product(*choices):
            taken = [offer for offer in chosen if offer >= 0]
            if any(menus.linked[o] and menus.node[menus.customer[o]] not in nodes for o in taken):
                continue
            yield built + sum(int(menus.cost[o]) for o in taken), sum(int(menus.worth[o]) for o in taken)


@pytest.mark.parametrize("seed", range(150))
def test_no_network_beats_the_bound_and_every_point_is_an_answer(seed):
    graph, menus, root = random_problem(np.random.default_rng(seed))
    answer = menu_frontier(graph, menus, root, steps=12)
    best: dict[int, int] = {}
    for cost, worth in every_answer(graph, menus, root):
        best[cost] = max(worth, best.get(cost, 0))
    so_far = 0
    for budget in sorted(best):
        so_far = max(so_far, best[budget])
        assert answer.bounds(np.array([budget]))[0] >= so_far
        assert answer.worth[answer.point_at(budget)] <= so_far
    # With all the money there is, nothing is lost.
    assert answer.worth[-1] == so_far
    for point in range(answer.cost.size):
        _check_point(graph, menus, root, answer, point)


def _check_point(graph, menus, root, answer, point):
    edges = answer.edges(point)
    nodes = {root} | {int(v) for e in edges for v in (graph.tail[e], graph.head[e])}
    assert len(nodes) == len(edges) + 1
    offers = [int(o) for o in answer.offers(point) if o >= 0]
    assert len({int(menus.customer[o]) for o in offers}) == len(offers)
    assert all(not menus.linked[o] or int(menus.node[menus.customer[o]]) in nodes for o in offers)
    assert sum(int(graph.cost[e]) for e in edges) + sum(int(menus.cost[o]) for o in offers) == answer.cost[point]
    assert sum(int(menus.worth[o]) for o in offers) == answer.worth[point]


@given(st.integers(0, 10**6))
@settings(max_examples=60)
def test_the_staircase_ascends_below_bounds_that_ascend(seed):
    graph, menus, root = random_problem(np.random.default_rng(seed))
    answer = menu_frontier(graph, menus, root, steps=8)
    assert (np.diff(answer.cost) > 0).all()
    assert (np.diff(answer.worth) > 0).all()
    budgets = np.unique(np.concatenate([answer.cost, answer.cost + 1, [0, 10**6]]))
    bounds = answer.bounds(budgets)
    assert (np.diff(bounds) >= 0).all()
    points = [answer.point_at(int(budget)) for budget in budgets]
    assert (answer.worth[points] <= bounds).all()
    assert answer.gap >= 0


def test_equal_seeds_give_equal_answers_whatever_the_threads():
    graph, menus, root = random_problem(np.random.default_rng(5))
    one, two = (menu_frontier(graph, menus, root, threads=threads, seed=3) for threads in (1, 2))
    assert one.cost.tolist() == two.cost.tolist()
    assert [price.bound for price in one.prices] == [price.bound for price in two.prices]


def test_customers_without_any_offer_leave_nothing_to_buy():
    graph = Graph.from_edges(2, [0], [1], [4])
    none = np.empty(0, np.int64)
    menus = Menus(np.array([1], np.int32), none.astype(np.int32), none.astype(bool), none, none)
    answer = menu_frontier(graph, menus, 0)
    assert (answer.cost.tolist(), answer.worth.tolist(), answer.gap) == ([0], [0], 0.0)


def test_sums_that_do_not_fit_are_refused():
    graph = Graph.from_edges(2, [0], [1], [1 << 61])
    menus = Menus(np.array([1], np.int32), np.array([0], np.int32), np.array([True]), np.array([1]), np.array([1]))
    with pytest.raises(Overflow):
        menu_frontier(graph, menus, 0)

"""Annealing: what it reports is what the tree costs, the tree stays one, and small problems reach their optimum."""

from __future__ import annotations

import numpy as np
import pytest

from karez.kernels.anneal import MOST_PARTS, anneal
from karez.kernels.ascent import INF, OUT
from karez.kernels.tree import evaluate, grow, leaves_first, turn
from karez.solving import Graph
from karez.solving.annealing import COURSES, LONGEST, SHORTEST, Annealing, worth_annealing
from karez.solving.multistart import Multistart
from karez.solving.search import Clock, Search


def problem(seed, *, n=30, m=160, wanted=8, high=12, prizes=False):
    """A connected dense graph with loops and parallel edges, forced nodes or also prizes, and some tree."""
    rng = np.random.default_rng(seed)
    tail = np.concatenate([np.arange(1, n), rng.integers(0, n, m - n + 1)])
    head = np.concatenate([rng.integers(0, np.arange(1, n)), rng.integers(0, n, m - n + 1)])
    graph = Graph.from_edges(n, tail, head, rng.integers(0, high, tail.size))
    prize = rng.integers(0, high, n) if prizes else np.zeros(n, np.int64)
    prize[rng.choice(n, wanted, replace=False)] = INF
    root = np.int32(np.flatnonzero(prize == INF)[0])
    up = np.full(n, OUT, np.int32)
    grow(graph.start, graph.neighbour, graph.twin, graph.slot_cost, np.where(prize > 0, INF, 0), root, up)
    return graph, prize, root, up


def annealed(graph, prize, root, up, *, moves, seed, hot=8.0, cold=1.0):
    now, best = up.copy(), up.copy()
    net = (graph.start, graph.neighbour, graph.twin, graph.slot_cost)
    lead = anneal(*net, prize, root, now, best, np.int64(0), hot, cold, moves, seed)
    return now, best, int(lead)


def assert_tree(graph, prize, up):
    inside = np.flatnonzero(up != OUT)
    assert np.isin(np.flatnonzero(prize == INF), inside).all()
    assert np.count_nonzero(up == -1) == 1
    # Every node of the tree hangs on the top: none is left out by going from leaves to parents.
    assert np.array_equal(np.sort(leaves_first(graph.neighbour, up)), inside)
    for v in inside[up[inside] >= 0]:
        assert graph.start[v] <= up[v] < graph.start[v + 1]


@pytest.mark.parametrize("prizes", [False, True])
@pytest.mark.parametrize("seed", range(60))
def test_the_lead_is_the_difference_of_two_trees(seed, prizes):
    graph, prize, root, up = problem(seed, prizes=prizes, high=(2, 12, 1 << 40)[seed % 3])
    scale = float(graph.cost.max() + 1)
    now, best, lead = annealed(graph, prize, root, up, moves=300, seed=seed, hot=scale, cold=scale / 10)
    assert_tree(graph, prize, now)
    assert_tree(graph, prize, best)
    assert now[root] == -1
    values = [int(evaluate(graph.slot_cost, prize, tree)) for tree in (up, now, best)]
    assert values[1] - values[2] == lead >= 0
    assert values[2] <= values[0]


def test_a_node_with_too_many_branches_stays():
    spokes = MOST_PARTS + 1
    ring = np.arange(1, spokes + 1)
    graph = Graph.from_edges(
        spokes + 1,
        np.concatenate([np.zeros(spokes, int), ring]),
        np.concatenate([ring, np.roll(ring, 1)]),
        np.concatenate([np.full(spokes, 2), np.ones(spokes, int)]),
    )
    prize = np.full(spokes + 1, INF)
    prize[0] = 0
    up = np.full(spokes + 1, OUT, np.int32)
    up[0] = -1
    up[ring] = graph.start[ring] + np.argmax(graph.neighbour[graph.start[ring][:, None] + np.arange(3)] == 0, axis=1)
    turn(graph.neighbour, graph.twin, up, np.int32(1))
    now, best, lead = annealed(graph, prize, np.int32(1), up, moves=100, seed=0)
    assert lead == 0 and np.array_equal(now, up) and np.array_equal(best, up)


def test_equal_seeds_anneal_alike_and_others_do_not():
    graph, prize, root, up = problem(3)
    one, again, other = (annealed(graph, prize, root, up, moves=500, seed=seed)[0] for seed in (1, 1, 2))
    assert np.array_equal(one, again)
    assert not np.array_equal(one, other)


def cover(seed, sites=12, candidates=60):
    """Sites that candidates serve at equal cost: two trees differ by candidates, not by paths."""
    rng = np.random.default_rng(seed)
    serves = rng.random((candidates, sites)) < 0.35
    serves[0] = True
    which, site = np.nonzero(serves)
    hub = sites + candidates
    graph = Graph.from_edges(
        hub + 1,
        np.concatenate([site, np.full(candidates, hub)]),
        np.concatenate([sites + which, sites + np.arange(candidates)]),
        np.concatenate([rng.integers(100, 110, which.size), np.full(candidates, 100)]),
    )
    prize = np.zeros(hub + 1, np.int64)
    prize[:sites] = INF
    prize[hub] = INF
    return graph, prize, hub


def test_dense_graphs_are_annealed_and_maps_are_not():
    graph, prize, hub = cover(0)
    start = Multistart(Search(graph, prize, hub, 0, Clock(None, -1.0, 3)), 0)
    start.run(60)
    assert worth_annealing(start.search) and start.annealing is not None
    path = Graph.from_edges(3, [0, 1], [1, 2], [1, 2])
    assert not worth_annealing(Search(path, np.array([INF, 0, INF]), 0, 0, Clock(None, -1.0, 3)))


def test_a_tree_cools_through_all_its_pieces_and_then_starts_again():
    graph, prize, hub = cover(1)
    search = Search(graph, prize, hub, 0, Clock(None, -1.0, 3))
    search.first()
    course = Annealing(search, search.up, 5)
    for _ in range(2):
        cold = [course.piece() for _ in range(SHORTEST)]
        assert all(tree is None for tree in cold[:-1])
        assert_tree(graph, search.prize, cold[-1])
        assert cold[-1][hub] == -1
        assert evaluate(graph.slot_cost, search.prize, cold[-1]) <= search.value
    assert course.cooled == 2
    course.cooled = 100 * len(COURSES)
    course._begin()
    assert course.pieces == LONGEST

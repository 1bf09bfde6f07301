"""Local search from below and from above: packings stay valid, windows give trees back, threads change nothing."""

from __future__ import annotations

import numpy as np
import pytest

from karez.kernels.ascent import INF, OUT
from karez.kernels.tree import evaluate
from karez.solving import Graph
from karez.solving.exact import Closing
from karez.solving.packing import Packing
from karez.solving.reduction import CLOSER, Knowledge, Reduced, shrink
from karez.solving.search import Clock, Search
from karez.solving.windows import Windows


def road_like(seed, *, side=14, share=0.15, collecting=False):
    """A thinned grid with uneven costs; nodes that must be connected, or prizes."""
    rng = np.random.default_rng(seed)
    number = np.arange(side * side).reshape(side, side)
    tail = np.concatenate([number[:, :-1].ravel(), number[:-1].ravel()])
    head = np.concatenate([number[:, 1:].ravel(), number[1:].ravel()])
    keep = rng.random(tail.size) < 0.85
    graph = Graph.from_edges(side * side, tail[keep], head[keep], rng.integers(1, 1000, keep.sum()))
    inside = np.flatnonzero(graph.reached(int(number[side // 2, side // 2])))
    chosen = rng.choice(inside, int(share * inside.size), replace=False)
    prize = np.zeros(graph.n, np.int64)
    prize[chosen] = rng.integers(200, 3000, chosen.size) if collecting else INF
    return graph, prize, int(chosen[0])


def begun(seed, **options):
    graph, prize, root = road_like(seed, **options)
    search = Search(graph, prize, root, seed, Clock(None, -1.0, 5))
    search.first()
    return search


def refuse_invalid(packing: Packing, graph: Graph, prize):
    """Every ball holds its owner and not the root, and together they take no more than there is."""
    owner_of_slot = np.repeat(np.arange(graph.n), np.diff(graph.start))
    taken = np.zeros(graph.neighbour.size, np.int64)
    for ball in range(packing.owner.size):
        low, high = packing.begin[ball : ball + 2]
        level = np.full(graph.n, packing.radius[ball])
        level[packing.inside[low:high]] = packing.dist[low:high]
        assert level[packing.root] == packing.radius[ball] > 0
        assert level[packing.owner[ball]] == 0
        taken += np.maximum(0, level[graph.neighbour] - level[owner_of_slot])
    np.testing.assert_array_equal(graph.slot_cost - taken, packing.reduced)
    assert packing.reduced.min(initial=0) >= 0
    spent = np.bincount(packing.owner, packing.radius, minlength=graph.n)
    assert (spent <= prize).all()


@pytest.mark.parametrize("collecting", [False, True])
@pytest.mark.parametrize("seed", range(6))
def test_tightened_packings_stay_valid_and_never_lose(seed, collecting):
    search = begun(seed, collecting=collecting)
    packing = search.packed()
    refuse_invalid(packing, search.graph, search.prize)
    for turn in range(3):
        last = packing.bound
        search.fork(turn).tighten(30_000)
        assert packing.bound >= last
        refuse_invalid(packing, search.graph, search.prize)
    assert packing.bound <= search.value


def test_tightening_raises_bounds_that_are_not_tight():
    gains = []
    for seed in range(4):
        search = begun(seed, side=40)
        before = search.packed().bound
        search.fork(0).tighten(1_000_000)
        gains.append(search.packed().bound - before)
    assert min(gains) >= 0
    assert sum(gain > 0 for gain in gains) >= 2


@pytest.mark.parametrize("collecting", [False, True])
@pytest.mark.parametrize("seed", range(6))
def test_packings_carried_to_reduced_graphs_stay_valid(seed, collecting):
    search = begun(seed, collecting=collecting, side=30)
    search.tighten(30_000)
    problem = shrink(Reduced.of(search.graph, search.prize, search.root), Knowledge.nothing(search.graph), CLOSER)
    assert problem.graph.m > 0
    carried = search.packed().carried(problem.graph, problem.prize, problem.image)
    assert carried is not None
    refuse_invalid(carried, problem.graph, problem.prize)
    kept = carried.bound
    carried.tighten(problem.graph, problem.prize, np.full(problem.graph.n, OUT, np.int32), 1, 0)
    refuse_invalid(carried, problem.graph, problem.prize)
    assert kept <= carried.bound
    assert carried.bound + problem.constant <= search.value


@pytest.mark.parametrize("collecting", [False, True])
@pytest.mark.parametrize("seed", range(8))
def test_windows_leave_a_tree_of_the_value_they_claim(seed, collecting):
    search = begun(seed, collecting=collecting, side=18)
    before = search.value

    def solve(small):
        Closing(small, slots=2_000, at_once=1, depth=1).run(3)

    better = sum(Windows(search, size).sweep(solve, seed, most=30) for size in (20, 60, 120))
    graph, up = search.graph, search.up
    assert evaluate(graph.slot_cost, search.prize, up) == search.value
    assert (better > 0) == (search.value < before)
    assert up[search.root] == -1
    for node in np.flatnonzero(up != OUT):
        at, steps = node, 0
        while up[at] >= 0:
            at = graph.neighbour[up[at]]
            steps += 1
            assert steps <= graph.n, "a cycle"
        assert at == search.root


def test_windows_help_on_some_problem():
    gains = 0
    for seed in range(8):
        search = begun(seed, side=18)
        gains += Windows(search, 60).sweep(lambda small: Closing(small, depth=1).run(3) and None, seed, most=30)
    assert gains > 0


@pytest.mark.parametrize("collecting", [False, True])
def test_the_number_of_threads_changes_nothing(collecting):
    answers = []
    for at_once in (1, 2, 5):
        graph, prize, root = road_like(3, side=40, collecting=collecting)
        search = Search(graph, prize, root, 7, Clock(None, 0.0, 6))
        bound = Closing(search, slots=0, at_once=at_once).run(4)
        trace = [(value, low) for _, value, low in search.trace]
        answers.append((search.value, bound, search.up.tolist(), trace))
    assert answers[0] == answers[1] == answers[2]

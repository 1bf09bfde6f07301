"""Elites of trees: they reach the optimum of small problems, and the same every time."""

from __future__ import annotations

import numpy as np
import pytest
from steiner_oracles import best_value, random_problem

from karez.kernels.ascent import INF, OUT
from karez.kernels.tree import evaluate
from karez.solving import FORCED, Graph
from karez.solving.exact import Closing, close
from karez.solving.multistart import Multistart, movable
from karez.solving.search import Clock, Search


def search_on(graph, prizes, root, *, seed=0, rounds=5):
    own = np.asarray(prizes, np.int64).copy()
    own[own == FORCED] = INF
    return Search(graph, own, root, seed, Clock(None, -1.0, rounds))


@pytest.mark.parametrize("kind", ["steiner", "rooted"])
@pytest.mark.parametrize("seed", range(60))
def test_small_problems_are_solved_to_the_optimum(seed, kind):
    rng = np.random.default_rng(seed)
    least = None
    while least is None:
        graph, prizes, root = random_problem(rng, kind=kind)
        least = best_value(graph, prizes, root)
    search = search_on(graph, prizes, root)
    Multistart(search, seed).run(60)
    assert search.value == least
    assert search.value == evaluate(graph.slot_cost, search.prize, search.up)


def grid(seed, side=12, offset=0):
    rng = np.random.default_rng(seed)
    number = np.arange(side * side).reshape(side, side)
    tail = np.concatenate([number[:, :-1].ravel(), number[:-1].ravel()])
    head = np.concatenate([number[:, 1:].ravel(), number[1:].ravel()])
    prizes = np.zeros(side * side, np.int64)
    prizes[rng.choice(side * side, 12, replace=False)] = FORCED
    cost = rng.integers(1, 50, tail.size)
    cost[(prizes[tail] != 0) | (prizes[head] != 0)] += offset
    return Graph.from_edges(side * side, tail, head, cost), prizes, int(np.flatnonzero(prizes)[0])


def test_equal_seeds_make_equal_elites():
    values = []
    for _ in range(2):
        search = search_on(*grid(1))
        start = Multistart(search, 7)
        start.run(80)
        values.append([value for value, _ in start.elite])
        for value, up in start.elite:
            assert value == evaluate(search.graph.slot_cost, search.prize, up)
            assert (up[search.prize == INF] != OUT).all()
    assert values[0] == values[1]


def test_what_every_tree_pays_does_not_drown_what_trees_differ_by():
    graph, prizes, root = grid(2, offset=1_000_000)
    search = search_on(graph, prizes, root)
    moved = movable(search)
    assert (moved <= graph.cost).all()
    at_one = (prizes[graph.tail] != 0) != (prizes[graph.head] != 0)
    assert moved[at_one].max() < 1000
    assert moved[at_one].min() > 0


def test_trees_of_a_larger_graph_are_taken_over():
    graph, prizes, root = grid(3)
    search = search_on(graph, prizes, root)
    first = Multistart(search, 0)
    first.run(40)
    value, up = min(first.elite, key=lambda tree: tree[0])
    kept = np.zeros(graph.m, np.bool_)
    kept[graph.edge[up[up >= 0]]] = True
    again = search_on(graph, prizes, root)
    Multistart(again, 1).adopt([kept])
    assert again.value <= value


def test_a_merge_finds_the_best_tree_on_the_edges_of_the_trees_merged():
    for seed in range(6):
        graph, prizes, root = grid(seed, side=10)
        search = search_on(graph, prizes, root)
        closing = Closing(search, at_once=1)
        start = closing._multistart(closing.search)
        start.run(6)
        inner = start.search
        trees = [up for _, up in start.elite]
        used = np.unique(np.concatenate([inner.graph.edge[up[up >= 0]] for up in trees]))
        small = Graph.from_edges(inner.graph.n, inner.graph.tail[used], inner.graph.head[used], inner.graph.cost[used])
        alone = Search(small, inner.prize, inner.root, 0, Clock(None, -1.0, 5))
        assert close(alone) == alone.value
        # The best tree is taken away, so that the merge has to find one as good.
        start.latest = []
        inner.value, inner.up = max(start.elite, key=lambda tree: tree[0])
        closing._merge_elite(start, inner.clock.beside())
        assert inner.value == alone.value == evaluate(inner.graph.slot_cost, inner.prize, inner.up)
        assert min(value for value, _ in start.elite) == alone.value


def test_a_merge_counts_its_work_apart_and_can_be_stopped():
    clock = Clock(None, -1.0, 3)
    beside = clock.beside()
    beside.work += 7
    beside.stopped = True
    assert (clock.work, clock.late(), beside.late()) == (0, False, True)


@pytest.mark.parametrize("seed", range(3))
def test_threads_do_not_change_what_is_found(seed):
    found = []
    for at_once in (1, 3):
        search = search_on(*grid(seed, side=16))
        Closing(search, at_once=at_once).run(4)
        found.append((search.value, search.bound, search.up.tolist()))
    assert found[0] == found[1]

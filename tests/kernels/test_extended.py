"""What extended tests find, against all best trees of small graphs."""

from __future__ import annotations

import numpy as np

from karez.kernels.ascent import INF
from karez.kernels.extended import superfluous
from karez.kernels.special import bottleneck_tree, dispensable, nearest_forced
from karez.solving import Graph
from karez.solving.reduction import Knowledge
from karez.solving.search import Clock, Search


def findings(graph, prize, known=None, *, depth=8, settled=40, steps=200, dispensed=False):
    """Edges and nodes found: bool[m], bool[n]."""
    known = Knowledge.nothing(graph) if known is None else known
    net = (graph.start, graph.neighbour, graph.twin, graph.slot_cost)
    near, dist = nearest_forced(graph.start, graph.neighbour, graph.slot_cost, prize == INF, 3)
    closest = (near[:, 0].copy(), dist[:, 0].copy())
    about = (prize, near, dist, *bottleneck_tree(graph.start, graph.neighbour, graph.slot_cost, *closest), settled)
    gone = dispensable(*net, *about) if dispensed else np.zeros(graph.neighbour.size, np.bool_)
    low = np.zeros(graph.n, np.bool_)
    ascent = (known.reduced, known.down, known.near, np.int64(known.slack))
    superfluous(*net, *about, gone, low, *ascent, depth, steps)
    assert np.array_equal(gone, gone[graph.twin])
    edges = np.zeros(graph.m, np.bool_)
    edges[graph.edge[gone]] = True
    return edges, low


def small_problem(rng, edges):
    n = int(rng.integers(3, 8))
    tail = rng.integers(0, n, edges)
    head = (tail + rng.integers(1, n, edges)) % n
    high = int(rng.choice([1, 3, 10, 1000]))
    prize = np.where(rng.random(n) < 0.4, INF, 0)
    if rng.random() < 0.5:
        paying = rng.random(n) < 0.4
        prize[paying] = rng.integers(0, high + 1, int(paying.sum()))
    root = int(rng.integers(n))
    prize[root] = INF
    return Graph.from_edges(n, tail, head, rng.integers(0, high + 1, edges)), prize, root


def best_trees(graph, prize, root):
    """Least value, and all trees of that value whose ends all have a prize, as sets of edges: bool[trees, m]."""
    sets = (np.arange(1 << graph.m)[:, None] >> np.arange(graph.m)) & 1 == 1
    degree = np.zeros((sets.shape[0], graph.n), np.int64)
    reached = np.zeros((sets.shape[0], graph.n), np.bool_)
    reached[:, root] = True
    for e in range(graph.m):
        degree[:, graph.tail[e]] += sets[:, e]
        degree[:, graph.head[e]] += sets[:, e]
    for _ in range(graph.n):
        for e in range(graph.m):
            a, b = graph.tail[e], graph.head[e]
            joined = sets[:, e] & (reached[:, a] | reached[:, b])
            reached[joined, a] = True
            reached[joined, b] = True
    whole = ((degree > 0) <= reached).all(axis=1) & (sets.sum(axis=1) == reached.sum(axis=1) - 1)
    whole &= reached[:, prize == INF].all(axis=1)
    value = sets @ graph.cost + np.where(reached | (prize == INF), 0, prize).sum(axis=1)
    if not whole.any():
        return None, sets[:0]
    least = int(value[whole].min())
    ends = ((degree == 1) & (prize == 0)).any(axis=1)
    return least, sets[whole & (value == least) & ~ends]


def refuse_wrong(graph, edges, low, trees):
    assert trees.shape[0] > 0
    assert not (trees & edges).any(), "an edge of a best tree"
    for tree in trees:
        degree = np.bincount(np.concatenate([graph.tail[tree], graph.head[tree]]), minlength=graph.n)
        assert (degree[low] <= 2).all(), "a node with more edges in a best tree"


def test_no_best_tree_uses_what_is_found():
    rng = np.random.default_rng(1)
    found = 0
    for number in range(1000):
        graph, prize, root = small_problem(rng, int(rng.integers(2, 11)))
        least, trees = best_trees(graph, prize, root)
        if least is None:
            continue
        depth, settled = 1 + number % 9, (0, 2, 40)[number % 3]
        edges, low = findings(graph, prize, depth=depth, settled=settled, dispensed=number % 2 == 0)
        refuse_wrong(graph, edges, low, trees)
        found += int(edges.sum())
    assert found > 1000


def test_no_tree_better_than_the_best_known_uses_what_is_found_by_bounds():
    rng = np.random.default_rng(2)
    more = 0
    for number in range(1000):
        graph, prize, root = small_problem(rng, int(rng.integers(2, 11)))
        least, trees = best_trees(graph, prize, root)
        if least is None:
            continue
        search = Search(graph, prize, root, number, Clock(None, 0.0, 0))
        search.improve(graph.slot_cost, root)
        reduced, _, at, bound = search.ascent(number % 5)
        if number % 2:
            # No ascent at all is a valid one; distances count for more.
            reduced, at, bound = graph.slot_cost, root, 0
        known = Knowledge.nothing(graph).learn(graph, search.prize, at, reduced, bound, least + 1 + number % 4 // 2)
        edges, low = findings(graph, prize, known)
        refuse_wrong(graph, edges, low, trees)
        more += int(edges.sum()) - int(findings(graph, prize)[0].sum())
    assert more > 30


def cross():
    """Forced corners 0 … 3 of a square with sides of 10, and a middle that costs 8 from each."""
    return Graph.from_edges(
        5, [0, 1, 2, 3, 4, 4, 4, 4], [1, 2, 3, 0, 0, 1, 2, 3], [10, 10, 10, 10, 8, 8, 8, 8]
    ), np.array([INF, INF, INF, INF, 0])


def test_spokes_that_only_sets_of_edges_refute_are_found():
    graph, prize = cross()
    # A spoke is cheaper than a side; two cost 16, three 24, four 32: more than one, two and three sides.
    edges, low = findings(graph, prize, depth=1)
    assert edges.tolist() == [False] * 4 + [True] * 4
    assert low[4]


def test_nothing_equal_is_refuted():
    graph, prize = cross()
    cheap = Graph.from_edges(5, graph.tail, graph.head, [16, 16, 16, 16, 8, 8, 8, 8])
    edges, _ = findings(cheap, prize)
    assert not edges[4:].any()


def test_a_tree_may_end_at_a_prize():
    graph, prize = cross()
    edges, low = findings(graph, np.where(prize == 0, 9, prize))
    assert not edges[4:].any()
    assert not low[4]


def test_no_depth_and_no_steps_find_next_to_nothing():
    graph, prize = cross()
    assert not findings(graph, prize, depth=0)[0].any()
    assert findings(graph, prize, steps=1)[0].sum() <= findings(graph, prize)[0].sum()


def test_long_chains_of_lists_stay_right_when_the_oldest_give_way():
    rng = np.random.default_rng(3)
    n = 20_000
    tail = np.concatenate([np.arange(1, n), rng.integers(0, n - 8, n // 2)])
    head = np.concatenate([np.arange(n - 1), tail[n - 1 :] + rng.integers(2, 8, n // 2)])
    graph = Graph.from_edges(n, tail, head, rng.integers(1, 100, tail.size))
    prize = np.where(rng.random(n) < 0.1, INF, 0)
    edges, low = findings(graph, prize)
    half = np.flatnonzero((tail < n // 2) & (head < n // 2))
    part = Graph.from_edges(n // 2, tail[half], head[half], graph.cost[half])
    few, fewer = findings(part, prize[: n // 2].copy())
    inner = (tail[half] < n // 2 - 500) & (head[half] < n // 2 - 500)
    assert np.array_equal(few[inner], edges[half][inner])
    assert np.array_equal(fewer[: n // 2 - 500], low[: n // 2 - 500])

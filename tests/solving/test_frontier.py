"""The frontier against brute force over all trees, and its own figures against each other."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from steiner_oracles import FAR, _distances, find, replayed

from karez.kernels.ascent import OUT, TOP
from karez.kernels.nested import nest
from karez.solving import Conditions, Graph, Overflow, conditioned, frontier
from karez.solving.covering import Recorder


def random_problem(rng):
    """A small graph with ties, zero costs, parallel edges, self-loops and parts out of reach; prizes and a root."""
    n = int(rng.integers(1, 8))
    m = int(rng.integers(0, 15))
    high = int(rng.choice([1, 3, 10, 1000, 10**9, 1 << 50]))
    dear = int(rng.choice([1, 4, 100, 10**6]))
    graph = Graph.from_edges(n, rng.integers(0, n, m), rng.integers(0, n, m), rng.integers(0, high + 1, m))
    return graph, rng.integers(0, dear + 1, n) * (rng.random(n) < 0.7), int(rng.integers(n))


def cheapest_trees(graph, root):
    """Cost of the least spanning tree of every connected set of nodes with the root, by Kruskal."""
    edges = sorted(zip(graph.cost.tolist(), graph.tail.tolist(), graph.head.tolist(), strict=True))
    for mask in range(1, 1 << graph.n):
        if not mask >> root & 1:
            continue
        leader, missing, cost = list(range(graph.n)), mask.bit_count() - 1, 0
        for price, tail, head in edges:
            if mask >> tail & 1 and mask >> head & 1 and find(leader, tail) != find(leader, head):
                leader[find(leader, tail)] = find(leader, head)
                missing -= 1
                cost += price
        if missing == 0:
            yield cost, [v for v in range(graph.n) if mask >> v & 1]


def check_trees(graph, prizes, root, answer):
    """Every point of the staircase is a tree with the root that costs and covers what it says."""
    assert (np.diff(answer.cost) > 0).all()
    assert (np.diff(answer.covered) > 0).all()
    for point in range(answer.cost.size):
        edges = answer.tree(point).tolist()
        nodes = {root} | {int(v) for e in edges for v in (graph.tail[e], graph.head[e])}
        leader = list(range(graph.n))
        for e in edges:
            leader[find(leader, int(graph.tail[e]))] = find(leader, int(graph.head[e]))
        assert len({find(leader, v) for v in nodes}) == 1
        assert len(nodes) == len(edges) + 1
        assert sum(int(graph.cost[e]) for e in edges) == answer.cost[point]
        assert sum(int(prizes[v]) for v in nodes) == answer.covered[point]


def prizes_by_way(graph, prizes, root, multiplier):
    """Prizes by distance from the root in what a plain replay of the moats leaves of the arcs' costs."""
    arcs = [
        (int(graph.tail[e]), int(graph.head[e]), (e, way))
        for e in range(graph.m)
        if graph.tail[e] != graph.head[e]
        for way in (0, 1)
    ]
    arcs = [(tail, head, arc) if arc[1] == 0 else (head, tail, arc) for tail, head, arc in arcs]
    reduced = {arc: int(graph.cost[arc[0]]) * multiplier.cost for _, _, arc in arcs}
    into, onto = ([[] for _ in range(graph.n)] for _ in range(2))
    for tail, head, arc in arcs:
        into[head].append((tail, arc))
        onto[tail].append((head, arc))
    for t, radius in zip(multiplier.case.node.tolist(), multiplier.case.radius.tolist(), strict=True):
        dist = _distances(into, reduced, t)
        for v, d in dist.items():
            for u, arc in into[v]:
                reduced[arc] -= max(0, min(dist.get(u, FAR), radius) - d) if d < radius else 0
    found = {}
    for v, way in _distances(onto, reduced, root).items():
        if prizes[v] > 0:
            found[way] = found.get(way, 0) + int(prizes[v])
    return found


@pytest.mark.parametrize("seed", range(6))
def test_every_budget_is_enclosed_every_point_is_a_tree_and_every_bound_replays(seed):
    rng = np.random.default_rng(seed)
    for _ in range(40):
        graph, prizes, root = random_problem(rng)
        answer = frontier(graph, prizes, root, steps=int(rng.integers(1, 12)))
        check_trees(graph, prizes, root, answer)
        trees = sorted((cost, int(prizes[nodes].sum())) for cost, nodes in cheapest_trees(graph, root))
        budgets = {budget for cost, _ in trees for budget in (cost - 1, cost, cost + 1, 2 * cost) if budget >= 0}
        for budget in sorted(budgets):
            best = max(covered for cost, covered in trees if cost <= budget)
            assert answer.covered_at(budget) <= best <= answer.bound_at(budget)
            assert answer.gap_at(budget) <= answer.gap + 1e-9
        for multiplier in answer.multipliers:
            scaled = replace(graph, cost=graph.cost * multiplier.cost)
            assert replayed(scaled, prizes * multiplier.prize, multiplier.case) == multiplier.bound
            found = prizes_by_way(graph, prizes, root, multiplier)
            assert multiplier.way.tolist() == sorted(found.keys() | {0})
            assert np.diff(multiplier.within, prepend=0).tolist() == [
                found.get(w, 0) for w in sorted(found.keys() | {0})
            ]
        assert answer.covered_at(sum(graph.cost.tolist())) <= answer.reachable <= answer.total == prizes.sum()


@pytest.mark.parametrize("seed", range(6))
def test_beginnings_of_the_build_order_are_trees_and_their_hull_is_that_of_all_subtrees(seed):
    rng = np.random.default_rng(seed)
    for _ in range(30):
        n = int(rng.integers(2, 9))
        above = np.array([0, *(int(rng.integers(v)) for v in range(1, n))])
        cost = rng.integers(0, 6, n - 1)
        graph = Graph.from_edges(n, above[1:], np.arange(1, n), cost)
        prizes = rng.integers(0, 5, n)
        up = np.full(n, OUT, np.int32)
        up[0] = TOP
        for v in range(1, n):
            up[v] = next(s for s in range(graph.start[v], graph.start[v + 1]) if graph.edge[s] == v - 1)
        order = nest(graph.neighbour, graph.slot_cost, prizes, up).tolist()
        assert sorted(order) == list(range(n))
        assert all(order.index(int(above[v])) < order.index(v) for v in range(1, n))
        spent = np.cumsum([0, *(int(cost[v - 1]) for v in order[1:])])
        gained = np.cumsum([int(prizes[v]) for v in order])
        subtrees = list(cheapest_trees(graph, 0))
        for ratio in (0, 0.3, 0.5, 1, 1.7, 2, 3, 10):
            best = max(ratio * int(prizes[nodes].sum()) - cost for cost, nodes in subtrees)
            assert (ratio * gained - spent).max() == pytest.approx(best)


def grid(rng, side=25):
    """A road-like network in which every third node has up to nine homes."""
    number = np.arange(side * side).reshape(side, side)
    tail = np.concatenate([number[:, :-1].ravel(), number[:-1].ravel()])
    head = np.concatenate([number[:, 1:].ravel(), number[1:].ravel()])
    keep = rng.random(tail.size) < 0.75
    graph = Graph.from_edges(side * side, tail[keep], head[keep], rng.integers(100, 900, keep.sum()))
    return graph, rng.integers(1, 10, side * side) * (rng.random(side * side) < 0.3)


def test_the_frontier_of_a_road_like_network_is_close_and_its_figures_agree():
    graph, prizes = grid(np.random.default_rng(0))
    answer = frontier(graph, prizes, 312, steps=40)
    assert answer.gap < 3.0
    assert np.median(answer.gaps) < 0.6
    check_trees(graph, prizes, 312, answer)
    ends = [*(answer.cost[1:] - 1).tolist(), int(answer.cost[-1])]
    assert answer.gap == max(answer.gap_at(budget) for budget in ends)
    assert answer.covered[-1] == answer.reachable == prizes[graph.reached(312)].sum()
    assert answer.bound_at(1 << 61) == answer.covered_at(1 << 61) == answer.reachable
    ratios = [multiplier.ratio for multiplier in answer.multipliers]
    assert ratios == sorted(set(ratios))


def test_a_bound_that_goes_on_from_a_lower_multiplier_replays_too(monkeypatch):
    resumed = []
    once = Recorder.resume
    monkeypatch.setattr(Recorder, "resume", lambda *given: resumed.append(1) or once(*given))
    graph, prizes = grid(np.random.default_rng(2), 12)
    answer = frontier(graph, prizes, 78, steps=30)
    assert len(resumed) > 3
    for multiplier in answer.multipliers:
        scaled = replace(graph, cost=graph.cost * multiplier.cost)
        assert replayed(scaled, prizes * multiplier.prize, multiplier.case) == multiplier.bound


def test_threads_and_repetition_change_nothing():
    graph, prizes = grid(np.random.default_rng(1), 15)
    told = []
    answers = [
        frontier(graph, prizes, 112, steps=15, seed=3, threads=threads, progress=told.append) for threads in (1, 2, 2)
    ]
    for other in answers[1:]:
        assert other.cost.tolist() == answers[0].cost.tolist()
        assert other.covered.tolist() == answers[0].covered.tolist()
        assert [m.bound for m in other.multipliers] == [m.bound for m in answers[0].multipliers]
        assert [gap for _, gap in other.trace] == [gap for _, gap in answers[0].trace]
        assert all((other.tree(i) == answers[0].tree(i)).all() for i in range(other.cost.size))
    assert told[-1] == 1.0


def test_a_gap_asked_for_ends_the_sweep():
    graph, prizes = grid(np.random.default_rng(2), 15)
    answer = frontier(graph, prizes, 112, stop_gap=5.0)
    assert answer.gap <= 5.0
    assert len(answer.multipliers) < len(frontier(graph, prizes, 112).multipliers)


def test_no_time_still_gives_the_whole_tree_and_a_bound():
    graph, prizes = grid(np.random.default_rng(4), 15)
    answer = frontier(graph, prizes, 112, seconds=0.0)
    assert len(answer.multipliers) == 1
    assert answer.covered[-1] == answer.reachable
    check_trees(graph, prizes, 112, answer)


def test_nothing_to_cover_is_no_gap():
    answer = frontier(Graph.from_edges(3, [0], [1], [4]), [0, 0, 0], 1)
    assert (answer.gap, answer.cost.tolist(), answer.covered_at(9), answer.bound_at(9)) == (0.0, [0], 0, 0)


def test_what_cannot_be_reached_stays_out():
    answer = frontier(Graph.from_edges(3, [0], [1], [4]), [1, 2, 7], 0)
    assert (answer.total, answer.reachable, answer.gap) == (10, 3, 0.0)
    assert (answer.covered_at(3), answer.bound_at(3), answer.covered_at(99), answer.bound_at(99)) == (1, 1, 3, 3)


def test_several_sources_and_free_edges_are_had_through_the_conditioned_problem():
    path = Graph.from_edges(5, range(4), range(1, 5), [6, 3, 7, 2])
    problem = conditioned(path, [0, 4, 4, 4, 0], None, Conditions(free=[1], roots=[0, 4]))
    answer = frontier(problem.graph, problem.prizes, problem.root)
    assert (answer.cost.tolist(), answer.covered.tolist()) == ([0, 2, 6, 8], [0, 4, 8, 12])
    assert sorted(e for e in problem.edge[answer.tree(3)].tolist() if e >= 0) == [0, 1, 3]
    assert (answer.bound_at(1), answer.bound_at(8)) == (0, 12)


def test_malformed_problems_are_refused():
    graph = Graph.from_edges(2, [0], [1], [1 << 61])
    with pytest.raises(ValueError, match="not be negative"):
        frontier(graph, [0, -1], 0)
    with pytest.raises(ValueError, match="root"):
        frontier(graph, [0, 1], 2)
    with pytest.raises(Overflow):
        frontier(graph, [0, 1 << 61], 0)
    with pytest.raises(ValueError, match="budget"):
        frontier(Graph.from_edges(2, [0], [1], [1]), [0, 1], 0).bound_at(-1)

"""Reductions keep the best value, and trees of the reduced problem are trees of the base."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from steiner_oracles import best_value, random_problem

from karez.kernels.ascent import INF, OUT
from karez.solving import FORCED, Graph
from karez.solving.graph import exact_sum
from karez.solving.reduction import QUICK, THOROUGH, Findings, Knowledge, Reduced, rebuild, shrink
from karez.solving.search import Clock, Search

HIGHS = (2, 10, 100, 10**6, 1 << 48)


def road_like(rng, nodes):
    """Points with roads to near ones; ties, free roads, detours; some or all prizes infinite."""
    grid = rng.random() < 0.3
    place = rng.integers(0, 4, (nodes, 2)) if grid else rng.random((nodes, 2))
    apart = np.abs(place[:, None] - place[None]).sum(axis=2) + 1e-9
    tail, head = np.triu_indices(nodes, 1)
    order = np.argsort(apart[tail, head], kind="stable")
    most = int(rng.integers(3, 6))
    degree = np.zeros(nodes, int)
    kept = []
    for e in order[rng.random(order.size) < 0.9]:
        if max(degree[tail[e]], degree[head[e]]) < most:
            degree[tail[e]] += 1
            degree[head[e]] += 1
            kept.append(e)
    high = int(rng.choice(HIGHS))
    length = apart[tail, head][kept] / apart.max() * (1.0 + 0.3 * (not grid) * rng.random(len(kept)))
    cost = (length * high).astype(np.int64)
    odd = rng.random(cost.size)
    cost[odd < 0.05] = 0
    cost[odd > 0.9] = rng.integers(0, high + 1, int((odd > 0.9).sum()))
    prizes = np.zeros(nodes, np.int64)
    prizes[rng.random(nodes) < rng.random() * 0.6] = INF
    if rng.random() < 0.5:
        paying = rng.random(nodes) < 0.5
        prizes[paying] = rng.integers(0, high + 1, int(paying.sum()))
    root = int(rng.integers(nodes))
    prizes[root] = INF
    return Graph.from_edges(nodes, tail[kept], head[kept], cost), prizes, root


def least_value(graph, prizes, root):
    """Least value over all sets of nodes at once, by Kruskal; INF if the forced nodes do not hang together."""
    sets = np.arange(1, 1 << graph.n)
    must = (prizes == INF) | (np.arange(graph.n) == root)
    sets = sets[(sets & (1 << np.flatnonzero(must)).sum()) == (1 << np.flatnonzero(must)).sum()]
    inside = (sets[:, None] >> np.arange(graph.n)) & 1 == 1
    value = np.where(inside, 0, np.where(must, 0, prizes)).sum(axis=1)
    missing = inside.sum(axis=1) - 1
    part = np.tile(np.arange(graph.n), (sets.size, 1))
    for e in np.argsort(graph.cost, kind="stable"):
        a, b = part[:, graph.tail[e]], part[:, graph.head[e]]
        joins = inside[:, graph.tail[e]] & inside[:, graph.head[e]] & (a != b)
        value[joins] += graph.cost[e]
        missing[joins] -= 1
        part = np.where(joins[:, None] & (part == b[:, None]), a[:, None], part)
    return int(value[missing == 0].min(initial=INF))


def problems(seed, count):
    """Road-like graphs, and odd ones with parallel edges and self-loops; with their best values."""
    rng = np.random.default_rng(seed)
    while count:
        if rng.random() < 0.75:
            graph, prizes, root = road_like(rng, int(rng.integers(4, 11)))
        else:
            graph, prizes, root = random_problem(rng, nodes=10, kind=str(rng.choice(["rooted", "steiner"])))
            prizes = np.where(prizes == FORCED, INF, prizes)
        best = least_value(graph, prizes, root)
        if graph.m and best < 1 << 55:
            count -= 1
            yield graph, prizes, root, best


def searched(graph, prizes, root, cutoff, seed=0):
    """A search with a tree, and what three ascents tell of trees below the cutoff; INF for the tree's value."""
    search = Search(graph, prizes, root, seed, Clock(None, 0.0, 0))
    search.improve(graph.slot_cost, root)
    known = Knowledge.nothing(graph)
    for number in range(3):
        reduced, _, at, bound = search.ascent(number)
        value = search.value if cutoff == INF else cutoff
        known = known.learn(graph, search.prize, at, reduced, bound, value)
    return search, known


def value_of(graph, prizes, up):
    return exact_sum(graph.slot_cost[up[up >= 0]]) + exact_sum(prizes[up == OUT])


def check_way_back(graph, prizes, root, problem, best):
    """A tree of the reduced problem is one of the base for no more; the best for as much."""
    left = least_value(problem.graph, problem.prize, problem.root)
    search = Search(problem.graph, problem.prize, problem.root, 0, Clock(None, 0.0, 0))
    search.improve(problem.graph.slot_cost, problem.root)
    up = problem.lift(graph, search.up)
    assert best <= value_of(graph, prizes, up) <= search.value + problem.constant
    assert up[root] != OUT
    return left + problem.constant


def test_the_fast_oracle_agrees_with_the_plain_one():
    for graph, prizes, root, best in problems(1, 60):
        assert best_value(graph, np.where(prizes == INF, FORCED, prizes), root) == best


@pytest.mark.parametrize("effort", [QUICK, THOROUGH])
def test_tests_without_bounds_keep_the_best_value(effort):
    before = after = 0
    for graph, prizes, root, best in problems(2, 1000):
        problem = shrink(Reduced.of(graph, prizes, root), Knowledge.nothing(graph), effort)
        assert not problem.hopeless
        assert check_way_back(graph, prizes, root, problem, best) == best
        before += graph.m
        after += problem.graph.m
    assert after < 0.3 * before


@pytest.mark.parametrize("effort", [QUICK, THOROUGH])
def test_tests_with_bounds_keep_what_is_better_than_the_best_known(effort):
    proved = 0
    for graph, prizes, root, best in problems(3, 600):
        for cutoff in (best + 1, best + 1 + best // 20, best, INF):
            search, known = searched(graph, prizes, root, cutoff)
            known_value = search.value if cutoff == INF else cutoff
            problem = shrink(Reduced.of(graph, search.prize, root), known, effort)
            if problem.hopeless:
                assert best >= known_value
                proved += 1
                continue
            left = least_value(problem.graph, problem.prize, problem.root)
            if best < known_value:
                assert left + problem.constant == best
            elif left < INF:
                assert left + problem.constant >= best
            if left < INF:
                check_way_back(graph, prizes, root, problem, best)
    assert proved


def test_reductions_of_reductions_lead_back_to_the_base():
    for graph, prizes, root, best in problems(4, 200):
        problem = Reduced.of(graph, prizes, root)
        for number in range(3):
            _, known = searched(problem.graph, problem.prize, problem.root, best + 1 - problem.constant, number)
            problem = shrink(problem, known, (QUICK, THOROUGH, THOROUGH)[number])
            if problem.graph.m == 0:
                break
        assert not problem.hopeless
        assert check_way_back(graph, prizes, root, problem, best) == best


def test_knowledge_alone_keeps_every_better_tree():
    for graph, prizes, root, best in problems(5, 200):
        _, known = searched(graph, prizes, root, best + 1)
        alive = known.alive
        smaller = Graph.from_edges(graph.n, graph.tail[alive], graph.head[alive], graph.cost[alive])
        assert least_value(smaller, prizes, root) == best


def test_an_edge_drawn_together_is_fixed_and_paid():
    graph = Graph.from_edges(4, [0, 1, 2, 0], [1, 2, 3, 3], [2, 3, 4, 20])
    prizes = np.array([INF, 0, 0, INF])
    found = Findings.nothing(graph.m)
    problem = rebuild(Reduced.of(graph, prizes, 0), replace(found, links=np.array([0], np.int32)))
    assert problem.constant == 2
    assert problem.fixed.tolist() == [0]
    assert least_value(problem.graph, problem.prize, problem.root) == 7


def test_a_problem_whose_forced_nodes_are_cut_off_is_hopeless():
    graph = Graph.from_edges(3, [0, 1], [1, 2], [1, 1])
    known = Knowledge.nothing(graph)
    known.alive[1] = False
    assert shrink(Reduced.of(graph, np.array([INF, 0, INF]), 0), known, QUICK).hopeless


def test_the_extended_test_leaves_costs_alone_that_might_overflow():
    graph = Graph.from_edges(4, [0, 1, 2, 0, 1], [1, 2, 3, 3, 3], np.array([3, 2, 3, 4, 5]) << 57)
    prizes = np.array([INF, 0, INF, INF])
    problem = shrink(Reduced.of(graph, prizes, 0), Knowledge.nothing(graph), THOROUGH)
    assert least_value(problem.graph, problem.prize, problem.root) + problem.constant == 7 << 57

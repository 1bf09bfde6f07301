"""Trees without a root: bounds from outside, nodes that are certain, cutoffs and cases, against brute force."""

from __future__ import annotations

import numpy as np
import pytest
from steiner_oracles import best_value, find, random_problem, recosted, replayed

from karez.kernels.ascent import INF
from karez.solving import Graph, prize, strengthen
from karez.solving.fixing import forced_by_budget
from karez.solving.search import Clock, Search
from karez.solving.unrooted import _Cases, _Unrooted
from karez.solving.ways_in import Outside


def unrooted_problem(rng, nodes=8):
    """A small graph with prizes near its edge costs, so that trees of every size are best now and then."""
    graph, prizes, _ = random_problem(rng, nodes=nodes, kind="unrooted")
    if rng.random() < 0.5:
        high = max(1, int(graph.cost.max(initial=0)))
        prizes = rng.integers(0, high + 1, graph.n)
    return graph, prizes.astype(np.int64)


def trees_below(graph, prizes, value):
    """Nodes and edges of the best tree of every node set, if better than a value and no leaf is without a prize."""
    edges = sorted(
        (cost, tail, head, e)
        for e, (tail, head, cost) in enumerate(
            zip(graph.tail.tolist(), graph.head.tolist(), graph.cost.tolist(), strict=True)
        )
    )
    for mask in range(1, 1 << graph.n):
        total = sum(int(prizes[v]) for v in range(graph.n) if not mask >> v & 1)
        leader, used = list(range(graph.n)), set()
        for cost, tail, head, e in edges:
            a, b = find(leader, tail), find(leader, head)
            if mask >> tail & 1 and mask >> head & 1 and a != b:
                leader[a] = b
                total += cost
                used.add(e)
        ends = [end for e in used for end in (int(graph.tail[e]), int(graph.head[e]))]
        bare = any(prizes[v] == 0 and ends.count(v) == 1 for v in ends)
        if len(used) == mask.bit_count() - 1 and total < value and not bare:
            yield total, {v for v in range(graph.n) if mask >> v & 1}, used


def exhaustive(cases):
    """Whether each case leaves out the roots before it and only the last has none."""
    roots = [case.root for case in cases]
    return all(sorted(case.left_out.tolist()) == sorted(roots[:i]) for i, case in enumerate(cases)) and (
        [i for i, root in enumerate(roots) if root < 0] == [len(cases) - 1]
    )


@pytest.mark.parametrize("exact", [False, True])
@pytest.mark.parametrize("seed", range(6))
def test_value_and_bound_enclose_the_optimum_and_every_case_replays(seed, exact):
    rng = np.random.default_rng(seed)
    for _ in range(60):
        graph, prizes = unrooted_problem(rng)
        best = best_value(graph, prizes, None)
        answer = prize(graph, prizes, None, rounds=4, exact=exact)
        assert answer.bound <= best <= answer.value
        assert recosted(graph, prizes, answer) == answer.value
        assert exhaustive(answer.cases)
        assert [replayed(graph, prizes, case) for case in answer.cases] == [case.bound for case in answer.cases]
        assert answer.ascent_bound == min(case.bound for case in answer.cases)
        assert exact or answer.bound == answer.ascent_bound


def test_the_exact_search_proves_small_problems():
    rng = np.random.default_rng(11)
    for _ in range(150):
        graph, prizes = unrooted_problem(rng)
        answer = prize(graph, prizes, None, rounds=20, exact=True)
        assert answer.value == answer.bound == best_value(graph, prizes, None)


def test_an_ascent_from_outside_bounds_trees_by_what_they_use_and_leave_out():
    rng = np.random.default_rng(12)
    bounded = 0
    for _ in range(150):
        graph, prizes = unrooted_problem(rng, nodes=7)
        left_out = np.flatnonzero(rng.random(graph.n) < 0.2).astype(np.int32)
        outside = Outside(graph, prizes, left_out)
        if outside.dearest == 0:
            continue
        entry = int(rng.integers(1, max(2, min(outside.dearest, 2 * outside.total + 2))))
        ascent = outside.ascend(entry, rng.permutation(graph.n).astype(np.int32), 1.5)
        assert replayed(graph, prizes, ascent.case) == ascent.case.bound
        for total, nodes, used in trees_below(graph, prizes, outside.total):
            if nodes & set(left_out.tolist()):
                continue
            assert total >= ascent.case.bound
            assert all(total >= ascent.using[e] for e in used)
            assert all(total >= ascent.without[v] for v in range(graph.n) if v not in nodes)
            bounded += 1
    assert bounded > 300


def test_nodes_forced_by_their_budget_are_in_every_better_tree():
    rng = np.random.default_rng(13)
    forced_in_all = 0
    for _ in range(150):
        graph, prizes = unrooted_problem(rng, nodes=7)
        root = int(rng.integers(graph.n))
        search = Search(graph, prizes, root, 0, Clock(None, -1.0, 3))
        search.first()
        forced = forced_by_budget(search.prize, search.node, search.radius, search.ascent_bound, search.value)
        certain = set(np.flatnonzero(forced).tolist())
        assert root in certain
        for _, nodes, _ in trees_below(graph, prizes, search.value):
            assert root not in nodes or certain <= nodes
        forced_in_all += len(certain) > 1
    assert forced_in_all > 20


def test_a_node_that_must_be_in_the_tree_is_forced_and_one_without_a_prize_is_not():
    none = np.empty(0, np.int32)
    forced = forced_by_budget(np.array([INF, 0, 5, 6]), none, none.astype(np.int64), 4, 10)
    assert forced.tolist() == [True, False, False, True]


def test_cases_alone_prove_what_cutoffs_would():
    rng = np.random.default_rng(14)
    opened = 0
    for _ in range(80):
        graph, prizes = unrooted_problem(rng)
        work = _Unrooted(graph, prizes, 0, Clock(None, 0.0, 30), lambda _: None, exact=True)
        if work.done():
            continue
        work.by_cases = _Cases(work)
        work.by_cases.open_all()
        for number in range(1, 30):
            if work.done() or not work.round(number):
                break
        best = best_value(graph, prizes, None)
        assert work.bound == work.value == best
        assert exhaustive(work.by_cases.cases())
        assert all(replayed(graph, prizes, case) == case.bound for case in work.by_cases.cases())
        opened += len(work.by_cases.order) > 0
    assert opened > 20


def test_many_small_prizes_on_a_grid_have_a_tight_bound():
    rng = np.random.default_rng(15)
    side = 30
    number = np.arange(side * side).reshape(side, side)
    tail = np.concatenate([number[:, :-1].ravel(), number[:-1].ravel()])
    head = np.concatenate([number[:, 1:].ravel(), number[1:].ravel()])
    graph = Graph.from_edges(side * side, tail, head, rng.integers(20, 100, tail.size))
    prizes = rng.integers(1, 60, graph.n)
    answer = prize(graph, prizes, None, rounds=6, exact=True)
    assert recosted(graph, prizes, answer) == answer.value
    assert replayed(graph, prizes, answer.cases[-1]) == answer.cases[-1].bound
    assert answer.ascent_bound > 0.98 * answer.value
    assert answer.gap < 0.002


def test_the_replayed_bound_is_strengthened_by_ascents_around_the_best_tree():
    rng = np.random.default_rng(17)
    stronger = 0
    for _ in range(25):
        graph = Graph.from_edges(150, *(rng.integers(0, 150, 400) for _ in range(2)), rng.integers(1, 101, 400))
        prizes = rng.integers(0, 201, 150) * (rng.random(150) < 0.2)
        answer = prize(graph, prizes, None, rounds=6, exact=True)
        more = strengthen(graph, prizes, answer, ascents=8)
        assert answer.ascent_bound <= more.ascent_bound <= answer.bound == more.bound
        assert (more.value, more.edges.tolist()) == (answer.value, answer.edges.tolist())
        assert min(replayed(graph, prizes, case) for case in more.cases) == more.ascent_bound
        stronger += more.ascent_bound > answer.ascent_bound
    assert stronger > 0


def test_costs_too_large_for_a_way_in_fall_back_on_cases():
    graph = Graph.from_edges(3, [0, 1], [1, 2], [(1 << 62) - 60, 3])
    prizes = np.array([20, 10, 20])
    answer = prize(graph, prizes, None, exact=True)
    assert (answer.value, answer.bound) == (23, 23)
    assert all(replayed(graph, prizes, case) == case.bound for case in answer.cases)


def test_equal_seeds_give_equal_answers():
    rng = np.random.default_rng(16)
    graph = Graph.from_edges(80, *(rng.integers(0, 80, 200) for _ in range(2)), rng.integers(1, 1000, 200))
    prizes = rng.integers(0, 900, 80)
    one, other = (prize(graph, prizes, None, seed=7, rounds=5, exact=True) for _ in range(2))
    assert (one.value, one.bound, one.ascent_bound, one.edges.tolist()) == (
        other.value, other.bound, other.ascent_bound, other.edges.tolist(),
    )  # fmt: skip
    assert [case.node.tolist() for case in one.cases] == [case.node.tolist() for case in other.cases]

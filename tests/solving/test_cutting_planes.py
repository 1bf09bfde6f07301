"""Cutting planes against brute force: bounds, arcs closed by paths, cuts found, cuts carried to smaller graphs."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from steiner_oracles import best_value, random_problem

from karez.kernels.ascent import INF, OUT
from karez.kernels.cut import behind, least_cut
from karez.solving import FORCED, Graph
from karez.solving import branch_and_cut as module
from karez.solving.branch_and_cut import BranchAndCut
from karez.solving.exact import Closing, close
from karez.solving.reduction import Knowledge
from karez.solving.search import Clock, Search


def started(graph, prizes, root):
    """A search with its first tree and no bound."""
    search = Search(graph, np.where(prizes == FORCED, INF, prizes), root, 0, Clock(None, 0.0, 0))
    search.improve(graph.slot_cost, root)
    return search


def problems(seed, count, kinds=("rooted", "steiner")):
    rng = np.random.default_rng(seed)
    for _ in range(count):
        graph, prizes, root = random_problem(rng, nodes=10, kind=str(rng.choice(kinds)))
        best = best_value(graph, prizes, root)
        if best is not None and graph.m and best < 1 << 50:
            yield graph, prizes, root, best


def grid(rng, side):
    """A grid with random costs, terminals and, every other time, prizes."""
    node = np.arange(side * side).reshape(side, side)
    tail = np.concatenate([node[:, :-1].ravel(), node[:-1].ravel()])
    head = np.concatenate([node[:, 1:].ravel(), node[1:].ravel()])
    graph = Graph.from_edges(side * side, tail, head, rng.integers(1, 12, tail.size))
    prizes = np.zeros(side * side, np.int64)
    prizes[rng.choice(side * side, side + 2, replace=False)] = FORCED
    if rng.random() < 0.5:
        prizes[rng.choice(side * side, side, replace=False)] = rng.integers(1, 20, side)
    prizes[0] = FORCED
    return graph, prizes


def without(graph, closed_edge):
    kept = np.flatnonzero(~closed_edge)
    return Graph.from_edges(graph.n, graph.tail[kept], graph.head[kept], graph.cost[kept])


@pytest.mark.parametrize("large", [0, 1_000_000])
@pytest.mark.parametrize("with_ascent", [False, True])
def test_cutting_planes_prove_the_optimum_by_vertices_and_by_interior_points(monkeypatch, with_ascent, large):
    monkeypatch.setattr(module, "LARGE", large)
    monkeypatch.setattr(module, "FEW", 0)
    for graph, prizes, root, best in problems(5, 60):
        search = started(graph, prizes, root)
        if with_ascent:
            search.ascent(0)
        assert BranchAndCut(search).run() == best
        assert search.value == best


def test_closing_by_reductions_proves_the_optimum():
    for graph, prizes, root, best in problems(6, 60):
        search = started(graph, prizes, root)
        assert close(search) == best
        assert search.value == best


def test_cutting_planes_begun_anew_on_smaller_graphs_prove_the_optimum(monkeypatch):
    monkeypatch.setattr(module, "SMALL", 0)
    monkeypatch.setattr("karez.solving.exact.HAND_BACK", 1.0)
    begun = []
    inner = BranchAndCut.__init__

    def counted(self, search, sets=None, *, hand_back=0.0, most_work=None):
        begun.append((sets is not None, search.graph.m, hand_back))
        inner(self, search, sets, hand_back=hand_back, most_work=most_work)

    monkeypatch.setattr(BranchAndCut, "__init__", counted)
    # Merged problems have cutting planes of their own.
    monkeypatch.setattr(Closing, "_merge_elite", lambda *_: None)
    monkeypatch.setattr(
        Closing, "_round", lambda self: self.search.improve(self.search.graph.slot_cost, self.search.root)
    )
    rng = np.random.default_rng(6)
    again = stuck = 0
    for _ in range(15):
        graph, prizes = grid(rng, 7)
        alone = started(graph, prizes, 0)
        assert BranchAndCut(alone).run() == alone.value
        search = started(graph, prizes, 0)
        closing = Closing(search, at_once=1)
        begun.clear()
        closing._cut()
        assert closing._proven() == search.value == alone.value
        for (_, before, _), (_, now, hand_back) in pairwise(begun):
            assert now < before or hand_back == 0.0
        # Only the last may go on without handing back.
        assert all(hand_back > 0.0 for _, _, hand_back in begun[:-1])
        again += sum(anew for anew, _, _ in begun)
        stuck += begun[-1][2] == 0.0
    assert again > 3
    assert stuck > 0


@pytest.mark.parametrize("most", [0, 20, 200])
def test_cutting_planes_that_end_early_leave_a_valid_bound(most):
    rng = np.random.default_rng(11)
    short = 0
    for _ in range(8):
        graph, prizes = grid(rng, 7)
        whole = started(graph, prizes, 0)
        assert BranchAndCut(whole).run() == whole.value
        search = started(graph, prizes, 0)
        bound = BranchAndCut(search, most_work=most).run()
        assert bound <= whole.value <= search.value
        short += bound < whole.value
    assert short > 0 or most > 20


def test_the_safe_bound_does_not_trust_the_linear_programme():
    rng = np.random.default_rng(1)
    for graph, prizes, root, best in problems(2, 60):
        search = started(graph, prizes, root)
        work = BranchAndCut(search)
        programme = work.programme
        programme.flush()
        for size in (1.0, 1e3, 1e30):
            wrong = rng.normal(size=programme.rows) * size
            total, margin, scale = programme.safe_bound(wrong, programme.lower, programme.upper)
            assert -((-total) // scale) + work.constant <= best
            assert margin.shape == programme.objective.shape


def test_arcs_closed_by_paths_are_in_no_better_tree():
    rng = np.random.default_rng(3)
    closed_edges = 0
    for graph, prizes, root, best in problems(4, 120):
        search = started(graph, prizes, root)
        search.value = best + 1 + int(rng.integers(0, 1 + best // 4))
        search.ascent(0)
        work = BranchAndCut(search)
        programme = work.programme
        _, _, dual = programme.solve()
        total, margin, scale = programme.safe_bound(dual, programme.lower, programme.upper)
        work._fix(total + work.constant * scale, margin, scale)
        shut = programme.upper[: work.slots] == 0
        closed = np.zeros(graph.m, np.bool_)
        closed[graph.edge[shut & shut[graph.twin]]] = True
        closed_edges += int(closed.sum())
        assert best_value(without(graph, closed), prizes, root) == best
        if work.evidence is not None:
            clue = work.evidence
            known = Knowledge.nothing(graph)
            known = known.learn(graph, search.prize, clue.root, clue.reduced, 0, clue.slack)
            assert best_value(without(graph, ~known.alive), prizes, root) == best
            assert not (closed & known.alive & (graph.tail != graph.head)).any()
    assert closed_edges > 50


def bare_dead_ends(search):
    """Whether the best tree has leaves without a prize."""
    up = search.up
    inner = np.unique(search.graph.neighbour[up[up >= 0]])
    leaves = np.setdiff1d(np.flatnonzero(up >= 0), inner)
    return bool((search.prize[leaves] == 0).any())


def test_rows_hold_for_every_best_tree():
    rng = np.random.default_rng(13)
    given = [(*problem[:3], bool(k % 2)) for k, problem in enumerate(problems(9, 60))]
    given += [(*grid(rng, 6), 0, bool(k % 2)) for k in range(20)]
    checked = rows = 0
    for graph, prizes, root, with_ascent in given:
        search = started(graph, prizes, root)
        if with_ascent:
            search.ascent(0)
        work = BranchAndCut(search)
        assert work.run() == search.value
        form = work.form
        # Rows are about trees without bare dead ends, led away from the programme's root.
        if form.root != search.root or bare_dead_ends(search):
            continue
        x = np.zeros(work.programme.objective.size, np.int64)
        x[search.up[search.up >= 0]] = 1
        x[form.slots :] = search.up[form.paying] != OUT
        programme = work.programme
        # Arcs closed for good are gone from rows, and only better trees are known not to use them.
        if (programme.upper[: form.slots][search.up[search.up >= 0]] == 0).any():
            continue
        for row in range(programme.rows):
            part = slice(programme.start[row], programme.start[row + 1])
            value = int((x[programme.index[part]] * programme.sign[part]).sum())
            assert programme.least[row] <= value <= programme.most[row]
        checked += 1
        rows += programme.rows
    assert checked >= 50
    assert rows >= 300


def test_cuts_of_the_programme_are_found_again_from_their_sets():
    found = 0
    for graph, prizes, root, _ in problems(10, 60, kinds=("steiner",)):
        search = started(graph, prizes, root)
        search.ascent(0)
        work = BranchAndCut(search)
        work.programme.solve()
        for inside in work.binding_sets():
            assert not inside[work.root]
            assert (search.prize[inside] == INF).any()
            found += 1
        sets = work.binding_sets()
        other = BranchAndCut(search, ~sets)
        assert other.run() == search.value
    assert found > 10


def test_least_cuts_equal_the_least_over_all_sets():
    rng = np.random.default_rng(11)
    for _ in range(150):
        n = int(rng.integers(3, 8))
        m = int(rng.integers(2, 16))
        graph = Graph.from_edges(n, rng.integers(0, n, m), rng.integers(0, n, m), np.ones(m, np.int64))
        capacity = rng.integers(0, 5, graph.neighbour.size)
        owner = np.repeat(np.arange(n), np.diff(graph.start))
        sources, sinks = np.zeros(n, np.bool_), np.zeros(n, np.bool_)
        sources[[0, 1 if n > 4 else 0]] = True
        sinks[n - 1] = True
        least = None
        for mask in range(1 << n):
            side = (mask >> np.arange(n) & 1).astype(np.bool_)
            if (side >= sources).all() and not (side & sinks).any():
                value = int(capacity[side[owner] & ~side[graph.neighbour]].sum())
                least = value if least is None else min(least, value)
        near_source, near_sink = sources.copy(), sinks.copy()
        left = capacity.astype(np.int64)
        flow = least_cut(graph.start, graph.neighbour, graph.twin, left, near_source, near_sink, np.int64(1000))
        assert flow == least
        for side in (near_source, ~near_sink):
            assert int(capacity[side[owner] & ~side[graph.neighbour]].sum()) == least
            assert (side >= sources).all()
            assert not (side & sinks).any()


def test_behind_a_cut_are_the_nodes_that_reach_its_target_without_crossing_it():
    graph = Graph.from_edges(4, [0, 1, 2], [1, 2, 3], [1, 1, 1])
    owner = np.repeat(np.arange(4), np.diff(graph.start))
    slot = np.flatnonzero((owner == 2) & (graph.neighbour == 1)).astype(np.int32)
    inside = behind(
        graph.start, graph.neighbour, np.array([0, 1], np.int32), slot, np.array([3], np.int32), np.zeros(6, np.bool_)
    )
    assert inside.tolist() == [[False, False, True, True]]


def test_a_programme_without_rows_that_do_not_bind_has_the_same_value():
    for graph, prizes, root, _ in problems(12, 40):
        search = started(graph, prizes, root)
        search.ascent(0)
        work = BranchAndCut(search)
        programme = work.programme
        _, x, dual = programme.solve()
        before = programme.safe_bound(dual, programme.lower, programme.upper)[0]
        programme.drop((programme.age == 0) | (programme.tag >= 0))
        _, again, dual = programme.solve()
        after = programme.safe_bound(dual, programme.lower, programme.upper)[0]
        assert after == pytest.approx(before, rel=1e-6, abs=programme.scale)
        assert (programme.objective * again).sum() == pytest.approx((programme.objective * x).sum(), rel=1e-6, abs=1e-6)

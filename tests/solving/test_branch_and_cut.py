"""The exact search against brute force, started with poor trees and without bounds so that it has work to do."""

from __future__ import annotations

import numpy as np
import pytest
from steiner_oracles import best_value, random_problem

from karez.kernels.ascent import INF
from karez.solving import FORCED, Graph
from karez.solving.branch_and_cut import BranchAndCut
from karez.solving.exact import close
from karez.solving.search import Clock, Search


def started(graph, prizes, root):
    """A search with its first tree and no bound."""
    search = Search(graph, np.where(prizes == FORCED, INF, prizes), root, 0, Clock(None, 0.0, 0))
    search.improve(graph.slot_cost, root)
    return search


def problems(seed, count):
    rng = np.random.default_rng(seed)
    for _ in range(count):
        graph, prizes, root = random_problem(rng, nodes=10, kind=str(rng.choice(["rooted", "steiner"])))
        best = best_value(graph, prizes, root)
        if best is not None and graph.m and best < 1 << 50:
            yield graph, prizes, root, best


@pytest.mark.parametrize("with_ascent", [False, True])
def test_cutting_planes_and_branching_prove_the_optimum(with_ascent):
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


def test_the_safe_bound_does_not_trust_the_linear_programme():
    graph = Graph.from_edges(3, [0, 1, 0], [1, 2, 2], [5, 5, 8])
    search = started(graph, np.array([FORCED, 0, FORCED]), 0)
    programme = BranchAndCut(search)
    rows = len(programme.row_index)
    size = programme.objective.size
    for wrong in (np.full(rows, 1e30), np.full(rows, -3.0), np.linspace(-50.0, 50.0, rows)):
        bound, _ = programme._safe(wrong, np.zeros(size), programme.upper, {})
        assert bound <= 8

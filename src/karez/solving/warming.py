"""Compiling every kernel ahead of the clock, or loading it from the cache."""

from __future__ import annotations

import subprocess
import sys

import numpy as np

from karez.kernels.ascent import INF, OUT
from karez.kernels.cache import is_warm
from karez.kernels.csr import slots
from karez.kernels.packing import charge_all, level_cuts
from karez.kernels.start import start_without_blas
from karez.kernels.tree import prune
from karez.solving.annealing import Annealing
from karez.solving.branch_and_cut import BranchAndCut
from karez.solving.certified import Ints, Longs
from karez.solving.graph import Graph
from karez.solving.multistart import Multistart
from karez.solving.packing import Packing
from karez.solving.reduction import THOROUGH, Knowledge, Reduced, shrink
from karez.solving.search import Clock, Search
from karez.solving.windows import Windows


def warm_up() -> None:
    """Compile every kernel that solving uses, or load it from the cache, on tiny problems; no time limit counts it.

    Where nothing is in the cache yet, a second process compiles half of it meanwhile. Kernels of the frontier alone
    are compiled by its first call.
    """
    elsewhere = None if is_compiled() else _begin_elsewhere()
    start_without_blas()
    graph, prize = _problem()
    warm_search(graph, prize)
    if elsewhere is not None:
        elsewhere.wait()
    warm_reductions(graph, prize)


def is_compiled() -> bool:
    """Whether the cache holds what :func:`warm_up` compiles: the first kernel, and the last of either process."""
    return is_warm(slots, level_cuts, charge_all)


def warm_search(graph: Graph, prize: Longs) -> None:
    """Compile what finds trees and bounds, and cutting planes."""
    search = Search(graph, prize, 0, 0, Clock(None, -1.0, 3))
    search.run()
    prune(graph.neighbour, graph.slot_cost, search.prize, search.up, True)
    other = Search(graph, prize, 0, 0, Clock(None, -1e9, 3))
    other.offer(np.array([-1, graph.twin[graph.start[0]], OUT, OUT, OUT], np.int32), 1 << 40)
    Windows(other, 4).sweep(_any_tree, 0, most=2)
    Multistart(search, 0).run(3)
    Annealing(search, search.up, 0).piece()
    work = BranchAndCut(search)
    work.run()
    work.binding_sets()
    search.packed().cuts(graph, 100)


def warm_reductions(graph: Graph, prize: Longs) -> None:
    """Compile what makes problems smaller, and local search on dual solutions."""
    problem = Reduced.of(graph, prize, 0)
    shrink(problem, Knowledge.nothing(graph), THOROUGH)
    problem.lift(graph, _root_alone(graph))
    Knowledge.nothing(graph).learn(graph, problem.prize, 0, graph.slot_cost.copy(), 0, 1)
    none, nobody = np.empty(0, np.int64), np.empty(0, np.int32)
    left = problem.prize.copy()
    packing = Packing(0, graph.slot_cost.copy(), left, nobody, none, np.zeros(1, np.int64), nobody.copy(), none.copy())
    packing.tighten(graph, problem.prize, _root_alone(graph), 1, 0)
    packing.carried(graph, problem.prize, np.arange(graph.n, dtype=np.int32))


def _root_alone(graph: Graph) -> Ints:
    up = np.full(graph.n, OUT, np.int32)
    up[0] = -1
    return up


def _any_tree(search: Search) -> None:
    search.up = np.full(search.graph.n, OUT, np.int32)
    search.up[0] = -1
    search.value = 0


def _problem() -> tuple[Graph, Longs]:
    graph = Graph.from_edges(5, [0, 1, 2, 0, 3, 1], [1, 2, 3, 3, 4, 3], [3, 1, 3, 4, 2, 1])
    return graph, np.array([0, 0, INF, 1, 3], np.int64)


def _begin_elsewhere() -> subprocess.Popen[bytes] | None:
    """A process that compiles the reductions into the cache; none where that cannot be."""
    program = "from karez.solving import warming; warming.warm_reductions(*warming._problem())"
    try:
        return subprocess.Popen(
            [sys.executable, "-c", program],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
    except OSError:
        return None

"""Closing the gap: reductions by reduced costs, then cutting planes and branching on what is left.

The linear programme is the directed cut formulation; its bound is made safe: duals are rounded to whole numbers, and
the bound is computed from them anew in integers (A. Neumaier, O. Shcherbina, "Safe bounds in linear and mixed-integer
linear programming", Mathematical Programming 99 (2004), doi:10.1007/s10107-003-0433-3).
"""

from __future__ import annotations

import numpy as np

from karez.kernels.ascent import INF
from karez.kernels.nested import nest
from karez.solving.branch_and_cut import BranchAndCut
from karez.solving.graph import Graph
from karez.solving.reduction import Elimination, Reduced, lift, reduce
from karez.solving.search import Clock, Search

LEVELS = 8
ASCENTS = 16
PATIENCE = 3
"""Ascents without much elimination after which the next step is taken."""

MOST_SLOTS = 60_000
"""Arcs up to which the linear programme is tried."""


def close(search: Search, *, level: int = 0) -> int:
    """Close the gap of a search as far as its clock allows.

    Parameters
    ----------
    search : Search
        A search that has a tree and a bound; better trees are offered to it.
    level : int
        How often the problem has been reduced already.

    Returns
    -------
    int
        A bound for the problem: no tree is better than it.
    """
    sieve = Elimination(search.graph)
    sieve.dispense(search.prize)
    idle = 0
    for number in range(ASCENTS):
        if search.done() or idle == PATIENCE:
            break
        before = int(sieve.alive.sum())
        reduced, connected, root, bound = search.ascent(number + 1)
        sieve.learn(reduced, root, search.prize, bound, search.value)
        idle = 0 if sieve.alive.sum() < 0.99 * before else idle + 1
        if number % 3 == 0:
            search.follow(reduced, connected, number)
    if search.done():
        return search.bound
    smaller = reduce(search, sieve.alive, search.clock)
    if smaller.hopeless:
        return search.value
    before, after = search.graph.m, smaller.search.graph.m
    bound = _solve_smaller(search, smaller, level, deeper=after < 0.9 * before)
    return max(search.bound, min(search.value, bound))


def _solve_smaller(search: Search, smaller: Reduced, level: int, *, deeper: bool) -> int:
    """Bound the reduced problem, and with it every better tree of the problem it comes from."""
    inner = smaller.search
    inner.cutoff = search.value - smaller.lost
    if inner.graph.m == 0:
        inner.first()
        lift(search, smaller)
        return inner.value + smaller.lost
    inner.first()
    for number in range(1, 4):
        if inner.done():
            break
        inner.round(number)
    lift(search, smaller)
    inner.cutoff = search.value - smaller.lost
    if inner.done():
        return inner.bound + smaller.lost
    if deeper and level < LEVELS:
        bound = close(inner, level=level + 1)
    elif inner.graph.neighbour.size <= MOST_SLOTS:
        bound = BranchAndCut(inner).run()
    else:
        bound = inner.bound
    lift(search, smaller)
    return bound + smaller.lost


def warm_up() -> None:
    """Compile every kernel, or load it from the cache, on a tiny problem; takes no part in any time limit."""
    graph = Graph.from_edges(5, [0, 1, 2, 0, 3, 1], [1, 2, 3, 3, 4, 3], [3, 1, 3, 4, 2, 1])
    prize = np.array([0, 0, INF, 1, 3], np.int64)
    search = Search(graph, prize, 0, 0, Clock(None, -1.0, 3))
    search.run()
    smaller = reduce(search, Elimination(graph).alive, search.clock)
    smaller.search.first()
    lift(search, smaller)
    sieve = Elimination(graph)
    sieve.dispense(search.prize)
    sieve.learn(search.ascent(0)[0], 0, search.prize, search.bound, search.value)
    BranchAndCut(search).run()
    nest(graph.neighbour, graph.slot_cost, np.ones(graph.n, np.int64), search.up)

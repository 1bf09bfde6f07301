"""The prize-collecting Steiner tree: connect what pays."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from karez.kernels.ascent import INF
from karez.solving.certified import Case, Certified, certify
from karez.solving.conditions import FORCED, Conditions, checked, conditioned, restored
from karez.solving.exact import close
from karez.solving.graph import Disconnected, Graph, refuse_overflow
from karez.solving.search import Clock, Progress, Search
from karez.solving.unrooted import solve_unrooted

TREE_SHARE = 0.5
"""Rounds spent on the tree, as a share of those allowed, where the bound must replay on the graph as given."""


def prize(
    graph: Graph,
    prizes: npt.ArrayLike,
    root: int | None,
    *,
    seconds: float | None = None,
    seed: int = 0,
    stop_gap: float = 0.0,
    rounds: int = 20,
    progress: Progress | None = None,
    exact: bool = False,
    conditions: Conditions | None = None,
) -> Certified:
    """Find the tree of least edge cost plus prizes not collected.

    Parameters
    ----------
    graph : Graph
        The graph.
    prizes : array_like of int, shape (n,)
        What leaving a node out costs, or ``FORCED``.
    root : int | None
        Node that is in the tree. None: any tree will do, of one node at least.
    seconds, seed, stop_gap, rounds, progress, exact, conditions
        See :func:`karez.solving.steiner.steiner`.

    Returns
    -------
    Certified
        The tree, its value and the bound.

    Raises
    ------
    Disconnected
        If forced nodes do not hang together (with the root) and are not to be left out; carries their numbers.
    Overflow
        If costs and prizes add up to 2⁶² or more.
    ValueError
        If prizes or root do not fit the graph, or conditions contradict each other.

    Examples
    --------
    >>> path = Graph.from_edges(3, [0, 1], [1, 2], [4, 4])
    >>> answer = prize(path, [0, 5, 3], root=0)
    >>> answer.value, answer.bound, answer.nodes.tolist()
    (7, 7, [0, 1])
    """
    if conditions is not None:
        asked = conditioned(graph, prizes, root, conditions)
        answer = prize(
            asked.graph,
            asked.prizes,
            asked.root,
            seconds=seconds,
            seed=seed,
            stop_gap=stop_gap,
            rounds=rounds,
            progress=progress,
            exact=exact,
        )
        return restored(asked, answer)
    given = checked(graph, prizes, root)
    refuse_overflow(graph.cost, given[given > 0])
    forced = np.flatnonzero(given == FORCED)
    if root is None and forced.size:
        root = int(forced[0])
    clock = Clock(seconds, stop_gap, rounds)
    if root is None:
        return solve_unrooted(graph, given, seed, clock, progress, exact=exact)
    apart = forced[~graph.reached(root)[forced]]
    if apart.size:
        raise Disconnected(apart.astype(np.int32))
    given[forced] = INF
    search = Search(graph, given, root, seed, clock)
    if exact:
        close(search, rounds, progress)
    else:
        _replayable(search, rounds, progress)
    if progress is not None:
        progress(1.0)
    case = Case(search.ascent_root, np.empty(0, np.int32), search.node, search.radius, search.ascent_bound)
    further = search.bound if exact else 0
    return certify(graph, search.up, search.value, (case,), clock.spent(), search.trace, further)


def _replayable(search: Search, rounds: int, progress: Progress | None) -> None:
    """Find a tree on reduced graphs, and a bound on the graph as given, whose ascents the tree guides."""
    clock = search.clock
    search.first()

    def told(share: float) -> None:
        if progress is not None:
            progress(TREE_SHARE * share)

    close(search, max(1, int(TREE_SHARE * rounds)), told, cutting=False)
    number = 0
    while number < rounds and not clock.late() and not clock.close(search.value, search.ascent_bound):
        number += 1
        search.ascent(number)
        if progress is not None:
            progress(clock.share(TREE_SHARE + (1 - TREE_SHARE) * number / rounds))

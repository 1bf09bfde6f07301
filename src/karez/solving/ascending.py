"""A quick answer: one tree by shortest paths, and the best of a few dual ascents around it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from karez.kernels.ascent import INF, OUT
from karez.kernels.tree import grow, turn
from karez.solving.certified import Case, Certified, Ints, Longs, certify
from karez.solving.conditions import FORCED
from karez.solving.graph import Graph, refuse_overflow
from karez.solving.search import Clock, Search
from karez.solving.survivability.problem import Bools


def ascended(graph: Graph, prizes: npt.ArrayLike, root: int, *, seed: int = 0, ascents: int = 1) -> Certified:
    """Find a fair tree and a bound that replays, in a small part of the time of :func:`karez.solving.prize.prize`.

    Parameters
    ----------
    graph : Graph
        The graph.
    prizes : array_like of int, shape (n,)
        What leaving a node out costs; finite.
    root : int
        Node that is in the tree.
    seed : int
        Settles all that is left to chance.
    ascents : int
        Ascents guided by the tree, besides one that is not.

    Returns
    -------
    Certified
        The tree, its value and the bound.

    Examples
    --------
    >>> path = Graph.from_edges(3, [0, 1], [1, 2], [4, 4])
    >>> answer = ascended(path, [0, 5, 3], 0)
    >>> answer.value, answer.bound, answer.nodes.tolist()
    (7, 7, [0, 1])
    """
    given = np.array(prizes, dtype=np.int64)
    refuse_overflow(graph.cost, given)
    clock = Clock(None, 0.0, ascents)
    search = Search(graph, given, root, seed, clock)
    search.first()
    for number in range(1, ascents + 1):
        if search.ascent_bound < search.value:
            search.ascent(number)
    case = Case(root, np.empty(0, np.int32), search.node, search.radius, search.ascent_bound)
    return certify(graph, search.up, search.value, (case,), clock.spent(), search.trace)


FAR = 1 << 40
"""What an edge that does not guide adds to its cost."""


def moats(
    graph: Graph,
    ahead: Longs,
    back: Longs,
    prizes: Longs,
    root: int,
    chosen: Bools,
    without: Ints,
    *,
    seed: int = 0,
    ascents: int = 1,
) -> Case:
    """Bound a tree whose edges cost otherwise in either direction: the best of some ascents.

    Parameters
    ----------
    graph : Graph
        The graph; its costs are not used.
    ahead, back : int64[m]
        Cost of every edge where the tree leads from its tail, and where it leads from its head.
    prizes : int64[n]
        What leaving a node out costs, or ``FORCED``.
    root : int
        Node that is in the tree, which leads away from it.
    chosen : bool[m]
        Edges of a good network, which guide the ascents.
    without : int32[…]
        Edges that the tree may not use.
    seed : int
        Settles all that is left to chance.
    ascents : int
        Ascents, besides one that is not guided.

    Examples
    --------
    >>> path, every, none = Graph.from_edges(3, [0, 1], [1, 2], [4, 4]), np.ones(2, np.bool_), np.empty(0, np.int32)
    >>> moats(path, np.array([4, 2]), np.array([9, 9]), np.array([1, 9, 9]), 0, every, none).bound
    6
    """
    kept = np.ones(graph.m, np.bool_)
    kept[without] = False
    small = Graph.from_edges(graph.n, graph.tail[kept], graph.head[kept], np.maximum(ahead, back)[kept])
    forward = small.neighbour == small.tail[small.edge]
    into = np.where(forward, ahead[kept][small.edge], back[kept][small.edge])
    own = np.where(prizes == FORCED, INF, prizes).astype(np.int64)
    search = Search(replace(small, slot_cost=into), own, root, seed, Clock(None, 0.0, ascents))
    search.free_roots = False
    search.ascent(0)
    guiding = chosen[kept][small.edge]
    want = np.zeros(small.n, np.int64)
    want[small.neighbour[guiding]] = INF
    up = np.full(small.n, OUT, np.int32)
    # A way out from the root is paid by the arcs into the nodes it leads to.
    outward = into[small.twin] + np.where(guiding, 0, FAR)
    grow(small.start, small.neighbour, small.twin, outward, want, np.int32(root), up)
    turn(small.neighbour, small.twin, up, np.int32(root))
    search.offer(up, FAR)
    for number in range(1, ascents + 1):
        search.ascent(number)
    return Case(root, np.empty(0, np.int32), search.node, search.radius, search.ascent_bound)

"""Shortest ways to a root, one or a pair that share nothing which may fail."""

from __future__ import annotations

import numpy as np
from numba import njit

from karez.kernels.compiled import KERNEL
from karez.kernels.two_ways import TWO_BY_EDGE, TWO_BY_NODE, cheapest_flow


@njit(**KERNEL)
def pairs(arc_start, arc_head, arc_twin, arc_edge, length, thick, root, target, need, first, shared):  # type: ignore[no-untyped-def]
    """Find for each target the way, or the pair of ways, of least total length.

    A pair is a flow of two units of least cost (Suurballe, Networks 4 (1974) 125–145); where only one unit passes, the
    way is the shortest there is.

    Parameters
    ----------
    arc_start, arc_head, arc_twin, arc_edge : int32
        Directed graph of half-nodes, v in and n + v out; `arc_edge` as for :func:`karez.kernels.rebuild.mend`.
    length : int64[m]
        Length of an edge, positive.
    thick : bool[m]
        Edges that both ways may use.
    root : int
        Where ways lead to.
    target : int32[k]
        Nodes they start at.
    need : int8[k]
        ``ONE``, ``TWO_BY_EDGE`` or ``TWO_BY_NODE``.
    first, shared : int32[k + 1], int32[…]
        Nodes that both ways of each target may pass.

    Returns
    -------
    begin, edges : int32[2 k + 1], int32[…]
        Edges of the ways from each target to the root: those of target i's first and second way are pieces 2 i and
        2 i + 1; the second is empty where there is none.
    """
    n = (arc_start.size - 1) // 2
    arcs = arc_head.size
    cost = np.zeros(arcs, np.int64)
    left = np.empty(arcs, np.int64)
    begin = np.zeros(2 * target.size + 1, np.int32)
    edges = np.empty(64, np.int32)
    filled = 0
    both = np.zeros(n, np.bool_)
    for a in range(arcs):
        if arc_edge[a] >= 0:
            cost[a] = length[arc_edge[a]]
            cost[arc_twin[a]] = -cost[a]
    for i in range(target.size):
        v = target[i]
        for j in range(first[i], first[i + 1]):
            both[shared[j]] = True
        for a in range(arcs):
            e = arc_edge[a]
            if e >= 0:
                left[a] = 2 if thick[e] else 1
            elif e == -1:
                left[a] = 1 if need[i] == TWO_BY_NODE and not both[arc_head[arc_twin[a]]] else 2
            else:
                left[a] = 0
        for j in range(first[i], first[i + 1]):
            both[shared[j]] = False
        sent = cheapest_flow(arc_start, arc_head, arc_twin, cost, left, n + v, root, 2 if need[i] >= TWO_BY_EDGE else 1)
        for way in range(2):
            u = n + v
            while way < sent and u != root:
                for a in range(arc_start[u], arc_start[u + 1]):
                    # What has gone along an arc stands in its twin; arcs backwards begin empty and stay so.
                    if arc_edge[a] >= -1 and left[arc_twin[a]] > 0:
                        left[arc_twin[a]] -= 1
                        u = arc_head[a]
                        if arc_edge[a] >= 0:
                            if filled == edges.size:
                                wider = np.empty(2 * filled, np.int32)
                                wider[:filled] = edges
                                edges = wider
                            edges[filled] = arc_edge[a]
                            filled += 1
                        break
            begin[2 * i + way + 1] = filled
    return begin, edges[:filled].copy()

"""Undirected graphs as slots: each edge stands once in the list of either end."""

from __future__ import annotations

import numpy as np
from numba import njit

from karez.kernels.compiled import KERNEL


@njit(**KERNEL)
def slots(n, tail, head, cost):  # type: ignore[no-untyped-def]
    """Lay edges out by node. Self-loops get no slot.

    Parameters
    ----------
    n : int
        Number of nodes.
    tail, head : int32[m]
        Ends of each edge.
    cost : int64[m]
        Cost of each edge.

    Returns
    -------
    start : int32[n + 1]
        The slots of node v are ``start[v]`` … ``start[v + 1] − 1``.
    neighbour : int32[slots]
        The other end.
    edge : int32[slots]
        The edge a slot belongs to.
    twin : int32[slots]
        The slot of the same edge at the other end.
    slot_cost : int64[slots]
        Cost of the edge.
    """
    m = tail.size
    start = np.zeros(n + 1, np.int32)
    for e in range(m):
        if tail[e] != head[e]:
            start[tail[e] + 1] += 1
            start[head[e] + 1] += 1
    for v in range(n):
        start[v + 1] += start[v]
    count = start[n]
    fill = start[:n].copy()
    neighbour = np.empty(count, np.int32)
    edge = np.empty(count, np.int32)
    twin = np.empty(count, np.int32)
    slot_cost = np.empty(count, np.int64)
    for e in range(m):
        u = tail[e]
        v = head[e]
        if u == v:
            continue
        a = fill[u]
        b = fill[v]
        fill[u] += 1
        fill[v] += 1
        neighbour[a] = v
        neighbour[b] = u
        edge[a] = e
        edge[b] = e
        twin[a] = b
        twin[b] = a
        slot_cost[a] = cost[e]
        slot_cost[b] = cost[e]
    return start, neighbour, edge, twin, slot_cost


@njit(**KERNEL)
def reach(start, neighbour, source):  # type: ignore[no-untyped-def]
    """Which nodes hang together with `source`: bool[n]."""
    n = start.size - 1
    seen = np.zeros(n, np.bool_)
    stack = np.empty(n, np.int32)
    stack[0] = source
    seen[source] = True
    size = 1
    while size > 0:
        size -= 1
        v = stack[size]
        for s in range(start[v], start[v + 1]):
            u = neighbour[s]
            if not seen[u]:
                seen[u] = True
                stack[size] = u
                size += 1
    return seen

"""Cutting a window out of a graph with a tree in it."""

from __future__ import annotations

import numpy as np
from numba import njit

from karez.kernels.ascent import INF, OUT
from karez.kernels.tree import leaves_first


@njit(cache=True, nogil=True)
def around(start, neighbour, source, many, seen, nodes):  # type: ignore[no-untyped-def]
    """The first `many` nodes around a source, by number of edges; marks them in `seen` and returns how many."""
    nodes[0] = source
    seen[source] = True
    count = 1
    i = 0
    while i < count and count < many:
        v = nodes[i]
        i += 1
        for s in range(start[v], start[v + 1]):
            u = neighbour[s]
            if not seen[u] and count < many:
                seen[u] = True
                nodes[count] = u
                count += 1
    return count


@njit(cache=True, nogil=True)
def window(start, neighbour, edge, slot_cost, prize, root, up, source, many):  # type: ignore[no-untyped-def]
    """The problem left when a tree may change only among the nodes around one.

    What hangs together by the tree outside becomes one node that must be in the tree.

    Parameters
    ----------
    start, neighbour, edge, slot_cost
        The graph, see :func:`karez.kernels.csr.slots`.
    prize : int64[n]
        Prizes, ``INF`` where a node must be in the tree.
    root : int
        Root of the tree.
    up : int32[n]
        The tree.
    source, many : int
        Middle of the window, and its number of nodes.

    Returns
    -------
    edges : int32[…]
        Edges of the graph inside the window that join different nodes of the problem.
    tail, head : int32[…]
        Their ends in the problem's numbering.
    prizes : int64[…]
        Prizes of the problem's nodes.
    top : int
        The problem's node that holds the root of the window's tree; −1 if no tree node lies in the window.
    used : bool[…]
        Which of the edges the tree uses.
    """
    n = start.size - 1
    seen = np.zeros(n, np.bool_)
    nodes = np.empty(many, np.int32)
    count = around(start, neighbour, source, many, seen, nodes)
    group = np.full(n, -1, np.int32)
    fixed = np.zeros(n, np.bool_)
    order = leaves_first(neighbour, up)
    for i in range(order.size - 1, -1, -1):
        v = order[i]
        if up[v] < 0 or (seen[v] and seen[neighbour[up[v]]]):
            group[v] = v
        else:
            group[v] = group[neighbour[up[v]]]
            fixed[group[v]] = True
    fixed[root] = True
    number = np.full(n, -1, np.int32)
    prizes = np.empty(count, np.int64)
    filled = 0
    for i in range(count):
        v = nodes[i]
        g = group[v] if group[v] >= 0 else v
        if number[g] < 0:
            number[g] = filled
            prizes[filled] = INF if fixed[g] else prize[v]
            filled += 1
        number[v] = number[g]
        if prize[v] == INF:
            prizes[number[g]] = INF
    total = 0
    for i in range(count):
        total += start[nodes[i] + 1] - start[nodes[i]]
    edges = np.empty(total, np.int32)
    tail = np.empty(total, np.int32)
    head = np.empty(total, np.int32)
    used = np.zeros(total, np.bool_)
    kept = 0
    top = np.int32(-1)
    for i in range(count):
        v = nodes[i]
        if up[v] != OUT and (top < 0 or prizes[top] != INF):
            top = number[v]
        for s in range(start[v], start[v + 1]):
            u = neighbour[s]
            if u > v and seen[u] and number[u] != number[v]:
                edges[kept] = edge[s]
                tail[kept] = number[v]
                head[kept] = number[u]
                used[kept] = (up[v] >= 0 and edge[up[v]] == edge[s]) or (up[u] >= 0 and edge[up[u]] == edge[s])
                kept += 1
    return (
        edges[:kept].copy(),
        tail[:kept].copy(),
        head[:kept].copy(),
        prizes[:filled].copy(),
        top,
        used[:kept].copy(),
    )

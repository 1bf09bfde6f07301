"""Trees in a graph: growing them by shortest paths, re-spanning, pruning, turning, costing.

A tree is an array `up` with one entry a node: the slot of the edge to its parent, −1 at the root, −2 outside.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from karez.kernels.ascent import INF, OUT, TOP
from karez.kernels.compiled import KERNEL
from karez.kernels.heap import lower, pop


@njit(**KERNEL)
def grow(start, neighbour, twin, cost, want, root, up):  # type: ignore[no-untyped-def]
    """Grow a tree from `root`, each time along the shortest path to the nearest wanted node.

    The shortest path heuristic of Takahashi and Matsuyama (1980) in one search: nodes that join the tree start
    again at distance 0.

    Parameters
    ----------
    start, neighbour, twin : int32
        The graph.
    cost : int64[slots]
        Cost of each slot's edge, equal at both ends.
    want : int64[n]
        How long a path to a node may be: ``INF`` any, 0 the node is not wanted.
    root : int
        Where the tree starts.
    up : int32[n]
        The tree (out).
    """
    n = start.size - 1
    dist = np.full(n, INF, np.int64)
    place = np.full(n, -1, np.int32)
    heap = np.empty(n, np.int32)
    via = np.empty(n, np.int32)
    most = np.int64(0)
    must = 0
    for v in range(n):
        up[v] = OUT
        if v != root:
            if want[v] == INF:
                must += 1
            elif want[v] > most:
                most = want[v]
    up[root] = TOP
    dist[root] = 0
    size = lower(heap, place, dist, np.int64(0), np.int64(root))
    while size > 0:
        v = pop(heap, place, dist, size)
        size -= 1
        d = dist[v]
        if d >= most and must == 0:
            break
        if up[v] == OUT and d < want[v]:
            x = v
            while up[x] == OUT:
                up[x] = via[x]
                if want[x] == INF:
                    must -= 1
                dist[x] = 0
                size = lower(heap, place, dist, size, x)
                x = neighbour[via[x]]
            continue
        for s in range(start[v], start[v + 1]):
            u = neighbour[s]
            if up[u] != OUT:
                continue
            through = d + cost[s]
            if through < dist[u]:
                dist[u] = through
                via[u] = twin[s]
                size = lower(heap, place, dist, size, u)


@njit(**KERNEL)
def respan(start, neighbour, twin, cost, inside, root, up):  # type: ignore[no-untyped-def]
    """Span the nodes with ``inside`` that hang together with `root` by a least spanning tree (Prim)."""
    n = start.size - 1
    dist = np.full(n, INF, np.int64)
    place = np.full(n, -1, np.int32)
    heap = np.empty(n, np.int32)
    done = np.zeros(n, np.bool_)
    for v in range(n):
        up[v] = OUT
    up[root] = TOP
    dist[root] = 0
    size = lower(heap, place, dist, np.int64(0), np.int64(root))
    while size > 0:
        v = pop(heap, place, dist, size)
        size -= 1
        done[v] = True
        for s in range(start[v], start[v + 1]):
            u = neighbour[s]
            if inside[u] and not done[u] and cost[s] < dist[u]:
                dist[u] = cost[s]
                up[u] = twin[s]
                size = lower(heap, place, dist, size, u)


@njit(**KERNEL)
def leaves_first(neighbour, up):  # type: ignore[no-untyped-def]
    """Nodes of the tree, every child before its parent: int32[nodes of the tree]."""
    n = up.size
    children = np.zeros(n, np.int32)
    total = 0
    for v in range(n):
        if up[v] >= 0:
            children[neighbour[up[v]]] += 1
        if up[v] != OUT:
            total += 1
    order = np.empty(total, np.int32)
    filled = 0
    for v in range(n):
        if up[v] != OUT and children[v] == 0:
            order[filled] = v
            filled += 1
    i = 0
    while i < filled:
        v = order[i]
        i += 1
        if up[v] >= 0:
            p = neighbour[up[v]]
            children[p] -= 1
            if children[p] == 0:
                order[filled] = p
                filled += 1
    return order


@njit(**KERNEL)
def prune(neighbour, cost, prize, up, fixed):  # type: ignore[no-untyped-def]
    """Keep the subtree of least edge cost plus prizes left out, exactly, by a dynamic program.

    Parameters
    ----------
    neighbour : int32[slots]
        Other end of each slot.
    cost : int64[slots]
        Edge costs.
    prize : int64[n]
        Prizes, ``INF`` where a node must stay.
    up : int32[n]
        The tree, cut in place.
    fixed : bool
        Whether the root must stay; if not, the best subtree anywhere is kept and its top becomes the root. Then no
        node may have an infinite prize.

    Returns
    -------
    root : int
        Root of what is left.
    """
    n = up.size
    order = leaves_first(neighbour, up)
    worth = np.zeros(n, np.int64)
    must = np.zeros(n, np.bool_)
    best = order[order.size - 1]
    for i in range(order.size):
        v = order[i]
        if prize[v] == INF:
            must[v] = True
        else:
            worth[v] += prize[v]
        if not fixed and worth[v] > worth[best]:
            best = v
        if up[v] >= 0:
            p = neighbour[up[v]]
            rest = worth[v] - cost[up[v]]
            if must[v] or rest > 0:
                worth[p] += rest
                must[p] = must[p] or must[v]
    if fixed:
        best = order[order.size - 1]
    keep = np.zeros(n, np.bool_)
    keep[best] = True
    for i in range(order.size - 1, -1, -1):
        v = order[i]
        if v == best:
            up[v] = TOP
        elif up[v] >= 0 and keep[neighbour[up[v]]] and (must[v] or worth[v] > cost[up[v]]):
            keep[v] = True
        else:
            up[v] = OUT
    return best


@njit(**KERNEL)
def evaluate(cost, prize, up):  # type: ignore[no-untyped-def]
    """Cost of the tree's edges plus the prizes outside it; ``INF`` if one of them is infinite."""
    total = np.int64(0)
    for v in range(up.size):
        if up[v] >= 0:
            total += cost[up[v]]
        elif up[v] == OUT:
            if prize[v] == INF:
                return INF
            total += prize[v]
    return total


@njit(**KERNEL)
def turn(neighbour, twin, up, root):  # type: ignore[no-untyped-def]
    """Make a node of the tree its root, in place."""
    v = root
    s = up[v]
    up[v] = TOP
    while s >= 0:
        p = neighbour[s]
        above = up[p]
        up[p] = twin[s]
        s = above


@njit(**KERNEL)
def polish(start, neighbour, twin, cost, prize, root, up, fixed):  # type: ignore[no-untyped-def]
    """Re-span and prune a tree until it no longer changes; returns root and value."""
    inside = np.empty(up.size, np.bool_)
    value = evaluate(cost, prize, up)
    before = up.copy()
    while True:
        for v in range(up.size):
            inside[v] = up[v] != OUT
        respan(start, neighbour, twin, cost, inside, root, up)
        top = prune(neighbour, cost, prize, up, fixed)
        now = evaluate(cost, prize, up)
        if now >= value:
            if now > value:
                for v in range(up.size):
                    up[v] = before[v]
                top = root
                now = value
            return top, now
        value = now
        root = top
        for v in range(up.size):
            before[v] = up[v]

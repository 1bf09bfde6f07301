"""Local search on Steiner trees: vertices put in; and the nearest tree nodes, for :mod:`karez.kernels.keys`.

After E. Uchoa and R. F. Werneck, "Fast local search for the Steiner problem in graphs", ACM Journal of Experimental
Algorithmics 17 (2012), doi:10.1145/2133803.2184448.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from karez.kernels.ascent import INF, OUT, TOP
from karez.kernels.compiled import KERNEL
from karez.kernels.heap import lower, pop
from karez.kernels.tree import turn


@njit(**KERNEL)
def longer(array):  # type: ignore[no-untyped-def]
    """The array with as much room again at its end, and some more."""
    more = np.empty(2 * array.size + 16, array.dtype)
    for i in range(array.size):
        more[i] = array[i]
    return more


@njit(**KERNEL)
def dearest_above(neighbour, cost, up, x):  # type: ignore[no-untyped-def]
    """Dearest edge on the way from a node to the top: its cost (−1 if there is none), its lower end, edges passed."""
    dearest = np.int64(-1)
    at = np.int32(-1)
    passed = 0
    while up[x] >= 0:
        if cost[up[x]] > dearest:
            dearest = cost[up[x]]
            at = x
        x = neighbour[up[x]]
        passed += 1
    return dearest, at, passed


@njit(**KERNEL)
def rehang(neighbour, twin, up, x, back, last, log_node, log_up, entries):  # type: ignore[no-untyped-def]
    """Turn the way from a node up to `last`, or to the top, so that the node hangs on the slot `back`.

    Nodes that get another parent, and their parents before, are logged from `entries` on; returns how many the log
    then has, and the log.
    """
    while True:
        if entries + 2 >= log_node.size:
            log_node = longer(log_node)
            log_up = longer(log_up)
        log_node[entries] = x
        log_up[entries] = up[x]
        entries += 1
        after = up[x]
        up[x] = back
        if x == last or after < 0:
            return entries, log_node, log_up
        back = twin[after]
        x = neighbour[after]


@njit(**KERNEL)
def insert_vertices(start, neighbour, twin, cost, prize, root, up, order, steps):  # type: ignore[no-untyped-def]
    """Put single vertices into the tree where the least spanning tree with them is cheaper.

    Parameters
    ----------
    start, neighbour, twin : int32
        The graph.
    cost : int64[slots]
        Edge costs.
    prize : int64[n]
        Prizes, ``INF`` where a node must be in the tree.
    root : int
        Root of the tree.
    up : int32[n]
        The tree, changed in place.
    order : int32[…]
        Vertices in the order in which they are tried.
    steps : int
        Most tree edges walked over; counted, not timed.

    Returns
    -------
    bool
        Whether the tree got better. Leaves it no longer needs are left to :func:`karez.kernels.tree.prune`.
    """
    better = False
    log_node = np.empty(1024, np.int32)
    log_up = np.empty(1024, np.int32)
    here = root
    for i in range(order.size):
        v = order[i]
        if up[v] != OUT:
            continue
        first = -1
        ends = 0
        for s in range(start[v], start[v + 1]):
            if up[neighbour[s]] != OUT:
                ends += 1
                if first < 0 or cost[s] < cost[first]:
                    first = s
        if ends == 0 or (ends == 1 and prize[v] <= cost[first]):
            continue
        if steps <= 0:
            break
        saved = (prize[v] if prize[v] < INF else np.int64(0)) - cost[first]
        entries = 0
        # Turn the tree so that the vertex is its root; each other edge then closes a cycle on one upward path.
        entries, log_node, log_up = rehang(
            neighbour, twin, up, neighbour[first], twin[first], np.int32(-1), log_node, log_up, entries
        )
        steps -= entries
        up[v] = TOP
        for s in range(start[v], start[v + 1]):
            u = neighbour[s]
            if s == first or up[u] == OUT or u == v:
                continue
            worst, at, passed = dearest_above(neighbour, cost, up, u)
            steps -= passed
            if worst <= cost[s]:
                continue
            saved += worst - cost[s]
            entries, log_node, log_up = rehang(neighbour, twin, up, u, twin[s], at, log_node, log_up, entries)
        if saved > 0:
            better = True
            here = v
        else:
            for j in range(entries - 1, -1, -1):
                up[log_node[j]] = log_up[j]
            up[v] = OUT
    if here != root:
        turn(neighbour, twin, up, root)
    return better


@njit(**KERNEL)
def voronoi(start, neighbour, twin, cost, up, dist, base, via):  # type: ignore[no-untyped-def]
    """Nearest node of the tree for every node, with distance and the slot towards it."""
    n = start.size - 1
    place = np.full(n, -1, np.int32)
    heap = np.empty(n, np.int32)
    size = 0
    for v in range(n):
        base[v] = -1
        via[v] = -1
        dist[v] = INF
        if up[v] != OUT:
            dist[v] = 0
            base[v] = v
            size = lower(heap, place, dist, size, v)
    while size > 0:
        v = pop(heap, place, dist, size)
        size -= 1
        for s in range(start[v], start[v + 1]):
            u = neighbour[s]
            through = dist[v] + cost[s]
            if through < dist[u]:
                dist[u] = through
                base[u] = base[v]
                via[u] = twin[s]
                size = lower(heap, place, dist, size, u)


@njit(**KERNEL)
def boundary_edges(start, neighbour, cost, base, dist, limit):  # type: ignore[no-untyped-def]
    """Slot, end and length by way of it of every edge between the cells of two base nodes, each edge once.

    Ways of `limit` or more are left out.
    """
    n = start.size - 1
    count = 0
    for v in range(n):
        for s in range(start[v], start[v + 1]):
            u = neighbour[s]
            if v < u and base[u] >= 0 and base[v] >= 0 and base[u] != base[v]:
                count += dist[u] + dist[v] + cost[s] < limit
    slot = np.empty(count, np.int32)
    owner = np.empty(count, np.int32)
    length = np.empty(count, np.int64)
    count = 0
    for v in range(n):
        for s in range(start[v], start[v + 1]):
            u = neighbour[s]
            if v >= u or base[u] < 0 or base[v] < 0 or base[u] == base[v]:
                continue
            if dist[u] + dist[v] + cost[s] < limit:
                slot[count] = s
                owner[count] = v
                length[count] = dist[u] + dist[v] + cost[s]
                count += 1
    return slot, owner, length


@njit(**KERNEL)
def find_leader(leader, v):  # type: ignore[no-untyped-def]
    """Leader of a node's set, halving the way to it."""
    while leader[v] != v:
        leader[v] = leader[leader[v]]
        v = leader[v]
    return v

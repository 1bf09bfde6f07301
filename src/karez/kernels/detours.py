"""Cheapest second ways: for each node that hangs on a source by one way, new edges that give it another."""

from __future__ import annotations

import numpy as np
from numba import njit

from karez.kernels.ascent import INF
from karez.kernels.compiled import KERNEL
from karez.kernels.heap import lower, pop


@njit(**KERNEL)
def detours(start, neighbour, edge, cost, parallel, parent, via, feed, targets):  # type: ignore[no-untyped-def]
    """Find for each target the cheapest edges with which two ways without a common edge lead to sources.

    Two such ways are a flow of two units of least cost; built edges cost nothing, so the first unit takes the way
    that is there, and the second is one shortest path in what the first leaves: along its edges only backwards, or by
    a second duct beside them (Suurballe and Tarjan 1984, doi:10.1002/net.3230140209).

    Parameters
    ----------
    start, neighbour, edge : int32
        The candidate graph, see :func:`karez.kernels.csr.slots`.
    cost : int64[m]
        Cost of an edge; 0 where it is built.
    parallel : int64[m]
        Cost of a second duct along an edge; ``INF`` where none may be.
    parent, via : int32[n]
        Built way of every node to its source; −1 at sources and off the network.
    feed : int64[n]
        Cost of being fed at a node: 0 at sources in use, ``INF`` where there is none.
    targets : int32[k]
        Nodes on the network.

    Returns
    -------
    total : int64[k]
        Cost of the cheapest; ``INF`` where there is none.
    first, new : int32[k + 1], int32[…]
        New edges of each target; a second duct is told by ``−1 − edge``.
    """
    n = start.size - 1
    dist = np.full(n, INF, np.int64)
    place = np.full(n, -1, np.int32)
    heap = np.empty(n, np.int32)
    back = np.full(n, -1, np.int32)
    came = np.full(n, -1, np.int32)
    touched = np.empty(n, np.int32)
    total = np.full(targets.size, INF, np.int64)
    first = np.zeros(targets.size + 1, np.int32)
    new = np.empty(64, np.int32)
    filled = 0
    low = np.full(cost.size, -1, np.int32)
    for k in range(targets.size):
        v = targets[k]
        x = v
        while parent[x] >= 0:
            low[via[x]] = x
            x = parent[x]
        count = 0
        touched[count] = v
        count += 1
        dist[v] = 0
        size = lower(heap, place, dist, np.int64(0), np.int64(v))
        goal = -1
        while size > 0:
            u = pop(heap, place, dist, size)
            size -= 1
            if dist[u] >= total[k]:
                break
            if feed[u] < INF and dist[u] + feed[u] < total[k]:
                total[k] = dist[u] + feed[u]
                goal = u
            for s in range(start[u], start[u + 1]):
                w = neighbour[s]
                e = edge[s]
                price = cost[e]
                if low[e] == u:
                    if parallel[e] == INF:
                        continue
                    price = parallel[e]
                elif low[e] == w:
                    price = np.int64(0)
                through = dist[u] + price
                if through < dist[w]:
                    if dist[w] == INF:
                        touched[count] = w
                        count += 1
                    dist[w] = through
                    back[w] = u
                    came[w] = e
                    size = lower(heap, place, dist, size, np.int64(w))
        if goal >= 0:
            u = goal
            while u != v:
                e = came[u]
                beside = low[e] == back[u]
                if beside or cost[e] > 0:
                    if filled == new.size:
                        wider = np.empty(2 * filled, np.int32)
                        wider[:filled] = new
                        new = wider
                    new[filled] = -1 - e if beside else e
                    filled += 1
                u = back[u]
        first[k + 1] = filled
        for i in range(count):
            u = touched[i]
            dist[u] = INF
            place[u] = -1
            back[u] = -1
            came[u] = -1
        x = v
        while parent[x] >= 0:
            low[via[x]] = -1
            x = parent[x]
    return total, first, new[:filled].copy()

"""The special distance test: edges that every better tree can do without.

C. W. Duin, A. Volgenant, "An edge elimination test for the Steiner problem in graphs", Operations Research Letters 8
(1989), doi:10.1016/0167-6377(89)90035-7.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from karez.kernels.ascent import INF, OUT, TOP
from karez.kernels.heap import lower, pop
from karez.kernels.local import boundary_edges, find_leader, voronoi
from karez.kernels.sort import ascending

MOST_SETTLED = 60


@njit(cache=True, nogil=True)
def dispensable(start, neighbour, twin, slot_cost, forced):  # type: ignore[no-untyped-def]
    """Find edges whose ends can be joined without them, each stretch between forced nodes shorter than the edge.

    Since every comparison is strict, all the edges found can be left out at once.

    Parameters
    ----------
    start, neighbour, twin : int32
        The graph.
    slot_cost : int64[slots]
        Edge costs.
    forced : bool[n]
        Nodes that are in every tree.

    Returns
    -------
    bool[slots]
        Both slots of each edge that can go.
    """
    n = start.size - 1
    gone = np.zeros(neighbour.size, np.bool_)
    up = np.full(n, OUT, np.int32)
    for v in range(n):
        if forced[v]:
            up[v] = TOP
    dist = np.empty(n, np.int64)
    base = np.empty(n, np.int32)
    via = np.empty(n, np.int32)
    voronoi(start, neighbour, twin, slot_cost, up, dist, base, via)
    # Least spanning tree of the forced nodes in the metric of shortest paths; `hang` and `link` hold it.
    slot, owner, length = boundary_edges(start, neighbour, slot_cost, base, dist)
    # Union by size without compression: the way up a leader tree holds the bottleneck between two nodes.
    hang = np.full(n, -1, np.int32)
    link = np.full(n, INF, np.int64)
    size = np.ones(n, np.int32)
    leader = np.empty(n, np.int32)
    for v in range(n):
        leader[v] = v
    for i in ascending(length):
        a = find_leader(leader, base[owner[i]])
        b = find_leader(leader, base[neighbour[slot[i]]])
        if a == b:
            continue
        if size[a] > size[b]:
            a, b = b, a
        size[b] += size[a]
        leader[a] = b
        hang[a] = b
        link[a] = length[i]
    for v in range(n):
        for s in range(start[v], start[v + 1]):
            u = neighbour[s]
            c = slot_cost[s]
            if u <= v or base[v] < 0 or base[u] < 0 or dist[v] >= c or dist[u] >= c:
                continue
            x = base[v]
            y = base[u]
            worst = np.int64(0)
            # Links grow on the way up, so the lower link is always climbed first.
            while x != y and worst < c:
                if link[x] < link[y] or (link[x] == link[y] and size[x] <= size[y]):
                    worst = max(worst, link[x])
                    x = hang[x]
                else:
                    worst = max(worst, link[y])
                    y = hang[y]
                if x < 0 or y < 0:
                    worst = INF
                    break
            if worst < c:
                gone[s] = True
                gone[twin[s]] = True
    # Shorter ways round that need no forced node.
    place = np.full(n, -1, np.int32)
    heap = np.empty(n, np.int32)
    touched = np.empty(n, np.int32)
    dist[:] = INF
    for v in range(n):
        limit = np.int64(0)
        for s in range(start[v], start[v + 1]):
            if not gone[s]:
                limit = max(limit, slot_cost[s])
        if limit == 0:
            continue
        dist[v] = 0
        touched[0] = v
        reached = 1
        settled = 0
        waiting = lower(heap, place, dist, 0, v)
        while waiting > 0 and settled < MOST_SETTLED:
            x = pop(heap, place, dist, waiting)
            waiting -= 1
            settled += 1
            for s in range(start[x], start[x + 1]):
                y = neighbour[s]
                through = dist[x] + slot_cost[s]
                if through < limit and through < dist[y]:
                    if dist[y] == INF:
                        touched[reached] = y
                        reached += 1
                    dist[y] = through
                    waiting = lower(heap, place, dist, waiting, y)
        for s in range(start[v], start[v + 1]):
            if dist[neighbour[s]] < slot_cost[s]:
                gone[s] = True
                gone[twin[s]] = True
        for i in range(reached):
            dist[touched[i]] = INF
            place[touched[i]] = -1
    return gone

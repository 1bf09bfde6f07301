"""Least cuts for the separation of directed cut inequalities."""

from __future__ import annotations

import numpy as np
from numba import njit


@njit(cache=True, nogil=True)
def least_cut(start, neighbour, twin, capacity, source, sink, enough):  # type: ignore[no-untyped-def]
    """Send flow from source to sink (Dinic) until `enough` or no more gets through.

    Parameters
    ----------
    start, neighbour, twin : int32
        The graph.
    capacity : int64[slots]
        Capacity of the arc from the slot's owner to its neighbour; residual when done.
    source, sink : int
        Where flow starts and ends.
    enough : int
        Flow after which there is no cut of interest.

    Returns
    -------
    flow : int
        The flow, at most `enough`.
    near_source, near_sink : bool[n]
        Nodes reached from the source, and nodes that reach the sink, in the residual graph: the smallest and the
        largest least cut if flow < enough.
    """
    n = start.size - 1
    level = np.empty(n, np.int32)
    queue = np.empty(n, np.int32)
    at = np.empty(n, np.int32)
    path = np.empty(n, np.int32)
    flow = np.int64(0)
    near_source = np.zeros(n, np.bool_)
    near_sink = np.zeros(n, np.bool_)
    while flow < enough:
        level[:] = -1
        level[source] = 0
        queue[0] = source
        filled = 1
        i = 0
        while i < filled and level[sink] < 0:
            v = queue[i]
            i += 1
            for s in range(start[v], start[v + 1]):
                u = neighbour[s]
                if capacity[s] > 0 and level[u] < 0:
                    level[u] = level[v] + 1
                    queue[filled] = u
                    filled += 1
        if level[sink] < 0:
            break
        at[:] = start[:n]
        depth = 0
        v = source
        while True:
            if v == sink:
                least = enough - flow
                for j in range(depth):
                    least = min(least, capacity[path[j]])
                for j in range(depth):
                    capacity[path[j]] -= least
                    capacity[twin[path[j]]] += least
                flow += least
                depth = 0
                v = source
                if flow >= enough:
                    break
                continue
            moved = False
            while at[v] < start[v + 1]:
                s = at[v]
                u = neighbour[s]
                if capacity[s] > 0 and level[u] == level[v] + 1:
                    path[depth] = s
                    depth += 1
                    v = u
                    moved = True
                    break
                at[v] += 1
            if moved:
                continue
            if v == source:
                break
            level[v] = -1
            depth -= 1
            v = neighbour[twin[path[depth]]]
    if flow < enough:
        near_source[source] = True
        queue[0] = source
        filled = 1
        i = 0
        while i < filled:
            v = queue[i]
            i += 1
            for s in range(start[v], start[v + 1]):
                u = neighbour[s]
                if capacity[s] > 0 and not near_source[u]:
                    near_source[u] = True
                    queue[filled] = u
                    filled += 1
        near_sink[sink] = True
        queue[0] = sink
        filled = 1
        i = 0
        while i < filled:
            v = queue[i]
            i += 1
            for s in range(start[v], start[v + 1]):
                u = neighbour[s]
                if capacity[twin[s]] > 0 and not near_sink[u]:
                    near_sink[u] = True
                    queue[filled] = u
                    filled += 1
    return flow, near_source, near_sink

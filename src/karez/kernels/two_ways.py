"""Two ways from a root: which nodes have them, which edges of a network are needed for them, and the cheapest pair."""

from __future__ import annotations

import numpy as np
from numba import njit

from karez.kernels.compiled import KERNEL
from karez.kernels.heap import lower, pop

NONE, ONE, TWO_BY_EDGE, TWO_BY_NODE = 0, 1, 2, 3
"""How a node hangs together with the root: not, by one way, by two that share no edge, by two that share no node."""

FAR = np.int64(1) << np.int64(62)


@njit(**KERNEL)
def ways(start, neighbour, edge, root, chosen, thick, sure):  # type: ignore[no-untyped-def]
    """How every node hangs together with the root in the chosen part of a graph.

    One depth-first search with low points (Tarjan, Information Processing Letters 2 (1974) 160–161). Linear.

    Parameters
    ----------
    start, neighbour, edge : int32
        The graph.
    root : int
        Where the ways begin.
    chosen : bool[m]
        Edges that are there.
    thick : bool[m]
        Edges that never fail: two ways may share them.
    sure : bool[n]
        Nodes that never fail: two ways may share them.

    Returns
    -------
    int8[n]
        ``NONE``, ``ONE``, ``TWO_BY_EDGE`` or ``TWO_BY_NODE``; the last for the root.
    """
    n = start.size - 1
    kind = np.zeros(n, np.int8)
    number = np.full(n, -1, np.int32)
    low = np.empty(n, np.int32)
    up = np.full(n, -1, np.int32)
    above = np.full(n, -1, np.int32)
    order = np.empty(n, np.int32)
    at = start[:n].copy()
    stack = np.empty(n, np.int32)
    stack[0] = root
    number[root] = 0
    low[root] = 0
    order[0] = root
    count = 1
    top = 1
    while top > 0:
        v = stack[top - 1]
        if at[v] < start[v + 1]:
            s = at[v]
            at[v] += 1
            if not chosen[edge[s]] or edge[s] == up[v]:
                continue
            u = neighbour[s]
            if number[u] < 0:
                number[u] = count
                low[u] = count
                order[count] = u
                count += 1
                up[u] = edge[s]
                above[u] = v
                stack[top] = u
                top += 1
            elif number[u] < low[v]:
                low[v] = number[u]
        else:
            top -= 1
            if top > 0:
                p = above[v]
                low[p] = min(low[p], low[v])
    kind[root] = TWO_BY_NODE
    for i in range(1, count):
        v = order[i]
        p = above[v]
        best = TWO_BY_NODE
        if low[v] >= number[v] and not thick[up[v]]:
            best = ONE
        elif low[v] >= number[p] and p != root and not sure[p]:
            best = TWO_BY_EDGE
        kind[v] = min(best, kind[p])
    return kind


@njit(**KERNEL)
def keeps(start, neighbour, edge, root, chosen, thick, sure, need):  # type: ignore[no-untyped-def]
    """Whether every node has the ways it needs in the chosen part: bool."""
    kind = ways(start, neighbour, edge, root, chosen, thick, sure)
    return np.all(kind >= need)


@njit(**KERNEL)
def thin_out(start, neighbour, edge, root, chosen, thick, sure, need, order):  # type: ignore[no-untyped-def]
    """Take edges away, in an order, as long as every node keeps the ways it needs; `chosen` is changed.

    The result is that of testing one edge after the other. Fewer are tested, and on the chosen part alone: edges along
    a chain of nodes that need no way stay or go together, since no way ends there, and ends of chains tell much.

    Parameters
    ----------
    start, neighbour, edge, root, chosen, thick, sure
        See :func:`ways`.
    need : int8[n]
        Ways every node needs; where one has not, no edge goes.
    order : int32[m]
        All edges, from the first to try to the last.
    """
    if not keeps(start, neighbour, edge, root, chosen, thick, sure, need):
        return
    degree, firm, place, at, other, by, ends = _chosen_part(start, neighbour, edge, root, chosen, thick)
    here = np.flatnonzero(place >= 0)
    line = np.empty(chosen.size, np.int32)
    needed = np.zeros(chosen.size, np.bool_)
    for e in order:
        if not chosen[e] or needed[e]:
            continue
        count, one, two = _chain(e, start, neighbour, edge, root, chosen, need, degree, ends, line)
        loose, tied = False, False
        for i in range(count):
            tied |= needed[line[i]]
        for v in (one, two):
            if v != root and degree[v] == 1:
                loose |= need[v] == NONE
                tied |= need[v] != NONE
            elif v != root and degree[v] == 2 and need[v] >= TWO_BY_EDGE:
                tied |= not firm[v]
        chosen[line[:count]] = False
        if loose or (not tied and keeps(at, other, by, place[root], chosen, thick, sure[here], need[here])):
            for i in range(count):
                degree[ends[line[i], 0]] -= 1
                degree[ends[line[i], 1]] -= 1
        else:
            chosen[line[:count]] = True
            needed[line[:count]] = True


@njit(**KERNEL)
def _chosen_part(start, neighbour, edge, root, chosen, thick):  # type: ignore[no-untyped-def]
    """The graph of the chosen edges.

    Returns
    -------
    tuple
        Degree of every node, whether an edge there does not fail, its number in the small graph; the slots of that,
        with the edges' own numbers; both ends of every edge.
    """
    n = start.size - 1
    degree = np.zeros(n, np.int32)
    firm = np.zeros(n, np.bool_)
    ends = np.empty((chosen.size, 2), np.int32)
    for v in range(n):
        for s in range(start[v], start[v + 1]):
            degree[v] += chosen[edge[s]]
            firm[v] |= chosen[edge[s]] and thick[edge[s]]
            ends[edge[s], 0] = v
            ends[edge[s], 1] = neighbour[s]
    place = np.full(n, -1, np.int32)
    here = np.flatnonzero((degree > 0) | (np.arange(n) == root))
    place[here] = np.arange(here.size, dtype=np.int32)
    at = np.zeros(here.size + 1, np.int32)
    other = np.empty(degree.sum(), np.int32)
    by = np.empty(other.size, np.int32)
    filled = 0
    for i in range(here.size):
        for s in range(start[here[i]], start[here[i] + 1]):
            if chosen[edge[s]]:
                other[filled] = place[neighbour[s]]
                by[filled] = edge[s]
                filled += 1
        at[i + 1] = filled
    return degree, firm, place, at, other, by, ends


@njit(**KERNEL)
def _chain(e, start, neighbour, edge, root, chosen, need, degree, ends, line):  # type: ignore[no-untyped-def]
    """Write to `line` the chosen edges that lead on through nodes without need; returns their number and both ends."""
    line[0] = e
    count = 1
    one, two = ends[e, 0], ends[e, 1]
    for side in range(2):
        v, by = (one, e) if side == 0 else (two, e)
        while degree[v] == 2 and need[v] == NONE and v != root:
            slot = -1
            for s in range(start[v], start[v + 1]):
                if chosen[edge[s]] and edge[s] != by:
                    slot = s
            if slot < 0 or edge[slot] == e:
                # A ring that hangs on nothing.
                return count, v, v
            by = edge[slot]
            line[count] = by
            count += 1
            v = neighbour[slot]
        if side == 0:
            one = v
        else:
            two = v
    return count, one, two


@njit(**KERNEL)
def cheapest_flow(start, head, twin, cost, left, source, sink, amount):  # type: ignore[no-untyped-def]
    """Send units of flow at least cost by shortest ways with potentials (Suurballe, Networks 4 (1974) 125–145).

    Parameters
    ----------
    start, head, twin : int32
        A directed graph: the arcs of node v are ``start[v]`` … ``start[v + 1] − 1``; the twin leads back.
    cost : int64[arcs]
        Cost of a unit, not negative where there is capacity; that of a twin is the negative.
    left : int64[arcs]
        Capacity that is left; changed.
    source, sink : int
        Where flow starts and ends.
    amount : int
        Units wanted.

    Returns
    -------
    int
        Units sent.
    """
    n = start.size - 1
    potential = np.zeros(n, np.int64)
    far = np.empty(n, np.int64)
    before = np.empty(n, np.int32)
    heap = np.empty(n, np.int32)
    place = np.empty(n, np.int32)
    sent = 0
    while sent < amount:
        far[:] = FAR
        place[:] = -1
        far[source] = 0
        before[source] = -1
        size = lower(heap, place, far, 0, source)
        while size > 0:
            v = pop(heap, place, far, size)
            size -= 1
            if v == sink:
                break
            for a in range(start[v], start[v + 1]):
                if left[a] <= 0:
                    continue
                u = head[a]
                along = far[v] + cost[a] + potential[v] - potential[u]
                if along < far[u]:
                    far[u] = along
                    before[u] = a
                    size = lower(heap, place, far, size, u)
        if far[sink] == FAR:
            break
        # What lies farther than the sink was not looked at: so much is enough to leave no arc below 0.
        for v in range(n):
            potential[v] += min(far[v], far[sink])
        v = sink
        while v != source:
            a = before[v]
            left[a] -= 1
            left[twin[a]] += 1
            v = head[twin[a]]
        sent += 1
    return sent

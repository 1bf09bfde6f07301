"""Least cuts for the separation of directed cut inequalities."""

from __future__ import annotations

import numpy as np
from numba import njit

from karez.kernels.compiled import KERNEL


@njit(**KERNEL)
def least_cut(start, neighbour, twin, capacity, near_source, near_sink, enough):  # type: ignore[no-untyped-def]
    """Send flow from some nodes to others (Dinic) until `enough` or no more gets through.

    Parameters
    ----------
    start, neighbour, twin : int32
        The graph.
    capacity : int64[slots]
        Capacity of the arc from the slot's owner to its neighbour; residual when done.
    near_source, near_sink : bool[n]
        Where flow starts and ends. If flow < enough they come back as the nodes reached from the sources, and those
        that reach the sinks, in the residual graph: the smallest and the largest least cut.
    enough : int
        Flow after which there is no cut of interest.

    Returns
    -------
    int
        The flow, at most `enough`.
    """
    n = start.size - 1
    level = np.empty(n, np.int32)
    queue = np.empty(n, np.int32)
    at = np.empty(n, np.int32)
    path = np.empty(n, np.int32)
    flow = np.int64(0)
    sources = 0
    for v in range(n):
        if near_source[v]:
            queue[sources] = v
            sources += 1
    while flow < enough:
        level[:] = -1
        for i in range(sources):
            level[queue[i]] = 0
        filled = sources
        i = 0
        met = np.int32(-1)
        while i < filled and met < 0:
            v = queue[i]
            i += 1
            for s in range(start[v], start[v + 1]):
                u = neighbour[s]
                if capacity[s] > 0 and level[u] < 0:
                    level[u] = level[v] + 1
                    queue[filled] = u
                    filled += 1
                    if near_sink[u]:
                        met = level[u]
                        break
        if met < 0:
            break
        at[:] = start[:n]
        for i in range(sources):
            first = queue[i]
            depth = 0
            v = first
            while flow < enough:
                if near_sink[v]:
                    least = enough - flow
                    narrow = 0
                    for j in range(depth):
                        if capacity[path[j]] < least:
                            least = capacity[path[j]]
                            narrow = j
                    for j in range(depth):
                        capacity[path[j]] -= least
                        capacity[twin[path[j]]] += least
                    flow += least
                    # Go on from where the way was narrowest.
                    depth = narrow
                    v = neighbour[twin[path[narrow]]]
                    continue
                moved = False
                if level[v] < met:
                    while at[v] < start[v + 1]:
                        s = at[v]
                        u = neighbour[s]
                        if capacity[s] > 0 and (level[u] == level[v] + 1 or (near_sink[u] and level[v] + 1 == met)):
                            path[depth] = s
                            depth += 1
                            v = u
                            moved = True
                            break
                        at[v] += 1
                if moved:
                    continue
                if depth == 0:
                    break
                level[v] = -2
                depth -= 1
                v = neighbour[twin[path[depth]]]
    if flow < enough:
        for side in range(2):
            near = near_source if side == 0 else near_sink
            filled = 0
            for v in range(n):
                if near[v]:
                    queue[filled] = v
                    filled += 1
            i = 0
            while i < filled:
                v = queue[i]
                i += 1
                for s in range(start[v], start[v + 1]):
                    u = neighbour[s]
                    if not near[u] and capacity[s if side == 0 else twin[s]] > 0:
                        near[u] = True
                        queue[filled] = u
                        filled += 1
    return flow


@njit(**KERNEL)
def violated_cuts(  # type: ignore[no-untyped-def]
    start, neighbour, twin, capacity, saturated, root, targets, need, unit, most_cuts, seen
):
    """Cuts between the root and each target that let less through than the target needs.

    A violated cut holds no saturated arc, so what the root reaches by them belongs to the source, and what reaches the
    target by them to the sink; of targets with the same beginning one is looked at. Arcs of cuts found get full
    capacity, so that later cuts of the same round lie elsewhere.

    Parameters
    ----------
    start, neighbour, twin : int32
        The graph.
    capacity : int64[slots]
        Capacity of the arc from the neighbour into the owner; raised to `unit` in cuts found.
    saturated : bool[slots]
        Arcs from the neighbour into the owner that carry a full unit.
    root : int
        Where flow starts.
    targets : int32[k]
        Nodes to look at, in this order.
    need : int64[k]
        A cut that lets this much through is of no interest.
    unit : int
        Capacity of a full unit.
    most_cuts : int
        Cuts after which to stop.
    seen : bool[n]
        Nodes looked at, marked here; those marked before are left out.

    Returns
    -------
    owner : int32[cuts]
        Index in `targets` of each cut.
    cut_start : int32[cuts + 1]
        The arcs of cut i are ``cut_slot[cut_start[i]:cut_start[i + 1]]``.
    cut_slot : int32[…]
        Slots whose arcs enter the target's side.
    """
    n = start.size - 1
    slots = neighbour.size
    source = np.zeros(n, np.bool_)
    stack = np.empty(n, np.int32)
    source[root] = True
    stack[0] = root
    top = 1
    while top > 0:
        top -= 1
        v = stack[top]
        for s in range(start[v], start[v + 1]):
            u = neighbour[s]
            if saturated[twin[s]] and not source[u]:
                source[u] = True
                stack[top] = u
                top += 1
    owner = np.empty(most_cuts + 2, np.int32)
    cut_start = np.zeros(most_cuts + 3, np.int32)
    cut_slot = np.empty(6 * slots, np.int32)
    cuts = 0
    filled = 0
    left = np.empty(slots, np.int64)
    sink = np.empty(n, np.bool_)
    near_source = np.empty(n, np.bool_)
    near_sink = np.empty(n, np.bool_)
    for k in range(targets.size):
        t = targets[k]
        if source[t] or seen[t]:
            continue
        sink[:] = False
        sink[t] = True
        seen[t] = True
        stack[0] = t
        top = 1
        fresh = True
        while top > 0:
            top -= 1
            v = stack[top]
            for s in range(start[v], start[v + 1]):
                u = neighbour[s]
                if saturated[s] and not sink[u]:
                    if seen[u]:
                        fresh = False
                    sink[u] = True
                    seen[u] = True
                    stack[top] = u
                    top += 1
        if not fresh:
            continue
        # The flow wants the capacity from the owner to the neighbour.
        for s in range(slots):
            left[s] = capacity[twin[s]]
        near_source[:] = source
        near_sink[:] = sink
        if least_cut(start, neighbour, twin, left, near_source, near_sink, need[k]) >= need[k]:
            continue
        first = filled
        for side in range(2):
            mark = filled
            same = side == 1
            for v in range(n):
                if not (near_sink[v] if side == 1 else not near_source[v]):
                    continue
                for s in range(start[v], start[v + 1]):
                    u = neighbour[s]
                    if near_sink[u] if side == 1 else not near_source[u]:
                        continue
                    cut_slot[filled] = s
                    filled += 1
                    if near_source[v] or not near_source[u]:
                        same = False
            if same:
                filled = mark
                continue
            owner[cuts] = k
            cuts += 1
            cut_start[cuts] = filled
        for i in range(first, filled):
            capacity[cut_slot[i]] = unit
        if cuts >= most_cuts or filled + 2 * slots > cut_slot.size:
            break
    return owner[:cuts].copy(), cut_start[: cuts + 1].copy(), cut_slot[:filled].copy()


@njit(**KERNEL)
def behind(start, neighbour, cut_start, cut_slot, target, barred):  # type: ignore[no-untyped-def]
    """The nodes behind each cut: those that reach its target without crossing it or a barred arc.

    Parameters
    ----------
    start, neighbour : int32
        The graph.
    cut_start, cut_slot : int32
        The cuts, see :func:`violated_cuts`.
    target : int32[cuts]
        A node behind each cut.
    barred : bool[slots]
        Arcs into the owner that nothing crosses.

    Returns
    -------
    bool[cuts, n]
        Whether a node is behind the cut.
    """
    n = start.size - 1
    inside = np.zeros((target.size, n), np.bool_)
    blocked = barred.copy()
    stack = np.empty(n, np.int32)
    for i in range(target.size):
        for j in range(cut_start[i], cut_start[i + 1]):
            blocked[cut_slot[j]] = True
        stack[0] = target[i]
        inside[i, target[i]] = True
        top = 1
        while top > 0:
            top -= 1
            v = stack[top]
            for s in range(start[v], start[v + 1]):
                u = neighbour[s]
                if not blocked[s] and not inside[i, u]:
                    inside[i, u] = True
                    stack[top] = u
                    top += 1
        for j in range(cut_start[i], cut_start[i + 1]):
            blocked[cut_slot[j]] = barred[cut_slot[j]]
    return inside

"""Dual ascent for networks in which nodes need ways from the root and ways to it."""

from __future__ import annotations

import numpy as np
from numba import njit

from karez.kernels.compiled import KERNEL
from karez.kernels.two_ways import FAR, TWO_BY_EDGE


@njit(**KERNEL)
def ascend(start, neighbour, edge, twin, slot_cost, root, need, most):  # type: ignore[no-untyped-def]
    """Raise cuts between the root and what needs ways until every way is paid for (Wong, Math. Programming 28 (1984)).

    The arcs of a cut that leaves the root's side end in what reaches a node along arcs paid for; those of a cut that
    enters it begin in what the node reaches. Both kinds are charged to the same arcs.

    Parameters
    ----------
    start, neighbour, edge, twin : int32
        The graph.
    slot_cost : int64[slots]
        Cost of the arc from a slot's owner to its neighbour.
    root : int
        The root.
    need : int8[n]
        Ways every node needs; cuts that enter the root's side only for two.
    most : int
        Cuts after which to stop.

    Returns
    -------
    side : bool[cuts, n]
        Nodes on the root's side.
    entering : bool[cuts]
        Whether arcs enter the root's side.
    weight : int64[cuts]
        By how much each was raised.
    """
    n = start.size - 1
    left = slot_cost.copy()
    side = np.empty((most, n), np.bool_)
    entering = np.empty(most, np.bool_)
    weight = np.empty(most, np.int64)
    cuts = 0
    # One task a node and direction; the size of the set that was last raised for it says whose turn it is.
    task_node = np.empty(2 * n, np.int32)
    task_turned = np.empty(2 * n, np.bool_)
    tasks = 0
    for v in range(n):
        if need[v] > 0:
            task_node[tasks] = v
            task_turned[tasks] = False
            tasks += 1
            if need[v] >= TWO_BY_EDGE:
                task_node[tasks] = v
                task_turned[tasks] = True
                tasks += 1
    size = np.ones(tasks, np.int64)
    inside = np.empty(n, np.bool_)
    stack = np.empty(n, np.int32)
    while cuts < most:
        task = -1
        for k in range(tasks):
            if size[k] > 0 and (task < 0 or size[k] < size[task]):
                task = k
        if task < 0:
            break
        turned = task_turned[task]
        inside[:] = False
        inside[task_node[task]] = True
        stack[0] = task_node[task]
        top = 1
        count = 1
        least = FAR
        while top > 0 and not inside[root]:
            top -= 1
            v = stack[top]
            for s in range(start[v], start[v + 1]):
                u = neighbour[s]
                if not inside[u] and left[s if turned else twin[s]] == 0:
                    inside[u] = True
                    stack[top] = u
                    top += 1
                    count += 1
        if inside[root]:
            size[task] = 0
            continue
        if count > size[task]:
            # Another's turn may have come.
            size[task] = count
            smallest = True
            for k in range(tasks):
                if 0 < size[k] < count:
                    smallest = False
                    break
            if not smallest:
                continue
        for v in range(n):
            if inside[v]:
                for s in range(start[v], start[v + 1]):
                    if not inside[neighbour[s]]:
                        least = min(least, left[s if turned else twin[s]])
        if least == FAR:
            size[task] = 0
            continue
        for v in range(n):
            if inside[v]:
                for s in range(start[v], start[v + 1]):
                    if not inside[neighbour[s]]:
                        left[s if turned else twin[s]] -= least
        side[cuts] = ~inside
        entering[cuts] = turned
        weight[cuts] = least
        cuts += 1
    return side[:cuts].copy(), entering[:cuts].copy(), weight[:cuts].copy()

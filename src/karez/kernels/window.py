"""Cutting a window out of a graph with a tree in it, and putting another tree in its place; all work is local."""

from __future__ import annotations

import numpy as np
from numba import njit

from karez.kernels.ascent import INF, OUT
from karez.kernels.compiled import KERNEL
from karez.kernels.local import longer

CUT = np.int32(-3)
"""Mark of a tree node whose edge to its parent has been taken out."""


@njit(**KERNEL)
def window(start, neighbour, twin, prize, root, up, source, many, inside, group, number, held):  # type: ignore[no-untyped-def]
    """The problem left when a tree may change only among the nodes around one.

    What hangs together by the tree without the window's own edges becomes one node. Where part of it lies outside the
    window it must be in the tree.

    Parameters
    ----------
    start, neighbour, twin
        The graph, see :func:`karez.kernels.csr.slots`.
    prize : int64[n]
        Prizes, ``INF`` where a node must be in the tree.
    root : int
        Root of the tree.
    up : int32[n]
        The tree.
    source, many : int
        Middle of the window, and its number of nodes.
    inside, group, number, held : bool[n], int32[n], int32[n], bool[n]
        Room: False, −1, −1 and False throughout, before and after.

    Returns
    -------
    nodes, which : int32[…]
        Nodes of the window, and the problem's node each belongs to.
    prizes : int64[…]
        Prizes of the problem's nodes; node 0 holds the root of the tree.
    slot, owner : int32[…]
        Edges of the window between different nodes of the problem, each once, as a slot and its owner.
    used : bool[…]
        Which of them the tree uses.
    """
    nodes = np.empty(many, np.int32)
    nodes[0] = source
    inside[source] = True
    count = 1
    i = 0
    while i < count < many:
        v = nodes[i]
        i += 1
        for s in range(start[v], start[v + 1]):
            u = neighbour[s]
            if not inside[u] and count < many:
                inside[u] = True
                nodes[count] = u
                count += 1
    # Every tree node belongs to the uppermost node it hangs on without an edge inside the window.
    climbed = np.empty(1024, np.int32)
    far = 0
    room = 0
    for i in range(count):
        v = nodes[i]
        room += start[v + 1] - start[v]
        if up[v] == OUT:
            group[v] = v
            continue
        x = v
        low = far
        outside = False
        while group[x] < 0:
            if far == climbed.size:
                climbed = longer(climbed)
            climbed[far] = x
            far += 1
            outside |= not inside[x]
            if up[x] < 0 or (inside[x] and inside[neighbour[up[x]]]):
                group[x] = x
                break
            x = neighbour[up[x]]
        g = group[x]
        for j in range(low, far):
            group[climbed[j]] = g
        for s in range(start[v], start[v + 1]):
            u = neighbour[s]
            outside |= up[u] == twin[s] and not inside[u]
        held[g] |= outside
    prizes = np.empty(count + 1, np.int64)
    prizes[0] = INF
    number[root] = 0
    filled = 1
    which = np.empty(count, np.int32)
    for i in range(count):
        v = nodes[i]
        g = group[v]
        if number[g] < 0:
            number[g] = filled
            prizes[filled] = INF if held[g] else 0
            filled += 1
        k = number[g]
        which[i] = k
        prizes[k] = INF if prize[v] == INF or prizes[k] == INF else prizes[k] + prize[v]
    slot = np.empty(room, np.int32)
    owner = np.empty(room, np.int32)
    used = np.zeros(room, np.bool_)
    kept = 0
    for i in range(count):
        v = nodes[i]
        for s in range(start[v], start[v + 1]):
            u = neighbour[s]
            if u > v and inside[u] and group[u] != group[v]:
                slot[kept] = s
                owner[kept] = v
                used[kept] = up[v] == s or up[u] == twin[s]
                kept += 1
    for i in range(far):
        group[climbed[i]] = -1
        held[climbed[i]] = False
        number[climbed[i]] = -1
    number[root] = -1
    for i in range(count):
        v = nodes[i]
        inside[v] = False
        group[v] = -1
        number[v] = -1
    return (
        nodes[:count].copy(),
        which,
        prizes[:filled].copy(),
        slot[:kept].copy(),
        owner[:kept].copy(),
        used[:kept].copy(),
    )


@njit(**KERNEL)
def put_back(neighbour, twin, up, nodes, which, slot, owner, used, above, number):  # type: ignore[no-untyped-def]
    """Give the tree other edges in a window.

    Parameters
    ----------
    neighbour, twin
        The graph.
    up : int32[n]
        The tree, changed in place.
    nodes, which, slot, owner, used
        The window, see :func:`window`.
    above : int32[…]
        For each node of the problem which of the edges leads to its parent, −1 at the top, −2 outside the new tree.
    number : int32[n]
        Room: −1 throughout, before and after.
    """
    for i in range(slot.size):
        if used[i]:
            v = owner[i]
            if up[v] == slot[i]:
                up[v] = CUT
            else:
                up[neighbour[slot[i]]] = CUT
    for i in range(nodes.size):
        number[nodes[i]] = which[i]
        if above[which[i]] == OUT:
            up[nodes[i]] = OUT
    for k in range(above.size):
        if above[k] < 0:
            continue
        s = slot[above[k]]
        y = owner[above[k]]
        if number[y] != k:
            y = neighbour[s]
            s = twin[s]
        # The part of the tree that hangs together with y gets y for its root.
        after = up[y]
        up[y] = s
        while after >= 0:
            p = neighbour[after]
            later = up[p]
            up[p] = twin[after]
            after = later
            y = p
    for i in range(nodes.size):
        number[nodes[i]] = -1

"""Biconnected parts of a graph, seen from a root."""

from __future__ import annotations

import numpy as np
from numba import njit

from karez.kernels.compiled import KERNEL
from karez.kernels.cuts import search


@njit(**KERNEL)
def blocks(start, neighbour, edge, root, m):  # type: ignore[no-untyped-def]
    """Biconnected parts of what hangs together with the root, and how they hang on each other. Linear.

    A bridge is a part of one edge. Parts are numbered so that what lies behind a part has a smaller number.

    Parameters
    ----------
    start, neighbour, edge : int32
        The graph.
    root : int
        Where the search begins.
    m : int
        Number of edges.

    Returns
    -------
    part : int32[m]
        Part of every edge; −1 for self-loops and edges the root does not reach.
    top : int32[parts]
        Node of every part that is nearest to the root; all ways from the root into the part pass it.
    entry : int32[n]
        Part that a node is entered by; −1 for the root and nodes not reached. All other parts at the node have it as
        their top.
    order : int32[reached]
        Nodes in the order of the search, the root first.
    """
    order, parent, via, pre, low, part, parts = search(start, neighbour, edge, m, root)
    top = np.empty(parts, np.int32)
    entry = np.full(parent.size, -1, np.int32)
    for i in range(1, order.size):
        v = order[i]
        entry[v] = part[via[v]]
        if low[v] >= pre[parent[v]]:
            top[entry[v]] = parent[v]
    return part, top, entry, order


@njit(**KERNEL)
def needed_behind(order, entry, top, need):  # type: ignore[no-untyped-def]
    """What is needed at a node or behind it: the most of `need` at the node and all nodes it separates from the root.

    Parameters
    ----------
    order, entry, top : int32
        See :func:`blocks`.
    need : int8[n]
        Need of every node itself.

    Returns
    -------
    int8[n]
        The most that is needed at the node or behind it.
    """
    behind = need.copy()
    for i in range(order.size - 1, 0, -1):
        v = order[i]
        t = top[entry[v]]
        behind[t] = max(behind[t], behind[v])
    return behind


@njit(**KERNEL)
def anchors(order, entry, top, part):  # type: ignore[no-untyped-def]
    """The node of a part through which every node hangs on it.

    Parameters
    ----------
    order, entry, top : int32
        See :func:`blocks`.
    part : int
        Number of the part.

    Returns
    -------
    int32[n]
        The node itself if it is in the part; the part's node that separates it from the root; or the part's top.
    """
    anchor = np.full(entry.size, top[part], np.int32)
    for i in range(1, order.size):
        v = order[i]
        anchor[v] = v if entry[v] == part else anchor[top[entry[v]]]
    return anchor

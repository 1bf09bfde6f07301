"""Nested subtrees: in which order a rooted tree is best built, so that every beginning of it is worth its cost."""

from __future__ import annotations

import numpy as np
from numba import njit

from karez.kernels.ascent import INF, OUT
from karez.kernels.compiled import KERNEL
from karez.kernels.heap import lower, pop
from karez.kernels.local import find_leader


@njit(**KERNEL)
def nest(neighbour, cost, prize, up):  # type: ignore[no-untyped-def]
    """Order the nodes of a tree so that each comes after its parent and what pays best comes first.

    The block of nodes with most prize per cost joins the block that its top hangs on, over and over; what joins the
    root's block is next in the order [1]_. Where a block ends, no subtree with the root gets as much prize per cost
    spent so far: the beginnings that end there are the upper hull of cost against prize over all subtrees.

    Parameters
    ----------
    neighbour : int32[slots]
        Other end of each slot.
    cost : int64[slots]
        Edge costs.
    prize : int64[n]
        Prizes, not negative.
    up : int32[n]
        The tree.

    Returns
    -------
    int32[nodes of the tree]
        The nodes, the root first.

    References
    ----------
    .. [1] W. A. Horn, "Single-machine job sequencing with treelike precedence ordering and linear delay penalties",
       SIAM Journal on Applied Mathematics 23 (1972), doi:10.1137/0123021.
    """
    n = up.size
    leader = np.empty(n, np.int32)
    after = np.full(n, -1, np.int32)
    last = np.empty(n, np.int32)
    spent = np.zeros(n, np.int64)
    gained = prize.copy()
    key = np.full(n, INF, np.int64)
    place = np.full(n, -1, np.int32)
    heap = np.empty(n, np.int32)
    nodes = 0
    total = 1.0
    for v in range(n):
        leader[v] = v
        last[v] = v
        if up[v] != OUT:
            nodes += 1
        if up[v] >= 0:
            spent[v] = cost[up[v]]
            total += spent[v]
    # Cost per prize in whole numbers, as fine as 62 bits allow.
    scale = 2.0**61 / total
    size = 0
    root = 0
    for v in range(n):
        if up[v] >= 0:
            if gained[v] > 0:
                key[v] = np.int64(spent[v] / gained[v] * scale)
            size = lower(heap, place, key, size, v)
        elif up[v] != OUT:
            root = v
    while size > 0:
        top = pop(heap, place, key, size)
        size -= 1
        block = find_leader(leader, neighbour[up[top]])
        leader[top] = block
        after[last[block]] = top
        last[block] = last[top]
        if block != root:
            spent[block] += spent[top]
            gained[block] += gained[top]
            if gained[block] > 0:
                key[block] = min(key[block], np.int64(spent[block] / gained[block] * scale))
                size = lower(heap, place, key, size, block)
    order = np.empty(nodes, np.int32)
    here = root
    for i in range(nodes):
        order[i] = here
        here = after[here]
    return order

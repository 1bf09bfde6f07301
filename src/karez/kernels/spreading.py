"""Products down a tree of blocks."""

from __future__ import annotations

import numpy as np
from numba import njit

from karez.kernels.compiled import KERNEL


@njit(**KERNEL)
def down_the_blocks(order, entry, least, most, open_nodes):  # type: ignore[no-untyped-def]
    """Multiply the chances of nodes, given their block's entry, down to chances as such, in place.

    Parameters
    ----------
    order : int32[reached]
        Nodes in an order with every entry before the nodes of its blocks; the root first.
    entry : int32[n]
        Node through which the block of each node is entered.
    least, most : float64[n]
        Chances given the entry (in), as such (out); 1 at the root.
    open_nodes : bool[n]
        Whether a node's chance is bounded, not exact; carried down too.
    """
    for i in range(1, order.size):
        v = order[i]
        above = entry[v]
        least[v] *= least[above]
        most[v] *= most[above]
        open_nodes[v] = open_nodes[v] or open_nodes[above]


@njit(**KERNEL)
def round_the_rings(order, parent, via, is_ring, block, closing, p_edge, p_node, least, most):  # type: ignore[no-untyped-def]
    """Chances of nodes on blocks that are single rings, given the entry: by the one way round or by the other.

    In the search tree a ring is a path down from its entry; one edge, not of the tree, leads back.

    Parameters
    ----------
    order, parent, via, block
        The search, see :func:`karez.kernels.cuts.search`.
    is_ring : bool[blocks]
        Whether a block is a single ring.
    closing : int32[blocks]
        The edge of a ring that is not of the tree.
    p_edge, p_node : float64
        Chances to be up.
    least, most : float64[n]
        Chances (out).
    """
    ahead = np.zeros(parent.size)
    behind = np.zeros(parent.size)
    on_ring = np.zeros(parent.size, np.bool_)
    passed = np.zeros(parent.size, np.bool_)
    for i in range(1, order.size):
        v = order[i]
        b = block[via[v]]
        if not is_ring[b]:
            continue
        p = parent[v]
        on_ring[v] = True
        ahead[v] = p_edge[via[v]]
        if via[p] >= 0 and block[via[p]] == b:
            ahead[v] *= ahead[p] * p_node[p]
    for i in range(order.size - 1, 0, -1):
        v = order[i]
        if not on_ring[v]:
            continue
        b = block[via[v]]
        if not passed[v]:
            behind[v] = p_edge[closing[b]]
        p = parent[v]
        if via[p] >= 0 and block[via[p]] == b:
            behind[p] = behind[v] * p_node[v] * p_edge[via[v]]
            passed[p] = True
        least[v] = p_node[v] * (1.0 - (1.0 - ahead[v]) * (1.0 - behind[v]))
        most[v] = least[v]


@njit(**KERNEL)
def entries(order, parent, via, block, is_ring):  # type: ignore[no-untyped-def]
    """Node through which the block of each node is entered: its parent, on rings the top of the ring; int32[n]."""
    entry = parent.copy()
    for i in range(1, order.size):
        v = order[i]
        p = parent[v]
        if is_ring[block[via[v]]] and via[p] >= 0 and block[via[p]] == block[via[v]]:
            entry[v] = entry[p]
    return entry

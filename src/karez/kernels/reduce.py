"""Making a Steiner problem smaller without losing an answer better than the one at hand."""

from __future__ import annotations

import numpy as np
from numba import njit

from karez.kernels.ascent import INF
from karez.kernels.compiled import KERNEL
from karez.kernels.heap import lower, pop


@njit(**KERNEL)
def from_root(start, neighbour, twin, reduced, root):  # type: ignore[no-untyped-def]
    """Distances from the root in reduced arc costs: int64[n], ``INF`` where it does not reach.

    ``reduced[s]`` belongs to the arc from the neighbour into the owner of slot s, as in
    :func:`karez.kernels.ascent.ascend`.
    """
    n = start.size - 1
    down = np.full(n, INF, np.int64)
    place = np.full(n, -1, np.int32)
    heap = np.empty(n, np.int32)
    down[root] = 0
    size = lower(heap, place, down, np.int64(0), np.int64(root))
    while size > 0:
        v = pop(heap, place, down, size)
        size -= 1
        for s in range(start[v], start[v + 1]):
            u = neighbour[s]
            through = down[v] + reduced[twin[s]]
            if through < down[u]:
                down[u] = through
                size = lower(heap, place, down, size, u)
    return down


@njit(**KERNEL)
def peel(start, neighbour, slot_cost, prize, root):  # type: ignore[no-untyped-def]
    """Take nodes with a single edge off, over and over, but for the root and for nodes that must be in the tree.

    A node whose prize does not pay for its edge is lost. One whose prize does hands the rest on to its neighbour: if
    that is in the tree, so is the node.

    Parameters
    ----------
    start, neighbour, slot_cost
        The graph, see :func:`karez.kernels.csr.slots`.
    prize : int64[n]
        Prizes, ``INF`` where a node must be in the tree; changed in place.
    root : int
        Node that stays.

    Returns
    -------
    gone : bool[n]
        Nodes taken off.
    hung : int32[…]
        Slots, in the order of peeling, of the edges from nodes that hang on their neighbour.
    constant : int
        What every tree pays for the nodes taken off: their edge or their prize.
    """
    n = start.size - 1
    degree = np.empty(n, np.int32)
    gone = np.zeros(n, np.bool_)
    stack = np.empty(n, np.int32)
    hung = np.empty(n, np.int32)
    size = 0
    hanging = 0
    constant = np.int64(0)
    for v in range(n):
        degree[v] = start[v + 1] - start[v]
        if degree[v] == 1 and v != root and prize[v] != INF:
            stack[size] = v
            size += 1
    while size > 0:
        size -= 1
        v = stack[size]
        s = start[v]
        while s < start[v + 1] and gone[neighbour[s]]:
            s += 1
        if s == start[v + 1]:
            continue
        gone[v] = True
        u = neighbour[s]
        constant += min(prize[v], slot_cost[s])
        if prize[v] > slot_cost[s]:
            hung[hanging] = s
            hanging += 1
            if prize[u] != INF:
                prize[u] += prize[v] - slot_cost[s]
        prize[v] = 0
        degree[u] -= 1
        if degree[u] == 1 and u != root and prize[u] != INF:
            stack[size] = u
            size += 1
    return gone, hung[:hanging].copy(), constant


@njit(**KERNEL)
def hang_back(inside, tail, head, anchor, begin, edge):  # type: ignore[no-untyped-def]
    """Mark the nodes of edges that hang on marked nodes, the last hung first."""
    for i in range(anchor.size - 1, -1, -1):
        if inside[anchor[i]]:
            for j in range(begin[i], begin[i + 1]):
                inside[tail[edge[j]]] = True
                inside[head[edge[j]]] = True


@njit(**KERNEL)
def contract(n, start, neighbour, edge, slot_cost, keep):  # type: ignore[no-untyped-def]
    """Drop dead ends and draw chains of degree two together; of parallel chains the cheapest stays.

    Parameters
    ----------
    n : int
        Number of nodes.
    start, neighbour, edge, slot_cost
        The graph, see :func:`karez.kernels.csr.slots`.
    keep : bool[n]
        Nodes that must stay.

    Returns
    -------
    tail, head : int32[chains]
        Ends of each chain.
    cost : int64[chains]
        Its cost.
    chain_start : int32[chains + 1]
        The edges of chain i are ``chain_edge[chain_start[i]:chain_start[i + 1]]``.
    chain_edge : int32[…]
        Edges of the chains.
    """
    degree = np.zeros(n, np.int32)
    gone = np.zeros(n, np.bool_)
    stack = np.empty(n, np.int32)
    size = 0
    for v in range(n):
        degree[v] = start[v + 1] - start[v]
        if degree[v] == 1 and not keep[v]:
            stack[size] = v
            size += 1
    while size > 0:
        size -= 1
        v = stack[size]
        gone[v] = True
        for s in range(start[v], start[v + 1]):
            u = neighbour[s]
            if not gone[u]:
                degree[u] -= 1
                if degree[u] == 1 and not keep[u]:
                    stack[size] = u
                    size += 1
    slots = neighbour.size
    tail = np.empty(slots, np.int32)
    head = np.empty(slots, np.int32)
    cost = np.empty(slots, np.int64)
    chain_start = np.zeros(slots + 1, np.int32)
    chain_edge = np.empty(slots + 1, np.int32)
    best = np.full(n, -1, np.int32)
    chains = 0
    filled = 0
    for a in range(n):
        if gone[a] or not (keep[a] or degree[a] != 2):
            continue
        first = chains
        for s in range(start[a], start[a + 1]):
            v = neighbour[s]
            if gone[v]:
                continue
            mark = filled
            total = slot_cost[s]
            chain_edge[filled] = edge[s]
            filled += 1
            last = edge[s]
            while not keep[v] and degree[v] == 2:
                for z in range(start[v], start[v + 1]):
                    if not gone[neighbour[z]] and edge[z] != last:
                        break
                total += slot_cost[z]
                last = edge[z]
                chain_edge[filled] = last
                filled += 1
                v = neighbour[z]
            if v <= a:
                filled = mark
                continue
            if best[v] >= first and cost[best[v]] <= total:
                filled = mark
                continue
            best[v] = chains
            tail[chains] = a
            head[chains] = v
            cost[chains] = total
            chains += 1
            chain_start[chains] = filled
    good = np.zeros(chains, np.bool_)
    for i in range(chains):
        good[i] = True
    # A later, cheaper chain between the same ends has taken the earlier one's place.
    for v in range(n):
        best[v] = -1
    for i in range(chains):
        v = head[i]
        if best[v] >= 0 and tail[best[v]] == tail[i]:
            good[best[v]] = False
        best[v] = i
    kept = 0
    edges = 0
    for i in range(chains):
        if not good[i]:
            continue
        low = chain_start[i]
        high = chain_start[i + 1]
        tail[kept] = tail[i]
        head[kept] = head[i]
        cost[kept] = cost[i]
        for z in range(low, high):
            chain_edge[edges] = chain_edge[z]
            edges += 1
        kept += 1
        chain_start[kept] = edges
    return (
        tail[:kept].copy(),
        head[:kept].copy(),
        cost[:kept].copy(),
        chain_start[: kept + 1].copy(),
        chain_edge[:edges].copy(),
    )

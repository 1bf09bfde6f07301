"""Local search for networks in which nodes have two ways: take a piece away, mend what lacks a way, thin out."""

from __future__ import annotations

import numpy as np
from numba import njit

from karez.kernels.compiled import KERNEL
from karez.kernels.two_ways import TWO_BY_EDGE, TWO_BY_NODE, cheapest_flow, thin_out, ways


@njit(**KERNEL)
def mend(  # type: ignore[no-untyped-def]
    start, neighbour, edge, root, chosen, thick, sure, need, cost, order, arc_start, arc_head, arc_twin, arc_edge
):
    """Choose more edges until every node has the ways it needs, each by its cheapest pair of ways.

    Parameters
    ----------
    start, neighbour, edge, root, chosen, thick, sure, need
        See :mod:`karez.kernels.two_ways`; `chosen` is changed.
    cost : int64[m]
        Cost of an edge; one that is chosen costs nothing more.
    order : int32[…]
        Nodes in the order they are looked after.
    arc_start, arc_head, arc_twin : int32
        Directed graph of half-nodes, v in and n + v out; see :func:`karez.kernels.two_ways.cheapest_flow`.
    arc_edge : int32[arcs]
        Edge of an arc; −1 for the arc from in to out of a node, −2 for arcs backwards, −3 for that from out to in.
    """
    n = start.size - 1
    arcs = arc_head.size
    length = np.empty(arcs, np.int64)
    left = np.empty(arcs, np.int64)
    kind = ways(start, neighbour, edge, root, chosen, thick, sure)
    for v in order:
        if kind[v] >= need[v]:
            continue
        for a in range(arcs):
            e = arc_edge[a]
            if e >= 0:
                length[a] = np.int64(0) if chosen[e] else cost[e]
                length[arc_twin[a]] = -length[a]
                left[a] = 2 if thick[e] else 1
            elif e == -1:
                u = arc_head[arc_twin[a]]
                length[a] = 0
                left[a] = 1 if need[v] == TWO_BY_NODE and not sure[u] and u != root else 2
            else:
                if e == -3:
                    length[a] = 0
                left[a] = 0
        # From the node, which looks near it alone; the other way round would look around all that is there already.
        cheapest_flow(arc_start, arc_head, arc_twin, length, left, n + v, root, 2 if need[v] >= TWO_BY_EDGE else 1)
        for a in range(arcs):
            e = arc_edge[a]
            if e >= 0 and left[arc_twin[a]] > 0:
                chosen[e] = True
        kind = ways(start, neighbour, edge, root, chosen, thick, sure)


@njit(**KERNEL)
def rebuild(  # type: ignore[no-untyped-def]
    start, neighbour, edge, root, chosen, thick, sure, need, true_cost, guide, rounds, share, random,
    arc_start, arc_head, arc_twin, arc_edge,
):  # fmt: skip
    """Take pieces of the network away, mend and thin out, and keep what is cheaper, so many times; `chosen` is changed.

    Parameters
    ----------
    start, neighbour, edge, root, chosen, thick, sure, need, arc_start, arc_head, arc_twin, arc_edge
        See :func:`mend`; `chosen` gives every node the ways it needs.
    true_cost : int64[m]
        Cost of every edge.
    guide : float64[m]
        Factor on the costs when mending.
    rounds : int
        How often.
    share : float
        Greatest share of the chosen edges that one piece has.
    random : numpy.random.Generator
        Source of all choices.
    """
    n = start.size - 1
    m = true_cost.size
    best = np.int64(0)
    for e in range(m):
        if chosen[e]:
            best += true_cost[e]
    needy = np.flatnonzero(need > 0).astype(np.int32)
    cost = np.empty(m, np.int64)
    noisy = np.empty(m, np.float64)
    seen = np.empty(n, np.bool_)
    queue = np.empty(n, np.int32)
    for _ in range(rounds):
        trial = chosen.copy()
        held = np.flatnonzero(trial)
        take = 1 + int(random.random() * share * held.size)
        # A connected piece around a random chosen edge.
        first = held[random.integers(0, held.size)]
        trial[first] = False
        take -= 1
        seen[:] = False
        filled = 0
        for s in range(neighbour.size):
            if edge[s] == first and not seen[neighbour[s]]:
                seen[neighbour[s]] = True
                queue[filled] = neighbour[s]
                filled += 1
        i = 0
        while i < filled and take > 0:
            v = queue[i]
            i += 1
            for s in range(start[v], start[v + 1]):
                u = neighbour[s]
                if chosen[edge[s]] and take > 0:
                    if trial[edge[s]] and random.random() < 0.7:
                        trial[edge[s]] = False
                        take -= 1
                    if not seen[u]:
                        seen[u] = True
                        queue[filled] = u
                        filled += 1
        wild = 0.4 * random.random()
        for e in range(m):
            cost[e] = np.int64(true_cost[e] * guide[e] * (1.0 + wild * random.random())) + 1
        mend(
            start, neighbour, edge, root, trial, thick, sure, need, cost, random.permutation(needy),
            arc_start, arc_head, arc_twin, arc_edge,
        )  # fmt: skip
        for e in range(m):
            noisy[e] = -float(true_cost[e]) * (1.0 + 0.2 * random.random())
        thin_out(start, neighbour, edge, root, trial, thick, sure, need, np.argsort(noisy).astype(np.int32))
        total = np.int64(0)
        for e in range(m):
            if trial[e]:
                total += true_cost[e]
        if total <= best:
            best = total
            chosen[:] = trial
    return best

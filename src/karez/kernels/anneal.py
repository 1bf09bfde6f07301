"""Annealing of Steiner trees: single nodes put in, taken out and swapped at random, ever less often to the worse.

After S. Kirkpatrick, C. D. Gelatt and M. P. Vecchi, "Optimization by simulated annealing", Science 220 (1983),
doi:10.1126/science.220.4598.671, with swaps after Z.-H. Fu and J.-K. Hao, "Swap-vertex based neighborhood for Steiner
tree problems", Mathematical Programming Computation 9 (2017), doi:10.1007/s12532-016-0116-8. Made for graphs in
which nodes have many neighbours or edges cost about the same: there trees differ by single nodes rather than by whole
paths, and no single node or path makes a tree better that two nodes together would.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from karez.kernels.ascent import INF, OUT, TOP
from karez.kernels.compiled import KERNEL
from karez.kernels.local import dearest_above, rehang
from karez.kernels.tree import turn

MOST_PARTS = 24
"""Nodes on which more parts of the tree hang are not taken out."""

WALK = 6
"""Steps along which a node is looked for that one put in may replace."""


@njit(**KERNEL)
def roll(chance):  # type: ignore[no-untyped-def]
    """The next number drawn (xorshift, Marsaglia 2003)."""
    chance ^= chance << np.uint64(13)
    chance ^= chance >> np.uint64(7)
    return chance ^ (chance << np.uint64(17))


@njit(**KERNEL)
def below(chance, many):  # type: ignore[no-untyped-def]
    """What was drawn, as a whole number from 0 up to `many`, itself not included."""
    return np.int64((chance >> np.uint64(33)) % np.uint64(many))


@njit(**KERNEL)
def put_in(start, neighbour, twin, cost, up, v, log_node, log_up):  # type: ignore[no-untyped-def]
    """Put a node into the tree, on top, and take the dearest edge out of every cycle it closes.

    Returns
    -------
    worse : int
        By how much edges cost more.
    entries : int
        How many nodes have another parent; 0 if the node has no neighbour in the tree and stays out.
    log_node, log_up : int32[…]
        These nodes, and their parents before, as :func:`karez.kernels.tree.turn` leaves them for a neighbour of v.
    """
    first = -1
    for s in range(start[v], start[v + 1]):
        if up[neighbour[s]] != OUT and (first < 0 or cost[s] < cost[first]):
            first = s
    if first < 0:
        return np.int64(0), 0, log_node, log_up
    worse = cost[first]
    x = neighbour[first]
    turn(neighbour, twin, up, x)
    log_node[0] = x
    log_up[0] = TOP
    entries = 1
    up[x] = twin[first]
    up[v] = TOP
    for s in range(start[v], start[v + 1]):
        u = neighbour[s]
        if s == first or up[u] == OUT or u == v:
            continue
        dearest, at, _ = dearest_above(neighbour, cost, up, u)
        if dearest <= cost[s]:
            continue
        worse -= dearest - cost[s]
        entries, log_node, log_up = rehang(neighbour, twin, up, u, twin[s], at, log_node, log_up, entries)
    return worse, entries, log_node, log_up


@njit(**KERNEL)
def label_parts(start, neighbour, twin, up, child, parts, part, queue, filled):  # type: ignore[no-untyped-def]
    """Find the nodes of every part that hangs on the top, but for the one that is not done when all others are.

    Parameters
    ----------
    child : int32[…]
        The top's children, one a part.
    parts : int
        How many there are.
    part : int32[n]
        Part of every node that was met (out); −1 at all others, then and before.
    queue, filled : int32[parts, n], int32[parts]
        Nodes met of each part, and how many (out).

    Returns
    -------
    int
        The part that is not done; nodes not met are in it.
    """
    for p in range(parts):
        queue[p, 0] = child[p]
        filled[p] = 1
        part[child[p]] = p
    done = np.zeros(parts, np.bool_)
    left = parts
    i = 0
    while True:
        for p in range(parts):
            if done[p]:
                continue
            if i == filled[p]:
                if left == 1:
                    return p
                done[p] = True
                left -= 1
                continue
            x = queue[p, i]
            for s in range(start[x], start[x + 1]):
                u = neighbour[s]
                if up[u] == twin[s]:
                    queue[p, filled[p]] = u
                    filled[p] += 1
                    part[u] = p
        if left == 1:
            for p in range(parts):
                if not done[p]:
                    return p
        i += 1


@njit(**KERNEL)
def join_parts(start, neighbour, twin, cost, up, v, parts, part, queue, filled, largest, end, order, chance):  # type: ignore[no-untyped-def]
    """Join the parts a tree falls into without v by a least spanning tree of single edges.

    Returns
    -------
    int
        What the edges cost; ``INF`` if they do not join all. Part ``order[i]`` is joined by slot ``end[i]``, whose
        neighbour is in a part before it.
    """
    least = np.full((parts, parts), INF)
    slot = np.full((parts, parts), -1, np.int32)
    for p in range(parts):
        if p == largest:
            continue
        for i in range(filled[p]):
            x = queue[p, i]
            for s in range(start[x], start[x + 1]):
                u = neighbour[s]
                if up[u] == OUT or u == v:
                    continue
                q = part[u] if part[u] >= 0 else largest
                if q == p or cost[s] > least[p, q]:
                    continue
                if cost[s] == least[p, q]:
                    chance = roll(chance)
                    if chance & np.uint64(1 << 16) != 0:
                        continue
                least[p, q] = cost[s]
                least[q, p] = cost[s]
                slot[p, q] = s
                slot[q, p] = twin[s]
    near = np.full(parts, largest, np.int32)
    joined = np.zeros(parts, np.bool_)
    joined[largest] = True
    spent = np.int64(0)
    for i in range(1, parts):
        p = -1
        for q in range(parts):
            if not joined[q] and (p < 0 or least[near[q], q] < least[near[p], p]):
                p = q
        if least[near[p], p] == INF:
            return INF
        spent += least[near[p], p]
        joined[p] = True
        order[i] = p
        end[i] = slot[p, near[p]]
        for q in range(parts):
            if least[p, q] < least[near[q], q]:
                near[q] = p
    return spent


@njit(**KERNEL)
def anneal(start, neighbour, twin, cost, prize, root, up, best, lead, hot, cold, moves, seed):  # type: ignore[no-untyped-def]
    """Put nodes into the tree, take them out and swap them at random, and keep the best tree met.

    A node put in takes the dearest edge of every cycle it closes out of the tree; what falls apart without a node is
    joined by a least spanning tree of its parts, where edges do so. A change that costs d is made with probability
    exp(−d / temperature).

    Parameters
    ----------
    start, neighbour, twin : int32
        The graph.
    cost : int64[slots]
        Edge costs.
    prize : int64[n]
        Prizes, ``INF`` where a node must be in the tree.
    root : int
        Root of the tree.
    up : int32[n]
        The tree at hand, changed in place; the root is on top again at the end.
    best : int32[n]
        The best tree, replaced by better ones; some node or other is on top.
    lead : int
        By how much it is better than the tree at hand.
    hot, cold : float
        Temperature at the beginning and at the end, in units of cost; it falls geometrically.
    moves : int
        Changes tried.
    seed : int
        Settles all that is left to chance.

    Returns
    -------
    lead : int
        By how much the best tree is better than the tree at hand now.
    """
    n = up.size
    chance = np.uint64(seed) * np.uint64(2685821657736338717) + np.uint64(88172645463325252)
    fixed = prize == INF
    fixed[root] = True
    movable = np.flatnonzero(~fixed)
    if movable.size == 0:
        return lead
    part = np.full(n, -1, np.int32)
    queue = np.empty((MOST_PARTS, n), np.int32)
    filled = np.empty(MOST_PARTS, np.int32)
    child = np.empty(MOST_PARTS, np.int32)
    order = np.empty(MOST_PARTS, np.int32)
    end = np.empty(MOST_PARTS, np.int32)
    log_node = np.empty(1024, np.int32)
    log_up = np.empty(1024, np.int32)
    temperature = hot
    fall = (cold / hot) ** (1.0 / max(1, moves))
    for _ in range(moves):
        temperature *= fall
        chance = roll(chance)
        out = np.int64(movable[below(chance, movable.size)])
        chance = roll(chance)
        allowed = -temperature * np.log((np.float64(chance >> np.uint64(11)) + 1.0) / 9007199254740993.0)
        entered = np.int64(-1)
        worse = np.int64(0)
        entries = 0
        if up[out] == OUT:
            entered = out
            out = np.int64(-1)
            worse, entries, log_node, log_up = put_in(start, neighbour, twin, cost, up, entered, log_node, log_up)
            if entries == 0:
                continue
            worse -= prize[entered]
            chance = roll(chance)
            if chance & np.uint64(1 << 20) != 0:
                # Another node near by may be of no use any more.
                x = entered
                for _ in range(WALK):
                    chance = roll(chance)
                    u = neighbour[start[x] + below(chance, start[x + 1] - start[x])]
                    if up[u] != OUT:
                        x = np.int64(u)
                        if x != entered and not fixed[x]:
                            out = x
                            break
        made = worse <= allowed
        if out >= 0:
            turn(neighbour, twin, up, out)
            parts = 0
            for s in range(start[out], start[out + 1]):
                u = neighbour[s]
                if up[u] == twin[s]:
                    if parts < MOST_PARTS:
                        child[parts] = u
                    worse -= cost[s]
                    parts += 1
            worse += prize[out]
            made = 0 < parts <= MOST_PARTS
            if made and parts > 1:
                largest = label_parts(start, neighbour, twin, up, child, parts, part, queue, filled)
                spent = join_parts(
                    start, neighbour, twin, cost, up, out, parts, part, queue, filled, largest, end, order, chance
                )
                for p in range(parts):
                    for i in range(filled[p]):
                        part[queue[p, i]] = -1
                made = spent < INF
                worse += spent if made else 0
            made = made and worse <= allowed
            if made:
                up[out] = OUT
                for p in range(parts):
                    up[child[p]] = TOP
                for i in range(1, parts):
                    x = neighbour[twin[end[i]]]
                    turn(neighbour, twin, up, x)
                    up[x] = end[i]
        if not made:
            if entered >= 0:
                turn(neighbour, twin, up, entered)
                for j in range(entries - 1, -1, -1):
                    up[log_node[j]] = log_up[j]
                up[entered] = OUT
            continue
        lead += worse
        if lead < 0:
            lead = np.int64(0)
            for i in range(n):
                best[i] = up[i]
    turn(neighbour, twin, up, root)
    return lead

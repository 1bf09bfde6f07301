"""Dual ascent for the directed cut bound, one growing ball at a time.

Wong's dual ascent [1]_ raises one cut of an active terminal at a time. Here each turn of a terminal is one reverse
Dijkstra search in reduced arc costs: every distance level is a cut, so the whole ball is raised at once. Which
terminal has its turn, and how far it grows, is ruled by the size of its ball [2]_ and, where an incumbent tree is
given, by how often the tree enters the ball: by complementary slackness an optimal dual raises only cuts that an
optimal tree enters once.

References
----------
.. [1] R. T. Wong, "A dual ascent approach for Steiner tree problems on a directed graph", Mathematical Programming
   28 (1984), doi:10.1007/BF02612335.
.. [2] T. Pajor, E. Uchoa, R. F. Werneck, "A robust and scalable algorithm for the Steiner problem in graphs",
   Mathematical Programming Computation 10 (2018), doi:10.1007/s12532-017-0123-4.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from karez.kernels.compiled import KERNEL
from karez.kernels.heap import lower, pop

INF = np.int64(1 << 62)
"""Longer than any path; also the prize of a node that must be reached."""

OUT = np.int32(-2)
"""Mark of a node outside a tree in its array of up-slots; −1 marks the tree's root."""

TOP = np.int32(-1)

IDLE, AWAKE, WAITING, DONE, SPENT = 0, 1, 2, 3, 4


@njit(**KERNEL)
def ascend(start, neighbour, twin, reduced, root, prize, rank, factor, up, penalty):  # type: ignore[no-untyped-def]
    """Raise a dual solution until every prize is spent or has reached the root.

    Parameters
    ----------
    start, neighbour, twin : int32
        The graph, see :func:`karez.kernels.csr.slots`.
    reduced : int64[slots]
        Reduced cost of the arc from ``neighbour[s]`` into the owner of slot s; lowered in place.
    root : int
        The node that balls must not swallow.
    prize : int64[n]
        What a node may spend at most: ``INF`` where it must be reached, 0 where it is no terminal.
    rank : int32[n]
        Settles ties between balls of equal size.
    factor : float
        A turn ends when the ball outgrows this many times its size, or that of the next ball in line.
    up : int32[n]
        Incumbent tree as up-slots (−1 root, −2 outside); all −2 for no guidance.
    penalty : float
        By how much each superfluous entry of the incumbent into a ball multiplies its size.

    Returns
    -------
    bound : int
        Sum of all radii.
    node, radius : int32[moats], int64[moats]
        The moats in order.
    connected : bool[n]
        Prized nodes that reached the root within their prize, themselves or through another.
    """
    n = start.size - 1
    dist = np.full(n, INF, np.int64)
    place = np.full(n, -1, np.int32)
    heap = np.empty(n, np.int32)
    settled = np.empty(n, np.int32)
    touched = np.empty(n, np.int32)
    inside = np.zeros(n, np.bool_)
    left = prize.copy()
    state = np.zeros(n, np.int8)
    waits_first = np.full(n, -1, np.int32)
    waits_next = np.full(n, -1, np.int32)
    waits_on = np.full(n, -1, np.int32)
    fed = np.full(n, -1, np.int32)
    hop = np.full(n, -1, np.int32)
    line = np.empty(n, np.int32)
    line_place = np.full(n, -1, np.int32)
    turn_key = np.zeros(n, np.int64)
    line_size = 0
    connected = np.zeros(n, np.bool_)
    guided = up[root] != OUT
    shift = np.int64(1) << 31
    terminals = 0
    for v in range(n):
        if v != root and left[v] > 0:
            terminals += 1
            state[v] = AWAKE
            turn_key[v] = np.int64(start[v + 1] - start[v]) * shift + rank[v]
            line_size = lower(line, line_place, turn_key, line_size, v)
            if start[v + 1] - start[v] == 1:
                # No path leads on from a dead end, so the arc out of it may be free: the moats stay the same, and
                # balls at its door see that it is awake.
                reduced[twin[start[v]]] = 0
    state[root] = DONE
    connected[root] = True
    node = np.empty(4 * terminals + 16, np.int32)
    radius = np.empty(4 * terminals + 16, np.int64)
    moats = 0
    bound = np.int64(0)
    stack = np.empty(n, np.int32)

    while line_size > 0:
        t = pop(line, line_place, turn_key, line_size)
        line_size -= 1
        budget = left[t]
        own = turn_key[t] // shift
        if line_size > 0:
            own = max(own, turn_key[line[0]] // shift)
        limit = factor * own
        entries = 0 if up[t] == OUT else -1
        weight = np.int64(0)
        score = 0.0
        level = np.int64(0)
        count = 0
        reached_count = 1
        size = 0
        dist[t] = 0
        touched[0] = t
        size = lower(heap, place, dist, size, t)
        r = budget
        outcome = SPENT
        blocker = np.int32(-1)
        meets = np.int32(-1)
        level_size = 0
        while size > 0 or level_size > 0:
            v = stack[level_size - 1] if level_size > 0 else heap[0]
            d = dist[v]
            if d >= budget:
                break
            b = v if state[v] != IDLE and state[v] != SPENT else fed[v]
            if b >= 0 and b != t:
                # What waits is reached from what it waits on, at no cost: so is the ball.
                while state[b] == WAITING:
                    on = waits_on[b]
                    if state[on] == WAITING and prize[on] == INF and prize[waits_on[on]] == INF:
                        waits_on[b] = waits_on[on]
                    b = waits_on[b]
                if state[b] == DONE:
                    r = d
                    outcome = DONE
                    blocker = b
                    meets = v
                    break
                if state[b] == AWAKE and b != t and (left[t] < INF or left[b] == INF):
                    r = d
                    outcome = WAITING
                    blocker = b
                    meets = v
                    break
            if d > level:
                score = np.float64(weight)
                if guided and entries > 0:
                    score *= 1.0 + penalty * entries
                if score > limit:
                    r = d
                    outcome = AWAKE
                    break
                level = d
            if level_size > 0:
                level_size -= 1
            else:
                pop(heap, place, dist, size)
                size -= 1
            settled[count] = v
            count += 1
            inside[v] = True
            weight += start[v + 1] - start[v]
            if guided and up[v] != OUT:
                if up[v] == TOP or not inside[neighbour[up[v]]]:
                    entries += 1
                for s in range(start[v], start[v + 1]):
                    u = neighbour[s]
                    if inside[u] and up[u] == twin[s]:
                        entries -= 1
            for s in range(start[v], start[v + 1]):
                u = neighbour[s]
                through = d + reduced[s]
                if through < dist[u]:
                    if dist[u] == INF:
                        touched[reached_count] = u
                        reached_count += 1
                    dist[u] = through
                    hop[u] = v
                    if through == d and place[u] < 0:
                        stack[level_size] = u
                        level_size += 1
                    else:
                        size = lower(heap, place, dist, size, u)
        if r > 0:
            if r == INF:
                # A node that must be reached but cannot be: the caller has ruled that out.
                r = np.int64(0)
                outcome = SPENT
            for i in range(count):
                v = settled[i]
                d = dist[v]
                if d >= r:
                    break
                for s in range(start[v], start[v + 1]):
                    loss = min(dist[neighbour[s]], r) - d
                    if loss > 0:
                        reduced[s] -= loss
            if r > 0:
                bound += r
                if left[t] < INF:
                    left[t] -= r
                if moats > 0 and node[moats - 1] == t:
                    radius[moats - 1] += r
                else:
                    if moats == node.size:
                        more_node = np.empty(2 * moats, np.int32)
                        more_radius = np.empty(2 * moats, np.int64)
                        more_node[:moats] = node
                        more_radius[:moats] = radius
                        node = more_node
                        radius = more_radius
                    node[moats] = t
                    radius[moats] = r
                    moats += 1
        for i in range(reached_count):
            u = touched[i]
            dist[u] = INF
            inside[u] = False
            place[u] = -1
        state[t] = outcome
        if blocker >= 0:
            # The way from the blocker to t is free now: whoever meets it is reached from the blocker too.
            x = meets
            while x != t:
                fed[x] = blocker
                x = hop[x]
            fed[t] = blocker
        if outcome == AWAKE:
            grown = np.int64(min(max(score, np.float64(weight)), 1e9))
            turn_key[t] = grown * shift + rank[t]
            line_size = lower(line, line_place, turn_key, line_size, t)
        elif outcome == WAITING:
            waits_next[t] = waits_first[blocker]
            waits_first[blocker] = t
            waits_on[t] = blocker
        elif outcome == DONE:
            top = 1
            stack[0] = t
            while top > 0:
                top -= 1
                x = stack[top]
                connected[x] = True
                state[x] = DONE
                y = waits_first[x]
                while y >= 0:
                    stack[top] = y
                    top += 1
                    y = waits_next[y]
                waits_first[x] = -1
        else:
            y = waits_first[t]
            waits_first[t] = -1
            while y >= 0:
                after = waits_next[y]
                state[y] = AWAKE
                line_size = lower(line, line_place, turn_key, line_size, y)
                y = after
    return bound, node[:moats].copy(), radius[:moats].copy(), connected

"""Local search on dual solutions: balls released and grown anew where that raises the bound.

A dual ascent leaves a packing of cuts, kept here as *balls*. A ball is a potential around the node it was grown for:
``dist`` at the nodes inside, its radius everywhere else; it takes max(0, dist(u) − dist(v)) of the cost of the arc
u → v, and adds its radius to the bound. Balls may be taken out in any order, since each is valid by itself. So a few
that lie together are taken out, those nodes that then no longer hang on the root by arcs without reduced cost grow
balls again, and the change is kept if the bound did not fall. All work is local: what is taken back leaves no trace.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from karez.kernels.ascent import AWAKE, DONE, IDLE, INF, OUT, SPENT, WAITING
from karez.kernels.compiled import KERNEL
from karez.kernels.heap import lower, pop
from karez.kernels.local import longer

APART = np.int32(-2)
"""Mark of a node that does not hang on the root by arcs without reduced cost."""

TRIES = 8
"""Balls drawn in search of one that the best tree enters more than once."""


@njit(**KERNEL)
def replay(start, neighbour, slot_cost, node, radius):  # type: ignore[no-untyped-def]
    """The balls behind the moats of an ascent, and the reduced costs they leave.

    Parameters
    ----------
    start, neighbour, slot_cost
        The graph, see :func:`karez.kernels.csr.slots`.
    node, radius : int32[moats], int64[moats]
        The moats in order.

    Returns
    -------
    reduced : int64[slots]
        Reduced costs of the arcs from neighbour to owner.
    begin : int64[moats + 1]
        The nodes of ball i are ``inside[begin[i]:begin[i + 1]]``, by distance.
    inside : int32[…]
        Nodes nearer than the radius.
    dist : int64[…]
        Their distances.
    """
    n = start.size - 1
    reduced = slot_cost.copy()
    far = np.full(n, INF, np.int64)
    place = np.full(n, -1, np.int32)
    heap = np.empty(n, np.int32)
    touched = np.empty(n, np.int32)
    begin = np.zeros(node.size + 1, np.int64)
    inside = np.empty(4 * node.size + 16, np.int32)
    dist = np.empty(4 * node.size + 16, np.int64)
    filled = 0
    for i in range(node.size):
        r = radius[i]
        far[node[i]] = 0
        touched[0] = node[i]
        reached = 1
        size = lower(heap, place, far, np.int64(0), np.int64(node[i]))
        first = filled
        while size > 0 and far[heap[0]] < r:
            v = pop(heap, place, far, size)
            size -= 1
            if filled == inside.size:
                inside, dist = longer(inside), longer(dist)
            inside[filled] = v
            dist[filled] = far[v]
            filled += 1
            for s in range(start[v], start[v + 1]):
                u = neighbour[s]
                through = far[v] + reduced[s]
                if through < far[u] and through < r:
                    if far[u] == INF:
                        touched[reached] = u
                        reached += 1
                    far[u] = through
                    size = lower(heap, place, far, size, u)
        begin[i + 1] = filled
        for j in range(first, filled):
            v = inside[j]
            for s in range(start[v], start[v + 1]):
                loss = min(far[neighbour[s]], r) - dist[j]
                if loss > 0:
                    reduced[s] -= loss
        for j in range(reached):
            far[touched[j]] = INF
            place[touched[j]] = -1
    return reduced, begin, inside[:filled].copy(), dist[:filled].copy()


@njit(**KERNEL)
def charge(start, neighbour, reduced, far, radius, inside, dist, low, high, sign):  # type: ignore[no-untyped-def]
    """Take one ball's share off the reduced costs (sign −1), or give it back (sign 1). `far` is ``INF`` throughout."""
    for j in range(low, high):
        far[inside[j]] = dist[j]
    for j in range(low, high):
        v = inside[j]
        for s in range(start[v], start[v + 1]):
            loss = min(far[neighbour[s]], radius) - dist[j]
            if loss > 0:
                reduced[s] += sign * loss
    for j in range(low, high):
        far[inside[j]] = INF


@njit(**KERNEL)
def charge_all(start, neighbour, slot_cost, radius, begin, inside, dist):  # type: ignore[no-untyped-def]
    """What all balls of a packing leave of the arcs' costs: int64[slots]."""
    reduced = slot_cost.copy()
    far = np.full(start.size - 1, INF, np.int64)
    for b in range(radius.size):
        charge(start, neighbour, reduced, far, radius[b], inside, dist, begin[b], begin[b + 1], np.int64(-1))
    return reduced


@njit(**KERNEL)
def level_cuts(start, neighbour, begin, inside, dist, most):  # type: ignore[no-untyped-def]
    """The cuts a packing is made of: one for each ball and each distance in it.

    Parameters
    ----------
    start, neighbour : int32
        The graph.
    begin, inside, dist
        Nodes of each ball by distance, see :func:`replay`.
    most : int
        Most arcs in all cuts together; later cuts are left out.

    Returns
    -------
    ball : int32[cuts]
        The ball each cut belongs to.
    cut_start : int32[cuts + 1]
        The arcs of cut i are ``cut_slot[cut_start[i]:cut_start[i + 1]]``.
    cut_slot : int32[…]
        Slots whose arcs enter the ball.
    """
    within = np.zeros(start.size - 1, np.bool_)
    cut_slot = np.empty(most, np.int32)
    ball = np.empty(most + 1, np.int32)
    cut_start = np.zeros(most + 2, np.int32)
    cuts = 0
    filled = 0
    for b in range(begin.size - 1):
        for j in range(begin[b], begin[b + 1]):
            within[inside[j]] = True
            if j + 1 < begin[b + 1] and dist[j + 1] == dist[j]:
                continue
            mark = filled
            for k in range(begin[b], j + 1):
                v = inside[k]
                for s in range(start[v], start[v + 1]):
                    if not within[neighbour[s]] and filled < most:
                        cut_slot[filled] = s
                        filled += 1
            if filled == most:
                filled = mark
                break
            ball[cuts] = b
            cuts += 1
            cut_start[cuts] = filled
        for j in range(begin[b], begin[b + 1]):
            within[inside[j]] = False
        if filled + 64 >= most:
            break
    return ball[:cuts].copy(), cut_start[: cuts + 1].copy(), cut_slot[:filled].copy()


@njit(**KERNEL)
def join(start, neighbour, twin, reduced, par, stack, size, joined, count):  # type: ignore[no-untyped-def]
    """Hang every node on the root that arcs without reduced cost lead to from those on the stack.

    Appends the nodes to `joined` and returns how many it holds.
    """
    while size > 0:
        size -= 1
        v = stack[size]
        for s in range(start[v], start[v + 1]):
            u = neighbour[s]
            if par[u] == APART and reduced[twin[s]] == 0:
                par[u] = twin[s]
                joined[count] = u
                count += 1
                stack[size] = u
                size += 1
    return count


@njit(**KERNEL)
def tighten(  # type: ignore[no-untyped-def]
    start, neighbour, twin, reduced, root, prize, left, up, owner, radius, begin, inside, dist, effort, largest, seed
):
    """Raise the bound of a packing by local search.

    Parameters
    ----------
    start, neighbour, twin : int32
        The graph.
    reduced : int64[slots]
        Reduced costs, changed in place.
    root : int
        The node no ball holds.
    prize, left : int64[n]
        Prizes, and what of each is unspent (changed in place); ``INF`` where a node must be in the tree.
    up : int32[n]
        The best tree as up-slots, for guidance.
    owner, radius : int32[balls], int64[balls]
        Node each ball was grown for, and its radius.
    begin, inside, dist : int64[balls + 1], int32[…], int64[…]
        Nodes of each ball and their distances, see :func:`replay`.
    effort : int
        Nodes looked at before it stops; counted, not timed.
    largest : int
        Most nodes of a ball that is released.
    seed : int
        Settles what is left to chance.

    Returns
    -------
    gain : int
        By how much the bound rose.
    owner, radius, begin, inside, dist
        The balls after.
    """
    n = start.size - 1
    chance = np.uint64(seed) * np.uint64(2685821657736338717) + np.uint64(88172645463325252)
    balls = owner.size
    room = 2 * balls + 1024
    own = np.empty(room, np.int32)
    rad = np.zeros(room, np.int64)
    low = np.zeros(room, np.int64)
    high = np.zeros(room, np.int64)
    extra = np.zeros(room, np.int32)
    after = np.full(room, -1, np.int32)
    first = np.full(n, -1, np.int32)
    within = np.zeros(n, np.bool_)
    for b in range(balls):
        own[b] = owner[b]
        rad[b] = radius[b]
        low[b] = begin[b]
        high[b] = begin[b + 1]
        after[b] = first[own[b]]
        first[own[b]] = b
        for j in range(low[b], high[b]):
            within[inside[j]] = True
        for j in range(low[b], high[b]):
            v = inside[j]
            if up[v] != OUT and (up[v] < 0 or not within[neighbour[up[v]]]):
                extra[b] += 1
        for j in range(low[b], high[b]):
            within[inside[j]] = False
    filled = begin[balls]
    inside, dist = longer(inside), longer(dist)
    far = np.full(n, INF, np.int64)
    place = np.full(n, -1, np.int32)
    heap = np.empty(n, np.int32)
    settled = np.empty(n, np.int32)
    touched = np.empty(n, np.int32)
    stack = np.empty(n, np.int32)
    par = np.full(n, APART, np.int32)
    joined = np.empty(n, np.int32)
    par[root] = -1
    stack[0] = root
    join(start, neighbour, twin, reduced, par, stack, np.int64(1), joined, np.int64(0))
    lost = np.empty(n, np.int32)
    lost_par = np.empty(n, np.int32)
    state = np.zeros(n, np.int8)
    waits_on = np.full(n, -1, np.int32)
    waits_first = np.full(n, -1, np.int32)
    waits_next = np.full(n, -1, np.int32)
    line = np.empty(n, np.int32)
    line_place = np.full(n, -1, np.int32)
    key = np.zeros(n, np.int64)
    woken = np.empty(n, np.int32)
    drawn = np.empty(n + 1, np.int32)
    gain = np.int64(0)
    work = np.int64(0)
    # On dense graphs a node takes longer to look at.
    spread = max(np.int64(1), np.int64(neighbour.size) // (3 * n))
    begun = False
    while work < effort and (balls > 0 or not begun):
        work += 20 * spread
        released = np.int64(0)
        count_drawn = 0
        count_lost = 0
        count_joined = np.int64(0)
        factor = 1.0
        penalty = 4.0
        line_size = 0
        count_woken = 0
        if not begun:
            # What the caller has left undone: everything that does not hang on the root yet.
            begun = True
            always = True
            factor = 1.5
            for v in range(n):
                if prize[v] > 0 and left[v] > 0 and par[v] == APART:
                    woken[count_woken] = v
                    count_woken += 1
        else:
            always = False
            seedling = -1
            for _ in range(TRIES):
                chance ^= chance << np.uint64(13)
                chance ^= chance >> np.uint64(7)
                chance ^= chance << np.uint64(17)
                b = np.int64(chance >> np.uint64(11)) % balls
                if rad[b] == 0 or high[b] - low[b] > largest:
                    continue
                seedling = b
                if extra[b] > 1 or chance & np.uint64(3) == 0:
                    break
            if seedling < 0:
                continue
            chance ^= chance << np.uint64(13)
            chance ^= chance >> np.uint64(7)
            chance ^= chance << np.uint64(17)
            mode = np.int64(chance >> np.uint64(20)) & 15
            factor = 1.0 if mode & 3 == 0 else (1.2 if mode & 3 == 1 else (1.5 if mode & 3 == 2 else 3.0))
            penalty = 1.0 if mode >> 2 == 0 else (4.0 if mode >> 2 == 1 else (20.0 if mode >> 2 == 2 else 100.0))
            drawn[0] = seedling
            count_drawn = 1
            for j in range(low[seedling], high[seedling]):
                b = first[inside[j]]
                while b >= 0:
                    chance ^= chance << np.uint64(13)
                    chance ^= chance >> np.uint64(7)
                    chance ^= chance << np.uint64(17)
                    if b != seedling and high[b] - low[b] <= largest and count_drawn < n and chance & np.uint64(1) == 0:
                        drawn[count_drawn] = b
                        count_drawn += 1
                    b = after[b]
            for i in range(count_drawn):
                b = drawn[i]
                charge(start, neighbour, reduced, far, rad[b], inside, dist, low[b], high[b], np.int64(1))
                work += spread * (high[b] - low[b])
                released += rad[b]
                if left[own[b]] < INF:
                    left[own[b]] += rad[b]
            # Nodes whose way from the root was cut, and all that hang on them.
            for i in range(count_drawn):
                b = drawn[i]
                for j in range(low[b], high[b]):
                    v = inside[j]
                    if par[v] >= 0 and reduced[par[v]] > 0:
                        lost[count_lost] = v
                        lost_par[count_lost] = par[v]
                        count_lost += 1
                        par[v] = APART
            i = 0
            while i < count_lost:
                v = lost[i]
                i += 1
                for s in range(start[v], start[v + 1]):
                    u = neighbour[s]
                    if par[u] == twin[s]:
                        lost[count_lost] = u
                        lost_par[count_lost] = par[u]
                        count_lost += 1
                        par[u] = APART
            work += spread * count_lost
            size = np.int64(0)
            for i in range(count_lost):
                v = lost[i]
                for s in range(start[v], start[v + 1]):
                    if par[v] == APART and par[neighbour[s]] != APART and reduced[s] == 0:
                        par[v] = s
                        joined[count_joined] = v
                        count_joined += 1
                        stack[size] = v
                        size += 1
            count_joined = join(start, neighbour, twin, reduced, par, stack, size, joined, count_joined)
            for i in range(count_lost):
                v = lost[i]
                if prize[v] > 0 and left[v] > 0 and par[v] == APART and state[v] == IDLE:
                    woken[count_woken] = v
                    count_woken += 1
                    state[v] = AWAKE
            for i in range(count_drawn):
                v = own[drawn[i]]
                if left[v] > 0 and par[v] == APART and state[v] == IDLE:
                    woken[count_woken] = v
                    count_woken += 1
                    state[v] = AWAKE
        for i in range(count_woken):
            v = woken[i]
            state[v] = AWAKE
            waits_first[v] = -1
            chance ^= chance << np.uint64(13)
            chance ^= chance >> np.uint64(7)
            chance ^= chance << np.uint64(17)
            key[v] = (np.int64(start[v + 1] - start[v]) << 31) + np.int64(chance >> np.uint64(34))
            line_size = lower(line, line_place, key, line_size, v)
        balls_before = balls
        filled_before = filled
        grown = np.int64(0)
        while line_size > 0:
            t = pop(line, line_place, key, line_size)
            line_size -= 1
            if par[t] != APART:
                continue
            budget = left[t]
            biggest = key[t] >> 31
            if line_size > 0:
                biggest = max(biggest, key[line[0]] >> 31)
            limit = factor * biggest
            entries = 0 if up[t] == OUT else -1
            weight = np.int64(0)
            score = 0.0
            level = np.int64(0)
            count = 0
            far[t] = 0
            touched[0] = t
            reached = 1
            size = lower(heap, place, far, np.int64(0), t)
            r = budget
            outcome = SPENT
            blocker = np.int32(-1)
            meets = np.int32(-1)
            while size > 0:
                v = heap[0]
                d = far[v]
                if d >= budget:
                    break
                if par[v] != APART:
                    r = d
                    outcome = DONE
                    meets = v
                    break
                if v != t and (state[v] == AWAKE or state[v] == WAITING):
                    b = v
                    while state[b] == WAITING:
                        b = waits_on[b]
                    if b != t and (left[t] < INF or left[b] == INF):
                        r = d
                        outcome = WAITING
                        blocker = b
                        break
                if d > level:
                    score = np.float64(weight)
                    if entries > 0:
                        score *= 1.0 + penalty * entries
                    if score > limit:
                        r = d
                        outcome = AWAKE
                        break
                    level = d
                pop(heap, place, far, size)
                size -= 1
                settled[count] = v
                count += 1
                within[v] = True
                weight += start[v + 1] - start[v]
                if up[v] != OUT and (up[v] < 0 or not within[neighbour[up[v]]]):
                    entries += 1
                for s in range(start[v], start[v + 1]):
                    u = neighbour[s]
                    if within[u] and up[u] == twin[s]:
                        entries -= 1
                    through = d + reduced[s]
                    if through < far[u]:
                        if far[u] == INF:
                            touched[reached] = u
                            reached += 1
                        far[u] = through
                        size = lower(heap, place, far, size, u)
            work += reached + weight // 3
            if r == INF:
                r = np.int64(0)
            low_here = filled
            if r > 0:
                while filled + count > inside.size:
                    inside, dist = longer(inside), longer(dist)
                for i in range(count):
                    v = settled[i]
                    if far[v] >= r:
                        break
                    inside[filled] = v
                    dist[filled] = far[v]
                    filled += 1
                    for s in range(start[v], start[v + 1]):
                        loss = min(far[neighbour[s]], r) - far[v]
                        if loss > 0:
                            reduced[s] -= loss
                if balls == own.size:
                    own, rad = longer(own), longer(rad)
                    low, high = longer(low), longer(high)
                    extra, after = longer(extra), longer(after)
                own[balls] = t
                rad[balls] = r
                low[balls] = low_here
                high[balls] = filled
                extra[balls] = entries + 1 if up[t] != OUT else entries
                balls += 1
                grown += r
                if left[t] < INF:
                    left[t] -= r
            for i in range(reached):
                u = touched[i]
                far[u] = INF
                place[u] = -1
                within[u] = False
            if outcome == DONE:
                stack[0] = meets
                count_joined = join(start, neighbour, twin, reduced, par, stack, np.int64(1), joined, count_joined)
            elif outcome == WAITING:
                state[t] = WAITING
                waits_on[t] = blocker
                waits_next[t] = waits_first[blocker]
                waits_first[blocker] = t
            elif outcome == AWAKE:
                grade = np.int64(min(max(score, np.float64(weight)), 1e9))
                key[t] = (grade << 31) + (key[t] & ((np.int64(1) << 31) - 1))
                line_size = lower(line, line_place, key, line_size, t)
            else:
                state[t] = SPENT
                y = waits_first[t]
                waits_first[t] = -1
                while y >= 0:
                    later = waits_next[y]
                    state[y] = AWAKE
                    line_size = lower(line, line_place, key, line_size, y)
                    y = later
        for i in range(count_woken):
            state[woken[i]] = IDLE
        if always or grown >= released:
            gain += grown - released
            for i in range(count_drawn):
                b = drawn[i]
                rad[b] = 0
                t = own[b]
                if first[t] == b:
                    first[t] = after[b]
                else:
                    x = first[t]
                    while after[x] != b:
                        x = after[x]
                    after[x] = after[b]
            for b in range(balls_before, balls):
                after[b] = first[own[b]]
                first[own[b]] = b
        else:
            for b in range(balls_before, balls):
                charge(start, neighbour, reduced, far, rad[b], inside, dist, low[b], high[b], np.int64(1))
                if left[own[b]] < INF:
                    left[own[b]] += rad[b]
            for i in range(count_drawn):
                b = drawn[i]
                charge(start, neighbour, reduced, far, rad[b], inside, dist, low[b], high[b], np.int64(-1))
                if left[own[b]] < INF:
                    left[own[b]] -= rad[b]
            balls = balls_before
            filled = filled_before
            for i in range(count_joined):
                par[joined[i]] = APART
            for i in range(count_lost):
                par[lost[i]] = lost_par[i]
    kept = 0
    total = np.int64(0)
    for b in range(balls):
        if rad[b] > 0:
            kept += 1
            total += high[b] - low[b]
    owner_after = np.empty(kept, np.int32)
    radius_after = np.empty(kept, np.int64)
    begin_after = np.zeros(kept + 1, np.int64)
    inside_after = np.empty(total, np.int32)
    dist_after = np.empty(total, np.int64)
    kept = 0
    total = np.int64(0)
    for b in range(balls):
        if rad[b] == 0:
            continue
        owner_after[kept] = own[b]
        radius_after[kept] = rad[b]
        for j in range(low[b], high[b]):
            inside_after[total] = inside[j]
            dist_after[total] = dist[j]
            total += 1
        kept += 1
        begin_after[kept] = total
    return gain, owner_after, radius_after, begin_after, inside_after, dist_after

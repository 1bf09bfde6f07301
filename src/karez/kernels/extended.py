"""Edges and nodes that no best tree uses in some way, by trying every way a tree could go on from them.

A pattern is a small tree of the graph: at its inner nodes, which have no prize, the trees looked at have just the
pattern's edges; from its leaves they may go on. A pattern is refuted if no best tree holds it, and also if every way
to go on from one of its leaves is: every set of further edges there, since a leaf without prize is no end. Best trees
here are those better than the value at hand that have no end without a prize; some best tree has none.

Without bounds a pattern is refuted by exchange. Take a best tree that holds it, and take out a stretch, that is a way
through inner nodes of degree two, or all its inner nodes. What falls apart are as many parts as the removed piece has
ends. A way between two ends, whatever it runs through, the removed piece included, rests at forced nodes, each of
which is in some part; on some stretch of it the part changes, and a piece of that stretch joins two parts for its
cost at most. So the parts are joined below any threshold as far as the ends are by special distances below it, and in
all for no more than the least spanning tree of the ends in special distances. If that is less than the piece, the
tree was not best: nothing equal is refuted, and all findings on one graph hold together.

With an ascent: a tree that holds the pattern comes from the root to one of its leaves, follows the pattern away from
it, and goes on from every other leaf to a prized node, or ends there if the leaf is one. Below different leaves hang
different parts of the tree, so no arc is used twice, and the tree costs at least the ascent's bound, the reduced costs
of the way to the leaf and of the pattern, and the distances in them from the other leaves to a prized node each.

T. Polzin, S. Vahdati Daneshmand, "Extending reduction techniques for the Steiner tree problem", ESA 2002,
doi:10.1007/3-540-45749-6_69; D. Rehfeldt, T. Koch, "Implications, conflicts, and reductions for Steiner trees",
Mathematical Programming 197 (2023), doi:10.1007/s10107-021-01757-5.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from karez.kernels.ascent import INF
from karez.kernels.compiled import KERNEL
from karez.kernels.heap import lower, pop
from karez.kernels.special import by_forced

NODES = 28
"""Most nodes of a pattern."""

BRANCHES = 5
"""Most edges by which a pattern goes on from a leaf."""

LEVELS = 12
"""Most leaves that are extended one after the other."""

WIDTH = 40
"""Most nodes in the list of nodes near a node."""

LISTS = 1 << 14
"""Most such lists kept at once."""

LEAF, COUNT, MANY, MASK, KEY = 0, 1, 2, 3, 4

LARGE = np.int64(1 << 58)
"""Reduced distances are cut to this, so that sums of them over a pattern fit 64 bits."""


@njit(**KERNEL)
def list_near(start, neighbour, slot_cost, prize, v, most, member, length, room):  # type: ignore[no-untyped-def]
    """List the `most` nodes nearest to `v` with their distances, ascending: how many.

    Ways end at forced nodes: those that go on are found by :func:`karez.kernels.special.by_forced`.
    """
    dist, place, heap, touched = room
    dist[v] = 0
    touched[0] = v
    reached = 1
    listed = 0
    waiting = lower(heap, place, dist, np.int64(0), v)
    while waiting > 0 and listed < most:
        x = pop(heap, place, dist, waiting)
        waiting -= 1
        member[listed] = x
        length[listed] = dist[x]
        listed += 1
        if prize[x] == INF and x != v:
            continue
        for s in range(start[x], start[x + 1]):
            y = neighbour[s]
            through = dist[x] + slot_cost[s]
            if through < dist[y]:
                if dist[y] == INF:
                    touched[reached] = y
                    reached += 1
                dist[y] = through
                waiting = lower(heap, place, dist, waiting, y)
    for i in range(reached):
        dist[touched[i]] = INF
        place[touched[i]] = -1
    return listed


@njit(**KERNEL)
def stretches(slot_cost, pattern, count, leaf, chain, worst, whole):  # type: ignore[no-untyped-def]
    """From a leaf of a pattern: to each node the dearest stretch on the way, which node ends the first one.

    ``chain[j]`` becomes the length of the way if it is a single stretch, else that of the first stretch of the way;
    ``whole[j]`` that of the way.
    """
    above, slot, inner, degree = pattern[1], pattern[2], pattern[3], pattern[4]
    rest = np.empty(NODES, np.int64)
    known = np.zeros(NODES, np.bool_)
    single = np.zeros(NODES, np.bool_)
    rest[leaf] = 0
    chain[leaf] = 0
    worst[leaf] = 0
    whole[leaf] = 0
    known[leaf] = True
    key = -1
    # Up to the first node; then down, where each node comes after the one above it.
    j = leaf
    for i in range(-leaf - 1, count):
        if i < 0:
            if j == 0:
                continue
            a = j
            b = above[j]
            s = slot[j]
            j = b
        else:
            if known[i]:
                continue
            a = above[i]
            b = i
            s = slot[i]
        on = inner[a] == 1 and degree[a] == 2
        rest[b] = slot_cost[s] + (rest[a] if on else 0)
        worst[b] = max(worst[a], rest[b])
        whole[b] = whole[a] + slot_cost[s]
        single[b] = a == leaf or (on and single[a])
        if single[b]:
            chain[b] = rest[b]
            if not (inner[b] and degree[b] == 2):
                key = b
        else:
            chain[b] = chain[a]
        known[b] = True
    return key


@njit(**KERNEL)
def spans_below(apart, ends, many, cost):  # type: ignore[no-untyped-def]
    """Whether the least spanning tree of the nodes `ends` costs less than `cost`."""
    best = np.empty(NODES, np.int64)
    for i in range(many):
        best[i] = apart[ends[0], ends[i]]
    best[0] = -1
    span = np.int64(0)
    for _ in range(many - 1):
        nearest = -1
        for i in range(many):
            if best[i] >= 0 and (nearest < 0 or best[i] < best[nearest]):
                nearest = i
        # Cut to the cost, so that the sum fits 64 bits.
        span += min(best[nearest], cost)
        if span >= cost:
            return False
        best[nearest] = -1
        for i in range(many):
            if best[i] >= 0:
                best[i] = min(best[i], apart[ends[nearest], ends[i]])
    return span < cost


@njit(**KERNEL)
def too_dear(twin, dual, pattern, count, open_node):  # type: ignore[no-untyped-def]
    """Whether every tree that holds the pattern costs as much as the value at hand.

    At `open_node`, −1 for none, the tree may have further edges: it may enter there.
    """
    reduced, down, up_near, slack = dual
    node, above, slot, inner = pattern[0], pattern[1], pattern[2], pattern[3]
    far = min(slack, LARGE)
    turned = np.zeros(NODES, np.int64)
    total = np.int64(0)
    for j in range(count):
        if j > 0:
            total += reduced[twin[slot[j]]]
            turned[j] = turned[above[j]] + reduced[slot[j]] - reduced[twin[slot[j]]]
        if not inner[j]:
            total += min(up_near[node[j]], far)
    for j in range(count):
        if j == open_node:
            if total + turned[j] + min(down[node[j]], far) < slack:
                return False
        elif not inner[j]:
            v = node[j]
            if total + turned[j] + min(down[v], far) - min(up_near[v], far) < slack:
                return False
    return True


@njit(**KERNEL)
def gather(  # type: ignore[no-untyped-def]
    net, prize, ways, lists, room, gone, settled, pattern, count, leaf, spread, inside,
    slots, bad, row, pair, chain, worst, whole,
):  # fmt: skip
    """Edges by which a tree may go on from a leaf, and special distances from their ends; −1 if there are too many.

    ``bad[i]`` becomes bit i if special distances forbid the edge whatever else the tree does at the leaf.
    """
    start, neighbour, _, slot_cost = net
    near, dist, hang, link, size = ways
    node, inner = pattern[0], pattern[3]
    home, owner, filled, member, length = lists
    w = node[leaf]
    many = 0
    for s in range(start[w], start[w + 1]):
        # A node of the pattern would close a cycle.
        if gone[s] or inside[neighbour[s]]:
            continue
        if many == BRANCHES:
            return -1
        slots[many] = s
        many += 1
    # A new list takes the place of the oldest one, which may be needed again.
    complete = False
    while not complete:
        complete = True
        for i in range(count + many):
            x = node[i] if i < count else np.int64(neighbour[slots[i - count]])
            if home[x] >= 0:
                continue
            complete = False
            k = owner[LISTS]
            owner[LISTS] = (k + 1) % LISTS
            if owner[k] >= 0:
                home[owner[k]] = -1
            owner[k] = x
            home[x] = k
            most = min(settled, WIDTH)
            filled[k] = list_near(start, neighbour, slot_cost, prize, x, most, member[k], length[k], room)
    for i in range(many):
        x = np.int64(neighbour[slots[i]])
        own = slot_cost[slots[i]]
        bad[i] = 0
        h = home[x]
        for k in range(filled[h]):
            spread[member[h, k]] = length[h, k]
        for j in range(count + many):
            if j == leaf or count <= j <= count + i:
                continue
            # The way through the pattern is one as well, so longer ones are of no interest.
            if j >= count:
                y = np.int64(neighbour[slots[j - count]])
                least = own + slot_cost[slots[j - count]]
            else:
                y = node[j]
                least = own + whole[j] if inner[j] == 0 else max(worst[j], own + chain[j])
            other = home[y]
            for k in range(filled[other]):
                z = member[other, k]
                if length[other, k] >= least:
                    break
                if spread[z] < INF:
                    if prize[z] == INF:
                        least = min(least, max(spread[z], length[other, k]))
                    else:
                        least = min(least, spread[z] + length[other, k])
            least = by_forced(near, dist, hang, link, size, x, y, least)
            if j >= count:
                pair[i, j - count] = least
            else:
                row[i, j] = least
                if least < max(own, worst[j]):
                    bad[i] = 1 << i
                    break
        for k in range(filled[h]):
            spread[member[h, k]] = INF
    return many


@njit(**KERNEL)
def refuted(  # type: ignore[no-untyped-def]
    net, prize, ways, dual, gone, settled, lists, room, pattern, frames, inside, count, leaf, least, depth, steps
):
    """Whether the pattern is refuted by going on from `leaf` by `least` edges or more, in `steps` steps."""
    start, neighbour, twin, slot_cost = net
    node, above, slot, inner, degree = pattern[0], pattern[1], pattern[2], pattern[3], pattern[4]
    spread, apart, state, f_slots, f_bad, f_row, f_pair, f_chain, f_worst = frames
    slack = dual[3]
    ends = np.empty(NODES, np.int64)
    whole = np.empty(NODES, np.int64)
    base = count
    for j in range(base):
        inside[node[j]] = True
        inner[j] = 0
        degree[j] = 1
    level = -1
    answer = False
    while True:
        if leaf >= 0:
            # Open a level: the ways to go on from the leaf, and what speaks against one or two of them in any case.
            level += 1
            state[level, LEAF] = leaf
            state[level, COUNT] = count
            state[level, MASK] = 0
            slots, row, pair, bad = f_slots[level], f_row[level], f_pair[level], f_bad[level]
            chain, worst = f_chain[level], f_worst[level]
            state[level, KEY] = stretches(slot_cost, pattern, count, leaf, chain, worst, whole)
            many = gather(
                net, prize, ways, lists, room, gone, settled, pattern, count, leaf, spread, inside,
                slots, bad, row, pair, chain, worst, whole,
            )  # fmt: skip
            if many < 0 or count + many > NODES:
                break
            state[level, MANY] = many
            inner[leaf] = 1
            for i in range(many):
                if bad[i] == 0 and slack < INF:
                    node[count] = neighbour[slots[i]]
                    above[count] = leaf
                    slot[count] = slots[i]
                    inner[count] = 0
                    if too_dear(twin, dual, pattern, count + 1, leaf):
                        bad[i] = 1 << i
            for i in range(many):
                for k in range(i + 1, many):
                    if bad[i] >> i & 1:
                        break
                    x = neighbour[slots[i]]
                    y = neighbour[slots[k]]
                    if x == y or pair[i, k] < max(slot_cost[slots[i]], slot_cost[slots[k]]):
                        bad[i] |= 1 << k
            leaf = np.int64(-1)
        # The next set of edges of the highest level.
        at = state[level, LEAF]
        many = state[level, MANY]
        for j in range(state[level, COUNT], count):
            inside[node[j]] = False
        count = state[level, COUNT]
        degree[at] = 1 if base > 1 or level > 0 else 0
        slots, row, pair, bad = f_slots[level], f_row[level], f_pair[level], f_bad[level]
        mask = state[level, MASK] + 1
        found = False
        while mask < 1 << many:
            members = 0
            clash = False
            for i in range(many):
                if mask >> i & 1:
                    members += 1
                    if bad[i] & mask:
                        clash = True
            if not clash and (level > 0 or members >= least):
                found = True
                break
            mask += 1
        if not found:
            # All refuted, and with them the pattern below.
            inner[at] = 0
            level -= 1
            if level < 0:
                answer = True
                break
            continue
        state[level, MASK] = mask
        steps -= 1
        key = state[level, KEY]
        before = count
        added = np.int64(0)
        for i in range(many):
            if mask >> i & 1:
                node[count] = neighbour[slots[i]]
                above[count] = at
                slot[count] = slots[i]
                inner[count] = 0
                degree[count] = 1
                degree[at] += 1
                inside[node[count]] = True
                added += slot_cost[slots[i]]
                for j in range(before):
                    apart[count, j] = row[i, j]
                    apart[j, count] = row[i, j]
                k = before
                for j in range(i):
                    if mask >> j & 1:
                        apart[count, k] = pair[j, i]
                        apart[k, count] = pair[j, i]
                        k += 1
                count += 1
        gain = False
        if members == 1 and degree[at] == 2:
            chain, worst = f_chain[level], f_worst[level]
            for j in range(before):
                if j != at and apart[before, j] < max(worst[j], added + chain[j]):
                    gain = True
                    break
        # Reconnect the ends of the star just made, then those of the whole pattern.
        for part in range(2):
            if gain or (part == 0 and (members == 1 or key < 0)):
                continue
            number = np.int64(0)
            cost = np.int64(0)
            if part == 0:
                cost = added + f_chain[level, key]
                ends[0] = key
                number += 1
            for j in range(before if part == 0 else 0, count):
                if part == 1 and j > 0:
                    cost += slot_cost[slot[j]]
                if inner[j] == 0:
                    ends[number] = j
                    number += 1
            gain = spans_below(apart, ends, number, cost)
        if gain or (slack < INF and too_dear(twin, dual, pattern, count, np.int64(-1))):
            continue
        if level + 1 == depth or steps <= 0:
            break
        # Go on from a leaf with one way or none, else from the oldest with few: on all sides of the first edge.
        fewest = BRANCHES + 1
        for j in range(count):
            v = node[j]
            if inner[j] or prize[v] > 0:
                continue
            many = 0
            for s in range(start[v], start[v + 1]):
                if not gone[s] and not inside[neighbour[s]]:
                    many += 1
            if many == 3:
                many = 2
            if many < fewest:
                fewest = many
                leaf = j
        if leaf < 0 or fewest > BRANCHES:
            break
    for j in range(count):
        inside[node[j]] = False
    return answer


@njit(**KERNEL)
def superfluous(  # type: ignore[no-untyped-def]
    start, neighbour, twin, slot_cost, prize, near, dist, hang, link, size, settled,
    gone, low, reduced, down, up_near, slack, depth, steps,
):  # fmt: skip
    """Edges that no best tree uses, and nodes that none enters by three edges or more; marked in place.

    Parameters
    ----------
    start, neighbour, twin, slot_cost
        The graph.
    prize : int64[n]
        Prizes, ``INF`` where a node is in every tree.
    near, dist, hang, link, size
        See :func:`karez.kernels.special.dispensable`.
    settled : int
        Nodes settled around a node in search of ways round.
    gone : bool[slots]
        Edges already known to be of no use; those found are added.
    low : bool[n]
        Nodes known to have degree two at most; those found are added.
    reduced, down, up_near, slack
        Of an ascent, see :func:`karez.kernels.special.spare_nodes`. A slack of ``INF`` for none.
    depth : int
        Most leaves extended one after the other, ``LEVELS`` at most; 0 for nothing at all.
    steps : int
        Most patterns looked at for an edge or a node.
    """
    n = start.size - 1
    net = (start, neighbour, twin, slot_cost)
    ways = (near, dist, hang, link, size)
    dual = (reduced, down, up_near, slack)
    lists = (
        np.full(n, -1, np.int64),
        np.full(LISTS + 1, -1, np.int64),
        np.empty(LISTS, np.int64),
        np.empty((LISTS, WIDTH), np.int32),
        np.empty((LISTS, WIDTH), np.int64),
    )
    room = (np.full(n, INF, np.int64), np.full(n, -1, np.int32), np.empty(n, np.int32), np.empty(n, np.int32))
    pattern = np.zeros((5, NODES + 1), np.int64)
    frames = (
        np.full(n, INF, np.int64),
        np.zeros((NODES, NODES), np.int64),
        np.empty((LEVELS, 5), np.int64),
        np.empty((LEVELS, BRANCHES), np.int64),
        np.empty((LEVELS, BRANCHES), np.int64),
        np.empty((LEVELS, BRANCHES, NODES), np.int64),
        np.empty((LEVELS, BRANCHES, BRANCHES), np.int64),
        np.empty((LEVELS, NODES), np.int64),
        np.empty((LEVELS, NODES), np.int64),
    )
    node, above, slot = pattern[0], pattern[1], pattern[2]
    apart = frames[1]
    inside = np.zeros(n, np.bool_)
    levels = min(depth, LEVELS)
    if levels < 1:
        return
    two, one, three, zero = np.int64(2), np.int64(1), np.int64(3), np.int64(0)
    # Breadth first, so that lists of near nodes serve again while they are at hand.
    order = np.empty(n, np.int32)
    seen = np.zeros(n, np.bool_)
    placed = 0
    for first in range(n):
        if seen[first]:
            continue
        seen[first] = True
        order[placed] = first
        done = placed
        placed += 1
        while done < placed:
            v = order[done]
            done += 1
            for s in range(start[v], start[v + 1]):
                if not seen[neighbour[s]]:
                    seen[neighbour[s]] = True
                    order[placed] = neighbour[s]
                    placed += 1
    lists[1][LISTS] = 0
    for v in order:
        # The last round is for the node, the others for its edges.
        for s in range(start[v], start[v + 1] + 1):
            if s == start[v + 1]:
                if prize[v] > 0 or low[v]:
                    continue
                node[0] = v
                base, leaf, least = one, zero, three
            else:
                w = neighbour[s]
                if gone[s] or v > w or (prize[v] > 0 and prize[w] > 0):
                    continue
                turned = prize[w] > 0
                node[0] = w if turned else v
                node[1] = v if turned else w
                slot[1] = twin[s] if turned else s
                above[1] = 0
                apart[0, 1] = slot_cost[s]
                apart[1, 0] = slot_cost[s]
                base, leaf, least = two, one, one
            if refuted(
                net, prize, ways, dual, gone, settled, lists, room, pattern, frames, inside,
                base, leaf, least, levels, steps,
            ):  # fmt: skip
                if base == 1:
                    low[v] = True
                else:
                    gone[s] = True
                    gone[twin[s]] = True

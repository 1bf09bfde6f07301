"""Special distances: how dear the dearest stretch is on a way that may rest at nodes every tree holds.

C. W. Duin, A. Volgenant, "An edge elimination test for the Steiner problem in graphs", Operations Research Letters 8
(1989), doi:10.1016/0167-6377(89)90035-7; T. Polzin, S. Vahdati Daneshmand, "Improved algorithms for the Steiner problem
in networks", Discrete Applied Mathematics 112 (2001), doi:10.1016/S0166-218X(00)00319-X.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from karez.kernels.ascent import INF
from karez.kernels.compiled import KERNEL
from karez.kernels.heap import lower, pop
from karez.kernels.local import boundary_edges, find_leader
from karez.kernels.sort import ascending


@njit(**KERNEL)
def nearest_forced(start, neighbour, slot_cost, forced, many):  # type: ignore[no-untyped-def]
    """The nearest nodes that every tree holds, several for every node, by one search from all of them.

    Parameters
    ----------
    start, neighbour, slot_cost
        The graph, see :func:`karez.kernels.csr.slots`.
    forced : bool[n]
        Nodes that are in every tree.
    many : int
        How many to find for every node.

    Returns
    -------
    near : int32[n, many]
        The nearest, ascending by distance; −1 where there are fewer.
    dist : int64[n, many]
        Their distances; ``INF`` where there are fewer.
    """
    n = start.size - 1
    near = np.full((n, many), -1, np.int32)
    dist = np.full((n, many), INF, np.int64)
    # A heap of labels; a label that has been pushed out of its node's list is skipped when its turn comes.
    room = 2 * n + 16
    key = np.empty(room, np.int64)
    at = np.empty(room, np.int32)
    mark = np.empty(room, np.int32)
    size = 0
    for v in range(n):
        if forced[v]:
            near[v, 0] = v
            dist[v, 0] = 0
            key[size] = 0
            at[size] = v
            mark[size] = v
            size += 1
    while size > 0:
        d = key[0]
        v = at[0]
        t = mark[0]
        size -= 1
        k, a, b = key[size], at[size], mark[size]
        i = 0
        while True:
            c = 2 * i + 1
            if c >= size:
                break
            if c + 1 < size and key[c + 1] < key[c]:
                c += 1
            if k <= key[c]:
                break
            key[i], at[i], mark[i] = key[c], at[c], mark[c]
            i = c
        key[i], at[i], mark[i] = k, a, b
        current = False
        for j in range(many):
            if near[v, j] == t:
                current = dist[v, j] == d
                break
        if not current:
            continue
        for s in range(start[v], start[v + 1]):
            u = neighbour[s]
            through = d + slot_cost[s]
            if through >= dist[u, many - 1]:
                continue
            j = many - 1
            for i in range(many):
                if near[u, i] == t:
                    j = i
                    break
            if dist[u, j] <= through:
                continue
            while j > 0 and dist[u, j - 1] > through:
                near[u, j] = near[u, j - 1]
                dist[u, j] = dist[u, j - 1]
                j -= 1
            near[u, j] = t
            dist[u, j] = through
            if size == room:
                room *= 2
                key_more = np.empty(room, np.int64)
                at_more = np.empty(room, np.int32)
                mark_more = np.empty(room, np.int32)
                key_more[:size] = key
                at_more[:size] = at
                mark_more[:size] = mark
                key, at, mark = key_more, at_more, mark_more
            i = size
            size += 1
            while i > 0:
                p = (i - 1) >> 1
                if key[p] <= through:
                    break
                key[i], at[i], mark[i] = key[p], at[p], mark[p]
                i = p
            key[i], at[i], mark[i] = through, u, t
    return near, dist


@njit(**KERNEL)
def bottleneck_tree(start, neighbour, slot_cost, base, dist):  # type: ignore[no-untyped-def]
    """Least spanning tree of forced nodes in the metric of shortest paths, by union by size without compression.

    The way up the leaders from two nodes to where they meet holds the dearest link between them; links grow on it.

    Parameters
    ----------
    start, neighbour, slot_cost
        The graph.
    base : int32[n]
        Nearest forced node of every node, −1 if none.
    dist : int64[n]
        Its distance.

    Returns
    -------
    hang : int32[n]
        Leader above, −1 at the top.
    link : int64[n]
        Length of the link that joined the two; ``INF`` at the top.
    size : int32[n]
        Nodes joined below a leader, itself included.
    """
    n = start.size - 1
    slot, owner, length = boundary_edges(start, neighbour, slot_cost, base, dist, INF)
    hang = np.full(n, -1, np.int32)
    link = np.full(n, INF, np.int64)
    size = np.ones(n, np.int32)
    leader = np.empty(n, np.int32)
    for v in range(n):
        leader[v] = v
    for i in ascending(length):
        a = find_leader(leader, base[owner[i]])
        b = find_leader(leader, base[neighbour[slot[i]]])
        if a == b:
            continue
        if size[a] > size[b]:
            a, b = b, a
        size[b] += size[a]
        leader[a] = b
        hang[a] = b
        link[a] = length[i]
    return hang, link, size


@njit(**KERNEL)
def by_forced(near, dist, hang, link, size, a, b, limit):  # type: ignore[no-untyped-def]
    """Special distance of two nodes by way of forced nodes, as far as it is below `limit`; else `limit`."""
    best = limit
    many = near.shape[1]
    for i in range(many):
        if dist[a, i] >= best:
            break
        for j in range(many):
            if dist[b, j] >= best:
                break
            worst = max(dist[a, i], dist[b, j])
            x = near[a, i]
            y = near[b, j]
            # Links grow on the way up, so the lower link is always climbed first.
            while x != y and worst < best:
                if link[x] < link[y] or (link[x] == link[y] and size[x] <= size[y]):
                    worst = max(worst, link[x])
                    x = hang[x]
                else:
                    worst = max(worst, link[y])
                    y = hang[y]
                if x < 0 or y < 0:
                    worst = INF
                    break
            best = min(best, worst)
    return best


@njit(**KERNEL)
def walk_near(  # type: ignore[no-untyped-def]
    start, neighbour, slot_cost, prize, source, avoid, limit, most, cur, worst, place, heap, touched
):
    """Ways from one node to those around it, with the dearest stretch of each.

    A stretch is a part of the way; it costs its edges less the prizes of the nodes strictly inside it: whoever adds
    it to a tree that holds none of these gains them. The way is as dear as its dearest stretch. Nodes of infinite
    prize end every stretch.

    Parameters
    ----------
    start, neighbour, slot_cost
        The graph.
    prize : int64[n]
        What may be gained on the way.
    source, avoid : int
        Where the ways start; a node they do not pass through, or −1.
    limit : int
        Ways this dear are of no interest.
    most : int
        Most nodes settled.
    cur, worst : int64[n]
        Dearest stretch that ends at the node, and dearest of all; ``INF`` on entry and to be set back for the
        nodes in `touched`, as `place` to −1.
    place, heap, touched : int32[n]
        Room.

    Returns
    -------
    int
        Number of nodes in `touched`.
    """
    cur[source] = 0
    worst[source] = 0
    touched[0] = source
    reached = 1
    settled = 0
    waiting = lower(heap, place, cur, np.int64(0), source)
    while waiting > 0 and settled < most:
        x = pop(heap, place, cur, waiting)
        waiting -= 1
        settled += 1
        place[x] = -2
        rest = np.int64(0) if x == source else max(np.int64(0), cur[x] - prize[x])
        for s in range(start[x], start[x + 1]):
            y = neighbour[s]
            if y == avoid or place[y] == -2:
                continue
            through = rest + slot_cost[s]
            if through < limit and through < cur[y]:
                if cur[y] == INF:
                    touched[reached] = y
                    reached += 1
                cur[y] = through
                worst[y] = max(worst[x], through)
                waiting = lower(heap, place, cur, waiting, y)
    return reached


@njit(**KERNEL)
def dispensable(start, neighbour, twin, slot_cost, prize, near, dist, hang, link, size, most):  # type: ignore[no-untyped-def]
    """Edges whose ends are joined by a way that is less dear in every stretch than the edge.

    Every comparison is strict, so no best tree uses any of them, and all can be left out at once.

    Parameters
    ----------
    start, neighbour, twin, slot_cost
        The graph.
    prize : int64[n]
        Prizes, ``INF`` where a node is in every tree.
    near, dist, hang, link, size
        From :func:`nearest_forced` and :func:`bottleneck_tree`.
    most : int
        Most nodes settled by each search around a node.

    Returns
    -------
    bool[slots]
        Both slots of each edge that can go.
    """
    n = start.size - 1
    gone = np.zeros(neighbour.size, np.bool_)
    for v in range(n):
        for s in range(start[v], start[v + 1]):
            u = neighbour[s]
            if u > v and by_forced(near, dist, hang, link, size, v, np.int64(u), slot_cost[s]) < slot_cost[s]:
                gone[s] = True
                gone[twin[s]] = True
    place = np.full(n, -1, np.int32)
    heap = np.empty(n, np.int32)
    touched = np.empty(n, np.int32)
    cur = np.full(n, INF, np.int64)
    worst = np.full(n, INF, np.int64)
    for v in range(n):
        limit = np.int64(0)
        for s in range(start[v], start[v + 1]):
            if not gone[s]:
                limit = max(limit, slot_cost[s])
        if limit == 0:
            continue
        reached = walk_near(
            start, neighbour, slot_cost, prize, v, np.int64(-1), limit, most, cur, worst, place, heap, touched
        )
        for s in range(start[v], start[v + 1]):
            if worst[neighbour[s]] < slot_cost[s]:
                gone[s] = True
                gone[twin[s]] = True
        for i in range(reached):
            cur[touched[i]] = INF
            worst[touched[i]] = INF
            place[touched[i]] = -1
    return gone


@njit(**KERNEL)
def spare_nodes(  # type: ignore[no-untyped-def]
    start, neighbour, twin, slot_cost, prize, near, dist, hang, link, size, most,
    gone, blocked, low, reduced, down, up_near, slack, degrees,
):  # fmt: skip
    """Nodes that no best tree enters by three edges or more, and which pairs of their edges one may use.

    Either the bound says so (`low`), or every three or more neighbours are spanned by special distances for less than
    their edges to the node cost. Such a node can be replaced by one edge for every pair that is left.

    Parameters
    ----------
    start, neighbour, twin, slot_cost
        The graph, without parallel edges.
    prize : int64[n]
        Prizes; only nodes without one are replaced.
    near, dist, hang, link, size, most
        See :func:`dispensable`.
    gone : bool[slots]
        Edges already known to be of no use.
    blocked : bool[n]
        Nodes that are to stay; changed in place.
    low : bool[n]
        Nodes known to have degree two at most.
    reduced, down, up_near : int64
        Reduced arc costs of an ascent, distances in them from the root and to the nearest prized node; see
        :func:`karez.kernels.reduce.reduced_distances`.
    slack : int
        Best value less the ascent's bound: what costs as much in reduced costs is of no interest. ``INF`` for none.
    degrees : int
        Largest degree looked at, 5 at most.

    Returns
    -------
    node : int32[…]
        The nodes, no two adjacent.
    slots : int32[…, 5]
        The edges of each node that are not gone, as slots; −1 where there are fewer.
    pairs : int64[…]
        Bit i · 8 + j with i < j set where the i-th and j-th of them may be used together.
    """
    n = start.size - 1
    node = np.empty(n, np.int32)
    pairs = np.empty(n, np.int64)
    edges = np.full((n, 5), -1, np.int32)
    found = 0
    at = np.empty(5, np.int32)
    rests = np.empty(n, np.int64)
    for v in range(n):
        rests[v] = INF if prize[v] == INF else 0
    place = np.full(n, -1, np.int32)
    heap = np.empty(n, np.int32)
    touched = np.empty(n, np.int32)
    cur = np.full(n, INF, np.int64)
    worst = np.full(n, INF, np.int64)
    special = np.empty((5, 5), np.int64)
    best = np.empty(5, np.int64)
    for v in range(n):
        if prize[v] > 0 or blocked[v]:
            continue
        degree = 0
        total = np.int64(0)
        for s in range(start[v], start[v + 1]):
            if not gone[s]:
                if degree < 5:
                    at[degree] = s
                degree += 1
                total += slot_cost[s]
        if degree < 3 or degree > degrees:
            continue
        for i in range(degree):
            a = np.int64(neighbour[at[i]])
            for j in range(i + 1, degree):
                limit = total
                b = np.int64(neighbour[at[j]])
                special[i, j] = by_forced(near, dist, hang, link, size, a, b, limit)
            reached = walk_near(start, neighbour, slot_cost, rests, a, v, total, most, cur, worst, place, heap, touched)
            for j in range(i + 1, degree):
                special[i, j] = min(special[i, j], worst[neighbour[at[j]]])
                special[j, i] = special[i, j]
            for k in range(reached):
                cur[touched[k]] = INF
                worst[touched[k]] = INF
                place[touched[k]] = -1
        spare = True
        if not low[v]:
            for group in range(7, 1 << degree):
                members = 0
                cost = np.int64(0)
                root = -1
                for i in range(degree):
                    if group >> i & 1:
                        members += 1
                        cost += slot_cost[at[i]]
                        root = i
                if members < 3:
                    continue
                # Prim over the members.
                span = np.int64(0)
                for i in range(degree):
                    best[i] = special[root, i] if i != root and group >> i & 1 else -1
                for _ in range(members - 1):
                    nearest = -1
                    for i in range(degree):
                        if best[i] >= 0 and (nearest < 0 or best[i] < best[nearest]):
                            nearest = i
                    span += min(best[nearest], cost)
                    best[nearest] = -1
                    for i in range(degree):
                        if best[i] >= 0:
                            best[i] = min(best[i], special[nearest, i])
                if span >= cost:
                    spare = False
                    break
        if not spare:
            continue
        kept = 0
        bits = np.int64(0)
        for i in range(degree):
            s = at[i]
            a = neighbour[s]
            for j in range(i + 1, degree):
                z = at[j]
                b = neighbour[z]
                if special[i, j] < slot_cost[s] + slot_cost[z]:
                    continue
                if slack < INF:
                    there = down[a] + reduced[s] + reduced[twin[z]] + up_near[b]
                    back = down[b] + reduced[z] + reduced[twin[s]] + up_near[a]
                    if min(there, back) >= slack:
                        continue
                kept += 1
                bits |= np.int64(1) << (i * 8 + j)
        if kept > degree:
            continue
        node[found] = v
        pairs[found] = bits
        for i in range(degree):
            edges[found, i] = at[i]
            blocked[neighbour[at[i]]] = True
        found += 1
    return node[:found].copy(), edges[:found].copy(), pairs[:found].copy()


@njit(**KERNEL)
def certain_links(start, neighbour, slot_cost, prize, near, dist):  # type: ignore[no-untyped-def]
    """Edges that a best tree uses: short links out of a forced node's region, and its nearest vertices.

    For a forced node t, let W be the nodes nearest to it, e the cheapest edge out of W. If every other edge out of W
    costs as much as the way from t through e to the next forced node, some best tree uses e; likewise with W = {t}.

    Returns
    -------
    int32[…]
        Slots of the edges. They can be drawn together all at once: no two concern the same forced node.
    """
    n = start.size - 1
    chosen = np.empty(n, np.int32)
    found = 0
    touched = np.zeros(n, np.bool_)
    # Of each region, and of each forced node alone: cheapest edge out, and cost of the second.
    first = np.full((2, n), -1, np.int32)
    owner = np.full((2, n), -1, np.int32)
    second = np.full((2, n), INF, np.int64)
    for v in range(n):
        t = near[v, 0]
        if t < 0:
            continue
        for s in range(start[v], start[v + 1]):
            u = neighbour[s]
            for kind in range(2):
                if (kind == 0 and near[u, 0] == t) or (kind == 1 and v != t):
                    continue
                if first[kind, t] < 0 or slot_cost[s] < slot_cost[first[kind, t]]:
                    if first[kind, t] >= 0:
                        second[kind, t] = slot_cost[first[kind, t]]
                    first[kind, t] = s
                    owner[kind, t] = v
                elif slot_cost[s] < second[kind, t]:
                    second[kind, t] = slot_cost[s]
    for t in range(n):
        if prize[t] != INF or touched[t]:
            continue
        for kind in range(2):
            s = first[kind, t]
            if s < 0:
                continue
            v = owner[kind, t]
            u = neighbour[s]
            other = near[u, 0]
            away = dist[u, 0]
            if other == t:
                if near.shape[1] < 2 or near[u, 1] < 0:
                    continue
                other = near[u, 1]
                away = dist[u, 1]
            if other < 0 or touched[other]:
                continue
            if dist[v, 0] + slot_cost[s] + away <= second[kind, t]:
                chosen[found] = s
                found += 1
                touched[t] = True
                touched[other] = True
                break
    return chosen[:found].copy()

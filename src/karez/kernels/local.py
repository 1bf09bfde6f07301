"""Local search on Steiner trees: vertices put in, key paths exchanged.

After E. Uchoa and R. F. Werneck, "Fast local search for the Steiner problem in graphs", ACM Journal of Experimental
Algorithmics 17 (2012), doi:10.1145/2133803.2184448. Instead of mergeable heaps, one pass over the sorted boundary
edges with union-find gives each key path its cheapest replacement.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from karez.kernels.ascent import INF, OUT, TOP
from karez.kernels.compiled import KERNEL
from karez.kernels.heap import lower, pop
from karez.kernels.sort import ascending
from karez.kernels.tree import evaluate, leaves_first, polish, respan, turn


@njit(**KERNEL)
def longer(array):  # type: ignore[no-untyped-def]
    """The array with as much room again at its end, and some more."""
    more = np.empty(2 * array.size + 16, array.dtype)
    for i in range(array.size):
        more[i] = array[i]
    return more


@njit(**KERNEL)
def insert_vertices(start, neighbour, twin, cost, prize, root, up, order, steps):  # type: ignore[no-untyped-def]
    """Put single vertices into the tree where the least spanning tree with them is cheaper.

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
        The tree, changed in place.
    order : int32[…]
        Vertices in the order in which they are tried.
    steps : int
        Most tree edges walked over; counted, not timed.

    Returns
    -------
    bool
        Whether the tree got better. Leaves it no longer needs are left to :func:`karez.kernels.tree.prune`.
    """
    better = False
    log_node = np.empty(1024, np.int32)
    log_up = np.empty(1024, np.int32)
    here = root
    for i in range(order.size):
        v = order[i]
        if up[v] != OUT:
            continue
        first = -1
        ends = 0
        for s in range(start[v], start[v + 1]):
            if up[neighbour[s]] != OUT:
                ends += 1
                if first < 0 or cost[s] < cost[first]:
                    first = s
        if ends == 0 or (ends == 1 and prize[v] <= cost[first]):
            continue
        if steps <= 0:
            break
        saved = (prize[v] if prize[v] < INF else np.int64(0)) - cost[first]
        entries = 0
        # Turn the tree so that the vertex is its root; each other edge then closes a cycle on one upward path.
        x = neighbour[first]
        back = twin[first]
        while True:
            if entries + 2 >= log_node.size:
                log_node = longer(log_node)
                log_up = longer(log_up)
            log_node[entries] = x
            log_up[entries] = up[x]
            entries += 1
            s = up[x]
            up[x] = back
            steps -= 1
            if s < 0:
                break
            back = twin[s]
            x = neighbour[s]
        up[v] = TOP
        for s in range(start[v], start[v + 1]):
            u = neighbour[s]
            if s == first or up[u] == OUT or u == v:
                continue
            worst = np.int64(-1)
            at = np.int32(-1)
            x = u
            while up[x] >= 0:
                if cost[up[x]] > worst:
                    worst = cost[up[x]]
                    at = x
                x = neighbour[up[x]]
                steps -= 1
            if worst <= cost[s]:
                continue
            saved += worst - cost[s]
            x = u
            back = twin[s]
            while True:
                if entries + 2 >= log_node.size:
                    log_node = longer(log_node)
                    log_up = longer(log_up)
                log_node[entries] = x
                log_up[entries] = up[x]
                entries += 1
                after = up[x]
                up[x] = back
                if x == at:
                    break
                back = twin[after]
                x = neighbour[after]
        if saved > 0:
            better = True
            here = v
        else:
            for j in range(entries - 1, -1, -1):
                up[log_node[j]] = log_up[j]
            up[v] = OUT
    if here != root:
        turn(neighbour, twin, up, root)
    return better


@njit(**KERNEL)
def voronoi(start, neighbour, twin, cost, up, dist, base, via):  # type: ignore[no-untyped-def]
    """Nearest node of the tree for every node, with distance and the slot towards it."""
    n = start.size - 1
    place = np.full(n, -1, np.int32)
    heap = np.empty(n, np.int32)
    size = 0
    for v in range(n):
        base[v] = -1
        via[v] = -1
        dist[v] = INF
        if up[v] != OUT:
            dist[v] = 0
            base[v] = v
            size = lower(heap, place, dist, size, v)
    while size > 0:
        v = pop(heap, place, dist, size)
        size -= 1
        for s in range(start[v], start[v + 1]):
            u = neighbour[s]
            through = dist[v] + cost[s]
            if through < dist[u]:
                dist[u] = through
                base[u] = base[v]
                via[u] = twin[s]
                size = lower(heap, place, dist, size, u)


@njit(**KERNEL)
def boundary_edges(start, neighbour, cost, base, dist):  # type: ignore[no-untyped-def]
    """Slot, end and length by way of it of every edge between the cells of two base nodes, each edge once."""
    n = start.size - 1
    count = 0
    for v in range(n):
        for s in range(start[v], start[v + 1]):
            u = neighbour[s]
            if v < u and base[u] >= 0 and base[v] >= 0 and base[u] != base[v]:
                count += 1
    slot = np.empty(count, np.int32)
    owner = np.empty(count, np.int32)
    length = np.empty(count, np.int64)
    count = 0
    for v in range(n):
        for s in range(start[v], start[v + 1]):
            u = neighbour[s]
            if v < u and base[u] >= 0 and base[v] >= 0 and base[u] != base[v]:
                slot[count] = s
                owner[count] = v
                length[count] = dist[u] + dist[v] + cost[s]
                count += 1
    return slot, owner, length


@njit(**KERNEL)
def find_leader(leader, v):  # type: ignore[no-untyped-def]
    """Leader of a node's set, halving the way to it."""
    while leader[v] != v:
        leader[v] = leader[leader[v]]
        v = leader[v]
    return v


@njit(**KERNEL)
def exchange_key_paths(start, neighbour, twin, cost, prize, root, up):  # type: ignore[no-untyped-def]
    """Replace key paths by shorter ones, all that do not disturb each other in one pass.

    A key path runs between nodes that are prized, of tree degree three or more, or the root. Returns whether the
    tree got better; it is re-spanned and pruned then.
    """
    n = start.size - 1
    up_before = up.copy()
    value = evaluate(cost, prize, up)
    dist = np.empty(n, np.int64)
    base = np.empty(n, np.int32)
    via = np.empty(n, np.int32)
    voronoi(start, neighbour, twin, cost, up, dist, base, via)
    order = leaves_first(neighbour, up)
    size = order.size
    degree = np.zeros(n, np.int32)
    for i in range(size):
        v = order[i]
        if up[v] >= 0:
            degree[v] += 1
            degree[neighbour[up[v]]] += 1
    # Preorder intervals: first[v] … first[v] + below[v] − 1 are the nodes under v.
    below = np.ones(n, np.int32)
    for i in range(size):
        v = order[i]
        if up[v] >= 0:
            below[neighbour[up[v]]] += below[v]
    first = np.zeros(n, np.int32)
    offset = np.ones(n, np.int32)
    for i in range(size - 1, -1, -1):
        v = order[i]
        if up[v] >= 0:
            p = neighbour[up[v]]
            first[v] = first[p] + offset[p]
            offset[p] += below[v]
    # Key tree.
    key = np.zeros(n, np.bool_)
    bottom = np.full(n, -1, np.int32)
    above = np.full(n, -1, np.int32)
    path_cost = np.zeros(n, np.int64)
    for i in range(size):
        v = order[i]
        key[v] = v == root or prize[v] > 0 or degree[v] != 2
    for i in range(size):
        v = order[i]
        if key[v]:
            bottom[v] = v
        if up[v] >= 0:
            b = bottom[v]
            path_cost[b] += cost[up[v]]
            p = neighbour[up[v]]
            if key[p]:
                above[b] = p
            else:
                bottom[p] = b
    depth = np.zeros(n, np.int32)
    for i in range(size - 1, -1, -1):
        v = order[i]
        if key[v] and above[v] >= 0:
            depth[v] = depth[above[v]] + 1
    # Boundary edges, cheapest first, cover the key paths on the way between their bases.
    slot, owner, length = boundary_edges(start, neighbour, cost, base, dist)
    leader = np.empty(n, np.int32)
    for v in range(n):
        leader[v] = v
    cover = np.full(n, -1, np.int32)
    for i in ascending(length):
        a = base[owner[i]]
        b = base[neighbour[slot[i]]]
        ka = bottom[a]
        kb = bottom[b]
        if ka == kb and not key[a] and not key[b]:
            continue
        x = ka
        if not key[a] and not (first[ka] <= first[b] < first[ka] + below[ka]):
            x = above[ka]
        y = kb
        if not key[b] and not (first[kb] <= first[a] < first[kb] + below[kb]):
            y = above[kb]
        x = find_leader(leader, x)
        y = find_leader(leader, y)
        while x != y:
            if depth[x] < depth[y]:
                x, y = y, x
            cover[x] = i
            leader[x] = above[x]
            x = find_leader(leader, x)
    # Nodes of each key path's inner regions.
    region_start = np.zeros(n + 1, np.int32)
    for v in range(n):
        if base[v] >= 0 and not key[base[v]]:
            region_start[bottom[base[v]] + 1] += 1
    for v in range(n):
        region_start[v + 1] += region_start[v]
    region = np.empty(region_start[n], np.int32)
    fill = region_start[:n].copy()
    for v in range(n):
        if base[v] >= 0 and not key[base[v]]:
            k = bottom[base[v]]
            region[fill[k]] = v
            fill[k] += 1
    gone = np.zeros(n, np.bool_)
    kept = np.zeros(n, np.bool_)
    inside = np.zeros(n, np.bool_)
    for v in range(n):
        inside[v] = up[v] != OUT
    new_dist = np.full(n, INF, np.int64)
    new_base = np.full(n, -1, np.int32)
    new_via = np.full(n, -1, np.int32)
    place = np.full(n, -1, np.int32)
    heap = np.empty(n, np.int32)
    better = False
    for at in range(size):
        k = order[at]
        if not key[k] or k == root or path_cost[k] == 0 or kept[k]:
            continue
        best = path_cost[k]
        end_a = np.int32(-1)
        end_b = np.int32(-1)
        if cover[k] >= 0 and length[cover[k]] < best:
            best = length[cover[k]]
            end_a = owner[cover[k]]
            end_b = neighbour[slot[cover[k]]]
        lo = first[k]
        hi = first[k] + below[k]
        heap_size = 0
        for i in range(region_start[k], region_start[k + 1]):
            v = region[i]
            for s in range(start[v], start[v + 1]):
                u = neighbour[s]
                bu = base[u]
                if bu < 0 or (not key[bu] and (bottom[bu] == k or gone[bottom[bu]])):
                    continue
                through = dist[u] + cost[s]
                if through < new_dist[v] and through < best:
                    new_dist[v] = through
                    new_base[v] = bu
                    new_via[v] = s
                    heap_size = lower(heap, place, new_dist, heap_size, v)
        while heap_size > 0:
            v = pop(heap, place, new_dist, heap_size)
            heap_size -= 1
            for s in range(start[v], start[v + 1]):
                u = neighbour[s]
                if base[u] < 0 or key[base[u]] or bottom[base[u]] != k:
                    continue
                through = new_dist[v] + cost[s]
                if through < new_dist[u] and through < best:
                    new_dist[u] = through
                    new_base[u] = new_base[v]
                    new_via[u] = twin[s]
                    heap_size = lower(heap, place, new_dist, heap_size, u)
        for i in range(region_start[k], region_start[k + 1]):
            v = region[i]
            bv = new_base[v]
            if bv < 0:
                continue
            low = lo <= first[bv] < hi
            for s in range(start[v], start[v + 1]):
                u = neighbour[s]
                bu = base[u]
                if bu < 0:
                    continue
                reach = dist[u]
                if not key[bu]:
                    if bottom[bu] == k:
                        bu = new_base[u]
                        if bu < 0:
                            continue
                        reach = new_dist[u]
                    elif gone[bottom[bu]]:
                        continue
                if low == (lo <= first[bu] < hi):
                    continue
                if new_dist[v] + cost[s] + reach < best:
                    best = new_dist[v] + cost[s] + reach
                    end_a = v
                    end_b = u
        if end_a >= 0:
            # The replacement counts only if its cycle is still whole.
            a = end_a
            b = end_b
            a_base = new_base[a] if new_base[a] >= 0 else base[a]
            b_base = new_base[b] if new_base[b] >= 0 else base[b]
            whole = key[a_base] or not gone[bottom[a_base]]
            whole = whole and (key[b_base] or not gone[bottom[b_base]])
            x = bottom[a_base]
            if not key[a_base] and not (first[x] <= first[b_base] < first[x] + below[x]):
                x = above[x]
            y = bottom[b_base]
            if not key[b_base] and not (first[y] <= first[a_base] < first[y] + below[y]):
                y = above[y]
            while whole and x != y:
                if depth[x] < depth[y]:
                    x, y = y, x
                if gone[x]:
                    whole = False
                x = above[x]
            if whole:
                better = True
                gone[k] = True
                kept[bottom[a_base]] |= not key[a_base]
                kept[bottom[b_base]] |= not key[b_base]
                x = neighbour[up[k]]
                while not key[x]:
                    inside[x] = False
                    x = neighbour[up[x]]
                for z in (a, b):
                    x = z
                    while True:
                        inside[x] = True
                        if new_base[x] >= 0:
                            x = neighbour[new_via[x]]
                        elif via[x] >= 0:
                            x = neighbour[via[x]]
                        else:
                            break
        for i in range(region_start[k], region_start[k + 1]):
            v = region[i]
            new_dist[v] = INF
            new_base[v] = -1
            new_via[v] = -1
    if not better:
        return False
    respan(start, neighbour, twin, cost, inside, root, up)
    _, now = polish(start, neighbour, twin, cost, prize, root, up, np.bool_(True))
    if now >= value:
        for v in range(n):
            up[v] = up_before[v]
        return False
    return True

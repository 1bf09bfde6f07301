"""Local search on Steiner trees: key paths exchanged and key vertices taken out, then all moves until none helps.

After E. Uchoa and R. F. Werneck, "Fast local search for the Steiner problem in graphs", ACM Journal of Experimental
Algorithmics 17 (2012), doi:10.1145/2133803.2184448. Instead of mergeable heaps, one pass over the sorted boundary
edges with union-find gives each key path, and each pair of key paths that follow each other, its cheapest replacement.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

from karez.kernels.ascent import INF
from karez.kernels.compiled import KERNEL
from karez.kernels.heap import lower, pop
from karez.kernels.local import boundary_edges, find_leader, insert_vertices, voronoi
from karez.kernels.sort import ascending
from karez.kernels.tree import evaluate, leaves_first, polish, prune, respan

MOST_CHILDREN = 15
"""Key vertices with more key paths below them are not taken out."""

GONE, LEAVING = 1, 2
"""What has been taken out in this pass, and what the move at hand would take out."""


Ints = npt.NDArray[np.int32]
Longs = npt.NDArray[np.int64]


@njit(**KERNEL)
def key_tree(neighbour, cost, prize, root, up):  # type: ignore[no-untyped-def]
    """Draw a tree together to its key nodes: those that are prized, of degree other than two, or the root.

    Returns
    -------
    order : int32[nodes of the tree]
        Children before parents.
    first, below : int32[n]
        Nodes under v, itself included, are those w with ``first[v] <= first[w] < first[v] + below[v]``.
    key : bool[n]
        Whether a node is one.
    bottom, above : int32[n]
        Lower end of the key path a node is in, where it is no key node; upper end of the path from key node v.
    path_cost, depth : int64[n], int32[n]
        Cost of the key path above a key node, and its depth in key paths.
    child, sibling : int32[n]
        First key node below, and the next with the same parent; −1 for none.
    leader : int32[n]
        Uppermost key node of the heavy path a key node is in, for :func:`meeting`.
    """
    n = up.size
    order = leaves_first(neighbour, up)
    size = order.size
    degree = np.zeros(n, np.int32)
    below = np.ones(n, np.int32)
    for i in range(size):
        v = order[i]
        if up[v] >= 0:
            degree[v] += 1
            degree[neighbour[up[v]]] += 1
            below[neighbour[up[v]]] += below[v]
    first = np.zeros(n, np.int32)
    offset = np.ones(n, np.int32)
    for i in range(size - 1, -1, -1):
        v = order[i]
        if up[v] >= 0:
            p = neighbour[up[v]]
            first[v] = first[p] + offset[p]
            offset[p] += below[v]
    key = np.zeros(n, np.bool_)
    bottom = np.full(n, -1, np.int32)
    above = np.full(n, -1, np.int32)
    path_cost = np.zeros(n, np.int64)
    child = np.full(n, -1, np.int32)
    sibling = np.full(n, -1, np.int32)
    heavy = np.full(n, -1, np.int32)
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
                sibling[b] = child[p]
                child[p] = b
                if heavy[p] < 0 or below[b] > below[heavy[p]]:
                    heavy[p] = b
            else:
                bottom[p] = b
    depth = np.zeros(n, np.int32)
    leader = np.full(n, -1, np.int32)
    for i in range(size - 1, -1, -1):
        v = order[i]
        if key[v]:
            leader[v] = v
            if above[v] >= 0:
                depth[v] = depth[above[v]] + 1
                if heavy[above[v]] == v:
                    leader[v] = leader[above[v]]
    return order, first, below, key, bottom, above, path_cost, depth, child, sibling, leader


@njit(**KERNEL)
def meeting(x, y, leader, above, depth):  # type: ignore[no-untyped-def]
    """Lowest common ancestor of two key nodes."""
    while leader[x] != leader[y]:
        if depth[leader[x]] < depth[leader[y]]:
            x, y = y, x
        x = above[leader[x]]
    return x if depth[x] < depth[y] else y


@njit(**KERNEL)
def foot(a, b, first, below, key, bottom, above):  # type: ignore[no-untyped-def]
    """Key node at which the way from tree node a to tree node b meets whole key paths."""
    k = bottom[a]
    if key[a] or first[k] <= first[b] < first[k] + below[k]:
        return k
    return above[k]


@njit(**KERNEL)
def replacements(neighbour, base, slot, owner, length, tree):  # type: ignore[no-untyped-def]
    """The cheapest boundary edge round each key path, and round it and the next; and what meets at a key node.

    Returns
    -------
    single, double : int32[n]
        Edge that joins what is below key node v to the rest without the key path above v; and to the rest without
        that path, the node at its upper end, and all other paths at that node. −1 for none.
    start, edge : int32[n + 1], int32[…]
        Edges whose ways in the tree have v for their highest node, by v.
    """
    _, first, below, key, bottom, above, _, depth, _, _, leader = tree
    n = base.size
    single = np.full(n, -1, np.int32)
    double = np.full(n, -1, np.int32)
    skip = np.empty(n, np.int32)
    skip_two = np.empty(n, np.int32)
    for v in range(n):
        skip[v] = v
        skip_two[v] = v
    top = np.full(length.size, -1, np.int32)
    start = np.zeros(n + 1, np.int32)
    for i in ascending(length):
        a = base[owner[i]]
        b = base[neighbour[slot[i]]]
        if bottom[a] == bottom[b] and not key[a] and not key[b]:
            continue
        x = foot(a, b, first, below, key, bottom, above)
        y = foot(b, a, first, below, key, bottom, above)
        highest = meeting(x, y, leader, above, depth)
        top[i] = highest
        start[highest + 1] += 1
        for _ in range(2):
            z = find_leader(skip, x)
            while depth[z] > depth[highest]:
                single[z] = i
                skip[z] = above[z]
                z = find_leader(skip, z)
            z = find_leader(skip_two, x)
            while depth[z] > depth[highest] + 1:
                double[z] = i
                skip_two[z] = above[z]
                z = find_leader(skip_two, z)
            x = y
    for v in range(n):
        start[v + 1] += start[v]
    edge = np.empty(start[n], np.int32)
    fill = start[:n].copy()
    for i in range(length.size):
        if top[i] >= 0:
            edge[fill[top[i]]] = i
            fill[top[i]] += 1
    return single, double, start, edge


@njit(**KERNEL)
def part_of(v, first, low, high, parts):  # type: ignore[no-untyped-def]
    """Which part of a tree that falls apart a node is in: 0 above, 1 … below."""
    for i in range(1, parts):
        if low[i] <= first[v] < high[i]:
            return i
    return 0


@njit(**KERNEL)
def exchange_keys(start, neighbour, twin, cost, prize, root, up):  # type: ignore[no-untyped-def]
    """Replace key paths by shorter ones, and take key vertices out where what falls apart is joined for less.

    All moves that do not disturb each other are made in one pass. What a move takes out it takes out with its cells
    of nearest nodes; these find their next nearest tree nodes by a search of their own. Returns whether the tree got
    better; it is re-spanned and pruned then.
    """
    n = start.size - 1
    up_before = up.copy()
    value = evaluate(cost, prize, up)
    dist = np.empty(n, np.int64)
    base = np.empty(n, np.int32)
    via = np.empty(n, np.int32)
    voronoi(start, neighbour, twin, cost, up, dist, base, via)
    tree = key_tree(neighbour, cost, prize, root, up)
    order, first, below, key, bottom, above, path_cost, depth, child, sibling, _ = tree
    # What costs more than all that one move can take out is of no use.
    most = np.int64(0)
    for i in range(order.size):
        k = order[i]
        if key[k]:
            total = path_cost[k]
            c = child[k]
            while c >= 0:
                total += path_cost[c]
                c = sibling[c]
            most = max(most, total if prize[k] == 0 else path_cost[k])
    slot, owner, length = boundary_edges(start, neighbour, cost, base, dist, most)
    single, double, top_start, top_edge = replacements(neighbour, base, slot, owner, length, tree)
    # Cells of the inner nodes of the key path above k are kept together under k, that of key node v under n + v.
    cell = np.full(n, -1, np.int32)
    cell_start = np.zeros(2 * n + 1, np.int32)
    for v in range(n):
        if base[v] >= 0:
            cell[v] = n + base[v] if key[base[v]] else bottom[base[v]]
            cell_start[cell[v] + 1] += 1
    for c in range(2 * n):
        cell_start[c + 1] += cell_start[c]
    member = np.empty(cell_start[2 * n], np.int32)
    fill = cell_start[: 2 * n].copy()
    for v in range(n):
        if cell[v] >= 0:
            member[fill[cell[v]]] = v
            fill[cell[v]] += 1
    state = np.zeros(2 * n, np.int8)
    kept = np.zeros(2 * n, np.bool_)
    inside = np.zeros(n, np.bool_)
    for v in range(n):
        inside[v] = up[v] >= -1
    new_dist = np.full(n, INF, np.int64)
    new_base = np.full(n, -1, np.int32)
    new_via = np.full(n, -1, np.int32)
    place = np.full(n, -1, np.int32)
    heap = np.empty(n, np.int32)
    width = MOST_CHILDREN + 1
    leaving = np.empty(width + 1, np.int32)
    low = np.empty(width, np.int32)
    high = np.empty(width, np.int32)
    least = np.empty((width, width), np.int64)
    end = np.empty((width, width), np.int32)
    near = np.empty(width, np.int32)
    joined = np.empty(width, np.bool_)
    pair = np.empty((width, 2), np.int32)
    better = False
    for at in range(2 * order.size):
        k = order[at // 2]
        if not key[k] or k == root:
            continue
        # What the move takes out, and the parts the tree falls into.
        leaving[0] = k
        out = 1
        parts = 1
        if at % 2 == 0:
            if prize[k] > 0:
                continue
            leaving[1] = n + k
            out = 2
            c = child[k]
            while c >= 0 and parts < width:
                leaving[out - 1] = c
                leaving[out] = n + k
                low[parts] = first[c]
                high[parts] = first[c] + below[c]
                out += 1
                parts += 1
                c = sibling[c]
            if c >= 0 or parts < 3:
                continue
        else:
            low[1] = first[k]
            high[1] = first[k] + below[k]
            parts = 2
        total = np.int64(0)
        free = True
        for i in range(out):
            free = free and state[leaving[i]] == 0 and not kept[leaving[i]]
            if leaving[i] < n:
                total += path_cost[leaving[i]]
        if not free or total == 0:
            continue
        for p in range(parts):
            for q in range(parts):
                least[p, q] = total
                end[p, q] = -1
        for i in range(out):
            state[leaving[i]] = LEAVING
        # Boundary edges between cells that stay.
        many = 1 if at % 2 == 1 else parts - 1 + top_start[k + 1] - top_start[k]
        for j in range(many):
            if at % 2 == 1:
                i = single[k]
            elif j < parts - 1:
                i = double[leaving[j + 1]]
            else:
                i = top_edge[top_start[k] + j - parts + 1]
            if i < 0:
                continue
            v = owner[i]
            u = neighbour[slot[i]]
            if state[cell[v]] != 0 or state[cell[u]] != 0:
                continue
            p = part_of(base[v], first, low, high, parts)
            q = part_of(base[u], first, low, high, parts)
            if p != q and length[i] < least[p, q]:
                least[p, q] = length[i]
                least[q, p] = length[i]
                end[p, q] = v
                end[q, p] = u
        limit = total if parts > 2 else least[0, 1]
        heap_size = 0
        for i in range(out):
            for j in range(cell_start[leaving[i]], cell_start[leaving[i] + 1]):
                v = member[j]
                for s in range(start[v], start[v + 1]):
                    u = neighbour[s]
                    if cell[u] < 0 or state[cell[u]] != 0:
                        continue
                    through = dist[u] + cost[s]
                    if through < new_dist[v] and through < limit:
                        new_dist[v] = through
                        new_base[v] = base[u]
                        new_via[v] = s
                        heap_size = lower(heap, place, new_dist, heap_size, v)
        while heap_size > 0:
            v = pop(heap, place, new_dist, heap_size)
            heap_size -= 1
            for s in range(start[v], start[v + 1]):
                u = neighbour[s]
                if cell[u] < 0 or state[cell[u]] != LEAVING:
                    continue
                through = new_dist[v] + cost[s]
                if through < new_dist[u] and through < limit:
                    new_dist[u] = through
                    new_base[u] = new_base[v]
                    new_via[u] = twin[s]
                    heap_size = lower(heap, place, new_dist, heap_size, u)
        for i in range(out):
            for j in range(cell_start[leaving[i]], cell_start[leaving[i] + 1]):
                v = member[j]
                if new_base[v] < 0:
                    continue
                p = part_of(new_base[v], first, low, high, parts)
                for s in range(start[v], start[v + 1]):
                    u = neighbour[s]
                    if cell[u] < 0 or state[cell[u]] == GONE:
                        continue
                    bu = base[u]
                    reach = dist[u]
                    if state[cell[u]] == LEAVING:
                        bu = new_base[u]
                        reach = new_dist[u]
                        if bu < 0:
                            continue
                    reach += new_dist[v] + cost[s]
                    if reach >= limit:
                        continue
                    q = part_of(bu, first, low, high, parts)
                    if p != q and reach < least[p, q]:
                        least[p, q] = reach
                        least[q, p] = reach
                        end[p, q] = v
                        end[q, p] = u
        # Join the parts by a least spanning tree.
        for p in range(parts):
            joined[p] = p == 0
            near[p] = 0
        spent = np.int64(0)
        for j in range(1, parts):
            p = -1
            for q in range(1, parts):
                if not joined[q] and (p < 0 or least[near[q], q] < least[near[p], p]):
                    p = q
            spent += least[near[p], p]
            if end[near[p], p] < 0 or spent >= total:
                spent = total
                break
            pair[j, 0] = end[near[p], p]
            pair[j, 1] = end[p, near[p]]
            joined[p] = True
            for q in range(1, parts):
                if least[p, q] < least[near[q], q]:
                    near[q] = p
        whole = spent < total
        for j in range(1, parts if whole else 0):
            # A replacement counts only if its cycle is still whole.
            a = new_base[pair[j, 0]] if new_base[pair[j, 0]] >= 0 else base[pair[j, 0]]
            b = new_base[pair[j, 1]] if new_base[pair[j, 1]] >= 0 else base[pair[j, 1]]
            x = foot(a, b, first, below, key, bottom, above)
            y = foot(b, a, first, below, key, bottom, above)
            while x != y:
                if depth[x] < depth[y]:
                    x, y = y, x
                whole = whole and state[x] != GONE
                x = above[x]
                whole = whole and state[n + x] != GONE
        for i in range(out):
            state[leaving[i]] = GONE if whole else 0
        if whole:
            better = True
            for i in range(out):
                x = leaving[i]
                if x >= n:
                    inside[x - n] = False
                    continue
                x = neighbour[up[x]]
                while not key[x]:
                    inside[x] = False
                    x = neighbour[up[x]]
            for j in range(1, parts):
                for e in range(2):
                    x = pair[j, e]
                    while True:
                        inside[x] = True
                        if new_base[x] >= 0:
                            x = neighbour[new_via[x]]
                        elif via[x] >= 0:
                            x = neighbour[via[x]]
                        else:
                            break
                    kept[cell[x]] = True
        for i in range(out):
            for j in range(cell_start[leaving[i]], cell_start[leaving[i] + 1]):
                v = member[j]
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


def descend(
    start: Ints, neighbour: Ints, twin: Ints, cost: Longs, prize: Longs, root: np.int32, up: Ints, order: Ints,
    steps: int, passes: int,
) -> int:  # fmt: skip
    """Exchange keys and insert vertices in turn until neither helps or for so many passes, in place; the value.

    No kernel itself: compiled, it would hold all that it calls a second time.
    """
    polish(start, neighbour, twin, cost, prize, root, up, True)
    for _ in range(passes):
        exchanged = exchange_keys(start, neighbour, twin, cost, prize, root, up)
        inserted = insert_vertices(start, neighbour, twin, cost, prize, root, up, order, steps)
        if inserted:
            prune(neighbour, cost, prize, up, True)
        if not inserted and not exchanged:
            break
    return int(evaluate(cost, prize, up))

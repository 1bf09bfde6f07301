"""What a graph falls into when spans or nodes are out: bridges, cut nodes, blocks, and pairs of edges that cut.

All rest on one depth-first search, in which every edge that is not of its tree leads from a node to one above it
(Hopcroft and Tarjan 1973, doi:10.1145/362248.362272). Time is linear in nodes and edges, but for one sort.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from karez.kernels.compiled import KERNEL


@njit(**KERNEL)
def search(start, neighbour, edge, edges, root):  # type: ignore[no-untyped-def]
    """Search depth-first from `root`, and find blocks.

    Parameters
    ----------
    start, neighbour, edge : int32
        The graph, see :func:`karez.kernels.csr.slots`; parallel edges may be.
    edges : int
        Number of edges.
    root : int
        Where to begin.

    Returns
    -------
    order : int32[reached]
        Nodes in the order they are met; a parent before its children.
    parent, via : int32[n]
        Node above and the edge to it; −1 at the root and where the root does not reach.
    pre : int32[n]
        Place in `order`; −1 where the root does not reach.
    low : int32[n]
        Least place that one edge not of the tree leads to from the node or from below it; its own if none.
    block : int32[edges]
        Number of the block (2-node-connected part) of each edge; −1 where the root does not reach.
    blocks : int
        Number of blocks.
    """
    n = start.size - 1
    order = np.empty(n, np.int32)
    parent = np.full(n, -1, np.int32)
    via = np.full(n, -1, np.int32)
    pre = np.full(n, -1, np.int32)
    low = np.full(n, -1, np.int32)
    block = np.full(edges, -1, np.int32)
    at = start[:n].copy()
    pile = np.empty(edges, np.int32)
    size = 0
    blocks = 0
    pre[root] = 0
    low[root] = 0
    order[0] = root
    met = 1
    v = root
    while True:
        if at[v] < start[v + 1]:
            s = at[v]
            at[v] += 1
            e = edge[s]
            u = neighbour[s]
            if e == via[v]:
                continue
            if pre[u] < 0:
                parent[u] = v
                via[u] = e
                pre[u] = met
                low[u] = met
                order[met] = u
                met += 1
                pile[size] = e
                size += 1
                v = u
            elif pre[u] < pre[v]:
                pile[size] = e
                size += 1
                low[v] = min(low[v], pre[u])
            continue
        p = parent[v]
        if p < 0:
            break
        low[p] = min(low[p], low[v])
        if low[v] >= pre[p]:
            while True:
                size -= 1
                block[pile[size]] = blocks
                if pile[size] == via[v]:
                    break
            blocks += 1
        v = p
    return order[:met].copy(), parent, via, pre, low, block, blocks


@njit(**KERNEL)
def hanging(order, parent, weight):  # type: ignore[no-untyped-def]
    """Sum of weights of every node and all below it in the search tree.

    Parameters
    ----------
    order, parent
        As :func:`search` returns them.
    weight : float64[n, k]
        Weights of nodes.

    Returns
    -------
    float64[n, k]
        Sums; 0 where the root does not reach.
    """
    sums = np.zeros_like(weight)
    for i in range(order.size - 1, -1, -1):
        v = order[i]
        for k in range(weight.shape[1]):
            sums[v, k] += weight[v, k]
            if parent[v] >= 0:
                sums[parent[v], k] += sums[v, k]
    return sums


@njit(**KERNEL)
def lost_by_span(order, parent, via, pre, low, sums, edges):  # type: ignore[no-untyped-def]
    """Weight cut off from the root when an edge alone is out: float64[edges, k]; 0 but for bridges."""
    lost = np.zeros((edges, sums.shape[1]))
    for i in range(1, order.size):
        v = order[i]
        if low[v] == pre[v]:
            lost[via[v]] = sums[v]
    return lost


@njit(**KERNEL)
def lost_by_node(order, parent, pre, low, sums, weight):  # type: ignore[no-untyped-def]
    """Weight cut off from the root when a node alone is out, its own included: float64[n, k]; all at the root."""
    lost = np.zeros_like(weight)
    for i in range(order.size - 1, -1, -1):
        v = order[i]
        lost[v] += weight[v]
        p = parent[v]
        if p >= 0 and low[v] >= pre[p]:
            lost[p] += sums[v]
    return lost


@njit(**KERNEL)
def behind_cut_node(order, parent, pre, low):  # type: ignore[no-untyped-def]
    """Whether a node other than the root and than itself cuts a node off from the root: bool[n]."""
    found = np.zeros(pre.size, np.bool_)
    for i in range(1, order.size):
        v = order[i]
        p = parent[v]
        found[v] = p != order[0] and (found[p] or low[v] >= pre[p])
    return found


@njit(**KERNEL)
def parts(order, parent, pre, low):  # type: ignore[no-untyped-def]
    """Number the 2-edge-connected parts: int32[n]; that of the root is 0, −1 where it does not reach."""
    part = np.full(pre.size, -1, np.int32)
    count = 0
    for i in range(order.size):
        v = order[i]
        if i == 0 or low[v] == pre[v]:
            part[v] = count
            count += 1
        else:
            part[v] = part[parent[v]]
    return part, count


@njit(**KERNEL)
def covers(start, neighbour, edge, order, parent, via, pre, label):  # type: ignore[no-untyped-def]
    """For the tree edge above every node: which edges not of the tree lead round it.

    Parameters
    ----------
    start, neighbour, edge, order, parent, via, pre
        The graph and its search.
    label : uint64[edges]
        Random words; the set of edges that lead round is told by the exclusive or of their words, so that equal sets
        have equal words (Pritchard and Thurimella 2011, doi:10.1145/2000807.2000814).

    Returns
    -------
    word : uint64[n]
        Of the set.
    count : int32[n]
        Its size; 0 at bridges and at the root.
    lowest : int32[n]
        The edge of the set whose upper end lies lowest; −1 at bridges and at the root.
    top : int32[n]
        Place in the search of that upper end.
    """
    n = start.size - 1
    word = np.zeros(n, np.uint64)
    count = np.zeros(n, np.int32)
    lowest = np.full(n, -1, np.int32)
    top = np.full(n, -1, np.int32)
    hop = np.arange(n).astype(np.int32)
    for i in range(order.size - 1, -1, -1):
        b = order[i]
        for s in range(start[b], start[b + 1]):
            a = neighbour[s]
            e = edge[s]
            if pre[a] <= pre[b] or via[a] == e:
                continue
            word[a] ^= label[e]
            word[b] ^= label[e]
            count[a] += 1
            count[b] -= 1
            # Upper ends are taken from low to high, so the first edge to reach a tree edge is its lowest.
            x = a
            while True:
                while hop[x] != x:
                    hop[x] = hop[hop[x]]
                    x = hop[x]
                if pre[x] <= i:
                    break
                lowest[x] = e
                top[x] = i
                hop[x] = parent[x]
                x = parent[x]
    for i in range(order.size - 1, 0, -1):
        v = order[i]
        word[parent[v]] ^= word[v]
        count[parent[v]] += count[v]
    return word, count, lowest, top


@njit(**KERNEL)
def chains_of_cuts(sorted_edge, sorted_word, lower, pre, size, count, lowest, top):  # type: ignore[no-untyped-def]
    """Split edges with equal words into classes any two of which cut, each proven, not just likely.

    Two tree edges, v below u, cut together exactly if the same edges lead round both; as those round v that lead past
    u as well are all of them if the lowest upper end lies above u, equal counts then settle it. An edge not of the
    tree cuts with a tree edge exactly if it alone leads round that.

    Parameters
    ----------
    sorted_edge, sorted_word : int32[c], uint64[c]
        Edges with something round them, by word, those of one word from the top of the tree down, one that is not of
        the tree last.
    lower : int32[edges]
        Node below a tree edge; −1 of other edges.
    pre, size, count, lowest, top
        As found before; `size` counts the nodes at and below each.

    Returns
    -------
    first : int32[classes + 1]
        Where each class begins in `sorted_edge`.
    clashes : int
        Neighbours of equal words that do not cut; words must then be drawn anew.
    """
    c = sorted_edge.size
    first = np.empty(c + 1, np.int32)
    classes = 0
    clashes = 0
    for i in range(c):
        if i == 0 or sorted_word[i] != sorted_word[i - 1]:
            first[classes] = i
            classes += 1
            continue
        u = lower[sorted_edge[i - 1]]
        v = lower[sorted_edge[i]]
        if u < 0:
            clashes += 1
        elif v < 0:
            if count[u] != 1 or lowest[u] != sorted_edge[i]:
                clashes += 1
        elif not (pre[u] < pre[v] < pre[u] + size[u] and count[u] == count[v] and top[v] < pre[u]):
            clashes += 1
    first[classes] = c
    return first[: classes + 1].copy(), clashes


@njit(**KERNEL)
def worst_partners(first, members, below):  # type: ignore[no-untyped-def]
    """Of every edge the partner with which it cuts off most.

    Members i above j of a class cut off what hangs on i but not on j.

    Parameters
    ----------
    first, members : int32
        Classes of edges that cut in pairs, each from the top down.
    below : float64[edges]
        Weight that hangs on each in the search tree; 0 for one not of the tree.

    Returns
    -------
    partner : int32[edges]
        The partner; −1 where the edge cuts with no other.
    lost : float64[edges]
        Weight cut off when both are out.
    """
    partner = np.full(below.size, -1, np.int32)
    lost = np.zeros(below.size)
    for k in range(first.size - 1):
        a, b = first[k], first[k + 1]
        if b - a < 2:
            continue
        head, last = members[a], members[b - 1]
        for i in range(a, b):
            e = members[i]
            up, down = below[head] - below[e], below[e] - below[last]
            other, most = (head, up) if up > down or i == b - 1 else (last, down)
            if i == a:
                other, most = last, down
            partner[e] = other
            lost[e] = most
    return partner, lost

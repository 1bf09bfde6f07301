"""Bounds on the chance to hang on the entry of a block, in linear time: two ways to every node, and cuts.

Below: a block's nodes can be numbered from its entry to a neighbour of that so that each other node has a neighbour
with a lower and one with a higher number (Lempel, Even and Cederbaum 1967; Tarjan 1986, doi:10.1007/BF01840433, in
linear time). The way along lower numbers and the way along higher ones share no node, so both fail independently
(Itai and Rodeh 1988, doi:10.1016/0890-5401(88)90016-8). Above: cuts that share no edge fail independently too.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float64]
Neighbours = list[list[tuple[int, float]]]


def bounds(one: Ints, other: Ints, p_edge: Floats, p_node: Floats, entry: int) -> tuple[Floats, Floats]:
    """Lower and upper bound for every node of a block, its entry being up and on a source.

    Parameters
    ----------
    one, other : int32[edges]
        Ends of every edge; all of them are one block, or a single edge.
    p_edge, p_node : float64
        Chances to be up.
    entry : int
        Where the block hangs.
    """
    down: dict[tuple[int, int], float] = {}
    for u, v, p in zip(one.tolist(), other.tolist(), p_edge.tolist(), strict=True):
        ends = (min(u, v), max(u, v))
        down[ends] = down.get(ends, 1.0) * (1.0 - p)
    at: Neighbours = [[] for _ in p_node]
    for (u, v), out in down.items():
        at[u].append((v, 1.0 - out))
        at[v].append((u, 1.0 - out))
    return _below(at, p_node, entry), _above(at, one, other, p_edge, p_node, entry)


def _below(at: Neighbours, p_node: Floats, entry: int) -> Floats:
    """By the most reliable way along lower numbers, and the one along higher numbers."""
    order = numbered(at, entry)
    place = [0] * len(at)
    for number, v in enumerate(order):
        place[v] = number
    low, high = np.zeros(len(at)), np.zeros(len(at))
    low[entry] = 1.0
    for v in order[1:]:
        low[v] = max(low[u] * p for u, p in at[v] if place[u] < place[v]) * p_node[v]
    last = order[-1]
    # The last node's own way is the edge to the entry: the others end there, and share nothing with lower numbers.
    direct = next(p for u, p in at[last] if u == entry)
    high[last] = direct * p_node[last]
    for v in order[-2:0:-1]:
        high[v] = max(high[u] * p for u, p in at[v] if place[u] > place[v]) * p_node[v]
    up = np.maximum(p_node, 1e-300)
    both = p_node * (1.0 - (1.0 - low / up) * (1.0 - high / up))
    both[last] = max(low[last], high[last])
    both[entry] = 1.0
    beside = [low[u] * p for u, p in at[last] if u != entry]
    if beside:
        both[last] = p_node[last] * (1.0 - (1.0 - max(beside)) * (1.0 - direct))
    return np.asarray(both)


def numbered(at: Neighbours, entry: int) -> list[int]:
    """Nodes of a block, its entry first and a neighbour of that last, the others with neighbours on both sides.

    The rest is put beside the parent in a depth-first tree, before or after it as the sign of the node its least
    reach leads to says (Tarjan 1986).
    """
    low, parent, found = _searched(at, entry)
    last = found[1]
    sign = {entry: -1}
    before: dict[int, int] = {last: entry}
    after: dict[int, int] = {entry: last}
    for v in found[2:]:
        p, reach = parent[v], found[low[v]]
        if sign.get(reach, 1) == -1:
            ahead, follow = before.get(p, -1), p
            sign[p] = 1
        else:
            ahead, follow = p, after.get(p, -1)
            sign[p] = -1
        before[v], after[v] = ahead, follow
        if ahead >= 0:
            after[ahead] = v
        if follow >= 0:
            before[follow] = v
    order, v = [entry], entry
    while after.get(v, -1) >= 0:
        v = after[v]
        order.append(v)
    return order


def _searched(at: Neighbours, entry: int) -> tuple[list[int], list[int], list[int]]:
    """Depth-first: least place that each node or what is below it reaches, its parent, nodes as they are met."""
    pre, low, parent = [-1] * len(at), [0] * len(at), [-1] * len(at)
    found = [entry]
    pre[entry] = low[entry] = 0
    stack = [(entry, iter(at[entry]))]
    while stack:
        v, ahead = stack[-1]
        step = next(ahead, None)
        if step is None:
            stack.pop()
            if parent[v] >= 0:
                low[parent[v]] = min(low[parent[v]], low[v])
            continue
        u = step[0]
        if pre[u] < 0:
            pre[u] = low[u] = len(found)
            parent[u] = v
            found.append(u)
            stack.append((u, iter(at[u])))
        elif u != parent[v]:
            low[v] = min(low[v], pre[u])
    return low, parent, found


def _above(at: Neighbours, one: Ints, other: Ints, p_edge: Floats, p_node: Floats, entry: int) -> Floats:
    """Cuts between rings of equal distance share no edge; the last before a node is its own edges with their ends."""
    hops = [-1] * len(at)
    hops[entry] = 0
    ring = [entry]
    while ring:
        ahead = []
        for v in ring:
            for u, _ in at[v]:
                if hops[u] < 0:
                    hops[u] = hops[v] + 1
                    ahead.append(u)
        ring = ahead
    far = np.array(hops)
    between = far[one] != far[other]
    cut = np.zeros(far.max() + 1)
    np.add.at(cut, np.maximum(far[one], far[other])[between], np.log(np.maximum(1 - p_edge[between], 1e-300)))
    crossed = np.where(np.arange(len(cut)) > 0, 1 - np.exp(cut), 1.0)
    before = np.cumprod(np.concatenate([[1.0], crossed[:-1]]))
    found = before[far] * np.minimum(crossed[far], [_star(at[v], p_node, entry) for v in range(len(at))]) * p_node
    found[entry] = 1.0
    return np.asarray(found)


def _star(edges: list[tuple[int, float]], p_node: Floats, entry: int) -> float:
    """Chance that some edge of a node is up, and the node at its other end."""
    return 1.0 - float(np.prod([1.0 - p * (1.0 if u == entry else p_node[u]) for u, p in edges]))

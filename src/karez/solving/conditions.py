"""What a tree must, must not and may for nothing use; several roots; what to do with nodes that cannot be reached.

A problem with conditions is solved as another one without (:func:`conditioned`), whose answer is read back
(:func:`restored`). Nodes keep their numbers.

1. Forbidden edges are not in the transformed graph.
2. Free edges cost nothing in it, and neither do forced ones, whose ends must be in the tree; what the forced ones cost
   is added to value and bound. Since they cost nothing, some cheapest tree on the same nodes holds all of them.
3. Several roots: one more node, numbered n, is the root, joined to each of them by an edge that costs nothing.
4. Nodes left out have no prize in it.

The moats of :attr:`~karez.solving.certified.Certified.cases` replay on the transformed problem: a case's bound plus
:attr:`Conditioned.constant` is a bound of the problem with conditions.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from karez.kernels.ascent import INF, OUT
from karez.kernels.tree import evaluate, prune, respan
from karez.solving.certified import Certified, Ints, Longs
from karez.solving.graph import Graph

FORCED = -1
"""Prize of a node that must be in the tree."""


@dataclass(frozen=True, eq=False)
class Conditions:
    """Conditions on a tree.

    Parameters
    ----------
    forced : array_like of int
        Edges that are in the answer; their cost counts. They must not close a cycle.
    forbidden : array_like of int
        Edges that cannot be used. An edge that is free too is forbidden.
    free : array_like of int
        Edges that cost nothing, such as ducts that lie there already. They are in the answer only where it uses them.
    roots : array_like of int
        Nodes of which any will do as a source. The answer is then a forest, each of whose trees holds one at least;
        roots that nothing hangs on are not in it, unless they have a prize themselves.
    leave_out : bool
        Whether forced nodes, and ends of forced edges, that cannot be reached are left out and listed
        (``Certified.left_out``) instead of being an error. Where there is no root, the part of the graph that holds
        most forced nodes stays; of equal ones, that with the lowest number.

    Examples
    --------
    A ring of four nodes has to join nodes 0 and 2. A duct lies on edge 3; edge 0 is ruled out; edge 2 has to be built.

    >>> from karez.solving.steiner import steiner
    >>> ring = Graph.from_edges(4, [0, 1, 2, 3], [1, 2, 3, 0], [1, 1, 5, 5])
    >>> steiner(ring, [0, 2]).edges.tolist()
    [0, 1]
    >>> answer = steiner(ring, [0, 2], conditions=Conditions(forced=[2], forbidden=[0], free=[3]))
    >>> answer.edges.tolist(), answer.value, answer.bound
    ([2, 3], 5, 5)

    Two sources, and node 3 cut off:

    >>> rules = Conditions(forbidden=[2, 3], roots=[0, 1], leave_out=True)
    >>> answer = steiner(ring, [2, 3], conditions=rules)
    >>> answer.edges.tolist(), answer.value, answer.left_out.tolist()
    ([1], 1, [3])
    """

    forced: npt.ArrayLike = ()
    forbidden: npt.ArrayLike = ()
    free: npt.ArrayLike = ()
    roots: npt.ArrayLike = ()
    leave_out: bool = False


@dataclass(frozen=True)
class Conditioned:
    """A problem without conditions that stands for one with them.

    Parameters
    ----------
    graph : Graph
        The transformed graph. Nodes as in the original one, and one more, the last, if there are several roots.
    prizes : int64[graph.n]
        Prizes, or ``FORCED``.
    root : int | None
        Its root.
    constant : int
        Cost of the forced edges: what value and bound of the original problem are higher.
    edge : int32[graph.m]
        Number of each edge in the original graph; −1 for edges to the common root.
    forced : bool[graph.m]
        Edges that must be in the answer.
    left_out : int32[…]
        Forced nodes and ends of forced edges that cannot be reached.
    """

    graph: Graph
    prizes: Longs
    root: int | None
    constant: int
    edge: Ints
    forced: npt.NDArray[np.bool_]
    left_out: Ints


def checked(graph: Graph, prizes: npt.ArrayLike, root: int | None) -> Longs:
    """Copy of the prizes: int64[n]; a ValueError where they or the root do not fit the graph."""
    given = np.array(prizes, dtype=np.int64)
    if given.shape != (graph.n,) or (given < FORCED).any():
        raise ValueError(f"prizes must be {graph.n} numbers, FORCED or not negative")
    if root is not None and not 0 <= root < graph.n:
        raise ValueError(f"the root must be a node, 0 to {graph.n - 1}")
    return given


def conditioned(graph: Graph, prizes: npt.ArrayLike, root: int | None, conditions: Conditions) -> Conditioned:
    """Transform a problem with conditions into one without.

    Parameters
    ----------
    graph, prizes, root
        The problem, see :func:`karez.solving.prize.prize`.
    conditions : Conditions
        The conditions.

    Returns
    -------
    Conditioned
        The transformed problem, on which the moats replay.

    Raises
    ------
    ValueError
        If an edge or root does not exist, an edge is both forced and forbidden, forced edges close a cycle, or both
        a root and several roots are given.

    Examples
    --------
    >>> path = Graph.from_edges(3, [0, 1], [1, 2], [4, 4])
    >>> problem = conditioned(path, [0, 0, FORCED], None, Conditions(forced=[0], roots=[0, 2]))
    >>> problem.graph.cost.tolist(), problem.prizes.tolist(), problem.root, problem.constant
    ([0, 4, 0, 0], [-1, -1, -1, 0], 3, 4)
    """
    given = checked(graph, prizes, root)
    forced = _numbers(conditions.forced, graph.m, "forced edges")
    forbidden = _numbers(conditions.forbidden, graph.m, "forbidden edges")
    free = _numbers(conditions.free, graph.m, "free edges")
    roots = _numbers(conditions.roots, graph.n, "roots")
    if roots.size and root is not None:
        raise ValueError("give either a root or several, not both")
    both = np.intersect1d(forced, forbidden)
    if both.size:
        raise ValueError(f"edges {_listed(both)} are both forced and forbidden")
    _refuse_cycle(graph, forced)

    cost = graph.cost.copy()
    cost[free] = 0
    kept = np.setdiff1d(np.arange(graph.m), forbidden)
    common = np.full(roots.size, graph.n)
    usable = Graph.from_edges(
        graph.n + bool(roots.size),
        np.concatenate([graph.tail[kept], common]),
        np.concatenate([graph.head[kept], roots]),
        np.concatenate([cost[kept], np.zeros(roots.size, np.int64)]),
    )
    needed = np.concatenate([given, np.zeros(usable.n - graph.n, np.int64)])
    terminals = np.flatnonzero(needed == FORCED)
    needed[graph.tail[forced]] = needed[graph.head[forced]] = FORCED
    if roots.size:
        root = graph.n
    left_out: Ints = np.empty(0, np.int32)
    musts = np.flatnonzero(needed == FORCED)
    if root is None and musts.size:
        root = _home(usable, terminals if terminals.size else musts) if conditions.leave_out else int(musts[0])
    if root is not None and conditions.leave_out:
        left_out = musts[~usable.reached(root)[musts]].astype(np.int32)
        needed[left_out] = np.maximum(0, np.concatenate([given, [0]])[left_out])
        forced = forced[~np.isin(graph.tail[forced], left_out)]
    is_forced = np.concatenate([np.isin(kept, forced), np.zeros(roots.size, np.bool_)])
    return Conditioned(
        Graph.from_edges(usable.n, usable.tail, usable.head, np.where(is_forced, 0, usable.cost)),
        needed,
        root,
        sum(cost[forced].tolist()),
        np.concatenate([kept, np.full(roots.size, -1)]).astype(np.int32),
        is_forced,
        left_out,
    )


def restored(problem: Conditioned, answer: Certified) -> Certified:
    """The answer of the transformed problem in terms of the original one; its moats stay as they are."""
    up, value = _spanned(problem, answer)
    graph = problem.graph
    edges = problem.edge[graph.edge[up[up >= 0]]]
    inside = np.flatnonzero(up != OUT)
    common = np.unique(graph.tail[problem.edge < 0])
    more = problem.constant
    return replace(
        answer,
        edges=np.sort(edges[edges >= 0]).astype(np.int32),
        nodes=np.setdiff1d(inside, common).astype(np.int32),
        value=value + more,
        bound=answer.bound + more,
        ascent_bound=answer.ascent_bound + more,
        trace=tuple((spent, above + more, below + more) for spent, above, below in answer.trace),
        left_out=problem.left_out,
    )


def _spanned(problem: Conditioned, answer: Certified) -> tuple[Ints, int]:
    """The same nodes spanned so that all forced edges are in the tree, without useless ends; and the value."""
    graph = problem.graph
    prize = np.where(problem.prizes == FORCED, INF, problem.prizes)
    top = np.int32(answer.nodes[0] if problem.root is None else problem.root)
    inside = np.zeros(graph.n, np.bool_)
    inside[answer.nodes] = True
    # Ranks instead of costs, so that of edges that cost nothing the forced ones come first.
    rank = np.unique(graph.cost, return_inverse=True)[1].reshape(-1).astype(np.int64) + 1
    rank[problem.forced] = 0
    up = np.full(graph.n, OUT, np.int32)
    respan(graph.start, graph.neighbour, graph.twin, rank[graph.edge], inside, top, up)
    if problem.root is not None:
        prize[top] = INF
        prune(graph.neighbour, graph.slot_cost, prize, up, True)
    return up, int(evaluate(graph.slot_cost, prize, up))


def _numbers(given: npt.ArrayLike, end: int, what: str) -> Ints:
    """The numbers, ascending, each once; a ValueError if one of them does not exist."""
    numbers = np.unique(np.asarray(given, dtype=np.int64))
    wrong = numbers[(numbers < 0) | (numbers >= end)]
    if wrong.size:
        raise ValueError(f"{what} are numbered 0 to {end - 1}; there is no {_listed(wrong)}")
    return numbers.astype(np.int32)


def _listed(numbers: Iterable[int]) -> str:
    return ", ".join(str(int(number)) for number in numbers)


def _refuse_cycle(graph: Graph, edges: Ints) -> None:
    """Raise a ValueError that names the first cycle these edges close."""
    onward: dict[int, list[tuple[int, int]]] = {}
    leader: dict[int, int] = {}
    for edge in edges.tolist():
        tail, head = int(graph.tail[edge]), int(graph.head[edge])
        if _find(leader, tail) == _find(leader, head):
            cycle = sorted([*_way(onward, tail, head), edge])
            raise ValueError(f"forced edges {_listed(cycle)} close a cycle; leave one of them out")
        leader[_find(leader, tail)] = _find(leader, head)
        onward.setdefault(tail, []).append((head, edge))
        onward.setdefault(head, []).append((tail, edge))


def _find(leader: dict[int, int], node: int) -> int:
    while leader.setdefault(node, node) != node:
        leader[node] = leader[leader[node]]
        node = leader[node]
    return node


def _way(onward: dict[int, list[tuple[int, int]]], tail: int, head: int) -> list[int]:
    """Edges of the way between two nodes of a forest."""
    ways: dict[int, list[int]] = {tail: []}
    line = [tail]
    for node in line:
        for other, edge in onward.get(node, []):
            if other not in ways:
                ways[other] = [*ways[node], edge]
                line.append(other)
    return ways[head]


def _home(graph: Graph, nodes: npt.NDArray[np.int64]) -> int:
    """Lowest of the nodes in the part of the graph that holds most of them; of equal parts, the lowest."""
    home, most = int(nodes[0]), 0
    left = nodes
    while left.size > most:
        with_it = graph.reached(int(left[0]))[left]
        if with_it.sum() > most:
            home, most = int(left[0]), int(with_it.sum())
        left = left[~with_it]
    return home

"""The survivable network problem, and the parts it falls into."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from karez.kernels.blocks import blocks, needed_behind
from karez.kernels.chains import walk_chains
from karez.kernels.two_ways import NONE
from karez.solving.graph import Disconnected, Graph

Bools = npt.NDArray[np.bool_]
Bytes = npt.NDArray[np.int8]
Ints = npt.NDArray[np.int32]
Longs = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Problem:
    """Edges of least cost that give every node the ways to the root that it needs, as far as the candidates have them.

    A node that needs two ways keeps one whatever single edge (``TWO_BY_EDGE``), or whatever single edge or other node
    (``TWO_BY_NODE``) fails, unless that alone would cut it off if all candidates were built.

    Parameters
    ----------
    graph : Graph
        The candidates.
    root : int
        Where the ways lead to.
    need : int8[n]
        ``NONE``, ``ONE``, ``TWO_BY_EDGE`` or ``TWO_BY_NODE`` of :mod:`karez.kernels.two_ways`.
    thick : bool[m]
        Edges that do not fail: two ways may share them, and they are paid once.
    sure : bool[n]
        Nodes that do not fail: two ways may share them.
    """

    graph: Graph
    root: int
    need: Bytes
    thick: Bools
    sure: Bools


@dataclass(frozen=True)
class Part:
    """A biconnected part of a problem, its chains drawn together.

    Parameters
    ----------
    problem : Problem
        On the part's own nodes; its root is the node of the part nearest to the root of the whole.
    node : int32[n]
        Node of the whole that each node stands for.
    first, chain : int32[m + 1], int32[…]
        The edges of the whole that edge e stands for, from its tail to its head, are ``chain[first[e]:first[e + 1]]``.
    number : int
        Number of the part in the whole.
    spare : tuple[tuple[int, int32[…]], ...]
        Chains that were left out for cheaper ones between the same two nodes, or as loops, in the order they were: a
        node of the whole they begin at, and their edges from there.
    """

    problem: Problem
    node: Ints
    first: Ints
    chain: Ints
    number: int
    spare: tuple[tuple[int, Ints], ...]

    def edges(self, chosen: Bools) -> Ints:
        """Edges of the whole behind the chosen edges of the part."""
        return self.chain[np.repeat(chosen, np.diff(self.first))]


@dataclass(frozen=True)
class Parted:
    """A problem and its parts.

    Parameters
    ----------
    problem : Problem
        With bridges taken as not failing: nothing can double them.
    parts : tuple[Part, ...]
        Parts of more than one edge behind which something is needed.
    forced : int32[…]
        Bridges behind which something is needed.
    bridges : bool[m]
        Bridges of the candidates, but for the edges that do not fail.
    block, top, entry, order : int32[m], int32[parts], int32[n], int32[n]
        See :func:`karez.kernels.blocks.blocks`.
    """

    problem: Problem
    parts: tuple[Part, ...]
    forced: Ints
    bridges: Bools
    block: Ints
    top: Ints
    entry: Ints
    order: Ints


def half_nodes(graph: Graph) -> tuple[Graph, Bools]:
    """Every node as two, v in and n + v out, so that flow through it can be limited.

    Returns
    -------
    Graph
        Edges n in number from in to out of every node, then an edge from the tail's out to the head's in for every
        edge, then one from the head's out to the tail's in.
    bool[slots]
        Whether a slot leads the way its edge does.
    """
    n, node = graph.n, np.arange(graph.n)
    tail = np.concatenate([node, n + graph.tail, n + graph.head])
    head = np.concatenate([n + node, graph.head, graph.tail])
    split = Graph.from_edges(2 * n, tail, head, np.zeros(tail.size, np.int64))
    owner = np.repeat(np.arange(2 * n, dtype=np.int32), np.diff(split.start))
    return split, owner == split.tail[split.edge]


def half_arcs(graph: Graph) -> tuple[Ints, Ints, Ints, Ints]:
    """Arcs of half-nodes, and what each stands for; see :func:`karez.kernels.rebuild.mend`."""
    split, ahead = half_nodes(graph)
    of_node = split.edge < graph.n
    edge = np.where(ahead, np.where(of_node, -1, (split.edge - graph.n) % graph.m), np.where(of_node, -3, -2))
    return split.start, split.neighbour, split.twin, edge.astype(np.int32)


def part(given: Problem, prized: Bools | None = None) -> Parted:
    """Part a problem; exact: the cheapest answers of the parts and the forced bridges make one of the whole.

    Parameters
    ----------
    given : Problem
        The problem.
    prized : bool[n] | None
        Nodes that chains are not drawn together over, nor over those they hang behind.

    Raises
    ------
    Disconnected
        If nodes that need a way have none.
    """
    graph, root = given.graph, given.root
    part_of, top, entry, order = blocks(graph.start, graph.neighbour, graph.edge, np.int32(root), graph.m)
    reached = np.zeros(graph.n, np.bool_)
    reached[order] = True
    lost = np.flatnonzero((given.need > NONE) & ~reached)
    if lost.size:
        raise Disconnected(lost.astype(np.int32))
    size = np.bincount(part_of[part_of >= 0], minlength=top.size)
    # Edges that lead nowhere, or hang together with nothing, are of no part: −1, the last row.
    bridge = np.append(size, 0)[part_of] == 1
    problem = Problem(graph, root, given.need, given.thick | bridge, given.sure)
    need = needed_behind(order, entry, top, given.need)
    wanted = np.zeros(top.size, np.int8)
    inner = np.flatnonzero(entry >= 0)
    np.maximum.at(wanted, entry[inner], need[inner])
    forced = np.flatnonzero(bridge & (np.append(wanted, NONE)[part_of] > NONE)).astype(np.int32)
    rank = np.argsort(part_of, kind="stable")
    begin = np.searchsorted(part_of[rank], np.arange(top.size + 1))
    kept = need
    if prized is not None:
        kept = np.maximum(need, needed_behind(order, entry, top, prized.astype(np.int8)))
    found = [
        _part(problem, need, kept, rank[begin[k] : begin[k + 1]].astype(np.int32), int(top[k]), int(k))
        for k in np.flatnonzero((wanted > NONE) & (size > 1))
    ]
    return Parted(problem, tuple(found), forced, bridge & ~given.thick, part_of, top, entry, order)


def _part(problem: Problem, need: Bytes, kept: Bytes, edges: Ints, top: int, number: int) -> Part:
    """One part, on nodes and edges of its own."""
    graph = problem.graph
    first = np.arange(edges.size + 1, dtype=np.int32)
    chain, tail, head, cost, thick = (
        edges,
        graph.tail[edges],
        graph.head[edges],
        graph.cost[edges],
        problem.thick[edges],
    )
    spare: list[tuple[int, Ints]] = []
    while True:
        through = np.bincount(np.concatenate([tail, head]), minlength=graph.n) == 2
        through &= kept == NONE
        through[top] = False
        mixed = np.zeros(graph.n, np.bool_)
        mixed[np.concatenate([tail[thick], head[thick]])] = True
        through &= ~(mixed & ~problem.sure)
        first, chain, tail, head, cost, thick = _drawn_together(first, chain, tail, head, cost, thick, through)
        useful = _worth_keeping(tail, head, cost, thick)
        if useful.all():
            break
        spare += [(int(tail[e]), chain[first[e] : first[e + 1]]) for e in np.flatnonzero(~useful)]
        chain = chain[np.repeat(useful, np.diff(first))]
        first = np.concatenate([[0], np.cumsum(np.diff(first)[useful])]).astype(np.int32)
        tail, head, cost, thick = tail[useful], head[useful], cost[useful], thick[useful]
    node, ends = np.unique(np.concatenate([[top], tail, head]), return_inverse=True)
    small = Graph.from_edges(node.size, ends[1 : 1 + tail.size], ends[1 + tail.size :], cost)
    own = need[node]
    own[ends[0]] = NONE
    sure = problem.sure[node]
    return Part(
        Problem(small, int(ends[0]), own, thick, sure), node.astype(np.int32), first, chain, number, tuple(spare)
    )


def _drawn_together(
    first: Ints, chain: Ints, tail: Ints, head: Ints, cost: Longs, thick: Bools, through: Bools
) -> tuple[Ints, Ints, Ints, Ints, Longs, Bools]:
    """Edges that meet at nodes marked `through` as one; it is thick if all of them are."""
    n = through.size
    both = np.concatenate([tail, head])
    incident = (np.argsort(both, kind="stable") % tail.size).astype(np.int32)
    begin = np.concatenate([[0], np.cumsum(np.bincount(both, minlength=n))]).astype(np.int32)
    order, backward, starts = walk_chains(tail.astype(np.int32), head.astype(np.int32), begin, incident, through)
    pieces = []
    for e, turned in zip(order, backward, strict=True):
        members = chain[first[e] : first[e + 1]]
        pieces.append(members[::-1] if turned else members)
    sizes = np.array([piece.size for piece in pieces])
    begins, ends = starts[:-1], starts[1:] - 1
    new_first = np.concatenate([[0], np.cumsum(np.add.reduceat(sizes, begins))]).astype(np.int32)
    return (
        new_first,
        np.concatenate(pieces).astype(np.int32),
        np.where(backward[begins], head[order[begins]], tail[order[begins]]),
        np.where(backward[ends], tail[order[ends]], head[order[ends]]),
        np.add.reduceat(cost[order], begins),
        np.logical_and.reduceat(thick[order], begins),
    )


def _worth_keeping(tail: Ints, head: Ints, cost: Longs, thick: Bools) -> Bools:
    """Of edges between the same two nodes the two cheapest that may fail, and the cheapest that does not; no loops."""
    low, high = np.minimum(tail, head), np.maximum(tail, head)
    rank = np.lexsort((cost, thick, high, low))
    place = np.arange(rank.size)
    fresh = np.ones(rank.size, np.bool_)
    fresh[1:] = (np.diff(low[rank]) != 0) | (np.diff(high[rank]) != 0) | (np.diff(thick[rank].astype(np.int8)) != 0)
    since = place - np.maximum.accumulate(np.where(fresh, place, 0))
    kept = np.zeros(rank.size, np.bool_)
    kept[rank] = np.where(thick[rank], since < 1, since < 2)
    kept &= tail != head
    return kept

"""A bound for trees without a root: a node outside the graph, and a price for every way in.

The node is joined to every prized node by an edge of one cost, the entry. A tree that holds a prized node, and one of
these edges, is a tree rooted outside and costs the entry more. Ascents take as many ways in as they like, so their
bound less the entry is the Lagrangian bound of the rule that there is one way in, with the entry for its multiplier:
valid for every entry.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from karez.kernels.ascent import INF, OUT, TOP, ascend
from karez.kernels.reduce import from_root
from karez.kernels.special import nearest_forced
from karez.kernels.tree import turn
from karez.solving.certified import Case, Ints, Longs
from karez.solving.fixing import unspent
from karez.solving.graph import LARGEST_SUM, Graph, exact_sum

Bools = npt.NDArray[np.bool_]

FAR = int(INF) // 4
"""Distances are cut off here, so that three of them and a bound can be added up."""


@dataclass(frozen=True)
class Ascent:
    """What one ascent from a node outside tells.

    Parameters
    ----------
    case : Case
        Its moats and its bound, as they are replayed.
    connected : bool[n]
        Prized nodes that reached the node outside.
    reduced : int64[slots]
        Reduced costs of the arcs from neighbour to owner, in the graph as given.
    using : int64[m]
        No tree that uses the edge is below this and below the sum of all prizes, but for trees with leaves that have
        no prize and can be cut off.
    without : int64[n]
        No tree without the node is below this and below the sum of all prizes; 0 where there is no prize.
    """

    case: Case
    connected: Bools
    reduced: Longs
    using: Longs
    without: Longs


class Outside:
    """Prizes on a graph, some of them lost, seen from a node outside.

    Parameters
    ----------
    graph : Graph
        The graph.
    prizes : int64[n]
        What leaving a node out costs; finite.
    left_out : int32[…]
        Nodes whose prizes are lost.
    """

    def __init__(self, graph: Graph, prizes: Longs, left_out: Ints) -> None:
        self.graph = graph
        self.left_out = left_out
        self.prize = prizes.copy()
        self.prize[left_out] = 0
        self.doors: Ints = np.flatnonzero(self.prize > 0).astype(np.int32)
        self.total = exact_sum(prizes)
        self.lost = exact_sum(prizes[left_out])

    @property
    def dearest(self) -> int:
        """Largest entry for which all costs still add up in 64 bits; 0 if there is no way in at all."""
        return (LARGEST_SUM - 1 - exact_sum(self.graph.cost)) // self.doors.size if self.doors.size else 0

    def nothing(self) -> Case:
        """The case without moats: all that is lost is lost."""
        return Case(-1, self.left_out, np.empty(0, np.int32), np.empty(0, np.int64), self.lost)

    def ascend(self, entry: int, rank: Ints, factor: float, up: Ints | None = None, penalty: float = 0.0) -> Ascent:
        """Raise a dual solution at one price for a way in.

        Parameters
        ----------
        entry : int
            The price, from 1 to `dearest`.
        rank : int32[n]
            Settles ties.
        factor, penalty : float
            See :func:`karez.kernels.ascent.ascend`.
        up : int32[n] | None
            A tree to be guided by.
        """
        graph, n, doors = self.graph, self.graph.n, self.doors
        wide = Graph.from_edges(
            n + 1,
            np.concatenate([graph.tail, np.full(doors.size, n, np.int32)]),
            np.concatenate([graph.head, doors]),
            np.concatenate([graph.cost, np.full(doors.size, entry, np.int64)]),
        )
        prize = np.append(self.prize, INF)
        reduced = wide.slot_cost.copy()
        ranks = np.append(rank, n).astype(np.int32)
        net = (wide.start, wide.neighbour, wide.twin)
        guide = self._guide(wide, up)
        gained, node, radius, connected = ascend(*net, reduced, np.int32(n), prize, ranks, factor, guide, penalty)
        bound = int(gained) + self.lost - entry
        case = Case(-1, self.left_out, node, radius, min(bound, self.total), entry)
        # Slots of a node are in the order of edges, so those of the graph come first and in their own order.
        own = wide.edge < graph.m
        using = np.full(graph.m, np.int64(bound) + FAR, np.int64)
        using[graph.edge] = bound + self._detour(wide, reduced)[own]
        without = np.where(self.prize > 0, bound + unspent(self.prize, node, radius), 0)
        return Ascent(case, connected[:n], reduced[own], using, without)

    def _guide(self, wide: Graph, up: Ints | None) -> Ints:
        """The tree with its way in by the prized node of largest prize."""
        n = self.graph.n
        guide: Ints = np.full(n + 1, OUT, np.int32)
        if up is None:
            return guide
        inside = np.where(up != OUT, self.prize, 0)
        door = int(np.argmax(inside))
        if inside[door] == 0:
            return guide
        own = np.flatnonzero(wide.edge < self.graph.m).astype(np.int32)
        turned = up.copy()
        turn(self.graph.neighbour, self.graph.twin, turned, np.int32(door))
        guide[:n] = turned
        guide[:n][turned >= 0] = own[turned[turned >= 0]]
        guide[door] = wide.start[door + 1] - 1
        guide[n] = TOP
        return guide

    def _detour(self, wide: Graph, reduced: Longs) -> Longs:
        """Reduced cost of the way from outside over either arc of a slot's edge to a prized node: int64[slots]."""
        # Frozen and writable arrays are two types to the compiler; one is enough.
        frozen = reduced.view()
        frozen.flags.writeable = False
        down = from_root(wide.start, wide.neighbour, wide.twin, frozen, np.int32(self.graph.n))
        paying = np.append(self.prize > 0, False)
        _, near = nearest_forced(wide.start, wide.neighbour, frozen, paying, 1)
        owner = np.repeat(np.arange(wide.n), np.diff(wide.start))
        arc = np.minimum(reduced, FAR)
        through = np.minimum(down, FAR)[wide.neighbour] + arc + np.minimum(near[:, 0], FAR)[owner]
        either: Longs = np.minimum(np.minimum(through, through[wide.twin]), FAR)
        return either

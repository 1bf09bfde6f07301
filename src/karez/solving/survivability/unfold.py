"""The weighted cuts of parts as cuts of the whole graph, so that the bound can be derived again without the parts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from karez.kernels.blocks import anchors
from karez.solving.graph import Graph
from karez.solving.survivability.problem import Bools, Bytes, Ints, Longs, Part, Parted
from karez.solving.survivability.relax import APART, ENTERING, FREE, IN, LEAVING, Cut, Dual, arc_charges, dual_bound


@dataclass(frozen=True)
class Proof:
    """Weighted cuts of the whole graph, part by part and case by case.

    A part's bound is the least of its cases'; the cuts of different parts cross different edges, so the bounds of the
    parts add up. The cases of a part miss no network: they are split on edges that are there or are not, a chain of
    edges on which nothing is needed being there as a whole or not at all.

    Parameters
    ----------
    parts : tuple[tuple[Dual, ...], ...]
        The cases of every part, on the whole graph; the first part is the bridges that have to be there.
    thick : bool[m]
        Edges taken as not failing: those given as such, and bridges of the candidates.
    chain : int32[m]
        Number of the chain of every edge that a case may decide on; −1 for others.
    """

    parts: tuple[tuple[Dual, ...], ...]
    thick: Bools
    chain: Ints

    @property
    def bound(self) -> int:
        """What is proven."""
        return sum(min(case.bound for case in cases) for cases in self.parts)

    def charged(self, graph: Graph) -> tuple[Longs, Longs]:
        """What the bound takes of the cost of both arcs of every edge, rounded up, the most of any case: int64[m] each.

        All of it where a case says that the edge is there, nothing where it says that it is not.
        """
        most = np.zeros(graph.m, np.int64), np.zeros(graph.m, np.int64)
        for case in (case for cases in self.parts for case in cases):
            for of_all, arcs in zip(most, arc_charges(graph, self.thick, case.cuts, case.weight), strict=True):
                taken = np.minimum(-(-arcs // case.scale), graph.cost)
                taken = np.where(case.fixed == FREE, taken, np.where(case.fixed == IN, graph.cost, 0))
                np.maximum(of_all, taken, out=of_all)
        return most


def unfold(parted: Parted, solved: list[tuple[Part, tuple[Dual, ...]]]) -> Proof:
    """Put the proofs of parts together, on the whole graph, and recompute their bounds there."""
    parts: list[tuple[Dual, ...]] = [(_forced(parted),)]
    chain, chains = np.full(parted.problem.graph.m, -1, np.int32), 0
    for part, cases in solved:
        along = _Along(parted, part)
        parts.append(tuple(_case(parted, part, along, case) for case in cases))
        own = part.problem.graph.m
        chain[part.chain] = np.repeat(np.arange(chains, chains + own), np.diff(part.first))
        chains += own
    return Proof(tuple(parts), parted.problem.thick, chain)


def _case(parted: Parted, part: Part, along: _Along, case: Dual) -> Dual:
    """One case of a part on the whole graph."""
    graph, thick = parted.problem.graph, parted.problem.thick
    fixed = np.zeros(graph.m, np.int8)
    fixed[part.chain] = np.repeat(case.fixed, np.diff(part.first))
    unfolding = _Unfolding(graph, thick, fixed, part, along, case.scale)
    cuts: list[Cut] = []
    weight: list[int] = []
    # Those that load both arcs of an edge find room first.
    for k in sorted(range(len(case.cuts)), key=lambda k: case.cuts[k].kind != APART):
        for amount, cut in unfolding.pieces(case.cuts[k], int(case.weight[k])):
            cuts.append(cut)
            weight.append(amount)
    kept, counts = tuple(cuts), np.array(weight, np.int64)
    return Dual(fixed, kept, counts, case.scale, dual_bound(graph, thick, fixed, kept, counts, case.scale))


def _forced(parted: Parted) -> Dual:
    """A cut around what lies behind every bridge that has to be there."""
    graph, thick = parted.problem.graph, parted.problem.thick
    cuts: list[Cut] = []
    for e in parted.forced:
        ends = (int(graph.tail[e]), int(graph.head[e]))
        far = next(v for v in ends if parted.entry[v] >= 0 and parted.top[parted.entry[v]] in ends)
        behind = anchors(parted.order, parted.entry, parted.top, np.int32(parted.entry[far]))
        cuts.append(Cut(behind != far, LEAVING))
    free, weight = np.zeros(graph.m, np.int8), graph.cost[parted.forced]
    return Dual(free, tuple(cuts), weight, 1, dual_bound(graph, thick, free, tuple(cuts), weight, 1))


class _Along:
    """The chains of a part, with the nodes along them, and what hangs on every node."""

    def __init__(self, parted: Parted, part: Part) -> None:
        self.graph = parted.problem.graph
        self.anchor = anchors(parted.order, parted.entry, parted.top, np.int32(part.number))
        small = part.problem.graph
        chains = [part.chain[part.first[e] : part.first[e + 1]] for e in range(small.m)]
        begins = [int(v) for v in part.node[small.tail]]
        for begin, chain in reversed(part.spare):
            begins.append(begin)
            chains.append(chain)
        along = [self._nodes(begin, chain) for begin, chain in zip(begins, chains, strict=True)]
        self.chains = list(zip(chains, along, strict=True))[: small.m]
        self.spare = list(zip(chains, along, strict=True))[small.m :]
        self.begin, self.end = part.node[small.tail], part.node[small.head]
        self.inner = np.concatenate([nodes[1:-1] for _, nodes in self.chains])
        self.chain_of = np.repeat(np.arange(small.m), [nodes.size - 2 for _, nodes in self.chains])

    def _nodes(self, begin: int, chain: Ints) -> Ints:
        """Nodes along a chain, both ends with it."""
        nodes = [begin]
        for e in chain:
            tail, head = int(self.graph.tail[e]), int(self.graph.head[e])
            nodes.append(head if nodes[-1] == tail else tail)
        return np.array(nodes, np.int32)


class _Unfolding:
    """Cuts of one part on the whole graph: a chain is crossed at one of its edges, as long as there is room on it."""

    def __init__(self, graph: Graph, thick: Bools, fixed: Bytes, part: Part, along: _Along, scale: int) -> None:
        self.graph, self.thick, self.fixed, self.part, self.along = graph, thick, fixed, part, along
        self.cost = graph.cost * scale
        self.ahead = np.zeros(graph.m, np.int64)
        self.back = np.zeros(graph.m, np.int64)

    def pieces(self, cut: Cut, amount: int) -> list[tuple[int, Cut]]:
        """The cut on the whole graph, in pieces that cross chains at different edges; together they count `amount`."""
        side = np.ones(self.graph.n, np.bool_)
        side[self.part.node] = cut.side
        without = int(self.part.node[cut.without]) if cut.without >= 0 else -1
        begin, end = self.along.begin, self.along.end
        side[self.along.inner] = np.where(begin == without, side[end], side[begin])[self.along.chain_of]
        crossed = np.flatnonzero((side[begin] != side[end]) & (begin != without) & (end != without))
        pieces = [(amount, side)]
        for chain, nodes in [*(self.along.chains[k] for k in crossed), *self.along.spare]:
            pieces = [piece for whole in pieces for piece in self._crossed(chain, nodes, *whole, cut.kind, without)]
        return [(share, Cut(whole[self.along.anchor], cut.kind, without)) for share, whole in pieces if share > 0]

    def _crossed(
        self, chain: Ints, nodes: Ints, amount: int, side: Bools, kind: int, without: int
    ) -> list[tuple[int, Bools]]:
        """Give the inner nodes of a chain their sides; in pieces where one edge has not room enough."""
        first, last = bool(side[nodes[0]]), bool(side[nodes[-1]])
        if first == last or without in (nodes[0], nodes[-1]):
            side[nodes[1:-1]] = last if nodes[0] == without else first
            return [(amount, side)]
        # The arc that is charged leads along the chain if it leaves the root's side there, or enters it here.
        along = (kind != ENTERING) == first
        pieces = []
        for j in range(chain.size):
            e = int(chain[j])
            forward = along == (int(self.graph.tail[e]) == int(nodes[j]))
            room = self._room(e, kind, forward=forward)
            take = amount if j == chain.size - 1 or self.fixed[e] != FREE else max(0, min(amount, room))
            if take == 0:
                continue
            self._charge(e, kind, take, forward=forward)
            own = side.copy()
            own[nodes[1 : j + 1]] = first
            own[nodes[j + 1 : -1]] = last
            pieces.append((take, own))
            amount -= take
            if amount == 0:
                break
        return pieces

    def _room(self, e: int, kind: int, *, forward: bool) -> int:
        """What can still be charged to an edge."""
        ahead, back, cost = int(self.ahead[e]), int(self.back[e]), int(self.cost[e])
        if self.thick[e]:
            return cost - ahead - back
        return cost - (max(ahead, back) if kind == APART else ahead if forward else back)

    def _charge(self, e: int, kind: int, amount: int, *, forward: bool) -> None:
        if forward or (kind == APART and not self.thick[e]):
            self.ahead[e] += amount
        if not forward or (kind == APART and not self.thick[e]):
            self.back[e] += amount

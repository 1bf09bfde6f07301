"""A smaller problem that still holds every tree better than the one at hand."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from karez.kernels.ascent import INF, OUT, TOP
from karez.kernels.detour import dispensable
from karez.kernels.reduce import contract, detours
from karez.kernels.tree import evaluate, polish, respan
from karez.solving.certified import Ints, Longs
from karez.solving.graph import Graph, exact_sum
from karez.solving.search import Clock, Search


class Elimination:
    """Edges of a graph that a better tree than the best known may use.

    Parameters
    ----------
    graph : Graph
        The graph.
    """

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.alive: npt.NDArray[np.bool_] = graph.tail != graph.head

    def dispense(self, prize: Longs) -> None:
        """Strike out edges that can be replaced by shorter stretches between forced nodes."""
        graph = self.graph
        gone = dispensable(graph.start, graph.neighbour, graph.twin, graph.slot_cost, prize == INF)
        self.alive[graph.edge[gone]] = False

    def learn(self, reduced: Longs, root: int, prize: Longs, bound: int, value: int) -> None:
        """Strike out edges by the reduced costs of one ascent: what uses them costs `value` or more."""
        graph = self.graph
        detour = detours(graph.start, graph.neighbour, graph.twin, reduced, np.int32(root), prize)
        either = np.minimum(detour, detour[graph.twin])
        useless = either >= value - bound
        self.alive[graph.edge[useless]] = False


@dataclass(frozen=True)
class Reduced:
    """A reduced problem and the way back.

    Parameters
    ----------
    search : Search
        The search on the reduced problem; its values leave `lost` out.
    node : int32[…]
        Node of the problem before, by node of the reduced one.
    chain_start, chain_edge : int32
        Edges of the problem before, by edge of the reduced one.
    lost : int
        Prizes of nodes that no better tree can hold.
    hopeless : bool
        Whether no better tree exists because a forced node is cut off.
    """

    search: Search
    node: Ints
    chain_start: Ints
    chain_edge: Ints
    lost: int
    hopeless: bool


def reduce(search: Search, alive: npt.NDArray[np.bool_], clock: Clock) -> Reduced:
    """Leave out the edges that are not alive, then dead ends; draw chains together."""
    graph = search.graph
    edge = np.flatnonzero(alive).astype(np.int32)
    rest = Graph.from_edges(graph.n, graph.tail[edge], graph.head[edge], graph.cost[edge])
    reached = rest.reached(search.root)
    prize = np.where(reached, search.prize, 0)
    cut_off = search.prize[~reached]
    hopeless = bool((cut_off == INF).any())
    keep = prize > 0
    keep[search.root] = True
    tail, head, cost, chain_start, chain_edge = contract(
        rest.n, rest.start, rest.neighbour, rest.edge, rest.slot_cost, keep
    )
    inside = reached[tail]
    used = keep.copy()
    used[tail[inside]] = True
    used[head[inside]] = True
    node = np.flatnonzero(used).astype(np.int32)
    number = np.full(graph.n, -1, np.int32)
    number[node] = np.arange(node.size, dtype=np.int32)
    length = np.diff(chain_start)
    members = np.repeat(inside, length)
    smaller = Graph.from_edges(node.size, number[tail[inside]], number[head[inside]], cost[inside])
    inner = Search(smaller, prize[node].copy(), int(number[search.root]), int(search.random.integers(1 << 31)), clock)
    starts = np.concatenate([[0], np.cumsum(length[inside])]).astype(np.int32)
    lost = exact_sum(cut_off[cut_off < INF])
    return Reduced(inner, node, starts, edge[chain_edge[members]], lost, hopeless)


def lift(outer: Search, reduced: Reduced) -> None:
    """Bring the best tree of the reduced problem back and offer it."""
    inner = reduced.search
    if inner.value >= INF:
        return
    graph = outer.graph
    chosen = inner.graph.edge[inner.up[inner.up >= 0]]
    inside = np.zeros(graph.n, np.bool_)
    inside[outer.root] = True
    for chain in chosen:
        edges = reduced.chain_edge[reduced.chain_start[chain] : reduced.chain_start[chain + 1]]
        inside[graph.tail[edges]] = True
        inside[graph.head[edges]] = True
    up = np.where(inside, TOP, OUT).astype(np.int32)
    net = (graph.start, graph.neighbour, graph.twin, graph.slot_cost)
    respan(*net, inside, np.int32(outer.root), up)
    polish(*net, outer.prize, np.int32(outer.root), up, True)
    outer.offer(up, int(evaluate(graph.slot_cost, outer.prize, up)))

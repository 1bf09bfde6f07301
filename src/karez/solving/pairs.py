"""A working and a protection way for each of some nodes: the pair of least total length, exact."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from karez.kernels.blocks import blocks
from karez.kernels.pairs import pairs
from karez.solving.graph import Graph
from karez.solving.survivability.problem import half_arcs

Bools = npt.NDArray[np.bool_]
Bytes = npt.NDArray[np.int8]
Ints = npt.NDArray[np.int32]


@dataclass(frozen=True)
class Pair:
    """Two ways from a node to the root.

    Parameters
    ----------
    working, protection : int32[…]
        Edges from the node on; `protection` is empty where there is no second way, or none is needed. The working way
        is the shorter: where the two meet, it takes the shorter piece between.
    """

    working: Ints
    protection: Ints


def separators(graph: Graph, root: int, target: Ints) -> list[Ints]:
    """For each node those that lie on all its ways to the root, its own ends left out."""
    _, top, entry, _ = blocks(graph.start, graph.neighbour, graph.edge, np.int32(root), graph.m)
    found = []
    for v in target.tolist():
        between: list[int] = []
        here = v
        while entry[here] >= 0:
            here = int(top[entry[here]])
            between.append(here)
        found.append(np.array(between[:-1], np.int32))
    return found


def cheapest_pairs(
    graph: Graph, root: int, edges: Ints, target: Ints, need: Bytes, thick: Bools, shared: list[Ints]
) -> list[Pair]:
    """Find the pair of ways of least total length for each target, over some edges of a graph.

    Parameters
    ----------
    graph, root : Graph, int
        The graph, with positive lengths as its costs, and where ways lead to.
    edges : int32[…]
        Edges that may be used.
    target, need : int32[k], int8[k]
        Where ways start, and how many each needs; see :mod:`karez.kernels.two_ways`. Every target is joined to the
        root.
    thick : bool[m]
        Edges that both ways may use.
    shared : list of int32[…]
        Nodes that both ways of a target may pass.
    """
    node, ends = np.unique(np.concatenate([[root], target, graph.tail[edges], graph.head[edges]]), return_inverse=True)
    of_target, of_edge = ends[1 : 1 + target.size].astype(np.int32), ends[1 + target.size :]
    own = Graph.from_edges(node.size, of_edge[: edges.size], of_edge[edges.size :], graph.cost[edges])
    place = np.full(graph.n, -1, np.int32)
    place[node] = np.arange(node.size)
    inside = [place[some][place[some] >= 0] for some in shared]
    first = np.concatenate([[0], np.cumsum([some.size for some in inside])]).astype(np.int32)
    flat = np.concatenate([np.zeros(0, np.int32), *inside])
    begin, found = pairs(*half_arcs(own), own.cost, thick[edges], np.int32(ends[0]), of_target, need, first, flat)
    answer = []
    for i, v in enumerate(of_target.tolist()):
        one, two = (found[begin[2 * i + k] : begin[2 * i + k + 1]] for k in (0, 1))
        short, long = _shorter_first(own, v, one, two) if two.size else (one, two)
        answer.append(Pair(edges[short], edges[long]))
    return answer


def _shorter_first(graph: Graph, start: int, one: Ints, two: Ints) -> tuple[Ints, Ints]:
    """The same edges as two ways, of which the first takes the shorter piece wherever they part and meet again."""
    nodes = [_nodes(graph, start, way) for way in (one, two)]
    meet = set(nodes[0]) & set(nodes[1])
    stops = [[i for i, v in enumerate(of) if v in meet] for of in nodes]
    short: list[Ints] = []
    long: list[Ints] = []
    for a, b in zip(pairwise(stops[0]), pairwise(stops[1]), strict=True):
        first, second = one[slice(*a)], two[slice(*b)]
        swap = graph.cost[second].sum() < graph.cost[first].sum()
        short.append(second if swap else first)
        long.append(first if swap else second)
    return np.concatenate(short), np.concatenate(long)


def _nodes(graph: Graph, start: int, way: Ints) -> list[int]:
    """Nodes along a way, its start included."""
    nodes = [start]
    for e in way.tolist():
        nodes.append(int(graph.tail[e]) + int(graph.head[e]) - nodes[-1])
    return nodes

"""Only roads: stretches of a backbone that no candidate route goes round, and who lies behind them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from karez.kernels.blocks import anchors, blocks
from karez.kernels.two_ways import TWO_BY_EDGE
from karez.solving import Graph

Bools = npt.NDArray[np.bool_]
Bytes = npt.NDArray[np.int8]
Ints = npt.NDArray[np.int32]


@dataclass(frozen=True)
class Stretch:
    """Bridges one after another, with nothing that branches off between them.

    Parameters
    ----------
    number : int
        Number, 1 for the first; those nearer to the root come first.
    edges : int32[…]
        Bridges, the nearest to the root first.
    behind : bool[n]
        Nodes it cuts off, beyond its far end and that included.
    """

    number: int
    edges: Ints
    behind: Bools


def rings(graph: Graph, root: int, edges: Ints) -> Bools:
    """Whether each of the chosen edges is on a ring of them: bool[edges]."""
    own = Graph.from_edges(graph.n, graph.tail[edges], graph.head[edges], graph.cost[edges])
    part, top, *_ = blocks(own.start, own.neighbour, own.edge, np.int32(root), own.m)
    on_ring: Bools = (part >= 0) & (np.bincount(part[part >= 0], minlength=max(1, top.size))[part] > 1)
    return on_ring


def stretches_of(graph: Graph, root: int, edges: Ints, bridges: Ints, need: Bytes) -> list[Stretch]:
    """Stretches of only road before nodes that need two ways.

    Parameters
    ----------
    graph, root
        The candidates.
    edges : int32[…]
        Chosen edges.
    bridges : int32[…]
        Those of them that are bridges of the candidates and may fail.
    need : int8[n]
        Ways that every node needs.
    """
    _, top, entry, order = blocks(graph.start, graph.neighbour, graph.edge, np.int32(root), graph.m)
    degree = np.bincount(np.concatenate([graph.tail[edges], graph.head[edges]]), minlength=graph.n)
    place = np.full(graph.n, -1)
    place[order] = np.arange(order.size)
    far_of = np.where(place[graph.tail[bridges]] > place[graph.head[bridges]], graph.tail[bridges], graph.head[bridges])
    rank = np.argsort(place[far_of], kind="stable")
    runs: list[list[int]] = []
    run_to: dict[int, list[int]] = {}
    for e, far in zip(bridges[rank].tolist(), far_of[rank].tolist(), strict=True):
        near = int(graph.tail[e]) + int(graph.head[e]) - far
        run = run_to.pop(near, None) if degree[near] == 2 and need[near] == 0 else None
        if run is None:
            run = []
            runs.append(run)
        run.append(e)
        run_to[far] = run
    far_end = dict(zip(bridges.tolist(), far_of.tolist(), strict=True))
    found: list[Stretch] = []
    for run in runs:
        far = far_end[run[-1]]
        behind = anchors(order, entry, top, np.int32(entry[far])) == far
        if (need[behind] >= TWO_BY_EDGE).any():
            found.append(Stretch(len(found) + 1, np.array(run, np.int32), behind))
    return found

"""Cheapest second ways to a source, for each node by itself: exact."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from karez.kernels import cuts
from karez.kernels.ascent import INF
from karez.kernels.csr import slots
from karez.kernels.detours import detours

Ints = npt.NDArray[np.int32]
Longs = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

NONE = int(INF)
"""Cost of what cannot be."""


@dataclass(frozen=True)
class SecondWays:
    """For each target the cheapest second way.

    Parameters
    ----------
    total : int64[k]
        Its cost in minor units; ``NONE`` where there is none.
    first, edge : int32[k + 1], int32[…]
        New edges of each target.
    beside : bool[…]
        Whether a new edge is a second duct beside a built one.
    """

    total: Longs
    first: Ints
    edge: Ints
    beside: Flags


def second_ways(
    nodes: int,
    start: Ints,
    end: Ints,
    cost: Longs,
    parallel: Longs,
    built: Flags,
    feed: Longs,
    targets: Ints,
) -> SecondWays:
    """Find cheapest second ways.

    Parameters
    ----------
    nodes : int
        Number of nodes n.
    start, end : int32[m]
        Candidate edges.
    cost, parallel : int64[m]
        Cost of an edge, and of a second duct beside it (``NONE`` where none may be), minor units.
    built : bool[m]
        Edges that are there.
    feed : int64[n]
        Cost of being fed at a node; 0 where the network is fed, ``NONE`` where no source is.
    targets : int32[k]
        Nodes that built edges join to where the network is fed.
    """
    begin, neighbour, edge, _, _ = slots(nodes, start, end, np.zeros(len(start), np.int64))
    fed = np.flatnonzero(feed == 0).astype(np.int32)
    tail = np.concatenate([start[built], np.full(len(fed), nodes)]).astype(np.int32)
    head = np.concatenate([end[built], fed]).astype(np.int32)
    number = np.concatenate([np.flatnonzero(built), np.full(len(fed), -1)]).astype(np.int32)
    at, other, which, _, _ = slots(nodes + 1, tail, head, np.zeros(len(tail), np.int64))
    _, parent, via, _, _, _, _ = cuts.search(at, other, which, len(tail), nodes)
    parent, via = parent[:nodes].copy(), via[:nodes].copy()
    parent[fed] = via[fed] = -1
    parent[parent == nodes] = -1
    via = np.where(via >= 0, number[via], -1).astype(np.int32)
    total, first, new = detours(
        begin, neighbour, edge, np.where(built, 0, cost), parallel, parent, via, feed, targets.astype(np.int32)
    )
    return SecondWays(total, first, np.where(new < 0, -1 - new, new), new < 0)

"""Parts of a street graph: the area of an office, cut out; and what lies beyond a seam, drawn together."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components, dijkstra

from karez.model.street import Floats, Ints, StreetGraph, StreetInputs

Rows = npt.NDArray[np.integer]

LEAST_LENGTH_M = 1e-3
"""Runs count as at least so long: a sparse matrix does not hold zeros."""


def lean(inputs: StreetInputs, graph: StreetGraph) -> tuple[StreetInputs, StreetGraph]:
    """Inputs and graph without what only maps and tables need: light to send to other processes."""
    light = replace(
        inputs,
        ways=inputs.ways.iloc[:0],
        premises=inputs.premises[["id", "dwellings"]],
        barriers=inputs.barriers.iloc[:0],
        spans=inputs.spans.iloc[:0],
        parcels=inputs.parcels.iloc[:0],
        notes=(),
    )
    nodes = graph.nodes.drop(columns=["id", "geometry"])
    runs = graph.runs.drop(columns=["id", "way", "lock", "geometry"])
    return light, replace(graph, nodes=nodes, runs=runs, notes=())


def network_of(graph: StreetGraph) -> csr_array:
    """Lengths between nodes, the shortest run where there are several: float64[nodes, nodes], each run once."""
    ends = np.sort(graph.runs[["start", "end"]].to_numpy(np.int64), axis=1)
    length = np.maximum(graph.runs["length_m"].to_numpy(), LEAST_LENGTH_M)
    order = np.lexsort((length, ends[:, 1], ends[:, 0]))
    ends, length = ends[order], length[order]
    first = np.ones(len(ends), np.bool_)
    first[1:] = (ends[1:] != ends[:-1]).any(axis=1)
    count = len(graph.nodes)
    return csr_array((length[first], (ends[first, 0], ends[first, 1])), shape=(count, count))


def nearest_owner(graph: StreetGraph, owner: Ints) -> Ints:
    """Owner of every node: its own, or that of the nearest node that has one: int32[nodes], −1 where none leads to."""
    owned = np.flatnonzero(owner >= 0)
    _, _, source = dijkstra(network_of(graph), directed=False, indices=owned, min_only=True, return_predecessors=True)
    return np.where(source >= 0, owner[np.maximum(source, 0)], -1).astype(np.int32)


def way_from(graph: StreetGraph, nodes: Rows, limit_m: float) -> Floats:
    """Way from the nearest of these nodes to every node; infinite beyond the limit: float64[nodes]."""
    way = dijkstra(network_of(graph), directed=False, indices=nodes, min_only=True, limit=limit_m)
    return np.asarray(way, np.float64)


def drawn_together(graph: StreetGraph, runs: Rows) -> Ints:
    """Number of what every node belongs to once the given runs are drawn together to points: int32[nodes]."""
    ends = graph.runs[["start", "end"]].to_numpy()[runs]
    count = len(graph.nodes)
    joined = csr_array((np.ones(len(ends)), (ends[:, 0], ends[:, 1])), shape=(count, count))
    return np.asarray(connected_components(joined, directed=False)[1], np.int32)


def relabelled(graph: StreetGraph, label: Ints, runs: Rows) -> StreetGraph:
    """The given runs as a graph of their own.

    Parameters
    ----------
    graph : StreetGraph
        The whole.
    label : int32[nodes]
        New number of every node: all from 0 on are in use. Equal ones become one node, whose table row is that of the
        first; −1 leaves a node out.
    runs : int[…]
        Rows of the runs, whose ends are not left out.
    """
    inside = np.flatnonzero(label >= 0)
    first = inside[np.unique(label[inside], return_index=True)[1]]
    table = graph.runs.iloc[runs].reset_index(drop=True)
    table["start"], table["end"] = label[table["start"]], label[table["end"]]

    def moved(node: Ints) -> Ints:
        return np.where(node >= 0, label[np.maximum(node, 0)], -1).astype(np.int32)

    return replace(
        graph,
        nodes=graph.nodes.iloc[first].reset_index(drop=True),
        runs=table,
        premises_node=moved(graph.premises_node),
        office_node=moved(graph.office_node),
        cabinet_node=moved(graph.cabinet_node),
    )


def area_of(
    inputs: StreetInputs, graph: StreetGraph, area: Ints, number: int, office: int
) -> tuple[StreetInputs, StreetGraph, Rows]:
    """Inputs, graph and rows of the runs of one office's area.

    Parameters
    ----------
    inputs, graph : StreetInputs, StreetGraph
        The whole.
    area : int32[nodes]
        Number of the area of every node.
    number, office : int
        Area, and node of its office.
    """
    mine = area == number
    label = np.where(mine, np.cumsum(mine) - 1, -1).astype(np.int32)
    ends = graph.runs[["start", "end"]].to_numpy()
    runs = np.flatnonzero(mine[ends[:, 0]] & mine[ends[:, 1]])
    part = relabelled(graph, label, runs)
    held, given = np.flatnonzero(part.premises_node >= 0), np.flatnonzero(part.cabinet_node >= 0)
    part = replace(
        part,
        premises_node=part.premises_node[held],
        refusal=part.refusal[held],
        office_node=label[[office]],
        cabinet_node=part.cabinet_node[given],
    )
    own = replace(
        inputs,
        premises=inputs.premises.iloc[held].reset_index(drop=True),
        cabinets=inputs.cabinets.iloc[given].reset_index(drop=True),
    )
    return own, part, runs

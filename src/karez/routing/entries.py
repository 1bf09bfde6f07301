"""A second entry: hubs and sources of a backbone are led in twice, in trenches apart, where their lead-in is short."""

from __future__ import annotations

import numpy as np

from karez.routing.lines import Floats, Indices
from karez.routing.noding import Edges


def with_second_entries(edges: Edges, nodes: Indices, limit_m: float) -> Edges:
    """Lay a second lead-in beside the first of every node.

    The second is a candidate like all others, as long and as dear as the first. It ends at the same point of the
    line: what fails between the two is a splice, and that a join never does.

    Parameters
    ----------
    edges : Edges
        All edges, the lead-ins among them beginning where they join.
    nodes : int64[…]
        Nodes with two entries; those on a line have no lead-in and need none.
    limit_m : float
        Longer lead-ins are roads of their own, and stay alone.

    Returns
    -------
    Edges
        The second ones come last.
    """
    lead_in = np.flatnonzero((edges.lines.table["tier"] == "lead_in").to_numpy())
    leads = np.full(edges.nodes, -1, dtype=np.int64)
    leads[edges.end[lead_in]] = lead_in
    length = edges.lines.table["length_m"].to_numpy(np.float64)
    double = np.zeros(len(edges.start), bool)
    for node in np.unique(nodes).tolist():
        way = _way(node, leads, edges.start)
        double[way] |= _metres(length, way) <= limit_m
    seconds = np.flatnonzero(double)
    return Edges(
        edges.lines.extend(edges.lines.select(double)),
        np.concatenate([edges.start, edges.start[seconds]]),
        np.concatenate([edges.end, edges.end[seconds]]),
        edges.nodes,
    )


def _way(node: int, leads: Indices, start: Indices) -> list[int]:
    """Lead-ins from a node to the line: more than one where others join on its way."""
    way = list[int]()
    while leads[node] >= 0:
        way.append(int(leads[node]))
        node = int(start[way[-1]])
    return way


def _metres(length: Floats, way: list[int]) -> float:
    return float(length[way].sum())

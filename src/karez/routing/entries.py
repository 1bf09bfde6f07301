"""A second entry: hubs and sources of a backbone are led in twice, in trenches apart, where their lead-in is short."""

from __future__ import annotations

import numpy as np
import pandas as pd

from karez.routing.lines import Floats, Indices, Lines, Metric
from karez.routing.noding import Edges, renumber

BESIDE_M = 25.0
"""Metres along the line between the joins of two entries; a quarter of the line where that is less."""
_NO_METRES = 0.1


def with_second_entries(edges: Edges, nodes: Indices, limit_m: float, metric: Metric) -> Edges:
    """Lay a second lead-in beside the first of every node.

    The second is a candidate like all others, as dear by the metre as the first. It joins the same line a little
    further on, so that what passes by goes in by the one and out by the other; where the first joins another lead-in,
    it ends at the same point.

    Parameters
    ----------
    edges : Edges
        All edges, the lead-ins among them beginning where they join.
    nodes : int64[…]
        Nodes with two entries; those on a line have no lead-in and need none.
    limit_m : float
        Longer lead-ins are roads of their own, and stay alone.
    metric : Metric
        The plane.

    Returns
    -------
    Edges
        The lines cut where second lead-ins join; these come last.
    """
    seconds = _doubled(edges, nodes, limit_m)
    if not len(seconds):
        return edges
    joins = np.unique(edges.start[seconds])
    line, at_start = _beside(edges, joins)
    length = edges.lines.plane_length
    there = np.flatnonzero(line >= 0)
    step = np.minimum(BESIDE_M, length[line[there]] / 4.0)
    at = np.where(at_start[there], step, length[line[there]] - step)
    pieces, parent = edges.lines.cut(line[there], at, metric, _NO_METRES)
    cut = renumber(pieces, edges)
    first, last = np.searchsorted(parent, line[there]), np.searchsorted(parent, line[there], side="right") - 1
    other = joins.copy()
    other[there] = np.where(at_start[there], cut.end[first], cut.start[last])
    lead = np.searchsorted(parent, seconds)
    place = cut.end[lead]
    begin = other[np.searchsorted(joins, cut.start[lead])]
    where = _positions(cut)
    table = pd.DataFrame(cut.lines.table.iloc[lead]).reset_index(drop=True)
    lines = Lines.straight(where[begin], where[place], metric, table)
    table["length_m"] = lines.geodesic_length()
    return Edges(
        cut.lines.extend(lines), np.concatenate([cut.start, begin]), np.concatenate([cut.end, place]), cut.nodes
    )


def _doubled(edges: Edges, nodes: Indices, limit_m: float) -> Indices:
    """Lead-ins that get a second one: all between a node and the line, where they are short together."""
    lead_in = np.flatnonzero((edges.lines.table["tier"] == "lead_in").to_numpy())
    leads = np.full(edges.nodes, -1, dtype=np.int64)
    leads[edges.end[lead_in]] = lead_in
    length = edges.lines.table["length_m"].to_numpy(np.float64)
    double = np.zeros(len(edges.start), bool)
    for node in np.unique(nodes).tolist():
        way = list[int]()
        while leads[node] >= 0:
            way.append(int(leads[node]))
            node = int(edges.start[way[-1]])  # noqa: PLW2901  on towards the line
        double[way] |= float(length[way].sum()) <= limit_m
    return np.flatnonzero(double)


def _beside(edges: Edges, joins: Indices) -> tuple[Indices, np.ndarray[tuple[int, ...], np.dtype[np.bool_]]]:
    """Longest line on land that begins or ends at each join (−1 for none), and whether it begins there."""
    table = edges.lines.table
    usable = np.flatnonzero(
        ((table["tier"] != "lead_in") & (table["method"] != "submarine")).to_numpy() & (edges.start != edges.end)
    )
    ends = pd.DataFrame(
        {
            "join": np.concatenate([edges.start[usable], edges.end[usable]]),
            "line": np.concatenate([usable, usable]),
            "begins": np.repeat([True, False], len(usable)),
            "metres": np.tile(edges.lines.plane_length[usable], 2).round(3),
        }
    )
    ends = ends[ends["join"].isin(joins)]
    # Of lines as long as each other the one whose far end lies further west, then south: not by the order of rows.
    far = _positions(edges)[np.where(ends["begins"], edges.end[ends["line"]], edges.start[ends["line"]])].round(7)
    ends = ends.assign(west=far[:, 0], south=far[:, 1])
    best = ends.sort_values(["join", "metres", "west", "south"], ascending=[True, False, True, True])
    best = best.drop_duplicates("join").set_index("join").reindex(joins)
    return best["line"].fillna(-1).to_numpy(np.int64), best["begins"].fillna(value=False).to_numpy(bool)


def _positions(edges: Edges) -> Floats:
    """A position in degrees of every node."""
    lines = edges.lines
    where = np.full((edges.nodes, 2), np.nan)
    where[edges.end] = lines.lonlat[lines.first[1:] - 1]
    where[edges.start] = lines.lonlat[lines.first[:-1]]
    return where

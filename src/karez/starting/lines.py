"""Roads and railways of the world (OpenStreetMap, ODbL, through the package scgraph_data)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import shapely
from scipy.spatial import cKDTree

from karez.errors import UsageFault
from karez.starting.extra import data_text
from karez.starting.globe import (
    EARTH_RADIUS_KM,
    Floats,
    Frame,
    Indices,
    between,
    chord_km,
    distance_km,
    unit_vectors,
)
from karez.starting.outlines import Land

KINDS = {"roads": "world_highways", "railways": "world_railways"}
"""Module of scgraph_data that holds each graph."""

BORDER_KM = 10.0
"""Lines are taken up to this far outside the outline, which is coarser than the lines are."""

COAST_STEP = 0.02
"""Outlines are compared with lines by points this far apart, in degrees."""


@dataclass(frozen=True)
class WorldGraph:
    """A graph of lines.

    Parameters
    ----------
    lonlat : float64[nodes, 2]
        Nodes in degrees; their source rounds them to a thousandth.
    one, other : int64[edges]
        Ends, the smaller number first, every pair once.
    km : float64[edges]
        Surveyed length.
    """

    lonlat: Floats
    one: Indices
    other: Indices
    km: Floats

    def select(self, keep: npt.NDArray[np.bool_]) -> WorldGraph:
        """Return the graph of the marked edges; nodes keep their numbers."""
        return WorldGraph(self.lonlat, self.one[keep], self.other[keep], self.km[keep])


@lru_cache(maxsize=2)
def world_graph(kind: str) -> WorldGraph:
    """Read the graph of ``roads`` or ``railways`` of the whole world."""
    module = KINDS[kind]
    return parse_graph(data_text("scgraph_data", f"{module}.py"), module)


def parse_graph(text: str, module: str) -> WorldGraph:
    """Read a graph from the text of its module, two literals: ``graph=[{…}, …]`` and ``nodes=[[lat, lon], …]``.

    The module itself is not imported: it wants a version of scgraph that is no longer the current one, and compiling
    35 MB of literals takes longer than a plan does.

    Parameters
    ----------
    text : str
        The module.
    module : str
        Its name, for the error.

    Raises
    ------
    UsageFault
        If the text is of another form.
    """
    graph_at, nodes_at = text.find("\ngraph=[{"), text.find("\nnodes=[[")
    end = text.find("\n", nodes_at + 1) if nodes_at > graph_at >= 0 else -1
    if end < 0:
        raise _unknown_form(module)
    graph, nodes = text[graph_at + 7 : nodes_at].encode(), text[nodes_at + 7 : end].encode()
    numbers, position = _numbers(graph), _numbers(nodes)
    letters = np.frombuffer(graph, dtype=np.uint8)
    entries, closings = np.flatnonzero(letters == ord(":")), np.flatnonzero(letters == ord("}"))
    if len(numbers) != 2 * len(entries) or len(position) != 2 * len(closings):
        raise _unknown_form(module)
    start = np.searchsorted(closings, entries)
    return _undirected(position.reshape(-1, 2)[:, ::-1].copy(), start, numbers[::2].astype(np.int64), numbers[1::2])


def _numbers(literal: bytes) -> Floats:
    """All numbers of a literal in their order."""
    return np.fromstring(literal.translate(bytes.maketrans(b"{}[]:,", b"      ")).decode(), sep=" ")


def _unknown_form(module: str) -> UsageFault:
    return UsageFault(
        f"scgraph_data.{module} is not of the form that karez knows. "
        "Install the one it knows with: pip install 'scgraph_data==2.0.0'"
    )


def _undirected(lonlat: Floats, start: Indices, end: Indices, km: Floats) -> WorldGraph:
    """Keep every pair of nodes once, at its shortest length; edges from a node to itself go."""
    one, other = np.minimum(start, end), np.maximum(start, end)
    rank = np.lexsort((km, other, one))
    one, other, km = one[rank], other[rank], km[rank]
    keep = one != other
    keep[1:] &= (one[1:] != one[:-1]) | (other[1:] != other[:-1])
    return WorldGraph(lonlat, one[keep], other[keep], km[keep])


def lines_of(graph: WorldGraph, land: Land, spots: Floats, frame: Frame) -> WorldGraph:
    """Return the edges with both ends in a country or near its outline.

    Parameters
    ----------
    graph : WorldGraph
        Lines of the world.
    land : Land
        The country.
    spots : float64[settlements, 2]
        Its settlements, in degrees; lines near them count as near the country.
    frame : Frame
        Frame around it.
    """
    near = near_country(graph.lonlat, land, spots, frame, BORDER_KM)
    return graph.select(near[graph.one] & near[graph.other])


def near_country(points: Floats, land: Land, spots: Floats, frame: Frame, reach_km: float) -> npt.NDArray[np.bool_]:
    """Whether points in degrees lie in a country, or within a distance of its outline or its settlements."""
    framed = frame.points(points)
    edge = _coast(land.own, frame)
    anchors = np.concatenate([frame.points(spots), frame.points(edge)])
    reach = np.degrees(reach_km / EARTH_RADIUS_KM)
    low, high = anchors.min(axis=0) - reach, anchors.max(axis=0) + reach
    wide = reach / np.cos(np.radians(min(max(-low[1], high[1]), 89.0)))
    asked = np.flatnonzero(
        (framed[:, 0] >= low[0] - wide)
        & (framed[:, 0] <= high[0] + wide)
        & (framed[:, 1] >= low[1])
        & (framed[:, 1] <= high[1])
    )
    shapely.prepare(land.own)
    inside = np.asarray(shapely.contains_xy(land.own, framed[asked, 0], framed[asked, 1]))
    abroad = asked[~inside]
    chord = cKDTree(unit_vectors(np.concatenate([spots, edge]))).query(unit_vectors(points[abroad]))[0]
    inside[~inside] = chord_km(chord) <= reach_km
    near = np.zeros(len(points), bool)
    near[asked] = inside
    return near


def _coast(own: shapely.Geometry, frame: Frame) -> Floats:
    """Points along an outline, in degrees."""
    framed = shapely.get_coordinates(shapely.segmentize(own.boundary, COAST_STEP))
    return np.asarray(framed + np.array([frame.middle_lon, 0.0]))


def along(graph: WorldGraph, step_km: float) -> Floats:
    """Points along every edge, its ends among them, no further apart than `step_km`, in degrees."""
    one, other = graph.lonlat[graph.one], graph.lonlat[graph.other]
    pieces = np.maximum(np.ceil(distance_km(one, other) / step_km), 1).astype(np.int64)
    edge = np.repeat(np.arange(len(pieces)), pieces + 1)
    step = np.arange(len(edge)) - np.repeat(np.cumsum(pieces + 1) - (pieces + 1), pieces + 1)
    return between(one[edge], other[edge], step / pieces[edge])

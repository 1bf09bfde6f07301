"""Candidate routes of a country: its roads and railways, and links between what falls apart."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pyproj
import shapely
from scipy.spatial import cKDTree

from karez.starting.globe import Floats, Frame, Indices, between, chord_km, cut_at_date_line, unit_vectors
from karez.starting.lines import KINDS, WorldGraph, along, lines_of, world_graph
from karez.starting.links import Links, cut_at_shores, parts_of, spanning_links
from karez.starting.outlines import Land

GEOD = pyproj.Geod(ellps="WGS84")

LEAD_IN_MAX_KM = 50.0
"""A settlement further than this from every line is joined by a link instead of a lead-in."""

LEAD_IN_SEA_KM = 2.0
"""So is one whose straight lead-in would cross more sea than this."""

LEAD_IN_STEPS = 24
"""Points at which a lead-in is held against the land."""

LINE_STEP_KM = 1.0
"""Lines are compared with settlements by points this far apart."""

SHORTEST_SURVEYED = 0.98
"""A surveyed length under this share of the straight line is not taken over (nor would `karez` read it)."""

STUB_KM = 1.0
"""Length of the placeholder line of a country with one settlement and no lines."""


@dataclass(frozen=True)
class Routes:
    """Lines of a country, each table with a LineString a row, EPSG:4326.

    Parameters
    ----------
    lines : dict[str, GeoDataFrame]
        ``roads``, ``railways``: ``km`` is the surveyed length, NaN where it is not taken over.
    links_land, links_sea : GeoDataFrame
        Straight links: ``ground`` is ``water`` under the sea.
    short : int
        Lines whose surveyed length was shorter than the straight line and is left out.
    parts : int
        Parts that were joined, settlements without a line among them.
    lone : int
        Settlements without a line near them.
    stub : bool
        Whether the only line is a placeholder.
    """

    lines: dict[str, gpd.GeoDataFrame]
    links_land: gpd.GeoDataFrame
    links_sea: gpd.GeoDataFrame
    short: int
    parts: int
    lone: int
    stub: bool


def routes_of(spots: Floats, land: Land, frame: Frame) -> Routes:
    """Gather the candidate routes of a country.

    Parameters
    ----------
    spots : float64[settlements, 2]
        Settlements in degrees.
    land : Land
        The country and its neighbours.
    frame : Frame
        Frame around it.
    """
    graphs = {kind: lines_of(world_graph(kind), land, spots, frame) for kind in KINDS}
    measured = {kind: _line_table(graph) for kind, graph in graphs.items()}
    lone = _without_line(spots, list(graphs.values()), land, frame)
    points, part = _parts(list(graphs.values()), spots[lone])
    stub = len(points) < 2
    if stub:
        links = _stub(spots)
    else:
        one, other = spanning_links(points, part)
        links = cut_at_shores(points[one], points[other], land, frame)
    return Routes(
        lines={kind: table for kind, (table, _) in measured.items()},
        links_land=_link_table(links, ~links.sea, ""),
        links_sea=_link_table(links, links.sea, "water"),
        short=sum(short for _, short in measured.values()),
        parts=int(part.max(initial=-1)) + 1,
        lone=int(lone.sum()),
        stub=stub,
    )


def _line_table(graph: WorldGraph) -> tuple[gpd.GeoDataFrame, int]:
    """Lines with their surveyed length, cut at the date line; and how many lengths were left out as too short."""
    ends = graph.lonlat[graph.one], graph.lonlat[graph.other]
    straight_km = _geodesic_km(*ends)
    # The source rounds positions to about 100 m, so a surveyed length can fall short of the straight line.
    short = graph.km < SHORTEST_SURVEYED * straight_km
    km = np.where(short, np.nan, graph.km)
    one, other, row = cut_at_date_line(*ends)
    share = np.divide(_geodesic_km(one, other), straight_km[row], out=np.ones(len(row)), where=straight_km[row] > 0)
    table = gpd.GeoDataFrame({"km": (km[row] * share).round(6)}, geometry=_straight(one, other), crs=4326)
    return table, int(short.sum())


def _geodesic_km(one: Floats, other: Floats) -> Floats:
    return np.asarray(GEOD.inv(one[:, 0], one[:, 1], other[:, 0], other[:, 1])[2]) / 1_000.0


def _straight(one: Floats, other: Floats) -> npt.NDArray[np.object_]:
    return np.asarray(shapely.linestrings(np.stack([one, other], axis=1)))


def _without_line(spots: Floats, graphs: list[WorldGraph], land: Land, frame: Frame) -> npt.NDArray[np.bool_]:
    """Settlements that no lead-in should join: too far from every line, or only over the sea."""
    vertices = np.concatenate([along(graph, LINE_STEP_KM) for graph in graphs])
    if not len(vertices):
        return np.ones(len(spots), bool)
    chord, nearest = cKDTree(unit_vectors(vertices)).query(unit_vectors(spots))
    far = chord_km(chord)
    # The points stand for the lines, so the true distance may be a little less.
    lone = far > LEAD_IN_MAX_KM - LINE_STEP_KM
    asked = np.flatnonzero(~lone & (far > LEAD_IN_SEA_KM))
    share = np.tile((np.arange(LEAD_IN_STEPS) + 0.5) / LEAD_IN_STEPS, len(asked))
    each = np.repeat(asked, LEAD_IN_STEPS)
    way = between(spots[each], vertices[nearest[each]], share)
    wet = ~land.covers(frame.points(way)).reshape(-1, LEAD_IN_STEPS)
    lone[asked] = wet.mean(axis=1) * far[asked] > LEAD_IN_SEA_KM
    return lone


def _parts(graphs: list[WorldGraph], lone: Floats) -> tuple[Floats, Indices]:
    """Distinct points of all lines and lone settlements in degrees, and the connected part of each."""
    ends = [graph.lonlat[np.concatenate([graph.one, graph.other])] for graph in graphs]
    points, which = np.unique(np.concatenate([*ends, lone]), axis=0, return_inverse=True)
    which = which.ravel()
    one, other, begin = [], [], 0
    for graph in graphs:
        count = len(graph.one)
        one.append(which[begin : begin + count])
        other.append(which[begin + count : begin + 2 * count])
        begin += 2 * count
    return points, parts_of(len(points), np.concatenate(one), np.concatenate(other))


def _stub(spots: Floats) -> Links:
    """Return a placeholder line northward (southward near the pole) from the only settlement."""
    lon, lat = spots[0]
    end_lon, end_lat, _ = GEOD.fwd(lon, lat, 0.0 if lat < 80.0 else 180.0, 1_000.0 * STUB_KM)
    return Links(spots[:1], np.array([[end_lon, end_lat]]), np.zeros(1, bool))


def _link_table(links: Links, wanted: npt.NDArray[np.bool_], ground: str) -> gpd.GeoDataFrame:
    one, other, _ = cut_at_date_line(links.one[wanted], links.other[wanted])
    return gpd.GeoDataFrame({"ground": [ground] * len(one)}, geometry=_straight(one, other), crs=4326)

"""Places and sources join the network by a lead-in to the nearest point of the nearest usable span."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from scipy.spatial import cKDTree

from karez.routing.lines import Floats, Indices, Lines, Metric
from karez.routing.noding import Edges, renumber


@dataclass(frozen=True)
class Points:
    """Points that join.

    Parameters
    ----------
    lonlat, plane : float64[points, 2]
        Degrees and metres.
    """

    lonlat: Floats
    plane: Floats


@dataclass(frozen=True)
class LeadIns:
    """How points join.

    Parameters
    ----------
    limit_m : float
        A point further than this from every usable line is not joined.
    method : str
        How lead-ins are laid.
    snap_m : float
        Points closer than this are one.
    """

    limit_m: float
    method: str
    snap_m: float


@dataclass(frozen=True)
class Joined:
    """Edges with lead-ins.

    Parameters
    ----------
    edges : Edges
        The edges cut at the joins, the lead-ins behind them (``tier`` is ``lead_in``).
    node : int64[points]
        Node of every point; −1 where it was too far.
    distance_m : float64[points]
        Distance to the nearest usable line in the plane; infinite where there is none.
    """

    edges: Edges
    node: Indices
    distance_m: Floats


def join(edges: Edges, points: Points, usable: npt.NDArray[np.bool_], rules: LeadIns, metric: Metric) -> Joined:
    """Join points to edges.

    Parameters
    ----------
    edges : Edges
        What there is.
    points : Points
        What joins.
    usable : bool[edges]
        Edges that may be joined.
    rules : LeadIns
        How.
    metric : Metric
        The plane.
    """
    near, at, distance, foot = _nearest(edges.lines, points, usable)
    joins = distance <= rules.limit_m
    pieces, _ = edges.lines.cut(near[joins], at[joins], metric, rules.snap_m)
    cut = renumber(pieces, edges)
    node = np.full(len(distance), -1, dtype=np.int64)
    node[joins], from_lonlat = _nearest_node(cut, foot[joins])
    # Points at one spot share one lead-in.
    spot = np.unique(points.plane.round(1), axis=0, return_index=True, return_inverse=True)
    leader = spot[1][spot[2].ravel()]
    leads = joins & (distance > rules.snap_m) & (leader == np.arange(len(distance)))
    starts = from_lonlat[np.cumsum(joins)[leads] - 1]
    lines = Lines.straight(starts, points.lonlat[leads], metric, _lead_table(int(leads.sum()), rules.method))
    lines.table["length_m"] = lines.geodesic_length()
    ends = cut.nodes + np.arange(leads.sum())
    start = np.concatenate([cut.start, node[leads]])
    node[leads] = ends
    node = node[leader]
    joined = Edges(pieces.extend(lines), start, np.concatenate([cut.end, ends]), cut.nodes + len(ends))
    return Joined(joined, node, distance)


def _lead_table(count: int, method: str) -> pd.DataFrame:
    words = {"method": method, "layer": "", "ground": "", "tier": "lead_in"}
    return pd.DataFrame({"length_m": np.zeros(count), **{name: [word] * count for name, word in words.items()}})


def _nearest(lines: Lines, points: Points, usable: npt.NDArray[np.bool_]) -> tuple[Indices, Floats, Floats, Floats]:
    """Nearest usable line of each point (the lowest number on ties), distance along it, distance to it, foot."""
    count = len(points.plane)
    near = np.zeros(count, dtype=np.int64)
    along, distance, foot = np.zeros(count), np.full(count, np.inf), points.plane.copy()
    candidates = np.flatnonzero(usable)
    if len(candidates) and count:
        shapes = lines.shapes(plane=True)[candidates]
        places = shapely.points(points.plane)
        place, line = shapely.STRtree(shapes).query_nearest(places, all_matches=True)
        rank = np.lexsort((line, place))
        place, line = place[rank], line[rank]
        first = np.unique(place, return_index=True)[1]
        line = line[first]
        near = candidates[line]
        along = shapely.line_locate_point(shapes[line], places)
        on_line = shapely.line_interpolate_point(shapes[line], along)
        foot = shapely.get_coordinates(on_line)
        distance = np.asarray(shapely.distance(on_line, places))
    return near, along, distance, foot


def _nearest_node(edges: Edges, plane: Floats) -> tuple[Indices, Floats]:
    """Node nearest to each point, and where that end of a line lies in degrees."""
    lines = edges.lines
    vertex = np.concatenate([lines.first[:-1], lines.first[1:] - 1])
    node = np.concatenate([edges.start, edges.end])
    if not len(plane):
        return np.zeros(0, dtype=np.int64), np.zeros((0, 2))
    nearest = cKDTree(lines.plane[vertex]).query(plane)[1]
    return node[nearest], lines.lonlat[vertex[nearest]]

"""Lines as built are matched to planned spans by geometry, and how far they lie apart is measured.

A built line is cut into steps; each step belongs to the planned span nearest to it, if that is near enough. What a line
covers of a span is the share of the span's length between the first and the last of its steps along it; deviations are
distances of the steps from the span. Distances are in metres on a local equidistant projection around the line, which
is exact enough for some kilometres beside a line and needs no zone to be chosen.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely
from pyproj import Geod

from karez.model.baseline import Baseline

Floats = npt.NDArray[np.float64]
GEOD = Geod(ellps="WGS84")
STEP_M = 25.0
LEAST_SHARE = 0.02
"""A line that covers less of a span than this crosses it, and does not run along it."""
DEGREE_M = 111_320.0
"""Metres in a degree of latitude, and of longitude at the equator."""


@dataclass(frozen=True)
class Match:
    """A built line, or the part of it, that is a planned span.

    Parameters
    ----------
    line : int
        Number of the built line, from 0.
    element : int
        Row of the baseline's elements.
    covered : float
        Share of the span's length that the line runs along, 0 to 1.
    length_m : float
        Geodesic length of the part.
    mean_m, greatest_m : float
        Deviation from the planned line.
    geometry : bytes
        The part, WKB in WGS 84.
    """

    line: int
    element: int
    covered: float
    length_m: float
    mean_m: float
    greatest_m: float
    geometry: bytes


def match(baseline: Baseline, lines: npt.NDArray[np.object_], within_m: float) -> tuple[list[Match], list[int]]:
    """Match built lines to planned spans.

    Parameters
    ----------
    baseline : Baseline
        The plan.
    lines : object[lines]
        LineStrings in WGS 84.
    within_m : float
        Steps further than this from every span belong to none.

    Returns
    -------
    matches : list of Match
        By line, then by element.
    strays : list of int
        Lines that are no planned span anywhere.
    """
    rows = np.flatnonzero((baseline.elements["unit"] == "m").to_numpy())
    planned = shapely.from_wkb(baseline.elements["geometry"].to_numpy(dtype=object)[rows])
    tree = shapely.STRtree(planned)
    found = [one for number, line in enumerate(lines) for one in _of_line(number, line, rows, planned, tree, within_m)]
    matched = {one.line for one in found}
    return found, [number for number in range(len(lines)) if number not in matched]


def _of_line(
    number: int,
    line: shapely.LineString,
    rows: npt.NDArray[np.int64],
    planned: npt.NDArray[np.object_],
    tree: shapely.STRtree,
    within_m: float,
) -> list[Match]:
    scale = np.array([np.cos(np.radians(line.centroid.y)), 1.0]) * DEGREE_M
    reach = within_m / scale.min()
    near = np.sort(tree.query(line.buffer(reach)))
    if not near.size:
        return []
    local = np.array([_scaled(planned[one], scale) for one in near], dtype=object)
    points = _steps(line, scale)
    distance = shapely.distance(shapely.points(points)[:, None], local[None, :])
    nearest = distance.argmin(axis=1)
    apart = distance[np.arange(len(points)), nearest]
    made = []
    for one in np.unique(nearest[apart <= within_m]):
        mine = np.flatnonzero((nearest == one) & (apart <= within_m))
        at = shapely.line_locate_point(local[one], shapely.points(points[mine]), normalized=True)
        covered = _to_ends(float(at.min()), float(at.max()), shapely.length(local[one]))
        if covered < LEAST_SHARE or len(mine) < 2:
            continue
        part = shapely.LineString(points[mine[0] : mine[-1] + 1] / scale)
        made.append(
            Match(
                number, int(rows[near[one]]), covered, float(GEOD.geometry_length(part)),
                float(apart[mine].mean()), float(apart[mine].max()), bytes(shapely.to_wkb(part)),
            )
        )  # fmt: skip
    return made


def _to_ends(first: float, last: float, length_m: float) -> float:
    """Share between two places along a line; within a step of an end counts as the end."""
    slack = STEP_M / max(length_m, STEP_M)
    return (1.0 if last >= 1.0 - slack else last) - (0.0 if first <= slack else first)


def _steps(line: shapely.LineString, scale: Floats) -> Floats:
    """Points along a line, no further apart than a step."""
    local = _scaled(line, scale)
    return np.asarray(shapely.get_coordinates(shapely.segmentize(local, STEP_M)), dtype=np.float64)


def _scaled(line: shapely.LineString, scale: Floats) -> shapely.LineString:
    return shapely.transform(line, lambda points: points * scale)

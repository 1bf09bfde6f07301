"""Whether places lie in the region, and in which area."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import shapely

from karez.reading.findings import Findings, Mask, Where
from karez.reading.geometry import swapped
from karez.reading.layers import Shapes
from karez.reading.records import Records

TOLERANCE_DEG = 0.01
"""How far outside the region's drawn edge a place may lie, in degrees: about 1 km."""


def check_inside(region: Records, layers: Sequence[Records | None], findings: Findings) -> list[Records | None]:
    """Find places that lie outside the region, and those that lie inside once longitude and latitude are exchanged.

    Parameters
    ----------
    region : Records
        Polygons that make up the region; nothing is checked if one of them has a fault.
    layers : sequence of Records | None
        Layers of points; rows without a shape are passed over.
    findings : Findings
        Where faults go. If every place of all layers is swapped against the region, it is the region's fault.

    Returns
    -------
    list[Records | None]
        The layers; places outside have lost their shapes, so that later checks pass over them.
    """
    if not region.placed.all() or not len(region):
        return list(layers)
    judged = [None if layer is None else _judge(region.shapes, layer.shapes) for layer in layers]
    places = sum(int(layer.placed.sum()) for layer in layers if layer is not None)
    if places > 1 and sum(int(found[1].sum()) for found in judged if found is not None) == places:
        problem = "longitude and latitude look swapped: every place lies inside only if they are exchanged"
        findings.fault(region.where, problem, "Exchange them: longitude first, here or in the layers of places")
        return [None if layer is None else layer.without_shapes(layer.placed) for layer in layers]
    return [
        None if layer is None or found is None else _report(layer, *found, findings)
        for layer, found in zip(layers, judged, strict=True)
    ]


def _judge(polygons: Shapes, points: Shapes) -> tuple[Mask, Mask]:
    """Which points lie outside, and which of those would lie inside if they were swapped."""
    outside = ~within(polygons, points)
    turned = np.zeros(len(points), dtype=bool)
    turned[outside] = within(polygons, swapped(points[outside]))
    return outside, turned


def _report(layer: Records, outside: Mask, turned: Mask, findings: Findings) -> Records:
    problem = "longitude and latitude look swapped: the place lies in the region only if they are exchanged"
    findings.rows(layer.where, turned, problem, "Exchange them: longitude first")
    problem = "the place lies outside the region"
    findings.rows(layer.where, outside & ~turned, problem, "Correct its coordinates, or leave the row out")
    return layer.without_shapes(outside)


def check_lines(region: Records, where: Where, shapes: Shapes, findings: Findings) -> None:
    """Lines that come near the region only if longitude and latitude are exchanged; others may lie anywhere."""
    if not region.placed.all() or not len(region):
        return
    west, south, east, north = shapely.total_bounds(region.shapes)
    lines = shapely.bounds(shapes)

    def near(low_lon: int, low_lat: int) -> Mask:
        lon, lat = lines[:, [low_lon, low_lon + 2]].T, lines[:, [low_lat, low_lat + 2]].T
        return np.asarray((lon[0] <= east) & (lon[1] >= west) & (lat[0] <= north) & (lat[1] >= south))

    problem = "longitude and latitude look swapped: the line lies in the region only if they are exchanged"
    findings.rows(where, ~near(0, 1) & near(1, 0), problem, "Exchange them: longitude first")


def within(polygons: Shapes, points: Shapes) -> Mask:
    """Whether each point lies in one of the polygons or within the tolerance of it; True where there is no point."""
    inside = np.asarray(shapely.is_missing(points))
    _, hit = shapely.STRtree(points).query(polygons, predicate="dwithin", distance=TOLERANCE_DEG)
    inside[hit] = True
    return inside


def nearest_area(areas: Shapes, points: Shapes) -> tuple[npt.NDArray[np.int64], Mask]:
    """Number of the area each point lies in; of several the first, if none the nearest within the tolerance.

    Returns
    -------
    area : int64[points]
        Row number of the area; −1 where there is none.
    outside : bool[points]
        Whether the point lies just outside the area it was given.
    """
    area, hit = shapely.STRtree(points).query(areas, predicate="dwithin", distance=TOLERANCE_DEG)
    away = shapely.distance(points[hit], areas[area])
    order = np.lexsort((area, away, hit))
    first = order[np.unique(hit[order], return_index=True)[1]]
    found = np.full(len(points), -1, dtype=np.int64)
    found[hit[first]] = area[first]
    outside = np.zeros(len(points), dtype=bool)
    outside[hit[first]] = away[first] > 0
    return found, outside

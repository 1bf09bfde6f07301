"""Shapes of a layer, checked and brought to longitude and latitude in WGS 84 (EPSG:4326), in that order."""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt
import shapely
from pyproj import Transformer
from pyproj.exceptions import ProjError
from shapely import GeometryType

from karez.reading.findings import Findings, Mask, listed
from karez.reading.layers import WGS84, Layer, Shapes, replace_shapes

Kind = Literal["Point", "LineString", "Polygon"]

KINDS: dict[Kind, tuple[GeometryType, ...]] = {
    "Point": (GeometryType.POINT, GeometryType.MULTIPOINT),
    "LineString": (GeometryType.LINESTRING, GeometryType.LINEARRING, GeometryType.MULTILINESTRING),
    "Polygon": (GeometryType.POLYGON, GeometryType.MULTIPOLYGON),
}


def prepare(layer: Layer, kind: Kind, findings: Findings) -> Layer:
    """Check every shape of a layer, drop heights, and reproject to WGS 84.

    Shapes with a fault become None, so that later checks pass over them; their rows stay. A layer without a
    known CRS loses all its shapes, its fault being found already.

    Parameters
    ----------
    layer : Layer
        As read.
    kind : {"Point", "LineString", "Polygon"}
        What its rows have to be; the Multi forms of lines and polygons are taken, of points those with one part.
    findings : Findings
        Where faults and notes go.
    """
    shapes = _present(layer, findings)
    shapes = _of_kind(layer, shapes, kind, findings)
    shapes = _flat(layer, shapes, findings)
    shapes = _without_null_island(layer, shapes, findings)
    if layer.crs is None:
        return replace_shapes(layer, np.full(len(shapes), None, dtype=object))
    shapes = _to_wgs84(layer, shapes, findings)
    shapes = _on_the_globe(layer, shapes, findings)
    return replace_shapes(layer, _sound(layer, shapes, findings) if kind == "Polygon" else shapes)


def swapped(shapes: Shapes) -> Shapes:
    """The shapes with longitude and latitude exchanged."""
    return np.asarray(shapely.transform(shapes, lambda degrees: degrees[:, ::-1]), dtype=object)


def without(shapes: Shapes, bad: Mask) -> Shapes:
    """The shapes, those at `bad` (bool[rows]) replaced by None."""
    kept = shapes.copy()
    kept[bad] = None
    return kept


def _present(layer: Layer, findings: Findings) -> Shapes:
    """Rows without coordinates, broken ones, empty ones."""
    nothing = shapely.is_missing(layer.shapes) & ~layer.broken
    empty = shapely.is_empty(layer.shapes)
    findings.rows(layer.where, nothing, "the coordinates are null", "Draw the shape or remove the row")
    findings.rows(layer.where, layer.broken, "the geometry is broken", "Draw the shape again or remove the row")
    findings.rows(layer.where, empty, "the geometry is empty", "Draw the shape or remove the row")
    return without(layer.shapes, empty)


def _of_kind(layer: Layer, shapes: Shapes, kind: Kind, findings: Findings) -> Shapes:
    """Rows of another kind, and points that are several."""
    kinds = shapely.get_type_id(shapes)
    other = ~np.isin(kinds, KINDS[kind]) & (kinds >= 0)
    for found in np.unique(kinds[other]):
        name = GeometryType(found).name.capitalize()
        findings.rows(layer.where, kinds == found, f"the shape is a {name}, not a {kind}", f"Turn it into a {kind}")
    if kind == "Point":
        many = shapely.get_num_geometries(shapes) > 1
        many &= kinds == GeometryType.MULTIPOINT
        findings.rows(layer.where, many, "the row has several points", "Give each point a row and an id of its own")
        other |= many
        single = (kinds == GeometryType.MULTIPOINT) & ~many
        shapes = np.where(single, shapely.get_geometry(shapes, 0), shapes)
    return without(shapes, other)


def _flat(layer: Layer, shapes: Shapes, findings: Findings) -> Shapes:
    """Coordinates that are no numbers; heights, which are dropped and counted."""
    high = shapely.has_z(shapes)
    if high.any():
        count = int(high.sum())
        findings.note(f"{layer.reference}: heights (Z) were dropped in {count} rows.", count)
    shapes = np.asarray(shapely.force_2d(shapes), dtype=object)
    coordinates, row = shapely.get_coordinates(shapes, return_index=True)
    infinite = _rows_with(~np.isfinite(coordinates).all(axis=1), row, len(shapes))
    findings.rows(layer.where, infinite, "a coordinate is not a finite number", "Draw the shape again")
    return without(shapes, infinite)


def _without_null_island(layer: Layer, shapes: Shapes, findings: Findings) -> Shapes:
    """Coordinates (0, 0): what programs write where they know nothing."""
    coordinates, row = shapely.get_coordinates(shapes, return_index=True)
    null = _rows_with((coordinates == 0.0).all(axis=1), row, len(shapes))
    findings.rows(layer.where, null, "the coordinates are (0, 0)", "Give the true place or remove the row")
    return without(shapes, null)


def _to_wgs84(layer: Layer, shapes: Shapes, findings: Findings) -> Shapes:
    assert layer.crs is not None
    if layer.crs.equals(WGS84, ignore_axis_order=True):
        return shapes
    try:
        transformer = Transformer.from_crs(layer.crs, WGS84, always_xy=True)
    except ProjError as error:
        findings.fault(layer.where, f"`{layer.crs.name}` cannot be turned into WGS 84 ({error})", "Reproject the layer")
        return np.full(len(shapes), None, dtype=object)

    def project(points: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        return np.column_stack(transformer.transform(points[:, 0], points[:, 1]))

    moved = np.asarray(shapely.transform(shapes, project), dtype=object)
    coordinates, row = shapely.get_coordinates(moved, return_index=True)
    lost = _rows_with(~np.isfinite(coordinates).all(axis=1), row, len(shapes))
    problem = f"the coordinates lie outside `{layer.crs.name}`"
    findings.rows(layer.where, lost, problem, "Assign the CRS that they are really in")
    return without(moved, lost)


def _on_the_globe(layer: Layer, shapes: Shapes, findings: Findings) -> Shapes:
    """Longitude within ±180, latitude within ±90; where only the other order is, they are swapped."""
    coordinates, row = shapely.get_coordinates(shapes, return_index=True)
    lon, lat = np.abs(coordinates).T
    off = _rows_with((lon > 180) | (lat > 90), row, len(shapes))
    still = _rows_with((lat > 180) | (lon > 90), row, len(shapes))
    problem = "longitude and latitude look swapped: the latitude is beyond 90°"
    findings.rows(layer.where, off & ~still, problem, "Exchange them: longitude first")
    problem = "the coordinates are not longitude and latitude in degrees"
    findings.rows(layer.where, off & still, problem, "Assign the CRS that they are really in")
    return without(shapes, off)


def _sound(layer: Layer, shapes: Shapes, findings: Findings) -> Shapes:
    """Polygons that cross themselves, have spikes outside, or no area."""
    bad = ~shapely.is_valid(shapes) & ~shapely.is_missing(shapes)
    if bad.any():
        reasons = listed(sorted({str(text).partition("[")[0] for text in shapely.is_valid_reason(shapes[bad])}))
        remedy = "Mend it in the GIS (fix geometries) and look at the result"
        findings.rows(layer.where, bad, f"the polygon is broken ({reasons})", remedy)
    return without(shapes, bad)


def _rows_with(bad: Mask, row: npt.NDArray[np.intp], count: int) -> Mask:
    """Rows that have a bad coordinate."""
    rows = np.zeros(count, dtype=bool)
    rows[row[bad]] = True
    return rows

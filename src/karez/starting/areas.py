"""Service areas: cells around settlements, joined by first-level administrative unit, within the outline."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from scipy.spatial import Voronoi

from karez.starting.globe import EARTH_RADIUS_KM, Floats, Frame, from_plane, polygons_of, to_plane

SHORE_KM = 2.0
"""A settlement outside the outline gets land of this radius."""

COARSEST_DEGREES = 0.01
"""Outlines are simplified to a three-thousandth of the country's extent, and to this at most."""


def service_areas(places: pd.DataFrame, own: shapely.Geometry, frame: Frame) -> tuple[gpd.GeoDataFrame, int]:
    """Cut a country into service areas. They are planning units, not borders.

    Parameters
    ----------
    places : DataFrame
        Settlements: ``name``, ``lon``, ``lat``, ``area_id``, ``people``.
    own : Geometry
        Outline of the country in its frame; may be empty.
    frame : Frame
        The frame.

    Returns
    -------
    areas : GeoDataFrame
        ``id``, ``name``, polygons in EPSG:4326, by id; every settlement lies inside its area.
    offshore : int
        Settlements outside the outline, which got land of `SHORE_KM` around them.
    """
    spots = frame.points(places[["lon", "lat"]].to_numpy())
    region, offshore = _region(spots, own)
    plane = to_plane(spots)
    cells = _cells(plane)
    codes, members = np.unique(places["area_id"].to_numpy(dtype=str), return_inverse=True)
    blocks = np.array([shapely.union_all(cells[members == each]) for each in range(len(codes))])
    shapes = shapely.intersection(blocks, shapely.transform(region, to_plane))
    back = [frame.back(shapely.transform(shape, from_plane)) for shape in map(polygons_of, shapes)]
    largest = places.sort_values(["people", "geonameid"], ascending=[False, True]).drop_duplicates("area_id")
    names = largest.set_index("area_id")["name"].reindex(codes)
    table = pd.DataFrame({"id": codes, "name": [f"Around {name}" for name in names]})
    return gpd.GeoDataFrame(table, geometry=back, crs=4326), offshore


def _region(spots: Floats, own: shapely.Geometry) -> tuple[shapely.Geometry, int]:
    """Outline, simplified, with land around every settlement outside it."""
    extent = float(np.ptp(np.concatenate([spots, shapely.get_coordinates(own)]), axis=0).max())
    outline = shapely.simplify(own, min(extent / 3_000.0, COARSEST_DEGREES))
    outline = polygons_of(shapely.make_valid(outline))
    shapely.prepare(outline)
    dry = np.asarray(shapely.contains_xy(outline, spots[:, 0], spots[:, 1]))
    if dry.all():
        return outline, 0
    shapely.prepare(own)
    offshore = int((~shapely.contains_xy(own, spots[:, 0], spots[:, 1])).sum())
    return shapely.union_all([outline, *_discs(spots[~dry])]), offshore


def _discs(centres: Floats) -> npt.NDArray[np.object_]:
    """Round land of `SHORE_KM` around points."""
    turn = np.linspace(0.0, 2.0 * np.pi, 25)[:-1]
    reach = np.degrees(SHORE_KM / EARTH_RADIUS_KM)
    stretch = 1.0 / np.maximum(np.cos(np.radians(centres[:, 1])), 0.01)
    lon = centres[:, :1] + reach * stretch[:, None] * np.cos(turn)
    lat = centres[:, 1:] + reach * np.sin(turn)
    return np.asarray(shapely.polygons(np.stack([lon, np.clip(lat, -89.9, 89.9)], axis=2)))


def _cells(plane: Floats) -> npt.NDArray[np.object_]:
    """Voronoi cell of every point, all of them closed; equal points share one."""
    spot, which = np.unique(plane, axis=0, return_inverse=True)
    # Eight far points close the cells of all others.
    turn = np.arange(8) * np.pi / 4.0
    far = spot.mean(axis=0) + 100.0 * np.column_stack([np.cos(turn), np.sin(turn)])
    diagram = Voronoi(np.concatenate([spot, far]))
    rings = [diagram.regions[diagram.point_region[point]] for point in range(len(spot))]
    size = np.fromiter(map(len, rings), dtype=np.int64, count=len(rings))
    corners = diagram.vertices[np.concatenate([np.asarray(ring, dtype=np.int64) for ring in rings])]
    cells = shapely.polygons(shapely.linearrings(corners, indices=np.repeat(np.arange(len(rings)), size)))
    return np.asarray(cells[which.ravel()])

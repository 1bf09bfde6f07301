"""Land as cells: what stands on each, and where its middle is."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyproj
import shapely

from karez.model.inputs import Inputs
from karez.model.land import DeviceLand
from karez.model.things_rules import USUAL_LAND

Floats = npt.NDArray[np.float64]

KM_PER_DEGREE = 111.195
CORNERS = 32
"""Corners of the disc of land around a site."""


def land_around_sites(inputs: Inputs) -> DeviceLand:
    """Discs of land around sites of the categories that the settings, or usage, give land to."""
    given = dict(inputs.programme.things.land) or {
        name: land for name, land in USUAL_LAND.items() if name in inputs.programme.categories
    }
    sites = inputs.sites[inputs.sites["category"].isin(list(given))]
    km2 = sites["category"].map({name: land.km2 for name, land in given.items()}).to_numpy(np.float64)
    km2 = km2 * sites["units"].to_numpy(np.float64)
    density = sites["category"].map({name: land.devices_per_km2 for name, land in given.items()}).to_numpy(np.float64)
    turn = np.linspace(0.0, 2.0 * np.pi, CORNERS, endpoint=False)
    # A polygon of equal corners and the disc's area.
    radius = np.sqrt(km2 / (CORNERS / 2 * np.sin(2 * np.pi / CORNERS)))
    lon, lat = sites.geometry.x.to_numpy(), sites.geometry.y.to_numpy()
    east = radius[:, None] * np.cos(turn) / (KM_PER_DEGREE * np.cos(np.radians(lat)))[:, None]
    north = radius[:, None] * np.sin(turn) / KM_PER_DEGREE
    corners = np.stack([lon[:, None] + east, lat[:, None] + north], axis=2)
    shapes = shapely.polygons(corners) if len(sites) else np.zeros(0, object)
    words = ", ".join(
        f"{land.km2:g} km² with {land.devices_per_km2:g} devices a km² for each unit of {name}"
        for name, land in sorted(given.items())
    )
    return DeviceLand(sites["id"].to_numpy(object), shapes, density, f"a disc around each site: {words}")


def cells_of(land: DeviceLand, side_km: float) -> pd.DataFrame:
    """Cells of a grid whose middle lies on the land: ``lon``, ``lat``, ``land``, ``devices``.

    Every polygon's devices are those of its geodesic area, shared equally by its cells; one that holds no middle of a
    cell is a cell by itself. Cells that several polygons share have the devices of all.
    """
    area = pyproj.Geod(ellps="WGS84")
    parts = []
    for name, shape, density in zip(land.name, land.shapes, land.devices_per_km2, strict=True):
        if shape is None or density <= 0.0 or shape.is_empty:
            continue
        devices = abs(area.geometry_area_perimeter(shape)[0]) / 1e6 * density
        row, column, lon, lat = _middles(shape, side_km)
        parts.append(
            pd.DataFrame(
                {"row": row, "column": column, "lon": lon, "lat": lat, "land": name, "devices": devices / len(lon)}
            )
        )
    if not parts:
        return pd.DataFrame({"lon": [], "lat": [], "land": [], "devices": []})
    table = pd.concat(parts, ignore_index=True)
    grouped = table.groupby(["row", "column"], sort=True)
    found = grouped.agg(lon=("lon", "first"), lat=("lat", "first"), land=("land", "first"), devices=("devices", "sum"))
    return found.reset_index(drop=True)


def _middles(shape: shapely.Geometry, side_km: float) -> tuple[Floats, Floats, Floats, Floats]:
    """Rows, columns and middles of the grid's cells on a polygon; its own point where it is too small for one."""
    west, south, east, north = shape.bounds
    step = side_km / KM_PER_DEGREE
    rows = np.arange(np.floor(south / step), np.ceil(north / step))
    lat = (rows + 0.5) * step
    found = []
    for row, middle in zip(rows, lat, strict=True):
        wide = step / max(np.cos(np.radians(middle)), 0.05)
        columns = np.arange(np.floor(west / wide), np.ceil(east / wide))
        lon = (columns + 0.5) * wide
        inside = shapely.contains_xy(shape, lon, np.full(len(lon), middle))
        found.append((np.full(inside.sum(), row), columns[inside], lon[inside], np.full(inside.sum(), middle)))
    row_, column, lon_, lat_ = (np.concatenate(part) for part in zip(*found, strict=True))
    if len(lon_):
        return row_, column, lon_, lat_
    point = shape.representative_point()
    # Its own row and column, off the grid's whole numbers, so that it is merged with no cell.
    return tuple(np.array([one]) for one in (point.y / step, point.x / step, point.x, point.y))  # type: ignore[return-value]


def as_points(cells: pd.DataFrame) -> gpd.GeoSeries:
    """Middles of cells."""
    return gpd.GeoSeries(gpd.points_from_xy(cells["lon"], cells["lat"]), crs="EPSG:4326")

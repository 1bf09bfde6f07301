"""The relief of the project, looked up cell by cell where the very file is at hand."""

from __future__ import annotations

import hashlib
import math
import tomllib
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from pyproj import Transformer

from karez.verifying.run import Run

Floats = npt.NDArray[np.float64]

CLOSE_M = 0.05
"""Elevations that are equal may differ by this: they are kept in whole centimetres."""
STEEP = 0.05
"""And by this share of how much the cells around differ: the planner's way and ours lie up to a metre apart."""
ABOVE = 3
"""A run lies at most so many folders below the project that it was made of."""
METRES_PER_DEGREE = 111_195.0


@dataclass(frozen=True)
class Raster:
    """A raster on the disk.

    Parameters
    ----------
    path : Path
        The file.
    cell_m : float
        Longer side of a cell, in metres; of a raster that is not in degrees NaN, as it was reprojected.
    """

    path: Path
    cell_m: float

    def agrees(self, lon: Floats, lat: Floats, elevation_m: Floats) -> bool:
        """Whether the raster has these elevations at these points, in between its cells."""
        import rasterio  # noqa: PLC0415  half a second that only runs with a relief pay

        with warnings.catch_warnings():
            warnings.simplefilter("ignore", PendingDeprecationWarning)  # rasterio's use of affine
            with rasterio.open(self.path) as raster:
                exact = _in_degrees(raster)
                if not exact:
                    lon, lat = Transformer.from_crs(4326, raster.crs, always_xy=True).transform(lon, lat)
                x, y = ~raster.transform * (np.where(exact & (lon < raster.bounds.left), lon + 360.0, lon), lat)
                return _agree(raster, np.asarray(x) - 0.5, np.asarray(y) - 0.5, elevation_m, exact=exact)


def _agree(raster: Any, x: Floats, y: Floats, elevation_m: Floats, *, exact: bool) -> bool:
    """Whether elevations lie between the four cells around each point as they must; around a window, if reprojected."""
    pad = 1 if exact else 3
    x, y = np.clip(x, 0.0, raster.width - 1.0), np.clip(y, 0.0, raster.height - 1.0)
    west, top = max(int(x.min()) - pad, 0), max(int(y.min()) - pad, 0)
    east, low = min(int(x.max()) + pad + 2, raster.width), min(int(y.max()) + pad + 2, raster.height)
    cells = raster.read(1, window=((top, low), (west, east)), masked=True).astype(np.float64).filled(np.nan)
    for at_x, at_y, stated in zip((x - west).tolist(), (y - top).tolist(), elevation_m.tolist(), strict=True):
        column, row = int(at_x), int(at_y)
        u, v = at_x - column, at_y - row
        around = cells[max(row - pad + 1, 0) : row + pad + 1, max(column - pad + 1, 0) : column + pad + 1]
        if math.isnan(stated):
            if not np.isnan(around).any():
                return False
        elif not exact:
            if not np.nanmin(around) - 1.0 <= stated <= np.nanmax(around) + 1.0:
                return False
        else:
            right, below = min(column + 1, cells.shape[1] - 1), min(row + 1, cells.shape[0] - 1)
            corners = [cells[row, column], cells[row, right], cells[below, column], cells[below, right]]
            weights = [(1 - u) * (1 - v), u * (1 - v), (1 - u) * v, u * v]
            found = sum(weight * corner for weight, corner in zip(weights, corners, strict=True))
            if not abs(found - stated) <= CLOSE_M + STEEP * (max(corners) - min(corners)):
                return False
    return True


def _in_degrees(raster: Any) -> bool:
    """Whether the planner used the raster as it is."""
    return bool(raster.crs.to_epsg() == 4326 and raster.transform.b == 0 and raster.transform.d == 0)


def raster_of(run: Run) -> tuple[Raster | None, str]:
    """The relief that the run was made with, sought in the folders above it; None, and why, if it is not there."""
    name = run.programme.layers.relief
    if not name:
        return None, "the project has no relief"
    with (run.folder / "run.toml").open("rb") as file:
        wanted = tomllib.load(file).get("hashes", {}).get(name)
    for folder in list(run.folder.resolve().parents)[:ABOVE]:
        path = folder / name
        if path.is_file():
            with path.open("rb") as stream:
                if hashlib.file_digest(stream, "sha256").hexdigest() == wanted:
                    return Raster(path, _cell_m(path)), ""
    return None, f"no {name} with the checksum of the run lies in a folder above it"


def _cell_m(path: Path) -> float:
    import rasterio  # noqa: PLC0415

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", PendingDeprecationWarning)
        with rasterio.open(path) as raster:
            if not _in_degrees(raster):
                return math.nan
            middle = math.radians((raster.bounds.top + raster.bounds.bottom) / 2.0)
            wide, high = abs(raster.transform.a) * math.cos(middle), abs(raster.transform.e)
            return float(METRES_PER_DEGREE * max(wide, high))

"""Elevation: a GeoTIFF as an array in WGS 84."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from karez.model.inputs import Relief
from karez.reading.findings import Findings, Where
from karez.reading.layers import Shapes
from karez.reading.paths import locate, sha256

SETTING = "layers.relief"


def read_relief(folder: Path, reference: str, findings: Findings) -> Relief | None:
    """Read the elevation raster, reprojected to WGS 84 if it is in another system (with a note).

    The first band is elevation in metres; cells without data become NaN. None, with faults, if it cannot be used.
    """
    import rasterio  # noqa: PLC0415  half a second that only projects with a relief pay
    from rasterio.errors import NotGeoreferencedWarning, RasterioError  # noqa: PLC0415

    place = locate(folder, reference, SETTING, findings)
    if place is None:
        return None
    findings.hashes[place.file] = sha256(place.path)
    where = Where(place.file)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", NotGeoreferencedWarning)  # a fault of ours
            warnings.simplefilter("ignore", PendingDeprecationWarning)  # rasterio's use of affine
            with rasterio.open(place.path) as raster:
                return _from(raster, where, findings)
    except RasterioError as error:
        text = str(error).replace(str(place.path), place.file)
        problem = f"the file is damaged or no GeoTIFF ({text})"
        findings.fault(where, problem, "Write it again, or copy it again from where it is whole")
        return None


def check_cover(relief: Relief, where: Where, areas: Shapes, findings: Findings) -> None:
    """Refuse a relief that lies elsewhere than the areas."""
    rows, columns = relief.elevation_m.shape
    west, south, east, north = shapely.total_bounds(areas)
    apart = relief.west > east or relief.west + columns * relief.step_lon < west
    apart |= relief.north < south or relief.north - rows * relief.step_lat > north
    if apart:
        findings.fault(where, "the relief lies elsewhere than the areas", "Name the relief of the region")


def _from(raster: Any, where: Where, findings: Findings) -> Relief | None:
    if raster.crs is None or raster.transform.is_identity:
        problem = "the raster does not say where it lies (CRS and transform)"
        findings.fault(where, problem, "Write it as a GeoTIFF with its reference system")
        return None
    if raster.crs.to_epsg() == 4326 and raster.transform.b == 0 and raster.transform.d == 0:
        height, transform = raster.read(1, masked=True).astype(np.float32).filled(np.nan), raster.transform
    else:
        height, transform = _reprojected(raster)
        findings.note(f"{where.file}: the relief was reprojected from {raster.crs.to_string()} to WGS 84.", 1)
    if transform.e > 0:
        height, north = height[::-1], transform.f + transform.e * height.shape[0]
    else:
        north = transform.f
    if not np.isfinite(height).any():
        findings.fault(where, "the raster has no cell with an elevation", "Write it again, with data")
        return None
    return Relief(np.ascontiguousarray(height), transform.c, north, abs(transform.a), abs(transform.e))


def _reprojected(raster: Any) -> tuple[npt.NDArray[np.float32], Any]:
    """Elevation in WGS 84, bilinear, at about the raster's own step."""
    from rasterio.enums import Resampling  # noqa: PLC0415
    from rasterio.warp import calculate_default_transform, reproject  # noqa: PLC0415

    transform, columns, rows = calculate_default_transform(
        raster.crs, "EPSG:4326", raster.width, raster.height, *raster.bounds
    )
    height = np.full((rows, columns), np.nan, dtype=np.float32)
    source = raster.read(1, masked=True).astype(np.float32).filled(np.nan)
    reproject(
        source,
        height,
        src_transform=raster.transform,
        src_crs=raster.crs,
        src_nodata=np.nan,
        dst_transform=transform,
        dst_crs="EPSG:4326",
        dst_nodata=np.nan,
        resampling=Resampling.bilinear,
    )
    return height, transform

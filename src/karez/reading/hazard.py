"""A hazard layer: polygons with probabilities, or a raster of them; every fault at once."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from karez.errors import UsageFault
from karez.model.hazard import HazardLayer
from karez.reading.findings import Findings, Where
from karez.reading.geometry import prepare
from karez.reading.layers import read_layer
from karez.reading.relief import read_relief

PROBABILITY = "probability"
COLUMNS = (PROBABILITY, "event", "name", "data")
RASTERS = (".tif", ".tiff")


def read_hazard(reference: str, areas: gpd.GeoDataFrame) -> HazardLayer:
    """Read ``file`` or ``file:layer``.

    Polygons need the column ``probability`` (a year, 0 to 1); ``event`` names what comes together (each polygon by
    itself if there is none), ``data`` says where a polygon is from. A raster holds probabilities a year, cell by cell.

    Parameters
    ----------
    reference : str
        The file, and its layer if it has several.
    areas : GeoDataFrame
        The region, which a raster must cover and polygons must touch.

    Raises
    ------
    UsageFault
        There is no such file.
    DataFault
        Every fault of the layer.
    """
    name, _, layer = reference.partition(":")
    path = Path(name)
    if not path.is_file():
        raise UsageFault(f"There is no file {path}. Name a layer of polygons, or a raster, with --hazard.")
    findings = Findings()
    short = f"{path.name}:{layer}" if layer else path.name
    if path.suffix.lower() in RASTERS:
        found = _raster(path, areas, findings)
    else:
        found = _polygons(path, short, areas, findings)
    findings.raise_faults()
    assert found is not None
    return found


def _polygons(path: Path, short: str, areas: gpd.GeoDataFrame, findings: Findings) -> HazardLayer | None:
    layer = read_layer(path.parent, short, "--hazard", COLUMNS, findings)
    if layer is None:
        return None
    layer = prepare(layer, "Polygon", findings)
    rows = len(layer.shapes)
    if not rows:
        findings.fault(layer.where, "the layer has no rows", "Draw the hazard's polygons")
        return None
    if PROBABILITY not in layer.columns:
        remedy = "Add it: the probability a year that the hazard comes, 0 to 1"
        findings.fault(layer.where, "the column is missing", remedy, column=PROBABILITY)
        return None
    chance = pd.to_numeric(layer.columns[PROBABILITY], errors="coerce").to_numpy(np.float64)
    bad = ~(np.isfinite(chance) & (chance >= 0.0) & (chance <= 1.0))
    values = layer.columns[PROBABILITY].astype(str).to_numpy(dtype=object)
    findings.values(layer.where, values, bad, "not a probability a year, 0 to 1", "Correct it", column=PROBABILITY)
    there = ~shapely.is_missing(layer.shapes)
    region = shapely.union_all(areas.geometry.to_numpy())
    if there.any() and not shapely.intersects(layer.shapes[there], region).any():
        findings.fault(layer.where, "the hazard lies elsewhere than the areas", "Name a hazard of the region")
    event = _words(layer.columns, "event", [str(row) for row in range(1, rows + 1)])
    for one in sorted(set(event)):
        same = event == one
        if len(set(chance[same & ~bad])) > 1:
            problem = f"polygons of the event `{one}` have several probabilities"
            findings.rows(layer.where, same, problem, "An event has one probability", column=PROBABILITY)
    words = _words(layer.columns, "data", [""] * rows)
    return HazardLayer(layer.reference, layer.shapes, event, chance, words)


def _words(columns: pd.DataFrame, name: str, default: list[str]) -> npt.NDArray[np.object_]:
    if name not in columns:
        return np.array(default, dtype=object)
    given = columns[name]
    return np.where(given.isna(), np.array(default, dtype=object), given.astype(str).to_numpy(dtype=object))


def _raster(path: Path, areas: gpd.GeoDataFrame, findings: Findings) -> HazardLayer | None:
    raster = read_relief(path.parent, path.name, findings)
    if raster is None:
        return None
    where = Where(path.name)
    rows, columns = raster.elevation_m.shape
    west, south, east, north = areas.total_bounds
    covers = raster.west <= west and raster.west + columns * raster.step_lon >= east
    covers &= raster.north >= north and raster.north - rows * raster.step_lat <= south
    if not covers:
        problem = "the raster does not cover the region"
        findings.fault(where, problem, f"It must reach from {west:.2f} {south:.2f} to {east:.2f} {north:.2f} degrees")
    value = raster.elevation_m
    if ((value < 0.0) | (value > 1.0)).any():
        span = f"{np.nanmin(value):g} to {np.nanmax(value):g}"
        findings.fault(where, f"cells hold {span}, not probabilities a year", "Give values from 0 to 1")
    none = np.zeros(0, dtype=object)
    return HazardLayer(path.name, none, none, np.zeros(0), none, raster)

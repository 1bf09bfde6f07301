"""Ground classes along lines: urban around large places, mountain where local relief is high, else plain."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from scipy import ndimage
from scipy.spatial import cKDTree

from karez.model.inputs import Relief
from karez.model.programme import GroundRules
from karez.routing.lines import Floats, Indices, Lines, Metric
from karez.units import METRES_PER_DEGREE

WINDOW = 12
"""Cells from the middle of a window of relief to its edge, at least, before they are taken together in blocks."""


class Ground:
    """The ground of any point.

    Parameters
    ----------
    rules : GroundRules
        Thresholds.
    relief : Relief | None
        Elevation; without it no ground is mountain.
    place_plane : float64[places, 2]
        Places in the plane, in metres.
    place_households : float64[places]
        Households of each.
    """

    def __init__(
        self, rules: GroundRules, relief: Relief | None, place_plane: Floats, place_households: Floats
    ) -> None:
        large = (place_households >= rules.urban_from_households) & (place_households > 0)
        self._towns = place_plane[large]
        area_km2 = place_households[large] / rules.urban_households_per_km2
        self._radius = 1_000.0 * np.sqrt(area_km2 / np.pi)
        self._relief = relief
        self._range = local_relief(relief, rules.relief_radius_km) if relief is not None else None
        self._mountain_m = rules.mountain_relief_m

    def classify(self, lonlat: Floats, plane: Floats) -> npt.NDArray[np.object_]:
        """Ground class of points given in degrees and in the plane."""
        ground = np.full(len(plane), "plain", dtype=object)
        ground[self._is_mountain(lonlat)] = "mountain"
        ground[self._is_urban(plane)] = "urban"
        return ground

    def _is_urban(self, plane: Floats) -> npt.NDArray[np.bool_]:
        urban = np.zeros(len(plane), bool)
        if len(self._towns) and len(plane):
            for near in cKDTree(plane).query_ball_point(self._towns, self._radius):
                urban[near] = True
        return urban

    def _is_mountain(self, lonlat: Floats) -> npt.NDArray[np.bool_]:
        relief = self._relief
        if relief is None or self._range is None:
            return np.zeros(len(lonlat), bool)
        column = np.floor((lonlat[:, 0] - relief.west) / relief.step_lon).astype(np.int64)
        row = np.floor((relief.north - lonlat[:, 1]) / relief.step_lat).astype(np.int64)
        inside = (row >= 0) & (row < self._range.shape[0]) & (column >= 0) & (column < self._range.shape[1])
        high = np.zeros(len(lonlat), bool)
        high[inside] = self._range[row[inside], column[inside]] > self._mountain_m
        return high


def local_relief(relief: Relief, radius_km: float) -> npt.NDArray[np.float32]:
    """Highest minus lowest elevation within a radius of every cell, in metres; 0 where elevation is unknown.

    The window is a circle on the ground at the raster's middle latitude, one cell at least. Where it is many cells
    wide, it is taken over blocks of cells, each with its own highest and lowest.
    """
    rows, _ = relief.elevation_m.shape
    middle = np.radians(relief.north - rows * relief.step_lat / 2)
    reach_rows = max(1, round(radius_km * 1_000 / (relief.step_lat * METRES_PER_DEGREE)))
    reach_columns = max(1, round(radius_km * 1_000 / (relief.step_lon * METRES_PER_DEGREE * float(np.cos(middle)))))
    tall, wide = max(1, reach_rows // WINDOW), max(1, reach_columns // WINDOW)
    reach_rows, reach_columns = round(reach_rows / tall), round(reach_columns / wide)
    dy, dx = np.ogrid[-reach_rows : reach_rows + 1, -reach_columns : reach_columns + 1]
    circle = (dy / reach_rows) ** 2 + (dx / reach_columns) ** 2 <= 1.0
    known = np.isfinite(relief.elevation_m)
    top = _blocks(np.where(known, relief.elevation_m, -np.inf), tall, wide, np.max)
    low = _blocks(np.where(known, relief.elevation_m, np.inf), tall, wide, np.min)
    highest = ndimage.maximum_filter(top, footprint=circle, mode="nearest")
    lowest = ndimage.minimum_filter(low, footprint=circle, mode="nearest")
    with np.errstate(invalid="ignore"):
        height = highest - lowest
    whole = np.where(np.isfinite(height), height, 0.0).astype(np.float32)
    fine = whole.repeat(tall, axis=0).repeat(wide, axis=1)
    return fine[: relief.elevation_m.shape[0], : relief.elevation_m.shape[1]]


def _blocks(raster: Floats, tall: int, wide: int, how: Callable[..., Floats]) -> Floats:
    """Cells taken together in blocks; those at the lower and right edge are filled up with the cells there."""
    rows, columns = raster.shape
    filled = np.pad(raster, ((0, -rows % tall), (0, -columns % wide)), mode="edge")
    return how(filled.reshape(filled.shape[0] // tall, tall, filled.shape[1] // wide, wide), axis=(1, 3))


def even_cuts(lines: Lines, step_m: float) -> tuple[Indices, Floats]:
    """Cuts that leave no piece of a line longer than `step_m`: line and distance along it."""
    length = lines.plane_length
    cuts = np.maximum(np.ceil(length / step_m).astype(np.int64) - 1, 0)
    line = np.repeat(np.arange(len(lines)), cuts)
    ordinal = np.arange(len(line)) - np.repeat(np.cumsum(cuts) - cuts, cuts) + 1
    return line, ordinal * (length / (cuts + 1))[line]


def class_lines(lines: Lines, ground: Ground, step_km: float, metric: Metric) -> Lines:
    """Cut lines into short pieces and class each by the ground at its middle, where its layer does not say."""
    unknown = (lines.table["ground"] == "").to_numpy()
    line, at = even_cuts(lines, 1_000.0 * step_km)
    wanted = unknown[line]
    pieces, _ = lines.cut(line[wanted], at[wanted], metric, 0.0)
    middle_plane = (pieces.plane[pieces.first[:-1]] + pieces.plane[pieces.first[1:] - 1]) / 2
    classed = ground.classify(metric.globe(middle_plane), middle_plane)
    stated = pieces.table["ground"].to_numpy()
    pieces.table["ground"] = np.where(stated == "", classed, stated)
    return pieces


def class_lead_ins(lines: Lines, ground: Ground, metric: Metric) -> None:
    """Class the lines whose ground is still open by the ground at their middle, in their table."""
    open_lines = (lines.table["ground"] == "").to_numpy()
    middle = (lines.plane[lines.first[:-1]] + lines.plane[lines.first[1:] - 1])[open_lines] / 2
    lines.table.loc[open_lines, "ground"] = ground.classify(metric.globe(middle), middle)

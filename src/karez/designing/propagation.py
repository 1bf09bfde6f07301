"""Path loss of low-power radio in open land: Hata's curves, and knife edges over the terrain where it is known well.

The loss is the greatest of three: free space (ITU-R P.525); Hata's for open land (Hata 1980,
doi:10.1109/T-VT.1980.23859), that is measured over quasi-smooth ground; and free space with the knife edges of the
profile (ITU-R P.526). A raster coarser than :data:`COARSE_M` shows no profile: then the loss is ``assumed``, by Hata's
curve and the class of terrain.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from karez.kernels.diffraction import EARTH_M, METRES_PER_DEGREE, profile, terrain_db
from karez.model.inputs import Relief
from karez.model.things_rules import ThingsRules

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

COARSE_M = 100.0
"""Cells larger than this show no line of sight."""

RELIEF_POINTS = 9
"""Points of a coarse raster between both ends from which the class of terrain is taken."""

LIGHT_M_PER_S = 299_792_458.0
LEAST_KM = 0.05


@dataclass(frozen=True)
class Loss:
    """Path loss of pairs.

    Parameters
    ----------
    db : float64[pairs]
        The loss.
    terrain_db : float64[pairs]
        Knife edges, or what is assumed of mountains.
    assumed : bool[pairs]
        Whether no profile was to be had.
    over : bool[pairs]
        Whether terrain adds to what smooth ground takes.
    """

    db: Floats
    terrain_db: Floats
    assumed: Bools
    over: Bools


def free_space_db(km: Floats, mhz: float) -> Floats:
    """Free-space loss (ITU-R P.525).

    >>> free_space_db(np.array([1.0, 10.0]), 868.0).round(1).tolist()
    [91.2, 111.2]
    """
    return np.asarray(32.45 + 20.0 * np.log10(np.maximum(km, LEAST_KM)) + 20.0 * np.log10(mhz))


def hata_open_db(km: Floats, mhz: float, gateway_m: float, device_m: float) -> Floats:
    """Hata's median loss in open land; antennas of gateways from 30 m, lower ones counted as such by the formula.

    >>> hata_open_db(np.array([1.0, 10.0]), 868.0, 30.0, 1.5).round(1).tolist()
    [97.6, 132.9]
    """
    f, high = np.log10(mhz), np.log10(gateway_m)
    device = (1.1 * f - 0.7) * device_m - (1.56 * f - 0.8)
    urban = 69.55 + 26.16 * f - 13.82 * high - device + (44.9 - 6.55 * high) * np.log10(np.maximum(km, LEAST_KM))
    return np.asarray(urban - 4.78 * f**2 + 18.33 * f - 40.94)


def cell_m(relief: Relief | None) -> float:
    """Side of the raster's cells, the longer one; infinite without a raster."""
    return float("inf") if relief is None else max(relief.step_lon, relief.step_lat) * METRES_PER_DEGREE


def path_loss(
    rules: ThingsRules, relief: Relief | None, mountain_m: float, mast: Floats, point: Floats, km: Floats
) -> Loss:
    """Loss between masts and points.

    Parameters
    ----------
    rules : ThingsRules
        Frequency and heights.
    relief : Relief | None
        Elevation.
    mountain_m : float
        Highest minus lowest between both ends from which terrain is that of mountains.
    mast, point : float64[pairs, 2]
        Longitude and latitude.
    km : float64[pairs]
        Distance.
    """
    free = free_space_db(km, rules.mhz)
    hata = hata_open_db(km, rules.mhz, rules.gateway_height_m, rules.device_height_m)
    terrain, assumed = np.zeros(len(km)), np.ones(len(km), np.bool_)
    if relief is None or not len(km):
        return Loss(np.maximum(free, hata), terrain, assumed, terrain > 0.0)
    raster = relief.elevation_m, relief.west, relief.north, relief.step_lon, relief.step_lat
    side = cell_m(relief)
    if side <= COARSE_M:
        found = terrain_db(
            *raster, *mast.T.copy(), rules.gateway_height_m, *point.T.copy(), rules.device_height_m, km * 1e3, side,
            LIGHT_M_PER_S / (rules.mhz * 1e6), rules.k_factor * EARTH_M,
        )  # fmt: skip
        assumed = ~np.isfinite(found)
        terrain = np.where(assumed, 0.0, found)
        return Loss(np.maximum(free + terrain, hata), terrain, assumed, free + terrain > hata)
    between = np.array([profile(*raster, *a, *b, RELIEF_POINTS) for a, b in zip(mast, point, strict=True)])
    known = np.isfinite(between).all(axis=1)
    rough = np.zeros(len(km), np.bool_)
    rough[known] = np.ptp(between[known], axis=1) > mountain_m
    terrain = np.where(rough, rules.mountain_db, 0.0)
    return Loss(np.maximum(free, hata) + terrain, terrain, assumed, terrain > 0.0)

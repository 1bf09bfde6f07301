"""Which sites share the capacity of a satellite service, and how much of it there is."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from karez.model.programme import Programme
from karez.model.satellites import EARTH_RADIUS_KM, SatelliteService
from karez.model.sharing import Sharing

Floats = npt.NDArray[np.float64]
Longs = npt.NDArray[np.int64]


def sharing(programme: Programme, sites: gpd.GeoDataFrame, options: pd.DataFrame, demand_mbps: Floats) -> Sharing:
    """Find the cells that could overflow, and which options draw on them.

    Parameters
    ----------
    programme : Programme
        Services.
    sites : GeoDataFrame
        Where they are.
    options : DataFrame
        As in ``Prices.options``.
    demand_mbps : float64[sites]
        Busy-hour demand of what is not served already.
    """
    site, service = options["site"].to_numpy(np.int64), options["service"].to_numpy(dtype=object)
    names: list[str] = []
    limits: list[float] = []
    cell_of_option = np.full(len(options), -1, np.int32)
    for name in sorted(programme.satellites):
        about = programme.satellites[name]
        rows = np.flatnonzero(service == name)
        if not about.is_shared or not len(rows):
            continue
        band, column = cells(sites.iloc[site[rows]], about)
        limit = sellable_mbps(about, band)
        each, number = np.unique(np.column_stack([band, column]), axis=0, return_inverse=True)
        asked = np.bincount(number, demand_mbps[site[rows]], len(each))
        of_cell = np.zeros(len(each))
        of_cell[number] = limit
        scarce = np.flatnonzero(asked > of_cell)
        place = np.full(len(each), -1, np.int64)
        place[scarce] = len(names) + np.arange(len(scarce))
        cell_of_option[rows] = place[number]
        names += [f"{name}:{cell_name(*each[cell].tolist())}" for cell in scarce]
        limits += of_cell[scarce].tolist()
    return Sharing(tuple(names), np.array(limits, np.float64), cell_of_option)


def cells(sites: gpd.GeoDataFrame, about: SatelliteService) -> tuple[Longs, Longs]:
    """Band of latitude, from the south pole, and place in it, from the date line, of the cell of every site."""
    assert about.cell_km is not None
    bands = _bands(about.cell_km)
    lon, lat = sites.geometry.x.to_numpy(), sites.geometry.y.to_numpy()
    band = np.clip(np.floor((lat + 90.0) / 180.0 * bands).astype(np.int64), 0, bands - 1)
    around = _around(band, about.cell_km)
    return band, np.floor((lon + 180.0) % 360.0 / 360.0 * around).astype(np.int64)


def cells_of(
    programme: Programme, sites: gpd.GeoDataFrame, service: npt.NDArray[np.object_]
) -> npt.NDArray[np.object_]:
    """Name of the cell that each site shares by its service; empty where it shares none."""
    names = np.full(len(sites), "", dtype=object)
    for name, about in programme.satellites.items():
        rows = np.flatnonzero(service == name)
        if about.is_shared and len(rows):
            band, column = cells(sites.iloc[rows], about)
            names[rows] = [cell_name(*pair) for pair in zip(band.tolist(), column.tolist(), strict=True)]
    return names


def sellable_mbps(about: SatelliteService, band: Longs) -> Floats:
    """Busy-hour demand that may be sold in a cell of each band of latitude."""
    assert about.cell_km is not None
    if about.cell_mbps is not None:
        capacity = np.full(len(band), about.cell_mbps)
    else:
        edge = np.pi / _bands(about.cell_km)
        bottom = band * edge - np.pi / 2.0
        belt = 2.0 * np.pi * EARTH_RADIUS_KM**2 * (np.sin(bottom + edge) - np.sin(bottom))
        area = belt / _around(band, about.cell_km)
        capacity = area * (about.mbps_per_km2 or 0.0)
    return np.asarray(capacity * about.oversubscription * about.share)


def cell_name(band: int, column: int) -> str:
    """Name of a cell.

    >>> cell_name(120, 7)
    '120.7'
    """
    return f"{band}.{column}"


def _bands(cell_km: float) -> int:
    """Bands of latitude between the poles."""
    return max(1, round(np.pi * EARTH_RADIUS_KM / cell_km))


def _around(band: Longs, cell_km: float) -> Longs:
    """Cells side by side in each band, about as wide in its middle as they are high."""
    middle = (band + 0.5) * np.pi / _bands(cell_km) - np.pi / 2.0
    return np.maximum(1, np.rint(2.0 * np.pi * EARTH_RADIUS_KM * np.cos(middle) / cell_km)).astype(np.int64)

"""Which buildings and addresses are premises, and how many dwellings each holds. A stated rule, not a survey."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from karez.model.street_rules import Premises
from karez.reading.findings import Findings

Floats = npt.NDArray[np.float64]

PLAIN = ("yes", "residential")
"""Values of `building` that say nothing of how many live there."""
TALL_LEVELS = 3
"""From so many levels on, such a building is a block of flats."""
ROW = "terrace"
ALONE_M = 20.0
"""An address further than this from every building is premises of its own."""


def find_premises(
    buildings: gpd.GeoDataFrame, addresses: gpd.GeoDataFrame, rules: Premises, findings: Findings
) -> gpd.GeoDataFrame:
    """Count dwellings.

    The first rule that holds: ``flats`` as tagged; ``addresses`` inside, where there are two at least; ``floor area``
    of blocks of flats, plain buildings of three levels and more, and rows of houses; else ``one``. An address in no
    building is premises by itself (``address``).

    Parameters
    ----------
    buildings : GeoDataFrame
        Polygons with ``id``, ``kind``, ``levels``, ``flats``.
    addresses : GeoDataFrame
        Points with ``id``.
    rules : Premises
        What counts.
    findings : Findings
        Where it is noted what was left out.

    Returns
    -------
    GeoDataFrame
        ``id``, ``kind``, ``dwellings``, ``rule``, sorted by id.
    """
    area = _area_m2(buildings)
    kind = buildings["kind"].to_numpy(dtype=object)
    inside, alone = _addresses(buildings, addresses)
    shed = np.isin(kind, PLAIN) & (area < rules.least_area_m2) & (inside == 0)
    if shed.any():
        findings.note(
            f"{shed.sum()} buildings under {rules.least_area_m2:g} m² without an address were taken for sheds.",
            int(shed.sum()),
        )
    levels, flats = _numbers(buildings["levels"]), _numbers(buildings["flats"])
    tall = np.isin(kind, rules.flats) | (np.isin(kind, PLAIN) & (levels >= TALL_LEVELS))
    floors = np.where(kind == ROW, 1.0, np.maximum(levels, np.where(np.isin(kind, rules.flats), TALL_LEVELS, 1)))
    by_area = np.maximum(1.0, np.round(area * floors / rules.dwelling_area_m2))
    cases = [flats > 0, inside > 1, tall | (kind == ROW)]
    dwellings = np.select(cases, [flats, inside, by_area], 1.0)
    rule = np.select(cases, ["flats", "addresses", "floor area"], "one").astype(object)
    table = pd.DataFrame({"id": buildings["id"], "kind": kind, "dwellings": dwellings.astype(np.int64), "rule": rule})
    single = addresses[alone]
    lone = pd.DataFrame({"id": single["id"], "kind": "address", "dwellings": 1, "rule": "address"})
    joined = pd.concat([table[~shed], lone], ignore_index=True)
    shapes = np.concatenate([buildings.geometry.to_numpy()[~shed], single.geometry.to_numpy()])
    made = gpd.GeoDataFrame(joined, geometry=shapes, crs=4326)
    return made.sort_values("id", kind="stable").reset_index(drop=True)


def _area_m2(buildings: gpd.GeoDataFrame) -> Floats:
    """Area of every polygon, in an equal-area projection around their middle."""
    if buildings.empty:
        return np.zeros(0)
    west, south, east, north = buildings.total_bounds
    plane = f"+proj=laea +lon_0={(west + east) / 2:.4f} +lat_0={(south + north) / 2:.4f} +datum=WGS84 +units=m"
    return np.asarray(buildings.to_crs(plane).area)


def _addresses(
    buildings: gpd.GeoDataFrame, addresses: gpd.GeoDataFrame
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
    """How many addresses stand in every building, and which stand near none."""
    inside = np.zeros(len(buildings), np.int64)
    if addresses.empty:
        return inside, np.zeros(0, np.bool_)
    if buildings.empty:
        return inside, np.ones(len(addresses), np.bool_)
    west, south, east, north = buildings.total_bounds
    plane = f"+proj=aeqd +lon_0={(west + east) / 2:.4f} +lat_0={(south + north) / 2:.4f} +datum=WGS84 +units=m"
    shapes, points = buildings.to_crs(plane).geometry.to_numpy(), addresses.to_crs(plane).geometry.to_numpy()
    tree = shapely.STRtree(shapes)
    address, building = tree.query(points, predicate="intersects")
    first = np.unique(address, return_index=True)[1]
    np.add.at(inside, building[first], 1)
    near = np.unique(tree.query(points, predicate="dwithin", distance=ALONE_M)[0])
    alone = np.ones(len(points), np.bool_)
    alone[near] = False
    return inside, alone


def _numbers(texts: pd.Series) -> Floats:
    """Numbers of tags; 0 where they are none or not positive."""
    numbers = pd.to_numeric(texts, errors="coerce").to_numpy(dtype=np.float64)
    return np.where(np.isfinite(numbers) & (numbers > 0) & (numbers < 10_000), numbers, 0.0)

"""Overture Maps as GeoParquet: segments, buildings, addresses and water as the same nouns as OpenStreetMap's.

Columns are those of schema 1.18.0 (docs.overturemaps.org/schema/v1.18.0/reference). What a file holds is told by its
columns, so a folder as it is downloaded will do, whatever its files are called.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from karez.model.street_rules import Premises, Streets
from karez.reading.findings import Findings, Where
from karez.reading.geometry import Kind, prepare
from karez.reading.layers import Layer, read_layer
from karez.reading.osm import MOTORWAYS, OsmMap, surfaces

ATTRIBUTION = (
    "© OpenStreetMap contributors, Overture Maps Foundation and their sources, ODbL 1.0 (overturemaps.org; "
    "addresses by the licence of each source)"
)
TELLING = {
    "segment": ("connectors", "subtype"),
    "part": ("building_id",),
    "building": ("has_parts",),
    "address": ("number", "street"),
    "water": ("is_salt",),
}
"""Columns that only the files of a type have; the first type whose columns are all there is it."""
WANTED = {
    "segment": ("id", "subtype", "class", "subclass", "names", "road_flags", "rail_flags", "access_restrictions"),
    "building": ("id", "subtype", "class", "num_floors", "is_underground"),
    "address": ("id",),
    "water": ("id", "subtype", "class"),
}
KINDS: dict[str, Kind] = {"segment": "LineString", "building": "Polygon", "address": "Point", "water": "LineString"}
RAILS = {"standard_gauge", "narrow_gauge", "light_rail"}
WATER = {"river", "canal"}
SPARED = ("is_tunnel", "is_indoor", "is_abandoned", "is_under_construction")
"""Flags of a road along which no cable is laid."""
OUTBUILDINGS = {"outbuilding": "shed", "agricultural": "farm_auxiliary", "military": "bunker"}
"""Kind of building by its subtype, where the class says nothing."""


def read_overture(source: Path, streets: Streets, premises: Premises, findings: Findings) -> OsmMap | None:
    """Read a folder of GeoParquet files, or one file; None, with faults, if none can be used.

    Parameters
    ----------
    source : Path
        Folder, looked through with its folders, or file.
    streets, premises : Streets, Premises
        Which ways and buildings count.
    findings : Findings
        Where faults and notes go.
    """
    folder = source if source.is_dir() else source.parent
    files = sorted(source.rglob("*.parquet")) if source.is_dir() else [source]
    parts: dict[str, list[gpd.GeoDataFrame]] = {name: [] for name in WANTED}
    for path in files:
        found = _read(folder, path, findings)
        if found is not None:
            parts[found[0]].append(found[1])
    if not files:
        findings.fault(Where(source.name), "there is no .parquet file in the folder", "Name the folder that has them")
    if findings.faults:
        return None
    tables = {name: _joined(frames, WANTED[name]) for name, frames in parts.items()}
    left_out: Counter[str] = Counter()
    ways, barriers = _segments(tables["segment"], streets, left_out)
    for what, count in sorted(left_out.items()):
        findings.note(f"{source.name}: {count} {what}.", count)
    barriers = pd.concat([barriers, _water(tables["water"])], ignore_index=True)
    addresses = tables["address"].assign(kind="address")[["id", "kind", "geometry"]]
    return OsmMap(
        _sorted(ways), _sorted(_buildings(tables["building"], premises)), _sorted(addresses), _sorted(barriers)
    )


def _read(folder: Path, path: Path, findings: Findings) -> tuple[str, gpd.GeoDataFrame] | None:
    """Type and rows of one file; None where it is not used or has a fault."""
    name = path.relative_to(folder).as_posix()
    layer = read_layer(folder, name, name, tuple({column for wanted in WANTED.values() for column in wanted}), findings)
    if layer is None:
        return None
    kind = next((kind for kind, columns in TELLING.items() if set(columns) <= set(layer.available)), "")
    if kind not in WANTED:
        findings.note(f"{name} holds no segments, buildings, addresses or water and is not read.", 1, (name,))
        return None
    if "id" not in layer.columns:
        findings.fault(layer.where, "the column is missing", "Take the file as Overture publishes it", column="id")
        return None
    return kind, _table(layer, kind, findings)


def _table(layer: Layer, kind: str, findings: Findings) -> gpd.GeoDataFrame:
    shapes = layer.shapes
    if kind == "water":
        line = np.isin(shapely.get_type_id(shapes), (1, 5))
        layer = Layer(layer.where, layer.reference, layer.columns[line], layer.available, shapes[line],
                      layer.broken[line], layer.crs)  # fmt: skip
    shapes = prepare(layer, KINDS[kind], findings).shapes
    columns = layer.columns.reindex(columns=list(WANTED[kind])).reset_index(drop=True).astype(object)
    made = gpd.GeoDataFrame(columns, geometry=shapes, crs=4326)
    return made[made.geometry.notna()]


def _joined(frames: list[gpd.GeoDataFrame], columns: tuple[str, ...]) -> gpd.GeoDataFrame:
    """All rows once: tiles may repeat what lies on their border."""
    if not frames:
        return gpd.GeoDataFrame({name: np.empty(0, object) for name in columns}, geometry=[], crs=4326)
    return pd.concat(frames, ignore_index=True).drop_duplicates("id").reset_index(drop=True)


def _sorted(table: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(table, geometry="geometry", crs=4326).sort_values("id", kind="stable", ignore_index=True)


def _segments(
    table: gpd.GeoDataFrame, streets: Streets, left_out: Counter[str]
) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Roads as ways; motorways and railways as barriers."""
    surface = surfaces(streets)
    road = (table["subtype"] == "road").to_numpy()
    link = (table["subclass"] == "link").to_numpy()
    kind = np.where(link, table["class"].astype(str) + "_link", table["class"].astype(str)).astype(object)
    tunnel = _flagged(table["road_flags"], SPARED)
    buried = _flagged(table["rail_flags"], ("is_tunnel", "is_abandoned"))
    rail = (table["subtype"] == "rail").to_numpy() & table["class"].isin(RAILS).to_numpy() & ~buried
    motorway = road & np.isin(kind, MOTORWAYS)
    usable = road & np.isin(kind, sorted(surface))
    private = np.array([_private(rules) for rules in table["access_restrictions"]], bool)
    left_out["tunnels and indoor ways, and those closed or not built yet, were left out"] += int(
        (usable & tunnel).sum()
    )
    left_out["private ways were left out"] += int((usable & private & ~tunnel).sum())
    usable &= ~tunnel & ~private
    ways = table.loc[usable, ["id", "geometry"]].assign(
        kind=kind[usable],
        name=[_name(names) for names in table.loc[usable, "names"]],
        surface=[surface[one] for one in kind[usable]],
    )
    across = table.loc[motorway | rail, ["id", "geometry"]]
    barriers = across.assign(kind=np.where(motorway[motorway | rail], "motorway", "railway").astype(object))
    for what in [what for what, count in left_out.items() if not count]:
        del left_out[what]
    return ways, barriers


def _flagged(column: pd.Series, flags: Iterable[str]) -> np.typing.NDArray[np.bool_]:
    """Whether one of the flags holds on half of the segment at least."""
    wanted = set(flags)
    return np.array([_share(rules, wanted) >= 0.5 for rules in column], bool)


def _share(rules: Any, wanted: set[str]) -> float:
    share = 0.0
    for rule in _list(rules):
        if wanted & set(_list(rule.get("values"))):
            between = _list(rule.get("between"))
            share = max(share, between[1] - between[0] if len(between) == 2 else 1.0)
    return share


def _private(rules: Any) -> bool:
    """Whether everybody is denied the whole segment, and walkers are not let in."""
    denied = walkers = False
    for rule in _list(rules):
        when = {name: value for name, value in (rule.get("when") or {}).items() if len(_list(value))}
        if rule.get("access_type") == "denied" and not when and not _list(rule.get("between")):
            denied = True
        elif rule.get("access_type") in ("allowed", "designated") and "foot" in _list(when.get("mode")):
            walkers = True
    return denied and not walkers


def _list(value: Any) -> list[Any]:
    """A list out of what pyarrow makes of one; empty for what is none."""
    if value is None or (isinstance(value, float) and np.isnan(value)):
        return []
    return [value] if isinstance(value, (str, dict)) else list(value)


def _name(names: Any) -> str:
    return str(names.get("primary") or "") if isinstance(names, dict) else ""


def _buildings(table: gpd.GeoDataFrame, premises: Premises) -> gpd.GeoDataFrame:
    """Buildings as OpenStreetMap's: the class is the value of its tag `building`, by subtype where there is none."""
    by_subtype = [
        OUTBUILDINGS.get(str(one), "residential" if one == "residential" else "yes") for one in table["subtype"]
    ]
    kind = np.where(table["class"].notna(), table["class"].astype(str), by_subtype).astype(object)
    underground = (table["is_underground"] == True).to_numpy()  # noqa: E712  three-valued
    counted = ~np.isin(kind, premises.excluded) & ~underground
    levels = ["" if pd.isna(floors) else str(int(floors)) for floors in table["num_floors"]]
    return table.assign(kind=kind, levels=levels, flats="").loc[counted, ["id", "kind", "levels", "flats", "geometry"]]


def _water(table: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Rivers and canals that cost a passage."""
    wide = table["subtype"].isin(WATER) | table["class"].isin(WATER)
    return table.loc[wide, ["id", "geometry"]].assign(kind="water")

"""The planner's own layers of streets, and what a planner has fixed (``--lock``), row by row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely

from karez.model.attributes import Table
from karez.model.street import SPAN_COLUMNS, no_rows
from karez.model.street_tables import BARRIERS, LOCKS, OWN, PARCELS, PREMISES, STREETS
from karez.reading.findings import Findings, Where, nearest, suggestion
from karez.reading.geometry import Kind, prepare
from karez.reading.layers import read_layer
from karez.reading.tables import normalise

ROLES = {"forbidden_ground": "forbidden"}
"""Role of a layer's spans where it is not the layer's name."""
SPANS = ("preferred", "forbidden", "forbidden_ground", "built", "ducts", "poles")
NUMBERS = ("factor", "price_per_m", "free_cables", "free_fibres")


@dataclass(frozen=True)
class PlannersWord:
    """Offices, cabinets and spans, as in :class:`karez.model.street.StreetInputs`."""

    offices: gpd.GeoDataFrame
    cabinets: gpd.GeoDataFrame
    spans: gpd.GeoDataFrame

    def joined(self, other: PlannersWord) -> PlannersWord:
        """Both together; equal ids of one role are kept apart by the name of their file."""
        return PlannersWord(
            _together(self.offices, other.offices),
            _together(self.cabinets, other.cabinets),
            _together(self.spans, other.spans),
        )


def _together(one: gpd.GeoDataFrame, other: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    if one.empty or other.empty:
        return other if one.empty else one
    doubled = other["id"].isin(one["id"])
    other = other.assign(id=other["id"].where(~doubled, other["file"] + ":" + other["id"]))
    return gpd.GeoDataFrame(pd.concat([one, other], ignore_index=True), geometry="geometry", crs=4326)


@dataclass(frozen=True)
class OwnLayers:
    """What a file of one's own layers holds.

    Parameters
    ----------
    ways, premises, barriers, parcels : GeoDataFrame
        As in :class:`karez.model.street.StreetInputs`.
    word : PlannersWord
        Offices, cabinets, ducts, poles.
    """

    ways: gpd.GeoDataFrame
    premises: gpd.GeoDataFrame
    barriers: gpd.GeoDataFrame
    parcels: gpd.GeoDataFrame
    word: PlannersWord


def read_own_layers(path: Path, findings: Findings) -> OwnLayers | None:
    """Read a GeoPackage of streets, premises and what else there is; None, with a fault, if it is damaged.

    Parameters
    ----------
    path : Path
        See :data:`karez.model.street_tables.OWN` for its layers.
    findings : Findings
        Where faults and notes go.
    """
    layers = _layers(path, OWN, findings)
    if layers is None:
        return None
    ways = _rows(path, STREETS, layers, findings).explode(index_parts=False).reset_index(drop=True)
    number = ways.groupby("id").cumcount().to_numpy()
    ways["id"] = np.where(number > 0, ways["id"] + "." + number.astype(str).astype(object), ways["id"])
    premises = _rows(path, PREMISES, layers, findings).assign(rule="given")
    premises["dwellings"] = premises["dwellings"].astype(np.int64)
    barriers = _rows(path, BARRIERS, layers, findings)
    parcels = _rows(path, PARCELS, layers, findings)
    return OwnLayers(ways, premises, barriers, parcels, _word(path, layers, OWN, findings))


def read_locks(path: Path | None, findings: Findings) -> PlannersWord:
    """Read what a planner has fixed; nothing where there is no file, or it has a fault."""
    empty = no_rows(("id", "name", "ports", "file", "layer", "row"))
    nothing = PlannersWord(empty, empty, no_rows(SPAN_COLUMNS))
    if path is None:
        return nothing
    if not path.is_file():
        findings.fault(Where(path.name), "the file is missing", "Correct its name")
        return nothing
    layers = _layers(path, LOCKS, findings)
    return nothing if layers is None else _word(path, layers, LOCKS, findings)


def _layers(path: Path, tables: Sequence[Table], findings: Findings) -> list[str] | None:
    """Layers of a GeoPackage; a fault where one is spelt almost right, or none is known."""
    where = Where(path.name)
    try:
        there = [str(name) for name in pyogrio.list_layers(path)[:, 0]]
    except (pyogrio.errors.DataSourceError, ValueError) as error:
        reason = str(error).split(";", maxsplit=1)[0].replace(str(path), path.name)
        findings.fault(where, f"the file is damaged or no GeoPackage ({reason})", "Write it again")
        return None
    known = [table.name for table in tables]
    unread = sorted(set(there) - set(known))
    for name in unread:
        near = nearest(name, set(known) - set(there))
        if near:
            findings.fault(Where(path.name, name), "the layer is none that is read", f"Rename it to `{near}`")
    if not set(there) & set(known):
        findings.fault(where, "no layer of it is one that is read", f"Name its layers{suggestion('', known)}")
        return None
    if unread:
        findings.note(f"{path.name}: layers that are not read: {', '.join(unread)}.", len(unread), unread)
    return there


def _word(path: Path, layers: list[str], tables: Sequence[Table], findings: Findings) -> PlannersWord:
    by_name = {table.name: table for table in tables}
    points = [_rows(path, by_name[name], layers, findings) for name in ("offices", "cabinets")]
    points[1]["ports"] = points[1]["ports"].fillna(0).astype(np.int64) if len(points[1]) else np.zeros(0, np.int64)
    spans = [
        _rows(path, by_name[name], layers, findings).assign(role=ROLES.get(name, name))
        for name in SPANS
        if name in by_name and name in layers
    ]
    made = pd.concat([no_rows(SPAN_COLUMNS), *(one for one in spans if len(one))], ignore_index=True)
    made = made.reindex(columns=[*SPAN_COLUMNS, "geometry"])
    for name in NUMBERS:
        made[name] = pd.to_numeric(made[name], errors="coerce").astype(np.float64)
    doubled = made["id"].duplicated(keep=False)
    made["id"] = made["id"].where(~doubled, made["layer"] + ":" + made["id"])
    return PlannersWord(points[0], points[1], gpd.GeoDataFrame(made, geometry="geometry", crs=4326))


def _rows(path: Path, table: Table, layers: list[str], findings: Findings) -> gpd.GeoDataFrame:
    """Rows of a layer that have no fault, with ``file``, ``layer``, ``row``; none where there is no such layer."""
    nothing = no_rows((*table.names, "file", "layer", "row"))
    if table.name not in layers:
        return nothing
    layer = read_layer(path.parent, f"{path.name}:{table.name}", path.name, table.names, findings)
    if layer is None:
        return nothing
    cells = normalise(layer.columns, layer.available, table, layer.where, findings)
    made = cells.table
    row = np.arange(len(made)) + layer.where.first_row
    unnamed = made["id"].isna().to_numpy() if "id" in made else np.ones(len(made), bool)
    made["id"] = np.where(unnamed, [f"{table.name}/{number}" for number in row], made["id"].to_numpy(dtype=object))
    layer = replace(layer, where=replace(layer.where, ids=made["id"].tolist()))
    shapes = prepare(layer, _kind(layer.shapes, table), findings).shapes
    made = made.assign(file=path.name, layer=table.name, row=row.astype(str).astype(object))
    for name in table.names:
        if made[name].dtype.kind not in "fiub":
            made[name] = made[name].astype(object)
    sound = ~shapely.is_missing(shapes)
    for bad in cells.bad.values():
        sound &= ~bad
    frame = gpd.GeoDataFrame(made, geometry=shapes, crs=4326)[sound]
    return frame.sort_values("id", kind="stable").reset_index(drop=True)


def _kind(shapes: np.typing.NDArray[np.object_], table: Table) -> Kind:
    """What the rows of a layer have to be: poles and premises may be points, then all of them."""
    kinds = shapely.get_type_id(shapes)
    first = kinds[kinds >= 0][:1].tolist()
    if table.name in ("poles", "premises") and first in ([0], [4]):
        return "Point"
    assert table.geometry != "none"
    return table.geometry

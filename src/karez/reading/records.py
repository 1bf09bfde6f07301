"""A layer brought to its attributes: typed columns and shapes in WGS 84, rows still as in the file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from karez.model.attributes import Table
from karez.reading.findings import Findings, Mask, Where
from karez.reading.geometry import Kind, prepare, without
from karez.reading.layers import Shapes, read_layer
from karez.reading.tables import normalise


@dataclass(frozen=True)
class Records:
    """Rows of one table, in the order of the file.

    Parameters
    ----------
    where : Where
        File and layer, for faults.
    table : DataFrame
        The attributes of the table, RangeIndex.
    shapes : object[rows]
        Shapes in WGS 84; None where they have a fault.
    missing : frozenset[str]
        Required columns that are not there.
    bad : dict[str, bool[rows]]
        Cells that have a fault, by column.
    """

    where: Where
    table: pd.DataFrame
    shapes: Shapes
    missing: frozenset[str] = frozenset()
    bad: Mapping[str, Mask] = field(default_factory=dict)

    @property
    def placed(self) -> Mask:
        """Rows with a shape."""
        return np.asarray(~shapely.is_missing(self.shapes))

    def without_shapes(self, rows: Mask) -> Records:
        """The same rows, some of them (bool[rows]) without a shape."""
        return replace(self, shapes=without(self.shapes, rows))

    def __len__(self) -> int:
        return len(self.table)


def read_records(folder: Path, reference: str, setting: str, table: Table, findings: Findings) -> Records | None:
    """Read the layer that a setting names as rows of a table; None, with faults, if it cannot be had."""
    layer = read_layer(folder, reference, setting, table.names, findings)
    if layer is None:
        return None
    cells = normalise(layer.columns, layer.available, table, layer.where, findings)
    kind: Kind = "Polygon" if table.geometry == "Polygon" else "Point"
    where = layer.where if "id" in cells.missing else replace(layer.where, ids=cells.table["id"].tolist())
    layer = prepare(replace(layer, where=where), kind, findings)
    return Records(where, cells.table, layer.shapes, cells.missing, cells.bad)


def check_filled(records: Records, setting: str, findings: Findings) -> None:
    """Refuse a layer without rows."""
    if not len(records):
        remedy = f"Fill it, or name another layer at {setting}"
        findings.fault(records.where, "the layer has no rows", remedy)


def frame(table: pd.DataFrame, shapes: Shapes) -> gpd.GeoDataFrame:
    """A table with its shapes, sorted by ``id``."""
    order = np.argsort(table["id"].to_numpy(dtype=str), kind="stable")
    return gpd.GeoDataFrame(table.iloc[order].reset_index(drop=True), geometry=shapes[order], crs="EPSG:4326")

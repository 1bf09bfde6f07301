"""A street-level run as it lies in its folder."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from karez.errors import DataFault, Fault

TABLES = ("nodes", "runs", "trench", "premises", "cabinets", "closures", "offices", "cables", "bill", "moats", "locks")
LAYERS = ("premises", "trench", "cabinets", "closures", "offices")


@dataclass(frozen=True)
class StreetRun:
    """Tables of a run folder.

    Parameters
    ----------
    summary, rules : dict
        ``summary.json``; the rules in ``run.toml``.
    tables : dict[str, DataFrame]
        Tables of ``proof/``.
    layers : dict[str, GeoDataFrame]
        Layers of ``plan.gpkg``.
    """

    summary: dict[str, Any]
    rules: dict[str, Any]
    tables: dict[str, pd.DataFrame]
    layers: dict[str, gpd.GeoDataFrame]


def read_street_run(folder: Path) -> StreetRun:
    """Read a run folder.

    Raises
    ------
    DataFault
        For every file that is missing or cannot be read.
    """
    faults: list[Fault] = []
    remedy = "Run the design again, or restore the folder from a copy"

    def tried(name: str, read: Any, layer: str = "") -> Any:
        if not (folder / name).is_file():
            if name not in {fault.file for fault in faults}:
                faults.append(Fault(name, problem="file is missing", remedy=remedy))
            return None
        try:
            return read(folder / name)
        except (OSError, ValueError, KeyError, pa.ArrowException, RuntimeError) as error:
            reason = str(error).replace(str(folder / name), name).partition("\n")[0] or type(error).__name__
            faults.append(Fault(name, layer, problem=f"file cannot be read ({reason})", remedy=remedy))
            return None

    summary = tried("summary.json", lambda path: json.loads(path.read_text(encoding="utf-8")))
    rules = tried("run.toml", lambda path: tomllib.loads(path.read_text(encoding="utf-8"))["rules"])
    tables = {
        name: tried(f"proof/{name}.parquet", lambda path: pq.read_table(path).to_pandas(ignore_metadata=True))
        for name in TABLES
    }
    layers = {
        name: tried("plan.gpkg", lambda path, name=name: gpd.read_file(path, layer=name, engine="pyogrio"), name)
        for name in LAYERS
    }
    if faults:
        raise DataFault(faults)
    return StreetRun(summary, rules, tables, layers)


def rows(table: pd.DataFrame) -> Iterator[Any]:
    """Rows of a table, columns as attributes."""
    return iter(table.itertuples())

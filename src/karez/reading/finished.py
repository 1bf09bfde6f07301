"""Finished run folders, read back for comparison."""

from __future__ import annotations

import json
import sqlite3
import tomllib
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from pyogrio.errors import DataLayerError, DataSourceError

from karez.errors import DataFault, Fault, UsageFault
from karez.model.attributes import PLAN_TABLES, Table
from karez.model.finished import FinishedRun
from karez.model.programme import Programme
from karez.model.upon import Upon

REMEDY = "Run the plan again, or restore the folder from a copy"
KEYS = ("totals", "certificates", "coverage_per_project_and_year", "total_coverage_per_year", "capex_real_per_year")
"""What a summary must hold."""


def read_finished(folders: Sequence[Path]) -> tuple[FinishedRun, ...]:
    """Read run folders; runs of the same folder name are told apart by the folder above.

    Raises
    ------
    UsageFault
        If there is no such folder, or one is named twice.
    DataFault
        Files or columns that are missing or cannot be read, of all folders at once.
    """
    for folder in folders:
        if not folder.is_dir():
            raise UsageFault(f"There is no run folder {folder}.")
    names = _names([folder.resolve() for folder in folders])
    if len(set(names)) < len(names):
        raise UsageFault("A run is named twice. Name each once.")
    faults: list[Fault] = []
    runs = [_run(folder, name, faults) for folder, name in zip(folders, names, strict=True)]
    if faults:
        raise DataFault(faults)
    return tuple(run for run in runs if run is not None)


def read_sites(folder: Path) -> tuple[pd.DataFrame, float]:
    """Columns ``id``, ``technology`` and ``service`` of a finished run's sites, and its capex."""
    faults: list[Fault] = []
    run = _run(folder, folder.name, faults)
    if run is None:
        raise DataFault(faults)
    return pd.DataFrame(run.sites[["id", "technology", "service"]]).fillna({"service": ""}), float(
        run.summary["totals"]["capex_real"]
    )


def built_spans(folder: Path) -> frozenset[str]:
    """Ids of the spans that a finished run builds in any year."""
    (run,) = read_finished([folder])
    return frozenset(run.spans.loc[run.spans["year"] > 0, "id"])


def read_upon(folder: Path, spans: pd.Series, sites: pd.Series) -> Upon:
    """What a finished run makes of candidate spans and of sites, by their ids.

    Raises
    ------
    UsageFault, DataFault
        As for :func:`read_finished`.
    """
    (run,) = read_finished([folder])
    built = frozenset(run.spans.loc[run.spans["year"] > 0, "id"])
    served = run.sites.set_index("id")[["technology", "latency_ms", "year"]].reindex(sites)
    technology = served["technology"].fillna("unserved").to_numpy(dtype=object)
    latency_ms, year = (served[name].to_numpy(dtype="float64", na_value=np.nan) for name in ("latency_ms", "year"))
    return Upon(spans.isin(built).to_numpy(), technology, latency_ms, year)


def _names(folders: list[Path]) -> list[str]:
    """Shortest ends of the paths that tell them apart."""
    depth = 1
    while depth < 9 and len({folder.parts[-depth:] for folder in folders}) < len(folders):
        depth += 1
    return ["/".join(part for part in folder.parts[-depth:] if part != "/") for folder in folders]


def _run(folder: Path, name: str, faults: list[Fault]) -> FinishedRun | None:
    before = len(faults)

    def load(file: str, how: Callable[[Path], Any], layer: str = "") -> Any:
        path = folder / file
        if not path.is_file():
            faults.append(Fault(f"{name}/{file}", layer, problem="file is missing", remedy=REMEDY))
            return None
        try:
            return how(path)
        except (OSError, ValueError, KeyError, sqlite3.Error, DataSourceError, DataLayerError) as error:
            first = str(error).partition("\n")[0]
            faults.append(Fault(f"{name}/{file}", layer, problem=f"file cannot be read ({first})", remedy=REMEDY))
            return None

    record = load("run.toml", _record)
    summary = load("summary.json", _summary)
    layers = {table.name: load("plan.gpkg", partial(_layer, table), table.name) for table in PLAN_TABLES}
    if len(faults) > before:
        return None
    settings = Programme.model_validate(record["settings"])
    return FinishedRun(name, settings, summary, record.get("hashes", {}), record.get("versions", {}), **layers)


def _record(path: Path) -> dict[str, Any]:
    content = tomllib.loads(path.read_text(encoding="utf-8"))
    Programme.model_validate(content["settings"])
    return content


def _summary(path: Path) -> dict[str, Any]:
    content = json.loads(path.read_text(encoding="utf-8"))
    missing = [key for key in KEYS if key not in content]
    if missing:
        raise ValueError(f"without {', '.join(missing)}")
    return dict(content)


def _layer(table: Table, path: Path) -> gpd.GeoDataFrame:
    frame = gpd.read_file(path, layer=table.name)
    missing = [name for name in table.names if name not in frame.columns]
    if missing:
        raise ValueError(f"columns are missing: {', '.join(missing)}")
    if "year" in frame.columns:
        frame["year"] = pd.to_numeric(frame["year"], errors="coerce").astype("float64")
    return frame

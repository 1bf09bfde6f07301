"""Folders of studies: their summary, and the tables of their proof."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd
from pyogrio import read_dataframe

from karez.errors import DataFault, Fault

Summary = dict[str, Any]


def read_study(
    folder: Path,
    kind: str,
    columns: Mapping[str, tuple[str, ...]],
    is_one: Callable[[Summary], bool],
    layers: Mapping[str, tuple[str, ...]] | None = None,
) -> tuple[Summary, dict[str, pd.DataFrame]]:
    """Read ``<kind>.json``, of format 1, the tables of ``proof/``, and layers of ``<kind>.gpkg``.

    Parameters
    ----------
    folder : Path
        What the study wrote.
    kind : str
        Its command, and the name of its summary.
    columns : mapping
        Columns that each table must have.
    is_one : callable
        Whether a summary is one of this kind; may raise what a summary of another form brings about.
    layers : mapping, optional
        Columns that each layer must have; layers come as tables, by their names.

    Raises
    ------
    DataFault
        If files or columns are missing or cannot be read, all of them at once.
    """
    remedy = f"Run karez {kind} again, or restore the folder from a copy"
    faults: list[Fault] = []
    summary: Summary = {}
    try:
        summary = json.loads((folder / f"{kind}.json").read_text(encoding="utf-8"))
        if summary.get("format") != 1 or not is_one(summary):
            raise ValueError(f"not a {kind} of format 1")
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        faults.append(Fault(f"{kind}.json", problem=f"file cannot be read ({error})", remedy=remedy))
    tables = {}
    files = [(f"proof/{name}.parquet", "", name, wanted) for name, wanted in columns.items()]
    files += [(f"{kind}.gpkg", name, name, wanted) for name, wanted in (layers or {}).items()]
    for file, layer, name, wanted in files:
        try:
            path = folder / file
            tables[name] = read_dataframe(path, layer=layer, read_geometry=False) if layer else pd.read_parquet(path)
        except (OSError, ValueError, RuntimeError) as error:
            first = str(error).partition("\n")[0]
            faults.append(Fault(file, layer, problem=f"file cannot be read ({first})", remedy=remedy))
            continue
        missing = [column for column in wanted if column not in tables[name].columns]
        faults += [Fault(file, layer, "", column, "column is missing", remedy) for column in missing]
    if faults:
        raise DataFault(faults)
    return summary, tables

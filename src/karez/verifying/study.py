"""Folders of studies: their summary, and the tables of their proof."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from karez.errors import DataFault, Fault

Summary = dict[str, Any]


def read_study(
    folder: Path, kind: str, columns: Mapping[str, tuple[str, ...]], is_one: Callable[[Summary], bool]
) -> tuple[Summary, dict[str, pd.DataFrame]]:
    """Read ``<kind>.json``, of format 1, and the tables of ``proof/``.

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
    for name, wanted in columns.items():
        file = f"proof/{name}.parquet"
        try:
            tables[name] = pd.read_parquet(folder / file)
        except (OSError, ValueError) as error:
            first = str(error).partition("\n")[0]
            faults.append(Fault(file, problem=f"file cannot be read ({first})", remedy=remedy))
            continue
        missing = [column for column in wanted if column not in tables[name].columns]
        faults += [Fault(file, "", "", column, "column is missing", remedy) for column in missing]
    if faults:
        raise DataFault(faults)
    return summary, tables

"""How documents and tables are written: the same words, endings and compression everywhere."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq


def as_json(value: Any) -> Any:
    """Turn numpy's scalars and arrays into Python's; for ``json.dumps(default=…)``."""
    if isinstance(value, np.generic | np.ndarray):
        return value.tolist()
    raise TypeError(f"{type(value).__name__} has no place in JSON")


def write_json(document: Any, path: Path) -> None:
    """Write a document as UTF-8 JSON, in the order it is said.

    Raises
    ------
    ValueError
        If a figure is NaN or infinite: JSON has no word for it, and a document must not be silent about it.
    """
    text = json.dumps(document, ensure_ascii=False, allow_nan=False, indent=2, default=as_json)
    path.write_text(text + "\n", encoding="utf-8", newline="\n")


def write_csv(table: pd.DataFrame, path: Path) -> None:
    """Write a table as UTF-8 CSV; numbers read back as the very same, an empty cell has no figure."""
    table.to_csv(path, index=False, lineterminator="\n", encoding="utf-8")


def write_csvs(tables: Mapping[str, pd.DataFrame], folder: Path) -> None:
    """Write a CSV for every table, named for it, into a folder, which is made if need be."""
    folder.mkdir(exist_ok=True)
    for name, table in tables.items():
        write_csv(table, folder / f"{name}.csv")


def write_parquets(tables: Mapping[str, pd.DataFrame], folder: Path) -> None:
    """Write a Parquet file without index for every table, named for it, into a folder, which is made if need be."""
    folder.mkdir(exist_ok=True)
    for name, table in tables.items():
        arrow = pa.Table.from_pandas(pd.DataFrame(table).reset_index(drop=True), preserve_index=False)
        pq.write_table(arrow, folder / f"{name}.parquet", compression="zstd")

"""A copy of a run folder that can be damaged and tampered with."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pandas as pd


class RunCopy:
    """A run folder of its own.

    Parameters
    ----------
    original : Path
        Run folder that stays as it is.
    folder : Path
        Where the copy is made.
    """

    def __init__(self, original: Path, folder: Path) -> None:
        self.folder = Path(shutil.copytree(original, folder))

    def sql(self, statement: str) -> None:
        """Change ``plan.gpkg`` by SQL."""
        with closing(sqlite3.connect(self.folder / "plan.gpkg")) as database, database:
            for function in ("ST_IsEmpty", "ST_MinX", "ST_MaxX", "ST_MinY", "ST_MaxY"):
                database.create_function(function, 1, lambda _: 0)
            assert database.execute(statement).rowcount != 0

    def json(self, name: str, change: Callable[[dict[str, Any]], object]) -> None:
        """Change a JSON file."""
        path = self.folder / name
        content = json.loads(path.read_text(encoding="utf-8"))
        change(content)
        path.write_text(json.dumps(content), encoding="utf-8")

    def table(self, name: str, change: Callable[[pd.DataFrame], object]) -> None:
        """Change a table of ``proof/``; a returned table replaces it."""
        path = self.folder / "proof" / f"{name}.parquet"
        frame = pd.read_parquet(path)
        changed = change(frame)
        (changed if isinstance(changed, pd.DataFrame) else frame).to_parquet(path, index=False)

    def cell(self, name: str, key: str, column: str, change: Callable[[Any], Any]) -> None:
        """Change one cell of a table of ``proof/``, in the first row whose first text column is `key`."""

        def change_cell(frame: pd.DataFrame) -> None:
            id_column = next(each for each in ("id", "site_id", "name", "item") if each in frame)
            row = frame.index[frame[id_column] == key][0]
            frame.loc[row, column] = change(frame.loc[row, column])

        self.table(name, change_cell)

    def text(self, name: str, old: str, new: str) -> None:
        """Change a text file."""
        path = self.folder / name
        content = path.read_text(encoding="utf-8")
        assert old in content
        path.write_text(content.replace(old, new), encoding="utf-8")

"""CSV as it stands: every cell text, every row with as many cells as the header."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pandas as pd

from karez.reading.findings import Findings, Where


def read_text_table(path: Path, where: Where, findings: Findings) -> pd.DataFrame | None:
    """Read a CSV file (UTF-8, commas, header in row 1) as text; None, with a fault, if it is not one.

    Empty lines at the end are left out; a cell that is empty is ``""``. Row numbers of faults are a
    spreadsheet's, the header being row 1.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            rows = list(csv.reader(stream, strict=True))
    except (UnicodeDecodeError, csv.Error) as error:
        remedy = "Save it as CSV in UTF-8 with commas, quotes closed"
        findings.fault(where, f"the file cannot be read as CSV ({error})", remedy)
        return None
    while rows and not any(rows[-1]):
        rows.pop()
    if not rows:
        findings.fault(where, "the file is empty", "Give it a header and rows")
        return None
    return _table([name.strip() for name in rows[0]], rows[1:], where, findings)


def _table(header: list[str], rows: list[list[str]], where: Where, findings: Findings) -> pd.DataFrame | None:
    if len(header) == 1 and (";" in header[0] or "\t" in header[0]):
        findings.fault(where, "cells are not separated by commas", "Save it as CSV with commas", row="1")
        return None
    doubled = sorted({name for name in header if header.count(name) > 1})
    for name in doubled:
        findings.fault(where, "the header has this column twice", "Keep one of them", column=name, row="1")
    widths = np.fromiter(map(len, rows), dtype=np.int64, count=len(rows))
    problem = f"the row does not have the {len(header)} cells of the header"
    findings.rows(where, widths != len(header), problem, "Quote cells that hold a comma; fill or remove the row")
    if doubled or (widths != len(header)).any():
        return None
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(header)
    return pd.DataFrame({name: np.array(cells, dtype=object) for name, cells in zip(header, columns, strict=True)})

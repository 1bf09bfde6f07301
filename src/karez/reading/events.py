"""A file of events, CSV or XLSX, as text: formulas stay the text they are, here and on the way out."""

from __future__ import annotations

import csv
import datetime
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from karez.errors import DataFault, Fault, UsageFault
from karez.model.sheet import Piece, Sheet
from karez.reading.findings import listed

PIECE = 20_000
"""Rows of a piece."""
ACTIVE = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for a formula at the start of a cell."""


def read_events(path: Path, sheet: str = "") -> Sheet:
    """Open a file of events.

    Parameters
    ----------
    path : Path
        A ``.csv`` (UTF-8, commas, semicolons or tabs) or ``.xlsx`` file with a header in its first row.
    sheet : str
        Sheet of a workbook; empty: the only one, or the first.

    Raises
    ------
    UsageFault
        There is no such file, or it is of another kind.
    DataFault
        It cannot be read, or its header cannot be used.
    """
    if not path.is_file():
        raise UsageFault(f"There is no file {path}.")
    if path.suffix.lower() in (".xlsx", ".xlsm"):
        return _workbook(path, sheet)
    if path.suffix.lower() in (".csv", ".tsv", ".txt"):
        return _text(path)
    raise UsageFault(f"{path.name} is neither CSV nor XLSX. Save it as one of the two.")


def unguarded(text: str) -> str:
    """Take off the apostrophe that keeps a spreadsheet from calculating a text; see ``reporting.guarded``.

    >>> unguarded("'=1+1"), unguarded("'tis"), unguarded("''=x")
    ('=1+1', "'tis", "'=x")
    """
    rest = text[1:]
    return rest if text[:1] == "'" and rest.lstrip("'")[:1] in ACTIVE and rest.lstrip("'") else text


def _text(path: Path) -> Sheet:
    with path.open(encoding="utf-8-sig", newline="", errors="strict") as stream:
        try:
            first = stream.readline()
        except UnicodeDecodeError as error:
            raise _fault(path, f"the file is not UTF-8 ({error.reason})", "Save it as CSV in UTF-8") from None
    mark = max(",;\t", key=first.count)
    lines = _lines(path, mark)
    try:
        header = _header(path, "", [unguarded(name) for name in next(lines, [])])
    except (csv.Error, UnicodeDecodeError) as error:
        raise _unreadable(path, error) from None
    return Sheet(path.name, "", header, _pieces(path, lines, len(header)))


def _lines(path: Path, mark: str) -> Iterator[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        yield from csv.reader(stream, delimiter=mark, strict=True)


def _pieces(path: Path, lines: Iterator[list[str]], width: int) -> Iterator[Piece]:
    """Rows in pieces; rows of another width are gathered and end it."""
    piece: Piece = []
    torn: list[int] = []
    row = 1
    try:
        for line in lines:
            row += 1
            if len(line) != width:
                if any(line):
                    torn.append(row)
                line = [""] * width if not any(line) else (line + [""] * width)[:width]  # noqa: PLW2901
            piece.append([unguarded(cell) if cell[:1] == "'" else cell for cell in line])
            if len(piece) == PIECE:
                yield piece
                piece = []
    except (csv.Error, UnicodeDecodeError) as error:
        raise _unreadable(path, error) from None
    if torn:
        remedy = "Quote cells that hold a comma; fill or remove the row"
        raise _fault(
            path, f"the row does not have the {width} cells of the header", remedy, row=", ".join(map(str, torn))
        )
    while piece and not any(piece[-1]):
        piece.pop()
    if piece:
        yield piece


def _workbook(path: Path, sheet: str) -> Sheet:
    import openpyxl  # noqa: PLC0415  half a second that only readers of workbooks pay

    try:
        book = openpyxl.load_workbook(path, data_only=False)
    except (zipfile.BadZipFile, KeyError, ValueError, OSError) as error:
        raise _fault(path, f"the file is no workbook or is damaged ({error})", "Save it again as XLSX") from None
    if sheet and sheet not in book.sheetnames:
        raise _fault(path, f"there is no sheet `{sheet}`", f"Use one of {listed(book.sheetnames)}")
    page = book[sheet] if sheet else book.worksheets[0]
    if page.merged_cells.ranges:
        merged = sorted(str(area) for area in page.merged_cells.ranges)
        problem = f"cells are merged: {listed(merged)}"
        raise _fault(path, problem, "Unmerge them, so that every column has its own heading and cell", layer=page.title)
    lines = [[_cell(cell) for cell in line] for line in page.iter_rows(values_only=True)]
    while lines and not any(lines[-1]):
        lines.pop()
    width = max((place for line in lines for place, cell in enumerate(line, start=1) if cell), default=0)
    lines = [line[:width] for line in lines]
    header = _header(path, page.title, lines[0] if lines else [])
    pieces = (lines[start : start + PIECE] for start in range(1, len(lines), PIECE))
    return Sheet(path.name, page.title, header, pieces)


def _cell(value: Any) -> str:
    """A cell as text: whole numbers without a point, days as 2026-03-31, formulas as they are written."""
    if value is None:
        return ""
    if isinstance(value, datetime.datetime):
        return value.date().isoformat() if value.time() == datetime.time() else value.isoformat(" ")
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else f"{value:.10f}".rstrip("0")
    return str(getattr(value, "text", value))


def _header(path: Path, layer: str, names: Sequence[str]) -> tuple[str, ...]:
    """Column names, each there and there once."""
    header = [name.strip() for name in names]
    faults = []
    if not any(header):
        raise _fault(path, "the file is empty", "Give it a header and rows", layer=layer)
    if not all(header):
        blank = listed([number for number, name in enumerate(header, start=1) if not name])
        faults.append(Fault(path.name, layer, "1", "", f"columns {blank} have no heading", "Name every column"))
    doubled = sorted({name for name in header if name and header.count(name) > 1})
    faults += [
        Fault(path.name, layer, "1", name, "the header has this column twice", "Keep one of them") for name in doubled
    ]
    if faults:
        raise DataFault(faults)
    return tuple(header)


def _unreadable(path: Path, error: Exception) -> DataFault:
    return _fault(path, f"the file cannot be read as CSV ({error})", "Save it as CSV in UTF-8, quotes closed")


def _fault(path: Path, problem: str, remedy: str, *, layer: str = "", row: str = "") -> DataFault:
    return DataFault([Fault(path.name, layer, row, "", problem, remedy)])

"""A workbook as tables of columns: formats, live formulas beside computed values, printing."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from karez.reporting.figures import is_missing

_NAVY, _GREY, _PALE, _INPUT = "#123f63", "#5b6b7b", "#eef2f5", "#fff8e1"
_CREATED = datetime.datetime(2000, 1, 1)
"""Fixed, so that equal plans give equal workbooks (rule 10)."""
_CELL_LIMIT = 32_767
"""Most characters Excel keeps in a cell."""

_STYLES: dict[str, dict[str, Any]] = {
    "text": {"align": "left"},
    "long": {"align": "left", "text_wrap": True},
    "integer": {"num_format": "#,##0"},
    "quantity": {"num_format": "#,##0.0"},
    "year": {"num_format": "0", "align": "center"},
    "money": {"num_format": "#,##0;[Red]−#,##0"},
    "cents": {"num_format": "#,##0.00;[Red]−#,##0.00"},
    "factor": {"num_format": "0.0000"},
    "general": {"num_format": "General", "align": "right"},
    "share": {"num_format": "0.0%"},
    "percent": {"num_format": "0.00%;[Red]−0.00%"},
    "change": {"num_format": "+0.0%;−0.0%;0.0%"},
    "input": {"num_format": "#,##0.00##", "bg_color": _INPUT, "font_color": "#1c4fa0", "locked": False},
}


@dataclass(frozen=True)
class Column:
    """A column of a sheet's table.

    Parameters
    ----------
    title : str
        Heading, with the unit.
    values : Sequence
        One value a row; missing ones leave the cell empty. With a formula they are its computed results.
    style : str
        Key of the book's formats.
    width : float
        Width in characters.
    formula : callable, optional
        From the row's number as Excel counts it to the formula, without ``=``.
    total : bool
        Whether the total row holds its sum.
    """

    title: str
    values: Sequence[Any]
    style: str = "text"
    width: float = 14
    formula: Callable[[int], str] | None = None
    total: bool = False


@dataclass(frozen=True)
class Placed:
    """Where a table came to lie, for formulas on other sheets."""

    sheet: str
    first: int
    """First row as Excel counts it."""
    last: int
    titles: tuple[str, ...]

    def letter(self, title: str) -> str:
        """Letter of a column."""
        return str(xl_col_to_name(self.titles.index(title)))

    def column(self, title: str) -> str:
        """All cells of a column, as an absolute reference."""
        letter = self.letter(title)
        return f"'{self.sheet}'!${letter}${self.first}:${letter}${self.last}"

    def total(self, title: str) -> str:
        """The column's cell in the total row."""
        return f"'{self.sheet}'!${self.letter(title)}${self.last + 1}"


class _Page(Worksheet):
    """A worksheet whose formulas are written as they are: ours use no function that Excel learnt after 2007."""

    def _prepare_formula(self, formula: str, expand_future_functions: bool = False) -> str:
        """Stand in for xlsxwriter's own, which looks for forty newer functions in every formula."""
        return formula


class Sheet:
    """A sheet with a title and tables below each other; `top` is the next free row, counted from 0."""

    def __init__(self, book: Book, name: str, title: str, subtitle: str, landscape: bool = True) -> None:
        self.book, self.name = book, name
        self.page = book.workbook.add_worksheet(name, worksheet_class=_Page)
        self.page.hide_gridlines(2)
        self.page.write_string(0, 0, title, book.style("title"))
        self.page.write_string(1, 0, subtitle, book.style("subtitle"))
        self.page.set_row(0, 28)
        self.top = 3
        self._widths: dict[int, float] = {}
        if landscape:
            self.page.set_landscape()
        self.page.set_paper(9)
        self.page.fit_to_pages(1, 0)
        self.page.set_margins(left=0.5, right=0.5, top=0.7, bottom=0.7)
        self.page.set_footer(f"&L&8{book.name.replace('&', '&&')[:120]}&C&8&A&R&8Page &P of &N")

    def heading(self, text: str) -> None:
        """A heading between tables."""
        self.page.set_row(self.top, 26)
        self.page.write_string(self.top, 0, text, self.book.style("heading"))
        self.top += 1

    def remark(self, text: str, across: int = 1) -> None:
        """A line of small print; over `across` columns it runs on into further lines."""
        if across > 1:
            self.page.merge_range(self.top, 0, self.top, across - 1, text, self.book.style("small-print"))
            self.page.set_row(self.top, 13.0 * (1 + len(text) // 150))
        else:
            self.page.write_string(self.top, 0, text, self.book.style("subtitle"))
        self.top += 1

    def table(self, columns: Sequence[Column], *, total: str = "", freeze: int = -1, find: bool = False) -> Placed:
        """Write a table and leave a row free below it.

        Parameters
        ----------
        columns : Sequence[Column]
            Its columns, of equal length.
        total : str
            Label of the total row; empty: none.
        freeze : int
            Columns that stay in view beside the header rows; −1: nothing is frozen.
        find : bool
            Whether the header gets filter buttons.
        """
        header, rows = self.top, len(columns[0].values)
        placed = Placed(self.name, header + 2, header + 1 + rows, tuple(column.title for column in columns))
        self.page.set_row(header, 32)
        for place, column in enumerate(columns):
            self.widen(place, column.width)
            text = column.style in ("text", "long")
            self.page.write_string(header, place, column.title, self.book.style("head-text" if text else "head"))
            self._cells(header + 1, place, column)
        if freeze >= 0:
            self.page.freeze_panes(header + 1, freeze)
            self.page.repeat_rows(header)
        if find and rows:
            self.page.autofilter(header, 0, header + rows, len(columns) - 1)
        self.top = header + rows + 2
        if total:
            self._total_row(columns, placed, total)
        return placed

    def _cells(self, first: int, place: int, column: Column) -> None:
        """Write a column's values from row `first` on, counted from 0."""
        page, style, formula = self.page, self.book.style(column.style), column.formula
        for row, value in enumerate(column.values, start=first):
            if isinstance(value, str):
                page.write_string(row, place, value[:_CELL_LIMIT], style)
            elif formula is not None:
                page.write_formula(row, place, formula(row + 1), style, 0.0 if is_missing(value) else float(value))
            elif is_missing(value):
                page.write_blank(row, place, None, style)
            else:
                page.write_number(row, place, float(value), style)

    def _total_row(self, columns: Sequence[Column], placed: Placed, label: str) -> None:
        for place, column in enumerate(columns):
            style = self.book.style(f"total-{column.style}")
            if column.total:
                values = [value for value in column.values if not is_missing(value)]
                cells = f"{placed.letter(column.title)}{placed.first}:{placed.letter(column.title)}{placed.last}"
                formula = f"SUM({cells})" if len(column.values) else "0"
                decimals = 6 if column.style in ("share", "quantity") else 2
                self.page.write_formula(placed.last, place, formula, style, round(float(sum(values)), decimals))
            elif place == 0:
                self.page.write_string(placed.last, place, label, style)
            else:
                self.page.write_blank(placed.last, place, None, style)
        self.top += 1

    def widen(self, place: int, width: float) -> None:
        """Make a column wide enough; it is as wide as the widest table of the sheet asks for."""
        self._widths[place] = max(width, self._widths.get(place, 0.0))
        self.page.set_column(place, place, self._widths[place])


class Book:
    """An open workbook; use it as a context manager, it is written on leaving.

    Parameters
    ----------
    path : Path
        File to write.
    name : str
        Name of the programme: in the properties and the footers.
    """

    def __init__(self, path: Path, name: str) -> None:
        self.name = name
        options = {"strings_to_formulas": False, "strings_to_urls": False, "nan_inf_to_errors": False}
        self.workbook = xlsxwriter.Workbook(str(path), options)
        self.workbook.set_properties({"title": name, "subject": "Bill of quantities", "created": _CREATED})
        self.workbook.set_calc_mode("auto")
        self._formats: dict[str, Any] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, fault: type[BaseException] | None, *_: object) -> None:
        if fault is None:
            self.workbook.close()

    def style(self, key: str) -> Any:
        """Format by its key, made when it is first asked for."""
        if key not in self._formats:
            self._formats[key] = self.workbook.add_format(_format(key))
        return self._formats[key]


def _format(key: str) -> dict[str, Any]:
    base: dict[str, Any] = {"font_name": "Calibri", "font_size": 10, "valign": "top"}
    head = {"bold": True, "font_color": "white", "bg_color": _NAVY, "text_wrap": True, "valign": "vcenter"}
    special: dict[str, dict[str, Any]] = {
        "title": {"font_size": 18, "bold": True, "font_color": _NAVY},
        "subtitle": {"font_size": 9, "italic": True, "font_color": _GREY},
        "small-print": {"font_size": 9, "text_wrap": True, "font_color": _GREY},
        "heading": {"font_size": 12, "bold": True, "font_color": _NAVY},
        "head": {**head, "align": "right"},
        "head-text": {**head, "align": "left"},
    }
    if key in special:
        return base | special[key]
    if key.startswith("total-"):
        total = {"bold": True, "top": 1, "top_color": _NAVY, "bg_color": _PALE}
        return base | _STYLES[key.removeprefix("total-")] | total
    return base | {"bottom": 1, "bottom_color": "#dfe5ea"} | _STYLES[key]

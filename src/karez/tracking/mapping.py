"""Which column of a sheet is which field of an event."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from operator import itemgetter
from typing import Any

from karez.model.event import FIELDS, UNITS
from karez.model.sheet import Sheet
from karez.tracking.entry import LENGTHS
from karez.tracking.faults import RowFaults
from karez.tracking.recording import Rows

TWINS = {
    "date": "day",
    "amount": "amount_nominal",
    "event": "kind",
    "type": "kind",
    "organisation": "party",
    "payer": "party",
    "supplier": "counterparty",
    "contractor": "counterparty",
    "payee": "counterparty",
    "reference": "document",
    "metres": "quantity",
    "due_date": "due",
    "remark": "note",
}
"""Headings that are taken for a field without being told; any field's own name is."""


OURS = ("extra", "recorded_on", "hash")
"""Columns that an export of a ledger has besides the fields: it can be imported as it is."""


@dataclass(frozen=True)
class Columns:
    """A mapping.

    Parameters
    ----------
    fields : dict[str, str]
        Column of each field.
    constants : dict[str, str]
        What a field holds in every row whose cell is empty or missing.
    """

    fields: dict[str, str] = field(default_factory=dict)
    constants: dict[str, str] = field(default_factory=dict)

    def kept(self) -> dict[str, Any]:
        """As plain data, to be remembered."""
        return {"fields": self.fields, "constants": self.constants}

    def __bool__(self) -> bool:
        return bool(self.fields or self.constants)


def signature(header: Sequence[str]) -> str:
    """What sheets of the same form have in common: the SHA-256 of their header."""
    return hashlib.sha256("\x1f".join(header).encode()).hexdigest()


def settle(
    header: Sequence[str], given: Columns, kept: Mapping[str, Any], faults: RowFaults
) -> tuple[Columns, tuple[str, ...]]:
    """Columns of a sheet: as given now, else as remembered, else by name; and the columns that are no field.

    Parameters
    ----------
    header : sequence of str
        Column names of the sheet.
    given : Columns
        What the user says; a field's column may end in ``:unit``, as ``Length:km``.
    kept : mapping
        What was remembered of sheets with this header; empty if nothing.
    faults : RowFaults
        Where faults go.
    """
    fields = {**_by_name(header), **kept.get("fields", {})}
    constants = {**kept.get("constants", {}), **given.constants}
    for name, column in given.fields.items():
        plain, unit = _with_unit(header, column)
        fields[name] = plain
        if unit:
            constants["unit"] = unit
    for name in (*given.fields, *given.constants):
        if name not in FIELDS:
            near = get_close_matches(name, FIELDS, n=1)
            remedy = f"Use a field of events; the nearest is `{near[0]}`" if near else f"Use one of {', '.join(FIELDS)}"
            faults.add(0, name, "there is no such field", remedy)
    for name, column in fields.items():
        if column not in header:
            near = get_close_matches(column, header, n=1)
            remedy = "Map it again; " + (f"the nearest is `{near[0]}`" if near else f"there are {', '.join(header)}")
            faults.add(0, column, f"the sheet has no such column, and `{name}` is to come from it", remedy)
    for name in ("kind", "day", "recorder"):
        if name not in fields and name not in constants:
            remedy = f"Map it with --map {name}=COLUMN, or say it for all rows with --set {name}=…"
            faults.add(0, name, "no column is this field, and every event needs it", remedy)
    used = {*fields.values(), *(OURS if set(OURS) <= set(header) else ())}
    return Columns(fields, constants), tuple(column for column in header if column not in used)


def rows(sheet: Sheet, columns: Columns, beside: Sequence[str]) -> Iterator[Rows]:
    """Pieces of a sheet in the ledger's fields; cells of the columns `beside` are kept as JSON."""
    place = {name: number for number, name in enumerate(sheet.header)}
    pick = itemgetter(*(place[columns.fields[name]] if name in columns.fields else -1 for name in FIELDS))
    constants = [columns.constants.get(name, "") for name in FIELDS]
    others = [(name, place[name]) for name in beside]
    own = place["extra"] if set(OURS) <= set(place) else None
    row = sheet.first_row
    for piece in sheet.pieces:
        cells: list[Sequence[str]] = [pick((*line, "")) if any(line) else () for line in piece]
        if columns.constants:
            cells = [[cell or given for cell, given in zip(line, constants, strict=False)] for line in cells]
        extra = [_beside(line, others) for line in piece] if others else []
        if own is not None:
            extra = [line[own] for line in piece]
        yield Rows(row, cells, extra)
        row += len(piece)


def _by_name(header: Sequence[str]) -> dict[str, str]:
    """Columns that are named as a field is, or as people often name it; a field's own name comes first."""
    plain = {column.strip().lower().replace(" ", "_").replace("-", "_"): column for column in reversed(header)}
    twins = {name: plain[twin] for twin, name in reversed(TWINS.items()) if twin in plain}
    return {**twins, **{name: plain[name] for name in FIELDS if name in plain}}


def _with_unit(header: Sequence[str], column: str) -> tuple[str, str]:
    """``Length:km`` as column and unit, unless a column has just that name."""
    plain, mark, unit = column.rpartition(":")
    if column in header or not mark or unit not in (*UNITS, *LENGTHS):
        return column, ""
    return plain, unit


def _beside(line: Sequence[str], others: Sequence[tuple[str, int]]) -> str:
    held = {name: line[at] for name, at in others if line[at]}
    return json.dumps(held, ensure_ascii=False, sort_keys=True) if held else ""

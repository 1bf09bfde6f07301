"""Columns of a table brought to what :mod:`karez.model.attributes` says of them: types, defaults, ranges."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from karez.model.attributes import REQUIRED, Attribute, Table
from karez.reading.findings import Findings, Mask, Where, listed, nearest

Cells = npt.NDArray[np.object_]

FROM_ID = ("place_id", "name")
"""Columns whose empty cells take the id."""

NO_WORDS: Mapping[str, str] = MappingProxyType({})

TEXT = pd.Series(["a"]).dtype
"""How pandas holds text: ``str`` from version 3 on, ``object`` before."""

DTYPES: dict[str, Any] = {"text": TEXT, "number": "float64", "integer": "Int64", "boolean": "boolean"}
WHOLE_DTYPES: dict[str, Any] = {"text": TEXT, "number": "float64", "integer": "int64", "boolean": "bool"}
"""Types of columns that may have empty cells, and of those that have none."""

WORDS = {"true": True, "yes": True, "t": True, "1": True, "false": False, "no": False, "f": False, "0": False}
LARGEST = 2.0**53
"""Largest integer that a float holds exactly."""


@dataclass(frozen=True)
class Cleaned:
    """A column after its cells were read as their kind.

    Parameters
    ----------
    values : Series
        ``text``: str, empty cells missing. ``number``: float64. ``integer``: Int64. ``boolean``: boolean.
        Empty and bad cells are missing.
    bad : bool[rows]
        Cells that hold something else.
    trimmed : int
        Cells that had blanks around them.
    """

    values: pd.Series
    bad: Mask
    trimmed: int = 0


@dataclass(frozen=True)
class Normalised:
    """A table brought to its attributes.

    Parameters
    ----------
    table : DataFrame
        One column per attribute, rows as read (RangeIndex). Bad cells hold the default.
    missing : frozenset[str]
        Required columns that are not there; a fault stands for each.
    bad : dict[str, bool[rows]]
        Cells that have a fault, by column.
    """

    table: pd.DataFrame
    missing: frozenset[str]
    bad: Mapping[str, Mask]


def coerce(column: pd.Series, kind: str) -> Cleaned:
    """Read the cells of a column, of whatever type it comes in, as one kind.

    >>> coerce(pd.Series([" 1", "2.0", "x", ""]), "integer").values.tolist()
    [1, 2, <NA>, <NA>]
    """
    if kind == "text":
        return _text(column)
    if kind == "boolean":
        return _boolean(column)
    cleaned = _number(column)
    return _integer(cleaned) if kind == "integer" else cleaned


def normalise(
    columns: pd.DataFrame,
    available: Sequence[str],
    table: Table,
    where: Where,
    findings: Findings,
    empty: Mapping[str, str] = NO_WORDS,
) -> Normalised:
    """Bring a table to its attributes: all columns in order, types coerced, empty cells filled.

    Parameters
    ----------
    columns : DataFrame
        The columns that are there, as read.
    available : sequence of str
        All columns of the layer.
    table : Table
        What the columns have to be.
    where : Where
        File and layer, for faults.
    findings : Findings
        Where faults and notes go.
    empty : mapping
        What to say of empty cells in required columns, by column, where "the cell is empty" says too little.
    """
    missing = _check_names(available, table, where, findings)
    clean: dict[str, pd.Series] = {}
    bad: dict[str, Mask] = {}
    for attribute in table.attributes:
        name = attribute.name
        if name in columns:
            cells = columns[name].reset_index(drop=True)
            values, bad[name] = _column(cells, attribute, where, findings, empty)
        else:
            values, bad[name] = _nothing(attribute, len(columns)), np.zeros(len(columns), dtype=bool)
        clean[name] = _filled(values, attribute)
    frame = pd.DataFrame(clean, index=range(len(columns)))
    for name in FROM_ID:
        if name in frame and "id" in frame:
            frame[name] = frame[name].where(frame[name].notna(), frame["id"])
    return Normalised(frame, missing, bad)


def _check_names(available: Sequence[str], table: Table, where: Where, findings: Findings) -> frozenset[str]:
    """Missing columns with the nearest there is, columns spelt almost right, and those not used."""
    unused = sorted(set(available) - set(table.names))
    plain = {_plain(name): name for name in unused}
    missing = []
    for attribute in table.attributes:
        if attribute.name in available:
            continue
        twin = plain.get(_plain(attribute.name))
        if attribute.default is REQUIRED:
            missing.append(attribute.name)
            near = twin or nearest(attribute.name, unused)
            remedy = f"Add it: {attribute.meaning}" + (f"; or rename `{near}`, if that is it" if near else "")
            findings.fault(where, "the column is missing", remedy, column=attribute.name)
        elif twin:
            problem = f"the column `{twin}` is not read, `{attribute.name}` is"
            findings.fault(where, problem, f"Rename it to `{attribute.name}`", column=twin)
    if unused:
        name = ":".join(filter(None, (where.file, where.layer)))
        findings.note(f"{name}: columns that karez does not use: {', '.join(unused)}.", len(unused), unused)
    return frozenset(missing)


def _plain(name: str) -> str:
    return "".join(letter for letter in name.lower() if letter.isalnum())


def _column(
    cells: pd.Series, attribute: Attribute, where: Where, findings: Findings, words: Mapping[str, str]
) -> tuple[pd.Series, Mask]:
    """Values of a column, missing where empty or bad, and the cells that are bad."""
    cleaned = coerce(cells, attribute.kind)
    name = attribute.name
    raw = cells.to_numpy(dtype=object)
    kind = {"text": "text", "number": "a finite number", "integer": "a whole number", "boolean": "true or false"}
    remedy = f"Give {kind[attribute.kind]}: {attribute.meaning}"
    findings.values(where, raw, cleaned.bad, f"not {kind[attribute.kind]}", remedy, column=name)
    if cleaned.trimmed:
        at = ":".join(filter(None, (where.file, where.layer)))
        findings.note(f"{at}: blanks around {cleaned.trimmed} cells of `{name}` were cut off.", cleaned.trimmed)
    empty = cleaned.values.isna().to_numpy() & ~cleaned.bad
    if attribute.default is REQUIRED:
        problem = words.get(name, "the cell is empty")
        findings.rows(where, empty, problem, f"Fill it: {attribute.meaning}", column=name)
    values = _in_range(cleaned.values, raw, attribute, where, findings)
    if attribute.one_of:
        known = values.isna().to_numpy() | values.isin(attribute.one_of).to_numpy()
        texts = values.to_numpy(dtype=object)
        findings.unknown(where, texts, ~known, f"a {name}", attribute.one_of, column=name)
        values = values.where(known)
    if attribute.unique:
        _check_unique(values, attribute, where, findings)
    return values, values.isna().to_numpy() & ~empty


def _in_range(values: pd.Series, raw: Cells, attribute: Attribute, where: Where, findings: Findings) -> pd.Series:
    """Numbers below the least or above the greatest; they become missing."""
    for limit, low, word in ((attribute.least, True, "least"), (attribute.greatest, False, "most")):
        if limit is None:
            continue
        off = ((values < limit) if low else (values > limit)).fillna(False).to_numpy(dtype=bool)
        problem = "a negative number" if low and limit == 0 else f"{'below' if low else 'above'} {limit:g}"
        unit = f" {attribute.unit}" if attribute.unit else ""
        remedy = f"Give at {word} {limit:g}{unit}: {attribute.meaning}"
        findings.values(where, raw, off, problem, remedy, column=attribute.name)
        values = values.mask(off)
    return values


def _check_unique(values: pd.Series, attribute: Attribute, where: Where, findings: Findings) -> None:
    twice = (values.duplicated(keep=False) & values.notna()).to_numpy()
    if twice.any():
        names = listed([f"`{value}`" for value in sorted(values[twice].unique())])
        problem = f"the {attribute.name} is used more than once: {names}"
        findings.rows(where, twice, problem, f"Give every row its own {attribute.name}", column=attribute.name)


def _nothing(attribute: Attribute, count: int) -> pd.Series:
    """A column in which nothing is known."""
    return pd.Series([None] * count, index=range(count), dtype="object").astype(DTYPES[attribute.kind])


def _filled(values: pd.Series, attribute: Attribute) -> pd.Series:
    """Empty cells take the default; a required one that is missing becomes text "" so that checks can go on."""
    default: Any = "" if attribute.default is REQUIRED and attribute.kind == "text" else attribute.default
    if default is REQUIRED and not values.isna().any():
        return values.astype(WHOLE_DTYPES[attribute.kind])
    if default is None or default is REQUIRED:
        return values
    filled: pd.Series = values.fillna(default).astype(WHOLE_DTYPES[attribute.kind])
    return filled


def _text(column: pd.Series) -> Cleaned:
    """Text without blanks around it; whole numbers without a decimal point."""
    known = column.notna().to_numpy()
    cells = column.to_numpy(dtype=object)
    if pd.api.types.infer_dtype(cells, skipna=True) not in ("string", "empty"):
        # Objects, as fixed-width text would lose trailing null characters.
        text = [_as_text(cell) if is_known else None for cell, is_known in zip(cells, known, strict=True)]
        cells = np.array(text, dtype=object)
    texts = pd.Series(cells, dtype=TEXT)
    stripped = texts.str.strip()
    trimmed = int(((stripped != texts).to_numpy(dtype=bool) & known).sum())
    stripped = stripped.where((stripped != "").to_numpy(dtype=bool) & known, None)
    return Cleaned(stripped, np.zeros(len(cells), dtype=bool), trimmed)


def _as_text(cell: object) -> str:
    if isinstance(cell, float | np.floating) and float(cell).is_integer():
        return str(int(cell))
    return str(cell)


def _number(column: pd.Series) -> Cleaned:
    """Finite numbers, from numbers or their text."""
    known = column.notna().to_numpy()
    if pd.api.types.is_bool_dtype(column) or pd.api.types.is_datetime64_any_dtype(column):
        return Cleaned(pd.Series(np.full(len(column), np.nan)), known)
    if not pd.api.types.is_numeric_dtype(column):
        text = _text(column).values
        known = text.notna().to_numpy()
        column = pd.to_numeric(text, errors="coerce")
    numbers = column.to_numpy(dtype=np.float64, na_value=np.nan)
    finite = np.isfinite(numbers)
    return Cleaned(pd.Series(np.where(finite, numbers, np.nan)), known & ~finite)


def _integer(cleaned: Cleaned) -> Cleaned:
    numbers = cleaned.values.to_numpy(dtype=np.float64)
    whole = (np.floor(numbers) == numbers) & (np.abs(numbers) <= LARGEST)
    bad = cleaned.bad | (np.isfinite(numbers) & ~whole)
    return Cleaned(pd.Series(np.where(whole, numbers, np.nan)).astype("Int64"), bad)


def _boolean(column: pd.Series) -> Cleaned:
    """True and false, yes and no, 1 and 0."""
    if column.dtype == np.bool_:
        return Cleaned(column.astype("boolean"), np.zeros(len(column), dtype=bool))
    text = _text(column).values.astype("object")
    known = text.notna().to_numpy()
    words = text.str.lower().map(WORDS).astype("object").where(known, None)
    return Cleaned(words.astype("boolean"), known & words.isna().to_numpy())

"""Cells of any kind come out as their column's kind, or are named as bad; nothing in between."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
from hypothesis import example, given
from hypothesis import strategies as st

from karez.model.attributes import SITES, SOURCES
from karez.reading.findings import Findings, Where, listed, nearest
from karez.reading.tables import coerce, normalise

NUMBERS = st.floats(allow_nan=True, allow_infinity=True)
CELLS = st.one_of(st.none(), st.text(max_size=6), NUMBERS, st.integers(-(2**60), 2**60), st.booleans())
KINDS = ("text", "number", "integer", "boolean")


@given(st.lists(CELLS, max_size=20), st.sampled_from(KINDS))
@example(["\x00", 0.0], "text")
def test_every_cell_is_read_or_empty_or_bad(cells: list[object], kind: str) -> None:
    cleaned = coerce(pd.Series(cells, dtype="object"), kind)
    assert len(cleaned.values) == len(cleaned.bad) == len(cells)
    for cell, value, bad in zip(cells, cleaned.values, cleaned.bad, strict=True):
        empty = cell is None or (isinstance(cell, float) and math.isnan(cell)) or str(cell).strip() == ""
        assert not (empty and bad)
        assert pd.isna(value) == (empty or bad)


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False)))
def test_numbers_survive_being_text(numbers: list[float]) -> None:
    read = coerce(pd.Series([repr(number) for number in numbers], dtype="object"), "number")
    assert not read.bad.any()
    assert np.array_equal(read.values.to_numpy(dtype=float), np.array(numbers, dtype=float))


@given(st.lists(st.integers(-(2**53), 2**53), min_size=1))
def test_integers_survive_being_floats_and_text(numbers: list[int]) -> None:
    for cells in (numbers, [float(number) for number in numbers], [str(number) for number in numbers]):
        read = coerce(pd.Series(cells), "integer")
        assert not read.bad.any()
        assert read.values.tolist() == numbers


@given(
    st.lists(st.text(alphabet=st.characters(exclude_categories=["C", "Z"]), min_size=1)),
    st.sampled_from([" ", "\t", "\n"]),
)
def test_text_loses_its_blanks_and_nothing_else(texts: list[str], blank: str) -> None:
    read = coerce(pd.Series([f"{blank}{text}{blank}" for text in texts], dtype="object"), "text")
    assert read.values.tolist() == texts
    assert read.trimmed == len(texts)


@given(st.lists(st.booleans(), min_size=1))
def test_truth_has_many_words(truths: list[bool]) -> None:
    words = ({True: "true", False: "False"}, {True: "YES", False: "no"}, {True: 1, False: 0}, {True: "1", False: "0"})
    for word in words:
        assert coerce(pd.Series([word[truth] for truth in truths]), "boolean").values.tolist() == truths


def test_normalised_table_has_every_attribute_in_order() -> None:
    findings = Findings()
    cells = pd.DataFrame({"category": ["home"], "id": ["a"], "project": ["p"]})
    normalised = normalise(cells, tuple(cells.columns), SITES, Where("sites.csv"), findings)
    table = normalised.table
    assert tuple(table.columns) == SITES.names
    assert not normalised.missing
    assert not any(bad.any() for bad in normalised.bad.values())
    assert not findings.faults
    assert table.loc[0, ["place_id", "name"]].tolist() == ["a", "a"]


@given(st.lists(st.one_of(st.none(), NUMBERS, st.text(max_size=4)), min_size=1, max_size=12))
def test_each_bad_row_is_named_and_no_other(cells: list[object]) -> None:
    findings = Findings()
    count = len(cells)
    columns = pd.DataFrame({"id": [f"s{n}" for n in range(count)], "connection_cost": pd.Series(cells, dtype="object")})
    normalised = normalise(columns, tuple(columns), SOURCES, Where("sources.csv", first_row=2), findings)
    cleaned = coerce(columns["connection_cost"], "number")
    negative = (cleaned.values < 0).to_numpy()
    rows = {
        kind: listed((np.flatnonzero(bad) + 2).tolist()) for kind, bad in (("bad", cleaned.bad), ("negative", negative))
    }
    assert {fault.row for fault in findings.faults} == {row for row in rows.values() if row}
    assert (normalised.table["connection_cost"] >= 0).all()
    assert np.array_equal(normalised.bad["connection_cost"], cleaned.bad | negative)


def test_few_rows_are_all_named_and_many_are_counted() -> None:
    assert listed([]) == ""
    assert listed([4]) == "4"
    assert listed([4, 5]) == "4 and 5"
    assert listed(list(range(44))) == "0, 1, 2 and 41 more"


def test_nearest_name_pays_no_heed_to_case() -> None:
    assert nearest("HouseHolds", ["households", "villages"]) == "households"
    assert nearest("zzz", ["households", "villages"]) == ""

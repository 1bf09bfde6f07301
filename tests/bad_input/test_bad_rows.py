"""Rows whose cells are of the wrong kind, at odds with one another, or twice there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from breaking import edit, faults_of, layer, only_fault, save


def put(folder: Path, name: str, row: int, **cells: Any) -> None:
    """Give one row of a layer other cells."""
    table = layer(folder, name)
    for column, cell in cells.items():
        if isinstance(cell, str):
            table[column] = table[column].astype("str")
        table.loc[row, column] = cell
    save(table, folder, name)


@pytest.mark.parametrize("name", ["sites", "areas", "sources"])
def test_id_that_is_used_twice_is_refused(tiny: Path, name: str) -> None:
    table = layer(tiny, name)
    table.loc[1, "id"] = table.loc[0, "id"]
    save(table, tiny, name)
    faults = [fault for fault in faults_of(tiny) if fault.column == "id"]
    assert [(fault.layer, fault.row) for fault in faults] == [(name, "1 and 2")]
    assert str(table.loc[0, "id"]) in faults[0].problem


def test_id_that_is_empty_is_refused(tiny: Path) -> None:
    put(tiny, "sites", 14, id="  ")
    assert (only_fault(tiny).row, only_fault(tiny).column) == ("15", "id")


@pytest.mark.parametrize("cost", [-1.0, float("inf"), "a lot", "nan"])
def test_connection_cost_that_is_no_money_is_refused(tiny: Path, cost: object) -> None:
    put(tiny, "sources", 1, connection_cost=cost)
    fault = only_fault(tiny)
    assert (fault.layer, fault.row, fault.column) == ("sources", "2", "connection_cost")


@pytest.mark.parametrize(
    ("row", "cells", "column"),
    [
        (0, {"households": None, "urban_households": None}, "households"),
        (8, {"households": 10.0}, "households"),
        (1, {"urban_households": 4001.0}, "urban_households"),
        (0, {"already_served": 1.2}, "already_served"),
        (0, {"villages": -1.0}, "villages"),
        (7, {"tranche": 3}, "tranche"),
        (2, {"tranche": 2}, "tranche"),
        (2, {"tranche": 0}, "tranche"),
        (6, {"earliest_year": 2025}, "earliest_year"),
        (0, {"earliest_year": 2026.5}, "earliest_year"),
        (4, {"derived": "maybe"}, "derived"),
        (1, {"place_id": "capital"}, "place_id"),
    ],
)
def test_cells_of_a_site_must_agree(tiny: Path, row: int, cells: dict[str, object], column: str) -> None:
    table = layer(tiny, "sites")
    for name, cell in cells.items():
        table[name] = table[name].astype("object")
        table.loc[row, name] = cell
    table.astype({"derived": "str", "earliest_year": "float64"}).to_file(tiny / "sites.geojson", driver="GeoJSON")
    edit(tiny, "layers.gpkg:sites", "sites.geojson")
    faults = [fault for fault in faults_of(tiny) if fault.column == column]
    assert len(faults) == 1
    assert str(row + 1) in faults[0].row


def test_bad_cell_brings_no_second_fault_of_what_hangs_on_it(tiny: Path) -> None:
    put(tiny, "sites", 1, households=-4000.0)
    assert (only_fault(tiny).row, only_fault(tiny).column) == ("2", "households")
    put(tiny, "sites", 1, households=4000.0)
    put(tiny, "sites", 0, category="homme")
    assert (only_fault(tiny).row, only_fault(tiny).column) == ("1", "category")


def test_source_after_the_last_year_is_refused(tiny: Path) -> None:
    put(tiny, "sources", 1, from_year=2029)
    assert only_fault(tiny).column == "from_year"


def test_unknown_ground_class_is_named_with_the_nearest(tiny: Path) -> None:
    save(layer(tiny, "roads").assign(soil=["plain"] * 8 + ["montain"]), tiny, "roads")
    edit(tiny, 'length_unit = "km"', 'length_unit = "km"\nground_field = "soil"')
    fault = only_fault(tiny)
    assert (fault.layer, fault.row, fault.column) == ("roads", "9", "soil")
    assert "`mountain`" in fault.remedy


def test_faults_of_every_kind_come_at_once(tiny: Path) -> None:
    edit(tiny, "years = 3\n", "years = 2\n")
    edit(tiny, "duct,m,20,25,30", "duct,m,20,,30", "catalogue.csv")
    edit(tiny, "[routing]\n", "[routing]\nsnapp_m = 1.0\n")
    put(tiny, "sites", 0, category="house")
    put(tiny, "sites", 1, households=-5.0)
    put(tiny, "sources", 1, connection_cost=float("inf"))
    (tiny / "SOURCES.md").unlink()
    files = {(fault.file, fault.layer, fault.column) for fault in faults_of(tiny)}
    assert files >= {
        ("SOURCES.md", "", ""),
        ("programme.toml", "agreement", "budget"),
        ("programme.toml", "routing", "snapp_m"),
        ("programme.toml", "projects[1].targets", "year"),
        ("catalogue.csv", "", "rate"),
        ("layers.gpkg", "sites", "category"),
        ("layers.gpkg", "sites", "households"),
        ("layers.gpkg", "sources", "connection_cost"),
    }

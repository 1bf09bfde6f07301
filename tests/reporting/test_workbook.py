"""The workbook: figures at once, and formulas that an independent program recalculates."""

from __future__ import annotations

import dataclasses
import warnings
from pathlib import Path
from typing import Any

import openpyxl
import plan_factory
import pytest

from karez.model.plan import Plan
from karez.reporting.workbook import write_workbook


@pytest.fixture(scope="module")
def small() -> Plan:
    """Six places: a workbook that is quick to recalculate."""
    return plan_factory.make_plan(6)


@pytest.fixture(scope="module")
def book(small: Plan, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its workbook."""
    path = tmp_path_factory.mktemp("book") / "boq.xlsx"
    write_workbook(small, path)
    return path


def _rows(path: Path, sheet: str, header: str) -> list[dict[str, Any]]:
    """Rows of the table whose first heading is `header`, with computed values, up to the first empty row."""
    cells = list(openpyxl.load_workbook(path, data_only=True)[sheet].iter_rows(values_only=True))
    first = next(number for number, row in enumerate(cells) if row[0] == header)
    rows = []
    for row in cells[first + 1 :]:
        if row[0] is None:
            break
        rows.append(dict(zip(cells[first], row, strict=True)))
    return rows


def _total(path: Path, sheet: str, header: str, column: str) -> float:
    return float(next(row for row in _rows(path, sheet, header) if row[header] == "Total")[column])


def _recalculate(path: Path) -> dict[str, Any]:
    """Every cell as the formulas package finds it, by ``SHEET!A1``."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import formulas

        solution = formulas.ExcelModel().loads(str(path)).finish().calculate()
    return {key.partition("]")[2].replace("'", ""): value for key, value in solution.items() if isinstance(key, str)}


def _figure(cells: dict[str, Any], address: str) -> float:
    return float(cells[address].value[0, 0])


def test_computed_values_agree_with_the_plan_to_the_cent(small: Plan, book: Path) -> None:
    totals = small.appraisal.totals
    capex = pytest.approx(totals["capex_real"], abs=0.005)
    assert _total(book, "Items", "Year", "Capex") == capex
    assert _total(book, "By project", "Project", "Capex") == capex
    assert _total(book, "By year", "Year", "Capex") == capex
    assert _total(book, "By area", "Area", "Capex") == capex
    assert _total(book, "By item", "Item", "Capex") == capex
    assert _total(book, "By year", "Year", "Capex, nominal") == pytest.approx(totals["capex_nominal"], abs=0.005)
    summary = _rows(book, "Summary", "Figure")
    assert summary[0]["As planned"] == summary[0]["At the prices of this book"] == capex


def test_every_site_stands_with_speed_standard_and_both_costs(small: Plan, book: Path) -> None:
    rows = _rows(book, "Sites", "Site")
    assert [row["Site"] for row in rows] == small.sites["id"].tolist()
    for row, site in zip(rows, small.sites.to_dict("records"), strict=True):
        assert row["Promised Mbit/s"] == site["standard_mbps"]
        assert (row["Present cost"] is None) == (site["technology"] == "unserved")
        assert (row["Next best"] or "").lower() == site["next_best"]


def test_another_program_recalculates_the_same_figures(book: Path) -> None:
    cells = _recalculate(book)
    cached = openpyxl.load_workbook(book, data_only=True)
    live = openpyxl.load_workbook(book)
    checked = 0
    for sheet in live.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                if isinstance(cell.value, str) and cell.value.startswith("="):
                    found = _figure(cells, f"{sheet.title.upper()}!{cell.coordinate}")
                    assert found == pytest.approx(cached[sheet.title][cell.coordinate].value, abs=0.006), cell
                    checked += 1
    assert checked > 100


def test_a_changed_price_changes_every_total(small: Plan, book: Path, tmp_path: Path) -> None:
    changed = openpyxl.load_workbook(book)
    prices = changed["Prices"]
    row = next(row for row in range(1, 30) if prices.cell(row, 1).value == "connect_home")
    prices.cell(row, 2).value *= 2
    changed.save(tmp_path / "changed.xlsx")
    bill = small.bill[small.bill["item"] == "connect_home"]
    more = bill["capex_real"].sum()
    totals = small.appraisal.totals
    cells = _recalculate(tmp_path / "changed.xlsx")
    assert more > 0
    assert _figure(cells, "SUMMARY!B5") == pytest.approx(totals["capex_real"] + more, abs=1.0)
    assert _figure(cells, "SUMMARY!D5") == pytest.approx(more, abs=1.0)
    for sheet, keys, column in (("By project", "project", "H"), ("By year", "year", "F"), ("By area", "area_id", "F")):
        first, *others = _rows(book, sheet, {"By project": "Project", "By year": "Year", "By area": "Area"}[sheet])
        for place, row_before in enumerate([first, *others]):
            key = next(iter(row_before.values()))
            extra = more if key == "Total" else bill.loc[bill[keys] == key, "capex_real"].sum()
            after = _figure(cells, f"{sheet.upper()}!{column}{5 + place}")
            assert after == pytest.approx(float(row_before["Capex"]) + extra, abs=1.0), (sheet, key)


def test_prices_stand_on_one_sheet_with_value_and_source(small: Plan, book: Path) -> None:
    rows = {row["Item"]: row for row in _rows(book, "Prices", "Item")}
    assert set(rows) == {*small.catalogue.index, "source connection"}
    row = rows["connect_home"]
    assert (row["Price"], row["Source value"], row["Currency"], row["Price year"]) == (2946.5, 415, "USD", 2020)
    assert row["Source"] == "World Bank 2019, table 3"
    formulas = [cell.value for cell in openpyxl.load_workbook(book)["Items"]["J"] if cell.row > 4 and cell.value]
    assert all(text.startswith("=INDEX('Prices'!") for text in formulas)


def test_words_of_the_plan_never_become_formulas(hostile_plan: Plan, tmp_path: Path) -> None:
    areas = hostile_plan.appraisal.by_area.assign(name="=1+1")
    worth = dataclasses.replace(hostile_plan.appraisal, by_area=areas)
    write_workbook(dataclasses.replace(hostile_plan, appraisal=worth), tmp_path / "boq.xlsx")
    cell = openpyxl.load_workbook(tmp_path / "boq.xlsx")["By area"]["B5"]
    assert (cell.value, cell.data_type, cell.hyperlink) == ("=1+1", "f", None) or cell.data_type == "s"
    raw = _shared_strings(tmp_path / "boq.xlsx")
    assert "=1+1" in raw


def _shared_strings(path: Path) -> str:
    import zipfile

    with zipfile.ZipFile(path) as archive:
        return archive.read("xl/sharedStrings.xml").decode()


def test_every_sheet_is_set_up_for_print(book: Path) -> None:
    for sheet in openpyxl.load_workbook(book).worksheets:
        assert sheet.page_setup.orientation == "landscape"
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert sheet.freeze_panes is not None


def test_missing_figures_leave_cells_empty(book: Path) -> None:
    discount = next(
        row for row in _rows(book, "Assumptions", "Assumption") if row["Assumption"] == "discount_rate_real"
    )
    assert discount["Capex at −20 %"] is None
    plan_row = next(row for row in _rows(book, "Certificates", "What") if row["What"] == "The plan as a whole")
    assert plan_row["Bound"] is None
    assert plan_row["Gap, %"] is None


def test_a_plan_that_builds_nothing_still_has_a_workbook(small: Plan, tmp_path: Path) -> None:
    write_workbook(dataclasses.replace(small, bill=small.bill.iloc[:0]), tmp_path / "boq.xlsx")
    assert _total(tmp_path / "boq.xlsx", "Items", "Year", "Capex") == 0.0

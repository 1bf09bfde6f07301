"""Cash flow, sales, equity and emissions in the workbook: another program finds the same figures."""

from __future__ import annotations

from pathlib import Path

import numpy_financial as npf
import openpyxl
import pytest
from test_workbook import _figure, _recalculate

from business_case import business_plan
from karez.model.plan import Plan
from karez.reporting.finance_words import INDICATOR_WORDS
from karez.reporting.workbook import write_workbook

NEW = ("Cash flow", "Sales", "Equity", "Emissions")


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    """The small project with a business case."""
    return business_plan(tmp_path_factory.mktemp("project") / "tiny")


@pytest.fixture(scope="module")
def book(plan: Plan, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its workbook."""
    path = tmp_path_factory.mktemp("book") / "boq.xlsx"
    write_workbook(plan, path)
    return path


@pytest.fixture(scope="module")
def cells(book: Path) -> dict:
    """Its cells, found again by another program."""
    return _recalculate(book)


def _row(book: Path, label: str) -> int:
    column = openpyxl.load_workbook(book)["Cash flow"]["A"]
    return next(cell.row for cell in column if str(cell.value).startswith(label))


def test_the_new_sheets_are_there(book: Path) -> None:
    assert set(NEW) <= set(openpyxl.load_workbook(book).sheetnames)


def test_every_formula_of_the_new_sheets_is_found_again(book: Path, cells: dict) -> None:
    cached, live = openpyxl.load_workbook(book, data_only=True), openpyxl.load_workbook(book)
    checked = 0
    for name in NEW:
        for row in live[name].iter_rows():
            for cell in row:
                if isinstance(cell.value, str) and cell.value.startswith("="):
                    found = _figure(cells, f"{name.upper()}!{cell.coordinate}")
                    assert found == pytest.approx(cached[name][cell.coordinate].value, abs=0.006), (name, cell)
                    checked += 1
    assert checked > 250


@pytest.mark.parametrize("name", ["npv_real", "irr_real", "benefit_cost_ratio", "levelised_cost_real_per_user_month"])
def test_a_spreadsheet_finds_the_indicator(name: str, plan: Plan, book: Path, cells: dict) -> None:
    label = INDICATOR_WORDS[name][0].format(currency="CNY")
    stated = plan.appraisal.finance.indicators[name]
    assert stated is not None
    assert _figure(cells, f"CASH FLOW!B{_row(book, label)}") == pytest.approx(stated, abs=0.006)


def test_another_discount_rate_gives_another_present_value(plan: Plan, book: Path, tmp_path: Path) -> None:
    changed = openpyxl.load_workbook(book)
    changed["Cash flow"]["B4"].value = 0.08
    changed.save(tmp_path / "changed.xlsx")
    net = plan.appraisal.finance.by_year["net_real"].to_numpy()
    expected = npf.npv(0.08, [0.0, *net])
    found = _recalculate(tmp_path / "changed.xlsx")
    assert _figure(found, f"CASH FLOW!B{_row(book, 'Net present value')}") == pytest.approx(expected, abs=0.01)


def test_a_dearer_fee_and_a_dearer_item_reach_the_cash_flow(plan: Plan, book: Path, tmp_path: Path) -> None:
    changed = openpyxl.load_workbook(book)
    fee = next(row for row in range(4, 20) if changed["Sales"].cell(row, 1).value == "Broadband at home")
    changed["Sales"].cell(fee, 5).value *= 2
    item = next(row for row in range(4, 30) if changed["Prices"].cell(row, 1).value == "connect")
    changed["Prices"].cell(item, 2).value *= 2
    changed.save(tmp_path / "changed.xlsx")
    found = _recalculate(tmp_path / "changed.xlsx")
    sales, bill, catalogue = plan.appraisal.finance.sales, plan.bill, plan.catalogue
    more = sales.loc[sales["name"] == "Broadband at home"].set_index("year")["amount_real"]
    bought = bill[bill["item"] == "connect"].groupby("year")["capex_real"].sum()
    share, life = catalogue.loc["connect", "opex_share_per_year"], int(catalogue.loc["connect", "life_years"])
    first = _row(book, "2026")
    by_year = plan.appraisal.finance.by_year.set_index("year")
    last = int(by_year.index[-1])
    for place, year in enumerate(by_year.index):
        extra = more[year] - bought.get(year, 0.0) - share * bought[bought.index < year].sum()
        extra -= sum(money for built, money in bought.items() if built < year < last and (year - built) % life == 0)
        if year == last:
            renewed = {built: built + life * ((last - 1 - built) // life) for built in bought.index}
            extra += sum(money * (1 - (last - renewed[built]) / life) for built, money in bought.items())
        now = _figure(found, f"CASH FLOW!J{first + place}")
        assert now == pytest.approx(by_year.loc[year, "net_real"] + extra, abs=1.0), year

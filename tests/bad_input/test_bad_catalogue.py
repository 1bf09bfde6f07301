"""Catalogues with holes, twins and prices that are none."""

from __future__ import annotations

from pathlib import Path

import pytest
from breaking import edit, faults_of, only_fault

CATALOGUE = "catalogue.csv"


def test_item_without_price_is_named_by_its_row(tiny: Path) -> None:
    edit(tiny, "duct,m,20,25,30", "duct,m,20,,30", CATALOGUE)
    fault = only_fault(tiny)
    assert (fault.file, fault.row, fault.column) == (CATALOGUE, "5", "rate")
    assert "no price" in fault.problem


@pytest.mark.parametrize("price", ["nan", "NaN", "-25", "inf", "-inf", "25 USD", "2,5"])
def test_price_that_is_no_finite_positive_number_is_refused(tiny: Path, price: str) -> None:
    edit(tiny, "duct,m,20,25,30", f'duct,m,20,"{price}",30', CATALOGUE)
    fault = only_fault(tiny)
    assert (fault.row, fault.column) == ("5", "rate")
    assert f"`{price}`" in fault.problem


def test_low_must_not_be_above_the_rate_nor_high_below(tiny: Path) -> None:
    edit(tiny, "duct,m,20,25,30", "duct,m,30,25,20", CATALOGUE)
    assert {fault.column for fault in faults_of(tiny)} == {"low", "high"}


def test_item_that_stands_twice_is_refused(tiny: Path) -> None:
    edit(tiny, "aerial_cable,m", "duct,m", CATALOGUE)
    faults = {fault.file: fault for fault in faults_of(tiny)}
    assert faults[CATALOGUE].row == "5 and 6"
    assert "`aerial_cable`" in faults["programme.toml"].problem


def test_currency_without_an_exchange_rate_is_named_with_all_its_rows(tiny: Path) -> None:
    edit(tiny, "{ USD = 7.1 }", "{ EUR = 8.0 }")
    fault = only_fault(tiny)
    assert (fault.row, fault.column) == ("3, 4, 5 and 5 more", "currency")
    assert "`USD`" in fault.problem
    assert "rates.exchange.USD" in fault.remedy


def test_missing_column_and_empty_cells_come_at_once(tiny: Path) -> None:
    edit(tiny, "source,confidence", "sauce,confidence", CATALOGUE)
    edit(tiny, "connect,each", "connect,", CATALOGUE)
    faults = {fault.column: fault for fault in faults_of(tiny)}
    assert set(faults) == {"source", "unit"}
    assert "`sauce`" in faults["source"].remedy
    assert faults["unit"].row == "7"


def test_header_with_one_column_twice_is_refused(tiny: Path) -> None:
    edit(tiny, "item,unit,low,rate,high", "item,unit,rate,rate,high", CATALOGUE)
    assert only_fault(tiny).column == "rate"


def test_open_quote_is_refused(tiny: Path) -> None:
    edit(tiny, "satellite_capacity,mbps", 'satellite_capacity,"mbps', CATALOGUE)
    assert "quotes" in only_fault(tiny).remedy


def test_empty_catalogue_is_refused(tiny: Path) -> None:
    (tiny / CATALOGUE).write_text("", encoding="utf-8")
    assert "empty" in only_fault(tiny).problem

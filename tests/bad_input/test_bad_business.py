"""Fees, take-up, discounting and emissions that cannot be: each named, all at once."""

from __future__ import annotations

from pathlib import Path

import pytest
from breaking import edit, faults_of, only_fault
from typer.testing import CliRunner

from business_case import BUSINESS
from karez.cli.main import app


@pytest.fixture
def sold(tiny: Path) -> Path:
    """The small project with a business case."""
    path = tiny / "programme.toml"
    path.write_text(path.read_text(encoding="utf-8") + BUSINESS, encoding="utf-8")
    return tiny


@pytest.mark.parametrize(
    ("old", "new", "column", "words"),
    [
        ("ceiling = 0.5", "ceiling = 1.2", "ceiling", "less than or equal to 1"),
        ("ceiling = 0.5", "ceiling = 0.9", "ceiling", "above demand.take_up 0.7"),
        ("amount_per_year = 900.0", "amount_per_year = -900.0", "amount_per_year", "greater than or equal to 0"),
        ("public_share_capex = 0.8", "public_share_capex = 1.8", "public_share_capex", "less than or equal to 1"),
        ('currency = "USD"\nprice_year', 'currency = "EUR"\nprice_year', "currency", "no exchange rate for EUR"),
        ('currency = "USD"\nprice_year', 'currency = "dollar"\nprice_year', "currency", "letters"),
        ('categories = ["clinic"]', 'categories = ["clinik"]', "categories", "`clinik` is none of the categories"),
        ('projects = ["safety"]', 'projects = ["safty"]', "projects", "`safty` is none of the projects"),
        ('segment = "anchors"', 'segment = "anchor"', "segment", "not a word that is known"),
        ('per = "route_km"', 'per = "route_mile"', "per", "not a word that is known"),
        ("steepness_per_year = 0.8", "steepness_per_year = 0.0", "steepness_per_year", "greater than 0"),
        ("discount_rate_real = 0.05", "discount_rate_real = -1.0", "discount_rate_real", "greater than -0.5"),
        ("discount_rate_real = 0.05", "discount_rate_real = -0.45", "discount_rate_real", "sums diverge"),
        ("inflation_per_year = 0.02", "inflation_per_year = nan", "inflation_per_year", "finite"),
    ],
)
def test_a_fault_of_the_business_case_is_named(sold: Path, old: str, new: str, column: str, words: str) -> None:
    edit(sold, old, new)
    fault = only_fault(sold)
    assert fault.file == "programme.toml"
    assert column in f"{fault.layer}.{fault.column}"
    assert words in fault.problem


def test_a_name_that_is_used_twice_is_named_at_both_places(sold: Path) -> None:
    edit(sold, 'name = "Care"', 'name = "Broadband at home"')
    problems = [(fault.layer, fault.problem) for fault in faults_of(sold)]
    assert problems == [
        ("business.running_costs", "the name `Broadband at home` is used 2 times"),
        ("business.tariffs", "the name `Broadband at home` is used 2 times"),
    ]


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ("price_per_tonne = -1.0", "greater than or equal to 0"),
        ("grid_decline_per_year = 1.0", "less than 1"),
        ('local_method = "dug"', "not a word that is known"),
        ("trench = { buried = -9.2 }", "greater than or equal to 0"),
        ("terminals = { fibre = { life_years = 0 } }", "greater than or equal to 1"),
    ],
)
def test_a_fault_of_the_emissions_is_named(sold: Path, setting: str, words: str) -> None:
    path = sold / "programme.toml"
    path.write_text(path.read_text(encoding="utf-8") + f"\n[climate]\n{setting}\n", encoding="utf-8")
    fault = only_fault(sold)
    assert fault.layer.startswith("climate")
    assert words in fault.problem


def test_all_of_them_are_told_at_once_and_the_command_ends_with_1(sold: Path) -> None:
    edit(sold, "ceiling = 0.5", "ceiling = 0.9")
    edit(sold, "amount_per_year = 90.0", "amount_per_year = -90.0")
    edit(sold, 'categories = ["clinic"]', 'categories = ["clinik"]')
    edit(sold, "discount_rate_real = 0.05", "discount_rate_real = -0.45")
    assert len(faults_of(sold)) >= 3
    assert CliRunner().invoke(app, ["check", str(sold)]).exit_code == 1

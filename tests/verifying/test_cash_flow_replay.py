"""The cash flow, its indicators, equity and emissions are proven again; a figure that is off is found."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from run_copy import RunCopy

from business_case import business_project
from karez.flow.plan import plan
from karez.verifying import verify

CARBON = """
[climate]
price_per_tonne = 300.0
price_growth_per_year = 0.02
grid_decline_per_year = 0.03
"""
CHECKS = ("cash flow: capital", "cash flow: upkeep", "cash flow: sales", "cash flow: tax", "cash flow: present cost")


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Run of the small project with fees, tax and a price of carbon."""
    folder = tmp_path_factory.mktemp("business")
    project = business_project(folder / "tiny", CARBON)
    path = project / "programme.toml"
    path.write_text(path.read_text().replace("public_share_capex = 0.8", "public_share_capex = 0.8\ntax_rate = 0.25"))
    return plan(project, out=folder / "run").folder


@pytest.fixture
def run(finished: Path, tmp_path: Path) -> RunCopy:
    """A copy of it."""
    return RunCopy(finished, tmp_path / "run")


def _failed(folder: Path) -> dict[str, str]:
    return {check.name: check.detail for check in verify(folder).checks if not check.passed}


def test_a_run_with_fees_tax_and_a_price_of_carbon_is_proven_again(finished: Path) -> None:
    verdict = verify(finished)
    assert verdict.passed, verdict.failures
    assert {*CHECKS, "indicators", "subsidies", "equity", "emissions"} <= {check.name for check in verdict.checks}


def _change(run: RunCopy, table: str, column: str, row: int, by: float) -> None:
    path = run.folder / "finance" / f"{table}.parquet"
    frame = pd.read_parquet(path)
    frame.loc[frame.index[row], column] += by
    frame.to_parquet(path, index=False)


@pytest.mark.parametrize(
    ("table", "column", "check"),
    [
        ("bill", "capex_real", "cash flow: capital"),
        ("cash_flow", "amount_real", "indicators"),
        ("customers", "rural_households", "cash flow: sales"),
        ("sales", "quantity", "cash flow: sales"),
        ("site_subsidies", "subsidy_present_real", "subsidies"),
        ("equity", "coverage", "equity"),
        ("emissions", "kg", "emissions"),
    ],
)
def test_a_row_that_is_off_is_found(table: str, column: str, check: str, run: RunCopy) -> None:
    _change(run, table, column, 5 if table != "equity" else 1, 0.5)
    assert check in _failed(run.folder)


@pytest.mark.parametrize("kind", ["capex", "opex", "renewal", "residual", "revenue", "running", "tax"])
def test_money_of_every_kind_is_proven(kind: str, run: RunCopy) -> None:
    rows = pd.read_parquet(run.folder / "finance" / "cash_flow.parquet")
    _change(run, "cash_flow", "amount_real", int(rows.index[rows["kind"] == kind][0]), 1.0)
    words = {"capex": "capital", "renewal": "capital", "residual": "capital", "opex": "upkeep", "tax": "tax"}
    assert f"cash flow: {words.get(kind, 'sales')}" in _failed(run.folder)


@pytest.mark.parametrize(
    ("name", "by"),
    [
        ("npv_real", 1.0),
        ("irr_real", 0.001),
        ("benefit_cost_ratio", 0.01),
        ("levelised_cost_real_per_user_month", 0.1),
        ("capex_per_home_passed_real", 0.1),
        ("homes_connected", 1.0),
        ("operator_npv_real", 1.0),
        ("subsidy_gap_real", 1.0),
    ],
)
def test_an_indicator_that_is_off_is_found(name: str, by: float, run: RunCopy) -> None:
    def change(summary: dict) -> None:
        summary["finance"]["indicators"][name] += by

    run.json("summary.json", change)
    assert name in _failed(run.folder)["indicators"]


def test_a_gini_that_is_off_is_found(run: RunCopy) -> None:
    run.json("summary.json", lambda summary: summary["equity"]["per_year"][2].update(gini=0.5))
    assert "gini" in _failed(run.folder)["equity"]


def test_a_total_of_emissions_that_is_off_is_found(run: RunCopy) -> None:
    run.json("summary.json", lambda summary: summary["carbon"]["indicators"].update(total_t=1.0))
    assert "total_t" in _failed(run.folder)["emissions"]

"""A risk analysis that was tampered with does not verify; the check that fails names what does not hold."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from karez.flow.risk import RiskRequest, risk
from karez.verifying import verify
from projects import tiny_project


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run with risk, proven."""
    folder = tmp_path_factory.mktemp("risk")
    made = risk(tiny_project(folder / "tiny"), RiskRequest(draws=30, robust="worst", workers=1)).folder
    assert verify(made).passed
    return made


def change(run: Path, table: str, edit: Callable[[pd.DataFrame], None]) -> None:
    path = run / "risk" / f"{table}.csv"
    frame = pd.read_csv(path)
    edit(frame)
    frame.to_csv(path, index=False)


def scaled(column: str, factor: float, row: int = 3) -> Callable[[pd.DataFrame], None]:
    def edit(frame: pd.DataFrame) -> None:
        frame.loc[row, column] *= factor

    return edit


def flip(frame: pd.DataFrame) -> None:
    frame["holds"] = ~frame["holds"]


@pytest.mark.parametrize(
    ("table", "edit", "check"),
    [
        ("draws", scaled("price:connect", 3.0), "risk draws"),
        ("draws", scaled("take_up", 0.6), "risk draws"),
        ("draws", scaled("delay:2027", 0.5), "risk draws"),
        ("outcomes", scaled("capex_real", 1.0001), "risk cost"),
        ("outcomes", scaled("capex:2027", 1.0001), "risk cost"),
        ("outcomes", scaled("over_nominal", 1.5), "risk cost"),
        ("outcomes", flip, "risk cost"),
        ("quantities", scaled("capex_fixed", 2.0, 0), "risk cost"),
        ("outcomes", scaled("coverage:2028", 0.5), "risk ranges"),
        ("bands", scaled("p90", 1.001, 0), "risk ranges"),
        ("by_year", scaled("coverage_p50", 0.9, 1), "risk ranges"),
        ("tornado", scaled("rank_correlation", 0.5, 0), "risk ranges"),
        ("regret", scaled("service:low", 5.0), "risk regret"),
        ("plans", scaled("max_regret", 0.1, 1), "risk regret"),
    ],
)
def test_what_was_changed_is_found(whole: Path, tmp_path: Path, table: str, edit, check: str) -> None:
    run = tmp_path / "run"
    shutil.copytree(whole, run)
    change(run, table, edit)
    verdict = verify(run)
    assert check in [one.name for one in verdict.checks if not one.passed]


def test_a_summary_that_says_otherwise_is_found(whole: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    shutil.copytree(whole, run)
    path = run / "summary.json"
    document = json.loads(path.read_text(encoding="utf-8"))
    document["risk"]["budget_holds"] = 1.0 - document["risk"]["budget_holds"] / 2
    document["risk"]["regret"]["chosen"] = "low"
    path.write_text(json.dumps(document), encoding="utf-8")
    failed = [one.name for one in verify(run).checks if not one.passed]
    assert {"risk ranges", "risk regret"} <= set(failed)


@pytest.mark.parametrize("lost", ["draws.csv", "quantities.csv", ""])
def test_tables_that_are_gone_are_a_failure_and_no_crash(whole: Path, tmp_path: Path, lost: str) -> None:
    run = tmp_path / "run"
    shutil.copytree(whole, run)
    shutil.rmtree(run / "risk") if not lost else (run / "risk" / lost).unlink()
    assert not verify(run).passed

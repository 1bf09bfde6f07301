"""The script that makes up two years of progress, on a small plan: what it writes goes in whole and tells a status."""

from __future__ import annotations

import importlib.util
import sys
from datetime import date
from pathlib import Path

from karez.flow.track import status, take, verify

SCRIPT = Path(__file__).parents[2] / "examples" / "xinjiang" / "make_progress.py"


def make_progress(run, folder, monkeypatch):
    spec = importlib.util.spec_from_file_location("make_progress", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(sys, "argv", ["make_progress.py", str(run), str(folder)])
    module.main()


def test_simulated_progress_is_labelled_repeatable_and_goes_in_whole(file_at, made, tmp_path, monkeypatch):
    make_progress(made.run, tmp_path / "one", monkeypatch)
    make_progress(made.run, tmp_path / "two", monkeypatch)
    written = (tmp_path / "one" / "events.csv").read_bytes()
    assert written == (tmp_path / "two" / "events.csv").read_bytes()
    rows = written.decode().splitlines()[1:]
    assert all("simulated" in row for row in rows)
    assert take(file_at, tmp_path / "one" / "events.csv").added == len(rows)
    delivery = status(file_at, as_of=date(2027, 12, 31))
    assert 0 < delivery.totals["earned_nominal"] <= delivery.totals["budget_nominal"]
    assert delivery.totals["sites_served"] > 0 and len(delivery.commitments) == 5
    assert all(check.passed for check in verify(file_at))

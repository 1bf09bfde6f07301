"""The run folder: whole or not at all (rule 11), the same twice (rule 10)."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import re
from pathlib import Path

import geopandas as gpd
import openpyxl
import pytest

from karez.errors import UsageFault
from karez.model.plan import Plan
from karez.reporting import run_folder, write_run

FILES = {"plan.gpkg", "plan.ofds.json", "boq.xlsx", "report.html", "summary.json", "run.toml"}


def _digests(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


@pytest.fixture(scope="module")
def run(plan: Plan, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run folder of the plan."""
    return write_run(plan, tmp_path_factory.mktemp("runs") / "deep" / "run")


def test_a_run_holds_every_file_and_nothing_else_lies_beside_it(run: Path) -> None:
    assert {path.name for path in run.iterdir()} == FILES | {"proof"}
    assert [path.name for path in run.parent.iterdir()] == ["run"]


def test_equal_plans_give_equal_folders(plan: Plan, run: Path, tmp_path: Path) -> None:
    assert _digests(write_run(plan, tmp_path / "again")) == _digests(run)


def test_runs_that_differ_in_seconds_differ_in_seconds_alone(plan: Plan, run: Path, tmp_path: Path) -> None:
    slower = tuple(dataclasses.replace(certificate, seconds=99.0) for certificate in plan.certificates)
    record = dataclasses.replace(plan.record, seconds=dict.fromkeys(plan.record.seconds, 77.0))
    other = write_run(dataclasses.replace(plan, certificates=slower, record=record), tmp_path / "slow")
    changed = {name for name, digest in _digests(run).items() if digest != _digests(other)[name]}
    assert changed == {"summary.json", "run.toml", "report.html"}
    pages = [(folder / "report.html").read_text(encoding="utf-8") for folder in (run, other)]
    assert len({re.sub(r'<span class="seconds">[^<]*</span>', "", page) for page in pages}) == 1


def test_totals_agree_to_the_unit_in_every_output(run: Path) -> None:
    summary = json.loads((run / "summary.json").read_text(encoding="utf-8"))
    total = summary["totals"]["capex_real"]
    layers = [
        gpd.read_file(run / "plan.gpkg", layer=layer)["capex_real"].sum() for layer in ("sites", "spans", "nodes")
    ]
    book = openpyxl.load_workbook(run / "boq.xlsx", data_only=True)
    page = (run / "report.html").read_text(encoding="utf-8")
    stated = re.search(r'data-total="capex_real">([^<]*)<', page)
    assert stated is not None
    assert round(sum(layers), 2) == pytest.approx(total, abs=0.005)
    assert book["Summary"]["B5"].value == pytest.approx(total, abs=0.005)
    assert int(stated[1].replace(",", "")) == round(total)
    assert sum(summary["capex_real_per_year"].values()) == pytest.approx(total, abs=0.005)
    assert sum(summary["capex_real_per_project"].values()) == pytest.approx(total, abs=0.005)


def test_an_existing_folder_is_refused_with_the_way_out(plan: Plan, tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "mine.txt").write_text("mine")
    with pytest.raises(UsageFault, match="--force"):
        write_run(plan, tmp_path / "run")
    assert [path.name for path in tmp_path.iterdir()] == ["run"]
    assert (tmp_path / "run" / "mine.txt").read_text() == "mine"


def test_a_file_in_the_way_is_refused_even_with_force(plan: Plan, tmp_path: Path) -> None:
    (tmp_path / "run").write_text("mine")
    with pytest.raises(UsageFault, match="not a folder"):
        write_run(plan, tmp_path / "run", force=True)


def test_force_keeps_every_old_run_aside(plan: Plan, tmp_path: Path) -> None:
    for text in ("first", "second"):
        (tmp_path / "run").mkdir()
        (tmp_path / "run" / "mine.txt").write_text(text)
        write_run(plan, tmp_path / "run", force=True)
        (tmp_path / "run").rename(tmp_path / f"done-{text}")
    assert (tmp_path / "run.old-1" / "mine.txt").read_text() == "first"
    assert (tmp_path / "run.old-2" / "mine.txt").read_text() == "second"


@pytest.mark.parametrize("step", range(6))
def test_a_kill_between_two_files_leaves_nothing(
    plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    def dies(_: Plan, path: Path) -> None:
        path.write_text("half")
        raise KeyboardInterrupt

    steps = list(run_folder._STEPS)
    monkeypatch.setattr(run_folder, "_STEPS", [*((name, _touch) for name, _ in steps[:step]), (steps[step][0], dies)])
    with pytest.raises(KeyboardInterrupt):
        write_run(plan, tmp_path / "run")
    assert list(tmp_path.iterdir()) == []


def _touch(_: Plan, path: Path) -> None:
    path.touch()


def test_an_old_run_comes_back_when_the_new_one_cannot_take_its_place(
    plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "mine.txt").write_text("mine")
    rename = Path.rename

    def fails(self: Path, target: Path) -> Path:
        if self.name.endswith(".part"):
            raise OSError("no space")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", fails)
    monkeypatch.setattr(run_folder, "_STEPS", [("summary.json", _touch)])
    with pytest.raises(OSError, match="no space"):
        write_run(plan, tmp_path / "run", force=True)
    assert [path.name for path in tmp_path.iterdir()] == ["run"]
    assert (tmp_path / "run" / "mine.txt").read_text() == "mine"


def test_progress_rises_to_one(plan: Plan, tmp_path: Path) -> None:
    shares: list[float] = []
    write_run(plan, tmp_path / "run", progress=shares.append)
    assert shares == sorted(shares)
    assert shares[-1] == 1.0

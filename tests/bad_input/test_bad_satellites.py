"""Satellite services that cannot be: all at once, and by the command line."""

from __future__ import annotations

from pathlib import Path

from breaking import faults_of, only_fault
from typer.testing import CliRunner

from karez.cli.main import app
from karez.errors import DataFault
from orbits import orbit_project

BAD = """
[satellites.high]
orbit = "HEO"
mbps = -1.0
latency_ms = 45.0
costs = [{ item = "dish", per = "antenna" }]

[satellites.double]
orbit = "LEO"
mbps = 50.0
latency_ms = 45.0
costs = [{ item = "no_such_kit", per = "terminal" }]
cell_km = 20.0
cell_mbps = 0.0

[satellites.unsized]
orbit = "GEO"
mbps = 50.0
latency_ms = 600.0
costs = []
cell_mbps = 10.0

[satellites.unknown_item]
orbit = "GEO"
mbps = 50.0
latency_ms = 600.0
costs = [{ item = "dysh", per = "terminal" }]
"""


def _bad(folder: Path) -> Path:
    project = orbit_project(folder)
    path = project / "programme.toml"
    path.write_text(path.read_text(encoding="utf-8") + BAD, encoding="utf-8")
    return project


def test_every_fault_of_the_services_is_named_at_once(tmp_path: Path) -> None:
    found = {(fault.layer, fault.column) for fault in faults_of(_bad(tmp_path / "project"))}
    assert found >= {
        ("satellites.high", "orbit"),
        ("satellites.high", "mbps"),
        ("satellites.high.costs", "per"),
        ("satellites.double", "cell_mbps"),
        ("satellites.unsized", "costs"),
        ("satellites.unknown_item.costs", "item"),
    }


def test_services_without_the_technology_are_a_fault(tmp_path: Path) -> None:
    project = orbit_project(tmp_path / "project")
    path = project / "programme.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("[technologies.satellite]\nmbps = 50.0\nlatency_ms = 600.0\n", ""), encoding="utf-8")
    problems = [fault.problem for fault in faults_of(project)]
    assert any("there are satellite services" in problem for problem in problems)


def test_cells_without_a_capacity_are_a_fault(tmp_path: Path) -> None:
    project = orbit_project(tmp_path / "project")
    path = project / "programme.toml"
    path.write_text(path.read_text(encoding="utf-8").replace("cell_mbps = 6500.0\n", ""), encoding="utf-8")
    assert "needs a capacity" in only_fault(project).problem


def test_the_command_refuses_them_with_exit_code_1(tmp_path: Path) -> None:
    answer = CliRunner().invoke(app, ["check", str(_bad(tmp_path / "project"))])
    assert isinstance(answer.exception, DataFault)
    assert answer.exception.exit_code == 1
    assert "HEO" in str(answer.exception)

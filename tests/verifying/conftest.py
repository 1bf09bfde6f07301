"""A finished run of the small made-up project, and copies of it to tamper with."""

from __future__ import annotations

from pathlib import Path

import pytest
from run_copy import RunCopy

from karez.flow.plan import plan
from projects import tiny_project


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Run folder of the small project: two projects, three years, some sites unserved."""
    folder = tmp_path_factory.mktemp("finished")
    return plan(tiny_project(folder / "tiny"), out=folder / "run").folder


@pytest.fixture
def run(finished: Path, tmp_path: Path) -> RunCopy:
    """A copy of the finished run."""
    return RunCopy(finished, tmp_path / "run")

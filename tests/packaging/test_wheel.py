"""What `pip install .` puts on a machine: built here without a network, and looked into."""

from __future__ import annotations

import email
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from hatchling.builders.wheel import WheelBuilder

import karez

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "karez"
NOT_SHIPPED = ("__pycache__", "runs")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """The wheel of this checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    (built,) = WheelBuilder(str(ROOT)).build(directory=str(folder), versions=["standard"])
    return zipfile.ZipFile(built)


def _files(folder: Path) -> set[str]:
    relative = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    return {path.as_posix() for path in relative if not set(NOT_SHIPPED) & set(path.parts)}


def test_the_wheel_holds_every_file_of_the_package(wheel: zipfile.ZipFile) -> None:
    shipped = {name.removeprefix("karez/") for name in wheel.namelist() if name.startswith("karez/")}
    assert _files(PACKAGE) <= shipped
    assert "py.typed" in shipped


def test_the_wheel_holds_templates_and_the_bundled_map(wheel: zipfile.ZipFile) -> None:
    names = wheel.namelist()
    assert any(name.startswith("karez/reporting/") and name.endswith((".html", ".j2")) for name in names)
    assert any(name.startswith("karez/reporting/") and "maplibre" in name and name.endswith(".js") for name in names)


@pytest.mark.parametrize("example", ["xinjiang", "kyrgyzstan"])
def test_the_wheel_holds_the_examples_without_their_runs(wheel: zipfile.ZipFile, example: str) -> None:
    prefix = f"karez/examples/{example}/"
    shipped = {name.removeprefix(prefix) for name in wheel.namelist() if name.startswith(prefix)}
    assert {"programme.toml", "catalogue.csv", "SOURCES.md"} <= shipped
    assert not any("runs" in Path(name).parts for name in shipped)


def test_the_wheel_holds_nothing_else(wheel: zipfile.ZipFile) -> None:
    tops = {name.split("/")[0] for name in wheel.namelist()}
    assert tops == {"karez", f"karez-{karez.__version__}.dist-info"}
    assert not any("__pycache__" in name for name in wheel.namelist())


def test_the_wheel_carries_version_licence_notice_and_command(wheel: zipfile.ZipFile) -> None:
    info = f"karez-{karez.__version__}.dist-info"
    metadata = email.message_from_bytes(wheel.read(f"{info}/METADATA"))
    assert metadata["Version"] == karez.__version__
    assert metadata["License-Expression"] == "Apache-2.0"
    assert {f"{info}/licenses/LICENSE", f"{info}/licenses/NOTICE"} <= set(wheel.namelist())
    assert "karez = karez.cli:main" in wheel.read(f"{info}/entry_points.txt").decode()


def test_the_unpacked_wheel_finds_its_examples_without_the_checkout(wheel: zipfile.ZipFile, tmp_path: Path) -> None:
    wheel.extractall(tmp_path / "site")
    script = "import karez, karez.starting.example as e; print(karez.__file__); print(*e.example_names())"
    said = subprocess.run(
        [sys.executable, "-c", script],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path / "site")},
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    assert Path(said[0]).is_relative_to(tmp_path)
    assert said[1].split() == ["archipelago", "finland-village", "kyrgyzstan", "xinjiang"]

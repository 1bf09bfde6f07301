"""Ways to break a project folder, and to see what reading says of it."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pytest

from karez.errors import DataFault, Fault
from karez.reading import read


def edit(folder: Path, old: str, new: str, file: str = "programme.toml") -> None:
    """Replace a text that stands in a file of the folder."""
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def layer(folder: Path, name: str) -> gpd.GeoDataFrame:
    """A layer of ``layers.gpkg``."""
    return gpd.read_file(folder / "layers.gpkg", layer=name)


def save(table: gpd.GeoDataFrame, folder: Path, name: str) -> None:
    """Write a layer of ``layers.gpkg`` anew."""
    table.to_file(folder / "layers.gpkg", layer=name, driver="GPKG")


def faults_of(folder: Path) -> tuple[Fault, ...]:
    """All faults of a folder that has some; each says where it is, what is wrong and what to do."""
    with pytest.raises(DataFault) as raised:
        read(folder)
    for fault in raised.value.faults:
        assert fault.file
        assert fault.problem
        assert fault.remedy
        assert not fault.problem.endswith(".")
        assert not fault.remedy.endswith(".")
    assert not (folder / "runs").exists()
    return raised.value.faults


def only_fault(folder: Path) -> Fault:
    """The fault of a folder that has one."""
    faults = faults_of(folder)
    assert len(faults) == 1, faults
    return faults[0]

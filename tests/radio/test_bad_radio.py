"""Faults of radio: all at once, with file, layer, row and remedy; exit code 1."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from islands import EXAMPLE

from karez.errors import DataFault, Fault
from karez.reading import read


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    target = tmp_path / "islands"
    shutil.copytree(EXAMPLE, target, ignore=shutil.ignore_patterns("runs"))
    return target


def said(folder: Path) -> str:
    with pytest.raises(DataFault) as found:
        read(folder)
    assert found.value.exit_code == 1
    return str(found.value)


def faults(folder: Path) -> tuple[Fault, ...]:
    with pytest.raises(DataFault) as found:
        read(folder)
    assert found.value.exit_code == 1
    return tuple(found.value.faults)


def rewrite(path: Path, *changes: tuple[str, str]) -> None:
    text = path.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    path.write_text(text, encoding="utf-8")


def test_all_faults_of_towers_bands_and_relief_are_told_at_once(folder: Path) -> None:
    rewrite(
        folder / "programme.toml",
        ("ghz = 6.2", "ghz = 620.0"),
        ("mbps = 800.0", "mbps = 20.0"),
        ('name = "80ghz"', 'name = "18ghz"'),
        ('item = "mast_45m"', 'item = "mast_55m"'),
        ('survey_item = "survey"', "availability = 0.9999999"),
    )
    rewrite(
        folder / "layers" / "towers.csv",
        ("Skerry,45", "Skerry,"),
        ("Outer Isle,45", "Outer Isle,4500"),
        ("t-rock", "t-skerry"),
    )
    text = said(folder)
    for words in ("height_m", "radio.bands", "620", "availabilities from 0.99 to 0.99999"):
        assert words in text
    for words in ("no item `mast_55m`", "none is priced", "t-skerry"):
        assert words in text


def test_bands_that_cannot_be_are_named(folder: Path) -> None:
    rewrite(folder / "programme.toml", ("mbps = 800.0", "mbps = 20.0"), ('name = "80ghz"', 'name = "18ghz"'))
    text = said(folder)
    assert "cannot give the 100 Mbit/s that microwave promises" in text
    assert "the name `18ghz` is used 2 times" in text


def test_a_relief_that_does_not_cover_the_towers_is_refused(folder: Path) -> None:
    rewrite(folder / "layers" / "towers.csv", ("20.0605,60.1515", "20.0605,60.3"))
    areas = folder / "layers" / "areas.geojson"
    areas.write_text(areas.read_text(encoding="utf-8").replace("60.2", "60.4"), encoding="utf-8")
    assert "does not cover the tower" in said(folder)


def test_a_relief_elsewhere_is_told_beside_a_frequency_out_of_range(folder: Path) -> None:
    rewrite(folder / "layers" / "towers.csv", ("20.0605,60.1515", "20.0605,60.3"))
    areas = folder / "layers" / "areas.geojson"
    areas.write_text(areas.read_text(encoding="utf-8").replace("60.2", "60.4"), encoding="utf-8")
    rewrite(folder / "programme.toml", ("ghz = 6.2", "ghz = 0.4"))
    found = faults(folder)
    assert {(fault.file, fault.layer, fault.column) for fault in found} == {
        ("programme.toml", "radio.bands", "ghz"),
        ("layers/towers.csv", "", ""),
    }
    assert "t-outer" in said(folder)


def test_towers_without_a_column_of_heights_are_refused(folder: Path) -> None:
    rewrite(folder / "layers" / "towers.csv", ("id,name,height_m", "id,name,high"))
    assert ("layers/towers.csv", "height_m") in {(fault.file, fault.column) for fault in faults(folder)}


OUT_OF_RANGE = {
    "a frequency below what rain is known of": ("ghz = 18.0", "ghz = 0.9", "radio.bands", "2", "ghz"),
    "a frequency above it": ("ghz = 80.0", "ghz = 140.0", "radio.bands", "3", "ghz"),
    "a frequency that is no number": ("ghz = 6.2", 'ghz = "six"', "radio.bands", "1", "ghz"),
    "no capacity": ("mbps = 450.0", "mbps = 0.0", "radio.bands", "1", "mbps"),
    "an endless capacity": ("mbps = 450.0", "mbps = inf", "radio.bands", "1", "mbps"),
    "more than a channel carries": ("mbps = 3000.0", "mbps = 13000.0", "radio.bands", "3", "mbps"),
    "a mast into the clouds": ("height_m = 30.0", "height_m = 3000.0", "radio.masts", "1", "height_m"),
    "a channel of nothing": ("channel_mhz = 110.0", "channel_mhz = 0.0", "radio.bands", "2", "channel_mhz"),
    "rain that falls upwards": ("rain_mm_per_hour = 26.0", "rain_mm_per_hour = -1.0", "radio", "", "rain_mm_per_hour"),
}


@pytest.mark.parametrize("case", OUT_OF_RANGE)
def test_what_is_out_of_range_is_named_with_a_remedy(folder: Path, case: str) -> None:
    old, new, *where = OUT_OF_RANGE[case]
    rewrite(folder / "programme.toml", (old, new))
    (fault,) = faults(folder)
    assert [fault.file, fault.layer, fault.row, fault.column] == ["programme.toml", *where]
    assert fault.problem and fault.remedy


def test_rows_of_towers_are_named_all_at_once(folder: Path) -> None:
    rewrite(
        folder / "layers" / "towers.csv",
        ("Skerry,45", "Skerry,"),
        ("Outer Isle,45", "Outer Isle,-3"),
        ("Holm,45", "Holm,tall"),
        ("Great Isle West,30,false,grid", "Great Isle West,30,false,diesel"),
    )
    found = {(fault.row.split(" ")[0], fault.column) for fault in faults(folder)}
    assert found == {("4", "height_m"), ("5", "height_m"), ("7", "power"), ("8", "height_m")}


def test_microwave_is_an_edge_or_an_alternative_never_both(folder: Path) -> None:
    bands = '[[technologies.microwave.bands]]\nup_to_km = 10.0\ncosts = [{ item = "link_6ghz", per = "unit" }]\n\n'
    rewrite(folder / "programme.toml", ("[technologies.satellite]", bands + "[technologies.satellite]"))
    assert "never both" in said(folder)


def test_a_new_tower_higher_than_every_mast_is_refused(folder: Path) -> None:
    rewrite(folder / "layers" / "towers.csv", ("Holm,45", "Holm,80"))
    assert "no mast of radio.masts is as high" in said(folder)


def test_towers_without_bands_are_refused(folder: Path) -> None:
    text = (folder / "programme.toml").read_text(encoding="utf-8")
    start, end = text.index("[radio]"), text.index("[categories.home]")
    (folder / "programme.toml").write_text(text[:start] + text[end:], encoding="utf-8")
    assert "no frequency band" in said(folder)

"""Maps that are not there, not of the place, or priced in money without a rate: told with all other faults at once."""

from __future__ import annotations

import sys
from pathlib import Path

import geopandas as gpd
import pytest
import shapely
from mapped import add, street_map, with_map

from karez.cli import main
from karez.errors import DataFault
from karez.flow.progress import Stages, silent
from karez.flow.settlements import check_settlements, design_settlements
from karez.reading import read
from projects import PLACES


def _faults(folder: Path):
    with pytest.raises(DataFault) as raised:
        read(folder)
    return raised.value.faults


def _entry(folder: Path, place: str, source: str, more: str = "") -> None:
    add(folder, f'\n[[street.settlements]]\nplace = "{place}"\nmap = "{source}"\n{more}')


def test_every_fault_of_every_map_is_told_at_once_with_the_rest(tiny: Path) -> None:
    _entry(tiny, "north", "maps/nowhere.gpkg")
    with_map(tiny, "south")
    _entry(tiny, "atlantis", "maps/south.gpkg")
    _entry(tiny, "south", "maps/south.gpkg", 'rules = "zloty.toml"\n')
    (tiny / "zloty.toml").write_text('[prices]\ncurrency = "PLN"\n', encoding="utf-8")
    houses = gpd.read_file(tiny / "maps" / "south.gpkg", layer="premises")
    (tiny / "maps" / "bare").mkdir()
    bare = street_map(tiny / "maps" / "bare" / "bare.gpkg", PLACES["middle"])
    houses.iloc[:0].to_file(bare, layer="premises")
    _entry(tiny, "middle", "maps/bare/bare.gpkg")
    _entry(tiny, "capital", "programme.toml")
    _entry(tiny, "far", "../elsewhere.gpkg")
    add(tiny, '\n[[floors]]\narea = "nowhere"\nyear = 2028\ncoverage = 0.5\n')
    text = "\n".join(map(str, _faults(tiny)))
    for words in (
        "maps/nowhere.gpkg: the file is missing",
        "no homes stand at the place `atlantis`",
        "the place `south` has 2 maps",
        "priced in PLN, which has no exchange rate",
        "maps/bare/bare.gpkg",
        "programme.toml is no format of a map",
        "leads out of the project folder",
        "`nowhere` is not an area",
    ):
        assert words in text, (words, text)


def test_a_map_of_another_place_is_refused(tiny: Path) -> None:
    street_map(tiny / "maps" / "north.gpkg", (24.0, 60.0))
    _entry(tiny, "north", "maps/north.gpkg")
    (fault,) = _faults(tiny)
    assert (fault.layer, fault.row, fault.column) == ("street.settlements", "1", "place")
    assert "km away from its homes" in fault.problem


def test_a_site_is_told_which_place_it_stands_at(tiny: Path) -> None:
    with_map(tiny, "north")
    path = tiny / "programme.toml"
    path.write_text(path.read_text(encoding="utf-8").replace('place = "north"', 'place = "home-north"'), "utf-8")
    (fault,) = _faults(tiny)
    assert "the row `home-north` stands at `north`" in fault.remedy


def test_a_replaced_item_that_homes_do_not_have_is_a_fault(tiny: Path) -> None:
    with_map(tiny, "north")
    add(tiny, '\n[street]\nreplaces = ["ducts"]\n')
    (fault,) = _faults(tiny)
    assert fault.layer == "street.replaces"
    assert "the nearest is `duct`" in fault.remedy


def test_a_name_of_the_catalogue_that_a_design_would_add_is_a_fault(tiny: Path) -> None:
    with_map(tiny, "north")
    path = tiny / "catalogue.csv"
    path.write_text(path.read_text(encoding="utf-8") + "street.north.cable,m,1,1,1,CNY,2025,made up,assumption,9,0\n")
    (fault,) = _faults(tiny)
    assert fault.file == "catalogue.csv"


def test_locks_that_only_the_streets_refuse_are_told_with_their_file(tiny: Path) -> None:
    with_map(tiny, "north", more='lock = "maps/lock.gpkg"\n')
    far = [shapely.Point(PLACES["north"][0] + 0.05, PLACES["north"][1])]
    gpd.GeoDataFrame({"id": ["off"]}, geometry=far, crs=4326).to_file(tiny / "maps" / "lock.gpkg", layer="cabinets")
    inputs = read(tiny)
    with pytest.raises(DataFault) as raised:
        design_settlements(inputs, seed=0, stages=Stages(silent))
    with pytest.raises(DataFault) as checked:
        check_settlements(inputs, stages=Stages(silent))
    assert raised.value.faults == checked.value.faults
    assert raised.value.faults[0].file == "maps/lock.gpkg"


def test_the_command_ends_with_1_and_writes_nothing(tiny: Path, monkeypatch, capsys) -> None:
    _entry(tiny, "north", "maps/nowhere.gpkg")
    for verb in ("check", "plan"):
        monkeypatch.setattr(sys, "argv", ["karez", verb, str(tiny)])
        with pytest.raises(SystemExit) as ended:
            main()
        assert ended.value.code == 1
        assert "maps/nowhere.gpkg" in " ".join(capsys.readouterr().err.split())
    assert not (tiny / "runs").exists()


def test_check_counts_the_maps(tiny: Path, monkeypatch, capsys) -> None:
    with_map(tiny, "north")
    monkeypatch.setattr(sys, "argv", ["karez", "check", str(tiny)])
    with pytest.raises(SystemExit) as ended:
        main()
    assert not ended.value.code
    assert "maps/north.gpkg" in capsys.readouterr().out

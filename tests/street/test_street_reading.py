"""What a map file and its rules say, and every fault in them."""

from __future__ import annotations

import geopandas as gpd
import pytest
import shapely
from street_maps import Town, grid_of_streets, row_of_houses

from karez.errors import DataFault, UsageFault
from karez.model.street_rules import StreetRules
from karez.reading.street import read_street


def _faults(call, *arguments, **more):
    with pytest.raises(DataFault) as caught:
        call(*arguments, **more)
    return caught.value.faults


def test_streets_motorways_private_ways_and_tunnels_are_told_apart(tmp_path):
    town = row_of_houses()
    town.street([(0, 50), (50, 50)], "motorway")
    town.street([(0, 60), (50, 60)], "service", access="private")
    town.street([(0, 70), (50, 70)], "footway", tunnel="yes")
    town.way([(0, 80), (50, 80)], railway="rail")
    inputs = read_street(town.write(tmp_path / "a.osm"))
    assert inputs.ways["kind"].tolist() == ["residential"]
    assert sorted(inputs.barriers["kind"]) == ["motorway", "railway"]
    assert "private ways were left out" in " ".join(note.text for note in inputs.notes)


def test_dwellings_follow_the_first_rule_that_holds(tmp_path):
    town = Town()
    town.street([(0, 0), (400, 0)])
    town.house(0, 10, 20, "apartments", building_flats="7")
    town.house(50, 10, 30, "apartments", building_levels="4")
    town.house(100, 10, 10, "house")
    town.house(150, 10, 5, "yes")
    town.house(200, 10, 10, "garage")
    town.house(250, 10, 30, "yes", building_levels="3")
    premises = read_street(town.write(tmp_path / "a.osm")).premises
    assert premises["dwellings"].tolist() == [7, 40, 1, 30]
    assert premises["rule"].tolist() == ["flats", "floor area", "one", "floor area"]


def test_within_cuts_streets_and_leaves_buildings_outside_out(tmp_path):
    path = grid_of_streets().write(tmp_path / "a.osm")
    whole = read_street(path)
    west, south, _, north = whole.ways.total_bounds
    half = shapely.box(west - 1, south - 1, whole.ways.total_bounds[[0, 2]].mean(), north + 1)
    gpd.GeoDataFrame(geometry=[half], crs=4326).to_file(tmp_path / "half.geojson")
    part = read_street(path, within=tmp_path / "half.geojson")
    assert 0 < len(part.premises) < len(whole.premises)
    assert part.ways.total_bounds[2] <= half.bounds[2] + 1e-9


@pytest.mark.parametrize("content", [b"no map at all", b"<osm><node id='1'", bytes(range(256)) * 8])
def test_a_damaged_file_is_a_fault_of_the_file(tmp_path, content):
    path = tmp_path / "a.osm.pbf"
    path.write_bytes(content)
    (fault,) = _faults(read_street, path)
    assert fault.file == "a.osm.pbf"
    assert "damaged" in fault.problem


def test_a_map_without_streets_or_buildings_names_both_at_once(tmp_path):
    town = Town()
    town.way([(0, 0), (5, 0)], waterway="river")
    problems = {fault.problem for fault in _faults(read_street, town.write(tmp_path / "a.osm"))}
    assert problems == {"there is no street in it", "there is no building or address in it"}


def test_a_missing_file_or_another_format_is_wrong_usage(tmp_path):
    with pytest.raises(UsageFault, match="There is no file"):
        read_street(tmp_path / "a.osm.pbf")
    (tmp_path / "a.txt").write_text("x")
    with pytest.raises(UsageFault, match="no format"):
        read_street(tmp_path / "a.txt")


def test_every_fault_of_the_rules_is_named_with_those_of_the_map(tmp_path):
    rules = tmp_path / "rules.toml"
    rules.write_text(
        '[network]\nsplit = [30]\ntechnolgy = "GPON B+"\n[reach]\ndrop_max_m = -1\n[prices]\ncurrency = "Euro"\n'
    )
    town = Town()
    town.street([(0, 0), (5, 0)])
    faults = _faults(read_street, town.write(tmp_path / "a.osm"), rules=rules)
    assert {fault.column for fault in faults if fault.file == "rules.toml"} == {
        "network.technolgy",
        "network",
        "reach.drop_max_m",
        "prices.currency",
    } - ({"network"} if not any(fault.column == "network" for fault in faults) else set())
    assert any(fault.file == "a.osm" for fault in faults)
    assert "`technology`" in next(fault.remedy for fault in faults if fault.column == "network.technolgy")


def test_rules_that_cannot_be_met_are_refused():
    with pytest.raises(ValueError, match="lower the split"):
        StreetRules.model_validate({"network": {"split": [64, 8], "cabinet_ports": [1024]}})
    with pytest.raises(ValueError, match="shorter than the longest drop"):
        StreetRules.model_validate({"reach": {"distribution_max_m": 100, "drop_max_m": 150}})
    with pytest.raises(ValueError, match="one or two ratios"):
        StreetRules.model_validate({"network": {"split": [30]}})

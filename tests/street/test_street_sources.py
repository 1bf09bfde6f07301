"""A planner's own layers and Overture's files instead of OpenStreetMap, and what is wrong with them."""

from __future__ import annotations

import json

import geopandas as gpd
import numpy as np
import pytest
import shapely
from overture_maps import ADDRESS, SEGMENT, road, village, write
from street_maps import Locks, Town, row_of_houses
from typer.testing import CliRunner

from karez.cli.main import app
from karez.errors import DataFault
from karez.flow.street import street
from karez.flow.verify import verify
from karez.reading.street import read_street
from karez.routing.street import route_streets


def _own() -> Locks:
    own = Locks()
    own.line("streets", (0, 0), (180, 0), id="main", kind="residential", surface="carriageway")
    own.line("streets", (180, 0), (180, 80), id="lane", kind="track", surface="soft")
    for number in range(6):
        own.area("premises", (30 * number + 10, 12), (30 * number + 20, 22), id=f"h{number}", dwellings=1 + number)
    own.point("offices", (0, 0), id="CO")
    own.point("cabinets", (90, 0), id="K", ports=48)
    own.line("ducts", (0, 2), (90, 2), id="D", free_cables=3, price_per_m=2.0)
    own.point("poles", (180, 2), id="p1")
    own.point("poles", (180, 45), id="p2")
    own.point("poles", (180, 78), id="p3")
    own.line("barriers", (100, -20), (100, 20), kind="railway")
    return own


def test_own_layers_make_a_design_that_verifies(tmp_path):
    made = street(_own().write(tmp_path / "mine.gpkg"), out=tmp_path / "run")
    summary = json.loads((made.folder / "summary.json").read_text())
    assert summary["totals"]["premises_served"] == 6
    assert summary["totals"]["dwellings_served"] == 21
    assert made.design.kept == ("",)
    assert made.inputs.premises["rule"].tolist() == ["given"] * 6
    assert made.graph.runs["crossings"].sum() == 1
    lane = made.graph.runs[made.graph.runs["way"] == "lane"]
    assert set(lane["method"]) == {"aerial"}
    verdict = verify(made.folder)
    assert verdict.passed, verdict.failures


def test_sides_of_a_street_are_the_planners_to_say(tmp_path):
    own = Locks()
    own.line("streets", (0, 0), (200, 0), id="wide", sides=2)
    own.point("premises", (100, 20), id="a")
    own.point("premises", (100, -20), id="b")
    runs = route_streets(read_street(own.write(tmp_path / "mine.gpkg"))).runs
    assert (runs["kind"] == "crossing").any()
    assert runs.loc[runs["kind"] == "drop", "length_m"].tolist() == pytest.approx([15.5, 15.5], abs=0.1)


def test_a_drop_stays_off_the_plot_of_a_neighbour(tmp_path):
    own = Locks()
    own.line("streets", (0, 0), (200, 0), id="south")
    own.line("streets", (0, 100), (200, 100), id="north")
    own.line("streets", (0, 0), (0, 100), id="west")
    own.point("premises", (100, 45), id="behind")
    own.point("premises", (100, 10), id="front")
    own.area("parcels", (80, 30), (120, 95), id="back-plot")
    own.area("parcels", (80, 5), (120, 30), id="front-plot")
    graph = route_streets(read_street(own.write(tmp_path / "mine.gpkg")))
    drops = graph.runs[(graph.runs["kind"] == "drop") & (graph.runs["way"] == "behind")]
    assert drops["length_m"].tolist() == pytest.approx([55.0], abs=0.5)
    own.area("parcels", (0, 95), (200, 99), id="strip")
    own.area("parcels", (40, 0.5), (79.5, 99), id="left")
    own.area("parcels", (1, 0.5), (39, 99), id="lefter")
    graph = route_streets(read_street(own.write(tmp_path / "more.gpkg")))
    assert any("wayleave" in note.text and note.ids == ("behind",) for note in graph.notes)
    assert (graph.runs["way"] == "behind").sum() == 1


def test_every_fault_of_own_layers_is_named_at_once(tmp_path):
    own = Locks()
    own.line("streets", (0, 0), (200, 0), id="s", surface="grass", sides=3)
    own.point("premises", (10, 10), id="a", dwellings=0)
    own.point("premises", (20, 10), id="a", dwellings=1)
    own.line("barriers", (100, -20), (100, 20), id="b")
    own.line("ducts", (0, 0), (100, 0), id="d", free_cables=-2)
    with pytest.raises(DataFault) as caught:
        read_street(own.write(tmp_path / "mine.gpkg"))
    told = {(fault.layer, fault.column) for fault in caught.value.faults}
    assert {
        ("streets", "surface"),
        ("streets", "sides"),
        ("premises", "dwellings"),
        ("premises", "id"),
        ("barriers", "kind"),
        ("ducts", "free_cables"),
    } <= told


def test_a_geopackage_without_streets_says_which_layers_there_may_be(tmp_path):
    other = Locks()
    other.line("roads", (0, 0), (100, 0))
    with pytest.raises(DataFault, match="no layer of it is one that is read"):
        read_street(other.write(tmp_path / "mine.gpkg"))
    (tmp_path / "broken.gpkg").write_bytes(b"SQLite format 3\0 and no more")
    with pytest.raises(DataFault, match="damaged"):
        read_street(tmp_path / "broken.gpkg")


def test_overture_tells_the_same_as_openstreetmap(tmp_path):
    inputs = read_street(village(tmp_path / "overture"))
    assert inputs.ways["id"].tolist() == ["half", "main", "oneway", "slip", "walk"]
    assert inputs.ways.set_index("id").loc["slip", "kind"] == "primary_link"
    assert inputs.ways.set_index("id").loc["main", "name"] == "Main Street"
    assert inputs.barriers["kind"].tolist() == ["motorway", "railway", "water"]
    premises = inputs.premises.set_index("id")
    assert sorted(premises.index) == ["a1", "block", "h0", "h1", "h2", "h3", "h4", "h5"]
    assert premises.loc["block", "dwellings"] == 18
    assert premises.loc["a1", "rule"] == "address"
    assert "Overture" in inputs.attribution
    assert len(inputs.hashes) == 4


def test_a_design_from_overture_verifies(tmp_path):
    made = street(village(tmp_path / "overture"), out=tmp_path / "run")
    verdict = verify(made.folder)
    assert verdict.passed, verdict.failures
    assert made.inputs.name == "overture"


def test_faults_of_overture_files_are_named(tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataFault, match=r"no \.parquet file"):
        read_street(tmp_path / "empty")
    folder = village(tmp_path / "overture")
    broken = folder / "theme=transportation" / "type=segment" / "part-00001.zstd.parquet"
    broken.write_bytes(b"PAR1 and no more")
    with pytest.raises(DataFault) as caught:
        read_street(folder)
    (fault,) = caught.value.faults
    assert fault.file.endswith("part-00001.zstd.parquet")
    assert "damaged" in fault.problem


def test_files_without_streets_name_what_is_missing(tmp_path):
    alone = {"id": "a1", "geometry": shapely.Point(25, 60), "number": "7", "street": "Main Street"}
    write(tmp_path / "addresses.parquet", ADDRESS, [alone])
    with pytest.raises(DataFault, match="there is no street in it"):
        read_street(tmp_path / "addresses.parquet")
    write(tmp_path / "segments.parquet", SEGMENT, [road("a", [(0, 0), (100, 0)])])
    with pytest.raises(DataFault, match="no building or address"):
        read_street(tmp_path / "segments.parquet")


def test_a_truncated_file_is_refused_from_the_command_line(refused, tmp_path):
    town = row_of_houses().write(tmp_path / "a.osm")
    (tmp_path / "cut.osm").write_bytes(town.read_bytes()[:700])
    assert "damaged" in refused(tmp_path / "cut.osm", "--out", tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_a_map_without_streets_or_buildings_is_refused_from_the_command_line(refused, tmp_path):
    town = Town()
    town.way([(0, 0), (5, 0)], waterway="river")
    told = refused(town.write(tmp_path / "a.osm"), "--out", tmp_path / "run")
    assert "there is no street in it" in told
    assert "there is no building or address in it" in told


@pytest.mark.parametrize(
    ("rules", "words"),
    [
        ("[network]\nsplit = [30]\n", "split must be one or two ratios out of 2, 4, 8"),
        ("[reach]\ndrop_max_m = 2.0\n", "no premises is within 2 m"),
        ("[reach]\ndistribution_max_m = 100.0\n", "shorter than the longest drop"),
        ("[reach]\noptical_max_m = 100.0\n", "cannot be above optical_max_m"),
        ("[network]\nsplit = [64, 8]\ncabinet_ports = [1024]\n", "lower the split or take a better class"),
        ('[methods]\nsoft = ["aerial"]\n', "soft must allow trench or micro_trench"),
        ('[methods]\nsoft = ["trench", "facade"]\n', "they need a hard surface"),
        ('[streets]\nforbidden = ["residential"]\n', "every street is forbidden"),
    ],
)
def test_rules_that_cannot_be_met_are_refused_from_the_command_line(refused, tmp_path, rules, words):
    (tmp_path / "rules.toml").write_text(rules)
    town = row_of_houses().write(tmp_path / "a.osm")
    assert words in refused(town, "--rules", tmp_path / "rules.toml", "--out", tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_premises_of_an_island_without_streets_are_listed_and_the_others_designed(tmp_path):
    town = row_of_houses(3)
    town.house(2000, 2000)
    path = town.write(tmp_path / "a.osm")
    result = CliRunner().invoke(app, ["street", str(path), "--out", str(tmp_path / "run")])
    assert result.exit_code == 0, result.output
    layer = gpd.read_file(tmp_path / "run" / "plan.gpkg", layer="premises")
    lost = layer[~layer["served"].astype(bool)]
    assert len(lost) == 1
    assert "further than 150 m" in lost["reason"].iloc[0]
    assert np.isfinite(layer.loc[layer["served"].astype(bool), "loss_db"]).all()
    notes = json.loads((tmp_path / "run" / "summary.json").read_text())["notes"]
    assert any(note["stage"] == "routing" and "too far" in note["text"] for note in notes)

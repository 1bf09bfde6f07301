"""The design of small towns, some of them checked by hand."""

from __future__ import annotations

import json

import geopandas as gpd
import numpy as np
import pytest
import shapely
from street_maps import Town, grid_of_streets, row_of_houses
from typer.testing import CliRunner

from karez.cli.main import app
from karez.designing.street.trench import least_cable
from karez.flow.street import street
from karez.flow.verify import verify


def test_one_street_is_dug_once_and_every_house_gets_its_drop(designed, tmp_path):
    inputs, graph, design = designed(row_of_houses(6).write(tmp_path / "a.osm"))
    kinds = graph.runs["kind"].to_numpy()[design.trench.run[design.trench.run >= 0]]
    assert (kinds == "drop").sum() == 6
    # Feet of drops lie 15 m into each 30 m: five lengths between the first and the last.
    length = design.trench.length_m
    dug = design.trench.run >= 0
    street_m = length[dug][kinds == "street"].sum()
    assert street_m == pytest.approx(150.0, rel=0.01)
    prices = inputs.rules.prices
    drops = length[dug][kinds == "drop"].sum()
    cable = least_cable(prices)
    by_hand = street_m * (prices.trench_per_m["carriageway"] + cable) + drops * (prices.drop_per_m + cable)
    assert design.certificates[0].value == pytest.approx(by_hand, abs=0.1)
    assert design.certificates[0].gap <= inputs.rules.searching.stop_gap


def test_no_trench_passes_through_a_building(designed, tmp_path):
    town = Town()
    town.street([(0, 0), (400, 0)])
    town.street([(0, 40), (400, 40)])
    town.street([(0, 0), (0, 40)])
    for number in range(10):
        town.house(40 * number + 5, 15)
    _, graph, design = designed(town.write(tmp_path / "a.osm"))
    kinds = graph.runs["kind"].to_numpy()[design.trench.run[design.trench.run >= 0]]
    assert (kinds == "drop").sum() == 10


def test_both_sides_of_a_wide_street_are_joined_by_crossings_only(designed, tmp_path):
    town = Town()
    town.street([(0, 0), (200, 0)], "primary")
    for number in range(4):
        town.house(50 * number + 5, 12)
        town.house(50 * number + 5, -22)
    _, graph, design = designed(town.write(tmp_path / "a.osm"))
    kinds = graph.runs["kind"].to_numpy()[design.trench.run[design.trench.run >= 0]]
    assert (kinds == "drop").sum() == 8
    assert (kinds == "crossing").sum() >= 1


def test_a_house_too_far_from_every_street_is_listed_with_the_reason(designed, tmp_path):
    town = row_of_houses()
    town.house(50, 800)
    inputs, _, design = designed(town.write(tmp_path / "a.osm"))
    lost = design.premises[design.premises["place"] < 0]
    assert len(lost) == 1
    assert "further than 150 m" in lost["reason"].iloc[0]
    assert len(design.premises) == len(inputs.premises)


def test_streets_of_an_island_are_left_out_and_noted(designed, tmp_path):
    town = row_of_houses()
    town.street([(0, 2000), (100, 2000)])
    town.house(20, 2012)
    _, graph, design = designed(town.write(tmp_path / "a.osm"))
    assert any("do not hang together" in note.text for note in graph.notes)
    assert (design.premises["place"] < 0).sum() == 1


def test_a_given_office_feeds_the_network(tmp_path):
    town = grid_of_streets().write(tmp_path / "a.osm")
    office = gpd.GeoDataFrame({"id": ["CO-1"], "name": ["Exchange"]}, geometry=[shapely.Point(25.0, 60.0)], crs=4326)
    office.to_file(tmp_path / "mine.gpkg", layer="offices")
    made = street(town, lock=tmp_path / "mine.gpkg", out=tmp_path / "run")
    root = made.graph.nodes.geometry.iloc[int(made.design.trench.node[0])]
    assert root.distance(office.geometry.iloc[0]) < 1e-4
    verdict = verify(made.folder)
    assert verdict.passed, verdict.failures


def test_few_dwellings_for_an_office_make_several_offices(tmp_path):
    (tmp_path / "rules.toml").write_text("[network]\noffice_ports = 20\n")
    made = street(grid_of_streets().write(tmp_path / "a.osm"), rules=tmp_path / "rules.toml", out=tmp_path / "run")
    assert len(made.design.offices) >= 2
    assert made.design.offices["dwellings"].max() <= 20
    verdict = verify(made.folder)
    assert verdict.passed, verdict.failures


def test_two_stages_of_splitting_share_fibres(tmp_path):
    (tmp_path / "rules.toml").write_text("[network]\nsplit = [4, 8]\n")
    made = street(grid_of_streets().write(tmp_path / "a.osm"), rules=tmp_path / "rules.toml", out=tmp_path / "run")
    assert made.design.closures["dwellings"].max() <= 8
    assert made.design.cabinets["units"].sum() == len(made.design.closures)
    verdict = verify(made.folder)
    assert verdict.passed, verdict.failures


def test_a_large_block_holds_closures_and_cabinets_of_its_own(tmp_path):
    town = row_of_houses()
    town.house(200, 12, 30, "apartments", building_flats="600")
    made = street(town.write(tmp_path / "a.osm"), out=tmp_path / "run")
    assert made.design.closures["dwellings"].sum() == 606
    verdict = verify(made.folder)
    assert verdict.passed, verdict.failures


def test_the_bill_is_the_sum_of_its_rows_by_office_and_cabinet(run):
    bill = run.design.bill
    assert bill["amount"].sum() == pytest.approx(run.design.certificates[1].value + run.design.certificates[1].constant)
    assert (bill["amount"] >= 0).all()
    assert np.isfinite(bill[["quantity", "price", "amount"]].to_numpy()).all()


def test_the_command_says_what_it_did_as_json(town, tmp_path):
    result = CliRunner().invoke(app, ["street", str(town), "--out", str(tmp_path / "run"), "--json"])
    assert result.exit_code == 0, result.output
    document = json.loads(result.stdout)
    assert document["totals"]["premises_served"] == 36
    assert document["run"] == str(tmp_path / "run")


def test_the_command_shows_tables(town, tmp_path):
    result = CliRunner().invoke(app, ["street", str(town), "--out", str(tmp_path / "run")])
    assert result.exit_code == 0, result.output
    assert "premises served" in result.stdout
    assert "How good it is proven to be" in result.stdout


def test_more_houses_at_the_end_of_a_lane_than_a_closure_takes_are_all_served(tmp_path):
    town = Town()
    town.street([(0, 0), (100, 0)])
    for number in range(15):
        town.house(110 + 4 * (number % 4), -40 + 12 * (number // 4), 3.0)
    made = street(town.write(tmp_path / "a.osm"), out=tmp_path / "run")
    assert (made.design.premises["place"] >= 0).all()
    assert made.design.closures["dwellings"].max() <= 12
    verdict = verify(made.folder)
    assert verdict.passed, verdict.failures

"""A plan that builds a survivable backbone within its years and budget."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from shapely import Point

from karez.errors import DataFault, Infeasible
from karez.flow.plan import make, plan
from karez.flow.verify import verify
from karez.flow.why import why
from karez.model.rule_price import RuleStudy
from karez.reading import read
from projects import PLACES, tiny_project, tiny_sites, tiny_sources, write_layer


def ringed(folder: Path, more: str = "") -> Path:
    """The small project, its plan building the backbone."""
    settings = tiny_project(folder) / "programme.toml"
    settings.write_text(f"{settings.read_text()}\n[backbone]\nin_plan = true\n{more}")
    return folder


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A finished run of it."""
    folder = tmp_path_factory.mktemp("rings")
    return plan(ringed(folder / "project"), out=folder / "run").folder


@pytest.fixture
def copy(run, tmp_path):
    """A copy of the run, to tamper with."""
    return Path(shutil.copytree(run, tmp_path / "run"))


def refused(folder: Path) -> str:
    return " ".join(f"{check.name}: {check.detail}" for check in verify(folder).checks if not check.passed)


def test_all_of_it_is_built_by_its_year_and_proven_again(run):
    verdict = verify(run)
    assert all(check.passed for check in verdict.checks), refused(run)
    assert {"backbone ways", "backbone years", "backbone cuts"} <= {check.name for check in verdict.checks}
    rings = gpd.read_file(run / "plan.gpkg", layer="rings")
    assert rings["year"].le(2028).all()
    assert {"ring", "only_road"} <= set(rings["role"])
    hubs = gpd.read_file(run / "plan.gpkg", layer="hubs").set_index("id")
    assert hubs.loc["county_seat-east", ["has", "stretches"]].tolist() == ["node", ""]
    summary = json.loads((run / "summary.json").read_text())
    assert summary["backbone"]["hubs"] == {"node": 2}
    assert "Two ways for every hub" in (run / "report.html").read_text()


def test_a_span_that_closes_a_ring_comes_last_and_leads_to_a_node_that_is_there(run):
    elements = pd.read_parquet(run / "proof" / "elements.parquet")
    closing = elements[elements["node_id"].duplicated()]
    assert len(closing) == 1
    assert closing.index[0] == len(elements) - 1
    assert closing["must"].all()
    spans = gpd.read_file(run / "plan.gpkg", layer="spans").set_index("id")
    assert spans.loc[closing["id"], "capex_real"].gt(0).all()
    nodes = gpd.read_file(run / "plan.gpkg", layer="nodes")
    assert nodes["id"].is_unique


def test_it_is_bounded_with_the_access_network(run):
    summary = json.loads((run / "summary.json").read_text())
    design = next(one for one in summary["certificates"] if one["scope"] == "design")
    assert 0 <= design["gap"] <= 0.01
    assert "backbone" in design["proof"]


def test_the_second_way_costs_more_than_one(run, tmp_path):
    without = make(read(tiny_project(tmp_path / "plain")))
    design = next(one for one in json.loads((run / "summary.json").read_text())["certificates"])
    assert without.certificates[0].value < design["value"]
    assert without.rings is None


def test_an_earlier_year_is_kept(tmp_path):
    made = make(read(ringed(tmp_path / "early", "closed_by = 2027\n")))
    assert made.rings is not None
    years = made.spans.set_index("id").loc[made.rings.span_role["id"], "year"]
    assert years.le(2027).all()


def test_what_the_money_does_not_build_is_told(tmp_path):
    folder = ringed(tmp_path / "short")
    settings = folder / "programme.toml"
    settings.write_text(settings.read_text().replace("[20e6, 40e6, 30e6]", "[2e6, 2e6, 2e6]"))
    with pytest.raises(Infeasible, match="What has to be built costs too much"):
        make(read(folder))


def test_a_year_outside_the_programme_is_a_fault(tmp_path):
    with pytest.raises(DataFault, match="2031 is not a year of the programme"):
        read(ringed(tmp_path / "late", "closed_by = 2031\n"))


@pytest.mark.parametrize(
    ("table", "column", "change", "said"),
    [
        ("backbone_graph", "chosen", lambda column: column & (column.index != column[column].index[0]), "cut off by"),
        ("backbone_graph", "cost_minor", lambda column: column * 100, "bound is not the"),
        ("backbone_graph", "cost_minor", lambda column: column // 100, "bound is not the"),
        ("backbone_cuts", "weight", lambda column: column * 0, "bound is not the"),
        ("elements", "year", lambda column: column.where(column != column.max()), "not built by"),
    ],
)
def test_tampering_shows(copy, table, column, change, said):
    path = copy / "proof" / f"{table}.parquet"
    frame = pd.read_parquet(path)
    frame.assign(**{column: change(frame[column])}).to_parquet(path)
    assert said in refused(copy)


def test_what_two_ways_cost_in_service_is_told(tmp_path):
    told = why(ringed(tmp_path / "why"), only=["backbone"], out=tmp_path / "out", workers=1).study
    assert isinstance(told, RuleStudy)
    (price,) = told.prices
    assert price.words == "every hub has two ways by 2028"
    assert 0.05 < price.lost < 0.5


def off_the_road(folder: Path, more: str = "") -> Path:
    """The small project, its capital, source and county seat in the east 550 m from their roads."""
    ringed(folder, more)
    moved = {(lon, lat): (lon, lat + 0.005) for name, (lon, lat) in PLACES.items() if name in ("capital", "east")}
    for name, table in (("sites", tiny_sites()), ("sources", tiny_sources())):
        points = [Point(moved.get((point.x, point.y), (point.x, point.y))) for point in table.geometry]
        write_layer(table.set_geometry(gpd.GeoSeries(points, crs=table.crs)), folder, name)
    return folder


def test_a_source_and_a_hub_off_the_road_have_two_entries_that_are_paid_and_proven(tmp_path):
    folder = plan(off_the_road(tmp_path / "project"), out=tmp_path / "run").folder
    assert all(check.passed for check in verify(folder).checks), refused(folder)
    spans = gpd.read_file(folder / "plan.gpkg", layer="spans").set_index("id")
    rings = gpd.read_file(folder / "plan.gpkg", layer="rings").set_index("id")
    entries = spans.loc[rings.index[rings["role"] == "lead_in"]]
    twice = entries[entries[["start_node", "end_node"]].eq("place:east").any(axis=1)]
    assert len(twice) == 2 and len({*twice["start_node"], *twice["end_node"]}) == 3
    assert twice["capex_real"].gt(0).all() and twice["cut_off_sites"].eq(0).all()
    sites = gpd.read_file(folder / "plan.gpkg", layer="sites").set_index("id")
    assert sites.loc["county_seat-east", "independent_ways"] != "none"


def test_one_entry_only_is_what_breaks_it(tmp_path):
    made = make(read(off_the_road(tmp_path / "project", "dual_entry = false\n")))
    assert made.outages is not None
    ways = made.sites.set_index("id").loc["county_seat-east", "independent_ways"]
    assert ways == "none"

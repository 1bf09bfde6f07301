"""Fibre that is there already: free to use, and its lit nodes feed the network."""

import geopandas as gpd
import pytest
from shapely import LineString, Point

from karez.flow.plan import make
from karez.reading import read
from projects import PLACES, ROADS


@pytest.fixture
def extended(tiny):
    """The small project with fibre along its first two roads and a lit node in the east."""
    spans = gpd.GeoDataFrame({"id": ["x1", "x2"]}, geometry=[LineString(road) for road in ROADS[:2]], crs=4326)
    nodes = gpd.GeoDataFrame({"id": ["hut"], "lit": [True]}, geometry=[Point(PLACES["east"])], crs=4326)
    spans.to_file(tiny / "existing.gpkg", layer="spans")
    nodes.to_file(tiny / "existing.gpkg", layer="nodes")
    settings = tiny / "programme.toml"
    lines = '[layers]\nexisting_spans = "existing.gpkg:spans"\nexisting_nodes = "existing.gpkg:nodes"\n'
    settings.write_text(settings.read_text().replace("[layers]\n", lines))
    return tiny


def test_existing_spans_cost_nothing_and_are_operational(extended):
    plan = make(read(extended))
    existing = plan.spans[plan.spans["method"] == "existing"]
    assert len(existing)
    assert (existing["designed_capex_real"] == 0).all()
    assert (existing["status"] == "operational").all()
    assert (plan.spans.loc[plan.spans["method"] != "existing", "status"] == "proposed").all()


def test_a_lit_node_is_a_source(extended):
    plan = make(read(extended))
    sources = plan.nodes[plan.nodes["kind"] == "source"]
    assert any(point.equals_exact(Point(PLACES["east"]), 1e-6) for point in sources.geometry)


def test_what_is_there_makes_the_plan_cheaper(extended, tiny, tmp_path):
    from projects import tiny_project

    before = make(read(tiny_project(tmp_path / "greenfield")))
    after = make(read(extended))
    assert after.appraisal.totals["unconstrained_capex_real"] < before.appraisal.totals["unconstrained_capex_real"]

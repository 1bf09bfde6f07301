"""Second lead-ins of hubs and sources."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely

from karez.model.backbone_rules import BackboneRules
from karez.model.inputs import Inputs
from karez.model.programme import Programme, Routing
from karez.routing.route import route


def inputs_with(rules: BackboneRules) -> Inputs:
    """A road, a source and two hubs off it, the farther one 4.4 km, and a village that no rule makes a hub."""
    sites = {
        "near": ("county_seat", 80.1, 40.01),
        "off": ("county_seat", 80.2, 40.04),
        "village": ("home", 80.3, 40.01),
    }
    table = gpd.GeoDataFrame(
        {
            "id": list(sites), "place_id": list(sites), "name": list(sites), "households": 10.0, "hub": "",
            "category": [category for category, *_ in sites.values()],
        },
        geometry=[shapely.Point(at) for _, *at in sites.values()],
        crs=4326,
    )  # fmt: skip
    roads = gpd.GeoDataFrame(
        {"id": ["r"], "layer": "roads", "method": "buried", "surveyed_m": [np.nan], "ground": ""},
        geometry=[shapely.LineString([(80.0, 40.0), (80.4, 40.0)])],
        crs=4326,
    )
    sources = gpd.GeoDataFrame({"id": ["s"], "name": ["S"]}, geometry=[shapely.Point(80.05, 40.01)], crs=4326)
    programme = Programme.model_construct(routing=Routing(rates={}), backbone=rules)
    return Inputs(programme, None, table, None, sources, roads)  # type: ignore[arg-type]


def lead_ins(rules: BackboneRules, **how: bool) -> dict[str, int]:
    """Number of lead-ins of each place and source."""
    graph = route(inputs_with(rules), **how)
    assert graph.spans["id"].is_unique
    named = graph.nodes["name"].where(graph.nodes["kind"].isin(("place", "source")), "")
    of = graph.spans[graph.spans["tier"] == "lead_in"]
    names = [max(named[one], named[other]) for one, other in zip(of["start"], of["end"], strict=True)]
    return {name: names.count(name) for name in sorted(set(names))}


@pytest.mark.parametrize(
    ("rules", "how", "expected"),
    [
        ({"in_plan": True, "dual_entry_max_m": 2000.0}, {}, {"S": 2, "near": 2, "off": 1, "village": 1}),
        ({"in_plan": True}, {}, {"S": 2, "near": 2, "off": 2, "village": 1}),
        ({"in_plan": True, "hubs": {"county_seat": "none"}}, {}, {"S": 2, "near": 1, "off": 1, "village": 1}),
        ({"in_plan": True, "dual_entry": False}, {}, {"S": 1, "near": 1, "off": 1, "village": 1}),
        ({}, {}, {"S": 1, "near": 1, "off": 1, "village": 1}),
        ({}, {"for_backbone": True}, {"S": 2, "near": 2, "off": 2, "village": 1}),
    ],
    ids=["short ones", "all hubs", "hubs of one way", "not wanted", "no backbone", "a study of the backbone"],
)
def test_sources_and_hubs_with_two_ways_have_two_entries(rules, how, expected):
    assert lead_ins(BackboneRules(**rules), **how) == expected


def test_the_second_joins_the_line_beside_the_first_and_is_about_as_long():
    graph = route(inputs_with(BackboneRules(in_plan=True)))
    of = graph.spans[graph.spans["tier"] == "lead_in"]
    kind = graph.nodes["kind"].to_numpy()
    of = of.assign(place=np.where(kind[of["end"]] == "join", of["start"], of["end"]))
    of = of.assign(join=np.where(kind[of["end"]] == "join", of["end"], of["start"]))
    doubled = of.groupby("place").agg(count=("id", "size"), joins=("join", "nunique"), longer=("length_m", np.ptp))
    assert doubled["count"].tolist() == doubled["joins"].tolist()
    assert doubled["count"].tolist().count(2) == 3
    assert doubled["longer"].max() < 25.0
    access = graph.spans[graph.spans["tier"] == "access"]
    assert access["length_m"].sum() == pytest.approx(34_158.0, abs=5.0)
    between = access[access["length_m"] < 30.0]
    assert len(between) == 3 and between["length_m"].tolist() == pytest.approx([25.0] * 3, abs=0.1)

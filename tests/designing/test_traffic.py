"""Traffic of the hubs: who is counted where, and what the ways bring on every span."""

from pathlib import Path

import numpy as np
import pytest

from karez.appraising.busy_hour import busy_hour_mbps
from karez.appraising.converting import convert
from karez.appraising.optics_bill import unit_rates
from karez.appraising.pricing import price
from karez.designing.backbone import design_backbone
from karez.model.plan import RunRecord
from karez.reading import read
from karez.routing.route import route
from projects import tiny_project


def designed(folder: Path, settings: str = ""):
    """Inputs, graph, traffic of sites and backbone of the small project with further settings."""
    tiny_project(folder)
    with (folder / "programme.toml").open("a") as text:
        text.write(settings)
    inputs = read(folder)
    graph = route(inputs)
    catalogue = convert(inputs.catalogue, inputs.programme)
    prices = price(inputs, graph, catalogue)
    mbps = busy_hour_mbps(inputs, graph)
    made = design_backbone(inputs, graph, prices, mbps, unit_rates(catalogue), RunRecord("", {}, 0, {}))
    return inputs, graph, mbps, made


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    return designed(tmp_path_factory.mktemp("traffic") / "tiny")


def test_the_busy_hour_counts_who_connects_and_grows(whole):
    inputs, _, mbps, _ = whole
    of = dict(zip(inputs.sites["id"], mbps, strict=True))
    grown = 1.1**10
    # Seven of ten households connect, those served already left out; institutions all do.
    assert of["home-north"] == pytest.approx(600 * 0.7 * 2.0 * grown)
    assert of["home-capital"] == pytest.approx(9000 * 0.8 * 0.7 * 2.0 * grown)
    assert of["clinic-middle"] == pytest.approx(3 * 20.0 * grown)


def test_ceilings_of_take_up_and_years_are_settings(tmp_path):
    inputs, _, mbps, backbone = designed(
        tmp_path / "tiny",
        "\n[business.uptake.urban]\nceiling = 0.5\n[backbone]\ntraffic_years = 0\n",
    )
    of = dict(zip(inputs.sites["id"], mbps, strict=True))
    assert of["home-middle"] == pytest.approx((1000 * 0.5 + 3000 * 0.7) * 2.0)
    assert backbone.traffic.year == 2026


def test_every_site_counts_once_at_the_nearest_hub_or_source(whole):
    _, _, mbps, backbone = whole
    traffic = backbone.traffic
    assert traffic.hubs["mbps"].sum() + traffic.at_sources_mbps + traffic.unreached_mbps == pytest.approx(mbps.sum())
    assert traffic.unreached_mbps == pytest.approx(2.0 * 0.7 * 40 * 1.1**10 + 20.0 * 1.1**10)
    hubs = traffic.hubs.set_index("hub")
    # The south alone is behind its branch; both tranches of the east are at its own node.
    assert hubs.loc["county_seat-south", "households"] == 900
    assert hubs.loc["county_seat-east", "households"] == 24_000


def test_spans_carry_what_the_ways_of_the_hubs_bring(whole):
    _, graph, _, backbone = whole
    traffic = backbone.traffic
    spans = backbone.spans.set_index("id")
    for way, column in (("working", "working_mbps"), ("protection", "protection_mbps")):
        rows = traffic.ways["way"] == way
        load = np.zeros(len(graph.spans))
        for mbps, edges in zip(traffic.ways["mbps"][rows], np.array(traffic.edges, object)[rows], strict=True):
            load[edges[edges < len(load)]] += mbps
        told = spans[column].reindex(graph.spans["id"]).fillna(0.0)
        np.testing.assert_allclose(told, load)
    ways = traffic.ways.set_index("id")
    assert ways.loc["county_seat-east:working", "shared_km"] == 0
    # What both ways of the south have in common is the branch that nothing doubles.
    only = spans.loc[spans["role"] == "only_road", "length_m"].sum() / 1e3
    assert ways.loc["county_seat-south:protection", "shared_km"] == pytest.approx(only, abs=1e-6)
    assert (ways["length_km"] >= ways["shared_km"]).all()


def test_a_hub_that_needs_one_way_has_no_protection(tmp_path):
    _, _, _, backbone = designed(tmp_path / "tiny", '\n[backbone.hubs]\ncounty_seat = "none"\n')
    assert set(backbone.traffic.ways["way"]) == {"working"}
    assert (backbone.traffic.hubs["ways"] == 1).all()
    assert (backbone.spans["protection_mbps"] == 0).all()

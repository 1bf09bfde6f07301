"""Hops in the design: never better than the optimum, never below the bound, and every rule of them held."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hop_oracle import least_cost
from hypothesis import given, settings
from hypothesis import strategies as st
from islands import changed, ringed, selling

from karez.appraising.converting import convert
from karez.appraising.pricing import price
from karez.appraising.relays import relays
from karez.designing.candidates import Candidates, Constraints
from karez.designing.hanging import hang
from karez.designing.network import design
from karez.designing.yearly import Yearly
from karez.flow.plan import make as plan
from karez.kernels.profile import ground_profile
from karez.model.catalogue import Catalogue
from karez.model.design import Design
from karez.model.inputs import Inputs
from karez.model.prices import Prices
from karez.model.radio import EITHER
from karez.model.route_graph import RouteGraph
from karez.model.words import RADIO_METHODS
from karez.routing.route import route
from karez.units import to_minor
from karez.verifying.sights import Profile

Made = tuple[Inputs, RouteGraph, Prices, Design]


def make(inputs: Inputs) -> Made:
    graph = route(inputs)
    prices = price(inputs, graph, convert(inputs.catalogue, inputs.programme))
    return inputs, graph, prices, design(inputs, graph, prices)


def scaled(inputs: Inputs, factors: dict[str, float], mbps: float) -> Inputs:
    """Other unit costs, and bands that carry another share."""
    table = inputs.catalogue.table.copy()
    for item, factor in factors.items():
        table.loc[item, ["low", "rate", "high"]] *= factor
    bands = tuple(
        band.model_copy(update={"mbps": max(100.0, mbps * band.mbps)}) for band in inputs.programme.radio.bands
    )
    return changed(replace(inputs, catalogue=Catalogue(table)), bands=bands)


def whole_cost(made: Made) -> int:
    """Present cost of spans and sites, in minor units, as the oracle counts it."""
    _, _, prices, found = made
    span = found.tree.span
    spans = to_minor(np.append(prices.span_present_by_year[:, 0], prices.source_present_by_year[::-1, 0]))[span].sum()
    option = found.site_option
    return int(spans + to_minor(prices.option_present_by_year[:, 0])[option[option >= 0]].sum())


def sold(made: Made) -> tuple[float, float]:
    """Mbit/s that low orbit sells to designed sites, and the most that any of its cells sells beyond its limit."""
    _, _, prices, found = made
    service = prices.options["service"].to_numpy()
    mine = np.append(service == "leo", False)[found.site_option]
    if prices.sharing is None or not prices.sharing.cells:
        return float(prices.site_mbps[mine].sum()), 0.0
    cell = np.append(prices.sharing.option_cell, -1)[found.site_option]
    used = np.bincount(cell[cell >= 0], prices.site_mbps[cell >= 0], len(prices.sharing.cells))
    return float(prices.site_mbps[mine].sum()), float((used - prices.sharing.limit_mbps).max())


def check_rules(made: Made) -> None:
    inputs, graph, prices, found = made
    assert sold(made)[1] <= 1e-6, "nothing keeps a satellite beyond what its cell can sell: all have another way"
    assert graph.radio is not None
    links = graph.radio.links.set_index("span")
    load = np.zeros(len(found.tree.span))
    for site, technology in enumerate(found.site_technology):
        at, over = found.site_element[site] if technology in ("fibre", "microwave") else -1, False
        while at >= 0:
            load[at] += prices.site_mbps[site]
            over |= found.tree.span[at] >= 0 and graph.spans["method"].iloc[found.tree.span[at]] == "microwave"
            at = found.tree.parent[at]
        if technology in ("fibre", "microwave"):
            assert over == (technology == "microwave")
        assert not (prices.site_fibre_mandatory[site] and technology == "microwave")
    if found.rings is not None:
        of_spans = found.rings.edges[found.rings.edges < len(graph.spans)]
        assert not graph.spans["method"].iloc[of_spans].isin(RADIO_METHODS).any(), "two ways run over fibre"
        assert np.isin(of_spans, found.tree.span).all(), "what keeps posts reachable is there"
    heads, paid = graph.radio.towers["node"].tolist(), []
    for element, span in enumerate(found.tree.span.tolist()):
        if span in links.index:
            link = links.loc[span]
            assert load[element] <= link["mbps"] + 1e-6
            assert link["child"] in (EITHER, found.tree.node[element])
        if found.tree.node[element] in heads:
            paid.append(found.tree.node[element])
    assert len(paid) == len(set(paid)), "a mast is led to once"
    new = ~graph.radio.towers["existing"].to_numpy(bool)
    masts = {mast.item for mast in inputs.programme.radio.masts}
    bought = graph.radio.parts[graph.radio.parts["span"].isin(found.tree.span) & graph.radio.parts["item"].isin(masts)]
    assert bought["quantity"].sum() == np.isin(graph.radio.towers["node"].to_numpy()[new], paid).sum()


@pytest.fixture(scope="module")
def made(archipelago: Inputs) -> Made:
    return make(archipelago)


def test_islands_hang_on_hops_and_the_coast_on_fibre(made: Made) -> None:
    inputs, _, _, found = made
    served = dict(zip(inputs.sites["id"], found.site_technology, strict=True))
    assert served["county_seat-harbour"] == "fibre"
    assert served["homes-harbour"] == "fibre"
    assert "microwave" in {served[f"homes-{place}"] for place in ("skerry", "great-isle", "outer-isle", "holm")}
    check_rules(made)


POST = "emergency_post-southpoint"
FEW = ("county_seat-harbour", POST, "homes-southpoint", "homes-holm", "homes-great-isle", "homes-outer-isle")


def few(inputs: Inputs) -> Inputs:
    """Six sites and two bands: what HiGHS proves in seconds."""
    sites = inputs.sites[inputs.sites["id"].isin(FEW)].reset_index(drop=True)
    towers = inputs.towers
    assert towers is not None
    towers = towers[~towers["id"].isin(["t-skerry", "t-great-west"])].reset_index(drop=True)
    return changed(replace(inputs, sites=sites, towers=towers), bands=inputs.programme.radio.bands[:2])


@pytest.mark.parametrize("seed", range(3))
def test_value_and_bound_stand_on_either_side_of_the_optimum(archipelago: Inputs, seed: int) -> None:
    random = np.random.default_rng(seed)
    items = ("route", "sea_cable", "drop", "radio_home", "satellite_capacity", "mast_45m", "link_6ghz", "solar_power")
    factors = {item: float(random.uniform(0.4, 2.5)) for item in items}
    islands = selling(scaled(few(archipelago), factors, float(random.choice([0.15, 0.3, 1.0]))), 95.0 * (1 + seed))
    given = make(islands)
    check_rules(given)
    least, certificate = least_cost(*given[:3], hubs=(POST,)), given[3].certificate
    assert certificate.bound is not None
    ours = whole_cost(given)
    constant = 100 * certificate.constant
    assert 100 * certificate.value + constant == pytest.approx(ours, abs=1.0), "the certificate counts what is there"
    assert ours >= least - 10.0
    assert 100 * certificate.bound + constant <= least + 10.0
    assert ours <= 1.15 * least


@given(
    costs=st.lists(st.floats(0.3, 3.0), min_size=7, max_size=7),
    mbps=st.sampled_from([0.15, 0.4, 1.0]),
    cell=st.floats(20.0, 700.0),
    level=st.sampled_from(["none", "edge", "node", ""]),
)
@settings(max_examples=5)
def test_whatever_things_cost_every_rule_is_held_and_the_bound_is_below_the_optimum(
    archipelago: Inputs, costs: list[float], mbps: float, cell: float, level: str
) -> None:
    items = ("route", "sea_cable", "drop", "leo_kit", "satellite_capacity", "mast_45m", "link_18ghz")
    islands = ringed(few(archipelago), {"emergency_post": level} if level else {})
    made = make(selling(scaled(islands, dict(zip(items, costs, strict=True)), mbps), cell))
    check_rules(made)
    least = least_cost(*made[:3], hubs=(POST,) if level in ("edge", "node") else ())
    certificate = made[3].certificate
    assert 100 * certificate.value + 100 * certificate.constant == pytest.approx(whole_cost(made), abs=1.0)
    assert certificate.bound is None or certificate.bound <= certificate.value
    if level != "edge":
        assert whole_cost(made) >= least - 10.0
    if certificate.bound is not None and level != "none":
        # With ways that share a node allowed, or only one of them asked for, the optimum is no more, or no less.
        assert 100 * (certificate.bound + certificate.constant) <= least + 10.0


def test_what_no_hop_can_carry_is_served_otherwise(archipelago: Inputs) -> None:
    given = make(scaled(archipelago, {}, 0.1))
    check_rules(given)
    served = dict(zip(given[0].sites["id"], given[3].site_technology, strict=True))
    # 504 Mbit/s in the busy hour over hops of 100.
    assert served["homes-great-isle"] == "satellite"


def test_room_on_satellites_is_part_of_the_same_optimisation(archipelago: Inputs, made: Made) -> None:
    # Little room in low orbit: what loses it goes to a hop where that is cheaper than geostationary capacity.
    short, wide = make(selling(archipelago, 60.0)), make(selling(archipelago, 5000.0))
    for one in (short, made, wide):
        check_rules(one)
    assert sold(short)[0] < sold(made)[0]
    assert (short[3].site_technology == "microwave").sum() > (made[3].site_technology == "microwave").sum()
    least = least_cost(*short[:3], hubs=(POST,))
    assert whole_cost(wide) <= whole_cost(made) <= whole_cost(short) == pytest.approx(least, abs=10.0)
    assert "satellites sell any amount in a cell" in short[3].certificate.proof
    assert "satellites sell" not in wide[3].certificate.proof


def test_a_post_that_must_stay_reachable_has_two_ways_over_fibre_and_homes_beside_them_too(
    archipelago: Inputs, made: Made
) -> None:
    found, homes = made[3], made[0].sites["id"].eq("homes-southpoint").to_numpy()
    assert found.rings is not None and found.tree.closes.sum() == 1
    hubs = found.rings.hubs.set_index("id")["has"]
    assert (hubs[POST], hubs["emergency_post-outer-isle"]) == ("node", "unreached")
    without = make(ringed(archipelago, {}))
    assert without[3].rings is None
    assert (without[3].site_technology[homes], found.site_technology[homes]) == ("microwave", "fibre")
    assert whole_cost(without) < whole_cost(made)
    assert without[3].certificate.bound < made[3].certificate.bound  # type: ignore[operator]


def test_places_too_large_for_hops_do_not_keep_them_from_others(archipelago: Inputs) -> None:
    costs = {
        "route": 1.6, "sea_cable": 0.5, "drop": 0.4, "leo_kit": 0.74, "satellite_capacity": 1.84, "mast_45m": 1.76,
        "link_18ghz": 0.81, "link_6ghz": 1.42, "leo_capacity": 2.18, "solar_power": 0.35,
    }  # fmt: skip
    given = make(selling(scaled(ringed(archipelago, {}), costs, 0.3), 380.0))
    check_rules(given)
    served = dict(zip(given[0].sites["id"], given[3].site_technology, strict=True))
    # Great Isle asks for more than any hop carries, Southpoint for more than its own does: a trench serves it.
    islands = ("skerry", "holm", "great-isle-west", "outer-isle", "outer-cove")
    assert {served[f"homes-{place}"] for place in islands} == {"microwave"}
    assert (served["homes-great-isle"], served["homes-southpoint"]) == ("satellite", "fibre")


def test_without_bands_there_are_no_hops(archipelago: Inputs) -> None:
    graph = route(archipelago.by_cable())
    assert graph.radio is None
    assert not graph.spans["method"].isin(["microwave", "mast"]).any()


def test_a_coarse_raster_proves_nothing(archipelago: Inputs, made: Made) -> None:
    proven = made[1].radio
    assumed = route(changed(archipelago, proven_cell_m=50.0)).radio
    assert proven is not None and assumed is not None
    hops = proven.links[proven.links["band"] != ""]
    assert (hops["state"] == "clear").all() and (hops["clearance_m"] >= 0).all()
    guessed = assumed.links[assumed.links["band"] != ""]
    assert (guessed["state"] == "assumed").all() and guessed["clearance_m"].isna().all()
    survey = assumed.parts[assumed.parts["item"] == "survey"]
    assert set(survey["span"]) == set(guessed["span"])
    assert not (proven.parts["item"] == "survey").any()


def test_blocked_hops_are_kept_to_be_shown_and_are_no_candidates(archipelago: Inputs) -> None:
    assert archipelago.towers is not None and archipelago.relief is not None
    graph = route(replace(archipelago, towers=archipelago.towers.assign(height_m=12.0)))
    assert graph.radio is not None
    tried, names = graph.radio.tried, graph.nodes["id"].str.removeprefix("mast:")
    assert len(tried.blocked)
    ends = graph.spans.loc[graph.spans["method"] == "microwave", ["start", "end"]].to_numpy()
    there = {tuple(sorted(names.iloc[pair])) for pair in ends}
    place = tried.masts.set_index("id")[["lon", "lat"]]
    relief = archipelago.relief
    for row in tried.blocked.itertuples():
        assert (row.one, row.other) not in there
        raster = (relief.elevation_m, relief.west, relief.north, relief.step_lon, relief.step_lat)
        ground = ground_profile(*raster, place.loc[[row.one, row.other]].to_numpy(), 1e3 * row.km, relief.sample_m)
        profile = Profile(ground[:, 0], ground[:, 1], (12.0, 12.0))
        rules = archipelago.programme.radio
        assert all(profile.room_m(rules, band.ghz).min() < 0.0 for band in rules.bands)


def test_candidates_at_places_are_called_derived(archipelago: Inputs) -> None:
    graph = route(replace(archipelago, towers=None))
    assert graph.radio is not None
    assert graph.radio.towers["derived"].all()
    assert graph.radio.towers["id"].str.startswith("place:").all()


def test_equal_inputs_give_equal_graphs_whatever_the_order_of_towers(archipelago: Inputs, made: Made) -> None:
    again: Any = route(replace(archipelago))
    assert again.spans["id"].tolist() == made[1].spans["id"].tolist()
    assert again.radio.links.equals(made[1].radio.links)  # type: ignore[union-attr]


def test_hanging_a_tree_leads_away_from_the_root(made: Made) -> None:
    _, _, _, found = made
    assert (found.tree.parent < np.arange(len(found.tree.parent))).all()
    assert hang.__doc__


def test_a_link_where_nothing_stands_needs_masts_at_either_end_of_every_band(archipelago: Inputs) -> None:
    catalogue = convert(archipelago.catalogue, archipelago.programme)
    made = relays(archipelago.programme, catalogue)
    rules = archipelago.programme.radio
    assert made["up_to_km"].tolist() == [band.max_km for band in rules.bands]
    mast = rules.mast(rules.candidate_height_m)
    assert mast is not None
    items = pd.Series(catalogue.table["rate_real"])
    for band, present in zip(rules.bands, made["present_real"], strict=True):
        assert present > items[band.item] + items[rules.survey_item] + 2 * items[mast.item]


def test_a_site_with_two_ways_over_the_network_is_worth_once_what_the_better_is(made: Made) -> None:
    inputs, graph, prices, _ = made
    candidates = Candidates.of(inputs, graph, prices)
    rows = Constraints.of(inputs, prices, pd.DataFrame({"name": [], "limit": [], "tolerance": [], "used": []}))
    yearly = Yearly(candidates, rows, np.zeros(len(rows.names)))
    tied, last = candidates.node >= 0, candidates.years - 1
    assert (np.bincount(candidates.site[tied]) > 1).any()
    worth = np.where(tied, yearly.worth[:, last], -np.inf)
    better = np.zeros(candidates.sites)
    np.maximum.at(better, candidates.site[tied], worth[tied])
    alone = yearly.best[0][:, -1]
    assert yearly.best[0][:, last] == pytest.approx(np.maximum(better, alone))
    assert yearly.gains(last).sum() == pytest.approx(np.maximum(better - alone, 0.0).sum())


def test_a_project_whose_towers_are_all_too_far_apart_is_planned_without_hops(archipelago: Inputs) -> None:
    far = plan(changed(archipelago, longest_km=0.1))
    assert far.radio is not None
    assert far.radio.hops.empty and far.radio.profiles.empty

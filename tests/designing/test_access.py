"""The access network: oracle, reasons, what is proven."""

import itertools

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from karez.appraising.converting import convert
from karez.appraising.pricing import price
from karez.designing.access import design
from karez.errors import Infeasible
from karez.model.design import FORCED
from karez.model.route_graph import RouteGraph
from karez.reading import read
from karez.routing.route import route
from projects import tiny_project


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    inputs = read(tiny_project(tmp_path_factory.mktemp("tiny") / "project"))
    graph = route(inputs)
    prices = price(inputs, graph, convert(inputs.catalogue, inputs.programme))
    return inputs, graph, prices, design(inputs, graph, prices)


def test_every_parent_comes_before_its_child_and_roots_are_sources(small):
    _, graph, _, made = small
    tree = made.tree
    assert (tree.parent < np.arange(len(tree.parent))).all()
    assert ((tree.parent < 0) == (tree.span < 0)).all()
    assert set(tree.node[tree.span < 0]) <= set(graph.source_node)
    assert len(set(tree.node)) == len(tree.node)


def test_the_certificate_is_the_cost_of_its_own_tables(small):
    _, _, prices, made = small
    tree = made.tree
    spans = np.concatenate([prices.span_present_by_year, prices.source_present_by_year[::-1]])[tree.span, 0].sum()
    served = made.site_option >= 0
    local = prices.option_present_by_year[made.site_option[served], 0].sum()
    assert made.certificate.value + made.certificate.constant == pytest.approx(spans + local, abs=0.02 * len(served))
    assert made.certificate.bound <= made.certificate.value


def test_forced_sites_have_fibre_and_sites_off_every_road_have_not(small):
    inputs, graph, _, made = small
    seats = inputs.sites["category"] == "county_seat"
    assert (made.site_technology[seats] == "fibre").all()
    assert (made.prize[graph.site_node[seats]] == FORCED).all()
    far = inputs.sites["place_id"] == "far"
    assert (made.site_technology[far] != "fibre").all()
    assert all("further than 15 km" in reason for reason in made.site_reason[far])


def test_shares_of_an_element_add_up_to_one_and_nothing_hangs_on_air(small):
    inputs, _, _, made = small
    assert made.attribution.sum(axis=1) == pytest.approx(np.ones(len(made.tree.span)))
    homes = (made.site_technology == "fibre") & inputs.sites["households"].notna().to_numpy()
    roots = made.tree.parent < 0
    assert made.households_behind[roots].sum() == pytest.approx(inputs.sites["households"][homes].sum())


def test_no_joined_source_is_infeasible(small):
    inputs, graph, prices, _ = small
    cut = RouteGraph(graph.nodes, graph.spans, graph.site_node, graph.site_refusal, np.full(2, -1, dtype=np.int32))
    with pytest.raises(Infeasible, match="lead_in_max_km"):
        design(inputs, cut, prices)


@st.composite
def graphs(draw: st.DrawFn) -> tuple[int, list[tuple[int, int]], list[int]]:
    """Nodes, a connected graph's edges, and where the tiny project's sites stand."""
    nodes = draw(st.integers(3, 6))
    edges = [(draw(st.integers(0, node - 1)), node) for node in range(1, nodes)]
    extra = st.tuples(st.integers(0, nodes - 1), st.integers(0, nodes - 1)).filter(lambda pair: pair[0] != pair[1])
    edges += draw(st.lists(extra, max_size=4))
    return nodes, edges, draw(st.lists(st.integers(0, nodes - 1), min_size=15, max_size=15))


@settings(max_examples=25, deadline=None)
@given(graphs(), st.lists(st.integers(1_000, 400_000), min_size=12, max_size=12))
def test_the_design_is_the_best_of_all_trees_on_small_graphs(small, drawn, lengths):
    inputs = small[0]
    nodes, edges, at = drawn
    graph = made_up_graph(nodes, edges, lengths, at)
    prices = price(inputs, graph, convert(inputs.catalogue, inputs.programme))
    made = design(inputs, graph, prices)
    best = cheapest_by_enumeration(graph, prices, len(inputs.sites))
    reached = made.certificate.value + made.certificate.constant
    assert made.certificate.bound + made.certificate.constant <= best + 1.0
    assert reached >= best - 1.0
    assert reached <= best * 1.001 + 1.0


def made_up_graph(nodes: int, edges: list[tuple[int, int]], lengths: list[int], at: list[int]) -> RouteGraph:
    table = gpd.GeoDataFrame(
        {"id": [f"n{k}" for k in range(nodes)], "name": "", "kind": "junction"},
        geometry=[shapely.Point(80 + k, 40) for k in range(nodes)],
        crs=4326,
    )
    spans = gpd.GeoDataFrame(
        {
            "id": [f"e{k}" for k in range(len(edges))],
            "start": np.array([a for a, _ in edges], dtype=np.int32),
            "end": np.array([b for _, b in edges], dtype=np.int32),
            "length_m": [float(length) for length in lengths[: len(edges)]],
            "ground": "plain",
            "method": "buried",
        },
        geometry=[shapely.LineString([(80 + a, 40), (80 + b, 40)]) for a, b in edges],
        crs=4326,
    )
    refusal = np.full(len(at), "", dtype=object)
    return RouteGraph(table, spans, np.array(at, dtype=np.int32), refusal, np.array([0, 1], dtype=np.int32))


def cheapest_by_enumeration(graph: RouteGraph, prices, sites: int) -> float:
    """Least present cost over every set of nodes that fibre may reach: two sources joined to a root."""
    options = prices.options.assign(present=prices.option_present_by_year[:, 0])
    table = options.pivot_table(index="site", columns="technology", values="present").reindex(range(sites))
    fibre = table["fibre"].to_numpy()
    other = table.drop(columns="fibre").min(axis=1).fillna(np.inf).to_numpy()
    root = len(graph.nodes)
    network = nx.Graph()
    network.add_node(root)
    starts = [*graph.spans["start"], root, root]
    ends = [*graph.spans["end"], *graph.source_node]
    costs = [*prices.span_present_by_year[:, 0], *prices.source_present_by_year[:, 0]]
    for a, b, cost in zip(starts, ends, costs, strict=True):
        known = network.get_edge_data(int(a), int(b), {"weight": np.inf})["weight"]
        network.add_edge(int(a), int(b), weight=min(cost, known))
    best = np.inf
    for size in range(len(graph.nodes) + 1):
        for chosen in itertools.combinations(range(len(graph.nodes)), size):
            part = network.subgraph([root, *chosen])
            if not nx.is_connected(part):
                continue
            tree = nx.minimum_spanning_tree(part).size(weight="weight")
            there = np.isin(graph.site_node, chosen)
            local = np.where(there, np.minimum(fibre, other), other).sum()
            best = min(best, tree + local)
    return float(best)


def test_reasons_speak_of_money(small):
    inputs, _, _, made = small
    table = pd.Series(made.site_reason, index=inputs.sites["id"])
    assert (table.str.contains("CNY") | table.str.contains("km") | table.str.contains("required")).all()

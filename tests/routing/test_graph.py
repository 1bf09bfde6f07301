"""From lines to a graph: noded, classed, merged, joined."""

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from karez.model.inputs import Inputs, Relief
from karez.model.programme import GroundRules, Programme, Routing
from karez.routing.ground import Ground, local_relief
from karez.routing.lines import Lines, Metric
from karez.routing.merging import merge_chains
from karez.routing.noding import node
from karez.routing.route import route

GRID_DEGREES = 0.01


def lines_of(shapes: list[list[tuple[float, float]]], layers: list[str] | None = None) -> tuple[Lines, Metric]:
    lonlat = np.array([point for shape in shapes for point in shape], dtype=float)
    metric = Metric(lonlat)
    first = np.cumsum([0] + [len(shape) for shape in shapes])
    table = pd.DataFrame(
        {"method": "buried", "layer": layers or ["roads"] * len(shapes), "ground": "", "tier": "access"}
    )
    lines = Lines(lonlat, metric.plane(lonlat), first, table)
    table.insert(0, "length_m", lines.geodesic_length())
    return lines, metric


def test_an_end_on_another_line_makes_a_junction():
    lines, metric = lines_of([[(80.0, 40.0), (80.2, 40.0)], [(80.1, 40.0), (80.1, 40.1)]])
    edges, _ = node(lines, metric, 20.0, "none")
    assert len(edges.lines) == 3
    assert edges.nodes == 4


def test_a_vertex_in_common_makes_a_junction_and_a_bare_crossing_does_not():
    common = [[(80.0, 40.0), (80.1, 40.05), (80.2, 40.1)], [(80.0, 40.1), (80.1, 40.05), (80.2, 40.0)]]
    bare = [[shape[0], shape[2]] for shape in common]
    with_vertex, _ = node(*lines_of(common), 1.0, "none")
    without, _ = node(*lines_of(bare), 1.0, "none")
    assert (len(with_vertex.lines), with_vertex.nodes) == (4, 5)
    assert (len(without.lines), without.nodes) == (2, 4)


def test_crossings_join_as_the_setting_says():
    shapes = [[(80.0, 40.0), (80.2, 40.1)], [(80.0, 40.1), (80.2, 40.0)], [(80.0, 40.05), (80.2, 40.06)]]
    lines, metric = lines_of(shapes, ["roads", "roads", "rails"])
    edges = {how: len(node(lines, metric, 1.0, how)[0].lines) for how in ("none", "between_layers", "all")}
    assert edges == {"none": 3, "between_layers": 7, "all": 9}


def test_edges_of_zero_length_are_contracted_and_counted():
    lines, metric = lines_of([[(80.0, 40.0), (80.1, 40.0)], [(80.1, 40.0), (80.1, 40.0)], [(80.1, 40.0), (80.2, 40.0)]])
    edges, notes = node(lines, metric, 1.0, "none")
    assert len(edges.lines) == 2
    assert [note.count for note in notes if "contracted" in note.text] == [1]


def test_a_zero_surveyed_length_between_two_points_makes_them_one_node():
    lines, metric = lines_of(
        [[(80.0, 40.0), (80.1, 40.0)], [(80.1, 40.0), (80.1001, 40.0)], [(80.1001, 40.0), (80.2, 40.0)]]
    )
    lines.table.loc[1, "length_m"] = 0.0
    edges, _ = node(lines, metric, 1.0, "none")
    assert len(np.unique(edges.parts()[edges.start])) == 1
    assert len(edges.lines) == 2


points = st.tuples(st.integers(0, 8), st.integers(0, 8))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(points, points).filter(lambda pair: pair[0] != pair[1]), min_size=1, max_size=25))
def test_merging_keeps_length_and_what_is_connected(pairs: list[tuple[tuple[int, int], tuple[int, int]]]):
    shapes = [[(80 + a * GRID_DEGREES, 40 + b * GRID_DEGREES) for a, b in pair] for pair in pairs]
    edges, _ = node(*lines_of(shapes), 1.0, "none")
    merged = merge_chains(edges)
    assert merged.lines.table["length_m"].sum() == pytest.approx(edges.lines.table["length_m"].sum())
    assert merged.lines.geodesic_length().sum() == pytest.approx(edges.lines.geodesic_length().sum())
    before, after = nx.MultiGraph(), nx.MultiGraph()
    before.add_edges_from(zip(edges.start.tolist(), edges.end.tolist(), strict=True))
    after.add_edges_from(zip(merged.start.tolist(), merged.end.tolist(), strict=True))
    assert nx.number_connected_components(before) == nx.number_connected_components(after)
    for number, degree in before.degree():
        assert degree == 2 or number in after
    for number, shape in enumerate(merged.lines.shapes(plane=True)):
        assert shapely.get_num_points(shape) >= 2
        assert merged.lines.plane_length[number] == pytest.approx(shape.length)


def test_ground_is_urban_near_large_places_and_mountain_where_relief_is_high():
    elevation = np.zeros((40, 40), dtype=np.float32)
    elevation[:, 20:] = np.linspace(0, 4_000, 20, dtype=np.float32)
    relief = Relief(elevation, 80.0, 42.0, 0.05, 0.05)
    places = np.array([[80.2, 41.0], [80.5, 41.0]])
    metric = Metric(places)
    ground = Ground(GroundRules(), relief, metric.plane(places), np.array([50_000.0, 100.0]))
    where = np.array([[80.2, 41.01], [80.5, 41.0], [81.7, 41.0], [10.0, 10.0]])
    assert ground.classify(where, metric.plane(where)).tolist() == ["urban", "plain", "mountain", "plain"]


def test_local_relief_is_the_range_of_a_window_found_by_hand():
    elevation = np.arange(25, dtype=np.float32).reshape(5, 5)
    elevation[0, 0] = np.nan
    relief = local_relief(Relief(elevation, 0.0, 2.5, 1.0, 1.0), 111.0)
    assert relief[2, 2] == 17 - 7
    assert np.isfinite(relief).all()


def test_local_relief_of_a_fine_raster_is_that_of_its_slope_within_a_block():
    """A plane that falls 10 m a cell to the south, cells of 90 m: within 10 km some 2,200 m."""
    elevation = np.repeat(np.arange(600, dtype=np.float32)[:, None] * -10.0, 300, axis=1)
    relief = local_relief(Relief(elevation, 80.0, 40.5, 0.0008, 0.0008), 10.0)
    assert relief.shape == elevation.shape
    assert relief[300, 150] == pytest.approx(2 * 10_000 / 88.96 * 10, rel=0.1)


def inputs_of(
    roads: gpd.GeoDataFrame, sites: dict[str, tuple[float, float]], source: tuple[float, float], **rules: object
) -> Inputs:
    table = gpd.GeoDataFrame(
        {"id": list(sites), "place_id": list(sites), "name": list(sites), "households": 10.0},
        geometry=[shapely.Point(point) for point in sites.values()],
        crs=4326,
    )
    sources = gpd.GeoDataFrame({"id": ["s"], "name": ["S"]}, geometry=[shapely.Point(source)], crs=4326)
    programme = Programme.model_construct(routing=Routing(rates={}, **rules))  # type: ignore[arg-type]
    return Inputs(programme, None, table, None, sources, roads)  # type: ignore[arg-type]


def road_table(shapes: list[list[tuple[float, float]]], surveyed: list[float] | None = None) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {
            "id": [f"roads/{number}" for number in range(len(shapes))],
            "layer": "roads",
            "method": "buried",
            "surveyed_m": surveyed or [np.nan] * len(shapes),
            "ground": "",
        },
        geometry=[shapely.LineString(shape) for shape in shapes],
        crs=4326,
    )


def test_sites_join_the_nearest_point_and_lengths_are_surveyed():
    roads = road_table([[(80.0, 40.0), (80.3, 40.0), (80.4, 40.0)]], surveyed=[40_000.0])
    graph = route(inputs_of(roads, {"a": (80.1, 40.02), "b": (80.3, 40.0)}, (80.0, 40.0)))
    assert (graph.site_node >= 0).all()
    lead_ins = graph.spans[graph.spans["tier"] == "lead_in"]
    assert lead_ins["length_m"].tolist() == pytest.approx([2_214.0], abs=10.0)
    assert graph.spans.loc[graph.spans["tier"] == "access", "length_m"].sum() == pytest.approx(40_000.0, abs=0.01)
    assert graph.nodes["kind"].value_counts().to_dict() == {"junction": 1, "place": 2, "join": 1, "source": 1}
    assert graph.spans["id"].is_unique
    assert graph.nodes["id"].is_unique


def test_a_place_further_than_the_limit_is_refused_with_its_distance():
    roads = road_table([[(80.0, 40.0), (80.4, 40.0)]])
    graph = route(inputs_of(roads, {"far": (80.2, 40.9), "near": (80.2, 40.1)}, (80.0, 40.0), lead_in_max_km=50.0))
    assert graph.site_node[0] == -1
    assert "99.9 km away, further than 50 km" in graph.site_refusal[0]
    assert [note.ids for note in graph.notes if "fall to their alternative" in note.text] == [("far",)]


def test_a_part_that_reaches_no_source_is_listed_and_not_joined():
    roads = road_table([[(80.0, 40.0), (80.4, 40.0)], [(80.0, 40.2), (80.4, 40.2)]])
    graph = route(inputs_of(roads, {"a": (80.2, 40.19)}, (80.0, 40.0)))
    note = next(note for note in graph.notes if "reach no source" in note.text)
    assert note.count == 1
    assert graph.spans.loc[graph.spans["tier"] == "lead_in", "length_m"].iloc[0] > 20_000


def test_the_order_of_rows_changes_nothing():
    shapes = [[(80.0, 40.0), (80.2, 40.0)], [(80.2, 40.0), (80.2, 40.3)], [(80.2, 40.0), (80.5, 40.1)]]
    sites = {"a": (80.1, 40.02), "b": (80.21, 40.2), "c": (80.4, 40.1)}
    one = route(inputs_of(road_table(shapes), sites, (80.0, 40.0)))
    other = route(inputs_of(road_table(shapes[::-1]), sites, (80.0, 40.0)))
    assert one.spans["id"].tolist() == other.spans["id"].tolist()
    assert one.nodes["id"].tolist() == other.nodes["id"].tolist()
    assert one.spans["length_m"].tolist() == pytest.approx(other.spans["length_m"].tolist())


def test_spans_begin_and_end_at_their_nodes():
    shapes = [[(80.0, 40.0), (80.1, 40.05), (80.2, 40.0)], [(80.2, 40.0), (80.2, 40.3)]]
    graph = route(inputs_of(road_table(shapes), {"a": (80.1, 40.1), "b": (80.3, 40.2)}, (80.0, 40.0)))
    begin = shapely.get_coordinates(shapely.get_point(graph.spans.geometry.to_numpy(), 0))
    end = shapely.get_coordinates(shapely.get_point(graph.spans.geometry.to_numpy(), -1))
    at = shapely.get_coordinates(graph.nodes.geometry.to_numpy())
    assert begin == pytest.approx(at[graph.spans["start"]], abs=1e-5)
    assert end == pytest.approx(at[graph.spans["end"]], abs=1e-5)

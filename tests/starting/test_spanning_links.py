"""Links between parts: connected afterwards, and as short as networkx finds by trying every pair."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from karez.starting.globe import Frame, distance_km
from karez.starting.links import LANDING_KM, LEAST_SEA_KM, cut_at_shores, parts_of, spanning_links
from karez.starting.outlines import Land


def shortest_by_trial(lonlat: np.ndarray, part: np.ndarray) -> float:
    graph = nx.Graph()
    graph.add_nodes_from(part.tolist())
    for i in range(len(part)):
        for j in range(i):
            if part[i] != part[j]:
                km = float(distance_km(lonlat[i : i + 1], lonlat[j : j + 1])[0])
                known = graph.get_edge_data(int(part[i]), int(part[j]))
                if known is None or km < known["weight"]:
                    graph.add_edge(int(part[i]), int(part[j]), weight=km)
    return float(sum(data["weight"] for _, _, data in nx.minimum_spanning_edges(graph, data=True)))


@st.composite
def scattered_parts(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray]:
    """Points on a coarse or fine raster anywhere on the globe, over the date line too, in some parts."""
    lon0, lat0 = draw(st.integers(-180, 179)), draw(st.integers(-60, 60))
    step = draw(st.sampled_from([0.001, 0.05, 1.0]))
    cell = st.tuples(st.integers(-20, 20), st.integers(-20, 20))
    cells = draw(st.lists(cell, min_size=1, max_size=14, unique=True))
    offset = np.array(cells, dtype=float) * step
    lon = (lon0 + offset[:, 0] + 180.0) % 360.0 - 180.0
    labels = draw(st.lists(st.integers(0, 5), min_size=len(cells), max_size=len(cells)))
    return np.column_stack([lon, lat0 + offset[:, 1]]), np.unique(labels, return_inverse=True)[1]


@settings(max_examples=150, deadline=None)
@given(scattered_parts())
def test_parts_are_joined_by_the_shortest_set_of_links(scattered: tuple[np.ndarray, np.ndarray]) -> None:
    lonlat, part = scattered
    one, other = spanning_links(lonlat, part)
    parts = part.max() + 1
    assert len(one) == parts - 1
    assert parts_of(parts, part[one], part[other]).max() == 0
    length = distance_km(lonlat[one], lonlat[other]).sum()
    assert length == pytest.approx(shortest_by_trial(lonlat, part), rel=1e-9)


def test_points_in_one_line_are_joined_in_their_order() -> None:
    lonlat = np.column_stack([np.linspace(10.0, 20.0, 40), np.zeros(40)])
    one, other = spanning_links(lonlat, np.arange(40))
    assert sorted(zip(one.tolist(), other.tolist(), strict=True)) == [(i, i + 1) for i in range(39)]


def test_one_part_and_no_part_need_no_link() -> None:
    assert len(spanning_links(np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([0, 0]))[0]) == 0
    assert len(spanning_links(np.zeros((0, 2)), np.zeros(0, dtype=np.int64))[0]) == 0


def islands(*boxes: tuple[float, float, float, float]) -> Land:
    return Land(shapely.MultiPolygon([shapely.box(*box) for box in boxes]), np.array([], dtype=object))


def test_a_link_between_islands_is_land_then_sea_then_land() -> None:
    land = islands((0.0, -0.5, 0.5, 0.5), (1.0, -0.5, 1.5, 0.5))
    one, other = np.array([[0.25, 0.0]]), np.array([[1.25, 0.0]])
    links = cut_at_shores(one, other, land, Frame(0.0))
    assert links.sea.tolist() == [False, True, False]
    assert np.array_equal(links.one[1:], links.other[:-1])
    assert np.array_equal(links.one[:1], one)
    assert np.array_equal(links.other[-1:], other)
    assert links.other[0, 0] == pytest.approx(0.5, abs=0.02)
    assert links.one[2, 0] == pytest.approx(1.0, abs=0.02)


def test_a_cable_between_islets_that_the_outline_lacks_comes_ashore_at_both_ends() -> None:
    one, other = np.array([[0.0, 0.0]]), np.array([[0.5, 0.0]])
    links = cut_at_shores(one, other, islands((9.0, 9.0, 9.1, 9.1)), Frame(0.0))
    assert links.sea.tolist() == [False, True, False]
    length = distance_km(links.one, links.other)
    assert length[[0, 2]] == pytest.approx(LANDING_KM, rel=1e-6)


def test_a_narrow_water_is_crossed_on_land() -> None:
    gap = 0.5 * LEAST_SEA_KM / 111.2
    land = islands((0.0, -1.0, 0.5, 1.0), (0.5 + gap, -1.0, 1.0, 1.0))
    links = cut_at_shores(np.array([[0.2, 0.0]]), np.array([[0.8, 0.0]]), land, Frame(0.0))
    assert links.sea.tolist() == [False]


def test_land_of_neighbours_is_no_sea() -> None:
    neighbour = np.array([shapely.box(0.4, -1.0, 1.1, 1.0)], dtype=object)
    land = Land(islands((0.0, -1.0, 0.4, 1.0), (1.1, -1.0, 1.5, 1.0)).own, neighbour)
    links = cut_at_shores(np.array([[0.2, 0.0]]), np.array([[1.3, 0.0]]), land, Frame(0.0))
    assert links.sea.tolist() == [False]

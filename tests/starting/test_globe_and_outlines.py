"""Frames without a seam, lines cut at the date line, outlines decoded."""

from __future__ import annotations

import numpy as np
import pyproj
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from karez.starting.globe import Frame, between, cut_at_date_line, distance_km, from_plane, to_plane
from karez.starting.outlines import decode_topology

GEOD = pyproj.Geod(a=6_371_008.8, b=6_371_008.8)
LONLAT = st.tuples(st.floats(-180.0, 180.0), st.floats(-85.0, 85.0)).map(lambda point: np.array([point]))


@settings(max_examples=60, deadline=None)
@given(LONLAT, LONLAT)
def test_distances_are_those_of_pyproj_on_the_sphere(one: np.ndarray, other: np.ndarray) -> None:
    metres = GEOD.inv(one[0, 0], one[0, 1], other[0, 0], other[0, 1])[2]
    assert distance_km(one, other)[0] == pytest.approx(metres / 1_000.0, rel=1e-6, abs=1e-6)


@settings(max_examples=60, deadline=None)
@given(LONLAT, LONLAT, st.floats(0.0, 1.0))
def test_a_point_between_two_divides_their_distance(one: np.ndarray, other: np.ndarray, share: float) -> None:
    whole = distance_km(one, other)[0]
    middle = between(one, other, np.array([share]))
    if whole < 19_000.0:
        assert distance_km(one, middle)[0] == pytest.approx(share * whole, rel=1e-6, abs=1e-5)
        assert distance_km(middle, other)[0] == pytest.approx((1.0 - share) * whole, rel=1e-6, abs=1e-5)


@settings(max_examples=60, deadline=None)
@given(LONLAT)
def test_the_plane_leads_back_to_the_globe(point: np.ndarray) -> None:
    assert from_plane(to_plane(point)) == pytest.approx(point, abs=1e-9)


def test_the_frame_of_a_country_on_the_date_line_has_it_in_the_middle() -> None:
    frame = Frame.around(np.array([177.0, 178.5, -179.0]))
    assert frame.longitude(np.array([177.0, 178.5, -179.0])) == pytest.approx([-2.0, -0.5, 2.0])


def test_a_polygon_over_the_date_line_comes_back_in_two_parts() -> None:
    frame = Frame(179.0)
    back = frame.back(shapely.box(-1.0, 0.0, 3.0, 1.0))
    assert shapely.get_num_geometries(back) == 2
    assert back.bounds == (-180.0, 0.0, 180.0, 1.0)
    assert back.area == pytest.approx(4.0)


def test_shapes_move_whole_into_a_frame() -> None:
    west, east = shapely.box(-180.0, 0.0, -179.0, 1.0), shapely.box(178.0, 0.0, 180.0, 1.0)
    moved = Frame(180.0).shapes(np.array([west, east], dtype=object))
    assert shapely.union_all(moved).bounds == (-2.0, 0.0, 1.0, 1.0)


def test_a_line_over_the_date_line_is_cut_in_two() -> None:
    one, other, row = cut_at_date_line(np.array([[0.0, 0.0], [179.0, 10.0]]), np.array([[1.0, 0.0], [-178.0, 13.0]]))
    assert row.tolist() == [0, 1, 1]
    assert other[1] == pytest.approx([180.0, 11.0])
    assert one[2] == pytest.approx([-180.0, 11.0])


@pytest.mark.parametrize("end", [[180.0, 0.0], [-180.0, 0.0]])
def test_a_line_that_ends_on_the_date_line_stays_one_line(end: list[float]) -> None:
    one, other, row = cut_at_date_line(np.array([end]), np.array([[-179.0, 0.0]]))
    assert row.tolist() == [0]
    assert one[0].tolist() == [-180.0, 0.0]
    assert other[0].tolist() == [-179.0, 0.0]


def topology(arcs: list[list[list[int]]], rings: list[list[list[int]]]) -> dict[str, object]:
    geometry = {"type": "MultiPolygon", "id": "242", "arcs": rings}
    return {
        "transform": {"scale": [1.0, 1.0], "translate": [-180.0, -90.0]},
        "arcs": arcs,
        "objects": {"countries": {"geometries": [geometry]}},
    }


def test_an_outline_strings_its_arcs_together_and_keeps_its_hole() -> None:
    arcs = [
        [[190, 100], [10, 0], [0, 10]],
        [[190, 100], [0, 10], [10, 0]],
        [[193, 103], [0, 4], [4, 0], [0, -4], [-4, 0]],
        [[0, 0], [1, 0], [-1, 0]],
    ]
    pieces = decode_topology(topology(arcs, [[[0, ~1], [2]], [[3]]]))
    assert pieces.number.tolist() == ["242"]
    assert pieces.shapes[0].bounds == (10.0, 10.0, 20.0, 20.0)
    assert pieces.shapes[0].area == pytest.approx(100.0 - 16.0)


def test_an_outline_over_the_date_line_goes_on_beyond_180() -> None:
    pieces = decode_topology(topology([[[358, 90], [-356, 0], [0, 2], [356, 0], [0, -2]]], [[[0]]]))
    assert pieces.shapes[0].bounds == (178.0, 0.0, 182.0, 2.0)


def test_an_outline_around_a_pole_is_led_over_the_pole() -> None:
    round_the_pole = [[0, 10], [90, 0], [90, 0], [90, 0], [90, 0]]
    pieces = decode_topology(topology([round_the_pole], [[[0]]]))
    assert pieces.shapes[0].bounds == (-180.0, -90.0, 180.0, -80.0)

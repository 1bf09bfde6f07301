"""Lines as flat arrays: measured and cut."""

import itertools

import numpy as np
import pandas as pd
import pyproj
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from karez.routing.lines import Lines, Metric

METRIC = Metric(np.array([[80.0, 40.0], [82.0, 42.0]]))


def make(coordinates: list[list[tuple[float, float]]]) -> Lines:
    lonlat = np.array([point for line in coordinates for point in line])
    first = np.cumsum([0] + [len(line) for line in coordinates])
    lines = Lines(lonlat, METRIC.plane(lonlat), first, pd.DataFrame({"length_m": np.zeros(len(coordinates))}))
    lines.table["length_m"] = lines.geodesic_length()
    return lines


steps = st.lists(st.tuples(st.integers(1, 40), st.integers(-20, 20)), min_size=1, max_size=6)


@st.composite
def line_sets(draw: st.DrawFn) -> Lines:
    lines = []
    for offset, moves in enumerate(draw(st.lists(steps, min_size=1, max_size=5))):
        east, north = 80.0, 40.0 + offset
        line = [(east, north)]
        for right, up in moves:
            east, north = east + right / 100, north + up / 100
            line.append((east, north))
        lines.append(line)
    return make(lines)


def test_the_plane_has_no_seam_at_the_date_line():
    metric = Metric(np.array([[179.9, -17.0], [-179.9, -17.0]]))
    west, east = metric.plane(np.array([[179.9, -17.0], [-179.9, -17.0]]))
    assert np.hypot(*(east - west)) == pytest.approx(21_300, rel=0.01)
    assert metric.globe(np.array([west])) == pytest.approx(np.array([[179.9, -17.0]]))


@given(line_sets())
def test_geodesic_length_is_that_of_pyproj(lines: Lines):
    geod = pyproj.Geod(ellps="WGS84")
    expected = [geod.geometry_length(shape) for shape in lines.shapes()]
    assert lines.geodesic_length() == pytest.approx(expected)


@given(line_sets(), st.lists(st.tuples(st.integers(0, 4), st.floats(0, 1)), max_size=12))
def test_pieces_keep_length_ends_and_order(lines: Lines, cuts: list[tuple[int, float]]):
    line = np.array([number % len(lines) for number, _ in cuts], dtype=np.int64)
    at = np.array([share for _, share in cuts]) * lines.plane_length[line]
    pieces, parent = lines.cut(line, at, METRIC, 1.0)
    assert (np.diff(parent) >= 0).all()
    summed = np.bincount(parent, weights=pieces.table["length_m"], minlength=len(lines))
    assert summed == pytest.approx(lines.table["length_m"].to_numpy())
    for number, shape in enumerate(lines.shapes(plane=True)):
        own = pieces.shapes(plane=True)[parent == number]
        ends = [shapely.get_coordinates(piece) for piece in own]
        assert ends[0][0] == pytest.approx(shape.coords[0])
        assert ends[-1][-1] == pytest.approx(shape.coords[-1])
        for before, after in itertools.pairwise(ends):
            assert before[-1] == pytest.approx(after[0], abs=1e-6)
        assert (pieces.plane_length[parent == number] > 0).all()


def test_cuts_near_an_end_or_another_cut_are_left_out():
    lines = make([[(80.0, 40.0), (80.1, 40.0)]])
    length = lines.plane_length[0]
    pieces, _ = lines.cut(np.zeros(4, dtype=np.int64), np.array([0.5, 100.0, 100.5, length - 0.5]), METRIC, 1.0)
    assert len(pieces) == 2
    assert pieces.plane_length[0] == pytest.approx(100.0)


def test_no_cut_gives_the_same_lines_back():
    lines = make([[(80.0, 40.0), (80.1, 40.0)]])
    pieces, parent = lines.cut(np.zeros(0, dtype=np.int64), np.zeros(0), METRIC, 1.0)
    assert pieces is lines
    assert parent.tolist() == [0]

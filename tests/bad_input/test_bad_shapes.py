"""Coordinates that are null, swapped or elsewhere; shapes that are broken; lengths that cannot be."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import shapely
from breaking import edit, faults_of, layer, only_fault, save
from shapely import GeometryCollection, LineString, MultiPoint, Point, Polygon, box

from karez.reading import read
from projects import tiny_project


def move(folder: Path, name: str, row: int, shape: object) -> None:
    """Give one row of a layer another shape."""
    table = layer(folder, name)
    table.loc[row, "geometry"] = shape
    save(table, folder, name)


@pytest.mark.parametrize("name", ["sites", "sources", "areas", "roads"])
def test_null_geometry_is_refused_in_every_layer(tiny: Path, name: str) -> None:
    move(tiny, name, 1, None)
    fault = only_fault(tiny)
    assert (fault.layer, fault.row) == (name, "2")
    assert "null" in fault.problem


@pytest.mark.parametrize(
    ("name", "shape"),
    [("sites", Point()), ("areas", Polygon()), ("roads", LineString())],
    ids=["point", "area", "line"],
)
def test_empty_geometry_is_refused(tiny: Path, name: str, shape: object) -> None:
    move(tiny, name, 0, shape)
    fault = only_fault(tiny)
    assert (fault.layer, fault.row) == (name, "1")


def test_null_island_is_refused_for_points_and_lines(tiny: Path) -> None:
    move(tiny, "sites", 2, Point(0, 0))
    move(tiny, "roads", 4, LineString([(80.5, 40.3), (0, 0)]))
    faults = {fault.layer: fault for fault in faults_of(tiny)}
    assert {name: fault.row for name, fault in faults.items()} == {"sites": "3", "roads": "5"}
    assert all("(0, 0)" in fault.problem for fault in faults.values())


def test_many_equal_faults_of_a_layer_are_one(tiny: Path) -> None:
    table = layer(tiny, "sites")
    table["geometry"] = Point(0, 0)
    save(table, tiny, "sites")
    assert only_fault(tiny).row == "1, 2, 3 and 12 more"


def test_swapped_point_is_known_by_the_region(tiny: Path) -> None:
    move(tiny, "sites", 5, Point(40.05, 80.72))
    fault = only_fault(tiny)
    assert (fault.layer, fault.row) == ("sites", "6")
    assert "swapped" in fault.problem


def test_swapped_point_is_known_by_a_latitude_beyond_90(tmp_path: Path) -> None:
    folder = tiny_project(tmp_path / "east", "csv")
    text = (folder / "sources.csv").read_text(encoding="utf-8")
    (folder / "sources.csv").write_text(text.replace("80.1,40.3", "40.3,120.1"), encoding="utf-8")
    fault = only_fault(folder)
    assert (fault.file, fault.row) == ("sources.csv", "2")
    assert "swapped" in fault.problem


def test_layer_that_is_swapped_throughout_is_one_fault(tmp_path: Path) -> None:
    folder = tiny_project(tmp_path / "swapped", "csv")
    edit(folder, "lon,lat", "lat,lon", "sites.csv")
    fault = only_fault(folder)
    assert fault.row == "2, 3, 4 and 12 more"
    assert "swapped" in fault.problem


def test_region_is_to_blame_where_every_place_is_swapped_against_it(tiny: Path) -> None:
    table = layer(tiny, "areas")
    table["geometry"] = shapely.transform(table.geometry.to_numpy(), lambda xy: xy[:, ::-1])
    save(table, tiny, "areas")
    faults = [fault for fault in faults_of(tiny) if "every place" in fault.problem]
    assert [fault.layer for fault in faults] == ["areas"]


def test_swapped_lines_are_known_by_the_region(tiny: Path) -> None:
    table = layer(tiny, "roads")
    table["geometry"] = shapely.transform(table.geometry.to_numpy(), lambda xy: xy[:, ::-1])
    save(table, tiny, "roads")
    edit(tiny, 'length_field = "km"\n', "")
    assert "swapped" in only_fault(tiny).problem


def test_metres_that_are_called_degrees_are_refused(tiny: Path) -> None:
    table = layer(tiny, "sites").to_crs(32644).set_crs(4326, allow_override=True)
    save(table, tiny, "sites")
    assert "not longitude and latitude" in only_fault(tiny).problem


def test_places_outside_the_region_are_refused(tiny: Path) -> None:
    move(tiny, "sites", 3, Point(82.0, 40.3))
    move(tiny, "sources", 0, Point(80.1, 45.0))
    faults = faults_of(tiny)
    outside = {fault.layer: fault.row for fault in faults if "outside the region" in fault.problem}
    assert outside == {"sites": "4", "sources": "1"}


def test_region_layer_takes_the_place_of_the_areas(tiny: Path) -> None:
    region = layer(tiny, "areas").iloc[:1][["geometry"]]
    save(region, tiny, "region")
    edit(tiny, "[layers]\n", '[layers]\nregion = "layers.gpkg:region"\n')
    outside = {fault.layer for fault in faults_of(tiny) if "outside the region" in fault.problem}
    assert outside == {"sites", "sources"}


def test_site_in_no_area_is_refused_though_in_the_region(tiny: Path) -> None:
    save(layer(tiny, "areas")[["geometry"]].assign(geometry=[box(79, 39, 82, 42)] * 2), tiny, "region")
    edit(tiny, "[layers]\n", '[layers]\nregion = "layers.gpkg:region"\n')
    move(tiny, "sites", 0, Point(81.5, 40.3))
    assert any("no area" in fault.problem for fault in faults_of(tiny))


def test_unknown_area_is_named_with_the_nearest(tiny: Path) -> None:
    table = layer(tiny, "sites").assign(area_id="west")
    table.loc[3, "area_id"] = "weest"
    save(table, tiny, "sites")
    fault = only_fault(tiny)
    assert (fault.row, fault.column) == ("4", "area_id")
    assert "`west`" in fault.remedy


def test_polygon_that_crosses_itself_is_refused(tiny: Path) -> None:
    move(tiny, "areas", 0, Polygon([(80, 40), (80.5, 40.6), (80.5, 40), (80, 40.6)]))
    fault = only_fault(tiny)
    assert (fault.layer, fault.row) == ("areas", "1")
    assert "Self-intersection" in fault.problem


@pytest.mark.parametrize(
    ("name", "shape", "word"),
    [
        ("sites", LineString([(80.1, 40.3), (80.2, 40.3)]), "Linestring"),
        ("sites", MultiPoint([(80.1, 40.3), (80.2, 40.3)]), "several points"),
        ("roads", Point(80.1, 40.3), "Point"),
        ("areas", GeometryCollection([Point(80.1, 40.3)]), "Geometrycollection"),
    ],
)
def test_shape_of_another_kind_is_refused(tiny: Path, name: str, shape: object, word: str) -> None:
    table = layer(tiny, name)
    table.loc[0, "geometry"] = shape
    table.to_file(tiny / "other.geojson", driver="GeoJSON")
    edit(tiny, f"layers.gpkg:{name}", "other.geojson")
    fault = only_fault(tiny)
    assert (fault.file, fault.row) == ("other.geojson", "1")
    assert word in fault.problem


def test_line_of_one_point_is_broken(tiny: Path) -> None:
    layer(tiny, "roads").to_file(tiny / "roads.geojson", driver="GeoJSON")
    document = json.loads((tiny / "roads.geojson").read_text(encoding="utf-8"))
    document["features"][3]["geometry"]["coordinates"] = [[80.1, 40.3]]
    (tiny / "roads.geojson").write_text(json.dumps(document), encoding="utf-8")
    edit(tiny, "layers.gpkg:roads", "roads.geojson")
    fault = only_fault(tiny)
    assert fault.row == "4"
    assert "broken" in fault.problem


def test_coordinate_that_is_no_number_is_refused(tmp_path: Path) -> None:
    folder = tiny_project(tmp_path / "csv", "csv")
    edit(folder, "80.75,40.55", "80.75°,40.55", "sources.csv")
    faults = faults_of(folder)
    assert {(fault.row, fault.column) for fault in faults} == {("3", "lon"), ("3", "")}


@pytest.mark.parametrize("km", [float("inf"), -3.0])
def test_surveyed_length_that_is_no_length_is_refused(tiny: Path, km: float) -> None:
    table = layer(tiny, "roads")
    table.loc[2, "km"] = km
    save(table, tiny, "roads")
    fault = only_fault(tiny)
    assert (fault.layer, fault.row, fault.column) == ("roads", "3", "km")


@pytest.mark.parametrize("share", [0.0, 0.5, 0.979])
def test_surveyed_length_below_the_geodesic_one_is_refused(tiny: Path, share: float) -> None:
    table = layer(tiny, "roads")
    table.loc[2, "km"] *= share / 1.04
    save(table, tiny, "roads")
    fault = only_fault(tiny)
    assert (fault.row, fault.column) == ("3", "km")
    assert "0.98" in fault.problem


def test_surveyed_length_just_above_the_limit_is_taken(tiny: Path) -> None:
    table = layer(tiny, "roads")
    table["km"] *= 0.985 / 1.04
    save(table, tiny, "roads")
    read(tiny)


def test_joint_without_length_is_taken(tiny: Path) -> None:
    table = layer(tiny, "roads")
    table.loc[0, "geometry"] = LineString([(80.1, 40.3), (80.1, 40.3)])
    table.loc[0, "km"] = 0.0
    save(table, tiny, "roads")
    assert read(tiny).routes["surveyed_m"].iloc[0] == 0.0


def test_lengths_in_another_unit_are_one_fault(tiny: Path) -> None:
    table = layer(tiny, "roads")
    table["km"] *= 1000
    save(table, tiny, "roads")
    fault = only_fault(tiny)
    assert "unit" in fault.problem
    assert fault.row == ""

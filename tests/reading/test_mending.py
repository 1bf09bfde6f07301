"""What is mended while reading is mended rightly, counted and listed (rule 9)."""

from __future__ import annotations

import json
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from pyproj import Geod
from shapely import LineString, MultiLineString, MultiPoint, MultiPolygon, Point, box

from karez.model.note import Note
from karez.reading import read
from projects import tiny_areas, tiny_roads, tiny_sites


def edit(folder: Path, old: str, new: str) -> None:
    path = folder / "programme.toml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def save(table: gpd.GeoDataFrame, folder: Path, name: str) -> None:
    table.to_file(folder / "layers.gpkg", layer=name, driver="GPKG")


def one_note(notes: tuple[Note, ...], word: str) -> Note:
    found = [note for note in notes if word in note.text]
    assert len(found) == 1, notes
    assert found[0].stage == "reading"
    assert found[0].text.endswith(".")
    return found[0]


def test_lines_of_several_parts_are_taken_apart_and_share_the_surveyed_length(tiny: Path) -> None:
    roads = tiny_roads()
    parts = MultiLineString([[(80.1, 40.3), (80.2, 40.3)], [(80.3, 40.3), (80.6, 40.3)]])
    roads.loc[0, "geometry"] = parts
    geodesic = Geod(ellps="WGS84").geometry_length(parts)
    roads.loc[0, "km"] = 2 * geodesic / 1000
    save(roads, tiny, "roads")
    inputs = read(tiny)
    pieces = inputs.routes.set_index("id").loc[["layers.gpkg:roads/1.1", "layers.gpkg:roads/1.2"]]
    assert pieces["surveyed_m"].sum() == pytest.approx(2 * geodesic)
    assert pieces["surveyed_m"].iloc[1] == pytest.approx(3 * pieces["surveyed_m"].iloc[0])
    assert (inputs.routes.geom_type == "LineString").all()
    note = one_note(inputs.notes, "taken apart")
    assert (note.count, note.ids) == (1, ("layers.gpkg:roads/1",))


def test_multi_line_of_one_part_keeps_its_plain_id_and_is_no_mending(tiny: Path) -> None:
    roads = tiny_roads()
    roads["geometry"] = [MultiLineString([line]) for line in roads.geometry]
    save(roads, tiny, "roads")
    inputs = read(tiny)
    assert inputs.routes["id"].iloc[0] == "layers.gpkg:roads/1"
    assert inputs.notes == ()


def test_lines_that_lie_there_twice_are_dropped_in_either_direction(tiny: Path) -> None:
    roads = tiny_roads()
    twin = roads.iloc[[2]].assign(geometry=roads.geometry.iloc[[2]].reverse())
    longer = roads.iloc[[3]].assign(km=roads["km"].iloc[[3]] * 2)
    save(gpd.GeoDataFrame(gpd.pd.concat([roads, twin, longer], ignore_index=True)), tiny, "roads")
    inputs = read(tiny)
    assert len(inputs.routes) == 10
    note = one_note(inputs.notes, "twice")
    assert (note.count, note.ids) == (1, ("layers.gpkg:roads/10",))


def test_heights_are_dropped_and_counted(tiny: Path) -> None:
    sites = tiny_sites()
    sites["geometry"] = shapely.force_3d(sites.geometry.to_numpy(), 1200.0)
    save(sites, tiny, "sites")
    inputs = read(tiny)
    assert not inputs.sites.has_z.any()
    assert one_note(inputs.notes, "heights").count == 15


def test_blanks_around_ids_are_cut_off_and_counted(tiny: Path) -> None:
    sites = tiny_sites()
    sites.loc[:1, "id"] = [" home-capital", "home-middle\t"]
    save(sites, tiny, "sites")
    inputs = read(tiny)
    assert {"home-capital", "home-middle"} <= set(inputs.sites["id"])
    assert one_note(inputs.notes, "blanks").count == 2


def test_open_ring_is_closed_and_counted(tiny: Path) -> None:
    tiny_areas().to_file(tiny / "areas.geojson", driver="GeoJSON")
    document = json.loads((tiny / "areas.geojson").read_text(encoding="utf-8"))
    document["features"][1]["geometry"]["coordinates"][0].pop()
    (tiny / "areas.geojson").write_text(json.dumps(document), encoding="utf-8")
    edit(tiny, "layers.gpkg:areas", "areas.geojson")
    inputs = read(tiny)
    assert inputs.areas.geometry.is_valid.all()
    assert one_note(inputs.notes, "open rings").count == 1


def test_multi_point_of_one_point_is_a_point(tiny: Path) -> None:
    sites = tiny_sites()
    sites["geometry"] = [MultiPoint([point]) for point in sites.geometry]
    save(sites, tiny, "sites")
    assert (read(tiny).sites.geom_type == "Point").all()


def test_areas_may_have_several_parts(tiny: Path) -> None:
    areas = tiny_areas()
    areas.loc[0, "geometry"] = MultiPolygon([box(80.0, 40.0, 80.5, 40.6), box(79.0, 40.0, 79.5, 40.6)])
    save(areas, tiny, "areas")
    assert len(read(tiny).areas) == 2


def test_columns_that_are_not_used_are_named(tiny: Path) -> None:
    save(tiny_sites().assign(school_code="x", remark="y"), tiny, "sites")
    assert one_note(read(tiny).notes, "does not use").ids == ("remark", "school_code")


def test_ids_that_are_numbers_stay_whole(tiny: Path) -> None:
    save(tiny_areas().assign(id=[650102.0, 650103.0]), tiny, "areas")
    inputs = read(tiny)
    assert inputs.areas["id"].tolist() == ["650102", "650103"]
    assert set(inputs.sites["area_id"]) == {"650102", "650103"}


def test_site_on_an_edge_gets_the_area_of_the_smallest_id(tiny: Path) -> None:
    sites = tiny_sites()
    on_edge = sites["place_id"] == "middle"
    sites.loc[on_edge, "geometry"] = Point(80.5, 40.31)
    save(sites, tiny, "sites")
    inputs = read(tiny)
    assert set(inputs.sites.loc[inputs.sites["place_id"] == "middle", "area_id"]) == {"east"}


def test_site_just_outside_gets_the_nearest_area_and_a_note(tiny: Path) -> None:
    sites = tiny_sites()
    sites.loc[sites["place_id"] == "far", "geometry"] = Point(80.72, 39.995)
    save(sites, tiny, "sites")
    inputs = read(tiny)
    assert set(inputs.sites.loc[inputs.sites["place_id"] == "far", "area_id"]) == {"east"}
    assert one_note(inputs.notes, "outside every area").ids == ("clinic-far", "home-far")


def test_area_that_a_site_names_is_kept_wherever_it_lies(tiny: Path) -> None:
    save(tiny_sites().assign(area_id="west"), tiny, "sites")
    assert set(read(tiny).sites["area_id"]) == {"west"}


def test_lit_nodes_are_sources_and_existing_spans_are_routes(tiny: Path) -> None:
    nodes = {"id": ["n1", "n2"], "lit": [True, False]}
    save(gpd.GeoDataFrame(nodes, geometry=[Point(80.5, 40.3), Point(80.6, 40.33)], crs=4326), tiny, "nodes")
    spans = gpd.GeoDataFrame(geometry=[LineString([(80.5, 40.3), (80.6, 40.33)])], crs=4326)
    save(spans, tiny, "fibre")
    layers = 'existing_nodes = "layers.gpkg:nodes"\nexisting_spans = "layers.gpkg:fibre"\n'
    edit(tiny, "[layers]\n", f"[layers]\n{layers}")
    inputs = read(tiny)
    lit = inputs.sources.set_index("id").loc["n1"]
    assert (lit["name"], lit["connection_cost"]) == ("n1", 0.0)
    assert "n2" not in set(inputs.sources["id"])
    existing = inputs.routes[inputs.routes["method"] == "existing"]
    assert existing["layer"].tolist() == ["layers.gpkg:fibre"]
    assert np.isnan(existing["surveyed_m"]).all()
    assert one_note(inputs.notes, "lit nodes").ids == ("n1",)


def test_lit_nodes_alone_are_sources_enough(tiny: Path) -> None:
    save(gpd.GeoDataFrame({"id": ["n1"], "lit": [True]}, geometry=[Point(80.5, 40.3)], crs=4326), tiny, "nodes")
    text = "id,name,connection_cost,from_year,lon,lat\n"
    (tiny / "none.csv").write_text(text, encoding="utf-8")
    edit(tiny, '"layers.gpkg:sources"', '"none.csv"\nexisting_nodes = "layers.gpkg:nodes"')
    assert read(tiny).sources["id"].tolist() == ["n1"]


def test_ground_that_a_layer_states_is_kept(tiny: Path) -> None:
    save(tiny_roads().assign(soil=["mountain"] + [None] * 8), tiny, "roads")
    edit(tiny, 'length_unit = "km"', 'length_unit = "km"\nground_field = "soil"')
    routes = read(tiny).routes
    assert routes["ground"].iloc[0] == "mountain"
    assert routes["ground"].iloc[1:].isna().all()

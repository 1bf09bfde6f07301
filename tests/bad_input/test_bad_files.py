"""Files that are missing, damaged, of another kind, or elsewhere."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import geopandas as gpd
import pytest
from breaking import edit, faults_of, layer, only_fault, save

from karez.errors import UsageFault
from karez.reading import read
from projects import tiny_project, write_layer

FORMS = ("gpkg", "parquet", "fgb", "geojson", "csv")


def test_folder_that_is_not_there_is_wrong_usage(tmp_path: Path) -> None:
    with pytest.raises(UsageFault, match="no folder"):
        read(tmp_path / "nowhere")


def test_empty_folder_misses_settings_catalogue_and_sources(tmp_path: Path) -> None:
    assert {fault.file for fault in faults_of(tmp_path)} == {"programme.toml", "catalogue.csv", "SOURCES.md"}


def test_missing_layer_file_is_named_with_its_setting_and_the_nearest(tiny: Path) -> None:
    edit(tiny, 'sites = "layers.gpkg:sites"', 'sites = "layer.gpkg:sites"')
    fault = only_fault(tiny)
    assert (fault.file, fault.layer) == ("layer.gpkg", "sites")
    assert "missing" in fault.problem
    assert "layers.sites" in fault.problem
    assert "`layers.gpkg`" in fault.remedy


def test_missing_layer_is_named_with_the_nearest(tiny: Path) -> None:
    edit(tiny, "layers.gpkg:roads", "layers.gpkg:road")
    fault = only_fault(tiny)
    assert (fault.file, fault.layer) == ("layers.gpkg", "road")
    assert "`roads`" in fault.remedy


def test_layer_must_be_named_where_a_file_has_several(tiny: Path) -> None:
    edit(tiny, '"layers.gpkg:sites"', '"layers.gpkg"')
    fault = only_fault(tiny)
    assert "4 layers" in fault.problem
    assert "layers.gpkg:layer" in fault.remedy


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("share", [0.0, 0.05, 0.4, 0.95])
def test_truncated_file_is_damaged(tmp_path: Path, form: str, share: float) -> None:
    folder = tiny_project(tmp_path / "cut", form)
    path = folder / ("layers.gpkg" if form == "gpkg" else f"sites.{form}")
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])
    assert {fault.file for fault in faults_of(folder)} <= {path.name, "programme.toml"}
    assert path.name in {fault.file for fault in faults_of(folder)}


@pytest.mark.parametrize("form", FORMS)
def test_file_of_another_kind_is_refused(tmp_path: Path, form: str) -> None:
    folder = tiny_project(tmp_path / "noise", form)
    path = folder / ("layers.gpkg" if form == "gpkg" else f"sites.{form}")
    path.write_bytes(bytes(range(256)) * 40)
    faults = [fault for fault in faults_of(folder) if fault.file == path.name]
    assert faults
    assert all("damaged" in fault.problem or "CSV" in fault.problem for fault in faults)


def test_geopackage_with_a_damaged_page_is_refused(tiny: Path) -> None:
    path = tiny / "layers.gpkg"
    content = bytearray(path.read_bytes())
    content[len(content) // 2 : len(content) // 2 + 6000] = b"\xff" * 6000
    path.write_bytes(content)
    faults = faults_of(tiny)
    assert {fault.file for fault in faults} == {"layers.gpkg"}
    assert all("damaged" in fault.problem for fault in faults)


def test_database_that_is_no_geopackage_is_refused(tiny: Path) -> None:
    (tiny / "layers.gpkg").unlink()
    with closing(sqlite3.connect(tiny / "layers.gpkg")) as connection:
        connection.execute("CREATE TABLE sites (id TEXT)")
        connection.commit()
    assert all("no GeoPackage" in fault.problem for fault in faults_of(tiny))


def test_format_that_is_not_read_is_refused_with_those_that_are(tiny: Path) -> None:
    (tiny / "sites.kml").write_text("<kml/>", encoding="utf-8")
    edit(tiny, "layers.gpkg:sites", "sites.kml")
    assert "GeoParquet" in only_fault(tiny).remedy


def test_parquet_without_geometry_is_refused(tiny: Path) -> None:
    layer(tiny, "sites").drop(columns="geometry").to_parquet(tiny / "sites.parquet")
    edit(tiny, "layers.gpkg:sites", "sites.parquet")
    assert "geo" in only_fault(tiny).problem


@pytest.mark.parametrize("reference", ["../other.gpkg:sites", "/etc/passwd", "C:/data/sites.gpkg", "a/../../b.gpkg"])
def test_path_that_leaves_the_folder_is_refused(tiny: Path, reference: str) -> None:
    edit(tiny, "layers.gpkg:sites", reference)
    fault = only_fault(tiny)
    assert (fault.file, fault.layer, fault.column) == ("programme.toml", "layers", "sites")
    assert "out of the project folder" in fault.problem


def test_link_that_leaves_the_folder_is_refused(tiny: Path) -> None:
    outside = tiny.parent / "outside.gpkg"
    (tiny / "layers.gpkg").rename(outside)
    (tiny / "layers.gpkg").symlink_to(outside)
    assert all("out of the project folder" in fault.problem for fault in faults_of(tiny))


@pytest.mark.parametrize(("setting", "file"), [("catalogue", "../catalogue.csv"), ("relief", "/relief.tif")])
def test_catalogue_and_relief_stay_in_the_folder_too(tiny: Path, setting: str, file: str) -> None:
    edit(tiny, "[layers]\n", f'[layers]\n{setting} = "{file}"\n')
    assert "out of the project folder" in only_fault(tiny).problem


def test_layer_that_is_a_folder_is_refused(tiny: Path) -> None:
    (tiny / "more").mkdir()
    edit(tiny, "layers.gpkg:sites", "more")
    assert "a folder" in only_fault(tiny).problem


def test_missing_crs_is_a_fault_of_every_layer_without(tiny: Path) -> None:
    for name in ("sites", "roads"):
        with pytest.warns(UserWarning, match="crs"):
            save(layer(tiny, name).set_crs(None, allow_override=True), tiny, name)
    faults = faults_of(tiny)
    assert {fault.layer for fault in faults} == {"sites", "roads"}
    assert all("reference system" in fault.problem for fault in faults)


def test_missing_crs_of_other_formats_is_a_fault(tiny: Path) -> None:
    bare = layer(tiny, "sites").set_crs(None, allow_override=True)
    bare.to_parquet(tiny / "sites.parquet")
    edit(tiny, "layers.gpkg:sites", "sites.parquet")
    assert "reference system" in only_fault(tiny).problem
    with pytest.warns(UserWarning, match="crs"):
        bare.to_file(tiny / "sites.fgb", driver="FlatGeobuf")
    edit(tiny, "sites.parquet", "sites.fgb")
    assert "reference system" in only_fault(tiny).problem


def test_empty_layers_are_faults_each(tiny: Path) -> None:
    for name in ("sites", "areas", "sources", "roads"):
        save(layer(tiny, name).iloc[:0], tiny, name)
    problems = {fault.layer: fault.problem for fault in faults_of(tiny) if fault.file == "layers.gpkg"}
    assert set(problems) == {"sites", "areas", "sources", "roads"}
    assert "no source" in problems["sources"]


def test_table_without_geometry_is_refused(tiny: Path) -> None:
    with closing(sqlite3.connect(tiny / "layers.gpkg")) as connection:
        connection.execute("CREATE TABLE plain (fid INTEGER PRIMARY KEY, id TEXT)")
        values = "'plain', 'attributes', 'plain', '', '2026-01-01T00:00:00.000Z', NULL"
        columns = "table_name, data_type, identifier, description, last_change, srs_id"
        connection.execute(f"INSERT INTO gpkg_contents ({columns}) VALUES ({values})")
        connection.commit()
    edit(tiny, "layers.gpkg:sites", "layers.gpkg:plain")
    assert "no geometry" in only_fault(tiny).problem


def test_csv_without_coordinates_says_which_columns_it_looks_for(tmp_path: Path) -> None:
    folder = tiny_project(tmp_path / "csv", "csv")
    edit(folder, "lon,lat", "east,north", "sites.csv")
    fault = only_fault(folder)
    assert fault.file == "sites.csv"
    assert "lon" in fault.problem


def test_csv_rows_of_another_width_are_named(tmp_path: Path) -> None:
    folder = tiny_project(tmp_path / "csv", "csv")
    with (folder / "sources.csv").open("a", encoding="utf-8") as stream:
        stream.write("one,two\nthree\n")
    fault = only_fault(folder)
    assert (fault.file, fault.row) == ("sources.csv", "4 and 5")


def test_csv_with_semicolons_is_refused(tmp_path: Path) -> None:
    folder = tiny_project(tmp_path / "csv", "csv")
    path = folder / "sources.csv"
    path.write_text(path.read_text(encoding="utf-8").replace(",", ";"), encoding="utf-8")
    assert "commas" in only_fault(folder).remedy


def test_csv_in_another_encoding_is_refused(tmp_path: Path) -> None:
    folder = tiny_project(tmp_path / "csv", "csv")
    path = folder / "sources.csv"
    path.write_bytes(path.read_text(encoding="utf-8").replace("Capital", "Köln").encode("latin-1"))
    assert "UTF-8" in only_fault(folder).remedy


def test_missing_column_is_named_with_the_nearest_there_is(tiny: Path) -> None:
    save(layer(tiny, "sites").rename(columns={"category": "categorie"}), tiny, "sites")
    fault = only_fault(tiny)
    assert (fault.file, fault.layer, fault.column) == ("layers.gpkg", "sites", "category")
    assert "`categorie`" in fault.remedy


def test_optional_column_in_other_letters_is_not_passed_over(tiny: Path) -> None:
    save(layer(tiny, "sites").rename(columns={"urban_households": "UrbanHouseholds"}), tiny, "sites")
    fault = only_fault(tiny)
    assert fault.column == "UrbanHouseholds"
    assert "`urban_households`" in fault.remedy


def test_missing_length_field_is_named_with_the_nearest(tiny: Path) -> None:
    edit(tiny, 'length_field = "km"', 'length_field = "kms"')
    fault = only_fault(tiny)
    assert (fault.layer, fault.column) == ("roads", "kms")
    assert "`km`" in fault.remedy


def test_second_layer_beside_a_damaged_one_is_still_checked(tiny: Path) -> None:
    table = layer(tiny, "sites")
    table.loc[0, "category"] = "hut"
    edit(tiny, "layers.gpkg:sites", write_layer(gpd.GeoDataFrame(table), tiny, "sites", "geojson"))
    (tiny / "layers.gpkg").write_bytes(b"SQLite format 3\x00 and then nothing")
    files = {fault.file for fault in faults_of(tiny)}
    assert files == {"layers.gpkg", "sites.geojson"}

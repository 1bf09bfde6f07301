"""A whole project folder comes out as nouns, whatever formats and systems it is written in."""

from __future__ import annotations

import shutil
from hashlib import sha256
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from karez.flow.check import check
from karez.model.attributes import AREAS, ROUTES, SITES, SOURCES
from karez.model.inputs import Inputs
from karez.reading import read
from projects import Form, tiny_areas, tiny_project, tiny_roads, tiny_sites, tiny_sources, write_layer

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_project(tmp_path_factory.mktemp("read") / "tiny")


@pytest.fixture(scope="module")
def inputs(folder: Path) -> Inputs:
    return read(folder)


def geometries(table: gpd.GeoDataFrame) -> list[str]:
    return sorted(table.geometry.normalize().to_wkt(rounding_precision=7))


def test_tables_have_the_columns_that_attributes_describe(inputs: Inputs) -> None:
    for name, table in (("sites", SITES), ("areas", AREAS), ("sources", SOURCES), ("routes", ROUTES)):
        frame = getattr(inputs, name)
        assert tuple(frame.columns) == (*table.names, "geometry")
        assert frame.crs.to_epsg() == 4326
        assert isinstance(frame.index, pd.RangeIndex)
        assert frame["id"].is_monotonic_increasing


def test_types_are_the_same_whatever_the_file_holds(inputs: Inputs) -> None:
    sites = inputs.sites
    assert [str(sites[name].dtype) for name in ("households", "earliest_year", "tranche", "derived", "villages")] == [
        "float64",
        "Int64",
        "int64",
        "bool",
        "float64",
    ]


def test_defaults_fill_what_is_empty(inputs: Inputs) -> None:
    site = inputs.sites.set_index("id").loc["home-north"]
    assert (site["urban_households"], site["already_served"], site["units"], site["tranche"]) == (0.0, 0.0, 1.0, 1)
    assert (site["area_id"], site["rule"], site["derived"]) == ("east", "", False)
    assert pd.isna(site["earliest_year"])


def test_households_are_on_home_rows_alone(inputs: Inputs) -> None:
    sites = inputs.sites
    assert (sites["households"].notna() == (sites["category"] == "home")).all()
    assert sites["households"].sum() == 38_660


def test_surveyed_lengths_become_metres(inputs: Inputs) -> None:
    assert np.allclose(np.sort(inputs.routes["surveyed_m"]), np.sort(tiny_roads()["km"] * 1000))


def test_whole_project_has_no_notes_and_a_hash_of_every_file(folder: Path, inputs: Inputs) -> None:
    assert inputs.notes == ()
    assert inputs.hashes == {path.name: sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}
    assert inputs.attributions.startswith("# Sources")


def test_catalogue_is_indexed_by_item(inputs: Inputs) -> None:
    table = inputs.catalogue.table
    assert table.index.name == "item"
    assert table.loc["duct", ["low", "rate", "high"]].tolist() == [20.0, 25.0, 30.0]
    assert table.loc["duct", "price_year"] == 2024


@pytest.mark.parametrize("form", ["parquet", "fgb", "geojson", "csv"])
def test_every_format_gives_the_same_inputs(tmp_path: Path, inputs: Inputs, form: Form) -> None:
    other = read(tiny_project(tmp_path / form, form))
    for name in ("sites", "areas", "sources"):
        assert_frame_equal(pd.DataFrame(getattr(other, name)), pd.DataFrame(getattr(inputs, name)))
    assert geometries(other.routes) == geometries(inputs.routes)
    assert np.array_equal(np.sort(other.routes["surveyed_m"]), np.sort(inputs.routes["surveyed_m"]))
    assert other.notes == ()


@pytest.mark.parametrize("form", ["gpkg", "parquet", "fgb"])
@pytest.mark.parametrize("crs", ["EPSG:32644", "EPSG:4490", "ESRI:102025", "+proj=laea +lat_0=40 +lon_0=80"])
def test_any_reference_system_that_is_stated_is_brought_to_wgs84(
    tmp_path: Path, inputs: Inputs, crs: str, form: Form
) -> None:
    folder = tiny_project(tmp_path / "other")
    for name, table in (("sites", tiny_sites()), ("sources", tiny_sources()), ("roads", tiny_roads())):
        text = (folder / "programme.toml").read_text(encoding="utf-8")
        reference = write_layer(table.to_crs(crs), folder, name, form)
        (folder / "programme.toml").write_text(text.replace(f"layers.gpkg:{name}", reference), encoding="utf-8")
    other = read(folder)
    assert geometries(other.sites) == geometries(inputs.sites)
    assert geometries(other.routes) == geometries(inputs.routes)


def test_rows_in_another_order_give_equal_tables(tmp_path: Path, inputs: Inputs) -> None:
    folder = tiny_project(tmp_path / "mixed")
    for name, table in (("sites", tiny_sites()), ("areas", tiny_areas()), ("sources", tiny_sources())):
        write_layer(table.iloc[::-1].reset_index(drop=True), folder, name)
    other = read(folder)
    for name in ("sites", "areas", "sources"):
        assert_frame_equal(pd.DataFrame(getattr(other, name)), pd.DataFrame(getattr(inputs, name)))


def test_layer_may_be_left_out_where_a_file_has_one(tiny: Path) -> None:
    tiny_sites().to_file(tiny / "alone.gpkg", layer="whatever", driver="GPKG")
    text = (tiny / "programme.toml").read_text(encoding="utf-8")
    (tiny / "programme.toml").write_text(text.replace("layers.gpkg:sites", "alone.gpkg"), encoding="utf-8")
    assert len(read(tiny).sites) == 15


def test_layers_may_lie_in_folders_of_the_project(tiny: Path) -> None:
    (tiny / "layers").mkdir()
    shutil.move(tiny / "layers.gpkg", tiny / "layers" / "layers.gpkg")
    text = (tiny / "programme.toml").read_text(encoding="utf-8")
    (tiny / "programme.toml").write_text(text.replace("layers.gpkg:", "layers/layers.gpkg:"), encoding="utf-8")
    inputs = read(tiny)
    assert set(inputs.routes["layer"]) == {"layers/layers.gpkg:roads"}
    assert "layers/layers.gpkg" in inputs.hashes


def test_csv_takes_the_usual_names_of_coordinates(tmp_path: Path) -> None:
    for lon, lat in (("Longitude", "Latitude"), ("x", "y"), ("lng", "lat")):
        folder = tiny_project(tmp_path / lon, "csv")
        text = (folder / "sites.csv").read_text(encoding="utf-8")
        (folder / "sites.csv").write_text(text.replace("lon,lat", f"{lon},{lat}", 1), encoding="utf-8")
        assert len(read(folder).sites) == 15


def test_geoparquet_in_native_encoding_is_read(tiny: Path, inputs: Inputs) -> None:
    tiny_sites().to_parquet(tiny / "sites.parquet", geometry_encoding="geoarrow", schema_version="1.1.0")
    text = (tiny / "programme.toml").read_text(encoding="utf-8")
    (tiny / "programme.toml").write_text(text.replace("layers.gpkg:sites", "sites.parquet"), encoding="utf-8")
    assert_frame_equal(pd.DataFrame(read(tiny).sites), pd.DataFrame(inputs.sites))


def test_progress_goes_from_nothing_to_all(tiny: Path) -> None:
    shares: list[float] = []
    read(tiny, progress=shares.append)
    assert shares == sorted(shares)
    assert shares[-1] == 1.0


def test_check_counts_the_rows_of_every_layer(folder: Path) -> None:
    checked = check(folder)
    assert checked.name == "Two valleys"
    assert checked.rows == {"sites": 15, "areas": 2, "sources": 2, "catalogue": 14, "layers.gpkg:roads": 9}


def test_reference_project_reads_without_a_fault() -> None:
    inputs = read(ROOT / "examples" / "xinjiang")
    assert inputs.sites["households"].sum() == 8_351_642
    assert (inputs.sites["households"].notna() == (inputs.sites["category"] == "home")).all()
    assert inputs.relief is not None

"""The GeoPackage: columns as described, styles for QGIS, equal bytes for equal plans."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from xml.etree import ElementTree as ET

import geopandas as gpd
import pyogrio
import pytest

from karez.model.attributes import PLAN_TABLES, Table
from karez.model.plan import Plan
from karez.model.words import TECHNOLOGIES
from karez.reporting.geopackage import write_geopackage


@pytest.fixture(scope="module")
def package(plan: Plan, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The plan's GeoPackage."""
    path = tmp_path_factory.mktemp("package") / "plan.gpkg"
    write_geopackage(plan, path)
    return path


def _query(path: Path, sql: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(sql).fetchall()


@pytest.mark.parametrize("table", PLAN_TABLES, ids=lambda table: table.name)
def test_a_layer_has_exactly_the_described_columns(package: Path, table: Table) -> None:
    frame = gpd.read_file(package, layer=table.name)
    assert tuple(frame.columns) == (*table.names, "geometry")
    assert frame.crs == "EPSG:4326"
    kinds = {"Point": {"Point"}, "LineString": {"LineString"}, "Polygon": {"MultiPolygon"}}[table.geometry]
    assert set(frame.geom_type) == kinds


def test_every_row_comes_back_as_it_was(plan: Plan, package: Path) -> None:
    sites = gpd.read_file(package, layer="sites")
    assert sites["capex_real"].tolist() == plan.sites["capex_real"].tolist()
    assert sites["year"].isna().tolist() == plan.sites["year"].isna().tolist()
    assert sites["year"].dropna().astype(int).tolist() == plan.sites["year"].dropna().tolist()
    assert sites["households"].isna().tolist() == plan.sites["households"].isna().tolist()
    assert sites["meets_standard"].astype(bool).tolist() == plan.sites["meets_standard"].tolist()
    assert sites.geometry.equals(plan.sites.geometry)


def test_totals_of_the_layers_are_the_plans_totals(plan: Plan, package: Path) -> None:
    total = sum(
        round(gpd.read_file(package, layer=layer)["capex_real"].sum(), 2) for layer in ("sites", "spans", "nodes")
    )
    assert total == pytest.approx(plan.appraisal.totals["capex_real"], abs=0.005)


def test_equal_plans_give_equal_bytes(plan: Plan, package: Path, tmp_path: Path) -> None:
    write_geopackage(plan, tmp_path / "again.gpkg")
    assert (tmp_path / "again.gpkg").read_bytes() == package.read_bytes()


def test_the_fixed_time_is_not_left_behind_in_gdal(package: Path) -> None:
    assert pyogrio.get_gdal_config_option("OGR_CURRENT_DATE") is None


def test_every_layer_has_one_default_style_of_its_geometry(package: Path) -> None:
    rows = _query(package, "SELECT f_table_name, f_geometry_column, styleQML FROM layer_styles WHERE useAsDefault = 1")
    assert sorted(str(row[0]) for row in rows) == ["areas", "nodes", "sites", "spans"]
    geometry_type = {"sites": "0", "nodes": "0", "spans": "1", "areas": "2"}
    for layer, column, qml in rows:
        root = ET.fromstring(str(qml))
        assert root.tag == "qgis"
        assert root.findtext("layerGeometryType") == geometry_type[str(layer)]
        geometry = _query(package, f"SELECT column_name FROM gpkg_geometry_columns WHERE table_name = '{layer}'")
        assert geometry == [(column,)]
        names = {symbol.get("name") for symbol in root.iter("symbol")}
        used = {node.get("symbol") for node in root.iter() if node.get("symbol")}
        assert used
        assert used <= names


def test_sites_are_drawn_by_technology_and_spans_by_year_and_method(plan: Plan, package: Path) -> None:
    qml = {str(layer): str(text) for layer, text in _query(package, "SELECT f_table_name, styleQML FROM layer_styles")}
    values = {node.get("value") for node in ET.fromstring(qml["sites"]).iter("category")}
    assert values == set(TECHNOLOGIES)
    filters = {node.get("filter") for node in ET.fromstring(qml["spans"]).iter("rule")}
    assert {f'"year" = {year}' for year in plan.programme.agreement.calendar_years} <= filters
    assert '"year" IS NULL' in filters
    dashes = {node.get("v") for node in ET.fromstring(qml["spans"]).iter("prop") if node.get("k") == "use_custom_dash"}
    assert dashes == {"0", "1"}


def test_the_package_says_what_its_columns_mean(package: Path) -> None:
    rows = _query(package, "SELECT table_name, column_name, description FROM gpkg_data_columns")
    assert len(rows) == sum(len(table.attributes) for table in PLAN_TABLES)
    assert ("spans", "length_m", "Length that is priced: surveyed where surveyed [m]") in rows
    contents = dict(_query(package, "SELECT table_name, data_type FROM gpkg_contents"))
    assert contents["layer_styles"] == "attributes"
    assert contents["spans"] == "features"
    assert _query(package, "PRAGMA integrity_check") == [("ok",)]
    assert _query(package, "PRAGMA foreign_key_check") == []


def test_layers_without_rows_are_written_too(plan: Plan, tmp_path: Path) -> None:
    import dataclasses

    write_geopackage(dataclasses.replace(plan, spans=plan.spans.iloc[:0]), tmp_path / "plan.gpkg")
    spans = gpd.read_file(tmp_path / "plan.gpkg", layer="spans")
    assert len(spans) == 0
    assert "length_m" in spans

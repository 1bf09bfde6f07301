"""``plan.gpkg``: the four layers, what their columns mean, and how QGIS draws them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio

from karez.model.attributes import PLAN_TABLES, RADIO_TABLES, Attribute, Table
from karez.model.plan import Plan
from karez.reporting.outage_layers import reach_layers, reach_styles
from karez.reporting.rings import ring_layers, ring_styles
from karez.reporting.styles import LayerStyle, layer_styles

_STAMP = "2000-01-01T00:00:00.000Z"
"""Written wherever the format asks for a time of change: equal plans give equal files (rule 10)."""

_DTYPES = {"text": "string", "number": "float64", "integer": "Int64", "boolean": "boolean"}
_GEOMETRIES = {"Point": "Point", "LineString": "LineString", "Polygon": "MultiPolygon"}


def write_geopackage(plan: Plan, path: Path) -> None:
    """Write the layers of a plan, their column descriptions and QGIS styles; ``towers`` and ``hops`` where it has any.

    Where the plan builds a backbone, layers ``rings`` and ``hubs`` come after them, as
    :func:`karez.reporting.rings.ring_layers` has them, and ``emergency_reach`` where a vital site lacks a way.
    Columns are those of :data:`karez.model.attributes.PLAN_TABLES`, in that order; geometry is EPSG:4326. Column
    meanings go into the schema extension (``gpkg_data_columns``), styles into the table ``layer_styles`` that QGIS
    reads by itself. Files of equal plans are equal byte by byte.

    Raises
    ------
    KeyError
        If a layer lacks one of its columns.
    """
    layers = [plan.sites, plan.spans, plan.nodes, plan.areas]
    tables: tuple[Table, ...] = PLAN_TABLES
    if plan.radio is not None:
        layers, tables = [*layers, plan.radio.towers, plan.radio.hops], (*tables, *RADIO_TABLES)
    with fixed_time():
        for frame, table in zip(layers, tables, strict=True):
            pyogrio.write_dataframe(
                conform(frame, table),
                path,
                layer=table.name,
                driver="GPKG",
                geometry_type=_GEOMETRIES[table.geometry],
                promote_to_multi=table.geometry == "Polygon",
                append=path.exists(),
                dataset_options={"VERSION": "1.3"},
                use_arrow=True,
                layer_options={"GEOMETRY_NAME": "geom", "DESCRIPTION": f"One row: {table.row_is}"},
            )
    write_layers({**ring_layers(plan), **reach_layers(plan)}, path, version="1.3")
    with closing(sqlite3.connect(path)) as connection, connection:
        _describe_columns(connection, tables)
        add_styles(connection, [*layer_styles(plan), *ring_styles(plan), *reach_styles(plan)])


def write_layers(
    layers: Mapping[str, tuple[gpd.GeoDataFrame, str]],
    path: Path,
    *,
    version: str = "",
    styles: Sequence[LayerStyle] = (),
) -> None:
    """Write layers as they are into a GeoPackage, a new one or one that is there.

    Parameters
    ----------
    layers : mapping
        By name a layer and its type of geometry; where that begins with ``Multi``, single shapes become such.
    path : Path
        The file.
    version : str
        Version of the format; empty: GDAL's own.
    styles : Sequence[LayerStyle]
        How QGIS draws the layers; without any, no table of styles is written.
    """
    with fixed_time():
        for name, (frame, kind) in layers.items():
            pyogrio.write_dataframe(
                frame,
                path,
                layer=name,
                driver="GPKG",
                geometry_type=kind,
                promote_to_multi=kind.startswith("Multi"),
                append=path.exists(),
                dataset_options={"VERSION": version} if version else {},
                layer_options={"GEOMETRY_NAME": "geom"},
            )
    if styles:
        with closing(sqlite3.connect(path)) as connection, connection:
            add_styles(connection, styles)


def conform(frame: gpd.GeoDataFrame, table: Table) -> gpd.GeoDataFrame:
    """Bring a layer to the columns, order and types of `table`; its geometry comes last."""
    columns = {attribute.name: frame[attribute.name].astype(_DTYPES[attribute.kind]) for attribute in table.attributes}
    data = pd.DataFrame(columns, index=frame.index).reset_index(drop=True)
    return gpd.GeoDataFrame(data, geometry=frame.geometry.to_numpy(), crs=frame.crs)


@contextmanager
def fixed_time() -> Iterator[None]:
    """Let GDAL write a fixed time of change."""
    before = pyogrio.get_gdal_config_option("OGR_CURRENT_DATE")
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": _STAMP})
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": before})


def _describe_columns(connection: sqlite3.Connection, tables: Sequence[Table]) -> None:
    """Say what each column means, with its unit (GeoPackage 1.3, schema extension)."""
    connection.executescript(_DATA_COLUMNS)
    extension = ("gpkg_schema", "http://www.geopackage.org/spec121/#extension_schema", "read-write")
    connection.executemany(
        "INSERT INTO gpkg_extensions VALUES (?, NULL, ?, ?, ?)",
        [(name, *extension) for name in ("gpkg_data_columns", "gpkg_data_column_constraints")],
    )
    connection.executemany(
        "INSERT INTO gpkg_data_columns VALUES (?, ?, ?, ?, ?, NULL, NULL)",
        [
            (table.name, attribute.name, attribute.name, _meaning(attribute), _meaning(attribute))
            for table in tables
            for attribute in table.attributes
        ],
    )


def _meaning(attribute: Attribute) -> str:
    return f"{attribute.meaning} [{attribute.unit}]" if attribute.unit else attribute.meaning


def add_styles(connection: sqlite3.Connection, styles: Sequence[LayerStyle]) -> None:
    """Give every layer its default style, in the table QGIS looks into."""
    connection.executescript(_LAYER_STYLES)
    connection.execute(
        "INSERT INTO gpkg_contents (table_name, data_type, identifier, description, last_change, srs_id) "
        "VALUES ('layer_styles', 'attributes', 'layer_styles', 'Styles for QGIS', ?, 0)",
        (_STAMP,),
    )
    connection.executemany(
        "INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name, f_geometry_column, styleName, "
        "styleQML, styleSLD, useAsDefault, description, owner, ui, update_time) "
        "VALUES ('', '', ?, 'geom', ?, ?, '', 1, ?, '', '', ?)",
        [(style.layer, style.name, style.qml, style.description, _STAMP) for style in styles],
    )


_DATA_COLUMNS = """
CREATE TABLE gpkg_data_columns (
  table_name TEXT NOT NULL, column_name TEXT NOT NULL, name TEXT, title TEXT, description TEXT, mime_type TEXT,
  constraint_name TEXT,
  CONSTRAINT pk_gdc PRIMARY KEY (table_name, column_name),
  CONSTRAINT gdc_tn UNIQUE (table_name, name)
);
CREATE TABLE gpkg_data_column_constraints (
  constraint_name TEXT NOT NULL, constraint_type TEXT NOT NULL, value TEXT, min NUMERIC, min_is_inclusive BOOLEAN,
  max NUMERIC, max_is_inclusive BOOLEAN, description TEXT,
  CONSTRAINT gdcc_ntv UNIQUE (constraint_name, constraint_type, value)
);
"""

_LAYER_STYLES = """
CREATE TABLE layer_styles (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, f_table_catalog TEXT(256), f_table_schema TEXT(256),
  f_table_name TEXT(256), f_geometry_column TEXT(256), styleName TEXT(30), styleQML TEXT, styleSLD TEXT,
  useAsDefault BOOLEAN, description TEXT, owner TEXT(30), ui TEXT(30),
  update_time DATETIME DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now'))
);
"""

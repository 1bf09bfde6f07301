"""A network of the Open Fibre Data Standard as GeoJSON, CSV and GeoPackage."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pyogrio
import shapely
from shapely.geometry import shape

from karez.model.ofds import LISTS, SHAPES, Row, to_tables
from karez.reporting.geopackage import fixed_time
from karez.reporting.guarding import guarded


def write_geojson(network: Mapping[str, Any], folder: Path) -> None:
    """Write ``nodes.geojson`` and ``spans.geojson``: each feature carries its network and what it refers to."""
    folder.mkdir(exist_ok=True)
    about = {
        name: value for name, value in network.items() if name not in ("nodes", "spans", "phases", "organisations")
    }
    known = {part: {one["id"]: one for one in network.get(part, [])} for part in ("nodes", "phases", "organisations")}
    for part, at in SHAPES.items():
        features = [_feature(item, at, part[:-1], about, known) for item in network.get(part, [])]
        text = json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False, indent=1)
        (folder / f"{part}.geojson").write_text(text + "\n", encoding="utf-8", newline="\n")


def _feature(
    item: Mapping[str, Any], at: str, kind: str, about: Mapping[str, Any], known: Mapping[str, Mapping[str, Any]]
) -> dict[str, Any]:
    properties = {name: value for name, value in item.items() if name != at}
    if "phase" in properties:
        properties["phase"] = known["phases"].get(properties["phase"]["id"], properties["phase"])
    for end in ("start", "end"):
        if end in properties:
            properties[end] = known["nodes"].get(properties[end], properties[end])
    properties |= {"network": about, "featureType": kind}
    return {"type": "Feature", "geometry": item.get(at), "properties": properties}


def write_csv(network: Mapping[str, Any], folder: Path) -> None:
    """Write one CSV file for each table of the standard into a folder; geometry as WKT."""
    folder.mkdir(exist_ok=True)
    for name, rows in to_tables(network).items():
        columns = list(dict.fromkeys(column for row in rows for column in row))
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream, lineterminator="\n")
            writer.writerow(columns)
            writer.writerows([_cell(row.get(column)) for column in columns] for row in rows)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, dict):
        return str(shapely.to_wkt(shape(value), rounding_precision=-1))
    if isinstance(value, float):
        return repr(value)
    return guarded(value) if isinstance(value, str) else str(value)


def write_geopackage(network: Mapping[str, Any], path: Path) -> None:
    """Write layers ``nodes`` and ``spans`` and the other tables of the standard without geometry."""
    tables = to_tables(network)
    with fixed_time():
        for name in (*(part for part in LISTS if part in SHAPES), *(n for n in tables if n not in SHAPES)):
            if name not in tables:
                continue
            frame = _frame(tables[name], SHAPES.get(name), name)
            kind = {"nodes": "Point", "spans": "LineString"}.get(name)
            options = {"dataset_options": {"VERSION": "1.3"}} if not path.exists() else {}
            pyogrio.write_dataframe(
                frame, path, layer=name, driver="GPKG", append=path.exists(), geometry_type=kind, **options
            )


def _frame(rows: list[Row], at: str | None, name: str) -> pd.DataFrame:
    """Rows of a table with columns of text, numbers or truths; its geometry as shapes."""
    columns = list(dict.fromkeys(column for row in rows for column in row))
    geometry = f"{name}/0/{at}"
    frame = pd.DataFrame({column: [row.get(column) for row in rows] for column in columns if column != geometry})
    for column in frame:
        if frame[column].map(lambda one: isinstance(one, bool) or one is None).all():
            frame[column] = frame[column].astype("boolean")
    if at is None:
        return frame
    shapes = [shape(row[geometry]) if row.get(geometry) else None for row in rows]
    layer: pd.DataFrame = gpd.GeoDataFrame(frame, geometry=shapes, crs="EPSG:4326")
    return layer

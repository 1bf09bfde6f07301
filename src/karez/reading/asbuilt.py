"""Lines as built: GeoPackage, GeoJSON, KML, GPX, or a network of the Open Fibre Data Standard."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyogrio
import shapely
from shapely.geometry import shape

from karez.errors import DataFault, Fault, UsageFault
from karez.reading.ofds import is_package, read_package

GPX_LAYERS = ("tracks", "routes")


@dataclass(frozen=True)
class BuiltLines:
    """Lines of a file and their attributes.

    Parameters
    ----------
    file : str
        Its name.
    table : DataFrame
        Attributes as text, a row a line; ``row`` is the feature's number as a person counts it.
    shapes : object[lines]
        LineStrings in WGS 84; a feature of several lines has a row for each.
    """

    file: str
    table: pd.DataFrame
    shapes: npt.NDArray[np.object_]

    def attributes(self) -> list[dict[str, str]]:
        """Attributes of every line as text."""
        rows = self.table.astype(str).to_dict("records")
        return [{str(name): str(value) for name, value in row.items()} for row in rows]


def read_lines(path: Path, layer: str = "") -> BuiltLines:
    """Read the lines of a file.

    Raises
    ------
    UsageFault
        There is no such file.
    DataFault
        It cannot be read, or holds something else than lines.
    """
    if not path.is_file():
        raise UsageFault(f"There is no file {path}.")
    try:
        frame = _ofds(path) if path.suffix.lower() == ".json" and is_package(path) else _layer(path, layer)
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, ValueError, RuntimeError) as error:
        said = str(error).splitlines()[0].replace(str(path), path.name)
        raise _fault(path, f"the file cannot be read ({said})", "Save it again, or name another layer") from None
    if frame.crs is None:
        raise _fault(path, "the layer does not say its reference system (CRS)", "Assign the CRS of its coordinates")
    frame = frame.to_crs(4326)
    rows = np.arange(1, len(frame) + 1)
    kinds = frame.geometry.geom_type
    bad = [str(row) for row, kind in zip(rows, kinds, strict=True) if kind not in ("LineString", "MultiLineString")]
    if bad or not len(frame):
        problem = "the feature is no line" if bad else "there is no line in it"
        raise _fault(path, problem, "Keep lines alone", row=", ".join(bad))
    parts, of = shapely.get_parts(shapely.force_2d(frame.geometry.to_numpy()), return_index=True)
    texts = frame.drop(columns="geometry").iloc[of].reset_index(drop=True)
    table = texts.astype("object").where(texts.notna(), "").map(_text)
    return BuiltLines(path.name, table.assign(row=rows[of]), parts)


def _layer(path: Path, layer: str) -> gpd.GeoDataFrame:
    """One layer; of GPX the tracks or else the routes, of other files the only one with lines."""
    layers = dict(pyogrio.list_layers(path).tolist())
    if layer and layer not in layers:
        raise _fault(path, f"there is no layer `{layer}`", f"Use one of {', '.join(layers)}")
    if layer:
        return pyogrio.read_dataframe(path, layer=layer)
    if path.suffix.lower() == ".gpx":
        frames = [pyogrio.read_dataframe(path, layer=name) for name in GPX_LAYERS]
        return next((frame for frame in frames if len(frame)), frames[0])
    lines = [name for name, kind in layers.items() if kind and "Line" in kind] or list(layers)
    if len(lines) > 1:
        raise _fault(path, f"there are {len(lines)} layers of lines", f"Name one with --sheet: {', '.join(lines)}")
    return pyogrio.read_dataframe(path, layer=lines[0])


def _ofds(path: Path) -> gpd.GeoDataFrame:
    """Spans of a network that are in use."""
    try:
        spans = [one for one in read_package(path).get("spans", []) if one.get("route")]
    except json.JSONDecodeError as error:
        raise _fault(path, f"the file is no JSON ({error})", "Save it again") from None
    built = [one for one in spans if one.get("status", "operational") == "operational"]
    table = {"id": [one["id"] for one in built], "day": [one.get("readyForServiceDate", "") for one in built]}
    return gpd.GeoDataFrame(table, geometry=[shape(one["route"]) for one in built], crs=4326)


def _text(value: object) -> str:
    """A cell as text, days as 2026-03-31."""
    if isinstance(value, pd.Timestamp):
        return value.date().isoformat()
    return str(value)


def _fault(path: Path, problem: str, remedy: str, *, row: str = "") -> DataFault:
    return DataFault([Fault(path.name, "", row, "", problem, remedy)])

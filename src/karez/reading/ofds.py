"""Networks of the Open Fibre Data Standard, 0.3 and 0.4: read in any of its formats, or as fibre that exists."""

from __future__ import annotations

import csv
import json
import sqlite3
from collections import Counter
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyogrio
import shapely
from shapely.geometry import mapping, shape

from karez.errors import DataFault, Fault
from karez.model.ofds import SHAPES, Row, from_tables
from karez.reading.events import unguarded
from karez.reading.findings import Findings, Where, listed

Shapes = npt.NDArray[np.object_]
IN_USE = ("operational", "")
"""Statuses of what is taken for existing; many networks leave it out."""


def is_package(path: Path) -> bool:
    """Whether a JSON file is a package of networks, by what stands first in it."""
    with path.open("rb") as stream:
        start = stream.read(4096).lstrip(b"\xef\xbb\xbf \t\r\n")
    return start[:1] == b"{" and b'"networks"' in start and b'"FeatureCollection"' not in start


def read_package(path: Path) -> dict[str, Any]:
    """The first network of a file or folder: JSON, GeoPackage, or a folder of CSV or of GeoJSON.

    Raises
    ------
    DataFault
        There is no network in it.
    """
    if path.is_dir():
        network = _read_folder(path)
    elif path.suffix.lower() == ".gpkg":
        network = from_tables(_geopackage_tables(path))
    else:
        document = json.loads(path.read_text(encoding="utf-8-sig"))
        found = document.get("networks") if isinstance(document, dict) else None
        network = found[0] if isinstance(found, list) and found and isinstance(found[0], dict) else {}
    if not network:
        remedy = "Give a package of the Open Fibre Data Standard, with `networks`"
        raise DataFault([Fault(path.name, problem="there is no network in it", remedy=remedy)])
    return network


def _read_folder(folder: Path) -> dict[str, Any]:
    """A network from ``spans.geojson`` and ``nodes.geojson``, or from the tables of the CSV format."""
    if (folder / "nodes.geojson").is_file() or (folder / "spans.geojson").is_file():
        return _from_features(folder)
    tables = {}
    for path in sorted(folder.glob("*.csv")):
        with path.open(encoding="utf-8-sig", newline="") as stream:
            rows = [{name: unguarded(cell) for name, cell in row.items()} for row in csv.DictReader(stream)]
        tables[path.stem] = [_with_geometry(path.stem, row) for row in rows]
    return from_tables(tables)


def _with_geometry(table: str, row: dict[str, str]) -> Row:
    at = f"{table}/0/{SHAPES.get(table, '')}"
    return {**row, at: _lists(mapping(shapely.from_wkt(row[at])))} if row.get(at) else dict(row)


def _from_features(folder: Path) -> dict[str, Any]:
    network: dict[str, Any] = {}
    held: dict[str, dict[str, Any]] = {"phases": {}, "organisations": {}}
    for part, at in SHAPES.items():
        path = folder / f"{part}.geojson"
        features = json.loads(path.read_text(encoding="utf-8-sig"))["features"] if path.is_file() else []
        for feature in features:
            item = dict(feature.get("properties") or {})
            network = {**item.pop("network", {}), **network}
            item.pop("featureType", None)
            if feature.get("geometry"):
                item[at] = feature["geometry"]
            phase = item.get("phase")
            if isinstance(phase, dict):
                held["phases"][str(phase.get("id"))] = phase
                item["phase"] = {name: phase[name] for name in ("id", "name") if name in phase}
            for end in ("start", "end"):
                if isinstance(item.get(end), dict):
                    item[end] = item[end].get("id")
            network.setdefault(part, []).append(item)
    return network | {part: list(found.values()) for part, found in held.items() if found}


def _geopackage_tables(path: Path) -> dict[str, list[Row]]:
    tables: dict[str, list[Row]] = {}
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)) as connection:
        names = [row[0] for row in connection.execute("SELECT table_name FROM gpkg_contents")]
    for name in names:
        frame = pyogrio.read_dataframe(path, layer=name)
        shapes = frame.pop("geometry") if "geometry" in frame else None
        rows = [
            {str(column): _plain(value) for column, value in row.items() if not _is_nothing(value)}
            for row in frame.to_dict("records")
        ]
        if shapes is not None:
            for row, one in zip(rows, shapes, strict=True):
                if one is not None:
                    row[f"{name}/0/{SHAPES[name]}"] = _lists(mapping(one))
        tables[name] = rows
    return tables


def _plain(value: Any) -> Any:
    return value.item() if hasattr(value, "item") else value


def _is_nothing(value: Any) -> bool:
    return value is None or bool(pd.isna(value))


def _lists(geometry: Mapping[str, Any]) -> dict[str, Any]:
    """GeoJSON with lists in place of tuples."""
    return dict(json.loads(json.dumps(geometry)))


def existing_spans(network: Mapping[str, Any], where: Where, findings: Findings) -> tuple[pd.DataFrame, Shapes]:
    """Spans in use as lines; one without a route runs straight between its nodes, and is counted (rule 9)."""
    places = {node.get("id"): node["location"] for node in network.get("nodes", []) if node.get("location")}
    kept, shapes, straight, lost = [], [], [], []
    others: Counter[str] = Counter()
    for row, span in enumerate(network.get("spans", []), start=1):
        if span.get("status", "") not in IN_USE:
            others[span["status"]] += 1
            continue
        route = span.get("route") or _between(span, places)
        if route is None:
            lost.append(row)
            continue
        if not span.get("route"):
            straight.append(str(span.get("id", row)))
        kept.append({"id": str(span.get("id", row)), "name": span.get("name", ""), "status": span.get("status", "")})
        shapes.append(shape(route))
    if lost:
        problem, remedy = "the span has no route, and its nodes have no place", "Draw it, or give its nodes a location"
        findings.fault(where, problem, remedy, row=", ".join(map(str, lost)))
    if straight:
        text = f"{where.file}: {len(straight)} spans without a route run straight between their nodes."
        findings.note(text, len(straight), straight)
    _note_others(where, others, "spans", findings)
    return pd.DataFrame(kept, columns=["id", "name", "status"]), _array(shapes)


def existing_nodes(network: Mapping[str, Any], where: Where, findings: Findings) -> tuple[pd.DataFrame, Shapes]:
    """Nodes in use as points; one can feed the network (``lit``) if it is an access point, has power, or is typed."""
    kept, shapes, unplaced = [], [], []
    others: Counter[str] = Counter()
    for row, node in enumerate(network.get("nodes", []), start=1):
        if node.get("status", "") not in IN_USE:
            others[node["status"]] += 1
        elif not node.get("location"):
            unplaced.append(str(node.get("id", row)))
        else:
            lit = bool(node.get("accessPoint") or node.get("power") or node.get("type"))
            kept.append({"id": f"ofds:{node.get('id', row)}", "name": node.get("name", ""), "lit": lit})
            shapes.append(shape(node["location"]))
    if unplaced:
        text = f"{where.file}: {len(unplaced)} nodes without a place were left out ({listed(unplaced)})."
        findings.note(text, len(unplaced), unplaced)
    if kept:
        lit_count = sum(node["lit"] for node in kept)
        findings.note(f"{where.file}: {lit_count} of {len(kept)} nodes can feed the network.", lit_count)
    _note_others(where, others, "nodes", findings)
    return pd.DataFrame(kept, columns=["id", "name", "lit"]), _array(shapes)


def _note_others(where: Where, others: Counter[str], what: str, findings: Findings) -> None:
    if others:
        words = ", ".join(f"{count} {status}" for status, count in sorted(others.items()))
        findings.note(f"{where.file}: {what} that are not in use were left out: {words}.", sum(others.values()))


def _between(span: Mapping[str, Any], places: Mapping[Any, Any]) -> dict[str, Any] | None:
    ends = [places.get(span.get(end)) for end in ("start", "end")]
    if not all(ends):
        return None
    return {"type": "LineString", "coordinates": [end["coordinates"] for end in ends if end]}


def _array(shapes: list[Any]) -> Shapes:
    made = np.empty(len(shapes), dtype=object)
    made[:] = shapes
    return made

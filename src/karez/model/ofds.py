"""The Open Fibre Data Standard as tables: a network flattened and put together again, nothing lost.

Tables are those of the standard's CSV format: ``networks``, ``nodes``, ``spans``, ``phases``, ``organisations``,
``contracts``, ``links``, and one more for each list of objects inside them (``nodes_networkProviders``). Columns are
paths: ``spans/0/phase/id``. Lists of words stand in one cell, parted by semicolons.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

LISTS = ("nodes", "spans", "phases", "organisations", "contracts", "links")
SHAPES = {"nodes": "location", "spans": "route"}
NUMBERS = {"fibreLength", "fibreCount", "capacity", "accuracy", "amount", "yearSigned", "years"}
TRUTHS = {"directed", "darkFibre", "accessPoint", "power", "spareCapacity", "indefinite", "recurring"}
WORDS = {"type", "technologies", "transmissionMedium", "deployment", "countries", "roles"}
"""Lists of words, but for ``type`` of anything that is no node."""

Row = dict[str, Any]
Tables = dict[str, list[Row]]


def to_tables(network: Mapping[str, Any]) -> Tables:
    """A network as tables; geometry stays GeoJSON, in the cell of its path."""
    name = network.get("id", "")
    tables: Tables = {"networks": [_flat(network, "", LISTS)]}
    for part in LISTS:
        for item in network.get(part, []):
            tables.setdefault(part, []).append({"id": name} | _flat(item, f"{part}/0/", ()))
            for field, inner in item.items():
                if _is_objects(inner):
                    at = {"id": name, f"{part}/0/id": item.get("id", "")}
                    rows = [at | _flat(one, f"{part}/0/{field}/0/", ()) for one in inner]
                    tables.setdefault(f"{part}_{field}", []).extend(rows)
    return tables


def from_tables(tables: Mapping[str, list[Row]]) -> dict[str, Any]:
    """The network of such tables, the first if there are several."""
    network: dict[str, Any] = {}
    for row in tables.get("networks", [])[:1]:
        network = _unflat(row, "")
    for part in LISTS:
        if tables.get(part):
            network[part] = [_unflat(row, f"{part}/0/") for row in tables[part]]
    for name, rows in tables.items():
        part, _, field = name.partition("_")
        if field and part in network:
            items = {item.get("id"): item for item in network[part]}
            for row in rows:
                owner = items.get(row.get(f"{part}/0/id"))
                if owner is not None:
                    owner.setdefault(field, []).append(_unflat(row, f"{part}/0/{field}/0/"))
    return network


def _is_objects(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(one, dict) for one in value)


def _flat(value: Mapping[str, Any], path: str, leave: tuple[str, ...]) -> Row:
    row: Row = {}
    for name, inner in value.items():
        if name in leave or _is_objects(inner):
            continue
        if isinstance(inner, dict) and "coordinates" not in inner:
            row |= _flat(inner, f"{path}{name}/", ())
        elif isinstance(inner, list):
            plain = all(isinstance(one, str) and ";" not in one for one in inner) and name in WORDS
            row[path + name] = ";".join(inner) if plain else json.dumps(inner, ensure_ascii=False)
        else:
            row[path + name] = inner
    return row


def _unflat(row: Row, prefix: str) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for path, cell in row.items():
        if not path.startswith(prefix) or cell is None or cell == "":
            continue
        *way, name = path[len(prefix) :].split("/")
        if "0" in way or (prefix and not name):
            continue
        at = made
        for step in way:
            at = at.setdefault(step, {})
        at[name] = _value(name, cell, prefix, way)
    return made


def _value(name: str, cell: Any, prefix: str, way: list[str]) -> Any:
    """A cell as the standard types it; what it does not know stays as it is."""
    if not isinstance(cell, str):
        return cell
    value: Any = cell
    if name in NUMBERS:
        number = float(cell)
        value = int(number) if number.is_integer() and "." not in cell else number
    elif name in TRUTHS:
        value = cell.strip().lower() in ("true", "1")
    elif name in WORDS and (name != "type" or (prefix == "nodes/0/" and not way)):
        value = [one.strip() for one in cell.split(";")]
    elif cell[:1] == "[" and cell[-1:] == "]":
        with suppress(json.JSONDecodeError):
            value = json.loads(cell)
    return value

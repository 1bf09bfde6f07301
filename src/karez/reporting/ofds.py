"""A network in the Open Fibre Data Standard 0.4: nodes, spans, phases (our years), organisations, contracts.

Source: https://standard.ofds.info. Statuses are the standard's own words; what the optimiser found is ``proposed``
until the budget is signed, then ``planned``, then as the ledger has it.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import shapely

from karez.model.delivery import Delivery
from karez.model.plan import Plan
from karez.model.programme import Programme

SCHEMA = "https://standard.ofds.info/en/0__4__0/network-schema.json"
CRS = {"name": "urn:ogc:def:crs:OGC::CRS84", "uri": "http://www.opengis.net/def/crs/OGC/1.3/CRS84"}
DEPLOYMENT = {
    "buried": "belowGround",
    "micro_trench": "belowGround",
    "existing_duct": "belowGround",
    "aerial": "aboveGround",
}
"""Deployment by method, where the method says it."""
DECIMALS = 7
"""Decimals of a degree that are written: a centimetre."""

NODE_TYPES = {"source": "pop"}
SPACE = uuid.UUID("6f1c3c1e-6a3b-5d0b-9f5e-0d7b4f0a5c11")
"""Name space of network ids, so that a programme has one and the same id in all its exports."""


def write_plan_ofds(plan: Plan, path: Path) -> None:
    """Write a plan as an OFDS package (JSON)."""
    spans = plan.spans.assign(in_service="")
    if plan.programme.tracking.budget_signed:
        spans["status"] = spans["status"].replace("proposed", "planned")
    write_package(network(plan.programme, plan.nodes, spans), path)


def write_package(made: Mapping[str, Any], path: Path) -> None:
    """Write a network as an OFDS package (JSON)."""
    text = json.dumps({"networks": [made]}, ensure_ascii=False, allow_nan=False, indent=1)
    path.write_text(text + "\n", encoding="utf-8", newline="\n")


def network(
    programme: Programme,
    nodes: pd.DataFrame,
    spans: pd.DataFrame,
    delivery: Delivery | None = None,
) -> dict[str, Any]:
    """A network as the standard has it, from the layers of a plan.

    Parameters
    ----------
    programme : Programme
        Parties and years.
    nodes : DataFrame
        As ``attributes.PLAN_NODES``, with ``geometry``.
    spans : DataFrame
        As ``attributes.PLAN_SPANS``, with ``geometry`` and ``in_service`` (ISO day, empty if it is not known). Spans
        without a year are designed and not planned; they are left out, and so are nodes that no span reaches.
    delivery : Delivery, optional
        Contracts and their organisations.
    """
    agreement = programme.agreement
    built = spans[spans["year"].notna()].sort_values("id")
    used = set(built["start_node"]) | set(built["end_node"])
    reached = nodes[nodes["id"].isin(used)].sort_values("id")
    status = _node_status(built)
    parties = _organisations(programme, delivery)
    made: dict[str, Any] = {
        "id": str(uuid.uuid5(SPACE, f"{agreement.name}\n{agreement.region}")),
        "name": f"{agreement.name}, {agreement.region}",
        "links": [{"href": SCHEMA, "rel": "describedby"}],
        "crs": CRS,
        "publisher": {"name": publisher(programme)},
        "language": "en",
        "nodes": [_node(row, status[str(row.id)], programme) for row in reached.itertuples(index=False)],
        "spans": [_span(row, programme) for row in built.itertuples(index=False)],
        "phases": [_phase(programme, year) for year in sorted({int(year) for year in built["year"]})],
        "organisations": parties,
    }
    if delivery is not None:
        made["publicationDate"] = delivery.as_of.isoformat()
        made["contracts"] = _contracts(delivery, agreement.currency)
    return {name: value for name, value in made.items() if value not in ([], "")}


def publisher(programme: Programme) -> str:
    """Organisation that publishes exports."""
    return programme.tracking.publisher or (programme.agreement.parties or (programme.agreement.name,))[0]


def organisation_id(name: str) -> str:
    """Id of an organisation, made from its name."""
    return f"org-{hashlib.sha256(name.encode()).hexdigest()[:10]}"


def _organisations(programme: Programme, delivery: Delivery | None) -> list[dict[str, Any]]:
    """Parties of the agreement, those that order and supply, and those that pay, each once."""
    roles: dict[str, set[str]] = {name: set() for name in (*programme.agreement.parties, publisher(programme))}
    if delivery is not None:
        for name in delivery.contracts["counterparty"]:
            roles.setdefault(name, set()).add("supplier")
        for name in delivery.contracts["party"]:
            roles.setdefault(name, set())
        for name in delivery.payers["party"]:
            roles.setdefault(name, set()).add("funder")
    return [
        {"id": organisation_id(name), "name": name, **({"roles": sorted(held)} if held else {})}
        for name, held in sorted(roles.items())
        if name
    ]


def _phase(programme: Programme, year: int) -> dict[str, str]:
    """A programme year; existing fibre belongs to the one it is taken over in."""
    return {"id": str(year), "name": f"{programme.agreement.name}, {year}"}


def _node(row: Any, status: str, programme: Programme) -> dict[str, Any]:
    point = shapely.get_coordinates(row.geometry)[0]
    node: dict[str, Any] = {"id": str(row.id)}
    if row.name:
        node["name"] = str(row.name)
    if pd.notna(row.year):
        node["phase"] = _phase(programme, int(row.year))
    node |= {"status": status, "location": {"type": "Point", "coordinates": _rounded(point)}}
    if programme.tracking.country:
        node["address"] = {"country": programme.tracking.country}
    if row.kind in NODE_TYPES:
        node["type"] = [NODE_TYPES[row.kind]]
    return node | {"accessPoint": row.kind in ("source", "place")}


def _span(row: Any, programme: Programme) -> dict[str, Any]:
    line = [_rounded(point) for point in shapely.get_coordinates(row.geometry)]
    span: dict[str, Any] = {
        "id": str(row.id),
        "phase": _phase(programme, int(row.year)),
        "status": str(row.status),
        "start": str(row.start_node),
        "end": str(row.end_node),
        "directed": False,
        "route": {"type": "LineString", "coordinates": line},
        "transmissionMedium": ["microwave" if row.method == "microwave" else "fibre"],
    }
    if row.method != "microwave":
        span["fibreLength"] = round(float(row.length_m) / 1000, 6)
    if row.status == "operational" and row.in_service:
        span["readyForServiceDate"] = str(row.in_service)
    if row.method in DEPLOYMENT:
        span["deployment"] = [DEPLOYMENT[row.method]]
    if programme.tracking.country:
        span["countries"] = [programme.tracking.country]
    return span


def _node_status(spans: pd.DataFrame) -> dict[str, str]:
    """A node stands as the furthest of its spans."""
    order = ("decommissioned", "inactive", "proposed", "planned", "underConstruction", "operational")
    found: dict[str, str] = {}
    for ends in ("start_node", "end_node"):
        for node, status in zip(spans[ends], spans["status"], strict=True):
            found[node] = max(found.get(node, order[0]), str(status), key=order.index)
    return found


def _contracts(delivery: Delivery, currency: str) -> list[dict[str, Any]]:
    """Contracts with their value, variations included."""
    made = []
    rows: list[Any] = list(delivery.contracts.itertuples(index=False))
    for row in rows:
        contract: dict[str, Any] = {"id": row.id}
        if row.name:
            contract["title"] = row.name
        contract["type"] = "public"
        value = round(row.signed_nominal + row.variations_nominal, 2)
        contract |= {"value": {"amount": value, "currency": currency}, "dateSigned": row.day}
        made.append(contract)
    return made


def _rounded(point: Any) -> list[float]:
    return [round(float(point[0]), DECIMALS), round(float(point[1]), DECIMALS)]

"""The run folder of a street-level design: it appears whole or not at all (rule 11)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from karez.model.plan import RunRecord
from karez.model.street import StreetDesign, StreetGraph, StreetInputs
from karez.reporting.files import write_json, write_parquets
from karez.reporting.record import to_toml
from karez.reporting.run_folder import write_whole
from karez.reporting.street.figures import StreetFigures, length_by_method
from karez.reporting.street.geopackage import write_kmz, write_street_layers
from karez.reporting.street.items import with_labour
from karez.reporting.street.layers import rows, street_layers
from karez.reporting.street.locks import lock_layers
from karez.reporting.street.report import write_street_report
from karez.reporting.street.schematic_files import write_schematic, write_sheets
from karez.reporting.street.scheme import schemes
from karez.reporting.street.workbook import write_street_workbook

Progress = Callable[[float], None]


def write_street(
    inputs: StreetInputs,
    graph: StreetGraph,
    design: StreetDesign,
    record: RunRecord,
    folder: Path,
    *,
    force: bool = False,
    progress: Progress | None = None,
) -> Path:
    """Write everything a street-level run leaves behind into a new folder.

    ``summary.json``, ``run.toml``, ``proof/`` (graph of all runs, trench, moats, premises), ``plan.gpkg``,
    ``boq.xlsx``, ``field.kmz``, ``schematic.svg``, ``report.html``; ``schematic/`` where there are several offices.

    Raises
    ------
    UsageFault
        If the folder is there and `force` is not set.
    """
    layers = street_layers(inputs, graph, design)
    offices, locks = schemes(inputs, design, layers), lock_layers(inputs, design)
    writers: dict[str, Callable[[Path], None]] = {
        "summary.json": lambda path: write_json(street_summary(inputs, graph, design, layers, record), path),
        "run.toml": lambda path: _record(inputs, record, path),
        "proof": lambda path: _proof(inputs, graph, design, path),
        "plan.gpkg": lambda path: write_street_layers(layers, locks, path),
        "boq.xlsx": lambda path: write_street_workbook(inputs, design, layers, path),
        "field.kmz": lambda path: write_kmz(layers, inputs.name, path),
        "schematic.svg": lambda path: write_schematic(offices, inputs, path),
        "report.html": lambda path: write_street_report(inputs, graph, design, layers, offices, locks, record, path),
    }
    if len(offices) > 1:
        writers["schematic"] = lambda path: write_sheets(offices, inputs, path)
    return write_whole(writers, folder, force=force, progress=progress)


def street_summary(
    inputs: StreetInputs,
    graph: StreetGraph,
    design: StreetDesign,
    layers: dict[str, gpd.GeoDataFrame],
    record: RunRecord,
) -> dict[str, Any]:
    """The design's figures for other programs, as ``summary.json`` holds them."""
    found = StreetFigures.of(inputs, design, layers)
    prices = inputs.rules.prices
    items = design.bill.groupby(["item", "unit"], as_index=False)[["quantity", "amount"]].sum()
    return {
        "format": 1,
        "kind": "street",
        "name": inputs.name,
        "technology": inputs.rules.network.technology,
        "currency": prices.currency,
        "price_year": prices.price_year,
        "seed": record.seed,
        "key": record.key,
        "totals": {
            "cost_real": found.cost,
            "labour_real": round(float(with_labour(design.bill, prices.labour)["labour"].sum()), 2),
            "cost_passed_real": found.cost_passed,
            "cost_per_home_passed_real": round(found.cost_passed / max(found.dwellings, 1), 2),
            "cost_per_home_connected_real": found.cost_connected,
            "take_up": found.take_up,
            "premises": found.premises,
            "premises_served": found.served,
            "dwellings_served": found.dwellings,
            "trench_m": round(found.trench_m, 3),
            "offices": found.offices,
            "cabinets": found.cabinets,
            "closures": found.closures,
            "longest_way_m": round(found.longest_m, 2),
            "greatest_loss_db": round(found.greatest_db, 3),
            "budget_db": round(found.budget_db, 3),
        },
        "lengths_by_method_m": length_by_method(layers),
        "upkeep_real": found.upkeep,
        "items": [
            {
                "item": row.item,
                "unit": row.unit,
                "quantity": round(row.quantity, 3),
                "amount_real": round(row.amount, 2),
            }
            for row in rows(items)
        ],
        "certificates": [one.as_dict() for one in design.certificates],
        "moat_root": design.moat_root,
        "moat_sources": list(design.moat_sources),
        "notes": [
            {"stage": note.stage, "text": note.text, "count": note.count, "ids": list(note.ids)}
            for note in (*inputs.notes, *graph.notes, *design.notes)
        ],
    }


def _record(inputs: StreetInputs, record: RunRecord, path: Path) -> None:
    content = {
        "format": 1,
        "kind": "street",
        "key": record.key,
        "seed": record.seed,
        "versions": record.versions,
        "hashes": record.hashes,
        "seconds": {stage: round(seconds, 3) for stage, seconds in record.seconds.items()},
        "rules": inputs.rules.model_dump(mode="json"),
    }
    head = "# What this run was made with. Rules are as resolved: defaults are filled in.\n\n"
    path.write_text(head + to_toml(content), encoding="utf-8", newline="\n")


def _proof(inputs: StreetInputs, graph: StreetGraph, design: StreetDesign, folder: Path) -> None:
    write_parquets(proof_tables(inputs, graph, design), folder)


def proof_tables(inputs: StreetInputs, graph: StreetGraph, design: StreetDesign) -> dict[str, pd.DataFrame]:
    """Tables from which everything is checked again; numbers of nodes and runs are rows of ``nodes`` and ``runs``."""
    trench = design.trench
    columns = ["id", "start", "end", "length_m", "kind", "surface", "crossings", "factor", "lock", "method"]
    columns += ["per_m", "other_method", "other_per_m", "free_cables", "free_fibres"]
    premises = design.premises.assign(id=inputs.premises["id"].to_numpy(), node=graph.premises_node)
    return {
        "nodes": graph.nodes[["id", "kind", "may_hold"]],
        "runs": graph.runs[columns].assign(full=np.isin(np.arange(len(graph.runs)), design.full_runs)),
        "locks": _locks(inputs, graph, design),
        "trench": pd.DataFrame(
            {"node": trench.node, "parent": trench.parent, "run": trench.run, "length_m": trench.length_m}
        ),
        "premises": premises,
        "cabinets": design.cabinets,
        "closures": design.closures,
        "offices": design.offices,
        "cables": design.cables,
        "bill": design.bill,
        "moats": design.moats,
    }


def _locks(inputs: StreetInputs, graph: StreetGraph, design: StreetDesign) -> pd.DataFrame:
    """The planner's word as it was taken: offices and cabinets with their nodes, spans; shapes as WKB in WGS 84."""
    parts = []
    plant = (
        ("office", inputs.offices, graph.office_node, ()),
        ("cabinet", inputs.cabinets, graph.cabinet_node, design.kept),
    )
    for role, table, node, kept in plant:
        ports = table["ports"].to_numpy(np.float64) if "ports" in table and len(table) else np.zeros(len(table))
        unused = list(kept) if len(kept) else [""] * len(table)
        parts.append(pd.DataFrame({"role": role, "id": table["id"], "node": node, "ports": ports, "unused": unused}))
    columns = ["role", "id", "factor", "price_per_m", "free_cables", "free_fibres"]
    parts.append(pd.DataFrame(inputs.spans[columns]).assign(node=-1, ports=0.0, unused=""))
    shapes = [table.geometry.to_numpy() for table in (inputs.offices, inputs.cabinets, inputs.spans)]
    numbers = dict.fromkeys(columns[2:], np.float64)
    made = pd.concat([one for one in parts if len(one)], ignore_index=True) if any(map(len, parts)) else parts[-1]
    made = made.reindex(columns=["role", "id", "node", "ports", "unused", *columns[2:]])
    made = made.astype({**numbers, "ports": np.float64, "node": np.int64, "role": object, "id": object})
    return made.assign(wkb=[bytes(one) for one in shapely.to_wkb(np.concatenate(shapes))])

"""The folder of ``karez track export``: page, workbook, open standards, events."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Sequence
from pathlib import Path

import pandas as pd

from karez.model.delivery import Delivery
from karez.model.programme import Programme
from karez.reporting.delivery import write_delivery_book, write_delivery_page
from karez.reporting.guarding import guarded
from karez.reporting.oc4ids import write_oc4ids
from karez.reporting.ofds import network, write_package
from karez.reporting.ofds_files import write_csv, write_geojson, write_geopackage
from karez.reporting.run_folder import write_whole


def write_delivery(
    delivery: Delivery,
    programme: Programme,
    layers: tuple[pd.DataFrame, pd.DataFrame],
    payments: pd.DataFrame,
    events: tuple[Sequence[str], Iterable[Sequence[str]]],
    folder: Path,
    *,
    force: bool = False,
) -> Path:
    """Write everything an office hands on into the new folder `folder`.

    Parameters
    ----------
    delivery : Delivery
        The status.
    programme : Programme
        Settings.
    layers : (DataFrame, DataFrame)
        Nodes and spans with their state.
    payments : DataFrame
        Payments in force.
    events : (sequence, iterable)
        Header and rows of all events.
    folder : Path
        Where it is to lie; it appears whole or not at all (rule 11).
    force : bool
        Whether an existing folder is moved aside.

    Raises
    ------
    UsageFault
        If `folder` is there and `force` is not set.
    """
    nodes, spans = layers
    made = network(programme, nodes, spans, delivery)
    writers = {
        "delivery.html": lambda path: write_delivery_page(delivery, programme, path),
        "delivery.xlsx": lambda path: write_delivery_book(delivery, path),
        "delivery.json": lambda path: _write_json(delivery, path),
        "network.ofds.json": lambda path: write_package(made, path),
        "network.ofds.gpkg": lambda path: write_geopackage(made, path),
        "ofds_geojson": lambda path: write_geojson(made, path),
        "ofds_csv": lambda path: write_csv(made, path),
        "projects.oc4ids.json": lambda path: write_oc4ids(delivery, programme, payments, path),
        "events.csv": lambda path: _write_events(*events, path),
    }
    return write_whole(writers, folder, force=force)


def _write_json(delivery: Delivery, path: Path) -> None:
    text = json.dumps(delivery.summary(), ensure_ascii=False, allow_nan=False, indent=2)
    path.write_text(text + "\n", encoding="utf-8", newline="\n")


def _write_events(header: Sequence[str], rows: Iterable[Sequence[str]], path: Path) -> None:
    """Events as CSV; text that a spreadsheet would calculate is kept as text."""
    numbers = {header.index("amount_nominal"), header.index("quantity")}
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(header)
        for row in rows:
            writer.writerow(cell if place in numbers else guarded(cell) for place, cell in enumerate(row))

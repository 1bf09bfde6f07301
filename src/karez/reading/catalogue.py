"""``catalogue.csv`` as unit costs."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from karez.model.attributes import CATALOGUE
from karez.reading.findings import Findings, Where
from karez.reading.paths import locate, sha256
from karez.reading.tables import normalise
from karez.reading.text_table import read_text_table

EMPTY = {"rate": "the item has no price"}


def read_catalogue(folder: Path, reference: str, findings: Findings, hashes: dict[str, str]) -> pd.DataFrame | None:
    """Read the catalogue: see ``attributes.CATALOGUE``; index ``item``, sorted.

    An empty low or high cost is the rate. None, with faults, if the file or a column that must be there is missing.
    """
    place = locate(folder, reference, "layers.catalogue", findings)
    if place is None:
        return None
    hashes[place.file] = sha256(place.path)
    where = Where(place.file, place.layer, first_row=2)
    cells = read_text_table(place.path, where, findings)
    if cells is None:
        return None
    table, missing = normalise(cells, tuple(cells.columns), CATALOGUE, where, findings, EMPTY)
    table["unit"] = table["unit"].str.lower()
    for name in ("low", "high"):
        table[name] = table[name].fillna(table["rate"])
    _check(table, where, findings)
    return None if missing else table[table["item"] != ""].sort_values("item", kind="stable").set_index("item")


def check_currencies(table: pd.DataFrame, where: Where, known: frozenset[str], findings: Findings) -> None:
    """Every price is in a currency that can be exchanged into the programme's."""


def _check(table: pd.DataFrame, where: Where, findings: Findings) -> None:
    low = (table["low"] > table["rate"]).to_numpy()
    high = (table["high"] < table["rate"]).to_numpy()
    findings.rows(where, low, "the low cost is above the rate", "Exchange or correct them", column="low")
    findings.rows(where, high, "the high cost is below the rate", "Exchange or correct them", column="high")

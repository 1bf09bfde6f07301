"""``catalogue.csv`` as unit costs."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from karez.model.attributes import CATALOGUE
from karez.reading.findings import Findings, Where, suggestion
from karez.reading.paths import locate, sha256
from karez.reading.tables import Normalised, normalise
from karez.reading.text_table import read_text_table

EMPTY = {"rate": "the item has no price"}


def read_catalogue(
    folder: Path, reference: str, currencies: frozenset[str] | None, findings: Findings
) -> pd.DataFrame | None:
    """Read the catalogue: see ``attributes.CATALOGUE``; index ``item``, sorted.

    An empty low or high cost is the rate; units are in lower case.

    Parameters
    ----------
    folder : Path
        The project folder.
    reference : str
        The file.
    currencies : frozenset[str] | None
        Currencies that can be exchanged; None if that is not known.
    findings : Findings
        Where faults, notes and the SHA-256 of the file go.

    Returns
    -------
    DataFrame | None
        None, with faults, if the file or a column that must be there is missing.
    """
    place = locate(folder, reference, "layers.catalogue", findings)
    if place is None:
        return None
    findings.hashes[place.file] = sha256(place.path)
    where = Where(place.file, place.layer, first_row=2)
    cells = read_text_table(place.path, where, findings)
    if cells is None:
        return None
    normalised = normalise(cells, tuple(cells.columns), CATALOGUE, where, findings, EMPTY)
    table = normalised.table
    table["unit"] = table["unit"].str.lower()
    for name in ("low", "high"):
        table[name] = table[name].fillna(table["rate"])
    _check_order(normalised, where, findings)
    if currencies is not None:
        _check_currencies(table, where, currencies, findings)
    if normalised.missing:
        return None
    return table[table["item"] != ""].sort_values("item", kind="stable").set_index("item")


def _check_currencies(table: pd.DataFrame, where: Where, known: frozenset[str], findings: Findings) -> None:
    """Every price is in a currency that can be exchanged into the programme's."""
    currencies = table["currency"].to_numpy(dtype=object)
    for code in sorted(set(currencies) - known - {""}):
        problem = f"there is no exchange rate for `{code}`"
        remedy = (
            f"Set rates.exchange.{code} in programme.toml, or correct the currency{suggestion(code, sorted(known))}"
        )
        findings.rows(where, currencies == code, problem, remedy, column="currency")


def _check_order(normalised: Normalised, where: Where, findings: Findings) -> None:
    """The low cost is at most the rate, the high one at least."""
    table, bad = normalised.table, normalised.bad
    low = (table["low"] > table["rate"]).to_numpy() & ~bad["rate"]
    high = (table["high"] < table["rate"]).to_numpy() & ~bad["rate"]
    findings.rows(where, low, "the low cost is above the rate", "Exchange or correct them", column="low")
    findings.rows(where, high, "the high cost is below the rate", "Exchange or correct them", column="high")

"""Catalogue money becomes the programme's: exchange, inflation, and metres. The only place for it (rule 1)."""

from __future__ import annotations

from typing import Literal

import numpy as np

from karez.model.catalogue import Catalogue
from karez.model.programme import Programme
from karez.units import METRES_PER

Column = Literal["low", "rate", "high"]


def convert(catalogue: Catalogue, programme: Programme) -> Catalogue:
    """State every unit cost in the programme's currency at its price year, and lengths per metre.

    A cost is exchanged at the programme's rate and carried from its price year to the programme's at the
    programme's inflation. An empty low or high is the rate.

    Parameters
    ----------
    catalogue : Catalogue
        As read; every currency has a rate (checked in ``reading``).
    programme : Programme
        Rates and price year.

    Returns
    -------
    Catalogue
        With ``low_real``, ``rate_real``, ``high_real`` and ``base_unit`` besides the source values.
    """
    table = catalogue.table.copy()
    exchange = {**programme.rates.exchange, programme.agreement.currency: 1.0}
    years = programme.agreement.price_year - table["price_year"].to_numpy(dtype=np.float64)
    unit = table["unit"].astype(str)
    factor = table["currency"].map(exchange).to_numpy(dtype=np.float64)
    factor = factor * (1.0 + programme.rates.inflation_per_year) ** years
    factor = factor / unit.map(METRES_PER).fillna(1.0).to_numpy(dtype=np.float64)
    table["base_unit"] = unit.where(~unit.isin(list(METRES_PER)), "m")
    for column in ("low", "rate", "high"):
        table[f"{column}_real"] = table[column].fillna(table["rate"]).to_numpy(dtype=np.float64) * factor
    return Catalogue(table)


def at(catalogue: Catalogue, column: Column) -> Catalogue:
    """Return a converted catalogue whose rate is its low, its own or its high."""
    table = catalogue.table.copy()
    table["rate_real"] = table[f"{column}_real"]
    return Catalogue(table)

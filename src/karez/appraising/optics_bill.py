"""What the optics of a backbone cost, where catalogue items are named for them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from karez.appraising.present import present_factor
from karez.model.catalogue import Catalogue
from karez.model.optics import BILL_COLUMNS, Optics
from karez.model.programme import Programme
from karez.units import round_money


def unit_rates(catalogue: Catalogue) -> dict[str, float]:
    """Price of a unit of every item of a converted catalogue."""
    return {str(item): float(rate) for item, rate in catalogue.table["rate_real"].items()}


def priced(optics: Optics, catalogue: Catalogue, programme: Programme) -> Optics:
    """The optics with prices on their bill."""
    return replace(optics, bill=price_optics(optics.bill, catalogue, programme))


def price_optics(bill: pd.DataFrame, catalogue: Catalogue, programme: Programme) -> pd.DataFrame:
    """Put prices on a bill, all bought in the first year; NaN where no item is named.

    Parameters
    ----------
    bill : DataFrame
        ``part``, ``what``, ``count``, ``item``.
    catalogue : Catalogue
        Converted, see :func:`karez.appraising.converting.convert`.
    programme : Programme
        Years and discount rate.
    """
    table, rates = catalogue.table, programme.rates
    rate, present = np.full(len(bill), np.nan), np.full(len(bill), np.nan)
    for row, item in enumerate(bill["item"]):
        if item:
            about = table.loc[item]
            rate[row] = about["rate_real"]
            factors = present_factor(
                int(about["life_years"]), float(about["opex_share_per_year"]), 1, programme.horizon,
                rates.discount_rate_real,
            )  # fmt: skip
            present[row] = factors[0]
    capex = round_money(np.nan_to_num(rate * bill["count"]))
    priced = ~np.isnan(rate)
    done = bill.assign(
        rate_real=rate,
        capex_real=np.where(priced, capex, np.nan),
        present_real=np.where(priced, round_money(np.nan_to_num(capex * present)), np.nan),
    )
    return done[list(BILL_COLUMNS)]

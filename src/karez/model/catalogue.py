"""Unit costs as their sources state them."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd


@dataclass(frozen=True)
class Catalogue:
    """The catalogue as read and, once ``appraising`` has converted it, in the programme's money.

    Parameters
    ----------
    table : DataFrame
        Index ``item``. As read: ``unit``, ``low``, ``rate``, ``high``, ``currency``, ``price_year``, ``source``,
        ``confidence``, ``life_years``, ``opex_share_per_year``. Converted, besides: ``low_real``, ``rate_real``,
        ``high_real`` per one base unit (a rate per km or ft is per metre), ``base_unit``. A row whose
        `confidence` is ``assumption`` is listed as an assumption.
    """

    table: pd.DataFrame

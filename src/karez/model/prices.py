"""Money on a candidate graph and on every way to serve a site. Made by ``appraising``, real money only."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from karez.model.catalogue import Catalogue
from karez.model.sharing import Sharing

Money = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Prices:
    """What everything costs and what every site is worth. All money real, two decimals where it is capex.

    Column t − 1 of a ``present_by_year`` array is the present cost of building in programme year t: capex,
    opex, renewals at asset life up to the horizon, less residual value, discounted to the start of year 1
    (rules 2 and 3).

    Parameters
    ----------
    catalogue : Catalogue
        Converted to the programme's money.
    span_parts : DataFrame
        What spans add up from: ``span`` (row number), ``item``, ``quantity`` (metres; pieces of radio spans),
        ``amount_real`` (two decimals); sorted by span. Fibre that exists has none.
    span_capex, span_opex_per_year : float64[spans]
        Per candidate span.
    span_present_by_year : float64[spans, T]
        Present cost by year of completion; what is paid before costs more by its discount.
    span_years : int16[spans]
        Years it takes to build.
    span_early : float64[spans, most years − 1]
        Column j − 1: the part of its capex that is paid j years before it is completed: equal parts, two decimals, the
        rest in the last year. No column where every span takes one year.
    source_capex : float64[sources]
        Connection cost.
    source_present_by_year : float64[sources, T]
        Present cost of the connection by year.
    source_from_year : int16[sources]
        Programme year (1…) from which a source is there.
    options : DataFrame
        One row per site and technology, of satellites per service, that may serve it, sorted by site, fibre first.
        Columns ``site`` (row number of the sites table), ``technology``, ``service`` (satellite service; empty where
        there are no several), ``capex_real``, ``opex_real_per_year``,
        ``quality`` (1 to standard, else the settings' factor), ``meets_standard``. Fibre's costs are its
        local distribution and terminals, not the spans.
    option_present_by_year : float64[options, T]
        Present cost by year of building.
    lines : DataFrame
        What the options add up from: ``option`` (row of `options`), ``item``, ``kind`` (capex or opex), ``quantity``
        (units of the item, a year's for opex), ``amount_real`` (two decimals).
    site_weight : float64[sites]
        Weight in coverage: households, or household-equivalents × units.
    site_open_weight : float64[sites]
        The part of it not served already.
    site_priority : float64[sites]
        Priority of the site's project times its own.
    site_earliest_year : int16[sites]
        Programme year (1…) from which the site may be served.
    site_fibre_mandatory : bool[sites]
        Whether only fibre will do.
    service_years : float64[T]
        Discounted years of service up to the horizon if in service at the end of year t: Σ_{τ=t+1..H} (1 + r)^−τ.
    budget_nominal, budget_real : float64[T]
        Money that becomes available each year, scaled.
    price_level : float64[T]
        Nominal over real money in each year.
    site_mbps : float64[sites]
        Busy-hour demand of what is not served already.
    relays : DataFrame
        What a microwave hop would cost where nothing stands, built in year 1: ``up_to_km``, ``present_real``; no row
        where nothing prices it.
    sharing : Sharing | None
        Capacity that sites share; None where there are no several satellite services.
    """

    catalogue: Catalogue
    span_parts: pd.DataFrame
    span_capex: Money
    span_opex_per_year: Money
    span_present_by_year: Money
    span_years: npt.NDArray[np.int16]
    span_early: Money
    source_capex: Money
    source_present_by_year: Money
    source_from_year: npt.NDArray[np.int16]
    options: pd.DataFrame
    option_present_by_year: Money
    lines: pd.DataFrame
    site_weight: Money
    site_open_weight: Money
    site_priority: Money
    site_earliest_year: npt.NDArray[np.int16]
    site_fibre_mandatory: npt.NDArray[np.bool_]
    service_years: Money
    budget_nominal: Money
    budget_real: Money
    price_level: Money
    site_mbps: Money
    relays: pd.DataFrame
    sharing: Sharing | None = None

    def present_with(self, technology: str) -> Money:
        """Present cost of serving every site with a technology from year 1 (float64[sites]); NaN where it may not.

        Of several services the cheapest.
        """
        rows = np.flatnonzero((self.options["technology"] == technology).to_numpy())
        found = np.full(len(self.site_weight), np.nan)
        np.fmin.at(found, self.options["site"].to_numpy()[rows], self.option_present_by_year[rows, 0])
        return found

    @property
    def years(self) -> int:
        """Number of programme years T."""
        return len(self.price_level)

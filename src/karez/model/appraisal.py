"""What a plan is worth: money by year and project, coverage, assumptions re-priced."""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd

from karez.model.carbon import Carbon
from karez.model.equity import Equity
from karez.model.finance import Finance


@dataclass(frozen=True)
class Appraisal:
    """Tables of a finished plan, real money, calendar years.

    Parameters
    ----------
    by_year : DataFrame
        One row a calendar year: ``year``, ``budget_nominal``, ``budget_real``, ``capex_real``, ``capex_nominal``,
        ``capex_spans_real``, ``capex_sites_real``, ``carried_nominal`` (unspent so far), ``opex_real``.
    by_project_year : DataFrame
        ``project``, ``year``, ``capex_real`` (sites and attributed spans), ``coverage``, ``coverage_any``
        (below standard too), ``sites_served``.
    by_project : DataFrame
        ``project``, ``name``, ``sites``, ``weight``, ``capex_real``, ``share``, ``minimum_share``,
        ``maximum_share``, ``coverage``.
    targets : DataFrame
        ``project``, ``year``, ``counted_by`` (weight or place), ``required``, ``target``, ``achieved``, ``met``.
    by_area : DataFrame
        ``area_id``, ``name``, ``households``, ``households_served``, ``coverage``, ``capex_real``.
    by_technology : DataFrame
        ``technology``, ``sites``, ``households``, ``capex_real``, ``opex_real_per_year``.
    total_coverage : DataFrame
        ``year``, ``coverage``, ``coverage_any``, ``households_served``: homes once.
    assumptions : DataFrame
        ``name``, ``value``, ``unit``, ``where``, ``meaning``, and with it 20 % lower and higher:
        ``cost_low``, ``cost_high`` (relative change of plan capex), ``coverage_low``, ``coverage_high`` (total
        coverage reached in the last year under the budgets, difference); NaN where re-pricing says nothing.
    catalogue_range : DataFrame
        ``catalogue`` (low, rate, high), ``unconstrained_capex_real``, ``over_budget`` (ratio to real budget).
    flips : DataFrame
        ``technology``, ``distance_km``, ``households``: home count above which fibre is cheaper than the alternative.
    crews : DataFrame
        ``method``, ``year``, ``km`` built, ``capacity_km`` of the crews (NaN: no limit).
    floors : DataFrame
        ``area_id``, ``name``, ``year``, ``floor``, ``achieved``, ``met``.
    totals : dict
        ``capex_real``, ``capex_nominal``, ``opex_real_per_year``, ``pv_cost_real``, ``budget_nominal``,
        ``budget_real``, ``route_km``, ``households``, ``households_served``, ``coverage`` …
    finance : Finance | None
        Cash flows and indicators; this and the next two are None where they were not asked for.
    equity : Equity | None
        Coverage compared between areas.
    carbon : Carbon | None
        Emissions.
    """

    by_year: pd.DataFrame
    by_project_year: pd.DataFrame
    by_project: pd.DataFrame
    targets: pd.DataFrame
    by_area: pd.DataFrame
    by_technology: pd.DataFrame
    total_coverage: pd.DataFrame
    assumptions: pd.DataFrame
    catalogue_range: pd.DataFrame
    flips: pd.DataFrame
    totals: dict[str, float]
    finance: Finance | None = None
    equity: Equity | None = None
    carbon: Carbon | None = None
    crews: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=["method", "year", "km", "capacity_km"]))
    floors: pd.DataFrame = field(
        default_factory=lambda: pd.DataFrame(columns=["area_id", "name", "year", "floor", "achieved", "met"])
    )

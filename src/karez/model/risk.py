"""What may come of a plan: ranges, what matters most, and what would be regretted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd

Robust = Literal["expected", "worst", "p90"]
"""What a robust plan has least of: expected regret, greatest regret, or the regret that nine draws in ten keep to."""

QUANTILES = {"p10": 0.1, "p50": 0.5, "p90": 0.9}
"""Quantiles that are told: a tenth of the draws lies below P10, half below P50, nine tenths below P90."""


@dataclass(frozen=True)
class Regret:
    """What plans lose against the best plan that is known for each draw; no bound is claimed for it.

    Parameters
    ----------
    plans : DataFrame
        The candidates: ``plan`` (``plan``, ``low``, ``high``, ``margin_<per cent>``), ``about`` (in words),
        ``service`` (mean), ``coverage`` (mean, at the end), ``mean_regret``, ``max_regret``, ``p90_regret``
        (household-years), ``mean_share``, ``max_share`` (the same over the best service of the draw).
    matrix : DataFrame
        ``draw``, ``best`` (the plan that is best there), ``best_service``, and the service under every plan:
        ``service:<plan>``, household-years.
    reoptimised : int
        For how many draws a plan was made anew.
    criterion : str
        What the robust choice has least of: ``expected``, ``worst``, ``p90``; empty if none was asked for.
    chosen : str
        Candidate with the least of it; empty if none was asked for.
    reason : str
        Why, in words, and how to make that plan.
    """

    plans: pd.DataFrame
    matrix: pd.DataFrame
    reoptimised: int
    criterion: str = ""
    chosen: str = ""
    reason: str = ""

    def summary(self) -> dict[str, Any]:
        """What ``summary.json`` holds of it."""
        return {
            "reoptimised": self.reoptimised,
            "draws": len(self.matrix),
            "plans": self.plans.to_dict("records"),
            "criterion": self.criterion,
            "chosen": self.chosen,
            "reason": self.reason,
        }


@dataclass(frozen=True)
class Risk:
    """Many draws of prices, take-up and delay, and what they do to one plan. Money is real unless it says nominal.

    Parameters
    ----------
    seed : int
        Seed of the draws.
    shape : str
        Distribution between low, mode and high.
    factors : DataFrame
        What was drawn: ``factor``, ``kind`` (prices, take_up, delay), ``unit``, ``low``, ``mode``, ``high``,
        ``items`` (catalogue items whose price it moves, separated by blanks).
    draws : DataFrame
        ``draw``, ``take_up`` (factor), ``delay:<calendar year>`` (share), ``price:<item>`` (real).
    outcomes : DataFrame
        ``draw``, ``capex_real``, ``capex_nominal``, ``pv_cost_real``, ``npv_real`` (the plan as it
        stands; the last with its delay), ``capex:<year>`` (real),
        ``over_nominal`` (greatest lack of money by the end of any year; negative where none lacks), ``holds`` (whether
        the budget is enough in every year), ``coverage:<year>`` and ``coverage_any:<year>`` (homes, the plan's order
        followed within the budgets), ``spent_real``, ``service`` (household-years), ``late``, ``out`` (sites).
    bands : DataFrame
        ``figure``, ``unit``, ``plan`` (at the plan's own assumptions), ``p10``, ``p50``, ``p90``, ``mean``, ``least``,
        ``greatest``.
    by_year : DataFrame
        ``year``, ``holds`` (share of the draws in which the money until then is enough), cumulative nominal ``budget``,
        ``cost``, ``cost_p10`` …, and ``coverage``, ``coverage_p10`` …; without a suffix as planned.
    targets : DataFrame
        ``project``, ``year``, ``target``, ``planned``, ``probability`` (share of the draws that meet it), ``p10`` ….
    tornado : DataFrame
        For each figure and factor: ``figure``, ``factor``, ``base`` (all as most likely), ``low`` and ``high`` (with
        that factor at its end), ``swing`` (distance of the two), ``rank_correlation`` (Spearman, over the draws).
    sites : DataFrame
        Sites that the plan serves: ``id``, ``year``, ``in_time`` (share of the draws served by then), ``served``.
    areas : DataFrame
        ``area_id``, ``name``, ``households``, ``planned`` and ``expected`` (share of homes in service at the end).
    quantities : DataFrame
        What the plan as it stands buys: ``item``, ``year``, ``capex_fixed`` and ``capex_moving`` (units paid once that
        take-up leaves alone, and that move with it), ``opex_fixed`` and ``opex_moving`` (units a year, from the year
        after). Money that no price moves has the item ``(fixed)`` and a unit of one.
    regret : Regret | None
        None if no other plan was made.
    """

    seed: int
    shape: str
    factors: pd.DataFrame
    draws: pd.DataFrame
    outcomes: pd.DataFrame
    bands: pd.DataFrame
    by_year: pd.DataFrame
    targets: pd.DataFrame
    tornado: pd.DataFrame
    sites: pd.DataFrame
    areas: pd.DataFrame
    quantities: pd.DataFrame
    regret: Regret | None = None

    def summary(self) -> dict[str, Any]:
        """What ``summary.json`` holds of it."""
        return {
            "draws": len(self.draws),
            "seed": self.seed,
            "shape": self.shape,
            "bands": self.bands.set_index("figure").to_dict("index"),
            "budget_holds": float(self.outcomes["holds"].mean()),
            "by_year": self.by_year.to_dict("records"),
            "targets": self.targets.to_dict("records"),
            "tornado": self.tornado.to_dict("records"),
            "regret": self.regret.summary() if self.regret else None,
        }

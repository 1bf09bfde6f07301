"""What every budget can reach at best, from nothing to everything."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from karez.model.note import Note
from karez.model.plan import RunRecord
from karez.model.programme import Programme


@dataclass(frozen=True)
class Curve:
    """One measure of what is reached, against money.

    Parameters
    ----------
    measure : str
        ``homes``: weight of homes in service to standard. ``benefit``: open weight × priority × quality, all projects.
    label : str
        Name of the measure in texts.
    served : float
        What is reached without any money: served already.
    whole : float
        All there is; shares are of this. Some of it may be beyond reach.
    gap_points : float
        The largest distance of bound and answer over all budgets, in hundredths of `whole`.
    staircase : DataFrame
        Every budget at which more can be reached, as found: ``capex_real``, ``achieved`` and ``bound`` (what no
        network at that cost exceeds), thinned to what a chart can show.
    multipliers : DataFrame
        What the bound rests on: ``number``, ``prize`` (numerator N), ``cost`` (denominator D), ``bound``; every answer
        has D · cost − N · worth ≥ bound, in minor units and in thousandths of worth.
    moats : DataFrame
        ``multiplier`` (its number), ``node``, ``radius``: the dual solution of each.
    """

    measure: str
    label: str
    served: float
    whole: float
    gap_points: float
    staircase: pd.DataFrame
    multipliers: pd.DataFrame
    moats: pd.DataFrame


@dataclass(frozen=True)
class Mark:
    """The programme's own budget, and what its plan reaches by the last year.

    Parameters
    ----------
    budget_real : float
        Money of all years together, real.
    capex_real : float | None
        Capex of the plan; None where no plan was asked for, or there is none.
    reached : dict[str, float]
        By measure, what the plan has in service at the end; empty without a plan.
    year : int
        Last calendar year.
    """

    budget_real: float
    capex_real: float | None
    reached: dict[str, float]
    year: int


@dataclass(frozen=True)
class CoverageFrontier:
    """Coverage and benefit against money, with a bound at every budget, over every network on the candidate routes.

    Money is programme capex in real money, as one budget without years. Worth is counted in whole thousandths of a
    household-equivalent, money in minor units, so that bounds are exact.

    Parameters
    ----------
    programme : Programme
        The settings.
    curves : tuple[Curve, ...]
        One a measure, homes first.
    levels : DataFrame
        One row a measure and budget level, the programme's own budget last: ``measure``, ``step`` (whether it is one of
        the even steps, not the own budget), ``capex_real``, ``spent_real``, ``achieved``, ``bound``,
        ``share``, ``share_bound``, ``gap_points``, ``more`` (what the step to the next level adds as found; empty at
        the last), ``more_at_most`` (no answer of the next level adds more to this one), ``homes_share``, ``route_km``
        and ``sites_<technology>``.
    following : DataFrame
        What the step from each level to the next serves: ``measure``, ``capex_real`` (level it starts from), ``kind``
        (``project``, ``area``, ``place``), ``id``, ``name``, ``gain`` (in the measure), ``homes``; largest first.
    graph : DataFrame
        Candidate spans and connections of sources: ``id``, ``start``, ``end``, ``capex_minor``; the root is the
        highest node. Of radio spans ``pair``, ``child``, ``mbps`` and ``bound`` as in :class:`karez.model.radio.
        RadioGraph`, and ``hop``; of others −1, −1, infinite, true, and false.
    offers : DataFrame
        Ways to serve each site: ``site`` (row number), ``site_id``, ``technology``, ``service`` (of several satellite
        services), ``mbps`` (busy-hour demand), ``cell`` (row of `cells`; −1: none that could overflow), ``node`` (−1:
        needs none), ``capex_minor``, ``homes`` and ``benefit`` (thousandths).
    designs : DataFrame
        Ways that are taken at each level: ``measure``, ``level`` (number), ``offer`` (row of `offers`).
    networks : DataFrame
        Spans that are built at each level: ``measure``, ``level``, ``edge`` (row of `graph`).
    cells : DataFrame
        Cells that all sites together could overflow: ``cell`` (``<service>:<cell>``), ``limit_mbps``.
    mark : Mark
        The programme's budget and plan on the chart.
    record : RunRecord
        To run it again.
    notes : tuple[Note, ...]
        What a reader must know.
    """

    programme: Programme
    curves: tuple[Curve, ...]
    levels: pd.DataFrame
    following: pd.DataFrame
    graph: pd.DataFrame
    offers: pd.DataFrame
    designs: pd.DataFrame
    networks: pd.DataFrame
    cells: pd.DataFrame
    mark: Mark
    record: RunRecord
    notes: tuple[Note, ...] = ()

    def curve(self, measure: str) -> Curve:
        """The curve of a measure (KeyError if there is none)."""
        return {curve.measure: curve for curve in self.curves}[measure]

    def at(self, measure: str) -> pd.DataFrame:
        """Even levels of a measure, in the order of money."""
        return self.levels[(self.levels["measure"] == measure) & self.levels["step"]].reset_index(drop=True)

    def at_budget(self, measure: str) -> pd.Series[Any]:
        """The level of the programme's own budget."""
        return self.levels[(self.levels["measure"] == measure) & ~self.levels["step"]].iloc[0]

    def summary(self) -> dict[str, Any]:
        """What ``frontier.json`` holds; equal runs give equal documents (rule 10)."""
        agreement, mark = self.programme.agreement, self.mark
        return {
            "format": 1,
            "kind": "frontier",
            "programme": agreement.name,
            "region": agreement.region,
            "currency": agreement.currency,
            "price_year": agreement.price_year,
            "seed": self.record.seed,
            "key": self.record.key,
            "curves": [
                {
                    "measure": curve.measure,
                    "label": curve.label,
                    "served_already": curve.served,
                    "whole": curve.whole,
                    "gap_points": curve.gap_points,
                    "levels": _records(self.at(curve.measure).drop(columns=["measure", "step"])),
                }
                for curve in self.curves
            ],
            "following": _records(self.following),
            "programme_budget": {
                "budget_real": mark.budget_real,
                "reached_at_most": {
                    curve.measure: _records(
                        self.at_budget(curve.measure)[["spent_real", "achieved", "bound", "share", "share_bound"]]
                        .to_frame()
                        .T
                    )[0]
                    for curve in self.curves
                },
                "plan_capex_real": mark.capex_real,
                "plan_reached": mark.reached,
                "by_the_end_of": mark.year,
            },
            "notes": [{"stage": note.stage, "text": note.text, "count": note.count} for note in self.notes],
        }


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows as plain dicts; empty cells are None."""
    return [
        {str(key): None if pd.isna(value) else value for key, value in row.items()} for row in table.to_dict("records")
    ]

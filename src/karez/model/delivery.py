"""What the ledger tells: promised, contracted, built and paid against the approved plan, as of a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from math import isnan
from typing import Any

import pandas as pd

from karez.model.baseline import Approval, Baseline
from karez.model.event import Head


@dataclass(frozen=True)
class Outlook:
    """How it will end if it goes on as it went, from months drawn again out of those observed.

    Parameters
    ----------
    at_completion_nominal : tuple of float
        Cost at the end: P10, P50, P90; NaN where too few months were observed.
    finish : tuple of str
        Month in which the last of it is built, ``2029-04``: P10, P50, P90; empty where nothing can be said.
    months : int
        Observed months in which something was built.
    """

    at_completion_nominal: tuple[float, float, float]
    finish: tuple[str, str, str]
    months: int


@dataclass(frozen=True)
class Delivery:
    """Tables of a status. All money nominal in the programme's currency; rows of every grouping add up to the totals.

    Parameters
    ----------
    as_of : date
        Day it is as of.
    head : Head
        End of the chain it was read from.
    approvals : tuple of Approval
        Versions of the baseline; the last is the one it is measured against.
    baseline : Baseline
        That version.
    totals : dict
        ``budget_nominal`` (at completion, of the plan), ``planned_nominal``, ``earned_nominal``, ``paid_nominal``,
        ``contracted_nominal``, ``committed_nominal``, ``spi``, ``cpi``, ``estimate_nominal``, ``built_km``,
        ``planned_km``, ``route_km``, ``sites_served``, ``sites_planned``, ``sites``, ``homes_connected``,
        ``homes_planned``, ``homes`` (open homes of the plan), ``events``.
    by_project, by_area, by_contract, by_year : DataFrame
        ``id``, ``name``, ``budget_nominal``, ``planned_nominal``, ``earned_nominal``, ``paid_nominal``,
        ``contracted_nominal``, ``spi``, ``cpi``, ``estimate_nominal``, and but for years ``estimate_low_nominal``,
        ``estimate_high_nominal``. The row with the empty id holds what is attributed to none.
    curve : DataFrame
        ``month`` (2026-01 …), ``planned_nominal``, ``earned_nominal``, ``paid_nominal``, all cumulative; NaN in months
        to come.
    commitments : DataFrame
        ``id``, ``party``, ``scope``, ``promised``, ``done``, ``unit``, ``due``, ``reached`` (month, empty if not),
        ``share``, ``state``: over-fulfilled, fulfilled, fulfilled late, under-fulfilled, at risk, on track.
    payers : DataFrame
        ``party``, ``committed_nominal``, ``paid_nominal``.
    targets : DataFrame
        ``project``, ``name``, ``year``, ``target``, ``coverage`` (today), ``planned`` (by the plan, today), ``state``.
    areas : DataFrame
        ``id``, ``name``, ``homes``, ``homes_planned`` (by now), ``homes_connected``, ``behind`` (share of the homes
        planned by now that wait), those left behind first.
    contracts : DataFrame
        ``id``, ``name``, ``party``, ``counterparty``, ``day``, ``signed_nominal``, ``variations_nominal``.
    milestones : DataFrame
        ``name``, ``due``, ``met``, ``state``.
    elements : DataFrame
        As the baseline's, with ``built_share``, ``status`` (OFDS), ``in_service`` (day of the last progress, ISO),
        ``reported_milli`` (thousandths that were reported, beyond what is planned too).
    beyond : Baseline
        Elements of earlier versions of the baseline of which something stands and that the last version has no more;
        its elements have the columns of `elements`.
    spent : DataFrame
        Money paid: ``project``, ``year``, ``paid_nominal``.
    lines : DataFrame
        Lines as built: ``id``, ``element``, ``length_m``, ``deviation_mean_m``, ``deviation_greatest_m``, ``geometry``.
    outlook : Outlook
        Of the whole.
    """

    as_of: date
    head: Head
    approvals: tuple[Approval, ...]
    baseline: Baseline
    totals: dict[str, float]
    by_project: pd.DataFrame
    by_area: pd.DataFrame
    by_contract: pd.DataFrame
    by_year: pd.DataFrame
    curve: pd.DataFrame
    commitments: pd.DataFrame
    payers: pd.DataFrame
    targets: pd.DataFrame
    areas: pd.DataFrame
    contracts: pd.DataFrame
    milestones: pd.DataFrame
    elements: pd.DataFrame
    beyond: Baseline
    spent: pd.DataFrame
    lines: pd.DataFrame
    outlook: Outlook

    def summary(self) -> dict[str, Any]:
        """The status as plain data, for ``--json``: no NaN, tables as lists of rows."""
        tables = ("by_project", "by_area", "by_contract", "by_year", "curve", "commitments", "payers", "targets")
        return {
            "format": 1,
            "as_of": self.as_of.isoformat(),
            "events": self.head.count,
            "head": self.head.hash,
            "baseline": self.approvals[-1].version,
            "run": self.approvals[-1].run_key,
            "currency": self.baseline.about["currency"],
            "totals": {name: _or_none(value) for name, value in self.totals.items()},
            "outlook": {
                "at_completion_nominal": [_or_none(value) for value in self.outlook.at_completion_nominal],
                "finish": [month or None for month in self.outlook.finish],
                "months": self.outlook.months,
            },
            **{name: _records(getattr(self, name)) for name in (*tables, "areas", "contracts", "milestones")},
        }


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(name): _or_none(value) for name, value in row.items()} for row in table.to_dict("records")]


def _or_none(value: Any) -> Any:
    """Python's own value; None for NaN."""
    plain = value.item() if hasattr(value, "item") else value
    return None if isinstance(plain, float) and isnan(plain) else plain

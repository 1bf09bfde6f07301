"""How evenly service is spread between areas, year by year. Places are compared, never persons."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd


@dataclass(frozen=True)
class Equity:
    """Coverage of homes to standard, compared between areas; an area weighs by its households.

    Parameters
    ----------
    by_year : DataFrame
        ``year``, ``coverage`` (of all homes), ``gini``, ``worst_tenth_coverage`` (of the tenth of households that
        live in the worst-off areas), ``worst_tenth_ratio`` (that over `coverage`; NaN where nobody is covered).
    lorenz : DataFrame
        Lorenz curve of every year: ``year``, ``households_share``, ``served_share``, areas from worst to best off,
        from (0, 0) to (1, 1); a year in which nobody is covered has no curve.
    by_area_year : DataFrame
        ``area_id``, ``year``, ``coverage``.
    worst : DataFrame
        The ten worst-off areas with homes at the end: ``area_id``, ``name``, ``households``, ``coverage``,
        ``missing_to_mean``, ``missing_to_target`` (households), ``to_mean_real``, ``to_target_real`` (capex of serving
        so many of its homes to standard, cheapest first in whole rows; NaN where no route or technology of the plan
        does), ``remark``.
    target : float
        Coverage that the projects' last targets promise to homes; NaN where there is none.
    """

    by_year: pd.DataFrame
    lorenz: pd.DataFrame
    by_area_year: pd.DataFrame
    worst: pd.DataFrame
    target: float

    def summary(self) -> dict[str, Any]:
        """What ``summary.json`` says of it; None where there is no figure."""
        return {
            "target": None if pd.isna(self.target) else self.target,
            "per_year": _records(self.by_year),
            "worst_areas": _records(self.worst),
        }


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows of a table, None where a cell is empty."""
    return [
        {str(name): None if pd.isna(value) else value for name, value in row.items()}
        for row in table.to_dict("records")
    ]

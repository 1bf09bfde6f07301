"""What building and running a plan emits, year by year to the horizon."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pandas as pd


@dataclass(frozen=True)
class Carbon:
    """Emissions in kg CO₂e, calendar years 1…H; sums are sums of rows.

    Parameters
    ----------
    rows : DataFrame
        ``year``, ``project``, ``area_id``, ``kind`` (trench, terminals, replacement, electricity), ``element`` (the
        method of a metre, or the technology of a terminal), ``kg``.
    by_year : DataFrame
        ``year``, ``trench_kg``, ``terminals_kg``, ``replacement_kg``, ``electricity_kg``, ``total_kg``, ``so_far_kg``,
        ``grid_kg_per_kwh``, ``cost_real`` (at the settings' price; in no cash flow).
    by_element : DataFrame
        ``kind``, ``element``, ``quantity``, ``unit``, ``factor`` (kg per unit), ``kg`` over all years.
    indicators : dict[str, float]
        ``embodied_t``, ``electricity_t``, ``total_t``, ``kg_per_home_connected_per_year``, ``present_cost_real``.
    """

    rows: pd.DataFrame
    by_year: pd.DataFrame
    by_element: pd.DataFrame
    indicators: dict[str, float] = field(default_factory=dict)

    def summary(self) -> dict[str, Any]:
        """What ``summary.json`` says of it."""
        return {
            "indicators": self.indicators,
            "total_kg_per_year": dict(zip(self.by_year["year"].astype(str), self.by_year["total_kg"], strict=True)),
        }

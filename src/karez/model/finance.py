"""What a plan costs, earns and is worth, year by year to the horizon."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal, get_args

import pandas as pd

Kind = Literal["capex", "opex", "running", "renewal", "residual", "revenue", "tax"]
"""``opex`` is the upkeep of the plant and what cost lines ask for every year, ``running`` what selling and carrying
traffic costs, ``residual`` the value that is left at the end of the horizon."""

KINDS: tuple[str, ...] = get_args(Kind)


@dataclass(frozen=True)
class Finance:
    """Cash flows and indicators. Real money to the cent, calendar years 1…H; sums are sums of rows (rule 3).

    Parameters
    ----------
    rows : DataFrame
        One row a ``year``, ``project``, ``area_id`` (empty: in no area), ``payer`` (public, operator, user), ``kind``
        and ``segment`` (of revenue; name of a running cost; else empty), sorted by these: ``amount_real``, positive
        where money comes in, negative where it is spent. `payer` is who bears a cost or pays a fee.
    by_year : DataFrame
        ``year``, one column a kind (``capex_real`` …), ``net_real``, ``discount_factor``, ``present_real``,
        ``so_far_real`` (present value of all years so far), ``net_nominal``.
    by_project, by_area, by_payer : DataFrame
        ``project``, ``area_id`` or ``payer``; one column a kind and ``net_real``, summed over the years;
        ``present_real``, the present value, whose rows add up to the total's to the cent.
    sales : DataFrame
        What is sold and what running costs are counted by: ``year``, ``name``, ``kind`` (revenue or running),
        ``segment``, ``per``, ``quantity``, ``growth`` (of the rate since the price year), ``rate_real``,
        ``amount_real`` (positive), ``rounding_real`` (that less quantity × rate).
    demand : DataFrame
        By the end of each year: ``year``, ``homes_passed``, and in the year: ``homes_connected``, ``institutions``,
        ``busy_hour_mbps``.
    sites : DataFrame
        Every served site: ``site_id``, ``cost_present_real`` (its own and its part of the network),
        ``revenue_present_real``, ``subsidy_present_real`` (what is missing), ``grant_real`` (the same, paid in the year
        it is built).
    customers : DataFrame
        Whom every served site brings, those served already left out: ``site_id``, ``urban_households``,
        ``rural_households``, ``institutions``.
    social : DataFrame
        ``year``, ``penetration``, ``benefit_real``; empty unless asked for. In no total.
    indicators : dict[str, float | None]
        ``npv_real``, ``irr_real`` … see :func:`karez.appraising.indicators.indicators`; None where there is none.
    remarks : dict[str, str]
        Why an indicator is None.
    """

    rows: pd.DataFrame
    by_year: pd.DataFrame
    by_project: pd.DataFrame
    by_area: pd.DataFrame
    by_payer: pd.DataFrame
    sales: pd.DataFrame
    demand: pd.DataFrame
    sites: pd.DataFrame
    customers: pd.DataFrame
    social: pd.DataFrame
    indicators: dict[str, float | None] = field(default_factory=dict)
    remarks: dict[str, str] = field(default_factory=dict)

    def summary(self) -> dict[str, Any]:
        """What ``summary.json`` says of it; None where there is no figure."""
        return {
            "indicators": self.indicators,
            "remarks": self.remarks,
            "net_real_per_year": dict(zip(self.by_year["year"].astype(str), self.by_year["net_real"], strict=True)),
            "per_payer": self.by_payer.set_index("payer")[["net_real", "present_real"]].to_dict("index"),
            "present_real_per_project": dict(
                zip(self.by_project["project"], self.by_project["present_real"], strict=True)
            ),
            "social": self.social.to_dict("records"),
        }

"""Where computing goes: centres, and the round trip that every site sees."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

import geopandas as gpd
import numpy as np
import pandas as pd

from karez.model.certificate import Certificate
from karez.model.note import Note
from karez.model.plan import RunRecord
from karez.model.programme import Programme

CENTRE_COLUMNS = (
    "id", "name", "category", "area_id", "node_id", "sites", "mbps", "capacity_mbps", "mean_ms", "worst_ms", "kw",
    "mwh_per_year", "capex_real", "opex_real_per_year", "present_real",
)  # fmt: skip
SITE_COLUMNS = (
    "id", "name", "category", "project", "area_id", "technology", "mbps", "centre", "way_km", "hops", "round_trip_ms",
    "standard_ms", "limit_ms", "meets_standard", "state",
)  # fmt: skip
STATES = ("served", "unreached", "beyond_limit", "unserved")
"""A site has a centre; no way to any candidate; none within its limit; the plan does not serve it."""


@dataclass(frozen=True)
class CentrePrice:
    """Money of a centre by itself and for each Mbit/s it serves: capex, opex a year, present cost; and a delay's.

    `delay_present` is the present cost of a ms of round trip of a Mbit/s.
    """

    capex: float
    opex: float
    present: float
    capex_per_mbps: float
    opex_per_mbps: float
    present_per_mbps: float
    delay_present: float


@dataclass(frozen=True)
class Computing:
    """Centres for the least round trip, or at the least cost, with a bound, and what every site sees.

    Parameters
    ----------
    programme : Programme
        Settings it was made with.
    variant : {'median', 'fixed_charge'}
        What was sought: the least traffic-weighted round trip of so many centres, or the least present cost.
    centres : GeoDataFrame
        ``CENTRE_COLUMNS``: places where a centre stands.
    sites : GeoDataFrame
        ``SITE_COLUMNS``: every site that computing is to serve; `state` is one of ``STATES``, figures are NaN where
        there is no centre; `way_km` and `hops` are one way.
    candidates : GeoDataFrame
        ``id``, ``name``, ``node_id``, ``opened``: all places that a centre may stand at.
    curve : DataFrame
        ``centres``, ``mean_ms``, ``bound_ms``: what so many centres reach, and cannot beat. Empty in the other variant.
    certificate : Certificate
        Scope ``computing``.
    upon_plan : bool
        Whether ways are those of a plan's built network, and sites have its technologies.
    proof : dict[str, DataFrame]
        Tables from which ways, costs and the bound are derived again.
    record : RunRecord
        To make it again.
    notes : tuple[Note, ...]
        What a reader must know.
    """

    programme: Programme
    variant: Literal["median", "fixed_charge"]
    centres: gpd.GeoDataFrame
    sites: gpd.GeoDataFrame
    candidates: gpd.GeoDataFrame
    curve: pd.DataFrame
    certificate: Certificate
    upon_plan: bool
    proof: dict[str, pd.DataFrame]
    record: RunRecord
    notes: tuple[Note, ...] = ()

    @property
    def served(self) -> gpd.GeoDataFrame:
        """Sites that have a centre."""
        return self.sites[self.sites["state"] == "served"]

    def mean_ms(self) -> float:
        """Round trip by traffic; by sites where there is none."""
        served = self.served
        if not len(served):
            return float("nan")
        weight = served["mbps"] if served["mbps"].sum() > 0 else np.ones(len(served))
        return float(np.average(served["round_trip_ms"], weights=weight))

    def summary(self) -> dict[str, Any]:
        """For ``computing.json``."""
        sites, served, centres = self.sites, self.served, self.centres
        return {
            "format": 1,
            "variant": self.variant,
            "currency": self.programme.agreement.currency,
            "price_year": self.programme.agreement.price_year,
            "certificate": self.certificate.as_dict(),
            "upon_plan": self.upon_plan,
            "centres": len(centres),
            "candidates": len(self.candidates),
            "sites": {state: int((sites["state"] == state).sum()) for state in STATES},
            "mbps": round(float(served["mbps"].sum()), 3),
            "mean_ms": round(self.mean_ms(), 6) if len(served) else None,
            "median_ms": round(float(served["round_trip_ms"].median()), 6) if len(served) else None,
            "worst_ms": round(float(served["round_trip_ms"].max()), 6) if len(served) else None,
            "share_meeting_standard": round(float(served["meets_standard"].mean()), 6) if len(served) else None,
            "kw": round(float(centres["kw"].sum()), 3),
            "capex_real": round(float(centres["capex_real"].sum()), 2),
            "opex_real_per_year": round(float(centres["opex_real_per_year"].sum()), 2),
            "present_real": round(float(centres["present_real"].sum()), 2),
            "curve": [
                {"centres": int(count), "mean_ms": round(float(mean), 6), "bound_ms": round(float(bound), 6)}
                for count, mean, bound in self.curve.itertuples(index=False, name=None)
            ],
            "notes": [asdict(note) for note in self.notes],
        }

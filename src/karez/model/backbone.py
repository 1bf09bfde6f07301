"""The survivable backbone: the network that gives every hub its ways."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import geopandas as gpd
import pandas as pd

from karez.model.certificate import Certificate
from karez.model.note import Note
from karez.model.optics import Optics
from karez.model.plan import RunRecord
from karez.model.programme import Programme
from karez.model.traffic import Traffic

SPAN_COLUMNS = (
    "id", "role", "stretch", "method", "ground", "length_m", "capex_real", "present_real", "in_plan", "working_mbps",
    "protection_mbps",
)  # fmt: skip
HUB_COLUMNS = ("id", "name", "category", "area_id", "wanted", "has", "stretches", "single_km")
STRETCH_COLUMNS = (
    "id", "length_km", "present_real", "hubs", "sites", "households", "emergency_posts", "first_hubs", "cheapest",
    "alongside_real", "cross_country_real", "cross_country_km", "microwave_real", "microwave_hops", "satellite_real",
)  # fmt: skip


@dataclass(frozen=True)
class Backbone:
    """Spans of least present cost that give every hub the ways it needs, as far as the candidate routes have them.

    Parameters
    ----------
    programme : Programme
        Settings it was made with.
    spans : GeoDataFrame
        ``SPAN_COLUMNS``: chosen spans; `role` is ``ring`` (the hubs behind have two ways), ``spur`` (hubs that need
        one way), ``only_road`` (a bridge of the candidate routes: nothing can double it), ``lead_in`` (a place's
        own way to the routes); `stretch` names the stretch of an only road; `working_mbps` and `protection_mbps` are
        the busy-hour traffic that passes. `present_real` is 0 for spans that
        the plan builds, where it was made upon a plan.
    hubs : GeoDataFrame
        ``HUB_COLUMNS``: `wanted` and `has` are ``node``, ``edge``, ``none`` or, for the latter, ``unreached``; what a
        hub has besides the stretches of only road before it, which are named, with their length together.
    stretches : DataFrame
        ``STRETCH_COLUMNS``: only roads before hubs that need two ways, who hangs on them, and what a complement costs
        (present cost): a second trench alongside, a new cross-country route, a microwave link of so many hops
        past the stretch, satellite back-up for the hubs behind. NaN where there is none.
    traffic : Traffic
        Traffic of the hubs, and the ways it takes.
    optics : Optics
        Wavelengths, huts and transponders that carry it: outside the certificate, which is of the spans alone.
    certificate : Certificate
        Scope ``backbone``.
    single_real : float
        Least present cost found of one way for every hub: what two ways cost more is what survival costs.
    single_bound_real : float
        No network with one way for every hub costs less.
    upon_plan : bool
        Whether spans that the programme's plan builds came for nothing.
    proof : dict[str, DataFrame]
        Tables from which the bound is derived again.
    record : RunRecord
        To make it again.
    notes : tuple[Note, ...]
        What a reader must know.
    """

    programme: Programme
    spans: gpd.GeoDataFrame
    hubs: gpd.GeoDataFrame
    stretches: pd.DataFrame
    traffic: Traffic
    optics: Optics
    certificate: Certificate
    single_real: float
    single_bound_real: float
    upon_plan: bool
    proof: dict[str, pd.DataFrame]
    record: RunRecord
    notes: tuple[Note, ...] = ()

    def summary(self) -> dict[str, Any]:
        """For ``backbone.json``."""
        spans, hubs = self.spans, self.hubs
        return {
            "format": 1,
            "currency": self.programme.agreement.currency,
            "price_year": self.programme.agreement.price_year,
            "certificate": self.certificate.as_dict(),
            "upon_plan": self.upon_plan,
            "one_way": {"value": self.single_real, "bound": self.single_bound_real},
            "capex_real": round(float(spans["capex_real"].sum()), 2),
            "length_km": {role: float(part["length_m"].sum()) / 1e3 for role, part in spans.groupby("role")},
            "hubs": {str(has): int(count) for has, count in hubs["has"].value_counts().sort_index().items()},
            "hubs_behind_an_only_road": int((hubs["stretches"] != "").sum()),
            "only_roads": len(self.stretches),
            "traffic": self.traffic.summary(),
            "optics": {**self.optics.summary(), "rules": self.programme.backbone.optics.model_dump(mode="json")},
            "notes": [asdict(note) for note in self.notes],
        }

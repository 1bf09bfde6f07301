"""Wavelengths on a backbone: links between nodes that switch them, amplifier huts, routes and their noise."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

LINK_COLUMNS = (
    "id", "from_name", "to_name", "length_km", "huts", "longest_span_km", "wavelengths", "fibre_pairs", "amplifiers",
    "osnr_db",
)  # fmt: skip
HUT_COLUMNS = ("id", "link", "at_km", "place")
NODE_COLUMNS = ("id", "name", "kind", "degrees", "regenerators")
ROUTE_COLUMNS = (
    "id", "hub", "name", "way", "mbps", "length_km", "links", "amplified_spans", "mode", "wavelengths", "regenerators",
    "osnr_db", "margin_db", "method", "feasible",
)  # fmt: skip
SEGMENT_COLUMNS = (
    "route", "number", "links", "length_km", "amplified_spans", "osnr_db", "margin_db", "wavelength", "from_name",
    "to_name",
)  # fmt: skip
BILL_COLUMNS = ("part", "what", "count", "item", "rate_real", "capex_real", "present_real")


@dataclass(frozen=True)
class Optics:
    """What carries the traffic of a backbone's ways.

    Parameters
    ----------
    method : str
        ``gnpy`` or ``reach rule``: how routes were judged.
    links : GeoDataFrame
        ``LINK_COLUMNS``: chains of spans between two nodes that switch; `osnr_db` is that of the link alone, booster
        included, in 0.1 nm (with GNPy: with the noise of nonlinear effects, of the mode that stands least of it).
    huts : GeoDataFrame
        ``HUT_COLUMNS``: amplifier huts, `at_km` from the link's first node on; `place` is the place it is at, or empty.
    nodes : GeoDataFrame
        ``NODE_COLUMNS``: nodes that switch; `kind` is ``source``, ``hub`` or ``junction``; `degrees` counts sides,
        once for every pair of fibres; `regenerators` are the wavelengths sent anew there.
    routes : GeoDataFrame
        ``ROUTE_COLUMNS``: a row for every way of :class:`karez.model.traffic.Traffic`; `margin_db` is the least of its
        segments, beyond what the mode needs and the margin kept.
    segments : DataFrame
        ``SEGMENT_COLUMNS``: pieces between regenerators; `links` and `wavelength` are lists, wavelengths from 0 on,
        those from ``channels`` on lie on a second pair of fibres, and so on.
    bill : DataFrame
        ``BILL_COLUMNS``: what it takes; money is NaN where no catalogue item is named.
    bound : int
        Wavelengths on the most loaded link: no assignment needs fewer.
    used : int
        Wavelengths that first fit needed.
    channels : int
        Wavelengths that a pair of fibres holds.
    proof : dict[str, DataFrame]
        ``fibre_links`` and ``pieces``: links and segments in the numbers that ``karez verify`` reads.
    """

    method: str
    links: gpd.GeoDataFrame
    huts: gpd.GeoDataFrame
    nodes: gpd.GeoDataFrame
    routes: gpd.GeoDataFrame
    segments: pd.DataFrame
    bill: pd.DataFrame
    bound: int
    used: int
    channels: int
    proof: dict[str, pd.DataFrame]

    def summary(self) -> dict[str, Any]:
        """For ``backbone.json``."""
        routes, huts = self.routes, self.huts
        margin = routes.loc[routes["feasible"], "margin_db"]
        return {
            "method": self.method,
            "links": len(self.links),
            "huts": len(huts),
            "huts_at_places": int((huts["place"] != "").sum()),
            "nodes": {str(kind): int(count) for kind, count in self.nodes["kind"].value_counts().sort_index().items()},
            "routes": len(routes),
            "routes_infeasible": int((~routes["feasible"].astype(bool)).sum()),
            "routes_regenerated": int((routes["regenerators"] > 0).sum()),
            "regenerators": int((routes["regenerators"] * routes["wavelengths"]).sum()),
            "wavelengths_by_mode": {
                str(mode): int(count)
                for mode, count in routes[routes["feasible"].astype(bool)].groupby("mode")["wavelengths"].sum().items()
            },
            "least_margin_db": round(float(margin.min()), 3) if len(margin) else None,
            "wavelengths_on_the_most_loaded_link": self.bound,
            "wavelengths_used": self.used,
            "channels": self.channels,
            "most_fibre_pairs": int(self.links["fibre_pairs"].max()) if len(self.links) else 0,
            "bill": {str(part): int(count) for part, count in zip(self.bill["part"], self.bill["count"], strict=True)},
            "capex_real": self.capex_real,
        }

    @property
    def capex_real(self) -> float | None:
        """Capex of what has a price; None if nothing has."""
        priced = self.bill["capex_real"].dropna()
        return round(float(np.sum(priced)), 2) if len(priced) else None

"""Gateways for things: where they stand, what they cover, and how well that is proven."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import geopandas as gpd
import pandas as pd

from karez.model.certificate import Certificate
from karez.model.note import Note
from karez.model.plan import RunRecord
from karez.model.programme import Programme

GATEWAY_COLUMNS = (
    "id", "name", "category", "area_id", "devices", "messages_per_day", "load", "furthest_km", "backhaul",
    "year", "capex_real", "opex_real_per_year", "present_real",
)  # fmt: skip
CELL_COLUMNS = ("id", "land", "devices", "gateway", "spreading", "distance_km", "loss_db", "terrain_db", "ground")
GROUNDS = ("clear", "over_terrain", "assumed", "uncovered")
"""How a cell is reached: no terrain in the way; over knife edges; without a profile, as assumed; not at all."""


@dataclass(frozen=True)
class Things:
    """Least gateways for a share of devices, with a bound.

    Parameters
    ----------
    programme : Programme
        Settings it was made with.
    gateways : GeoDataFrame
        ``GATEWAY_COLUMNS``: masts that carry a gateway; `load` is time on air over what the capacity rule allows,
        `backhaul` what joins it: a technology of the site in service, or ``new_fibre``, ``new_satellite``; `year` the
        calendar year from whose end the plan serves that site (NA without a plan, or where it does not).
    cells : GeoDataFrame
        ``CELL_COLUMNS``: the land, cell by cell; `ground` is one of ``GROUNDS``.
    masts : GeoDataFrame
        ``id``, ``name``, ``opened``: all places that a gateway may stand at.
    certificate : Certificate
        Scope ``things``.
    coverable : float
        Share of devices that all masts together could hear, capacities aside.
    derived : str
        Rule that the land was derived by; empty where polygons were given.
    upon_plan : bool
        Whether masts are told as a plan serves them.
    proof : dict[str, DataFrame]
        Tables from which links, capacities and the bound are derived again.
    record : RunRecord
        To make it again.
    notes : tuple[Note, ...]
        What a reader must know.
    """

    programme: Programme
    gateways: gpd.GeoDataFrame
    cells: gpd.GeoDataFrame
    masts: gpd.GeoDataFrame
    certificate: Certificate
    coverable: float
    derived: str
    upon_plan: bool
    proof: dict[str, pd.DataFrame]
    record: RunRecord
    notes: tuple[Note, ...] = ()

    @property
    def devices(self) -> float:
        """All devices."""
        return float(self.cells["devices"].sum())

    @property
    def covered(self) -> float:
        """Devices that a gateway serves."""
        return float(self.cells.loc[self.cells["ground"] != "uncovered", "devices"].sum())

    def by(self, column: str) -> dict[str, float]:
        """Devices by the values of a column of the cells."""
        return {str(key): float(devices) for key, devices in self.cells.groupby(column)["devices"].sum().items()}

    def summary(self) -> dict[str, Any]:
        """For ``things.json``."""
        gateways = self.gateways
        return {
            "format": 1,
            "currency": self.programme.agreement.currency,
            "price_year": self.programme.agreement.price_year,
            "certificate": self.certificate.as_dict(),
            "upon_plan": self.upon_plan,
            "gateways": len(gateways),
            "masts": len(self.masts),
            "devices": round(self.devices, 3),
            "covered": round(self.covered, 3),
            "share": round(self.covered / self.devices, 6) if self.devices else None,
            "share_required": self.programme.things.share,
            "share_coverable": round(self.coverable, 6),
            "devices_by_ground": {key: round(value, 3) for key, value in self.by("ground").items()},
            "devices_by_spreading": {key: round(value, 3) for key, value in self.by("spreading").items()},
            "greatest_load": round(float(gateways["load"].max()), 6) if len(gateways) else None,
            "capex_real": round(float(gateways["capex_real"].sum()), 2),
            "opex_real_per_year": round(float(gateways["opex_real_per_year"].sum()), 2),
            "present_real": round(float(gateways["present_real"].sum()), 2),
            "derived": self.derived,
            "notes": [asdict(note) for note in self.notes],
        }

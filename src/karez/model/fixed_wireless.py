"""Settings of fixed wireless: how far a base station reaches, what a sector carries, what both cost."""

from __future__ import annotations

from karez.model.cost_line import CostLine
from karez.model.settings import Positive, Settings, setting
from karez.model.words import Ground


class BaseStation(Settings):
    """Base stations at places that have fibre for certain: those that must have it, and sources.

    A model of cost, not a prediction of coverage: who is within range by a straight line is taken to be served.
    """

    range_km: dict[Ground, Positive] = setting(
        {"urban": 2.0, "plain": 10.0, "mountain": 5.0, "water": 10.0},
        unit="km",
        meaning="How far a base station reaches by the ground at the site: classes left out are not reached, "
        "sites off every line count by the least",
        assumption=True,
    )
    sector_mbps: Positive = setting(unit="Mbit/s", meaning="Busy-hour demand that a sector carries", assumption=True)
    sectors_per_station: Positive = setting(
        3.0, unit="sectors", meaning="Sectors that share a mast, its power and its link", assumption=True
    )
    costs: tuple[CostLine, ...] = setting(
        meaning="Cost lines of base stations, counted by `sector` or `station`; receivers stand with the category",
        min_length=1,
    )
    source: str = setting("", meaning="Where range and capacity are from; empty: assumptions")

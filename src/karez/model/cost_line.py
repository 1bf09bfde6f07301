"""One line of a cost: so many units of a catalogue item for each of something."""

from __future__ import annotations

from typing import Literal

from karez.model.settings import Positive, Settings, setting
from karez.model.words import Driver


class CostLine(Settings):
    """One line of a site's local cost: so many units of a catalogue item for each … of the site.

    Drivers: ``household``, ``urban_household``, ``rural_household`` (of the row, those already served left out),
    ``connected_household`` (households × take-up), ``village`` (rural villages of the row), ``unit`` (like
    institutions behind the row), ``terminal`` (connected households of homes, units of others), ``mbps`` (busy-hour
    demand of the row); of fixed wireless ``sector`` (sectors that all homes or units of the row need) and ``station``
    (base stations, sectors over those of a station).
    """

    item: str = setting(meaning="Catalogue item")
    per: Driver = setting(meaning="What it is counted by")
    quantity: Positive = setting(1.0, unit="units of the item", meaning="How many units for each", assumption=True)
    source: str = setting("", meaning="Where the quantity is from; empty: it is an assumption")
    kind: Literal["capex", "opex"] = setting("capex", meaning="Paid once (capex) or every year (opex)")

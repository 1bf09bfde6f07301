"""Settings of power where a site has no grid: a solar supply for whatever serves it."""

from __future__ import annotations

from typing import Literal

from karez.model.settings import NonNegative, Positive, Settings, setting
from karez.model.words import Technology

GRID, NO_GRID = "grid", "none"
"""Words of the column `power` of the sites."""
SUPPLIES: tuple[Literal["grid", "none"], ...] = ("grid", "none")
SOLAR = "solar"
"""Of a plan: no grid, and a supply that the plan pays."""
POWERED_BY = (GRID, SOLAR, NO_GRID)
"""Words of the column `power` of a plan; ``none`` where there is no grid and no supply is paid."""


class Power(Settings):
    """What the equipment at a site draws, and what supplies it where the column `power` says none."""

    item: str = setting("", meaning="Catalogue item of the supply, counted in watts; needed where a site has no grid")
    terminal_watts: dict[Technology, NonNegative] = setting(
        {"fibre": 10.0, "microwave": 15.0, "fixed_wireless": 15.0, "satellite": 62.5},
        unit="W",
        meaning="Drawn by the equipment of a connected home or an institution (satellite: the middle of 50–75 W)",
        assumption=True,
    )
    unit_watts: dict[Technology, NonNegative] = setting(
        {"microwave": 100.0},
        unit="W",
        meaning="Drawn besides at every unit behind a row: of microwave, by mast and radio",
        assumption=True,
    )
    installed_per_watt: Positive = setting(
        5.0,
        unit="W/W",
        meaning="Watts installed for each watt drawn day and night: 24 hours over some five of full sun",
        assumption=True,
    )

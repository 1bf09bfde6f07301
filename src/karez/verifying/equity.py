"""How evenly areas are covered: Gini from every pair of areas, the worst-off tenth household by household."""

from __future__ import annotations

import math
from collections.abc import Iterator

from karez.verifying.coverage import CLOSE, reached
from karez.verifying.run import Run
from karez.verifying.verdict import Check, Finding, conclude


def equity(run: Run) -> Check:
    """Coverage of every area in every year, and what is said of their spread."""
    return conclude("equity", f"spread of coverage over {len(run.areas):,} areas", _findings(run))


def _findings(run: Run) -> Iterator[Finding]:
    homes = run.sites.loc[run.sites["households"].notna()]
    known = set(run.areas["id"])
    members = {str(key): part for key, part in homes.groupby("area_id") if key in known}
    weight = {key: math.fsum(part["weight"]) for key, part in members.items()}
    areas = [key for key in members if weight[key] > 0]
    told = {
        (area, int(year)): share
        for area, year, share in zip(*(run.finance["equity"][c] for c in ("area_id", "year", "coverage")), strict=True)
    }
    stated = {row["year"]: row for row in run.summary["equity"]["per_year"]}
    for year in run.calendar_years:
        share = {area: reached(members[area], year) for area in areas}
        for area in areas:
            if not abs(told.get((area, year), math.nan) - share[area]) <= CLOSE:
                yield Finding("coverage of the area is not that of its homes", f"{area}:{year}")
        yield from _spread_findings(stated.get(year, {}), share, weight, year)
    if len(told) != len(areas) * len(run.calendar_years):
        yield Finding("an area without homes, or one told twice", "equity")


def _spread_findings(
    stated: dict[str, float], share: dict[str, float], weight: dict[str, float], year: int
) -> Iterator[Finding]:
    figures = {
        "gini": gini(share, weight),
        "worst_tenth_coverage": worst_tenth(share, weight),
    }
    for name, figure in figures.items():
        if not abs(stated.get(name, math.nan) - figure) <= 1e-8:
            yield Finding(f"{name} is not the {figure:.6f} of its areas", str(year))


def gini(share: dict[str, float], weight: dict[str, float]) -> float:
    """Mean difference of all pairs of households over twice the mean.

    >>> gini({"a": 0.0, "b": 1.0}, {"a": 1.0, "b": 1.0})
    0.5
    """
    whole = math.fsum(weight[area] for area in share)
    mean = math.fsum(weight[area] * share[area] for area in share) / whole if whole > 0 else 0.0
    if mean <= 0:
        return 0.0
    pairs = math.fsum(weight[one] * weight[two] * abs(share[one] - share[two]) for one in share for two in share)
    return pairs / (2.0 * whole * whole * mean)


def worst_tenth(share: dict[str, float], weight: dict[str, float]) -> float:
    """Coverage of the tenth of households in the worst-off areas."""
    left = whole = math.fsum(weight[area] for area in share) / 10.0
    covered = 0.0
    for area in sorted(share, key=lambda area: share[area]):
        taken = min(left, weight[area])
        covered += taken * share[area]
        left -= taken
    return covered / whole if whole > 0 else 0.0

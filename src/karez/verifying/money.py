"""Money: rows that add up, budgets that are kept, present costs by the plain formula (rules 1 to 3)."""

from __future__ import annotations

import math
from collections.abc import Iterator

import pandas as pd

from karez.model.programme import Programme
from karez.model.words import NO_ROUTE
from karez.units import MINOR_PER_UNIT
from karez.verifying.run import Run
from karez.verifying.verdict import Check, Finding, conclude
from karez.verifying.works import payments

CENT = 0.01
HALF_CENT = 0.005
"""Half the smallest unit of money: sums of decimals differ by far less."""
CONVERTED = ("capex_nominal", "budget_real")
"""Totals whose years are converted one by one, and rounded."""


def built(frame: pd.DataFrame) -> pd.DataFrame:
    """Rows of a layer that are built or served."""
    return frame.loc[frame["year"].notna()]


def spending(run: Run) -> dict[int, float]:
    """Capex of everything built in each calendar year, in real money."""
    paid = _by_year(run, (run.sites, run.nodes), "capex_real")
    amounts = {year: [amount] for year, amount in paid.items()}
    for row in built(run.spans).to_dict("records"):
        for year, amount in payments(run.programme, row).items():
            amounts.setdefault(year, []).append(amount)
    return {year: math.fsum(rows) for year, rows in amounts.items()}


def upkeep(run: Run) -> dict[int, float]:
    """Opex of each calendar year, in real money: from the year after building on (rule 2)."""
    started = _by_year(run, (run.sites, run.spans), "opex_real_per_year")
    return {year: math.fsum(started[before] for before in run.calendar_years if before < year) for year in started}


def _by_year(run: Run, frames: tuple[pd.DataFrame, ...], column: str) -> dict[int, float]:
    amounts: dict[int, list[float]] = {year: [] for year in run.calendar_years}
    for frame in map(built, frames):
        for year, amount in zip(frame["year"], frame[column], strict=True):
            amounts[int(year)].append(amount)
    return {year: math.fsum(rows) for year, rows in amounts.items()}


def price_level(programme: Programme, year: int) -> float:
    """Nominal over real money in a calendar year (rule 1)."""
    return (1.0 + programme.rates.inflation_per_year) ** (year - programme.agreement.price_year)


def available(programme: Programme) -> dict[int, float]:
    """Nominal money that becomes available in each calendar year."""
    agreement = programme.agreement
    return {
        year: budget
        * agreement.budget_scale
        * (price_level(programme, year) if agreement.budget_basis == "real" else 1.0)
        for year, budget in zip(agreement.calendar_years, agreement.budget, strict=True)
    }


def budgets(run: Run) -> Check:
    """Nominal spending so far never exceeds nominal budgets so far."""
    return conclude("budgets", "spending so far is within budgets so far in every year", _budget_findings(run))


def _budget_findings(run: Run) -> Iterator[Finding]:
    agreement = run.programme.agreement
    paid = {"capex": spending(run), "opex": upkeep(run)}
    spent = so_far = 0.0
    for year, money in available(run.programme).items():
        so_far += money
        spent += math.fsum(paid[kind][year] for kind in agreement.budget_pays) * price_level(run.programme, year)
        if spent > so_far + CENT:
            yield Finding(f"{spent:,.2f} {agreement.currency} nominal spent so far of {so_far:,.2f} by", str(year))


def project_capex(run: Run) -> dict[str, float]:
    """Capex of each project: its sites, and its part of every element that is built.

    An element is shared out by its fixed shares, rounded down to whole hundredths; what is left over goes to the
    project with the largest share, the first of equals.
    """
    sites, elements = built(run.sites), built(run.proof.elements)
    projects = [project.id for project in run.programme.projects]
    hundredths = dict.fromkeys(projects, 0)
    for project, capex in zip(sites["project"], sites["capex_real"], strict=True):
        hundredths[project] += _hundredths(capex)
    columns = [elements[f"share_{project}"].tolist() for project in projects]
    for capex, *share in zip(elements["capex_real"], *columns, strict=True):
        whole = _hundredths(capex)
        parts = [math.floor(whole * part) for part in share]
        parts[share.index(max(share))] += whole - sum(parts)
        for project, part in zip(projects, parts, strict=True):
            hundredths[project] += part
    return {project: money / MINOR_PER_UNIT for project, money in hundredths.items()}


def _hundredths(money: float) -> int:
    return round(money * MINOR_PER_UNIT)


def shares(run: Run) -> Check:
    """Every project has its minimum share of programme capex, and the share the summary says."""
    proven = f"capex of {len(run.programme.projects)} projects adds up, minimum and maximum shares are kept"
    return conclude("projects", proven, _share_findings(run))


def _share_findings(run: Run) -> Iterator[Finding]:
    elements = run.proof.elements
    columns = [f"share_{project.id}" for project in run.programme.projects]
    off = (elements[columns].sum(axis=1) - 1.0).abs() > 1e-9
    for key in elements.loc[off, "id"]:
        yield Finding("shares of the projects in it do not add up to 1", str(key))
    for key in elements.loc[(elements[columns] < 0).any(axis=1), "id"]:
        yield Finding("share of a project in it is negative", str(key))
    capex = project_capex(run)
    total = math.fsum(capex.values())
    before = run.programme.standing.spent_real
    whole = total + math.fsum(before.values())
    for project in run.programme.projects:
        stated = run.summary["capex_real_per_project"].get(project.id, math.nan)
        if not abs(stated - capex[project.id]) <= HALF_CENT:
            yield Finding(f"capex is not the {capex[project.id]:,.2f} of its sites and spans", project.id)
        mine = capex[project.id] + before.get(project.id, 0.0)
        if mine < project.minimum_share * whole - CENT:
            yield Finding(f"capex is below {project.minimum_share:.1%} of the programme's", project.id)
        if mine > project.maximum_share * whole + CENT:
            yield Finding(f"capex is above {project.maximum_share:.1%} of the programme's", project.id)
    if not abs(math.fsum(run.summary["capex_real_per_project"].values()) - total) <= HALF_CENT:
        yield Finding("capex of all projects is not that of all rows", "capex_real_per_project")


def totals(run: Run) -> Check:
    """Totals and years of the summary are the sums of rows."""
    capex = math.fsum(spending(run).values())
    proven = f"{capex:,.2f} {run.programme.agreement.currency} capex and all other totals, row by row"
    return conclude("totals", proven, _total_findings(run))


def _total_findings(run: Run) -> Iterator[Finding]:
    per_year = spending(run)
    for name, figure in {**_money_totals(run, per_year), **_count_totals(run)}.items():
        stated = run.summary["totals"].get(name, math.nan)
        # A year that comes to half a cent when converted may be rounded either way.
        slack = HALF_CENT + CENT * len(per_year) * (name in CONVERTED)
        if not abs(stated - figure) <= slack:
            yield Finding(f"total is not the {figure:,.2f} of its rows", name)
    for year, figure in per_year.items():
        stated = run.summary["capex_real_per_year"].get(str(year), math.nan)
        if not abs(stated - figure) <= HALF_CENT:
            yield Finding(f"capex is not the {figure:,.2f} of its rows", str(year))


def _money_totals(run: Run, per_year: dict[int, float]) -> dict[str, float]:
    """Totals of money, from rows; the designed ones count what is not built too."""
    elements, options = run.proof.elements, run.proof.options
    sources = elements["id"].str.startswith("source:") & elements["year"].notna()
    designed = dict(
        zip(zip(options["site_id"], options["technology"], strict=True), options["capex_real"], strict=True)
    )
    wanted = zip(run.sites["id"], run.sites["designed_technology"], strict=True)
    first = run.calendar_years[0]
    connections = (
        round(connection_present(run, capex, int(year) - first + 1), 2)
        for capex, year in zip(elements.loc[sources, "capex_real"], elements.loc[sources, "year"], strict=True)
    )
    return {
        "capex_real": math.fsum(per_year.values()),
        "capex_nominal": math.fsum(
            round(capex * price_level(run.programme, year), 2) for year, capex in per_year.items()
        ),
        "opex_real_per_year": math.fsum(_by_year(run, (run.sites, run.spans), "opex_real_per_year").values()),
        "pv_cost_real": math.fsum([*run.sites["pv_cost_real"], *run.spans["pv_cost_real"], *connections]),
        "unconstrained_capex_real": math.fsum([designed.get(key, 0.0) for key in wanted] + [*elements["capex_real"]]),
        "budget_nominal": math.fsum(available(run.programme).values()),
        "budget_real": math.fsum(
            round(money / price_level(run.programme, year), 2) for year, money in available(run.programme).items()
        ),
    }


def _count_totals(run: Run) -> dict[str, float]:
    """Totals that are not money, from rows."""
    new = run.spans.loc[~run.spans["method"].isin(NO_ROUTE)]
    homes = run.sites.loc[run.sites["households"].notna()]
    served = homes["weight"].where(homes["year"].notna(), homes["weight"] * homes["already_served"])
    return {
        "route_km_built": math.fsum(built(new)["length_m"]) / 1000.0,
        "route_km_designed": math.fsum(new["length_m"]) / 1000.0,
        "sites": len(run.sites),
        "sites_served": len(built(run.sites)),
        "households": math.fsum(homes["households"]),
        "households_served": math.fsum(served),
    }


def connection_present(run: Run, capex: float, year: int) -> float:
    """Present cost of the connection of a source: paid once, it outlasts the horizon."""
    return float(capex * (1.0 + run.programme.rates.discount_rate_real) ** -year)

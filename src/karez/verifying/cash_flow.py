"""The cash flow, row by row: what is built and renewed, kept up, sold, taxed, and that it comes to rule 3."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from karez.model.business import UptakeCurve, YearlyRate
from karez.model.words import NO_ROUTE
from karez.units import METRES_PER_KM
from karez.verifying.emissions import present_of_carbon
from karez.verifying.money import CENT, HALF_CENT, built, project_capex, spending
from karez.verifying.run import Run
from karez.verifying.verdict import Check, Finding, conclude

Sums = dict[tuple[Any, ...], float]
CLOSE = 1e-9
"""Share by which sums of quantities may differ in the last digits."""


def years(run: Run) -> range:
    """All calendar years that are appraised."""
    first = run.programme.agreement.first_year
    return range(first, first + run.programme.horizon)


def sums(run: Run, *keys: str, kind: str = "") -> Sums:
    """Amounts of the cash flow, summed by some of its columns."""
    rows = run.finance["cash_flow"]
    rows = rows[rows["kind"] == kind] if kind else rows
    parts: dict[tuple[Any, ...], list[float]] = defaultdict(list)
    for *key, amount in zip(*(rows[name] for name in (*keys, "amount_real")), strict=True):
        parts[tuple(key)].append(amount)
    return {key: math.fsum(amounts) for key, amounts in parts.items()}


def _differ(stated: Sums, derived: Sums, slack: float, problem: str) -> Iterator[Finding]:
    for key in sorted({*stated, *derived}, key=str):
        if not abs(stated.get(key, 0.0) - derived.get(key, 0.0)) <= slack:
            yield Finding(problem, ":".join(str(part) for part in key if part != "") or "in no area")


def capital(run: Run) -> Check:
    """Capex, renewals and rest value follow from the bill; the bill from the rows."""
    bill = run.finance["bill"]
    proven = f"capex, renewals and rest value follow from {len(bill):,} rows of the bill and asset lives"
    return conclude("cash flow: capital", proven, _capital_findings(run))


def _capital_findings(run: Run) -> Iterator[Finding]:
    bill, last = run.finance["bill"], years(run)[-1]
    capex: Sums = defaultdict(float)
    renewed: Sums = defaultdict(float)
    rest: Sums = defaultdict(float)
    rows = zip(bill["year"], bill["project"], bill["area_id"], bill["item"], bill["capex_real"], strict=True)
    for year, project, area, item, money in rows:
        capex[int(year), project, area] -= money
        if item not in run.catalogue.index:
            continue
        life, bought = int(run.catalogue.loc[item, "life_years"]), int(year)
        while bought + life < last:
            bought += life
            renewed[bought, project, area] -= money
        rest[last, project, area] += money * (1.0 - (last - bought) / life)
    for kind, derived, slack in (("capex", capex, CENT), ("renewal", renewed, CENT), ("residual", rest, CENT)):
        stated = sums(run, "year", "project", "area_id", kind=kind)
        yield from _differ(stated, derived, slack, f"{kind} is not that of the bill")
    of_year: Sums = {(year,): -money for year, money in spending(run).items() if money}
    yield from _differ(sums(run, "year", kind="capex"), of_year, CENT, "capex of the year is not that of what is built")
    of_project: Sums = {(project,): -money for project, money in project_capex(run).items() if money}
    yield from _differ(sums(run, "project", kind="capex"), of_project, CENT, "capex is not that of the project")
    share = run.programme.business.public_share_capex
    whole = math.fsum(spending(run).values())
    public = -sums(run, "payer", kind="capex").get(("public",), 0.0)
    if abs(public - share * whole) > HALF_CENT * (len(bill) + 1):
        yield Finding("public money is not its share of capex", "public")


def upkeep(run: Run) -> Check:
    """Opex of every year is that of what was built before it; who pays is as the agreement says."""
    return conclude("cash flow: upkeep", "opex follows from what is in service", _upkeep_findings(run))


def _upkeep_findings(run: Run) -> Iterator[Finding]:
    started: dict[int, list[float]] = defaultdict(list)
    for frame in (built(run.sites), built(run.spans)):
        for year, opex in zip(frame["year"], frame["opex_real_per_year"], strict=True):
            started[int(year)].append(opex)
    derived: Sums = {}
    for year in years(run):
        opex = math.fsum(money for start, rows in started.items() if start < year for money in rows)
        by_budget = "opex" in run.programme.agreement.budget_pays and year in run.calendar_years
        derived[year, "public" if by_budget else "operator"] = -opex
    yield from _differ(sums(run, "year", "payer", kind="opex"), derived, CENT, "opex is not that of what is in service")


def sales(run: Run) -> Check:
    """Fees and running costs: quantities from the customers of every site, rates from the settings."""
    count = len(run.programme.business.tariffs) + len(run.programme.business.running_costs)
    return conclude("cash flow: sales", f"{count} fees and running costs, year by year", _sales_findings(run))


def _sales_findings(run: Run) -> Iterator[Finding]:
    yield from _customer_findings(run)
    told = {(row["name"], int(row["year"])): row for row in run.finance["sales"].to_dict("records")}
    business = run.programme.business
    amounts: Sums = defaultdict(float)
    for kind, rates in (("revenue", business.tariffs), ("running", business.running_costs)):
        for rate in rates:
            amount = real_amount(run, rate)
            for place, quantity in enumerate(quantities(run, rate)):
                year = years(run)[place]
                row, price = told.get((rate.name, year)), amount * _grown(run, rate, year)
                if row is None or not abs(row["quantity"] - quantity) <= 1e-7 * max(1.0, quantity):
                    yield Finding("quantity is not that of its customers", f"{rate.name}:{year}")
                elif not abs(row["rate_real"] - price) <= CLOSE * max(1.0, price):
                    yield Finding("rate is not that of the settings", f"{rate.name}:{year}")
                elif abs(row["amount_real"] - quantity * price) > CENT * (len(run.sites) + len(run.spans)):
                    yield Finding("amount is not quantity times rate", f"{rate.name}:{year}")
                else:
                    key = (year, kind, getattr(rate, "segment", rate.name), getattr(rate, "payer", "operator"))
                    amounts[key] += row["amount_real"] * (1 if kind == "revenue" else -1)
    stated = {
        key: money
        for key, money in sums(run, "year", "kind", "segment", "payer").items()
        if key[1] in ("revenue", "running")
    }
    yield from _differ(stated, amounts, HALF_CENT, "cash flow is not what is sold")


def _customer_findings(run: Run) -> Iterator[Finding]:
    """Households of every served home are those of its site that had no service."""
    customers = run.finance["customers"].set_index("site_id").to_dict("index")
    for row in built(run.sites).to_dict("records"):
        found = customers.pop(row["id"], None)
        if found is None:
            yield Finding("served site without customers", row["id"])
        elif row["households"] == row["households"]:
            wanted = row["households"] * (1.0 - row["already_served"])
            if not abs(found["urban_households"] + found["rural_households"] - wanted) <= CLOSE * max(1.0, wanted):
                yield Finding("customers are not the households of the site", row["id"])
    for key in customers:
        yield Finding("customers of a site that is not served", str(key))


def real_amount(run: Run, rate: YearlyRate) -> float:
    """Rate in the programme's money of its price year (rule 1)."""
    agreement, rates = run.programme.agreement, run.programme.rates
    exchange = rates.exchange[rate.currency] if rate.currency not in ("", agreement.currency) else 1.0
    lag = agreement.price_year - rate.price_year if rate.price_year is not None else 0
    return rate.amount_per_year * exchange * (1.0 + rates.inflation_per_year) ** lag


def _grown(run: Run, rate: YearlyRate, year: int) -> float:
    return (1.0 + rate.growth_real_per_year) ** max(year - run.programme.agreement.price_year, 0)


def connected(curve: UptakeCurve, take_up: float, age: int) -> float:
    """Share of passed households that has connected after so many years of service: the logistic curve."""
    if age <= 0:
        return 0.0
    ceiling = take_up if curve.ceiling is None else curve.ceiling
    return ceiling / (1.0 + math.exp(min(700.0, -curve.steepness_per_year * (age - curve.midpoint_years))))


def quantities(run: Run, rate: YearlyRate) -> list[float]:
    """What a rate is counted by in every appraised year, summed site by site."""
    if rate.per == "route_km":
        return _route_km(run, rate)
    found = [0.0] * run.programme.horizon
    both, take_up = run.programme.business.uptake, run.programme.demand.take_up
    sites = built(run.sites).set_index("id").to_dict("index")
    for row in run.finance["customers"].to_dict("records"):
        site = sites.get(row["site_id"])
        if site is None or not _is_for(rate, site):
            continue
        demand = run.programme.categories[site["category"]].demand_mbps if rate.per == "mbps" else 1.0
        for place, year in enumerate(years(run)):
            age = year - int(site["year"])
            homes = row["urban_households"] * connected(both.urban, take_up, age)
            homes += row["rural_households"] * connected(both.rural, take_up, age)
            units = row["institutions"] if age > 0 else 0.0
            counted = {"connected_household": homes, "unit": units, "mbps": homes + units}[rate.per]
            traffic = (1.0 + run.programme.business.traffic_growth_per_year) ** place if rate.per == "mbps" else 1.0
            found[place] += counted * demand * traffic
    return found


def _is_for(rate: YearlyRate, site: dict[Any, Any]) -> bool:
    wanted = ((rate.projects, "project"), (rate.categories, "category"), (rate.technologies, "technology"))
    return all(not names or site[column] in names for names, column in wanted)


def _route_km(run: Run, rate: YearlyRate) -> list[float]:
    """Kilometres of new route in service, as far as they count for the projects the rate is for."""
    spans = built(run.spans).set_index("id").to_dict("index")
    projects = rate.projects or tuple(project.id for project in run.programme.projects)
    found = [0.0] * run.programme.horizon
    for row in run.proof.elements.to_dict("records"):
        span = spans.get(row["id"])
        if span is not None and span["method"] not in NO_ROUTE:
            km = span["length_m"] / METRES_PER_KM * sum(row[f"share_{project}"] for project in projects)
            for place, year in enumerate(years(run)):
                found[place] += km if year > span["year"] else 0.0
    return found


def tax(run: Run) -> Check:
    """Tax on the operator's profit, losses carried forward."""
    return conclude("cash flow: tax", "tax follows from the operator's profit", _tax_findings(run))


def _tax_findings(run: Run) -> Iterator[Finding]:
    rate = run.programme.business.tax_rate
    taken = sums(run, "year", "kind", "payer")
    derived: Sums = {}
    loss = 0.0
    for year in years(run):
        profit = math.fsum(
            money
            for (at, kind, payer), money in taken.items()
            if at == year and (kind == "revenue" or (payer == "operator" and kind not in ("residual", "tax")))
        )
        taxed = max(0.0, profit - loss)
        loss = max(0.0, loss - profit)
        earns = any(at == year and kind == "revenue" for at, kind, _ in taken)
        derived[(year,)] = -rate * taxed if earns else 0.0
    yield from _differ(sums(run, "year", kind="tax"), derived, CENT, "tax is not its share of profit")


def worth(run: Run) -> Check:
    """Capex, upkeep, renewals less the rest value, discounted, are the present cost of all rows (rule 3)."""
    return conclude(
        "cash flow: present cost", "the cash flow comes to the present cost of rule 3", _worth_findings(run)
    )


def _worth_findings(run: Run) -> Iterator[Finding]:
    first, rate = run.programme.agreement.first_year, run.programme.rates.discount_rate_real
    kinds = ("capex", "opex", "renewal", "residual")
    present = math.fsum(
        -money * (1.0 + rate) ** -(int(year) - first + 1)
        for (year, kind), money in sums(run, "year", "kind").items()
        if kind in kinds
    )
    stated = run.summary["totals"]["pv_cost_real"]
    present += present_of_carbon(run)
    # Upkeep is rounded to the cent where the cash flow pays it, not where present cost sums it up.
    slack = CENT * (len(run.sites) + len(run.spans) + len(run.finance["bill"])) * max(1, run.programme.horizon)
    if not abs(present - stated) <= slack:
        yield Finding(f"present cost of the cash flow is {present:,.2f}, of all rows {stated:,.2f}", "pv_cost_real")

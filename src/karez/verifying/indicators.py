"""Indicators of the cash flow, by the formulas of a textbook, year after year."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import pairwise

from karez.verifying.cash_flow import sums, years
from karez.verifying.emissions import present_of_carbon, users
from karez.verifying.money import CENT, built
from karez.verifying.run import Run
from karez.verifying.verdict import Check, Finding, conclude

CLOSE = 1e-9
"""Share by which ratios may differ in the last digits."""


def worth(flows: list[float], rate: float) -> float:
    """Net present value at the start of the first year, flows at the ends of years.

    >>> round(worth([0.0, 121.0], 0.1), 9)
    100.0
    """
    return math.fsum(flow / (1.0 + rate) ** year for year, flow in enumerate(flows, start=1))


def indicators(run: Run) -> Check:
    """Every indicator, from the rows of the cash flow."""
    stated = run.summary["finance"]["indicators"]["npv_real"]
    proven = f"net present value of {stated:,.2f} {run.programme.agreement.currency} and all others, row by row"
    return conclude("indicators", proven, _findings(run))


def _findings(run: Run) -> Iterator[Finding]:
    stated, rate = run.summary["finance"]["indicators"], run.programme.rates.discount_rate_real
    by_year = sums(run, "year")
    net = [by_year.get((year,), 0.0) for year in years(run)]
    by_kind = sums(run, "year", "kind")
    revenue = [by_kind.get((year, "revenue"), 0.0) for year in years(run)]
    costs = ("capex", "opex", "running", "renewal", "residual")
    cost = [-math.fsum(by_kind.get((year, kind), 0.0) for kind in costs) for year in years(run)]
    homes, all_users = _users(run)
    passed = math.fsum(
        row["urban_households"] + row["rural_households"] for row in run.finance["customers"].to_dict("records")
    )
    capex = -math.fsum(by_kind.get((year, "capex"), 0.0) for year in years(run))
    own = [
        math.fsum(
            money
            for (at, kind, payer), money in sums(run, "year", "kind", "payer").items()
            if at == year and (kind == "revenue" or payer == "operator")
        )
        for year in years(run)
    ]
    spent, months = worth(cost, rate), 12.0 * worth(all_users, rate)
    figures = {
        "npv_real": worth(net, rate),
        "present_revenue_real": worth(revenue, rate),
        "present_cost_real": spent,
        "operator_npv_real": worth(own, rate),
        "subsidy_gap_real": max(0.0, -worth(net, rate)),
        "benefit_cost_ratio": worth(revenue, rate) / spent if spent > 0 else None,
        "homes_passed": passed,
        "homes_connected": homes[-1],
        "capex_per_home_passed_real": capex / passed if passed > 0 else None,
        "capex_per_home_connected_real": capex / homes[-1] if homes[-1] > 0 else None,
        "levelised_cost_real_per_user_month": spent / months if months > 0 else None,
        "payback_year": _payback(net, 0.0, run),
        "discounted_payback_year": _payback(net, rate, run),
    }
    for name, figure in figures.items():
        yield from _one(name, stated.get(name), figure)
    yield from _rate_findings(net, stated.get("irr_real"))
    for payer, row in run.summary["finance"]["per_payer"].items():
        money = sums(run, "payer").get((payer,), 0.0)
        if not abs(row["net_real"] - money) <= CENT:
            yield Finding("net is not the sum of its rows", payer)
    for kind, told in (("payer", _told(run, "per_payer")), ("project", _told(run, "present_real_per_project"))):
        if not abs(math.fsum(told) - stated["npv_real"]) <= CENT:
            yield Finding(f"present values by {kind} do not add up to the net present value", "npv_real")


def _told(run: Run, name: str) -> list[float]:
    return [row["present_real"] if isinstance(row, dict) else row for row in run.summary["finance"][name].values()]


def _one(name: str, stated: float | None, figure: float | None) -> Iterator[Finding]:
    if stated is None or figure is None:
        if stated != figure:
            yield Finding(f"is {stated}, not {figure}", name)
    elif not abs(stated - figure) <= max(CENT if name.endswith("_real") else 0.0, CLOSE * abs(figure)):
        yield Finding(f"is not the {figure:,.4f} of the cash flow", name)


def _rate_findings(net: list[float], stated: float | None) -> Iterator[Finding]:
    """At the internal rate the present value changes its sign; without one it does not between usual rates."""
    if stated is None:
        signs = [worth(net, rate) > 0 for rate in (-0.2, -0.1, 0.0, 0.05, 0.1, 0.2, 0.5, 1.0)]
        if sum(one != two for one, two in pairwise(signs)) == 1:
            yield Finding("is missing, though the present value changes its sign", "irr_real")
    elif worth(net, stated - 1e-6) * worth(net, stated + 1e-6) > 0:
        yield Finding("is a rate at which the present value does not change its sign", "irr_real")


def _payback(net: list[float], rate: float, run: Run) -> float | None:
    """Calendar year from whose end on nothing is missing any more."""
    found: float | None = None
    so_far = 0.0
    for place, flow in enumerate(net, start=1):
        so_far += flow / (1.0 + rate) ** place
        if so_far < -CENT:
            found = None
        elif found is None:
            found = float(run.programme.agreement.first_year + place - 1)
    return found


def _users(run: Run) -> tuple[list[float], list[float]]:
    """Connected homes, and homes and institutions together, of every year."""
    homes, everyone = [0.0] * run.programme.horizon, [0.0] * run.programme.horizon
    start = dict(zip(built(run.sites)["id"], built(run.sites)["year"], strict=True))
    for row in run.finance["customers"].to_dict("records"):
        for place, year in enumerate(years(run)):
            age = year - int(start[row["site_id"]])
            if age > 0:
                connected, units = users(run, row, age)
                homes[place] += connected
                everyone[place] += connected + units
    return homes, everyone


def subsidies(run: Run) -> Check:
    """What each site lacks, and that all sites together cost what the network costs."""
    table = run.finance["site_subsidies"]
    return conclude("subsidies", f"least subsidies of {len(table):,} sites add up", _subsidy_findings(run))


def _subsidy_findings(run: Run) -> Iterator[Finding]:
    table, rate = run.finance["site_subsidies"], run.programme.rates.discount_rate_real
    start = dict(zip(built(run.sites)["id"], built(run.sites)["year"], strict=True))
    first = run.programme.agreement.first_year
    for row in table.to_dict("records"):
        missing = max(0.0, row["cost_present_real"] - row["revenue_present_real"])
        if not abs(row["subsidy_present_real"] - missing) <= 2 * CENT:
            yield Finding("subsidy is not cost less revenue", row["site_id"])
        age = int(start.get(row["site_id"], first)) - first + 1
        grant = row["subsidy_present_real"] * (1.0 + rate) ** age
        if row["site_id"] not in start or not abs(row["grant_real"] - grant) <= CENT * (1.0 + rate) ** age:
            yield Finding("grant is not the subsidy in the year of building", row["site_id"])
    stated = run.summary["finance"]["indicators"]
    if not abs(math.fsum(table["subsidy_present_real"]) - stated["least_subsidy_real"]) <= CENT:
        yield Finding("is not the sum of its sites", "least_subsidy_real")
    by_kind = sums(run, "year", "kind")
    costs = ("capex", "opex", "running", "renewal", "residual")
    cost = [-math.fsum(by_kind.get((year, kind), 0.0) for kind in costs) for year in years(run)]
    revenue = [by_kind.get((year, "revenue"), 0.0) for year in years(run)]
    for name, flows, beside in (("cost", cost, present_of_carbon(run)), ("revenue", revenue, 0.0)):
        whole, told = worth(flows, rate) + beside, math.fsum(table[f"{name}_present_real"])
        if not abs(whole - told) <= max(CENT * (len(run.sites) + len(run.spans)) * len(flows), 1e-6 * abs(whole)):
            yield Finding(
                f"present {name} of all sites is {told:,.2f}, of the cash flow {whole:,.2f}", f"{name}_present_real"
            )

"""What the report and the command line say of risk: sentences, charts, and rows of tables."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import pandas as pd
from markupsafe import Markup

from karez.model.plan import Plan
from karez.model.risk import Risk
from karez.reporting.charts import tornado
from karez.reporting.figures import change, money, number, percent
from karez.reporting.risk_charts import FAN, LIMIT, MIDDLE, PLANNED, Fan, fan, histogram
from karez.reporting.unit import fitting_unit

_MOST_FACTORS = 10
_LEAST_EFFECT = 0.002
"""Smaller effects are left to the table."""
_MOST_SITES = 40
_SURE = 0.9
"""Share of the draws from which on a target is called sure enough."""

FIGURES = {
    "capex_real": "Capex, real",
    "capex_nominal": "Capex, nominal",
    "pv_cost_real": "Present cost",
    "npv_real": "Net present value",
    "coverage": "Coverage of homes at the end",
    "service": "Service, household-years",
}
"""Figures of ``Risk.bands`` in words."""

PLANS = {"plan": "The plan", "low": "Low prices", "high": "High prices", "own": "Made for the draw"}


def plan_name(plan: str) -> str:
    """A candidate plan in words.

    >>> plan_name("low"), plan_name("margin_10")
    ('Low prices', '10 % held back')
    """
    return PLANS.get(plan) or f"{plan.removeprefix('margin_')} % held back"


def factor_name(factor: str, items: str = "") -> str:
    """A factor in words.

    >>> factor_name("take_up"), factor_name("lengths", "route_plain pass_rural"), factor_name("delay:2027")
    ('Take-up', 'All prices by length (2)', 'Delay in 2027')
    >>> factor_name("olt", "olt"), factor_name("trenches", "route_plain route_urban")
    ('Price of olt', 'Prices of trenches (2)')
    """
    fixed = {"take_up": "Take-up", "delay": "Delay", "lengths": "All prices by length", "others": "All other prices"}
    count = len(items.split())
    if factor in fixed:
        name = fixed[factor]
    elif ":" in factor:
        name = factor.replace("delay:", "Delay in ")
    else:
        name = f"Prices of {factor}" if count > 1 else f"Price of {factor}"
    return f"{name} ({count})" if count > 1 else name


def risk_findings(plan: Plan) -> list[str]:
    """Risk in a few sentences; none if nobody asked."""
    if plan.risk is None:
        return []
    said = [_cost(plan, plan.risk), _budget(plan, plan.risk), _reach(plan.risk), _drivers(plan.risk)]
    said += [_targets(plan, plan.risk), _regret(plan.risk)]
    return [sentence for sentence in said if sentence]


def risk_section(plan: Plan) -> dict[str, Any] | None:
    """All that the template of the section needs; None if there is no risk to tell."""
    risk = plan.risk
    if risk is None:
        return None
    currency = plan.programme.agreement.currency
    bands = risk.bands.assign(label=risk.bands["figure"].map(FIGURES))
    factors = dict(zip(risk.factors["factor"], risk.factors["items"], strict=True))
    effects = _effects(risk).assign(label=[factor_name(name, factors[name]) for name in _effects(risk)["factor"]])
    sites = risk.sites[risk.sites["served"] < 1.0].head(_MOST_SITES)
    names = plan.sites.set_index("id")[["name", "project"]]
    return {
        "draws": len(risk.draws),
        "findings": risk_findings(plan),
        "coverage": _coverage_fan(risk),
        "cost": _cost_fan(risk, currency),
        "histogram": _histogram(risk, currency),
        "tornado_cost": _tornado(risk, effects, "capex_real", "What prices, take-up and delay do to capex"),
        "tornado_coverage": _tornado(risk, effects, "coverage", "What they do to coverage at the end"),
        "fan": FAN,
        "middle": MIDDLE,
        "planned": PLANNED,
        "limit": LIMIT,
        "bands": [_band_row(row, currency) for row in bands.to_dict("records")],
        "effects": effects,
        "sites": sites.join(names, on="id"),
        "more_sites": int((risk.sites["served"] < 1.0).sum()) - len(sites),
        "areas": risk.areas.assign(lost=risk.areas["planned"] - risk.areas["expected"])
        .sort_values(["lost", "area_id"], ascending=[False, True])
        .query("lost > 0.0005"),
        "plans": None
        if risk.regret is None
        else risk.regret.plans.assign(label=[plan_name(plan) for plan in risk.regret.plans["plan"]]),
        "best": None if risk.regret is None else _best_counts(risk),
    }


def _band_row(row: dict[Any, Any], currency: str) -> dict[str, str]:
    """A row of the table of ranges, as it is printed."""
    names = ("plan", "p10", "p50", "p90", "least", "greatest")
    if row["figure"] == "coverage":
        said = {name: percent(row[name]) for name in names}
    elif row["figure"] == "service":
        said = {name: number(row[name]) for name in names}
    else:
        said = {name: money(row[name], currency) for name in names}
    return {"label": str(row["label"]), **said}


def _band(risk: Risk, figure: str) -> dict[Hashable, Any]:
    return next(row for row in risk.bands.to_dict("records") if row["figure"] == figure)


def _cost(plan: Plan, risk: Risk) -> str:
    band, currency = _band(risk, "capex_nominal"), plan.programme.agreement.currency
    return (
        f"In eight of ten of {number(len(risk.draws))} draws of prices, take-up and delay the plan as it stands costs "
        f"between {money(band['p10'], currency)} and {money(band['p90'], currency)} nominal; planned are "
        f"{money(band['plan'], currency)}."
    )


def _budget(plan: Plan, risk: Risk) -> str:
    holds, currency = float(risk.outcomes["holds"].mean()), plan.programme.agreement.currency
    said = f"The budget is enough in every year in {percent(holds, 0)} of the draws"
    lacking = risk.outcomes.loc[~risk.outcomes["holds"].astype(bool), "over_nominal"]
    if len(lacking):
        said += f"; where it is not, half of the time more than {money(float(lacking.median()), currency)} is lacking"
    return said + "."


def _reach(risk: Risk) -> str:
    band = _band(risk, "coverage")
    return (
        f"If the plan's order is followed within the budgets, {percent(band['p10'])} to {percent(band['p90'])} of the "
        f"homes are in service to standard at the end; planned are {percent(band['plan'])}."
    )


def _drivers(risk: Risk) -> str:
    factors = dict(zip(risk.factors["factor"], risk.factors["items"], strict=True))
    effects = _effects(risk).head(3)
    parts = [
        f"{factor_name(name, factors[name])} ({change(low)} to {change(high)})"
        for name, low, high in zip(effects["factor"], effects["cost_low"], effects["cost_high"], strict=True)
        if max(abs(low), abs(high)) >= _LEAST_EFFECT
    ]
    return "What moves capex most, each alone from its low to its high: " + ", ".join(parts) + "." if parts else ""


def _targets(plan: Plan, risk: Risk) -> str:
    table = risk.targets
    if table.empty:
        return ""
    names = {project.id: project.name for project in plan.programme.projects}
    sure = int((table["probability"] >= _SURE).sum())
    said = f"{sure} of {len(table)} targets are met in nine draws of ten or more"
    doubtful = table[table["probability"] < _SURE].sort_values("probability", kind="stable")
    listed = [
        f"{names[project]} {percent(target, 0)} by {year} in {percent(share, 0)}"
        for project, year, target, share in zip(
            doubtful["project"], doubtful["year"], doubtful["target"], doubtful["probability"], strict=True
        )
    ]
    return f"{said}; less sure: {', '.join(listed)} of the draws." if listed else f"{said}."


def _regret(risk: Risk) -> str:
    regret = risk.regret
    if regret is None:
        return ""
    if regret.chosen:
        return f"Most robust: {plan_name(regret.chosen)}. {regret.reason}"
    plan = regret.plans.iloc[0]
    said = f"{number(regret.reoptimised)} of the draws" if regret.reoptimised else "the draws"
    return (
        f"Against the best plan that is known for each of {said}, this plan loses {percent(plan['mean_share'], 2)} of "
        f"the service on average and {percent(plan['max_share'], 2)} at most. No bound: a better plan may exist."
    )


def _effects(risk: Risk) -> pd.DataFrame:
    """Factors with what they do to capex (relative) and to coverage (difference), largest on capex first."""
    wide = risk.tornado.set_index(["figure", "factor"])
    cost, coverage = wide.loc["capex_real"], wide.loc["coverage"]
    base = cost["base"].where(cost["base"] > 0)
    table = pd.DataFrame(
        {
            "cost_low": cost["low"] / base - 1.0,
            "cost_high": cost["high"] / base - 1.0,
            "cost_rank": cost["rank_correlation"],
            "coverage_low": coverage["low"] - coverage["base"],
            "coverage_high": coverage["high"] - coverage["base"],
            "coverage_rank": coverage["rank_correlation"],
        }
    )
    return table.loc[cost.index].fillna(0.0).rename_axis("factor").reset_index()


def _tornado(risk: Risk, effects: pd.DataFrame, figure: str, title: str) -> Markup:
    kind = "cost" if figure == "capex_real" else "coverage"
    rows = [
        (str(label), float(low), float(high))
        for label, low, high in zip(effects["label"], effects[f"{kind}_low"], effects[f"{kind}_high"], strict=True)
        if max(abs(low), abs(high)) >= _LEAST_EFFECT
    ]
    rows.sort(key=lambda row: -abs(row[2] - row[1]))
    return tornado(title, rows[:_MOST_FACTORS], "At its low", "At its high")


def _coverage_fan(risk: Risk) -> Markup:
    table = 100.0 * risk.by_year[["coverage", "coverage_p10", "coverage_p50", "coverage_p90"]]
    of = Fan(*(table[f"coverage{end}"].tolist() for end in ("_p10", "_p50", "_p90", "")))
    return fan("Coverage of homes by year, P10 to P90", risk.by_year["year"].tolist(), of, "% of homes")


def _cost_fan(risk: Risk, currency: str) -> Markup:
    table = risk.by_year
    size, unit = fitting_unit(table["cost_p90"].tolist(), currency)
    of = Fan(*((table[name] / size).tolist() for name in ("cost_p10", "cost_p50", "cost_p90", "cost", "budget")))
    return fan("Money needed by the end of each year, P10 to P90", table["year"].tolist(), of, unit + ", nominal")


def _histogram(risk: Risk, currency: str) -> Markup:
    values, budget = risk.outcomes["capex_nominal"], float(risk.by_year["budget"].iloc[-1])
    size, unit = fitting_unit([*values, budget], currency)
    label = f"Budget: {number(budget / size, 2)} {unit}"
    return histogram("What the plan costs", (values / size).tolist(), budget / size, label, unit + ", nominal")


def _best_counts(risk: Risk) -> list[tuple[str, str]]:
    """Plans by how often they are the best known one."""
    assert risk.regret is not None
    counts = risk.regret.matrix["best"].value_counts()
    return [(plan_name(str(plan)), number(int(count))) for plan, count in counts.items()]

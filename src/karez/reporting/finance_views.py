"""What the report shows of the business case, of equity and of emissions: sentences, charts, rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
from markupsafe import Markup

from karez.model.carbon import Carbon
from karez.model.equity import Equity
from karez.model.finance import Finance
from karez.model.plan import Plan
from karez.reporting.charts import Series
from karez.reporting.figures import MISSING, is_missing, money, number, percent
from karez.reporting.finance_words import INDICATOR_WORDS, KIND_WORDS, PAYER_WORDS, SEGMENT_WORDS
from karez.reporting.flow_charts import Curve, cost_and_coverage, flows, lorenz
from karez.reporting.palette import year_colours
from karez.reporting.unit import fitting_unit

_COLOURS = {
    "capex": "#123f63",
    "opex": "#4f93c7",
    "running": "#a9cbe3",
    "renewal": "#7d8b2c",
    "tax": "#8d969f",
    "revenue": "#2f8f83",
    "residual": "#a5d3cb",
    "trench": "#8a5a3c",
    "terminals": "#d98a1b",
    "replacement": "#f0c987",
    "electricity": "#5b6b7b",
}
_LINE = "#b3261e"


def finance_views(plan: Plan) -> dict[str, Any]:
    """Everything the templates need, by section; a section that is not there is None."""
    worth = plan.appraisal
    return {
        "cost_and_coverage": _cost_and_coverage(plan),
        "business": _business(plan, worth.finance) if worth.finance is not None else None,
        "equity": _equity(plan, worth.equity) if worth.equity is not None else None,
        "carbon": _carbon(plan, worth.carbon) if worth.carbon is not None else None,
    }


def _cost_and_coverage(plan: Plan) -> Markup:
    table, coverage = plan.appraisal.by_year, plan.appraisal.total_coverage
    size, unit = fitting_unit(table["capex_real"].tolist(), plan.programme.agreement.currency)
    cost = Series("Capex", "#a9c4d9", (table["capex_real"] / size).tolist())
    reached = Series("Coverage of homes to standard", "#d98a1b", coverage["coverage"].tolist())
    return cost_and_coverage(
        "Cost and coverage by year", [int(y) for y in table["year"]], cost, reached, unit + ", real"
    )


def _business(plan: Plan, finance: Finance) -> dict[str, Any]:
    currency = plan.programme.agreement.currency
    table = finance.by_year
    size, unit = fitting_unit([float(table.filter(like="_real").abs().to_numpy().max(initial=0.0))], currency)

    def stack(kinds: Sequence[str], sign: int) -> list[Series]:
        return [
            Series(KIND_WORDS[kind], _COLOURS[kind], (sign * table[f"{kind}_real"] / size).clip(lower=0.0).tolist())
            for kind in kinds
            if table[f"{kind}_real"].any()
        ]

    incoming, outgoing = stack(("revenue", "residual"), 1), stack(("capex", "renewal", "opex", "running", "tax"), -1)
    so_far = Series("Present value so far", _LINE, (table["so_far_real"] / size).tolist())
    years = [int(year) for year in table["year"]]
    legend = [(series.label, series.colour) for series in (*incoming, *outgoing)] + [(so_far.label, _LINE)]
    return {
        "sentences": _told(plan, finance),
        "chart": flows("Cash flow by year, real", years, incoming, outgoing, f"{unit}, real", so_far),
        "legend": legend,
        "indicators": [
            (label.format(currency=currency), _figure(finance.indicators[name], style), finance.remarks.get(name, ""))
            for name, (label, style) in INDICATOR_WORDS.items()
        ],
        "payers": _sums(finance.by_payer, "payer", PAYER_WORDS),
        "projects": _sums(finance.by_project, "project", {p.id: p.name for p in plan.programme.projects}),
        "segments": _segments(finance),
        "kinds": [(kind, KIND_WORDS[kind]) for kind in _shown(finance)],
        "social": _social(plan, finance),
        "years": len(table),
    }


def _shown(finance: Finance) -> list[str]:
    """Kinds of cash flow that occur."""
    kinds = ("revenue", "capex", "opex", "running", "renewal", "residual", "tax")
    return [kind for kind in kinds if finance.by_year[f"{kind}_real"].any()]


def _told(plan: Plan, finance: Finance) -> list[str]:
    """The business case in a few sentences."""
    found, currency = finance.indicators, plan.programme.agreement.currency
    last = int(finance.by_year["year"].iloc[-1])
    cost, revenue = found["present_cost_real"] or 0.0, found["present_revenue_real"] or 0.0
    told = []
    if not plan.programme.business.tariffs:
        told.append("No fee is set in this programme, so no revenue is assumed: what follows is cost alone.")
    elif cost > 0:
        told.append(
            f"To {last}, users and other customers pay {money(revenue, currency)} of the {money(cost, currency)} that "
            f"the network costs to build, run and renew: {percent(revenue / cost)} (present values)."
        )
    gap, own = found["subsidy_gap_real"] or 0.0, found["operator_npv_real"] or 0.0
    if gap > 0:
        told.append(f"{money(gap, currency)} of present value is missing without public money: the subsidy gap.")
    share = plan.programme.business.public_share_capex
    word = "is left with" if own >= 0 else "lacks"
    told.append(
        f"With {percent(share, 0)} of capex from the public purse, the operator {word} {money(abs(own), currency)} of "
        f"present value."
    )
    if found["irr_real"] is None:
        told.append(f"There is no internal rate of return: {finance.remarks['irr_real']}.")
    else:
        told.append(f"The internal rate of return is {percent(found['irr_real'], 2)} a year, real.")
    needing, sites = int(found["sites_that_need_it"] or 0), len(finance.sites)
    if needing:
        told.append(
            f"{number(needing)} of {number(sites)} served sites do not pay for themselves; "
            f"{money(found['least_subsidy_real'], currency)} in all would make each of them viable by itself."
        )
    return told


def _figure(value: float | None, style: str) -> str:
    if value is None:
        return "none"
    if style == "year":
        return f"{value:.0f}"
    if style == "percent":
        return percent(value, 2)
    return number(value, {"cents": 2, "factor": 3}.get(style, 0))


def _sums(table: pd.DataFrame, key: str, words: dict[str, str]) -> list[dict[str, Any]]:
    return [{"name": words[str(row[key])], **{str(k): v for k, v in row.items()}} for row in table.to_dict("records")]


def _segments(finance: Finance) -> list[tuple[str, str, float]]:
    """Services sold: segment, name, revenue over all years."""
    sold = finance.sales[finance.sales["kind"] == "revenue"]
    summed = sold.groupby(["segment", "name"], sort=False, as_index=False)["amount_real"].sum()
    columns = (summed[name].tolist() for name in ("segment", "name", "amount_real"))
    return [(SEGMENT_WORDS[segment], name, float(amount)) for segment, name, amount in zip(*columns, strict=True)]


def _social(plan: Plan, finance: Finance) -> dict[str, Any] | None:
    """The social return, apart from everything else; None unless it was asked for."""
    if finance.social.empty:
        return None
    currency, last = plan.programme.agreement.currency, finance.social.iloc[-1]
    whole = finance.social["benefit_real"].to_numpy() @ finance.by_year["discount_factor"].to_numpy()
    cost = finance.indicators["present_cost_real"] or 0.0
    return {
        "present": money(whole, currency),
        "ratio": number(whole / cost, 2) if cost > 0 else MISSING,
        "penetration": percent(last["penetration"]),
        "benefit": money(last["benefit_real"], currency),
        "year": int(last["year"]),
        "elasticity": plan.programme.social.elasticity,
        "before": percent(plan.programme.social.penetration_before),
    }


def _equity(plan: Plan, equity: Equity) -> dict[str, Any]:
    agreement = plan.programme.agreement
    colours = year_colours(agreement.calendar_years)
    curves = [
        Curve(str(year), colours[int(str(year))], part["households_share"].tolist(), part["served_share"].tolist())
        for year, part in equity.lorenz.groupby("year")
    ]
    last = equity.by_year.iloc[-1]
    told = [
        f"At the end of {int(last['year'])} the Gini coefficient of coverage between areas is "
        f"{number(last['gini'], 3)} (0: all areas alike; 1: one has all)."
    ]
    if not is_missing(last["worst_tenth_ratio"]):
        told.append(
            f"The tenth of households in the worst-off areas has {percent(last['worst_tenth_coverage'])} coverage, "
            f"{number(last['worst_tenth_ratio'], 2)} times the mean of {percent(last['coverage'])}."
        )
    return {
        "sentences": told,
        "chart": lorenz("Lorenz curves of coverage between areas", curves),
        "legend": [(curve.label, curve.colour) for curve in curves],
        "by_year": equity.by_year,
        "worst": equity.worst,
        "target": None if is_missing(equity.target) else percent(equity.target, 0),
    }


def _carbon(plan: Plan, carbon: Carbon) -> dict[str, Any]:
    table, found = carbon.by_year, carbon.indicators
    kinds = ("trench", "terminals", "replacement", "electricity")
    top = float(table["total_kg"].max())
    size, unit = (1e6, "thousand t CO₂e") if top >= 1e6 else (1e3, "t CO₂e")
    stacks = [
        Series(KIND_WORDS[kind], _COLOURS[kind], (table[f"{kind}_kg"] / size).tolist())
        for kind in kinds
        if table[f"{kind}_kg"].any()
    ]
    price = plan.programme.climate.price_per_tonne
    currency = plan.programme.agreement.currency
    paid = money(found["present_cost_real"], currency)
    told = [
        f"Over {len(table)} years building and running the network emits {number(found['total_t'])} t CO₂e: "
        f"{number(found['embodied_t'])} t in trenches and terminals, {number(found['electricity_t'])} t for "
        f"electricity; {number(found['kg_per_home_connected_per_year'])} kg a connected home and year.",
        f"At {number(price)} {currency} a tonne they cost {paid} of present value; routes and technologies heed it."
        if price
        else "They have no price in this programme: with `climate.price_per_tonne` routes and technologies heed them.",
    ]
    years = [int(year) for year in table["year"]]
    return {
        "sentences": told,
        "chart": flows("Emissions by year", years, stacks, [], unit, None),
        "legend": [(series.label, series.colour) for series in stacks],
        "elements": [
            {**row, "what": KIND_WORDS[str(row["kind"])], "of": str(row["element"]).replace("_", " ")}
            for row in carbon.by_element.to_dict("records")
        ],
        "total": carbon.by_element["kg"].sum(),
    }

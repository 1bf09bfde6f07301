"""The report's charts, fed from the plan's appraisal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from markupsafe import Markup

from karez.model.plan import Plan
from karez.reporting.charts import Series, bars_against, columns, tornado
from karez.reporting.figures import is_missing
from karez.reporting.palette import (
    TECHNOLOGY_COLOURS,
    TECHNOLOGY_LABELS,
    coverage_colour,
    project_colours,
    year_colours,
)

_MOST_ASSUMPTIONS = 15


def graphics(plan: Plan) -> dict[str, Any]:
    """Charts by name (``budget``, ``cost``, ``range``, ``assumptions``) and the colours of the legends."""
    return {
        "project_colours": project_colours([project.id for project in plan.programme.projects]),
        "year_colours": year_colours(plan.programme.agreement.calendar_years),
        "technologies": [word for word in TECHNOLOGY_LABELS if (plan.sites["technology"] == word).any()],
        "households_by_technology": _households(plan),
        "budget": _budget(plan),
        "cost": _cost(plan),
        "range": _range(plan),
        "assumptions": _assumptions(plan),
    }


def coverage_cell(share: float) -> str:
    """Style of a table cell that shows a coverage by its depth of colour."""
    ink = "#ffffff" if not is_missing(share) and share > 0.85 else "#17222c"
    return f"background:{coverage_colour(0.0 if is_missing(share) else share)};color:{ink}"


def _households(plan: Plan) -> list[dict[str, Any]]:
    """Share of all households by technology, for the bar above the table."""
    table = plan.appraisal.by_technology.set_index("technology")["households"]
    whole = float(table.sum()) or 1.0
    return [
        {
            "label": TECHNOLOGY_LABELS[word],
            "colour": TECHNOLOGY_COLOURS[word],
            "share": float(table[word]) / whole,
            "width": f"{100 * float(table[word]) / whole:.3f}",
        }
        for word in TECHNOLOGY_LABELS
        if word in table.index and table[word] > 0
    ]


def _unit(values: Sequence[float], currency: str) -> tuple[float, str]:
    """Divisor and unit in which the largest value is easy to read."""
    top = max(values, default=0.0)
    for size, word in ((1e9, "bn "), (1e6, "m "), (1e3, "thousand ")):
        if top >= size:
            return size, word + currency
    return 1.0, currency


def _budget(plan: Plan) -> Markup:
    table = plan.appraisal.by_year
    size, unit = _unit([*table["budget_nominal"], *table["capex_nominal"]], plan.programme.agreement.currency)
    available = table["budget_nominal"] + table["carried_nominal"].shift(fill_value=0.0)
    series = [
        Series("New budget", "#b3c0ca", (table["budget_nominal"] / size).tolist()),
        Series("With what was left over", "#7f98ab", (available / size).tolist()),
        Series("Spent", "#1c5f99", (table["capex_nominal"] / size).tolist()),
    ]
    years = [str(year) for year in table["year"]]
    return columns("Budget and spending by year, nominal", years, series, unit + ", nominal", stacked=False)


def _cost(plan: Plan) -> Markup:
    table = plan.appraisal.by_project_year
    years = list(plan.programme.agreement.calendar_years)
    wide = table.pivot_table(index="project", columns="year", values="capex_real", aggfunc="sum").reindex(columns=years)
    size, unit = _unit(wide.sum().tolist(), plan.programme.agreement.currency)
    colours = project_colours([project.id for project in plan.programme.projects])
    series = [
        Series(project.name, colours[project.id], (wide.loc[project.id].fillna(0.0) / size).tolist())
        for project in plan.programme.projects
        if project.id in wide.index
    ]
    return columns(
        "Cost by year and project, real", [str(year) for year in years], series, unit + ", real", stacked=True
    )


def _range(plan: Plan) -> Markup:
    table, currency = plan.appraisal.catalogue_range, plan.programme.agreement.currency
    budget = plan.appraisal.totals["budget_real"]
    size, unit = _unit([budget, *table["unconstrained_capex_real"]], currency)
    names = {"low": ("Low prices", "#8fb3c9"), "rate": ("Prices as set", "#1c5f99"), "high": ("High prices", "#123f63")}
    rows = [
        (names[row.catalogue][0], row.unconstrained_capex_real / size, names[row.catalogue][1])
        for row in table.itertuples(index=False)
    ]
    return bars_against("Capex of serving every site, against the budget", rows, budget / size, "Budget, real", unit)


def _assumptions(plan: Plan) -> Markup:
    table = plan.appraisal.assumptions
    reach = table[["cost_low", "cost_high"]].abs().max(axis=1).fillna(0.0)
    order = reach[reach > 0].sort_values(ascending=False, kind="stable").index[:_MOST_ASSUMPTIONS]
    rows = [
        (str(row.name), float(row.cost_low), float(row.cost_high)) for row in table.loc[order].itertuples(index=False)
    ]
    return tornado("What 20 % less or more of an assumption does to capex", rows, "20 % less", "20 % more")

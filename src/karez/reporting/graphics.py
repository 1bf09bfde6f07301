"""The report's charts, fed from the plan's appraisal."""

from __future__ import annotations

from typing import Any

import pandas as pd
from markupsafe import Markup

from karez.model.plan import Plan
from karez.reporting.charts import Series, bars_against, columns, tornado
from karez.reporting.figures import is_missing
from karez.reporting.palette import (
    TECHNOLOGY_COLOURS,
    TECHNOLOGY_LABELS,
    coverage_colour,
    ink_on,
    project_colours,
    year_colours,
)
from karez.reporting.unit import fitting_unit

_MOST_ASSUMPTIONS = 12
_LEAST_EFFECT = 0.0005
"""Smaller changes of capex are left to the table."""
_FRAME_WORDS = {"categories", "costs", "quantity", "technologies"}


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
    colour = coverage_colour(0.0 if is_missing(share) else share)
    return f"background:{colour};color:{ink_on(colour)}"


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


def _budget(plan: Plan) -> Markup:
    table = plan.appraisal.by_year
    size, unit = fitting_unit([*table["budget_nominal"], *table["capex_nominal"]], plan.programme.agreement.currency)
    left_over = table["carried_nominal"].shift(fill_value=0.0).clip(lower=0.0)
    available = [
        Series("New budget", "#8fa6b7", (table["budget_nominal"] / size).tolist()),
        Series("Left over from before", "#ccd6dd", (left_over / size).tolist()),
    ]
    spent = [Series("Spent", "#1c5f99", (table["capex_nominal"] / size).tolist())]
    years = [str(year) for year in table["year"]]
    return columns("Budget and spending by year, nominal", years, [available, spent], unit + ", nominal")


def _cost(plan: Plan) -> Markup:
    table = plan.appraisal.by_project_year
    years = list(plan.programme.agreement.calendar_years)
    keys = zip(table["project"].astype(str), table["year"].astype(int), strict=True)
    capex = dict(zip(keys, table["capex_real"].astype(float), strict=True))
    sums = [sum(capex.get((project.id, year), 0.0) for project in plan.programme.projects) for year in years]
    size, unit = fitting_unit(sums, plan.programme.agreement.currency)
    colours = project_colours([project.id for project in plan.programme.projects])
    series = [
        Series(project.name, colours[project.id], [capex.get((project.id, year), 0.0) / size for year in years])
        for project in plan.programme.projects
    ]
    return columns(
        "Cost by year and project, real", [str(year) for year in years], [series], unit + ", real", sums=True
    )


def _range(plan: Plan) -> Markup:
    table, currency = plan.appraisal.catalogue_range, plan.programme.agreement.currency
    budget = plan.appraisal.totals["budget_real"]
    size, unit = fitting_unit([budget, *table["unconstrained_capex_real"]], currency)
    names = {"low": ("Low prices", "#8fb3c9"), "rate": ("Prices as set", "#1c5f99"), "high": ("High prices", "#123f63")}
    rows = [
        (names[word][0], float(capex) / size, names[word][1])
        for word, capex in zip(table["catalogue"].astype(str), table["unconstrained_capex_real"], strict=True)
    ]
    return bars_against("Capex of serving every site, against the budget", rows, budget / size, "Budget, real", unit)


def by_effect(assumptions: pd.DataFrame) -> pd.DataFrame:
    """Assumptions in the order of what they do to capex, the largest effect first."""
    reach = assumptions[["cost_low", "cost_high"]].abs().max(axis=1).fillna(0.0)
    return assumptions.loc[reach.sort_values(ascending=False, kind="stable").index]


def _assumptions(plan: Plan) -> Markup:
    table = by_effect(plan.appraisal.assumptions).head(_MOST_ASSUMPTIONS)
    rows = [
        (_short_name(str(name)), float(low), float(high))
        for name, low, high in zip(table["name"], table["cost_low"], table["cost_high"], strict=True)
        if max(abs(low), abs(high)) >= _LEAST_EFFECT
    ]
    return tornado("What 20 % less or more of an assumption does to capex", rows, "20 % less", "20 % more")


def _short_name(setting: str) -> str:
    """Name of a setting without the words that only frame it.

    >>> _short_name("categories.home.costs.fibre.pass_rural.quantity")
    'home, fibre, pass_rural'
    """
    words = [word for word in setting.split(".") if word not in _FRAME_WORDS]
    return ", ".join(words) or setting

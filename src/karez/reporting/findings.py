"""What a plan comes to: its key figures, and its findings as sentences."""

from __future__ import annotations

from dataclasses import dataclass

from karez.model.plan import Plan
from karez.reporting.figures import money, number, percent
from karez.reporting.palette import TECHNOLOGY_LABELS
from karez.reporting.wording import in_plain_words

_VERBS = {"unserved": "are unserved"}


@dataclass(frozen=True)
class KeyFigure:
    """A figure large, its label above and a line of context below."""

    label: str
    figure: str
    context: str


def key_figures(plan: Plan) -> list[KeyFigure]:
    """Six figures that a reader with one minute must see."""
    totals, agreement = plan.appraisal.totals, plan.programme.agreement
    currency = agreement.currency
    served = totals["households_served"]
    spent = totals["capex_nominal"] / totals["budget_nominal"] if totals["budget_nominal"] else 0.0
    per_home = totals["capex_real"] / served if served else None
    return [
        KeyFigure(
            "Homes in service",
            number(served),
            f"of {number(totals['households'])} households by the end of {agreement.calendar_years[-1]}",
        ),
        KeyFigure(
            "Coverage to standard", percent(totals["coverage"]), f"{percent(totals['coverage_any'])} with any service"
        ),
        KeyFigure(
            "Capex, nominal",
            money(totals["capex_nominal"], currency),
            f"{percent(spent)} of the budget of {money(totals['budget_nominal'], currency)}",
        ),
        KeyFigure(
            "Capex, real",
            money(totals["capex_real"], currency),
            f"prices of {agreement.price_year}; {money(per_home, currency)} per household in service",
        ),
        KeyFigure(
            "Route built",
            f"{number(totals['route_km_built'])} km",
            f"of {number(totals['route_km_designed'])} km designed",
        ),
        KeyFigure(
            "Sites served",
            number(totals["sites_served"]),
            f"of {number(totals['sites'])} demands in {number(len(plan.programme.projects))} projects",
        ),
    ]


def findings(plan: Plan) -> list[str]:
    """The plan in a few sentences."""
    return [sentence for sentence in (_reach(plan), _technologies(plan), _need(plan), _targets(plan)) if sentence] + [
        in_plain_words(certificate, plan.improvement)
        for certificate in plan.certificates
        if certificate.scope in ("design", "schedule")
    ]


def _reach(plan: Plan) -> str:
    totals, agreement = plan.appraisal.totals, plan.programme.agreement
    first, last = agreement.calendar_years[0], agreement.calendar_years[-1]
    return (
        f"With {money(totals['budget_nominal'], agreement.currency)} over {first} to {last}, "
        f"{number(totals['households_served'])} of {number(totals['households'])} households "
        f"({percent(totals['coverage_any'])}) have service at the end, {_to_standard(totals)}."
    )


def _to_standard(totals: dict[str, float]) -> str:
    if totals["coverage"] == totals["coverage_any"]:
        return "all of them to the standard of their project"
    if percent(totals["coverage"]) == percent(totals["coverage_any"]):
        return "nearly all of them to the standard of their project"
    return f"{percent(totals['coverage'])} to the standard of their project"


def _technologies(plan: Plan) -> str:
    table = plan.appraisal.by_technology.set_index("technology")["households"]
    whole = float(table.sum())
    present = [word for word in TECHNOLOGY_LABELS if word in table.index and table[word] > 0]
    if not present or whole <= 0:
        return ""
    parts = [
        f"{_share(float(table[word]) / whole)} {_VERBS.get(word, 'have ' + TECHNOLOGY_LABELS[word].lower())}"
        for word in present
    ]
    return "Of all households, " + (", ".join(parts[:-1]) + " and " + parts[-1] if len(parts) > 1 else parts[0]) + "."


def _share(share: float) -> str:
    """A share that is there is never printed as none."""
    return "under 0.1 %" if 0 < share < 0.0005 else percent(share)


def _need(plan: Plan) -> str:
    totals, currency = plan.appraisal.totals, plan.programme.agreement.currency
    whole, budget = totals["unconstrained_capex_real"], totals["budget_real"]
    ratio = f", {number(whole / budget, 2)} times the budget in real money" if budget else ""
    return f"Serving every site as designed would cost {money(whole, currency)}{ratio}."


def _targets(plan: Plan) -> str:
    targets = plan.appraisal.targets
    if targets.empty:
        return ""
    names = {project.id: project.name for project in plan.programme.projects}
    missed = targets[~targets["met"].astype(bool)]
    text = f"{number(len(targets) - len(missed))} of {number(len(targets))} targets are met"
    listed = [
        f"{names[str(project)]} by {year} ({percent(achieved)} of {percent(target)})"
        for project, year, achieved, target in zip(
            missed["project"], missed["year"], missed["achieved"], missed["target"], strict=True
        )
    ]
    return f"{text}; missed: {', '.join(listed)}." if listed else f"{text}."

"""What the report shows of the rules of the schedule: crews, floors of areas, and every rule with what it leaves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from karez.model.plan import Plan
from karez.reporting.charts import Series
from karez.reporting.figures import is_missing, money, number, percent
from karez.reporting.flow_charts import flows
from karez.reporting.palette import METHOD_LABELS

TO_THE_LIMIT = 1e-3
"""A rule of which less than this share of its limit is left holds the plan back, or nearly does."""
_KM, _LINE = "#8a5a3c", "#b3261e"
_BUDGET = "budget"
_UNITS = {"crew": "km", "target": "weight", "floor": "weighted homes", "places": "places", "shared": "Mbit/s"}
_CELLS = 20
"""Of the cells that share a satellite service's capacity, the fullest so many are told."""


@dataclass(frozen=True)
class Rule:
    """A rule in words.

    Parameters
    ----------
    kind : str
        ``budget``, ``crew``, ``share``, ``maximum_share``, ``shared``, ``target``, ``places`` or ``floor``.
    words : str
        What it asks.
    kept : bool
        Whether it is kept.
    slack : float
        By how much it could have been tighter, in `unit`; negative where it is missed.
    unit : str
        Unit of the slack.
    tight : bool
        Whether next to nothing is left.
    """

    kind: str
    words: str
    kept: bool
    slack: float
    unit: str
    tight: bool


def asked_rules(plan: Plan) -> list[Rule]:
    """Rules of the schedule beside the service it keeps, in their order."""
    table, currency = plan.proof.constraints, plan.programme.agreement.currency
    if table.empty:
        return []
    rules = []
    for row in _telling(table).to_dict("records"):
        kind, used, limit = str(row["name"]).partition(":")[0], float(row["used"]), float(row["limit"])
        whole = abs(float(plan.appraisal.totals["capex_real"])) if "share" in kind else 1.0
        size = max(abs(used), abs(limit), whole)
        slack = limit - used
        kept = slack >= -1e-9 * size - 0.005
        tight = slack <= TO_THE_LIMIT * size
        unit = _UNITS.get(kind, f"{currency}, {'nominal' if kind == _BUDGET else 'real'}")
        rules.append(Rule(kind, str(row["words"]), kept, 0.0 if abs(slack) < 1e-6 else slack, unit, tight))
    return rules


def _telling(table: pd.DataFrame) -> pd.DataFrame:
    """Constraints without the service that is kept, and of shared cells the fullest."""
    shared = table["name"].str.startswith("shared:")
    filled = (table["used"] / table["limit"]).where(shared, 0.0)
    rank = filled.rank(ascending=False, method="first")
    return table[(table["name"] != "service") & (~shared | (rank <= _CELLS))]


def has_rules(plan: Plan) -> bool:
    """Whether the programme has rules beside its budgets."""
    return any(rule.kind != _BUDGET for rule in asked_rules(plan))


def limited_crews(plan: Plan) -> pd.DataFrame:
    """Kilometres built by method and year where crews have a limit."""
    crews = plan.appraisal.crews
    return crews[crews["method"].isin(crews.loc[crews["capacity_km"].notna(), "method"])]


def method_name(method: object) -> str:
    """A deployment method in words."""
    return METHOD_LABELS.get(str(method), str(method).replace("_", " "))


def rule_views(plan: Plan) -> dict[str, Any] | None:
    """Everything the section needs; None where there are no rules beside budgets."""
    if not has_rules(plan):
        return None
    rules = asked_rules(plan)
    return {
        "sentences": list(_told(plan, rules)),
        "crews": [_crew(str(method), part) for method, part in limited_crews(plan).groupby("method")],
        "floors": plan.appraisal.floors,
        "rules": [(rule, state(rule)) for rule in rules],
    }


def state(rule: Rule) -> str:
    """What a rule leaves, in words.

    >>> state(Rule("crew", "crews", True, 12.5, "km", False)), state(Rule("crew", "crews", True, 0.0, "km", True))
    ('kept, 12.5 km to spare', 'kept, to the limit')
    """
    if not rule.kept:
        return f"missed by {_amount(rule, -rule.slack)}"
    return "kept, to the limit" if rule.tight else f"kept, {_amount(rule, rule.slack)} to spare"


def _amount(rule: Rule, amount: float) -> str:
    currency, comma, kind = rule.unit.partition(", ")
    return f"{money(amount, currency)} {kind}" if comma else f"{number(amount, 1)} {rule.unit}"


def _told(plan: Plan, rules: list[Rule]) -> Iterator[str]:
    missed, tight = [rule for rule in rules if not rule.kept], [rule for rule in rules if rule.kept and rule.tight]
    kept = f"All {number(len(rules))} rules of the schedule are kept" if len(rules) > 1 else "The one rule is kept"
    yield f"{number(len(missed))} of {number(len(rules))} rules are missed." if missed else f"{kept}."
    if tight:
        yield (
            f"{number(len(tight))} of them leave next to nothing: they hold the plan back, or nearly do. "
            "What each costs is told by the price of rules."
        )
    crews = limited_crews(plan)
    busy = crews[crews["capacity_km"] > 0]
    if len(busy):
        top = busy.iloc[int((busy["km"] / busy["capacity_km"]).to_numpy(np.float64).argmax())]
        yield (
            f"Crews are busiest in {int(top['year'])}, {method_name(top['method']).lower()}: {number(top['km'], 1)} of "
            f"{number(top['capacity_km'], 1)} km, {percent(top['km'] / top['capacity_km'], 0)} of what they can build."
        )
    floors = plan.appraisal.floors
    if len(floors):
        worst = floors.iloc[int((floors["achieved"] - floors["floor"]).to_numpy(np.float64).argmin())]
        met = int(floors["met"].astype(bool).sum())
        yield (
            f"{number(met)} of {number(len(floors))} floors of areas are met; nearest to its floor is {worst['name']}: "
            f"{percent(worst['achieved'])} by {int(worst['year'])}, {percent(worst['floor'])} asked."
        )


def _crew(method: str, table: pd.DataFrame) -> dict[str, Any]:
    """Chart and rows of one method."""
    limits = table["capacity_km"].tolist()
    capacity = None if any(is_missing(limit) for limit in limits) else Series("Crews can build", _LINE, limits)
    years = [int(year) for year in table["year"]]
    built = Series("Built", _KM, table["km"].tolist())
    name = method_name(method)
    return {
        "name": name,
        "chart": flows(f"{name}: kilometres built by year", years, [built], [], "km", capacity),
        "legend": [("Built", _KM)],
        "line": None if capacity is None else (capacity.label, _LINE),
        "rows": [
            (year, km, limit, None if is_missing(limit) or not limit else km / limit)
            for year, km, limit in zip(years, table["km"].tolist(), limits, strict=True)
        ],
    }

"""What the summary says about its own proofs (rule 7)."""

from __future__ import annotations

import math
from collections.abc import Iterator

from karez.verifying.run import Run
from karez.verifying.verdict import Check, Finding, conclude

SCOPES = ("design", "schedule", "schedule_cost", "plan")


def certificates(run: Run) -> Check:
    """One certificate a scope, gaps as their figures say, and the plan no better than its schedule."""
    return conclude("certificates", "four scopes, gaps as value and bound say", _findings(run))


def _findings(run: Run) -> Iterator[Finding]:
    scopes = [entry["scope"] for entry in run.summary["certificates"]]
    reached = {entry["scope"]: entry["value"] for entry in run.summary["certificates"]}
    for scope in SCOPES:
        if scopes.count(scope) != 1:
            yield Finding("not exactly one certificate of the scope", scope)
    for entry in run.summary["certificates"]:
        scope, bound = entry["scope"], entry["bound"]
        if scope == "plan" and entry["value"] != reached.get("schedule"):
            yield Finding("value of the plan is not that of its schedule", scope)
        if not entry["proof"]:
            yield Finding("how the bound was had, or why there is none, is not said", scope)
        if not math.isfinite(entry["value"]) or not math.isfinite(entry["constant"]):
            yield Finding("value or constant is not finite", scope)
        elif not _same(entry["gap"], gap(entry["value"], bound)):
            yield Finding("gap is not |value − bound| / |value|", scope)


def gap(value: float, bound: float | None) -> float | None:
    """Distance of value and bound over value; 0 if they are equal, None without a bound or where the value is 0."""
    if bound is None:
        return None
    if value == bound:
        return 0.0
    return abs(value - bound) / abs(value) if value else None


def _same(stated: float | None, derived: float | None) -> bool:
    if stated is None or derived is None:
        return stated is derived
    return stated == derived or abs(stated - derived) <= 1e-12

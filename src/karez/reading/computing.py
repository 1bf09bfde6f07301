"""Settings of computing that must agree with the others."""

from __future__ import annotations

from karez.reading.findings import Findings, suggestion
from karez.reading.settings import Location, Settled, setting_fault

COUNTED_BY = ("unit", "mbps")
"""What cost lines of plant beside the plan may be counted by."""


def check_computing(settled: Settled, findings: Findings) -> None:
    """Categories are there, costs are counted by what a centre has, and a choice by cost has costs."""
    rules = settled.computing
    for group in ("candidates", "served"):
        for number, name in enumerate(rules.get(group, ())):
            check_category(settled, ("computing", group, number), name, findings)
    for name in rules.get("limits_ms", {}):
        check_category(settled, ("computing", "limits_ms", name), name, findings)
    for number, line in enumerate(rules.get("costs", ())):
        if line.per not in COUNTED_BY:
            problem = f"a centre's cost cannot be counted by `{line.per}`"
            setting_fault(findings, ("computing", "costs", number, "per"), problem, "Use `unit` or `mbps`")
    own = settled.categories.get("computing")
    if rules.get("centres") == 0 and not rules.get("costs") and (own is None or not own.costs.get("fibre")):
        problem = "centres are placed by cost, and nothing says what one costs"
        setting_fault(
            findings, ("computing", "costs"), problem, "Add cost lines, or say how many with computing.centres"
        )


def check_category(settled: Settled, location: Location, name: str, findings: Findings) -> None:
    """A category that is named is there."""
    known = settled.named["categories"]
    if known and name not in known:
        remedy = f"Name one that is there{suggestion(name, sorted(known))}"
        setting_fault(findings, location, f"`{name}` is none of the categories", remedy)

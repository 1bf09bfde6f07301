"""The sheet ``Rules`` of the workbook: every rule with what it leaves, kilometres of crews, floors of areas."""

from __future__ import annotations

from karez.model.plan import Plan
from karez.reporting.book import Column, Sheet
from karez.reporting.rule_views import asked_rules, has_rules, limited_crews, method_name, state

RULES = "Rules"


def rule_titles(plan: Plan) -> dict[str, tuple[str, str]]:
    """Title and subtitle of the sheet; nothing where there are no rules beside budgets."""
    return {RULES: (RULES, "What the schedule had to keep, and what each rule leaves.")} if has_rules(plan) else {}


def fill_rules(sheets: dict[str, Sheet], plan: Plan) -> None:
    """Fill the sheet of :func:`rule_titles`, if there is one."""
    if RULES not in sheets:
        return
    sheet, rules = sheets[RULES], asked_rules(plan)
    sheet.table(
        [
            Column("Rule", [rule.words for rule in rules], "long", 52),
            Column("Kept", ["yes" if rule.kept else "no" for rule in rules], "text", 9),
            Column("Left", [rule.slack for rule in rules], "quantity", 18),
            Column("Unit of what is left", [rule.unit for rule in rules], "text", 20),
            Column("In words", [state(rule) for rule in rules], "text", 40),
        ]
    )
    crews = limited_crews(plan)
    if len(crews):
        sheet.heading("Kilometres built by crews")
        sheet.table(
            [
                Column("Method", [method_name(method) for method in crews["method"]], "long", 52),
                Column("Year", crews["year"].tolist(), "year", 9),
                Column("Built, km", crews["km"].tolist(), "quantity", 18),
                Column("Crews can build, km", crews["capacity_km"].tolist(), "quantity", 20),
                Column("Used", (crews["km"] / crews["capacity_km"].where(crews["capacity_km"] > 0)).tolist(), "share"),
            ]
        )
    floors = plan.appraisal.floors
    if len(floors):
        sheet.heading("Floors of areas")
        sheet.table(
            [
                Column("Area", floors["name"].tolist(), "long", 52),
                Column("By", floors["year"].tolist(), "year", 9),
                Column("Promised", floors["floor"].tolist(), "share", 18),
                Column("Achieved", floors["achieved"].tolist(), "share", 20),
                Column("Met", ["yes" if met else "no" for met in floors["met"]], "text", 10),
            ]
        )

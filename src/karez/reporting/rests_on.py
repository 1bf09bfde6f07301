"""What a study rests on: every figure of its settings, and which of them are assumptions."""

from __future__ import annotations

from karez.model.settings import Settings
from karez.reporting.figures import plain
from karez.reporting.page import Section, Table


def rests_on(rules: Settings, group: str) -> Section:
    """A section with the figures of a group of settings, as they were used."""
    rows = []
    for name, field in type(rules).model_fields.items():
        value = getattr(rules, name)
        if not isinstance(value, int | float | str) or value == "":
            continue
        extra = field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
        assumed = "assumption" if extra.get("assumption") else ""
        rows.append([f"{group}.{name}", plain(value), str(extra.get("unit", "")), assumed, field.description or ""])
    heads = ["Setting", "Value", "Unit", "", "Meaning"]
    table = Table("Settings of this study", heads, rows, words=frozenset({0, 2, 3, 4}))
    return Section("settings", "What it rests on", tables=[table])

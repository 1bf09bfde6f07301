"""``report.html``: one page that opens anywhere, without a network, and says the whole plan."""

from __future__ import annotations

import base64
import hashlib
from importlib.resources import files
from pathlib import Path
from typing import Any

import jinja2
import pandas as pd
from markdown_it import MarkdownIt
from markupsafe import Markup, escape

from karez.model.note import Note
from karez.model.plan import Plan
from karez.reporting import figures
from karez.reporting.findings import findings, key_figures
from karez.reporting.graphics import by_effect, coverage_cell, graphics
from karez.reporting.map_data import as_script, map_data
from karez.reporting.palette import METHOD_LABELS, TECHNOLOGY_COLOURS, TECHNOLOGY_LABELS
from karez.reporting.static_map import static_map
from karez.reporting.wording import in_plain_words, scope_title

_ASSETS = files("karez.reporting") / "assets"


def write_report(plan: Plan, path: Path) -> None:
    """Write the report of a plan as one HTML file."""
    path.write_text(render_report(plan), encoding="utf-8", newline="\n")


def render_report(plan: Plan) -> str:
    """Report of a plan as an HTML document.

    Styles, scripts, map and data are inside; a content security policy forbids every request and every script but
    these. Text of the plan is escaped, whatever it holds. Pages of equal plans differ in seconds alone (rule 10).
    """
    data = map_data(plan)
    scripts = {"library": _script("maplibre-gl.js"), "page": _script("report.js")}
    return (
        _environment()
        .get_template("report.html.j2")
        .render(
            plan=plan,
            agreement=plan.programme.agreement,
            worth=plan.appraisal,
            totals=plan.appraisal.totals,
            currency=plan.programme.agreement.currency,
            project_names={project.id: project.name for project in plan.programme.projects},
            technology_labels=TECHNOLOGY_LABELS,
            technology_colours=TECHNOLOGY_COLOURS,
            method_labels=METHOD_LABELS,
            key_figures=key_figures(plan),
            findings=findings(plan),
            graphics=graphics(plan),
            policy=_policy(scripts.values()),
            scripts=scripts,
            styles=Markup(_asset("maplibre-gl.css") + "\n" + _asset("report.css")),
            data=Markup(as_script(data)),
            drawing=static_map(data, f"Map of the plan in {plan.programme.agreement.years} years"),
            assumptions=by_effect(plan.appraisal.assumptions),
            flips=_flips(plan),
            notes=_notes(plan),
            sources=_markdown(plan.attributions),
            library_licence=_asset("maplibre-gl.LICENSE.txt"),
        )
    )


def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("karez.reporting", "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "number": figures.number,
        "plain": figures.plain,
        "money": figures.money,
        "percent": figures.percent,
        "change": figures.change,
        "points": figures.points,
        "inline_code": _inline_code,
        "in_plain_words": in_plain_words,
        "scope_title": scope_title,
        "coverage_cell": coverage_cell,
    }
    environment.tests["missing"] = figures.is_missing
    return environment


def _flips(plan: Plan) -> pd.DataFrame:
    """Household counts where the choice flips: a row for each distance, a column for each technology."""
    table = plan.appraisal.flips
    wide = table.pivot_table(index="distance_km", columns="technology", values="households", sort=True, dropna=False)
    return wide[[word for word in TECHNOLOGY_LABELS if word in wide]]


def _notes(plan: Plan) -> list[tuple[str, list[Note]]]:
    """Notes by stage, in the order of the run; those of the programme come first."""
    stages: dict[str, list[Note]] = {"programme": [Note("programme", text) for text in plan.programme.notes]}
    for note in plan.notes:
        stages.setdefault(note.stage, []).append(note)
    return [(stage, notes) for stage, notes in stages.items() if notes]


def _inline_code(text: str) -> Markup:
    """Text in which what stands between backticks is set as code."""
    parts = text.split("`")
    if len(parts) % 2 == 0:
        return escape(text)
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if place % 2 else part for place, part in enumerate(parts)
    )


def _asset(name: str) -> str:
    return (_ASSETS / name).read_text(encoding="utf-8")


def _script(name: str) -> Markup:
    """A script as it stands between its tags, without the pointer to a source map that is not there."""
    lines = _asset(name).split("\n")
    text = "\n".join(line for line in lines if not line.startswith("//# sourceMappingURL="))
    if "</script" in text.lower():
        raise ValueError(f"{name} cannot stand inside a page: it holds the end of a script element")
    return Markup(text)


def _policy(scripts: Any) -> str:
    """Content security policy: nothing from outside, no script but ours."""
    hashes = (base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in scripts)
    allowed = " ".join(f"'sha256-{value}'" for value in hashes)
    return (
        f"default-src 'none'; script-src {allowed}; style-src 'unsafe-inline'; img-src data: blob:; "
        "worker-src blob:; child-src blob:; base-uri 'none'; form-action 'none'"
    )


def _markdown(text: str) -> Markup:
    """Markdown to HTML; HTML inside it is shown, not obeyed, and pictures from elsewhere become links."""
    renderer = MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")
    return Markup(renderer.render(text))

"""``report.html``: one page that opens anywhere, without a network, and says the whole plan."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
from markdown_it import MarkdownIt
from markupsafe import Markup

from karez.model.note import Note
from karez.model.plan import Plan
from karez.reporting.finance_views import finance_views
from karez.reporting.findings import findings, key_figures
from karez.reporting.graphics import by_effect, graphics
from karez.reporting.html import asset, environment, policy, script
from karez.reporting.latency_views import latency_views
from karez.reporting.map_data import as_script, map_data
from karez.reporting.outage_views import outage_views
from karez.reporting.palette import METHOD_LABELS, TECHNOLOGY_COLOURS, TECHNOLOGY_LABELS
from karez.reporting.radio_views import radio_views
from karez.reporting.replan import delivery_views
from karez.reporting.rings import ring_section
from karez.reporting.risk_section import risk_section
from karez.reporting.rule_views import rule_views
from karez.reporting.settlement_views import settlement_views
from karez.reporting.static_map import static_map


def write_report(plan: Plan, path: Path) -> None:
    """Write the report of a plan as one HTML file."""
    path.write_text(render_report(plan), encoding="utf-8", newline="\n")


def render_report(plan: Plan) -> str:
    """Report of a plan as an HTML document.

    Styles, scripts, map and data are inside; a content security policy forbids every request and every script but
    these. Text of the plan is escaped, whatever it holds. Pages of equal plans differ in seconds alone (rule 10).
    """
    data = map_data(plan)
    scripts = {"library": script("maplibre-gl.js"), "page": script("report.js")}
    return (
        environment()
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
            views=finance_views(plan),
            rules=rule_views(plan),
            settlements=settlement_views(plan),
            outages=outage_views(plan),
            backbone=ring_section(plan),
            radio=radio_views(plan),
            latency=latency_views(plan),
            policy=policy(scripts.values()),
            scripts=scripts,
            styles=Markup(asset("maplibre-gl.css") + "\n" + asset("report.css")),
            data=Markup(as_script(data)),
            drawing=static_map(data, f"Map of the plan in {plan.programme.agreement.years} years"),
            assumptions=by_effect(plan.appraisal.assumptions),
            flips=_flips(plan),
            risk=risk_section(plan),
            delivery=delivery_views(plan),
            notes=_notes(plan),
            sources=_markdown(plan.attributions),
            library_licence=asset("maplibre-gl.LICENSE.txt"),
        )
    )


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


def _markdown(text: str) -> Markup:
    """Markdown to HTML; HTML inside it is shown, not obeyed, and pictures from elsewhere become links."""
    renderer = MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")
    return Markup(renderer.render(text))

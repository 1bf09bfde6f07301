"""The backbone that a plan builds: a section of the report, and layers of ``plan.gpkg``."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd

from karez.model.plan import Plan
from karez.model.rings import Rings
from karez.reporting.backbone_views import HUB_COLOUR, ROLES, hub_table, road_table, role_map
from karez.reporting.figures import money, number
from karez.reporting.page import Figure, Section, Table
from karez.reporting.styles import LayerStyle, single_style

TWO = ("edge", "node")
"""Words for hubs that have two ways."""


def ring_layers(plan: Plan) -> dict[str, tuple[gpd.GeoDataFrame, str]]:
    """Layers ``rings`` (spans of the backbone with role, stretch, year and capex) and ``hubs``; none without one."""
    if plan.rings is None:
        return {}
    return {"rings": (_spans(plan, plan.rings), "LineString"), "hubs": (plan.rings.hubs, "Point")}


def ring_styles(plan: Plan) -> tuple[LayerStyle, ...]:
    """How QGIS draws them."""
    if plan.rings is None:
        return ()
    return (
        single_style("rings", "LineString", ROLES["ring"][1], 0.6),
        single_style("hubs", "Point", HUB_COLOUR, 2.4),
    )


def _spans(plan: Plan, rings: Rings) -> gpd.GeoDataFrame:
    columns = ["id", "start_node", "end_node", "method", "ground", "length_m", "capex_real", "year", "geometry"]
    return plan.spans[columns].merge(rings.span_role, on="id", validate="1:1")


def ring_findings(plan: Plan) -> list[str]:
    """What the backbone comes to, in sentences; none without one."""
    rings = plan.rings
    if rings is None:
        return []
    currency, spans = plan.programme.agreement.currency, _spans(plan, rings)
    of_rings = spans[spans["role"] == "ring"]
    two = int(rings.hubs["has"].isin(TWO).sum())
    behind = int((rings.hubs["stretches"] != "").sum())
    last = int(spans["year"].max()) if len(spans) else rings.closed_by
    said = [
        f"{number(two)} of {number(len(rings.hubs))} hubs have two ways to a source from {last} on, as far as the "
        "candidate routes have them"
        + (f"; behind a road that nothing doubles: {number(behind)}." if behind else ", and no only road before them."),
        f"The backbone has {number(spans['length_m'].sum() / 1e3)} km, {number(of_rings['length_m'].sum() / 1e3)} km "
        f"of them in rings, for {money(float(spans['capex_real'].sum()), currency)} of capex; access hangs on it, so "
        "most of it would be built in any case.",
    ]
    lost = int((rings.hubs["has"] == "unreached").sum())
    if lost:
        said.append(f"Hubs without any route to a source: {number(lost)}.")
    return said


def ring_section(plan: Plan) -> Section | None:
    """The section of the report; None where the plan builds no backbone."""
    rings = plan.rings
    if rings is None:
        return None
    currency, spans = plan.programme.agreement.currency, _spans(plan, rings)
    there = [role for role in ROLES if (spans["role"] == role).any()]
    drawing = Figure(
        "The backbone",
        "Every span of it by what it is; dots are hubs.",
        role_map(spans, rings.hubs, plan.areas),
        (*((ROLES[role][0], ROLES[role][1]) for role in there), ("Hub", HUB_COLOUR)),
    )
    return Section(
        "backbone",
        "Two ways for every hub",
        points=ring_findings(plan),
        text=[
            "Backbone and access network were chosen together at least present cost, a shared span paid once; the "
            "certificate of scope design bounds both. All of the backbone is built by its year, within the budgets. "
            + _entries(plan, spans)
        ],
        figures=[drawing],
        tables=[
            _year_table(spans, currency),
            *([road_table(rings.stretches, currency)] if len(rings.stretches) else []),
            hub_table(rings.hubs),
        ],
    )


def _entries(plan: Plan, spans: gpd.GeoDataFrame) -> str:
    """Who is led in twice."""
    rules, own = plan.programme.backbone, spans[spans["role"] == "lead_in"]
    if not rules.dual_entry:
        return "The own lead-in of a place or source is one cable, and counts as such under what breaks it."
    ends = pd.DataFrame(
        {"one": own[["start_node", "end_node"]].min(axis=1), "other": own[["start_node", "end_node"]].max(axis=1)}
    )
    count = ends.value_counts()
    if count.empty:
        return "No hub or source of it has a lead-in of its own."
    said = f"Lead-ins of hubs and sources in two cables, trenches apart, both in the bill: {number((count > 1).sum())}."
    if (count == 1).any():
        said += (
            f" In one: {number((count == 1).sum())}, of hubs that need one way, of sources at which one way ends, or "
            f"longer than {number(rules.dual_entry_max_m / 1e3, 1)} km, so that a second would be a road of its own."
        )
    return said


def _year_table(spans: gpd.GeoDataFrame, currency: str) -> Table:
    """Kilometres and capex of the backbone by year and role."""
    sums = spans.groupby(["year", "role"])[["length_m", "capex_real"]].sum().reset_index()
    rows = [
        [str(int(row.year)), ROLES[str(row.role)][0], number(row.length_m / 1e3), money(row.capex_real, currency)]
        for row in sums.itertuples()
    ]
    heads = ["Year", "Role", "Length, km", f"Capex, {currency}"]
    return Table("Built by year", heads, rows, words=frozenset({0, 1}))

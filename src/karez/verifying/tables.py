"""Tables that fit together: ids, keys, words, numbers. Everything else rests on these."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import get_args

import pandas as pd

from karez.model.attributes import PLAN_AREAS, PLAN_NODES, PLAN_SITES, PLAN_SPANS, Table
from karez.model.words import Status, Tier
from karez.verifying.network import CONNECTION
from karez.verifying.run import Run
from karez.verifying.verdict import Check, Finding, conclude

MAY_BE_EMPTY = {
    *("year", "households", "node_id", "name", "rule", "area_id", "coverage", "local_cost"),
    *(
        "service",
        "cell",
        "mbps",
        "latency_ms",
        "route_km",
        "round_trip_ms",
        "chosen_present_real",
        "next_best",
        "next_best_present_real",
    ),
    *("route_km", "round_trip_ms"),
    *("availability", "minutes_lost_per_year", "independent_ways", "worst_partner"),
}
"""Columns of the plan's layers whose cells may be empty."""

MAY_BE_NEGATIVE = {"pv_cost_real", "chosen_present_real", "next_best_present_real"}
"""Present costs: what is left at the horizon may be worth more than all that is paid."""

WORDS = {"tier": get_args(Tier), "status": get_args(Status)}
"""Closed lists of columns whose description names none."""


def layers(run: Run) -> tuple[tuple[Table, pd.DataFrame], ...]:
    """The layers of ``plan.gpkg`` with their descriptions."""
    return ((PLAN_SITES, run.sites), (PLAN_SPANS, run.spans), (PLAN_NODES, run.nodes), (PLAN_AREAS, run.areas))


def ids(run: Run) -> Check:
    """Ids of every layer occur once, and none is empty."""
    rows = sum(len(frame) for _, frame in layers(run))
    return conclude("ids", f"{rows:,} rows of 4 layers, every id once", _id_findings(run))


def _id_findings(run: Run) -> Iterator[Finding]:
    for table, frame in layers(run):
        for row in frame.index[frame["id"].isna()]:
            yield Finding(f"row of {table.name} without an id", str(row))
        for repeated in frame.loc[frame["id"].duplicated(), "id"].dropna():
            yield Finding(f"id occurs more than once in {table.name}", str(repeated))


def cells(run: Run) -> Check:
    """Cells are filled, numbers finite and not negative, words of closed lists."""
    return conclude("cells", "every cell is filled and of its kind", _cell_findings(run))


def _cell_findings(run: Run) -> Iterator[Finding]:
    for table, frame in layers(run):
        for attribute in table.attributes:
            column, place = frame[attribute.name], f"{table.name}.{attribute.name}"
            may_be_empty = attribute.name in MAY_BE_EMPTY
            words = attribute.one_of or WORDS.get(attribute.name, ())
            for key, cell in zip(frame["id"].astype(str), column, strict=True):
                if cell is None or cell is pd.NA or (isinstance(cell, float) and math.isnan(cell)):
                    if not may_be_empty:
                        yield Finding(f"{place} is empty", key)
                elif words and cell not in words:
                    yield Finding(f"{place} is none of {', '.join(words)}", key)
                elif attribute.kind in ("number", "integer"):
                    problem = _number_problem(cell)
                    if problem and not (problem == "negative" and attribute.name in MAY_BE_NEGATIVE):
                        yield Finding(f"{place} is {problem}", key)


def _number_problem(cell: object) -> str:
    """What is wrong with a number; empty if nothing is."""
    if not isinstance(cell, int | float) and not hasattr(cell, "__float__"):
        return "not a number"
    number = float(cell)
    if not math.isfinite(number):
        return "not finite"
    return "negative" if number < 0 else ""


def keys(run: Run) -> Check:
    """Every reference leads to a row that is there."""
    return conclude("keys", "every span, site and tree element leads to rows that are there", _key_findings(run))


def _key_findings(run: Run) -> Iterator[Finding]:
    nodes, areas, spans = set(run.nodes["id"]), set(run.areas["id"]), set(run.spans["id"])
    projects = {project.id for project in run.programme.projects}
    for end in ("start_node", "end_node"):
        for key in run.spans.loc[~run.spans[end].isin(nodes), "id"]:
            yield Finding(f"span whose {end} is not in nodes", str(key))
    for key in run.sites.loc[run.sites["node_id"].notna() & ~run.sites["node_id"].isin([*nodes, ""]), "id"]:
        yield Finding("site whose node_id is not in nodes", str(key))
    for key in run.sites.loc[run.sites["area_id"].notna() & ~run.sites["area_id"].isin([*areas, ""]), "id"]:
        yield Finding("site whose area_id is not in areas", str(key))
    for key in run.sites.loc[~run.sites["project"].isin(projects), "id"]:
        yield Finding("site whose project is not in the settings", str(key))
    for key in run.sites.loc[~run.sites["category"].isin(run.programme.categories), "id"]:
        yield Finding("site whose category is not in the settings", str(key))
    elements = set(run.proof.elements["id"])
    for key in sorted(spans - elements):
        yield Finding("span that is not in proof/elements", str(key))
    for key in sorted(element for element in elements - spans if not element.startswith(CONNECTION)):
        yield Finding("element of proof/elements that is not in spans", str(key))
    sites = set(run.sites["id"])
    for key in run.proof.options.loc[~run.proof.options["site_id"].isin(sites), "site_id"]:
        yield Finding("option of proof/options whose site is not in sites", str(key))


def years(run: Run) -> Check:
    """Years lie inside the programme."""
    span = f"{run.calendar_years[0]} to {run.calendar_years[-1]}"
    return conclude("years", f"every year is empty or in {span}", _year_findings(run, span))


def _year_findings(run: Run, span: str) -> Iterator[Finding]:
    for table, frame in layers(run)[:3]:
        outside = frame["year"].notna() & ~frame["year"].isin(run.calendar_years)
        for key in frame.loc[outside, "id"]:
            yield Finding(f"year of {table.name} not in {span}", str(key))


def proof(run: Run) -> Check:
    """Row numbers and figures of the proof's tables are such that it can be replayed."""
    return conclude("proof", "rows and figures of the proof are in range", _proof_findings(run))


def _proof_findings(run: Run) -> Iterator[Finding]:
    elements, options, ascent = run.proof.elements, run.proof.options, run.proof.ascent
    for row, (key, parent) in enumerate(zip(elements["id"].astype(str), elements["parent"], strict=True)):
        if not -1 <= parent < row or (parent < 0) != key.startswith(CONNECTION):
            yield Finding("element of proof/elements that does not come after what it hangs on", key)
    for key in elements.loc[elements["id"].duplicated(), "id"]:
        yield Finding("id occurs more than once in proof/elements", str(key))
    for key in options.loc[~options["element"].isin(range(-1, len(elements))), "site_id"]:
        yield Finding("option of proof/options that hangs on no row of proof/elements", str(key))
    for row in ascent.index[~ascent["node"].isin(range(len(run.proof.nodes)))]:
        yield Finding("moat of proof/ascent around no row of proof/nodes", str(row))
    for name in ("plan_prizes", "plan_moats"):
        table = getattr(run.proof, name)
        for row in table.index[~table["node"].isin(range(len(run.proof.nodes)))]:
            yield Finding(f"row of proof/{name} around no row of proof/nodes", str(row))
    for year in run.proof.plan_years.loc[run.proof.plan_years["year"].duplicated(), "year"]:
        yield Finding("year occurs more than once in proof/plan_years", str(year))
    money = ["capex_real", "opex_real_per_year", "earliest_year"]
    years = [f"present_{year}" for year in range(1, len(run.calendar_years) + 1)]
    tables = (
        ("elements", elements, "id", money + years + [f"share_{project.id}" for project in run.programme.projects]),
        ("options", options, "site_id", [*money, *years, "benefit", "coverage_weight", "demand_mbps"]),
        ("graph", run.proof.graph, "id", ["capex_real", "opex_real_per_year", "earliest_year", "present_minor"]),
        ("nodes", run.proof.nodes, "id", ["prize_minor"]),
        ("constraints", run.proof.constraints, "name", ["limit"]),
        ("plan_years", run.proof.plan_years, "year", ["scale", "capex_factor", "opex_factor"]),
        ("plan_prizes", run.proof.plan_prizes, "node", ["prize"]),
        ("plan_moats", run.proof.plan_moats, "node", ["radius"]),
        (
            "plan_options",
            run.proof.plan_options,
            "site_id",
            [*money, "benefit", "coverage_weight", "node", "present_1", "demand_mbps"],
        ),
    )
    for name, table, key, columns in tables:
        for column in columns:
            for offender in table.loc[~pd.to_numeric(table[column], errors="coerce").abs().lt(math.inf), key]:
                yield Finding(f"{column} of proof/{name} is not a finite number", str(offender))

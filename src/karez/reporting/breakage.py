"""The folder of ``karez break``: page with map, tables, GeoPackage."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pandas as pd

from karez.model.breakage import Breakage
from karez.reporting.band_chart import Band, bands
from karez.reporting.figures import money, number, percent
from karez.reporting.files import write_csvs, write_json
from karez.reporting.findings import KeyFigure
from karez.reporting.geopackage import write_layers
from karez.reporting.outage_map import Dots, Lines, network_map
from karez.reporting.page import Figure, Section, Study, Table, kicker, render_study
from karez.reporting.run_folder import Progress, write_whole
from karez.reporting.unit import fitting_unit

STATES = {"whole": ("In service", "#9fb4c2"), "cut off": ("Cut off", "#d98a1b"), "out": ("Out", "#b3261e")}
_SHOWN = 60
_NAMED = 12
"""Places cut off that are named on the map, those of most households."""


def write_breakage(made: Breakage, folder: Path, *, force: bool = False, progress: Progress | None = None) -> Path:
    """Write ``break.html``, ``break.json``, ``break.gpkg`` and a CSV for every table into the new folder `folder`.

    Raises
    ------
    UsageFault
        If `folder` is there and `force` is not set.
    """
    writers = {
        "break.json": partial(write_json, made.summary()),
        "tables": partial(_tables, made),
        "break.gpkg": partial(_geopackage, made),
        "break.html": partial(_page, made),
    }
    return write_whole(writers, folder, force=force, progress=progress)


def breakage_sentences(made: Breakage) -> list[str]:
    """What follows, in sentences."""
    of, currency = made.totals, made.programme.agreement.currency
    out = [
        f"{number(of[key])} {word}{'s' if of[key] > 1 else ''}"
        for key, word in (("spans_out", "span"), ("nodes_out", "node"))
        if of[key]
    ]
    said = [
        f"With {' and '.join(out) or 'nothing'} out, {number(of['sites'])} sites with {number(of['households'])} "
        f"households are cut off, {number(of['vital'])} of them vital."
    ]
    if of["repairs"]:
        crews = f"{of['crews']} crew{'s' if of['crews'] > 1 else ''}"
        gap = (of["weight_hours"] - of["weight_hours_bound"]) / of["weight_hours"] if of["weight_hours"] else 0.0
        last = float(made.repairs["done_hours"].max())
        how = "no order is better" if gap <= 1e-9 else f"no order is better by more than {percent(gap)}"
        said.append(
            f"{crews} bring{'s' if of['crews'] == 1 else ''} all back that can be in {number(last)} hours; in the "
            f"order given the weighted hours without service are {number(of['weight_hours'])}, and {how}: "
            f"{of['repair_proof']}."
        )
    if made.hazard:
        about = made.hazard
        said.append(
            f"Expected from {about['layer']}: {number(about['outage_hours'])} household-hours without service a year, "
            f"of {number(len(made.events))} events; with every span hardened {number(about['outage_hours_hardened'])}."
        )
        half = made.frontier[made.frontier["cost_real"] > 0].head(1)
        if len(half):
            row = half.iloc[0]
            said.append(
                f"The first {money(row['cost_real'], currency)} of hardening ({number(row['spans'])} spans) bring it "
                f"to {number(row['outage_hours'])}; no choice of spans for that money goes below "
                f"{number(row['outage_hours_bound'])}."
            )
        if about["modelled"]:
            said.append(
                "The hazard layer says of itself that it is modelled, not surveyed: figures show how, not what."
            )
    return said


def _page(made: Breakage, path: Path) -> None:
    agreement, of = made.programme.agreement, made.totals
    keys = [
        KeyFigure("Sites cut off", number(of["sites"]), f"{number(of['vital'])} of them vital"),
        KeyFigure("Households cut off", number(of["households"]), f"of the run {made.run}"),
        KeyFigure("Out", number(of["spans_out"] + of["nodes_out"]), "spans and nodes"),
    ]
    page = Study(
        kicker=kicker(agreement),
        title="What if it breaks",
        subtitle=f"{made.run}: {made.title}",
        keys=keys,
        sections=[
            Section("answer", "In short", points=breakage_sentences(made), figures=[_map(made)]),
            *([_hazard(made)] if made.hazard else []),
            Section("who", "Who is cut off", tables=[_cut_off(made)]),
            *([Section("repairs", "In which order to repair", tables=[_repairs(made)])] if len(made.repairs) else []),
        ],
        basis="The network at the end of the programme. Repair times, damage and costs of hardening are the group "
        "resilience of the settings, assumptions where no source is named. Plant that is out counts as back when "
        "spans are repaired.",
        command="karez break",
    )
    path.write_text(render_study(page), encoding="utf-8", newline="\n")


def _map(made: Breakage) -> Figure:
    spans = made.spans
    lines = [Lines(made.outline.geometry.to_numpy(), "#7a5aa6", 0.8, "#e7dff2")] if made.outline is not None else []
    for state, (_, colour) in STATES.items():
        mine = spans[spans["state"] == state]
        lines.append(Lines(mine.geometry.to_numpy(), colour, 3.0 if state == "out" else 1.6, tips=mine["id"].tolist()))
    sites = made.sites
    other, vital = sites[~sites["vital"].astype(bool)], sites[sites["vital"].astype(bool)]
    dots = [
        Dots(other.geometry.to_numpy(), "#d98a1b", [2.2] * len(other), other["name"].tolist()),
        Dots(vital.geometry.to_numpy(), "#17222c", [3.4] * len(vital), vital["name"].tolist()),
        Dots(made.sources.geometry.to_numpy(), "#1c5f99", [6.0] * len(made.sources), made.sources["name"].tolist()),
        Dots(made.nodes.geometry.to_numpy(), "#b3261e", [7.0] * len(made.nodes), made.nodes["id"].tolist()),
    ]
    largest = sites.sort_values(["households", "weight", "id"], ascending=[False, False, True])
    named = largest.assign(name=largest["name"].str.split(":").str[0]).drop_duplicates("name").head(_NAMED)
    names = [(row.geometry, str(row.name)) for table in (made.sources, named) for row in table.itertuples(index=False)]
    legend = [*STATES.values(), ("Vital site cut off", "#17222c"), ("Source", "#1c5f99")]
    legend += [("Hazard", "#e7dff2")] if made.outline is not None else []
    return Figure(
        "Map",
        "Spans by what becomes of them; dots are sites cut off.",
        network_map("Who is cut off", made.areas, [*lines, *dots], names),
        tuple(legend),
    )


def _hazard(made: Breakage) -> Section:
    currency, table = made.programme.agreement.currency, made.frontier
    size, unit = fitting_unit(table["cost_real"].tolist(), currency)
    curve = Band(
        "Saved by hardening",
        "#1c5f99",
        (table["cost_real"] / size).tolist(),
        ((table["outage_hours"].iloc[0] - table["outage_hours"]) / 1000).tolist(),
        ((table["outage_hours"].iloc[0] - table["outage_hours_bound"]) / 1000).tolist(),
    )
    chart = bands(
        "What hardening saves", [curve], x_unit=f"{unit}, real", y_unit="thousand household-hours a year saved"
    )
    events = Table(
        "Events",
        ["Event", "Probability a year", "Spans", "km", "Households expected to be cut off", "Household-hours a year"],
        [
            [
                str(r.event),
                percent(r.probability, 2),
                number(r.spans),
                number(r.km, 1),
                number(r.households),
                number(r.outage_hours),
            ]
            for r in made.events.itertuples()
        ],
        tall=len(made.events) > 20,
    )
    elements = Table(
        "Spans that matter: what hardening each alone saves",
        ["Span", "km in the hazard", "Household-hours a year", "Cost"],
        [
            [str(r.id), number(r.km, 1), number(r.gain_hours), money(r.cost_real, currency)]
            for r in made.elements.head(_SHOWN).itertuples()
        ],
        tall=True,
    )
    steps = Table(
        "Money against expected outage",
        ["Spans hardened", "Cost", "Household-hours a year", "Nothing goes below"],
        [
            [number(r.spans), money(r.cost_real, currency), number(r.outage_hours), number(r.outage_hours_bound)]
            for r in table.itertuples()
        ],
    )
    caption = "Line: the order of the list. Band above: what no choice of spans for that money can exceed."
    data = [f"Data of the layer: {words}." for words in made.hazard["data"]]
    return Section(
        "hazard",
        "What the hazard costs, and what hardening buys",
        text=data,
        figures=[Figure("Hardening", caption, chart)],
        tables=[steps, events, elements],
    )


def _cut_off(made: Breakage) -> Table:
    names = {key: category.name for key, category in made.programme.categories.items()}
    rows = [
        [
            f"{r.name} ({r.id})",
            names.get(str(r.category), str(r.category)),
            "yes" if r.vital else "",
            number(r.households),
            number(r.weight),
            number(r.back_hours),
        ]
        for r in made.sites.head(500).itertuples()
    ]
    more = len(made.sites) - len(rows)
    caption = f"{number(len(rows))} sites" + (f", {number(more)} more in tables/sites.csv" if more else "")
    heads = ["Site", "Category", "Vital", "Households", "Weight", "Back after, hours"]
    return Table(caption, heads, rows, words=frozenset({0, 1, 2}), tall=True)


def _repairs(made: Breakage) -> Table:
    rows = [
        [
            str(r.span),
            number(r.crew),
            number(r.hours, 1),
            number(r.done_hours, 1),
            number(r.sites),
            number(r.households),
        ]
        for r in made.repairs.head(500).itertuples()
    ]
    heads = ["Span", "Crew", "Hours it takes", "Done after, hours", "Sites back", "Households back"]
    return Table("Repairs in order; spans that bring nobody back are left out", heads, rows, tall=True)


def _tables(made: Breakage, folder: Path) -> None:
    tables = {
        "sites": pd.DataFrame(made.sites.drop(columns="geometry")),
        "repairs": made.repairs,
        "events": made.events,
        "elements": made.elements,
        "frontier": made.frontier,
        "hardened": made.hardened,
    }
    write_csvs({name: table for name, table in tables.items() if len(table.columns)}, folder)


def _geopackage(made: Breakage, path: Path) -> None:
    layers = {"sites": (made.sites, "Point"), "spans": (made.spans, "LineString"), "nodes": (made.nodes, "Point")}
    if made.outline is not None:
        layers["hazard"] = (made.outline, "MultiPolygon")
    write_layers(layers, path)

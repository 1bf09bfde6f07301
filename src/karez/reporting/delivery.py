"""What was delivered, as a page and a workbook: cards, S-curves, the map of state, variances, promises."""

from __future__ import annotations

from collections.abc import Sequence
from math import isnan
from pathlib import Path
from typing import Any

import pandas as pd

from karez.model.delivery import Delivery
from karez.model.note import Note
from karez.model.programme import Programme
from karez.reporting.book import Book, Column, Sheet
from karez.reporting.charts import Series
from karez.reporting.delivery_charts import STATE_COLOURS, STATE_LABELS, s_curves, state_map
from karez.reporting.figures import money, number, percent
from karez.reporting.findings import KeyFigure
from karez.reporting.page import Figure, Section, Study, Table, kicker, render_study
from karez.reporting.unit import fitting_unit

CURVES = {"planned": ("Planned value", "#8fa6b7"), "earned": ("Earned value", "#1d6b4f"), "paid": ("Paid", "#d98a1b")}
MEASURES = ("budget", "planned", "earned", "paid", "contracted")
SHOWN = 40
"""Rows of a table on the page; the workbook holds all."""
BASIS = (
    "Money is of the day (nominal), in the programme's currency. The plan is taken to be built evenly through each "
    "year. An element earns its planned money in step with what is built of it. Schedule performance (SPI) is earned "
    "over planned value, cost performance (CPI) earned value over money paid. The estimate at completion is what was "
    "paid, and the rest at the cost of what was built."
)


def write_delivery_page(delivery: Delivery, programme: Programme, path: Path) -> None:
    """Write ``delivery.html``."""
    about = delivery.baseline.about
    study = Study(
        kicker=kicker(programme.agreement),
        title=f"{about['name']}: what was delivered",
        subtitle=f"As of {delivery.as_of}, against {against(delivery)}.",
        keys=key_figures(delivery),
        sections=sections(delivery),
        basis=BASIS,
        notes=_notes(delivery, programme),
        command="karez track export",
    )
    path.write_text(render_study(study), encoding="utf-8", newline="\n")


def against(delivery: Delivery) -> str:
    """The approved plan it is measured against."""
    version = delivery.approvals[-1]
    return f"baseline {version.version} (run {version.run_key}), which was approved on {version.day}"


def key_figures(delivery: Delivery) -> list[KeyFigure]:
    """The cards at the head."""
    totals, currency = delivery.totals, delivery.baseline.about["currency"]
    return [
        KeyFigure(
            "Earned", money(totals["earned_nominal"], currency), _of(totals, "earned", "planned", "planned by now")
        ),
        KeyFigure("Paid", money(totals["paid_nominal"], currency), f"CPI {_ratio(totals['cpi'])}"),
        KeyFigure("Schedule", f"SPI {_ratio(totals['spi'])}", "1.00 is on time"),
        KeyFigure("Route built", f"{number(totals['built_km'])} km", f"of {number(totals['route_km'])} km"),
        KeyFigure("Homes connected", number(totals["homes_connected"]), f"of {number(totals['homes_planned'])}"),
        KeyFigure("At completion", money(totals["estimate_nominal"], currency), _range(delivery)),
    ]


def sections(delivery: Delivery) -> tuple[Section, ...]:
    """Parts of the page in order."""
    curve, currency = delivery.curve, delivery.baseline.about["currency"]
    size, unit = fitting_unit(curve["planned_nominal"].tolist(), currency)
    today = f"{delivery.as_of.year}-{delivery.as_of.month:02d}"
    chart = s_curves(
        "Planned, earned and paid, cumulative",
        curve["month"].tolist(),
        [Series(label, colour, (curve[f"{n}_nominal"] / size).tolist()) for n, (label, colour) in CURVES.items()],
        unit + ", nominal",
        today,
    )
    states = [word for word in STATE_LABELS if (delivery.elements["status"] == word).any()]
    return (
        Section(
            "delivered",
            "Where it stands",
            points=_findings(delivery),
            figures=[
                Figure("S-curves", "Cumulative money; the upright line is the month of this page.", chart,
                       tuple(CURVES.values())),
                Figure("What stands", "Spans and sites by their state; built lines that were surveyed are dashed red.",
                       state_map("Map of what stands", delivery.elements, delivery.lines),
                       tuple((STATE_LABELS[word], STATE_COLOURS[word]) for word in states)),
            ],
        ),
        Section("variances", "Planned, earned, paid", tables=[
            _grouping("By project", delivery.by_project, currency), _grouping("By year", delivery.by_year, currency),
            _grouping("By contract", delivery.by_contract, currency), _grouping("By area", delivery.by_area, currency),
        ]),
        Section("promises", "Promises, targets, those left behind", tables=_promises(delivery, currency)),
    )  # fmt: skip


def _findings(delivery: Delivery) -> list[str]:
    totals, currency = delivery.totals, delivery.baseline.about["currency"]
    points = [
        f"{money(totals['earned_nominal'], currency)} of work stands, of {money(totals['planned_nominal'], currency)} "
        f"that should by now and {money(totals['budget_nominal'], currency)} in all.",
        f"{number(totals['built_km'])} of {number(totals['route_km'])} km and {number(totals['sites_served'])} of "
        f"{number(totals['sites'])} sites are built; {number(totals['homes_connected'])} homes are connected.",
    ]
    states = delivery.commitments["state"].value_counts()
    if len(states):
        points.append("Promises: " + ", ".join(f"{count} {state}" for state, count in states.items()) + ".")
    low, middle, high = delivery.outlook.at_completion_nominal
    if not isnan(middle):
        first, likely, last = delivery.outlook.finish
        points.append(
            f"If it goes on as in the {delivery.outlook.months} months observed, it costs {money(middle, currency)} "
            f"({money(low, currency)} to {money(high, currency)}, eight draws of ten) and is built by {likely} "
            f"({first} to {last})."
        )
    behind = delivery.areas[delivery.areas["behind"] > 0].head(3)["name"].tolist()
    if behind:
        points.append(f"Furthest behind the plan: {', '.join(behind)}.")
    return points


def _grouping(caption: str, table: pd.DataFrame, currency: str) -> Table:
    heads = ("", "Plan in all", "Planned by now", "Earned", "Paid", "Contracted", "SPI", "CPI", "At completion")
    rows = [
        [
            str(row["name"]),
            *(money(row[f"{name}_nominal"], currency) for name in MEASURES),
            _ratio(row["spi"]), _ratio(row["cpi"]), _estimate(row, currency),
        ]
        for row in table.head(SHOWN).to_dict("records")
    ]  # fmt: skip
    more = f" (the first {SHOWN} of {len(table)}; all are in the workbook)" if len(table) > SHOWN else ""
    return Table(caption + more, heads, rows, tall=len(rows) > 15)


def _promises(delivery: Delivery, currency: str) -> list[Table]:
    tables: list[Table] = []
    heads: tuple[str, ...]
    if len(delivery.commitments):
        rows = [
            [r["party"], r["scope"], *(_amount(r[name], r["unit"], currency) for name in ("promised", "done")),
             percent(r["share"], 0), r["due"], r["reached"] or "–", r["state"]]
            for r in delivery.commitments.to_dict("records")
        ]  # fmt: skip
        heads = ("By", "For", "Promised", "Done", "", "Due", "Reached", "State")
        tables.append(Table("Promises", heads, rows, words=frozenset({0, 1, 5, 6, 7})))
    if len(delivery.targets):
        rows = [
            [r["name"], str(r["year"]), *(percent(r[name]) for name in ("target", "coverage", "planned")), r["state"]]
            for r in delivery.targets.to_dict("records")
        ]
        heads = ("Project", "By the end of", "Target", "Covered today", "Planned today", "State")
        tables.append(Table("Targets: homes and sites to standard", heads, rows, words=frozenset({0, 5})))
    rows = [
        [r["name"], *(number(r[name]) for name in ("homes", "homes_planned", "homes_connected")), percent(r["behind"])]
        for r in delivery.areas.head(SHOWN).to_dict("records")
    ]
    heads = ("Area", "Homes", "Connected by now, planned", "Connected", "Behind")
    tables.append(Table("Homes by area, those left behind first", heads, rows, tall=len(rows) > 15))
    rows = [
        [r["party"], money(r["committed_nominal"], currency), money(r["paid_nominal"], currency)]
        for r in delivery.payers.to_dict("records")
    ]
    tables.append(Table("Money by payer", ("Payer", "Promised", "Paid"), rows))
    rows = [[r["name"], r["due"] or "–", r["met"] or "–", r["state"]] for r in delivery.milestones.to_dict("records")]
    tables.append(Table("Milestones", ("Milestone", "Due", "Met", "State"), rows, words=frozenset({0, 1, 2, 3})))
    return tables


def _notes(delivery: Delivery, programme: Programme) -> list[Note]:
    head = delivery.head
    return [
        *(Note("programme", text) for text in programme.notes),
        Note("ledger", f"Read from {head.count:,} events that end in the hash {head.hash}."),
    ]


def write_delivery_book(delivery: Delivery, path: Path) -> None:
    """Write ``delivery.xlsx``: every table of the status, a sheet each."""
    about = delivery.baseline.about
    with Book(path, about["name"]) as book:
        title = f"{about['name']}: delivered as of {delivery.as_of}"
        delivery_sheet(book, "Delivery", title, delivery.by_project, "Project")
        for name, table, label in (
            ("By area", delivery.by_area, "Area"),
            ("By contract", delivery.by_contract, "Contract"),
            ("By year", delivery.by_year, "Year"),
        ):
            delivery_sheet(book, name, name, table, label)
        for name, table in (
            ("Promises", delivery.commitments), ("Targets", delivery.targets), ("Areas behind", delivery.areas),
            ("Payers", delivery.payers), ("Milestones", delivery.milestones), ("Curves", delivery.curve),
        ):  # fmt: skip
            sheet = Sheet(book, name, name, f"Money nominal, in {about['currency']}.")
            sheet.table([_column(str(column), table[column]) for column in table], freeze=1)


def delivery_sheet(book: Book, name: str, title: str, table: pd.DataFrame, label: str) -> None:
    """A sheet of planned, earned and paid with totals, its indices as live formulas."""
    sheet = Sheet(book, name, title, "Money nominal. SPI = earned / planned by now, CPI = earned / paid.")
    titles = ("Plan in all", "Planned by now", "Earned", "Paid", "Contracted")
    columns = [Column(label, [str(one) for one in table["name"]], "text", 30)]
    columns += [
        Column(head, table[f"{measure}_nominal"].tolist(), "cents", 18, total=True)
        for head, measure in zip(titles, MEASURES, strict=True)
    ]
    columns += [
        Column("SPI", table["spi"].tolist(), "factor", 9, lambda row: f'IF(C{row}>0,D{row}/C{row},"")'),
        Column("CPI", table["cpi"].tolist(), "factor", 9, lambda row: f'IF(E{row}>0,D{row}/E{row},"")'),
        Column("At completion", table["estimate_nominal"].tolist(), "cents", 18),
    ]
    sheet.table(columns, total="Total", freeze=1)


def _column(name: str, values: pd.Series) -> Column:
    numbers = pd.api.types.is_numeric_dtype(values)
    style = "text" if not numbers else ("cents" if name.endswith("_nominal") else "general")
    return Column(name.replace("_", " "), values.tolist(), style, 18)


def _of(totals: dict[str, float], part: str, whole: str, words: str) -> str:
    all_of_it = totals[f"{whole}_nominal"]
    return f"{percent(totals[f'{part}_nominal'] / all_of_it, 0)} of what was {words}" if all_of_it else words


def _range(delivery: Delivery) -> str:
    low, middle, high = delivery.outlook.at_completion_nominal
    currency = delivery.baseline.about["currency"]
    return "too few months for a range" if isnan(middle) else f"{money(low, currency)} to {money(high, currency)}"


def _estimate(row: dict[Any, Any], currency: str) -> str:
    said = money(row["estimate_nominal"], currency)
    low, high = row.get("estimate_low_nominal", float("nan")), row.get("estimate_high_nominal", float("nan"))
    return said if isnan(low) else f"{said} ({money(low, currency)} to {money(high, currency)})"


def _amount(value: float, unit: str, currency: str) -> str:
    words: Sequence[str] = {"m": ("km",), "site": ("sites",), "household": ("homes",)}.get(unit, ())
    if not words:
        return money(value, currency)
    return f"{number(value / 1000 if unit == 'm' else value)} {words[0]}"


def _ratio(value: float) -> str:
    return "–" if isnan(value) else f"{value:.2f}"

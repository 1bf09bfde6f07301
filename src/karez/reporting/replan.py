"""What a new plan of the rest changes, for an auditor: on the page, in the workbook, in the terminal, as files."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from karez.model.plan import Plan
from karez.model.replan import Replan
from karez.reporting.book import Book, Column, Sheet
from karez.reporting.delivery import BASIS, against, delivery_sheet, key_figures, sections
from karez.reporting.figures import money, number
from karez.reporting.files import write_csvs, write_json, write_parquets
from karez.reporting.findings import KeyFigure
from karez.reporting.page import Section, Table

SHOWN = 60
"""Rows of a table on the page; the workbook holds all."""
MONEY = {
    "budget_nominal": "Budget as signed",
    "paid_nominal": "Paid",
    "paid_real": "Paid, real",
    "reserved_nominal": "Built, not yet paid",
    "upkeep_nominal": "Upkeep of what stands",
    "left_nominal": "Left for the rest",
    "baseline_nominal": "Approved plan, still to build",
    "replanned_nominal": "New plan",
}
CHANGES = {
    "kind": "What", "id": "Id", "name": "Name", "area": "Area", "project": "Project", "from_year": "From year",
    "to_year": "To year", "from_technology": "From technology", "to_technology": "To technology",
    "from_nominal": "From, nominal", "to_nominal": "To, nominal", "change_nominal": "Change, nominal",
    "reason": "Why",
}  # fmt: skip
DIFFERENCES = {
    "kind": "What",
    "id": "Id",
    "name": "Name",
    "what": "How it differs",
    "planned": "Planned",
    "built": "Built",
}
TABLES = ("money", "bridge", "changes", "differences", "kept", "parts")
"""Tables of a replan; each becomes a Parquet file of that name, those above the line of CSV too."""
AS_CSV = TABLES[:4]


def replan_findings(replan: Replan, currency: str) -> list[str]:
    """The change in a few sentences."""
    summary, table = replan.summary(), replan.money
    open_years = table[table["year"] >= replan.first_year]
    left, signed = float(table["left_nominal"].sum()), float(open_years["budget_nominal"].sum())
    return [
        f"As of {replan.as_of} {money(float(table['paid_nominal'].sum()), currency)} were paid of "
        f"{money(float(table['budget_nominal'].sum()), currency)} signed; {money(left, currency)} are left for "
        f"{replan.first_year} to {int(table['year'].iloc[-1])} (signed for these years: {money(signed, currency)}).",
        f"The approved plan (version {replan.approval.version}) still had "
        f"{money(float(table['baseline_nominal'].sum()), currency)} to build; the new plan builds "
        f"{money(float(table['replanned_nominal'].sum()), currency)}.",
        f"{number(summary['sites_later'])} sites come later than approved, {number(summary['sites_earlier'])} earlier, "
        f"{number(summary['sites_dropped'])} no longer, {number(summary['sites_new'])} are new.",
    ]


def replan_section(replan: Replan, currency: str) -> Section:
    """The part of the page."""
    return Section(
        "changes",
        "What changes against the approved plan",
        points=replan_findings(replan, currency),
        tables=[_money(replan, currency), _bridge(replan, currency), _changes(replan, currency), _differences(replan)],
    )


def delivery_views(plan: Plan) -> dict[str, object] | None:
    """All that the template of the section needs; None where the plan is not of a ledger."""
    if plan.delivery is None:
        return None
    parts = list(sections(plan.delivery))
    if plan.replan is not None:
        parts.insert(0, replan_section(plan.replan, plan.programme.agreement.currency))
    cards: list[KeyFigure] = key_figures(plan.delivery)
    return {
        "keys": cards,
        "sections": parts,
        "basis": BASIS,
        "as_of": plan.delivery.as_of,
        "against": against(plan.delivery),
    }


def _money(replan: Replan, currency: str) -> Table:
    shown = [name for name in MONEY if replan.money[name].any()]
    rows = [
        [str(row["year"]), *(money(row[name], currency) for name in shown)] for row in replan.money.to_dict("records")
    ]
    return Table("Money and time that remain, nominal", ("Year", *(MONEY[name] for name in shown)), rows)


def _bridge(replan: Replan, currency: str) -> Table:
    rows = [[row["what"], money(row["amount_nominal"], currency)] for row in replan.bridge.to_dict("records")]
    return Table("From the approved plan to the new one; the steps add up", ("", "Nominal"), rows)


def _changes(replan: Replan, currency: str) -> Table:
    areas = {str(one["id"]): str(one["name"]) for one in replan.about["areas"]}
    heads = ("Site or span", "Area", "From", "To", "Technology", "From", "To", "Why")
    rows = [
        [
            str(row["name"] or row["id"]), areas.get(str(row["area"]), str(row["area"])),
            _year(row["from_year"]), _year(row["to_year"]),
            _technology(row["from_technology"], row["to_technology"]),
            money(row["from_nominal"], currency), money(row["to_nominal"], currency), str(row["reason"]),
        ]
        for row in replan.changes.head(SHOWN).to_dict("records")
    ]  # fmt: skip
    caption = "Which sites moved to which year, and why" + _more(replan.changes)
    return Table(caption, heads, rows, words=frozenset({0, 1, 4, 7}), tall=len(rows) > 15)


def _differences(replan: Replan) -> Table:
    heads = ("Element", "How it differs", "Planned", "Built")
    rows = [
        [str(row["name"] or row["id"]), row["what"], row["planned"], row["built"]]
        for row in replan.differences.head(SHOWN).to_dict("records")
    ]
    caption = "Built otherwise than planned" + _more(replan.differences)
    return Table(caption, heads, rows, words=frozenset({0, 1, 2, 3}), tall=len(rows) > 15)


def _more(table: pd.DataFrame) -> str:
    return f" (the first {SHOWN} of {len(table):,}; all are in the workbook)" if len(table) > SHOWN else ""


def _year(value: object) -> str:
    return "–" if pd.isna(value) else str(value)  # type: ignore[call-overload]


def _technology(was: str, now: str) -> str:
    return was if was == now or not now else f"{was or '–'} → {now}"


def add_delivery(book: Book, plan: Plan) -> None:
    """Add the sheets of delivery and of changes, if there is any to tell."""
    if plan.delivery is not None:
        delivery_sheet(book, "Delivery", f"Delivered as of {plan.delivery.as_of}", plan.delivery.by_project, "Project")
    if plan.replan is None:
        return
    currency = plan.programme.agreement.currency
    sheet = Sheet(book, "Changes", "What changes against the approved plan", f"Money nominal, in {currency}.")
    for sentence in replan_findings(plan.replan, currency):
        sheet.remark(sentence, across=9)
    table = plan.replan.money
    columns = [Column(title, table[name].tolist(), "cents", 18, total=True) for name, title in MONEY.items()]
    sheet.table([Column("Year", table["year"].tolist(), "year", 26), *columns], total="Total")
    bridge = plan.replan.bridge
    amounts = bridge["amount_nominal"].tolist()
    sheet.heading("From the approved plan to the new one")
    sheet.table([Column("Step", bridge["what"].tolist(), "text", 26), Column("Nominal", amounts, "cents", 18)])
    for heading, rows, titles in (
        ("What changes, and why", plan.replan.changes, CHANGES),
        ("Built otherwise than planned", plan.replan.differences, DIFFERENCES),
    ):
        sheet.heading(heading)
        sheet.table([_column(title, name, rows) for name, title in titles.items()])


def _column(title: str, name: str, rows: pd.DataFrame) -> Column:
    style = "year" if name.endswith("_year") else "cents" if name.endswith("_nominal") else "text"
    values = [None if pd.isna(value) else value for value in rows[name].tolist()]
    return Column(title, values, style, 18)


def write_replan(replan: Replan | None, folder: Path) -> None:
    """Write every table into the new folder `folder`; nothing if there is none."""
    if replan is None:
        return
    write_parquets({name: getattr(replan, name) for name in TABLES}, folder)
    write_csvs({name: getattr(replan, name) for name in AS_CSV}, folder)
    write_json(replan.about, folder / "about.json")

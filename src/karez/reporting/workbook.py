"""``boq.xlsx``: the bill of quantities and its totals, alive to the prices on one sheet."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from karez.model.plan import Plan
from karez.reporting.book import Book, Column, Placed, Sheet
from karez.reporting.finance_sheets import fill_sheets, sheet_titles
from karez.reporting.finance_words import INDICATOR_WORDS
from karez.reporting.graphics import by_effect
from karez.reporting.outage_sheet import fill_outages, outage_titles
from karez.reporting.palette import TECHNOLOGY_LABELS
from karez.reporting.replan import add_delivery
from karez.reporting.risk_sheet import add_risk
from karez.reporting.rule_sheet import fill_rules, rule_titles
from karez.reporting.settlement_sheet import fill_settlements, settlement_titles, sources_of_bill
from karez.reporting.site_sheet import fill_sites, site_titles
from karez.reporting.wording import in_plain_words, scope_title

_PARTS = {"local": "Sites", "spans": "Spans", "sources": "Sources"}
_SPANS, _SOURCES = '"Spans"', '"Sources"'
_NO_AREA = "(none)"
_ORDER = (
    "Summary",
    "By project",
    "By year",
    "By area",
    "By item",
    "Items",
    "Prices",
    "Assumptions",
    "Certificates",
    "Notes",
)
_AFTER = _ORDER.index("Items")
"""Sheets of the appraisal stand before this one."""


@dataclass(frozen=True)
class _Live:
    """What totals are made from: the priced items, and the column of their capex."""

    items: Placed

    def sum_by(self, **cells: str) -> str:
        """SUMIFS over the items' capex; `cells` are criteria by column title."""
        criteria = ",".join(f"{self.items.column(title)},{cell}" for title, cell in cells.items())
        return f"SUMIFS({self.items.column('Capex')},{criteria})"


def write_workbook(plan: Plan, path: Path) -> None:
    """Write the workbook of a plan.

    Prices stand on the sheet ``Prices`` alone. A row of ``Items`` is quantity × price + rounding, where rounding is
    what summing cents row by row leaves over: unchanged prices give the plan's totals to the cent (rule 1), a changed
    price changes every total, for all are sums over the items. Every formula carries its computed value, for viewers
    that do not calculate.
    """
    agreement = plan.programme.agreement
    with Book(path, agreement.name) as book:
        basis = f"Money in {agreement.currency}, real, prices of {agreement.price_year}, unless a column says nominal."
        more = {**rule_titles(plan), **settlement_titles(plan, basis), **sheet_titles(plan, basis)}
        more |= {**outage_titles(plan), **site_titles(plan, basis)}
        order = {name: _titles(name, plan, basis) for name in _ORDER}
        order = dict(list(order.items())[:_AFTER]) | more | dict(list(order.items())[_AFTER:])
        sheets = {name: Sheet(book, name, *titles) for name, titles in order.items()}
        prices = _prices(sheets["Prices"], plan)
        live = _items(sheets["Items"], plan, prices)
        projects = _by_project(sheets["By project"], plan, live)
        years = _by_year(sheets["By year"], plan, live)
        _by_area(sheets["By area"], plan, live)
        _by_item(sheets["By item"], plan, live, prices)
        fill_rules(sheets, plan)
        fill_settlements(sheets, plan)
        fill_outages(sheets, plan)
        fill_sites(sheets, plan)
        cells = fill_sheets(sheets, plan, live.items)
        _assumptions(sheets["Assumptions"], plan)
        _certificates(sheets["Certificates"], plan)
        _notes(sheets["Notes"], plan)
        add_risk(book, plan)
        add_delivery(book, plan)
        _summary(sheets["Summary"], plan, live, projects, years, cells)


def _titles(name: str, plan: Plan, basis: str) -> tuple[str, str]:
    agreement = plan.programme.agreement
    first, last = agreement.calendar_years[0], agreement.calendar_years[-1]
    return {
        "Summary": (agreement.name, f"{agreement.region}, {first} to {last}. {basis}"),
        "By project": ("By project", f"Spans are attributed to projects by fixed weights. {basis}"),
        "By year": ("By year", basis),
        "By area": ("By area", f"A span counts where its middle lies. {basis}"),
        "By item": ("By item", f"Quantities and capex of the whole programme. {basis}"),
        "Items": ("Bill of quantities", f"Capex = quantity × price + rounding. {basis}"),
        "Prices": ("Prices", f"Change a yellow cell, and every total follows. {basis}"),
        "Assumptions": (
            "Assumptions",
            "What is not from a source, and what 20 % less or more of it does to capex and to coverage at the end.",
        ),
        "Certificates": ("Certificates", "How far from the best possible each answer can be, and how that is known."),
        "Notes": ("Notes", "What was mended, assumed or left out on the way."),
    }[name]


def _prices(sheet: Sheet, plan: Plan) -> Placed:
    table = _price_table(plan)
    return sheet.table(
        [
            Column("Item", list(table.index), "text", 26),
            Column("Price", table["rate_real"].tolist(), "input", 14),
            Column("Per", table["base_unit"].tolist(), "text", 8),
            Column("Low", table["low_real"].tolist(), "cents", 12),
            Column("High", table["high_real"].tolist(), "cents", 12),
            Column("Source value", table["rate"].tolist(), "general", 12),
            Column("Source low", table["low"].tolist(), "general", 11),
            Column("Source high", table["high"].tolist(), "general", 11),
            Column("Currency", table["currency"].tolist(), "text", 9),
            Column("Source unit", table["unit"].tolist(), "text", 9),
            Column("Price year", table["price_year"].tolist(), "year", 8),
            Column("Life, years", table["life_years"].tolist(), "integer", 8),
            Column("Upkeep per year", table["opex_share_per_year"].tolist(), "share", 9),
            Column("Confidence", table["confidence"].tolist(), "text", 12),
            Column("Source", table["source"].tolist(), "long", 60),
        ],
        freeze=1,
    )


def _price_table(plan: Plan) -> pd.DataFrame:
    """The converted catalogue, and below it what the bill holds that is priced by a layer (connections of sources)."""
    beyond = plan.bill[~plan.bill["item"].isin(plan.catalogue.index)].drop_duplicates("item").set_index("item")
    extra = pd.DataFrame({"rate_real": beyond["rate_real"], "base_unit": beyond["unit"], "unit": beyond["unit"]})
    extra = extra.assign(source="Stated in the project's layers", confidence="", currency="")
    return pd.concat([plan.catalogue, extra]) if len(extra) else plan.catalogue


def _items(sheet: Sheet, plan: Plan, prices: Placed) -> _Live:
    bill = plan.bill
    rate = bill["item"].map(_price_table(plan)["rate_real"]).astype(float)
    price = f"INDEX({prices.column('Price')},MATCH(G{{row}},{prices.column('Item')},0))"
    table = sheet.table(
        [
            Column("Year", bill["year"].tolist(), "year", 8),
            Column("Area", [area or _NO_AREA for area in bill["area_id"]], "text", 14),
            Column("Project", bill["project"].tolist(), "text", 14),
            Column("Part", [_PARTS[group] for group in bill["group"]], "text", 9),
            Column("Category", bill["category"].tolist(), "text", 16),
            Column("Technology", [TECHNOLOGY_LABELS[word] for word in bill["technology"]], "text", 14),
            Column("Item", bill["item"].tolist(), "text", 28),
            Column("Unit", bill["unit"].tolist(), "text", 8),
            Column("Quantity", bill["quantity"].tolist(), "quantity", 16),
            Column("Price", rate.tolist(), "cents", 14, lambda row: price.format(row=row)),
            Column("Rounding", (bill["capex_real"] - bill["quantity"] * rate).tolist(), "factor", 10),
            Column(
                "Capex",
                bill["capex_real"].tolist(),
                "cents",
                20,
                lambda row: f"ROUND(I{row}*J{row}+K{row},2)",
                total=True,
            ),
            Column("Life, years", _of_item(plan, "life_years"), "integer", 8),
            Column("Upkeep per year", _of_item(plan, "opex_share_per_year"), "general", 9),
            Column("Local cost", sources_of_bill(plan), "text", 14),
        ],
        total="Total",
        freeze=0,
        find=True,
    )
    return _Live(table)


def _of_item(plan: Plan, column: str) -> list[float]:
    """A column of the catalogue for every row of the bill; 0 for what no item prices."""
    return [float(value) for value in plan.bill["item"].map(plan.catalogue[column]).fillna(0.0)]


def _by_item(sheet: Sheet, plan: Plan, live: _Live, prices: Placed) -> None:
    table = plan.bill.groupby("item", sort=True).agg(
        unit=("unit", "first"), quantity=("quantity", "sum"), capex=("capex_real", "sum")
    )
    quantity, item = live.items.column("Quantity"), live.items.column("Item")
    price = f"INDEX({prices.column('Price')},MATCH($A{{row}},{prices.column('Item')},0))"
    rate = _price_table(plan)["rate_real"].loc[table.index]
    sheet.table(
        [
            Column("Item", list(table.index), "text", 30),
            Column("Unit", table["unit"].tolist(), "text", 10),
            Column(
                "Quantity",
                table["quantity"].tolist(),
                "quantity",
                20,
                lambda row: f"SUMIFS({quantity},{item},$A{row})",
            ),
            Column("Price", rate.tolist(), "cents", 16, lambda row: price.format(row=row)),
            Column(
                "Capex",
                table["capex"].round(2).tolist(),
                "cents",
                22,
                lambda row: live.sum_by(Item=f"$A{row}"),
                total=True,
            ),
        ],
        total="Total",
        freeze=1,
    )


def _by_project(sheet: Sheet, plan: Plan, live: _Live) -> Placed:
    projects = plan.appraisal.by_project
    parts = plan.bill.groupby(["project", "group"])["capex_real"].sum().to_dict()
    ids = projects["project"].tolist()

    def part(group: str) -> list[float]:
        return [round(float(parts.get((project, group), 0.0)), 2) for project in ids]

    def by_part(word: str) -> Callable[[int], str]:
        return lambda row: live.sum_by(Project=f"$A{row}", Part=f'"{word}"')

    first, last = sheet.top + 2, sheet.top + 1 + len(ids)
    placed = sheet.table(
        [
            Column("Project", ids, "text", 18),
            Column("Name", projects["name"].tolist(), "long", 34),
            Column("Sites", projects["sites"].tolist(), "integer", 10, total=True),
            Column("Weight, household-equivalents", projects["weight"].tolist(), "integer", 16, total=True),
            Column("Capex of sites", part("local"), "money", 18, by_part("Sites"), total=True),
            Column("Capex of spans", part("spans"), "money", 18, by_part("Spans"), total=True),
            Column("Capex of sources", part("sources"), "money", 16, by_part("Sources"), total=True),
            Column(
                "Capex",
                projects["capex_real"].tolist(),
                "money",
                18,
                lambda row: f"ROUND(SUM(E{row}:G{row}),2)",
                total=True,
            ),
            Column(
                "Share of capex",
                projects["share"].tolist(),
                "share",
                10,
                lambda row: f"IF(SUM($H${first}:$H${last})=0,0,H{row}/SUM($H${first}:$H${last}))",
                total=True,
            ),
            Column("Least share", projects["minimum_share"].tolist(), "share", 10),
            Column("Coverage to standard", projects["coverage"].tolist(), "share", 11),
            Column("Coverage, any service", projects["coverage_any"].tolist(), "share", 11),
        ],
        total="Total",
        freeze=1,
    )
    _coverage(sheet, plan)
    _targets(sheet, plan)
    return placed


def _coverage(sheet: Sheet, plan: Plan) -> None:
    sheet.heading("Coverage to standard by the end of each year")
    table = plan.appraisal.by_project_year.pivot_table(index="project", columns="year", values="coverage", sort=False)
    names = plan.appraisal.by_project.set_index("project")["name"]
    years = [Column(str(year), table[year].tolist(), "share", 10) for year in sorted(table.columns)]
    sheet.table([Column("Project", list(table.index)), Column("Name", list(names.loc[table.index]), "long"), *years])


def _targets(sheet: Sheet, plan: Plan) -> None:
    targets = plan.appraisal.targets
    sheet.heading("Targets")
    sheet.table(
        [
            Column("Project", targets["project"].tolist()),
            Column("By the end of", targets["year"].tolist(), "year"),
            Column("Target", targets["target"].tolist(), "share"),
            Column("Achieved", targets["achieved"].tolist(), "share"),
            Column("Met", ["yes" if met else "no" for met in targets["met"]]),
        ]
    )


def _by_year(sheet: Sheet, plan: Plan, live: _Live) -> Placed:
    table = plan.appraisal.by_year
    level = _price_level(plan)
    other = (table["budget_nominal"] - table["capex_nominal"]).cumsum() - table["carried_nominal"]
    paid = other.diff().fillna(other).round(2) + 0.0
    first = sheet.top + 2

    def sites(row: int) -> str:
        return live.sum_by(Year=f"$A{row}", Part='"Sites"')

    def network(row: int) -> str:
        return f"{live.sum_by(Year=f'$A{row}', Part=_SPANS)}+{live.sum_by(Year=f'$A{row}', Part=_SOURCES)}"

    return sheet.table(
        [
            Column("Year", table["year"].tolist(), "year", 12),
            Column("Budget, nominal", table["budget_nominal"].tolist(), "money", 18, total=True),
            Column("Budget", table["budget_real"].tolist(), "money", 18, total=True),
            Column("Capex of sites", table["capex_sites_real"].tolist(), "money", 18, sites, total=True),
            Column("Capex of spans and sources", table["capex_spans_real"].tolist(), "money", 18, network, total=True),
            Column(
                "Capex", table["capex_real"].tolist(), "money", 18, lambda row: f"ROUND(D{row}+E{row},2)", total=True
            ),
            Column("Price level", level.tolist(), "factor", 10),
            Column(
                "Capex, nominal",
                table["capex_nominal"].tolist(),
                "money",
                18,
                lambda row: f"ROUND(F{row}*G{row},2)",
                total=True,
            ),
            Column("Other payments, nominal", paid.tolist(), "money", 16, total=True),
            Column(
                "Unspent so far, nominal",
                table["carried_nominal"].tolist(),
                "money",
                18,
                lambda row: f"ROUND(SUM(B${first}:B{row})-SUM(H${first}:H{row})-SUM(I${first}:I{row}),2)",
            ),
            Column("Opex of the year", table["opex_real"].tolist(), "money", 16),
        ],
        total="Total",
        freeze=1,
    )


def _price_level(plan: Plan) -> pd.Series[float]:
    """Nominal over real money by year, from the plan's own figures; from inflation where nothing is spent."""
    table, agreement = plan.appraisal.by_year, plan.programme.agreement
    stated = (1 + plan.programme.rates.inflation_per_year) ** (table["year"] - agreement.price_year)
    return (table["capex_nominal"] / table["capex_real"].where(table["capex_real"] > 0)).fillna(stated).astype(float)


def _by_area(sheet: Sheet, plan: Plan, live: _Live) -> None:
    table = plan.appraisal.by_area
    outside = round(float(plan.bill.loc[plan.bill["area_id"] == "", "capex_real"].sum()), 2)
    sheet.table(
        [
            Column("Area", [*table["area_id"], _NO_AREA], "text", 26),
            Column("Name", [*table["name"], "In no area, and sources"], "text", 30),
            Column("Households", [*table["households"], None], "integer", 14, total=True),
            Column("In service at the end", [*table["households_served"], None], "integer", 14, total=True),
            Column("Coverage to standard", [*table["coverage"], None], "share", 11),
            Column(
                "Capex",
                [*table["capex_real"], outside],
                "money",
                20,
                lambda row: live.sum_by(Area=f"$A{row}"),
                total=True,
            ),
        ],
        total="Total",
        freeze=1,
        find=True,
    )


def _assumptions(sheet: Sheet, plan: Plan) -> None:
    table = by_effect(plan.appraisal.assumptions)
    sheet.table(
        [
            Column("Assumption", table["name"].tolist(), "long", 36),
            Column("Value", table["value"].tolist(), "general", 12),
            Column("Unit", table["unit"].tolist(), "long", 20),
            Column("Capex at −20 %", table["cost_low"].tolist(), "change", 11),
            Column("Capex at +20 %", table["cost_high"].tolist(), "change", 11),
            Column("Coverage at −20 %", table["coverage_low"].tolist(), "change", 11),
            Column("Coverage at +20 %", table["coverage_high"].tolist(), "change", 11),
            Column("Meaning", table["meaning"].tolist(), "long", 60),
            Column("Where it is set", table["where"].tolist(), "long", 34),
        ],
        freeze=1,
    )
    sheet.remark("Capex changes relative to the plan's; coverage by so many points. Empty: pricing again says nothing.")


def _certificates(sheet: Sheet, plan: Plan) -> None:
    of = plan.certificates
    gaps = [certificate.gap for certificate in of]
    sheet.table(
        [
            Column("What", [scope_title(certificate) for certificate in of], "long", 22),
            Column("In plain words", [in_plain_words(certificate, plan.improvement) for certificate in of], "long", 60),
            Column("Measured by", [certificate.name for certificate in of], "long", 30),
            Column("Better is", ["less" if c.sense == "minimise" else "more" for c in of], "text", 9),
            Column("Value", [certificate.value for certificate in of], "cents", 22),
            Column("Bound", [certificate.bound for certificate in of], "cents", 22),
            Column("Gap, %", [None if gap is None else 100 * gap for gap in gaps], "factor", 10),
            Column("Constant, left out", [certificate.constant for certificate in of], "cents", 20),
            Column("Proof", [certificate.proof for certificate in of], "long", 70),
        ],
        freeze=1,
    )


def _notes(sheet: Sheet, plan: Plan) -> None:
    notes = [("programme", text, 0) for text in plan.programme.notes]
    notes += [(note.stage, note.text, note.count) for note in plan.notes]
    sheet.table(
        [
            Column("Stage", [stage for stage, _, _ in notes], "text", 14),
            Column("Note", [text for _, text, _ in notes], "long", 120),
            Column("Count", [count or None for _, _, count in notes], "integer", 10),
        ],
        freeze=0,
    )


@dataclass(frozen=True)
class _Figure:
    """A line of the summary: its label, the plan's figure, its format, and the live formula if there is one."""

    label: str
    planned: float
    style: str
    formula: str = ""


def _figures(plan: Plan, live: _Live, projects: Placed, years: Placed, cells: dict[str, str]) -> Iterable[_Figure]:
    totals, currency = plan.appraisal.totals, plan.programme.agreement.currency
    parts = plan.bill.groupby("group")["capex_real"].sum().round(2).to_dict()
    yield _Figure(f"Capex, real, {currency}", totals["capex_real"], "cents", live.items.total("Capex"))
    for group, word in _PARTS.items():
        part = projects.total(f"Capex of {word.lower()}")
        yield _Figure(f"  of it {word.lower()}, {currency}", float(parts.get(group, 0.0)), "cents", part)
    spent, budget = years.total("Capex, nominal"), years.total("Budget, nominal")
    unspent = round(totals["budget_nominal"] - totals["capex_nominal"], 2)
    yield _Figure(f"Capex, nominal, {currency}", totals["capex_nominal"], "cents", spent)
    yield _Figure(f"Budget, nominal, {currency}", totals["budget_nominal"], "cents", budget)
    yield _Figure(f"Budget less capex, nominal, {currency}", unspent, "cents", f"{budget}-{spent}")
    yield _Figure(f"Budget, real, {currency}", totals["budget_real"], "cents", years.total("Budget"))
    yield _Figure(f"Opex per year when all is built, {currency}", totals["opex_real_per_year"], "cents")
    yield _Figure(f"Present cost, {currency}", totals["pv_cost_real"], "cents")
    for name, cell in cells.items():
        value = plan.appraisal.finance.indicators[name] if plan.appraisal.finance else None
        if name in _TOLD and value is not None:
            yield _Figure(INDICATOR_WORDS[name][0].format(currency=currency), value, INDICATOR_WORDS[name][1], cell)
    yield _Figure("Route built, km", totals["route_km_built"], "quantity")
    yield _Figure("Route designed, km", totals["route_km_designed"], "quantity")
    yield _Figure("Households", totals["households"], "integer")
    yield _Figure("Households in service at the end", totals["households_served"], "integer")
    yield _Figure("Coverage of homes to standard at the end", totals["coverage"], "share")


_TOLD = ("npv_real", "irr_real", "benefit_cost_ratio", "levelised_cost_real_per_user_month")
"""Indicators that the summary tells too."""


def _summary(sheet: Sheet, plan: Plan, live: _Live, projects: Placed, years: Placed, cells: dict[str, str]) -> None:
    figures = list(_figures(plan, live, projects, years, cells))
    first = sheet.top + 2
    formulas = {first + place: figure.formula for place, figure in enumerate(figures)}
    planned = [figure.planned for figure in figures]
    styles = [figure.style for figure in figures]
    sheet.table([Column("Figure", [figure.label for figure in figures], "text", 44)])
    _mixed(sheet, first, 1, "At the prices of this book", planned, styles, lambda row: formulas[row] or f"C{row}")
    _mixed(sheet, first, 2, "As planned", planned, styles, None)
    _mixed(sheet, first, 3, "Difference", [0.0] * len(figures), styles, lambda row: f"B{row}-C{row}")
    sheet.page.freeze_panes(first - 1, 1)
    _technologies(sheet, plan)
    sheet.heading("How far from the best possible")
    for certificate in plan.certificates:
        sheet.remark(in_plain_words(certificate, plan.improvement), across=5)
    _charts(sheet, projects, years, plan.programme.agreement.currency)


def _mixed(
    sheet: Sheet,
    first: int,
    place: int,
    title: str,
    values: Sequence[float],
    styles: Sequence[str],
    formula: Callable[[int], str] | None,
) -> None:
    """A column whose cells have formats of their own."""
    sheet.widen(place, 22)
    sheet.page.write_string(first - 2, place, title, sheet.book.style("head"))
    for row, (value, style) in enumerate(zip(values, styles, strict=True), start=first):
        if formula is None:
            sheet.page.write_number(row - 1, place, float(value), sheet.book.style(style))
        else:
            sheet.page.write_formula(row - 1, place, formula(row), sheet.book.style(style), float(value))


def _technologies(sheet: Sheet, plan: Plan) -> None:
    table = plan.appraisal.by_technology
    sheet.heading("By technology")
    sheet.table(
        [
            Column("Technology", [TECHNOLOGY_LABELS[word] for word in table["technology"]]),
            Column("Sites", table["sites"].tolist(), "integer", total=True),
            Column("Households", table["households"].tolist(), "integer", total=True),
            Column("Capex of sites", table["capex_real"].tolist(), "money", total=True),
            Column("Opex per year", table["opex_real_per_year"].tolist(), "money", 18, total=True),
        ],
        total="Total",
    )


def _charts(sheet: Sheet, projects: Placed, years: Placed, currency: str) -> None:
    workbook = sheet.book.workbook
    budget = workbook.add_chart({"type": "column"})
    for title, colour in (("Budget, nominal", "#a9b7c2"), ("Capex, nominal", "#1c5f99")):
        budget.add_series(
            {
                "name": title,
                "categories": "=" + years.column("Year"),
                "values": "=" + years.column(title),
                "fill": {"color": colour},
                "gap": 60,
            }
        )
    _dress(budget, "Budget and spending by year, nominal", currency)
    sheet.page.insert_chart("G4", budget, {"description": "Budget and spending by year"})
    costs = workbook.add_chart({"type": "bar"})
    costs.add_series(
        {
            "name": "Capex",
            "categories": "=" + projects.column("Name"),
            "values": "=" + projects.column("Capex"),
            "fill": {"color": "#1c5f99"},
            "gap": 40,
        }
    )
    _dress(costs, "Capex by project, real", currency)
    costs.set_legend({"none": True})
    costs.set_x_axis({"num_format": "#,##0,,", "major_gridlines": {"visible": True, "line": {"color": "#e3e8ec"}}})
    costs.set_y_axis({"reverse": True, "line": {"color": "#8fa0a8"}})
    sheet.page.insert_chart("G20", costs, {"description": "Capex by project"})


def _dress(chart: Any, title: str, currency: str) -> None:
    grid = {"visible": True, "line": {"color": "#e3e8ec"}}
    line = {"color": "#8fa0a8"}
    chart.set_title({"name": f"{title}, million {currency}", "name_font": {"size": 11, "color": "#123f63"}})
    chart.set_legend({"position": "bottom"})
    chart.set_x_axis({"line": line, "num_format": "0"})
    chart.set_y_axis({"line": line, "num_format": "#,##0,,", "major_gridlines": grid})
    chart.set_size({"width": 560, "height": 300})

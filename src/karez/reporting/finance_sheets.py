"""Sheets of the workbook for cash flow, sales, equity and emissions, with live formulas."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from karez.model.carbon import Carbon
from karez.model.equity import Equity
from karez.model.finance import KINDS, Finance
from karez.model.plan import Plan
from karez.reporting.book import Column, Placed, Sheet
from karez.reporting.finance_words import INDICATOR_WORDS, KIND_WORDS, PAYER_WORDS, SEGMENT_WORDS

CASH_FLOW, SALES, EQUITY, EMISSIONS = "Cash flow", "Sales", "Equity", "Emissions"

_RATE = "$B$4"
"""Where the discount rate stands on the sheet of the cash flow."""


def sheet_titles(plan: Plan, basis: str) -> dict[str, tuple[str, str]]:
    """Title and subtitle of every sheet that a plan's appraisal asks for."""
    worth = plan.appraisal
    titles: dict[str, tuple[str, str]] = {}
    if worth.finance is not None:
        flow = "What is spent is negative. Change a price, a fee or the discount rate, and everything follows"
        titles[CASH_FLOW] = (CASH_FLOW, f"{flow}. {basis}")
        titles[SALES] = ("Sales and running costs", f"Change a yellow cell, and the cash flow follows. {basis}")
    if worth.equity is not None:
        titles[EQUITY] = ("Equity between areas", "Coverage of homes to standard; areas weigh by their households.")
    if worth.carbon is not None:
        titles[EMISSIONS] = (EMISSIONS, "Kilograms of CO₂ equivalent; change a yellow factor, and its line follows.")
    return titles


def fill_sheets(sheets: dict[str, Sheet], plan: Plan, items: Placed) -> dict[str, str]:
    """Fill the sheets of :func:`sheet_titles`.

    Parameters
    ----------
    sheets : dict[str, Sheet]
        All sheets by name.
    plan : Plan
        The plan.
    items : Placed
        The bill's rows, which capex, upkeep, renewals and rest value follow.

    Returns
    -------
    dict[str, str]
        Cell of each indicator, for formulas on other sheets.
    """
    worth, cells = plan.appraisal, {}
    if worth.finance is not None:
        sales = _sales(sheets[SALES], worth.finance)
        cells = _CashFlow(sheets[CASH_FLOW], plan, worth.finance, items, sales).write()
    if worth.equity is not None:
        _equity(sheets[EQUITY], worth.equity)
    if worth.carbon is not None:
        _emissions(sheets[EMISSIONS], worth.carbon)
    return cells


def _sales(sheet: Sheet, finance: Finance) -> Placed:
    """Fees and running costs, each with its amount in one cell; below, what is sold in every year."""
    table = finance.sales
    sheet.page.freeze_panes(3, 1)
    first = table.drop_duplicates("name")
    base = (first["rate_real"] / first["growth"]).tolist()
    rates = sheet.table(
        [
            Column("Name", first["name"].tolist(), "long", 36),
            Column("What", [KIND_WORDS[kind] for kind in first["kind"]], "text", 16),
            Column("Sold to", [SEGMENT_WORDS.get(word, "") for word in first["segment"]], "text", 16),
            Column("Counted by", [str(word).replace("_", " ") for word in first["per"]], "text", 20),
            Column("Money a year for each", base, "input", 16),
        ]
    )
    sheet.heading("By year")
    name = f"MATCH($A{{row}},{rates.column('Name')},0)"
    price = f"INDEX({rates.column('Money a year for each')},{name})*E{{row}}"
    return sheet.table(
        [
            Column("Name", table["name"].tolist(), "long", 36),
            Column("What", [KIND_WORDS[kind] for kind in table["kind"]], "text", 16),
            Column("Year", table["year"].tolist(), "year", 10),
            Column("Quantity", table["quantity"].tolist(), "quantity", 18),
            Column("Real growth", table["growth"].tolist(), "factor", 12),
            Column("Price", table["rate_real"].tolist(), "cents", 14, lambda row: price.format(row=row)),
            Column("Rounding", table["rounding_real"].tolist(), "factor", 10),
            Column(
                "Amount",
                table["amount_real"].tolist(),
                "cents",
                20,
                lambda row: f"ROUND(D{row}*F{row}+G{row},2)",
                total=False,
            ),
        ],
    )


@dataclass(frozen=True)
class _Classes:
    """Capex by what its later costs hang on: life and upkeep, a row each; and the year it is spent in."""

    life: Sequence[int]
    share: Sequence[float]
    capex: npt.NDArray[np.float64]
    placed: Placed
    years: Sequence[int]

    def cell(self, row: int, year: int) -> str:
        """Cell of a class's capex in a year."""
        return f"{self.placed.letter(str(year))}{self.placed.first + row}"

    def block(self, year: int) -> str:
        """Cells of all classes in a year."""
        letter = self.placed.letter(str(year))
        return f"{letter}${self.placed.first}:{letter}${self.placed.last}"

    @property
    def shares(self) -> str:
        """Cells of the upkeep of all classes."""
        letter = self.placed.letter("Upkeep per year")
        return f"${letter}${self.placed.first}:${letter}${self.placed.last}"


class _CashFlow:
    """The sheet of the cash flow: flows by year, indicators, sums by payer, project and area, capex by asset life."""

    def __init__(self, sheet: Sheet, plan: Plan, finance: Finance, items: Placed, sales: Placed) -> None:
        self.sheet, self.plan, self.finance, self.items, self.sales = sheet, plan, finance, items, sales
        agreement = plan.programme.agreement
        self.horizon = agreement.first_year + plan.programme.horizon - 1
        self.rows = len(finance.by_year)

    def write(self) -> dict[str, str]:
        """Write it; the cell of every indicator is returned."""
        self._rate()
        indicators_at = self.sheet.top
        self.sheet.top += len(INDICATOR_WORDS) + 3
        flow_at = self.sheet.top + 1
        self.sheet.top = flow_at + self.rows + 4
        self._payers()
        self._projects()
        self._areas()
        classes = self._classes()
        after = self.sheet.top
        self.sheet.top = flow_at - 1
        self.sheet.heading("Cash flow by year")
        flow = self._flow(classes)
        self.sheet.top = indicators_at
        cells = self._indicators(flow)
        self.sheet.top = after
        self.sheet.page.freeze_panes(3, 1)
        return cells

    def _rate(self) -> None:
        page, book = self.sheet.page, self.sheet.book
        page.write_string(3, 0, "Real discount rate", book.style("text"))
        page.write_number(3, 1, self.plan.programme.rates.discount_rate_real, book.style("input"))
        self.sheet.top = 5

    def _classes(self) -> _Classes:
        """Capex of every year by asset life and upkeep, live from the bill."""
        self.sheet.heading("Capex by asset life and upkeep: what renewals, upkeep and rest value follow")
        catalogue, bill = self.plan.catalogue, self.plan.bill
        life = bill["item"].map(catalogue["life_years"]).fillna(0).astype(int)
        share = bill["item"].map(catalogue["opex_share_per_year"]).fillna(0.0).astype(float)
        years = list(self.plan.programme.agreement.calendar_years)
        table = (
            bill.assign(life=life, share=share)
            .pivot_table(index=["life", "share"], columns="year", values="capex_real", aggfunc="sum", fill_value=0.0)
            .reindex(columns=years, fill_value=0.0)
        )
        lives, shares = [int(key[0]) for key in table.index], [float(key[1]) for key in table.index]
        criteria = f"{self.items.column('Life, years')},$A{{row}},{self.items.column('Upkeep per year')},$B{{row}}"
        capex, of_year = self.items.column("Capex"), self.items.column("Year")

        def by_year(year: int) -> Callable[[int], str]:
            return lambda row: f"SUMIFS({capex},{criteria.format(row=row)},{of_year},{year})"

        columns = [Column(str(year), table[year].round(2).tolist(), "cents", 18, by_year(year)) for year in years]
        placed = self.sheet.table(
            [
                Column("Life, years (0: outlasts the horizon)", lives, "integer", 18),
                Column("Upkeep per year", shares, "general", 18),
                *columns,
            ]
        )
        return _Classes(lives, shares, table.to_numpy(dtype=np.float64), placed, years)

    def _flow(self, classes: _Classes) -> Placed:
        table, agreement = self.finance.by_year, self.plan.programme.agreement
        number = list(range(1, self.rows + 1))
        upkeep = [self._upkeep(classes, year) for year in table["year"]]
        other = [round(-paid - found, 2) + 0.0 for paid, found in zip(table["opex_real"], upkeep, strict=True)]
        level = (1.0 + self.plan.programme.rates.inflation_per_year) ** (table["year"] - agreement.price_year)
        first = self.sheet.top + 2
        users = self.finance.demand["homes_connected"] + self.finance.demand["institutions"]
        year_of = [int(year) for year in table["year"]]

        def at(row: int) -> int:
            return year_of[row - first]

        capex, of_year = self.items.column("Capex"), self.items.column("Year")
        present = (table["net_real"] * table["discount_factor"]).tolist()
        return self.sheet.table(
            [
                Column("Year", year_of, "year", 34),
                Column("Programme year", number, "integer", 18),
                Column(
                    KIND_WORDS["capex"],
                    table["capex_real"].tolist(),
                    "money",
                    18,
                    lambda row: f"-SUMIFS({capex},{of_year},$A{row})",
                    total=True,
                ),
                Column(
                    KIND_WORDS["opex"],
                    table["opex_real"].tolist(),
                    "money",
                    18,
                    lambda row: f"-ROUND({self._upkeep_formula(classes, at(row))}+R{row},2)",
                    total=True,
                ),
                self._sold("running", -1),
                Column(
                    KIND_WORDS["renewal"],
                    table["renewal_real"].tolist(),
                    "money",
                    18,
                    lambda row: self._renewals(classes, at(row)),
                    total=True,
                ),
                Column(
                    KIND_WORDS["residual"],
                    table["residual_real"].tolist(),
                    "money",
                    18,
                    lambda row: self._rest(classes, at(row)),
                    total=True,
                ),
                self._sold("revenue", 1),
                Column(KIND_WORDS["tax"], table["tax_real"].tolist(), "money", 16, total=True),
                Column(
                    "Net",
                    table["net_real"].tolist(),
                    "money",
                    18,
                    lambda row: f"ROUND(SUM(C{row}:I{row}),2)",
                    total=True,
                ),
                Column(
                    "Discount factor",
                    table["discount_factor"].tolist(),
                    "factor",
                    12,
                    lambda row: f"(1+{_RATE})^-B{row}",
                ),
                Column("Present value", present, "money", 18, lambda row: f"J{row}*K{row}", total=True),
                Column(
                    "Present value so far",
                    np.cumsum(present).tolist(),
                    "money",
                    18,
                    lambda row: f"SUM(L${first}:L{row})",
                ),
                Column("Price level", level.tolist(), "factor", 12),
                Column(
                    "Net, nominal", table["net_nominal"].tolist(), "money", 18, lambda row: f"ROUND(J{row}*N{row},2)"
                ),
                Column("All costs", self._costs(), "money", 18, lambda row: f"-SUM(C{row}:G{row})"),
                Column("Users", users.tolist(), "integer", 14),
                Column("Yearly payments beside upkeep, rounding", other, "cents", 18),
            ],
            total="Total",
        )

    def _costs(self) -> list[float]:
        table = self.finance.by_year
        return [-float(cost) for cost in table[[f"{kind}_real" for kind in KINDS[:5]]].sum(axis=1)]

    def _sold(self, kind: str, sign: int) -> Column:
        """What the sheet of sales comes to in every year."""
        amount, year, what = (self.sales.column(title) for title in ("Amount", "Year", "What"))
        minus = "-" if sign < 0 else ""
        formula = f'{minus}SUMIFS({amount},{year},$A{{row}},{what},"{KIND_WORDS[kind]}")'
        values = self.finance.by_year[f"{kind}_real"].tolist()
        return Column(KIND_WORDS[kind], values, "money", 18, lambda row: formula.format(row=row), total=True)

    def _upkeep(self, classes: _Classes, year: int) -> float:
        """Upkeep of a year as the formula has it."""
        before = [place for place, built in enumerate(classes.years) if built < year]
        return float((np.array(classes.share)[:, None] * classes.capex[:, before]).sum())

    def _upkeep_formula(self, classes: _Classes, year: int) -> str:
        before = [built for built in classes.years if built < year]
        return "+".join(f"SUMPRODUCT({classes.shares},{classes.block(built)})" for built in before) or "0"

    def _renewals(self, classes: _Classes, year: int) -> str:
        """What is bought again in a year, cell by cell."""
        due = [
            classes.cell(row, built)
            for row, life in enumerate(classes.life)
            for built in classes.years
            if life and year > built and year < self.horizon and (year - built) % life == 0
        ]
        return f"-ROUND({'+'.join(due)},2)" if due else "0"

    def _rest(self, classes: _Classes, year: int) -> str:
        """The straight-line rest of the last purchases, in the last year."""
        if year != self.horizon:
            return "0"
        parts, whole = [], 0.0
        for row, life in enumerate(classes.life):
            for place, built in enumerate(classes.years):
                if life:
                    last = built + life * ((max(self.horizon, built + 1) - 1 - built) // life)
                    left = life - (self.horizon - last)
                    parts.append(f"{classes.cell(row, built)}*{left}/{life}")
                    whole += float(classes.capex[row, place]) * left / life
        stated = float(self.finance.by_year["residual_real"].iloc[-1])
        return f"ROUND({'+'.join(parts) or '0'}+{round(stated - whole, 4)},2)"

    def _indicators(self, flow: Placed) -> dict[str, str]:
        """Indicators with live formulas where a spreadsheet can compute them."""
        found = self.finance.indicators
        net, cost = _cells(flow, "Net"), _cells(flow, "All costs")
        revenue, users = _cells(flow, KIND_WORDS["revenue"]), _cells(flow, "Users")
        capex = f"{flow.letter(KIND_WORDS['capex'])}{flow.last + 1}"
        row = {name: self.sheet.top + 3 + place for place, name in enumerate(INDICATOR_WORDS)}
        spent, earned = f"B{row['present_cost_real']}", f"B{row['present_revenue_real']}"
        formulas = {
            "npv_real": f"NPV({_RATE},{net})",
            "present_revenue_real": f"NPV({_RATE},{revenue})",
            "present_cost_real": f"NPV({_RATE},{cost})",
            "benefit_cost_ratio": f"IF({spent}>0,{earned}/{spent},0)",
            "subsidy_gap_real": f"MAX(0,-B{row['npv_real']})",
            "capex_per_home_passed_real": f"IF(B{row['homes_passed']}>0,-{capex}/B{row['homes_passed']},0)",
            "capex_per_home_connected_real": f"IF(B{row['homes_connected']}>0,-{capex}/B{row['homes_connected']},0)",
        }
        if found["irr_real"] is not None:
            formulas["irr_real"] = f"IRR({net},{found['irr_real']:.4f})"
        if found["levelised_cost_real_per_user_month"] is not None:
            formulas["levelised_cost_real_per_user_month"] = f"NPV({_RATE},{cost})/(12*NPV({_RATE},{users}))"
        self.sheet.heading("Indicators")
        page, book, currency = self.sheet.page, self.sheet.book, self.plan.programme.agreement.currency
        for place, title in enumerate(("Indicator", "At the figures of this book", "As planned", "Remark")):
            page.write_string(self.sheet.top, place, title, book.style("head-text" if place in (0, 3) else "head"))
        for name, (label, style) in INDICATOR_WORDS.items():
            at, value = row[name] - 1, found[name]
            page.write_string(at, 0, label.format(currency=currency), book.style("text"))
            page.write_string(at, 3, self.finance.remarks.get(name, ""), book.style("text"))
            for place in (1, 2):
                if value is None:
                    page.write_string(at, place, "none", book.style("general"))
                elif place == 1 and name in formulas:
                    page.write_formula(at, place, formulas[name], book.style(style), value)
                else:
                    page.write_number(at, place, value, book.style(style))
        return {name: f"'{CASH_FLOW}'!$B${at}" for name, at in row.items()}

    def _sums(self, title: str, table: pd.DataFrame, names: list[Column]) -> None:
        self.sheet.heading(title)
        start = len(names)
        first = chr(ord("A") + start)
        last = chr(ord("A") + start + len(KINDS) - 1)
        self.sheet.table(
            [
                *names,
                *(Column(KIND_WORDS[kind], table[f"{kind}_real"].tolist(), "money", 18, total=True) for kind in KINDS),
                Column(
                    "Net",
                    table["net_real"].tolist(),
                    "money",
                    18,
                    lambda row: f"ROUND(SUM({first}{row}:{last}{row}),2)",
                    total=True,
                ),
                Column("Present value", table["present_real"].tolist(), "money", 18, total=True),
            ],
            total="Total",
        )

    def _payers(self) -> None:
        table = self.finance.by_payer
        names = [PAYER_WORDS[word] for word in table["payer"]]
        self._sums(
            "By payer, over all years: who bears a cost, or pays a fee", table, [Column("Payer", names, "text", 34)]
        )

    def _projects(self) -> None:
        table = self.finance.by_project
        names = {project.id: project.name for project in self.plan.programme.projects}
        self._sums(
            "By project, over all years",
            table,
            [Column("Project", [names[key] for key in table["project"]], "long", 34)],
        )

    def _areas(self) -> None:
        table = self.finance.by_area
        names = dict(zip(self.plan.areas["id"], self.plan.areas["name"], strict=True))
        told = [names.get(key, "In no area, and sources") for key in table["area_id"]]
        self._sums("By area, over all years", table, [Column("Area", told, "long", 34)])


def _cells(placed: Placed, title: str) -> str:
    letter = placed.letter(title)
    return f"{letter}{placed.first}:{letter}{placed.last}"


def _equity(sheet: Sheet, equity: Equity) -> None:
    table = equity.by_year
    sheet.table(
        [
            Column("By the end of", table["year"].tolist(), "year", 34),
            Column("Coverage of homes", table["coverage"].tolist(), "share", 14),
            Column("Gini coefficient", table["gini"].tolist(), "factor", 14),
            Column("Coverage, worst-off tenth", table["worst_tenth_coverage"].tolist(), "share", 14),
            Column(
                "Worst-off tenth over mean",
                table["worst_tenth_ratio"].tolist(),
                "factor",
                14,
                lambda row: f"IF(B{row}>0,D{row}/B{row},0)",
            ),
        ],
        freeze=1,
    )
    sheet.heading("The worst-off areas at the end, and what it would take")
    worst = equity.worst
    sheet.table(
        [
            Column("Area", worst["name"].tolist(), "long", 34),
            Column("Households", worst["households"].tolist(), "integer", 14),
            Column("Coverage", worst["coverage"].tolist(), "share", 14),
            Column("Households missing to the mean", worst["missing_to_mean"].tolist(), "integer", 14),
            Column("Capex to the mean", worst["to_mean_real"].tolist(), "money", 18),
            Column("Households missing to the target", worst["missing_to_target"].tolist(), "integer", 14),
            Column("Capex to the target", worst["to_target_real"].tolist(), "money", 18),
            Column("Remark", worst["remark"].tolist(), "long", 60),
        ]
    )
    sheet.heading("Coverage of every area by the end of every year")
    wide = equity.by_area_year.pivot_table(index="area_id", columns="year", values="coverage", sort=True)
    years = [Column(str(year), wide[year].tolist(), "share", 12) for year in wide.columns]
    sheet.table([Column("Area", list(wide.index), "text", 34), *years])


def _emissions(sheet: Sheet, carbon: Carbon) -> None:
    by_element, table = carbon.by_element, carbon.by_year
    placed = sheet.table(
        [
            Column("What", [KIND_WORDS[kind] for kind in by_element["kind"]], "text", 26),
            Column("Of", by_element["element"].str.replace("_", " ").tolist(), "text", 26),
            Column("Quantity", by_element["quantity"].tolist(), "quantity", 20),
            Column("Unit", by_element["unit"].tolist(), "text", 14),
            Column("kg a unit", by_element["factor"].tolist(), "input", 16),
            Column("kg CO₂e", by_element["kg"].tolist(), "integer", 20, lambda row: f"C{row}*E{row}", total=True),
        ],
        total="Total",
        freeze=1,
    )
    sheet.remark(f"Over {len(table)} years. Where the grid's factor changes, electricity is at its mean.")
    sheet.heading("By year")
    assert placed.last >= placed.first - 1
    sheet.table(
        [
            Column("Year", table["year"].tolist(), "year", 26),
            *(
                Column(f"{KIND_WORDS[kind]}, kg", table[f"{kind}_kg"].tolist(), "integer", 20, total=True)
                for kind in ("trench", "terminals", "replacement", "electricity")
            ),
            Column(
                "All, kg CO₂e", table["total_kg"].tolist(), "integer", 20, lambda row: f"SUM(B{row}:E{row})", total=True
            ),
            Column("kg per kWh", table["grid_kg_per_kwh"].tolist(), "factor", 12),
            Column("Cost at the price of a tonne", table["cost_real"].tolist(), "money", 18, total=True),
        ],
        total="Total",
    )

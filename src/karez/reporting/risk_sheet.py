"""The sheet ``Risk`` of the workbook."""

from __future__ import annotations

from karez.model.plan import Plan
from karez.model.risk import QUANTILES
from karez.reporting.book import Book, Column, Sheet
from karez.reporting.risk_section import FIGURES, factor_name, plan_name, risk_findings

_STYLES = {"coverage": "share", "service": "integer"}


def add_risk(book: Book, plan: Plan) -> None:
    """Add the sheet, if there is any risk to tell."""
    risk = plan.risk
    if risk is None:
        return
    draws, currency = len(risk.draws), plan.programme.agreement.currency
    sheet = Sheet(book, "Risk", "What could go wrong", f"{draws:,} draws, seed {risk.seed}. Money in {currency}.")
    for sentence in risk_findings(plan):
        sheet.remark(sentence, across=9)
    _bands(sheet, plan)
    years = risk.by_year
    sheet.heading("By the end of each year")
    sheet.table(
        [
            Column("Year", years["year"].tolist(), "year", 30),
            Column("Money is enough until then", years["holds"].tolist(), "share"),
            Column("Budget so far, nominal", years["budget"].tolist(), "money", 18),
            Column("Needed as planned, nominal", years["cost"].tolist(), "money", 18),
            *(Column(f"Needed, {q.upper()}", years[f"cost_{q}"].tolist(), "money", 18) for q in QUANTILES),
            Column("Coverage as planned", years["coverage"].tolist(), "share"),
            *(Column(f"Coverage, {q.upper()}", years[f"coverage_{q}"].tolist(), "share") for q in QUANTILES),
        ]
    )
    _targets(sheet, plan)
    _tornado(sheet, plan)
    _plans(sheet, plan)


def _bands(sheet: Sheet, plan: Plan) -> None:
    assert plan.risk is not None
    sheet.heading("Ranges")
    for style in ("money", "share", "integer"):
        of = [_STYLES.get(figure, "money") == style for figure in plan.risk.bands["figure"]]
        table = plan.risk.bands[of]
        if table.empty:
            continue
        columns = {"As planned": "plan", **{q.upper(): q for q in QUANTILES}, "Mean": "mean"}
        columns |= {"Least": "least", "Greatest": "greatest"}
        sheet.table(
            [
                Column("Figure", [FIGURES[figure] for figure in table["figure"]], "text", 30),
                *(Column(title, table[name].tolist(), style, 18) for title, name in columns.items()),
            ]
        )


def _targets(sheet: Sheet, plan: Plan) -> None:
    assert plan.risk is not None
    targets = plan.risk.targets
    if targets.empty:
        return
    sheet.heading("How sure the targets are")
    sheet.table(
        [
            Column("Project", targets["project"].tolist(), "text", 30),
            Column("By the end of", targets["year"].tolist(), "year"),
            Column("Target", targets["target"].tolist(), "share"),
            Column("Planned", targets["planned"].tolist(), "share"),
            Column("Met in so many draws", targets["probability"].tolist(), "share"),
            *(Column(q.upper(), targets[q].tolist(), "share") for q in QUANTILES),
        ]
    )


def _tornado(sheet: Sheet, plan: Plan) -> None:
    assert plan.risk is not None
    items = dict(zip(plan.risk.factors["factor"], plan.risk.factors["items"], strict=True))
    table = plan.risk.tornado[plan.risk.tornado["figure"] == "capex_real"]
    sheet.heading("What matters most: capex, real, with one at its low or high and all else as most likely")
    sheet.table(
        [
            Column("What", [factor_name(name, items[name]) for name in table["factor"]], "text", 30),
            Column("All as most likely", table["base"].tolist(), "money", 18),
            Column("At its low", table["low"].tolist(), "money", 18),
            Column("At its high", table["high"].tolist(), "money", 18),
            Column("Swing", table["swing"].tolist(), "money", 18),
            Column("Rank correlation", table["rank_correlation"].tolist(), "factor"),
        ]
    )


def _plans(sheet: Sheet, plan: Plan) -> None:
    assert plan.risk is not None
    if plan.risk.regret is None:
        return
    table = plan.risk.regret.plans
    sheet.heading("Would another plan be safer? Regret in household-years of service; no bound")
    sheet.table(
        [
            Column("Plan", [plan_name(name) for name in table["plan"]], "text", 30),
            Column("Service, mean", table["service"].tolist(), "integer", 18),
            Column("Coverage at the end, mean", table["coverage"].tolist(), "share"),
            Column("Regret, mean", table["mean_regret"].tolist(), "integer", 18),
            Column("Regret, P90", table["p90_regret"].tolist(), "integer", 18),
            Column("Regret, greatest", table["max_regret"].tolist(), "integer", 18),
            Column("Chosen", ["yes" if name == plan.risk.regret.chosen else "" for name in table["plan"]]),
            Column("What it is", table["about"].tolist(), "long", 40),
        ]
    )

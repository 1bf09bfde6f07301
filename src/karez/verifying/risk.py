"""Risk: draws that lie where they may, costs from quantities and drawn prices, ranges and regret from their rows.

What was followed draw by draw within the budgets (coverage, service) is not derived again; its ranges are.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
from scipy.stats import beta

from karez.verifying.money import CENT, available, price_level
from karez.verifying.run import Run
from karez.verifying.verdict import Check, Finding, conclude

CLOSE = 1e-9
"""Share by which figures that are equal may differ in the last digits."""
EDGE = 1e-6
"""How near to the edge of its stratum a draw may lie to be taken for either side."""
FIXED = "(fixed)"
QUANTILES = {"p10": 0.1, "p50": 0.5, "p90": 0.9}


def is_there(run: Run) -> bool:
    """Whether the run holds a risk analysis."""
    return "risk" in run.summary or (run.folder / "risk").is_dir()


def draws(run: Run) -> Check:
    """Every price, take-up and delay lies in its range, once in each stratum of its distribution."""
    table = _table(run, "draws")
    proven = f"{len(table):,} draws, every factor once in each of as many equal parts of its distribution"
    return conclude("risk draws", proven, _draw_findings(run, table))


def _draw_findings(run: Run, table: pd.DataFrame) -> Iterator[Finding]:
    for column, ends in _ranges(run).items():
        values = table[column].tolist()
        low, mode, high = ends
        if not all(low - CLOSE * abs(low) <= value <= high + CLOSE * abs(high) for value in values):
            yield Finding("drawn outside its range", column)
        elif high > low and not _is_stratified([_place(value, *ends, run.programme.risk.shape) for value in values]):
            yield Finding("not once in each stratum", column)
        elif high <= low and any(abs(value - mode) > CLOSE * max(1.0, abs(mode)) for value in values):
            yield Finding("moves though it has no range", column)


def _ranges(run: Run) -> dict[str, tuple[float, float, float]]:
    """Low, mode and high of every column of the draws that has a range of its own."""
    found = {
        f"price:{item}": (row["low_real"], row["rate_real"], row["high_real"])
        for item, row in run.catalogue.to_dict("index").items()
    }
    rules, planned = run.programme.risk, run.programme.demand.take_up
    high = min(rules.take_up.high, 1.0 / planned) if planned > 0 else 1.0
    found["take_up"] = (
        (rules.take_up.low, min(1.0, high), high) if planned > 0 and high > rules.take_up.low else (1,) * 3
    )
    for year in run.calendar_years:
        found[f"delay:{year}"] = (rules.delay.low, rules.delay.likely, rules.delay.high)
    return found


def _place(value: float, low: float, mode: float, high: float, shape: str) -> float:
    """Share of the distribution that lies below a value."""
    at, peak = (value - low) / (high - low), (mode - low) / (high - low)
    if shape == "pert":
        return float(beta.cdf(at, 1.0 + 4.0 * peak, 1.0 + 4.0 * (1.0 - peak)))
    if at <= peak:
        return at * at / peak if peak > 0 else 0.0
    return 1.0 - (1.0 - at) ** 2 / (1.0 - peak)


def _is_stratified(places: Sequence[float]) -> bool:
    """Whether the sorted places lie one in each of equal parts."""
    count = len(places)
    return all(
        number - EDGE * count <= count * place <= number + 1 + EDGE * count
        for number, place in enumerate(sorted(places))
    )


def cost(run: Run) -> Check:
    """Cost of the plan in every draw, from its quantities and the drawn prices."""
    outcomes = _table(run, "outcomes")
    proven = f"the plan's cost in {len(outcomes):,} draws is that of its quantities at the drawn prices"
    return conclude("risk cost", proven, _cost_findings(run, outcomes))


def _cost_findings(run: Run, outcomes: pd.DataFrame) -> Iterator[Finding]:
    quantities = _table(run, "quantities").to_dict("records")
    set_prices = {f"price:{item}": rate for item, rate in run.catalogue["rate_real"].items()}
    capex, _ = _cost(run, quantities, {**set_prices, "take_up": 1.0})
    for year in run.calendar_years:
        stated = run.summary["capex_real_per_year"][str(year)]
        if abs(capex[year] - stated) > CENT * (len(run.proof.options) + len(run.proof.elements)):
            yield Finding("quantities do not cost what the plan costs in", str(year))
    budget = available(run.programme)
    for drawn, row in zip(_table(run, "draws").to_dict("records"), outcomes.to_dict("records"), strict=True):
        capex, opex = _cost(run, quantities, drawn)
        name = f"draw {int(drawn['draw'])}"
        if drawn["draw"] != row["draw"]:
            yield Finding("draws and outcomes are not of the same draw", name)
        for year in run.calendar_years:
            if not _same_money(row[f"capex:{year}"], capex[year]):
                yield Finding(f"capex of {year} is not that of the quantities", name)
        nominal = {year: money * price_level(run.programme, year) for year, money in capex.items()}
        if not _same_money(row["capex_real"], math.fsum(capex.values())):
            yield Finding("capex is not that of the quantities", name)
        if not _same_money(row["capex_nominal"], math.fsum(nominal.values())):
            yield Finding("nominal capex is not that of the quantities", name)
        lacking = _lacking(run, capex, opex, budget)
        if abs(row["over_nominal"] - max(lacking)) > _slack(budget):
            yield Finding("lack of money is not that of cost and budgets", name)
        if (row["holds"] == "True") != (max(lacking) <= 0.0) and abs(max(lacking)) > _slack(budget):
            yield Finding("budget holds, or not, against cost and budgets", name)


def _slack(budget: dict[int, float]) -> float:
    """Last digits of money of the size of all budgets, and a cent."""
    return CENT + CLOSE * math.fsum(budget.values())


def _cost(
    run: Run, quantities: list[dict[Any, Any]], drawn: dict[Any, Any]
) -> tuple[dict[int, float], dict[int, float]]:
    """Capex of each year, and opex per year that begins after it, at one draw."""
    capex: dict[int, list[float]] = {year: [] for year in run.calendar_years}
    opex: dict[int, list[float]] = {year: [] for year in run.calendar_years}
    for row in quantities:
        price = 1.0 if row["item"] == FIXED else drawn[f"price:{row['item']}"]
        for kind, sums in (("capex", capex), ("opex", opex)):
            units = row[f"{kind}_fixed"] + drawn["take_up"] * row[f"{kind}_moving"]
            sums[int(row["year"])].append(units * price)
    return ({year: math.fsum(parts) for year, parts in sums.items()} for sums in (capex, opex))  # type: ignore[return-value]


def _lacking(run: Run, capex: dict[int, float], opex: dict[int, float], budget: dict[int, float]) -> list[float]:
    """What is lacking by the end of every year, nominal."""
    pays, lacking, so_far, running = run.programme.agreement.budget_pays, [], 0.0, 0.0
    for year in run.calendar_years:
        paid = capex[year] * ("capex" in pays) + running * ("opex" in pays)
        so_far += paid * price_level(run.programme, year) - budget[year]
        running += opex[year]
        lacking.append(so_far)
    return lacking


def ranges(run: Run) -> Check:
    """Quantiles, means and shares follow from the draws, and the summary says the same."""
    proven = "quantiles, means, shares and rank correlations follow from the draws; summary.json says the same"
    return conclude("risk ranges", proven, _range_findings(run))


def _range_findings(run: Run) -> Iterator[Finding]:
    outcomes, said = _table(run, "outcomes"), run.summary.get("risk", {})
    columns = {"coverage": f"coverage:{run.calendar_years[-1]}"}
    for band in _table(run, "bands").to_dict("records"):
        values = sorted(outcomes[columns.get(band["figure"], band["figure"])].tolist())
        derived = {name: quantile(values, share) for name, share in QUANTILES.items()}
        derived |= {"mean": math.fsum(values) / len(values), "least": values[0], "greatest": values[-1]}
        for name, value in derived.items():
            if not _close(band[name], value):
                yield Finding(f"{name} in risk/bands is not that of the draws", band["figure"])
            if not _close(said["bands"][band["figure"]][name], value):
                yield Finding(f"{name} in summary.json is not that of the draws", band["figure"])
    holds = (outcomes["holds"] == "True").tolist()
    if not _close(said["budget_holds"], sum(holds) / len(holds)):
        yield Finding("share of draws in which the budget holds is not that of the draws", "summary.json")
    for row in _table(run, "by_year").to_dict("records"):
        values = sorted(outcomes[f"coverage:{int(row['year'])}"].tolist())
        for name, share in QUANTILES.items():
            if not _close(row[f"coverage_{name}"], quantile(values, share)):
                yield Finding(f"coverage {name} in risk/by_year is not that of the draws", str(int(row["year"])))
    yield from _rank_findings(run, outcomes)


def _rank_findings(run: Run, outcomes: pd.DataFrame) -> Iterator[Finding]:
    """Rank correlation of capex with every price that is drawn alone, with take-up and with delay."""
    table, tornado = _table(run, "draws"), _table(run, "tornado")
    stated = tornado[tornado["figure"] == "capex_real"].set_index("factor")["rank_correlation"].to_dict()
    for row in _table(run, "factors").to_dict("records"):
        factor, items = row["factor"], str(row["items"]).split()
        column = f"price:{items[0]}" if row["kind"] == "prices" else factor
        column = f"delay:{run.calendar_years[0]}" if factor == "delay" else column
        derived = table[column].rank().corr(outcomes["capex_real"].rank())
        derived = 0.0 if math.isnan(derived) else float(derived)
        if abs(stated[factor] - derived) > 1e-6:
            yield Finding("rank correlation with capex is not that of the draws", factor)


def quantile(ascending: Sequence[float], share: float) -> float:
    """Quantile on a straight line between ordered values.

    >>> quantile([1.0, 2.0, 4.0], 0.75)
    3.0
    """
    at = share * (len(ascending) - 1)
    below = math.floor(at)
    above = min(below + 1, len(ascending) - 1)
    return ascending[below] + (at - below) * (ascending[above] - ascending[below])


def regret(run: Run) -> Check:
    """Regret of every candidate plan, from the service of all plans in every draw."""
    if not (run.folder / "risk" / "regret.csv").is_file():
        return Check("risk regret", True, "no other plan was compared")
    matrix, plans = _table(run, "regret"), _table(run, "plans")
    proven = f"regret of {len(plans)} candidates follows from their service in {len(matrix):,} draws"
    return conclude("risk regret", proven, _regret_findings(run, matrix, plans))


def _regret_findings(run: Run, matrix: pd.DataFrame, plans: pd.DataFrame) -> Iterator[Finding]:
    service = [column for column in matrix.columns if column.startswith("service:")]
    rows = matrix.to_dict("records")
    for row in rows:
        name = f"draw {int(row['draw'])}"
        best = max(row[column] for column in service)
        if row["best_service"] != best or row[f"service:{row['best']}"] != best:
            yield Finding("best plan is not the one with the most service", name)
    columns = {"expected": "mean_regret", "worst": "max_regret", "p90": "p90_regret"}
    for plan in plans.to_dict("records"):
        lost = sorted(row["best_service"] - row[f"service:{plan['plan']}"] for row in rows)
        derived = {
            "mean_regret": math.fsum(lost) / len(lost),
            "max_regret": lost[-1],
            "p90_regret": quantile(lost, 0.9),
        }
        for name, value in derived.items():
            if not abs(plan[name] - value) <= CLOSE * max(row["best_service"] for row in rows):
                yield Finding(f"{name} is not that of the draws", plan["plan"])
    said = run.summary["risk"]["regret"]
    if said["criterion"]:
        column = columns[said["criterion"]]
        if plans.loc[plans["plan"] == said["chosen"], column].tolist() != [plans[column].min()]:
            yield Finding("chosen plan is not the one with the least regret", said["chosen"])


def _table(run: Run, name: str) -> pd.DataFrame:
    """A table of ``risk/``, its numbers to the last digit; words stay words, empty cells of numbers are NaN."""
    path: Path = run.folder / "risk" / f"{name}.csv"
    return pd.read_csv(path, dtype=str, keep_default_na=False).apply(_read)


def _read(column: pd.Series[str]) -> pd.Series[Any]:
    try:
        return column.map(lambda cell: float(cell) if cell else math.nan)
    except ValueError:
        return column


def _close(stated: float, derived: float) -> bool:
    return abs(stated - derived) <= CLOSE * max(1.0, abs(derived))


def _same_money(stated: float, derived: float) -> bool:
    return abs(stated - derived) <= CENT + CLOSE * abs(derived)

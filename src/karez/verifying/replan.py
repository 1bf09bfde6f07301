"""A plan of the rest: its money follows from what was signed and paid, its changes from both plans."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from karez.errors import DataFault, Fault
from karez.model.baseline import Baseline
from karez.verifying.money import CENT, price_level
from karez.verifying.run import REMEDY, Run
from karez.verifying.verdict import Check, Finding, conclude

FOLDER = "replan"


def is_there(run: Run) -> bool:
    """Whether a run is a plan of the rest."""
    return (run.folder / FOLDER).is_dir()


def read_kept(folder: Path) -> Baseline | None:
    """What stood when a run was planned again, as a baseline; None if it is no plan of the rest.

    Raises
    ------
    DataFault
        The files are missing or cannot be read.
    """
    place = folder / FOLDER
    if not place.is_dir():
        return None
    try:
        about = json.loads((place / "about.json").read_text(encoding="utf-8"))
        return Baseline(_table(place, "kept"), _table(place, "parts"), about)
    except (OSError, ValueError) as error:
        problem = f"what stands cannot be read ({error})"
        raise DataFault([Fault(FOLDER, problem=problem, remedy=REMEDY)]) from None


def _table(place: Path, name: str) -> pd.DataFrame:
    return pd.read_parquet(place / f"{name}.parquet")


def money(run: Run) -> Check:
    """What is left in every year follows from budgets as signed, what was paid, and what must still be paid."""
    table = _table(run.folder / FOLDER, "money")
    proven = f"the money of {len(run.calendar_years)} open years follows from what was signed and paid"
    return conclude("money left", proven, _money_findings(run, table))


def _money_findings(run: Run, table: pd.DataFrame) -> Iterator[Finding]:
    first = run.calendar_years[0]
    rows = table.to_dict("records")
    gone = math.fsum(row["paid_nominal"] + row["reserved_nominal"] for row in rows)
    so_far, until = 0.0, {}
    for row in rows:
        so_far += row["budget_nominal"] - row["upkeep_nominal"]
        if row["year"] >= first:
            until[int(row["year"])] = so_far - gone
    if tuple(until) != run.calendar_years:
        yield Finding("open years are not those of the programme", str(tuple(until)))
        return
    stated, sums = dict(zip(run.calendar_years, run.programme.agreement.budget, strict=True)), 0.0
    for year in run.calendar_years:
        sums += stated[year]
        most = max(0.0, min(money for at, money in until.items() if at >= year))
        if abs(sums - most) > len(until) * CENT:
            yield Finding("money so far is not what is left of what was signed", str(year))
    for row in rows:
        if row["year"] < first and row["left_nominal"]:
            yield Finding("a year that is over has money", str(row["year"]))


def changes(run: Run) -> Check:
    """Years, technologies and money of the changes are those of the plan, and the bridge adds up."""
    place = run.folder / FOLDER
    tables = {name: _table(place, name) for name in ("money", "bridge", "changes")}
    proven = f"{len(tables['changes']):,} changes agree with the plan, and their money adds up"
    return conclude("changes", proven, _change_findings(run, tables))


def _change_findings(run: Run, tables: dict[str, pd.DataFrame]) -> Iterator[Finding]:
    sites = run.sites.set_index("id")[["year", "technology", "capex_real"]].to_dict("index")
    for row in tables["changes"].to_dict("records"):
        if abs(row["to_nominal"] - row["from_nominal"] - row["change_nominal"]) > CENT:
            yield Finding("change is not the difference of both plans", str(row["id"]))
        if not str(row["reason"]).strip():
            yield Finding("change without a reason", str(row["id"]))
        if row["kind"] != "site":
            continue
        new = sites.get(row["id"])
        year = math.nan if new is None else new["year"]
        if pd.isna(row["to_year"]) != math.isnan(year) or (not math.isnan(year) and row["to_year"] != year):
            yield Finding("year of the change is not that of the plan", str(row["id"]))
        elif new is not None and not math.isnan(year):
            paid = new["capex_real"] * price_level(run.programme, int(year))
            if abs(paid - row["to_nominal"]) > CENT:
                yield Finding("money of the change is not that of the plan", str(row["id"]))
    steps = tables["bridge"]["amount_nominal"].tolist()
    if abs(math.fsum(steps[:-1]) - steps[-1]) > CENT * len(steps):
        yield Finding("steps do not add up to the new plan", "bridge")
    if abs(math.fsum(tables["money"]["replanned_nominal"]) - steps[-1]) > CENT * len(steps):
        yield Finding("years do not add up to the new plan", "bridge")


def stands(run: Run) -> Check:
    """What stands is not planned again: its sites count as served, its spans cost nothing."""
    kept = _table(run.folder / FOLDER, "kept")
    return conclude("what stands", f"{len(kept):,} elements that stand are not paid again", _stand_findings(run, kept))


def _stand_findings(run: Run, kept: pd.DataFrame) -> Iterator[Finding]:
    share = dict(zip(kept["id"], kept["built_share"], strict=True))
    for row in run.sites.to_dict("records"):
        if share.get(row["id"], 0.0) >= 1.0 and (row["already_served"] != 1.0 or row["year"] == row["year"]):
            yield Finding("in service, but planned again", row["id"])
    for row in run.spans.to_dict("records"):
        if share.get(row["id"], 0.0) >= 1.0 and (row["status"] != "operational" or row["capex_real"]):
            yield Finding("built, but paid again", row["id"])

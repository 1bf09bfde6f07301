"""All money of a status in one long table, told apart by project, area, contract and year; groupings are sums of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd

from karez.model.baseline import Baseline
from karez.tracking.earned import MONTHS, Steps, split
from karez.tracking.sums import Longs, Sums

MEASURES = ("budget", "planned", "earned", "paid", "contracted")
KEYS = ("project", "area", "contract", "year")


def cube(
    baseline: Baseline,
    sums: Sums,
    growth: Steps,
    earnings: pd.DataFrame,
    contracts: pd.DataFrame,
    rates: Mapping[str, float],
    as_of: date,
) -> pd.DataFrame:
    """Rows of money in hundredths, ``minor``, by :data:`KEYS`, ``month``, ``party`` and ``measure``.

    Parameters
    ----------
    baseline : Baseline
        The plan.
    sums : Sums
        What was posted.
    growth : Steps
        How elements grew.
    earnings : DataFrame
        What they earned by it.
    contracts : DataFrame
        Index ``id``: ``project`` and ``area`` that a contract names.
    rates : mapping
        Units of the programme's currency in one of each currency.
    as_of : date
        Until when the plan is counted.
    """
    rows = [
        *_plan(baseline, growth, sums, as_of),
        _earned(baseline, earnings, sums),
        *_money(baseline, sums, contracts, rates),
    ]
    return pd.concat([_summed(one) for one in rows], ignore_index=True)


def _summed(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows that are told apart by nothing as one: a million payments become some thousand rows."""
    keys = [name for name in rows if name != "minor"]
    return rows.groupby(keys, sort=True)["minor"].sum().reset_index()


def contract_of(baseline: Baseline, growth: Steps, sums: Sums) -> pd.Series:
    """Contract under which each element was worked on last; empty where under none."""
    words = np.zeros(len(baseline.elements), dtype=np.int64)
    named = growth.contract > 0
    words[growth.element[named]] = growth.contract[named]
    return pd.Series(sums.words[words], dtype=object)


def elapsed(year: Longs, as_of: date) -> npt.NDArray[np.float64]:
    """Share of each calendar year that has passed: the plan is taken to be built evenly through its year.

    >>> elapsed(np.array([2025, 2026, 2027]), date(2026, 7, 2)).round(3).tolist()
    [1.0, 0.501, 0.0]
    """
    start = np.array([date(int(one), 1, 1).toordinal() for one in year.tolist()])
    length = np.array([date(int(one) + 1, 1, 1).toordinal() for one in year.tolist()]) - start
    return np.asarray(np.clip((as_of.toordinal() + 1 - start) / length, 0.0, 1.0), dtype=np.float64)


def _plan(baseline: Baseline, growth: Steps, sums: Sums, as_of: date) -> list[pd.DataFrame]:
    """The plan's money at completion, and what of it should be earned by now."""
    elements, parts = baseline.elements, baseline.parts
    element = parts["element"].to_numpy(dtype=np.int64)
    year = elements["year"].to_numpy(dtype=np.int64)
    distinct, place = np.unique(year, return_inverse=True)
    passed = elapsed(distinct, as_of)[place][element]
    money = parts["planned_minor"].to_numpy(dtype=np.int64)
    keys = {
        "project": parts["project"].to_numpy(dtype=object),
        "area": elements["area"].to_numpy(dtype=object)[element],
        "contract": contract_of(baseline, growth, sums).to_numpy()[element],
        "year": year[element],
        "month": MONTHS * year[element] + MONTHS - 1,
    }
    now = np.rint(money * passed).astype(np.int64)
    return [pd.DataFrame({**keys, "measure": name, "minor": m}) for name, m in (("budget", money), ("planned", now))]


def _earned(baseline: Baseline, earnings: pd.DataFrame, sums: Sums) -> pd.DataFrame:
    month = earnings["month"].to_numpy(dtype=np.int64)
    areas = baseline.elements["area"].to_numpy(dtype=object)
    return pd.DataFrame(
        {
            "project": earnings["project"],
            "area": areas[earnings["element"].to_numpy(dtype=np.int64)],
            "contract": sums.words[earnings["contract"].to_numpy(dtype=np.int64)],
            "year": month // MONTHS,
            "month": month,
            "measure": "earned",
            "minor": earnings["earned_minor"],
        }
    )


def _money(baseline: Baseline, sums: Sums, contracts: pd.DataFrame, rates: Mapping[str, float]) -> list[pd.DataFrame]:
    """Payments and contracts with their variations; what names an element goes to its projects and its area."""
    place = {name: row for row, name in enumerate(baseline.elements["id"].tolist())}
    known = {number: place[word] for number, word in enumerate(sums.words.tolist()) if word in place}
    return [
        _attributed(baseline, sums, sums.of(*kinds), known, contracts, rates).assign(measure=measure)
        for measure, kinds in (("paid", ("payment",)), ("contracted", ("contract", "variation")))
    ]


def in_programme_money(amount: Longs, currency: Longs, sums: Sums, rates: Mapping[str, float]) -> Longs:
    """Hundredths of the programme's currency."""
    numbers, place = np.unique(currency, return_inverse=True)
    factor = np.array([rates.get(str(sums.words[number]), 1.0) for number in numbers.tolist()])
    return np.rint(amount * factor[place]).astype(np.int64) if len(amount) else amount


def _attributed(
    baseline: Baseline,
    sums: Sums,
    rows: Mapping[str, Longs],
    known: Mapping[int, int],
    contracts: pd.DataFrame,
    rates: Mapping[str, float],
) -> pd.DataFrame:
    """Money by project and area: as its element has it, else as the event says, else as its contract says."""
    minor = in_programme_money(rows["amount"], rows["currency"], sums, rates)
    element = np.array([known.get(word, -1) for word in rows["element"].tolist()], dtype=np.int64)
    keys = pd.DataFrame(
        {
            "project": sums.words[rows["project"]],
            "area": sums.words[rows["area"]],
            "contract": sums.words[rows["contract"]],
            "year": rows["month"] // MONTHS,
            "month": rows["month"],
            "party": sums.words[rows["party"]],
            "minor": minor,
        }
    )
    for name in ("project", "area"):
        by_contract = keys["contract"].map(contracts[name]).fillna("")
        keys[name] = keys[name].where(keys[name] != "", by_contract)
    on = np.flatnonzero(element >= 0)
    if not on.size:
        return keys
    row, part, share = split(baseline, element[on], minor[on])
    spread = keys.iloc[on[row]].reset_index(drop=True)
    projects = np.array([*baseline.parts["project"], ""], dtype=object)
    own = baseline.elements["project"].to_numpy(dtype=object)[element[on]]
    spread["project"] = np.where(part >= 0, projects[part], own[row])
    spread["area"] = baseline.elements["area"].to_numpy(dtype=object)[element[on]][row]
    spread["minor"] = share
    return pd.concat([keys[element < 0], spread], ignore_index=True)

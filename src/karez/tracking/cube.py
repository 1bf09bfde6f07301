"""All money of a status in one long table, told apart by project, area, contract and year; groupings are sums of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd

from karez.model.baseline import Baseline
from karez.tracking.earned import MONTHS, Steps, split
from karez.tracking.grouping import Longs, summed
from karez.tracking.posted import Postings

MEASURES = ("budget", "planned", "earned", "paid", "contracted")
KEYS = ("project", "area", "contract", "year")
WORDS = ("project", "area", "contract", "party")
Rows = tuple[dict[str, Longs], Longs]
"""Keys by name, texts as their numbers, and hundredths."""


def cube(
    baseline: Baseline,
    posted: Postings,
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
    posted : Postings
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
    cut = _Cut(baseline, posted, growth.place)
    rows = {
        **cut.plan(growth, as_of),
        "earned": cut.earned(earnings),
        "paid": cut.money(("payment",), contracts, rates),
        "contracted": cut.money(("contract", "variation"), contracts, rates),
    }
    return pd.concat([cut.told(*summed(*rows[measure]), measure) for measure in MEASURES], ignore_index=True)


def contract_of(baseline: Baseline, growth: Steps) -> Longs:
    """Word of the contract under which each element was worked on last; 0 where under none."""
    words = np.zeros(len(baseline.elements), dtype=np.int64)
    named = growth.contract > 0
    words[growth.element[named]] = growth.contract[named]
    return words


def elapsed(year: Longs, as_of: date) -> npt.NDArray[np.float64]:
    """Share of each calendar year that has passed: the plan is taken to be built evenly through its year.

    >>> elapsed(np.array([2025, 2026, 2027]), date(2026, 7, 2)).round(3).tolist()
    [1.0, 0.501, 0.0]
    """
    start = np.array([date(int(one), 1, 1).toordinal() for one in year.tolist()])
    length = np.array([date(int(one) + 1, 1, 1).toordinal() for one in year.tolist()]) - start
    return np.asarray(np.clip((as_of.toordinal() + 1 - start) / length, 0.0, 1.0), dtype=np.float64)


def in_programme_money(amount: Longs, currency: Longs, posted: Postings, rates: Mapping[str, float]) -> Longs:
    """Hundredths of the programme's currency."""
    factor = np.ones(len(posted.words))
    for name, rate in rates.items():
        if name in posted.number:
            factor[posted.number[name]] = rate
    return np.rint(amount * factor[currency]).astype(np.int64)


class _Cut:
    """Cuts money by what it is told apart by; texts of the plan get numbers beside those of the ledger's words."""

    def __init__(self, baseline: Baseline, posted: Postings, place: Longs) -> None:
        self.posted, self.place, self._number = posted, place, dict(posted.number)
        elements, parts = baseline.elements, baseline.parts
        self.baseline = baseline
        self.area, self.own = self._numbers(elements["area"]), self._numbers(elements["project"])
        self.element, self.project = parts["element"].to_numpy(dtype=np.int64), self._numbers(parts["project"])

    def _numbers(self, texts: pd.Series) -> Longs:
        """Number of each text."""
        codes, distinct = pd.factorize(texts)
        known = [self._number.setdefault(str(text), len(self._number)) for text in distinct]
        return np.array(known, dtype=np.int64)[codes] if len(codes) else np.empty(0, dtype=np.int64)

    def told(self, keys: dict[str, Longs], minor: Longs, measure: str) -> pd.DataFrame:
        """Rows with their texts again, sorted by them."""
        texts = np.array(list(self._number), dtype=object)
        told = {name: texts[key] if name in WORDS else key for name, key in keys.items()}
        rows = pd.DataFrame({**told, "measure": measure, "minor": minor})
        return rows.sort_values(list(keys), ignore_index=True)

    def plan(self, growth: Steps, as_of: date) -> dict[str, Rows]:
        """The plan's money at completion, and what of it should be earned by now."""
        years = self.baseline.elements["year"].to_numpy(dtype=np.int64)
        distinct, place = np.unique(years, return_inverse=True)
        passed = elapsed(distinct, as_of)[place][self.element]
        money = self.baseline.parts["planned_minor"].to_numpy(dtype=np.int64)
        year = years[self.element]
        keys = {
            "project": self.project,
            "area": self.area[self.element],
            "contract": contract_of(self.baseline, growth)[self.element],
            "year": year,
            "month": MONTHS * year + MONTHS - 1,
        }
        return {"budget": (keys, money), "planned": (keys, np.rint(money * passed).astype(np.int64))}

    def earned(self, earnings: pd.DataFrame) -> Rows:
        """What was built, in planned money."""
        month = earnings["month"].to_numpy(dtype=np.int64)
        keys = {
            "project": self.project[earnings["part"].to_numpy(dtype=np.int64)],
            "area": self.area[earnings["element"].to_numpy(dtype=np.int64)],
            "contract": earnings["contract"].to_numpy(dtype=np.int64),
            "year": month // MONTHS,
            "month": month,
        }
        return keys, earnings["earned_minor"].to_numpy(dtype=np.int64)

    def money(self, kinds: tuple[str, ...], contracts: pd.DataFrame, rates: Mapping[str, float]) -> Rows:
        """Money by project and area: as its element has it, else as the event says, else as its contract says."""
        rows = self.posted.of(kinds, (*WORDS, "element", "currency", "month", "amount_minor"))
        minor = in_programme_money(rows["amount_minor"], rows["currency"], self.posted, rates)
        keys = {name: rows[name] for name in WORDS}
        for name in ("project", "area"):
            by_contract = np.zeros(len(self.posted.words), dtype=np.int64)
            for contract, text in contracts[name].items():
                by_contract[self.posted.number[str(contract)]] = self._number[str(text)]
            keys[name] = np.where(keys[name] > 0, keys[name], by_contract[keys["contract"]])
        keys = {**keys, "year": rows["month"] // MONTHS, "month": rows["month"]}
        element = self.place[rows["element"]]
        on, off = np.flatnonzero(element >= 0), np.flatnonzero(element < 0)
        row, part, share = split(self.baseline, element[on], minor[on])
        spread = {name: key[on[row]] for name, key in keys.items()}
        spread["project"] = np.where(part >= 0, np.r_[self.project, 0][part], self.own[element[on]][row])
        spread["area"] = self.area[element[on]][row]
        return (
            {name: np.concatenate([keys[name][off], spread[name]]) for name in keys},
            np.concatenate([minor[off], share]),
        )

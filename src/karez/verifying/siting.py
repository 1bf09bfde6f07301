"""A choice of places proven again: who is served where, within limits, and the bound added up from multipliers."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from karez.verifying.cases import miss_nothing
from karez.verifying.verdict import Check, Finding, conclude

COLUMNS: dict[str, tuple[str, ...]] = {
    "limits": ("spare", "budget", "scale", "value", "bound"),
    "places": ("fixed", "capacity", "charge", "opened"),
    "customers": ("leave", "weight", "pair"),
    "pairs": ("customer", "place", "cost", "use"),
    "duals": ("dual",),
    "fixings": ("dual", "gone", "there"),
    "cases": ("dual", "gone", "there", "bound"),
}
"""Columns each table of ``proof/`` must have, see :func:`karez.designing.siting_tables.siting_tables`."""

NEVER = 1 << 60
MUST = -1
MANY = 2_000_000
Longs = npt.NDArray[np.int64]
Bytes = npt.NDArray[np.int8]


@dataclass(frozen=True)
class Claim:
    """A siting problem, its answer and its proof, as a folder says them."""

    tables: dict[str, pd.DataFrame]

    def limit(self, name: str) -> int:
        """A figure of the table ``limits``."""
        return int(self.tables["limits"][name].iloc[0])

    def of(self, table: str, column: str) -> Longs:
        """A column of whole numbers."""
        return self.tables[table][column].to_numpy(np.int64)

    @cached_property
    def opened(self) -> npt.NDArray[np.bool_]:
        """Places opened."""
        return self.tables["places"]["opened"].to_numpy(np.bool_)

    @cached_property
    def room(self) -> list[int]:
        """Capacities; where a place may serve all its customers it has room enough."""
        return [int(one) for one in self.of("places", "capacity")]

    @cached_property
    def limited(self) -> bool:
        """Whether the capacity of any place may be reached."""
        used = np.bincount(self.of("pairs", "place"), self.of("pairs", "use"), len(self.opened))
        return bool((used > self.of("places", "capacity")).any())

    @cached_property
    def need(self) -> int:
        """Use that no answer can do without."""
        if not len(self.tables["pairs"]):
            return 0
        least = self.tables["pairs"].groupby("customer")["use"].min()
        if self.limit("spare") < 0:
            must = np.flatnonzero(self.of("customers", "leave") == MUST)
            return int(least.reindex(must).fillna(0).sum())
        weight = self.of("customers", "weight")
        room = self.limit("spare") - int(weight.sum()) + int(weight[least.index].sum())
        use = least.to_numpy(np.int64)
        return int(use.sum()) - (knapsack(use, weight[least.index], room) if room >= 0 else 0)

    @cached_property
    def grain(self) -> int:
        """Every answer costs a multiple of this."""
        parts = [self.of("places", "fixed"), self.of("pairs", "cost"), np.maximum(self.of("customers", "leave"), 0)]
        return max(1, int(np.gcd.reduce(np.concatenate(parts))))


def knapsack(gain: Longs, use: Longs, room: int) -> int:
    """No choice of items that use at most `room` together gains more: the relaxed knapsack, rounded up.

    >>> knapsack(np.array([6, 10, 12]), np.array([1, 2, 3]), 5)
    24
    """
    good = gain > 0
    gain, use = gain[good], use[good]
    if int(use.sum()) <= room:
        return int(gain.sum())
    ratio = np.where(use > 0, gain / np.maximum(use, 1), np.inf)
    order = np.argsort(-ratio, kind="stable")
    over = order[np.cumsum(use[order]) > room][0]
    price, per = int(gain[over]), max(int(use[over]), 1)
    beyond = sum(max(0, g * per - price * u) for g, u in zip(gain.tolist(), use.tolist(), strict=True))
    return int(-(-(price * room + beyond) // per))


def packing(gain: Longs, use: Longs, room: int) -> int:
    """No choice of whole items that use at most `room` together gains more.

    Choices are kept while none uses less and gains more, and while what is left could still make them the best
    (Nemhauser and Ullmann 1969, doi:10.1287/mnsc.15.9.494); where they are too many, parts of items count.

    >>> packing(np.array([6, 10, 12]), np.array([1, 2, 3]), 5)
    22
    """
    good = (gain > 0) & (use <= room)
    gain, use = gain[good], use[good]
    if int(use.sum()) <= room:
        return int(gain.sum())
    order = np.argsort(-np.where(use > 0, gain / np.maximum(use, 1), np.inf), kind="stable")
    gain, use = gain[order], use[order]
    gains, uses = np.zeros(1, np.int64), np.zeros(1, np.int64)
    sum_gain, sum_use = (np.append(0, np.cumsum(one)) for one in (gain, use))
    for k in range(len(gain)):
        gains, uses = np.append(gains, gains + gain[k]), np.append(uses, uses + use[k])
        gains, uses = gains[uses <= room], uses[uses <= room]
        turn = np.lexsort([-gains, uses])
        gains, uses = gains[turn], uses[turn]
        first = np.append(True, gains[1:] > np.maximum.accumulate(gains)[:-1])
        gains, uses = gains[first], uses[first]
        # What the next items can add: whole ones, then one counted whole beyond.
        fits = np.searchsorted(sum_use[k + 1 :], room - uses + sum_use[k + 1], side="right") + k
        sure = gains + sum_gain[fits] - sum_gain[k + 1]
        hope = sure + np.append(gain, 0)[np.minimum(fits, len(gain))]
        kept = hope >= sure.max()
        gains, uses = gains[kept], uses[kept]
        if len(gains) > MANY:
            return knapsack(gain, use, room)
    return int(gains.max())


def covering(cost: Longs, size: Longs, need: int) -> int:
    """No choice of items of at least this size together costs less, whatever their signs; rounded down."""
    ratio = np.where(size > 0, cost / np.maximum(size, 1), np.inf)
    order = np.argsort(ratio, kind="stable")
    order = order[size[order] > 0]
    if not len(order):
        return int(np.minimum(cost, 0).sum())
    filled = np.cumsum(size[order].astype(object))
    last = order[int(np.argmax(filled >= need))] if (filled >= need).any() else order[-1]
    price, per = max(int(cost[last]), 0), max(int(size[last]), 1)
    total = price * need + sum(min(0, c * per - price * s) for c, s in zip(cost.tolist(), size.tolist(), strict=True))
    return int(total // per)


class Multipliers:
    """What one row of multipliers proves of any case."""

    def __init__(self, claim: Claim, dual: Longs) -> None:
        self.claim = claim
        scale = claim.limit("scale")
        place = claim.of("pairs", "place")
        gain = dual[claim.of("pairs", "customer")] - scale * claim.of("pairs", "cost")
        use = claim.of("pairs", "use")
        earned = np.zeros(len(claim.opened), np.int64)
        np.add.at(earned, place, np.maximum(gain, 0))
        used = np.zeros(len(claim.opened), np.int64)
        np.add.at(used, place, np.where(gain > 0, use, 0))
        for j in np.flatnonzero(used > claim.of("places", "capacity")):
            mine = place == j
            earned[j] = packing(gain[mine], use[mine], claim.room[j])
        self.net = scale * claim.of("places", "fixed") - earned
        leave = claim.of("customers", "leave")
        back = np.where(leave == MUST, 0, np.maximum(dual - scale * np.maximum(leave, 0), 0))
        spare = claim.limit("spare")
        given = int(back.sum()) if spare < 0 else knapsack(back, claim.of("customers", "weight"), spare)
        self.customers = int(dual.sum()) - given

    def bound(self, status: Bytes) -> int:
        """No answer of the case costs less."""
        claim = self.claim
        if _impossible(claim, status):
            return NEVER
        free, there = status == 0, status > 0
        scale, budget = claim.limit("scale"), claim.limit("budget")
        base = int(self.net[there].sum())
        charge = claim.of("places", "charge")
        earns = np.maximum(-self.net[free], 0)
        if budget >= 0:
            best = base - knapsack(earns, charge[free], budget - int(charge[there].sum()))
        else:
            best = base - int(earns.sum())
        short = claim.need - sum(room for room, open_ in zip(claim.room, there, strict=True) if open_)
        if short > 0 and claim.limited:
            best = max(best, base + covering(self.net[free], claim.of("places", "capacity")[free], short))
        total = max(best + self.customers, scale * int(claim.of("places", "fixed")[there].sum()))
        return -(-total // (scale * claim.grain)) * claim.grain


def _impossible(claim: Claim, status: Bytes) -> bool:
    charge, budget = claim.of("places", "charge"), claim.limit("budget")
    if 0 <= budget < int(charge[status > 0].sum()):
        return True
    reached = np.zeros(len(claim.tables["customers"]), np.bool_)
    reached[claim.of("pairs", "customer")[status[claim.of("pairs", "place")] >= 0]] = True
    if (~reached & (claim.of("customers", "leave") == MUST)).any():
        return True
    left = sum(room for room, state in zip(claim.room, status, strict=True) if state >= 0)
    if claim.limited and left < claim.need:
        return True
    return claim.limit("spare") >= 0 and int(claim.of("customers", "weight")[~reached].sum()) > claim.limit("spare")


def siting_checks(tables: dict[str, pd.DataFrame], kind: str) -> list[Check]:
    """Prove answer, cases and bound again."""
    claim = Claim(tables)
    return [_answer(claim, kind), _cases(claim, kind), _bound(claim, kind)]


def _answer(claim: Claim, kind: str) -> Check:
    """Everybody who must be is served at an open place, within limits, and the value is the sum."""
    findings = []
    pair, leave = claim.of("customers", "pair"), claim.of("customers", "leave")
    served = np.flatnonzero(pair >= 0)
    at = pair[served]
    wrong = served[claim.of("pairs", "customer")[at] != served]
    findings += [Finding("is served by another's pair", f"customer {i}") for i in wrong]
    shut = served[~claim.opened[claim.of("pairs", "place")[at]]]
    findings += [Finding("is served where nothing is open", f"customer {i}") for i in shut]
    findings += [Finding("is not served", f"customer {i}") for i in np.flatnonzero((pair < 0) & (leave == MUST))]
    used = np.zeros(len(claim.opened), np.int64)
    np.add.at(used, claim.of("pairs", "place")[at], claim.of("pairs", "use")[at])
    over = np.flatnonzero(used > claim.of("places", "capacity"))
    findings += [Finding("serves more than it can", f"place {j}") for j in over]
    spent = int(claim.of("places", "charge")[claim.opened].sum())
    if 0 <= claim.limit("budget") < spent:
        findings.append(Finding("is overspent", "budget"))
    left = int(claim.of("customers", "weight")[pair < 0].sum())
    if 0 <= claim.limit("spare") < left:
        findings.append(Finding("is above what may be left", "weight unserved"))
    value = int(claim.of("places", "fixed")[claim.opened].sum()) + int(claim.of("pairs", "cost")[at].sum())
    value += int(leave[pair < 0].sum())
    if value != claim.limit("value"):
        findings.append(Finding("differs from the sum of its parts", "value"))
    proven = f"{claim.opened.sum():,} places serve {len(served):,} of {len(pair):,} within limits"
    return conclude(f"{kind} answer", proven, findings)


def _cases(claim: Claim, kind: str) -> Check:
    """The cases are the leaves of a tree of decisions on places that are not fixed."""
    fixed = {int(j) for column in ("gone", "there") for some in claim.tables["fixings"][column] for j in some}
    said = []
    for _, gone, there, _ in _rows(claim, "cases"):
        case = {int(j): -1 for j in gone if int(j) not in fixed} | {int(j): 1 for j in there if int(j) not in fixed}
        said.append(case)
    findings = [] if miss_nothing(said) else [Finding("miss something", "cases")]
    return conclude(f"{kind} cases", f"{len(said):,} cases miss no answer", findings)


def _bound(claim: Claim, kind: str) -> Check:
    """Multipliers add up to what fixings and cases claim."""
    findings = []
    duals: dict[int, Multipliers] = {}

    def multipliers(row: int) -> Multipliers:
        if row not in duals:
            dual = np.asarray(claim.tables["duals"]["dual"].iloc[row], np.int64)
            if (dual < 0).any():
                findings.append(Finding("holds less than nothing", f"multipliers {row}"))
            duals[row] = Multipliers(claim, np.maximum(dual, 0))
        return duals[row]

    status = np.zeros(len(claim.opened), np.int8)
    value = claim.limit("value")
    for dual, gone, there in _rows(claim, "fixings"):
        for some, against in ((gone, 1), (there, -1)):
            for j in some:
                turned = status.copy()
                turned[j] = against
                if multipliers(int(dual)).bound(turned) < value:
                    findings.append(Finding("is fixed without reason", f"place {j}"))
        status[np.asarray(gone, np.int64)] = -1
        status[np.asarray(there, np.int64)] = 1
    bounds = [value]
    for number, (dual, gone, there, told) in enumerate(_rows(claim, "cases")):
        case = np.zeros(len(claim.opened), np.int8)
        case[np.asarray(gone, np.int64)] = -1
        case[np.asarray(there, np.int64)] = 1
        bound = multipliers(int(dual)).bound(case)
        bounds.append(bound)
        if told > bound:
            findings.append(Finding("is higher than its multipliers prove", f"bound of case {number}"))
    if claim.limit("bound") > min(bounds):
        findings.append(Finding("is higher than its cases prove", "bound"))
    return conclude(f"{kind} bound", f"{min(bounds):,}, by {len(duals):,} rows of multipliers", findings)


def _rows(claim: Claim, table: str) -> list[tuple[Any, ...]]:
    frame = claim.tables[table]
    return list(zip(*(frame[column] for column in COLUMNS[table]), strict=True))

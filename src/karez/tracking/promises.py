"""Commitments against what was delivered; contracts, milestones and payers as they stand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import Connection, select

from karez.model.baseline import Baseline
from karez.model.event import KIND_NUMBER, MILLI
from karez.tracking.cube import in_programme_money
from karez.tracking.earned import Steps
from karez.tracking.grouping import Longs, summed
from karez.tracking.posted import Postings
from karez.tracking.schema import EVENT, POSTING
from karez.units import MINOR_PER_UNIT

MONTHS = 12


@dataclass(frozen=True)
class Standing:
    """An event that is in force, with the quantity and amount that its corrections leave it."""

    event: Any
    quantity_milli: int | None
    amount_minor: int | None


def in_force(connection: Connection, kind: str, as_of: date) -> list[Standing]:
    """Events of a kind until a day that no correction annuls, in the order of the chain."""
    number = KIND_NUMBER[kind]
    of_kind = select(POSTING.c.seq).where(POSTING.c.kind == number)  # sorted by kind: no scan of all events
    rows = connection.execute(
        select(EVENT)
        .where(EVENT.c.seq.in_(of_kind), EVENT.c.kind == number, EVENT.c.day <= as_of.isoformat())
        .order_by(EVENT.c.seq)
    ).all()
    columns = (EVENT.c.id, EVENT.c.corrects, EVENT.c.quantity_milli, EVENT.c.amount_minor)
    corrections = connection.execute(select(*columns).where(EVENT.c.corrects != "")).all()
    after = {row.corrects: row for row in corrections}
    return [standing for row in rows if (standing := _standing(row, after)) is not None]


def _standing(row: Any, after: Mapping[str, Any]) -> Standing | None:
    """What a line of corrections leaves of an event; see :mod:`karez.tracking.correcting`."""
    states: list[tuple[int | None, int | None] | None] = [None, (row.quantity_milli, row.amount_minor)]
    step = after.get(row.id)
    while step is not None:
        if step.quantity_milli is None and step.amount_minor is None:
            states.append(states[-2])
        else:
            last = states[-1] or (row.quantity_milli, row.amount_minor)
            quantity = last[0] if step.quantity_milli is None else step.quantity_milli
            states.append((quantity, last[1] if step.amount_minor is None else step.amount_minor))
        step = after.get(step.id)
    return None if states[-1] is None else Standing(row, *states[-1])


def contracts(connection: Connection, as_of: date, posted: Postings, rates: Mapping[str, float]) -> pd.DataFrame:
    """Contracts in force with their variations, index ``id``, money in the programme's."""
    signed = in_force(connection, "contract", as_of)
    changed = posted.of(("variation",), ("contract", "currency", "amount_minor"))
    by_word: dict[int, int] = {}
    minor = in_programme_money(changed["amount_minor"], changed["currency"], posted, rates)
    for word, amount in zip(changed["contract"].tolist(), minor.tolist(), strict=True):
        by_word[word] = by_word.get(word, 0) + amount
    rows = [
        {
            "id": one.event.contract,
            "name": one.event.name,
            "party": one.event.party,
            "counterparty": one.event.counterparty,
            "day": one.event.day,
            "project": one.event.project,
            "area": one.event.area,
            "document": one.event.document,
            "signed_nominal": round((one.amount_minor or 0) * rates.get(one.event.currency, 1.0)) / MINOR_PER_UNIT,
            "variations_nominal": by_word.get(posted.number.get(one.event.contract, -1), 0) / MINOR_PER_UNIT,
        }
        for one in signed
    ]
    columns = (
        "id", "name", "party", "counterparty", "day", "project", "area", "document", "signed_nominal",
        "variations_nominal",
    )  # fmt: skip
    return pd.DataFrame(rows, columns=list(columns)).drop_duplicates("id").set_index("id", drop=False)


def milestones(connection: Connection, as_of: date) -> pd.DataFrame:
    """Milestones by name: when due, when met, and how they stand."""
    found: dict[str, dict[str, str]] = {}
    for one in in_force(connection, "milestone", as_of):
        row = found.setdefault(one.event.name, {"name": one.event.name, "due": "", "met": "", "document": ""})
        row["due"] = one.event.due or row["due"]
        row["document"] = one.event.document or row["document"]
        if one.event.state == "met":
            row["met"] = row["met"] or one.event.day
    table = pd.DataFrame(list(found.values()), columns=["name", "due", "met", "document"])
    return table.assign(state=[_milestone_state(row, as_of.isoformat()) for row in found.values()])


def _milestone_state(row: Mapping[str, str], today: str) -> str:
    if row["met"]:
        return "met late" if row["due"] and row["met"] > row["due"] else "met"
    return "late" if row["due"] and row["due"] < today else "to come"


def payers(connection: Connection, as_of: date, posted: Postings, rates: Mapping[str, float]) -> pd.DataFrame:
    """Money paid and promised by organisation, the largest payer first."""
    paid = posted.of(("payment",), ("party", "currency", "amount_minor"))
    minor = in_programme_money(paid["amount_minor"], paid["currency"], posted, rates)
    party, totals = summed({"party": paid["party"]}, minor)
    given = dict(zip(map(str, posted.words[party["party"]]), totals.tolist(), strict=True))
    promised: dict[str, int] = {}
    for one in in_force(connection, "commitment", as_of):
        if one.amount_minor is not None:
            money_now = round(one.amount_minor * rates.get(one.event.currency, 1.0))
            promised[one.event.party] = promised.get(one.event.party, 0) + money_now
    found = sorted(given.keys() | promised.keys(), key=lambda name: (-given.get(name, 0), name))
    rows = [(name, promised.get(name, 0), given.get(name, 0)) for name in found]
    table = pd.DataFrame(rows, columns=["party", "committed_nominal", "paid_nominal"])
    money = ["committed_nominal", "paid_nominal"]
    return table.assign(**{name: table[name].astype("float64") / MINOR_PER_UNIT for name in money})


class Scope:
    """Deliveries by month inside a project, area or element.

    Parameters
    ----------
    baseline, posted, growth
        The plan, what was posted, and how elements grew.
    money : DataFrame
        Payments by ``project``, ``area``, ``month``, ``party``, ``minor``.
    """

    def __init__(self, baseline: Baseline, growth: Steps, money: pd.DataFrame) -> None:
        elements = baseline.elements
        self._kind = elements["kind"].to_numpy(dtype=object)
        self._unit = elements["unit"].to_numpy(dtype=object)
        self._area = elements["area"].to_numpy(dtype=object)
        self._id = elements["id"].to_numpy(dtype=object)
        self._homes = elements["households"].to_numpy(dtype=np.float64)
        self._quantity = elements["quantity_milli"].to_numpy(dtype=np.float64)
        self._weight = _project_weights(baseline)
        self._growth, self._money = growth, money

    def delivered(self, event: Any, unit: str) -> tuple[Longs, np.ndarray[Any, np.dtype[np.float64]]]:
        """Months, and what was delivered in each: metres, sites, homes, or money of the event's party."""
        if not unit:
            money = self._money[self._money["party"] == event.party]
            for name in ("project", "area"):
                wanted = getattr(event, name)
                money = money[money[name] == wanted] if wanted else money
            return money["month"].to_numpy(), money["minor"].to_numpy(dtype=np.float64) / MINOR_PER_UNIT
        growth = self._growth
        at = growth.element
        inside = np.ones(len(at), dtype=bool) if not event.area else self._area[at] == event.area
        if event.element:
            inside &= self._id[at] == event.element
        weight = self._weight[event.project][at] if event.project in self._weight else np.ones(len(at))
        gain = growth.after - growth.before
        if unit == "m":
            value = np.where(self._unit[at] == "m", gain * self._quantity[at] / MILLI, 0.0)
        else:
            whole = (growth.after >= 1.0).astype(float) - (growth.before >= 1.0)
            value = np.where(self._kind[at] == "site", whole, 0.0) * (self._homes[at] if unit == "household" else 1.0)
        return growth.month[inside], (value * weight)[inside]


@dataclass(frozen=True)
class Yardstick:
    """What promises are held against.

    Parameters
    ----------
    as_of : date
        The day.
    rates : mapping
        Units of the programme's currency in one of each currency.
    pace : mapping
        Schedule performance by project; of the whole under the empty id.
    risk : float
        Schedule performance below which a promise that is not due is at risk.
    """

    as_of: date
    rates: Mapping[str, float]
    pace: Mapping[str, float]
    risk: float


def commitments(connection: Connection, scope: Scope, by: Yardstick) -> pd.DataFrame:
    """Every promise against what was delivered inside its scope.

    Parameters
    ----------
    connection : Connection
        The ledger.
    scope : Scope
        Deliveries.
    by : Yardstick
        Day, rates, pace.
    """
    rows = list(_commitments(connection, scope, by))
    columns = ("id", "party", "scope", "promised", "done", "unit", "due", "reached", "share", "state", "document")
    return pd.DataFrame(rows, columns=list(columns))


def _commitments(connection: Connection, scope: Scope, by: Yardstick) -> Iterator[tuple[Any, ...]]:
    for one in in_force(connection, "commitment", by.as_of):
        event = one.event
        for unit, promised in _promises(one, by.rates):
            months, values = scope.delivered(event, unit)
            done = float(values.sum())
            reached = _reached(months, values, promised)
            where = ", ".join(filter(None, (event.project, event.area, event.element))) or "the whole programme"
            state = _state(promised, done, event, reached, by)
            yield (
                event.id, event.party, where, promised, round(done, 3), unit or "money", event.due, reached,
                done / promised if promised else 1.0, state, event.document,
            )  # fmt: skip


def _promises(one: Standing, rates: Mapping[str, float]) -> Iterator[tuple[str, float]]:
    """What is promised, by unit; money has the empty one."""
    if one.quantity_milli is not None:
        yield one.event.unit, one.quantity_milli / MILLI
    if one.amount_minor is not None:
        yield "", round(one.amount_minor * rates.get(one.event.currency, 1.0)) / MINOR_PER_UNIT


def _reached(months: Longs, values: Any, promised: float) -> str:
    """Month in which a promise was reached for good; empty if it is not."""
    if not len(months) or float(values.sum()) < promised - 1e-6:
        return ""
    order = np.argsort(months, kind="stable")
    running = np.cumsum(values[order])
    short = np.flatnonzero(running < promised - 1e-6)
    month = int(months[order][short[-1] + 1 if short.size else 0])
    return f"{month // MONTHS}-{month % MONTHS + 1:02d}"


def _state(promised: float, done: float, event: Any, reached: str, by: Yardstick) -> str:
    if reached:
        if reached > event.due[:7]:
            return "fulfilled late"
        return "over-fulfilled" if done > promised + 1e-6 else "fulfilled"
    if event.due < by.as_of.isoformat():
        return "under-fulfilled"
    pace = by.pace.get(event.project, by.pace.get("", 1.0))
    return "at risk" if pace < by.risk else "on track"


def _project_weights(baseline: Baseline) -> dict[str, np.ndarray[Any, np.dtype[np.float64]]]:
    """Share of every element in every project: as its money is split; a site is wholly its own project's."""
    parts, elements = baseline.parts, baseline.elements
    element = parts["element"].to_numpy(dtype=np.int64)
    money = parts["planned_minor"].to_numpy(dtype=np.float64)
    whole = np.bincount(element, money, minlength=len(elements))
    own = elements["project"].to_numpy(dtype=object)
    weights = {}
    for project in (one["id"] for one in baseline.about["projects"]):
        mine = (parts["project"] == project).to_numpy()
        share = np.bincount(element[mine], money[mine], minlength=len(elements)) / np.maximum(whole, 1.0)
        weights[project] = np.where(own != "", (own == project).astype(float), share)
    return weights


def payments(connection: Connection, as_of: date) -> pd.DataFrame:
    """Payments in force, money as it was paid."""
    rows = [
        {
            "id": one.event.id,
            "day": one.event.day,
            "party": one.event.party,
            "counterparty": one.event.counterparty,
            "contract": one.event.contract,
            "project": one.event.project,
            "amount_nominal": (one.amount_minor or 0) / MINOR_PER_UNIT,
            "currency": one.event.currency,
        }
        for one in in_force(connection, "payment", as_of)
        if one.amount_minor
    ]
    names = ["id", "day", "party", "counterparty", "contract", "project", "amount_nominal", "currency"]
    return pd.DataFrame(rows, columns=names)

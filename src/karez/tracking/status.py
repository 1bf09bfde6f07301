"""The status: everything the ledger tells, as of a day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd
from sqlalchemy import Connection, select

from karez.model.baseline import Baseline
from karez.model.delivery import Delivery, Outlook
from karez.model.event import MILLI
from karez.tracking.approving import approvals, earlier_elements, read_baseline
from karez.tracking.collecting import uncollected
from karez.tracking.cube import MEASURES, cube
from karez.tracking.earned import MONTHS, Steps, earned, standing, steps
from karez.tracking.outlook import outlook
from karez.tracking.posted import Postings, read_postings
from karez.tracking.promises import Scope, Yardstick, commitments, contracts, milestones, payers
from karez.tracking.schema import EVENT, LINE
from karez.tracking.store import Ledger, end_of_chain
from karez.units import MINOR_PER_UNIT

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Terms:
    """What a status is measured by.

    Parameters
    ----------
    rates : mapping
        Units of the programme's currency in one of each currency.
    risk : float
        Schedule performance below which a promise that is not due is at risk.
    signed : bool
        Whether the budget is signed: what is not begun is then ``planned``.
    seed : int
        Seed of the outlook.
    """

    rates: Mapping[str, float]
    risk: float
    signed: bool
    seed: int = 0


def status(ledger: Ledger, as_of: date, terms: Terms) -> Delivery:
    """Measure what was delivered until a day against the newest baseline.

    Parameters
    ----------
    ledger : Ledger
        The ledger.
    as_of : date
        Last day that counts.
    terms : Terms
        Rates, and what is taken for what.

    Raises
    ------
    UsageFault
        No plan was approved.
    DataFault
        The ledger cannot be read.
    """
    with ledger.reading() as connection, uncollected():
        return _status(connection, as_of, terms)


def _status(connection: Connection, as_of: date, terms: Terms) -> Delivery:
    baseline = read_baseline(connection)
    posted = read_postings(connection, as_of)
    growth = steps(baseline, posted)
    signed = contracts(connection, as_of, posted, terms.rates)
    money = cube(baseline, posted, growth, earned(baseline, growth), signed, terms.rates, as_of)
    elements = _elements(baseline, growth, terms.signed)
    by_project = _grouped(money, "project", {one["id"]: one["name"] for one in baseline.about["projects"]}, terms.seed)
    spi = dict(zip(by_project["id"], by_project["spi"], strict=True))
    whole = _totals(money, elements, baseline)
    paid = money[money["measure"] == "paid"]
    by = Yardstick(as_of, terms.rates, {**spi, "": whole["spi"]}, terms.risk)
    promises = commitments(connection, Scope(baseline, growth, paid), by)
    paying = payers(connection, as_of, posted, terms.rates)
    head = end_of_chain(connection)
    return Delivery(
        as_of=as_of,
        head=head,
        approvals=tuple(approvals(connection)),
        baseline=baseline,
        totals={**whole, "committed_nominal": float(paying["committed_nominal"].sum()), "events": float(head.count)},
        by_project=by_project,
        by_area=_grouped(money, "area", {one["id"]: one["name"] for one in baseline.about["areas"]}, terms.seed),
        by_contract=_grouped(money, "contract", dict(zip(signed["id"], signed["name"], strict=True)), terms.seed),
        by_year=_grouped(money, "year", {}, None),
        curve=_curve(money, baseline, as_of),
        commitments=promises,
        payers=paying,
        targets=_targets(baseline, elements, as_of),
        areas=_areas(baseline, elements, as_of),
        contracts=signed.reset_index(drop=True),
        milestones=milestones(connection, as_of),
        elements=elements,
        beyond=_beyond(connection, baseline, posted, terms.signed),
        spent=_spent(paid),
        lines=_lines(connection, as_of),
        outlook=_outlooks(money, np.zeros(len(money), dtype=np.int64), 1, terms.seed)[0],
    )


def _elements(baseline: Baseline, growth: Steps, signed: bool) -> pd.DataFrame:
    """Elements with the share that stands, their OFDS status and the day of their last step."""
    share, day = standing(baseline, growth)
    reported = np.zeros(len(share), dtype=np.int64)
    np.add.at(reported, growth.element, growth.built_milli)
    begun = np.where(share > 0, "underConstruction", "planned" if signed else "proposed")
    state = np.where(share >= 1.0, "operational", begun)
    distinct, place = np.unique(day, return_inverse=True)
    days = np.array([date.fromordinal(one).isoformat() if one else "" for one in distinct.tolist()], dtype=object)
    return baseline.elements.assign(
        built_share=share, status=state.astype(object), in_service=days[place], reported_milli=reported
    )


def _beyond(connection: Connection, baseline: Baseline, posted: Postings, signed: bool) -> Baseline:
    """What stands of elements that only earlier versions of the baseline have."""
    earlier = earlier_elements(connection, baseline)
    if earlier.elements.empty:
        empty = baseline.elements.iloc[:0].assign(built_share=0.0, status="", in_service="", reported_milli=0)
        return Baseline(empty, earlier.parts, baseline.about)
    elements = _elements(earlier, steps(earlier, posted), signed)
    stands = np.flatnonzero(elements["built_share"] > 0)
    row = np.full(len(elements), -1, dtype=np.int64)
    row[stands] = np.arange(len(stands))
    parts = earlier.parts.assign(element=row[earlier.parts["element"].to_numpy(dtype=np.int64)])
    parts = parts[parts["element"] >= 0].reset_index(drop=True)
    return Baseline(elements.iloc[stands].reset_index(drop=True), parts, baseline.about)


def _spent(paid: pd.DataFrame) -> pd.DataFrame:
    """Money paid by project and year."""
    sums = paid.groupby(["project", "year"], sort=True)["minor"].sum().reset_index()
    return sums.assign(paid_nominal=sums.pop("minor") / MINOR_PER_UNIT)


def _grouped(money: pd.DataFrame, key: str, names: Mapping[str, str], seed: int | None) -> pd.DataFrame:
    """Measures by one key; a range of the estimate where a seed is given."""
    table = money.pivot_table(index=key, columns="measure", values="minor", aggfunc="sum", fill_value=0, sort=True)
    table = table.reindex(columns=list(MEASURES), fill_value=0)
    made = pd.DataFrame({"id": table.index, "name": [names.get(one) or one or "(none)" for one in table.index]})
    for measure in MEASURES:
        made[f"{measure}_nominal"] = table[measure].to_numpy(dtype=np.float64) / MINOR_PER_UNIT
    made["spi"] = _ratio(made["earned_nominal"], made["planned_nominal"])
    made["cpi"] = _ratio(made["earned_nominal"], made["paid_nominal"])
    made["estimate_nominal"] = _estimate(made)
    if seed is None:
        return made
    place = pd.Index(made["id"]).get_indexer(money[key])
    ranges = [one.at_completion_nominal for one in _outlooks(money, place, len(made), seed)]
    made["estimate_low_nominal"] = [one[0] for one in ranges]
    made["estimate_high_nominal"] = [one[2] for one in ranges]
    return made


def _ratio(over: pd.Series, under: pd.Series) -> Floats:
    """Their ratio; NaN where there is nothing to divide by."""
    some = under.to_numpy(dtype=np.float64) > 0
    above, below = over.to_numpy(dtype=np.float64), under.to_numpy(dtype=np.float64)
    return np.asarray(np.divide(above, below, out=np.full(len(over), np.nan), where=some), dtype=np.float64)


def _estimate(table: pd.DataFrame) -> Floats:
    """Cost at completion if what is left costs as what was built did; as planned where nothing was paid or earned."""
    left = np.maximum(table["budget_nominal"] - table["earned_nominal"], 0.0)
    known = np.isfinite(table["cpi"]) & (table["cpi"] > 0)
    factor = np.where(known, 1.0 / np.where(known, table["cpi"], 1.0), 1.0)
    return np.asarray(np.round(table["paid_nominal"] + left * factor, 2), dtype=np.float64)


def _totals(money: pd.DataFrame, elements: pd.DataFrame, baseline: Baseline) -> dict[str, float]:
    sums = money.groupby("measure")["minor"].sum()
    table = pd.DataFrame({f"{name}_nominal": [int(sums.get(name, 0)) / MINOR_PER_UNIT] for name in MEASURES})
    table["spi"] = _ratio(table["earned_nominal"], table["planned_nominal"])
    table["cpi"] = _ratio(table["earned_nominal"], table["paid_nominal"])
    table["estimate_nominal"] = _estimate(table)
    kind = elements["kind"]
    spans, sites = elements[kind == "span"], elements[kind == "site"]
    served = sites[sites["built_share"] >= 1.0]
    areas = pd.DataFrame(baseline.about["areas"], columns=["id", "name", "households", "served_before"])
    cables = spans[spans["unit"] == "m"]
    return {
        **{str(name): float(table[name].iloc[0]) for name in table},
        "route_km": float(cables["quantity_milli"].sum()) / MILLI**2,
        "built_km": round(float((cables["quantity_milli"] * cables["built_share"]).sum()) / MILLI**2, 6),
        "spans": float(len(spans)),
        "spans_built": float((spans["built_share"] >= 1.0).sum()),
        "sites": float(len(sites)),
        "sites_served": float(len(served)),
        "homes": float(areas["households"].sum()),
        "homes_served_before": float(areas["served_before"].sum()),
        "homes_planned": float(sites["households"].sum()),
        "homes_connected": float(served["households"].sum()),
    }


def _curve(money: pd.DataFrame, baseline: Baseline, as_of: date) -> pd.DataFrame:
    """Cumulative money by month: the plan evenly through its years, what was earned and paid until the day."""
    first = MONTHS * baseline.about["first_year"]
    now = MONTHS * as_of.year + as_of.month - 1
    begun = money.loc[money["measure"].isin(("earned", "paid")), "month"]
    start = min(first, int(begun.min()) if len(begun) else first)
    end = max(first + MONTHS * baseline.about["years"] - 1, now)
    months = np.arange(start, end + 1)
    table = pd.DataFrame({"month": [f"{one // MONTHS}-{one % MONTHS + 1:02d}" for one in months.tolist()]})
    planned = money[money["measure"] == "budget"].groupby("year")["minor"].sum()
    even = np.array([float(planned.get(one // MONTHS, 0)) / MONTHS for one in months.tolist()])
    table["planned_nominal"] = np.round(np.cumsum(even) / MINOR_PER_UNIT, 2)
    for measure in ("earned", "paid"):
        rows = money[money["measure"] == measure]
        by_month = np.bincount(rows["month"] - start, rows["minor"].astype(float), minlength=len(months))
        running = np.cumsum(by_month) / MINOR_PER_UNIT
        table[f"{measure}_nominal"] = np.where(months <= now, np.round(running, 2), np.nan)
    return table


def _outlooks(money: pd.DataFrame, place: npt.NDArray[np.int64], groups: int, seed: int) -> list[Outlook]:
    """Outlook of each group from the months since the first in which it built or paid; `place` is the group of a row.

    All that is drawn from are three tables: earned and paid by group and month, and the budget by group.
    """
    minor, month = money["minor"].to_numpy(dtype=np.float64), money["month"].to_numpy(dtype=np.int64)
    measure = {name: (money["measure"] == name).to_numpy() for name in ("budget", "earned", "paid")}
    begun = measure["earned"] | measure["paid"]
    start, end = (int(month[begun].min()), int(month[begun].max())) if begun.any() else (0, 0)
    width = end - start + 1
    cell = place * width + np.where(begun, month - start, 0)
    earned, paid, budget, rows = (
        np.bincount(cell[which], weights[which], minlength=groups * width).reshape(groups, width).astype(np.float64)
        for which, weights in (
            *((measure[name], minor / MINOR_PER_UNIT) for name in ("earned", "paid", "budget")),
            (begun, np.ones(len(minor))),
        )
    )
    found = []
    for one in range(groups):
        observed = np.flatnonzero(rows[one])
        low, high = (int(observed[0]), int(observed[-1]) + 1) if observed.size else (0, 0)
        found.append(outlook(float(budget[one].sum()), earned[one, low:high], paid[one, low:high], start + low, seed))
    return found


def _targets(baseline: Baseline, elements: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """Coverage of every project today, by the plan and in truth, against each target."""
    sites = elements[(elements["kind"] == "site") & elements["standard"]]
    now = {}
    for project in baseline.about["projects"]:
        mine = sites[sites["project"] == project["id"]]
        whole = project["weight"] or 1.0
        served = project["served_before"] + float(mine.loc[mine["built_share"] >= 1.0, "weight"].sum())
        planned = project["served_before"] + float(mine.loc[mine["year"] < as_of.year + _ended(as_of), "weight"].sum())
        now[project["id"]] = (project["name"], served / whole, planned / whole)
    rows = [
        (one["project"], now[one["project"]][0], one["year"], one["coverage"], *now[one["project"]][1:])
        for one in baseline.about["targets"]
    ]
    table = pd.DataFrame(rows, columns=["project", "name", "year", "target", "coverage", "planned"])
    due = table["year"] < as_of.year + _ended(as_of)
    met = table["coverage"] >= table["target"] - 1e-9
    return table.assign(state=np.where(met, "met", np.where(due, "missed", "to come")))


def _areas(baseline: Baseline, elements: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """Homes by area, those first that are furthest behind the plan."""
    sites = elements[elements["kind"] == "site"]
    due = sites["year"] < as_of.year + _ended(as_of)
    table = pd.DataFrame(baseline.about["areas"], columns=["id", "name", "households", "served_before"])
    table = table.rename(columns={"households": "homes"})
    for name, rows in (
        ("homes_planned", sites[due]),
        ("homes_connected", sites[sites["built_share"] >= 1.0]),
    ):
        by_area = rows.groupby("area")["households"].sum()
        table[name] = table["id"].map(by_area).fillna(0.0) + table["served_before"]
    behind = (table["homes_planned"] - table["homes_connected"]).clip(lower=0.0)
    table["behind"] = np.where(table["homes_planned"] > 0, behind / table["homes_planned"].clip(lower=1e-9), 0.0)
    return table.sort_values(["behind", "homes", "id"], ascending=[False, False, True], ignore_index=True)


def _ended(as_of: date) -> int:
    """1 on the last day of a year, when what was planned for it is due; else 0."""
    return int(as_of.month == MONTHS and as_of.day == 31)


def _lines(connection: Connection, as_of: date) -> pd.DataFrame:
    """Lines as built until a day."""
    columns = (
        LINE.c.id, EVENT.c.element, EVENT.c.day, LINE.c.length_m, LINE.c.deviation_mean_m, LINE.c.deviation_greatest_m,
        LINE.c.geometry,
    )  # fmt: skip
    query = select(EVENT.c.seq, *columns).join(EVENT, EVENT.c.id == LINE.c.id).where(EVENT.c.day <= as_of.isoformat())
    rows = sorted(connection.execute(query).all(), key=lambda row: row.seq)  # ordered here: no walk through all events
    names = ["id", "element", "day", "length_m", "deviation_mean_m", "deviation_greatest_m", "geometry"]
    return pd.DataFrame([tuple(row)[1:] for row in rows], columns=names)

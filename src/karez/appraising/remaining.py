"""The money and the time that remain of an agreement: what was paid is real, what is left is planned anew (rule 1)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd

from karez.appraising.pricing import nominal_budget, price_level
from karez.errors import UsageFault
from karez.model.delivery import Delivery
from karez.model.note import Note
from karez.model.prices import Prices
from karez.model.programme import Programme, Project
from karez.model.route_graph import RouteGraph
from karez.model.schedule_rules import Fixed
from karez.model.standing import Standing

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Remaining:
    """What remains.

    Parameters
    ----------
    programme : Programme
        The agreement from its first open year on, with the money that is left as its nominal budget.
    money : DataFrame
        By year, see ``money`` of :class:`karez.model.replan.Replan`, without its last two columns.
    notes : tuple of Note
        What became of dates that have passed, and of money that was overspent.
    """

    programme: Programme
    money: pd.DataFrame
    notes: tuple[Note, ...]


def first_open_year(programme: Programme, as_of: date) -> int:
    """First calendar year that is planned again: that of the day, or after its last day the next.

    Raises
    ------
    UsageFault
        The last year of the agreement is over.
    """
    years = programme.agreement.calendar_years
    year = max(as_of.year + ((as_of.month, as_of.day) == (12, 31)), years[0])
    if year > years[-1]:
        raise UsageFault(
            f"The agreement ends in {years[-1]}: as of {as_of} no year is left to plan. "
            "Name an earlier day, or extend `agreement.years` and `agreement.budget`."
        )
    return year


def standing_upkeep(graph: RouteGraph, prices: Prices, site_ids: pd.Series, delivery: Delivery) -> float:
    """Yearly upkeep, real, of the spans and sites that stand, at the plan's prices."""
    elements = pd.concat([delivery.elements, delivery.beyond.elements])
    share = elements.set_index("id")["built_share"]
    spans = graph.spans["id"].map(share).fillna(0.0).to_numpy(dtype=np.float64)
    served = elements[(elements["kind"] == "site") & (elements["built_share"] >= 1.0)]
    technology = site_ids.map(served.set_index("id")["technology"]).to_numpy(dtype=object)
    options = prices.options
    mine = technology[options["site"].to_numpy(dtype=np.int64)] == options["technology"].to_numpy(dtype=object)
    # Of several satellite services the ledger does not say which: the first is taken.
    upkeep = options[mine].drop_duplicates("site")["opex_real_per_year"].sum()
    return float(prices.span_opex_per_year @ spans + upkeep)


def remaining(programme: Programme, delivery: Delivery, upkeep_real: float) -> Remaining:
    """Say what money and years remain as of the day of a status, and restate the agreement for them.

    Parameters
    ----------
    programme : Programme
        The agreement as signed.
    delivery : Delivery
        What was built and paid until a day.
    upkeep_real : float
        Yearly upkeep of what stands, which the budget must pay where it pays upkeep.

    Raises
    ------
    UsageFault
        The last year of the agreement is over.
    """
    first = first_open_year(programme, delivery.as_of)
    spent = _spent(programme, delivery)
    money = _money(programme, delivery, first, spent, upkeep_real)
    elapsed = first - programme.agreement.first_year
    left = money["left_nominal"].to_numpy(dtype=np.float64)[elapsed:]
    notes = [*_passed(programme, first), *_overspent(money, programme.agreement.currency)]
    agreement = programme.agreement.model_copy(
        update={
            "first_year": first,
            "years": len(left),
            "budget": tuple(left.tolist()),
            "budget_basis": "nominal",
            "budget_scale": 1.0,
        }
    )
    rest = programme.model_copy(
        update={
            "agreement": agreement,
            "crews": _crews(programme, elapsed),
            "backbone": programme.backbone.model_copy(update={"closed_by": _open_year(programme, first)}),
            "projects": tuple(_project(project, first) for project in programme.projects),
            "floors": tuple(floor for floor in programme.floors if floor.year >= first),
            "fixed": tuple(one for one in programme.fixed if one.year is None or one.year >= first),
            "standing": Standing(
                as_of=delivery.as_of,
                baseline=delivery.approvals[-1].version,
                spent_real=spent.groupby("project")["paid_real"].sum().round(2).to_dict(),
            ),
        }
    )
    return Remaining(rest, money, tuple(notes))


def _spent(programme: Programme, delivery: Delivery) -> pd.DataFrame:
    """Money paid by project and year of the agreement, nominal and real; what was paid before counts to its first."""
    years = programme.agreement.calendar_years
    year = delivery.spent["year"].to_numpy(dtype=np.int64)
    level = (1.0 + programme.rates.inflation_per_year) ** (year - programme.agreement.price_year)
    paid = delivery.spent["paid_nominal"].to_numpy(dtype=np.float64)
    return delivery.spent.assign(year=np.clip(year, years[0], years[-1]), paid_real=paid / level)


def _money(
    programme: Programme, delivery: Delivery, first: int, spent: pd.DataFrame, upkeep_real: float
) -> pd.DataFrame:
    years = np.array(programme.agreement.calendar_years)
    budget, is_open = nominal_budget(programme), years >= first
    by_year = spent.groupby("year")[["paid_nominal", "paid_real"]].sum().reindex(years, fill_value=0.0)
    paid = by_year["paid_nominal"].to_numpy(dtype=np.float64)
    unpaid = max(delivery.totals["earned_nominal"] - delivery.totals["paid_nominal"], 0.0)
    reserved = np.where(years == first, unpaid, 0.0)
    pays = "opex" in programme.agreement.budget_pays
    upkeep = np.where(is_open & pays, upkeep_real * price_level(programme), 0.0)
    until = np.cumsum(budget - upkeep) - paid.sum() - unpaid
    ahead = np.minimum.accumulate(until[is_open][::-1])[::-1]
    left = np.zeros(len(years))
    left[is_open] = np.round(np.diff(np.maximum(ahead, 0.0), prepend=0.0), 2)
    return pd.DataFrame(
        {
            "year": years,
            "budget_nominal": budget.round(2),
            "paid_nominal": paid.round(2),
            "paid_real": by_year["paid_real"].to_numpy(dtype=np.float64).round(2),
            "reserved_nominal": reserved.round(2),
            "upkeep_nominal": upkeep.round(2),
            "left_nominal": left,
        }
    )


def _crews(programme: Programme, elapsed: int) -> dict[str, object]:
    """Crews with their capacity from the first open year on."""
    years = programme.agreement.years
    crews: dict[str, object] = {}
    for name, crew in programme.crews.items():
        limited = crew.km_per_year or crew.start_km is not None
        rest = {
            "km_per_year": tuple(crew.capacity_km(years)[elapsed:].tolist()),
            "start_km": None,
            "growth_per_year": 0.0,
        }
        crews[name] = crew.model_copy(update=rest) if limited else crew
    return crews


def _open_year(programme: Programme, first: int) -> int | None:
    """Year by which the backbone must be closed, if it is not over."""
    year = programme.backbone.closed_by
    return year if year is not None and year >= first else None


def _project(project: Project, first: int) -> Project:
    targets = tuple(target for target in project.targets if target.year >= first)
    return project.model_copy(update={"targets": targets})


def _passed(programme: Programme, first: int) -> list[Note]:
    """Dates that have passed: they are over, met or not, and bind the rest no more."""
    targets = sum(target.year < first for project in programme.projects for target in project.targets)
    floors = sum(floor.year < first for floor in programme.floors)
    fixed = [one for one in programme.fixed if one.year is not None and one.year < first]
    names = tuple(name for one in fixed for name in (*one.sites, *one.spans))
    notes = []
    closed_by = programme.backbone.closed_by
    if closed_by is not None and closed_by < first:
        text = f"The backbone was to be closed by {closed_by}: what of it does not stand is due in no year."
        notes.append(Note("replanning", text))
    if targets or floors:
        text = f"{targets} targets and {floors} floors are of years before {first}: they bind the rest no more."
        notes.append(Note("replanning", text, targets + floors))
    if names:
        text = f"{len(names)} sites and spans were fixed to years before {first}: those not built are free again."
        notes.append(Note("replanning", text, len(names), names))
    return notes


def _overspent(money: pd.DataFrame, currency: str) -> list[Note]:
    signed = float(money["budget_nominal"].sum() - money["upkeep_nominal"].sum())
    gone = float(money["paid_nominal"].sum() + money["reserved_nominal"].sum())
    if gone <= signed:
        return []
    text = f"More is spent than was signed, by {gone - signed:,.2f} {currency} nominal: no money is left."
    return [Note("replanning", text)]


def without_fixed(programme: Programme, sites: frozenset[str], spans: frozenset[str], reason: str) -> Programme:
    """The programme with sites that stand never to be served again, and nothing that stands fixed otherwise."""
    others = [
        one.model_copy(
            update={
                "sites": tuple(name for name in one.sites if name not in sites),
                "spans": tuple(name for name in one.spans if name not in spans),
            }
        )
        for one in programme.fixed
    ]
    kept = [one for one in others if one.sites or one.spans]
    stands = [Fixed(sites=tuple(sorted(sites)), never=True, reason=reason)] if sites else []
    return programme.model_copy(update={"fixed": (*kept, *stands)})

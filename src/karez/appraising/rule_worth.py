"""What schedules with and without a rule reach, measured the same way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from karez.appraising.rules import Rule
from karez.model.certificate import Certificate
from karez.model.inputs import Inputs
from karez.model.note import Note
from karez.model.plan import RunRecord
from karez.model.prices import Prices
from karez.model.rule_price import Reached, RulePrice, RuleStudy
from karez.model.schedule import Schedule

Floats = npt.NDArray[np.float64]
TENTH = 0.1
"""By how much rules with a number are loosened."""


def reached(inputs: Inputs, measure: Prices, prices: Prices, schedule: Schedule) -> Reached:
    """What a schedule reaches.

    Parameters
    ----------
    inputs : Inputs
        Sites.
    measure : Prices
        Says which service is to standard: that of the programme with all its rules.
    prices : Prices
        What the schedule was made with.
    schedule : Schedule
        The schedule with its certificates.
    """
    service, cost = (_certificate(schedule, scope) for scope in ("schedule", "schedule_cost"))
    home = inputs.sites["households"].notna().to_numpy()
    to_standard, anyhow = _coverage(measure, prices, schedule, home)
    return Reached(
        service=service.value,
        service_bound=service.value if service.bound is None else service.bound,
        cost=cost.value,
        cost_bound=cost.value if cost.bound is None else cost.bound,
        homes=tuple(to_standard.tolist()),
        homes_any=tuple(anyhow.tolist()),
    )


def service_of(prices: Prices, made_with: Prices, schedule: Schedule) -> float:
    """Discounted, weighted years of service of a schedule, by the weights and qualities of other prices."""
    served = np.flatnonzero(schedule.site_option >= 0)
    row = same_option(made_with, prices, schedule.site_option[served])
    quality = np.append(prices.options["quality"].to_numpy(np.float64), 0.0)[row]
    worth = prices.site_priority[served] * prices.site_open_weight[served] * quality
    return float((worth * prices.service_years[schedule.site_year[served] - 1]).sum())


def same_option(made_with: Prices, prices: Prices, option: npt.NDArray[np.int32]) -> npt.NDArray[np.int32]:
    """Options of the same site and technology among others; −1 where there is none."""
    there = np.asarray(option) >= 0
    keys = pd.MultiIndex.from_frame(prices.options[["site", "technology", "service"]])
    wanted = made_with.options[["site", "technology", "service"]].iloc[np.where(there, option, 0)]
    return np.where(there, keys.get_indexer(pd.MultiIndex.from_frame(wanted)), -1).astype(np.int32)


def price_of(
    rule: Rule,
    base: Reached,
    service: float,
    freed: Reached,
    looser: tuple[Reached, float] | None,
    *,
    binds: bool = True,
) -> RulePrice:
    """The price of a rule.

    Parameters
    ----------
    rule : Rule
        The rule.
    base : Reached
        The plan with it.
    service : float
        The plan's service as it is measured without the rule.
    freed : Reached
        What is reached without it.
    looser : tuple of (Reached, float) | None
        What is reached with the rule loosened by :data:`TENTH`, and the plan's service as it is measured then.
    binds : bool
        Whether it was solved again.
    """
    gained = None if looser is None else max(0.0, looser[0].service - looser[1]) / (looser[1] or 1.0)
    return RulePrice(
        name=rule.name,
        kind=rule.kind,
        words=rule.words,
        weighs=rule.weighs,
        binds=binds,
        base=replace(base, service=service),
        freed=freed,
        looser=None if looser is None else looser[0],
        looser_words=rule.looser_words(TENTH) if rule.looser_words else "",
        gained=gained,
        redesigned=rule.designs and binds,
    )


def study(inputs: Inputs, base: Reached, prices: Sequence[RulePrice], record: RunRecord) -> RuleStudy:
    """All prices, the dearest first."""
    order = sorted(prices, key=lambda price: (-price.lost, -price.saved, price.name))
    text = (
        "Each rule is taken away alone, all others kept: prices of several rules do not add up. Bounds are those of "
        "the schedule for the network at hand, which is the plan's own, chosen together with its years. Without a rule "
        "it is scheduled again and not chosen anew: a network made for the changed rules could bring a little more. "
        "Where a rule shapes the network, it was also designed again, and the better of the two networks taken."
    )
    return RuleStudy(inputs.programme, base, tuple(order), record, (Note("why", text),))


def _certificate(schedule: Schedule, scope: str) -> Certificate:
    return next(one for one in schedule.certificates if one.scope == scope)


def _coverage(
    measure: Prices, prices: Prices, schedule: Schedule, home: npt.NDArray[np.bool_]
) -> tuple[Floats, Floats]:
    """Coverage of homes by the end of every year, to standard and by any service (rule 2)."""
    served = np.flatnonzero(home & (schedule.site_option >= 0))
    own = prices.options["meets_standard"].to_numpy(np.bool_)[schedule.site_option[served]]
    row = same_option(prices, measure, schedule.site_option[served])
    meets = np.where(row >= 0, np.append(measure.options["meets_standard"].to_numpy(np.bool_), False)[row], own)
    weight, still_open = measure.site_weight[home], measure.site_open_weight
    whole, before = float(weight.sum()), float(weight.sum() - still_open[home].sum())
    if whole <= 0:
        return np.zeros(measure.years), np.zeros(measure.years)
    year = schedule.site_year[served]
    sums = [
        np.asarray(before + np.cumsum(np.bincount(year, still_open[served] * part, measure.years + 1)[1:]), np.float64)
        for part in (meets, np.ones(len(served)))
    ]
    return sums[0] / whole, sums[1] / whole

"""What ±20 % of an assumption does to a plan's cost and coverage: prices change, routes and order stay."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from karez.appraising.assumptions import assumptions
from karez.appraising.converting import Column, at, convert
from karez.appraising.facts import Facts, Indices, gather
from karez.appraising.pricing import nominal_budget, price_level, span_capex
from karez.appraising.tables import Decided, in_order_with_works
from karez.appraising.ways import Ways, find_ways
from karez.kernels.sequence import spend_in_order
from karez.model.catalogue import Catalogue
from karez.model.inputs import Inputs
from karez.model.words import TECHNOLOGIES
from karez.units import round_money

Floats = npt.NDArray[np.float64]
SWING = 0.2
"""How far every assumption is moved, as a share of its value."""


@dataclass(frozen=True)
class Repriced:
    """A plan at other prices.

    Parameters
    ----------
    capex_real : float
        Capex of what the plan builds.
    coverage : float
        Coverage of homes at the end if the same order is followed until the budgets are spent.
    """

    capex_real: float
    coverage: float


def assumption_table(decided: Decided, progress: Callable[[float], None]) -> pd.DataFrame:
    """Every assumption with what 20 % less and more of it does; see ``Appraisal.assumptions``.

    Cost is the relative change of the plan's capex; coverage the difference in the share of homes that the same
    order of building reaches under the same budgets.
    """
    listed = assumptions(decided.inputs)
    reprice = _Repricing(decided)
    base = reprice(decided.inputs)
    rows = []
    for number, assumption in enumerate(listed):
        low, high = (
            reprice(assumption.scale(decided.inputs, factor)) if assumption.scale else None
            for factor in (1.0 - SWING, 1.0 + SWING)
        )
        rows.append(
            {
                "name": assumption.name,
                "value": assumption.value,
                "unit": assumption.unit,
                "where": assumption.where,
                "meaning": assumption.meaning,
                "cost_low": _relative(low, base),
                "cost_high": _relative(high, base),
                "coverage_low": low.coverage - base.coverage if low else np.nan,
                "coverage_high": high.coverage - base.coverage if high else np.nan,
            }
        )
        progress((number + 1) / len(listed))
    columns = ["name", "value", "unit", "where", "meaning", "cost_low", "cost_high", "coverage_low", "coverage_high"]
    return pd.DataFrame(rows, columns=columns)


def _relative(moved: Repriced | None, base: Repriced) -> float:
    return moved.capex_real / base.capex_real - 1.0 if moved and base.capex_real > 0 else float("nan")


class _Repricing:
    """Follows the plan's order at other prices; what prices do not change is gathered once."""

    def __init__(self, decided: Decided) -> None:
        self._decided = decided
        self._facts = gather(decided.inputs, decided.graph)
        programme = decided.inputs.programme
        self._catalogue = convert(decided.inputs.catalogue, programme)
        self._spans = span_capex(self._facts, programme, self._catalogue)
        self._order = _order(decided)
        option = np.where(decided.served, decided.schedule.site_option, decided.design.site_option)
        names = np.append(decided.prices.options["technology"].to_numpy(dtype=object), "unserved")[option]
        self._services = {name: place for place, name in enumerate(["", *decided.inputs.programme.satellites])}
        service = np.append(decided.prices.options["service"].to_numpy(dtype=object), "")[option]
        self._way = self._key(np.arange(len(option)), [TECHNOLOGIES.index(name) for name in names], service)
        element = decided.design.site_element
        self._element = np.where(np.isin(names, decided.inputs.programme.networked), element, -1).astype(np.int32)
        tree, from_year = decided.design.tree, decided.prices.source_from_year
        self._first = np.zeros(len(tree.span), dtype=np.int32)
        self._first[tree.span < 0] = from_year[-1 - tree.span[tree.span < 0]] - 1
        self._built = (np.maximum(decided.schedule.element_year, 1) - 1).astype(np.int32)
        planned = np.maximum(decided.schedule.site_year, decided.prices.site_earliest_year)
        self._wanted = (planned - 1).astype(np.int32)

    def __call__(self, inputs: Inputs) -> Repriced:
        """Reprice with changed settings, catalogue or sites."""
        decided, facts = self._decided, self._facts
        if inputs.sites is not decided.inputs.sites:
            facts = gather(inputs, decided.graph)
        programme = inputs.programme
        catalogue, of_spans = self._prices(inputs, facts)
        ways, _ = find_ways(facts, programme, catalogue)
        capex, meets = self._as_planned(ways)
        tree, schedule = decided.design.tree, decided.schedule
        element_cost = np.concatenate([of_spans, decided.prices.source_capex[::-1]])[tree.span]
        level = price_level(programme)
        budget = np.cumsum(nominal_budget(programme))
        year_of = spend_in_order(
            self._order, self._wanted, self._built, self._element, capex, tree.parent, element_cost, self._first,
            budget, level,
        )  # fmt: skip
        counted = decided.served & np.isfinite(capex)
        built = element_cost[schedule.element_year > 0].sum() + capex[counted].sum()
        served = facts.household * ((year_of < len(level)) & meets)
        before = np.where(facts.is_home, facts.weight_units * (1.0 - facts.open_share), 0.0)
        whole = facts.weight_units[facts.is_home].sum()
        return Repriced(float(built), float((served + before).sum() / whole) if whole > 0 else 0.0)

    def _prices(self, inputs: Inputs, facts: Facts) -> tuple[Catalogue, Floats]:
        """The catalogue in the programme's money, and capex of every span; as planned where what they hang on is."""
        planned, programme = self._decided.inputs, inputs.programme
        same_money = (programme.rates, programme.agreement) == (planned.programme.rates, planned.programme.agreement)
        if inputs.catalogue is not planned.catalogue or not same_money:
            catalogue = convert(inputs.catalogue, programme)
        elif facts is self._facts and programme.routing == planned.programme.routing:
            return self._catalogue, self._spans
        else:
            catalogue = self._catalogue
        return catalogue, span_capex(facts, programme, catalogue)

    def _key(self, site: npt.ArrayLike, technology: npt.ArrayLike, service: npt.NDArray[np.object_]) -> Indices:
        """Numbers that rise as ways are sorted: by site, technology, service."""
        way = np.asarray(site, np.int64) * len(TECHNOLOGIES) + np.asarray(technology, np.int64)
        return way * len(self._services) + np.array([self._services[name] for name in service], np.int64)

    def _as_planned(self, ways: Ways) -> tuple[Floats, npt.NDArray[np.bool_]]:
        """Capex of every site as the plan serves it, infinite where that is no longer possible; whether to standard."""
        key = self._key(ways.site, ways.technology, ways.service)
        place = np.minimum(np.searchsorted(key, self._way), len(key) - 1)
        there = key[place] == self._way
        return np.where(there, ways.capex[place], np.inf), there & ways.meets[place]


def _order(decided: Decided) -> npt.NDArray[np.int32]:
    """Sites in the plan's order: by year, then by benefit for money; those never served last."""
    prices, schedule = decided.prices, decided.schedule
    year = np.where(schedule.site_year > 0, schedule.site_year, np.iinfo(np.int16).max)
    capex = np.append(prices.options["capex_real"].to_numpy(), 0.0)[
        np.where(decided.served, schedule.site_option, decided.design.site_option)
    ]
    gain = prices.site_priority * prices.site_open_weight / np.maximum(capex, 1.0)
    possible = decided.design.site_option >= 0
    order = np.lexsort((np.arange(len(year)), -gain, year))
    return in_order_with_works(order[possible[order]].astype(np.int32), year, decided)


def catalogue_range(decided: Decided) -> pd.DataFrame:
    """Capex of the whole design over the real budget, at the low, own and high unit costs of the catalogue."""
    programme = decided.inputs.programme
    facts = gather(decided.inputs, decided.graph)
    budget = decided.prices.budget_real.sum()
    rows = []
    columns: tuple[Column, ...] = ("low", "rate", "high")
    for column in columns:
        catalogue = at(decided.prices.catalogue, column)
        spans = np.concatenate([span_capex(facts, programme, catalogue), decided.prices.source_capex[::-1]])
        local = np.append(find_ways(facts, programme, catalogue)[0].capex, 0.0)[decided.design.site_option]
        whole = float(round_money(spans[decided.design.tree.span].sum() + local.sum()))
        ratio = whole / budget if budget > 0 else np.nan
        rows.append({"catalogue": column, "unconstrained_capex_real": whole, "over_budget": ratio})
    return pd.DataFrame(rows)

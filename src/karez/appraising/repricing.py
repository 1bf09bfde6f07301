"""What ±20 % of an assumption does to a plan's cost and coverage: prices change, routes and order stay."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from karez.appraising.assumptions import Assumption, assumptions
from karez.appraising.converting import at, convert
from karez.appraising.pricing import price
from karez.appraising.tables import Decided
from karez.kernels.sequence import spend_in_order
from karez.model.inputs import Inputs
from karez.model.prices import Prices

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
    base = _reprice(decided, decided.prices)
    rows = []
    for number, assumption in enumerate(listed):
        low, high = (_moved(decided, assumption, factor) for factor in (1.0 - SWING, 1.0 + SWING))
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


def _moved(decided: Decided, assumption: Assumption, factor: float) -> Repriced | None:
    """The plan with an assumption multiplied by a factor; None where re-pricing says nothing."""
    if assumption.scale is None:
        return None
    inputs = assumption.scale(decided.inputs, factor)
    return _reprice(decided, _prices(decided, inputs))


def _prices(decided: Decided, inputs: Inputs) -> Prices:
    catalogue = convert(inputs.catalogue, inputs.programme)
    return price(inputs, decided.graph, catalogue, decided.prices.anchor_km)


def _reprice(decided: Decided, prices: Prices) -> Repriced:
    """Follow the plan's order at other prices."""
    tree, schedule = decided.design.tree, decided.schedule
    years = prices.years
    designed = _same_options(decided, prices, decided.design.site_option)
    option = np.where(decided.served, _same_options(decided, prices, schedule.site_option), designed)
    capex = np.append(prices.options["capex_real"].to_numpy(), np.inf)[option]
    element_cost = np.concatenate([prices.span_capex, prices.source_capex[::-1]])[tree.span]
    on_fibre = np.append(prices.options["technology"].to_numpy(dtype=object) == "fibre", False)[option]
    wanted = np.where(schedule.site_year > 0, schedule.site_year - 1, 0)
    wanted = np.maximum(wanted, prices.site_earliest_year - 1).astype(np.int32)
    first = np.zeros(len(tree.span), dtype=np.int32)
    first[tree.span < 0] = prices.source_from_year[-1 - tree.span[tree.span < 0]] - 1
    year_of = spend_in_order(
        _order(decided),
        wanted,
        np.where(on_fibre, decided.design.site_element, -1).astype(np.int32),
        capex,
        tree.parent,
        element_cost,
        first,
        np.cumsum(prices.budget_nominal),
        prices.price_level,
    )
    built = element_cost[schedule.element_year > 0].sum() + capex[decided.served & np.isfinite(capex)].sum()
    homes = decided.inputs.sites["households"].notna().to_numpy()
    meets = np.append(prices.options["meets_standard"].to_numpy(dtype=bool), False)[option]
    served = prices.site_open_weight * ((year_of < years) & meets)
    before = prices.site_weight - prices.site_open_weight
    whole = prices.site_weight[homes].sum()
    return Repriced(float(built), float((served + before)[homes].sum() / whole) if whole > 0 else 0.0)


def _same_options(decided: Decided, prices: Prices, option: npt.NDArray[np.int32]) -> npt.NDArray[np.int64]:
    """Rows of the same ways of service in other prices; −1 where they are no longer possible."""
    if prices is decided.prices:
        return option.astype(np.int64)
    names = np.append(decided.prices.options["technology"].to_numpy(dtype=object), "unserved")[option]
    there = pd.MultiIndex.from_frame(prices.options[["site", "technology"]])
    return there.get_indexer(pd.MultiIndex.from_arrays([np.arange(len(option)), names])).astype(np.int64)


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
    return order[possible[order]].astype(np.int32)


def catalogue_range(decided: Decided) -> pd.DataFrame:
    """Capex of the whole design over the real budget, at the low, own and high unit costs of the catalogue."""
    budget = decided.prices.budget_real.sum()
    rows = []
    for column in ("low", "rate", "high"):
        prices = price(decided.inputs, decided.graph, at(decided.prices.catalogue, column))
        spans = np.concatenate([prices.span_capex, prices.source_capex[::-1]])[decided.design.tree.span].sum()
        local = np.append(prices.options["capex_real"].to_numpy(), 0.0)[decided.design.site_option].sum()
        whole = float(round(spans + local, 2))
        ratio = whole / budget if budget > 0 else np.nan
        rows.append({"catalogue": column, "unconstrained_capex_real": whole, "over_budget": ratio})
    return pd.DataFrame(rows)

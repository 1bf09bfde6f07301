"""Which sites pay for themselves, and what the others lack."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from karez.appraising.facts import Facts
from karez.appraising.rates import count, curves, element_km, real_amount, real_growth, traffic_growth
from karez.appraising.returns import discount_factors
from karez.appraising.tables import Decided
from karez.kernels.trees import fold_up, sum_above, sum_below
from karez.model.business import YearlyRate
from karez.units import round_money

Floats = npt.NDArray[np.float64]


def site_subsidies(decided: Decided, facts: Facts) -> pd.DataFrame:
    """Present cost, revenue and the least subsidy of every served site; see ``Finance.sites``.

    An element is shared among the served fibre sites behind it by their weight; so the costs of all sites add up to
    that of the network, and those of fibre fall where they are caused. The least subsidy makes the present value of
    a site nothing; as a grant it is paid at the end of the year the site is built. Where emissions have a price, it is
    part of the cost.
    """
    programme, prices = decided.inputs.programme, decided.prices
    year = np.maximum(decided.schedule.site_year, 1)
    discount = discount_factors(programme.rates.discount_rate_real, programme.horizon)
    own = np.where(decided.served, prices.option_present_by_year[decided.schedule.site_option, year - 1], 0.0)
    network, leased = _part_of_network(decided)
    business = programme.business
    revenue = leased + sum((_present(rate, decided, facts) for rate in business.tariffs), np.zeros(facts.sites))
    running = sum((_present(rate, decided, facts) for rate in business.running_costs), np.zeros(facts.sites))
    cost = own + network + running
    missing = np.maximum(cost - revenue, 0.0)
    table = pd.DataFrame(
        {
            "site_id": decided.inputs.sites["id"].to_numpy(),
            "cost_present_real": round_money(cost),
            "revenue_present_real": round_money(revenue),
            "subsidy_present_real": round_money(missing),
            "grant_real": round_money(missing / discount[year - 1]),
        }
    )
    return table[decided.served].reset_index(drop=True)


def _part_of_network(decided: Decided) -> tuple[Floats, Floats]:
    """Each site's part of the present cost of the elements it hangs on, and of what they are leased for."""
    business = decided.inputs.programme.business
    element = decided.design.site_element
    on_fibre = decided.served & np.isin(decided.technology, decided.inputs.programme.networked) & (element >= 0)
    weight = np.where(on_fibre, np.maximum(decided.prices.site_weight, 1e-6), 0.0)
    parent = decided.design.tree.parent
    behind = np.zeros((len(parent), 1))
    np.add.at(behind[:, 0], element[on_fibre], weight[on_fibre])
    behind = sum_below(parent, behind)[:, 0]
    parts = []
    run_by_km = _by_km(decided, business.running_costs)
    for own in (decided.element_present + run_by_km, _by_km(decided, business.tariffs)):
        # What closes a ring has nobody behind it: it counts with what it hangs on.
        money = fold_up(parent, own, behind > 0)
        per_weight = np.divide(money, behind, out=np.zeros(len(parent)), where=behind > 0)
        above = np.append(sum_above(parent, per_weight), 0.0)
        # A source that a ring ends at may have no site behind it: all on the network have their part of it.
        alone = money[(parent < 0) & (behind <= 0)].sum()
        for_all = alone * weight / weight.sum() if weight.sum() > 0 else 0.0 * weight
        parts.append(above[np.where(on_fibre, element, -1)] * weight + for_all)
    return parts[0], parts[1]


def _by_km(decided: Decided, rates: Sequence[YearlyRate]) -> Floats:
    """Present value of the rates that are counted by the kilometre, at every element."""
    programme = decided.inputs.programme
    discount = discount_factors(programme.rates.discount_rate_real, programme.horizon)
    start = np.maximum(decided.schedule.element_year.astype(np.int64), 1) - 1
    worth = np.zeros(len(start))
    for rate in rates:
        if rate.per == "route_km":
            grown = real_amount(rate, programme) * real_growth(rate, programme) * discount
            worth += element_km(rate, decided).sum(axis=1) * (curves(programme).served @ grown)[start]
    return worth


def _present(rate: YearlyRate, decided: Decided, facts: Facts) -> Floats:
    """Present value of a yearly rate at every site."""
    programme = decided.inputs.programme
    curve, counted = curves(programme), count(rate, decided, facts)
    grown = real_amount(rate, programme) * real_growth(rate, programme)
    grown = grown * discount_factors(programme.rates.discount_rate_real, programme.horizon)
    if counted.in_traffic:
        grown = grown * traffic_growth(programme)
    start = np.maximum(decided.schedule.site_year.astype(np.int64), 1) - 1
    shapes = ((counted.urban, curve.urban), (counted.rural, curve.rural), (counted.fixed, curve.served))
    return np.asarray(sum(amount * (shape @ grown)[start] for amount, shape in shapes), dtype=np.float64)

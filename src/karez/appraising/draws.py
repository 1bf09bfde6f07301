"""A plan at other prices, take-up and dates: thousands of draws at once, in arrays alone.

    basis = cash_basis(decided)                      # once for a plan: about a tenth of a second
    drawn = reprice_draws(basis, rates, take_up, delay)
    drawn.npv, drawn.capex, drawn.coverage           # [draws], [draws, H], [draws, H]

``rates`` is what the catalogue's items cost in each draw: start from ``basis.rate`` (or ``basis.low``, ``basis.high``),
one column an item, in the order of ``basis.items``. ``take_up`` is ``demand.take_up`` of each draw. ``delay`` says by
how many whole years the works of each draw are late: one number a draw, or one a draw and programme year. Routes,
technologies and the order of building stay; budgets are not looked at. At ``basis.rate[None]``, the programme's own
take-up and no delay, the figures are those of :mod:`karez.appraising.cash_flow` but for cents of rounding.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from karez.appraising.facts import Facts, gather, quantities
from karez.appraising.lifetime import renewal_table, residual_table
from karez.appraising.rates import Curves, count, curves, element_km, real_amount, real_growth, traffic_growth
from karez.appraising.returns import discount_factors
from karez.appraising.tables import Decided
from karez.appraising.ways import services
from karez.appraising.worth import coverage_by_year
from karez.model.business import YearlyRate
from karez.model.programme import Programme

Floats = npt.NDArray[np.float64]
Longs = npt.NDArray[np.int64]


@dataclass(frozen=True)
class CashBasis:
    """What a plan buys, serves and earns, by the programme year 1…T it is built in, before any price is put on it.

    Parameters
    ----------
    items : object[items]
        Catalogue items.
    rate, low, high : float64[items]
        Real money per unit of the catalogue as set, and its range.
    upkeep : float64[items]
        Yearly upkeep as a share of capex.
    built, built_connected : float64[items, T]
        Units bought once: those that take-up does not change, and those for each unit of take-up.
    yearly, yearly_connected : float64[items, T]
        Units paid every year from the next on, likewise.
    connection : float64[T]
        Capex that no item prices: connections of sources.
    renewal : float64[H, items, H]
        Renewals of a unit of capex by year of building, see :func:`karez.appraising.lifetime.renewal_table`.
    rest : float64[H, items]
        Rest value likewise.
    earned, earned_connected : float64[T, H, H]
        Revenue of each year's works if built in any year 1…H, by year; the second for each unit of take-up.
    running, running_connected : float64[T, H, H]
        Running costs likewise.
    standard : float64[T]
        Coverage of homes that each year's works add.
    before : float64
        Coverage there is already.
    discount : float64[H]
        Worth of a unit at the end of each year.
    take_up : float
        The programme's own.
    """

    items: npt.NDArray[np.object_]
    rate: Floats
    low: Floats
    high: Floats
    upkeep: Floats
    built: Floats
    built_connected: Floats
    yearly: Floats
    yearly_connected: Floats
    connection: Floats
    renewal: Floats
    rest: Floats
    earned: Floats
    earned_connected: Floats
    running: Floats
    running_connected: Floats
    standard: Floats
    before: float
    discount: Floats
    take_up: float

    @property
    def horizon(self) -> int:
        """Appraised years H."""
        return len(self.discount)

    @property
    def years(self) -> int:
        """Programme years T."""
        return len(self.connection)


@dataclass(frozen=True)
class Drawn:
    """Cash flows of every draw, real money, years 1…H.

    Parameters
    ----------
    capex, opex, renewal, revenue : float64[draws, H]
        By year, all positive.
    rest : float64[draws]
        Rest value at the end of year H.
    net : float64[draws, H]
        Revenue less all costs, the rest value in the last year.
    coverage : float64[draws, H]
        Coverage of homes to standard by the end of every year.
    npv : float64[draws]
        Present value of `net`.
    present_cost : float64[draws]
        Present value of capex, opex and renewals less the rest: the cost of rule 3 and running costs.
    """

    capex: Floats
    opex: Floats
    renewal: Floats
    revenue: Floats
    rest: Floats
    net: Floats
    coverage: Floats
    npv: Floats
    present_cost: Floats


def reprice_draws(basis: CashBasis, rates: Floats, take_up: npt.ArrayLike, delay: npt.ArrayLike = 0) -> Drawn:
    """Price a plan again under many draws; see the head of this module.

    Parameters
    ----------
    basis : CashBasis
        The plan.
    rates : float64[draws, items]
        Real money per unit of every item.
    take_up : float64[draws] or float
        Share of passed households that connects in the end.
    delay : int64[draws], int64[draws, T] or int
        Whole years by which works are late, ≥ 0. What slips beyond year H is never built.

    Returns
    -------
    Drawn
        Flows, coverage and worth.
    """
    rates = np.atleast_2d(np.asarray(rates, dtype=np.float64))
    draws, horizon = len(rates), basis.horizon
    share = np.broadcast_to(np.asarray(take_up, dtype=np.float64), (draws,))[:, None]
    late = np.asarray(delay, dtype=np.int64)
    late = np.broadcast_to(late[:, None] if late.ndim == 1 else late, (draws, basis.years))
    capex, opex, renewal, revenue, gain = (np.zeros((draws, horizon)) for _ in range(5))
    rest = np.zeros(draws)
    for t in range(basis.years):
        bought = rates * (basis.built[:, t] + share * basis.built_connected[:, t])
        a_year = bought @ basis.upkeep + (rates * (basis.yearly[:, t] + share * basis.yearly_connected[:, t])).sum(1)
        for step in np.unique(late[:, t]).tolist():
            b, rows = t + step, np.flatnonzero(late[:, t] == step)
            if b >= horizon:
                continue
            capex[rows, b] += bought[rows].sum(axis=1) + basis.connection[t]
            opex[rows, b + 1 :] += a_year[rows, None]
            opex[rows] += basis.running[t, b] + share[rows] * basis.running_connected[t, b]
            renewal[rows] += bought[rows] @ basis.renewal[b]
            rest[rows] += bought[rows] @ basis.rest[b]
            revenue[rows] += basis.earned[t, b] + share[rows] * basis.earned_connected[t, b]
            gain[rows, b] += basis.standard[t]
    cost = capex + opex + renewal
    cost[:, -1] -= rest
    net = revenue - cost
    return Drawn(
        capex=capex,
        opex=opex,
        renewal=renewal,
        revenue=revenue,
        rest=rest,
        net=net,
        coverage=basis.before + np.cumsum(gain, axis=1),
        npv=net @ basis.discount,
        present_cost=cost @ basis.discount,
    )


def cash_basis(decided: Decided, facts: Facts | None = None) -> CashBasis:
    """Gather what a plan buys, serves and earns by year of building."""
    programme, prices = decided.inputs.programme, decided.prices
    facts = facts or gather(decided.inputs, decided.graph)
    catalogue, horizon = prices.catalogue.table, programme.horizon
    lives = catalogue["life_years"].to_numpy(dtype=np.int64)
    bought = _bought(decided, facts)
    earned = _yearly(decided, facts, programme.business.tariffs)
    running = _yearly(decided, facts, programme.business.running_costs)
    homes = decided.inputs.sites["households"].notna().to_numpy()
    coverage = coverage_by_year(decided, homes)[0]
    whole = prices.site_weight[homes].sum()
    before = float((prices.site_weight - prices.site_open_weight)[homes].sum() / whole) if whole > 0 else 0.0
    return CashBasis(
        items=catalogue.index.to_numpy(dtype=object),
        rate=catalogue["rate_real"].to_numpy(dtype=np.float64),
        low=catalogue["low_real"].to_numpy(dtype=np.float64),
        high=catalogue["high_real"].to_numpy(dtype=np.float64),
        upkeep=catalogue["opex_share_per_year"].to_numpy(dtype=np.float64),
        built=bought[0],
        built_connected=bought[1],
        yearly=bought[2],
        yearly_connected=bought[3],
        connection=_connections(decided),
        renewal=renewal_table(lives, horizon),
        rest=residual_table(lives, horizon),
        earned=earned[0],
        earned_connected=earned[1],
        running=running[0],
        running_connected=running[1],
        standard=np.diff(coverage, prepend=before),
        before=before,
        discount=discount_factors(programme.rates.discount_rate_real, horizon),
        take_up=programme.demand.take_up,
    )


def _bought(decided: Decided, facts: Facts) -> tuple[Floats, Floats, Floats, Floats]:
    """Units of every item by year of building: once and yearly, each apart by whether take-up moves it."""
    programme, schedule = decided.inputs.programme, decided.schedule
    row = {str(item): number for number, item in enumerate(decided.prices.catalogue.table.index)}
    shape = (len(row), decided.prices.years + 1)
    once, once_connected, yearly, yearly_connected = (np.zeros(shape) for _ in range(4))
    counted = quantities(facts, programme)
    per_take_up = quantities(facts, _all_connect(programme))
    served_by = decided.technology
    for rows, technology, service, _, costs in services(facts, programme, counted):
        so = rows[(served_by[rows] == technology) & (decided.service[rows] == service)]
        year, home = schedule.site_year[so], facts.is_home[so]
        for cost in costs:
            moves = home if cost.per in ("mbps", "terminal") else np.full(len(so), cost.per == "connected_household")
            fixed, moving = (once, once_connected) if cost.kind == "capex" else (yearly, yearly_connected)
            np.add.at(fixed[row[cost.item]], year, np.where(moves, 0.0, counted[cost.per][so]) * cost.quantity)
            np.add.at(moving[row[cost.item]], year, np.where(moves, per_take_up[cost.per][so], 0.0) * cost.quantity)
    tree = decided.design.tree
    built = np.flatnonzero((tree.span >= 0) & (schedule.element_year > 0))
    year = np.zeros(len(facts.length_m), dtype=np.int64)
    year[tree.span[built]] = schedule.element_year[built]
    parts = decided.prices.span_parts
    number = parts["item"].map(row).to_numpy(dtype=np.int64)
    # What is not built falls into column 0, which is left out.
    np.add.at(once, (number, year[parts["span"]]), parts["quantity"].to_numpy())
    return once[:, 1:], once_connected[:, 1:], yearly[:, 1:], yearly_connected[:, 1:]


def _all_connect(programme: Programme) -> Programme:
    return programme.model_copy(update={"demand": programme.demand.model_copy(update={"take_up": 1.0})})


def _connections(decided: Decided) -> Floats:
    """Capex of connections of sources by year of building."""
    sources = decided.design.tree.span < 0
    capex = np.where(sources, decided.element_capex, 0.0)
    return _of_year(decided.schedule.element_year, capex, decided.prices.years)


def _yearly(decided: Decided, facts: Facts, rates: tuple[YearlyRate, ...]) -> tuple[Floats, Floats]:
    """Money of yearly rates by year of building as planned, year of building as drawn, and year."""
    programme, years = decided.inputs.programme, decided.prices.years
    curve = curves(_all_connect(programme))
    fixed = np.zeros((years, programme.horizon, programme.horizon))
    moving = np.zeros_like(fixed)
    for rate in rates:
        counted = count(rate, decided, facts)
        grown = real_amount(rate, programme) * real_growth(rate, programme)
        if counted.in_traffic:
            grown = grown * traffic_growth(programme)
        by_year = [_of_year(decided.schedule.site_year, part, years) for part in (counted.urban, counted.rural)]
        steady = _of_year(decided.schedule.site_year, counted.fixed, years)
        steady += _of_year(decided.schedule.element_year, element_km(rate, decided).sum(axis=1), years)
        fixed += steady[:, None, None] * curve.served * grown
        for amount, shape, follows in zip(by_year, *_shapes(curve), strict=True):
            (moving if follows else fixed)[:] += amount[:, None, None] * shape * grown
    return fixed, moving


def _shapes(curve: Curves) -> tuple[tuple[Floats, Floats], tuple[bool, bool]]:
    return (curve.urban, curve.rural), (curve.urban_follows, curve.rural_follows)


def _of_year(year: npt.NDArray[np.int16], amount: Floats, years: int) -> Floats:
    return np.asarray(np.bincount(year, weights=amount, minlength=years + 1)[1:], dtype=np.float64)

"""Formulas of investment: present value, rate of return, payback, ratios; flows at the ends of years (rule 2)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

_GRID = np.concatenate([np.linspace(-4.6, -0.5, 160), np.linspace(-0.5, 1.5, 1600), np.linspace(1.5, 7.0, 240)])
"""Where roots are looked for: logarithms of 1 + rate, from −99 % to 100,000 % a year, closest where rates are usual."""


def discount_factors(rate: float, years: int) -> Floats:
    """Worth at the start of year 1 of a unit at the end of each year: float64[years].

    >>> discount_factors(0.25, 2).tolist()
    [0.8, 0.64]
    """
    return np.asarray((1.0 + rate) ** -np.arange(1.0, years + 1))


def present_value(flows: npt.ArrayLike, rate: float) -> float:
    """Net present value of flows at the end of years 1, 2, …, at the start of year 1; as NPV in a spreadsheet.

    >>> present_value([-100.0, 60.0, 60.0], 0.0)
    20.0
    >>> round(present_value([-100.0, 125.0], 0.25), 9)
    0.0
    >>> present_value([], 0.05)
    0.0
    """
    flows = np.asarray(flows, dtype=np.float64)
    return float(flows @ discount_factors(rate, len(flows)))


def annuity(present: float, rate: float, years: int) -> float:
    """Equal payments at the end of each of `years` years that are worth `present`.

    >>> annuity(1000.0, 0.0, 4)
    250.0
    >>> round(annuity(1000.0, 0.05, 10), 2)
    129.5
    """
    return present / float(discount_factors(rate, years).sum())


def rates_of_return(flows: npt.ArrayLike) -> tuple[float, ...]:
    """Every rate at which the present value of the flows changes its sign, ascending.

    Between −99 % and 100,000 % a year; two rates closer than about a tenth of a percentage point may go unseen.

    >>> [round(rate, 6) for rate in rates_of_return([-100.0, 110.0])]
    [0.1]
    >>> [round(rate, 6) for rate in rates_of_return([-100.0, 230.0, -132.0])]
    [0.1, 0.2]
    >>> rates_of_return([-5.0, -1.0]), rates_of_return([])
    ((), ())
    """
    flows = np.asarray(flows, dtype=np.float64)
    if not (flows > 0).any() or not (flows < 0).any():
        return ()
    some = np.flatnonzero(flows)
    flows = flows[some[0] : some[-1] + 1]
    value = _scaled_value(flows, _GRID)
    exact = np.flatnonzero(value == 0.0)
    change = np.flatnonzero(value[:-1] * value[1:] < 0)
    low, high = _GRID[change], _GRID[change + 1]
    below = np.sign(value[change])
    for _ in range(80):
        middle = (low + high) / 2
        same = np.sign(_scaled_value(flows, middle)) == below
        low, high = np.where(same, middle, low), np.where(same, high, middle)
    found = np.concatenate([(low + high) / 2, _GRID[exact]])
    return tuple(sorted(np.expm1(found).tolist()))


def _scaled_value(flows: Floats, growth: Floats) -> Floats:
    """Present value at rates exp(growth) − 1, times a positive number that keeps it from overflowing."""
    year = np.arange(len(flows), dtype=np.float64)
    power = -growth[:, None] * year[None, :]
    return np.asarray(np.exp(power - power.max(axis=1, keepdims=True)) @ flows)


def rate_of_return(flows: npt.ArrayLike) -> float | None:
    """Internal rate of return; None if the sign never changes, or if more than one rate would do.

    >>> round(rate_of_return([-100.0, 60.0, 60.0]), 4)
    0.1307
    >>> rate_of_return([-100.0, -60.0]) is None
    True
    >>> rate_of_return([-100.0, 230.0, -132.0]) is None
    True
    """
    found = rates_of_return(flows)
    return found[0] if len(found) == 1 else None


def why_no_rate(flows: npt.ArrayLike) -> str:
    """Say why there is no internal rate of return; empty if there is one.

    >>> why_no_rate([-1.0, -2.0]), why_no_rate([-100.0, 110.0])
    ('the cash flow never changes its sign', '')
    """
    flows = np.asarray(flows, dtype=np.float64)
    if not (flows > 0).any() or not (flows < 0).any():
        return "the cash flow never changes its sign"
    count = len(rates_of_return(flows))
    if count == 1:
        return ""
    return f"{count} rates would do" if count else "no rate brings the present value to nothing"


def payback_year(flows: npt.ArrayLike, rate: float = 0.0) -> int | None:
    """First year (1, 2, …) from whose end on the discounted flows so far stay at or above nothing; None if never.

    >>> payback_year([-100.0, 60.0, 60.0]), payback_year([-100.0, 60.0]), payback_year([-100.0, 60.0, 60.0], 0.2)
    (3, None, None)
    >>> payback_year([-10.0, 20.0, -30.0, 40.0])
    4
    """
    flows = np.asarray(flows, dtype=np.float64)
    so_far = np.cumsum(flows * discount_factors(rate, len(flows)))
    short = np.flatnonzero(so_far < -1e-9 * max(1.0, float(np.abs(flows).max(initial=0.0))))
    first = int(short[-1]) + 2 if len(short) else 1
    return first if 1 <= first <= len(flows) else None


def ratio(benefit: float, cost: float) -> float | None:
    """Benefit over cost; None where nothing is spent.

    >>> ratio(150.0, 100.0), ratio(1.0, 0.0)
    (1.5, None)
    """
    return benefit / cost if cost > 0 else None


def levelised_cost(costs: npt.ArrayLike, users: npt.ArrayLike, rate: float) -> float | None:
    """Cost per user and month that, paid in every month of use, is worth the costs; None without users.

    Present cost over present user-months (the annuity price of investment appraisal).

    Parameters
    ----------
    costs : float64[years]
        Money spent in each year, positive.
    users : float64[years]
        Users in each year.
    rate : float
        Discount rate per year.

    Examples
    --------
    1,200 in the first year for ten users in the second:

    >>> levelised_cost([1200.0, 0.0], [0.0, 10.0], 0.0)
    10.0
    >>> round(levelised_cost([1200.0, 0.0], [0.0, 10.0], 0.05), 2)
    10.5
    >>> levelised_cost([1.0], [0.0], 0.0) is None
    True
    """
    months = 12.0 * present_value(users, rate)
    return present_value(costs, rate) / months if months > 0 else None

"""How it will end if it goes on as it went: months drawn again, with replacement, out of those observed.

The estimate at completion is the money paid so far and the planned money of what is left, times cost over earned value
of the drawn months; the end comes when the drawn months' pace has built what is left. Source: the bootstrap of
B. Efron, The Annals of Statistics 7 (1979) 1, doi:10.1214/aos/1176344552.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from karez.model.delivery import Outlook

Floats = npt.NDArray[np.float64]
DRAWS = 2_000
LEAST_MONTHS = 3
"""Fewer observed months say nothing about what comes."""
QUANTILES = (0.1, 0.5, 0.9)


def outlook(budget: float, earned: Floats, paid: Floats, first_month: int, seed: int = 0) -> Outlook:
    """Outlook from the money earned and paid in every month from the first with either to the last, in order.

    Parameters
    ----------
    budget : float
        Money at completion, as planned.
    earned, paid : float64[months]
        By month.
    first_month : int
        The first of them, as 12 × year + month − 1.
    seed : int
        Seed of the draws.

    Examples
    --------
    Half is built in five months at one and a half times its planned money:

    >>> half = outlook(100.0, np.full(5, 10.0), np.full(5, 15.0), 12 * 2026)
    >>> half.at_completion_nominal, half.finish
    ((150.0, 150.0, 150.0), ('2026-10', '2026-10', '2026-10'))
    """
    nothing = Outlook((np.nan,) * 3, ("",) * 3, int((earned > 0).sum()))
    if nothing.months < LEAST_MONTHS:
        return nothing
    left = max(budget - float(earned.sum()), 0.0)
    drawn = np.random.default_rng(seed).integers(0, len(earned), size=(DRAWS, len(earned)))
    gain, cost = earned[drawn].sum(axis=1), paid[drawn].sum(axis=1)
    able = gain > 0
    ends = float(paid.sum()) + left * cost[able] / gain[able]
    months = np.ceil(left / (gain[able] / len(earned)))
    last = first_month + len(earned) - 1
    low, middle, high = (round(float(value), 2) for value in np.quantile(ends, QUANTILES))
    finish = [_month(last + int(value)) for value in np.quantile(months, QUANTILES)]
    return Outlook((low, middle, high), (finish[0], finish[1], finish[2]), nothing.months)


def _month(number: int) -> str:
    """``2026-03`` of 12 × year + month − 1; empty beyond the calendar."""
    return f"{number // 12}-{number % 12 + 1:02d}" if number < 12 * 9999 else ""

"""What a unit of capex costs in every later year: renewals and the value that is left (rule 3), as arrays."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def renewals(life: int, built: int, horizon: int) -> Floats:
    """Renewals of a unit of capex spent at the end of year `built`, by year 1…H: bought again after every `life` years.

    >>> renewals(2, 1, 6).tolist()
    [0.0, 0.0, 1.0, 0.0, 1.0, 0.0]
    """
    paid = np.zeros(horizon)
    paid[np.arange(built + life, horizon, life) - 1] = 1.0
    return paid


def residual(life: int, built: int, horizon: int) -> float:
    """Straight-line rest, at the end of year H, of the last purchase.

    >>> residual(2, 1, 6), residual(10, 1, 2), residual(5, 1, 6)
    (0.5, 0.9, 0.0)
    """
    last = built + life * ((max(horizon, built + 1) - 1 - built) // life)
    return 1.0 - (horizon - last) / life


def renewal_table(lives: npt.ArrayLike, horizon: int) -> Floats:
    """Renewals by year of building and item: float64[H, items, H]; see :func:`renewals`."""
    lives = np.asarray(lives, dtype=np.int64)
    table = np.zeros((horizon, len(lives), horizon))
    for built in range(1, horizon + 1):
        for item, life in enumerate(lives.tolist()):
            table[built - 1, item] = renewals(life, built, horizon)
    return table


def residual_table(lives: npt.ArrayLike, horizon: int) -> Floats:
    """Rest values by year of building and item: float64[H, items]; see :func:`residual`."""
    lives = np.asarray(lives, dtype=np.int64)
    return np.array([[residual(life, built, horizon) for life in lives.tolist()] for built in range(1, horizon + 1)])

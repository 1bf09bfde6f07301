"""Menus: what of a customer's offers is worth having, the cheapest improvement first."""

from __future__ import annotations

import numpy as np
from numba import njit


@njit(cache=True, nogil=True)
def improve_in_turn(start, cost, worth):  # type: ignore[no-untyped-def]
    """Offers on the upper hull of cost and worth of each customer, and which one each improves upon.

    Parameters
    ----------
    start : int64[customers + 1]
        The offers of customer c are ``start[c]`` … ``start[c + 1] − 1``, the cheaper before the dearer.
    cost, worth : int64[offers]
        What they cost and what they are worth, not negative.

    Returns
    -------
    before : int64[offers]
        Offer of the same customer that comes before it on the hull; −1 for nothing at all, −2 where the offer is
        not on the hull.
    ratio : float64[offers]
        Worth per cost of the improvement, falling along each hull; infinite where it costs nothing.
    """
    before = np.full(cost.size, -2, np.int64)
    ratio = np.zeros(cost.size, np.float64)
    hull = np.empty(cost.size + 1, np.int64)
    for customer in range(start.size - 1):
        size = 0
        for offer in range(start[customer], start[customer + 1]):
            while True:
                last = hull[size - 1] if size else -1
                dearer = cost[offer] - (cost[last] if size else 0)
                better = worth[offer] - (worth[last] if size else 0)
                if better <= 0:
                    break
                gain = better / dearer if dearer > 0 else np.inf
                if size and gain >= ratio[last]:
                    size -= 1
                    before[last] = -2
                    continue
                before[offer] = last
                ratio[offer] = gain
                hull[size] = offer
                size += 1
                break
    return before, ratio

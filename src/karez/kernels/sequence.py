"""Spend yearly budgets along a fixed order of sites on a tree."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

Ints = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float64]


@njit(cache=True, nogil=True)
def spend_in_order(
    order: Ints,
    wanted: Ints,
    element_wanted: Ints,
    element: Ints,
    site_cost: Floats,
    parent: Ints,
    element_cost: Floats,
    element_first: Ints,
    budget: Floats,
    level: Floats,
) -> Ints:
    """Serve sites one by one, each in the first year the money allows; what does not fit is passed over.

    Parameters
    ----------
    order : int32[tried]
        Sites in the order they are tried; −1 − e stands for element e by itself, with what it hangs on.
    wanted : int32[sites]
        Year 0 … T − 1 before which a site is not tried.
    element_wanted : int32[elements]
        The same of elements by themselves.
    element : int32[sites]
        Element a site hangs on; −1 for none.
    site_cost, element_cost : float64
        Real cost of each.
    parent : int32[elements]
        Parent of each element, −1 for none.
    element_first : int32[elements]
        Year from which an element can be built.
    budget : float64[T]
        Nominal money by the end of each year, from the start.
    level : float64[T]
        Nominal over real money in each year.

    Returns
    -------
    int32[sites]
        Year 0 … T − 1 of every site; T for never.
    """
    years = len(budget)
    year_of = np.full(len(site_cost), years, np.int32)
    built = np.full(len(parent), years, np.int32)
    room = budget.copy()
    for site in order:
        if site >= 0:
            begin, leaf, cost = wanted[site], element[site], site_cost[site]
        else:
            begin, leaf, cost = element_wanted[-1 - site], np.int32(-1 - site), 0.0
        here = leaf
        while here >= 0 and built[here] == years:
            cost += element_cost[here]
            begin = max(begin, element_first[here])
            here = parent[here]
        if here >= 0:
            begin = max(begin, built[here])
        for year in range(begin, years):
            money = cost * level[year]
            fits = True
            for later in range(year, years):
                if money > room[later] + 0.005:
                    fits = False
                    break
            if fits:
                for later in range(year, years):
                    room[later] -= money
                if site >= 0:
                    year_of[site] = year
                here = leaf
                while here >= 0 and built[here] == years:
                    built[here] = year
                    here = parent[here]
                break
    return year_of

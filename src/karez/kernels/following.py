"""Follow a plan's order of building at many draws of prices, take-up and delay, and count what comes of it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

Ints = npt.NDArray[np.int32]
Longs = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Years = npt.NDArray[np.int16]

CENT = 0.005
"""Half a cent: by so much rounded money may pass its limit."""


@njit(cache=True, nogil=True)
def price_sites(
    rate: Floats,
    take_up: float,
    upkeep: Floats,
    line_start: Longs,
    line_item: Ints,
    line_fixed: Floats,
    line_moving: Floats,
    line_capex: Flags,
    cost: Floats,
    opex: Floats,
) -> None:
    """Write capex and yearly opex of every site at one draw into `cost` and `opex`.

    Parameters
    ----------
    rate, upkeep : float64[items]
        Real price of a unit, and its yearly upkeep as a share of it.
    take_up : float
        Factor on `line_moving`.
    line_start : int64[sites + 1]
        First cost line of each site.
    line_item : int32[lines]
        Item of each line.
    line_fixed, line_moving : float64[lines]
        Units that take-up leaves alone, and units that move with it.
    line_capex : bool[lines]
        Whether a line is paid once, else every year.
    cost, opex : float64[sites]
        Overwritten.
    """
    for site in range(len(cost)):
        once, yearly = 0.0, 0.0
        for line in range(line_start[site], line_start[site + 1]):
            item = line_item[line]
            amount = (line_fixed[line] + take_up * line_moving[line]) * rate[item]
            if line_capex[line]:
                once += amount
                yearly += amount * upkeep[item]
            else:
                yearly += amount
        cost[site] = once
        opex[site] = yearly


@njit(cache=True, nogil=True)
def price_elements(
    rate: Floats,
    upkeep: Floats,
    part_start: Longs,
    part_item: Ints,
    quantity: Floats,
    fixed: Floats,
    cost: Floats,
    opex: Floats,
) -> None:
    """Write capex and yearly opex of every element at one draw into `cost` and `opex`.

    Parameters
    ----------
    rate, upkeep : float64[items]
        Real price of a unit, and its yearly upkeep as a share of it.
    part_start : int64[elements + 1]
        First part of each element.
    part_item, quantity : int32, float64[parts]
        Item of each part, and units of it.
    fixed : float64[elements]
        Money that no price moves.
    cost, opex : float64[elements]
        Overwritten.
    """
    for element in range(len(fixed)):
        cost[element] = fixed[element]
        opex[element] = 0.0
        for part in range(part_start[element], part_start[element + 1]):
            amount = quantity[part] * rate[part_item[part]]
            cost[element] += amount
            opex[element] += amount * upkeep[part_item[part]]


@njit(cache=True, nogil=True)
def slip_last(
    order: Ints,
    site_year: Years,
    earliest: Ints,
    element: Ints,
    parent: Ints,
    site_cost: Floats,
    element_cost: Floats,
    delay: Floats,
    wanted: Ints,
) -> None:
    """Write into `wanted` the year from which each site is tried if the last share of every year's work slips.

    A year's work is that of its sites in order, each with the elements it is the first to need, by cost. A site
    slips by a year if the middle of its work lies in the last `delay` share.

    Parameters
    ----------
    order : int32[sites tried]
        Sites in the order they are tried; −1 − e stands for element e by itself, which does not slip.
    site_year : int16[sites]
        Year 0 … T − 1 as money alone has it; T for never.
    earliest : int32[sites]
        Year from which sites are tried that are never served as money alone has it.
    element, parent : int32
        Element of each site and parent of each element, −1 for none.
    site_cost, element_cost : float64
        Real money.
    delay : float64[T]
        Share of each year's work that slips.
    wanted : int32[sites]
        Overwritten; T for work that slips beyond the last year.
    """
    years = len(delay)
    built = np.zeros(len(parent), np.bool_)
    middle = np.zeros(len(site_cost))
    whole = np.zeros(years + 1)
    for site in order:
        if site < 0:
            continue
        year = site_year[site]
        if year == years:
            continue
        added = site_cost[site]
        here = element[site]
        while here >= 0 and not built[here]:
            built[here] = True
            added += element_cost[here]
            here = parent[here]
        middle[site] = whole[year] + added / 2.0
        whole[year] += added
    for site in order:
        if site < 0:
            continue
        year = site_year[site]
        if year == years:
            wanted[site] = earliest[site]
        elif middle[site] > (1.0 - delay[year]) * whole[year]:
            wanted[site] = year + 1
        else:
            wanted[site] = year


@njit(cache=True, nogil=True)
def follow_order(
    order: Ints,
    wanted: Ints,
    element_wanted: Ints,
    element: Ints,
    parent: Ints,
    element_first: Ints,
    site_cost: Floats,
    site_opex: Floats,
    element_cost: Floats,
    element_opex: Floats,
    budget: Floats,
    level: Floats,
    pays_capex: bool,
    pays_opex: bool,
    site_year: Years,
    element_year: Years,
) -> None:
    """Serve sites one by one in an order, each in the first year from which on all its money is there.

    Its money is that of the site and of the elements it is the first to need. What fits in no year is passed over.
    A site that is wanted after the last year keeps its money and is not in service.

    Parameters
    ----------
    order : int32[tried]
        Sites in the order they are tried; −1 − e stands for element e by itself, with what it hangs on.
    wanted : int32[sites]
        Year 0 … T from which a site is tried.
    element_wanted : int32[elements]
        The same of elements by themselves.
    element : int32[sites]
        Element a site hangs on; −1 for none.
    parent, element_first : int32[elements]
        Parent, −1 for none; first year allowed.
    site_cost, site_opex, element_cost, element_opex : float64
        Real money, at this draw; opex is paid every year from the next on.
    budget : float64[T]
        Nominal money by the end of each year, from the start.
    level : float64[T]
        Nominal over real money in each year.
    pays_capex, pays_opex : bool
        What the budget pays for.
    site_year, element_year : int16
        Overwritten: year 0 … T − 1, T for never.
    """
    years = len(budget)
    site_year[:] = years
    element_year[:] = years
    room = budget.copy()
    so_far = np.cumsum(level)
    for site in order:
        if site >= 0:
            begin, leaf = wanted[site], element[site]
            once, yearly = site_cost[site], site_opex[site]
        else:
            begin, leaf = element_wanted[-1 - site], np.int32(-1 - site)
            once, yearly = 0.0, 0.0
        here = leaf
        while here >= 0 and element_year[here] == years:
            once += element_cost[here]
            yearly += element_opex[here]
            begin = max(begin, element_first[here])
            here = parent[here]
        if here >= 0:
            begin = max(begin, element_year[here])
        served = begin < years
        for year in range(min(begin, years - 1), years):
            fits = True
            for later in range(year, years):
                used = once * level[year] * pays_capex + yearly * (so_far[later] - so_far[year]) * pays_opex
                if used > room[later] + CENT:
                    fits = False
                    break
            if fits:
                for later in range(year, years):
                    room[later] -= once * level[year] * pays_capex + yearly * (so_far[later] - so_far[year]) * pays_opex
                if served and site >= 0:
                    site_year[site] = year
                here = leaf
                while here >= 0 and element_year[here] == years:
                    element_year[here] = year
                    here = parent[here]
                break


@njit(cache=True, nogil=True)
def present_worth(
    rate: Floats,
    take_up: float,
    factor: Floats,
    service_years: Floats,
    line_start: Longs,
    line_item: Ints,
    line_fixed: Floats,
    line_moving: Floats,
    line_capex: Flags,
    part_start: Longs,
    part_item: Ints,
    quantity: Floats,
    fixed: Floats,
    fixed_factor: Floats,
    site_year: Years,
    element_year: Years,
) -> float:
    """Present cost (rule 3) of what is built at one draw.

    Parameters
    ----------
    factor : float64[items, T]
        Present cost of one unit of an item's capex by year of building.
    service_years, fixed_factor : float64[T]
        Discounted years that opex is paid, and discount of money that no price moves, by year.
    site_year, element_year : int16
        Year 0 … T − 1, T for never; the other parameters as in :func:`price_sites` and :func:`price_elements`.
    """
    years = len(service_years)
    total = 0.0
    for site in range(len(site_year)):
        year = site_year[site]
        if year == years:
            continue
        for line in range(line_start[site], line_start[site + 1]):
            amount = (line_fixed[line] + take_up * line_moving[line]) * rate[line_item[line]]
            total += amount * (factor[line_item[line], year] if line_capex[line] else service_years[year])
    for element in range(len(element_year)):
        year = element_year[element]
        if year < years:
            total += fixed[element] * fixed_factor[year]
            for part in range(part_start[element], part_start[element + 1]):
                total += quantity[part] * rate[part_item[part]] * factor[part_item[part], year]
    return total


@njit(cache=True, nogil=True)
def add_by_year(year: Years, amount: Floats, sums: Floats) -> None:
    """Add amounts to the sums of their years 0 … T − 1; those of year T are left out."""
    for row in range(len(year)):
        if year[row] < len(sums):
            sums[year[row]] += amount[row]


@njit(cache=True, nogil=True)
def add_by_year_and_group(year: Years, amount: Floats, group: Ints, sums: Floats) -> None:
    """Add amounts to the sums of their years and groups; sums has shape (T, groups)."""
    for row in range(len(year)):
        if year[row] < len(sums):
            sums[year[row], group[row]] += amount[row]

"""A plan followed at many draws: what it costs as it stands, and what it delivers within its budgets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from karez.appraising.exposure import Exposure
from karez.kernels.following import (
    add_by_year,
    add_by_year_and_group,
    follow_order,
    present_worth,
    price_elements,
    price_sites,
    slip_last,
)
from karez.model.draws import Draws

Floats = npt.NDArray[np.float64]
Longs = npt.NDArray[np.int64]
HOLDS = 0.005
"""Half a cent: by so much spending may pass a budget that holds."""


@dataclass(frozen=True)
class Followed:
    """What came of a plan in every draw. Real money unless it says nominal.

    Parameters
    ----------
    capex, opex : float64[draws, T]
        Capex of each year, and opex per year begun in it, of the plan as it stands: all built, each part in its year.
    present : float64[draws]
        Its present cost.
    over_nominal : float64[draws, T]
        What it costs by the end of each year over what there is by then, nominal; negative where money is left.
    coverage, coverage_any : float64[draws, T]
        Homes in service by the end of each year, to standard and at all, if the plan's order is followed within the
        budgets.
    project_coverage : float64[draws, T, projects]
        The same by project, to standard.
    spent : float64[draws, T]
        Capex of each year within the budgets.
    service : float64[draws]
        Discounted, weighted years of service within the budgets: what schedules are made for.
    late, out : int64[draws]
        Sites of the plan that are served later than planned, and not at all.
    in_time, served : int64[sites]
        In how many draws a site is served by its planned year, and at all.
    """

    capex: Floats
    opex: Floats
    present: Floats
    over_nominal: Floats
    coverage: Floats
    coverage_any: Floats
    project_coverage: Floats
    spent: Floats
    service: Floats
    late: Longs
    out: Longs
    in_time: Longs
    served: Longs

    @property
    def holds(self) -> npt.NDArray[np.bool_]:
        """Whether the money of each year is enough for the plan as it stands: bool[draws, T]."""
        return np.asarray(self.over_nominal <= HOLDS)


def follow(exposure: Exposure, draws: Draws, progress: Callable[[float], None] = lambda _: None) -> Followed:
    """Follow a plan at every draw.

    The plan's own order is kept. A site is served in its year if the money is there, else in the first later year
    that has it, else not within the programme; nothing is brought forward. Money that is left serves designed sites
    that the plan leaves out. Then the last share of each year's work, by cost, slips into the next year, or out of
    the programme with the money kept for it. Sites keep their technology. Costs are not rounded to cents.
    """
    count, years = len(draws), exposure.years
    sites, elements = len(exposure.planned), len(exposure.parent)
    planned = exposure.planned.astype(np.int16), exposure.element_planned.astype(np.int16)
    site_year, element_year = np.empty(sites, np.int16), np.empty(elements, np.int16)
    site_money, element_money = np.empty((2, sites)), np.empty((2, elements))
    capex, opex, spent = np.zeros((count, years)), np.zeros((count, years)), np.zeros((count, years))
    home, anyhow, service = np.zeros((count, years)), np.zeros((count, years)), np.zeros((count, years))
    by_project = np.zeros((count, years, len(exposure.project_whole)))
    present = np.zeros(count)
    late, out = np.zeros(count, np.int64), np.zeros(count, np.int64)
    in_time, served = np.zeros(sites, np.int64), np.zeros(sites, np.int64)
    is_planned = exposure.planned < years
    for row in range(count):
        rate, take_up = draws.rate[row], float(draws.take_up[row])
        _price(exposure, rate, take_up, site_money, element_money)
        for year, money in zip(planned, (site_money, element_money), strict=True):
            add_by_year(year, money[0], capex[row])
            add_by_year(year, money[1], opex[row])
        present[row] = _present(exposure, rate, take_up, *planned)
        _follow(exposure, site_money, element_money, draws.delay[row], site_year, element_year)
        add_by_year(site_year, site_money[0], spent[row])
        add_by_year(element_year, element_money[0], spent[row])
        add_by_year(site_year, exposure.home, home[row])
        add_by_year(site_year, exposure.home_any, anyhow[row])
        add_by_year(site_year, exposure.benefit, service[row])
        add_by_year_and_group(site_year, exposure.project_weight, exposure.project, by_project[row])
        is_served = site_year < years
        late[row] = np.count_nonzero(is_planned & is_served & (site_year > exposure.planned))
        out[row] = np.count_nonzero(is_planned & ~is_served)
        in_time += is_planned & (site_year <= exposure.planned)
        served += is_served
        if row % 64 == 0:
            progress(row / count)
    return Followed(
        capex=capex,
        opex=opex,
        present=present,
        over_nominal=_over(exposure, capex, opex),
        coverage=_share(exposure.home_before, np.cumsum(home, axis=1), exposure.home_whole),
        coverage_any=_share(exposure.home_before, np.cumsum(anyhow, axis=1), exposure.home_whole),
        project_coverage=_share(exposure.project_before, np.cumsum(by_project, axis=1), exposure.project_whole),
        spent=spent,
        service=service @ exposure.service_years,
        late=late,
        out=out,
        in_time=in_time,
        served=served,
    )


def _price(exposure: Exposure, rate: Floats, take_up: float, sites: Floats, elements: Floats) -> None:
    """Write capex (row 0) and yearly opex (row 1) of sites and elements at one draw."""
    e = exposure
    lines = (e.line_start, e.line_item, e.line_fixed, e.line_moving, e.line_capex)
    price_sites(rate, take_up, e.upkeep, *lines, sites[0], sites[1])
    parts = (e.part_start, e.part_item, e.part_quantity)
    price_elements(rate, e.upkeep, *parts, e.element_fixed, elements[0], elements[1])


def _present(
    exposure: Exposure,
    rate: Floats,
    take_up: float,
    site_year: npt.NDArray[np.int16],
    element_year: npt.NDArray[np.int16],
) -> float:
    e = exposure
    lines = (e.line_start, e.line_item, e.line_fixed, e.line_moving, e.line_capex)
    elements = (e.part_start, e.part_item, e.part_quantity, e.element_fixed, e.fixed_factor)
    worth = present_worth(rate, take_up, e.factor, e.service_years, *lines, *elements, site_year, element_year)
    return float(worth)


def _follow(
    exposure: Exposure,
    sites: Floats,
    elements: Floats,
    delay: Floats,
    site_year: npt.NDArray[np.int16],
    element_year: npt.NDArray[np.int16],
) -> None:
    """Write the years in which sites and elements come at one draw."""
    e = exposure
    wanted = np.where(e.planned < e.years, e.planned, e.earliest).astype(np.int32)
    way = (e.element, e.parent)
    money = (sites[0], sites[1], elements[0], elements[1])
    for slips in (False, True):
        if slips:
            slip_last(e.order, site_year, e.earliest, *way, sites[0], elements[0], delay, wanted)
        follow_order(
            e.order,
            wanted,
            e.element_planned,
            *way,
            e.element_first,
            *money,
            e.budget,
            e.level,
            e.pays_capex,
            e.pays_opex,
            site_year,
            element_year,
        )
        if not delay.any():
            break


def _over(exposure: Exposure, capex: Floats, opex: Floats) -> Floats:
    """What the plan as it stands has cost by the end of each year over what there is, nominal."""
    begun = np.cumsum(opex, axis=1) - opex  # paid from the year after
    paid = capex * exposure.pays_capex + begun * exposure.pays_opex
    return np.asarray(np.cumsum(paid * exposure.level, axis=1) - exposure.budget)


def _share(before: float | Floats, gained: Floats, whole: float | Floats) -> Floats:
    """Share of a weight that is served; 0 where there is none."""
    return np.where(np.asarray(whole) > 0, (before + gained) / np.maximum(whole, 1e-300), 0.0)

"""Fees and running costs of the settings in the programme's real money, and what they are counted by (rule 1)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from karez.appraising.facts import Facts
from karez.appraising.tables import Decided
from karez.appraising.uptake import ceiling, cohort_uptake
from karez.model.business import YearlyRate
from karez.model.programme import Programme
from karez.model.words import NO_ROUTE
from karez.units import METRES_PER_KM

Floats = npt.NDArray[np.float64]


def real_amount(rate: YearlyRate, programme: Programme) -> float:
    """Money a year for each, in the programme's currency at its price year.

    Exchanged and carried to the price year as the catalogue is, see :func:`karez.appraising.converting.convert`.
    """
    agreement, rates = programme.agreement, programme.rates
    exchange = 1.0 if rate.currency in ("", agreement.currency) else rates.exchange[rate.currency]
    years = 0 if rate.price_year is None else agreement.price_year - rate.price_year
    return float(rate.amount_per_year * exchange * (1.0 + rates.inflation_per_year) ** years)


def real_growth(rate: YearlyRate, programme: Programme) -> Floats:
    """Amount of every appraised year over that of the price year: float64[H]."""
    agreement = programme.agreement
    year = agreement.first_year + np.arange(programme.horizon)
    return np.asarray((1.0 + rate.growth_real_per_year) ** np.maximum(year - agreement.price_year, 0), dtype=np.float64)


def traffic_growth(programme: Programme) -> Floats:
    """Busy-hour traffic per user over that of the first programme year: float64[H]."""
    return np.asarray((1.0 + programme.business.traffic_growth_per_year) ** np.arange(programme.horizon))


@dataclass(frozen=True)
class Counted:
    """What a yearly rate is counted by at every site, before time is put on it.

    Parameters
    ----------
    urban, rural : float64[sites]
        Households (or their busy-hour Mbit/s) that follow the take-up curves.
    fixed : float64[sites]
        Institutions (or their Mbit/s), there from the first year of service.
    in_traffic : bool
        Whether it grows with traffic.
    """

    urban: Floats
    rural: Floats
    fixed: Floats
    in_traffic: bool


def count(rate: YearlyRate, decided: Decided, facts: Facts) -> Counted:
    """Count a yearly rate at the sites as they are served; nothing at those it is not for."""
    sites, programme = decided.inputs.sites, decided.inputs.programme
    members = decided.served & _among(sites["project"].to_numpy(), rate.projects)
    members &= _among(sites["category"].to_numpy(), rate.categories) & _among(decided.technology, rate.technologies)
    urban, rural = facts.urban_household, facts.household - facts.urban_household
    nothing = np.zeros(facts.sites)
    if rate.per == "connected_household":
        return Counted(urban * members, rural * members, nothing, False)
    if rate.per == "unit":
        return Counted(nothing, nothing, facts.unit * members * ~facts.is_home, False)
    if rate.per == "mbps":
        demand = site_demand(facts, programme) * members
        return Counted(urban * demand, rural * demand, facts.unit * demand * ~facts.is_home, True)
    return Counted(nothing, nothing, nothing, False)


def _among(words: npt.NDArray[np.object_], wanted: Sequence[str]) -> npt.NDArray[np.bool_]:
    return np.isin(words.astype(str), list(wanted)) if wanted else np.ones(len(words), dtype=bool)


def site_demand(facts: Facts, programme: Programme) -> Floats:
    """Busy-hour Mbit/s per connected household, or per institution, of every site in the first programme year."""
    demand = np.zeros(facts.sites)
    for _, category, rows in facts.groups:
        demand[rows] = programme.categories[category].demand_mbps
    return demand


def element_km(rate: YearlyRate, decided: Decided) -> Floats:
    """Kilometres of new route that a rate counts, by built element and project: float64[elements, projects]."""
    tree, spans = decided.design.tree, decided.graph.spans
    km = np.append(spans["length_m"].to_numpy(dtype=np.float64), 0.0) / METRES_PER_KM
    km[:-1][spans["method"].isin(NO_ROUTE).to_numpy()] = 0.0
    of_element = km[np.where(tree.span >= 0, tree.span, -1)] * (decided.schedule.element_year > 0)
    projects = np.array([project.id for project in decided.inputs.programme.projects], dtype=object)
    counts = rate.per == "route_km"
    return np.asarray(of_element[:, None] * decided.design.attribution * _among(projects, rate.projects) * counts)


@dataclass(frozen=True)
class Curves:
    """Households that connect, of those passed, by year of building and year.

    Parameters
    ----------
    urban, rural : float64[H, H]
        Share connected, the ceiling included.
    served : float64[H, H]
        1 from the year after building on.
    urban_follows, rural_follows : bool
        Whether the ceiling is ``demand.take_up``, and moves with it.
    """

    urban: Floats
    rural: Floats
    served: Floats
    urban_follows: bool
    rural_follows: bool


def curves(programme: Programme) -> Curves:
    """Take-up curves of both area classes."""
    both, take_up, horizon = programme.business.uptake, programme.demand.take_up, programme.horizon
    return Curves(
        urban=ceiling(both.urban, take_up) * cohort_uptake(both.urban, horizon),
        rural=ceiling(both.rural, take_up) * cohort_uptake(both.rural, horizon),
        served=np.triu(np.ones((horizon, horizon)), 1),
        urban_follows=both.urban.ceiling is None,
        rural_follows=both.rural.ceiling is None,
    )

"""Emissions of metres, terminals and electricity, and what they cost where a tonne has a price."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from karez.appraising.facts import Facts
from karez.appraising.lifetime import renewal_table
from karez.appraising.rates import curves
from karez.appraising.returns import discount_factors
from karez.appraising.ways import Lines, Ways
from karez.model.catalogue import Catalogue
from karez.model.climate import TerminalEmissions
from karez.model.programme import Programme
from karez.model.words import NO_ROUTE, TECHNOLOGIES

Floats = npt.NDArray[np.float64]
KG_PER_TONNE = 1000.0


def metre_kg(programme: Programme, method: str) -> float:
    """Embodied emissions of a metre by method, in kg; fibre that exists has none, and hops are not counted."""
    return 0.0 if method in NO_ROUTE else float(getattr(programme.climate.trench, method))


def local_methods(catalogue: Catalogue, programme: Programme) -> dict[str, str]:
    """How the metres of every catalogue item are laid where it is local distribution.

    Items of street-level designs say it themselves; all others as ``climate.local_method``.
    """
    table, usual = catalogue.table, programme.climate.local_method
    said = table["method"] if "method" in table else [""] * len(table)
    return {str(item): str(method or usual) for item, method in zip(table.index, said, strict=True)}


def grid_kg(programme: Programme) -> Floats:
    """Emissions of a kilowatt-hour in every appraised year, in kg: float64[H]."""
    climate = programme.climate
    return np.asarray(climate.grid_kg_per_kwh * (1.0 - climate.grid_decline_per_year) ** np.arange(programme.horizon))


def price_per_kg(programme: Programme) -> Floats:
    """Real price of a kilogram in every appraised year: float64[H]."""
    climate = programme.climate
    grown = (1.0 + climate.price_growth_per_year) ** np.arange(programme.horizon)
    return np.asarray(climate.price_per_tonne / KG_PER_TONNE * grown)


def terminal(programme: Programme, technology: str) -> TerminalEmissions:
    """Equipment of a technology."""
    return getattr(programme.climate.terminals, technology)  # type: ignore[no-any-return]


def installed(connected: Floats) -> Floats:
    """Terminals put in by year, from those connected by cohort and year.

    >>> installed(np.array([[0.0, 0.5, 0.75]])).tolist()
    [[0.0, 0.5, 0.25]]
    """
    return np.maximum(np.diff(connected, axis=1, prepend=0.0), 0.0)


def replaced(put_in: Floats, life: int) -> Floats:
    """Terminals put in again at the end of their life, by year; none in the last year, as with renewals of cost.

    >>> replaced(np.array([[4.0, 2.0, 0.0, 0.0, 0.0, 0.0]]), 2).tolist()
    [[0.0, 0.0, 4.0, 2.0, 4.0, 0.0]]
    """
    horizon = put_in.shape[1]
    return np.asarray(put_in @ renewal_table([life], horizon)[:, 0, :])


def spans_present(facts: Facts, programme: Programme) -> Floats:
    """Present cost of the emissions of every candidate span by year of building: float64[spans, T]."""
    of_kind = np.array([metre_kg(programme, method) for method, _ in facts.span_kinds] or [0.0])
    kg = facts.length_m * of_kind[facts.span_kind] if facts.span_kinds else np.zeros(0)
    return kg[:, None] * _worth(programme)[: programme.agreement.years]


def ways_present(facts: Facts, programme: Programme, catalogue: Catalogue, ways: Ways, lines: Lines) -> Floats:
    """Present cost of the emissions of every way to serve a site, by year of building: float64[ways, T]."""
    years = programme.agreement.years
    in_metres = (catalogue.table["base_unit"] == "m").to_numpy()[lines.item] & lines.is_capex
    each = np.array([metre_kg(programme, method) for method in local_methods(catalogue, programme).values()])
    kg = (lines.quantity * each[lines.item])[in_metres]
    laid = np.bincount(lines.way[in_metres], weights=kg, minlength=len(ways.site))
    present = laid[:, None] * _worth(programme)[:years]
    for number in np.unique(ways.technology).tolist():
        rows = np.flatnonzero(ways.technology == number)
        urban, rural, unit = _per_user(programme, TECHNOLOGIES[number])
        site = ways.site[rows]
        present[rows] += facts.urban_household[site, None] * urban[:years]
        present[rows] += (facts.household - facts.urban_household)[site, None] * rural[:years]
        present[rows] += np.where(facts.is_home, 0.0, facts.unit)[site, None] * unit[:years]
    return present


def _worth(programme: Programme) -> Floats:
    """Present cost of a kilogram emitted in every year: float64[H]."""
    return price_per_kg(programme) * discount_factors(programme.rates.discount_rate_real, programme.horizon)


def _per_user(programme: Programme, technology: str) -> tuple[Floats, Floats, Floats]:
    """Present cost of the emissions of an urban home, a rural one and an institution, by year of building."""
    about, curve, worth = terminal(programme, technology), curves(programme), _worth(programme)
    power = grid_kg(programme) * worth

    def of(connected: Floats, embodied: float, kwh: float) -> Floats:
        put_in = installed(connected)
        return (put_in + replaced(put_in, about.life_years)) @ worth * embodied + connected @ power * kwh

    return (
        of(curve.urban, about.home_embodied_kg, about.home_kwh_per_year),
        of(curve.rural, about.home_embodied_kg, about.home_kwh_per_year),
        of(curve.served, about.institution_embodied_kg, about.institution_kwh_per_year),
    )

"""Prices on the candidate graph and on every way to serve a site."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt
import pandas as pd

from karez.appraising.emissions import spans_present, ways_present
from karez.appraising.facts import Facts, Floats, fibre_mandatory, gather, programme_years, quantities
from karez.appraising.present import asset_factor, present_factor, service_years
from karez.appraising.relays import relays
from karez.appraising.sharing import sharing
from karez.appraising.span_parts import SpanParts
from karez.appraising.ways import Lines, Ways, find_ways
from karez.errors import DataFault, Fault
from karez.model.catalogue import Catalogue
from karez.model.inputs import Inputs
from karez.model.prices import Prices
from karez.model.programme import Programme
from karez.model.route_graph import RouteGraph
from karez.model.words import NO_ROUTE, TECHNOLOGIES
from karez.units import from_minor, round_money, to_minor


def price(inputs: Inputs, graph: RouteGraph, catalogue: Catalogue) -> Prices:
    """Price every candidate span and every way to serve a site.

    Parameters
    ----------
    inputs : Inputs
        Sites, sources and settings.
    graph : RouteGraph
        Measured candidate graph.
    catalogue : Catalogue
        Converted.

    Raises
    ------
    DataFault
        If ``routing.rates`` names no item for a method and ground that occur.
    """
    assert not inputs.maps, "settlements that have a map are designed before anything is priced"
    programme = inputs.programme
    facts = gather(inputs, graph)
    factors = _factors(catalogue, programme)
    item = span_items(facts, programme, catalogue)
    parts = SpanParts.of(facts, item, catalogue)
    capex = round_money(parts.sums(parts.amount, len(item)))
    share = catalogue.table["opex_share_per_year"].to_numpy(dtype=np.float64)[parts.item]
    span_years = construction_years(graph, programme)
    early = early_payments(capex, span_years)
    span_present = _span_present(parts, factors, facts, programme)
    ways, lines = find_ways(facts, programme, catalogue)
    options = _options(ways, programme)
    demand = quantities(facts, programme)["mbps"]
    connection = round_money(facts.connection_cost)
    level = price_level(programme)
    nominal = nominal_budget(programme)
    weight = _weights(facts, programme)
    return Prices(
        catalogue=catalogue,
        span_parts=parts.table(catalogue),
        span_capex=capex,
        span_opex_per_year=round_money(parts.sums(parts.amount * share, len(item))),
        span_present_by_year=span_present + _dearer(early, item, catalogue, programme),
        span_years=span_years,
        span_early=early,
        source_capex=connection,
        source_present_by_year=connection[:, None] * _connection_factor(programme),
        source_from_year=programme_years(inputs.sources["from_year"], programme),
        options=options,
        option_present_by_year=_option_present(len(options), lines, factors, programme)
        + _option_carbon(facts, programme, catalogue, ways, lines),
        lines=_line_table(lines, catalogue),
        site_weight=weight,
        site_open_weight=weight * facts.open_share,
        site_priority=_priorities(facts, programme) * inputs.sites["priority"].to_numpy(dtype=np.float64),
        site_earliest_year=programme_years(inputs.sites["earliest_year"], programme),
        site_fibre_mandatory=fibre_mandatory(facts.groups, programme, facts.sites),
        service_years=_service_years(programme),
        budget_nominal=nominal,
        budget_real=nominal / level,
        price_level=level,
        site_mbps=demand,
        relays=relays(programme, catalogue),
        sharing=sharing(programme, inputs.sites, options, demand) if programme.satellites else None,
    )


def price_level(programme: Programme) -> Floats:
    """Nominal over real money in each programme year: float64[T]."""
    years = np.array(programme.agreement.calendar_years) - programme.agreement.price_year
    return np.asarray((1.0 + programme.rates.inflation_per_year) ** years, dtype=np.float64)


def nominal_budget(programme: Programme) -> Floats:
    """Money that becomes available each year, scaled, as money of the day: float64[T]."""
    budget = np.array(programme.agreement.budget) * programme.agreement.budget_scale
    return budget if programme.agreement.budget_basis == "nominal" else budget * price_level(programme)


def span_items(facts: Facts, programme: Programme, catalogue: Catalogue) -> npt.NDArray[np.int64]:
    """Row of the catalogue that prices a metre of each span; −1 for fibre that exists and for radio.

    Raises
    ------
    DataFault
        If a method and ground that occur have no item.
    """
    rates = {
        (str(m), str(g)): item for m, by_ground in programme.routing.rates.items() for g, item in by_ground.items()
    }
    missing = [f"{m}.{g}" for m, g in facts.span_kinds if m not in NO_ROUTE and (m, g) not in rates]
    if missing:
        raise DataFault(
            Fault(
                "programme.toml",
                "routing.rates",
                "",
                name,
                "no catalogue item prices this kind of route",
                f"Set {name}",
            )
            for name in missing
        )
    row = {str(item): number for number, item in enumerate(catalogue.table.index)}
    of_kind = [row[rates[kind]] if kind[0] not in NO_ROUTE else -1 for kind in facts.span_kinds]
    return np.array(of_kind, dtype=np.int64)[facts.span_kind]


def span_capex(facts: Facts, programme: Programme, catalogue: Catalogue) -> Floats:
    """Capex of every span: its length times its item's rate, or its pieces at theirs, two decimals."""
    parts = SpanParts.of(facts, span_items(facts, programme, catalogue), catalogue)
    return round_money(parts.sums(parts.amount, len(facts.length_m)))


def construction_years(graph: RouteGraph, programme: Programme) -> npt.NDArray[np.int16]:
    """Years that every span takes to build; int16[spans]."""
    years = np.ones(len(graph.spans), np.int16)
    length, method = graph.spans["length_m"].to_numpy(np.float64), graph.spans["method"].to_numpy()
    for name, crew in programme.crews.items():
        mine = method == name
        years[mine] = crew.construction_years(length[mine])
    return years


def early_payments(capex: Floats, years: npt.NDArray[np.int16]) -> Floats:
    """Parts of the capex paid before completion; see ``Prices.span_early``.

    >>> early_payments(np.array([100.0, 100.0, 5.0]), np.array([3, 1, 2], np.int16)).tolist()
    [[33.33, 33.33], [0.0, 0.0], [2.5, 0.0]]
    """
    before = np.arange(1, years.max(initial=1))
    part = np.floor_divide(to_minor(capex), years)
    return from_minor(np.where(years[:, None] > before, part[:, None], 0))


def _dearer(early: Floats, item: npt.NDArray[np.int64], catalogue: Catalogue, programme: Programme) -> Floats | float:
    """By how much the present cost of spans rises that are paid before year t; each payment is an asset of its own."""
    before, years = early.shape[1], programme.agreement.years
    if not before:
        return 0.0
    rate, horizon = programme.rates.discount_rate_real, programme.horizon
    lives = np.append(catalogue.table["life_years"].to_numpy(dtype=np.int64), 1)[item]
    dearer = np.zeros((len(early), years))
    for life in np.unique(lives):
        factor = [asset_factor(int(life), year, horizon, rate) for year in range(1 - before, years + 1)]
        more = [[factor[before + t - j] - factor[before + t] for t in range(years)] for j in range(1, before + 1)]
        mine = lives == life
        dearer[mine] = early[mine] @ np.array(more)
    return dearer


def _weights(facts: Facts, programme: Programme) -> Floats:
    """Weight of every site in coverage: households of homes, household-equivalents × units of others (rule 2)."""
    weight = facts.weight_units.copy()
    for _, category, rows in facts.groups:
        others = rows[~facts.is_home[rows]]
        weight[others] *= programme.categories[category].household_equivalents
    return weight


def _priorities(facts: Facts, programme: Programme) -> Floats:
    priority = np.empty(facts.sites)
    for project, _, rows in facts.groups:
        priority[rows] = programme.project(project).priority
    return priority


def _options(ways: Ways, programme: Programme) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "site": ways.site,
            "technology": np.array(TECHNOLOGIES, dtype=object)[ways.technology],
            "service": ways.service,
            "quality": np.where(ways.meets, 1.0, programme.phasing.below_standard_quality),
            "meets_standard": ways.meets,
            "capex_real": ways.capex,
            "opex_real_per_year": ways.opex,
        }
    )


def _line_table(lines: Lines, catalogue: Catalogue) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "option": lines.way,
            "item": catalogue.table.index.to_numpy(dtype=object)[lines.item],
            "kind": np.where(lines.is_capex, "capex", "opex"),
            "quantity": lines.quantity,
            "amount_real": lines.amount,
        }
    )


def _factors(catalogue: Catalogue, programme: Programme) -> Floats:
    """Present-cost factor of every catalogue item by year: float64[items, T]."""
    table, rate = catalogue.table, programme.rates.discount_rate_real
    years, horizon = programme.agreement.years, programme.horizon
    factors = [
        _factor(int(life), float(share), years, horizon, rate)
        for life, share in zip(table["life_years"], table["opex_share_per_year"], strict=True)
    ]
    return np.array(factors).reshape(-1, years)


@lru_cache(maxsize=4096)
def _factor(life: int, share: float, years: int, horizon: int, rate: float) -> Floats:
    return present_factor(life, share, years, horizon, rate)


def _service_years(programme: Programme) -> Floats:
    return service_years(programme.agreement.years, programme.horizon, programme.rates.discount_rate_real)


def _span_present(parts: SpanParts, factors: Floats, facts: Facts, programme: Programme) -> Floats:
    """Present cost of every span by year: capex, upkeep, renewals, rest; and emissions, where they have a price."""
    years, spans = range(factors.shape[1]), len(facts.length_m)
    present = np.column_stack([parts.sums(parts.amount * factors[parts.item, t], spans) for t in years])
    return present + spans_present(facts, programme) if programme.climate.price_per_tonne else present


def _option_carbon(
    facts: Facts, programme: Programme, catalogue: Catalogue, ways: Ways, lines: Lines
) -> Floats | float:
    """Present cost of the emissions of every option by year, where they have a price."""
    if not programme.climate.price_per_tonne:
        return 0.0
    return ways_present(facts, programme, catalogue, ways, lines)


def _connection_factor(programme: Programme) -> Floats:
    """A source's connection is paid once and lasts beyond the horizon: capex alone."""
    return np.asarray((1.0 + programme.rates.discount_rate_real) ** -np.arange(1.0, programme.agreement.years + 1))


def _option_present(options: int, lines: Lines, factors: Floats, programme: Programme) -> Floats:
    """Present cost of every option by year: capex lines with their lives, opex lines year by year."""
    factor = np.where(lines.is_capex[:, None], factors[lines.item], _service_years(programme))
    present = lines.amount[:, None] * factor
    return np.column_stack(
        [np.bincount(lines.way, weights=present[:, t], minlength=options) for t in range(present.shape[1])]
    )

"""Prices on the candidate graph, and what every way to serve a site costs and gives."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyproj
from scipy.spatial import cKDTree

from karez.appraising.present import present_factor, service_years
from karez.errors import DataFault, Fault
from karez.model.catalogue import Catalogue
from karez.model.inputs import Inputs
from karez.model.prices import Prices
from karez.model.programme import CostLine, Programme, Project, TechnologyRules
from karez.model.route_graph import RouteGraph
from karez.model.words import TECHNOLOGIES
from karez.units import METRES_PER_KM, round_money

Floats = npt.NDArray[np.float64]
Indices = npt.NDArray[np.int64]


def price(inputs: Inputs, graph: RouteGraph, catalogue: Catalogue, anchor_km: Floats | None = None) -> Prices:
    """Price every candidate span and every way to serve a site.

    Parameters
    ----------
    inputs : Inputs
        Sites, sources and settings.
    graph : RouteGraph
        Measured candidate graph.
    catalogue : Catalogue
        Converted.
    anchor_km : float64[sites], optional
        Distances of :func:`anchor_distance_km`, where they are known.

    Raises
    ------
    DataFault
        If ``routing.rates`` names no item for a method and ground that occur.
    """
    programme = inputs.programme
    agreement = programme.agreement
    span_item = _span_items(graph, programme)
    span_capex = round_money(graph.spans["length_m"].to_numpy() * _rates(span_item, catalogue))
    upkeep = _column(span_item, catalogue, "opex_share_per_year")
    factors = _factors(catalogue, programme)
    anchor_km = anchor_distance_km(inputs) if anchor_km is None else anchor_km
    options, lines = _options(inputs, catalogue, anchor_km)
    calendar = np.array(agreement.calendar_years)
    level = (1.0 + programme.rates.inflation_per_year) ** (calendar - agreement.price_year)
    budget = np.array(agreement.budget) * agreement.budget_scale
    nominal = budget if agreement.budget_basis == "nominal" else budget * level
    source_capex = round_money(inputs.sources["connection_cost"].to_numpy(dtype=np.float64))
    weight = site_weights(inputs)
    return Prices(
        catalogue=catalogue,
        span_item=span_item,
        span_capex=span_capex,
        span_opex_per_year=round_money(span_capex * upkeep),
        span_present_by_year=span_capex[:, None] * _per_item(span_item, catalogue, factors),
        source_capex=source_capex,
        source_present_by_year=source_capex[:, None] * _connection_factor(programme),
        source_from_year=_programme_year(inputs.sources["from_year"], programme),
        options=options,
        option_present_by_year=_option_present(options, lines, catalogue, factors, programme),
        lines=lines,
        site_weight=weight,
        site_open_weight=weight * (1.0 - inputs.sites["already_served"].to_numpy(dtype=np.float64)),
        site_priority=_priorities(inputs),
        site_earliest_year=_programme_year(inputs.sites["earliest_year"], programme),
        anchor_km=anchor_km,
        site_fibre_mandatory=fibre_mandatory(inputs),
        service_years=service_years(agreement.years, programme.horizon, programme.rates.discount_rate_real),
        budget_nominal=nominal,
        budget_real=nominal / level,
        price_level=level,
    )


def site_weights(inputs: Inputs) -> Floats:
    """Weight of every site in coverage: households of homes, household-equivalents × units of others (rule 2)."""
    sites = inputs.sites
    equivalents = {name: category.household_equivalents for name, category in inputs.programme.categories.items()}
    others = sites["category"].map(equivalents).to_numpy(dtype=np.float64) * sites["units"].to_numpy(dtype=np.float64)
    return np.asarray(sites["households"].fillna(pd.Series(others)), dtype=np.float64)


def fibre_mandatory(inputs: Inputs) -> npt.NDArray[np.bool_]:
    """Whether only fibre will do at each site (rule 6)."""
    must = np.zeros(len(inputs.sites), dtype=bool)
    for (project_id, category_id), rows in _groups(inputs.sites):
        must[rows] = category_id in inputs.programme.project(project_id).fibre_mandatory
    return must


def _priorities(inputs: Inputs) -> Floats:
    priority = np.empty(len(inputs.sites))
    for (project_id, _), rows in _groups(inputs.sites):
        priority[rows] = inputs.programme.project(project_id).priority
    return priority


def _programme_year(calendar: pd.Series, programme: Programme) -> npt.NDArray[np.int16]:
    """Programme years 1… of calendar years; 1 where none is given."""
    year = pd.to_numeric(calendar).fillna(programme.agreement.first_year) - programme.agreement.first_year + 1
    return np.asarray(np.maximum(year.to_numpy(dtype=np.float64), 1.0), dtype=np.int16)


def _span_items(graph: RouteGraph, programme: Programme) -> npt.NDArray[np.object_]:
    """Catalogue item of every span; empty for fibre that exists."""
    rates: dict[str, dict[str, str]] = {
        str(k): {str(g): i for g, i in v.items()} for k, v in programme.routing.rates.items()
    }
    kinds = graph.spans[["method", "ground"]].drop_duplicates()
    missing = [
        f"{method}.{ground}"
        for method, ground in kinds.itertuples(index=False)
        if method != "existing" and ground not in rates.get(method, {})
    ]
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
    items = [rates[method][ground] if method != "existing" else "" for method, ground in kinds.itertuples(index=False)]
    kind = pd.MultiIndex.from_frame(kinds).get_indexer(pd.MultiIndex.from_frame(graph.spans[["method", "ground"]]))
    return np.array(items, dtype=object)[kind]


def _column(items: npt.NDArray[np.object_], catalogue: Catalogue, column: str) -> Floats:
    """A column of the catalogue for each item; 0 for the empty item."""
    values = catalogue.table[column].reindex(items).to_numpy(dtype=np.float64)
    return np.where(items == "", 0.0, values)


def _rates(items: npt.NDArray[np.object_], catalogue: Catalogue) -> Floats:
    return _column(items, catalogue, "rate_real")


def _factors(catalogue: Catalogue, programme: Programme) -> Floats:
    """Present-cost factor of every catalogue item by year: float64[items, T]."""
    table = catalogue.table
    return np.array(
        [
            _factor(
                int(life),
                float(share),
                programme.agreement.years,
                programme.horizon,
                programme.rates.discount_rate_real,
            )
            for life, share in zip(table["life_years"], table["opex_share_per_year"], strict=True)
        ]
    ).reshape(-1, programme.agreement.years)


@lru_cache(maxsize=4096)
def _factor(life: int, share: float, years: int, horizon: int, rate: float) -> Floats:
    return present_factor(life, share, years, horizon, rate)


def _per_item(items: npt.NDArray[np.object_], catalogue: Catalogue, factors: Floats) -> Floats:
    """Factors of each item; 0 for the empty item."""
    row = catalogue.table.index.get_indexer(pd.Index(items))
    return np.where((row >= 0)[:, None], factors[row], 0.0)


def _connection_factor(programme: Programme) -> Floats:
    """A source's connection is paid once and lasts beyond the horizon: capex alone."""
    return (1.0 + programme.rates.discount_rate_real) ** -np.arange(1.0, programme.agreement.years + 1)


def quantities(sites: pd.DataFrame, programme: Programme) -> pd.DataFrame:
    """What cost lines count on every site row, by driver; what is served already is left out.

    Returns
    -------
    DataFrame
        One row a site, one column a driver of :data:`karez.model.words.Driver`.
    """
    still_open = 1.0 - sites["already_served"].to_numpy(dtype=np.float64)
    household = sites["households"].fillna(0.0).to_numpy(dtype=np.float64) * still_open
    urban = sites["urban_households"].fillna(0.0).to_numpy(dtype=np.float64) * still_open
    unit = sites["units"].to_numpy(dtype=np.float64) * still_open
    connected = household * programme.demand.take_up
    demand = (
        sites["category"].map({k: v.demand_mbps for k, v in programme.categories.items()}).to_numpy(dtype=np.float64)
    )
    is_home = sites["households"].notna().to_numpy()
    return pd.DataFrame(
        {
            "household": household,
            "urban_household": urban,
            "rural_household": household - urban,
            "connected_household": connected,
            "village": sites["villages"].to_numpy(dtype=np.float64) * still_open,
            "unit": unit,
            "mbps": demand * np.where(is_home, connected, unit),
        }
    )


def anchor_distance_km(inputs: Inputs) -> Floats:
    """Geodesic distance in km from every site to the nearest fibre-mandatory place or source."""
    sites = inputs.sites.geometry
    must = fibre_mandatory(inputs)
    lon = np.concatenate([sites.x.to_numpy()[must], inputs.sources.geometry.x.to_numpy()])
    lat = np.concatenate([sites.y.to_numpy()[must], inputs.sources.geometry.y.to_numpy()])
    nearest = cKDTree(_unit_vectors(lon, lat)).query(_unit_vectors(sites.x.to_numpy(), sites.y.to_numpy()))[1]
    metres = pyproj.Geod(ellps="WGS84").inv(sites.x, sites.y, lon[nearest], lat[nearest])[2]
    return np.asarray(metres) / METRES_PER_KM


def _unit_vectors(lon: Floats, lat: Floats) -> Floats:
    lam, phi = np.radians(lon), np.radians(lat)
    return np.column_stack([np.cos(phi) * np.cos(lam), np.cos(phi) * np.sin(lam), np.sin(phi)])


def _options(inputs: Inputs, catalogue: Catalogue, anchor_km: Floats) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Every way to serve every site, and the cost lines they add up from."""
    ways, lines = _ways(inputs, catalogue, anchor_km)
    rank = np.lexsort((ways.technology, ways.site))
    row = np.empty(len(rank), dtype=np.int64)
    row[rank] = np.arange(len(rank))
    names = np.array(TECHNOLOGIES, dtype=object)
    options = pd.DataFrame(
        {
            "site": ways.site[rank],
            "technology": names[ways.technology[rank]],
            "quality": ways.quality[rank],
            "meets_standard": ways.meets[rank],
        }
    )
    real = lines.quantity > 0
    option, item, is_capex = row[lines.option[real]], lines.item[real], lines.is_capex[real]
    rate = catalogue.table["rate_real"].to_numpy(dtype=np.float64)[item]
    amount = round_money(lines.quantity[real] * rate)
    upkeep = amount * catalogue.table["opex_share_per_year"].to_numpy(dtype=np.float64)[item]
    options["capex_real"] = _summed(option, np.where(is_capex, amount, 0.0), len(rank))
    options["opex_real_per_year"] = _summed(option, np.where(is_capex, upkeep, amount), len(rank))
    order = np.lexsort((is_capex, item, option))
    table = pd.DataFrame(
        {
            "option": option[order],
            "item": catalogue.table.index.to_numpy(dtype=object)[item[order]],
            "kind": np.where(is_capex[order], "capex", "opex"),
            "quantity": lines.quantity[real][order],
            "amount_real": amount[order],
        }
    )
    return options, table


def _summed(option: Indices, amount: Floats, options: int) -> Floats:
    return round_money(np.bincount(option, weights=amount, minlength=options))


class _Ways(NamedTuple):
    """Ways to serve sites, in the order found: site, technology by number, quality, whether to standard."""

    site: Indices
    technology: Indices
    quality: Floats
    meets: npt.NDArray[np.bool_]


class _Lines(NamedTuple):
    """Cost lines: way they belong to, catalogue row, quantity, whether capex."""

    option: Indices
    item: Indices
    quantity: Floats
    is_capex: npt.NDArray[np.bool_]


def _ways(inputs: Inputs, catalogue: Catalogue, anchor_km: Floats) -> tuple[_Ways, _Lines]:
    """Gather ways and cost lines group by group, without a table in between."""
    programme = inputs.programme
    amounts = {str(name): column.to_numpy() for name, column in quantities(inputs.sites, programme).items()}
    item_row = {str(item): number for number, item in enumerate(catalogue.table.index)}
    ways: list[_Ways] = []
    lines: list[_Lines] = []
    count = 0
    for (project_id, category_id), members in _groups(inputs.sites):
        project = programme.project(project_id)
        local = {str(name): costs for name, costs in programme.categories[category_id].costs.items()}
        for technology in _technologies(project, category_id, programme):
            quality, meets = _service(technology, project, programme)
            for rows, band_costs in _bands(members, technology, amounts, anchor_km, programme):
                ways.append(
                    _Ways(
                        rows, *(np.full(len(rows), value) for value in (TECHNOLOGIES.index(technology), quality, meets))
                    )
                )
                numbers = count + np.arange(len(rows))
                count += len(rows)
                lines += [
                    _Lines(
                        numbers,
                        np.full(len(rows), item_row[cost.item]),
                        amounts[cost.per][rows] * cost.quantity,
                        np.full(len(rows), cost.kind == "capex"),
                    )
                    for cost in (*local[technology], *band_costs)
                ]
    none = _Lines(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0), np.zeros(0, bool))
    return _Ways(*map(np.concatenate, zip(*ways, strict=True))), _Lines(
        *map(np.concatenate, zip(*lines, none, strict=True))
    )


def _groups(sites: gpd.GeoDataFrame) -> list[tuple[tuple[str, str], Indices]]:
    """Row numbers of the sites by project and category."""
    grouped = sites[["project", "category"]].groupby(["project", "category"], sort=True)
    return [(key, np.asarray(rows, dtype=np.int64)) for key, rows in grouped.indices.items()]


def _technologies(project: Project, category_id: str, programme: Programme) -> list[str]:
    """Technologies that may serve a category of a project, fibre first."""
    allowed: set[str] = {"fibre"} if category_id in project.fibre_mandatory else set(project.technologies)
    allowed &= set(programme.categories[category_id].costs) & set(programme.technologies)
    return [name for name in TECHNOLOGIES if name in allowed]


def _bands(
    rows: Indices, technology: str, amounts: dict[str, Floats], distance: Floats, programme: Programme
) -> Iterable[tuple[Indices, tuple[CostLine, ...]]]:
    """Rows a technology can serve, with the cost lines of their distance band."""
    rules = _rules(technology, programme)
    if rules.site_mbps_max is not None:
        unit = np.maximum(amounts["unit"][rows], 1e-9)
        rows = rows[amounts["mbps"][rows] / unit <= rules.site_mbps_max]
    if not rules.bands:
        yield rows, ()
        return
    nearer = 0.0
    for band in rules.bands:
        inside = (distance[rows] <= band.up_to_km) & ((distance[rows] > nearer) | (nearer == 0.0))
        yield rows[inside], band.costs
        nearer = band.up_to_km


def _service(technology: str, project: Project, programme: Programme) -> tuple[float, bool]:
    """Quality of a technology for a project, and whether it is to standard."""
    rules = _rules(technology, programme)
    meets = rules.mbps >= project.standard.mbps and rules.latency_ms <= project.standard.latency_ms
    return 1.0 if meets else programme.phasing.below_standard_quality, meets


def _rules(technology: str, programme: Programme) -> TechnologyRules:
    return {str(name): rules for name, rules in programme.technologies.items()}[technology]


def _option_present(
    options: pd.DataFrame, lines: pd.DataFrame, catalogue: Catalogue, factors: Floats, programme: Programme
) -> Floats:
    """Present cost of every option by year: capex lines with their lives, opex lines year by year."""
    years = service_years(programme.agreement.years, programme.horizon, programme.rates.discount_rate_real)
    is_capex = (lines["kind"] == "capex").to_numpy()[:, None]
    factor = np.where(is_capex, _per_item(lines["item"].to_numpy(dtype=object), catalogue, factors), years)
    amount = lines["amount_real"].to_numpy()
    option = lines["option"].to_numpy()
    columns = [np.bincount(option, weights=amount * factor[:, t], minlength=len(options)) for t in range(len(years))]
    return np.column_stack(columns)

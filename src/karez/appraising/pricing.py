"""Prices on the candidate graph, and what every way to serve a site costs and gives."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

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
from karez.model.programme import CostLine, Programme, Project
from karez.model.route_graph import RouteGraph
from karez.model.words import TECHNOLOGIES
from karez.units import METRES_PER_KM, round_money

Floats = npt.NDArray[np.float64]


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
    programme = inputs.programme
    agreement = programme.agreement
    span_item = _span_items(graph, programme)
    span_capex = round_money(graph.spans["length_m"].to_numpy() * _rates(span_item, catalogue))
    upkeep = _column(span_item, catalogue, "opex_share_per_year")
    factors = _factors(catalogue, programme)
    options, lines = _options(inputs, catalogue)
    calendar = np.array(agreement.calendar_years)
    level = (1.0 + programme.rates.inflation_per_year) ** (calendar - agreement.price_year)
    budget = np.array(agreement.budget) * agreement.budget_scale
    nominal = budget if agreement.budget_basis == "nominal" else budget * level
    source_capex = round_money(inputs.sources["connection_cost"].to_numpy(dtype=np.float64))
    weight = site_weights(inputs)
    projects = _project_of_site(inputs)
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
        site_priority=np.array([project.priority for project in projects]),
        site_earliest_year=_programme_year(inputs.sites["earliest_year"], programme),
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
    wanted = {(project.id, name) for project in inputs.programme.projects for name in project.fibre_mandatory}
    pairs = zip(inputs.sites["project"], inputs.sites["category"], strict=True)
    return np.fromiter((pair in wanted for pair in pairs), dtype=bool, count=len(inputs.sites))


def _project_of_site(inputs: Inputs) -> list[Project]:
    by_id = {project.id: project for project in inputs.programme.projects}
    return [by_id[project] for project in inputs.sites["project"]]


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
    item = {(m, g): rates[m][g] if m != "existing" else "" for m, g in kinds.itertuples(index=False)}
    pairs = zip(graph.spans["method"], graph.spans["ground"], strict=True)
    return np.array([item[pair] for pair in pairs], dtype=object)


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


def _options(inputs: Inputs, catalogue: Catalogue) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Every way to serve every site, and the cost lines they add up from."""
    programme = inputs.programme
    amounts = quantities(inputs.sites, programme)
    distance = anchor_distance_km(inputs)
    ways: list[pd.DataFrame] = []
    lines: list[pd.DataFrame] = []
    for (project_id, category_id), rows in _groups(inputs.sites):
        project = programme.project(project_id)
        local = {str(name): costs for name, costs in programme.categories[category_id].costs.items()}
        for technology in _technologies(project, category_id, programme):
            for band_rows, band_lines in _bands(rows, technology, amounts, distance, programme):
                costs = (*local[technology], *band_lines)
                ways.append(_ways(band_rows, technology, project, programme))
                lines += [_line(band_rows, technology, cost, amounts, catalogue) for cost in costs]
    options = pd.concat(ways, ignore_index=True)
    options["order"] = options["technology"].map({name: k for k, name in enumerate(TECHNOLOGIES)})
    options = options.sort_values(["site", "order"], ignore_index=True).drop(columns="order")
    table = _numbered(pd.concat(lines, ignore_index=True) if lines else _line_table(), options)
    for kind, column in (("capex", "capex_real"), ("opex", "opex_real_per_year")):
        chosen = table[table["kind"] == kind]
        total = np.bincount(chosen["option"], weights=chosen["amount_real"], minlength=len(options))
        options[column] = round_money(total)
    share = catalogue.table["opex_share_per_year"].reindex(table["item"]).to_numpy(dtype=np.float64)
    upkeep = np.where(table["kind"] == "capex", table["amount_real"] * share, 0.0)
    options["opex_real_per_year"] += round_money(np.bincount(table["option"], weights=upkeep, minlength=len(options)))
    return options, table


def _groups(sites: gpd.GeoDataFrame) -> Iterable[tuple[tuple[str, str], npt.NDArray[np.int64]]]:
    """Row numbers of the sites by project and category."""
    grouped = sites.groupby(["project", "category"], sort=True)
    return ((key, np.asarray(rows, dtype=np.int64)) for key, rows in grouped.indices.items())


def _technologies(project: Project, category_id: str, programme: Programme) -> list[str]:
    """Technologies that may serve a category of a project, fibre first."""
    allowed: set[str] = {"fibre"} if category_id in project.fibre_mandatory else set(project.technologies)
    allowed &= set(programme.categories[category_id].costs) & set(programme.technologies)
    return [name for name in TECHNOLOGIES if name in allowed]


def _bands(
    rows: npt.NDArray[np.int64], technology: str, amounts: pd.DataFrame, distance: Floats, programme: Programme
) -> Iterable[tuple[npt.NDArray[np.int64], tuple[CostLine, ...]]]:
    """Rows a technology can serve, with the cost lines of their distance band."""
    rules = programme.technologies[technology]  # type: ignore[index]
    if rules.site_mbps_max is not None:
        unit = np.maximum(amounts["unit"].to_numpy()[rows], 1e-9)
        rows = rows[amounts["mbps"].to_numpy()[rows] / unit <= rules.site_mbps_max]
    if not rules.bands:
        yield rows, ()
        return
    nearer = 0.0
    for band in rules.bands:
        inside = (distance[rows] <= band.up_to_km) & ((distance[rows] > nearer) | (nearer == 0.0))
        yield rows[inside], band.costs
        nearer = band.up_to_km


def _ways(rows: npt.NDArray[np.int64], technology: str, project: Project, programme: Programme) -> pd.DataFrame:
    rules = programme.technologies[technology]  # type: ignore[index]
    meets = rules.mbps >= project.standard.mbps and rules.latency_ms <= project.standard.latency_ms
    quality = 1.0 if meets else programme.phasing.below_standard_quality
    return pd.DataFrame({"site": rows, "technology": technology, "quality": quality, "meets_standard": meets})


def _line(
    rows: npt.NDArray[np.int64], technology: str, cost: CostLine, amounts: pd.DataFrame, catalogue: Catalogue
) -> pd.DataFrame:
    quantity = amounts[cost.per].to_numpy()[rows] * cost.quantity
    amount = round_money(quantity * catalogue.table["rate_real"].to_dict()[cost.item])
    return _line_table(
        site=rows, technology=technology, item=cost.item, kind=cost.kind, quantity=quantity, amount_real=amount
    )


def _line_table(**columns: object) -> pd.DataFrame:
    return pd.DataFrame(columns, columns=["site", "technology", "item", "kind", "quantity", "amount_real"])


def _numbered(lines: pd.DataFrame, options: pd.DataFrame) -> pd.DataFrame:
    """Replace site and technology of every line by the row of its option; lines of nothing are left out."""
    number = pd.Series(np.arange(len(options)), index=pd.MultiIndex.from_frame(options[["site", "technology"]]))
    lines = lines[lines["quantity"] > 0]
    option = number.reindex(pd.MultiIndex.from_frame(lines[["site", "technology"]])).to_numpy(dtype=np.int64)
    table = lines.drop(columns=["site", "technology"]).assign(option=option)
    return table.sort_values(["option", "item", "kind"], kind="stable", ignore_index=True)


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

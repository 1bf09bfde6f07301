"""What prices are put on, as arrays: gathered once, priced as often as assumptions are moved."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyproj
from scipy.spatial import cKDTree

from karez.appraising.settlements import lines_of, settlement_of
from karez.appraising.sharing import cells, sellable_mbps
from karez.model.cost_line import CostLine
from karez.model.inputs import Inputs
from karez.model.power import NO_GRID
from karez.model.programme import Programme
from karez.model.route_graph import RouteGraph
from karez.model.settlements import Part
from karez.units import METRES_PER_KM

ROUNDED = 1e-9
"""A demand that fills sectors to so little over needs no further one."""
Floats = npt.NDArray[np.float64]
Indices = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Facts:
    """Sites and candidate spans without any money.

    Parameters
    ----------
    groups : tuple[tuple[str, str, int64[members]], ...]
        Project, category and the rows of their sites.
    is_home : bool[sites]
        Whether the row holds households.
    household, urban_household, village, unit : float64[sites]
        What is still to be served of the row: the share served already is left out.
    weight_units : float64[sites]
        Households of homes, units of others, those served already too.
    open_share : float64[sites]
        Share of the row not served already.
    anchor_km : float64[sites]
        Geodesic distance in km to the nearest fibre-mandatory place or source.
    span_kinds : tuple[tuple[str, str], ...]
        Method and ground that occur.
    span_kind : int64[spans]
        Number of each span's kind.
    length_m : float64[spans]
        Priced length.
    part_span, part_item, part_quantity : int64, object, float64[parts]
        Radio spans are not priced by length: span, catalogue item and pieces of each of their parts.
    connection_cost : float64[sources]
        Real money.
    settlement : int64[sites]
        Number of the street-level design that prices the homes of the row; −1 where the density model does.
    settlement_lines : tuple
        Cost lines of a home by settlement, for passing and for connecting it.
    off_grid : bool[sites]
        Whether the site has no grid.
    ground : object[sites]
        Ground class where the site joins the candidate graph; empty where it does not.
    room_mbps : dict[str, float64[sites]]
        By satellite service whose capacity is shared, what it can sell in the cell of each site.
    """

    groups: tuple[tuple[str, str, Indices], ...]
    is_home: npt.NDArray[np.bool_]
    household: Floats
    urban_household: Floats
    village: Floats
    unit: Floats
    weight_units: Floats
    open_share: Floats
    anchor_km: Floats
    span_kinds: tuple[tuple[str, str], ...]
    span_kind: Indices
    length_m: Floats
    part_span: Indices
    part_item: npt.NDArray[np.object_]
    part_quantity: Floats
    connection_cost: Floats
    settlement: Indices
    off_grid: npt.NDArray[np.bool_]
    ground: npt.NDArray[np.object_]
    room_mbps: dict[str, Floats]
    settlement_lines: tuple[dict[Part, tuple[CostLine, ...]], ...] = field(default=())

    @property
    def sites(self) -> int:
        """Number of sites."""
        return len(self.is_home)


def gather(inputs: Inputs, graph: RouteGraph) -> Facts:
    """Gather the facts of a project and its candidate graph."""
    sites = inputs.sites
    households = sites["households"].to_numpy(dtype=np.float64)
    is_home = np.isfinite(households)
    households = np.nan_to_num(households)
    units = sites["units"].to_numpy(dtype=np.float64)
    open_share = 1.0 - sites["already_served"].to_numpy(dtype=np.float64)
    grouped = sites[["project", "category"]].groupby(["project", "category"], sort=True)
    groups = tuple((str(p), str(c), np.asarray(rows, dtype=np.int64)) for (p, c), rows in grouped.indices.items())
    kinds = graph.spans.groupby(["method", "ground"], sort=True)
    return Facts(
        groups=groups,
        is_home=is_home,
        household=households * open_share,
        urban_household=sites["urban_households"].fillna(0.0).to_numpy(dtype=np.float64) * open_share,
        village=sites["villages"].to_numpy(dtype=np.float64) * open_share,
        unit=units * open_share,
        weight_units=np.where(is_home, households, units),
        open_share=open_share,
        anchor_km=_anchor_distance_km(inputs, groups),
        span_kinds=tuple((str(method), str(ground)) for method, ground in kinds.groups),
        span_kind=kinds.ngroup().to_numpy(dtype=np.int64),
        length_m=graph.spans["length_m"].to_numpy(dtype=np.float64),
        **_parts(graph),
        connection_cost=inputs.sources["connection_cost"].to_numpy(dtype=np.float64),
        settlement=settlement_of(inputs),
        settlement_lines=tuple(lines_of(design) for design in inputs.settlements),
        off_grid=(sites["power"] == NO_GRID).to_numpy(),
        ground=_ground(graph),
        room_mbps={
            name: sellable_mbps(about, cells(sites, about)[0])
            for name, about in inputs.programme.satellites.items()
            if about.is_shared
        },
    )


def _ground(graph: RouteGraph) -> npt.NDArray[np.object_]:
    """Ground class of the span that joins each site, of several the first by its number; empty where none does."""
    start, end = (graph.spans[name].to_numpy(np.int64) for name in ("start", "end"))
    node, first = np.unique(np.concatenate([end, start]), return_index=True)
    of_node = np.full(len(graph.nodes) + 1, "", dtype=object)
    of_node[node] = np.tile(graph.spans["ground"].to_numpy(dtype=object), 2)[first]
    return np.asarray(np.where(graph.site_node >= 0, of_node[graph.site_node], ""))


def _parts(graph: RouteGraph) -> dict[str, Any]:
    """What radio spans are made of."""
    parts = graph.radio.parts if graph.radio is not None else pd.DataFrame(columns=["span", "item", "quantity"])
    return {
        "part_span": parts["span"].to_numpy(dtype=np.int64),
        "part_item": parts["item"].to_numpy(dtype=object),
        "part_quantity": parts["quantity"].to_numpy(dtype=np.float64),
    }


def fibre_mandatory(
    groups: tuple[tuple[str, str, Indices], ...], programme: Programme, sites: int
) -> npt.NDArray[np.bool_]:
    """Whether only fibre will do at each site (rule 6)."""
    must = np.zeros(sites, dtype=bool)
    for project, category, rows in groups:
        must[rows] = category in programme.project(project).fibre_mandatory
    return must


def _anchor_distance_km(inputs: Inputs, groups: tuple[tuple[str, str, Indices], ...]) -> Floats:
    """Geodesic distance from every site to the nearest fibre-mandatory place or source."""
    east, north = inputs.sites.geometry.x.to_numpy(), inputs.sites.geometry.y.to_numpy()
    must = fibre_mandatory(groups, inputs.programme, len(east))
    lon = np.concatenate([east[must], inputs.sources.geometry.x.to_numpy()])
    lat = np.concatenate([north[must], inputs.sources.geometry.y.to_numpy()])
    nearest = cKDTree(_unit_vectors(lon, lat)).query(_unit_vectors(east, north))[1]
    metres = pyproj.Geod(ellps="WGS84").inv(east, north, lon[nearest], lat[nearest])[2]
    return np.asarray(metres) / METRES_PER_KM


def _unit_vectors(lon: Floats, lat: Floats) -> Floats:
    lam, phi = np.radians(lon), np.radians(lat)
    return np.column_stack([np.cos(phi) * np.cos(lam), np.cos(phi) * np.sin(lam), np.sin(phi)])


def quantities(facts: Facts, programme: Programme) -> dict[str, Floats]:
    """What cost lines count on every site row: float64[sites] by :data:`karez.model.words.Driver`."""
    connected = facts.household * programme.demand.take_up
    demand = np.zeros(facts.sites)
    base = {str(name): rules.base_station for name, rules in programme.technologies.items()}.get("fixed_wireless")
    for _, category, rows in facts.groups:
        demand[rows] = programme.categories[category].demand_mbps
    # Sectors are built for everybody in range: so they do not hang on take-up, which moves risk and business alone.
    whole = demand * np.where(facts.is_home, facts.household, facts.unit)
    sectors = np.ceil(whole / base.sector_mbps - ROUNDED) if base is not None else np.zeros(facts.sites)
    return {
        "sector": sectors,
        "station": sectors / base.sectors_per_station if base is not None else sectors,
        "household": facts.household,
        "urban_household": facts.urban_household,
        "rural_household": facts.household - facts.urban_household,
        "connected_household": connected,
        "village": facts.village,
        "unit": facts.unit,
        "terminal": np.where(facts.is_home, connected, facts.unit),
        "mbps": demand * np.where(facts.is_home, connected, facts.unit),
    }


def programme_years(calendar: pd.Series, programme: Programme) -> npt.NDArray[np.int16]:
    """Programme years 1… of calendar years; 1 where none is given."""
    year = pd.to_numeric(calendar).fillna(programme.agreement.first_year) - programme.agreement.first_year + 1
    return np.asarray(np.maximum(year.to_numpy(dtype=np.float64), 1.0), dtype=np.int16)

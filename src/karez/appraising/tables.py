"""The four layers of a plan: every site answered, every span dated."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from karez.appraising.settlements import settlement_of
from karez.appraising.sharing import cells_of
from karez.kernels.trees import sum_below
from karez.model.attributes import PLAN_AREAS
from karez.model.design import Design
from karez.model.inputs import Inputs
from karez.model.plan_bound import Improvement
from karez.model.prices import Prices
from karez.model.route_graph import RouteGraph
from karez.model.schedule import Schedule
from karez.model.words import LOCAL_COSTS
from karez.units import from_minor, round_money, to_minor

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Decided:
    """All that was decided, side by side: what the tables are made from."""

    inputs: Inputs
    graph: RouteGraph
    prices: Prices
    design: Design
    schedule: Schedule
    improvement: Improvement | None = None

    def calendar(self, year: npt.NDArray[np.int16]) -> pd.Series[int]:
        """Calendar years of programme years; NA for never."""
        first = self.inputs.programme.agreement.first_year
        return pd.Series(year.astype(np.int64) + first - 1, dtype="Int64").where(year > 0)

    @property
    def served(self) -> npt.NDArray[np.bool_]:
        """Whether each site is served in the end."""
        return self.schedule.site_option >= 0

    def of_option(self, column: str, empty: float = 0.0) -> Floats:
        """A column of the options for every site as it is served; `empty` where it is not."""
        values = np.append(self.prices.options[column].to_numpy(dtype=np.float64), empty)
        return np.asarray(values[self.schedule.site_option])

    @property
    def technology(self) -> npt.NDArray[np.object_]:
        """How every site is served in the end."""
        names = np.append(self.prices.options["technology"].to_numpy(dtype=object), "unserved")
        return np.asarray(names[self.schedule.site_option])

    @property
    def service(self) -> npt.NDArray[np.object_]:
        """Satellite service of every site; empty where there are no several, or it has another technology."""
        return np.asarray(
            np.append(self.prices.options["service"].to_numpy(dtype=object), "")[self.schedule.site_option]
        )

    @property
    def meets(self) -> npt.NDArray[np.bool_]:
        """Whether every site is served to its project's standard."""
        return self.of_option("meets_standard") > 0

    @property
    def element_capex(self) -> Floats:
        """Capex of every element, built or not."""
        span = self.design.tree.span
        every = np.concatenate([self.prices.span_capex, self.prices.source_capex[::-1]])
        return np.asarray(every[span])

    @property
    def element_present(self) -> Floats:
        """Present cost of every element in its year; 0 if not built."""
        span, year = self.design.tree.span, self.schedule.element_year
        every = np.concatenate([self.prices.span_present_by_year, self.prices.source_present_by_year[::-1]])
        return np.where(year > 0, every[span, np.maximum(year, 1) - 1], 0.0)

    @property
    def element_opex(self) -> Floats:
        """Upkeep per year of every element, built or not."""
        every = np.concatenate([self.prices.span_opex_per_year, np.zeros(len(self.prices.source_capex))])
        return np.asarray(every[self.design.tree.span])

    @property
    def element_years(self) -> Ints:
        """Years every element takes to build."""
        span = self.design.tree.span
        return np.where(span >= 0, np.append(self.prices.span_years, 1)[np.maximum(span, -1)], 1).astype(np.int64)

    def element_capex_by_project(self) -> Floats:
        """Capex of every built element shared out to projects to the cent: float64[elements, projects]."""
        return from_minor(self._shared_out(to_minor(self.element_capex)))

    def element_payments(self) -> list[Ints]:
        """Minor units paid for every built element 0, 1, 2 … years before it is completed, shared out to projects.

        Each is int64[elements, projects]; all together are the capex by project.
        """
        early = np.append(self.prices.span_early, np.zeros((1, self.prices.span_early.shape[1])), axis=0)
        of_element = to_minor(early[np.maximum(self.design.tree.span, -1)])
        before = [self._shared_out(of_element[:, j]) for j in range(of_element.shape[1])]
        last = self._shared_out(to_minor(self.element_capex))
        for part in before:
            last = last - part
        return [last, *before]

    def _shared_out(self, minor: Ints) -> Ints:
        """Money of elements by project: whole minor units, what is left over to the largest share."""
        minor = np.where(self.schedule.element_year > 0, minor, 0)
        share = self.design.attribution
        part = np.floor(minor[:, None] * share).astype(np.int64)
        rest = minor - part.sum(axis=1)
        part[np.arange(len(part)), share.argmax(axis=1)] += rest
        return part


def in_order_with_works(
    order: npt.NDArray[np.int32], year: npt.NDArray[np.signedinteger[Any]], decided: Decided
) -> npt.NDArray[np.int32]:
    """An order of sites by year, and in it, first in their years, elements that are built though no site needs them.

    Parameters
    ----------
    order : int32[tried]
        Sites by year.
    year : int[sites]
        Year of every site.
    decided : Decided
        What was decided.

    Returns
    -------
    int32[tried + elements]
        −1 − e stands for element e.
    """
    tree, built = decided.design.tree, decided.schedule.element_year
    fibre = np.isin(decided.technology, decided.inputs.programme.networked) & decided.served
    needed = np.zeros((len(built), 1))
    np.add.at(needed[:, 0], decided.design.site_element[fibre], 1.0)
    alone = np.flatnonzero((sum_below(tree.parent, needed)[:, 0] == 0) & (built > 0))
    place = np.searchsorted(year[order], built[alone], side="left")
    rank = np.argsort(place, kind="stable")
    return np.insert(order, place[rank], -1 - alone[rank]).astype(np.int32)


def site_table(decided: Decided) -> gpd.GeoDataFrame:
    """Layer `sites`: the answer for every demand (rule 5)."""
    inputs, schedule, prices = decided.inputs, decided.schedule, decided.prices
    sites = inputs.sites
    names = np.append(prices.options["technology"].to_numpy(dtype=object), "unserved")
    reached = np.where(decided.design.site_element >= 0, decided.graph.site_node, -1)
    node = np.append(decided.graph.nodes["id"].to_numpy(dtype=object), "")[reached]
    node = np.where(decided.design.site_element >= 0, node, "")
    present = prices.option_present_by_year[schedule.site_option, np.maximum(schedule.site_year, 1) - 1]
    return gpd.GeoDataFrame(
        {
            **{
                name: sites[name] for name in ("id", "place_id", "name", "category", "area_id", "project", "households")
            },
            "weight": prices.site_weight,
            "priority": sites["priority"],
            "tranche": sites["tranche"],
            "technology": decided.technology,
            "designed_technology": names[decided.design.site_option],
            "year": decided.calendar(schedule.site_year),
            "reason": _reasons(decided),
            "meets_standard": decided.meets,
            "capex_real": decided.of_option("capex_real"),
            "opex_real_per_year": decided.of_option("opex_real_per_year"),
            "pv_cost_real": np.where(decided.served, round_money(present), 0.0),
            "local_cost": _local_cost(inputs),
            "already_served": sites["already_served"],
            "node_id": node,
            "demand_mbps": prices.site_mbps,
            "service": decided.service,
            "cell": cells_of(inputs.programme, sites, decided.service),
            "derived": sites["derived"],
            "rule": sites["rule"],
        },
        geometry=sites.geometry,
        crs=sites.crs,
    )


def _local_cost(inputs: Inputs) -> npt.NDArray[np.object_]:
    """What prices fibre at the homes of every site; empty where there are none."""
    street, density = LOCAL_COSTS
    words = np.full(len(inputs.sites), None, dtype=object)
    homes = inputs.sites["households"].notna().to_numpy()
    words[homes] = np.where(settlement_of(inputs) >= 0, street, density)[homes]
    return words


def _reasons(decided: Decided) -> npt.NDArray[np.object_]:
    """Why every site ends as it does: the design's reason, or what the budget did to it."""
    words = decided.design.site_reason.copy()
    designed, chosen = decided.design.site_option, decided.schedule.site_option
    planned = np.append(decided.prices.options["technology"].to_numpy(dtype=object), "unserved")[designed]
    dropped = (designed >= 0) & (chosen < 0)
    swapped = (chosen >= 0) & (chosen != designed)
    words[dropped] = [
        "over budget: " + name + " is designed, other sites give more service for the money"
        for name in planned[dropped]
    ]
    full = _full_cells(decided, designed)
    words[dropped & (full != "")] = [
        f"no room: {cell} has too little left for it" for cell in full[dropped & (full != "")]
    ]
    words[swapped] = [
        f"over budget for the designed {name}: the best alternative serves more for the money"
        for name in planned[swapped]
    ]
    ids = decided.inputs.sites["id"]
    for entry in decided.inputs.programme.fixed:
        if entry.never and entry.reason:
            words[ids.isin(set(entry.sites)).to_numpy()] = entry.reason
    return words


def _full_cells(decided: Decided, option: npt.NDArray[np.int32]) -> npt.NDArray[np.object_]:
    """Cell, in words, that an option of each site draws on, where what is left there is too little for the site."""
    prices, sharing = decided.prices, decided.prices.sharing
    words = np.full(len(option), "", dtype=object)
    if sharing is None or not sharing.cells:
        return words
    taken = np.append(sharing.option_cell, -1)[decided.schedule.site_option]
    used = np.bincount(taken[taken >= 0], prices.site_mbps[taken >= 0], len(sharing.cells))
    cell = np.append(sharing.option_cell, -1)[option]
    for site in np.flatnonzero(cell >= 0).tolist():
        at = cell[site]
        if used[at] + prices.site_mbps[site] > sharing.limit_mbps[at]:
            service, _, name = sharing.cells[at].rpartition(":")
            words[site] = f"cell {name} of {service}, with {used[at]:.4g} of {sharing.limit_mbps[at]:.4g} Mbit/s sold,"
    return words


def span_table(decided: Decided) -> gpd.GeoDataFrame:
    """Layer `spans`: every designed span, oriented away from its source."""
    graph, tree, year = decided.graph, decided.design.tree, decided.schedule.element_year
    is_span = tree.span >= 0
    row = tree.span[is_span]
    spans = graph.spans.iloc[row].reset_index(drop=True)
    node_id = graph.nodes["id"].to_numpy(dtype=object)
    far = tree.node[is_span]
    near = np.where(spans["start"] == far, spans["end"], spans["start"])
    turned = spans["start"].to_numpy() == far
    built = year[is_span] > 0
    geometry = spans.geometry.to_numpy().copy()
    geometry[turned] = spans.geometry[turned].reverse()
    table = gpd.GeoDataFrame(
        {
            **{name: spans[name] for name in ("id", "length_m", "geometry_length_m", "ground", "method", "tier")},
            "start_node": node_id[near],
            "end_node": node_id[far],
            "capex_real": np.where(built, decided.element_capex[is_span], 0.0),
            "opex_real_per_year": np.where(built, decided.element_opex[is_span], 0.0),
            "designed_capex_real": decided.element_capex[is_span],
            "pv_cost_real": round_money(decided.element_present[is_span]),
            "households_behind": decided.design.households_behind[is_span],
            "year": decided.calendar(year[is_span]),
            "construction_years": decided.element_years[is_span],
            "status": np.where(_stand(graph)[tree.span[is_span]], "operational", "proposed"),
        },
        geometry=geometry,
        crs=graph.spans.crs,
    )
    return table.sort_values("id", ignore_index=True)


def _stand(graph: RouteGraph) -> npt.NDArray[np.bool_]:
    """Whether each candidate span is there already: fibre that exists, hops and masts that were built."""
    there = np.array(graph.spans["method"] == "existing", np.bool_)
    if graph.radio is not None:
        links = graph.radio.links
        there[links["span"]] = links["stands"]
    return there


def node_table(decided: Decided) -> gpd.GeoDataFrame:
    """Layer `nodes`: plant that the designed network passes."""
    graph, tree, year = decided.graph, decided.design.tree, decided.schedule.element_year
    # What closes a ring leads to a node that is there already.
    leads = ~tree.closes
    nodes = graph.nodes.iloc[tree.node[leads]].reset_index(drop=True)
    is_source, year = tree.span[leads] < 0, year[leads]
    table = gpd.GeoDataFrame(
        {
            **{name: nodes[name] for name in ("id", "name", "kind")},
            "capex_real": np.where(is_source & (year > 0), decided.element_capex[leads], 0.0),
            "year": decided.calendar(year),
            "feeds": is_source,
            "status": "proposed",
        },
        geometry=nodes.geometry,
        crs=graph.nodes.crs,
    )
    return table.sort_values("id", ignore_index=True)


def area_of_spans(decided: Decided, spans: gpd.GeoDataFrame) -> npt.NDArray[np.object_]:
    """Area in which the middle of every span lies (the first by id); empty where in none."""
    areas = decided.inputs.areas
    middle = shapely.line_interpolate_point(spans.geometry.to_numpy(), 0.5, normalized=True)
    point, area = areas.sindex.query(middle, predicate="intersects")
    found = pd.Series(areas["id"].to_numpy()[area], index=point).sort_values().groupby(level=0).first()
    return found.reindex(range(len(spans)), fill_value="").to_numpy(dtype=object)


def area_table(decided: Decided, by_area: pd.DataFrame) -> gpd.GeoDataFrame:
    """Layer `areas`: the outcome in every area."""
    areas = decided.inputs.areas
    table = areas[["id", "geometry"]].merge(by_area, left_on="id", right_on="area_id", how="left", validate="1:1")
    return gpd.GeoDataFrame(table[[*PLAN_AREAS.names, "geometry"]], crs=areas.crs)

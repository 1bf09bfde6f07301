"""A design and its prices as a problem of years: arrays that the solver knows what to do with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from karez.kernels.closure import inherit_latest
from karez.model.design import Design
from karez.model.inputs import Inputs
from karez.model.places import stands_for_place
from karez.model.prices import Prices
from karez.model.programme import ALTERNATIVE_ORDER
from karez.model.route_graph import RouteGraph
from karez.phasing.fixing import Span, fix, fixed_years
from karez.phasing.ringing import ring
from karez.phasing.rows import by_place, floor_areas, limited_methods, rows_of
from karez.solving.schedule import Aim, Problem, Rows
from karez.units import METRES_PER_KM

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int32]
Number = TypeVar("Number", bound=np.generic)

CAPEX, OPEX, BENEFIT = 0, 1, 2
"""Features that every item has, by column: capex and yearly upkeep in real money, benefit in weight."""


@dataclass(frozen=True)
class Posed:
    """A problem of years and what its numbers stand for.

    Parameters
    ----------
    problem : Problem
        Not contracted: elements are those of the design's tree, in its order. Features are ``capex``, ``opex``,
        ``benefit``; ``early:j``, the part of capex that is paid j years before an element is completed;
        ``capex:<project>``, ``coverage:<project>``, ``place:<project>``, ``home:<area>``; ``km:<method>`` and
        ``km:<method>:j``, the part of it that is built j years before; ``shared:<service>:<cell>``, busy-hour Mbit/s
        in a cell whose capacity is shared. Only those that a row or aim asks for.
    rows : Rows
        Rules that couple the items.
    option_row : int32[options]
        Row of ``Prices.options``.
    service_years : float64[T]
        Discounted years of service by year.
    """

    problem: Problem
    rows: Rows
    option_row: Ints
    service_years: Floats

    def service(self) -> Aim:
        """Discounted weighted service-years, to be maximised."""
        profile = np.zeros((len(self.problem.feature_names), self.problem.years))
        profile[BENEFIT] = self.service_years
        return Aim(profile, 0.0)

    def thrift(self) -> Aim:
        """Present cost with its sign turned, to be maximised."""
        return Aim(np.zeros((len(self.problem.feature_names), self.problem.years)), -1.0)


def pose(inputs: Inputs, graph: RouteGraph, prices: Prices, design: Design) -> Posed:
    """Put a design and its prices into arrays, one item per element of the tree and per way to serve a site.

    Parameters
    ----------
    inputs : Inputs
        Sites and settings.
    graph : RouteGraph
        Lengths and methods of spans.
    prices : Prices
        Costs, weights, budgets.
    design : Design
        The tree and the technology of every site.

    Raises
    ------
    DataFault
        If spans that are fixed are not those of the design.
    Infeasible
        If what is fixed contradicts itself, or what can be had by then.
    ValueError
        If a site is designed for fibre and the tree does not reach it.
    """
    table, owner, rival = _options(prices, design, inputs.programme.networked)
    span, tree = design.tree.span, design.tree
    is_source = span < 0
    at_span, at_source = np.where(is_source, 0, span), np.where(is_source, -1 - span, 0)
    present = _choose(
        is_source, prices.source_present_by_year, at_source, prices.span_present_by_year, at_span
    ).reshape(len(span), prices.years)
    own_first = np.where(is_source, 0, _at(prices.span_years, at_span).astype(np.int32) - 1).astype(np.int32)
    own_first[is_source] = prices.source_from_year[at_source[is_source]] - 1
    site = table["site"].to_numpy(np.int32)
    parent = tree.parent.astype(np.int32)
    site_year, span_year = fixed_years(inputs, graph, design)
    own_first = np.where(span_year == Span.NEVER, prices.years, np.maximum(own_first, span_year)).astype(np.int32)
    element_first = inherit_latest(parent, own_first)
    option_first = np.maximum(
        prices.site_earliest_year[site].astype(np.int32) - 1, np.where(owner >= 0, _at(element_first, owner), 0)
    )
    names, features = _features(inputs, graph, prices, design, table, is_source, at_span, at_source)
    first = np.minimum(np.concatenate([element_first, option_first]), prices.years).astype(np.int32)
    problem = Problem(
        parent=parent,
        owner=owner,
        rival=rival,
        option_site=site,
        first=first,
        last=np.full(len(first), prices.years - 1, np.int32),
        must=np.zeros(len(first), np.bool_),
        features=features,
        feature_names=names,
        present=np.concatenate([present, prices.option_present_by_year[table.index.to_numpy()]]),
    )
    return Posed(
        problem=fix(ring(problem, inputs, graph, design), inputs, graph, design, site_year, span_year),
        rows=rows_of(inputs, prices, names),
        option_row=table.index.to_numpy(np.int32),
        service_years=np.asarray(prices.service_years, np.float64),
    )


def _features(
    inputs: Inputs,
    graph: RouteGraph,
    prices: Prices,
    design: Design,
    table: pd.DataFrame,
    is_source: npt.NDArray[np.bool_],
    at_span: Ints,
    at_source: Ints,
) -> tuple[tuple[str, ...], sparse.csr_array]:
    """Names of the features, and what each item has of them."""
    programme, site = inputs.programme, table["site"].to_numpy(np.int32)
    elements, options = len(is_source), len(table)
    names: list[str] = []
    blocks: list[tuple[npt.NDArray[np.int64], Floats]] = []

    def add(name: str, of_elements: npt.ArrayLike = 0.0, of_options: npt.ArrayLike = 0.0) -> None:
        values = np.concatenate(
            [np.broadcast_to(of_elements, elements), np.broadcast_to(of_options, options)], dtype=np.float64
        )
        there = np.flatnonzero(values)
        names.append(name)
        blocks.append((there, values[there]))

    no_opex = np.zeros_like(prices.source_capex)
    capex = _choose(is_source, prices.source_capex, at_source, prices.span_capex, at_span)
    quality, meets = table["quality"].to_numpy(np.float64), table["meets_standard"].to_numpy(np.bool_)
    option_capex = table["capex_real"].to_numpy(np.float64)
    still_open = prices.site_open_weight[site]
    add("capex", capex, option_capex)
    upkeep = _choose(is_source, no_opex, at_source, prices.span_opex_per_year, at_span)
    add("opex", upkeep, table["opex_real_per_year"].to_numpy(np.float64))
    add("benefit", 0.0, prices.site_priority[site] * still_open * quality)
    for before in range(1, prices.span_early.shape[1] + 1):
        add(f"early:{before}", np.where(is_source, 0.0, _at(prices.span_early[:, before - 1], at_span)))
    of_project = inputs.sites["project"].to_numpy()[site] if options else np.empty(0, object)
    counts = stands_for_place(inputs.sites) if by_place(programme) else None
    for number, project in enumerate(programme.projects):
        mine = of_project == project.id
        required = {target.counted_by for target in project.targets if target.required}
        if project.minimum_share > 0 or project.maximum_share < 1:
            add(f"capex:{project.id}", capex * design.attribution[:, number], np.where(mine, option_capex, 0.0))
        if "weight" in required:
            add(f"coverage:{project.id}", 0.0, np.where(mine & meets, still_open, 0.0))
        if "place" in required and counts is not None:
            whole = 1.0 - inputs.sites["already_served"].to_numpy(np.float64)[site]
            add(f"place:{project.id}", 0.0, np.where(mine & meets & counts[site], whole, 0.0))
    for area in floor_areas(inputs):
        homes = (inputs.sites["area_id"] == area).to_numpy() & inputs.sites["households"].notna().to_numpy()
        add(f"home:{area}", 0.0, np.where(homes[site] & meets, still_open, 0.0))
    if prices.sharing is not None:
        cell = prices.sharing.option_cell[table.index.to_numpy()]
        for number in np.unique(cell[cell >= 0]).tolist():
            drawn = np.where(cell == number, prices.site_mbps[site], 0.0)
            if drawn.sum() > prices.sharing.limit_mbps[number]:
                add(prices.sharing.names[number], 0.0, drawn)
    length = graph.spans["length_m"].to_numpy(np.float64) / METRES_PER_KM
    method = graph.spans["method"].to_numpy()
    for name in limited_methods(programme):
        km = np.where(is_source, 0.0, _at(np.where(method == name, length, 0.0), at_span))
        took = np.where(is_source, 1, _at(prices.span_years, at_span))
        add(f"km:{name}", km)
        for before in range(1, prices.span_early.shape[1] + 1):
            add(f"km:{name}:{before}", np.where(took > before, km / took, 0.0))
    rows = np.concatenate([there for there, _ in blocks])
    columns = np.repeat(np.arange(len(blocks)), [len(there) for there, _ in blocks])
    amounts = np.concatenate([values for _, values in blocks])
    return tuple(names), sparse.csr_array((amounts, (rows, columns)), shape=(elements + options, len(names)))


def _choose(
    is_source: npt.NDArray[np.bool_], sources: npt.ArrayLike, at_source: Ints, spans: npt.ArrayLike, at_span: Ints
) -> Floats:
    """Rows of one table or the other, by element."""
    sources, spans = np.asarray(sources, np.float64), np.asarray(spans, np.float64)
    out = np.empty((len(is_source), *spans.shape[1:]))
    out[is_source] = sources[at_source[is_source]]
    out[~is_source] = spans[at_span[~is_source]]
    return out


def _at(values: npt.NDArray[Number], index: Ints) -> npt.NDArray[Number]:
    """Values at an index; where it is −1, any value."""
    return values[index] if len(values) else np.zeros(len(index), values.dtype)


def _options(prices: Prices, design: Design, networked: tuple[str, ...]) -> tuple[pd.DataFrame, Ints, Ints]:
    """Rows of ``Prices.options`` a schedule may choose from, by site, with owner and rival of each."""
    options = prices.options
    designed = design.site_option[design.site_option >= 0].astype(np.int64)
    tied = options["technology"].isin(networked).to_numpy()
    fibre = designed[tied[designed]] if len(designed) else designed
    fibre_site = options["site"].to_numpy(np.int64)[fibre]
    if np.any(design.site_element[fibre_site] < 0):
        missing = fibre_site[design.site_element[fibre_site] < 0]
        raise ValueError(f"sites designed for fibre that the tree does not reach, by row: {missing.tolist()}")
    others = options[~tied]
    if design.site_alternative is not None:
        others = others[design.site_alternative[others["site"].to_numpy(np.int64)] == others.index.to_numpy()]
    wanted = np.zeros(len(design.site_option), np.bool_)
    wanted[fibre_site] = ~prices.site_fibre_mandatory[fibre_site]
    others = others[wanted[others["site"].to_numpy(np.int64)]]
    others = others.assign(
        present=prices.option_present_by_year[others.index.to_numpy(), 0],
        rank=others["technology"].map({name: rank for rank, name in enumerate(ALTERNATIVE_ORDER)}),
    ).sort_values(["site", "present", "rank"])
    best = others.drop_duplicates("site").index.to_numpy(np.int64)
    rows = np.sort(np.concatenate([designed, best]))
    rows = rows[np.argsort(options["site"].to_numpy(np.int64)[rows], kind="stable")]
    table = options.loc[rows]
    is_fibre = table["technology"].isin(networked).to_numpy()
    site = table["site"].to_numpy(np.int64)
    owner = np.where(is_fibre, design.site_element[site], -1).astype(np.int32)
    number = np.full(len(design.site_option), -1, np.int32)
    number[site[~is_fibre]] = np.flatnonzero(~is_fibre)
    rival = np.where(is_fibre, number[site], -1).astype(np.int32)
    return table, owner, rival

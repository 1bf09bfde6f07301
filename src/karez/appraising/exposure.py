"""What a plan is exposed to: its quantities by item, its order and its money, as arrays without any price."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from karez.appraising.facts import gather
from karez.appraising.present import present_factor
from karez.appraising.pricing import span_items
from karez.appraising.span_parts import SpanParts
from karez.appraising.tables import Decided, in_order_with_works
from karez.appraising.ways import find_ways
from karez.model.words import TECHNOLOGIES

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int32]
Flags = npt.NDArray[np.bool_]
SOME = 0.25
"""Share of the planned take-up at which quantities are counted: low, so that every technology can serve its sites."""


@dataclass(frozen=True)
class Exposure:
    """A plan as what prices, take-up and delay act on. Years are numbers 0 … T − 1, T is never.

    Parameters
    ----------
    order : int32[tried]
        The plan's order: by year, then by benefit for money; then the designed sites that it leaves out. −1 − e
        stands for element e that is built though no site needs it, as what closes a ring.
    planned, earliest : int32[sites]
        Year of the plan, and year before which a site cannot be served.
    element : int32[sites]
        Element a site hangs on; −1 for none.
    line_start : int64[sites + 1]
        First cost line of each site.
    line_item, line_fixed, line_moving, line_capex : arrays[lines]
        Catalogue row, units that take-up leaves alone, units that move with it, and whether paid once.
    parent, element_first, element_planned : int32[elements]
        Parent, first year allowed, year of the plan.
    part_start : int64[elements + 1]
        First part of each element.
    part_item, part_quantity : int32, float64[parts]
        Catalogue row, and metres or pieces of it.
    element_fixed : float64[elements]
        Real money that no price moves.
    upkeep : float64[items]
        Yearly upkeep as a share of capex.
    factor : float64[items, T]
        Present cost of a unit of capex by year of building.
    service_years, fixed_factor : float64[T]
        Discounted years of service, and discount, by year of building.
    budget, level : float64[T]
        Cumulative nominal budget, and nominal over real money.
    pays_capex, pays_opex : bool
        What the budget pays for.
    benefit : float64[sites]
        Weight × priority × quality of what is still open: what a year of service is worth.
    home, home_any : float64[sites]
        Open households served to standard, and served at all, once the site is.
    project : int32[sites]
        Number of the project.
    project_weight : float64[sites]
        Open weight to standard that counts for its project.
    home_before, home_whole : float
        Households served before, and all.
    project_before, project_whole : float64[projects]
        Weight served before, and all.
    """

    order: Ints
    planned: Ints
    earliest: Ints
    element: Ints
    line_start: npt.NDArray[np.int64]
    line_item: Ints
    line_fixed: Floats
    line_moving: Floats
    line_capex: Flags
    parent: Ints
    element_first: Ints
    element_planned: Ints
    part_start: npt.NDArray[np.int64]
    part_item: Ints
    part_quantity: Floats
    element_fixed: Floats
    upkeep: Floats
    factor: Floats
    service_years: Floats
    fixed_factor: Floats
    budget: Floats
    level: Floats
    pays_capex: bool
    pays_opex: bool
    benefit: Floats
    home: Floats
    home_any: Floats
    project: Ints
    project_weight: Floats
    home_before: float
    home_whole: float
    project_before: Floats
    project_whole: Floats

    @property
    def years(self) -> int:
        """Number of programme years T."""
        return len(self.level)


def expose(decided: Decided) -> Exposure:
    """Take out of a decided plan what prices, take-up and delay act on.

    Quantities do not hang on prices: those of a plan that was made at the prices of a draw can be followed at the
    prices of any other. A site keeps the technology it has in the plan; one that the plan leaves out has the
    designed one.
    """
    prices, schedule, design = decided.prices, decided.schedule, decided.design
    years = prices.years
    option = np.where(decided.served, schedule.site_option, design.site_option).astype(np.int64)
    lines = _lines(decided, option)
    start = np.searchsorted(lines["site"].to_numpy(), np.arange(len(option) + 1)).astype(np.int64)
    technology = np.append(prices.options["technology"].to_numpy(dtype=object), "unserved")[option]
    element = np.where(np.isin(technology, decided.inputs.programme.networked), design.site_element, -1).astype(
        np.int32
    )
    planned = np.where(decided.served, schedule.site_year - 1, years).astype(np.int32)
    site_capex = np.append(prices.options["capex_real"].to_numpy(), 0.0)[option]
    order = _order(decided, planned, option, site_capex)
    meets = np.append(prices.options["meets_standard"].to_numpy(dtype=bool), False)[option]
    quality = np.append(prices.options["quality"].to_numpy(dtype=np.float64), 0.0)[option]
    is_home = decided.inputs.sites["households"].notna().to_numpy()
    projects = [project.id for project in decided.inputs.programme.projects]
    project = pd.Index(projects).get_indexer(decided.inputs.sites["project"]).astype(np.int32)
    weight, still_open = prices.site_weight, prices.site_open_weight
    pays = decided.inputs.programme.agreement.budget_pays
    return Exposure(
        order=order,
        planned=planned,
        earliest=(prices.site_earliest_year - 1).astype(np.int32),
        element=element,
        line_start=start,
        line_item=lines["item"].to_numpy(dtype=np.int32),
        line_fixed=lines["fixed"].to_numpy(dtype=np.float64),
        line_moving=lines["moving"].to_numpy(dtype=np.float64),
        line_capex=lines["is_capex"].to_numpy(dtype=bool),
        **_elements(decided),
        **_factors(decided),
        budget=np.cumsum(prices.budget_nominal),
        level=prices.price_level,
        pays_capex="capex" in pays,
        pays_opex="opex" in pays,
        benefit=still_open * prices.site_priority * quality,
        home=still_open * (is_home & meets),
        home_any=still_open * (is_home & (option >= 0)),
        project=project,
        project_weight=still_open * meets,
        home_before=float((weight - still_open)[is_home].sum()),
        home_whole=float(weight[is_home].sum()),
        project_before=_by(project, weight - still_open, len(projects)),
        project_whole=_by(project, weight, len(projects)),
    )


def _lines(decided: Decided, option: npt.NDArray[np.int64]) -> pd.DataFrame:
    """Cost lines of the sites as served: ``site``, ``item`` (row), ``is_capex``, ``fixed``, ``moving``; by site.

    Every driver is a straight line in take-up: what is counted without any take-up stays, the rest moves with it.
    """
    some = _counted(decided, SOME).to_frame("some")
    lines = some.join(_counted(decided, 0.0).rename("fixed")).fillna(0.0)
    lines = lines.assign(moving=(lines["some"] - lines["fixed"]) / SOME).reset_index()
    names = np.append(decided.prices.options["technology"].to_numpy(dtype=object), "unserved")
    technology = np.array([TECHNOLOGIES.index(name) for name in names])[option]
    service = np.append(decided.prices.options["service"].to_numpy(dtype=object), "")[option]
    chosen = (technology[lines["site"]] == lines["technology"]) & (service[lines["site"]] == lines["service"])
    return pd.DataFrame(lines[chosen].sort_values(["site", "item", "is_capex"], ignore_index=True))


def _counted(decided: Decided, share: float) -> pd.Series:
    """Units by site, technology, item and kind of payment, at a share of the planned take-up."""
    programme = decided.inputs.programme
    demand = programme.demand.model_copy(update={"take_up": programme.demand.take_up * share})
    facts = gather(decided.inputs, decided.graph)
    ways, lines = find_ways(facts, programme.model_copy(update={"demand": demand}), decided.prices.catalogue)
    table = pd.DataFrame(
        {
            "site": ways.site[lines.way],
            "technology": ways.technology[lines.way],
            "service": ways.service[lines.way],
            "item": lines.item,
            "is_capex": lines.is_capex,
            "quantity": lines.quantity,
        }
    )
    return table.groupby(["site", "technology", "service", "item", "is_capex"], sort=True)["quantity"].sum()


def _order(decided: Decided, planned: Ints, option: npt.NDArray[np.int64], site_capex: Floats) -> Ints:
    """Sites in the plan's order: by year, then by benefit for money; those never served last."""
    prices = decided.prices
    gain = prices.site_priority * prices.site_open_weight / np.maximum(site_capex, 1.0)
    order = np.lexsort((np.arange(len(planned)), -gain, planned))
    return in_order_with_works(order[option[order] >= 0].astype(np.int32), planned + 1, decided)


def _elements(decided: Decided) -> dict[str, Any]:
    """What of an exposure is about the elements of the tree."""
    tree, prices, inputs = decided.design.tree, decided.prices, decided.inputs
    facts = gather(inputs, decided.graph)
    is_span = tree.span >= 0
    parts = SpanParts.of(facts, span_items(facts, inputs.programme, prices.catalogue), prices.catalogue)
    elements = np.flatnonzero(is_span)
    place, part = parts.of_spans(tree.span[elements], len(facts.length_m))
    first = np.zeros(len(tree.span), dtype=np.int32)
    first[~is_span] = prices.source_from_year[-1 - tree.span[~is_span]] - 1
    year = decided.schedule.element_year
    return {
        "parent": tree.parent,
        "element_first": first,
        "element_planned": np.where(year > 0, year - 1, prices.years).astype(np.int32),
        "part_start": np.searchsorted(elements[place], np.arange(len(tree.span) + 1)).astype(np.int64),
        "part_item": parts.item[part].astype(np.int32),
        "part_quantity": parts.quantity[part],
        "element_fixed": np.where(is_span, 0.0, decided.element_capex),
    }


def _factors(decided: Decided) -> dict[str, Any]:
    """What of an exposure turns money of a year into present cost (rule 3)."""
    table, programme = decided.prices.catalogue.table, decided.inputs.programme
    rate, years, horizon = programme.rates.discount_rate_real, programme.agreement.years, programme.horizon
    lives = zip(table["life_years"], table["opex_share_per_year"], strict=True)
    factor = [present_factor(int(life), float(share), years, horizon, rate) for life, share in lives]
    return {
        "upkeep": table["opex_share_per_year"].to_numpy(dtype=np.float64),
        "factor": np.array(factor).reshape(-1, years),
        "service_years": decided.prices.service_years,
        "fixed_factor": np.asarray((1.0 + rate) ** -np.arange(1.0, years + 1)),
    }


def _by(group: Ints, weight: Floats, groups: int) -> Floats:
    """Sum of weights by group."""
    return np.asarray(np.bincount(group, weights=weight, minlength=groups), dtype=np.float64)

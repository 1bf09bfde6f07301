"""The problem of years as arrays: a forest of elements, options that hang on it, and rows that couple them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from karez.kernels.closure import fold_forest, inherit_latest
from karez.model.design import Design
from karez.model.inputs import Inputs
from karez.model.prices import Prices
from karez.model.programme import ALTERNATIVE_ORDER, Agreement, Project
from karez.units import MINOR_PER_UNIT

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int32]

CAPEX, OPEX, BENEFIT = 0, 1, 2
"""Features that every item has, by column: capex and yearly upkeep in real money, benefit in weight."""

MONEY_TOLERANCE = 0.5 / MINOR_PER_UNIT
"""Half a minor unit: by so much a sum of rounded money may pass its limit."""
WEIGHT_TOLERANCE = 1e-9
"""Share of a project's weight by which a coverage may miss its target."""


@dataclass(frozen=True)
class Rows:
    """Constraints that couple the items, each written as usage ≤ limit.

    An item with features f built in year s uses Σ_k f[k] · profile[row, k, s] of a row.

    Parameters
    ----------
    names : tuple[str, ...]
        ``budget:t``, ``share:<project>``, ``target:<project>:<calendar year>``, ``service``.
    limit : float64[rows]
        Right-hand sides.
    profile : float64[rows, features, T]
        Weight of each feature by year of building.
    tolerance : float64[rows]
        By how much a limit may be passed: roundings, no more.
    """

    names: tuple[str, ...]
    limit: Floats
    profile: Floats
    tolerance: Floats

    def only(self, rows: npt.NDArray[np.intp]) -> Rows:
        """Some of these rows, by number."""
        names = tuple(self.names[row] for row in rows)
        return Rows(names, self.limit[rows], self.profile[rows], self.tolerance[rows])

    def joined(self, other: Rows) -> Rows:
        """These rows and then the other ones."""
        return Rows(
            self.names + other.names,
            np.concatenate([self.limit, other.limit]),
            np.concatenate([self.profile, other.profile]),
            np.concatenate([self.tolerance, other.tolerance]),
        )


@dataclass(frozen=True)
class Aim:
    """What is maximised: Σ over the items built of Σ_k f[k] · profile[k, s] + present_factor · present[s].

    Parameters
    ----------
    profile : float64[features, T]
        Worth of each feature by year of building.
    present_factor : float
        Worth of one unit of present cost: 0, or −1 where cost is minimised.
    """

    profile: Floats
    present_factor: float


@dataclass(frozen=True)
class Problem:
    """Elements first, then options; together they are the items. Years are numbers 0 … T − 1, T is never.

    Parameters
    ----------
    parent : int32[elements]
        Element that must be built before, earlier in order; −1 for a root.
    owner : int32[options]
        Element an option hangs on; −1 if none.
    rival : int32[options]
        Alternative that an option excludes, named on the fibre option only; −1 if none.
    option_site : int32[options]
        Row of the sites table.
    option_row : int32[options]
        Row of ``Prices.options``.
    first : int32[items]
        First year allowed, the elements before it considered; T if none.
    features : float64[items, features]
        Capex, upkeep, benefit, then what rows about projects count.
    feature_names : tuple[str, ...]
        ``capex``, ``opex``, ``benefit``, ``capex:<project>``, ``coverage:<project>``.
    present : float64[items, T]
        Present cost by year of building.
    rows : Rows
        Coupling constraints.
    service_years : float64[T]
        Discounted years of service by year.
    """

    parent: Ints
    owner: Ints
    rival: Ints
    option_site: Ints
    option_row: Ints
    first: Ints
    features: Floats
    feature_names: tuple[str, ...]
    present: Floats
    rows: Rows
    service_years: Floats

    @property
    def years(self) -> int:
        """Number of programme years T."""
        return int(self.present.shape[1])

    @property
    def elements(self) -> int:
        """Number of elements."""
        return len(self.parent)

    def service(self) -> Aim:
        """Discounted weighted service-years, to be maximised."""
        profile = np.zeros((len(self.feature_names), self.years))
        profile[BENEFIT] = self.service_years
        return Aim(profile, 0.0)

    def thrift(self) -> Aim:
        """Present cost with its sign turned, to be maximised."""
        return Aim(np.zeros((len(self.feature_names), self.years)), -1.0)

    def usage(self, rows: Rows) -> Floats:
        """What every item uses of every row by year; shape (items, T + 1, rows), 0 for never."""
        used = np.zeros((len(self.features), self.years + 1, len(rows.names)))
        used[:, :-1] = np.einsum("ik,rkt->itr", self.features, rows.profile, optimize=True)
        return used

    def worth(self, aim: Aim) -> Floats:
        """What every item adds to the aim by year; shape (items, T)."""
        return self.features @ aim.profile + aim.present_factor * self.present

    def allowed(self) -> npt.NDArray[np.bool_]:
        """Whether an item may have a year; shape (items, T)."""
        return np.asarray(np.arange(self.years)[None, :] >= self.first[:, None])


def pose(inputs: Inputs, prices: Prices, design: Design) -> Problem:
    """Put a design and its prices into arrays, one item per element of the tree and per way to serve a site.

    Parameters
    ----------
    inputs : Inputs
        Sites and settings.
    prices : Prices
        Costs, weights, budgets.
    design : Design
        The tree and the technology of every site.

    Returns
    -------
    Problem
        Not contracted: elements are those of the design's tree, in its order.

    Raises
    ------
    ValueError
        If a site is designed for fibre and the tree does not reach it.
    """
    agreement, projects = inputs.programme.agreement, inputs.programme.projects
    years = prices.years
    table, owner, rival = _options(prices, design)
    span, tree = design.tree.span, design.tree
    is_source = span < 0
    at_span, at_source = np.where(is_source, 0, span), np.where(is_source, -1 - span, 0)
    element_capex = _choose(is_source, prices.source_capex, at_source, prices.span_capex, at_span)
    element_opex = _choose(is_source, np.zeros_like(prices.source_capex), at_source, prices.span_opex_per_year, at_span)
    element_present = _choose(
        is_source, prices.source_present_by_year, at_source, prices.span_present_by_year, at_span
    ).reshape(len(span), years)
    own_first = np.zeros(len(span), np.int32)
    own_first[is_source] = prices.source_from_year[at_source[is_source]] - 1
    element_first = inherit_latest(tree.parent.astype(np.int32), own_first)
    site = table["site"].to_numpy(np.int32)
    option_first = np.maximum(
        prices.site_earliest_year[site].astype(np.int32) - 1, np.where(owner >= 0, _at(element_first, owner), 0)
    )
    option_capex = table["capex_real"].to_numpy(np.float64)
    benefit = prices.site_priority[site] * prices.site_open_weight[site] * table["quality"].to_numpy(np.float64)
    covered = prices.site_open_weight[site] * table["meets_standard"].to_numpy(np.bool_)
    of_project = inputs.sites["project"].to_numpy()[site] if len(site) else np.empty(0, object)
    blank = np.zeros(len(span))
    columns = {
        "capex": np.concatenate([element_capex, option_capex]),
        "opex": np.concatenate([element_opex, table["opex_real_per_year"].to_numpy(np.float64)]),
        "benefit": np.concatenate([blank, benefit]),
    }
    for number, project in enumerate(projects):
        mine = of_project == project.id
        if project.minimum_share > 0:
            local = np.where(mine, option_capex, 0.0)
            columns[f"capex:{project.id}"] = np.concatenate([element_capex * design.attribution[:, number], local])
        if any(target.required for target in project.targets):
            columns[f"coverage:{project.id}"] = np.concatenate([blank, np.where(mine, covered, 0.0)])
    names = tuple(columns)
    return Problem(
        parent=tree.parent.astype(np.int32),
        owner=owner,
        rival=rival,
        option_site=site,
        option_row=table.index.to_numpy(np.int32),
        first=np.minimum(np.concatenate([element_first, option_first]), years).astype(np.int32),
        features=np.column_stack(list(columns.values())),
        feature_names=names,
        present=np.concatenate([element_present, prices.option_present_by_year[table.index.to_numpy()]]),
        rows=_rows(agreement, projects, prices, inputs.sites["project"].to_numpy(), names),
        service_years=np.asarray(prices.service_years, np.float64),
    )


def contract(problem: Problem) -> Problem:
    """Fold every element on which one thing hangs into that thing, and drop those on which nothing hangs.

    A folded element is built when what it leads to is, so no schedule worth having is lost: an element is needed
    from the first year of what hangs on it, and not before (rule 8). Options keep their numbers.
    """
    elements, years = problem.elements, problem.years
    into, above = fold_forest(problem.parent, problem.owner, problem.first[elements:] < years)
    features, present = problem.features.copy(), problem.present.copy()
    folded = np.flatnonzero((into >= 0) & (into != np.arange(elements)))
    np.add.at(features, into[folded], problem.features[folded])
    np.add.at(present, into[folded], problem.present[folded])
    kept = np.flatnonzero(into == np.arange(elements))
    number = np.full(elements + 1, -1, np.int32)
    number[kept] = np.arange(len(kept), dtype=np.int32)
    rows = np.concatenate([kept, np.arange(elements, len(features))])
    above = number[above]
    return replace(
        problem,
        parent=above[kept],
        owner=above[elements:],
        first=problem.first[rows],
        features=features[rows],
        present=present[rows],
    )


def _choose(
    is_source: npt.NDArray[np.bool_], sources: npt.ArrayLike, at_source: Ints, spans: npt.ArrayLike, at_span: Ints
) -> Floats:
    """Rows of one table or the other, by element."""
    sources, spans = np.asarray(sources, np.float64), np.asarray(spans, np.float64)
    out = np.empty((len(is_source), *spans.shape[1:]))
    out[is_source] = sources[at_source[is_source]]
    out[~is_source] = spans[at_span[~is_source]]
    return out


def _at(values: Ints, index: Ints) -> Ints:
    """Values at an index; where it is −1, any value."""
    return values[index] if len(values) else np.zeros(len(index), np.int32)


def _options(prices: Prices, design: Design) -> tuple[pd.DataFrame, Ints, Ints]:
    """Rows of ``Prices.options`` a schedule may choose from, by site, with owner and rival of each."""
    options = prices.options
    designed = design.site_option[design.site_option >= 0].astype(np.int64)
    fibre = designed[(options["technology"].to_numpy()[designed] == "fibre")] if len(designed) else designed
    fibre_site = options["site"].to_numpy(np.int64)[fibre]
    if np.any(design.site_element[fibre_site] < 0):
        missing = fibre_site[design.site_element[fibre_site] < 0]
        raise ValueError(f"sites designed for fibre that the tree does not reach, by row: {missing.tolist()}")
    others = options[options["technology"] != "fibre"]
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
    is_fibre = table["technology"].to_numpy() == "fibre"
    site = table["site"].to_numpy(np.int64)
    owner = np.where(is_fibre, design.site_element[site], -1).astype(np.int32)
    number = np.full(len(design.site_option), -1, np.int32)
    number[site[~is_fibre]] = np.flatnonzero(~is_fibre)
    rival = np.where(is_fibre, number[site], -1).astype(np.int32)
    return table, owner, rival


def _rows(
    agreement: Agreement,
    projects: tuple[Project, ...],
    prices: Prices,
    site_project: npt.NDArray[np.object_],
    features: tuple[str, ...],
) -> Rows:
    """Budgets, minimum shares and required targets, in this order."""
    years, calendar = prices.years, np.array(agreement.calendar_years)
    built, due = np.meshgrid(np.arange(years), np.arange(years))
    pays_capex, pays_opex = "capex" in agreement.budget_pays, "opex" in agreement.budget_pays
    level_so_far = np.cumsum(prices.price_level)
    names: list[str] = []
    limits: list[float] = []
    profiles: list[Floats] = []
    tolerances: list[float] = []

    def add(name: str, limit: float, tolerance: float, by_year: dict[str, Floats]) -> None:
        profile = np.zeros((len(features), years))
        for feature, values in by_year.items():
            profile[features.index(feature)] = values
        names.append(name)
        limits.append(limit)
        profiles.append(profile)
        tolerances.append(tolerance)

    paid = np.where(built <= due, prices.price_level[built], 0.0) * pays_capex
    kept_up = np.where(built <= due, level_so_far[due] - level_so_far[built], 0.0) * pays_opex
    for t, money in enumerate(np.cumsum(prices.budget_nominal)):
        add(f"budget:{t + 1}", float(money), MONEY_TOLERANCE, {"capex": paid[t], "opex": kept_up[t]})
    ones = np.ones(years)
    by_year: dict[str, Floats]
    for project in projects:
        if project.minimum_share > 0:
            by_year = {"capex": project.minimum_share * ones, f"capex:{project.id}": -ones}
            add(f"share:{project.id}", 0.0, MONEY_TOLERANCE, by_year)
    for project in projects:
        here = site_project == project.id
        weight = float(prices.site_weight[here].sum())
        served = weight - float(prices.site_open_weight[here].sum())
        required = sorted((target.year, target.coverage) for target in project.targets if target.required)
        for year, coverage in dict(required).items():
            by_year = {f"coverage:{project.id}": np.where(calendar <= year, -1.0, 0.0)}
            add(f"target:{project.id}:{year}", served - coverage * weight, WEIGHT_TOLERANCE * weight, by_year)
    return Rows(
        tuple(names),
        np.array(limits),
        np.array(profiles).reshape(len(names), len(features), years),
        np.array(tolerances),
    )

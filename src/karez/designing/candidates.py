"""All that any plan may build or use, as arrays, and the constraints that can be priced without knowing a network."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from karez.designing.access import candidate_network
from karez.model.inputs import Inputs
from karez.model.prices import Prices
from karez.model.route_graph import RouteGraph
from karez.model.sharing import SHARED
from karez.solving import Graph
from karez.units import to_minor

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int32]
Longs = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

CAPEX, OPEX, BENEFIT, COVERAGE = range(4)
FEATURES = ("capex", "opex", "benefit", "coverage")
"""What constraints count of spans (the first two) and of ways to serve a site (all)."""


@dataclass(frozen=True)
class Candidates:
    """Candidate spans and ways to serve sites, no network chosen. Years are numbers 0 … T − 1, T is never.

    Parameters
    ----------
    network : Graph
        Candidate spans, then connections of all sources to the super-root; costs are present costs of year 1.
    root : int
        The super-root.
    money : int64[2, edges]
        Capex and yearly upkeep of every edge in minor units.
    edge_first : int32[edges]
        Year from which an edge may be there.
    site, node, project : int32[options]
        Site, node (−1 where no span is needed) and project of every way to serve a site.
    row : int32[options]
        Its row of ``Prices.options``.
    features : float64[options, 4]
        See ``FEATURES``; coverage counts for the rows of the site's project.
    first : int32[options]
        Year from which a way may be used.
    mbps : float64[options]
        Busy-hour demand of the site.
    cell : int32[options]
        Cell of ``Prices.sharing`` that the way draws on; −1 if none.
    sites : int
        Number of sites.
    service_years : float64[T]
        Discounted years of service by year.
    """

    network: Graph
    root: int
    money: Longs
    edge_first: Ints
    site: Ints
    node: Ints
    project: Ints
    row: Ints
    features: Floats
    first: Ints
    mbps: Floats
    cell: Ints
    sites: int
    service_years: Floats

    @property
    def years(self) -> int:
        """Number of programme years T."""
        return len(self.service_years)

    @classmethod
    def of(cls, inputs: Inputs, graph: RouteGraph, prices: Prices) -> Candidates:
        """Lay out all that may be built or used; fibre only where a site is joined to the candidate graph."""
        root, network = candidate_network(graph, prices)
        spans, sources = len(graph.spans), len(graph.source_node)
        options = prices.options
        site = options["site"].to_numpy(np.int32)
        fibre = options["technology"].isin(inputs.programme.networked).to_numpy()
        row = np.flatnonzero(~fibre | (graph.site_node[site] >= 0))
        site = site[row]
        weight = prices.site_open_weight[site]
        kinds = options.iloc[row]
        projects = pd.Index([project.id for project in inputs.programme.projects])
        first = np.zeros(spans)
        first[graph.unbound] = prices.years
        return cls(
            network=network,
            root=root,
            money=np.stack(
                [
                    to_minor(np.concatenate([prices.span_capex, prices.source_capex])),
                    to_minor(np.concatenate([prices.span_opex_per_year, np.zeros(sources)])),
                ]
            ),
            edge_first=np.concatenate([first, prices.source_from_year - 1]).astype(np.int32),
            site=site,
            node=np.where(fibre[row], graph.site_node[site], -1).astype(np.int32),
            project=projects.get_indexer(inputs.sites["project"]).astype(np.int32)[site],
            row=row.astype(np.int32),
            features=np.column_stack(
                [
                    kinds["capex_real"].to_numpy(np.float64),
                    kinds["opex_real_per_year"].to_numpy(np.float64),
                    prices.site_priority[site] * weight * kinds["quality"].to_numpy(np.float64),
                    weight * kinds["meets_standard"].to_numpy(np.bool_),
                ]
            ),
            first=prices.site_earliest_year[site].astype(np.int32) - 1,
            mbps=prices.site_mbps[site],
            cell=_cells(prices)[row],
            sites=len(inputs.sites),
            service_years=np.asarray(prices.service_years, np.float64),
        )

    def table(self, inputs: Inputs, prices: Prices) -> pd.DataFrame:
        """The ways to serve sites as a table; see ``PlanBound.options``."""
        return pd.DataFrame(
            {
                "site_id": inputs.sites["id"].to_numpy()[self.site],
                "technology": prices.options["technology"].to_numpy()[self.row],
                "service": prices.options["service"].to_numpy()[self.row],
                "node": self.node,
                "capex_real": self.features[:, CAPEX],
                "opex_real_per_year": self.features[:, OPEX],
                "benefit": self.features[:, BENEFIT],
                "coverage_weight": self.features[:, COVERAGE],
                "demand_mbps": self.mbps,
                "earliest_year": self.first + 1,
                "present_1": prices.option_present_by_year[self.row, 0],
            }
        )


def _cells(prices: Prices) -> Ints:
    """Cell that each option draws on; −1 if none."""
    return np.full(len(prices.options), -1, np.int32) if prices.sharing is None else prices.sharing.option_cell


@dataclass(frozen=True)
class Constraints:
    """Constraints that the bound over all plans prices, written as usage ≤ limit.

    Parameters
    ----------
    names : tuple[str, ...]
        Names, as in ``Schedule.multipliers``.
    limit : float64[rows]
        Right-hand sides.
    profile : float64[rows, 4, T]
        What a unit of each feature uses by year of building.
    project : int32[rows]
        Project whose coverage counts; −1 if none.
    cell_row : int32[cells]
        Row of each cell's shared capacity; −1 if none.

    A unit of shared capacity counts in every year: rows of kind ``shared`` have no profile.
    """

    names: tuple[str, ...]
    limit: Floats
    profile: Floats
    project: Ints
    cell_row: Ints

    @property
    def is_shared(self) -> Flags:
        """Rows of shared capacity."""
        shared = np.zeros(len(self.names), np.bool_)
        shared[self.cell_row[self.cell_row >= 0]] = True
        return shared

    def row_of(self, candidates: Candidates) -> Ints:
        """Row of the shared capacity that each way to serve a site draws on; −1 if none; int32[options]."""
        return np.append(self.cell_row, np.int32(-1))[candidates.cell]

    @classmethod
    def of(cls, inputs: Inputs, prices: Prices, table: pd.DataFrame) -> Constraints:
        """Budgets, shared capacity and required targets of ``Schedule.constraints``.

        The rest is left out, which only makes a bound larger: a share counts what a span does for a project, which
        hangs on the network behind it; crews, floors, dates by place and fixed years couple few of the candidates.
        Works of several years pay some of their capex before the year they are completed in, when it costs no
        less than in that year, prices made to fall as they are in :mod:`karez.designing.yearly`.
        """
        agreement, years = inputs.programme.agreement, prices.years
        projects = [project.id for project in inputs.programme.projects]
        built, calendar = np.arange(years), np.array(agreement.calendar_years)
        level, so_far = prices.price_level, np.cumsum(prices.price_level)
        names, limits, profiles, counted = [], [], [], []
        for name, limit in zip(table["name"], table["limit"], strict=True):
            kind, _, rest = name.partition(":")
            project, _, due = rest.rpartition(":")
            profile = np.zeros((len(FEATURES), years))
            if kind == "budget":
                last = int(due) - 1
                profile[CAPEX] = np.where(built <= last, level, 0.0) * ("capex" in agreement.budget_pays)
                profile[OPEX] = np.where(built <= last, so_far[last] - so_far, 0.0) * ("opex" in agreement.budget_pays)
            elif kind == "target":
                profile[COVERAGE] = np.where(calendar <= int(due), -1.0, 0.0)
            elif kind != SHARED:
                continue
            names.append(name)
            limits.append(float(limit))
            profiles.append(profile)
            counted.append(projects.index(project) if kind == "target" else -1)
        cells = () if prices.sharing is None else prices.sharing.names
        return cls(
            tuple(names),
            np.array(limits),
            np.array(profiles).reshape(-1, len(FEATURES), years),
            np.array(counted, np.int32),
            pd.Index(names, dtype=object).get_indexer(pd.Index(cells, dtype=object)).astype(np.int32),
        )

    def prices(self, by_name: dict[str, float]) -> Floats:
        """Multipliers in the order of the rows; 0 where there is none."""
        return np.array([max(0.0, by_name.get(name, 0.0)) for name in self.names])

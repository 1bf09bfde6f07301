"""Small programmes with many networks and many years, and a slow oracle: one integer programme of all of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import geopandas as gpd
import highspy
import numpy as np
from schedule_cases import Case, Demand, Element, Nouns, Target, nouns_of

from karez.model.inputs import Inputs
from karez.model.prices import Prices
from karez.model.route_graph import RouteGraph


@dataclass(frozen=True)
class Joint:
    """A programme on a candidate graph that has rings: no tree is given.

    Parameters
    ----------
    case : Case
        Sources, then spans, with what they cost; sites with the node they stand at as `element`, None for no road.
    ends : tuple of (int, int)
        Ends of every span.
    at : tuple of int
        Node of every source.
    nodes : int
        Number of nodes.
    level : tuple of float
        Nominal over real money by year, rising or falling.
    """

    case: Case
    ends: tuple[tuple[int, int], ...]
    at: tuple[int, ...]
    nodes: int
    level: tuple[float, ...]

    @cached_property
    def nouns(self) -> tuple[Inputs, RouteGraph, Prices]:
        """What the planner asks for."""
        inputs, _, prices, _ = self._bare
        case = self.case
        graph = RouteGraph(
            nodes=gpd.GeoDataFrame({"id": [f"n{node}" for node in range(self.nodes)]}),
            spans=gpd.GeoDataFrame(
                {
                    "id": [f"e{number}" for number in range(len(self.ends))],
                    "start": np.array([start for start, _ in self.ends], np.int32),
                    "end": np.array([end for _, end in self.ends], np.int32),
                    "length_m": 1000.0 * np.array([one.km for one in case.elements[len(self.at) :]]),
                    "method": "buried",
                }
            ),
            site_node=np.array([-1 if one.element is None else one.element for one in case.sites], np.int32),
            site_refusal=np.array(["" for _ in case.sites], object),
            source_node=np.array(self.at, np.int32),
        )
        level = np.array(self.level)
        return inputs, graph, replace(prices, price_level=level, budget_real=np.array(case.budget) / level)

    @property
    def _bare(self) -> Nouns:
        """The nouns of a case whose sites hang on nothing: only prices and settings are taken."""
        sites = tuple(replace(one, element=None if one.element is None else 0) for one in self.case.sites)
        return nouns_of(replace(self.case, sites=sites))


def generated(seed: int) -> Joint:
    """A made-up programme: rings, parallel spans, two sources, tranches, upkeep, targets, spans of several years."""
    random = np.random.default_rng(seed)
    years, nodes = int(random.integers(2, 4)), int(random.integers(4, 7))
    sources = int(random.integers(1, 3))
    ends = [(int(random.integers(0, node)), node) for node in range(1, nodes)]
    for _ in range(int(random.integers(2, 5))):
        start, end = random.choice(nodes, 2, replace=False).tolist()
        ends.append((start, end))
    elements = [
        Element(-1, 10.0 * number * int(random.integers(0, 3)), source_from=1 if number == 0 else 2)
        for number in range(sources)
    ]
    upkeep = random.random() < 0.5
    elements += [
        Element(
            0, float(random.integers(5, 40)), upkeep * float(random.integers(0, 2)), km=float(random.integers(1, 9))
        )
        for _ in ends
    ]
    sites = tuple(_demand(random, nodes, years) for _ in range(int(random.integers(3, 6))))
    whole = sum(one.capex for one in elements) + sum(one.fibre for one in sites)
    aims = ((int(random.integers(1, years + 1)), float(random.choice([0.2, 0.4])), True),)
    rising = float(random.choice([-0.25, -0.05, 0.0, 0.1, 0.4]))
    case = Case(
        elements=tuple(elements),
        sites=sites,
        budget=tuple(float(money) for money in np.round(whole * random.uniform(0.0, 0.35, years))),
        projects=2,
        priorities=(1.0, 2.0),
        targets=(aims if random.random() < 0.4 else (), ()),
        crews={"buried": ((), 4.0)} if random.random() < 0.4 else {},
        pays=[("capex",), ("capex", "opex")][int(random.integers(2))],
        phasing={"stop_gap": 0.0},
    )
    return Joint(
        case=case,
        ends=tuple(ends),
        at=tuple(random.choice(nodes, sources, replace=False).tolist()),
        nodes=nodes,
        level=tuple(((1 + rising) ** np.arange(years) * random.choice([1.0, 1.2], years)).tolist()),
    )


def _demand(random: np.random.Generator, nodes: int, years: int) -> Demand:
    joined = random.random() < 0.9
    return Demand(
        element=int(random.integers(0, nodes)) if joined else None,
        weight=float(random.integers(1, 60)),
        fibre=float(random.integers(0, 20)),
        alternative=float(random.integers(1, 60)) if random.random() < 0.7 or not joined else None,
        quality=float(random.choice([0.5, 1.0])),
        opex=float(random.integers(0, 2)),
        alternative_opex=float(random.integers(0, 3)),
        project=int(random.integers(2)),
        earliest=int(random.choice([1, 1, 1, years])),
        served=float(random.choice([0.0, 0.0, 0.5])),
    )


def best_of_all(joint: Joint) -> float | None:
    """Most service over every network, technology and year; None if nothing keeps the required targets.

    One integer programme. In every year a flow runs from the sources to the sites that have fibre by then, through
    spans that are there by then; all spans of the graph may be built; money is counted year by year, nominal.
    """
    return Oracle(joint).solve()


class Oracle:
    """The integer programme of a whole programme."""

    def __init__(self, joint: Joint) -> None:
        self.joint, self.case, self.highs = joint, joint.case, highspy.Highs()
        for option, value in (("output_flag", False), ("mip_rel_gap", 0.0), ("threads", 1)):
            self.highs.setOptionValue(option, value)
        self.years = range(self.case.years)
        self.spent = [self.highs.expr() for _ in self.years]
        self.service = self.highs.expr()
        self.covered = [[self.highs.expr() for _ in self.years] for _ in range(self.case.projects)]
        self.fibre: list[tuple[int, list[Any]]] = []

    def solve(self) -> float | None:
        """Pose and solve."""
        built = [self.element(one) for one in self.case.elements]
        for site in self.case.sites:
            self.site(site)
        for year in self.years:
            self.flow(built, year)
            self.highs.addConstr(sum(self.spent[: year + 1]) <= sum(self.case.budget[: year + 1]))
        for number, targets in enumerate(self.case.targets):
            self.targets(number, targets)
        self.highs.maximize(self.service)
        status = self.highs.getModelStatus()
        if status == highspy.HighsModelStatus.kInfeasible:
            return None
        assert status == highspy.HighsModelStatus.kOptimal
        return float(self.highs.getInfo().objective_function_value)

    def choice(self, first: int) -> list[Any]:
        """A choice for each year, 1 from the first year on; one of them at most is made."""
        made = [self.highs.addBinary() for _ in self.years]
        self.highs.addConstr(sum(made) <= 1)
        for year in self.years[: first - 1]:
            self.highs.addConstr(made[year] <= 0)
        return made

    def pay(self, made: Any, capex: float, opex: float, year: int) -> None:
        """Capex in its year, upkeep after it."""
        level = self.joint.level
        self.spent[year] += ("capex" in self.case.pays) * capex * level[year] * made
        for later in self.years[year + 1 :]:
            self.spent[later] += ("opex" in self.case.pays) * opex * level[later] * made

    def element(self, element: Element) -> list[Any]:
        """A span, over its years of construction, or the connection of a source."""
        took, early, level = self.case.took(element), self.case.early(element), self.joint.level
        made = self.choice(took if element.source_from is None else element.source_from)
        for year in self.years:
            self.pay(made[year], element.capex, element.opex, year)
            for before in range(1, min(took, year + 1)):
                for sign, at in ((-1.0, year), (1.0, year - before)):
                    self.spent[at] += ("capex" in self.case.pays) * sign * early * level[at] * made[year]
        return made

    def site(self, site: Demand) -> None:
        """All ways to serve a site; one of them at most, once."""
        ways = [] if site.element is None else [(site.fibre, site.opex, 1.0)]
        ways += [] if site.alternative is None else [(site.alternative, site.alternative_opex, site.quality)]
        chosen = [self.choice(site.earliest) for _ in ways]
        if ways:
            self.highs.addConstr(sum(one for made in chosen for one in made) <= 1)
        if site.element is not None:
            self.fibre.append((site.element, chosen[0]))
        still_open, priority = site.weight * (1 - site.served), self.case.priorities[site.project]
        for (capex, opex, quality), made in zip(ways, chosen, strict=True):
            for year in self.years:
                self.pay(made[year], capex, opex, year)
                self.service += priority * still_open * quality * float(self.case.service_years[year]) * made[year]
                for later in self.years[year:]:
                    self.covered[site.project][later] += (quality == 1.0) * still_open * made[year]

    def flow(self, built: list[list[Any]], year: int) -> None:
        """A unit of flow reaches each site that has fibre by a year."""
        links = [(self.joint.nodes, node) for node in self.joint.at] + list(self.joint.ends)
        net = [self.highs.expr() for _ in range(self.joint.nodes + 1)]
        most = max(1, len(self.fibre))
        for (start, end), made in zip(links, built, strict=True):
            for tail, head in ((start, end), (end, start)):
                flow = self.highs.addVariable(0.0, float(most))
                self.highs.addConstr(flow <= most * sum(made[: year + 1]))
                net[head] += flow
                net[tail] -= flow
        for at, made in self.fibre:
            net[at] -= sum(made[: year + 1])
        for node in range(self.joint.nodes):
            self.highs.addConstr(net[node] == 0)

    def targets(self, number: int, targets: tuple[Target, ...]) -> None:
        """Required coverage of a project."""
        mine = [site for site in self.case.sites if site.project == number]
        whole, before = sum(one.weight for one in mine), sum(one.weight * one.served for one in mine)
        for year, coverage, *_ in targets:
            if not mine:
                continue
            self.highs.addConstr(self.covered[number][year - 1] >= coverage * whole - before - 1e-9)

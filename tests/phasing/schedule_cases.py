"""Small programmes of years built by hand, and a slow oracle that tries every schedule."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass, field, fields, replace

import geopandas as gpd
import numpy as np
import pandas as pd

from karez.model.catalogue import Catalogue
from karez.model.certificate import Certificate
from karez.model.design import Ascent, Design, Tree
from karez.model.inputs import Inputs
from karez.model.prices import Prices
from karez.model.programme import Programme, Project
from karez.model.route_graph import RouteGraph
from karez.model.schedule import Schedule
from karez.model.sharing import Sharing

FIRST_YEAR = 2026
RATE = 0.05
HORIZON_AFTER = 15


Target = tuple[int, float, bool] | tuple[int, float, bool, str]
Nouns = tuple[Inputs, RouteGraph, Prices, Design]


@dataclass(frozen=True)
class Element:
    """A span of the tree, or a source where it hangs on nothing and has a `source_from`."""

    parent: int
    capex: float
    opex: float = 0.0
    source_from: int | None = None
    km: float = 0.0
    method: str = "buried"


@dataclass(frozen=True)
class Demand:
    """A site: fibre on an element (None: designed for its alternative), and one alternative or none."""

    element: int | None
    weight: float
    fibre: float = 0.0
    alternative: float | None = None
    quality: float = 0.5
    opex: float = 0.0
    alternative_opex: float = 0.0
    project: int = 0
    earliest: int = 1
    mandatory: bool = False
    served: float = 0.0
    area: str = "a0"
    place: str = ""
    priority: float = 1.0
    mbps: float = 0.0
    cell: int = -1


@dataclass(frozen=True)
class Case:
    """A whole problem, years from 1; by project `shares`, `most_shares` and `targets`.

    Targets are (year, coverage, required) and perhaps "place"; `crews` by method (capacities, longest km a year or
    None); `floors` (area or "", year, coverage); `fixed` ("s3" or "e2", year or None for never); `cells` Mbit/s that
    the alternatives of a cell's sites share.
    """

    elements: tuple[Element, ...]
    sites: tuple[Demand, ...]
    budget: tuple[float, ...]
    projects: int = 1
    priorities: tuple[float, ...] = ()
    shares: tuple[float, ...] = ()
    most_shares: tuple[float, ...] = ()
    targets: tuple[tuple[Target, ...], ...] = ()
    crews: dict[str, tuple[tuple[float, ...], float | None]] = field(default_factory=dict)
    floors: tuple[tuple[str, int, float], ...] = ()
    fixed: tuple[tuple[str, int | None], ...] = ()
    pays: tuple[str, ...] = ("capex",)
    inflation: float = 0.02
    phasing: dict[str, float] = field(default_factory=dict)
    cells: tuple[float, ...] = ()

    @property
    def years(self) -> int:
        return len(self.budget)

    @property
    def price_level(self) -> np.ndarray:
        return (1 + self.inflation) ** np.arange(self.years)

    @property
    def service_years(self) -> np.ndarray:
        last = self.years + HORIZON_AFTER
        return np.array([sum((1 + RATE) ** -t for t in range(y + 1, last + 1)) for y in range(1, self.years + 1)])

    def took(self, element: Element) -> int:
        """Years an element takes to build."""
        _, longest = self.crews.get(element.method, ((), None))
        return 1 if longest is None or element.source_from is not None else max(1, math.ceil(element.km / longest))

    def early(self, element: Element) -> float:
        """What is paid of an element in each of its years but the last."""
        return math.floor(round(100 * element.capex) / self.took(element)) / 100

    def present(self, capex: np.ndarray, opex: np.ndarray) -> np.ndarray:
        """Capex at the end of its year, and opex after it."""
        factor = np.array([(1 + RATE) ** -year for year in range(1, self.years + 1)])
        return np.outer(capex, factor) + np.outer(opex, self.service_years)


def programme_of(case: Case) -> Programme:
    shares = case.shares or (0.0,) * case.projects
    targets = case.targets or ((),) * case.projects
    projects = [
        Project.model_validate(
            {
                "id": f"p{number}",
                "name": f"Project {number}",
                "priority": case.priorities[number] if case.priorities else 1.0,
                "standard": {"mbps": 100.0, "latency_ms": 100.0},
                "minimum_share": shares[number],
                "maximum_share": case.most_shares[number] if case.most_shares else 1.0,
                "targets": [
                    {
                        "year": FIRST_YEAR - 1 + target[0],
                        "coverage": target[1],
                        "required": target[2],
                        "counted_by": target[3] if len(target) > 3 else "weight",
                    }
                    for target in targets[number]
                ],
            }
        )
        for number in range(case.projects)
    ]
    return Programme.model_validate(
        {
            "format": 1,
            "agreement": {
                "name": "Test",
                "region": "Nowhere",
                "currency": "CNY",
                "price_year": FIRST_YEAR,
                "first_year": FIRST_YEAR,
                "years": case.years,
                "budget": case.budget,
                "budget_pays": case.pays,
            },
            "rates": {
                "inflation_per_year": case.inflation,
                "discount_rate_real": RATE,
                "horizon_years_after": HORIZON_AFTER,
            },
            "layers": {"sites": "s", "routes": [{"source": "r"}], "sources": "o", "areas": "a"},
            "routing": {"rates": {"buried": {"plain": "trench"}}},
            "technologies": {
                "fibre": {"mbps": 1000.0, "latency_ms": 5.0},
                "satellite": {"mbps": 50.0, "latency_ms": 600.0},
            },
            "categories": {"home": {"name": "Homes", "costs": {"fibre": []}}},
            "projects": projects,
            "phasing": case.phasing,
            "crews": {
                method: {"km_per_year": capacity, "longest_km_per_year": longest}
                for method, (capacity, longest) in case.crews.items()
            },
            "floors": [{"area": a, "year": FIRST_YEAR - 1 + year, "coverage": c} for a, year, c in case.floors],
            "fixed": [fixed_entry(name, year) for name, year in case.fixed],
        }
    )


def fixed_entry(name: str, year: int | None) -> dict[str, object]:
    kind = "sites" if name.startswith("s") else "spans"
    return {kind: [name], "never": True} if year is None else {kind: [name], "year": FIRST_YEAR - 1 + year}


def nouns_of(case: Case) -> Nouns:
    """The four nouns that `schedule` asks for."""
    sites = pd.DataFrame(
        {
            "id": [f"s{n}" for n in range(len(case.sites))],
            "project": [f"p{site.project}" for site in case.sites],
            "place_id": [site.place or f"s{n}" for n, site in enumerate(case.sites)],
            "area_id": [site.area for site in case.sites],
        },
        dtype=object,
    ).assign(
        households=np.array([site.weight for site in case.sites], float),
        already_served=np.array([site.served for site in case.sites], float),
        tranche=1,
    )
    empty = gpd.GeoDataFrame(geometry=[], crs="EPSG:4326")
    inputs = Inputs(
        programme=programme_of(case),
        catalogue=Catalogue(pd.DataFrame()),
        sites=gpd.GeoDataFrame(sites),
        areas=empty,
        sources=empty,
        routes=empty,
    )
    rows, designed = [], []
    for number, site in enumerate(case.sites):
        designed.append(-1)
        if site.element is not None:
            designed[-1] = len(rows)
            rows.append((number, "fibre", site.fibre, site.opex, 1.0, True))
        if site.alternative is not None:
            designed[-1] = designed[-1] if designed[-1] >= 0 else len(rows)
            meets = site.quality == 1.0
            rows.append((number, "satellite", site.alternative, site.alternative_opex, site.quality, meets))
    columns = ["site", "technology", "capex_real", "opex_real_per_year", "quality", "meets_standard"]
    options = pd.DataFrame(rows, columns=columns).astype(
        {"site": np.int32, "capex_real": float, "opex_real_per_year": float, "quality": float, "meets_standard": bool}
    )
    options.insert(2, "service", "")
    weight = np.array([site.weight for site in case.sites], float)
    capex = np.array([element.capex for element in case.elements], float)
    opex = np.array([element.opex for element in case.elements], float)
    is_source = np.array([element.source_from is not None for element in case.elements], bool)
    span = np.zeros(len(case.elements), np.int32)
    span[~is_source] = np.arange((~is_source).sum())
    span[is_source] = -1 - np.arange(is_source.sum())
    priorities = np.array(case.priorities or (1.0,) * case.projects)
    of_project = np.array([site.project for site in case.sites], int)
    took = np.array([case.took(element) for element in case.elements], np.int16)
    early = np.array([case.early(element) for element in case.elements], float)
    before = np.arange(1, took.max(initial=1))
    paid_early = np.where(took[:, None] > before, early[:, None], 0.0)[~is_source]
    mine = {
        "span_years": took[~is_source],
        "span_early": paid_early,
        "catalogue": inputs.catalogue,
        "span_capex": capex[~is_source],
        "span_opex_per_year": opex[~is_source],
        "span_present_by_year": case.present(capex[~is_source], opex[~is_source])
        + sum(
            np.outer(paid_early[:, j - 1], [(1 + RATE) ** (j - y) - (1 + RATE) ** -y for y in range(1, case.years + 1)])
            for j in before.tolist()
        ),
        "source_capex": capex[is_source],
        "source_present_by_year": case.present(capex[is_source], np.zeros(is_source.sum())),
        "source_from_year": np.array([e.source_from for e in case.elements if e.source_from is not None], np.int16),
        "options": options,
        "option_present_by_year": case.present(options["capex_real"], options["opex_real_per_year"]),
        "site_weight": weight,
        "site_open_weight": weight * (1 - np.array([site.served for site in case.sites], float)),
        "site_priority": (priorities[of_project] if len(of_project) else np.zeros(0))
        * np.array([site.priority for site in case.sites], float),
        "site_earliest_year": np.array([site.earliest for site in case.sites], np.int16),
        "site_fibre_mandatory": np.array([site.mandatory for site in case.sites], bool),
        "service_years": case.service_years,
        "budget_nominal": np.array(case.budget, float),
        "budget_real": np.array(case.budget, float) / case.price_level,
        "price_level": case.price_level,
        "site_mbps": np.array([site.mbps for site in case.sites], float),
    }
    if case.cells:
        alternative = (options["technology"] == "satellite").to_numpy()
        cell = np.array([case.sites[number].cell for number in options["site"]], np.int32)
        names = tuple(f"leo:{number}.0" for number in range(len(case.cells)))
        mine["sharing"] = Sharing(names, np.array(case.cells, float), np.where(alternative, cell, -1).astype(np.int32))
    prices = Prices(**{**{column.name: None for column in fields(Prices)}, **mine})
    return inputs, graph_of(case), prices, design_of(case, span, np.array(designed, np.int32), options)


def graph_of(case: Case) -> RouteGraph:
    """Spans alone, by number."""
    spans = [element for element in case.elements if element.source_from is None]
    table = {
        "id": [f"e{number}" for number, element in enumerate(case.elements) if element.source_from is None],
        "length_m": np.array([1000.0 * element.km for element in spans], float),
        "method": np.array([element.method for element in spans], object),
    }
    none, nothing = np.zeros(0, np.int32), gpd.GeoDataFrame(geometry=[])
    return RouteGraph(nothing, pd.DataFrame(table), none, np.zeros(0, object), none)  # type: ignore[arg-type]


def design_of(case: Case, span: np.ndarray, designed: np.ndarray, options: pd.DataFrame) -> Design:
    parent = np.array([element.parent for element in case.elements], np.int32)
    behind = np.zeros((len(parent), case.projects))
    for site in case.sites:
        if site.element is not None:
            behind[site.element, site.project] += site.weight
    for e in range(len(parent) - 1, -1, -1):
        if parent[e] >= 0:
            behind[parent[e]] += behind[e]
    total = behind.sum(axis=1, keepdims=True)
    attribution = np.where(total > 0, behind / np.where(total > 0, total, 1.0), 1.0 / case.projects)
    names = np.append(options["technology"].to_numpy(object), "unserved")
    return Design(
        tree=Tree(span, parent, np.arange(len(parent), dtype=np.int32)),
        site_technology=names[designed],
        site_option=designed,
        site_reason=np.array([""] * len(case.sites), object),
        certificate=Certificate("", "design", "minimise", 0.0, 0.0, 0.0, "", 0.0),
        ascent=Ascent(np.zeros(0, np.int32), np.zeros(0, np.int64)),
        prize=np.zeros(len(parent), np.int64),
        site_element=np.array([-1 if s.element is None else s.element for s in case.sites], np.int32),
        attribution=attribution,
        households_behind=total.ravel(),
    )


@dataclass(frozen=True)
class Answer:
    """What one schedule of a case is worth and whether it keeps every rule, by plain arithmetic."""

    service: float
    cost: float
    feasible: bool


Choice = tuple[tuple[str, int], ...]
"""By site: fibre, alternative or nothing, and the year from 1."""


def account(case: Case, choice: Choice, nouns: Nouns) -> Answer:
    """Price a schedule."""
    books = Books(case, nouns[3])
    for number, (technology, year) in enumerate(choice):
        books.serve(number, technology, year)
    books.build()
    books.hold(nouns[0].programme)
    return Answer(books.service, books.cost, bool(books.feasible))


class Books:
    """Plain books of one schedule: what is built and served, when it is paid, which rules are kept."""

    slack = 0.005

    def __init__(self, case: Case, design: Design) -> None:
        self.case, self.design, self.fixed = case, design, dict(case.fixed)
        self.feasible, self.service, self.cost = True, 0.0, 0.0
        self.built = [0] * len(case.elements)
        self.spent, self.capex_of = np.zeros(case.years), np.zeros(case.projects)
        self.covered, self.places = np.zeros((case.projects, case.years)), np.zeros((case.projects, case.years))
        self.homes = {site.area: np.zeros(case.years) for site in case.sites}
        self.seen: set[tuple[int, str]] = set()
        self.sold = [0.0] * len(case.cells)
        self.km = {method: np.zeros(case.years) for method in case.crews}

    def pay(self, capex: float, opex: float, year: int) -> None:
        """Capex in its year, opex after it."""
        level = self.case.price_level
        self.spent[year - 1] += capex * level[year - 1] * ("capex" in self.case.pays)
        self.spent[year:] += opex * level[year:] * ("opex" in self.case.pays)
        self.cost += float(self.case.present(np.array([capex]), np.array([opex]))[0, year - 1])

    def serve(self, number: int, technology: str, year: int) -> None:
        """One site."""
        site, case = self.case.sites[number], self.case
        key = (site.project, site.place or f"s{number}")
        counts = key not in self.seen
        self.seen.add(key)
        if f"s{number}" in self.fixed:
            self.feasible &= year == (self.fixed[f"s{number}"] or 0)
        if not technology:
            return
        fibre = technology == "fibre"
        quality, still_open = 1.0 if fibre else site.quality, site.weight * (1 - site.served)
        priority = site.priority * (case.priorities[site.project] if case.priorities else 1.0)
        capex = site.fibre if fibre else site.alternative or 0.0
        self.feasible &= year >= site.earliest
        if not fibre and site.cell >= 0:
            self.sold[site.cell] += site.mbps
            self.feasible &= self.sold[site.cell] <= case.cells[site.cell] + 1e-9
        self.service += priority * still_open * quality * case.service_years[year - 1]
        self.pay(capex, site.opex if fibre else site.alternative_opex, year)
        self.capex_of[site.project] += capex
        if quality == 1.0:
            self.covered[site.project, year - 1 :] += still_open
            self.homes[site.area][year - 1 :] += still_open
            self.places[site.project, year - 1 :] += (1 - site.served) * counts
        if fibre and site.element is not None:
            self.built[site.element] = min(self.built[site.element] or year, year)

    def build(self) -> None:
        """Elements, each when the first thing behind it needs it or when it is fixed."""
        for number in range(len(self.built) - 1, -1, -1):
            year, parent = self.fixed.get(f"e{number}", 0), self.case.elements[number].parent
            if year is None:
                self.feasible &= not self.built[number]
            elif year:
                self.feasible &= self.built[number] in (0, year)
                self.built[number] = year
            if self.built[number]:
                if parent >= 0:
                    self.built[parent] = min(self.built[parent] or self.built[number], self.built[number])
                self.lay(number, self.built[number])

    def lay(self, number: int, year: int) -> None:
        """One element, over its years of construction."""
        case, element = self.case, self.case.elements[number]
        took, early = case.took(element), case.early(element)
        if year < took or (element.source_from is not None and year < element.source_from):
            self.feasible = False
            return
        self.pay(element.capex, 0.0 if element.source_from is not None else element.opex, year)
        for before in range(1, took):
            for sign, at in ((-1.0, year), (1.0, year - before)):
                self.spent[at - 1] += sign * early * case.price_level[at - 1] * ("capex" in case.pays)
                self.cost += sign * early * (1 + RATE) ** -at
        if element.method in self.km and element.source_from is None:
            self.km[element.method][year - took : year] += element.km / took
        self.capex_of += element.capex * self.design.attribution[number]

    def hold(self, programme: Programme) -> None:
        """Hold the rules against it."""
        case, whole = self.case, self.capex_of.sum()
        self.feasible &= bool(np.all(np.cumsum(self.spent) <= np.cumsum(case.budget) + self.slack))
        for method, built in self.km.items():
            most = case.crews[method][0]
            self.feasible &= not most or bool(np.all(built <= np.array(most) + 1e-5))
        for area, year, coverage in case.floors:
            for name in [name for name in self.homes if area in ("", name)]:
                mine = [site for site in case.sites if site.area == name]
                self.feasible &= self.reaches(mine, self.homes[name][year - 1], coverage)
        for number, project in enumerate(programme.projects):
            capex = self.capex_of[number]
            self.feasible &= bool(project.minimum_share * whole - self.slack <= capex)
            self.feasible &= bool(capex <= project.maximum_share * whole + self.slack)
            mine = [site for site in case.sites if site.project == number]
            firsts = {site.place or f"s{n}": site for n, site in reversed([*enumerate(case.sites)]) if site in mine}
            for target in [target for target in project.targets if target.required]:
                at = target.year - FIRST_YEAR
                if target.counted_by == "place":
                    ones = [replace(site, weight=1.0) for site in firsts.values()]
                    self.feasible &= self.reaches(ones, self.places[number, at], target.coverage)
                else:
                    self.feasible &= self.reaches(mine, self.covered[number, at], target.coverage)

    @staticmethod
    def reaches(sites: list[Demand], new: float, coverage: float) -> bool:
        """Whether what is served, before and new, is that share of all."""
        whole, before = sum(site.weight for site in sites), sum(site.weight * site.served for site in sites)
        return bool(new + before >= coverage * whole - 1e-9 * max(whole, 1.0))


def choices_of(case: Case, site: Demand) -> list[tuple[str, int]]:
    """Every answer a site may get."""
    years = range(1, case.years + 1)
    answers: list[tuple[str, int]] = [("", 0)]
    if site.element is not None:
        answers += [("fibre", year) for year in years]
    if site.alternative is not None and not (site.mandatory and site.element is not None):
        answers += [("alternative", year) for year in years]
    return answers


def every_schedule(case: Case) -> tuple[float, float] | None:
    """Most service, and least cost at that service, over all schedules; None if none is feasible."""
    nouns = nouns_of(case)
    tried = [account(case, choice, nouns) for choice in itertools.product(*(choices_of(case, s) for s in case.sites))]
    feasible = [answer for answer in tried if answer.feasible]
    if not feasible:
        return None
    most = max(answer.service for answer in feasible)
    return most, min(answer.cost for answer in feasible if answer.service >= most * (1 - 2e-9))


VILLAGE = Case(
    elements=(Element(-1, 10.0, source_from=1), Element(0, 40.0), Element(1, 30.0), Element(1, 60.0)),
    sites=(
        Demand(1, 100.0, fibre=20.0, alternative=30.0),
        Demand(2, 80.0, fibre=10.0, alternative=25.0),
        Demand(3, 20.0, fibre=10.0, alternative=5.0),
    ),
    budget=(60.0, 60.0, 60.0),
)
"""A trunk with two branches, one rich, one poor; three years of budget, not enough for all at once."""


def answers_of(case: Case, made: Schedule) -> Choice:
    """What a schedule answers to every site."""
    _, _, prices, _ = nouns_of(case)
    technology = np.append(prices.options["technology"].to_numpy(object), "")[made.site_option]
    words = {"fibre": "fibre", "satellite": "alternative", "": ""}
    return tuple((words[name], int(year)) for name, year in zip(technology, made.site_year, strict=True))


def large_case(
    seed: int, places: int = 60, *, scale: float = 0.6, projects: int = 3, years: int = 4, share: float = 0.0
) -> Case:
    """A made-up region: a branching trunk, at each place one site per project, homes of large places in tranches.

    `scale` is the budget over what all fibre costs.
    """
    random = np.random.default_rng(seed)
    elements = [Element(-1, 50.0, source_from=1)]
    for number in range(1, 2 * places):
        before = number - 1 if random.random() < 0.7 else int(random.integers(0, number))
        elements.append(Element(before, float(np.round(random.lognormal(4.0, 0.8), 2)), 1.0))
    sites = []
    for element in random.choice(len(elements), places, replace=False).tolist():
        homes = float(np.round(random.pareto(1.2) * 300 + 20))
        tranches = int(homes // 1000) + 1
        for _ in range(tranches):
            cost = float(np.round(homes / tranches * random.uniform(0.8, 1.2), 2))
            alternative = float(np.round(cost * random.uniform(0.2, 1.5), 2)) if random.random() < 0.7 else None
            sites.append(Demand(element, homes / tranches, fibre=cost, alternative=alternative))
        for project in range(1, projects):
            weight = float(np.round(random.lognormal(3.0, 1.0), 1))
            sites.append(Demand(element, weight, fibre=weight * 2.0, alternative=weight, project=project))
    money = scale * (sum(element.capex for element in elements) + sum(site.fibre for site in sites))
    return Case(
        tuple(elements),
        tuple(sites),
        budget=(float(np.round(money / years, 2)),) * years,
        projects=projects,
        shares=(share,) * projects,
    )

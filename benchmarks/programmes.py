"""Made-up programmes of ten years on road-like networks, from a seed: the array problems that a schedule is found for.

The network is the tree of shortest ways from one source on a graph of :mod:`benchmarks.roads`, one element a node. At
clustered nodes stand sites, most with a few homes and some with very many (Pareto), of three projects; three fifths of
them have an alternative without an element, at half the benefit. Budgets are cumulative and of rising prices and allow
about three fifths of everything, the same real money every year; crews of two methods may build a little less in every
year than all would take; one project has a minimum and one a maximum share; five of twenty areas have floors.
"""

from __future__ import annotations

import numpy as np
from scipy import sparse

from benchmarks.roads import roads, terminals
from karez.kernels.closure import inherit_latest
from karez.solving.schedule import Aim, Problem, Rows

YEARS = 10
HORIZON = 25
DISCOUNT = 0.05
INFLATION = 0.02
AREAS = 20
WITH_FLOOR = 5
PROJECTS = 3


def programme(elements: int, *, seed: int = 1, money: float = 0.6) -> tuple[Problem, Rows, Aim]:
    """Make a programme.

    Parameters
    ----------
    elements : int
        Elements of the tree, about; sites come to two fifths of them, alternatives to a quarter.
    seed : int
        Settles all that is random.
    money : float
        Budgets over what all of it would cost.

    Returns
    -------
    tuple[Problem, Rows, Aim]
        Not contracted; the aim is discounted, weighted service.
    """
    random = np.random.default_rng(seed)
    net = roads(max(200, int(1.3 * elements)), seed=seed)
    order, before = _ways(net.n, net.tail, net.head, net.cost.astype(np.float64))
    number = np.full(net.n, -1, np.int32)
    number[order] = np.arange(len(order), dtype=np.int32)
    parent = np.where(before[order] >= 0, number[before[order]], -1).astype(np.int32)
    place = net.place[order]
    km = np.r_[0.0, np.linalg.norm(place[1:] - place[parent[1:]], axis=1)] * np.sqrt(len(order)) * 2.0
    aerial = random.random(len(order)) < 0.3
    capex = np.round(km * np.where(aerial, 60_000.0, 200_000.0), 2)
    owner = number[np.sort(terminals(net, 0.4, seed=seed))]
    owner = owner[owner >= 0].astype(np.int32)
    sites = len(owner)
    homes = np.round(random.pareto(1.2, sites) * 30.0 + 10.0)
    local = np.round(homes * random.uniform(900.0, 2_500.0, sites), 2)
    with_other = np.flatnonzero(random.random(sites) < 0.6)
    other = np.round(homes[with_other] * random.uniform(300.0, 2_500.0, len(with_other)), 2)
    project = random.choice(PROJECTS, sites, p=[0.6, 0.3, 0.1])
    area = (place[owner, 0] * 4.999).astype(int) * 4 + (place[owner, 1] * 3.999).astype(int)
    options = sites + len(with_other)
    site = np.r_[np.arange(sites), with_other].astype(np.int32)
    rival = np.full(options, -1, np.int32)
    rival[with_other] = sites + np.arange(len(with_other), dtype=np.int32)
    option_capex, to_standard = np.r_[local, other], np.r_[np.ones(sites), np.zeros(len(with_other))]
    late = (random.random(len(order)) < 0.002) * random.integers(1, 4, len(order))
    first = inherit_latest(parent, late.astype(np.int32))
    names = ["capex", "benefit", "capex:0", "capex:1", "km:0", "km:1", *(f"home:{k}" for k in range(WITH_FLOOR))]
    share = random.dirichlet(np.ones(PROJECTS), len(order))
    none, blank = np.zeros(len(order)), np.zeros(options)
    columns = [
        np.r_[capex, option_capex],
        np.r_[none, homes[site] * (0.5 + 0.5 * to_standard)],
        np.r_[capex * share[:, 0], option_capex * (project[site] == 0)],
        np.r_[capex * share[:, 1], option_capex * (project[site] == 1)],
        np.r_[np.where(aerial, 0.0, km), blank],
        np.r_[np.where(aerial, km, 0.0), blank],
        *(np.r_[none, homes[site] * to_standard * (area[site] == k)] for k in range(WITH_FLOOR)),
    ]
    items = len(order) + options
    problem = Problem(
        parent=parent,
        owner=np.r_[owner, np.full(len(with_other), -1)].astype(np.int32),
        rival=rival,
        option_site=site,
        first=np.r_[first, first[owner], np.zeros(len(with_other), np.int32)].astype(np.int32),
        last=np.full(items, YEARS - 1, np.int32),
        must=np.zeros(items, np.bool_),
        features=_gathered(columns),
        feature_names=tuple(names),
        present=np.outer(columns[0], (1 + DISCOUNT) ** -np.arange(1.0, YEARS + 1)),
    )
    whole = float(columns[0][: len(order) + sites].sum())
    floors = np.array([homes[area == k].sum() for k in range(WITH_FLOOR)])
    rows = _rows(names, money * whole, [float(column[: len(order)].sum()) for column in columns[4:6]], floors)
    profile = np.zeros((len(names), YEARS))
    late_years = (1 + DISCOUNT) ** -np.arange(1.0, HORIZON + 1)
    profile[1] = [late_years[t:].sum() for t in range(1, YEARS + 1)]
    return problem, rows, Aim(profile, 0.0)


def _ways(n: int, tail: np.ndarray, head: np.ndarray, cost: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Nodes by distance from node 0, and the node before each on the shortest way there; −1 for node 0."""
    graph = sparse.csr_array((cost, (tail, head)), shape=(n, n))
    distance, before = sparse.csgraph.dijkstra(graph, directed=False, indices=0, return_predecessors=True)
    order = np.argsort(distance, kind="stable")[: int(np.isfinite(distance).sum())]
    return order, np.where(before < 0, -1, before)


def _gathered(columns: list[np.ndarray]) -> sparse.csr_array:
    """Columns of features, zeros left out."""
    there = [np.flatnonzero(column) for column in columns]
    row, column = np.concatenate(there), np.repeat(np.arange(len(columns)), [len(part) for part in there])
    values = np.concatenate([of[part] for of, part in zip(columns, there, strict=True)])
    return sparse.csr_array((values, (row, column)), shape=(len(columns[0]), len(columns)))


def _rows(names: list[str], money: float, km: list[float], floors: np.ndarray) -> Rows:
    """Budgets, crews, shares and floors."""
    level, year = (1 + INFLATION) ** np.arange(YEARS), np.arange(YEARS)
    rows: list[tuple[str, float, float, bool, dict[int, np.ndarray]]] = []
    for due in range(YEARS):
        spent = float(money / YEARS * level[: due + 1].sum())
        rows.append((f"budget:{due + 1}", spent, 0.005, False, {0: np.where(year <= due, level, 0.0)}))
    for method, whole in enumerate(km):
        capacity = 0.7 * whole / YEARS * np.linspace(0.6, 1.4, YEARS)
        for t in range(YEARS):
            use = {4 + method: (year == t).astype(float)}
            rows.append((f"crew:{method}:{t + 1}", float(capacity[t]), 1e-6, False, use))
    ones = np.ones(YEARS)
    rows.append(("maximum_share:0", 0.0, 0.005, False, {0: -0.65 * ones, 2: ones}))
    rows.append(("share:1", 0.0, 0.005, False, {0: 0.2 * ones, 3: -ones}))
    for area, homes in enumerate(floors):
        use = {6 + area: np.where(year <= 5, -1.0, 0.0)}
        rows.append((f"floor:{area}:6", -0.3 * float(homes), 1e-9 * float(homes), True, use))
    matrix = np.zeros((len(rows), len(names), YEARS))
    for number, row in enumerate(rows):
        for feature, values in row[4].items():
            matrix[number, feature] = values
    called = tuple(row[0] for row in rows)
    limit, tolerance = np.array([row[1] for row in rows]), np.array([row[2] for row in rows])
    use = sparse.csr_array(matrix.reshape(len(rows), -1))
    return Rows(called, called, limit, use, tolerance, np.array([row[3] for row in rows]))

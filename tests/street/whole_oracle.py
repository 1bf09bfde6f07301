"""The whole tiered design of a tiny area as one integer programme, solved by HiGHS: what the design is held against.

Every choice is a variable: runs that are dug, where the office stands, how many closures stand at a node and which
cabinet feeds them, where cabinets stand and how full they are, which runs every tier's cables take and in which size.
Cables may take any run that is dug and areas need not hang together, so the optimum is at most that of the designs made
here. One stage of splitting, one office, reach that does not bind, no cable beyond the largest size.
"""

from __future__ import annotations

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array

from karez.designing.street.areas import cabinet_costs, cabinet_outputs, closure_size, ports_for, splitters_for
from karez.designing.street.trench import run_prices
from karez.model.street import StreetGraph, StreetInputs


class Programme:
    """An integer programme that grows by variables and rows."""

    def __init__(self) -> None:
        self.cost: list[float] = []
        self.upper: list[float] = []
        self.entries: list[tuple[int, int, float]] = []
        self.low: list[float] = []
        self.high: list[float] = []

    def add(self, shape, cost, upper=1.0) -> np.ndarray:
        """Add whole variables from 0 to `upper`; returns their numbers."""
        count = int(np.prod(shape))
        number = np.arange(len(self.cost), len(self.cost) + count).reshape(shape)
        self.cost += np.broadcast_to(np.asarray(cost, float), shape).ravel().tolist()
        self.upper += [float(upper)] * count
        return number

    def row(self, terms, low, high) -> None:
        """Add low ≤ Σ factor · variable ≤ high."""
        self.entries += [(len(self.low), int(variable), float(factor)) for variable, factor in terms]
        self.low.append(low)
        self.high.append(high)

    def least(self) -> tuple[float, float]:
        """Value of the best answer found and the bound that HiGHS proves."""
        row, column, factor = (np.array(part) for part in zip(*self.entries, strict=True))
        matrix = coo_array((factor, (row, column)), shape=(len(self.low), len(self.cost))).tocsr()
        answer = milp(
            np.array(self.cost),
            integrality=np.ones(len(self.cost)),
            bounds=Bounds(0, np.array(self.upper)),
            constraints=LinearConstraint(matrix, np.array(self.low), np.array(self.high)),
            options={"mip_rel_gap": 1e-6},
        )
        assert answer.status == 0, answer.message
        return float(answer.fun), float(answer.mip_dual_bound)


class Whole(Programme):
    """The whole design of an area, tier by tier."""

    def __init__(self, inputs: StreetInputs, graph: StreetGraph, cabinets: int) -> None:
        super().__init__()
        self.rules, self.cabinets = inputs.rules, cabinets
        self.n, self.m = len(graph.nodes), len(graph.runs)
        self.start, self.end = graph.runs["start"].to_numpy(), graph.runs["end"].to_numpy()
        self.length = graph.runs["length_m"].to_numpy()
        self.may = graph.nodes["may_hold"].to_numpy(bool)
        self.homes = np.zeros(self.n)
        np.add.at(self.homes, graph.premises_node, inputs.premises["dwellings"].to_numpy())
        prices, network = self.rules.prices, self.rules.network
        self.sizes = np.array(network.cable_fibres, float)
        self.size_price = self.length[:, None] * (prices.cable_per_m + prices.fibre_per_m * self.sizes)
        self.room = cabinet_outputs(network)
        self.feeds = splitters_for(network, np.arange(self.room + 1)).astype(float)
        self.dug = self.add((self.m,), run_prices(graph, prices))
        for v in np.unique(graph.premises_node):
            own = np.flatnonzero((self.start == v) | (self.end == v))
            self.row([(self.dug[e], 1.0) for e in own], 1.0, 1.0)
        self.out = self.closures()
        self.fed = np.array([self.cabinet(j) for j in range(cabinets)])
        self.feeder()

    def stand_where_they_may(self, variables: np.ndarray) -> None:
        """Keep plant off nodes that may not hold it."""
        for v in np.flatnonzero(~self.may):
            self.row([(variables[v], 1.0)], 0.0, 0.0)

    def balance(self, flow, v, others, wanted) -> None:
        """Flow into v, and other terms, make what is wanted."""
        into, off = np.flatnonzero(self.end == v), np.flatnonzero(self.start == v)
        terms = [(flow[e, 0], 1.0) for e in into] + [(flow[e, 1], -1.0) for e in into]
        terms += [(flow[e, 0], -1.0) for e in off] + [(flow[e, 1], 1.0) for e in off]
        self.row([*terms, *others], wanted, wanted)

    def cables(self, most: float, holds: np.ndarray) -> np.ndarray:
        """Flow on every run, either way, in one cable of a size that holds it, where it is dug."""
        flow, cable = self.add((self.m, 2), 0.0, most), self.add((self.m, len(holds)), self.size_price)
        for e in range(self.m):
            sized = [(cable[e, s], -holds[s]) for s in range(len(holds))]
            self.row([(flow[e, 0], 1.0), (flow[e, 1], 1.0), *sized], -np.inf, 0.0)
            self.row([*[(cable[e, s], 1.0) for s in range(len(holds))], (self.dug[e], -1.0)], -np.inf, 0.0)
        return flow

    def closures(self) -> np.ndarray:
        """Drops from closures to homes; dwellings of closures by node and cabinet."""
        prices, whole = self.rules.prices, float(self.homes.sum())
        each = self.length[:, None] * (prices.cable_per_m + prices.fibre_per_m)
        drop = self.add((self.m, 2), each, whole)
        for e in range(self.m):
            self.row([(drop[e, 0], 1.0), (drop[e, 1], 1.0), (self.dug[e], -whole)], -np.inf, 0.0)
        most = float(closure_size(self.rules.network))
        number = self.add((self.n, self.cabinets), prices.closure_each, whole)
        out = self.add((self.n, self.cabinets), 0.0, whole)
        for j in range(self.cabinets):
            self.stand_where_they_may(number[:, j])
            for v in range(self.n):
                self.row([(out[v, j], 1.0), (number[v, j], -most)], -np.inf, 0.0)
        for v in range(self.n):
            self.balance(drop, v, [(out[v, j], 1.0) for j in range(self.cabinets)], self.homes[v])
        return out

    def cabinet(self, j: int) -> np.ndarray:
        """One cabinet with its distribution, or none; feeds it asks for by node."""
        prices, network, loads = self.rules.prices, self.rules.network, range(self.room + 1)
        # Splices of homes stand in the constant.
        price = cabinet_costs(self.rules)[:, 0] - np.arange(self.room + 1) * prices.splice_each
        price[0] = 0.0
        full = self.add((self.room + 1,), price)
        self.row([(full[k], 1.0) for k in loads], 1.0, 1.0)
        load = [(full[k], -float(k)) for k in loads]
        self.row([*[(self.out[v, j], 1.0) for v in range(self.n)], *load], 0.0, 0.0)
        stands, fed = self.add((self.n,), 0.0), self.add((self.n,), 0.0, self.feeds.max())
        source = self.add((self.n,), 0.0, self.room)
        self.stand_where_they_may(stands)
        self.row([*[(stands[v], 1.0) for v in range(self.n)], (full[0], 1.0)], 1.0, 1.0)
        asked = [(full[k], -self.feeds[k]) for k in loads[1:]]
        self.row([*[(fed[v], 1.0) for v in range(self.n)], *asked], 0.0, 0.0)
        holds = np.array(
            [max(k for k in range(self.room * 2) if ports_for(network, k) <= s) for s in self.sizes], float
        )
        flow = self.cables(self.room, holds)
        for v in range(self.n):
            self.row([(source[v], 1.0), (stands[v], -float(self.room))], -np.inf, 0.0)
            self.row([(fed[v], 1.0), (stands[v], -self.feeds.max())], -np.inf, 0.0)
            self.balance(flow, v, [(source[v], 1.0), (self.out[v, j], -1.0)], 0.0)
        return fed

    def feeder(self) -> None:
        """One office, and feeder to every cabinet."""
        most = float(self.cabinets * self.feeds.max())
        office, source = self.add((self.n,), 0.0), self.add((self.n,), 0.0, most)
        self.stand_where_they_may(office)
        self.row([(office[v], 1.0) for v in range(self.n)], 1.0, 1.0)
        flow = self.cables(most, self.sizes)
        for v in range(self.n):
            self.row([(source[v], 1.0), (office[v], -most)], -np.inf, 0.0)
            self.balance(flow, v, [(source[v], 1.0), *[(fed[v], -1.0) for fed in self.fed]], 0.0)


def least_whole(inputs: StreetInputs, graph: StreetGraph, cabinets: int) -> float:
    """Least cost of the whole network with at most so many cabinets, currency."""
    prices = inputs.rules.prices
    made = Whole(inputs, graph, cabinets)
    value, bound = made.least()
    assert bound >= value * (1 - 1e-4)
    homes = float(made.homes.sum())
    fixed = len(inputs.premises) * prices.drop_each + homes * (prices.home_each + 2 * prices.splice_each)
    return bound + fixed + prices.office_each

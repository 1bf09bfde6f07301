"""Everything that a given trench holds: offices, closures, cabinets, cables, and what it costs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from karez.designing.street.areas import (
    Areas,
    cabinet_costs,
    cabinet_outputs,
    cabinet_size,
    closure_costs,
    closure_size,
    home_cabinets,
    part_areas,
    splitters_for,
)
from karez.designing.street.bill import write_bill
from karez.designing.street.cables import cable_price, lay_cables
from karez.designing.street.offices import site_offices, split_at
from karez.designing.street.optics import budget_db, loss_db, reach_m
from karez.designing.street.trench import lay_out, least_cable, other_prices, run_prices
from karez.kernels.forest import roots_in_order, way_to_root
from karez.model.street import Flags, Floats, Ints, StreetGraph, StreetInputs, Trench
from karez.model.street_rules import StreetRules

Longs = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Equipped:
    """A trench with everything in it; tables as in :class:`karez.model.street.StreetDesign`."""

    trench: Trench
    premises: pd.DataFrame
    cabinets: pd.DataFrame
    closures: pd.DataFrame
    offices: pd.DataFrame
    cables: pd.DataFrame
    bill: pd.DataFrame
    full_runs: tuple[int, ...]
    kept: tuple[str, ...]

    @property
    def cost(self) -> float:
        """What all of it costs, currency."""
        return round(float(self.bill["amount"].sum()), 2)

    def cable_per_m(self, graph: StreetGraph, rules: StreetRules) -> Floats:
        """Price of a metre of the cables in every run, beyond the smallest; where none lies, what they cost on average.

        Returns
        -------
        float64[runs]
        """
        price = np.zeros(len(self.trench.node))
        np.add.at(price, self.cables["place"].to_numpy(), cable_price(self.cables, rules.prices))
        place = np.flatnonzero(self.trench.run >= 0)
        length = np.maximum(self.trench.length_m[place], 1e-3)
        beyond = np.maximum(price[place] / length - least_cable(rules.prices), 0.0)
        per_m = np.full(len(graph.runs), float((beyond * length).sum() / max(length.sum(), 1e-3)))
        per_m[self.trench.run[place]] = beyond
        return per_m

    def beyond_room(self, graph: StreetGraph, rules: StreetRules) -> Floats:
        """What runs cost more where what is there did not take all cables: float64[runs]."""
        more = np.zeros(len(graph.runs))
        full = np.array(self.full_runs, np.int64)
        more[full] = (other_prices(graph, rules.prices) - run_prices(graph, rules.prices))[full]
        return more


def equip(inputs: StreetInputs, graph: StreetGraph, dug: Floats, edges: npt.NDArray[np.integer]) -> Equipped:
    """Put offices, closures, cabinets and cables onto a trench.

    Parameters
    ----------
    inputs, graph : StreetInputs, StreetGraph
        Premises and streets.
    dug : float64[runs]
        Price of digging every run.
    edges : int[…]
        Runs of the trench.
    """
    rules = inputs.rules
    dwellings = inputs.premises["dwellings"].to_numpy(np.int64)
    trench, dead = forest_of(graph, edges, weight_of(inputs, graph), rules)
    place = _places(graph, trench, dead)
    reached = place >= 0
    demand = np.zeros(len(trench.node), np.int64)
    np.add.at(demand, place[reached], dwellings[reached])
    may = graph.nodes["may_hold"].to_numpy(np.bool_)[trench.node] & ~dead
    spot = _given_places(inputs, graph, trench, dead)
    closures, cabinets, home = _tiers(trench, demand, may, rules, _given_room(inputs, spot, len(trench.node)))
    unit = _units(closures, rules)
    load = np.bincount(home, unit, minlength=len(cabinets.place)).astype(np.int64)
    feeds = splitters_for(rules.network, load)
    office = root_of(trench)
    way = way_to_root(trench.parent, trench.length_m)
    cables = lay_cables(trench, rules.network, closures, cabinets, feeds)
    given = _given_rows(spot, cabinets)
    tables = _tables(trench, closures, cabinets, home, load, feeds, office, way, rules, inputs, given)
    premises = _premises(graph, trench, place, closures, cabinets, home, office, way, rules, inputs)
    area = _area_of_place(trench, cabinets, home, closures)
    full = _full(graph, trench, cables)
    paid = np.where(full, other_prices(graph, rules.prices), dug)
    method = np.where(full, graph.runs["other_method"], graph.runs["method"])
    bill = write_bill(rules, graph, trench, paid, method, area, office, premises, dwellings, *tables, cables)
    kept = _kept(inputs, graph, spot, cabinets)
    return Equipped(trench, premises, *tables, cables, bill, tuple(np.flatnonzero(full).tolist()), kept)


def _full(graph: StreetGraph, trench: Trench, cables: pd.DataFrame) -> Flags:
    """Runs on which what is there does not take all cables: bool[runs]."""
    runs, run = graph.runs, trench.run[cables["place"].to_numpy()]
    count = np.bincount(run, cables["count"], minlength=len(runs))
    fibres = np.bincount(run, cables["count"] * cables["size"], minlength=len(runs))
    return np.asarray((count > runs["free_cables"].to_numpy()) | (fibres > runs["free_fibres"].to_numpy()))


def _given_places(inputs: StreetInputs, graph: StreetGraph, trench: Trench, dead: Flags) -> Ints:
    """Place of every given cabinet; −1 where the trench does not come by, or another stands there."""
    at = np.full(len(graph.nodes) + 1, -1, np.int32)
    at[trench.node[~dead]] = np.flatnonzero(~dead).astype(np.int32)
    place = at[np.where(graph.cabinet_node >= 0, graph.cabinet_node, len(graph.nodes))]
    doubled = pd.Series(place).duplicated().to_numpy()
    return np.where(doubled, -1, place).astype(np.int32)


def _given_room(inputs: StreetInputs, spot: Ints, places: int) -> Longs:
    """What the given cabinet at each place feeds; 0 where none is given."""
    room = np.zeros(places, np.int64)
    ports = inputs.cabinets["ports"].to_numpy(np.int64) if len(spot) else np.zeros(0, np.int64)
    most = cabinet_outputs(inputs.rules.network)
    feeds = np.where(ports > 0, np.minimum(ports / (1.0 + inputs.rules.network.spare) + 1e-9, most), most)
    room[spot[spot >= 0]] = np.maximum(feeds[spot >= 0].astype(np.int64), 1)
    return room


def _given_rows(spot: Ints, cabinets: Areas) -> Ints:
    """Row of the given cabinet that each cabinet of the design is; −1 where it is none. In buildings none is."""
    row = np.full(int(max(cabinets.place.max(initial=0), spot.max(initial=0))) + 1, -1, np.int32)
    row[spot[spot >= 0]] = np.flatnonzero(spot >= 0).astype(np.int32)
    return np.where(cabinets.whole < 0, row[cabinets.place], -1).astype(np.int32)


def _kept(inputs: StreetInputs, graph: StreetGraph, spot: Ints, cabinets: Areas) -> tuple[str, ...]:
    """Why a given cabinet is not used; empty where it is."""
    used = set(_given_rows(spot, cabinets).tolist())
    same = pd.Series(graph.cabinet_node).duplicated().to_numpy()
    why = []
    for row in range(len(spot)):
        if row in used:
            why.append("")
        elif same[row]:
            why.append("another one stands at the same place")
        elif spot[row] < 0:
            why.append("no trench leads there")
        else:
            why.append("no premises can hang on it within its room and reach, or another given one serves them")
    return tuple(why)


def weight_of(inputs: StreetInputs, graph: StreetGraph) -> Floats:
    """Dwellings at every node: float64[nodes]."""
    dwellings, joined = inputs.premises["dwellings"].to_numpy(np.float64), graph.premises_node >= 0
    at_node = np.bincount(graph.premises_node[joined], dwellings[joined], minlength=len(graph.nodes))
    return np.asarray(at_node, np.float64)


def forest_of(
    graph: StreetGraph, edges: npt.NDArray[np.integer], weight: Floats, rules: StreetRules
) -> tuple[Trench, Flags]:
    """The trench hanging on its offices: given ones, or sited; and which of its places are dead ends at a border."""
    given = graph.given_offices
    if len(given):
        trench = lay_out(graph, edges, given)
        return trench, np.zeros(len(trench.node), np.bool_)
    offices = site_offices(graph, edges, weight, rules.network.office_ports, reach_m(rules))
    return split_at(graph, edges, offices)


def _places(graph: StreetGraph, trench: Trench, dead: Flags) -> Ints:
    """Place of every premises; −1 where the trench does not reach it."""
    at = np.full(len(graph.nodes) + 1, -1, np.int32)
    at[trench.node[~dead]] = np.flatnonzero(~dead).astype(np.int32)
    return at[np.where(graph.premises_node >= 0, graph.premises_node, len(graph.nodes))]


def _tiers(trench: Trench, demand: Longs, may: Flags, rules: StreetRules, given: Longs) -> tuple[Areas, Areas, Ints]:
    """Closures of premises, cabinets of closures, cabinet of every closure."""
    prices, network, reach = rules.prices, rules.network, rules.reach
    places = len(trench.node)
    in_building = (demand > 1) | _crowded(trench, demand, closure_size(network))
    near = np.full(places, max(reach.drop_max_m, float(trench.length_m[demand > 0].max(initial=0.0))))
    way = way_to_root(trench.parent, trench.length_m)
    slack = np.maximum(reach_m(rules) - way, 0.0)
    closures = part_areas(
        trench, demand, may | in_building, np.zeros(places), closure_costs(rules), least_cable(prices), near, slack
    )
    asked = np.zeros(places, np.int64)
    unit = _units(closures, rules)
    np.add.at(asked, closures.place, unit)
    drop = np.zeros(places)
    at = closures.of >= 0
    np.maximum.at(drop, closures.place[closures.of[at]], closures.distance_m[at])
    left = np.maximum(reach.distribution_max_m - drop, 0.0)
    slack = np.maximum(slack - drop, 0.0)
    feed = prices.fibre_per_m * way
    cabinets = part_areas(trench, asked, may, feed, cabinet_costs(rules), prices.fibre_per_m, left, slack, given)
    return closures, cabinets, home_cabinets(cabinets, closures, unit, cabinet_outputs(network))


def _crowded(trench: Trench, demand: Longs, most: int) -> Flags:
    """Premises that lead to one spot with more others than a closure takes: theirs may stand at the wall.

    So it is where a street that is forbidden begins, and at the end of a lane.
    """
    child = np.flatnonzero((demand > 0) & (trench.parent >= 0))
    there = np.bincount(trench.parent[child], demand[child], minlength=len(demand))
    crowded = np.zeros(len(demand), np.bool_)
    crowded[child] = there[trench.parent[child]] > most
    return crowded


def _units(closures: Areas, rules: StreetRules) -> Longs:
    """What each closure asks of its cabinet: fibres of its dwellings, or one for its splitter."""
    return np.ones_like(closures.load) if len(rules.network.split) > 1 else closures.load


def root_of(trench: Trench) -> Ints:
    """Number of the office that each place hangs on; offices are the roots in order."""
    return roots_in_order(trench.parent)


def _tables(
    trench: Trench,
    closures: Areas,
    cabinets: Areas,
    home: Ints,
    load: Longs,
    feeds: Longs,
    office: Ints,
    way: Floats,
    rules: StreetRules,
    inputs: StreetInputs,
    given: Ints,
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Cabinets, closures, offices."""
    stated = np.append(inputs.cabinets["ports"].to_numpy(np.int64) if len(inputs.cabinets) else [], 0).astype(np.int64)
    ports = np.where((given >= 0) & (stated[given] > 0), stated[given], cabinet_size(rules.network, load))
    served = np.bincount(home, closures.load, minlength=len(cabinets.place)).astype(np.int64)
    cabinet = pd.DataFrame(
        {
            "place": cabinets.place,
            "office": office[cabinets.place],
            "ports": ports,
            "dwellings": served,
            "units": load,
            "splitters": feeds,
            "feeder_m": way[cabinets.place],
            "given": given,
        }
    )
    closure = pd.DataFrame({"place": closures.place, "cabinet": home, "dwellings": closures.load})
    roots = np.flatnonzero(trench.parent < 0)
    sums = cabinet.groupby("office")[["dwellings", "splitters"]].sum().reindex(np.arange(len(roots)), fill_value=0)
    offices = pd.DataFrame(
        {"place": roots, "dwellings": sums["dwellings"].to_numpy(), "ports": sums["splitters"].to_numpy()}
    )
    return cabinet, closure, offices


def _premises(
    graph: StreetGraph,
    trench: Trench,
    place: Ints,
    closures: Areas,
    cabinets: Areas,
    home: Ints,
    office: Ints,
    way: Floats,
    rules: StreetRules,
    inputs: StreetInputs,
) -> pd.DataFrame:
    """Every premises with its way to an office, or the reason why it has none."""
    reached = place >= 0
    at = np.where(reached, place, 0)
    closure = np.where(reached, closures.of[at], -1)
    cabinet = np.where(reached, home[closure], -1)
    drop = np.where(reached, closures.distance_m[at], np.nan)
    spot = closures.place[closure]
    distribution = np.where(cabinets.of[spot] == cabinet, cabinets.distance_m[spot], 0.0)
    feeder = way[cabinets.place[cabinet]]
    light = np.where(reached, feeder + distribution + drop, np.nan)
    refused = np.where(graph.refusal != "", graph.refusal, "no trench leads there from an office")
    return pd.DataFrame(
        {
            "place": place,
            "closure": closure,
            "cabinet": cabinet,
            "office": np.where(reached, office[at], -1),
            "drop_m": drop.round(2),
            "distribution_m": np.where(reached, distribution, np.nan).round(2),
            "feeder_m": np.where(reached, feeder, np.nan).round(2),
            "loss_db": loss_db(rules, light).round(3),
            "budget_db": budget_db(rules),
            "dwellings": inputs.premises["dwellings"].to_numpy(np.int64),
            "reason": np.where(reached, "", refused),
        }
    )


def _area_of_place(trench: Trench, cabinets: Areas, home: Ints, closures: Areas) -> Ints:
    """Cabinet whose area a run lies in: that of its distribution, else of its drops, else of what is behind it."""
    area = cabinets.unit_holder.copy()
    drops = (area < 0) & (closures.unit_holder >= 0)
    area[drops] = home[closures.unit_holder[drops]]
    stands = np.full(len(area), -1, np.int32)
    stands[cabinets.place] = np.arange(len(cabinets.place), dtype=np.int32)
    area = np.where(area < 0, stands, area)
    for v in range(len(area) - 1, 0, -1):
        p = trench.parent[v]
        if p >= 0 and area[p] < 0:
            area[p] = area[v]
    return area

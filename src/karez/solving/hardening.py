"""What hardening edges buys: a frontier of money against expected outage, with a bound at every budget.

In every event edges and nodes fail independently; hardening an edge raises its chance to stay up. Expected outage is a
straight line in every single chance, so one edge gains its worth times what its chance gains. What it is worth hangs on
the others: on a bridge it is worth the more the more others are hardened, on a ring the less the more there is beside
it and the more the more there is in line with it.

The bound: gains of different blocks add up at most as if all other blocks were hardened, and within a block all sets of
its edges are tried, where they are not too many; see :mod:`karez.solving.hardening_bound`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from karez.solving.availability import find_availability
from karez.solving.hardening_bound import Group, most_gain
from karez.solving.importance import Importance, find_importance

Ints = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

MOST_TRIED = 9
"""Edges of a block in an event of which every set is tried."""


@dataclass(frozen=True)
class Hardening:
    """A frontier.

    Parameters
    ----------
    order : int32[k]
        Edges in the order in which they are hardened.
    count, cost, outage, bound : int32[p], float64[p]
        Points of the frontier: how many of `order`, what they cost, the expected outage then, and what no set of that
        cost can go below.
    alone : float64[m]
        Outage that hardening each edge alone saves.
    by_event : float64[events]
        Expected weight cut off if each event comes, nothing hardened.
    hardened : float
        Outage with all edges hardened that can be.
    """

    order: Ints
    count: Ints
    cost: Floats
    outage: Floats
    bound: Floats
    alone: Floats
    by_event: Floats
    hardened: float


def harden(
    nodes: int,
    start: Ints,
    end: Ints,
    sources: Ints,
    chance: Floats,
    up_edge: Floats,
    hard_edge: Floats,
    up_node: Floats,
    weight: Floats,
    cost: Floats,
    *,
    steps: int = 20,
) -> Hardening:
    """Trace the frontier.

    Parameters
    ----------
    nodes, start, end, sources
        The network.
    chance : float64[events]
        Probability of each event.
    up_edge, hard_edge : float64[events, m]
        Chance of each edge to stay up in each event as it is, and hardened.
    up_node : float64[events, n]
        Chance of each node to stay up.
    weight : float64[n]
        What is lost where a node is cut off.
    cost : float64[m]
        Cost of hardening each edge.
    steps : int
        Points of the frontier.
    """
    fed = find_availability(nodes, start, end, sources, np.ones(len(start)), np.ones(nodes)).least > 0
    there = np.asarray(weight * fed)
    events = [
        _Event(nodes, start, end, sources, up_edge[k], hard_edge[k], up_node[k], there) for k in range(len(chance))
    ]
    groups = [group for p, event in zip(chance, events, strict=True) for group in event.groups(float(p))]
    hazard = _Hazard(chance, up_edge, hard_edge, events)
    nothing, everything = np.zeros(len(start), bool), np.ones(len(start), bool)
    alone = hazard.gains(nothing)
    offered = np.flatnonzero((alone > 0) & (cost > 0)).astype(np.int32)
    orders = _by_gain(hazard, offered, cost, steps), _by_set(groups, offered, cost)
    traced = [_trace(hazard, order, cost, steps) for order in orders]
    best = int(np.argmin([((outage[1:] + outage[:-1]) * np.diff(money)).sum() for _, money, outage in traced]))
    count, money, outage = traced[best]
    bound = hazard.outage(nothing, least=True) - most_gain(groups, cost, money)
    bound = np.maximum(np.maximum(bound, hazard.outage(everything, least=True)), 0.0)
    return Hardening(
        np.array(orders[best], np.int32),
        count,
        money,
        outage,
        np.minimum(bound, outage),
        alone,
        np.array([event.outage(event.now) for event in events]),
        hazard.outage(everything),
    )


@dataclass(frozen=True)
class _Hazard:
    """All events together."""

    chance: Floats
    now: Floats
    hard: Floats
    events: list[_Event]

    def outage(self, hardened: Flags, *, least: bool = False) -> float:
        """Expected weight cut off with some edges hardened: not too low, or not too high if `least`."""
        edges = np.where(hardened, self.hard, self.now)
        each = [event.outage(edges[k], least=least) for k, event in enumerate(self.events)]
        return float(self.chance @ np.array(each))

    def gains(self, hardened: Flags) -> Floats:
        """What hardening each edge saves, some being hardened already."""
        edges = np.where(hardened, self.hard, self.now)
        each = np.array([event.gains(edges[k]) for k, event in enumerate(self.events)])
        return np.asarray(self.chance @ each.reshape(len(self.events), len(hardened)))


def _by_gain(hazard: _Hazard, offered: Ints, cost: Floats, steps: int) -> list[int]:
    """Edges in the order of what each alone gains for its money, counted anew at every step."""
    order, hardened, spent = list[int](), np.zeros(len(cost), bool), 0.0
    left, whole = set(offered.tolist()), float(cost[offered].sum())
    while left:
        gains, aim = hazard.gains(hardened), spent + whole / steps
        for e in sorted(left, key=lambda e: (-gains[e] / cost[e], e)):
            order.append(e)
            left.discard(e)
            hardened[e] = True
            spent += float(cost[e])
            if spent >= aim:
                break
    return order


def _by_set(groups: Sequence[Group], offered: Ints, cost: Floats) -> list[int]:
    """Edges in the order of what sets of them gain at most for their money: two that help only together come so."""
    order, had = list[int](), {-1}
    wanted = set(offered.tolist())
    best = [_next_set(group, had, wanted, cost) for group in groups]
    while True:
        row = max(range(len(groups)), key=lambda k: (best[k][0], -k), default=-1)
        if row < 0 or not best[row][1]:
            return order + sorted(wanted - had)
        order += best[row][1]
        had.update(best[row][1])
        for k, group in enumerate(groups):
            if not had.isdisjoint(group.edges.tolist()):
                best[k] = _next_set(group, had, wanted, cost)


def _next_set(group: Group, had: set[int], wanted: set[int], cost: Floats) -> tuple[float, list[int]]:
    """Gain for money of the set of a group that comes next, and its edges that are not had yet."""
    edges = group.edges.tolist()
    left = [j for j, e in enumerate(edges) if e in wanted and e not in had]
    if not len(group.of_set):
        ratio = {j: float(group.each[j] / cost[edges[j]]) for j in left}
        first = max(left, key=lambda j: (ratio[j], -j), default=-1)
        return (ratio[first], [edges[first]]) if left else (0.0, [])
    there = sum(1 << j for j, e in enumerate(edges) if e in had)
    sets = np.arange(len(group.of_set))
    money = sum(((sets >> j & 1) * cost[edges[j]] for j in left), np.zeros(len(sets)))
    open_sets = (sets & there == there) & (money > 0) & (sets & ~(there | sum(1 << j for j in left)) == 0)
    if not open_sets.any():
        return 0.0, []
    ratio_of = np.where(open_sets, (group.of_set - group.of_set[there]) / np.maximum(money, 1e-300), -1.0)
    chosen = int(np.argmax(ratio_of))
    return float(ratio_of[chosen]), [edges[j] for j in left if chosen >> j & 1]


def _trace(hazard: _Hazard, order: list[int], cost: Floats, steps: int) -> tuple[Ints, Floats, Floats]:
    """Points of the frontier along an order: how many, money, outage."""
    spent = np.concatenate([[0.0], np.cumsum(cost[order])])
    aims = np.linspace(0.0, spent[-1], steps + 1)
    count = np.unique(np.minimum(np.searchsorted(spent, aims * (1 - 1e-12)), len(order))).astype(np.int32)
    hardened, outage = np.zeros(len(cost), bool), []
    for first, last in zip(np.append(0, count[:-1]), count, strict=True):
        hardened[order[first:last]] = True
        outage.append(hazard.outage(hardened))
    return count, spent[count], np.array(outage)


class _Event:
    """One event, on the network with all drawn together that it leaves alone."""

    def __init__(
        self,
        nodes: int,
        start: Ints,
        end: Ints,
        sources: Ints,
        now: Floats,
        hard: Floats,
        up_node: Floats,
        weight: Floats,
    ) -> None:
        self.now, self.hard = now, hard
        shaken = up_node < 1.0
        whole = (now >= 1.0) & ~shaken[start] & ~shaken[end]
        feeds = sources[~shaken[sources]]
        ends = np.concatenate([start[whole], feeds[:-1]]), np.concatenate([end[whole], feeds[1:]])
        joined = coo_array((np.ones(len(ends[0]), np.int8), ends), shape=(nodes, nodes))
        self.count, label = connected_components(joined, directed=False)
        group = label.astype(np.int32)
        self.edges = np.flatnonzero(~whole & (group[start] != group[end]))
        self.start, self.end = group[start[self.edges]], group[end[self.edges]]
        self.sources = np.unique(group[sources])
        self.up_node = np.ones(self.count)
        self.up_node[group[shaken]] = up_node[shaken]
        self.weight = np.bincount(group, weight, self.count).astype(np.float64)

    def outage(self, edges: Floats, *, least: bool = False) -> float:
        """Expected weight cut off at chances of the edges: not too low, or not too high if `least`."""
        found = find_availability(self.count, self.start, self.end, self.sources, edges[self.edges], self.up_node)
        return float(((1.0 - (found.most if least else found.least)) * self.weight).sum())

    def _importance(self, edges: Floats, holds: Floats | None = None) -> Importance:
        ends = self.start, self.end, self.sources
        return find_importance(self.count, *ends, edges[self.edges], self.up_node, self.weight, holds=holds)

    def gains(self, edges: Floats) -> Floats:
        """Outage that hardening each edge saves, the others as they are."""
        total = np.zeros(len(edges))
        total[self.edges] = self._importance(edges).worth * (self.hard - edges)[self.edges]
        return np.maximum(total, 0.0)

    def groups(self, chance: float) -> list[Group]:
        """What edges gain at most, by block, all others being hardened; times the chance of the event."""
        now, hard = self.now[self.edges], self.hard[self.edges]
        best = self._importance(self.hard)
        worst = self._importance(self.now, best.holds)
        found = []
        touched = np.flatnonzero((hard > now) & (best.number >= 0))
        for number in np.unique(best.number[touched]).tolist():
            own = touched[best.number[touched] == number]
            block = np.flatnonzero(best.number == number).astype(np.int32)
            raw = best.most[own] * (hard - now)[own]
            if not (best.exact and worst.exact):
                of_set, each = np.zeros(0), raw
                cap = float(each.sum())
            elif len(own) <= MOST_TRIED:
                of_set = best.entry_up[own[0]] * self._tried(best, block, own)
                each, cap = np.zeros(len(own)), float(of_set[-1])
            else:
                cap = float((best.entry_up * (best.block - worst.block))[own[0]])
                alone = best.block - worst.block + (1.0 - hard) * best.slope + now * worst.slope
                of_set, each = np.zeros(0), np.minimum((best.entry_up * alone * (hard - now))[own], raw)
            found.append(Group(self.edges[own], chance * of_set, chance * cap, chance * each))
        return found

    def _tried(self, best: Importance, block: Ints, own: Ints) -> Floats:
        """What every set of a block's edges gains, given the block's entry: float64[2^own]."""
        now, hard = self.now[self.edges], self.hard[self.edges]
        if len(block) == 1:
            return np.array([0.0, float((best.slope * (hard - now))[own[0]])])
        node, place = np.unique(np.concatenate([self.start[block], self.end[block]]), return_inverse=True)
        one, other = place[: len(block)].astype(np.int32), place[len(block) :].astype(np.int32)
        entry = int(best.entry[own[0]])
        feeds = np.flatnonzero(np.isin(node, self.sources if entry == self.count else [entry])).astype(np.int32)
        up_node = np.where(node == entry, 1.0, self.up_node[node])
        held = np.where(node == entry, 0.0, best.holds[node])
        bit = np.full(len(block), -1)
        bit[np.searchsorted(block, own)] = np.arange(len(own))
        gains = []
        for chosen in range(2 ** len(own)):
            taken = (bit >= 0) & ((chosen >> np.maximum(bit, 0)) & 1 > 0)
            edges = np.where(taken, hard[block], now[block])
            found = find_availability(len(node), one, other, feeds, edges, up_node)
            gains.append(float(found.least @ held))
        return np.array(gains) - gains[0]

"""What hardening edges buys: a frontier of money against expected outage, with a bound at every budget.

In every event edges and nodes fail independently; hardening an edge raises its chance to stay up. Where edges are
bridges, hardening one helps the more the more others are hardened (the chance that a way stays up is a product), so no
set gains more than the sum of what each of its edges gains when all others are hardened. A knapsack's relaxation over
those gains bounds every set of any cost from above. Edges on rings are not offered; the bound counts them by what they
could bring at most: as if everything behind their ring hung on them alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from karez.kernels import cuts
from karez.kernels.csr import slots
from karez.solving.availability import find_availability

Ints = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float64]


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
        Outage that hardening each edge alone saves; 0 on rings.
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
    tree = _Tree(nodes, start, end, sources)

    def state(edges: Floats, *, upper: bool = False) -> tuple[Floats, Floats]:
        """Chances of nodes in every event, and expected weight cut off."""
        ups = []
        for event in range(len(chance)):
            found = find_availability(nodes, start, end, sources, edges[event], up_node[event])
            ups.append(found.most if upper else found.least)
        up = np.array(ups).reshape(len(chance), nodes)
        return up, ((1.0 - up) * weight * tree.fed).sum(axis=1)

    up, by_event = state(up_edge)
    before = float(chance @ by_event)
    best_up, _ = state(hard_edge, upper=True)
    _, after = state(hard_edge)
    ceiling = tree.most_gains(chance, up_edge, hard_edge, best_up, weight)
    alone = tree.gains(chance, up_edge, hard_edge, up, weight)
    offered = np.flatnonzero((alone > 0) & (cost > 0))
    order, edges, gains = list[int](), up_edge.copy(), alone
    points = [(0, 0.0, before)]
    whole = float(cost[offered].sum())
    left = set(offered.tolist())
    spent = 0.0
    while left:
        ranked = sorted(left, key=lambda e: (-gains[e] / cost[e], e))
        aim = spent + whole / steps
        for e in ranked:
            order.append(e)
            left.discard(e)
            edges[:, e] = hard_edge[:, e]
            spent += float(cost[e])
            if spent >= aim:
                break
        up, now = state(edges)
        gains = tree.gains(chance, edges, hard_edge, up, weight)
        points.append((len(order), spent, float(chance @ now)))
    count, money, outage = (np.array(column) for column in zip(*points, strict=True))
    floor, _ = state(up_edge, upper=True)
    least_before = float(chance @ ((1.0 - floor) * weight * tree.fed).sum(axis=1))
    bound = np.maximum(least_before - _knapsack(ceiling, cost, money), 0.0)
    bound = np.maximum(bound, float(chance @ ((1.0 - best_up) * weight * tree.fed).sum(axis=1)))
    return Hardening(
        np.array(order, np.int32),
        count.astype(np.int32),
        money,
        outage,
        np.minimum(bound, outage),
        alone,
        by_event,
        float(chance @ after),
    )


class _Tree:
    """Search tree of the network, for sums over what hangs on an edge."""

    def __init__(self, nodes: int, start: Ints, end: Ints, sources: Ints) -> None:
        feeds = np.unique(sources).astype(np.int32)
        tail = np.concatenate([start, np.full(len(feeds), nodes)]).astype(np.int32)
        head = np.concatenate([end, feeds]).astype(np.int32)
        begin, neighbour, edge, _, _ = slots(nodes + 1, tail, head, np.zeros(len(tail), np.int64))
        found = cuts.search(begin, neighbour, edge, len(tail), nodes)
        self.order, self.parent, via, pre, low, block, _ = found
        self.fed = pre[:nodes] >= 0
        self.nodes, self.edges = nodes, len(start)
        below = self.order[1:]
        self.lower = np.full(len(tail), -1, np.int32)
        self.lower[via[below]] = below
        bridge = np.zeros(len(tail), bool)
        bridge[via[below]] = low[below] == pre[below]
        self.bridge, self.lower = bridge[: len(start)], self.lower[: len(start)]
        # The first node met of a block below its entry: all that passes the block hangs on it.
        top = np.full(max(int(block.max(initial=-1)) + 1, 1), -1, np.int32)
        for v in below[::-1]:
            top[block[via[v]]] = v
        self.top = np.where(block[: len(start)] >= 0, top[block[: len(start)]], -1)

    def _hanging(self, value: Floats) -> Floats:
        return np.asarray(cuts.hanging(self.order, self.parent, np.append(value, 0.0)[:, None])[:, 0])

    def gains(self, chance: Floats, now: Floats, hard: Floats, up: Floats, weight: Floats) -> Floats:
        """Outage that hardening each bridge saves, others as they are."""
        total = np.zeros(self.edges)
        for event, p in enumerate(chance):
            behind = self._hanging(up[event] * weight)[self.lower]
            total += p * behind * (hard[event] / np.maximum(now[event], 1e-300) - 1.0)
        return np.where(self.bridge, total, 0.0)

    def most_gains(self, chance: Floats, now: Floats, hard: Floats, up: Floats, weight: Floats) -> Floats:
        """Most outage that hardening each edge can save, whatever else is hardened."""
        total = np.zeros(self.edges)
        everything = self._hanging(weight * self.fed)
        for event, p in enumerate(chance):
            behind = self._hanging(up[event] * weight)[self.lower]
            on_bridge = behind * (1.0 - now[event] / np.maximum(hard[event], 1e-300))
            on_ring = everything[self.top] * (hard[event] - now[event])
            total += p * np.where(self.bridge, on_bridge, np.where(self.top >= 0, on_ring, 0.0))
        return np.maximum(total, 0.0)


def _knapsack(gain: Floats, cost: Floats, money: Floats) -> Floats:
    """Relaxed knapsack: most gain for each sum of money; what costs nothing is had for nothing."""
    free = float(gain[cost <= 0].sum())
    rows = np.flatnonzero((gain > 0) & (cost > 0))
    rows = rows[np.argsort(-gain[rows] / cost[rows], kind="stable")]
    price = np.concatenate([[0.0], np.cumsum(cost[rows])])
    worth = np.concatenate([[0.0], np.cumsum(gain[rows])])
    return np.asarray(free + np.interp(money, price, worth))

"""What is found where customers choose: answers for every budget, what bounds them, who takes what in which turn."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt

from karez.kernels.menus import improve_in_turn
from karez.solving.certified import Case, Ints, Longs
from karez.solving.offers import Menus
from karez.solving.rooms import Rooms


@dataclass(frozen=True)
class Price:
    """What is proven with one multiplier.

    Parameters
    ----------
    prize, cost : int
        Numerator N and denominator D of λ, the money a unit of worth may cost.
    bound : int
        Every choice of network and offers has D · cost − N · worth ≥ this.
    case : Case
        The moats that replay to the network's part of it, on the graph with D times its costs and with the prizes of
        :meth:`Menus.priced`.
    """

    prize: int
    cost: int
    bound: int
    case: Case

    @property
    def ratio(self) -> float:
        """Money spent for a unit of worth."""
        return self.prize / self.cost

    def most(self, budget: Longs) -> Longs:
        """Most worth that can be had with each budget: int64[…]."""
        answer: Longs = (self.cost * budget - self.bound) // self.prize
        return answer


@dataclass(frozen=True)
class MenuFrontier:
    """Answers for every budget, and a bound for every budget.

    Parameters
    ----------
    cost, worth : int64[points]
        The staircase, both ascending. It begins with nothing at no cost, or with what is to be had for nothing.
    most : int
        Worth of every customer's best offer.
    prices : tuple[Price, ...]
        What the bound rests on, least λ first.
    network, taken : int32[points]
        Each point's answer: which of `networks`, and how many improvements of the offers are taken with it.
    networks : tuple[int32[…], ...]
        Edges of trees with the root.
    menus : Menus
        What was chosen from.
    root : int
        Node the network hangs on.
    seconds : float
        Time spent.
    trace : tuple of (float, float)
        Seconds and gap after each batch of multipliers.
    """

    cost: Longs
    worth: Longs
    most: int
    prices: tuple[Price, ...]
    network: Ints
    taken: Ints
    networks: tuple[Ints, ...]
    menus: Menus
    root: int
    seconds: float
    trace: tuple[tuple[float, float], ...]
    _turns: Turns = field(repr=False)
    _ends: tuple[Ints, Ints] = field(repr=False)
    rooms: Rooms | None = field(default=None, repr=False)

    def point_at(self, budget: int) -> int:
        """The best point of the staircase that costs this much at most."""
        if budget < 0:
            raise ValueError("a budget is not negative")
        return int(np.searchsorted(self.cost, budget, side="right") - 1)

    def bounds(self, budget: Longs) -> Longs:
        """No choice of at most these costs is worth more: int64[…]."""
        bounds = np.full(budget.shape, self.most, np.int64)
        for price in self.prices:
            np.minimum(bounds, price.most(budget), out=bounds)
        return bounds

    def binding(self, budget: Longs) -> Ints:
        """Which of the prices bounds each budget; −1 where all that there is bounds it: int32[…]."""
        best = np.full(budget.shape, self.most, np.int64)
        which = np.full(budget.shape, -1, np.int32)
        for number, price in enumerate(self.prices):
            least = price.most(budget)
            which[least < best] = number
            np.minimum(best, least, out=best)
        return which

    @cached_property
    def gaps(self) -> npt.NDArray[np.float64]:
        """Gap just before the next point is affordable, in hundredths of all worth: float64[points]."""
        ends = np.append(self.cost[1:] - 1, self.cost[-1])
        return np.asarray(100.0 * (self.bounds(ends) - self.worth) / max(1, self.most), np.float64)

    @property
    def gap(self) -> float:
        """The largest gap of all budgets, in points."""
        return float(self.gaps.max())

    def edges(self, point: int) -> Ints:
        """Edges of a point's tree, ascending; where edges carry only so much, of all that there are."""
        return self.networks[int(self.network[point])]

    def offers(self, point: int) -> Longs:
        """Offer that each customer takes at a point, −1 for none: int64[customers]."""
        edges, count = self.edges(point), int(self.taken[point])
        if self.rooms is not None:
            taken = self.rooms.taken(self.menus, edges, self.root)[:count]
            offers = np.full(self.menus.customers, -1, np.int64)
            offers[self.menus.customer[taken]] = taken
            return offers
        tail, head = self._ends
        reached = np.unique(np.concatenate([np.array([self.root], np.int32), tail[edges], head[edges]]))
        return self._turns.taken(self.menus, reached, count)


@dataclass(frozen=True)
class Turns:
    """Improvements of offers, most worth for their cost first, of customers with the network and of those without.

    ``offer`` and ``before`` are numbers of offers; ``reached`` says for which of the two cases the improvement is.
    """

    customer: Ints
    reached: npt.NDArray[np.bool_]
    offer: Longs
    cost: Longs
    worth: Longs

    @classmethod
    def of(cls, menus: Menus) -> Turns:
        """Lay out the improvements."""
        with_it, without = (_improvements(menus, linked) for linked in (True, False))
        offer = np.concatenate([with_it[0], without[0]])
        ratio = np.concatenate([with_it[3], without[3]])
        order = np.argsort(-ratio, kind="stable")
        case = np.repeat([True, False], [with_it[0].size, without[0].size])
        cost, worth = (np.concatenate([with_it[k], without[k]])[order] for k in (1, 2))
        return cls(menus.customer[offer[order]], case[order], offer[order], cost, worth)

    def allowed(self, menus: Menus, reached: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
        """Improvements there are where the network reaches these nodes; `reached` has one entry more, for none."""
        return np.asarray(reached[menus.node[self.customer]] == self.reached)

    def taken(self, menus: Menus, nodes: Ints, count: int) -> Longs:
        """Offers after the first `count` improvements, where the network reaches these nodes."""
        reached = np.zeros(max(int(menus.node.max(initial=-1)), int(nodes.max(initial=-1))) + 2, bool)
        reached[nodes] = True
        first = np.flatnonzero(self.allowed(menus, reached))[:count]
        offers = np.full(menus.customers, -1, np.int64)
        offers[self.customer[first]] = self.offer[first]
        return offers


def _improvements(menus: Menus, linked: bool) -> tuple[Longs, Longs, Longs, npt.NDArray[np.float64]]:
    """Offers on the hull of each customer, what they add in cost and worth, and their ratio."""
    there = np.flatnonzero(menus.offered() if linked else ~menus.linked)
    there = there[np.lexsort((-menus.worth[there], menus.cost[there], menus.customer[there]))]
    start = np.searchsorted(menus.customer[there], np.arange(menus.customers + 1)).astype(np.int64)
    cost, worth = menus.cost[there], menus.worth[there]
    before, ratio = improve_in_turn(start, cost, worth)
    kept = np.flatnonzero(before > -2)
    at = before[kept]
    more = cost[kept] - np.where(at >= 0, cost[at], 0)
    better = worth[kept] - np.where(at >= 0, worth[at], 0)
    return there[kept], more, better, ratio[kept]

"""The problem of places and customers, frozen and laid out by customer and by place."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from karez.errors import KarezError
from karez.kernels.siting import most
from karez.solving.graph import LARGEST_SUM, Overflow

Ints = npt.NDArray[np.int32]
Longs = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

MUST = -1
"""Cost of leaving a customer unserved that must be served."""


class Unservable(KarezError):
    """Customers that must be served have no place that may serve them, or all places together lack room.

    ``customers`` holds the former; none for the latter.
    """

    def __init__(self, customers: Ints) -> None:
        self.customers = customers
        if customers.size:
            shown = ", ".join(str(one) for one in customers[:20])
            more = f" and {customers.size - 20} more" if customers.size > 20 else ""
            said = f"{customers.size} customers have no place that may serve them: {shown}{more}"
        else:
            said = "no choice of places was found that serves every customer within capacities and budget"
        super().__init__(said)


@dataclass(frozen=True)
class Siting:
    """Open places, serve customers from them or leave them unserved; each has its cost, and the least is sought.

    Every customer is served by one place, or by none. All numbers are whole and not negative.

    Parameters
    ----------
    fixed : int64[places]
        Cost of opening each place.
    start : int64[customers + 1]
        Pairs of customer i are ``start[i]`` … ``start[i + 1] − 1``, cheapest first, then by place.
    place : int32[pairs]
        Place of each pair; no pair stands twice.
    cost : int64[pairs]
        Cost of serving the customer from the place.
    use : int64[pairs]
        What of the place's capacity that takes.
    capacity : int64[places]
        Most use of each place.
    leave : int64[customers]
        Cost of leaving each customer unserved; ``MUST``: it may not be.
    weight : int64[customers]
        Weight of each customer.
    spare : int
        Weight that may be left unserved together; −1: any. Where it is not −1, leaving costs nothing else.
    charge : int64[places]
        What opening a place takes of the budget.
    budget : int
        Most charge of opened places together; −1: any.
    """

    fixed: Longs
    start: Longs
    place: Ints
    cost: Longs
    use: Longs
    capacity: Longs
    leave: Longs
    weight: Longs
    spare: int
    charge: Longs
    budget: int

    @classmethod
    def of(
        cls,
        fixed: npt.ArrayLike,
        customers: int,
        customer: npt.ArrayLike,
        place: npt.ArrayLike,
        *,
        cost: npt.ArrayLike = 0,
        use: npt.ArrayLike = 0,
        capacity: npt.ArrayLike | None = None,
        leave: npt.ArrayLike = MUST,
        weight: npt.ArrayLike = 0,
        spare: int = -1,
        charge: npt.ArrayLike = 0,
        budget: int = -1,
    ) -> Siting:
        """Lay out pairs given in any order; scalars stand for all.

        Raises
        ------
        ValueError
            A number is negative or of the wrong length, or a pair stands twice.
        Overflow
            Costs are too large to be added up.
        Unservable
            A customer that must be served has no pair.
        """
        opening = np.array(fixed, np.int64)
        who, where = np.asarray(customer, np.int64), np.asarray(place, np.int64)
        pairs, places = len(who), len(opening)
        order = np.lexsort([where, _spread(cost, pairs), who])
        problem = cls(
            fixed=opening,
            start=np.searchsorted(who[order], np.arange(customers + 1)).astype(np.int64),
            place=where[order].astype(np.int32),
            cost=_spread(cost, pairs)[order],
            use=_spread(use, pairs)[order],
            capacity=_spread(LARGEST_SUM if capacity is None else capacity, places),
            leave=_spread(leave, customers),
            weight=_spread(weight, customers),
            spare=int(spare),
            charge=_spread(charge, places),
            budget=int(budget),
        )
        problem._check(who, where)
        return problem

    def _check(self, who: Longs, where: Longs) -> None:
        wrong = (who < 0) | (who >= self.customers) | (where < 0) | (where >= self.places)
        if wrong.any() or len(np.unique(who * max(self.places, 1) + where)) < len(who):
            raise ValueError("a pair names what is not there, or stands twice")
        parts = (self.fixed, self.cost, self.use, self.capacity, self.weight, self.charge, self.leave - MUST)
        if any((part < 0).any() for part in parts):
            raise ValueError("costs, uses, capacities, weights and charges are not negative")
        if self.spare >= 0 and (self.leave != 0).any():
            raise ValueError("with a weight that may be left, leaving costs nothing else")
        if self.largest >= LARGEST_SUM >> 4 or float(self.weight.sum(dtype=np.float64)) >= LARGEST_SUM >> 4:
            raise Overflow("costs of places and customers are too large to be added up exactly in 64 bits")
        alone = np.flatnonzero((self.leave == MUST) & (np.diff(self.start) == 0))
        if alone.size:
            raise Unservable(alone.astype(np.int32))

    @property
    def customers(self) -> int:
        """Number of customers."""
        return len(self.leave)

    @property
    def places(self) -> int:
        """Number of places."""
        return len(self.fixed)

    @cached_property
    def customer(self) -> Ints:
        """Customer of each pair: int32[pairs]."""
        return np.repeat(np.arange(self.customers, dtype=np.int32), np.diff(self.start))

    @cached_property
    def place_pair(self) -> Longs:
        """Pairs by place: int64[pairs]."""
        return np.argsort(self.place, kind="stable").astype(np.int64)

    @cached_property
    def place_start(self) -> Longs:
        """Pairs of place j are ``place_pair[place_start[j]]`` … : int64[places + 1]."""
        return np.append(0, np.cumsum(np.bincount(self.place, minlength=self.places))).astype(np.int64)

    @cached_property
    def largest(self) -> float:
        """More than any answer can cost."""
        dearest = np.zeros(self.customers)
        np.maximum.at(dearest, self.customer, self.cost.astype(np.float64))
        return float(self.fixed.sum(dtype=np.float64) + np.maximum(dearest, self.leave).sum()) + 1.0

    @cached_property
    def need(self) -> int:
        """Use that no answer can do without: the least of those who must be served, or of weight enough."""
        if not len(self.place):
            return 0
        smallest = np.full(self.customers, np.iinfo(np.int64).max)
        np.minimum.at(smallest, self.customer, self.use)
        if self.spare < 0:
            return int(smallest[self.leave == MUST].sum())
        there = smallest < np.iinfo(np.int64).max
        use, weight = np.where(there, smallest, 0), self.weight
        room = self.spare - int(weight[~there].sum())
        if room < 0:
            return int(use.sum())
        return int(use.sum()) - int(most(use[there], weight[there], np.int64(room)))

    @cached_property
    def grain(self) -> int:
        """Every answer costs a multiple of this."""
        leave = self.leave[self.leave > 0]
        return max(1, int(np.gcd.reduce(np.concatenate([self.fixed, self.cost, leave]))))

    @cached_property
    def limited(self) -> bool:
        """Whether the capacity of any place may be reached."""
        total = np.zeros(self.places)
        np.add.at(total, self.place, self.use.astype(np.float64))
        return bool((total > self.capacity).any())

    def value(self, opened: Bools, at: Longs) -> int:
        """Cost of an answer: what is opened, and the pair at which each customer is served (−1: none)."""
        served = at >= 0
        return int(self.fixed[opened].sum() + self.cost[at[served]].sum() + self.leave[~served].sum())


def _spread(values: npt.ArrayLike, size: int) -> Longs:
    return np.array(np.broadcast_to(np.asarray(values, np.int64), (size,)))

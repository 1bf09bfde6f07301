"""What every budget can cover: trees from below, multipliers from above."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from karez.solving.certified import Case, Ints, Longs
from karez.solving.graph import LARGEST_SUM


@dataclass(frozen=True)
class Multiplier:
    """What is proven with one multiplier.

    Parameters
    ----------
    prize, cost : int
        Numerator N and denominator D of λ: prizes are taken N times, costs D times.
    bound : int
        Every tree with the root has D · cost + N · prize left out ≥ this.
    case : Case
        The moats that replay to the bound, on the graph with D times its costs and N times the prizes.
    way, within : int64[…]
        Distances from the root in what the replay leaves of the arcs' costs at which there are prizes, ascending from
        0, and the prizes up to each.
    """

    prize: int
    cost: int
    bound: int
    case: Case
    way: Longs
    within: Longs

    @property
    def ratio(self) -> float:
        """Money spent for a unit of prize."""
        return self.prize / self.cost

    def most(self, budget: Longs, total: int) -> Longs:
        """Most prize that can be covered with each budget, of all there is: int64[…]."""
        room = self.cost * budget + (self.prize * total - self.bound)
        # Covering all within a way takes that much room; the first that does not fit may be covered in part.
        place = np.searchsorted(self.prize * self.within + self.way, room, side="right")
        part = (room - self.way[np.minimum(place, self.way.size - 1)]) // self.prize
        most: Longs = np.where(place > 0, self.within[np.maximum(place - 1, 0)], np.int64(0))
        return np.where(place < self.way.size, np.maximum(most, part), most)


@dataclass(frozen=True)
class Frontier:
    """Trees for every budget, and a bound for every budget.

    Parameters
    ----------
    cost, covered : int64[points]
        The staircase, both ascending: prize covered by a tree of that cost. It begins with the root alone.
    total : int
        All prizes.
    near_cost, near_prize : int64[…]
        Distances from the root at which there are prizes, ascending from 0, and the prizes up to each.
    multipliers : tuple[Multiplier, ...]
        What else the bound rests on, least λ first.
    family, length : int32[points]
        Each point's tree: the first `length` edges of that family.
    families : tuple[int32[…], ...]
        Edges of trees, each in an order whose every beginning is a tree with the root.
    seconds : float
        Time spent.
    trace : tuple of (float, float)
        Seconds and gap after each batch of multipliers. The only figures, with `seconds`, that differ between equal
        runs without a time limit are the seconds.
    """

    cost: Longs
    covered: Longs
    total: int
    near_cost: Longs
    near_prize: Longs
    multipliers: tuple[Multiplier, ...]
    family: Ints
    length: Ints
    families: tuple[Ints, ...]
    seconds: float
    trace: tuple[tuple[float, float], ...]

    def covered_at(self, budget: int) -> int:
        """Prize that the best tree found of at most this cost covers."""
        if budget < 0:
            raise ValueError("a budget is not negative")
        return int(self.covered[np.searchsorted(self.cost, budget, side="right") - 1])

    def bound_at(self, budget: int) -> int:
        """No tree of at most this cost covers more prize."""
        if budget < 0:
            raise ValueError("a budget is not negative")
        # Larger budgets would overflow, and are no better: no tree costs that much.
        largest = LARGEST_SUM // max((multiplier.cost for multiplier in self.multipliers), default=1) - 1
        return int(self._bounds(np.array([min(budget, largest)]))[0])

    def gap_at(self, budget: int) -> float:
        """Points between what is covered and what could be: hundredths of all prizes."""
        return 100.0 * (self.bound_at(budget) - self.covered_at(budget)) / max(1, self.total)

    @cached_property
    def gap(self) -> float:
        """The largest gap of all budgets, in points."""
        return float(self.gaps.max()) if self.total else 0.0

    @cached_property
    def gaps(self) -> npt.NDArray[np.float64]:
        """Gap just before the next point of the staircase is affordable, in points: float64[points]."""
        ends = np.append(self.cost[1:] - 1, self.cost[-1])
        bounds = self._bounds(ends)
        if not self._whole:
            bounds[-1] = self.reachable
        return 100.0 * (bounds - self.covered) / max(1, self.total)

    def tree(self, point: int) -> Ints:
        """Edges of a point's tree, ascending; none for the root alone."""
        return np.sort(self.families[self.family[point]][: self.length[point]])

    @property
    def reachable(self) -> int:
        """Prizes of the nodes that hang together with the root."""
        return int(self.near_prize[-1])

    @property
    def _whole(self) -> bool:
        return int(self.covered[-1]) == self.reachable

    def _bounds(self, budget: Longs) -> Longs:
        bounds = self.near_prize[np.searchsorted(self.near_cost, budget, side="right") - 1]
        for multiplier in self.multipliers:
            np.minimum(bounds, multiplier.most(budget, self.total), out=bounds)
        return bounds

"""What no choice of edges to harden can gain more than, at every sum of money.

Gains fall into groups, an event's edges in one block each; what a group gains is known for every set of its edges, or,
where these are too many, capped by what all of them gain and by the sum of what each can gain at most. A linear
programme chooses a set for each group and pays every edge once (a relaxed knapsack). The bound is added up from its
prices, so it holds however exactly the programme was solved.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import linprog
from scipy.sparse import csr_array

Ints = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Group:
    """Edges whose gains hang on one another.

    Parameters
    ----------
    edges : int32[k]
        The edges.
    of_set : float64[2^k]
        Gain of every set of them, edge j standing for the bit 2^j; empty where they are too many.
    cap : float
        Gain of all of them.
    each : float64[k]
        Most gain of each, whatever the others.
    """

    edges: Ints
    of_set: Floats
    cap: float
    each: Floats


def most_gain(groups: Sequence[Group], cost: Floats, money: Floats) -> Floats:
    """Most that any set of edges gains for each sum of money: float64[sums].

    Parameters
    ----------
    groups : Sequence[Group]
        What edges gain.
    cost : float64[m]
        Cost of every edge of the network; those of no cost are had at once.
    money : float64[sums]
        What may be spent.
    """
    if not groups:
        return np.zeros(len(money))
    posed = _Posed(groups, np.maximum(cost, 0.0))
    return np.array([posed.bound(float(sum_)) for sum_ in money])


class _Posed:
    """The programme: shares of edges, then shares of sets or the gain of each group."""

    def __init__(self, groups: Sequence[Group], cost: Floats) -> None:
        self.groups = groups
        self.used = np.unique(np.concatenate([group.edges for group in groups]))
        self.cost = cost[self.used]
        self.scale = max((group.cap for group in groups), default=1.0) or 1.0
        self.bits = [_bits(len(group.edges)) if len(group.of_set) else None for group in groups]
        column, rows = len(self.used), list[tuple[int, int, float]]()
        gain: list[float] = [0.0] * column
        top: list[float] = [1.0] * column
        self.first: list[int] = []
        row = 1
        for group, bits in zip(groups, self.bits, strict=True):
            place = np.searchsorted(self.used, group.edges).tolist()
            self.first.append(row)
            if bits is None:
                rows += [
                    (row, column, 1.0),
                    *((row, e, -float(g)) for e, g in zip(place, group.each / self.scale, strict=True)),
                ]
                gain, top = [*gain, 1.0], [*top, group.cap / self.scale]
                row, column = row + 1, column + 1
                continue
            sets = np.arange(1, len(group.of_set))
            for j, e in enumerate(place):
                rows += [(row + j, column + int(s) - 1, 1.0) for s in sets[bits[1:, j]]]
                rows.append((row + j, e, -1.0))
            row += len(place)
            rows += [(row, column + int(s) - 1, 1.0) for s in sets]
            gain += (group.of_set[1:] / self.scale).tolist()
            top += [1.0] * len(sets)
            row, column = row + 1, column + len(sets)
        rows += [(0, e, float(c)) for e, c in enumerate(self.cost.tolist())]
        at = np.array([(r, c) for r, c, _ in rows]).T
        self.matrix = csr_array((np.array([v for _, _, v in rows]), at), shape=(row, column))
        self.limit = np.zeros(row)
        for group, bits, first in zip(groups, self.bits, self.first, strict=True):
            if bits is not None:
                self.limit[first + len(group.edges)] = 1.0
        self.gain, self.top = np.array(gain), np.array(top)

    def bound(self, money: float) -> float:
        """What the prices of the programme at a sum of money prove."""
        limit = self.limit.copy()
        limit[0] = money
        answer = linprog(
            -self.gain, A_ub=self.matrix, b_ub=limit, bounds=np.column_stack([0 * self.top, self.top]), method="highs"
        )
        price = np.zeros(len(limit)) if answer.ineqlin is None else np.maximum(-answer.ineqlin.marginals, 0.0)
        return self._proven(price, money) * self.scale

    def _proven(self, price: Floats, money: float) -> float:
        """Any prices that are not negative prove a bound: of money, of an edge in a group, of a group's sum."""
        worth = np.zeros(len(self.used))
        total = float(price[0]) * money
        for group, bits, first in zip(self.groups, self.bits, self.first, strict=True):
            place = np.searchsorted(self.used, group.edges)
            if bits is None:
                share = min(float(price[first]), 1.0)
                worth[place] += share * group.each / self.scale
                total += (1.0 - share) * group.cap / self.scale
            else:
                own = price[first : first + len(place)]
                worth[place] += own
                total += float((group.of_set / self.scale - bits @ own).max())
        return total + float(np.maximum(worth - price[0] * self.cost, 0.0).sum())


def _bits(count: int) -> npt.NDArray[np.bool_]:
    """Which edges are in every set: bool[2^count, count]."""
    return np.asarray((np.arange(2**count)[:, None] >> np.arange(count)) & 1, bool)

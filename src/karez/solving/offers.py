"""What customers are offered: over the network, or without it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from karez.solving.certified import Ints, Longs
from karez.solving.graph import exact_sum

Number = TypeVar("Number", np.int64, np.float64)


@dataclass(frozen=True)
class Menus:
    """What customers are offered.

    Parameters
    ----------
    node : int32[customers]
        Node at which the network would serve the customer; −1 where it cannot.
    customer : int32[offers]
        Whose offer it is.
    linked : bool[offers]
        Whether the offer needs the network at the customer's node.
    cost, worth : int64[offers]
        What the offer costs besides the network, and what it is worth; not negative.
    """

    node: Ints
    customer: Ints
    linked: npt.NDArray[np.bool_]
    cost: Longs
    worth: Longs

    @property
    def customers(self) -> int:
        """Number of customers."""
        return int(self.node.size)

    def offered(self) -> npt.NDArray[np.bool_]:
        """Offers that could be had at all: bool[offers]."""
        return ~self.linked | (self.node[self.customer] >= 0)

    @cached_property
    def most(self) -> int:
        """Worth of the best offer of every customer together."""
        best = np.zeros(self.customers, np.int64)
        offered = self.offered()
        np.maximum.at(best, self.customer[offered], self.worth[offered])
        return exact_sum(best)

    def priced(self, prize: int, cost: int, nodes: int) -> tuple[int, Longs]:
        """Least of D · cost − N · worth without the network, all customers together, and the prizes of the nodes."""
        value = cost * self.cost - prize * self.worth
        return int(self._without(value).sum()), self.saved(value, nodes, self.offered())

    def saved(self, value: npt.NDArray[Number], nodes: int, offered: npt.NDArray[np.bool_]) -> npt.NDArray[Number]:
        """What the network saves at every node where offers come at these values, and some of them at all: [nodes]."""
        without = self._without(value)
        least = without.copy()
        with_it = self.linked & offered
        np.minimum.at(least, self.customer[with_it], value[with_it])
        there = self.node >= 0
        prizes = np.zeros(nodes, value.dtype)
        np.add.at(prizes, self.node[there], (without - least)[there])
        return prizes

    def _without(self, value: npt.NDArray[Number]) -> npt.NDArray[Number]:
        """Least value of every customer without the network: [customers]."""
        without = np.zeros(self.customers, value.dtype)
        alone = ~self.linked
        np.minimum.at(without, self.customer[alone], value[alone])
        return without

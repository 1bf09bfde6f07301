"""The graph every solver works on: undirected, frozen, in compressed rows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from karez.errors import KarezError
from karez.kernels.csr import reach, slots

Ints = npt.NDArray[np.int32]
Longs = npt.NDArray[np.int64]

LARGEST_SUM = 1 << 62
"""Costs and prizes of one problem add up to less than this, so that no sum can overflow."""


class Overflow(KarezError):
    """Costs and prizes are too large to be added up exactly in 64 bits."""


class Disconnected(KarezError):
    """Nodes that must be connected are not. ``nodes`` holds those that do not hang together with the others."""

    def __init__(self, nodes: Ints) -> None:
        self.nodes = nodes
        shown = ", ".join(str(node) for node in nodes[:20])
        more = f" and {nodes.size - 20} more" if nodes.size > 20 else ""
        super().__init__(f"{nodes.size} nodes that must be connected cannot be: {shown}{more}")


@dataclass(frozen=True)
class Graph:
    """An undirected graph; parallel edges, self-loops and zero costs are allowed.

    Parameters
    ----------
    n : int
        Number of nodes, numbered from 0.
    tail, head : int32[m]
        Ends of each edge.
    cost : int64[m]
        Cost of each edge, not negative.
    start : int32[n + 1]
        The slots of node v are ``start[v]`` … ``start[v + 1] − 1``. Each edge but a self-loop has a slot at either end.
    neighbour, edge, twin : int32[slots]
        Other end, edge, and the slot of the same edge at the other end.
    slot_cost : int64[slots]
        Cost of the slot's edge.
    """

    n: int
    tail: Ints
    head: Ints
    cost: Longs
    start: Ints
    neighbour: Ints
    edge: Ints
    twin: Ints
    slot_cost: Longs

    @classmethod
    def from_edges(cls, n: int, tail: npt.ArrayLike, head: npt.ArrayLike, cost: npt.ArrayLike) -> Graph:
        """Build the graph from its edges.

        Parameters
        ----------
        n : int
            Number of nodes.
        tail, head : array_like of int, shape (m,)
            Ends of each edge, 0 … n − 1.
        cost : array_like of int, shape (m,)
            Cost of each edge, not negative.

        Raises
        ------
        ValueError
            If an end is no node, a cost is negative, or shapes differ.
        Overflow
            If the costs add up to 2⁶² or more.

        Examples
        --------
        >>> Graph.from_edges(3, [0, 1], [1, 2], [5, 7]).neighbour.tolist()
        [1, 0, 2, 1]
        """
        tails = frozen(np.array(tail, dtype=np.int32))
        heads = frozen(np.array(head, dtype=np.int32))
        costs = frozen(np.array(cost, dtype=np.int64))
        if not (tails.shape == heads.shape == costs.shape and tails.ndim == 1):
            raise ValueError("tail, head and cost must be of one length")
        if n < 1:
            raise ValueError("a graph has at least one node")
        if tails.size and (min(tails.min(), heads.min()) < 0 or max(tails.max(), heads.max()) >= n):
            raise ValueError(f"edges must end at nodes 0 to {n - 1}")
        if costs.size and costs.min() < 0:
            raise ValueError("edge costs must not be negative")
        refuse_overflow(costs)
        return cls(n, tails, heads, costs, *(frozen(array) for array in slots(n, tails, heads, costs)))

    @property
    def m(self) -> int:
        """Number of edges."""
        return int(self.tail.size)

    def scaled(self, times: int) -> Graph:
        """The graph with all costs so many times as high."""
        if times == 1:
            return self
        return replace(self, cost=frozen(self.cost * times), slot_cost=frozen(self.slot_cost * times))

    def priced(self, cost: Longs) -> Graph:
        """The graph with other costs: int64[m], not negative."""
        refuse_overflow(cost)
        return replace(self, cost=frozen(cost.copy()), slot_cost=frozen(cost[self.edge]))

    def reached(self, source: int) -> npt.NDArray[np.bool_]:
        """Nodes that hang together with `source`: bool[n]."""
        answer: npt.NDArray[np.bool_] = reach(self.start, self.neighbour, np.int32(source))
        return answer


def exact_sum(values: Longs) -> int:
    """Sum of non-negative 64-bit integers without overflow."""
    high = int((values >> np.int64(32)).sum(dtype=np.int64))
    low = int((values & np.int64(0xFFFFFFFF)).sum(dtype=np.int64))
    return (high << 32) + low


def refuse_overflow(*parts: Longs) -> None:
    """Raise :class:`Overflow` unless all values together stay below 2⁶²."""
    total = sum(exact_sum(part) for part in parts)
    if total >= LARGEST_SUM:
        raise Overflow(f"costs and prizes add up to {total}, which is more than 2^62 − 1; scale them down")


def frozen(array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """The array, not to be written any more: frozen and writable arrays are two types to the compiler."""
    array.flags.writeable = False
    return array

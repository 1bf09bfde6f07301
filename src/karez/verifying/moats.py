"""Moats grown again: the lower bound of the directed cut formulation, from its dual solution."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable
from dataclasses import dataclass

OVERDRAWN = "moats of the node add up to more than its prize"
REACHES_ROOT = "moat of the node reaches the root"


@dataclass
class Arcs:
    """A graph as arcs in both directions, each with its reduced cost.

    Parameters
    ----------
    into : list[dict[int, int]]
        For every node v: reduced cost of the cheapest arc (u → v), by u. Parallel edges are one arc: their reduced
        costs differ by a constant, and the cheapest alone settles distances. Self-loops are left out.
    root : int
        Node that every tree holds.
    """

    into: list[dict[int, int]]
    root: int

    @classmethod
    def of_edges(cls, n: int, edges: Iterable[tuple[int, int, int]], root: int) -> Arcs:
        """Arcs of a graph of `n` nodes, edges given as (end, end, cost), at their full costs."""
        both = ((tail, head, cost) for start, end, cost in edges for tail, head in ((start, end), (end, start)))
        return cls.directed(n, both, root)

    @classmethod
    def directed(cls, n: int, arcs: Iterable[tuple[int, int, int]], root: int) -> Arcs:
        """Arcs among `n` nodes, given as (from, to, cost)."""
        into: list[dict[int, int]] = [{} for _ in range(n)]
        for tail, head, cost in arcs:
            if tail != head:
                into[head][tail] = min(cost, into[head].get(tail, cost))
        return cls(into, root)

    def distances(self, node: int, radius: int) -> dict[int, int]:
        """Distance of every node to `node`, of those nearer than `radius`, by Dijkstra's algorithm."""
        settled: dict[int, int] = {}
        nearest = {node: 0}
        queue = [(0, node)] if radius > 0 else []
        while queue:
            distance, head = heapq.heappop(queue)
            if head in settled:
                continue
            settled[head] = distance
            for tail, cost in self.into[head].items():
                further = distance + cost
                if further < nearest.get(tail, radius):
                    nearest[tail] = further
                    heapq.heappush(queue, (further, tail))
        return settled

    def grow(self, node: int, radius: int) -> bool:
        """Grow a moat around `node`; False, and nothing done, if the root is nearer than `radius`."""
        distance = self.distances(node, radius)
        if self.root in distance:
            return False
        for head, d in distance.items():
            costs = self.into[head]
            for tail in costs:
                crossed = distance.get(tail, radius) - d
                if crossed > 0:
                    costs[tail] -= crossed
        return True

    def least(self) -> int:
        """Least reduced cost of all arcs; they only ever fall, so what is not negative at the end never was."""
        return min((cost for costs in self.into for cost in costs.values()), default=0)


def grow_all(
    arcs: Arcs,
    prizes: list[float],
    moats: Iterable[tuple[int, int]],
    told: Callable[[int], None] = lambda _: None,
) -> tuple[int, list[tuple[int, str]]]:
    """Grow moats in their order.

    Parameters
    ----------
    arcs : Arcs
        The graph; its reduced costs fall.
    prizes : list[float]
        What the moats of each node may add up to, infinite where it must be reached.
    moats : iterable of (int, int)
        Node and radius of each.
    told : callable, optional
        Told the place of each moat before it is grown.

    Returns
    -------
    gained : int
        Sum of the radii of the moats that are allowed; no tree that holds the root costs less, prizes of the nodes
        it leaves out included.
    refused : list of (int, str)
        Place and problem of every moat that is not allowed; it was not grown.

    Examples
    --------
    >>> grow_all(Arcs.of_edges(3, [(0, 1, 3), (1, 2, 4)], root=2), [5, 0, 0], [(0, 3), (0, 2), (0, 1)])
    (5, [(2, 'moats of the node add up to more than its prize')])
    """
    left = list(prizes)
    gained, refused = 0, []
    for place, (node, radius) in enumerate(moats):
        told(place)
        left[node] -= radius
        if radius < 0 or left[node] < 0:
            refused.append((place, OVERDRAWN))
        elif not arcs.grow(node, radius):
            refused.append((place, REACHES_ROOT))
        else:
            gained += radius
    return gained, refused

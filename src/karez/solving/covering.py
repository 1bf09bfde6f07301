"""Work on one multiplier: a bound for it, and trees that may be good for budgets near its best tree's cost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from karez.kernels.ascent import INF, OUT, TOP, ascend
from karez.kernels.local import voronoi
from karez.kernels.nested import nest
from karez.kernels.tree import evaluate, polish
from karez.solving.budgets import Multiplier
from karez.solving.certified import Case, Ints, Longs
from karez.solving.graph import Graph, exact_sum, frozen
from karez.solving.search import Clock, Search

FAVOUR = 4
"""How much less the edges of its own tree count when a multiplier is worked on again."""

HASTY_PASSES = 2
"""Passes of a descent at most, when a multiplier is worked on for the first time."""

RESUMED_FACTOR, RESUMED_PENALTY = 1.5, 4.0
"""How balls grow when an ascent goes on (:func:`karez.kernels.ascent.ascend`)."""

ASCENTS = (0, 1, 2, 3, 4)
"""Ways of ascent (:meth:`Search.ascent`) in the order in which a multiplier tries them."""


class Task(NamedTuple):
    """Work on a multiplier, with trees to start from."""

    prize: int
    cost: int
    turn: int
    seed: int
    trees: Sequence[Ints]
    after: tuple[Multiplier, Longs] | None
    """Multiplier from whose dual solution the ascent goes on, and what that left of the arcs' costs."""

    first: bool
    """Whether nothing is known yet."""


class Done(NamedTuple):
    """What came of it: the best tree and the build orders of all trees found."""

    task: Task
    multiplier: Multiplier
    reduced: Longs
    up: Ints
    found: Sequence[Ints]


class Recorder(Search):
    """A search that keeps every tree it comes across.

    Where it is `hasty` it goes down but a little: another multiplier proves more than a little better tree at one.
    """

    most_passes = 8
    hasty = False

    def __init__(self, graph: Graph, prize: Longs, root: int, seed: int, clock: Clock) -> None:
        super().__init__(graph, prize, root, seed, clock)
        self.found: list[Ints] = []

    def offer(self, up: Ints, value: int) -> None:
        """Keep the tree, and how it is best built."""
        super().offer(up, value)
        order = nest(self.graph.neighbour, self.graph.slot_cost, np.where(self.prize == INF, 0, self.prize), up)
        self.found.append(self.graph.edge[up[order[1:]]])

    def _descend(self, up: Ints) -> None:
        """Go down to a local optimum; or a little, where trees of neighbouring multipliers show what else pays."""
        if not self.hasty:
            super()._descend(up)
            return
        self._exchange(up)
        self.offer(up, int(evaluate(self.graph.slot_cost, self.prize, up)))

    def resume(self, reduced: Longs, node: Ints, radius: Longs) -> npt.NDArray[np.bool_]:
        """Go on with an ascent made for lower prizes: what it spent, it may spend here too.

        Parameters
        ----------
        reduced : int64[slots]
            What it left of the arcs' costs; lowered in place.
        node, radius : int32[moats], int64[moats]
            Its moats.

        Returns
        -------
        bool[n]
            Prized nodes that reached the root.
        """
        left = self.prize.copy()
        np.subtract.at(left, node, radius)
        rank = self.random.permutation(self.graph.n).astype(np.int32)
        nobody = np.full(self.graph.n, OUT, np.int32)
        left[self.root] = INF
        more, more_node, more_radius, connected = ascend(
            *self._net, reduced, np.int32(self.root), left, rank, RESUMED_FACTOR, nobody, RESUMED_PENALTY
        )
        self.node, self.radius = np.append(node, more_node), np.append(radius, more_radius)
        self.ascent_bound = int(more) + exact_sum(radius)
        self.raise_bound(self.ascent_bound)
        reached: npt.NDArray[np.bool_] = connected
        return reached


@dataclass(frozen=True)
class Covering:
    """What is to be covered, from where, until when.

    Parameters
    ----------
    graph : Graph
        The graph.
    prize : int64[n]
        What covering a node is worth.
    root : int
        Node all trees hang on.
    clock : Clock
        When to stop.
    """

    graph: Graph
    prize: Longs
    root: int
    clock: Clock

    @cached_property
    def reached(self) -> npt.NDArray[np.bool_]:
        """Nodes that hang together with the root."""
        return self.graph.reached(self.root)

    @cached_property
    def total(self) -> int:
        """All prizes."""
        return exact_sum(self.prize)

    def ways(self, cost: Longs) -> tuple[Longs, Longs]:
        """Distances from the root at which there are prizes, and the prizes within each, for costs of the arcs."""
        graph = self.graph
        up = np.full(graph.n, OUT, np.int32)
        up[self.root] = TOP
        distance, base, via = np.empty(graph.n, np.int64), up.copy(), up.copy()
        voronoi(graph.start, graph.neighbour, graph.twin, cost, up, distance, base, via)
        paying = np.flatnonzero((self.prize > 0) & self.reached)
        paying = paying[np.argsort(distance[paying], kind="stable")]
        ways = np.unique(np.append(np.int64(0), distance[paying]))
        within = np.append(np.int64(0), self.prize[paying].cumsum())
        return ways, within[np.searchsorted(distance[paying], ways, side="right")]

    def work(self, task: Task) -> Done:
        """Raise a dual solution for a multiplier; look for trees where it and the neighbours' trees are."""
        graph = self.graph.scaled(task.cost)
        search = Recorder(graph, self.prize * task.prize, self.root, task.seed, self.clock)
        net = (graph.start, graph.neighbour, graph.twin, graph.slot_cost)
        for tree in task.trees:
            up = tree.copy()
            polish(*net, search.prize, np.int32(self.root), up, True)
            search.offer(up, int(evaluate(graph.slot_cost, search.prize, up)))
        reduced, connected = self._ascended(search, task)
        ways = self.ways(frozen(reduced[graph.twin]))
        wanted = connected & (self.prize > 0)
        if task.first:
            wanted = self.reached & (self.prize > 0)
        for tree in task.trees:
            wanted |= (tree != OUT) & (self.prize > 0)
        slack = np.minimum(np.minimum(reduced, reduced[graph.twin]), INF // 64)
        if task.first or not self.clock.late():
            noise = 1.0 + 0.2 * search.random.random(graph.m)[graph.edge] if task.turn else 1.0
            guided = ((graph.slot_cost // 8 + slack) * noise).astype(np.int64)
            search.hasty = task.turn == 0
            if search.hasty:
                search.most_passes = HASTY_PASSES
            if task.turn:
                own = np.isin(graph.edge, graph.edge[task.trees[0][task.trees[0] >= 0]])
                guided[own] //= FAVOUR
            # Too large a tree is grown on purpose: pruning it is exact, and finds groups that pay only together.
            search.improve(guided, self.root, np.where(wanted, INF, 0))
        case = Case(self.root, np.empty(0, np.int32), search.node, search.radius, search.ascent_bound)
        multiplier = Multiplier(task.prize, task.cost, search.ascent_bound, case, *ways)
        return Done(task, multiplier, reduced, search.up, search.found)

    @staticmethod
    def _ascended(search: Recorder, task: Task) -> tuple[Longs, npt.NDArray[np.bool_]]:
        """Reduced costs of an ascent from nothing or from that of a lower multiplier, and who reached the root."""
        if task.after is None:
            return search.ascent(ASCENTS[task.turn % len(ASCENTS)])[:2]
        known, left = task.after
        times = task.cost // known.cost
        reduced = left * times
        return reduced, search.resume(reduced, known.case.node, known.case.radius * times)

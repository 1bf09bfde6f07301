"""A bound for one part: a linear programme of directed cuts, the cuts found one after another.

A network in which every node has two ways to the root can be directed so that it is reached from the root and reaches
it (Robbins 1939); so edges are split into two arcs, of which one is used, and for every set of nodes around the root
an arc leaves it if a node outside needs a way, and an arc enters it if one outside needs two. This is stronger than
two edges across every set (Chimani, Kandyba, Ljubić and Mutzel, Mathematical Programming 124 (2010) 413–436). For two
ways that share no node, an edge leaves the set also where one node is gone.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Protocol

import highspy
import numpy as np
import numpy.typing as npt

from karez.kernels.both_ways import ascend
from karez.kernels.cut import behind, least_cut, violated_cuts
from karez.kernels.two_ways import NONE, TWO_BY_EDGE, TWO_BY_NODE
from karez.solving.graph import Graph, exact_sum
from karez.solving.programme import UNBOUNDED, Programme
from karez.solving.survivability.problem import Bools, Bytes, Ints, Problem, half_nodes

Floats = npt.NDArray[np.float64]
Longs = npt.NDArray[np.int64]
Offer = Callable[[Floats], int]

LEAVING, ENTERING, APART = 0, 1, 2
"""Kinds of cuts: an arc leaves the root's side, an arc enters it, an edge crosses though a node is gone."""

UNITS = 1 << 20
VIOLATED = 1e-4
MOST_CUTS = 120
"""Cuts of one direction that are added in a round."""

MOST_FIRST = 4_000
"""Cuts of the ascent the programme begins with."""

MOST_ROUNDS = 200
STALLED = 8
OLD = 4


@dataclass(frozen=True)
class Cut:
    """A set of nodes around the root that something has to cross.

    Parameters
    ----------
    side : bool[n]
        Nodes on the root's side.
    kind : int
        ``LEAVING``, ``ENTERING`` or ``APART``.
    without : int
        Node that is gone, on neither side; −1 if none.
    """

    side: Bools
    kind: int
    without: int = -1


FREE, IN, OUT = 0, 1, -1
"""What a case says of an edge."""


@dataclass(frozen=True)
class Dual:
    """Cuts with weights, and the bound they give in one case.

    Parameters
    ----------
    fixed : int8[m]
        What the case says of every edge: ``FREE``, ``IN`` or ``OUT``.
    cuts : tuple[Cut, ...]
        The cuts.
    weight : int64[cuts]
        What each counts, `scale` times.
    scale : int
        The scale.
    bound : int
        No answer of this case costs less.
    """

    fixed: Bytes
    cuts: tuple[Cut, ...]
    weight: Longs
    scale: int
    bound: int

    def held_to(self, fixed: Bytes, graph: Graph, thick: Bools) -> Dual:
        """The same cuts for a case within this one."""
        bound = dual_bound(graph, thick, fixed, self.cuts, self.weight, self.scale)
        return replace(self, fixed=fixed, bound=bound)


def dual_bound(graph: Graph, thick: Bools, fixed: Bytes, cuts: tuple[Cut, ...], weight: Longs, scale: int) -> int:
    """Bound from weights of cuts, exact in integers.

    What a cut counts is charged to the arcs that cross it. An edge that may or may not be there takes from the bound
    what its two arcs together (where it does not fail) or the better one of them is charged above its cost; one that
    is there the same, or adds what is missing to its cost; one that is not there nothing.
    """
    return _proven(charges(graph, thick, cuts, weight), graph.cost, fixed, weight, scale)


def charges(graph: Graph, thick: Bools, cuts: tuple[Cut, ...], weight: Longs) -> Longs:
    """What weights of cuts charge to every edge: int64[m]."""
    charged: Longs = np.maximum(*arc_charges(graph, thick, cuts, weight))
    return charged


def arc_charges(graph: Graph, thick: Bools, cuts: tuple[Cut, ...], weight: Longs) -> tuple[Longs, Longs]:
    """What weights of cuts charge to the arc from each edge's tail and to that from its head: int64[m] each.

    Where an edge does not fail both arcs may be used: each has the charges of both.
    """
    ahead, back = np.zeros(graph.m, np.int64), np.zeros(graph.m, np.int64)
    for cut, counts in zip(cuts, weight.tolist(), strict=True):
        out, into = crossing(graph, cut)
        if cut.kind == APART:
            both = np.concatenate([out, into])
            ahead[both] += counts
            back[both[~thick[both]]] += counts
        else:
            turned = cut.kind == ENTERING
            ahead[into if turned else out] += counts
            back[out if turned else into] += counts
    return np.where(thick, ahead + back, ahead), np.where(thick, ahead + back, back)


def _proven(charged: Longs, cost: Longs, fixed: Bytes, weight: Longs, scale: int) -> int:
    """Bound from weights of cuts and what they charge to every edge."""
    over = charged - cost * scale
    taken = over[((fixed == FREE) & (over > 0)) | (fixed == IN)]
    total: int = sum(weight.tolist()) - sum(taken.tolist())
    return max(0, -(-total // scale))


def crossing(graph: Graph, cut: Cut) -> tuple[Ints, Ints]:
    """Edges whose tail, and whose head, is on the root's side alone; none at a node that is gone."""
    at_tail, at_head = cut.side[graph.tail], cut.side[graph.head]
    there = (graph.tail != cut.without) & (graph.head != cut.without)
    out, into = np.flatnonzero(at_tail & ~at_head & there), np.flatnonzero(~at_tail & at_head & there)
    return out.astype(np.int32), into.astype(np.int32)


class Rows(Protocol):
    """Where rows are added, see :class:`karez.solving.programme.Programme`."""

    def add(self, index: Ints, sign: Longs, least: int, most: int, tag: int = ...) -> bool:
        """Have a row added; returns whether it was new."""


class Relaxation:
    """The linear programme of a part, case by case.

    Columns are the arcs of every edge (2e from its tail, 2e + 1 from its head), then the edges that do not fail.

    Parameters
    ----------
    problem : Problem
        The part.
    seed : int
        Seed of all choices.
    rows : Rows | None
        Where its rows go; None: into a programme of its own.
    """

    def __init__(self, problem: Problem, seed: int = 0, rows: Rows | None = None) -> None:
        self.problem = problem
        self.random = np.random.default_rng(seed)
        graph = problem.graph
        self.thick = np.flatnonzero(problem.thick)
        arcs = np.repeat(np.where(problem.thick, 0, graph.cost), 2)
        objective = np.concatenate([arcs, graph.cost[self.thick]])
        self.programme = Programme(objective, np.ones(objective.size, np.bool_))
        self.into: Rows = self.programme if rows is None else rows
        self.cuts: list[Cut] = []
        self.wanted = np.flatnonzero(problem.need > NONE).astype(np.int32)
        self.two = np.flatnonzero(problem.need >= TWO_BY_EDGE).astype(np.int32)
        self.apart = np.flatnonzero(problem.need == TWO_BY_NODE).astype(np.int32)
        owner = np.repeat(np.arange(graph.n, dtype=np.int32), np.diff(graph.start))
        self.arc = (2 * graph.edge + (owner != graph.tail[graph.edge])).astype(np.int32)
        self.split = _Split(problem) if self.apart.size else None
        self.fixed = np.zeros(graph.m, np.int8)
        self.best = Dual(self.fixed, (), np.empty(0, np.int64), 1, 0)
        self.work = 0
        self._begin()

    def run(self, fixed: Bytes, enough: int, effort: int, offer: Offer) -> tuple[Dual, Floats]:
        """Bound one case: add cuts until none is missing, the bound stalls, or the work is spent.

        Parameters
        ----------
        fixed : int8[m]
            The case.
        enough : int
            Bound at which the work ends.
        effort : int
            Work, as ``Relaxation.work`` counts it, at which this ends.
        offer : callable
            Given what the programme uses of every edge (float64[m]) now and then; returns the least cost known.

        Returns
        -------
        Dual
            The best bound.
        float64[m]
            What the last programme used of every edge; empty if the case holds nothing.
        """
        self._enter(fixed)
        stalled, best, used = 0, 0, np.empty(0)
        for number in range(MOST_ROUNDS):
            status, x, dual = self.programme.solve()
            self.work += self.programme.effort()
            if status != highspy.HighsModelStatus.kOptimal:
                self._empty(enough)
                break
            used = self.used(x)
            self._keep(dual)
            stalled = 0 if self.best.bound > best + best // 20_000 else stalled + 1
            best = max(best, self.best.bound)
            done = not self.separate(x) or stalled > STALLED or self.work > effort
            if (done or number % 4 == 3) and (enough := min(enough, offer(used))) <= best:
                break
            if done:
                break
            self._tidy()
        return self.best, used

    def _enter(self, fixed: Bytes) -> None:
        """Set what holds in a case."""
        m, both = self.problem.graph.m, np.ones(2, np.int64)
        for e in np.flatnonzero(fixed == IN):
            if not self.problem.thick[e]:
                self.programme.add(np.array([2 * e, 2 * e + 1], np.int32), both, -UNBOUNDED, 1, -2 - int(e))
        if not self.programme.column.size:
            self.programme.rebuild()
        self.programme.flush()
        lower, upper = np.zeros_like(self.programme.lower), np.ones_like(self.programme.upper)
        out = np.flatnonzero(fixed == OUT)
        upper[2 * out], upper[2 * out + 1] = 0.0, 0.0
        lower[2 * m :] = fixed[self.thick] == IN
        upper[2 * m :] = fixed[self.thick] != OUT
        self.programme.set_bounds(lower, upper)
        pair = np.flatnonzero(self.programme.tag <= -2)
        for row in pair:
            least = 1.0 if fixed[-2 - self.programme.tag[row]] == IN else -highspy.kHighsInf
            self.programme.model.changeRowBounds(int(row), least, 1.0)
        self.fixed = fixed
        if fixed.any():
            self.best = Dual(fixed, (), np.empty(0, np.int64), 1, 0)

    def _empty(self, enough: int) -> None:
        """Tell by cuts why a case holds nothing, if it does: they count so much that its bound is `enough`."""
        problem, graph = self.problem, self.problem.graph
        there = self.fixed != OUT
        capacity = np.where(there, np.where(problem.thick, 2, 1), 0)[graph.edge].astype(np.int64)
        cuts: list[Cut] = []
        for v in self.wanted:
            near, far = np.zeros(graph.n, np.bool_), np.zeros(graph.n, np.bool_)
            near[problem.root], far[v] = True, True
            wanted = 1 if problem.need[v] < TWO_BY_EDGE else 2
            if (
                least_cut(graph.start, graph.neighbour, graph.twin, capacity.copy(), near, far, np.int64(wanted))
                < wanted
            ):
                cuts = [Cut(near, LEAVING)] + ([Cut(near, ENTERING)] if wanted > 1 else [])
                break
        if not cuts and self.split is not None:
            cuts = self.split.violated(there.astype(np.float64), self.apart)[:1]
        weight = np.full(len(cuts), enough + exact_sum(graph.cost), np.int64)
        bound = dual_bound(graph, problem.thick, self.fixed, tuple(cuts), weight, 1)
        if bound > self.best.bound:
            self.best = Dual(self.fixed, tuple(cuts), weight, 1, bound)

    def used(self, x: Floats) -> Floats:
        """How much of every edge is used: float64[m], 0 … 1."""
        m = self.problem.graph.m
        used = x[0 : 2 * m : 2] + x[1 : 2 * m : 2]
        used[self.thick] = x[2 * m :]
        return np.clip(used, 0.0, 1.0)

    def _begin(self) -> None:
        graph = self.problem.graph
        for k, e in enumerate(self.thick):
            for arc in (2 * e, 2 * e + 1):
                column = np.array([arc, 2 * graph.m + k], np.int32)
                self.into.add(column, np.array([-1, 1], np.int64), 0, UNBOUNDED)
        alone = np.zeros(graph.n, np.bool_)
        alone[self.problem.root] = True
        self._add(Cut(alone, LEAVING))
        if self.two.size:
            self._add(Cut(alone, ENTERING))
        for v in self.wanted:
            side = np.ones(graph.n, np.bool_)
            side[v] = False
            self._add(Cut(side, LEAVING))
            if self.problem.need[v] >= TWO_BY_EDGE:
                self._add(Cut(side, ENTERING))
        cost = np.where(self.problem.thick[graph.edge], 0, graph.slot_cost)
        sides, entering, weight = ascend(
            graph.start, graph.neighbour, graph.edge, graph.twin, cost, np.int32(self.problem.root),
            self.problem.need, MOST_FIRST,
        )  # fmt: skip
        cuts = tuple(Cut(side, ENTERING if turned else LEAVING) for side, turned in zip(sides, entering, strict=True))
        bound = dual_bound(graph, self.problem.thick, self.fixed, cuts, weight, 1)
        self.best = Dual(self.fixed, cuts, weight, 1, bound)
        for cut in cuts:
            self._add(cut)

    def _add(self, cut: Cut) -> bool:
        graph = self.problem.graph
        out, into = crossing(graph, cut)
        if cut.kind == APART:
            failing = np.concatenate([out, into])
            thick = self.problem.thick[failing]
            arcs = failing[~thick]
            column = np.concatenate([2 * arcs, 2 * arcs + 1, 2 * graph.m + np.searchsorted(self.thick, failing[thick])])
        else:
            turned = cut.kind == ENTERING
            column = np.concatenate([2 * out + turned, 2 * into + (not turned)])
        new = self.into.add(column.astype(np.int32), np.ones(column.size, np.int64), 1, UNBOUNDED, len(self.cuts))
        if new:
            self.cuts.append(cut)
        return new

    def _keep(self, dual: Floats) -> None:
        """Keep the cuts that bind, if their bound is the best so far."""
        programme, graph = self.programme, self.problem.graph
        row = np.flatnonzero((programme.tag >= 0) & (dual > 1e-9))
        scale = programme.scale
        while scale > 1 and float(dual[row].sum()) * programme.unit * scale * (graph.m + 1) > float(1 << 60):
            scale //= 2
        weight = np.rint(dual[row] * programme.unit * scale).astype(np.int64)
        bound = self._bound(row, weight, scale)
        if bound > self.best.bound:
            cuts = tuple(self.cuts[k] for k in programme.tag[row])
            self.best = Dual(self.fixed, cuts, weight, scale, bound)

    def _bound(self, row: Longs, weight: Longs, scale: int) -> int:
        """The same as :func:`dual_bound`, from the rows of the programme."""
        programme, graph, m = self.programme, self.problem.graph, self.problem.graph.m
        counts = np.zeros(programme.rows, np.int64)
        counts[row] = weight
        charged = np.zeros(programme.objective.size, np.int64)
        np.add.at(charged, programme.index, np.repeat(counts, np.diff(programme.start)))
        ahead, back = charged[0 : 2 * m : 2], charged[1 : 2 * m : 2]
        edge = np.maximum(ahead, back)
        edge[self.thick] = ahead[self.thick] + back[self.thick] + charged[2 * m :]
        return _proven(edge, graph.cost, self.fixed, weight, scale)

    def _tidy(self) -> None:
        """Drop rows that have not been binding for long, if they are many."""
        old = (self.programme.age > OLD) & (self.programme.tag >= 0)
        if not self.fixed.any() and old.sum() > 0.1 * self.programme.rows:
            self.programme.drop(~old)

    def separate(self, x: Floats, least: float = VIOLATED) -> int:
        """Have cuts added that x violates by `least`; returns how many."""
        graph, m = self.problem.graph, self.problem.graph.m
        ahead = np.rint(np.clip(x[: 2 * m], 0.0, 1.0) * UNITS).astype(np.int64)[self.arc] + 1
        added = self._one_way(x)
        from_root, to_root = (self.random.permutation(nodes) for nodes in (self.wanted, self.two))
        with ThreadPoolExecutor(1) as beside:
            entering = beside.submit(self._behind, ahead[graph.twin], to_root, least)
            leaving = self._behind(ahead, from_root, least)
            for found, kind in ((leaving, LEAVING), (entering.result(), ENTERING)):
                added += sum(self._add(Cut(~within, kind)) for within in found)
        if self.split is not None and not added and least <= VIOLATED:
            for cut in self.split.violated(self.used(x), self.apart):
                added += self._add(cut)
        return added

    def _one_way(self, x: Floats) -> int:
        """Edges that are used by one arc or the other, where both together are more than the edge."""
        m, both, added = self.problem.graph.m, np.ones(2, np.int64), 0
        over = x[0 : 2 * m : 2] + x[1 : 2 * m : 2] > 1 + VIOLATED
        for e in np.flatnonzero(over & ~self.problem.thick):
            added += self.into.add(np.array([2 * e, 2 * e + 1], np.int32), both, -UNBOUNDED, 1, -2 - int(e))
        return added

    def _behind(self, capacity: Longs, nodes: Ints, least: float) -> Bools:
        """What is behind cuts of one direction between the root and nodes: bool[cuts, n].

        Capacity is that of the owner → neighbour arc.
        """
        graph, root = self.problem.graph, np.int32(self.problem.root)
        into = capacity[graph.twin]
        owner, start, slot = violated_cuts(
            graph.start, graph.neighbour, graph.twin, into, into >= UNITS, root, nodes,
            np.full(nodes.size, (1 - least) * UNITS).astype(np.int64), np.int64(UNITS), MOST_CUTS,
            np.zeros(graph.n, np.bool_),
        )  # fmt: skip
        barred = np.zeros(graph.neighbour.size, np.bool_)
        inside: Bools = behind(graph.start, graph.neighbour, start, slot, nodes[owner], barred)
        return inside


class _Split:
    """Cuts through single nodes, by flow through half-nodes."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.graph, self.ahead = half_nodes(problem.graph)
        self.through = np.where(problem.sure, 2, 1).astype(np.int64) * UNITS

    def violated(self, used: Floats, nodes: Ints) -> list[Cut]:
        """Cuts around the root, one node gone, that less than one edge crosses."""
        problem, graph, n = self.problem, self.graph, self.problem.graph.n
        width = np.rint(used * np.where(problem.thick, 2, 1) * UNITS).astype(np.int64) + 1
        edge = np.concatenate([self.through, width, width])
        capacity = np.where(self.ahead, edge[graph.edge], 0)
        enough = np.int64((2 - VIOLATED) * UNITS)
        cuts = []
        for v in nodes:
            near, far = np.zeros(2 * n, np.bool_), np.zeros(2 * n, np.bool_)
            near[n + problem.root] = True
            far[v] = True
            if least_cut(graph.start, graph.neighbour, graph.twin, capacity.copy(), near, far, enough) >= enough:
                continue
            for inside in (near, ~far):
                gone = np.flatnonzero(inside[:n] & ~inside[n:])
                gone = gone[gone != problem.root]
                if gone.size == 1 and not problem.sure[gone[0]]:
                    side = inside[n:].copy()
                    side[v] = False
                    cuts.append(Cut(side, APART, int(gone[0])))
        return cuts

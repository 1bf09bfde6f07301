"""One linear programme for a network of two ways and a tree upon it: what either uses of an edge is paid once.

The edges of both can be directed together so that the root reaches every hub and every node of the tree, and every hub
that has two ways reaches the root: within the network of two ways by Robbins' theorem (1939), outward beyond it. So
cuts of both kinds hold for the same arcs, and their weights may fill each arc of an edge up to its cost. That is more
than what each proves within a share of the edge's cost, as the two arcs of an edge may be shared out otherwise.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import highspy
import numpy as np
import numpy.typing as npt

from karez.kernels.ascent import INF, OUT, ascend
from karez.kernels.blocks import needed_behind
from karez.kernels.cut import violated_cuts
from karez.kernels.two_ways import NONE
from karez.solving.conditions import FORCED
from karez.solving.graph import Graph, exact_sum
from karez.solving.packing import Packing
from karez.solving.programme import UNBOUNDED, Programme
from karez.solving.survivability.problem import Bools, Ints, Longs, Parted
from karez.solving.survivability.relax import UNITS, VIOLATED, Dual, Relaxation, charges, dual_bound

Floats = npt.NDArray[np.float64]
Offer = Callable[[list[Floats]], int]

TREE, LINK = -1, -2
"""Marks of rows: a cut of the tree, and one that is no cut."""

COARSE = 0.3
"""Violation from which on cuts are added first; a third of it whenever there are few."""

FEW = 30
"""New cuts of a round below which smaller violations are looked for."""

FACTORS = (1.5, 1.05)
PENALTY = 4.0
"""Of the ascents that tell which cuts of the tree to add, see :func:`karez.kernels.ascent.ascend`."""

SMALL = 0.05
"""Violation from which on cuts of these ascents are added."""

MOST_ARCS = 400_000
"""Arcs in the cuts taken over from an ascent."""

MOST_CUTS = 400
"""Cuts of the tree that flows find in a round."""

OLD = 1
"""Rounds after which a cut that does not bind is dropped."""

OFFERED = 2
"""Rounds from one offer of what is used to the next."""

LARGEST = 1 << 60


@dataclass(frozen=True)
class Upon:
    """The tree upon the ways.

    Parameters
    ----------
    graph : Graph
        Edges as it may take them.
    prizes : int64[n]
        What leaving a node out costs, or ``FORCED``.
    prized : bool[n]
        Nodes that it may lead to or leave the ways at; parts keep them on their chains.
    without : int32[…]
        Edges that it may not use.
    """

    graph: Graph
    prizes: Longs
    prized: Bools
    without: Ints


@dataclass(frozen=True)
class _Shape:
    """The graph the tree of the programme is on: chains of parts drawn together, what can be of no use left out.

    Parameters
    ----------
    graph : Graph
        On the nodes of the whole.
    column : int32[m]
        Column of the arc from the tail of each edge, the next one being that from its head; −1 for edges that have to
        be there and cost nothing more.
    doubled : int32[m]
        Column of the edge itself where it does not fail; −1 for others.
    first : int32[m]
        An edge of the whole that each stands for.
    """

    graph: Graph
    column: Ints
    doubled: Ints
    first: Ints

    @classmethod
    def of(cls, parted: Parted, upon: Upon) -> tuple[_Shape, Ints, Longs]:
        """The shape, the first column of every part and of what follows, and the costs of the columns."""
        whole = upon.graph
        tail, head, column, doubled, first, cost = [], [], [], [], [], []
        begin = [0]
        for part in parted.parts:
            small, thick = part.problem.graph, np.flatnonzero(part.problem.thick)
            own = np.full(small.m, -1)
            own[thick] = begin[-1] + 2 * small.m + np.arange(thick.size)
            tail.append(part.node[small.tail])
            head.append(part.node[small.head])
            column.append(begin[-1] + 2 * np.arange(small.m))
            doubled.append(own)
            first.append(part.chain[part.first[:-1]])
            cost += [np.repeat(np.where(part.problem.thick, 0, small.cost), 2), small.cost[thick]]
            begin.append(begin[-1] + 2 * small.m + thick.size)
        for edges, is_free in ((_outside(parted, upon), False), (parted.forced, True)):
            tail.append(whole.tail[edges])
            head.append(whole.head[edges])
            column.append(np.full(edges.size, -1) if is_free else begin[-1] + 2 * np.arange(edges.size))
            doubled.append(np.full(edges.size, -1))
            first.append(edges)
            if not is_free:
                cost.append(np.repeat(whole.cost[edges], 2))
                begin.append(begin[-1] + 2 * edges.size)
        ends = np.concatenate(first).astype(np.int32)
        free = np.zeros(ends.size, np.int64)
        graph = Graph.from_edges(whole.n, np.concatenate(tail), np.concatenate(head), free)
        shape = cls(graph, np.concatenate(column).astype(np.int32), np.concatenate(doubled).astype(np.int32), ends)
        costs = np.concatenate(cost).astype(np.int64)
        return shape, np.array(begin, np.int32), costs


def _outside(parted: Parted, upon: Upon) -> Ints:
    """Edges of no part that may be of use to the tree, those that have to be there left out: int32[…]."""
    entry, order = parted.entry, parted.order
    prized = needed_behind(order, entry, parted.top, upon.prized.astype(np.int8)) > 0
    useful = np.zeros(parted.top.size, np.bool_)
    inner = np.flatnonzero(entry >= 0)
    useful[entry[inner[prized[inner]]]] = True
    useful[[part.number for part in parted.parts]] = False
    # What the ways cannot take, the tree may.
    kept = np.append(useful, True)[parted.block] & (upon.graph.tail != upon.graph.head)
    kept[parted.forced] = False
    kept[upon.without] = False
    return np.flatnonzero(kept).astype(np.int32)


class Paired:
    """The programme of both.

    Columns are those of every part's :class:`Relaxation`, then the arcs of all other edges, then one for each prize: 1
    if it is left.

    Parameters
    ----------
    parted : Parted
        The problem of the ways.
    upon : Upon
        The tree.
    seed : int
        Seed of all choices.
    """

    def __init__(self, parted: Parted, upon: Upon, seed: int) -> None:
        self.parted, prizes = parted, upon.prizes
        self.root = parted.problem.root
        self.random = np.random.default_rng(seed)
        # The ways reach what needs them, whatever its prize.
        by_ways = (parted.problem.need > NONE) & (prizes == FORCED)
        self.prizes: Longs = np.where(by_ways, 0, np.where(prizes == FORCED, INF, prizes))
        self.prizes[self.root] = 0
        self.shape, self.begin, cost = _Shape.of(parted, upon)
        self.wanted = np.flatnonzero(self.prizes).astype(np.int32)
        paying = self.wanted[self.prizes[self.wanted] < INF]
        self.left = np.full(self.prizes.size, -1, np.int32)
        self.left[paying] = cost.size + np.arange(paying.size)
        objective = np.concatenate([cost, self.prizes[paying]])
        self.programme = Programme(objective, np.ones(objective.size, np.bool_))
        self.constant = exact_sum(parted.problem.graph.cost[parted.forced])
        self.marks: list[tuple[int, int]] = []
        self.relaxations = [
            Relaxation(part.problem, seed, _Window(self, number)) for number, part in enumerate(parted.parts)
        ]
        self.least = COARSE
        self.work = 0
        none = np.empty(0, np.int32)
        self.dual: Floats = np.empty(0)
        self.tag: Ints = none
        self.rows: tuple[Longs, Ints, Longs] = np.zeros(1, np.int64), none, np.empty(0, np.int64)
        graph, column = self.shape.graph, self.shape.column
        backward = graph.neighbour != graph.tail[graph.edge]
        self.into = np.where(column[graph.edge] >= 0, column[graph.edge] + backward, -1)
        doubled = self.shape.doubled
        self.cost: Longs = np.where(column >= 0, objective[np.where(doubled >= 0, doubled, column)], 0)
        self._begin()

    def _begin(self) -> None:
        """Cuts of the tree to begin with: of an ascent on what the first cuts of the ways leave, and of one on all."""
        held = np.zeros(self.programme.objective.size)
        for number, relaxation in enumerate(self.relaxations):
            best, of = relaxation.best, relaxation.problem
            charged = charges(of.graph, of.thick, best.cuts, best.weight) / best.scale
            held[self.begin[number] : self.begin[number] + 2 * of.graph.m] = np.repeat(charged, 2)
        for taken in (held, 0 * held):
            slot = np.where(self.into >= 0, self.cost[self.shape.graph.edge] - taken[self.into], 0)
            self._ascended(np.maximum(slot, 0).astype(np.int64), np.zeros(taken.size))

    def run(self, rounds: int, effort: int, enough: int, offer: Offer, told: Callable[[float], None]) -> None:
        """Add cuts, so many times at most, until none is missing, the bound is enough, or the work is spent.

        Parameters
        ----------
        rounds : int
            Times that cuts are looked for.
        effort : int
            Simplex iterations, each programme counting a hundred more.
        enough : int
            Bound at which the work ends.
        offer : callable
            Given what the programme uses of every edge of every part now and then; returns the bound that is enough.
        told : callable
            Told the share of the rounds that is done.
        """
        for number in range(rounds + 1):
            status, x, dual = self.programme.solve()
            if status != highspy.HighsModelStatus.kOptimal:
                break
            self.work += self.programme.effort()
            self.dual, self.tag = dual, self.programme.tag.copy()
            self.rows = (self.programme.start, self.programme.index, self.programme.sign)
            told(number / rounds)
            value = self.programme.model.getInfo().objective_function_value * self.programme.unit + self.constant
            if number % OFFERED == OFFERED - 1:
                enough = offer(self.used(x))
            if value >= enough or self.work > effort or number == rounds or not self._separate(x):
                break
            self._tidy()

    def used(self, x: Floats) -> list[Floats]:
        """How much is used of every edge of every part: float64[m], 0 … 1, each."""
        return [one.used(self._own(number, x)) for number, one in enumerate(self.relaxations)]

    def _own(self, number: int, x: Floats) -> Floats:
        return x[self.begin[number] : self.begin[number + 1]]

    def _tidy(self) -> None:
        """Drop rows that have not been binding, if they are some."""
        old = (self.programme.age > OLD) & ((self.programme.tag >= 0) | (self.programme.tag == TREE))
        if old.sum() > 0.1 * self.programme.rows:
            self.programme.drop(~old)

    def _separate(self, x: Floats) -> bool:
        """Have cuts added that x violates; returns whether there were any."""
        while True:
            new = sum(one.separate(self._own(number, x), self.least) for number, one in enumerate(self.relaxations))
            new += self._ascended(self._rest(), x) or self._reached(x)
            if new > FEW or self.least <= VIOLATED:
                return new > 0
            self.least = max(VIOLATED, self.least / 3)

    def _rest(self) -> Longs:
        """What the duals of the cuts of the ways leave of the cost of every arc into a slot's owner: int64[slots]."""
        ahead, back, over = self._charged()
        graph = self.shape.graph
        of = np.where(graph.neighbour == graph.tail[graph.edge], ahead[graph.edge], back[graph.edge])
        rest = np.where(self.into >= 0, self.cost[graph.edge] + over[graph.edge] - of, 0)
        return np.maximum(np.rint(rest), 0).astype(np.int64)

    def _charged(self) -> tuple[Floats, Floats, Floats]:
        """What the cuts of the ways charge to both arcs of every edge, and both kinds together beyond its cost."""
        ways, tree = self._by_column(self.tag >= 0), self._by_column(self.tag == TREE)
        column, doubled = np.maximum(self.shape.column, 0), self.shape.doubled
        there = self.shape.column >= 0
        ahead, back = np.where(there, ways[column], 0.0), np.where(there, ways[column + 1], 0.0)
        both = np.where(doubled >= 0, ahead + back + ways[doubled], 0.0)
        ahead, back = np.where(doubled >= 0, both, ahead), np.where(doubled >= 0, both, back)
        most = np.maximum(ahead + tree[column] * there, back + tree[column + 1] * there)
        return ahead, back, np.maximum(most - self.cost, 0.0)

    def _by_column(self, rows: Bools) -> Floats:
        """What the duals of some rows charge to every column, in units of cost."""
        start, index, sign = self.rows
        weight = np.where(rows, np.maximum(self.dual, 0.0), 0.0) * self.programme.unit
        charges_of = np.repeat(weight, np.diff(start)) * sign
        return np.bincount(index, charges_of, minlength=self.programme.objective.size).astype(np.float64)

    def _ascended(self, slot: Longs, x: Floats) -> int:
        """Cuts of ascents on costs of arcs into the slots' owners that x violates."""
        graph = replace(self.shape.graph, slot_cost=slot)
        alone, added = np.full(graph.n, OUT, np.int32), 0
        flow = np.where(self.into >= 0, x[self.into], 1.0)
        for factor in FACTORS:
            rank = self.random.permutation(graph.n).astype(np.int32)
            _, node, radius, _ = ascend(
                graph.start, graph.neighbour, graph.twin, slot.copy(), np.int32(self.root), self.prizes, rank, factor,
                alone, PENALTY,
            )  # fmt: skip
            packing = Packing.of_moats(graph, self.prizes, self.root, node, radius)
            owner, start, slots = packing.cuts(graph, MOST_ARCS)
            if owner.size:
                through = np.concatenate([[0.0], np.cumsum(flow[slots])])[start]
                missing = np.flatnonzero(np.diff(through) < self._wants(x)[owner] - min(self.least, SMALL))
                added += sum(self._reach(int(owner[i]), slots[start[i] : start[i + 1]]) for i in missing)
        return added

    def _reached(self, x: Floats) -> int:
        """Cuts of the tree that x violates, by flows."""
        graph, root = self.shape.graph, np.int32(self.root)
        flow = np.where(self.into >= 0, x[self.into], 1.0)
        capacity = np.rint(np.clip(flow, 0.0, 1.0) * UNITS).astype(np.int64) + 1
        need = np.rint((self._wants(x)[self.wanted] - self.least) * UNITS).astype(np.int64)
        order = self.random.permutation(np.flatnonzero(need > 0))
        nodes = self.wanted[order]
        owner, start, slot = violated_cuts(
            graph.start, graph.neighbour, graph.twin, capacity, capacity >= UNITS, root, nodes, need[order],
            np.int64(UNITS), MOST_CUTS, np.zeros(graph.n, np.bool_),
        )  # fmt: skip
        return sum(self._reach(int(nodes[k]), slot[start[i] : start[i + 1]]) for i, k in enumerate(owner))

    def _wants(self, x: Floats) -> Floats:
        """How much has to enter what parts each node from the root: float64[n]."""
        wants: Floats = 1.0 - np.where(self.left >= 0, x[self.left], 0.0)
        return wants

    def _reach(self, v: int, entering: Ints) -> bool:
        """What parts a node from the root is crossed, unless its prize is left."""
        column = self.into[entering]
        if (column < 0).any():
            return False
        if self.left[v] >= 0:
            column = np.append(column, self.left[v])
        column = column.astype(np.int32)
        return self.programme.add(column, np.ones(column.size, np.int64), 1, UNBOUNDED, TREE)

    def duals(self) -> tuple[list[Dual], Longs]:
        """The cuts of the ways that bind, part by part, and the costs at which both kinds of cuts are held: int64[m].

        Where both kinds charge more to an edge than it costs, as they may where every answer has it, it is held at what
        they charge, and the bound is less by as much.
        """
        held = self.parted.problem.graph.cost.copy()
        raised = np.ceil(self._charged()[2] - 1e-6).astype(np.int64)
        held[self.shape.first] += np.where(self.shape.column >= 0, raised, 0)
        chosen = np.flatnonzero((self.tag >= 0) & (self.dual > 1e-9))
        marks = [(*self.marks[self.tag[row]], float(self.dual[row])) for row in chosen]
        found = []
        for number, (part, relaxation) in enumerate(zip(self.parted.parts, self.relaxations, strict=True)):
            of = [(relaxation.cuts[k], weight) for owner, k, weight in marks if owner == number]
            graph, scale = part.problem.graph, self.programme.scale
            total = sum(weight for _, weight in of) * self.programme.unit
            while scale > 1 and total * scale * (graph.m + 1) > float(LARGEST):
                scale //= 2
            cuts = tuple(cut for cut, _ in of)
            weight = np.rint(np.array([weight for _, weight in of]) * self.programme.unit * scale).astype(np.int64)
            costs = np.add.reduceat(held[part.chain], part.first[:-1]).astype(np.int64)
            free = np.zeros(graph.m, np.int8)
            bound = dual_bound(graph.priced(costs), part.problem.thick, free, cuts, weight, scale)
            found.append(Dual(free, cuts, weight, scale, bound))
        return found, held


class _Window:
    """Where one part's rows go: the columns of its own within those of all."""

    def __init__(self, paired: Paired, number: int) -> None:
        self.programme, self.marks = paired.programme, paired.marks
        self.number, self.offset = number, int(paired.begin[number])

    def add(self, index: Ints, sign: Longs, least: int, most: int, tag: int = LINK) -> bool:
        """Have a row added, see :meth:`Programme.add`; cuts are marked by part and number."""
        mark = len(self.marks) if tag >= 0 else LINK
        new = self.programme.add((index + self.offset).astype(np.int32), sign, least, most, mark)
        if new and tag >= 0:
            self.marks.append((self.number, tag))
        return new

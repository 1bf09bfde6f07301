"""Cutting planes and branching for small Steiner problems, with bounds that are exact in integers."""

from __future__ import annotations

import heapq
from dataclasses import dataclass

import highspy
import numpy as np

from karez.kernels.ascent import INF
from karez.kernels.reduce import from_root
from karez.kernels.special import nearest_forced
from karez.solving.certified import Longs
from karez.solving.programme import Bools, Floats
from karez.solving.search import Search
from karez.solving.separation import Formulation

OLD = 1
"""Rounds after which a row that does not bind may go."""

DROP_AT = 0.1
"""Share of old rows, or of closed columns, from which on the programme is made anew without them."""

FEW = 50
LARGE = 3_000
"""Where arcs are that many and `FEW` times the terminals, the root is solved by interior points.

Cuts then hold many arcs each, which makes simplex iterations slow, and flows are few; inner solutions ask for more of
them and give deeper cuts.
"""

SMALL = 500
"""Edges from which on a still smaller graph is worth while."""

STALLED = 12
MOST_ROUNDS = 400
MOST_NODES = 20_000
MOST_WORK = 25_000
"""Simplex iterations under one clock, where no time is set; each programme counts a hundred on top."""


SOLVED = (highspy.HighsModelStatus.kOptimal, highspy.HighsModelStatus.kUnknown)
"""Interior points that end a little before the optimum leave the status unknown."""


EMPTY = (highspy.HighsModelStatus.kInfeasible, highspy.HighsModelStatus.kModelEmpty)
"""The latter once every arc is closed."""


@dataclass(frozen=True)
class Branch:
    """What holds in one part of the tree of cases: nodes that are in, and bounds of columns."""

    nodes: tuple[int, ...] = ()
    columns: tuple[tuple[int, float, float], ...] = ()


@dataclass(frozen=True)
class Evidence:
    """Reduced costs that tell what a better tree cannot use.

    Parameters
    ----------
    reduced : int64[slots]
        Of the arc from the neighbour into the owner; in units of its own, and `slack` where the arc is closed.
    root : int
        Node all arcs lead away from.
    slack : int
        Trees whose reduced costs add up to this are not better than the best.
    low : int
        About how many edges come with the nodes that a better tree enters by two edges at most.
    """

    reduced: Longs
    root: int
    slack: int
    low: int


class BranchAndCut:
    """The directed cut formulation of a search's problem, solved until proven or until a smaller graph is worth while.

    Parameters
    ----------
    search : Search
        The problem; trees found on the way are offered to it.
    sets : bool[cuts, n] | None
        Sets of nodes whose cuts are in the first programme; None for the moats of the best ascent.
    hand_back : float
        Share of edges left from which on the work stops, so that the caller can go on on a smaller graph; 0 never.
    most_work : int | None
        Work under the search's clock after which this stops; None for no limit where a time is set, else the usual.

    Attributes
    ----------
    evidence : Evidence | None
        What the best programme tells about arcs.
    smaller : bool
        Whether the work stopped for a smaller graph.
    """

    def __init__(
        self, search: Search, sets: Bools | None = None, *, hand_back: float = 0.0, most_work: int | None = None
    ) -> None:
        self.search = search
        packing = search.packed()
        self.root = packing.root
        self.hand_back = hand_back
        self.most_work = MOST_WORK if most_work is None and search.clock.seconds is None else most_work
        self.evidence: Evidence | None = None
        self.smaller = False
        self.form = Formulation(search, self.root)
        self.programme = self.form.programme
        self.slots, self.constant = self.form.slots, self.form.constant
        if sets is None:
            self.form.add_packing(packing)
        else:
            self.form.add_sets(sets)
        if self.slots > max(LARGE, FEW * int(np.count_nonzero(search.prize))):
            self.programme.turn_inside()

    def run(self) -> int:
        """Work until proven, until worth a smaller graph, or until time or counted effort are up: the bound."""
        search = self.search
        queue: list[tuple[int, int, Branch]] = [(search.bound, 0, Branch())]
        settled = int(INF)
        number = 0
        while queue and not self._tired() and number < MOST_NODES:
            lowest = min(queue[0][0], settled)
            if search.clock.close(search.target, lowest) or self.smaller:
                break
            known, _, branch = heapq.heappop(queue)
            bound, children = self._solve(branch, known, root=number == 0)
            bound = max(bound, known)
            if bound < search.target and not children:
                settled = min(settled, bound)
            for child in children:
                number += 1
                heapq.heappush(queue, (bound, number, child))
            number += 1
        lowest = min(settled, search.target, *[bound for bound, _, _ in queue])
        return max(lowest, search.bound)

    def binding_sets(self) -> Bools:
        """Sets of nodes whose cuts bind, for a programme on a smaller graph: bool[cuts, n]."""
        return self.form.binding_sets()

    def _solve(self, branch: Branch, known: int, *, root: bool) -> tuple[int, list[Branch]]:  # noqa: PLR0912
        """Bound one case; returns its bound and the cases it falls into, none if it is settled."""
        search, programme = self.search, self.programme
        lower, upper = self._enter(branch)
        if (lower > upper).any():
            return search.target, []
        best, stalled = known, 0
        x: Floats = np.zeros(0)
        for number in range(MOST_ROUNDS):
            self._limit_work()
            status, x, dual = programme.solve()
            search.clock.work += programme.effort()
            if programme.interior and not (status in SOLVED and dual.size == programme.rows) and not self._tired():
                programme.turn_to_vertices()
                continue
            if status in EMPTY:
                best = search.target if self._empty(branch, programme.ray(status), lower, upper) else best
                x = np.zeros(0)
                break
            if dual.size == programme.rows:
                total, margin, scale = programme.safe_bound(dual, lower, upper, self._least(branch))
                bound = -((-total) // scale) + self.constant
                stalled = 0 if bound > best + abs(best) // 100_000 else stalled + 1
                best = max(best, bound)
            if status not in SOLVED or dual.size != programme.rows:
                x = np.zeros(0)
                break
            if root or number % 5 == 0 or stalled:
                self._offer(x)
            if root:
                self._fix(total + self.constant * scale, margin, scale)
                upper = np.minimum(upper, programme.upper)
                programme.set_bounds(lower, upper)
            if search.clock.close(search.target, best) or self._tired() or self.smaller:
                break
            if not self.form.separate(x, upper):
                self._offer(x)
                if not programme.interior:
                    break
                programme.turn_to_vertices()
            elif stalled > STALLED and self._fractional(x):
                break
            if root and not stalled:
                self._tidy(upper)
        done = search.clock.close(search.target, best) or x.size == 0
        children = [] if done else [branch] if self.smaller else self._children(branch, x)
        self._leave(branch)
        programme.turn_to_vertices()
        return best, children

    def _enter(self, branch: Branch) -> tuple[Floats, Floats]:
        """Set what holds in a case; returns the bounds of the columns."""
        programme = self.programme
        for v in branch.nodes:
            self.form.enter(v)
        programme.flush()
        lower, upper = programme.lower.copy(), programme.upper.copy()
        for column, low, high in branch.columns:
            lower[column], upper[column] = max(lower[column], low), min(upper[column], high)
        if not (lower > upper).any():
            programme.set_bounds(lower, upper)
            for row in self._rows_of(branch):
                programme.model.changeRowBounds(int(row), 1.0, 1.0)
        return lower, upper

    def _leave(self, branch: Branch) -> None:
        for row in self._rows_of(branch):
            self.programme.model.changeRowBounds(int(row), 0.0, 1.0)

    def _rows_of(self, branch: Branch) -> Longs:
        """Rows of the nodes held in."""
        return np.flatnonzero(np.isin(self.programme.tag, branch.nodes)) if branch.nodes else np.empty(0, np.int64)

    def _least(self, branch: Branch) -> Longs:
        least = self.programme.least.copy()
        least[self._rows_of(branch)] = 1
        return least

    def _tidy(self, upper: Floats) -> None:
        """Drop closed columns and rows that do not bind, if they are many."""
        programme = self.programme
        old = (programme.age > OLD) & (programme.tag < 0)
        closed = int((programme.upper[programme.column] == 0).sum())
        if old.sum() > DROP_AT * programme.rows or closed > DROP_AT * programme.column.size:
            programme.drop(~old)
            programme.set_bounds(programme.lower, upper)

    def _tired(self) -> bool:
        """Whether the time, or where none is set the counted work, is used up."""
        clock = self.search.clock
        return clock.late() or (self.most_work is not None and clock.work > self.most_work)

    def _limit_work(self) -> None:
        clock, model = self.search.clock, self.programme.model
        if clock.seconds is not None:
            left = max(0.01, clock.seconds - clock.spent())
            model.setOptionValue("time_limit", model.getRunTime() + left)
        if self.most_work is not None:
            model.setOptionValue("simplex_iteration_limit", max(1, self.most_work - clock.work))

    def _empty(self, branch: Branch, ray: Floats, lower: Floats, upper: Floats) -> bool:
        """Whether a case is empty beyond doubt: cut off in the graph, or bounded away along the ray."""
        if self._cut_off(branch):
            return True
        if ray.size != self.programme.rows or not np.abs(ray).max(initial=0.0) > 0:
            return False
        span = float(np.abs(self.programme.objective).sum()) / self.programme.unit
        for factor in (1.0, -1.0, 1e3, -1e3):
            dual = ray * (factor * span / np.abs(ray).max())
            total, _, scale = self.programme.safe_bound(dual, lower, upper, self._least(branch))
            if total + self.constant * scale >= self.search.target * scale:
                return True
        return False

    def _cut_off(self, branch: Branch) -> bool:
        """Whether nodes that must be reached cannot be reached at all."""
        graph, search, paying = self.search.graph, self.search, self.form.paying
        closed = {column for column, _, high in branch.columns if high == 0.0}
        open_slot = self.programme.upper[: self.slots] > 0
        open_slot[[column for column in closed if column < self.slots]] = False
        must = {int(v) for v in np.flatnonzero(search.prize == INF)} | set(branch.nodes)
        must |= {int(paying[c - self.slots]) for c, low, _ in branch.columns if low == 1.0 and c >= self.slots}
        seen = {self.root}
        stack = [self.root]
        while stack:
            v = stack.pop()
            for s in range(graph.start[v], graph.start[v + 1]):
                u = int(graph.neighbour[s])
                if u not in seen and open_slot[graph.twin[s]]:
                    seen.add(u)
                    stack.append(u)
        return not must <= seen

    def _fix(self, total: int, margin: Longs, scale: int) -> None:
        """Close arcs for good that no better tree can use: the way to them, they, and the way on cost too much.

        Parameters
        ----------
        total : int
            The bound, `scale` times.
        margin : int64[columns]
            Reduced costs, `scale` times; those below 0 have been charged to the bound.
        scale : int
            The scale.
        """
        graph, search, upper = self.search.graph, self.search, self.programme.upper[: self.slots]
        # Costs are whole: a tree that costs more than target − 1 is not better.
        slack = (search.target - 1) * scale + 1 - total
        if slack <= 0:
            return
        # No sum along a way may overflow.
        shift = max(0, (slack * (graph.n + 4)).bit_length() - 61)
        slack = -((-slack) >> shift)
        reduced: Longs = np.clip(margin[: self.slots] >> shift, 0, slack)
        reduced[upper == 0] = slack
        paying = search.prize > 0
        paying[self.root] = False
        # Frozen and writable arrays are two types to the compiler; one is enough.
        frozen = reduced.view()
        frozen.flags.writeable = False
        down = np.minimum(from_root(graph.start, graph.neighbour, graph.twin, frozen, np.int32(self.root)), slack)
        _, ways = nearest_forced(graph.start, graph.neighbour, frozen, paying, 2)
        ways = np.minimum(ways, slack)
        through = down[graph.neighbour] + reduced + ways[self.form.owner, 0]
        hopeless = through >= slack
        upper[hopeless] = 0.0
        reduced[hopeless] = slack
        low = int(np.count_nonzero(down + ways[:, 0] + ways[:, 1] >= slack))
        self.evidence = Evidence(reduced, self.root, slack, low)
        closed = int(np.count_nonzero(hopeless & hopeless[graph.twin])) // 2
        # A node entered by two edges at most goes, and about two edges with it.
        self.smaller = self.hand_back > 0 and graph.m > SMALL and graph.m - closed - 2 * low < self.hand_back * graph.m

    def _offer(self, x: Floats) -> None:
        """Grow a tree along what the linear programme uses."""
        graph = self.search.graph
        either = np.maximum(x[: self.slots], x[graph.twin])
        cost = (graph.slot_cost * (1.02 - np.clip(either, 0.0, 1.0))).astype(np.int64)
        want = self.search.prize.copy()
        want[self.form.paying] = np.where(x[self.slots :] > 0.5, INF, 0)
        self.search.improve(cost, self.search.root, want)

    def _fractional(self, x: Floats) -> bool:
        flow = x[: self.slots]
        return bool(np.any((flow > 1e-5) & (flow < 1 - 1e-5)))

    def _children(self, branch: Branch, x: Floats) -> list[Branch]:
        """Split on a node that is half in, or else on an arc."""
        graph, form = self.search.graph, self.form
        flow = x[: self.slots]
        inflow = np.bincount(form.owner, flow, minlength=graph.n)
        inflow[self.root] = 0.0
        off = np.abs(inflow - 0.5)
        v = int(np.argmin(off))
        if off[v] < 0.5 - 1e-4:
            arcs = form.into(v)
            around = tuple((int(s), 0.0, 0.0) for s in (*arcs, *graph.twin[arcs]))
            if form.column[v] >= 0:
                column = int(form.column[v])
                return [
                    Branch(branch.nodes, (*branch.columns, (column, 1.0, 1.0))),
                    Branch(branch.nodes, (*branch.columns, (column, 0.0, 0.0), *around)),
                ]
            return [
                Branch((*branch.nodes, v), branch.columns),
                Branch(branch.nodes, (*branch.columns, *around)),
            ]
        away = np.abs(flow - 0.5)
        if not away.size or away.min() > 0.5 - 1e-4:
            return []
        s = int(np.argmin(away))
        return [
            Branch(branch.nodes, (*branch.columns, (s, 1.0, 1.0))),
            Branch(branch.nodes, (*branch.columns, (s, 0.0, 0.0))),
        ]

"""Cutting planes and branching for small Steiner problems, with bounds that are exact in integers."""

from __future__ import annotations

import heapq
from dataclasses import dataclass

import highspy
import numpy as np
import numpy.typing as npt

from karez.kernels.ascent import INF
from karez.kernels.cut import least_cut
from karez.kernels.reduce import moat_cuts
from karez.solving.certified import Ints, Longs
from karez.solving.search import Search

UNITS = 1_000_000
"""Capacity that stands for a flow of one."""

CREEP = 2
"""Capacity every arc is given on top, so that of equal cuts those with few arcs are found."""

VIOLATED = 0.02
MOST_CUTS = 250
MOST_ROUNDS = 400
MOST_START_ARCS = 400_000
"""Arcs in the cuts taken over from the ascent."""

STALLED = 12
MOST_NODES = 20_000
MOST_WORK = 25_000
"""Simplex iterations under one clock, where no time is set; each programme counts a hundred on top."""

LARGEST = 1 << 60
UNBOUNDED = 1 << 40

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Branch:
    """Bounds that hold in one part of the tree of cases."""

    rows: tuple[tuple[int, float], ...] = ()
    columns: tuple[tuple[int, float, float], ...] = ()


class BranchAndCut:
    """The directed cut formulation of a search's problem.

    Column s is the arc from ``neighbour[s]`` into the owner of slot s; a column for each finite prize follows.
    Row v is the flow into node v.

    Parameters
    ----------
    search : Search
        The problem; trees found on the way are offered to it.
    """

    def __init__(self, search: Search) -> None:
        self.search = search
        graph = search.graph
        self.root = search.ascent_root
        self.slots = int(graph.neighbour.size)
        self.owner: Ints = np.repeat(np.arange(graph.n, dtype=np.int32), np.diff(graph.start))
        finite = (search.prize > 0) & (search.prize < INF)
        finite[self.root] = False
        self.paying: Ints = np.flatnonzero(finite).astype(np.int32)
        self.column = np.full(graph.n, -1, np.int32)
        self.column[self.paying] = self.slots + np.arange(self.paying.size)
        self.constant = sum(int(prize) for prize in search.prize[self.paying])
        self.objective: Longs = np.concatenate([graph.slot_cost, -search.prize[self.paying]])
        total = sum(int(cost) for cost in graph.cost) + self.constant + 1
        self.scale = 1
        while self.scale < 1 << 20 and total * self.scale * 64 < LARGEST:
            self.scale *= 2
        self.unit = max(1.0, total / 1e6)
        self.lower = np.zeros(self.objective.size)
        self.upper = np.ones(self.objective.size)
        self.upper[graph.start[self.root] : graph.start[self.root + 1]] = 0.0
        self.row_index: list[Ints] = []
        self.row_sign: list[npt.NDArray[np.int64]] = []
        self.row_lower: list[int] = []
        self.row_upper: list[int] = []
        self.seen: set[bytes] = set()
        self.model = highspy.Highs()  # type: ignore[no-untyped-call]
        self.model.setOptionValue("output_flag", False)
        self.model.setOptionValue("threads", 1)
        self.model.setOptionValue("random_seed", 0)
        for upper in self.upper:
            self.model.addVar(0.0, float(upper))
        size = self.objective.size
        self.model.changeColsCost(size, np.arange(size, dtype=np.int32), self.objective / self.unit)
        self._flow_rows()
        self._moat_rows()

    def run(self) -> int:
        """Work until proven, or until the clock or the counted effort says so; returns the bound."""
        search = self.search
        queue: list[tuple[int, int, Branch]] = [(search.bound, 0, Branch())]
        settled = int(INF)
        number = 0
        while queue and not self._tired() and number < MOST_NODES:
            lowest = min(queue[0][0], settled)
            if search.clock.close(search.target, lowest):
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
        lowest = min([settled, search.target, *(bound for bound, _, _ in queue)])
        return max(lowest, search.bound)

    def _flow_rows(self) -> None:
        """One row a node: forced nodes are entered once, paying ones if they pay, others at most once, and left."""
        graph, search = self.search.graph, self.search
        for v in range(graph.n):
            into = np.arange(graph.start[v], graph.start[v + 1], dtype=np.int32)
            if v == self.root:
                self._add(into, np.ones(into.size, np.int64), 0, UNBOUNDED)
            elif search.prize[v] == INF:
                self._add(into, np.ones(into.size, np.int64), 1, 1)
            elif self.column[v] >= 0:
                index = np.append(into, self.column[v]).astype(np.int32)
                self._add(index, np.append(np.ones(into.size, np.int64), -1), 0, 0)
            else:
                self._add(into, np.ones(into.size, np.int64), 0, 1)
        for v in range(graph.n):
            if v != self.root and search.prize[v] == 0 and graph.start[v + 1] > graph.start[v]:
                into = np.arange(graph.start[v], graph.start[v + 1], dtype=np.int32)
                index = np.concatenate([into, graph.twin[into]]).astype(np.int32)
                sign = np.concatenate([np.ones(into.size, np.int64), -np.ones(into.size, np.int64)])
                self._add(index, sign, -UNBOUNDED, 0)

    def _moat_rows(self) -> None:
        """The cuts of the best ascent: the linear programme then starts from its bound."""
        graph, search = self.search.graph, self.search
        owner, start, slot = moat_cuts(
            graph.start, graph.neighbour, graph.slot_cost, search.node, search.radius, MOST_START_ARCS
        )
        for i, v in enumerate(owner):
            self._cut(int(v), slot[start[i] : start[i + 1]], certain=True)

    def _add(self, index: Ints, sign: npt.NDArray[np.int64], lower: int, upper: int) -> None:
        low = -highspy.kHighsInf if lower == -UNBOUNDED else float(lower)
        high = highspy.kHighsInf if upper == UNBOUNDED else float(upper)
        self.row_index.append(index)
        self.row_sign.append(sign)
        self.row_lower.append(lower)
        self.row_upper.append(upper)
        self.model.addRow(low, high, index.size, index, sign.astype(np.float64))

    def _solve(self, branch: Branch, known: int, *, root: bool) -> tuple[int, list[Branch]]:
        """Bound one case; returns its bound and the cases it falls into, none if it is settled."""
        search = self.search
        lower, upper = self.lower.copy(), self.upper.copy()
        row_lower = dict(branch.rows)
        for column, low, high in branch.columns:
            lower[column], upper[column] = max(lower[column], low), min(upper[column], high)
        if (lower > upper).any():
            return search.target, []
        size = self.objective.size
        self.model.changeColsBounds(size, np.arange(size, dtype=np.int32), lower, upper)
        for row, low in branch.rows:
            self.model.changeRowBounds(row, low, 1.0)
        best, stalled = known, 0
        x: Floats = np.zeros(size)
        for turn in range(MOST_ROUNDS):
            self._limit_work()
            self.model.run()
            self.search.clock.work += 100 + max(0, int(self.model.getInfo().simplex_iteration_count))
            status = self.model.getModelStatus()
            solution = self.model.getSolution()
            if status == highspy.HighsModelStatus.kInfeasible:
                best = search.target if self._surely_infeasible(branch) else best
                x = np.zeros(0)
                break
            if status != highspy.HighsModelStatus.kOptimal:
                x = np.zeros(0)
                break
            x = np.array(solution.col_value)
            bound, margin = self._safe(np.array(solution.row_dual), lower, upper, row_lower)
            stalled = 0 if bound > best + abs(best) // 100_000 else stalled + 1
            best = max(best, bound)
            if turn % 5 == 0 or stalled:
                self._offer(x)
            if root:
                self._fix(bound, margin, upper)
            if search.clock.close(search.target, best) or self._tired():
                break
            if not self._separate(x) or (stalled > STALLED and self._fractional(x)):
                break
        children = [] if search.clock.close(search.target, best) or x.size == 0 else self._children(branch, x)
        for row, _ in branch.rows:
            self.model.changeRowBounds(row, 0.0, 1.0)
        return best, children

    def _tired(self) -> bool:
        """Whether the time, or where none is set the counted work, is used up."""
        clock = self.search.clock
        return clock.work > MOST_WORK if clock.seconds is None else clock.late()

    def _limit_work(self) -> None:
        clock = self.search.clock
        if clock.seconds is not None:
            left = max(0.01, clock.seconds - clock.spent())
            self.model.setOptionValue("time_limit", self.model.getRunTime() + left)
        else:
            self.model.setOptionValue("simplex_iteration_limit", max(1, MOST_WORK - clock.work))

    def _surely_infeasible(self, branch: Branch) -> bool:
        """Whether the case is empty beyond doubt: its forced nodes cannot be reached at all."""
        graph, search = self.search.graph, self.search
        closed = {column for column, _, high in branch.columns if high == 0.0}
        open_slot = self.upper[: self.slots] > 0
        open_slot[[column for column in closed if column < self.slots]] = False
        must = {int(v) for v in np.flatnonzero(search.prize == INF)} | {row for row, _ in branch.rows}
        must |= {
            int(self.paying[column - self.slots])
            for column, low, _ in branch.columns
            if low == 1.0 and column >= self.slots
        }
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

    def _safe(self, dual: Floats, lower: Floats, upper: Floats, row_lower: dict[int, float]) -> tuple[int, Longs]:
        """Bound from rounded duals, exact in integers; and the reduced costs it leaves, rounded down."""
        scale = self.scale
        while scale > 1 and float(np.abs(dual).sum()) * self.unit * scale > LARGEST:
            scale //= 2
        margin = self.objective * scale
        if float(np.abs(dual).sum()) * self.unit * scale > LARGEST:
            return 0, np.zeros_like(margin)
        scaled = np.rint(dual * self.unit * scale).astype(np.int64)
        total = 0
        used = np.flatnonzero(scaled)
        for row in used:
            weight = int(scaled[row])
            side = self.row_lower[row] if weight > 0 else self.row_upper[row]
            if weight > 0 and int(row) in row_lower:
                side = int(row_lower[int(row)])
            if abs(side) == UNBOUNDED:
                continue
            total += weight * side
            margin[self.row_index[row]] -= weight * self.row_sign[row]
        open_up = (margin < 0) & (upper > 0)
        total += sum(int(amount) for amount in margin[open_up])
        at_low = (margin > 0) & (lower > 0)
        total += sum(int(amount) for amount in margin[at_low])
        return -((-total) // scale) + self.constant, margin // scale

    def _fix(self, bound: int, margin: Longs, upper: Floats) -> None:
        """Close arcs for good that no better tree can use."""
        search = self.search
        hopeless = (margin[: self.slots] >= search.target - bound) & (upper[: self.slots] > 0)
        if hopeless.any():
            closed = np.flatnonzero(hopeless).astype(np.int32)
            upper[closed] = 0.0
            self.upper[closed] = 0.0
            self.model.changeColsBounds(closed.size, closed, np.zeros(closed.size), np.zeros(closed.size))

    def _offer(self, x: Floats) -> None:
        """Grow a tree along what the linear programme uses."""
        graph = self.search.graph
        either = np.maximum(x[: self.slots], x[graph.twin])
        cost = (graph.slot_cost * (1.02 - np.clip(either, 0.0, 1.0))).astype(np.int64)
        want = self.search.prize.copy()
        if self.paying.size:
            want[self.paying] = np.where(x[self.slots :] > 0.5, INF, 0)
        self.search.improve(cost, self.search.root, want)

    def _separate(self, x: Floats) -> bool:
        """Add cuts that x violates; returns whether there were any."""
        graph, search = self.search.graph, self.search
        flow = np.clip(x[: self.slots], 0.0, 1.0)
        capacity: Longs = np.rint(flow[graph.twin] * UNITS).astype(np.int64) + CREEP
        capacity[self.upper[graph.twin] == 0] = 0
        inflow = np.bincount(self.owner, flow, minlength=graph.n)
        demand = np.where(search.prize == INF, 1.0, 0.0)
        if self.paying.size:
            demand[self.paying] = x[self.slots :]
        targets = np.flatnonzero(demand > 10 * VIOLATED)
        others = np.flatnonzero((demand == 0) & (inflow > 0.3))
        added = 0
        for v in (*search.random.permutation(targets), *search.random.permutation(others)):
            if v == self.root:
                continue
            need = demand[v] if demand[v] > 0 else inflow[v]
            added += self._cuts(int(v), need, capacity, flow, certain=bool(demand[v] > 0))
            if added >= MOST_CUTS or (added and search.clock.late()):
                break
            if demand[v] == 0 and added:
                break
        return added > 0

    def _cuts(self, v: int, need: float, capacity: Longs, flow: Floats, *, certain: bool) -> int:
        """Nested and back cuts between the root and one node."""
        graph = self.search.graph
        work = capacity.copy()
        found = 0
        for _ in range(10):
            left = work.copy()
            _, near_root, near_node = least_cut(
                graph.start, graph.neighbour, graph.twin, left, np.int32(self.root), np.int32(v),
                np.int64(max(1, int((need - VIOLATED) * UNITS))),
            )  # fmt: skip
            if not near_root[self.root]:
                break
            fresh = 0
            for inside in (~near_root, near_node):
                entering = np.flatnonzero(inside[self.owner] & ~inside[graph.neighbour]).astype(np.int32)
                if flow[entering].sum() < need - VIOLATED / 2:
                    fresh += self._cut(v, entering, certain=certain)
                work[graph.twin[entering]] = UNITS
            found += fresh
            if not fresh:
                break
        return found

    def _cut(self, v: int, entering: Ints, *, certain: bool) -> int:
        """Add one cut: entered at least once, or as much as the node pays or is entered."""
        graph, search = self.search.graph, self.search
        sign = np.ones(entering.size, np.int64)
        index, low = entering, 1
        if search.prize[v] != INF:
            low = 0
            if certain:
                index = np.append(entering, self.column[v]).astype(np.int32)
                sign = np.append(sign, -1)
            else:
                into = np.arange(graph.start[v], graph.start[v + 1], dtype=np.int32)
                only = np.setdiff1d(into, entering).astype(np.int32)
                index = np.concatenate([np.setdiff1d(entering, into), only]).astype(np.int32)
                sign = np.concatenate([np.ones(index.size - only.size, np.int64), -np.ones(only.size, np.int64)])
        order = np.argsort(index, kind="stable")
        key = index[order].tobytes() + bytes([low]) + sign[order].astype(np.int8).tobytes()
        if key in self.seen:
            return 0
        self.seen.add(key)
        self._add(index[order], sign[order], low, UNBOUNDED)
        return 1

    def _fractional(self, x: Floats) -> bool:
        flow = x[: self.slots]
        return bool(np.any((flow > 1e-5) & (flow < 1 - 1e-5)))

    def _children(self, branch: Branch, x: Floats) -> list[Branch]:
        """Split on a node that is half in, or else on an arc."""
        graph = self.search.graph
        flow = x[: self.slots]
        inflow = np.bincount(self.owner, flow, minlength=graph.n)
        inflow[self.root] = 0.0
        off = np.abs(inflow - 0.5)
        v = int(np.argmin(off))
        if off[v] < 0.5 - 1e-4:
            arcs = np.arange(graph.start[v], graph.start[v + 1])
            around = (*arcs, *graph.twin[arcs])
            if self.column[v] >= 0:
                column = int(self.column[v])
                closed = tuple((int(s), 0.0, 0.0) for s in around)
                return [
                    Branch(branch.rows, (*branch.columns, (column, 1.0, 1.0))),
                    Branch(branch.rows, (*branch.columns, (column, 0.0, 0.0), *closed)),
                ]
            return [
                Branch((*branch.rows, (v, 1.0)), branch.columns),
                Branch(branch.rows, (*branch.columns, *((int(s), 0.0, 0.0) for s in around))),
            ]
        away = np.abs(flow - 0.5)
        if not away.size or away.min() > 0.5 - 1e-4:
            return []
        s = int(np.argmin(away))
        return [
            Branch(branch.rows, (*branch.columns, (s, 1.0, 1.0))),
            Branch(branch.rows, (*branch.columns, (s, 0.0, 0.0))),
        ]

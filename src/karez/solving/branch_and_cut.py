"""Cutting planes and branching for small Steiner problems, with bounds that are exact in integers."""

from __future__ import annotations

import heapq
import os, sys, time
from dataclasses import dataclass

import highspy
import numpy as np
import numpy.typing as npt

from karez.kernels.ascent import INF, OUT, ascend
from karez.kernels.cut import behind, violated_cuts
from karez.kernels.reduce import from_root, moat_cuts
from karez.kernels.special import nearest_forced
from karez.kernels.tree import turn
from karez.solving.certified import Ints, Longs
from karez.solving.programme import LARGEST, UNBOUNDED, Bools, Floats, Programme
from karez.solving.search import Search

OPT = {k: float(v) for k, v in (o.split("=") for o in os.environ.get("OPT", "").split())}
LOG = "verbose" in OPT

UNITS = 1_000_000
"""Capacity that stands for a flow of one."""

CREEP = int(OPT.get("creep", 2))
"""Capacity every arc is given on top, so that of equal cuts those with few arcs are found."""

VIOLATED = 0.02
MOST_CUTS = int(OPT.get("mostcuts", 250))
DEPTH = int(OPT.get("depth", 10))
MOST_ROUNDS = 400
MOST_START_ARCS = 400_000
"""Arcs in the cuts taken over from the ascent."""

OLD = int(OPT.get("old", 5))
"""Rounds after which a cut that does not bind may go."""

STALLED = 12
MOST_NODES = 20_000
MOST_WORK = 25_000
"""Simplex iterations under one clock, where no time is set; each programme counts a hundred on top."""


@dataclass(frozen=True)
class Branch:
    """What holds in one part of the tree of cases: nodes that are in, and bounds of columns."""

    nodes: tuple[int, ...] = ()
    columns: tuple[tuple[int, float, float], ...] = ()


class BranchAndCut:
    """The directed cut formulation of a search's problem.

    Column s is the arc from ``neighbour[s]`` into the owner of slot s; a column for each finite prize follows.

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
        objective: Longs = np.concatenate([graph.slot_cost, -search.prize[self.paying]])
        usable = np.ones(objective.size, np.bool_)
        usable[graph.start[self.root] : graph.start[self.root + 1]] = False
        self.at_first = usable.sum()
        self.t0 = time.perf_counter()
        self.start_bound = search.bound
        self.programme = Programme(objective, usable)
        self.tsep = self.tlp = 0.0
        self._node_rows = np.zeros(graph.n, np.bool_)
        self._sure_rows()
        if OPT.get("extra", 0):
            self._extra_ascents()
        self._moat_rows(search.node, search.radius)
        self._log("built")

    def _log(self, *what):
        if LOG:
            print("%.2f" % (time.perf_counter() - self.t0), *what, flush=True)

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
            self._log("node", number, "bound", search.target - bound, "queue", len(queue))
        lowest = min([settled, search.target, *(bound for bound, _, _ in queue)])
        self._log("sep", self.tsep, "lp", self.tlp)
        return max(lowest, search.bound)

    def _into(self, v: int) -> Ints:
        graph = self.search.graph
        return np.arange(graph.start[v], graph.start[v + 1], dtype=np.int32)

    def _sure_rows(self) -> None:
        """Forced nodes are entered once, paying ones if they pay."""
        for v in np.flatnonzero(self.search.prize > 0):
            into = self._into(v)
            one = np.ones(into.size, np.int64)
            if v == self.root:
                continue
            self._node_rows[v] = True
            if self.column[v] < 0:
                self.programme.add(into, one, 1, 1, int(v))
            else:
                index = np.append(into, self.column[v]).astype(np.int32)
                self.programme.add(index, np.append(one, -1), 0, 0, int(v))

    def _moat_rows(self, node, radius) -> None:
        """The cuts of the best ascent: the linear programme then starts from its bound."""
        graph, search = self.search.graph, self.search
        owner, start, slot = moat_cuts(
            graph.start, graph.neighbour, graph.slot_cost, node, radius, MOST_START_ARCS
        )
        for i, v in enumerate(owner):
            self._cut(int(v), slot[start[i] : start[i + 1]], demanded=True)

    def _extra_ascents(self):
        graph, search = self.search.graph, self.search
        up = search.up.copy()
        if up[self.root] == OUT:
            up[:] = OUT
        else:
            turn(graph.neighbour, graph.twin, up, np.int32(self.root))
        for k in range(int(OPT["extra"])):
            reduced = graph.slot_cost.copy()
            rank = search.random.permutation(graph.n).astype(np.int32)
            bound, node, radius, _ = ascend(graph.start, graph.neighbour, graph.twin, reduced, np.int32(self.root), search.prize, rank, (1.5, 1.05, 1.2)[k % 3], up, (4.0, 20.0, 100.0)[k % 3])
            self._fix(int(bound), reduced, 1, search.target)
            self._log("ascent", search.target - bound, "open", (self.programme.upper > 0).sum())

    def _solve(self, branch: Branch, known: int, *, root: bool) -> tuple[int, list[Branch]]:
        """Bound one case; returns its bound and the cases it falls into, none if it is settled."""
        search, programme = self.search, self.programme
        for v in branch.nodes:
            self._node_row(v)
        programme.flush()
        lower, upper = programme.lower.copy(), programme.upper.copy()
        for column, low, high in branch.columns:
            lower[column], upper[column] = max(lower[column], low), min(upper[column], high)
        if (lower > upper).any():
            return search.target, []
        programme.set_bounds(lower, upper)
        self._bind(branch, 1)
        best, stalled = known, 0
        x: Floats = np.zeros(0)
        for turn in range(MOST_ROUNDS):
            self._limit_work()
            t = time.perf_counter()
            status, x, dual = programme.solve()
            dt = time.perf_counter() - t
            self.tlp += dt
            iterations = int(programme.model.getInfo().simplex_iteration_count)
            search.clock.work += 100 + max(0, iterations)
            if status == highspy.HighsModelStatus.kInfeasible:
                best = search.target if self._surely_infeasible(branch) else best
                x = np.zeros(0)
                break
            if status != highspy.HighsModelStatus.kOptimal and dual.size != programme.rows:
                self._log("status", status)
                x = np.zeros(0)
                break
            least = programme.least.copy()
            least[np.isin(programme.tag, branch.nodes) & (programme.most == 1)] = 1
            total, margin, scale = programme.safe_bound(dual, lower, upper, least)
            bound = -((-total) // scale) + self.constant
            stalled = 0 if bound > best + abs(best) // 100_000 else stalled + 1
            best = max(best, bound)
            before = int((upper[: self.slots] > 0).sum())
            if status != highspy.HighsModelStatus.kOptimal:
                self._log("status", status)
                x = np.zeros(0)
                break
            if turn % 5 == 0 or stalled:
                self._offer(x)
            if root:
                self._fix(total + self.constant * scale, margin, scale, search.target)
                upper = np.minimum(upper, programme.upper)
                programme.set_bounds(lower, upper)
            if LOG:
                u = upper[:self.slots]; g = search.graph
                both = ((u == 0) & (u[g.twin] == 0)).sum() // 2
                xs = x[:self.slots]
                self._log("turn", turn, "run %.2f it %d" % (dt, iterations), "gap", search.target - best, "now", search.target - bound, "rows", programme.rows, "nnz", programme.index.size, "open", int(u.sum()), "edges", g.m - both, "frac", int(((xs>1e-5)&(xs<1-1e-5)).sum()))
            if search.clock.close(search.target, best) or self._tired():
                break
            t = time.perf_counter()
            sep = self._separate(x, upper)
            self.tsep += time.perf_counter() - t
            if LOG:
                self._log("   sep %.2f" % (time.perf_counter() - t), sep, len(programme.waiting))
            if not sep or (stalled > STALLED and self._fractional(x)):
                break
            if root:
                self._tidy(upper)
        children = [] if search.clock.close(search.target, best) or x.size == 0 else self._children(branch, x)
        self._bind(branch, 0)
        return best, children

    def _tidy(self, upper) -> None:
        """Drop closed columns and rows that have not bound for some rounds, if they are many."""
        programme = self.programme
        waiting = programme.waiting
        old = (programme.age > OLD) & (programme.tag < 0)
        closed = (programme.upper[programme.column] == 0).sum()
        if old.sum() > 0.2 * programme.rows or closed > 0.1 * programme.column.size:
            programme.waiting = []
            programme.rebuild(~old)
            programme.waiting = waiting
            programme.set_bounds(programme.lower, upper)

    def _bind(self, branch: Branch, least: int) -> None:
        """Set the least flow into the nodes a branch holds in."""
        programme = self.programme
        for row in np.flatnonzero(np.isin(programme.tag, branch.nodes) & (programme.most == 1)):
            programme.model.changeRowBounds(int(row), float(least), 1.0)

    def _tired(self) -> bool:
        """Whether the time, or where none is set the counted work, is used up."""
        clock = self.search.clock
        return clock.work > MOST_WORK if clock.seconds is None else clock.late()

    def _limit_work(self) -> None:
        clock, model = self.search.clock, self.programme.model
        if clock.seconds is not None:
            left = max(0.01, clock.seconds - clock.spent())
            model.setOptionValue("time_limit", model.getRunTime() + left)
        else:
            model.setOptionValue("simplex_iteration_limit", max(1, MOST_WORK - clock.work))

    def _surely_infeasible(self, branch: Branch) -> bool:
        """Whether the case is empty beyond doubt: its forced nodes cannot be reached at all."""
        graph, search = self.search.graph, self.search
        closed = {column for column, _, high in branch.columns if high == 0.0}
        open_slot = self.programme.upper[: self.slots] > 0
        open_slot[[column for column in closed if column < self.slots]] = False
        must = {int(v) for v in np.flatnonzero(search.prize == INF)} | set(branch.nodes)
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

    def _fix(self, total: int, margin: Longs, scale: int, target: int) -> None:
        """Close arcs for good that no better tree can use: with the way to them and on from them they cost too much.

        ``total`` and ``margin`` are `scale` times bound and reduced costs.
        """
        graph, search, programme = self.search.graph, self.search, self.programme
        slack = target * scale - scale + 1 - total
        if slack <= 0:
            return
        shift = max(0, (slack * (graph.n + 4)).bit_length() - 61)
        slack = -((-slack) >> shift)
        cost: Longs = np.clip(margin[: self.slots] >> shift, 0, slack)
        cost[programme.upper[: self.slots] == 0] = slack
        paying = search.prize > 0
        paying[self.root] = False
        down = from_root(graph.start, graph.neighbour, graph.twin, cost, np.int32(self.root))
        _, ways = nearest_forced(graph.start, graph.neighbour, cost, paying, 2)
        down, ways = np.minimum(down, slack), np.minimum(ways, slack)
        through = down[graph.neighbour] + cost + ways[self.owner, 0]
        hopeless = (through >= slack) & (programme.upper[: self.slots] > 0)
        programme.upper[: self.slots][hopeless] = 0.0
        cost[hopeless] = slack
        self.evidence = (cost, self.root, 0, slack)

    def _offer(self, x: Floats) -> None:
        """Grow a tree along what the linear programme uses."""
        graph = self.search.graph
        either = np.maximum(x[: self.slots], x[graph.twin])
        cost = (graph.slot_cost * (1.02 - np.clip(either, 0.0, 1.0))).astype(np.int64)
        want = self.search.prize.copy()
        if self.paying.size:
            want[self.paying] = np.where(x[self.slots :] > 0.5, INF, 0)
        self.search.improve(cost, self.search.root, want)

    def _separate(self, x: Floats, upper: Floats) -> bool:
        """Have rows added that x violates; returns whether there were any."""
        graph, search = self.search.graph, self.search
        flow = np.clip(x[: self.slots], 0.0, 1.0)
        inflow = np.bincount(self.owner, flow, minlength=graph.n)
        added = self._node_rows_violated(flow, inflow)
        demand = np.where(search.prize == INF, 1.0, 0.0)
        if self.paying.size:
            demand[self.paying] = x[self.slots :]
        demand[self.root] = 0.0
        inflow[self.root] = 0.0
        sure = np.flatnonzero(demand > 10 * VIOLATED)
        others = np.flatnonzero((search.prize == 0) & (inflow > 0.3))
        added += self._cuts_to(search.random.permutation(sure), demand, flow, upper, demanded=True)
        if not added:
            added += self._cuts_to(search.random.permutation(others), inflow, flow, upper, demanded=False)
        return added > 0

    def _node_rows_violated(self, flow, inflow) -> int:
        graph, search = self.search.graph, self.search
        free = (search.prize == 0)
        added = 0
        for v in np.flatnonzero(free & (inflow > 1 + VIOLATED)):
            added += self._node_row(v)
        out = np.bincount(graph.neighbour, flow, minlength=graph.n)
        for v in np.flatnonzero(free & (inflow > out + VIOLATED)):
            if v == self.root:
                continue
            into = self._into(v)
            index = np.concatenate([into, graph.twin[into]]).astype(np.int32)
            sign = np.repeat(np.array([1, -1], np.int64), into.size)
            added += self.programme.add(index, sign, -UNBOUNDED, 0)
        if OPT.get("arcs", 0):
            # What leaves by one arc has come in by others.
            over = flow[graph.twin] + flow - inflow[self.owner] > VIOLATED
            over &= free[self.owner] & (self.owner != self.root)
            for s in np.flatnonzero(over):
                into = self._into(self.owner[s])
                index = np.append(into[into != s], graph.twin[s]).astype(np.int32)
                sign = np.ones(into.size, np.int64)
                sign[-1] = -1
                added += self.programme.add(index, sign, 0, UNBOUNDED)
        return added

    def _node_row(self, v: int) -> bool:
        """Enter a node at most once."""
        if self._node_rows[v]:
            return False
        self._node_rows[v] = True
        into = self._into(v)
        return self.programme.add(into, np.ones(into.size, np.int64), 0, 1, int(v))

    def _cuts_to(self, targets, need: Floats, flow: Floats, upper: Floats, *, demanded: bool) -> int:
        graph = self.search.graph
        capacity: Longs = np.rint(flow * UNITS).astype(np.int64) + CREEP
        capacity[upper[: self.slots] == 0] = 0
        enough = np.maximum(1, ((need[targets] - VIOLATED) * UNITS).astype(np.int64))
        owner, start, slot = violated_cuts(
            graph.start, graph.neighbour, graph.twin, capacity, flow > 1 - 1e-6, np.int32(self.root),
            targets.astype(np.int32), enough, np.int64(UNITS), MOST_CUTS if demanded else 20, DEPTH,
        )  # fmt: skip
        added = 0
        for i, k in enumerate(owner):
            entering = slot[start[i] : start[i + 1]]
            v = int(targets[k])
            if flow[entering].sum() < need[v] - VIOLATED / 2:
                added += self._cut(v, entering, demanded=demanded)
        return added

    def _cut(self, v: int, entering: Ints, *, demanded: bool) -> bool:
        """Have one cut added: entered at least once, or as much as the node pays or is entered."""
        sign = np.ones(entering.size, np.int64)
        index, low = entering, 1
        if self.search.prize[v] != INF:
            low = 0
            if demanded:
                index = np.append(entering, self.column[v]).astype(np.int32)
                sign = np.append(sign, -1)
            else:
                into = self._into(v)
                only = np.setdiff1d(into, entering).astype(np.int32)
                index = np.concatenate([np.setdiff1d(entering, into), only]).astype(np.int32)
                sign = np.concatenate([np.ones(index.size - only.size, np.int64), -np.ones(only.size, np.int64)])
        return self.programme.add(index, sign, low, UNBOUNDED)

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
            around = tuple((int(s), 0.0, 0.0) for s in (*arcs, *graph.twin[arcs]))
            if self.column[v] >= 0:
                column = int(self.column[v])
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

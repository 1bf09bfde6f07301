"""Rows of the directed cut formulation, and which of them a fractional solution violates."""

from __future__ import annotations

import numpy as np

from karez.kernels.ascent import INF
from karez.kernels.cut import behind, violated_cuts
from karez.solving.certified import Ints, Longs
from karez.solving.graph import Graph
from karez.solving.packing import Packing
from karez.solving.programme import UNBOUNDED, Bools, Floats, Programme
from karez.solving.search import Search

UNITS = 1_000_000
"""Capacity that stands for a flow of one."""

CREEP = 2
"""Capacity every arc is given on top, so that of equal cuts those with few arcs are found."""

VIOLATED = 0.02
MOST_CUTS = 400
"""Cuts in a round, to nodes that must be reached; to others a tenth."""

CHUNK = 500_000
"""Arcs times targets after which the clock is looked at."""

MOST_START_ARCS = 400_000
"""Arcs in the cuts taken over from an ascent."""

Signs = Longs


class Formulation:
    """Rows for a programme whose column s is the arc from ``neighbour[s]`` into the owner of slot s.

    A column for each finite prize follows: 1 if the node pays it.

    Parameters
    ----------
    search : Search
        The problem.
    root : int
        Node all arcs lead away from.
    """

    def __init__(self, search: Search, root: int) -> None:
        graph = search.graph
        self.search, self.root = search, root
        self.slots = int(graph.neighbour.size)
        self.owner: Ints = np.repeat(np.arange(graph.n, dtype=np.int32), np.diff(graph.start))
        finite = (search.prize > 0) & (search.prize < INF)
        finite[root] = False
        self.paying: Ints = np.flatnonzero(finite).astype(np.int32)
        self.column = np.full(graph.n, -1, np.int32)
        self.column[self.paying] = self.slots + np.arange(self.paying.size)
        self.constant = sum(int(prize) for prize in search.prize[self.paying])
        self.free: Bools = search.prize == 0
        self.free[root] = False
        usable = np.ones(self.slots + self.paying.size, np.bool_)
        usable[graph.start[root] : graph.start[root + 1]] = False
        self.programme = Programme(np.concatenate([graph.slot_cost, -search.prize[self.paying]]), usable)
        for v in np.flatnonzero((search.prize > 0) & (np.arange(graph.n) != root)):
            self.enter(int(v))

    @property
    def graph(self) -> Graph:
        """The graph."""
        return self.search.graph

    def into(self, v: int) -> Ints:
        """Arcs into a node."""
        return np.arange(self.graph.start[v], self.graph.start[v + 1], dtype=np.int32)

    def enter(self, v: int) -> bool:
        """Forced nodes are entered once, paying ones if they pay, others at most once."""
        into = self.into(v)
        one = np.ones(into.size, np.int64)
        if self.column[v] >= 0:
            index = np.append(into, self.column[v]).astype(np.int32)
            return self.programme.add(index, np.append(one, -1), 0, 0, v)
        return self.programme.add(into, one, 1 if self.search.prize[v] == INF else 0, 1, v)

    def reach(self, v: int, entering: Ints, *, demanded: bool = True) -> bool:
        """What parts a node from the root is crossed: once, or as much as the node pays, or is entered."""
        sign: Signs = np.ones(entering.size, np.int64)
        index, least = entering, 1
        if self.search.prize[v] != INF:
            least = 0
            if demanded:
                index = np.append(entering, self.column[v]).astype(np.int32)
                sign = np.append(sign, -1)
            else:
                into = self.into(v)
                only = np.setdiff1d(into, entering)
                index = np.concatenate([np.setdiff1d(entering, into), only]).astype(np.int32)
                sign = np.ones(index.size, np.int64)
                sign[index.size - only.size :] = -1
        return self.programme.add(index, sign, least, UNBOUNDED, -2 - v if demanded else -1)

    def add_packing(self, packing: Packing) -> None:
        """The cuts of a dual solution with the same root: the linear programme then starts from its bound."""
        owner, start, slot = packing.cuts(self.graph, MOST_START_ARCS)
        for i, v in enumerate(owner):
            self.reach(int(v), slot[start[i] : start[i + 1]])

    def add_sets(self, sets: Bools) -> None:
        """Cuts around sets of nodes (bool[cuts, n]), turned inside out where they hold the root."""
        search = self.search
        for inside in sets:
            within = ~inside if inside[self.root] else inside
            held = np.flatnonzero(within & (search.prize > 0))
            if held.size and not within[self.root]:
                v = int(held[np.argmax(search.prize[held])])
                self.reach(v, np.flatnonzero(within[self.owner] & ~within[self.graph.neighbour]).astype(np.int32))

    def binding_sets(self) -> Bools:
        """The sets of nodes behind the cuts that bind: bool[cuts, n]."""
        programme = self.programme
        rows = np.flatnonzero((programme.tag <= -2) & (programme.age == 0))
        parts = [programme.index[programme.start[r] : programme.start[r + 1]] for r in rows]
        parts = [part[part < self.slots] for part in parts]
        start = np.concatenate([[0], np.cumsum([part.size for part in parts])]).astype(np.int32)
        slot = np.concatenate([np.empty(0, np.int32), *parts]).astype(np.int32)
        barred = programme.upper[: self.slots] == 0
        target = (-2 - programme.tag[rows]).astype(np.int32)
        found: Bools = behind(self.graph.start, self.graph.neighbour, start, slot, target, barred)
        return found

    def separate(self, x: Floats, upper: Floats) -> bool:
        """Have rows added that x violates; returns whether there were any."""
        search = self.search
        flow: Floats = np.clip(x[: self.slots], 0.0, 1.0)
        inflow: Floats = np.bincount(self.owner, flow, minlength=self.graph.n).astype(np.float64)
        demand = np.where(search.prize == INF, 1.0, 0.0)
        demand[self.paying] = x[self.slots :]
        demand[self.root] = 0.0
        added = self._local(flow, inflow)
        sure = np.flatnonzero(demand > 10 * VIOLATED)
        added += self._cuts(search.random.permutation(sure), demand, flow, upper, demanded=True)
        if not added:
            others = np.flatnonzero(self.free & (inflow > 0.3))
            added += self._cuts(search.random.permutation(others), inflow, flow, upper, demanded=False)
        return added > 0

    def _local(self, flow: Floats, inflow: Floats) -> int:
        """Rows about one node without a prize: entered at most once, left if entered, entered by others if left."""
        graph = self.graph
        added = sum(self.enter(int(v)) for v in np.flatnonzero(self.free & (inflow > 1 + VIOLATED)))
        out = np.bincount(graph.neighbour, flow, minlength=graph.n)
        for v in np.flatnonzero(self.free & (inflow > out + VIOLATED)):
            into = self.into(int(v))
            index = np.concatenate([into, graph.twin[into]]).astype(np.int32)
            sign: Signs = np.repeat(np.array([1, -1], np.int64), into.size)
            added += self.programme.add(index, sign, -UNBOUNDED, 0)
        over = flow[graph.twin] + flow - inflow[self.owner] > VIOLATED
        for s in np.flatnonzero(over & self.free[self.owner]):
            into = self.into(int(self.owner[s]))
            index = np.append(into[into != s], graph.twin[s]).astype(np.int32)
            sign = np.ones(into.size, np.int64)
            sign[-1] = -1
            added += self.programme.add(index, sign, 0, UNBOUNDED)
        return added

    def _cuts(self, targets: Ints, need: Floats, flow: Floats, upper: Floats, *, demanded: bool) -> int:
        """Cuts between the root and targets, chunk by chunk as long as there is time."""
        graph, clock = self.graph, self.search.clock
        capacity: Longs = np.rint(flow * UNITS).astype(np.int64) + CREEP
        capacity[upper[: self.slots] == 0] = 0
        saturated = flow > 1 - 1e-6
        seen = np.zeros(graph.n, np.bool_)
        most = MOST_CUTS if demanded else MOST_CUTS // 10
        step = max(4, CHUNK // max(1, self.slots))
        added = 0
        for first in range(0, targets.size, step):
            part = targets[first : first + step].astype(np.int32)
            enough = np.maximum(1, ((need[part] - VIOLATED) * UNITS).astype(np.int64))
            owner, start, slot = violated_cuts(
                graph.start, graph.neighbour, graph.twin, capacity, saturated, np.int32(self.root), part, enough,
                np.int64(UNITS), most, seen,
            )  # fmt: skip
            for i, k in enumerate(owner):
                entering = slot[start[i] : start[i + 1]]
                if flow[entering].sum() < need[part[k]] - VIOLATED / 2:
                    added += self.reach(int(part[k]), entering, demanded=demanded)
            if added >= most or clock.late():
                break
        return added

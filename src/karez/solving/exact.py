"""Solving a rooted problem on ever smaller graphs: batches of starts, merged trees, reductions, and proof.

Each round makes a fixed number of independent starts, in as many threads as there are, merges the trees found, and
learns from the ascents which edges and nodes no better tree uses. Once enough is known, work goes on on a smaller
graph. When little more is learned and the graph is small, cutting planes and branching close the gap.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace

import numpy as np

from karez.kernels.ascent import INF, OUT
from karez.solving.branch_and_cut import BranchAndCut
from karez.solving.certified import Ints
from karez.solving.multistart import Multistart
from karez.solving.reduction import CLOSER, QUICK, THOROUGH, Bools, Knowledge, Reduced, shrink
from karez.solving.search import MEASURED_FROM, PACES, Clock, Progress, Search
from karez.solving.side_by_side import Task, side_by_side, threads
from karez.solving.windows import Windows

STARTS = 2
"""Independent starts in a round, whatever the number of threads."""

LARGE = 6_000_000
"""Edges from which on starts are made one after the other, for memory's sake."""

HUGE = 1_500_000
"""Edges from which on the balls of a dual solution are not kept and trees are not merged, for memory's sake."""

MOST_SLOTS = 60_000
"""Arcs up to which the linear programme is tried."""

EFFORTS = (CLOSER, THOROUGH, THOROUGH)
"""How closely reductions look after the first rounds, whatever has been learned by then."""

SHRINK_AT = 0.97
"""Share of edges left below which work goes on on a smaller graph."""

PATIENCE, SLOW = 2, 4_000
"""Rounds without a smaller graph after which cutting planes begin; one more for so many arcs.

A better tree is no reason to wait: trees are looked for beside them.
"""

HAND_BACK = 0.6
"""Share of edges left below which cutting planes begin anew on a smaller graph."""

POOL = 8
"""Trees kept for merging."""

MERGING = 1 << 20
"""Numbers of the searches that merge begin here, and of those that raise the bound meanwhile."""

DUAL = 1 << 21

MERGE_ROUNDS = 4
MERGE_SLOTS = 6_000
MERGE_WORK = 10_000
"""Arcs up to which a merged problem is handed to cutting planes, and their most work."""

MERGED, MORE, LEAST_MERGED, MOST_MERGED = 10, 3, 4, 64
"""Trees merged at first, how many more or fewer after a merge that was proven or not, and the least and most."""

BETWEEN, MOST_BETWEEN = 16, 64
"""Trees made between two merges: so many after one that brought a better tree, twice as many after each other."""

MOST_WINDOWS = 100
"""Windows solved in a round."""

WINDOW = 300
WINDOW_GROWTH = 75
"""Nodes of a window in the first round, and how many more in each of the next."""

FEW_WINDOWS = 10
"""Windows are laid where the graph has more nodes than so many of the first hold."""

WINDOW_ROUNDS = 2

EFFORT = 1000
"""Nodes looked at by local search on the dual solution in a round, for each arc; a tenth in merged problems."""

MOST_EFFORT = 15_000_000

START_EFFORT = 40
MOST_STARTS = 30
"""A start counts as much for each arc; most starts in a round."""

MULTISTART = 100_000
"""Edges up to which new trees are combined, as they are made, with the best found so far."""

ENDLESS = 1 << 40
"""Trees looked for beside cutting planes where a time is set: until they stop."""


class Closing:
    """The best tree and bound of a rooted problem, by way of reduced problems.

    Parameters
    ----------
    base : Search
        The search on the graph as given; trees are offered to it.
    slots : int
        Arcs up to which cutting planes are tried; 0 never.
    at_once : int | None
        Threads; None for as many as there are processors. The answer does not depend on it.
    depth : int
        0 for the problem itself; its windows and merged trees are problems of depth 1, which have none of their own.
    """

    def __init__(self, base: Search, *, slots: int = MOST_SLOTS, at_once: int | None = None, depth: int = 0) -> None:
        self.base = base
        self.slots = slots
        self.at_once = threads() if at_once is None else at_once
        self.depth = depth
        self.bound = base.bound
        self.pool: list[tuple[int, Ints]] = []
        self.number = 0
        self.merged, self.between = MERGED, BETWEEN
        self.idle = 0
        self.problem: Reduced
        self.search: Search
        self._work_on(Reduced.of(base.graph, base.prize, base.root))

    def run(self, rounds: int, progress: Progress | None = None, *, within: Bools | None = None) -> int:
        """Work until proven, until time is up, or for so many rounds.

        Parameters
        ----------
        rounds : int
            Most rounds.
        progress : callable | None
            Told the share of the work done after each round.
        within : bool[m] | None
            Edges of the base that trees may use; the bound then holds for such trees only.

        Returns
        -------
        int
            Bound: no tree of the base is better than it and than the best value.
        """
        known = self.knowledge
        if within is not None:
            known = Knowledge(within & known.alive, known.low, known.reduced, known.down, known.near, known.slack)
        clock = self.base.clock
        with clock.measured("reduce", self.problem.graph.m):
            first = shrink(self.problem, known, replace(QUICK, passes=1))
        if (
            not first.hopeless
            and 0 < first.graph.m <= (1.0 - QUICK.worth_while) * self.problem.graph.m
            and clock.allows(QUICK.pace * first.graph.m)
        ):
            first = shrink(first, Knowledge.nothing(first.graph), replace(QUICK, passes=QUICK.passes - 1), clock.allows)
        self._work_on(first)
        for _ in range(rounds):
            if self.done() or self.problem.graph.m == 0:
                break
            self._round()
            if not self.done():
                self._merge_and_reduce()
            if progress is not None:
                progress(self.base.clock.share(min(1.0, self.number / max(1, rounds))))
            if self.idle >= PATIENCE + self.problem.graph.neighbour.size // SLOW and self._small():
                break
        if self.depth == 0 and self.base.target >= INF and self.problem.graph.m > 0 and not self.problem.hopeless:
            # Time ran out before the first round; a tree and a bound there must be.
            self.search.first()
            self._lift()
        if self._small() and not self.done():
            self._cut()
        return self._proven()

    def _small(self) -> bool:
        """Whether what is left can be handed to cutting planes."""
        return 0 < self.problem.graph.neighbour.size <= self.slots

    def done(self) -> bool:
        """Whether time is up or value and bound are as near as asked for."""
        return self.base.clock.late() or self.base.clock.close(self.base.target, self._proven())

    def _proven(self) -> int:
        if self.problem.hopeless:
            self.bound = self.base.target
        else:
            self.bound = max(self.bound, self.search.bound + self.problem.constant)
        self.base.raise_bound(min(self.base.target, self.bound))
        return min(self.base.target, self.bound)

    def _work_on(self, problem: Reduced) -> None:
        """Begin on a smaller graph, from the best tree and the best dual solution there are."""
        packing = None
        if self.number > 0 and self.search.packing is not None and problem.graph.m > 0:
            to = problem.image[self.problem.node]
            packing = self.search.packing.carried(problem.graph, problem.prize, to)
            if packing is not None:
                # Balls that were torn grow again.
                packing.tighten(problem.graph, problem.prize, np.full(problem.graph.n, OUT, np.int32), 1, 0)
        trees = [self.problem.base_edges(tree) for tree in self._elite()] if self.number > 0 else []
        self.problem = problem
        self.trees = [self._edges_of(edges) for edges in trees]
        self.multistart: Multistart | None = None
        self.knowledge = Knowledge.nothing(problem.graph)
        self.search = Search(
            problem.graph, problem.prize, problem.root, self.base.seed_of(self.number), self.base.clock
        )
        self.search.cutoff = self.base.target - problem.constant
        self.search.packing = packing
        self.fresh = True
        self._keep_time()
        if problem.graph.m == 0 and not problem.hopeless:
            self.search.improve(problem.graph.slot_cost, problem.root)
            self.search.raise_bound(self.search.value)
            self._lift()

    def _round(self) -> None:
        """Independent starts, each an ascent and the trees it points to."""
        search, number = self.search, self.number
        forks = [search.fork(STARTS * number + i) for i in range(STARTS)]
        tasks: list[Task]
        if self.fresh:
            tasks = [fork.begin for fork in forks]
        else:
            effort = self._effort()
            tasks = [lambda: self._look_for_trees(forks[1], effort)]
            if self.problem.graph.m <= HUGE:
                tasks.insert(0, lambda: forks[0].tighten(effort))
        if self.fresh and self.pool:
            kept = np.where(self._edges_of(self.pool[0][1]), np.int64(0), self.problem.graph.cost)
            forks[0].hint = kept[self.problem.graph.edge]
        side_by_side(tasks, 1 if self.problem.graph.m > LARGE else self.at_once)
        search.packing = forks[0].packing
        for fork in forks:
            search.absorb(fork)
            self._keep(fork)
        self._lift()
        edges, clock = self.problem.graph.m, self.base.clock
        for fork in forks:
            for reduced, root, bound in fork.ascents or ():
                # What is learned is of use only to reductions.
                if self.done() or not clock.fits(edges, "learn") or not clock.allows(QUICK.pace * edges):
                    break
                with clock.measured("learn", edges):
                    self.knowledge = self.knowledge.learn(
                        self.problem.graph, search.prize, root, reduced, bound, search.target
                    )
            fork.ascents = None
        self.number += 1
        self.fresh = False
        self.idle += 1

    def _windows(self, fork: Search) -> None:
        """Solve the problem anew in windows of the graph."""

        def solve(small: Search) -> None:
            Closing(small, slots=0, at_once=1, depth=self.depth + 1).run(WINDOW_ROUNDS)

        size = WINDOW + WINDOW_GROWTH * min(self.number, 8)
        Windows(fork, size).sweep(solve, fork.seed, most=MOST_WINDOWS)
        if fork.value < INF:
            fork.optima = [*(fork.optima or ()), (fork.value, fork.up)]

    def _worth_windows(self) -> bool:
        """Whether a window is but a small part of the graph; where it is not, whole trees are combined instead."""
        return self.depth == 0 and self.problem.graph.n > FEW_WINDOWS * WINDOW

    def _effort(self) -> int:
        """Nodes local search on the dual solution may look at in a round."""
        slots = self.problem.graph.neighbour.size
        return min(EFFORT * slots + 10_000, MOST_EFFORT) // (1 if self.depth == 0 else 10)

    def _starts(self, effort: int) -> int:
        """How many new trees are as much work as local search on the dual solution with this effort."""
        return min(max(1, effort // (START_EFFORT * (self.problem.graph.neighbour.size + 100))), MOST_STARTS)

    def _look_for_trees(self, fork: Search, effort: int) -> None:
        """Windows, then new starts, about as long as local search on the dual solution takes."""
        starts = self._starts(effort)
        if self._worth_windows() and self.number % 4 != 1:
            self._windows(fork)
            starts = starts // 2
        if self.depth == 0 and fork.graph.m <= MULTISTART:
            self._trees_and_merges(self._multistart(fork), self.base.clock.beside(), starts)
            starts = 0
        for i in range(starts):
            if fork.done():
                break
            if i % 3 == 0:
                fork.round(fork.number)
            else:
                fork.perturb(fork.number + i)

    def _multistart(self, fork: Search) -> Multistart:
        """What makes trees of the problem at hand; on a new graph it begins with the trees of the one before."""
        if self.multistart is None:
            self.multistart = Multistart(fork, fork.seed)
            self.multistart.adopt(self.trees)
        self.multistart.search = fork
        return self.multistart

    def _elite(self) -> list[Ints]:
        """Trees found on the graph at hand, as its edges."""
        if self.multistart is None:
            return []
        best = sorted(self.multistart.elite, key=lambda tree: tree[0])[:POOL]
        return [self.problem.graph.edge[up[up >= 0]] for _, up in best]

    def _lift(self) -> None:
        """Bring the best tree back to the base."""
        if self.search.value + self.problem.constant < self.base.target:
            with self.base.clock.measured("lift", self.base.graph.m):
                self.base.settle(self.problem.lift(self.base.graph, self.search.up))
            self._keep_time()
        self.search.cutoff = min(self.search.cutoff, self.base.target - self.problem.constant)

    def _keep_time(self) -> None:
        """Keep the time that it takes to bring a tree back."""
        if self.depth == 0:
            clock, edges = self.base.clock, self.base.graph.m
            clock.reserve = clock.paces.get("lift", PACES["lift"]) * edges if edges >= MEASURED_FROM else 0.0

    def _keep(self, fork: Search) -> None:
        """Keep the trees found for merging, as edges of the base."""
        if self.depth > 0:
            return
        for value, up in sorted(fork.optima or (), key=lambda tree: tree[0])[:POOL]:
            edges = self.problem.base_edges(fork.graph.edge[up[up >= 0]])
            total = value + self.problem.constant
            if all(total != other or not np.array_equal(edges, old) for other, old in self.pool):
                self.pool.append((total, edges))
        self.pool.sort(key=lambda tree: tree[0])
        del self.pool[POOL:]
        fork.optima = None

    def _edges_of(self, base_edges: Ints) -> Bools:
        """Which edges of the reduced graph stand for these edges of the base alone."""
        mark = np.zeros(self.base.graph.m, np.bool_)
        mark[base_edges] = True
        if self.problem.graph.m == 0:
            return np.zeros(0, np.bool_)
        return np.logical_and.reduceat(mark[self.problem.chain_edge], self.problem.chain_start[:-1])

    def _merge(self, fork: Search) -> None:
        """Solve the problem on the edges of the trees in the pool alone, then in windows of the graph."""
        if len(self.pool) > 1 and fork.graph.m <= HUGE and self.base.clock.fits(fork.graph.m, "reduce"):
            used = np.logical_or.reduce([self._edges_of(edges) for _, edges in self.pool])
            self._solve_within(used, fork, self.base.clock.beside())
            fork.optima = [(fork.value, fork.up)]
            self.pool.clear()
        if self._worth_windows() and self.number <= len(EFFORTS):
            self._windows(fork)

    def _solve_within(self, used: Bools, fork: Search, clock: Clock) -> bool:
        """Solve the problem on some of its edges alone; whether to proof. The tree is the fork's."""
        inner = Search(fork.graph, fork.prize, fork.root, fork.seed, clock)
        inner.value, inner.up = fork.value, fork.up.copy()
        closing = Closing(inner, slots=min(self.slots, MERGE_SLOTS), at_once=1, depth=self.depth + 1)
        proven = closing.run(MERGE_ROUNDS, within=used) >= inner.value
        fork.offer(inner.up, inner.value)
        return proven

    def _merge_and_reduce(self) -> None:
        """Merge trees, and meanwhile see whether enough is known to go on on a smaller graph."""
        smaller: list[Reduced] = []

        def reduce() -> None:
            problem = self._reduced()
            if problem is not None:
                smaller.append(problem)

        fork = self.search.fork(MERGING + self.number)
        tasks: list[Task] = [reduce, lambda: self._merge(fork)]
        early = self.depth == 0 and self.number <= len(EFFORTS)
        dual = self.search.fork(DUAL + self.number)
        if early and self.problem.graph.m <= HUGE:
            tasks.append(lambda: dual.tighten(self._effort()))
        side_by_side(tasks, self.at_once)
        self.search.packing = dual.packing
        for other in (fork, dual):
            self.search.absorb(other)
            self._keep(other)
        self._lift()
        if smaller:
            self._proven()
            self._work_on(smaller[0])
            self.idle = 0

    def _reduced(self) -> Reduced | None:
        """A smaller problem, if what is known leaves one and there is time for it."""
        graph = self.problem.graph
        allows = self.base.clock.allows
        efforts = EFFORTS[min(self.number, len(EFFORTS)) - 1 :]
        effort = next((one for one in (efforts[0], CLOSER, QUICK) if allows(one.pace * graph.m)), None)
        if effort is None or (self.knowledge.alive.mean() > SHRINK_AT and self.number > len(EFFORTS)):
            return None
        problem = shrink(self.problem, self.knowledge, effort, allows)
        return problem if problem.hopeless or problem.graph.m < SHRINK_AT * graph.m else None

    @contextmanager
    def _trees_meanwhile(self) -> Iterator[None]:
        """Trees are looked for beside what is done; before it, as many as are counted, where no time is set."""
        if self.depth > 0:
            yield
            return
        multistart = self._multistart(self.search)
        clock = self.base.clock.beside()
        if clock.seconds is None or self.at_once < 2:
            self._trees_and_merges(multistart, clock, self._starts(self._effort()))
            yield
            return
        with ThreadPoolExecutor(1) as pool:
            multistart.stopped = False
            future = pool.submit(self._trees_and_merges, multistart, clock, ENDLESS)
            try:
                yield
            finally:
                multistart.stopped = clock.stopped = True
                future.result()

    def _trees_and_merges(self, multistart: Multistart, clock: Clock, trees: int) -> None:
        """Make so many trees and merge what there is, by turns, or until told to stop."""
        last = multistart.made + trees
        while multistart.made < last and not multistart.ended():
            multistart.run(min(self.between, last - multistart.made))
            self._merge_elite(multistart, clock)

    def _merge_elite(self, multistart: Multistart, clock: Clock) -> None:
        """Solve the problem on the edges of some trees of the elite alone, and take the tree into it."""
        trees = multistart.some(self.merged)
        search = multistart.search
        if len(trees) < 2 or multistart.ended():
            return
        used = np.zeros(search.graph.m, np.bool_)
        for up in trees:
            used[search.graph.edge[up[up >= 0]]] = True
        fork = search.fork(multistart.made)
        clock.work = 0
        known = fork.value
        proven = self._solve_within(used, fork, clock)
        self.merged = min(MOST_MERGED, self.merged + MORE) if proven else max(LEAST_MERGED, self.merged - MORE)
        self.between = BETWEEN if fork.value < known else min(2 * self.between, MOST_BETWEEN)
        multistart.take(fork.up, fork.value)

    def _cut(self) -> None:
        """Close the gap by cutting planes and branching, on a smaller graph whenever their bounds allow for one."""
        sets, hand_back = None, HAND_BACK
        while not self.done():
            with self._trees_meanwhile():
                most = MERGE_WORK if self.depth else None
                work = BranchAndCut(self.search, sets, hand_back=hand_back, most_work=most)
                bound = work.run()
            self.search.raise_bound(bound)
            self._lift()
            if self.done() or not work.smaller or work.evidence is None:
                break
            before, clue = self.problem, work.evidence
            known = self.knowledge.learn(before.graph, before.prize, clue.root, clue.reduced, 0, clue.slack)
            self._proven()
            self._work_on(shrink(before, known, THOROUGH, self.base.clock.allows))
            # How many edges would go was a guess; work that stopped for too few of them must not stop for them again.
            hand_back = HAND_BACK if self.problem.graph.m < SHRINK_AT * before.graph.m else 0.0
            if not self.done():
                self._round()
                number = np.full(self.base.graph.n, -1, np.int32)
                number[before.node] = np.arange(before.node.size)
                sets = work.binding_sets()[:, number[self.problem.node]]


def close(search: Search, rounds: int = 40, progress: Progress | None = None, *, cutting: bool = True) -> int:
    """Close the gap of a search as far as its clock and so many rounds allow; returns a bound for its problem."""
    return Closing(search, slots=MOST_SLOTS if cutting else 0).run(rounds, progress)

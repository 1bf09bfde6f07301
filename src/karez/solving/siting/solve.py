"""The verb: an answer by search, a bound by relaxation, cases until they meet or the effort is spent."""

from __future__ import annotations

import heapq
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from karez.kernels.opening import search
from karez.kernels.siting import FREE, GONE, THERE
from karez.solving.siting.bound import NEVER, bound_of
from karez.solving.siting.exploring import Answer, Explorer
from karez.solving.siting.problem import MUST, Bools, Ints, Longs, Siting, Unservable
from karez.solving.siting.proof import Case, Fixing, SitingProof
from karez.solving.siting.relax import Bytes, Floats, Relaxation, Relaxed

FIRST_STEPS, MORE_STEPS = 900, 160
"""Subgradient steps for the whole problem, and for a case that goes on from another's multipliers."""

WHOLE_STEPS = 300
"""Steps with whole customers, where places have limits."""

WHOLE_ROOT_AT_MOST, WHOLE_AT_MOST = 60_000, 6_000
"""Pairs up to which the problem is bounded with whole customers, and up to which cases are too."""

PAIRS_AT_MOST, FEWEST_CASES = 2_000_000, 8
"""Where places have limits, a case takes long by its pairs: cases together look at so many, but there are some cases in
any event."""

LIMITED_LESS = 50
"""Where capacities may bind, sets of places are filled instead; the search does so many times fewer rounds."""

CASE_ROUNDS = 50
"""Rounds of filling sets in a case."""

FIXED_AT_MOST = 3_000
"""Places up to which each is proven to be closed or open by its reduced cost."""


@dataclass(frozen=True)
class Sited:
    """An answer, its value, and a bound below which none can be.

    Parameters
    ----------
    opened : bool[places]
        Places opened.
    place : int32[customers]
        Place that serves each customer; −1: none.
    pair : int64[customers]
        Its pair; −1: none.
    value : int
        Cost of it.
    bound : int
        No answer costs less.
    proof : SitingProof
        From which the bound is derived again.
    seconds : float
        Time spent, the only figure that differs between equal runs.
    """

    opened: Bools
    place: Ints
    pair: Longs
    value: int
    bound: int
    proof: SitingProof
    seconds: float

    @property
    def gap(self) -> float:
        """Distance of value and bound over value; 0 if they are equal."""
        return 0.0 if self.value == self.bound else (self.value - self.bound) / self.value


def site(
    problem: Siting,
    *,
    rounds: int = 1_000,
    cases: int = 200,
    stop_gap: float = 0.0,
    seed: int = 0,
    progress: Callable[[float], None] | None = None,
) -> Sited:
    """Open places and serve customers at least cost.

    Parameters
    ----------
    problem : Siting
        The problem.
    rounds : int
        How often places are closed and others opened in the search.
    cases : int
        Most cases that are looked into to raise the bound.
    stop_gap : float
        Gap, as a share of the value, at which the work ends.
    seed : int
        Seed of the search.
    progress : callable, optional
        Told the share of the work that is done.

    Raises
    ------
    Unservable
        No answer was found that serves everybody who must be.
    """
    began = time.perf_counter()
    tell = progress or (lambda _: None)
    work = _Work(problem, seed)
    # Filling sets replaces the search where all must be served; for a share, each finds what the other misses.
    filling = problem.limited and problem.spare < 0
    work.improve(np.ones(problem.places), rounds // LIMITED_LESS if filling else rounds // 2)
    tell(0.3)
    work.bound(stop_gap)
    tell(0.6)
    if work.bounded < work.enough(stop_gap):
        if problem.limited:
            work.explore(work.root, work.status, rounds)
        if not filling and work.bounded < work.enough(stop_gap):
            work.improve(np.maximum(work.root.open_share, 1e-3), rounds - rounds // 2)
        work.fix()
        work.split(cases, stop_gap, tell)
    if work.short:
        raise Unservable(np.empty(0, np.int32))
    work.tidy()
    proof = SitingProof(work.relaxation.scale, tuple(work.fixings), tuple(work.leaves))
    bound = min([work.value, *(case.bound for case in work.leaves)])
    place = np.full(problem.customers, -1, np.int32)
    served = work.at >= 0
    place[served] = problem.place[work.at[served]]
    return Sited(work.opened, place, work.at, work.value, bound, proof, time.perf_counter() - began)


class _Work:
    """What is known so far of one problem."""

    def __init__(self, problem: Siting, seed: int) -> None:
        self.problem, self.seed = problem, seed
        self.relaxation = Relaxation(problem)
        self.opened = np.zeros(problem.places, np.bool_)
        self.at = np.full(problem.customers, -1, np.int64)
        self.value, self.short = NEVER, True
        self.status = np.zeros(problem.places, np.int8)
        self.fixings: list[Fixing] = []
        self.leaves: list[Case] = []
        self.root: Relaxed
        self._turns = 0
        self._explorer = Explorer(problem, seed)
        must = int(problem.largest)
        self._leave = np.where(problem.leave == MUST, must, problem.leave)

    def enough(self, stop_gap: float) -> int:
        """Bound that is close enough."""
        return self.value - int(stop_gap * self.value) - (self.problem.grain - 1)

    @property
    def bounded(self) -> int:
        """Bound of the whole problem."""
        return self.root.bound

    def improve(self, favour: Floats, rounds: int, status: Bytes | None = None, begin: Bools | None = None) -> None:
        """Search from scratch, and from the best answer."""
        of = self.problem
        self._turns += 1
        for opened in (begin if begin is not None else np.zeros(of.places, np.bool_), self.opened):
            if not rounds and opened is self.opened:
                continue
            found, at, _, short = search(
                of.start, of.place, of.place_start, of.place_pair, of.customer, of.cost, of.use, of.capacity, of.fixed,
                of.charge, of.budget, self._leave, of.weight, of.spare, self.status if status is None else status,
                opened, favour, of.limited, rounds, self.seed + 7919 * self._turns,
            )  # fmt: skip
            self.offer(found, at, int(short))

    def explore(self, relaxed: Relaxed, status: Bytes, rounds: int) -> None:
        """Fill sets of places that multipliers speak for."""
        known = Answer(self.opened, self.at, NEVER if self.short else self.value)
        found = self._explorer.explore(relaxed.dual, self.relaxation.scale, relaxed.open_share, status, known, rounds)
        if found.value < NEVER:
            self.offer(found.opened, found.at, 0)

    def offer(self, opened: Bools, at: Longs, short: int) -> None:
        """Keep an answer that is better; one that leaves somebody who must be served is none."""
        bad = short > 0 or bool(((at < 0) & (self.problem.leave == MUST)).any())
        value = self.problem.value(opened, at) if not bad else NEVER
        if value < self.value or (self.short and not bad):
            self.opened, self.at, self.value, self.short = opened.copy(), at.copy(), value, bad

    def bound(self, stop_gap: float) -> None:
        """Bound the whole problem."""
        upper = self.value if not self.short else int(self.problem.largest)
        v = self.relaxation.first(self.opened, self.at)
        self.root = self.relaxation.run(v, self.status, upper, FIRST_STEPS)
        few = len(self.problem.place) <= WHOLE_ROOT_AT_MOST
        if self.problem.limited and few and self.root.bound < self.enough(stop_gap):
            self.root = self.whole(self.root, self.status, WHOLE_STEPS)
        self.leaves = [Case(self.status.copy(), self.root.dual, self.root.bound)]

    def whole(self, relaxed: Relaxed, status: Bytes, steps: int) -> Relaxed:
        """Go on with places that serve whole customers; what was had before, if that proves no more."""
        upper = self.value if not self.short else int(self.problem.largest)
        again = self.relaxation.run(relaxed.v, status, upper, steps, whole=True)
        return again if again.bound > relaxed.bound else relaxed

    def fix(self) -> None:
        """Close and open places for good that no better answer opens or closes."""
        if self.short or self.problem.places > FIXED_AT_MOST:
            return
        gone, there = self.relaxation.fixed_by_cost(self.root.dual, self.status, self.value)
        if gone.size or there.size:
            self.fixings.append(Fixing(self.root.dual, gone, there))
            self.status = self.status.copy()
            self.status[gone], self.status[there] = GONE, THERE
            again = self.relaxation.run(self.root.v, self.status, self.value, MORE_STEPS)
            self.root = again if again.bound >= self.root.bound else self.root._replace(open_share=again.open_share)
            self.leaves = [Case(self.status.copy(), self.root.dual, self.root.bound)]

    def split(self, cases: int, stop_gap: float, tell: Callable[[float], None]) -> None:
        """Split the case of the least bound on one place, again and again."""
        queue: list[tuple[int, int, Relaxed, Bytes]] = [(self.root.bound, 0, self.root, self.status)]
        done: list[Case] = []
        number, final = 0, 0
        if self.problem.limited:
            cases = min(cases, max(FEWEST_CASES, PAIRS_AT_MOST // max(1, len(self.problem.place))))
        while queue and number < cases and queue[0][0] < self.enough(stop_gap):
            bound, turn, relaxed, status = heapq.heappop(queue)
            j = _undecided(relaxed.open_share, status)
            if j < 0:
                again = self.whole(relaxed, status, WHOLE_STEPS) if turn >= 0 and self.problem.limited else relaxed
                if again.bound > bound:
                    final -= 1
                    heapq.heappush(queue, (again.bound, final, again, status))
                    continue
                done.append(Case(status, relaxed.dual, bound))
                break
            for decided in (THERE, GONE):
                child = status.copy()
                child[j] = decided
                found = self.relaxation.run(relaxed.v, child, self.value, MORE_STEPS)
                if self.problem.limited and len(self.problem.place) <= WHOLE_AT_MOST and found.bound < self.value:
                    found = self.whole(found, child, MORE_STEPS)
                number += 1
                if found.bound < bound:
                    # What is proven of both cases is proven of each.
                    found = found._replace(bound=bound, dual=relaxed.dual, v=relaxed.v)
                if (
                    found.bound < self.value
                    and number % (16 if self.problem.limited and self.problem.spare < 0 else 4) == 1
                ):
                    if self.problem.limited:
                        self.explore(found, child, CASE_ROUNDS)
                    if not self.problem.limited or self.problem.spare >= 0:
                        self.improve(np.maximum(found.open_share, 1e-3), 0, child)
                heapq.heappush(queue, (found.bound, number, found, child))
            tell(0.6 + 0.4 * number / cases)
        leaves = [*done, *(Case(status, relaxed.dual, bound) for bound, _, relaxed, status in queue)]
        if self.problem.limited:
            # With whole customers, multipliers of a case before may prove more of this one.
            scale = self.relaxation.scale
            leaves = [replace(case, bound=bound_of(self.problem, case.dual, scale, case.status)) for case in leaves]
        self.leaves = leaves

    def tidy(self) -> None:
        """Close places that serve nobody and cost something."""
        serves = np.zeros(self.problem.places, np.bool_)
        serves[self.problem.place[self.at[self.at >= 0]]] = True
        self.opened = self.opened & serves
        self.value = self.problem.value(self.opened, self.at)


def _undecided(share: Floats, status: Bytes) -> int:
    """The free place nearest to being half open; −1 if none is free."""
    free = np.flatnonzero(status == FREE)
    if not free.size:
        return -1
    return int(free[np.argmin(np.abs(share[free] - 0.5))])

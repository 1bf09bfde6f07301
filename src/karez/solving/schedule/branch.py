"""A tighter bound by cases: an item has a year by some date, or it has not; every case has multipliers of its own."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from karez.solving.schedule.found import Found
from karez.solving.schedule.master import Frame
from karez.solving.schedule.problem import Floats, Problem
from karez.solving.schedule.relax import Relaxation, relax
from karez.solving.schedule.rounding import round_off

CANDIDATES = 3
"""Splits tried where a case is split; the one that lowers the bound of both halves most is taken."""
WHOLE = 1e-6
"""Relaxed variables this near to 0 or 1 are whole."""
STOP = 1e-5
"""A case's relaxation is solved to this share."""
CLEAR = 1e-9
"""Share of the worth by which a case must be able to beat what was found to be looked at."""


@dataclass(frozen=True)
class Split:
    """Two cases: an item has a year ≤ `year`, or it has a later one or none.

    Parameters
    ----------
    item : int
        Element, or elements and then option.
    year : int
        Year 0 … T − 1.
    """

    item: int
    year: int

    def narrowed(self, problem: Problem, *, by: bool) -> Problem:
        """A problem with years narrowed to one of the two cases."""
        first, last, must = problem.first.copy(), problem.last.copy(), problem.must.copy()
        item = self.item
        if not by:
            first[item] = max(int(first[item]), self.year + 1)
            return replace(problem, first=first)
        last[item] = min(int(last[item]), self.year)
        must[item] = True
        option = item - problem.elements
        if option >= 0:
            mates = np.flatnonzero(problem.option_site == problem.option_site[option])
            first[problem.elements + mates[mates != option]] = problem.years
            named = np.flatnonzero(problem.rival == option)
            must[problem.elements + named] = True
            must[item] = not len(named)
        return replace(problem, first=first, last=last, must=must)


@dataclass
class Case:
    """A case and, if it was split, its two halves.

    Parameters
    ----------
    problem : Problem
        With the years of this case.
    relaxation : Relaxation
        Its own relaxation and multipliers.
    split : Split | None
        Where it was split.
    halves : tuple[Case, ...]
        The item by that year, and not by that year; empty if it was not split.
    """

    problem: Problem
    relaxation: Relaxation
    split: Split | None = None
    halves: tuple[Case, ...] = ()

    @property
    def bound(self) -> float:
        """No schedule of this case is worth more."""
        return max(half.bound for half in self.halves) if self.halves else self.relaxation.bound

    def leaves(self) -> Iterator[Case]:
        """Cases that were not split."""
        if not self.halves:
            yield self
        for half in self.halves:
            yield from half.leaves()


def branch(frame: Frame, relaxation: Relaxation, found: Found, gap: float, most: int) -> tuple[Case, Found]:
    """Split into cases, the one of highest bound first, until none can be far better than what was found.

    Best-first branch and bound on the years of items, with relaxations by decomposition instead of cuts, so that every
    case is proven by its multipliers alone; splits are chosen by strong branching. See D. Applegate, R. Bixby,
    V. Chvátal and W. Cook, Finding cuts in the TSP (1995), and T. Achterberg, T. Koch and A. Martin, Branching rules
    revisited (2005), doi:10.1016/j.orl.2004.04.002.

    Parameters
    ----------
    frame : Frame
        Problem, rows and aim.
    relaxation : Relaxation
        Its relaxation.
    found : Found
        A schedule that keeps all rows.
    gap : float
        Enough once bound and worth are as near as this share.
    most : int
        Most relaxations that are solved.

    Returns
    -------
    tuple[Case, Found]
        All cases, from the top, and the best schedule met.
    """
    root = Case(frame.problem, relaxation)
    queue: list[tuple[float, int, Case]] = [(-relaxation.bound, 0, root)]
    solved = 0
    while queue and solved < most:
        case = heapq.heappop(queue)[2]
        if case.relaxation.bound <= found.worth + max(gap, CLEAR) * abs(found.worth):
            break
        tried = []
        for split in _candidates(case):
            solved += 2
            try:
                halves = tuple(_half(frame, case, split, by=by) for by in (True, False))
            except ArithmeticError:  # years that cannot be together: another split says more
                continue
            tried.append((_gain(case, halves), split, halves))
            if all(half.relaxation.bound <= found.worth for half in halves):
                break
        if not tried:
            continue
        _, case.split, case.halves = max(tried, key=lambda one: one[0])
        for half in case.halves:
            better = round_off(frame, half.relaxation, thresholds=(0.5,))
            found = better if better.beats(found) else found
            solved += 1
            heapq.heappush(queue, (-half.relaxation.bound, solved, half))
    return root, found


def _half(frame: Frame, case: Case, split: Split, *, by: bool) -> Case:
    """One half of a case; rows that cannot be kept there are passed at a price, which lowers its bound."""
    problem = split.narrowed(case.problem, by=by)
    known = case.relaxation
    return Case(problem, relax(replace(frame, problem=problem), (), True, STOP, (known.label, known.level)))


def _gain(case: Case, halves: tuple[Case, ...]) -> float:
    """By how much a split lowers the bounds of both halves."""
    fall = [case.relaxation.bound - half.relaxation.bound for half in halves]
    least = CLEAR * abs(case.relaxation.bound)
    return float(max(fall[0], least) * max(fall[1], least))


def _candidates(case: Case) -> list[Split]:
    """Variables that are fractional in the relaxation, those of the largest items first, one a label."""
    level = case.relaxation.level
    parted = np.minimum(level, 1.0 - level)
    parted[:2] = 0.0
    open_labels = parted > WHOLE
    if not open_labels.any():
        return []
    label = case.relaxation.label
    item, year = np.nonzero(open_labels[label])
    of = label[item, year]
    weight = _size(case.problem)[item]
    score = parted[of] * weight
    order = np.lexsort((year, item, -score))
    chosen: list[Split] = []
    seen: set[int] = set()
    for at in order:
        if int(item[at]) in seen:
            continue
        seen.add(int(item[at]))
        chosen.append(Split(int(item[at]), int(year[at])))
        if len(chosen) == CANDIDATES:
            break
    return chosen


def _size(problem: Problem) -> Floats:
    """Present cost of every item with all that hangs on it, and its own for options; (items)."""
    cost = problem.present[:, 0].copy()
    elements = problem.elements
    owned = np.flatnonzero(problem.owner >= 0)
    below = np.bincount(problem.owner[owned], cost[elements + owned], elements) if elements else np.zeros(0)
    cost[:elements] += below
    for element in range(elements - 1, -1, -1):
        if problem.parent[element] >= 0:
            cost[problem.parent[element]] += cost[element]
    return np.asarray(cost)

"""Cases of one part: an edge is there or it is not, until every case is settled or the work is spent."""

from __future__ import annotations

import heapq

import numpy as np

from karez.solving.survivability.problem import Bools, Problem
from karez.solving.survivability.relax import IN, OUT, Dual, Floats, Relaxation
from karez.solving.survivability.search import Search

HALF = 1e-4
"""An edge used by less, or by all but so much, is no half one."""


def solve(problem: Problem, rounds: int, effort: int, stop_gap: float, seed: int) -> tuple[Bools, tuple[Dual, ...]]:
    """Network of one part, and the cases of its bound: together they miss no network; the least bound holds.

    Parameters
    ----------
    problem : Problem
        The part.
    rounds : int
        Pieces torn up and mended after the first linear programme; a quarter of it before.
    effort : int
        Simplex iterations, each programme counting a hundred more.
    stop_gap : float
        Gap, as a share of the value, at which the work on the bound ends.
    seed : int
        Seed of all choices.
    """
    search, relaxation, first, used = begin(problem, rounds, effort, stop_gap, seed)
    cases = split(search, relaxation, first, used, effort, stop_gap)
    return search.chosen, cases


def begin(
    problem: Problem, rounds: int, effort: int, stop_gap: float, seed: int
) -> tuple[Search, Relaxation, Dual, Floats]:
    """Network and bound of one part without cases, what they came from, and how much of every edge was used."""
    search = Search(problem, seed)
    search.build()
    search.improve(rounds // 4)
    relaxation = Relaxation(problem, seed)
    whole = np.zeros(problem.graph.m, np.int8)

    def offer(of: Floats) -> int:
        return enough(search.offer(of), stop_gap)

    first, used = relaxation.run(whole, enough(search.value, stop_gap), effort, offer)
    if search.value > first.bound:
        search.improve(rounds, used if used.size else None)
    return search, relaxation, first, used


def split(
    search: Search, relaxation: Relaxation, first: Dual, used: Floats, effort: int, stop_gap: float
) -> tuple[Dual, ...]:
    """Split the case of the least bound, again and again."""
    queue: list[tuple[int, int, Dual, Floats]] = [(first.bound, 0, first, used)]
    settled: list[Dual] = []
    number = 0
    while queue and queue[0][0] < enough(search.value, stop_gap) and relaxation.work < effort:
        bound, _, dual, used = heapq.heappop(queue)
        e = _half(search, dual, used)
        if e < 0:
            settled.append(dual)
            break
        for state in (IN, OUT):
            fixed = dual.fixed.copy()
            fixed[e] = state
            child, inside = relaxation.run(fixed, search.value, effort, search.offer)
            number += 1
            if child.bound < bound:
                # What is proven of both cases is proven of each.
                child = dual.held_to(fixed, search.problem.graph, search.problem.thick)
            heapq.heappush(queue, (child.bound, number, child, inside))
    return (*settled, *(dual for _, _, dual, _ in queue))


def enough(value: int, stop_gap: float) -> int:
    """Bound that is close enough to a value."""
    return value - int(stop_gap * value)


def _half(search: Search, dual: Dual, used: Floats) -> int:
    """The edge nearest to being half used, dear ones first; −1 if there is none."""
    if not used.size:
        return -1
    half = np.minimum(used, 1 - used)
    half[dual.fixed != 0] = 0.0
    if half.max(initial=0.0) < HALF:
        return -1
    return int(np.argmax(half * search.problem.graph.cost))

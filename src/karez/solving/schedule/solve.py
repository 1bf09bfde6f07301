"""One aim: relax, round, polish."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from karez.solving.schedule.branch import Case, branch
from karez.solving.schedule.found import Found, measure
from karez.solving.schedule.master import Frame
from karez.solving.schedule.polish import Effort, polish
from karez.solving.schedule.problem import Aim, Flags, Floats, Rows
from karez.solving.schedule.relax import SLACK_PRICE, Relaxation, relax
from karez.solving.schedule.rounding import losses, round_off

ROUNDS = ((300, 1), (300, 2), (300, 4), (600, 2), (600, 4))
"""Integer programmes that are tried one after the other: free variables, and how many times as many they are from."""
EMPHASES = (1.1, 2.0, 4.0, 20.0)
"""By how much more than their multipliers the rows that ask for service are priced, where rounding did not do."""
FIRST_TRY = 0.25
"""Rounding stops at once at this part of the wanted gap; else all its starts are tried."""
MANY_ITEMS = 100_000
"""With more items than this, what rounding found is not sought again with other emphases."""
NODE_SHARE = 40
"""Each of them may use this part of the node limit: small trees, often, find more than one large one."""
MENDING = ((300, 1), (300, 2), (600, 2), (1000, 2), (1000, 4), (3000, 1))
"""The same, tried first where rounding did not keep all rows."""
CASE_SHARE = 4
"""This part of the node limit may be relaxations of cases."""
CASE_ITEMS = 400_000
"""Nor more relaxations than so many items, in all."""
FEWEST_CASES = 20
"""With fewer relaxations than this, cases are not worth beginning."""
FINENESS = 0.05
"""An integer programme stops at this part of the wanted gap, as its own bound is not the schedule's."""


@dataclass(frozen=True)
class Limits:
    """When to stop.

    Parameters
    ----------
    stop_gap : float
        Share between value and bound that is near enough.
    node_limit : int
        Most branch-and-bound nodes.
    """

    stop_gap: float
    node_limit: int


class Unkept(Exception):
    """No schedule keeps all rows, or none was found.

    Parameters
    ----------
    rows : Rows
        All rows.
    slack : float64[rows]
        Least by which rows that ask for service must be missed; 0 where nothing can be said.
    priced : bool[rows]
        Rows that stand against them.
    proven : bool
        Whether it is proven that there is none.
    """

    def __init__(self, rows: Rows, slack: Floats, priced: Flags, *, proven: bool) -> None:
        super().__init__("no schedule keeps all rows")
        self.rows, self.slack, self.priced, self.proven = rows, slack, priced, proven


@dataclass(frozen=True)
class Solved:
    """A schedule of the contracted problem, the relaxation that bounds it, and cases that bound it better, if any."""

    found: Found
    relaxation: Relaxation
    cases: Case | None = None

    @property
    def bound(self) -> float:
        """No schedule is worth more."""
        return self.relaxation.bound if self.cases is None else min(self.cases.bound, self.relaxation.bound)

    def gap(self) -> float:
        """Share by which bound and worth differ."""
        away = abs(self.bound - self.found.worth)
        return away / abs(self.found.worth) if self.found.worth else (0.0 if away == 0 else float("inf"))

    def enough(self, gap: float) -> bool:
        """Whether it keeps all rows and is as near to its bound as that."""
        return self.found.kept and self.gap() <= gap


def solve(
    frame: Frame, limits: Limits, seed: int, start: Found | None = None, step: Callable[[], None] = lambda: None
) -> Solved:
    """Find a schedule of most worth that keeps all rows.

    Parameters
    ----------
    frame : Frame
        Problem, rows and aim.
    limits : Limits
        When to stop.
    seed : int
        Seed of the integer programmes.
    start : Found | None
        A schedule that keeps all rows, if one is known.
    step : Callable[[], None]
        Called after each of ``STEPS`` pieces of work.

    Returns
    -------
    Solved
        The schedule and its relaxation.

    Raises
    ------
    Unkept
        If no schedule keeps the rows, or none was found within the node limit.
    """
    begun = frame.problem.begun() if start is None else start.option_year
    first = measure(frame, begun) if start is None else start
    elastic = np.zeros(len(frame.rows.names), np.bool_) if first.kept else frame.rows.asking | (first.excess > 0)
    relaxation = relax(frame, (first.years,), elastic)
    if (relaxation.slack > frame.rows.tolerance + frame.scale * 1e-6).any():
        raise unkept(frame, elastic, proven=True)
    step()
    solved = Solved(round_off(frame, relaxation, (begun,), limits.stop_gap * FIRST_TRY), relaxation)
    for emphasis in EMPHASES if frame.problem.items <= MANY_ITEMS or not solved.found.kept else ():
        if not solved.enough(limits.stop_gap):
            solved = _with_emphasis(frame, solved, emphasis)
    step()
    loss = losses(frame, relaxation.multipliers)
    gap, settled = limits.stop_gap * FINENESS, False
    for number, (variables, spread) in enumerate(MENDING):
        if not settled and not solved.found.kept:
            effort = Effort(variables, limits.node_limit // NODE_SHARE, gap, seed + number, spread)
            polished = polish(frame, loss, solved.found, effort)
            solved, settled = Solved(polished.found, relaxation), polished.settled
    if not solved.found.kept:
        raise unkept(frame, elastic, proven=settled)
    for number, (variables, spread) in enumerate(ROUNDS):
        if not settled and not solved.enough(limits.stop_gap):
            effort = Effort(variables, limits.node_limit // NODE_SHARE, gap, seed + number, spread)
            polished = polish(frame, loss, solved.found, effort)
            solved, settled = Solved(polished.found, relaxation), polished.settled
        step()
    return solved if solved.enough(limits.stop_gap) else _by_cases(frame, solved, limits)


def _by_cases(frame: Frame, solved: Solved, limits: Limits) -> Solved:
    """The same, bounded case by case, as far as the effort goes."""
    most = min(limits.node_limit // CASE_SHARE, CASE_ITEMS // max(1, frame.problem.items))
    if most < FEWEST_CASES:
        return solved
    cases, found = branch(frame, solved.relaxation, solved.found, limits.stop_gap, most)
    return Solved(found, solved.relaxation, cases if cases.halves else None)


def unkept(frame: Frame, elastic: Flags, *, proven: bool) -> Unkept:
    """Say which rows must be missed and which stand against them.

    The least by which rows must be missed is a linear programme; rows with a price there are the ones that stand
    against each other, since without them the others could be kept.
    """
    least = relax(replace(frame, aim=Aim(np.zeros_like(frame.aim.profile), 0.0)), (), elastic)
    slack = np.where(least.slack > frame.rows.tolerance, least.slack, 0.0)
    return Unkept(frame.rows, slack, least.multipliers * frame.scale > 1e-6 * SLACK_PRICE, proven=proven)


def _with_emphasis(frame: Frame, solved: Solved, emphasis: float) -> Solved:
    """Round with the rows that ask for service priced above their worth instead of kept; the better of both.

    Such rows leave rounding little to choose from; asked for a little more than is needed, it mostly keeps them.
    """
    rows, aim = frame.rows, frame.aim
    soft = rows.asking
    if not soft.any():
        return solved
    priced = solved.relaxation.multipliers[soft] @ rows.use[np.flatnonzero(soft)]
    others = rows.only(np.flatnonzero(~soft))
    urged = aim.profile - emphasis * np.asarray(priced).reshape(aim.profile.shape)
    eager = replace(frame, rows=others, aim=Aim(urged, aim.present_factor))
    least = measure(eager, frame.problem.begun())
    begun = round_off(eager, relax(eager, (least.years,), least.excess > 0)).option_year
    found = round_off(frame, solved.relaxation, (begun,), thresholds=())
    return Solved(found, solved.relaxation) if found.beats(solved.found) else solved


STEPS = 2 + len(ROUNDS)
"""Calls of `step` in one run of :func:`solve`."""

"""One aim after the other: relax, round, polish."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from karez.model.programme import Phasing
from karez.phasing.conflict import conflict
from karez.phasing.found import Found
from karez.phasing.master import Frame
from karez.phasing.polish import Effort, polish
from karez.phasing.problem import Aim
from karez.phasing.relax import Relaxation, relax
from karez.phasing.rounding import losses, round_off

ROUNDS = ((300, 1), (300, 2), (300, 4), (600, 2), (600, 4))
"""Integer programmes that are tried one after the other: free variables, and how many times as many they are from."""
EMPHASES = (1.1, 2.0, 4.0, 20.0)
"""By how much more than their multipliers the rows that ask for service are priced, where rounding did not do."""
ASKING = ("target", "service")
"""Kinds of rows that ask for service."""
NODE_SHARE = 40
"""Each of them may use this part of the node limit: small trees, often, find more than one large one."""
MENDING = ((300, 1), (300, 2), (600, 2), (1000, 2), (1000, 4), (3000, 1))
"""The same, tried first where rounding did not keep all rows."""
FINENESS = 0.05
"""An integer programme stops at this part of the wanted gap, as its own bound is not the schedule's."""


@dataclass(frozen=True)
class Solved:
    """A schedule of the contracted problem and the relaxation that bounds it."""

    found: Found
    relaxation: Relaxation

    def gap(self) -> float:
        """Share by which bound and worth differ."""
        away = abs(self.relaxation.bound - self.found.worth)
        return away / abs(self.found.worth) if self.found.worth else (0.0 if away == 0 else float("inf"))

    def enough(self, gap: float) -> bool:
        """Whether it keeps all rows and is as near to its bound as that."""
        return self.found.kept and self.gap() <= gap


def solve(
    frame: Frame, settings: Phasing, seed: int, start: Found | None = None, step: Callable[[], None] = lambda: None
) -> Solved:
    """Find a schedule of most worth that keeps all rows.

    Parameters
    ----------
    frame : Frame
        Problem, rows and aim.
    settings : Phasing
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
    Infeasible
        If no schedule keeps the rows, or none was found within the node limit.
    """
    elastic = frozenset(name for name in frame.rows.names if name.startswith("target:") and start is None)
    relaxation = relax(frame, () if start is None else (start.years,), elastic)
    if (relaxation.slack > frame.rows.tolerance + frame.scale * 1e-6).any():
        raise conflict(frame, elastic)
    step()
    nothing = np.full(len(frame.problem.owner), frame.problem.years, np.int32)
    begun = nothing if start is None else start.option_year  # without required targets, nothing keeps all rows
    solved = Solved(round_off(frame, relaxation, (begun,)), relaxation)
    for emphasis in EMPHASES:
        if not solved.enough(settings.stop_gap):
            solved = _with_emphasis(frame, solved, emphasis)
    step()
    loss = losses(frame, relaxation.multipliers)
    gap, settled = settings.stop_gap * FINENESS, False
    for number, (variables, spread) in enumerate(MENDING):
        if not settled and not solved.found.kept:
            effort = Effort(variables, settings.node_limit // NODE_SHARE, gap, seed + number, spread)
            polished = polish(frame, loss, solved.found, effort)
            solved, settled = Solved(polished.found, relaxation), polished.settled
    if not solved.found.kept:
        raise conflict(frame, elastic, proven=settled)
    for number, (variables, spread) in enumerate(ROUNDS):
        if not settled and not solved.enough(settings.stop_gap):
            effort = Effort(variables, settings.node_limit // NODE_SHARE, gap, seed + number, spread)
            polished = polish(frame, loss, solved.found, effort)
            solved, settled = Solved(polished.found, relaxation), polished.settled
        step()
    return solved


def _with_emphasis(frame: Frame, solved: Solved, emphasis: float) -> Solved:
    """Round with the rows that ask for service priced above their worth instead of kept; the better of both.

    Such rows leave rounding little to choose from; asked for a little more than is needed, it mostly keeps them.
    """
    rows, aim = frame.rows, frame.aim
    soft = np.array([name.partition(":")[0] in ASKING for name in rows.names])
    if not soft.any():
        return solved
    priced = np.tensordot(solved.relaxation.multipliers[soft], rows.profile[soft], axes=1)
    others = rows.only(np.flatnonzero(~soft))
    eager = replace(frame, rows=others, aim=Aim(aim.profile - emphasis * priced, aim.present_factor))
    begun = round_off(eager, relax(eager)).option_year
    found = round_off(frame, solved.relaxation, (begun,))
    return Solved(found, solved.relaxation) if found.beats(solved.found) else solved


STEPS = 2 + len(ROUNDS)
"""Calls of `step` in one run of :func:`solve`."""

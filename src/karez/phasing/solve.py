"""One aim after the other: relax, round, polish."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from karez.model.programme import Phasing
from karez.phasing.conflict import conflict
from karez.phasing.found import Found
from karez.phasing.master import Frame
from karez.phasing.polish import Effort, polish
from karez.phasing.relax import Relaxation, relax
from karez.phasing.rounding import losses, round_off

ROUNDS = ((300, 1), (300, 2), (300, 4), (600, 2), (1000, 2))
"""Integer programmes that are tried one after the other: free variables, and how many times as many they are from."""
NODE_SHARE = 40
"""Each of them may use this part of the node limit: small trees, often, find more than one large one."""
MENDING = (3000, 10**9)
"""Free variables of the programmes that are tried where rounding kept not all rows; the last leaves nothing out."""
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
    elastic = (
        frozenset(name for name in frame.rows.names if name.startswith("target:")) if start is None else frozenset()
    )
    relaxation = relax(frame, () if start is None else (start.years,), elastic)
    if (relaxation.slack > frame.rows.tolerance + frame.scale * 1e-6).any():
        raise conflict(frame, elastic)
    step()
    solved = Solved(round_off(frame, relaxation, () if start is None else (start.option_year,)), relaxation)
    step()
    loss = losses(frame, relaxation.multipliers)
    gap, settled = settings.stop_gap * FINENESS, False
    for variables in MENDING:
        if not solved.found.kept:
            polished = polish(frame, loss, solved.found, Effort(variables, settings.node_limit, gap, seed))
            solved, settled = Solved(polished.found, relaxation), polished.settled
    if not solved.found.kept:
        raise conflict(frame, elastic, proven=settled, nodes=settings.node_limit)
    for number, (variables, spread) in enumerate(ROUNDS):
        if not settled and solved.gap() > settings.stop_gap:
            effort = Effort(variables, settings.node_limit // NODE_SHARE, gap, seed + number, spread)
            polished = polish(frame, loss, solved.found, effort)
            solved, settled = Solved(polished.found, relaxation), polished.settled
        step()
    return solved


STEPS = 2 + len(ROUNDS)
"""Calls of `step` in one run of :func:`solve`."""

"""An integer programme over the choices that are nearly as good as the best, by HiGHS."""

from __future__ import annotations

from dataclasses import dataclass

import highspy
import numpy as np
from scipy import sparse

from karez.kernels.closure import spread_up
from karez.solving.schedule.found import Found, measure
from karez.solving.schedule.master import ONE, ZERO, Frame, assemble, build
from karez.solving.schedule.problem import Flags, Floats, Ints, Problem
from karez.solving.schedule.relax import quiet

BREAKING = 1e3
"""Price of breaking a row by one unit more, where the start breaks it; in units of the programme's aim."""

SOLVER_TOLERANCE = 1e-6
"""By how much HiGHS may break a scaled row."""


@dataclass(frozen=True)
class Effort:
    """Counted effort of one integer programme (rule 10).

    Parameters
    ----------
    variables : int
        Free variables of sites, about.
    spread : int
        They are drawn from so many times as many.
    nodes : int
        Most branch-and-bound nodes.
    gap : float
        Stop at this share between value and the programme's own bound.
    seed : int
        Seed of the drawing and of the solver.
    """

    variables: int
    nodes: int
    gap: float
    seed: int = 0
    spread: int = 1


@dataclass(frozen=True)
class Polished:
    """Outcome of one integer programme.

    Parameters
    ----------
    found : Found
        The better of the start and what was found.
    settled : bool
        Whether nothing better exists: all was left open and the programme was solved to its end.
    """

    found: Found
    settled: bool


def polish(frame: Frame, loss: Floats, start: Found, effort: Effort) -> Polished:
    """Choose anew among the years whose loss is small, the rest staying as in the start or at no loss.

    Rows that the start breaks may stay broken, at a price.

    Parameters
    ----------
    frame : Frame
        Problem, rows and aim.
    loss : float64[items, T + 1]
        What each year of each item costs against the best; see :func:`karez.solving.schedule.rounding.losses`.
    start : Found
        A schedule; it need not keep the rows.
    effort : Effort
        When to stop.

    Returns
    -------
    Polished
        The better of start and what was found.
    """
    label = _labels(frame, loss, start, effort)
    master = assemble(frame, label, int(label.max(initial=ONE)) + 1)
    point = np.zeros(len(master.worth))
    point[label.ravel()] = frame.bits(start.years).ravel()
    point[[ZERO, ONE]] = 0.0, 1.0
    unit = max(1.0, float(np.abs(master.worth).sum()) / 1e4)
    lp = build(master, np.where(start.excess > 0, BREAKING, 0.0), unit, _needed(frame, label))
    lp.row_upper_ = np.concatenate(
        [_room(frame, master.room, master.use @ point), np.array(lp.row_upper_)[len(master.room) :]]
    )
    kinds = [highspy.HighsVarType.kInteger] * len(point)
    lp.integrality_ = kinds + [highspy.HighsVarType.kContinuous] * (lp.num_col_ - len(point))
    solver = quiet()
    solver.setOptionValue("random_seed", effort.seed)
    solver.setOptionValue("mip_max_nodes", effort.nodes)
    solver.setOptionValue("mip_rel_gap", effort.gap)
    solver.setOptionValue("mip_allow_restart", False)  # three times as fast here, and as good
    solver.passModel(lp)
    warm = highspy.HighsSolution()
    over = np.maximum(0.0, master.use @ point - np.array(lp.row_upper_)[: len(master.room)])
    warm.col_value = [*point, *over[start.excess > 0]]
    solver.setSolution(warm)
    solver.run()
    ended = solver.getModelStatus() in {highspy.HighsModelStatus.kOptimal, highspy.HighsModelStatus.kInfeasible}
    settled = ended and int((label > ONE).sum()) == int(_possible(frame).sum())
    values = np.array(solver.getSolution().col_value)
    if len(values) == 0 or solver.getInfo().primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
        return Polished(start, settled)
    years = frame.years(values[: len(point)].round().astype(bool)[label])
    found = measure(frame, years[frame.problem.elements :])
    return Polished(found if found.beats(start) else start, settled)


def _room(frame: Frame, room: Floats, used: Floats) -> Floats:
    """Limits drawn in by the solver's tolerance where that is more than a rounding, as far as the start allows."""
    drawn = np.where(frame.scale * SOLVER_TOLERANCE > frame.rows.tolerance, 2 * SOLVER_TOLERANCE, 0.0)
    return np.maximum(room - drawn, np.minimum(room, used))


def _labels(frame: Frame, loss: Floats, start: Found, effort: Effort) -> Ints:
    """One label per free variable: years of small loss, of as many sites as the effort allows, drawn by its seed."""
    allowed = _near(frame, loss, start, effort.variables * effort.spread)
    free = _free(allowed)
    if free.sum() > effort.variables:
        drawn = _draw(frame.problem, free.sum(axis=1), effort)
        allowed[~drawn] = False
        allowed[~drawn, start.years[~drawn]] = True
        free = _free(allowed)
    first = allowed.argmax(axis=1)
    done = first[:, None] <= np.arange(frame.problem.years)[None, :]
    label = np.where(done != frame.turned[:, None], ONE, ZERO).astype(np.int32)
    label[free] = 2 + np.arange(int(free.sum()), dtype=np.int32)
    return label


def _near(frame: Frame, loss: Floats, start: Found, most: int) -> Flags:
    """Years of every item that are those of the start, or best, or of so little loss that about `most` are open."""
    items = np.arange(len(start.years))
    kept = loss.copy()
    kept[items, start.years] = -1.0
    kept[items, loss.argmin(axis=1)] = -1.0
    kept[~_years(frame)] = np.inf
    levels = np.unique(kept[np.isfinite(kept)])
    low, high = 0, len(levels)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if _free(kept <= levels[middle]).sum() <= most else (low, middle)
    return np.asarray(kept <= levels[low])


def _draw(problem: Problem, open_variables: Ints, effort: Effort) -> Flags:
    """Items to leave open: those of sites drawn at random until there are enough, and all elements before them."""
    of_site = np.bincount(problem.option_site, open_variables[problem.elements :])
    order = np.random.default_rng(effort.seed).permutation(len(of_site))
    order = order[of_site[order] > 0]
    taken = np.zeros(len(of_site), np.bool_)
    taken[order[: max(1, int(np.searchsorted(np.cumsum(of_site[order]), effort.variables, side="right")))]] = True
    options = taken[problem.option_site]
    elements = np.zeros(problem.elements, np.bool_)
    elements[problem.owner[options & (problem.owner >= 0)]] = True
    return np.concatenate([spread_up(problem.parent, elements), options])


def _years(frame: Frame) -> Flags:
    """Years an item may have, never included; (items, T + 1)."""
    return np.column_stack([frame.problem.allowed(), frame.problem.may_be_never()])


def _possible(frame: Frame) -> Flags:
    """Variables that first years do not fix."""
    return _free(_years(frame))


def _free(allowed: Flags) -> Flags:
    """Variables (item, t) that allowed years leave open: one of them is ≤ t and one is later."""
    by = np.maximum.accumulate(allowed, axis=1)[:, :-1]
    after = np.maximum.accumulate(allowed[:, ::-1], axis=1)[:, ::-1][:, 1:]
    return np.asarray(by & after)


def _needed(frame: Frame, label: Ints) -> sparse.csr_array:
    """Rows that say: an element is built only once something that hangs on it is (rule 8)."""
    problem, count = frame.problem, int(label.max(initial=ONE)) + 1
    above = np.concatenate([problem.parent, problem.owner])
    hung = np.flatnonzero(above >= 0)
    number = np.arange(problem.elements * problem.years).reshape(-1, problem.years)
    row = np.concatenate([number.ravel(), number[above[hung]].ravel()])
    column = np.concatenate([label[: problem.elements].ravel(), label[hung].ravel()])
    weight = np.concatenate([np.ones(number.size), -np.ones(len(hung) * problem.years)])
    matrix = sparse.csr_array((weight, (row, column)), shape=(number.size, count))
    matrix.sum_duplicates()
    due = np.arange(problem.years)[None, :] >= problem.due[:, None]
    met = (label[: problem.elements].ravel() == ZERO) | (matrix[:, [ONE]].toarray().ravel() < 0) | due.ravel()
    return matrix[np.flatnonzero(~met)]

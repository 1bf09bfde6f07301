"""The linear relaxation of a schedule, and from its multipliers a bound that anyone can derive again."""

from __future__ import annotations

from dataclasses import dataclass, replace

import highspy
import numpy as np

from karez.kernels.closure import best_closure, best_needed
from karez.phasing.master import Frame, Labels, assemble, build, refine
from karez.phasing.problem import Aim, Floats, Ints, Problem, Rows

STOP = 1e-7
"""Bound and relaxation agree to this share: no need to go on."""
ROUNDS = 400
"""Most rounds of the decomposition."""
MANY_LABELS = 4000
"""With more labels than this, those of one value in the last solution are joined."""
SLACK_PRICE = 1e5
"""Price of passing a limit that may be passed, by scaled unit of row and aim; no other price comes near it."""
OUTWARD = 1e-9
"""Share by which a bound is rounded outward, to be safe against floating-point error."""


@dataclass(frozen=True)
class Relaxation:
    """Outcome of the relaxation.

    Parameters
    ----------
    multipliers : float64[rows]
        Price of one unit of each row, ≥ 0, in units of the aim.
    bound : float
        No schedule is worth more.
    value : float
        Worth of the relaxed solution.
    fraction : float64[items, T]
        Relaxed variables, as the frame defines them.
    slack : float64[rows]
        By how much the relaxed solution passes each limit; 0 unless slack was allowed.
    rounds : int
        Rounds it took.
    """

    multipliers: Floats
    bound: float
    value: float
    fraction: Floats
    slack: Floats
    rounds: int


def priced(problem: Problem, rows: Rows, aim: Aim, multipliers: Floats) -> Floats:
    """Worth of every item by year less the price of what it uses; −inf where not allowed; shape (items, T)."""
    profile = aim.profile - np.tensordot(multipliers, rows.profile, axes=1)
    profit = problem.features @ profile + aim.present_factor * problem.present
    return np.where(problem.allowed(), profit, -np.inf)


def closure(problem: Problem, profit: Floats) -> tuple[float, Ints]:
    """Best profit without coupling rows, and the years 0 … T of all items that have it."""
    elements = problem.elements
    best, element_year, option_year = best_closure(
        problem.parent, profit[:elements], problem.owner, problem.rival, profit[elements:]
    )
    return float(best), np.concatenate([element_year, option_year])


def bound(problem: Problem, rows: Rows, aim: Aim, multipliers: Floats) -> float:
    """Bound on the aim by Lagrangian relaxation, rounded up by one part in 10⁹.

    For multipliers μ ≥ 0 no schedule that keeps usage ≤ limit is worth more than the best of worth − μ · usage over
    all schedules that build every element in the first year of what hangs on it, plus μ · limit; that best is found
    exactly by a dynamic program over the forest. See A. M. Geoffrion, Lagrangean relaxation for integer programming
    (1974), doi:10.1007/BFb0120690.
    """
    profit, elements = priced(problem, rows, aim, multipliers), problem.elements
    best = float(best_needed(problem.parent, profit[:elements], problem.owner, problem.rival, profit[elements:]))
    priced_limit = multipliers * rows.limit
    return best + float(priced_limit.sum()) + OUTWARD * (abs(best) + float(np.abs(priced_limit).sum()))


def relax(frame: Frame, seeds: tuple[Ints, ...] = (), elastic: frozenset[str] = frozenset()) -> Relaxation:
    """Solve the linear relaxation by the algorithm of Bienstock and Zuckerberg.

    Variables that had one value in all closures so far share one column of a small master programme; its duals price
    the next closure, which splits the columns. The master grows to the relaxation's optimum and the priced closures
    bound it from the other side. See D. Bienstock and M. Zuckerberg, Solving LP relaxations of large-scale precedence
    constrained problems (2010), doi:10.1007/978-3-642-13036-6_1.

    Parameters
    ----------
    frame : Frame
        Problem, rows and aim.
    seeds : tuple[int32[items], ...]
        Years of schedules that the first master should be able to represent.
    elastic : frozenset[str]
        Names of rows that may be passed at a high price, so that the first master has a solution.

    Returns
    -------
    Relaxation
        With the multipliers of the least bound met.

    Raises
    ------
    ArithmeticError
        If the master has no solution: no seed and no slack made one.
    """
    problem, rows, aim = frame.problem, frame.rows, frame.aim
    label = frame.labels()
    label = refine(label, frame.bits(closure(problem, priced(problem, rows, aim, np.zeros(len(rows.names))))[1]))
    for years in seeds:
        label = refine(label, frame.bits(years))
    unit = max(1.0, float(np.abs(problem.worth(aim)).max(axis=1, initial=0.0).sum()) / 1e4)
    slack_price = np.array([SLACK_PRICE if name in elastic else 0.0 for name in rows.names])
    found: Relaxation | None = None
    for round_number in range(1, ROUNDS + 1):
        values, value, multipliers, slack = _solve(frame, label, slack_price, unit)
        best, years = closure(problem, priced(problem, rows, aim, multipliers))
        limit = best + float(multipliers @ rows.limit)
        if found is None or limit < found.bound:
            found = Relaxation(multipliers, limit, value, values[label], slack, round_number)
        else:
            found = Relaxation(found.multipliers, found.bound, value, values[label], slack, round_number)
        if found.bound - value <= STOP * abs(found.bound):
            break
        if label.max() > MANY_LABELS:
            label = _join(label, values)
        finer = refine(label, frame.bits(years))
        if finer.max() == label.max():
            break
        label = finer
    assert found is not None
    return replace(found, bound=bound(problem, rows, aim, found.multipliers))


def _solve(frame: Frame, label: Labels, slack_price: Floats, unit: float) -> tuple[Floats, float, Floats, Floats]:
    """Solve one master: value of every label, worth, multipliers in units of the rows, slack."""
    master = assemble(frame, label)
    solver = quiet()
    solver.passModel(build(master, slack_price, unit))
    solver.run()
    if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        raise ArithmeticError(f"the relaxation could not be solved: {solver.getModelStatus()}")
    solution = solver.getSolution()
    count = len(master.worth)
    column, dual = np.array(solution.col_value), np.array(solution.row_dual)
    values = np.clip(column[:count], 0.0, 1.0)
    slack = np.zeros(len(slack_price))
    slack[slack_price > 0] = column[count:]
    multipliers = np.maximum(0.0, -dual[: len(master.room)]) * unit / frame.scale
    worth = master.constant + float(master.worth @ values) - unit * float(slack @ slack_price)
    return values, worth, multipliers, slack * frame.scale


def quiet() -> highspy.Highs:
    """A solver that says nothing, uses one thread and repeats itself."""
    solver = highspy.Highs()  # type: ignore[no-untyped-call]
    solver.silent()
    solver.setOptionValue("threads", 1)
    solver.setOptionValue("parallel", "off")
    return solver


def _join(label: Labels, values: Floats) -> Labels:
    """Labels of one value become one; the fixed ones stay apart."""
    _, number = np.unique(values.round(12), return_inverse=True)
    number = number.ravel() + 2
    number[[0, 1]] = 0, 1
    joined = number[label]
    _, dense = np.unique(np.concatenate([[0, 1], joined.ravel()]), return_inverse=True)
    return np.asarray(dense.ravel()[2:].reshape(label.shape))

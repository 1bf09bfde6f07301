"""The linear relaxation of a schedule, and from its multipliers a bound that anyone can derive again."""

from __future__ import annotations

from dataclasses import dataclass, replace

import highspy
import numpy as np

from karez.kernels.closure import best_closure, best_needed
from karez.solving.schedule.master import Frame, assemble, build
from karez.solving.schedule.problem import Aim, Flags, Floats, Ints, Problem, Rows

STOP = 1e-7
"""Bound and relaxation agree to this share: no need to go on."""
ROUNDS = 400
"""Most rounds of the decomposition."""
MANY_LABELS = 4000
"""With more labels than this, those of one value in the last solution are joined."""
MANY_SUMS = 20_000_000
"""Nor more than that many sums of features by label and year."""
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
    label, level : int32[items, T], float64[labels]
        Relaxed variables, as the frame defines them, are ``level[label]``.
    slack : float64[rows]
        By how much the relaxed solution passes each limit; 0 unless slack was allowed.
    rounds : int
        Rounds it took.
    """

    multipliers: Floats
    bound: float
    value: float
    label: Ints
    level: Floats
    slack: Floats
    rounds: int

    @property
    def fraction(self) -> Floats:
        """Relaxed variables; shape (items, T)."""
        return self.level[self.label]

    def at_least(self, threshold: float) -> Flags:
        """Whether a relaxed variable reaches a threshold; shape (items, T)."""
        return np.asarray((self.level >= threshold)[self.label])


def priced(problem: Problem, rows: Rows, aim: Aim, multipliers: Floats) -> Floats:
    """Worth of every item by year less the price of what it uses; −inf where not allowed; shape (items, T)."""
    profit = problem.worth(aim, rows.use.T @ multipliers)
    profit[~problem.allowed()] = -np.inf
    return profit


def closure(problem: Problem, profit: Floats) -> tuple[float, Ints]:
    """Best profit without coupling rows, and the years 0 … T of all items that have it."""
    elements = problem.elements
    best, element_year, option_year = best_closure(
        problem.parent, profit[:elements], problem.owner, problem.rival, profit[elements:], problem.must
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
    best = float(
        best_needed(
            problem.parent,
            profit[:elements],
            problem.owner,
            problem.rival,
            profit[elements:],
            problem.must,
            problem.last[:elements],
        )
    )
    priced_limit = multipliers * rows.limit
    return best + float(priced_limit.sum()) + OUTWARD * (abs(best) + float(np.abs(priced_limit).sum()))


def relax(
    frame: Frame,
    seeds: tuple[Ints, ...] = (),
    elastic: Flags | bool = False,
    stop: float = STOP,
    known: tuple[Ints, Floats] | None = None,
) -> Relaxation:
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
    elastic : bool[rows]
        Rows that may be passed at a high price, so that the first master has a solution.
    stop : float
        Stop once bound and relaxation agree to this share.
    known : tuple[int32[items, T], float64[labels]] | None
        Labels and levels of a solved relaxation of nearly the same problem, to begin with.

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
    label, count = frame.labels()
    if known is not None:
        label, count = _split(label, known[1].round(12)[known[0]])
    nothing = np.zeros(len(rows.names))
    for years in (closure(problem, priced(problem, rows, aim, nothing))[1], *seeds):
        label, count = frame.refined(label, count, years)
    unit = max(1.0, float(np.abs(problem.worth(aim)).max(axis=1, initial=0.0).sum()) / 1e4)
    slack_price = np.where(np.broadcast_to(elastic, nothing.shape), SLACK_PRICE, 0.0)
    most = min(MANY_LABELS, MANY_SUMS // (len(problem.feature_names) * problem.years))
    found: Relaxation | None = None
    for round_number in range(1, ROUNDS + 1):
        level, value, multipliers, slack = _solve(frame, label, count, slack_price, unit)
        best, years = closure(problem, priced(problem, rows, aim, multipliers))
        limit = best + float(multipliers @ rows.limit)
        if found is None or limit < found.bound:
            found = Relaxation(multipliers, limit, value, label, level, slack, round_number)
        else:
            found = Relaxation(found.multipliers, found.bound, value, label, level, slack, round_number)
        if found.bound - value <= stop * abs(found.bound):
            break
        if count > most:
            label, count = _join(label, level)
        finer, number = frame.refined(label, count, years)
        if number == count:
            break
        label, count = finer, number
    assert found is not None
    return replace(found, bound=bound(problem, rows, aim, found.multipliers))


def _solve(
    frame: Frame, label: Ints, count: int, slack_price: Floats, unit: float
) -> tuple[Floats, float, Floats, Floats]:
    """Solve one master: value of every label, worth, multipliers in units of the rows, slack."""
    master = assemble(frame, label, count)
    solver = quiet()
    solver.passModel(build(master, slack_price, unit))
    solver.run()
    if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        # Presolve gives up on some programmes of a few columns without saying why; the simplex method solves them.
        solver.setOptionValue("presolve", "off")
        solver.run()
    if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        raise ArithmeticError(f"the relaxation could not be solved: {solver.getModelStatus()}")
    solution = solver.getSolution()
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


def _split(label: Ints, level: Floats) -> tuple[Ints, int]:
    """Free labels split by a value of every variable."""
    free = label > 1
    _, number = np.unique(np.stack([label[free].astype(np.float64), level[free]]), axis=1, return_inverse=True)
    fresh = label.copy()
    fresh[free] = number.ravel() + 2
    return fresh, int(fresh.max(initial=1)) + 1


def _join(label: Ints, level: Floats) -> tuple[Ints, int]:
    """Labels of one value become one; the fixed ones stay apart."""
    _, number = np.unique(level[2:].round(12), return_inverse=True)
    number = np.concatenate([[0, 1], number.ravel() + 2]).astype(np.int32)
    return np.asarray(number[label], np.int32), int(number.max(initial=1)) + 1

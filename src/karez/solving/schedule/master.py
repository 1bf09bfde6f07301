"""The schedule as a small linear or integer programme: items and years that move together are one column."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import highspy
import numpy as np
import numpy.typing as npt
from scipy import sparse

from karez.kernels.labels import label_arcs, label_steps, label_sums, refine_labels
from karez.solving.schedule.problem import Aim, Flags, Floats, Ints, Problem, Rows

ZERO, ONE = 0, 1
"""Labels of the variables that are fixed."""
NOTHING = 1e-6
"""Share of what could be used of a row below which its limit counts as zero when the row is scaled."""
RESOLUTION = 1e4
"""A row is scaled so that its limit is about this many units: a solver's tolerance is then 1e-10 of it."""


@dataclass(frozen=True)
class Frame:
    """What of a problem, its rows and its aim every master programme shares.

    A variable (item, t) says that the item has a year ≤ t; that of an alternative with a rival says that it has not,
    by which every precedence reads "this needs that" and the programme without coupling rows is a closure.

    Parameters
    ----------
    problem : Problem
        The items.
    rows : Rows
        Coupling rows, as many as wanted.
    aim : Aim
        What is maximised.
    """

    problem: Problem
    rows: Rows
    aim: Aim

    @cached_property
    def turned(self) -> Flags:
        """Whether an item is an alternative with a rival; (items)."""
        turned = np.zeros(self.problem.items, np.bool_)
        turned[self.problem.elements + self.problem.rival[self.problem.rival >= 0]] = True
        return turned

    @cached_property
    def scale(self) -> Floats:
        """Size of a unit of every row; (rows)."""
        return _scale(self.problem, self.rows)

    @cached_property
    def steps(self) -> sparse.csr_array:
        """What the use of a row changes by if a feature comes by year t rather than later; (rows, features · T)."""
        features, years = len(self.problem.feature_names), self.problem.years
        column = np.arange(features * years)
        later = column[column % years != years - 1]
        shift = sparse.csr_array((np.ones(len(later)), (later + 1, later)), shape=(features * years,) * 2)
        return sparse.csr_array(self.rows.use - self.rows.use @ shift)

    def labels(self) -> tuple[Ints, int]:
        """Coarsest labels and their number: what is fixed by first and last years, and all that can be done or left."""
        problem = self.problem
        year = np.arange(problem.years)[None, :]
        before = year < problem.first[:, None]
        due = ~problem.may_be_never()[:, None] & (year >= problem.last[:, None]) & ~before
        label = np.full((problem.items, problem.years), 2, np.int32)
        label[before] = ZERO
        label[due] = ONE
        turned = label[self.turned]
        label[self.turned] = np.where(turned == 2, 3, 1 - turned)
        return label, 4

    def refined(self, label: Ints, count: int, years: Ints) -> tuple[Ints, int]:
        """Labels split by given years of all items."""
        fresh, number = refine_labels(label, years.astype(np.int32), self.turned, count)
        return fresh, int(number)

    def bits(self, years: Ints) -> Flags:
        """Variables of given years 0 … T of all items; shape (items, T)."""
        done = years[:, None] <= np.arange(self.problem.years)[None, :]
        return np.asarray(done != self.turned[:, None])

    def years(self, bits: Flags) -> Ints:
        """Years 0 … T of all items by their variables."""
        done = bits != self.turned[:, None]
        return np.asarray(self.problem.years - done.sum(axis=1), np.int32)


@dataclass(frozen=True)
class Master:
    """A programme over labels: maximise worth · w subject to use @ w ≤ room and w[lower] ≤ w[upper], 0 ≤ w ≤ 1.

    Rows of `use` and `room` are divided by the frame's scale.
    """

    worth: Floats
    constant: float
    use: sparse.csr_array
    room: Floats
    lower: Ints
    upper: Ints


def assemble(frame: Frame, label: Ints, count: int) -> Master:
    """Sum a problem up by labels."""
    problem, rows, aim = frame.problem, frame.rows, frame.aim
    csr, turned = problem.features, frame.turned
    features = len(problem.feature_names)
    start, index, amount = csr.indptr.astype(np.int32), csr.indices.astype(np.int32), csr.data
    sums = label_sums(label, turned, start, index, amount, features, count).reshape(count, -1)
    gain = aim.profile - np.concatenate([aim.profile[:, 1:], np.zeros_like(aim.profile[:, :1])], axis=1)
    worth = sums @ gain.ravel()
    if aim.present_factor:
        worth += aim.present_factor * label_steps(label, turned, problem.present, count)
    use = sparse.csr_array(frame.steps @ sparse.csr_array(sums.T))
    base = np.zeros((features, problem.years))
    base[:, 0] = csr[np.flatnonzero(turned)].sum(axis=0) if turned.any() else 0.0
    room = rows.limit - rows.use @ base.ravel()
    constant = float((aim.profile * base).sum() + aim.present_factor * problem.present[turned, 0].sum())
    lower, upper = label_arcs(problem.parent, problem.owner, problem.rival, problem.must, label, turned, count)
    scaled = sparse.csr_array(sparse.dia_array((1.0 / frame.scale[None, :], [0]), shape=(len(room),) * 2) @ use)
    return Master(worth, constant, scaled, room / frame.scale, lower, upper)


def build(master: Master, slack_price: Floats, unit: float, extra: sparse.csr_array | None = None) -> highspy.HighsLp:
    """Write a master programme for HiGHS, as a minimisation.

    Parameters
    ----------
    master : Master
        The programme.
    slack_price : float64[rows]
        Price of passing a row's limit by one scaled unit; 0 where it must not be passed.
    unit : float
        The objective is divided by this.
    extra : csr_array | None
        Rows over the labels that must be ≤ 0.

    Returns
    -------
    HighsLp
        Columns are the labels, then one slack per priced row; rows are the coupling rows, then precedences, then extra.
    """
    count, arcs = len(master.worth), len(master.lower)
    priced = np.flatnonzero(slack_price > 0)
    slack = sparse.csr_array(
        (-np.ones(len(priced)), (priced, np.arange(len(priced)))), shape=(len(master.room), len(priced))
    )
    at = np.arange(arcs)
    precedence = sparse.csr_array(
        (
            np.concatenate([np.ones(arcs), -np.ones(arcs)]),
            (np.concatenate([at, at]), np.concatenate([master.lower, master.upper])),
        ),
        shape=(arcs, count),
    )
    blocks = [[master.use, slack], [precedence, None]]
    blocks += [[extra, None]] if extra is not None and extra.shape[0] else []
    matrix = sparse.csr_array(sparse.block_array(blocks, format="csr")) if len(master.room) + arcs else None
    lp = highspy.HighsLp()
    lp.num_col_ = count + len(priced)
    lp.num_row_ = 0 if matrix is None else matrix.shape[0]
    lp.col_cost_ = np.concatenate([-master.worth / unit, slack_price[priced]])
    low, high = np.zeros(lp.num_col_), np.ones(lp.num_col_)
    high[count:] = highspy.kHighsInf
    high[ZERO], low[ONE] = 0.0, 1.0
    lp.col_lower_, lp.col_upper_ = low, high
    lp.row_lower_ = np.full(lp.num_row_, -highspy.kHighsInf)
    lp.row_upper_ = np.concatenate([master.room, np.zeros(lp.num_row_ - len(master.room))])
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.num_col_, lp.a_matrix_.num_row_ = lp.num_col_, lp.num_row_
    if matrix is not None:
        lp.a_matrix_.start_ = matrix.indptr.astype(np.int32)
        lp.a_matrix_.index_ = matrix.indices.astype(np.int32)
        lp.a_matrix_.value_ = matrix.data
    return lp


def _scale(problem: Problem, rows: Rows) -> Floats:
    """Size of every row: its limit, or what all items could use of it, over the resolution."""
    whole: npt.NDArray[np.float64] = np.asarray(abs(problem.features).sum(axis=0)).ravel()
    peak = abs(rows.use)
    most = np.zeros(len(rows.names))
    for t in range(problem.years):
        most = np.maximum(most, peak[:, t :: problem.years] @ whole)
    told = np.abs(rows.limit) > NOTHING * most  # a limit that is all but zero says nothing of the row's size
    size = np.where(told, np.minimum(np.abs(rows.limit), np.where(most > 0, most, np.inf)), most)
    return np.where(size > 0, size, 1.0) / RESOLUTION

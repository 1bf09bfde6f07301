"""The schedule as a small linear or integer programme: items and years that move together are one column."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import highspy
import numpy as np
import numpy.typing as npt
from scipy import sparse

from karez.phasing.problem import Aim, Floats, Ints, Problem, Rows

Labels = npt.NDArray[np.int64]

ZERO, ONE = 0, 1
"""Labels of the variables that are fixed."""
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
    def sign(self) -> Floats:
        """−1 for alternatives with a rival, else 1; (items)."""
        sign = np.ones(len(self.problem.first))
        sign[self.problem.elements + self.problem.rival[self.problem.rival >= 0]] = -1.0
        return sign

    @cached_property
    def arcs(self) -> Labels:
        """Pairs of variables (flat numbers), the first needing the second; (2, arcs)."""
        return _arcs(self.problem, self.sign)

    @cached_property
    def scale(self) -> Floats:
        """Size of a unit of every row; (rows)."""
        return _scale(self.problem, self.rows)

    def labels(self) -> Labels:
        """Coarsest labels: what is fixed by first years, and all the rest that can be done or left; (items, T)."""
        upright = self.sign > 0
        label = np.where(upright, 2, 3)[:, None].repeat(self.problem.years, axis=1)
        closed = ~self.problem.allowed()
        label[closed & upright[:, None]] = ZERO
        label[closed & ~upright[:, None]] = ONE
        return label

    def bits(self, years: Ints) -> npt.NDArray[np.bool_]:
        """Variables of given years 0 … T of all items; shape (items, T)."""
        done = years[:, None] <= np.arange(self.problem.years)[None, :]
        return np.asarray(done == (self.sign > 0)[:, None])

    def years(self, bits: npt.NDArray[np.bool_]) -> Ints:
        """Years 0 … T of all items by their variables."""
        done = bits == (self.sign > 0)[:, None]
        return np.asarray(self.problem.years - done.sum(axis=1), np.int32)


def refine(label: Labels, bits: npt.NDArray[np.bool_]) -> Labels:
    """Split every label but the fixed ones by a bit, and number them anew without holes."""
    free = label > ONE
    key = np.where(free, 2 * label + bits, label)
    number = np.zeros(2 * int(label.max(initial=ONE)) + 2, np.int64)
    number[key.ravel()] = 1
    number[[ZERO, ONE]] = 1
    return np.asarray((np.cumsum(number) - 1)[key])


@dataclass(frozen=True)
class Master:
    """A programme over labels: maximise worth · w subject to use @ w ≤ room and w[lower] ≤ w[upper], 0 ≤ w ≤ 1.

    Rows of `use` and `room` are divided by the frame's scale.
    """

    worth: Floats
    constant: float
    use: Floats
    room: Floats
    lower: Labels
    upper: Labels


def assemble(frame: Frame, label: Labels) -> Master:
    """Sum a problem up by labels."""
    problem, rows, aim = frame.problem, frame.rows, frame.aim
    items, years, count = len(problem.first), problem.years, int(label.max(initial=ONE)) + 1
    steps = rows.profile - np.concatenate([rows.profile[:, :, 1:], np.zeros_like(rows.profile[:, :, :1])], axis=2)
    aim_steps = aim.profile - np.concatenate([aim.profile[:, 1:], np.zeros_like(aim.profile[:, :1])], axis=1)
    use, worth = np.zeros((len(rows.names), count)), np.zeros(count)
    for t in range(years):
        grouped = sparse.csr_array((frame.sign, (label[:, t], np.arange(items))), shape=(count, items))
        sums = grouped @ problem.features
        use += steps[:, :, t] @ sums.T
        worth += sums @ aim_steps[:, t]
        if aim.present_factor:
            later = problem.present[:, t + 1] if t + 1 < years else 0.0
            worth += aim.present_factor * (grouped @ (problem.present[:, t] - later))
    turned = frame.sign < 0
    base = problem.features[turned].sum(axis=0)
    room = rows.limit - rows.profile[:, :, 0] @ base
    constant = float(aim.profile[:, 0] @ base + aim.present_factor * problem.present[turned, 0].sum())
    flat = label.ravel()
    lower, upper = flat[frame.arcs[0]], flat[frame.arcs[1]]
    keys = np.unique((lower * count + upper)[(lower != upper) & (lower != ZERO) & (upper != ONE)])
    return Master(worth, constant, use / frame.scale[:, None], room / frame.scale, keys // count, keys % count)


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
    blocks = [[sparse.csr_array(master.use), slack], [precedence, None]]
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


def _arcs(problem: Problem, sign: Floats) -> Labels:
    """See :attr:`Frame.arcs`."""
    years, elements = problem.years, problem.elements
    number = np.arange(len(sign) * years).reshape(-1, years)
    upright = np.flatnonzero(sign > 0)
    turned = np.flatnonzero(sign < 0)
    pairs = [(number[upright, :-1], number[upright, 1:]), (number[turned, 1:], number[turned, :-1])]
    above = np.concatenate([problem.parent, problem.owner])
    hung = np.flatnonzero(above >= 0)
    pairs.append((number[hung], number[above[hung]]))
    choosing = np.flatnonzero(problem.rival >= 0)
    pairs.append((number[elements + choosing, -1], number[elements + problem.rival[choosing], -1]))
    return np.array([np.concatenate([pair[side].ravel() for pair in pairs]) for side in (0, 1)])


def _scale(problem: Problem, rows: Rows) -> Floats:
    """Size of every row: its limit, or what all items could use of it, over the resolution."""
    most = np.abs(problem.features).sum(axis=0) @ np.abs(rows.profile).max(axis=2, initial=0.0).T
    size = np.where(rows.limit != 0, np.minimum(np.abs(rows.limit), np.where(most > 0, most, np.inf)), most)
    return np.where(size > 0, size, 1.0) / RESOLUTION

"""A schedule under work: the year of every option; elements follow what needs them first."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from karez.kernels.moves import improve_options, start_state
from karez.solving.schedule.master import Frame
from karez.solving.schedule.problem import Floats, Ints

MOVES = 200_000
"""Sites tried in one local improvement, about; every site is tried in at least 12 rounds, at most in 50."""


@dataclass(frozen=True)
class Found:
    """Years 0 … T of options and elements, what they are worth and by how much they break the rows.

    Parameters
    ----------
    option_year : int32[options]
        Year of every option.
    element_year : int32[elements]
        First year in which something that hangs on the element is there.
    worth : float
        Worth by the aim it was made for.
    excess : float64[rows]
        Usage above limit and tolerance, in the frame's units; 0 where kept.
    """

    option_year: Ints
    element_year: Ints
    worth: float
    excess: Floats

    @property
    def kept(self) -> bool:
        """Whether all rows are kept."""
        return not self.excess.any()

    @property
    def years(self) -> Ints:
        """Years of all items."""
        return np.concatenate([self.element_year, self.option_year])

    def beats(self, other: Found | None) -> bool:
        """Whether it breaks the rows less, or as little and is worth more."""
        return other is None or (-self.excess.sum(), self.worth) > (-other.excess.sum(), other.worth)


def amounts(frame: Frame, years: Ints) -> Floats:
    """Features of all that is built, by year: float64[features, T]."""
    problem = frame.problem
    done = np.flatnonzero(years < problem.years)
    when = sparse.csr_array((np.ones(len(done)), (years[done], done)), shape=(problem.years, problem.items))
    return np.asarray((when @ problem.features).toarray()).T


def measure(frame: Frame, option_year: Ints) -> Found:
    """Build the elements that the options need, and say what it is worth and what it breaks."""
    problem, rows, aim = frame.problem, frame.rows, frame.aim
    element_year, _ = start_state(problem.parent, problem.owner, problem.due, option_year, problem.years)
    years = np.concatenate([element_year, option_year])
    built = amounts(frame, years)
    done = np.flatnonzero(years < problem.years)
    present = float(problem.present[done, years[done]].sum())
    worth = float((built * aim.profile).sum()) + aim.present_factor * present
    over = rows.use @ built.ravel() - rows.limit - rows.tolerance
    return Found(option_year, element_year, worth, np.where(over > 0, over / frame.scale, 0.0))


@dataclass(frozen=True)
class Bench:
    """Arrays that local improvement works on."""

    frame: Frame
    start: Ints
    feature: Ints
    column: Ints
    row: Ints
    weight: Floats

    @classmethod
    def of(cls, frame: Frame) -> Bench:
        """Lay out a frame."""
        csr = frame.problem.features
        by_column = sparse.csc_array(frame.rows.use)
        weight = by_column.data / frame.scale[by_column.indices]
        return cls(
            frame,
            csr.indptr.astype(np.int32),
            csr.indices.astype(np.int32),
            by_column.indptr.astype(np.int32),
            by_column.indices.astype(np.int32),
            weight,
        )

    def improved(self, option_year: Ints, prices: Floats, order: Ints) -> Ints:
        """Years after moving sites one by one while that mends, or gains at given prices of the rows."""
        frame = self.frame
        problem, years = frame.problem, option_year.astype(np.int32)
        gain = frame.aim.profile.ravel() - frame.rows.use.T @ prices
        improve_options(
            problem.parent,
            problem.owner,
            problem.rival,
            problem.first,
            problem.last,
            problem.must,
            self.start,
            self.feature,
            problem.features.data,
            self.column,
            self.row,
            self.weight,
            (frame.rows.limit + 0.5 * frame.rows.tolerance) / frame.scale,
            gain,
            frame.aim.present_factor * problem.present,
            order,
            years,
            int(np.clip(MOVES // max(1, len(order)), 12, 50)),
            float((prices * frame.scale).max(initial=0.0)),
        )
        return years

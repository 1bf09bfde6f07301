"""A schedule under work: the year of every option; elements follow what needs them first."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from karez.kernels.closure import improve_options, start_state
from karez.phasing.master import Frame
from karez.phasing.problem import Floats, Ints

PASSES = 50
"""Most rounds of local improvement over all sites."""


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


def measure(frame: Frame, option_year: Ints) -> Found:
    """Build the elements that the options need, and say what it is worth and what it breaks."""
    problem, rows, aim = frame.problem, frame.rows, frame.aim
    empty = np.zeros((len(problem.first), problem.years + 1, 0))
    element_year, _, _ = start_state(
        problem.parent, problem.owner, empty[: problem.elements], empty[problem.elements :], option_year
    )
    years = np.concatenate([element_year, option_year])
    done = np.flatnonzero(years < problem.years)
    features, when = problem.features[done], years[done]
    by_year = np.zeros((problem.years, features.shape[1]))
    np.add.at(by_year, when, features)
    used = np.einsum("tk,rkt->r", by_year, rows.profile)
    present = float(problem.present[done, when].sum())
    worth = float((by_year.T * aim.profile).sum()) + aim.present_factor * present
    over = used - rows.limit - rows.tolerance
    return Found(option_year, element_year, worth, np.where(over > 0, over / frame.scale, 0.0))


@dataclass(frozen=True)
class Bench:
    """Arrays that local improvement works on: usage of rows and then the aim, by item and year."""

    frame: Frame
    element_use: Floats
    option_use: Floats
    limit: Floats

    @classmethod
    def of(cls, frame: Frame) -> Bench:
        """Lay out a frame."""
        problem, rows = frame.problem, frame.rows
        use = np.zeros((len(problem.first), problem.years + 1, len(rows.names) + 1))
        use[:, :, :-1] = problem.usage(rows) / frame.scale
        use[:, :-1, -1] = problem.worth(frame.aim)
        return cls(frame, use[: problem.elements], use[problem.elements :], rows.limit / frame.scale)

    def improved(self, option_year: Ints, prices: Floats, order: Ints) -> Ints:
        """Years after moving sites one by one while that mends, or gains at given prices of the rows."""
        problem, years = self.frame.problem, option_year.astype(np.int32)
        gain = np.append(-prices * self.frame.scale, 1.0)
        improve_options(
            problem.parent,
            problem.owner,
            problem.rival,
            problem.first[problem.elements :],
            self.element_use,
            self.option_use,
            self.limit,
            gain,
            order,
            years,
            PASSES,
        )
        return years

"""Bounds by subgradients, in floating point for speed, then rounded and proven in whole numbers."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from karez.kernels.siting import FREE, GONE, THERE, ascend_places, relax
from karez.solving.siting.bound import NEVER, bound_of, impossible, net_costs, scale_of
from karez.solving.siting.problem import MUST, Bools, Longs, Siting

Floats = npt.NDArray[np.float64]
Bytes = npt.NDArray[np.int8]


class Relaxed(NamedTuple):
    """A bound, its multipliers in floating point and rounded, and how far places are open."""

    bound: int
    v: Floats
    dual: Longs
    open_share: Floats


class Relaxation:
    """The relaxation of one problem."""

    def __init__(self, problem: Siting) -> None:
        self.problem = problem
        self.scale = scale_of(problem)
        self.steps = 0
        leave = np.where(problem.leave == MUST, np.inf, problem.leave.astype(np.float64))
        self._leave = leave
        self._args = (
            problem.place_start, problem.place_pair, problem.customer, problem.cost.astype(np.float64),
            problem.use.astype(np.float64), problem.capacity.astype(np.float64), problem.fixed.astype(np.float64),
            problem.charge.astype(np.float64), float(problem.budget), leave, problem.weight.astype(np.float64),
            float(problem.spare), float(problem.need if problem.limited else 0),
        )  # fmt: skip

    def first(self, opened: Bools, at: Longs) -> Floats:
        """Multipliers to begin with: by dual ascent, or by sharing out what an answer's places cost."""
        problem = self.problem
        if problem.spare < 0 and problem.budget < 0 and not problem.limited:
            everywhere = np.ones(problem.places, np.bool_)
            rising = ascend_places(problem.start, problem.place, problem.cost, problem.fixed, self._leave, everywhere)
            return np.asarray(rising)
        served = at >= 0
        place, size = problem.place[at[served]], np.maximum(problem.weight[served], 1).astype(np.float64)
        total = np.bincount(place, size, minlength=problem.places)
        v = np.zeros(problem.customers)
        v[served] = problem.cost[at[served]] + problem.fixed[place] * size / np.maximum(total[place], 1.0)
        v[~served] = np.where(np.isfinite(self._leave[~served]), self._leave[~served], 0.0)
        if problem.spare < 0:
            v = np.minimum(v, self._leave)
        return v

    def run(self, v: Floats, status: Bytes, upper: int, rounds: int, *, whole: bool = False) -> Relaxed:
        """Raise the bound of a case; `whole`: places serve whole customers, which takes longer and proves more."""
        problem = self.problem
        self.steps += rounds
        if impossible(problem, status):
            return Relaxed(NEVER, v, self.rounded(v), np.zeros(problem.places))
        _, best_v, share = relax(*self._args, status, v.copy(), float(upper), rounds, whole)
        dual = self.rounded(best_v)
        return Relaxed(bound_of(problem, dual, self.scale, status), best_v, dual, share)

    def rounded(self, v: Floats) -> Longs:
        """Multipliers as whole numbers."""
        cap = np.minimum(v, self.problem.largest)
        dual: Longs = np.rint(np.maximum(cap, 0.0) * self.scale).astype(np.int64)
        return dual

    def fixed_by_cost(self, dual: Longs, status: Bytes, value: int) -> tuple[npt.NDArray[np.int32], ...]:
        """Places that no better answer opens, and those that it must; each proven by turning it round."""
        gone: list[int] = []
        there: list[int] = []
        rho = net_costs(self.problem, dual, self.scale)
        for j in np.flatnonzero(status == FREE):
            for turn, into in ((THERE, gone), (GONE, there)):
                turned = status.copy()
                turned[j] = turn
                if bound_of(self.problem, dual, self.scale, turned, rho) >= value:
                    into.append(int(j))
                    break
        return np.array(gone, np.int32), np.array(there, np.int32)

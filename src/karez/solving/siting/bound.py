"""The bound of a case, exactly: what multipliers prove, counted in whole numbers."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from karez.kernels.siting import FREE, GONE, THERE, earned, least, most
from karez.solving.siting.problem import MUST, Longs, Siting

NEVER = 1 << 60
"""Bound of a case that holds no answer."""

FINEST = 1 << 20


def scale_of(problem: Siting) -> int:
    """How many times finer multipliers can be than costs without overflow; a power of two."""
    scale = FINEST
    while scale > 1 and problem.largest * scale * 4 >= NEVER:
        scale //= 2
    return scale


def net_costs(problem: Siting, dual: Longs, scale: int) -> Longs:
    """Cost of opening each place less the most it can earn from multipliers: int64[places], `scale` times as fine."""
    args = problem.place_start, problem.place_pair, problem.customer, problem.cost, problem.use, problem.capacity
    rho: Longs = scale * problem.fixed - earned(*args, scale, dual)
    return rho


def bound_of(problem: Siting, dual: Longs, scale: int, status: npt.NDArray[np.int8], rho: Longs | None = None) -> int:
    """No answer of a case costs less than this.

    For multipliers v ≥ 0, Σ v pays for customers; a place that is open gives back at most what its capacity lets it
    earn beyond its cost, and customers left unserved give back v beyond what leaving costs. Places together keep to the
    budget, or offer the room that is needed; unserved customers keep to their weight. Each of these choices is a
    knapsack, bounded by a price (:func:`karez.kernels.siting.most`), so any multipliers of whole numbers prove a bound.

    Parameters
    ----------
    problem : Siting
        The problem.
    dual : int64[customers]
        Multipliers, `scale` times as fine as costs.
    scale : int
        See :func:`scale_of`.
    status : int8[places]
        What the case says of places.
    rho : int64[places], optional
        :func:`net_costs`, where they are known already.

    Returns
    -------
    int
        The bound, raised to what answers can cost (:attr:`Siting.grain`); ``NEVER`` where there is no answer.
    """
    if impossible(problem, status):
        return NEVER
    rho = net_costs(problem, dual, scale) if rho is None else rho
    free, there = status == FREE, status == THERE
    base = int(rho[there].sum())
    earns = np.maximum(-rho[free], 0)
    if problem.budget >= 0:
        room = problem.budget - int(problem.charge[there].sum())
        best = base - int(most(earns, problem.charge[free], np.int64(room)))
    else:
        best = base - int(earns.sum())
    short = problem.need - sum(int(one) for one in problem.capacity[there])
    if short > 0 and problem.limited:
        best = max(best, base + int(least(rho[free], problem.capacity[free], np.int64(short))))
    may = problem.leave != MUST
    gives = np.where(may, np.maximum(dual - scale * np.where(may, problem.leave, 0), 0), 0)
    back = int(gives.sum()) if problem.spare < 0 else int(most(gives, problem.weight, np.int64(problem.spare)))
    # Without multipliers: what is opened costs so much at least.
    total = max(best + int(dual.sum()) - back, scale * int(problem.fixed[there].sum()))
    return -(-total // (scale * problem.grain)) * problem.grain


def impossible(problem: Siting, status: npt.NDArray[np.int8]) -> bool:
    """Whether what is decided leaves no answer at all, by simple counts."""
    there, left = status == THERE, status != GONE
    if problem.budget >= 0 and int(problem.charge[there].sum()) > problem.budget:
        return True
    reached = np.zeros(problem.customers, np.bool_)
    reached[problem.customer[left[problem.place]]] = True
    if (~reached & (problem.leave == MUST)).any():
        return True
    if problem.limited and sum(int(one) for one in problem.capacity[left]) < problem.need:
        return True
    return problem.spare >= 0 and int(problem.weight[~reached].sum()) > problem.spare

"""Slow answers to siting problems: every choice of places in turn, and an integer programme of scipy's HiGHS."""

from __future__ import annotations

from itertools import combinations

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array

from karez.solving import Siting


def least(problem: Siting) -> float:
    """Cost of the best answer, by an integer programme; infinite where there is none."""
    f, k, c = problem.places, len(problem.place), problem.customers
    n, pair = f + k + c, np.arange(k)
    objective = np.concatenate([problem.fixed, problem.cost, np.maximum(problem.leave, 0)]).astype(float)
    served = coo_array(
        (np.ones(k + c), (np.append(problem.customer, np.arange(c)), f + np.arange(k + c))), shape=(c, n)
    )
    open_ = coo_array((np.repeat([1.0, -1.0], k), (np.tile(pair, 2), np.append(f + pair, problem.place))), shape=(k, n))
    rows = [LinearConstraint(served.tocsr(), 1, 1)]
    if k:
        rows.append(LinearConstraint(open_.tocsr(), -np.inf, 0))
    if problem.limited:
        data = np.append(problem.use, -problem.capacity.astype(float))
        where = np.append(problem.place, np.arange(f)), np.append(f + pair, np.arange(f))
        rows.append(LinearConstraint(coo_array((data, where), shape=(f, n)).tocsr(), -np.inf, 0))
    if problem.budget >= 0:
        rows.append(LinearConstraint(np.append(problem.charge, np.zeros(k + c))[None], -np.inf, problem.budget))
    if problem.spare >= 0:
        rows.append(LinearConstraint(np.append(np.zeros(f + k), problem.weight)[None], -np.inf, problem.spare))
    most = np.ones(n)
    most[f + k :] = problem.leave >= 0
    found = milp(objective, constraints=rows, bounds=Bounds(0, most), integrality=1, options={"mip_rel_gap": 0})
    return float("inf") if found.x is None else float(found.fun)


def least_by_trying(problem: Siting) -> float:
    """Cost of the best answer of a problem without limits of places, by trying every set of them."""
    best = float("inf")
    for count in range(problem.places + 1):
        for some in combinations(range(problem.places), count):
            opened = np.isin(np.arange(problem.places), some)
            if problem.budget >= 0 and problem.charge[opened].sum() > problem.budget:
                continue
            best = min(best, problem.fixed[opened].sum() + _serving(problem, opened))
    return float(best)


def _serving(problem: Siting, opened: np.ndarray) -> float:
    total, left = 0.0, 0
    for i in range(problem.customers):
        pairs = range(problem.start[i], problem.start[i + 1])
        costs = [float(problem.cost[e]) for e in pairs if opened[problem.place[e]]]
        if problem.spare >= 0:
            left += 0 if costs else int(problem.weight[i])
            continue
        costs.append(float(problem.leave[i]) if problem.leave[i] >= 0 else float("inf"))
        total += min(costs)
    return float("inf") if problem.spare >= 0 and left > problem.spare else total

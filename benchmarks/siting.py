"""Facility location and covering on generated maps: value, bound and time beside HiGHS on the full model.

Customers and places lie at random in a square; each customer may go to its nearest thirty places, or is covered within
a radius that holds about four. `uncapacitated` opens places at a fixed charge; `p-median` opens an eighth of them;
`capacitated` gives each place two to six times its even share; `covering` spends a tenth of all costs; `share` covers
four fifths at least cost; `share with limits` gives each place four times its even share. HiGHS has the whole integer
programme, both cores and twenty seconds. Seeds are fixed; ratios are of values, 1 where both are as good.
"""

from __future__ import annotations

import time

import highspy
import numpy as np
from scipy.sparse import coo_array, vstack

from benchmarks.registry import Options
from karez.solving import Siting, site

SIZES = ((100, 25), (400, 100), (1600, 400), (6400, 1000))
PEER_AT_MOST = 1600
LIMITED = ("capacitated", "share with limits")
LIMIT_S = 20.0
KINDS = ("uncapacitated", "p-median", "capacitated", "covering", "share", "share with limits")


KEY = ("problem", "customers")


def run(options: Options) -> list[dict[str, object]]:
    site(problem_of("capacitated", 20, 5), rounds=10, cases=2)
    return [measure(kind, *size) for kind in options.choose(KINDS) for size in sizes(kind)]


def sizes(kind: str) -> tuple[tuple[int, int], ...]:
    """All sizes, but not the largest where places have limits: the search for room takes minutes there."""
    return SIZES[:-1] if kind in LIMITED else SIZES


def measure(kind: str, customers: int, places: int) -> dict[str, object]:
    """One row: ours, then the peer on the same problem."""
    problem = problem_of(kind, customers, places)
    began = time.perf_counter()
    answer = site(problem)
    seconds = time.perf_counter() - began
    row: dict[str, object] = {
        "problem": kind,
        "customers": customers,
        "places": places,
        "pairs": len(problem.place),
        "gap_percent": 100 * answer.gap,
        "seconds": seconds,
    }
    if customers > PEER_AT_MOST:
        return {**row, "highs_gap_percent": "not run", "highs_seconds": "not run", "value_over_highs": ""}
    value, bound, peer_seconds = highs(problem)
    return {
        **row,
        "highs_gap_percent": 100 * (value - bound) / max(value, 1e-9) if value < 1e29 else "no answer",
        "highs_seconds": peer_seconds,
        "value_over_highs": answer.value / value if 0 < value < 1e29 else "",
    }


def problem_of(kind: str, customers: int, places: int, seed: int = 1) -> Siting:
    """A generated problem."""
    random = np.random.default_rng([seed, customers, KINDS.index(kind)])
    ours, theirs = random.random((customers, 2)), random.random((places, 2))
    gap = ours[:, None, :] - theirs[None, :, :]
    distance = np.hypot(gap[..., 0], gap[..., 1])
    weight = random.integers(1, 100, customers)
    dear = random.integers(500, 1500, places)
    if kind in ("covering", "share", "share with limits"):
        who, where = np.nonzero(distance < 1.2 * np.sqrt(3 / places))
        if kind == "covering":
            return Siting.of(
                np.zeros(places), customers, who, where, leave=weight, weight=weight, charge=dear,
                budget=int(dear.sum() // 10),
            )  # fmt: skip
        never = int(weight[np.bincount(who, minlength=customers) == 0].sum())
        limits = {"use": weight[who], "capacity": 4 * int(weight.sum()) // places + 100}
        return Siting.of(
            100 * dear, customers, who, where, leave=0, weight=weight, spare=max(int(weight.sum()) // 5, never),
            **(limits if kind != "share" else {}),
        )  # fmt: skip
    near = np.argsort(distance, axis=1)[:, :30]
    count = near.shape[1]
    who, where = np.repeat(np.arange(customers), count), near.ravel()
    cost = (1e5 * distance[who, where]).astype(np.int64)
    if kind == "uncapacitated":
        return Siting.of(20 * dear, customers, who, where, cost=cost)
    if kind == "p-median":
        return Siting.of(np.zeros(places), customers, who, where, cost=cost * weight[who], charge=1, budget=places // 8)
    even = int(weight.sum()) // places
    return Siting.of(
        1000 * dear, customers, who, where, cost=cost * weight[who] // 50, use=weight[who],
        capacity=np.maximum(random.integers(2 * even, 6 * even, places), 100),
    )  # fmt: skip


def highs(problem: Siting) -> tuple[float, float, float]:
    """Value, bound and seconds of HiGHS on the full integer programme."""
    f, k, c = problem.places, len(problem.place), problem.customers
    n, pair = f + k + c, np.arange(k)
    served = coo_array((np.ones(k + c), (np.append(problem.customer, np.arange(c)), f + np.arange(k + c))), (c, n))
    data, where = np.repeat([1.0, -1.0], k), (np.tile(pair, 2), np.append(f + pair, problem.place))
    blocks, low, high = [served, coo_array((data, where), (k, n))], [np.ones(c), np.full(k, -np.inf)], [np.ones(c)]
    high.append(np.zeros(k))
    if problem.limited:
        data = np.append(problem.use, -problem.capacity.astype(float))
        rows = np.append(problem.place, np.arange(f)), np.append(f + pair, np.arange(f))
        blocks.append(coo_array((data, rows), (f, n)))
        low, high = [*low, np.full(f, -np.inf)], [*high, np.zeros(f)]
    for right, row in ((problem.budget, np.append(problem.charge, np.zeros(k + c))),
                       (problem.spare, np.append(np.zeros(f + k), problem.weight))):  # fmt: skip
        if right >= 0:
            blocks.append(coo_array(row[None].astype(float)))
            low, high = [*low, [-np.inf]], [*high, [right]]
    matrix = vstack(blocks).tocsc()
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = n, matrix.shape[0]
    model.col_cost_ = np.concatenate([problem.fixed, problem.cost, np.maximum(problem.leave, 0)]).astype(float)
    model.col_lower_ = np.zeros(n)
    model.col_upper_ = np.append(np.ones(f + k), (problem.leave >= 0).astype(float))
    model.row_lower_, model.row_upper_ = np.concatenate(low), np.concatenate(high)
    model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    model.a_matrix_.start_, model.a_matrix_.index_, model.a_matrix_.value_ = matrix.indptr, matrix.indices, matrix.data
    model.integrality_ = [highspy.HighsVarType.kInteger] * n
    solver = highspy.Highs()
    solver.setOptionValue("output_flag", False)
    solver.setOptionValue("time_limit", LIMIT_S)
    solver.setOptionValue("mip_rel_gap", 0.0)
    solver.passModel(model)
    began = time.perf_counter()
    solver.run()
    info = solver.getInfo()
    return info.objective_function_value, info.mip_dual_bound, time.perf_counter() - began

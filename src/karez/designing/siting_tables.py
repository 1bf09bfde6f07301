"""A siting problem, its answer and its proof as tables: from them the bound is derived again."""

from __future__ import annotations

import numpy as np
import pandas as pd

from karez.solving import Sited, Siting


def siting_tables(problem: Siting, sited: Sited) -> dict[str, pd.DataFrame]:
    """Tables of a problem and its answer.

    ``limits`` (spare, budget, scale, value, bound: one row), ``places`` (fixed, capacity, charge, opened),
    ``customers`` (leave, −1 where it must be served; weight; pair, −1 where it is not served), ``pairs`` (customer,
    place, cost, use), ``duals`` (dual, the multipliers of each row), ``fixings`` (dual: its row; gone, there: places),
    ``cases`` (dual, gone, there, bound).
    """
    proof = sited.proof
    duals: dict[bytes, int] = {}
    rows: list[np.ndarray] = []

    def number(dual: np.ndarray) -> int:
        key = dual.tobytes()
        if key not in duals:
            duals[key] = len(rows)
            rows.append(dual)
        return duals[key]

    fixings = [(number(one.dual), one.gone, one.there) for one in proof.fixings]
    cases = [
        (
            number(one.dual),
            np.flatnonzero(one.status < 0).astype(np.int32),
            np.flatnonzero(one.status > 0).astype(np.int32),
            one.bound,
        )
        for one in proof.cases
    ]
    limits = {
        "spare": problem.spare,
        "budget": problem.budget,
        "scale": proof.scale,
        "value": sited.value,
        "bound": sited.bound,
    }
    return {
        "limits": pd.DataFrame([limits]),
        "places": pd.DataFrame(
            {
                "fixed": problem.fixed,
                "capacity": problem.capacity,
                "charge": problem.charge,
                "opened": sited.opened,
            }
        ),
        "customers": pd.DataFrame({"leave": problem.leave, "weight": problem.weight, "pair": sited.pair}),
        "pairs": pd.DataFrame(
            {"customer": problem.customer, "place": problem.place, "cost": problem.cost, "use": problem.use}
        ),
        "duals": pd.DataFrame({"dual": rows}),
        "fixings": pd.DataFrame(fixings, columns=["dual", "gone", "there"]),
        "cases": pd.DataFrame(cases, columns=["dual", "gone", "there", "bound"]),
    }

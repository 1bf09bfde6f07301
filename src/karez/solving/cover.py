"""Maximal covering: most weight for a budget, or least cost for a share of the weight, proven."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from karez.solving.siting import Sited, Siting, site


def cover_most(
    charge: npt.ArrayLike,
    weight: npt.ArrayLike,
    point: npt.ArrayLike,
    place: npt.ArrayLike,
    budget: int,
    *,
    use: npt.ArrayLike = 0,
    capacity: npt.ArrayLike | None = None,
    **work: Any,
) -> Sited:
    """Open places within a budget that cover most weight (Church and ReVelle 1974, doi:10.1007/BF01942293).

    Parameters
    ----------
    charge : int64[places]
        What each place costs.
    weight : int64[points]
        Weight of each point.
    point, place : int64[pairs]
        Which place covers which point, in any order.
    budget : int
        Most cost of the places together.
    use, capacity
        What covering a point takes of a place (int64[pairs]), and how much each has (int64[places]).
    work
        ``rounds``, ``cases``, ``stop_gap``, ``seed``, ``progress``, see :func:`karez.solving.siting.site`.

    Returns
    -------
    Sited
        Its value and bound are weight left uncovered.
    """
    heavy = np.asarray(weight, np.int64)
    return site(
        Siting.of(
            np.zeros(len(np.asarray(charge)), np.int64), len(heavy), point, place, use=use, capacity=capacity,
            leave=heavy, weight=heavy, charge=charge, budget=budget,
        ),
        **work,
    )  # fmt: skip


def cover_share(
    cost: npt.ArrayLike,
    weight: npt.ArrayLike,
    point: npt.ArrayLike,
    place: npt.ArrayLike,
    wanted: int,
    *,
    use: npt.ArrayLike = 0,
    capacity: npt.ArrayLike | None = None,
    **work: Any,
) -> Sited:
    """Open places of least cost that cover at least so much weight (partial set covering).

    Parameters
    ----------
    cost : int64[places]
        What each place costs; all 1 for fewest places.
    weight, point, place, use, capacity, work
        As for :func:`cover_most`.
    wanted : int
        Weight to be covered.

    Raises
    ------
    Unservable
        No answer was found that covers so much.
    """
    heavy = np.asarray(weight, np.int64)
    spare = int(heavy.sum()) - wanted
    if spare < 0:
        raise ValueError("more weight is wanted than there is")
    problem = Siting.of(cost, len(heavy), point, place, use=use, capacity=capacity, leave=0, weight=heavy, spare=spare)
    return site(problem, **work)

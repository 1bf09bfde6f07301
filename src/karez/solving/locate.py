"""Facility location: few places at least distance (p-median), or places with a cost of opening and limits, proven."""

from __future__ import annotations

from typing import Any

import numpy.typing as npt

from karez.solving.siting import Sited, Siting, site


def median(
    places: int, customers: int, customer: npt.ArrayLike, place: npt.ArrayLike, cost: npt.ArrayLike, most: int,
    **work: Any,
) -> Sited:  # fmt: skip
    """Open at most so many places; every customer goes to one of them: least cost (p-median, Hakimi 1964).

    Parameters
    ----------
    places, customers : int
        How many there are.
    customer, place, cost : int64[pairs]
        Pairs that may be, in any order, and what each costs, its customer's weight included.
    most : int
        Most places opened.
    work
        ``rounds``, ``cases``, ``stop_gap``, ``seed``, ``progress``, see :func:`karez.solving.siting.site`.

    Raises
    ------
    Unservable
        A customer has no pair, or no answer was found.
    """
    problem = Siting.of([0] * places, customers, customer, place, cost=cost, charge=1, budget=most)
    return site(problem, **work)


def locate(
    fixed: npt.ArrayLike,
    customers: int,
    customer: npt.ArrayLike,
    place: npt.ArrayLike,
    cost: npt.ArrayLike,
    *,
    use: npt.ArrayLike = 0,
    capacity: npt.ArrayLike | None = None,
    most: int = -1,
    **work: Any,
) -> Sited:
    """Open places at a fixed charge; every customer goes to one, within capacities: least cost (fixed-charge location).

    Parameters
    ----------
    fixed : int64[places]
        Cost of opening each place.
    customers : int
        How many there are.
    customer, place, cost : int64[pairs]
        Pairs that may be, in any order, and what each costs.
    use : int64[pairs]
        What of the place's capacity a pair takes.
    capacity : int64[places], optional
        Most use of each place; none: any.
    most : int
        Most places opened; −1: any number.
    work
        As for :func:`median`.

    Raises
    ------
    Unservable
        A customer has no pair, or no answer was found within capacities.
    """
    problem = Siting.of(
        fixed, customers, customer, place, cost=cost, use=use, capacity=capacity, charge=1, budget=most
    )  # fmt: skip
    return site(problem, **work)

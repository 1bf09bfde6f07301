"""Which of many demands stand against each other, and the least by which one must be loosened."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

Demand = TypeVar("Demand")


def irreducible(
    demands: Sequence[Demand], conflicts: Callable[[tuple[Demand, ...]], bool], *, together: bool = True
) -> tuple[Demand, ...]:
    """Smallest part, by inclusion, of demands that conflict; by halving, see U. Junker, QuickXplain (AAAI 2004).

    Without any one of those returned, the rest do not conflict, as far as `conflicts` can tell. With k of n demands
    returned it is asked about k · log(n / k) times.

    Parameters
    ----------
    demands : Sequence
        Demands that conflict together, those that are to stay out of the answer if possible last.
    conflicts : Callable
        Whether some of them, in their order, conflict; if some do, more of them do too.
    together : bool
        Whether it is known already that all of them conflict.

    Returns
    -------
    tuple
        In their order; empty if not even all of them conflict.

    Examples
    --------
    >>> irreducible([1, 2, 3, 4, 5, 6], lambda some: {2, 5} <= set(some))
    (2, 5)
    """
    places = tuple(range(len(demands)))

    def clash(some: tuple[int, ...]) -> bool:
        return conflicts(tuple(demands[place] for place in sorted(some)))

    if not together and not clash(places):
        return ()
    if clash(()):
        return ()
    return tuple(demands[place] for place in sorted(_halve((), False, places, clash)))


def _halve(
    background: tuple[int, ...], grown: bool, places: tuple[int, ...], clash: Callable[[tuple[int, ...]], bool]
) -> tuple[int, ...]:
    """Part of `places` that conflicts, irreducibly, with what stands in the background."""
    if grown and clash(background):
        return ()
    if len(places) <= 1:
        return places
    first, second = places[: len(places) // 2], places[len(places) // 2 :]
    of_second = _halve(background + first, bool(first), second, clash)
    of_first = _halve(background + of_second, bool(of_second), first, clash)
    return of_first + of_second


def least(
    enough: Callable[[float], bool], *, most: float, fineness: float, unbounded: bool = False
) -> tuple[float | None, float]:
    """Least share that is enough, by halving.

    Parameters
    ----------
    enough : Callable[[float], bool]
        Whether a share will do; if one does, all greater ones do.
    most : float
        Share that is tried first; where it does not do and `unbounded`, it is doubled up to 2¹⁰ times.
    fineness : float
        The answer is no further than this part of it, or of `most`, from the greatest share that did not do.

    Returns
    -------
    found : float | None
        A share that will do; None if none was found.
    refused : float
        Greatest share that was tried and will not do; 0 if none was.

    Examples
    --------
    >>> found, refused = least(lambda share: share >= 0.3, most=1.0, fineness=0.001)
    >>> 0.299 < refused < 0.3 <= found < 0.301
    True
    >>> least(lambda share: False, most=1.0, fineness=0.1)
    (None, 1.0)
    """
    refused, found = 0.0, most
    for _ in range(11 if unbounded else 1):
        if enough(found):
            break
        refused, found = found, 2.0 * found
    else:
        return None, refused
    while found - refused > fineness * max(found, most):
        middle = (found + refused) / 2.0
        if enough(middle):
            found = middle
        else:
            refused = middle
    return found, refused

"""Wavelengths for routes: first fit, the same one on every link of a segment."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int32]
Longs = npt.NDArray[np.int64]


def loads(links: int, pieces: Sequence[Ints], wanted: Sequence[int]) -> Longs:
    """Wavelengths that pass every link: int64[links]; the largest is a lower bound on how many are needed."""
    load = np.zeros(links, np.int64)
    for on, count in zip(pieces, wanted, strict=True):
        load[on] += count
    return load


def first_fit(links: int, pieces: Sequence[Ints], wanted: Sequence[int]) -> list[Ints]:
    """Give each piece its wavelengths, the lowest that are free on all its links; longest pieces first.

    Wavelengths are numbered without end: those beyond what a pair of fibres holds lie on the next pair.

    Parameters
    ----------
    links : int
        Number of links.
    pieces : sequence of int32[…]
        Links of every piece.
    wanted : sequence of int
        Wavelengths that each needs.

    Examples
    --------
    >>> [some.tolist() for some in first_fit(2, [np.array([0]), np.array([0, 1]), np.array([1])], [1, 2, 1])]
    [[2], [0, 1], [2]]
    """
    room = max(int(loads(links, pieces, wanted).max(initial=0)), 1)
    taken = np.zeros((links, room), np.bool_)
    given: list[Ints] = [np.zeros(0, np.int32)] * len(pieces)
    for piece in sorted(range(len(pieces)), key=lambda k: (-pieces[k].size, -wanted[k], k)):
        on, count = pieces[piece], wanted[piece]
        free = np.flatnonzero(~taken[on].any(axis=0))
        if free.size < count:
            taken = np.concatenate([taken, np.zeros((links, taken.shape[1] + count), np.bool_)], axis=1)
            free = np.flatnonzero(~taken[on].any(axis=0))
        mine = free[:count].astype(np.int32)
        taken[np.ix_(on, mine)] = True
        given[piece] = mine
    return given

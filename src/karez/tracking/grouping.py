"""Rows of whole numbers sorted and summed by several columns at once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Longs = npt.NDArray[np.int64]
Whole = npt.NDArray[np.signedinteger]
ROOM = 2**62
"""Codes below this are told apart in 64 bits."""
DENSE = 4
"""Up to so many codes for every row are counted out in a table, more are sorted."""


def coded(keys: Sequence[Whole]) -> Longs:
    """One number for every row, in the order of `keys`, the first counting most; equal rows have equal numbers.

    >>> coded([np.array([7, 7, 5]), np.array([-1, 2, 9])]).tolist()
    [22, 25, 10]
    """
    code, room = np.zeros(len(keys[0]), dtype=np.int64), 1
    for key in keys if len(code) else ():
        low = int(key.min())
        span = int(key.max()) - low + 1
        if span == 1:
            continue
        if room * span > ROOM:
            distinct, code = np.unique(code, return_inverse=True)
            room = len(distinct)
        code = code * span + np.subtract(key, low, dtype=np.int64)
        room *= span
    return code


def runs(code: Longs) -> tuple[Longs, Longs]:
    """An order that sorts rows by their codes, and the places in it where runs of equal rows begin.

    >>> order, first = runs(np.array([2, 1, 1]))
    >>> order[first].tolist(), first.tolist()
    ([1, 0], [0, 2])
    """
    order = np.argsort(code)
    ranked = code[order]
    return order, np.flatnonzero(np.r_[np.ones(min(len(code), 1), dtype=bool), ranked[1:] != ranked[:-1]])


def summed(keys: dict[str, Longs], values: Longs) -> tuple[dict[str, Longs], Longs]:
    """Distinct rows of keys, sorted, and the sum of `values` of each.

    >>> keys, sums = summed({"year": np.array([2, 1, 2])}, np.array([10, 20, 30]))
    >>> keys["year"].tolist(), sums.tolist()
    ([1, 2], [20, 40])
    """
    code = coded(list(keys.values()))
    room = int(code.max()) + 1 if code.size else 0
    if room > DENSE * len(code):
        order, first = runs(code)
        return {name: key[order[first]] for name, key in keys.items()}, np.add.reduceat(values[order], first)
    sums, row = np.zeros(room, dtype=np.int64), np.full(room, -1, dtype=np.int64)
    np.add.at(sums, code, values)
    row[code] = np.arange(len(code))
    there = np.flatnonzero(row >= 0)
    return {name: key[row[there]] for name, key in keys.items()}, sums[there]

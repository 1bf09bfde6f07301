"""Sorting by key. numpy's own sort in numba takes seconds to compile; this one does not."""

from __future__ import annotations

import numpy as np
from numba import njit

from karez.kernels.compiled import KERNEL


@njit(**KERNEL)
def ascending(key):  # type: ignore[no-untyped-def]
    """Positions of the keys in ascending order, equal keys in their own: int32[n], by merging runs."""
    n = key.size
    order = np.empty(n, np.int32)
    other = np.empty(n, np.int32)
    for i in range(n):
        order[i] = i
    width = 1
    while width < n:
        for low in range(0, n, 2 * width):
            middle = min(low + width, n)
            high = min(low + 2 * width, n)
            a = low
            b = middle
            for i in range(low, high):
                if a < middle and (b >= high or key[order[a]] <= key[order[b]]):
                    other[i] = order[a]
                    a += 1
                else:
                    other[i] = order[b]
                    b += 1
        order, other = other, order
        width *= 2
    return order

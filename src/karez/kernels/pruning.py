"""What of a tree is worth its cost, and what hangs below an element."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

Ints = npt.NDArray[np.int32]
Longs = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

MUST = 2**58
"""Gain of what must stay."""


@njit(cache=True, nogil=True)
def worth_keeping(parent: Ints, cost: Longs, gain: Longs) -> Flags:
    """Elements of the best part of a rooted forest: each gains more, with all it carries, than it costs.

    Parameters
    ----------
    parent : int32[elements]
        Row of the parent, smaller than the element's own; −1 for none.
    cost, gain : int64[elements]
        What an element costs, and what its own node gains; :data:`MUST` where it has to stay.

    Returns
    -------
    bool[elements]
        What stays.
    """
    count = len(parent)
    net = np.zeros(count, np.int64)
    keep = np.zeros(count, np.bool_)
    for element in range(count - 1, -1, -1):
        net[element] = min(net[element] + gain[element], MUST)
        net[element] -= cost[element] if net[element] < MUST else 0
        keep[element] = net[element] > 0
        if keep[element] and parent[element] >= 0:
            net[parent[element]] = min(net[parent[element]] + net[element], MUST)
    for element in range(count):
        if parent[element] >= 0 and not keep[parent[element]]:
            keep[element] = False
    return keep


@njit(cache=True, nogil=True)
def below(parent: Ints, top: int) -> Flags:
    """An element and all that hangs on it: bool[elements]."""
    inside = np.zeros(len(parent), np.bool_)
    inside[top] = True
    for element in range(top + 1, len(parent)):
        if parent[element] >= 0 and inside[parent[element]]:
            inside[element] = True
    return inside

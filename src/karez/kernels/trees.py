"""Sums over rooted forests given as parent arrays, every parent before its children."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

Ints = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float64]


@njit(cache=True, nogil=True)
def sum_below(parent: Ints, own: Floats) -> Floats:
    """Sum `own` over each element and all that hang on it.

    Parameters
    ----------
    parent : int32[elements]
        Row of the parent, smaller than the element's own; −1 for none.
    own : float64[elements, columns]
        What each element brings.

    Returns
    -------
    float64[elements, columns]
        Sums.
    """
    total = own.copy()
    for element in range(len(parent) - 1, -1, -1):
        if parent[element] >= 0:
            total[parent[element]] += total[element]
    return total


@njit(cache=True, nogil=True)
def sum_above(parent: Ints, own: Floats) -> Floats:
    """Sum `own` over each element and all it hangs on.

    Parameters
    ----------
    parent : int32[elements]
        Row of the parent, smaller than the element's own; −1 for none.
    own : float64[elements]
        What each element brings.

    Returns
    -------
    float64[elements]
        Sums.
    """
    total = own.copy()
    for element in range(len(parent)):
        if parent[element] >= 0:
            total[element] += total[parent[element]]
    return total


@njit(cache=True, nogil=True)
def fold_up(parent: Ints, own: Floats, stays: npt.NDArray[np.bool_]) -> Floats:
    """Move what elements bring to what they hang on, up to one at which it stays.

    Parameters
    ----------
    parent : int32[elements]
        Row of the parent, smaller than the element's own; −1 for none.
    own : float64[elements]
        What each element brings.
    stays : bool[elements]
        Elements from which nothing is moved.

    Returns
    -------
    float64[elements]
        The same sum, moved.
    """
    moved = own.copy()
    for element in range(len(parent) - 1, -1, -1):
        if not stays[element] and parent[element] >= 0:
            moved[parent[element]] += moved[element]
            moved[element] = 0.0
    return moved


@njit(cache=True, nogil=True)
def nearest_above(parent: Ints, marked: npt.NDArray[np.bool_]) -> Ints:
    """Row of the nearest marked element on the way up from each, itself included; −1 where there is none.

    Parameters
    ----------
    parent : int32[elements]
        Row of the parent, smaller than the element's own; −1 for none.
    marked : bool[elements]
        Which are.
    """
    nearest = np.full(len(parent), -1, np.int32)
    for element in range(len(parent)):
        if marked[element]:
            nearest[element] = element
        elif parent[element] >= 0:
            nearest[element] = nearest[parent[element]]
    return nearest

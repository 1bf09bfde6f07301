"""Places in rooms of limited size: customers one after the other, each to the best of its choices that has room."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

Ints = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float64]


@njit(cache=True, nogil=True)
def take_places(order: Ints, start: Ints, room: Ints, size: Floats, left: Floats) -> Ints:
    """Give every customer the first of its choices whose room has place.

    Parameters
    ----------
    order : int32[customers]
        Customers, the first served first.
    start : int32[customers + 1]
        The choices of customer c are ``start[c]`` … ``start[c + 1] − 1``, the best first.
    room : int32[choices]
        Room of each choice; −1: no limit.
    size : float64[choices]
        What it takes of the room.
    left : float64[rooms]
        What is left of each room; used up in place.

    Returns
    -------
    int32[customers]
        The choice of each; −1 if none has place.
    """
    taken = np.full(len(start) - 1, -1, np.int32)
    for customer in order:
        for choice in range(start[customer], start[customer + 1]):
            if room[choice] < 0 or size[choice] <= left[room[choice]]:
                if room[choice] >= 0:
                    left[room[choice]] -= size[choice]
                taken[customer] = choice
                break
    return taken

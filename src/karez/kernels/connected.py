"""States of a network's frontier: which nodes at the edge of what is decided hang together, and with what chance.

Nodes and chains of a block are decided one after the other; of what is decided, only the partition of the frontier
matters: nodes decided that still have undecided chains (Hardy, Lucet and Limnios 2007,
doi:10.1109/TR.2007.898572). A state is a row of labels, one a slot of the frontier: 0 nothing or a failed node, 1 what
hangs on the source, 2 and above the other classes in the order of their first slot.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from karez.kernels.compiled import KERNEL

SOURCE = 1
"""Label of the class that hangs on the source."""


@njit(**KERNEL)
def _settle(rows, maps, r):  # type: ignore[no-untyped-def]
    """Number the classes of a row anew by their first slot, and carry the map of old labels along."""
    width = rows.shape[1]
    fresh = np.zeros(width + 3, np.uint8)
    fresh[1] = 1
    count = 2
    for j in range(width):
        label = rows[r, j]
        if label > 1:
            if fresh[label] == 0:
                fresh[label] = count
                count += 1
            rows[r, j] = fresh[label]
    for j in range(maps.shape[1]):
        maps[r, j] = fresh[maps[r, j]]


@njit(**KERNEL)
def admit(states, slot):  # type: ignore[no-untyped-def]
    """Decide a node: it fails (first half of the rows) or is up, in a class of its own (second half).

    Returns
    -------
    rows : uint8[2 k, width]
        New states.
    maps : uint8[2 k, width + 2]
        New label of every label of the old state; 0 where the class is gone.
    born : uint8[k]
        Label of the node where it is up.
    """
    k, width = states.shape
    rows = np.empty((2 * k, width), np.uint8)
    maps = np.empty((2 * k, width + 2), np.uint8)
    born = np.empty(k, np.uint8)
    for r in range(k):
        for side in range(2):
            at = r + side * k
            rows[at] = states[r]
            for j in range(width + 2):
                maps[at, j] = j
            rows[at, slot] = side * (width + 2)
            _settle(rows, maps, at)
        born[r] = rows[r + k, slot]
    return rows, maps, born


@njit(**KERNEL)
def join(states, one, other):  # type: ignore[no-untyped-def]
    """Decide a chain: it fails (first half of the rows) or joins the classes at its ends (second half).

    Parameters
    ----------
    states : uint8[k, width]
        States.
    one, other : int
        Slots of its ends; −1 is the source.

    Returns
    -------
    rows, maps
        As of :func:`admit`; where an end failed or both hang together already, both halves are the same.
    """
    k, width = states.shape
    rows = np.empty((2 * k, width), np.uint8)
    maps = np.empty((2 * k, width + 2), np.uint8)
    for r in range(k):
        a = states[r, one] if one >= 0 else SOURCE
        b = states[r, other] if other >= 0 else SOURCE
        for side in range(2):
            at = r + side * k
            rows[at] = states[r]
            for j in range(width + 2):
                maps[at, j] = j
            if side == 1 and a != b and a > 0 and b > 0:
                keep, gone = min(a, b), max(a, b)
                for j in range(width):
                    if rows[at, j] == gone:
                        rows[at, j] = keep
                maps[at, gone] = keep
                _settle(rows, maps, at)
    return rows, maps


@njit(**KERNEL)
def release(states, slot):  # type: ignore[no-untyped-def]
    """Let a node with nothing undecided leave the frontier; rows and maps as of :func:`admit`, one for each state."""
    k, width = states.shape
    rows = states.copy()
    maps = np.empty((k, width + 2), np.uint8)
    seen = np.zeros(width + 2, np.bool_)
    for r in range(k):
        rows[r, slot] = 0
        seen[:] = False
        seen[1] = True
        for j in range(width):
            seen[rows[r, j]] = True
        for j in range(width + 2):
            maps[r, j] = j if j == 1 or seen[j] else 0
        _settle(rows, maps, r)
    return rows, maps


@njit(**KERNEL)
def look_back(maps, follower, chance, later):  # type: ignore[no-untyped-def]
    """Chance that a class comes to hang on the source, one decision earlier.

    Parameters
    ----------
    maps : uint8[branches × k, width + 2]
        Labels after each branch of the decision.
    follower : int32[branches × k]
        State that a branch leads to; −1 if it was dropped.
    chance : float64[branches]
        Chance of each branch.
    later : float64[k', width + 2]
        Chances by state and label after the decision.

    Returns
    -------
    float64[k, width + 2]
        The same before it.
    """
    branches = chance.size
    k = maps.shape[0] // branches
    before = np.zeros((k, maps.shape[1]))
    for side in range(branches):
        for r in range(k):
            at = side * k + r
            to = follower[at]
            if to < 0:
                continue
            for j in range(1, maps.shape[1]):
                before[r, j] += chance[side] * later[to, maps[at, j]]
    return before


@njit(**KERNEL)
def carry(maps, follower, chance, held, after):  # type: ignore[no-untyped-def]
    """Carry what classes hold one decision on.

    Parameters
    ----------
    maps, follower, chance
        As of :func:`look_back`.
    held : float64[k, width + 2]
        What the class of each label holds, by state before the decision.
    after : int
        Number of states after it.

    Returns
    -------
    float64[after, width + 2]
        The same after it.
    """
    branches = chance.size
    k = maps.shape[0] // branches
    found = np.zeros((after, maps.shape[1]))
    for side in range(branches):
        for r in range(k):
            at = side * k + r
            to = follower[at]
            if to < 0:
                continue
            for j in range(1, maps.shape[1]):
                if maps[at, j] > 0:
                    found[to, maps[at, j]] += chance[side] * held[r, j]
    return found


@njit(**KERNEL)
def meet(maps, follower, held, later):  # type: ignore[no-untyped-def]
    """What all classes hold, times the chance that they come to hang on the source, by branch: float64[branches]."""
    k = held.shape[0]
    branches = maps.shape[0] // k
    found = np.zeros(branches)
    for side in range(branches):
        for r in range(k):
            at = side * k + r
            to = follower[at]
            if to < 0:
                continue
            for j in range(1, maps.shape[1]):
                found[side] += held[r, j] * later[to, maps[at, j]]
    return found

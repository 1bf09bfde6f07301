"""Walks over forests whose places stand in order, parents before children."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

Ints = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


@njit(cache=True, nogil=True)
def root_forest(start: Ints, neighbour: Ints, edge: Ints, chosen: Flags, roots: Ints) -> tuple[Ints, Ints, Ints]:
    """Order a forest from its roots, parents before children.

    Parameters
    ----------
    start, neighbour, edge : int32
        Graph by slots, see :func:`karez.kernels.csr.slots`.
    chosen : bool[edges]
        Edges of the forest; they close no cycle.
    roots : int32[roots]
        Where to begin, at most one in each tree.

    Returns
    -------
    node, parent, run : int32[places]
        Node of each place, place towards the root (−1 at one), edge to it (−1 at a root).
    """
    n = len(start) - 1
    place = np.full(n, -1, np.int32)
    node = np.empty(n, np.int32)
    parent = np.full(n, -1, np.int32)
    run = np.full(n, -1, np.int32)
    count = 0
    for root in roots:
        if place[root] < 0:
            place[root] = count
            node[count] = root
            count += 1
    done = 0
    while done < count:
        here = node[done]
        for slot in range(start[here], start[here + 1]):
            there = neighbour[slot]
            if chosen[edge[slot]] and place[there] < 0:
                place[there] = count
                node[count] = there
                parent[count] = done
                run[count] = edge[slot]
                count += 1
        done += 1
    return node[:count].copy(), parent[:count].copy(), run[:count].copy()


@njit(cache=True, nogil=True)
def way_to_root(parent: Ints, length: Floats) -> Floats:
    """Length of the way from every place to its root: float64[places]."""
    way = np.zeros(len(parent))
    for v in range(len(parent)):
        if parent[v] >= 0:
            way[v] = way[parent[v]] + length[v]
    return way


@njit(cache=True, nogil=True)
def roots_in_order(parent: Ints) -> Ints:
    """Number of the root that every place hangs on, roots counted in order: int32[places]."""
    root = np.empty(len(parent), np.int32)
    count = 0
    for v in range(len(parent)):
        if parent[v] < 0:
            root[v] = count
            count += 1
        else:
            root[v] = root[parent[v]]
    return root


@njit(cache=True, nogil=True)
def sum_up(parent: Ints, amount: Floats) -> Floats:
    """Sum of what stands at and behind every place: float64[places]."""
    total = amount.copy()
    for v in range(len(parent) - 1, -1, -1):
        if parent[v] >= 0:
            total[parent[v]] += total[v]
    return total


@njit(cache=True, nogil=True)
def nearest_seed(parent: Ints, length: Floats, seeds: Ints) -> tuple[Floats, Ints]:
    """Distance from every place of one tree to the nearest seed, and which that is (the first on ties).

    Parameters
    ----------
    parent : int32[places]
        One tree, its root at place 0.
    length : float64[places]
        Length of the run to the parent.
    seeds : int32[seeds]
        Places.
    """
    best = np.full(len(parent), np.inf)
    owner = np.full(len(parent), -1, np.int32)
    for number in range(len(seeds)):
        if owner[seeds[number]] < 0:
            best[seeds[number]] = 0.0
            owner[seeds[number]] = number
    for v in range(len(parent) - 1, 0, -1):
        p = parent[v]
        if best[v] + length[v] < best[p]:
            best[p] = best[v] + length[v]
            owner[p] = owner[v]
    for v in range(1, len(parent)):
        p = parent[v]
        if best[p] + length[v] < best[v]:
            best[v] = best[p] + length[v]
            owner[v] = owner[p]
    return best, owner


@njit(cache=True, nogil=True)
def subtree(parent: Ints, top: int) -> Flags:
    """Whether each place hangs on a place, itself among them: bool[places]. Parents come before children."""
    inside = np.zeros(len(parent), np.bool_)
    inside[top] = True
    for v in range(top + 1, len(parent)):
        if parent[v] >= 0 and inside[parent[v]]:
            inside[v] = True
    return inside


@njit(cache=True, nogil=True)
def medians(parent: Ints, length: Floats, weight: Floats, may: Flags, owner: Ints, owners: int) -> Ints:
    """Median of every part of one tree: the place from which the way to all weight of the part together is shortest.

    Parameters
    ----------
    parent : int32[places]
        One tree, parents before children.
    length : float64[places]
        Length of the run to the parent.
    weight : float64[places]
        Weight at every place.
    may : bool[places]
        Whether a median may be there.
    owner : int32[places]
        Part of each place; every part hangs together.
    owners : int
        Number of parts.

    Returns
    -------
    int32[owners]
        Places, the first on ties; −1 for a part that has none to choose from.
    """
    places = len(parent)
    behind = weight.copy()
    way = np.zeros(places)
    whole = np.zeros(owners)
    at_top = np.zeros(owners)
    for v in range(places - 1, -1, -1):
        p = parent[v]
        if p >= 0 and owner[p] == owner[v]:
            behind[p] += behind[v]
        else:
            whole[owner[v]] = behind[v]
    total = np.empty(places)
    for v in range(places):
        p = parent[v]
        if p >= 0 and owner[p] == owner[v]:
            way[v] = way[p] + length[v]
        at_top[owner[v]] += weight[v] * way[v]
    found = np.full(owners, -1, np.int32)
    least = np.full(owners, np.inf)
    for v in range(places):
        p, k = parent[v], owner[v]
        if p >= 0 and owner[p] == k:
            total[v] = total[p] + length[v] * (whole[k] - 2.0 * behind[v])
        else:
            total[v] = at_top[k]
        if may[v] and total[v] < least[k]:
            least[k] = total[v]
            found[k] = v
    return found

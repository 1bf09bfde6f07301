"""Labels of a schedule's variables: which of them move together, and what a programme over labels is made of.

Variable (item, t) says that the item has a year ≤ t, or for a *turned* item that it has not. Labels 0 and 1 are the
variables fixed at 0 and at 1; any other label is one free variable of a small programme.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

Ints = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


@njit(cache=True)
def refine_labels(label: Ints, years: Ints, turned: Flags, count: int) -> tuple[Ints, int]:
    """Split every free label by whether its variables are 1 at given years, and number them anew without holes.

    Parameters
    ----------
    label : int32[items, T]
        Labels.
    years : int32[items]
        Years 0 … T.
    turned : bool[items]
        Items whose variables are turned.
    count : int
        Number of labels.

    Returns
    -------
    tuple[int32[items, T], int]
        New labels and their number.
    """
    number = np.full(2 * count, -1, np.int32)
    fresh = np.empty_like(label)
    found = 2
    for item in range(label.shape[0]):
        for t in range(label.shape[1]):
            old = label[item, t]
            if old < 2:
                fresh[item, t] = old
                continue
            key = 2 * old + (1 if (years[item] <= t) != turned[item] else 0)
            if number[key] < 0:
                number[key] = found
                found += 1
            fresh[item, t] = number[key]
    return fresh, found


@njit(cache=True)
def label_arcs(
    parent: Ints, owner: Ints, rival: Ints, must: Flags, label: Ints, turned: Flags, count: int
) -> tuple[Ints, Ints]:
    """Pairs of labels of which the first needs the second, each pair once; trivial ones left out.

    Parameters
    ----------
    parent, owner, rival, must
        As in :func:`karez.kernels.closure.best_closure`.
    label, turned, count
        As in :func:`refine_labels`.

    Returns
    -------
    tuple[int32[arcs], int32[arcs]]
        Labels w with w[first] ≤ w[second].
    """
    elements, (items, years) = len(parent), label.shape
    seen = np.zeros((count, count), np.bool_)
    for item in range(items):
        for t in range(years - 1):
            if turned[item]:
                seen[label[item, t + 1], label[item, t]] = True
            else:
                seen[label[item, t], label[item, t + 1]] = True
        above = parent[item] if item < elements else owner[item - elements]
        if above >= 0:
            for t in range(years):
                seen[label[item, t], label[above, t]] = True
        if item >= elements and rival[item - elements] >= 0:
            other = label[elements + rival[item - elements], years - 1]
            seen[label[item, years - 1], other] = True
            if must[item]:
                seen[other, label[item, years - 1]] = True
    for a in range(count):
        seen[a, a] = seen[0, a] = seen[a, 1] = False
    arcs = np.count_nonzero(seen)
    lower, upper = np.empty(arcs, np.int32), np.empty(arcs, np.int32)
    at = 0
    for a in range(count):
        for b in range(count):
            if seen[a, b]:
                lower[at], upper[at] = a, b
                at += 1
    return lower, upper


@njit(cache=True)
def label_sums(
    label: Ints, turned: Flags, start: Ints, feature: Ints, amount: Floats, features: int, count: int
) -> Floats:
    """Sum the features of items up by label and year.

    Parameters
    ----------
    label, turned, count
        As in :func:`refine_labels`.
    start, feature, amount : int32[items + 1], int32[…], float64[…]
        Features of every item, by rows of a sparse matrix.
    features : int
        Number of features.

    Returns
    -------
    float64[count, features, T]
        Turned items count with the sign turned.
    """
    items, years = label.shape
    sums = np.zeros((count, features, years))
    for item in range(items):
        sign = -1.0 if turned[item] else 1.0
        for k in range(start[item], start[item + 1]):
            for t in range(years):
                sums[label[item, t], feature[k], t] += sign * amount[k]
    return sums


@njit(cache=True)
def label_steps(label: Ints, turned: Flags, worth: Floats, count: int) -> Floats:
    """Sum up by label what an item's worth changes by if its year is ≤ t rather than later; float64[count].

    `worth` (float64[items, T]) is by year; never is worth 0.
    """
    items, years = label.shape
    sums = np.zeros(count)
    for item in range(items):
        sign = -1.0 if turned[item] else 1.0
        for t in range(years):
            later = worth[item, t + 1] if t + 1 < years else 0.0
            sums[label[item, t]] += sign * (worth[item, t] - later)
    return sums

"""Lorenz curve, Gini coefficient and the worst-off tenth: formulas on arrays."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def lorenz_curve(share: npt.ArrayLike, weight: npt.ArrayLike) -> tuple[Floats, Floats]:
    """Lorenz curve of a share per area, areas from the lowest share up.

    Parameters
    ----------
    share : float64[areas]
        Service per household of each area.
    weight : float64[areas]
        Households of each area.

    Returns
    -------
    households, service : float64[areas + 1]
        Both from 0 to 1; the second all zeros but for the last where nobody has any.

    Examples
    --------
    >>> [axis.tolist() for axis in lorenz_curve([1.0, 0.0], [1.0, 1.0])]
    [[0.0, 0.5, 1.0], [0.0, 0.0, 1.0]]
    """
    share, weight = np.asarray(share, dtype=np.float64), np.asarray(weight, dtype=np.float64)
    order = np.argsort(share, kind="stable")
    households = np.concatenate([[0.0], np.cumsum(weight[order])])
    service = np.concatenate([[0.0], np.cumsum((share * weight)[order])])
    ends = [axis[-1] if axis[-1] > 0 else 1.0 for axis in (households, service)]
    return households / ends[0], service / ends[1]


def gini(share: npt.ArrayLike, weight: npt.ArrayLike) -> float:
    """Gini coefficient between areas: twice the surface between the Lorenz curve and equality; 0 where nobody has any.

    Equal shares give 0; one household of many that takes all gives almost 1:

    >>> gini([0.4, 0.4, 0.4], [10.0, 5.0, 1.0])
    0.0
    >>> round(gini([0.0, 1.0], [999.0, 1.0]), 3)
    0.999
    >>> gini([0.0, 0.0], [1.0, 1.0]), gini([], [])
    (0.0, 0.0)
    """
    households, service = lorenz_curve(share, weight)
    if service[-1] <= 0 or households[-1] <= 0:
        return 0.0
    surface = float((np.diff(households) * (service[1:] + service[:-1])).sum())
    return max(0.0, round(1.0 - surface, 12))


def worst_off(share: npt.ArrayLike, weight: npt.ArrayLike, part: float = 0.1) -> float:
    """Mean share of the worst-off `part` of all households, the last area counted as far as it belongs to it.

    >>> worst_off([0.0, 0.5, 1.0], [5.0, 5.0, 90.0])
    0.25
    >>> worst_off([0.2, 0.8], [50.0, 50.0])
    0.2
    >>> worst_off([], [])
    0.0
    """
    share, weight = np.asarray(share, dtype=np.float64), np.asarray(weight, dtype=np.float64)
    order = np.argsort(share, kind="stable")
    whole = part * weight.sum()
    if whole <= 0:
        return 0.0
    before = np.concatenate([[0.0], np.cumsum(weight[order])[:-1]])
    counted = np.clip(whole - before, 0.0, weight[order])
    return float((counted * share[order]).sum() / whole)

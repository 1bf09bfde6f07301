"""Nodes that every better tree holds, told from budgets an ascent has not spent."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from karez.solving.certified import Ints, Longs


def unspent(prize: Longs, node: Ints, radius: Longs) -> Longs:
    """What the moats of an ascent leave of each node's prize: int64[n].

    Parameters
    ----------
    prize : int64[n]
        Prizes, ``INF`` where a node must be in the tree.
    node, radius : int32[moats], int64[moats]
        The moats; those of a node without a prize, or outside 0 … n − 1, are not allowed.
    """
    left = prize.copy()
    np.subtract.at(left, node, radius)
    return left


def forced_by_budget(prize: Longs, node: Ints, radius: Longs, bound: int, value: int) -> npt.NDArray[np.bool_]:
    """Prized nodes that every tree below `value` holds.

    The moats bound what a tree costs if it pays at each of them, by an edge or by the budget of their node. A tree
    without the node pays the node's whole prize, also that part for which no moat was grown: what the ascent has left
    of it adds to the bound (the reduced cost of leaving the node out; I. Ljubić et al., Mathematical Programming 105
    (2006), doi:10.1007/s10107-005-0660-x).

    Parameters
    ----------
    prize : int64[n]
        Prizes the ascent was raised with, ``INF`` where a node must be in the tree.
    node, radius : int32[moats], int64[moats]
        Its moats.
    bound : int
        Its bound, with all constants that `value` holds.
    value : int
        A tree is sought that is better than this.

    Returns
    -------
    bool[n]
        Nodes whose absence costs `value` at least; nodes that must be in the tree among them.

    Examples
    --------
    >>> forced_by_budget(np.array([9, 4]), np.array([1], np.int32), np.array([3]), 3, 10).tolist()
    [True, False]
    """
    forced: npt.NDArray[np.bool_] = (prize > 0) & (unspent(prize, node, radius) >= value - bound)
    return forced

"""Seams between the areas of offices: what was dug on either side is joined and chosen anew along them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from karez.designing.street.parts import drawn_together, relabelled, way_from
from karez.designing.street.trench import dig
from karez.model.street import Floats, Ints, StreetGraph

Rows = npt.NDArray[np.integer]

BAND_M = 400.0
"""Streets within this way of a run between two areas are chosen anew."""


def mend_seams(graph: StreetGraph, cost: Floats, edges: Rows, area: Ints, *, rounds: int, seed: int) -> Rows:
    """Join the trenches of areas and improve them along their seams.

    The trench beyond the seams stays as it is: drawn together to points, what hangs on it asks for nothing more.

    Parameters
    ----------
    graph : StreetGraph
        The whole.
    cost : float64[runs]
        Cost of using each run.
    edges : int[…]
        Runs dug in all areas.
    area : int32[nodes]
        Area of every node.
    rounds, seed
        See :func:`karez.solving.steiner`.

    Returns
    -------
    int[…]
        Runs of the trench, joined as :func:`dig` joins them.
    """
    ends = graph.runs[["start", "end"]].to_numpy()
    seam = area[ends[:, 0]] != area[ends[:, 1]]
    if not seam.any():
        return edges
    near = np.isfinite(way_from(graph, np.unique(ends[seam]), BAND_M))
    loose = near[ends].all(axis=1)
    kept = edges[~loose[edges]]
    label = drawn_together(graph, kept)
    free = loose & (label[ends[:, 0]] != label[ends[:, 1]])
    runs = np.flatnonzero(free)
    part = relabelled(graph, label, runs)
    chosen = dig(part, cost[runs], rounds=rounds, seed=seed).edges
    return np.sort(np.concatenate([kept, runs[chosen]]))

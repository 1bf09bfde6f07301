"""Walk maximal chains of edges between nodes that must stay."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

Ints = npt.NDArray[np.int32]


@njit(cache=True, nogil=True)
def walk_chains(
    start: Ints, end: Ints, first: Ints, incident: Ints, through: npt.NDArray[np.bool_]
) -> tuple[Ints, npt.NDArray[np.bool_], Ints]:
    """Order the edges of a graph into chains that pass only through nodes marked `through`.

    Parameters
    ----------
    start, end : int32[edges]
        Nodes of each edge.
    first, incident : int32[nodes + 1], int32[2 · edges]
        CSR lists of the edges at each node.
    through : bool[nodes]
        Nodes at which exactly two edges meet that may become one. A ring of such nodes alone is one chain.

    Returns
    -------
    order : int32[edges]
        Edges, chain after chain, each chain from one end to the other.
    backward : bool[edges]
        Whether the edge at that position is walked from its end to its start.
    chain_first : int32[chains + 1]
        Where each chain begins in `order`.
    """
    count = len(start)
    order = np.empty(count, np.int32)
    backward = np.zeros(count, np.bool_)
    chain_first = np.zeros(count + 1, np.int32)
    seen = np.zeros(count, np.bool_)
    filled = 0
    chains = 0
    for rings in (False, True):
        for seed in range(count):
            if seen[seed] or (not rings and through[start[seed]] and through[end[seed]]):
                continue
            edge = np.int32(seed)
            here = start[seed] if rings or not through[start[seed]] else end[seed]
            while True:
                seen[edge] = True
                order[filled] = edge
                backward[filled] = here != start[edge]
                filled += 1
                here = end[edge] if here == start[edge] else start[edge]
                if not through[here]:
                    break
                one, two = incident[first[here]], incident[first[here] + 1]
                edge = two if one == edge else one
                if seen[edge]:
                    break
            chains += 1
            chain_first[chains] = filled
    return order, backward, chain_first[: chains + 1]

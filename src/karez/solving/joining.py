"""What it costs to join a node to those that are reached."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import dijkstra

from karez.solving.graph import Graph


def cost_to_join(graph: Graph, reached: npt.NDArray[np.bool_]) -> npt.NDArray[np.float64]:
    """Least cost of edges that would join each node to the reached ones; inf where none do.

    Parameters
    ----------
    graph : Graph
        Nodes and edges; parallel ones are allowed.
    reached : bool[nodes]
        Nodes that need no edge.

    Returns
    -------
    float64[nodes]
        Sums of costs; an edge that costs nothing adds a thousandth, which rounding takes off.
    """
    # Explicit zeros are edges to scipy only if stored; a thousandth of a unit keeps them.
    matrix = lightest(graph, np.maximum(graph.cost.astype(np.float64), 1e-3))
    return np.asarray(dijkstra(matrix, directed=False, indices=np.flatnonzero(reached), min_only=True))


def lightest(graph: Graph, weight: npt.NDArray[np.float64]) -> csr_array:
    """Weights of edges (float64[m], positive) as a sparse matrix for scipy; of parallel edges the lightest."""
    low, high = np.minimum(graph.tail, graph.head), np.maximum(graph.tail, graph.head)
    rank = np.lexsort((weight, high, low))
    first = np.ones(len(rank), dtype=bool)
    first[1:] = (np.diff(low[rank]) != 0) | (np.diff(high[rank]) != 0)
    best = rank[first]
    return coo_array((weight[best], (low[best], high[best])), shape=(graph.n, graph.n)).tocsr()

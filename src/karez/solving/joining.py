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


def ways_to_join(
    graph: Graph, reached: npt.NDArray[np.bool_], nodes: npt.NDArray[np.integer]
) -> list[npt.NDArray[np.int32] | None]:
    """Edges of a cheapest way from each of some nodes to the reached ones; None where there is none.

    Parameters
    ----------
    graph, reached
        As of :func:`cost_to_join`.
    nodes : int[k]
        Where the ways begin.

    Examples
    --------
    >>> line = Graph.from_edges(4, [0, 1, 1], [1, 2, 2], [5, 7, 6])
    >>> ways_to_join(line, np.array([True, False, False, False]), np.array([2, 3, 0]))
    [array([2, 0], dtype=int32), None, array([], dtype=int32)]
    """
    weight = np.maximum(graph.cost.astype(np.float64), 1e-3)
    cost, before, _ = dijkstra(
        lightest(graph, weight),
        directed=False,
        indices=np.flatnonzero(reached),
        min_only=True,
        return_predecessors=True,
    )
    rank = np.lexsort((weight, np.maximum(graph.tail, graph.head), np.minimum(graph.tail, graph.head)))
    edge_of: dict[tuple[int, int], int] = {}
    for e in rank.tolist():
        ends = int(graph.tail[e]), int(graph.head[e])
        edge_of.setdefault((min(ends), max(ends)), e)
    ways: list[npt.NDArray[np.int32] | None] = []
    for node in nodes.tolist():
        way, v = list[int](), int(node)
        while np.isfinite(cost[node]) and not reached[v]:
            u = int(before[v])
            way.append(edge_of[min(u, v), max(u, v)])
            v = u
        ways.append(np.array(way, np.int32) if np.isfinite(cost[node]) else None)
    return ways


def lightest(graph: Graph, weight: npt.NDArray[np.float64]) -> csr_array:
    """Weights of edges (float64[m], positive) as a sparse matrix for scipy; of parallel edges the lightest."""
    low, high = np.minimum(graph.tail, graph.head), np.maximum(graph.tail, graph.head)
    rank = np.lexsort((weight, high, low))
    first = np.ones(len(rank), dtype=bool)
    first[1:] = (np.diff(low[rank]) != 0) | (np.diff(high[rank]) != 0)
    best = rank[first]
    return coo_array((weight[best], (low[best], high[best])), shape=(graph.n, graph.n)).tocsr()

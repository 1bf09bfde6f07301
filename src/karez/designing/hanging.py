"""A chosen tree of the candidate network, hung on its sources."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array
from scipy.sparse.csgraph import breadth_first_order, minimum_spanning_tree

from karez.model.design import Tree
from karez.solving import Graph
from karez.solving.joining import lightest

Ints = npt.NDArray[np.int32]


def hang(edges: Ints, network: Graph, root: int, spans: int) -> Tree:
    """Hang the chosen edges on the root, breadth first."""
    tail, head = network.tail[edges], network.head[edges]
    numbered = coo_array((np.arange(1, len(edges) + 1), (tail, head)), shape=(network.n, network.n)).tocsr()
    order, before = breadth_first_order(numbered, root, directed=False)
    element_of = np.full(network.n, -1, dtype=np.int32)
    element_of[order[1:]] = np.arange(len(order) - 1)
    both = numbered + numbered.T
    chosen = edges[np.asarray(both[before[order[1:]], order[1:]]).ravel() - 1] if len(order) > 1 else edges[:0]
    is_source = chosen >= spans
    return Tree(
        span=np.where(is_source, -1 - (chosen - spans), chosen).astype(np.int32),
        parent=np.where(is_source, -1, element_of[before[order[1:]]]).astype(np.int32),
        node=order[1:].astype(np.int32),
    )


def first_forest(edges: Ints, network: Graph) -> Ints:
    """Edges that close no ring with those before them."""
    own = Graph.from_edges(network.n, network.tail[edges], network.head[edges], network.cost[edges])
    rank = np.arange(1.0, own.m + 1)
    chosen: Ints = edges[minimum_spanning_tree(lightest(own, rank)).data.astype(np.int64) - 1]
    return chosen

"""Small made-up graphs, and slow oracles for what failures do to them."""

from __future__ import annotations

from itertools import product

import networkx as nx
import numpy as np
from hypothesis import strategies as st


@st.composite
def fed_graphs(draw, most_nodes=7, most_edges=10):
    """Nodes, ends of edges (loops and parallel ones too), sources, and whole-number weights."""
    nodes = draw(st.integers(1, most_nodes))
    ends = draw(st.lists(st.tuples(st.integers(0, nodes - 1), st.integers(0, nodes - 1)), max_size=most_edges))
    sources = draw(st.lists(st.integers(0, nodes - 1), min_size=1, max_size=2, unique=True))
    weight = draw(st.lists(st.integers(0, 9), min_size=nodes, max_size=nodes))
    start = np.array([one for one, _ in ends], np.int32)
    end = np.array([other for _, other in ends], np.int32)
    return nodes, start, end, np.array(sources, np.int32), np.array(weight, float)


def reached(nodes, start, end, sources, *, without=(), dead=()):
    """Nodes that a source still reaches with some edges and nodes out."""
    graph = nx.Graph()
    graph.add_nodes_from(node for node in range(nodes) if node not in dead)
    for e, (u, v) in enumerate(zip(start.tolist(), end.tolist(), strict=True)):
        if e not in without and u not in dead and v not in dead:
            graph.add_edge(u, v)
    alive = [int(source) for source in sources if source not in dead]
    return {node for source in alive for node in nx.node_connected_component(graph, source)}


def up_probability(nodes, start, end, sources, p_edge, p_node):
    """Probability that each node is up and reached by a source, by trying every state of edges and nodes."""
    chances = np.concatenate([p_edge, p_node])
    state = np.array(list(product((False, True), repeat=len(chances))))
    chance = np.prod(np.where(state, chances, 1 - chances), axis=1)
    edge_up, node_up = state[:, : len(start)], state[:, len(start) :]
    found = np.zeros_like(node_up)
    found[:, sources] = node_up[:, sources]
    for _ in range(nodes):
        for e, (u, v) in enumerate(zip(start.tolist(), end.tolist(), strict=True)):
            found[:, v] |= found[:, u] & edge_up[:, e] & node_up[:, v]
            found[:, u] |= found[:, v] & edge_up[:, e] & node_up[:, u]
    return chance @ found

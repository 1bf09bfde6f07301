"""Networks thinned out by chains, and cheapest pairs of ways."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from karez.kernels.two_ways import cheapest_flow, keeps, thin_out, ways
from karez.solving.graph import Graph


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_a_network_is_thinned_out_as_if_every_edge_were_tested(seed):
    random = np.random.default_rng(seed)
    graph = _graph(random, 12)
    root, chosen = np.int32(random.integers(graph.n)), random.random(graph.m) < 0.9
    thick, sure = random.random(graph.m) < random.choice([0, 0.3]), random.random(graph.n) < random.choice([0, 0.3])
    where, fails_not = (graph.start, graph.neighbour, graph.edge, root), (thick, sure)
    need = np.minimum(ways(*where, chosen, *fails_not), random.choice([0, 0, 1, 2, 3], graph.n)).astype(np.int8)
    order = random.permutation(graph.m).astype(np.int32)
    thinned, expected = chosen.copy(), chosen.copy()
    thin_out(*where, thinned, *fails_not, need, order)
    for edge in order[chosen[order]]:
        expected[edge] = False
        expected[edge] = not keeps(*where, expected, *fails_not, need)
    assert thinned.tolist() == expected.tolist()


def test_nothing_is_taken_from_a_network_that_lacks_ways():
    path = Graph.from_edges(4, [0, 1, 2], [1, 2, 3], [1, 1, 1])
    none, chosen = np.zeros(4, np.bool_), np.ones(3, np.bool_)
    need = np.array([0, 0, 2, 0], np.int8)
    where = (path.start, path.neighbour, path.edge, np.int32(0))
    thin_out(*where, chosen, none[:3], none, need, np.arange(3, dtype=np.int32))
    assert chosen.all()


@pytest.mark.parametrize("seed", range(20))
def test_flow_costs_no_more_than_networkx_finds(seed):
    random = np.random.default_rng(seed)
    graph = _graph(random, 10)
    owner = np.repeat(np.arange(graph.n), np.diff(graph.start))
    ahead = owner == graph.tail[graph.edge]
    left = ahead.astype(np.int64)
    price = np.where(ahead, graph.slot_cost, -graph.slot_cost)
    sent = cheapest_flow(graph.start, graph.neighbour, graph.twin, price, left, 0, graph.n - 1, 2)
    network = nx.DiGraph()
    network.add_nodes_from(range(graph.n))
    network.add_edges_from(
        (int(tail), int(head), {"capacity": 1, "weight": int(cost)})
        for tail, head, cost in zip(graph.tail, graph.head, graph.cost, strict=True)
    )
    most = min(2, nx.maximum_flow_value(network, 0, graph.n - 1))
    assert sent == most
    nx.set_node_attributes(network, {0: -most, graph.n - 1: most}, "demand")
    assert int(price[ahead & (left == 0)].sum()) == nx.min_cost_flow_cost(network)


def _graph(random: np.random.Generator, most: int) -> Graph:
    """A random graph without loops, of unequal costs."""
    n = int(random.integers(2, most))
    tail, head = random.integers(0, n, (2, int(random.integers(1, 3 * n))))
    head = np.where(tail == head, (head + 1) % n, head)
    pairs = np.unique(np.stack([tail, head], axis=1), axis=0)
    return Graph.from_edges(n, *pairs.T, random.integers(1, 50, len(pairs)))

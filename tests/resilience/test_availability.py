"""Availability, against trying every state, and against draws."""

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from karez.solving.availability import find_availability
from resilience.graphs import fed_graphs, up_probability

CHANCES = st.sampled_from([0.0, 0.3, 0.5, 0.9, 1.0])


@given(fed_graphs(most_nodes=5, most_edges=7), st.data())
@settings(max_examples=60)
def test_availability_is_that_of_trying_every_state(graph, data):
    nodes, start, end, sources, _ = graph
    p_edge = np.array(data.draw(st.lists(CHANCES, min_size=len(start), max_size=len(start))))
    p_node = np.array(data.draw(st.lists(CHANCES, min_size=nodes, max_size=nodes)))
    expected = up_probability(nodes, start, end, sources, p_edge, p_node)
    found = find_availability(nodes, start, end, sources, p_edge, p_node)
    assert found.exact.all() and found.bounded == 0
    assert found.least == pytest.approx(expected, abs=1e-12)
    assert found.most == pytest.approx(expected, abs=1e-12)
    for how in ({"most": 2}, {"most_chains": 0}):
        rough = find_availability(nodes, start, end, sources, p_edge, p_node, **how)
        assert (rough.least <= expected + 1e-12).all() and (rough.most >= expected - 1e-12).all()
        assert rough.least[rough.exact] == pytest.approx(expected[rough.exact], abs=1e-12)


def grid(side):
    graph = nx.convert_node_labels_to_integers(nx.grid_2d_graph(side, side))
    ends = np.array(graph.edges, np.int32)
    return len(graph), ends[:, 0], ends[:, 1], np.array([0], np.int32)


def test_a_grid_is_solved_exactly_and_agrees_with_draws():
    nodes, start, end, sources = grid(4)
    p_edge, p_node = np.full(len(start), 0.8), np.full(nodes, 0.95)
    found = find_availability(nodes, start, end, sources, p_edge, p_node)
    assert found.exact.all()
    draws, random = 4000, np.random.default_rng(0)
    counted = np.zeros(nodes)
    for _ in range(draws):
        up_node = random.random(nodes) < p_node
        up_edge = (random.random(len(start)) < p_edge) & up_node[start] & up_node[end]
        graph = nx.Graph(zip(start[up_edge].tolist(), end[up_edge].tolist(), strict=True))
        graph.add_node(0)
        counted[list(nx.node_connected_component(graph, 0)) if up_node[0] else []] += 1
    deviation = np.sqrt(found.least * (1 - found.least) / draws)
    assert (np.abs(counted / draws - found.least) < 5 * deviation + 1e-9).all()


def test_few_states_are_enough_where_failures_are_rare():
    nodes, start, end, sources = grid(5)
    p_edge, p_node = np.full(len(start), 0.999), np.full(nodes, 0.9999)
    whole = find_availability(nodes, start, end, sources, p_edge, p_node)
    few = find_availability(nodes, start, end, sources, p_edge, p_node, most=32)
    assert whole.exact.all() and few.bounded == 1
    assert (few.least <= whole.least + 1e-12).all() and (few.most >= whole.most - 1e-12).all()
    assert (few.most - few.least).max() < 1e-4

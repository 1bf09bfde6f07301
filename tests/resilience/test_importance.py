"""What edges are worth, and two ways through a block, against trying every state."""

import networkx as nx
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from karez.solving.importance import find_importance
from karez.solving.two_trees import bounds, numbered
from resilience.graphs import fed_graphs, up_probability

CHANCES = st.sampled_from([0.0, 0.3, 0.5, 0.9, 1.0])


@given(fed_graphs(most_nodes=5, most_edges=7), st.data())
@settings(max_examples=40)
def test_an_edge_is_worth_what_hangs_if_it_is_up_less_if_it_is_out(graph, data):
    nodes, start, end, sources, weight = graph
    p_edge = np.array(data.draw(st.lists(CHANCES, min_size=len(start), max_size=len(start))))
    p_node = np.array(data.draw(st.lists(CHANCES, min_size=nodes, max_size=nodes)))
    found = find_importance(nodes, start, end, sources, p_edge, p_node, weight)
    assert found.exact
    assert found.up == pytest.approx(up_probability(nodes, start, end, sources, p_edge, p_node), abs=1e-9)

    def hangs(e, chance):
        changed = np.where(np.arange(len(start)) == e, chance, p_edge)
        return up_probability(nodes, start, end, sources, changed, p_node) @ weight

    for e in range(len(start)):
        assert found.worth[e] == pytest.approx(hangs(e, 1.0) - hangs(e, 0.0), abs=1e-9)
        assert found.worth[e] <= found.most[e] + 1e-9


@given(st.integers(0, 10_000), st.integers(3, 12))
@settings(max_examples=60)
def test_nodes_of_a_block_have_neighbours_on_both_sides(seed, nodes):
    graph = nx.gnm_random_graph(nodes, 2 * nodes, seed)
    assume(nx.is_biconnected(graph))
    at = [[(int(u), 0.5) for u in graph[v]] for v in range(nodes)]
    order = numbered(at, 0)
    assert sorted(order) == list(range(nodes)) and order[0] == 0 and graph.has_edge(0, order[-1])
    place = {v: number for number, v in enumerate(order)}
    for v in order[1:-1]:
        assert min(place[u] for u in graph[v]) < place[v] < max(place[u] for u in graph[v])


@given(st.permutations(range(5)), st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), max_size=3), st.data())
@settings(max_examples=60)
def test_two_ways_are_below_and_cuts_above(ring, more, data):
    ends = [*zip(ring, ring[1:] + ring[:1], strict=True), *(pair for pair in more if pair[0] != pair[1])]
    start, end = (np.array(column, np.int32) for column in zip(*ends, strict=True))
    p_edge = np.array(data.draw(st.lists(CHANCES, min_size=len(start), max_size=len(start))))
    p_node = np.array([1.0, *data.draw(st.lists(CHANCES, min_size=4, max_size=4))])
    least, most = bounds(start, end, p_edge, p_node, 0)
    expected = up_probability(5, start, end, np.array([0]), p_edge, p_node)
    assert (least <= expected + 1e-12).all() and (most >= expected - 1e-12).all()
    if not more:
        assert least == pytest.approx(expected)

"""Single failures and pairs of spans, against trying every one of them."""

from itertools import combinations

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from karez.kernels import cuts as kernels
from karez.solving.cuts import find_cuts
from karez.solving.detours import NONE, second_ways
from resilience.graphs import fed_graphs, reached


def lost(graph, **out):
    nodes, start, end, sources, weight = graph
    before = reached(nodes, start, end, sources)
    return weight[list(before - reached(nodes, start, end, sources, **out))].sum()


@given(fed_graphs())
@settings(max_examples=60)
def test_every_single_failure_cuts_off_what_trying_it_cuts_off(graph):
    nodes, start, end, sources, weight = graph
    found = find_cuts(nodes, start, end, sources, weight[:, None])
    for e in range(len(start)):
        assert found.lost_by_span[e, 0] == lost(graph, without={e})
    for v in np.flatnonzero(found.fed):
        assert found.lost_by_node[v, 0] == lost(graph, dead={v})
    assert set(np.flatnonzero(found.fed)) == reached(nodes, start, end, sources)


@given(fed_graphs(most_nodes=8, most_edges=14))
def test_every_pair_of_spans_that_cuts_is_found_with_what_it_cuts_off(graph):
    nodes, start, end, sources, _ = graph
    weight = np.ones(nodes)
    found = find_cuts(nodes, start, end, sources, weight[:, None])
    pairs = {}
    for k in range(len(found.first) - 1):
        for one, other in combinations(found.members[found.first[k] : found.first[k + 1]], 2):
            pairs[frozenset((int(one), int(other)))] = found.below[one, 0] - found.below[other, 0]
    whole = (nodes, start, end, sources, weight)
    expected = {}
    alone = [lost(whole, without={e}) for e in range(len(start))]
    for e, f in combinations(range(len(start)), 2):
        both = lost(whole, without={e, f})
        if both and not alone[e] and not alone[f]:
            expected[frozenset((e, f))] = both
    assert pairs == expected
    assert found.pairs == len(expected)
    partner, most = found.worst_partner()
    for e in range(len(start)):
        tried = [value for pair, value in expected.items() if e in pair]
        assert most[e] == max(tried, default=0)
        assert (partner[e] < 0) == (not tried)
        assert not tried or expected[frozenset((e, int(partner[e])))] == most[e]


@given(fed_graphs(most_nodes=8, most_edges=14))
@settings(max_examples=40)
def test_two_ways_are_told_as_a_maximal_flow_tells_them(graph):
    nodes, start, end, sources, weight = graph
    found = find_cuts(nodes, start, end, sources, weight[:, None])
    for v in reached(nodes, start, end, sources) - set(sources.tolist()):
        flow = nx.DiGraph()
        for u, w in zip(start.tolist(), end.tolist(), strict=True):
            for one, other in ((u, w), (w, u)):
                held = flow.get_edge_data(one, other, {"capacity": 0})["capacity"]
                flow.add_edge(one, other, capacity=held + (one != other))
        for source in sources.tolist():
            flow.add_edge("root", source)
        assert (found.part[v] == 0) == (nx.maximum_flow_value(flow, "root", v) >= 2)
        cut_by = [u for u in range(nodes) if u != v and v not in reached(nodes, start, end, sources, dead={u})]
        assert found.single_node[v] == bool(cut_by)


@given(fed_graphs(most_nodes=8, most_edges=14))
def test_blocks_are_those_of_networkx(graph):
    nodes, start, end, sources, weight = graph
    found = find_cuts(nodes, start, end, sources, weight[:, None])
    whole = nx.Graph([("root", int(source)) for source in sources])
    whole.add_edges_from(zip(start.tolist(), end.tolist(), strict=True))
    for block in nx.biconnected_component_edges(whole.subgraph(nx.node_connected_component(whole, "root"))):
        inside = {frozenset(pair) for pair in block if len(set(pair)) == 2}
        numbers = {int(found.block[e]) for e in range(len(start)) if frozenset((int(start[e]), int(end[e]))) in inside}
        assert len(numbers) <= 1


def test_words_that_clash_are_noticed():
    args = np.array([0, 1], np.int32), np.array([7, 7], np.uint64), np.array([1, 2], np.int32)
    pre, size = np.array([0, 1, 2], np.int32), np.array([3, 1, 1], np.int32)
    ones, lowest, top = np.ones(3, np.int32), np.array([-1, 5, 6], np.int32), np.zeros(3, np.int32)
    assert kernels.chains_of_cuts(*args, pre, size, ones, lowest, top)[1] == 1


def test_a_long_ring_is_one_class_of_pairs():
    count = 200_000
    start = np.arange(count, dtype=np.int32)
    end = np.roll(start, -1)
    found = find_cuts(count, start, end, np.zeros(1, np.int32), np.ones((count, 1)))
    assert found.pairs == count * (count - 1) // 2
    assert found.worst_partner()[1].max() == pytest.approx(count - 1)


@given(fed_graphs(most_nodes=6, most_edges=9), st.data())
@settings(max_examples=25)
def test_second_ways_cost_what_a_flow_of_two_costs(graph, data):
    nodes, start, end, sources, _ = graph
    built = np.array(data.draw(st.lists(st.booleans(), min_size=len(start), max_size=len(start))), bool)
    cost = np.array(data.draw(st.lists(st.integers(1, 9), min_size=len(start), max_size=len(start))), np.int64)
    there = reached(nodes, start[built], end[built], sources) - set(sources.tolist())
    targets = np.array(sorted(there), np.int32)
    feed = np.full(nodes, NONE, np.int64)
    feed[sources] = 0
    parallel = np.full(len(start), NONE, np.int64)
    found = second_ways(nodes, start, end, cost, parallel, built, feed, targets)
    for k, v in enumerate(targets.tolist()):
        flow = nx.MultiDiGraph()
        flow.add_node(v, demand=-2)
        flow.add_node("root", demand=2)
        for e, (u, w) in enumerate(zip(start.tolist(), end.tolist(), strict=True)):
            weight = 0 if built[e] else int(cost[e])
            flow.add_edge(u, w, capacity=1, weight=weight)
            flow.add_edge(w, u, capacity=1, weight=weight)
        for source in sources.tolist():
            flow.add_edge(source, "root")
        try:
            expected = _cost_of_two(flow)
        except nx.NetworkXUnfeasible:
            expected = NONE
        assert found.total[k] == expected
        new = found.edge[found.first[k] : found.first[k + 1]]
        assert expected == NONE or cost[new].sum() == expected


def _cost_of_two(flow):
    """Least cost of a flow on a graph with parallel arcs, each split by a node of its own."""
    plain = nx.DiGraph()
    plain.add_nodes_from(flow.nodes(data=True))
    for number, (u, v, arc) in enumerate(flow.edges(data=True)):
        plain.add_edge(u, ("arc", number), capacity=arc.get("capacity", 2), weight=arc.get("weight", 0))
        plain.add_edge(("arc", number), v, capacity=arc.get("capacity", 2))
    return nx.min_cost_flow_cost(plain)

"""Working and protection ways: against networkx's flows of least cost, and by hand."""

from __future__ import annotations

import networkx as nx
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from karez.solving import Graph
from karez.solving.pairs import cheapest_pairs, separators
from karez.solving.survivability import ONE, TWO_BY_EDGE, TWO_BY_NODE


@st.composite
def networks(draw):  # type: ignore[no-untyped-def]
    """A connected graph with positive lengths, parallel edges, the edges used, a root, needs, what does not fail."""
    n = draw(st.integers(2, 9))
    tree = [(draw(st.integers(0, v - 1)), v) for v in range(1, n)]
    more = draw(st.lists(st.tuples(st.integers(0, n - 1), st.integers(0, n - 1)), max_size=12))
    tail, head = np.array(tree + more).T
    graph = Graph.from_edges(n, tail, head, [draw(st.integers(1, 9)) for _ in tail])
    # Those of the tree are always used, so that every node has a way.
    used = np.array([i < n - 1 or draw(st.booleans()) for i in range(graph.m)])
    thick = np.array([draw(st.integers(0, 5)) == 0 for _ in range(graph.m)])
    root = draw(st.integers(0, n - 1))
    target = np.array([v for v in range(n) if v != root], np.int32)
    need = np.array([draw(st.sampled_from([ONE, TWO_BY_EDGE, TWO_BY_NODE])) for _ in target], np.int8)
    return graph, root, np.flatnonzero(used).astype(np.int32), target, need, thick


def least_length(graph, root, edges, v, need, thick, shared):  # type: ignore[no-untyped-def]
    """Ways that there are, one or two, and the least length of all of them together, by networkx."""
    flow = nx.DiGraph()
    flow.add_node(("in", root))
    for w in range(graph.n):
        many = need < TWO_BY_NODE or w in (v, root) or w in shared
        flow.add_edge(("in", w), ("out", w), capacity=2 if many else 1, weight=0)
    for e in edges:
        for a, b in ((graph.tail[e], graph.head[e]), (graph.head[e], graph.tail[e])):
            # A node of its own tells parallel edges apart.
            flow.add_edge(("out", a), (e, a), capacity=2 if thick[e] else 1, weight=int(graph.cost[e]))
            flow.add_edge((e, a), ("in", b), capacity=2, weight=0)
    most = nx.maximum_flow_value(flow, ("out", v), ("in", root))
    units = min(most, 2 if need >= TWO_BY_EDGE else 1)
    flow.nodes[("out", v)]["demand"], flow.nodes[("in", root)]["demand"] = -units, units
    return units, nx.min_cost_flow_cost(flow)


def nodes_along(graph, start, way):  # type: ignore[no-untyped-def]
    nodes = [start]
    for e in way:
        ends = {int(graph.tail[e]), int(graph.head[e])}
        assert nodes[-1] in ends
        nodes.append(next(iter(ends - {nodes[-1]}), nodes[-1]))
    return nodes


@settings(max_examples=40)
@given(networks())
def test_pairs_are_the_shortest_and_share_nothing_that_may_fail(network) -> None:  # type: ignore[no-untyped-def]
    graph, root, edges, target, need, thick = network
    shared = separators(graph, root, target)
    found = cheapest_pairs(graph, root, edges, target, need, thick, shared)
    for v, wanted, pair, common in zip(target.tolist(), need, found, shared, strict=True):
        ways = [pair.working, pair.protection] if pair.protection.size else [pair.working]
        units, length = least_length(graph, root, edges, v, wanted, thick, set(common.tolist()))
        assert len(ways) == units
        assert sum(int(graph.cost[way].sum()) for way in ways) == length
        along = [nodes_along(graph, v, way) for way in ways]
        assert all(nodes[-1] == root and len(set(nodes)) == len(nodes) for nodes in along)
        assert set(np.concatenate(ways)) <= set(edges)
        if units > 1:
            assert graph.cost[pair.working].sum() <= graph.cost[pair.protection].sum()
            assert all(thick[e] for e in set(pair.working) & set(pair.protection))
            if wanted == TWO_BY_NODE:
                assert set(along[0]) & set(along[1]) <= {v, root, *common.tolist()}


@settings(max_examples=40)
@given(networks())
def test_separators_are_the_nodes_that_cut_off(network) -> None:  # type: ignore[no-untyped-def]
    graph, root, _, target, _, _ = network
    plain = nx.Graph(zip(graph.tail.tolist(), graph.head.tolist(), strict=True))
    for v, between in zip(target.tolist(), separators(graph, root, target), strict=True):
        cutting = {
            w for w in plain if w not in (v, root) and not nx.has_path(nx.restricted_view(plain, [w], []), v, root)
        }
        assert set(between.tolist()) == cutting


def test_the_working_way_takes_the_shorter_piece_between_two_meetings() -> None:
    # Two diamonds, 0 to 1 to 2; node 1 cuts, so both ways may pass it.
    graph = Graph.from_edges(6, [0, 3, 0, 4, 1, 5, 1], [3, 1, 4, 1, 5, 2, 2], [1, 1, 3, 3, 4, 4, 2])
    target = np.array([2], np.int32)
    shared = separators(graph, 0, target)
    assert shared[0].tolist() == [1]
    every = np.arange(graph.m, dtype=np.int32)
    need = np.array([TWO_BY_NODE], np.int8)
    (pair,) = cheapest_pairs(graph, 0, every, target, need, np.zeros(graph.m, bool), shared)
    assert pair.working.tolist() == [6, 1, 0]
    assert pair.protection.tolist() == [5, 4, 3, 2]

"""Kernels of the Steiner solver against networkx."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest

from karez.kernels.ascent import INF, OUT
from karez.kernels.cut import least_cut
from karez.kernels.keys import exchange_keys
from karez.kernels.local import insert_vertices
from karez.kernels.tree import evaluate, grow, leaves_first, polish, prune, respan, turn
from karez.solving import Graph


def connected_graph(rng, n=30, extra=40, high=20):
    tail = np.concatenate([np.arange(1, n), rng.integers(0, n, extra)])
    head = np.concatenate([rng.integers(0, np.arange(1, n)), rng.integers(0, n, extra)])
    return Graph.from_edges(n, tail, head, rng.integers(0, high, tail.size))


def net(graph):
    return graph.start, graph.neighbour, graph.twin


def spans(graph, up, wanted):
    """Whether the tree is one, and holds what is wanted."""
    order = leaves_first(graph.neighbour, up)
    place = {int(v): i for i, v in enumerate(order)}
    below = all(place[int(graph.neighbour[up[v]])] > place[int(v)] for v in order if up[v] >= 0)
    return below and (up == -1).sum() == 1 and all(up[v] != OUT for v in wanted) and len(order) == (up != OUT).sum()


@pytest.mark.parametrize("seed", range(20))
def test_spanning_trees_are_least(seed):
    graph = connected_graph(np.random.default_rng(seed))
    up = np.full(graph.n, OUT, np.int32)
    respan(*net(graph), graph.slot_cost, np.ones(graph.n, np.bool_), np.int32(3), up)
    peer = nx.MultiGraph()
    peer.add_nodes_from(range(graph.n))
    peer.add_weighted_edges_from(zip(graph.tail.tolist(), graph.head.tolist(), graph.cost.tolist(), strict=True))
    least = nx.minimum_spanning_tree(peer).size(weight="weight")
    assert evaluate(graph.slot_cost, np.zeros(graph.n, np.int64), up) == least


@pytest.mark.parametrize("seed", range(20))
def test_local_search_keeps_a_tree_and_never_gets_worse(seed):
    rng = np.random.default_rng(seed)
    graph = connected_graph(rng, n=60, extra=80)
    wanted = rng.choice(60, 12, replace=False)
    prize = np.zeros(graph.n, np.int64)
    prize[wanted] = INF
    root = np.int32(wanted[0])
    up = np.full(graph.n, OUT, np.int32)
    grow(*net(graph), graph.slot_cost, prize, root, up)
    value = evaluate(graph.slot_cost, prize, up)
    for step in range(6):
        if step % 2:
            exchange_keys(*net(graph), graph.slot_cost, prize, root, up)
        else:
            order = rng.permutation(graph.n).astype(np.int32)
            insert_vertices(*net(graph), graph.slot_cost, prize, root, up, order, 10**6)
            polish(*net(graph), graph.slot_cost, prize, root, up, True)
        now = evaluate(graph.slot_cost, prize, up)
        assert spans(graph, up, wanted)
        assert now <= value
        value = now


def test_pruning_keeps_the_best_subtree_of_a_path():
    graph = Graph.from_edges(5, [0, 1, 2, 3], [1, 2, 3, 4], [4, 4, 4, 4])
    prize = np.array([0, 3, 6, 0, 7], np.int64)
    up = np.full(5, OUT, np.int32)
    respan(*net(graph), graph.slot_cost, np.ones(5, np.bool_), np.int32(0), up)
    free = up.copy()
    prune(graph.neighbour, graph.slot_cost, prize, up, True)
    assert (up != OUT).tolist() == [True, True, True, False, False]
    top = prune(graph.neighbour, graph.slot_cost, prize, free, False)
    assert evaluate(graph.slot_cost, prize, free) == 9
    assert free[top] == -1


def test_turning_a_tree_keeps_its_edges():
    graph = connected_graph(np.random.default_rng(2))
    up = np.full(graph.n, OUT, np.int32)
    respan(*net(graph), graph.slot_cost, np.ones(graph.n, np.bool_), np.int32(0), up)
    edges = set(graph.edge[up[up >= 0]].tolist())
    turn(graph.neighbour, graph.twin, up, np.int32(17))
    assert up[17] == -1
    assert set(graph.edge[up[up >= 0]].tolist()) == edges


@pytest.mark.parametrize("seed", range(20))
def test_least_cuts_have_the_value_networkx_finds(seed):
    rng = np.random.default_rng(seed)
    graph = connected_graph(rng, n=12, extra=15)
    capacity = rng.integers(0, 10, graph.neighbour.size)
    owner = np.repeat(np.arange(graph.n), np.diff(graph.start))
    peer = nx.DiGraph()
    peer.add_nodes_from(range(graph.n))
    for v, u, c in zip(owner.tolist(), graph.neighbour.tolist(), capacity.tolist(), strict=True):
        known = peer.get_edge_data(v, u, {"capacity": 0})["capacity"]
        peer.add_edge(v, u, capacity=known + c)
    near_source, near_sink = np.arange(graph.n) == 0, np.arange(graph.n) == 7
    flow = least_cut(*net(graph), capacity.astype(np.int64), near_source, near_sink, np.int64(1 << 40))
    assert flow == nx.maximum_flow_value(peer, 0, 7)
    for inside in (near_source, ~near_sink):
        assert inside[0]
        assert not inside[7]
        assert capacity[inside[owner] & ~inside[graph.neighbour]].sum() == flow

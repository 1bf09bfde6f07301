"""Moves on key paths and key vertices, against slow ones."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest

from karez.kernels.ascent import INF, OUT
from karez.kernels.keys import descend, exchange_keys, key_tree, meeting
from karez.kernels.tree import evaluate, grow, leaves_first, polish
from karez.solving import Graph


def problem(seed, *, n=40, extra=45, wanted=9, high=30):
    """A connected graph, forced nodes, and a tree grown without care."""
    rng = np.random.default_rng(seed)
    tail = np.concatenate([np.arange(1, n), rng.integers(0, n, extra)])
    head = np.concatenate([rng.integers(0, np.arange(1, n)), rng.integers(0, n, extra)])
    graph = Graph.from_edges(n, tail, head, rng.integers(0, high, tail.size))
    prize = np.zeros(n, np.int64)
    prize[rng.choice(n, wanted, replace=False)] = INF
    root = np.int32(np.flatnonzero(prize)[0])
    up = np.full(n, OUT, np.int32)
    grow(*net(graph), rng.integers(0, high, graph.m)[graph.edge], prize, root, up)
    polish(*net(graph), graph.slot_cost, prize, root, up, True)
    return rng, graph, prize, root, up


def net(graph):
    return graph.start, graph.neighbour, graph.twin


def peer_of(graph):
    peer = nx.Graph()
    peer.add_nodes_from(range(graph.n))
    for a, b, c in zip(graph.tail.tolist(), graph.head.tolist(), graph.cost.tolist(), strict=True):
        if a != b:
            peer.add_edge(a, b, weight=min(c, peer.get_edge_data(a, b, {"weight": c})["weight"]))
    return peer


def tree_of(graph, up):
    """The tree as a networkx graph with costs."""
    tree = nx.Graph()
    tree.add_nodes_from(np.flatnonzero(up != OUT).tolist())
    for v in np.flatnonzero(up >= 0).tolist():
        tree.add_edge(v, int(graph.neighbour[up[v]]), weight=int(graph.slot_cost[up[v]]))
    return tree


def key_nodes(tree, prize, root):
    return {v for v in tree if v == root or prize[v] > 0 or tree.degree(v) != 2}


def without(tree, keys, v, branches):
    """The tree less the key paths that leave v by these edges, and what they cost."""
    rest, cost = tree.copy(), 0
    for branch in branches:
        before, here = v, branch
        cost += tree.edges[before, here]["weight"]
        rest.remove_edge(before, here)
        while here not in keys:
            after = next(x for x in tree[here] if x != before)
            cost += tree.edges[here, after]["weight"]
            rest.remove_node(here)
            before, here = here, after
    return rest, cost


def cheapest_join(peer, rest):
    """Least cost of paths that join the pieces, each between two of them."""
    pieces = [list(piece) for piece in nx.connected_components(rest)]
    between = nx.Graph()
    between.add_nodes_from(range(len(pieces)))
    for i, piece in enumerate(pieces):
        far = nx.multi_source_dijkstra_path_length(peer, set(piece))
        for j in range(len(pieces)):
            if j != i:
                between.add_edge(i, j, weight=min(far[v] for v in pieces[j]))
    return nx.minimum_spanning_tree(between).size(weight="weight")


@pytest.mark.parametrize("seed", range(60))
def test_no_key_path_and_no_key_vertex_can_be_spared_for_less_where_the_moves_end(seed):
    _, graph, prize, root, up = problem(seed)
    while exchange_keys(*net(graph), graph.slot_cost, prize, root, up):
        pass
    peer, tree = peer_of(graph), tree_of(graph, up)
    keys = key_nodes(tree, prize, root)
    for v in keys:
        for branch in tree[v]:
            rest, cost = without(tree, keys, v, [branch])
            assert cheapest_join(peer, rest) >= cost
        if v != root and prize[v] == 0:
            rest, cost = without(tree, keys, v, list(tree[v]))
            rest.remove_node(v)
            assert cheapest_join(peer, rest) >= cost


@pytest.mark.parametrize("seed", range(20))
def test_key_vertices_are_taken_out_where_all_key_paths_are_best_alone(seed):
    # A wheel: spokes of 10 to a middle that is not wanted, and a rim of 11 between its three wanted nodes. No spoke
    # can be spared for less than 10, but all three together for 22.
    rng = np.random.default_rng(seed)
    name = rng.permutation(4)
    tail, head = name[[0, 0, 0, 1, 2]], name[[1, 2, 3, 2, 3]]
    graph = Graph.from_edges(4, tail, head, [10, 10, 10, 11, 11])
    prize = np.zeros(4, np.int64)
    prize[name[1:]] = INF
    root = np.int32(name[1])
    up = np.full(4, OUT, np.int32)
    want = np.full(4, INF)
    grow(*net(graph), graph.slot_cost, want, root, up)
    assert evaluate(graph.slot_cost, prize, up) == 30
    assert exchange_keys(*net(graph), graph.slot_cost, prize, root, up)
    assert evaluate(graph.slot_cost, prize, up) == 22


@pytest.mark.parametrize("seed", range(30))
def test_key_trees_tell_intervals_parents_and_meetings(seed):
    rng, graph, prize, root, up = problem(seed, n=60, extra=40, wanted=20)
    order, first, below, key, bottom, above, path_cost, depth, child, sibling, leader = key_tree(
        graph.neighbour, graph.slot_cost, prize, root, up
    )
    tree = tree_of(graph, up)
    assert set(np.flatnonzero(key).tolist()) == key_nodes(tree, prize, root)
    assert sorted(order.tolist()) == sorted(tree)
    rooted = nx.bfs_tree(tree, int(root))
    for v in tree:
        under = {v} | nx.descendants(rooted, v)
        assert under == {w for w in tree if first[v] <= first[w] < first[v] + below[v]}
        if key[v] and v != root:
            way = nx.shortest_path(tree, v, int(above[v]))
            assert nx.path_weight(tree, way, "weight") == path_cost[v]
            assert all(not key[x] and bottom[x] == v for x in way[1:-1])
            assert depth[v] == depth[above[v]] + 1
    for v in np.flatnonzero(key).tolist():
        children, c = [], child[v]
        while c >= 0:
            children.append(int(c))
            c = sibling[c]
        assert sorted(children) == [w for w in np.flatnonzero(key).tolist() if above[w] == v]
    some = rng.choice(np.flatnonzero(key), (40, 2))
    for a, b in some.tolist():
        assert meeting(a, b, leader, above, depth) == nx.lowest_common_ancestor(rooted, a, b)


@pytest.mark.parametrize("seed", range(30))
def test_descents_keep_a_tree_with_all_forced_nodes_and_its_value(seed):
    rng, graph, prize, root, up = problem(seed)
    prize[rng.choice(np.flatnonzero(prize == 0), 8)] = rng.integers(1, 40)
    before = evaluate(graph.slot_cost, prize, up)
    order = rng.permutation(graph.n).astype(np.int32)
    value = descend(*net(graph), graph.slot_cost, prize, root, up, order, 10**6, 40)
    assert value == evaluate(graph.slot_cost, prize, up) <= before
    assert nx.is_tree(tree_of(graph, up))
    assert (up[prize == INF] != OUT).all()
    assert len(leaves_first(graph.neighbour, up)) == (up != OUT).sum()

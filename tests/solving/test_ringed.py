"""A tree upon a network of two ways: against plain answers on small graphs, and both halves of the bound again."""

from __future__ import annotations

from itertools import compress, product

import networkx as nx
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from karez.solving import Effort, Graph, ringed, together
from karez.solving.survivability import NONE, TWO_BY_EDGE, TWO_BY_NODE
from karez.solving.survivability.relax import dual_bound
from karez.verifying.moats import Arcs, grow_all
from solving.survivable_oracles import holds


@st.composite
def problems(draw):  # type: ignore[no-untyped-def]
    """A small connected graph, a root, some nodes that need two ways, prizes at others."""
    n = draw(st.integers(3, 5))
    tree = [(draw(st.integers(0, v - 1)), v) for v in range(1, n)]
    more = draw(st.lists(st.tuples(st.integers(0, n - 1), st.integers(0, n - 1)), max_size=5))
    tail, head = np.array(tree + more).T
    cost = np.array([draw(st.integers(0, 9)) for _ in tail])
    need = np.array([draw(st.sampled_from([NONE, NONE, TWO_BY_EDGE, TWO_BY_NODE])) for _ in range(n)], np.int8)
    prizes = np.array([draw(st.integers(0, 12)) for _ in range(n)], np.int64)
    need[0], prizes[0] = NONE, 1
    thick = np.array([draw(st.integers(0, 9)) == 0 for _ in tail])
    return Graph.from_edges(n, tail, head, cost), need, prizes, thick, np.zeros(n, bool)


def missed(graph: Graph, prizes, edges) -> int:  # type: ignore[no-untyped-def]
    """Prizes of nodes that edges do not join to node 0."""
    plain = nx.Graph(zip(graph.tail[edges].tolist(), graph.head[edges].tolist(), strict=True))
    plain.add_nodes_from(range(graph.n))
    there = nx.node_connected_component(plain, 0)
    return sum(int(prizes[v]) for v in range(graph.n) if v not in there)


def least(graph: Graph, need, prizes, thick, sure) -> int:  # type: ignore[no-untyped-def]
    """Least cost of edges that give the ways and of prizes that they do not reach, all sets of edges tried."""
    best = int(graph.cost.sum()) + int(prizes.sum())
    for taken in product((False, True), repeat=graph.m):
        edges = np.array(list(compress(range(graph.m), taken)), np.int32)
        chosen = np.array(taken)
        value = int(graph.cost[chosen].sum()) + missed(graph, prizes, edges)
        if value < best and holds(graph, 0, need, edges, thick, sure):
            best = value
    return best


@given(problems())
@settings(max_examples=40)
def test_small_pairs_are_near_the_cheapest_and_never_beyond_the_bound(problem) -> None:  # type: ignore[no-untyped-def]
    graph, need, prizes, thick, sure = problem
    found = ringed(graph, 0, need, prizes, thick=thick, sure=sure, effort=Effort(rounds=20, shares=12))
    best = least(graph, need, prizes, thick, sure)
    assert found.bound <= best <= found.value
    assert holds(graph, 0, need, found.ways.edges, thick, sure)
    assert found.value == together(graph, prizes, found.ways.edges, found.tree)
    union = np.union1d(found.ways.edges, found.tree.edges)
    assert found.value == graph.cost[union].sum() + missed(graph, prizes, union)


@given(problems())
@settings(max_examples=40)
def test_the_bound_is_that_of_cuts_and_of_moats_within_what_they_leave(problem) -> None:  # type: ignore[no-untyped-def]
    graph, need, prizes, thick, sure = problem
    found = ringed(graph, 0, need, prizes, thick=thick, sure=sure, effort=Effort(rounds=5, shares=6))
    raised = found.held - graph.cost
    assert np.all(raised >= 0)
    within = graph.priced(found.held)
    cases = found.ways.cases
    of_cuts = sum(
        min(dual_bound(within, cases.thick, case.fixed, case.cuts, case.weight, case.scale) for case in part)
        for part in cases.parts
    )
    ahead, back = cases.charged(within)
    ways = zip(graph.tail.tolist(), graph.head.tolist(), (found.held - ahead).tolist(), strict=True)
    home = zip(graph.head.tolist(), graph.tail.tolist(), (found.held - back).tolist(), strict=True)
    arcs = Arcs.directed(len(prizes), [*ways, *home], 0)
    gained, refused = grow_all(
        arcs, prizes.tolist(), zip(found.rest.node.tolist(), found.rest.radius.tolist(), strict=True)
    )
    assert not refused
    assert arcs.least() >= 0
    assert found.bound == min(found.value, of_cuts + gained - raised.sum())


@given(problems(), st.lists(st.booleans(), min_size=9, max_size=9))
@settings(max_examples=12)
def test_edges_that_ways_may_not_take_are_left_to_the_tree(problem, barred) -> None:  # type: ignore[no-untyped-def]
    graph, need, prizes, thick, sure = problem
    closed = np.array(barred)[: graph.m]
    along = Graph.from_edges(graph.n, np.where(closed, 0, graph.tail), np.where(closed, 0, graph.head), graph.cost)
    need = np.where(along.reached(0), need, NONE).astype(np.int8)
    effort = Effort(rounds=20, shares=12)
    found = ringed(graph, 0, need, prizes, thick=thick, sure=sure, effort=effort, along=along)
    assert not closed[found.ways.edges].any()
    assert holds(along, 0, need, found.ways.edges, thick, sure)
    sets = (np.array(list(compress(range(graph.m), taken)), np.int32) for taken in product((0, 1), repeat=graph.m))
    held = [edges for edges in sets if holds(along, 0, need, edges, thick, sure)]
    best = min(int(graph.cost[edges].sum()) + missed(graph, prizes, edges) for edges in held)
    assert found.bound <= best <= found.value


def test_an_edge_that_the_tree_may_not_use_is_not_in_it() -> None:
    graph, nothing = Graph.from_edges(2, [0, 0], [1, 1], [1, 4]), np.zeros(2, bool)
    prizes, closed = np.array([1, 9]), np.array([0])
    found = ringed(graph, 0, np.zeros(2, np.int8), prizes, thick=nothing, sure=nothing, without=closed)
    assert (found.value, found.bound, found.tree.edges.tolist()) == (4, 4, [1])


def test_without_hubs_it_is_the_tree_alone() -> None:
    graph = Graph.from_edges(3, [0, 1], [1, 2], [4, 4])
    nothing = np.zeros(3, bool)
    found = ringed(graph, 0, np.zeros(3, np.int8), np.array([1, 5, 3]), thick=np.zeros(2, bool), sure=nothing)
    assert (found.value, found.bound, found.ways.edges.tolist()) == (7, 7, [])

"""Networks in which nodes have two ways: against plain answers on small graphs, and the bound derived again."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from karez.kernels.blocks import blocks
from karez.kernels.two_ways import ways
from karez.solving import Disconnected, Graph, Survivable, survivable
from karez.solving.survivability import APART, ENTERING, LEAVING, NONE, ONE, TWO_BY_EDGE, TWO_BY_NODE
from karez.solving.survivability.relax import dual_bound
from solving.survivable_oracles import failures, holds, joined, least_cost


@st.composite
def problems(draw, most_nodes: int = 6):  # type: ignore[no-untyped-def]
    """A connected graph with parallel edges and loops now and then, a root, needs, what does not fail."""
    n = draw(st.integers(2, most_nodes))
    tree = [(draw(st.integers(0, v - 1)), v) for v in range(1, n)]
    more = draw(st.lists(st.tuples(st.integers(0, n - 1), st.integers(0, n - 1)), max_size=8))
    tail, head = np.array(tree + more).T
    cost = np.array([draw(st.integers(0, 9)) for _ in tail])
    need = np.array([draw(st.sampled_from([NONE, ONE, TWO_BY_EDGE, TWO_BY_NODE])) for _ in range(n)], np.int8)
    root = draw(st.integers(0, n - 1))
    need[root] = NONE
    thick = np.array([draw(st.integers(0, 9)) == 0 for _ in tail])
    sure = np.array([draw(st.integers(0, 9)) == 0 for _ in range(n)])
    return Graph.from_edges(n, tail, head, cost), root, need, thick, sure


@given(problems())
def test_small_networks_are_the_cheapest_and_proven(problem) -> None:  # type: ignore[no-untyped-def]
    graph, root, need, thick, sure = problem
    answer = survivable(graph, root, need, thick=thick, sure=sure, rounds=20)
    best = least_cost(graph, root, need, thick, sure)
    assert holds(graph, root, need, answer.edges, thick, sure)
    assert answer.value == graph.cost[answer.edges].sum()
    assert answer.bound <= best <= answer.value
    # Rounding duals to integers may lose less than one unit in every part.
    assert answer.value - answer.bound <= answer.parts
    check_proof(graph, root, need, thick, sure, answer)


@given(problems(most_nodes=12))
def test_networks_hold_and_their_bound_is_derived_again(problem) -> None:  # type: ignore[no-untyped-def]
    graph, root, need, thick, sure = problem
    answer = survivable(graph, root, need, thick=thick, sure=sure, rounds=5, effort=300)
    assert holds(graph, root, need, answer.edges, thick, sure)
    assert answer.bound <= answer.value
    check_proof(graph, root, need, thick, sure, answer)


def check_proof(graph: Graph, root: int, need, thick, sure, answer: Survivable) -> None:  # type: ignore[no-untyped-def]
    """Every cut has something behind it that needs it, cases miss nothing, and the bound comes out again."""
    proof = answer.cases
    every = np.ones(graph.m, bool)
    for e in np.flatnonzero(proof.thick & ~thick):
        ends = int(graph.tail[e]), int(graph.head[e])
        assert not joined(graph, every, *ends, edge=int(e))
    crossed = []
    for cases in proof.parts:
        mine = np.zeros(graph.m, bool)
        for case in cases:
            assert case.bound == dual_bound(graph, proof.thick, case.fixed, case.cuts, case.weight, case.scale)
            assert (case.weight >= 0).all()
            for cut in case.cuts:
                assert cut.side[root]
                outside = [v for v in np.flatnonzero(~cut.side) if v != cut.without]
                least = {LEAVING: ONE, ENTERING: TWO_BY_EDGE, APART: TWO_BY_NODE}[cut.kind]
                assert any(
                    need[v] >= least
                    and (cut.kind != APART or (-1, cut.without) in failures(graph, need[v], v, root, thick, sure))
                    for v in outside
                )
                mine |= (cut.side[graph.tail] != cut.side[graph.head]) & ~np.isin(graph.tail, cut.without)
            mine |= case.fixed != 0
        crossed.append(mine)
        assert miss_nothing([decided(case.fixed, proof.chain) for case in cases])
    assert np.sum(crossed, axis=0).max(initial=0) <= 1
    assert proof.bound == answer.bound == sum(min(case.bound for case in cases) for cases in proof.parts)


def decided(fixed: np.ndarray, chain: np.ndarray) -> dict[int, int]:
    """What a case says of chains: all there or none of it."""
    says = {int(chain[e]): int(fixed[e]) for e in np.flatnonzero(fixed)}
    for number, state in says.items():
        assert (fixed[chain == number] == state).all()
    return says


def miss_nothing(cases: list[dict[int, int]]) -> bool:
    """Whether cases are the leaves of a tree of decisions."""
    if len(cases) == 1:
        return not cases[0]
    common = set.intersection(*(set(case) for case in cases))
    if not common:
        return False
    chain = min(common)
    halves = [[{k: s for k, s in case.items() if k != chain} for case in cases if case[chain] == by] for by in (1, -1)]
    return all(half and miss_nothing(half) for half in halves)


@given(problems(most_nodes=10))
def test_ways_are_those_of_networkx(problem) -> None:  # type: ignore[no-untyped-def]
    graph, root, _, thick, sure = problem
    kind = ways(graph.start, graph.neighbour, graph.edge, np.int32(root), np.ones(graph.m, bool), thick, sure)
    every = np.ones(graph.m, bool)
    for v in range(graph.n):
        if v == root:
            continue
        for need in (TWO_BY_EDGE, TWO_BY_NODE):
            wanted = [(e, -1) for e in range(graph.m) if not thick[e]]
            wanted += [(-1, w) for w in range(graph.n) if need == TWO_BY_NODE and w not in (v, root) and not sure[w]]
            assert (kind[v] >= need) == all(joined(graph, every, v, root, *gone) for gone in wanted)


@given(problems(most_nodes=12))
def test_biconnected_parts_are_those_of_networkx(problem) -> None:  # type: ignore[no-untyped-def]
    graph, root, *_ = problem
    part, *_ = blocks(graph.start, graph.neighbour, graph.edge, np.int32(root), graph.m)
    plain = nx.Graph([(int(a), int(b)) for a, b in zip(graph.tail, graph.head, strict=True) if a != b])
    theirs = {frozenset(frozenset(e) for e in edges) for edges in nx.biconnected_component_edges(plain)}
    ours: dict[int, set[frozenset[int]]] = {}
    for e in np.flatnonzero(part >= 0):
        ours.setdefault(int(part[e]), set()).add(frozenset((int(graph.tail[e]), int(graph.head[e]))))
    # A pair of parallel edges is a part of ours, and a bridge of a graph without parallel edges.
    assert {frozenset(edges) for edges in ours.values()} == theirs


def test_a_node_without_any_way_is_named() -> None:
    graph = Graph.from_edges(4, [0, 2], [1, 3], [1, 1])
    with pytest.raises(Disconnected) as fault:
        survivable(graph, 0, np.array([0, 1, 0, 3], np.int8))
    assert fault.value.nodes.tolist() == [3]


def test_a_bridge_is_paid_once_and_named() -> None:
    # A triangle behind a bridge: the bridge cannot be doubled, the triangle is a ring.
    graph = Graph.from_edges(4, [0, 1, 2, 3], [1, 2, 3, 1], [5, 1, 1, 1])
    answer = survivable(graph, 0, np.array([0, 0, 0, TWO_BY_NODE], np.int8))
    assert answer.edges.tolist() == [0, 1, 2, 3]
    assert answer.bridges.tolist() == [0]
    assert answer.bound == answer.value == 8


def test_two_ways_may_share_what_does_not_fail() -> None:
    graph = Graph.from_edges(3, [0, 1, 1], [1, 2, 2], [5, 1, 2])
    need, thick = np.array([0, 0, TWO_BY_EDGE], np.int8), np.array([True, False, False])
    assert survivable(graph, 0, need, thick=thick).value == 8


def test_equal_seeds_give_equal_networks() -> None:
    random = np.random.default_rng(5)
    tail, head = random.integers(0, 40, (2, 120))
    cost = random.integers(1, 100, 120)
    graph = Graph.from_edges(
        40, np.append(tail, np.arange(39)), np.append(head, np.arange(1, 40)), np.append(cost, [90] * 39)
    )
    need = np.where(random.random(40) < 0.4, TWO_BY_NODE, NONE).astype(np.int8)
    need[0] = NONE
    one, two = (survivable(graph, 0, need, seed=3, effort=2_000) for _ in range(2))
    assert (one.edges == two.edges).all()
    assert one.bound == two.bound
    assert one.gap <= 0.02

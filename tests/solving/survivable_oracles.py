"""Slow, plain answers to survivable network problems: which failures a node must survive, and the cheapest network."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import networkx as nx
import numpy as np
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp

from karez.solving import Graph
from karez.solving.survivability import NONE, TWO_BY_EDGE, TWO_BY_NODE


def failures(graph: Graph, need: int, node: int, root: int, thick, sure) -> Iterator[tuple[int, int]]:  # type: ignore[no-untyped-def]
    """What may fail, as (edge, other node), −1 for none, without cutting the node off if all candidates were built."""
    every = np.ones(graph.m, bool)
    cases = [(-1, -1)]
    if need >= TWO_BY_EDGE:
        cases += [(e, -1) for e in range(graph.m) if not thick[e]]
    if need == TWO_BY_NODE:
        cases += [(-1, w) for w in range(graph.n) if w not in (node, root) and not sure[w]]
    for edge, without in cases:
        if joined(graph, every, node, root, edge, without):
            yield edge, without


def joined(graph: Graph, chosen, node: int, root: int, edge: int = -1, without: int = -1) -> bool:  # type: ignore[no-untyped-def]
    """Whether a node hangs together with the root in the chosen part while an edge or another node is gone."""
    plain = nx.MultiGraph()
    plain.add_nodes_from(v for v in range(graph.n) if v != without)
    for e in np.flatnonzero(chosen):
        ends = int(graph.tail[e]), int(graph.head[e])
        if e != edge and without not in ends:
            plain.add_edge(*ends)
    return bool(nx.has_path(plain, root, node))


def holds(graph: Graph, root: int, need, edges, thick, sure) -> bool:  # type: ignore[no-untyped-def]
    """Whether every node keeps a way to the root whatever fails that it need survive."""
    chosen = np.zeros(graph.m, bool)
    chosen[edges] = True
    return all(
        joined(graph, chosen, int(v), root, *gone)
        for v in np.flatnonzero(need > NONE)
        for gone in failures(graph, need[v], int(v), root, thick, sure)
    )


def least_cost(graph: Graph, root: int, need, thick, sure) -> int:  # type: ignore[no-untyped-def]
    """Cost of the cheapest network, by an integer programme with a row for every set of nodes and failure."""
    rows = set()
    others = [v for v in range(graph.n) if v != root]
    for v in map(int, np.flatnonzero(need > NONE)):
        rest = [u for u in others if u != v]
        sides = [frozenset({root, *some}) for size in range(len(rest) + 1) for some in combinations(rest, size)]
        for edge, without in failures(graph, need[v], v, root, thick, sure):
            for side in sides:
                crossing = [
                    e
                    for e in range(graph.m)
                    if e != edge
                    and without not in (graph.tail[e], graph.head[e])
                    and (int(graph.tail[e]) in side) != (int(graph.head[e]) in side)
                ]
                rows.add(tuple(crossing))
    if not rows:
        return 0
    index = np.concatenate([np.array(row, int) for row in rows])
    start = np.concatenate([[0], np.cumsum([len(row) for row in rows])])
    matrix = sparse.csr_array((np.ones(len(index)), index, start), shape=(len(rows), graph.m))
    answer = milp(
        graph.cost.astype(float),
        integrality=np.ones(graph.m),
        bounds=Bounds(0, 1),
        constraints=LinearConstraint(matrix, 1),
    )
    return round(answer.fun)

"""Steiner trees against the dynamic program of Dreyfus and Wagner, on graphs too large for brute force."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse.csgraph import dijkstra

from karez.solving import Graph, steiner

FAR = 1 << 62


def shortest(graph: Graph) -> list[list[int]]:
    """Exact distances between all pairs (Floyd and Warshall, in whole numbers of any size)."""
    dist = [[0 if u == v else FAR for v in range(graph.n)] for u in range(graph.n)]
    for u, v, cost in zip(graph.tail.tolist(), graph.head.tolist(), graph.cost.tolist(), strict=True):
        if u != v:
            dist[u][v] = dist[v][u] = min(dist[u][v], cost)
    for k in range(graph.n):
        for u in range(graph.n):
            through = dist[u][k]
            if through < FAR:
                dist[u] = [min(old, through + step) for old, step in zip(dist[u], dist[k], strict=True)]
    return dist


def dreyfus_wagner(graph: Graph, terminals: list[int]) -> int:
    """Least cost of a tree that connects the terminals (S. E. Dreyfus, R. A. Wagner, Networks 1 (1971))."""
    dist = shortest(graph)
    last, rest = terminals[-1], terminals[:-1]
    best = {1 << i: dist[t] for i, t in enumerate(rest)}
    for mask in range(1, 1 << len(rest)):
        if mask in best:
            continue
        joined = [FAR] * graph.n
        part = (mask - 1) & mask
        while part > mask ^ part:
            joined = [min(old, a + b) for old, a, b in zip(joined, best[part], best[mask ^ part], strict=True)]
            part = (part - 1) & mask
        best[mask] = [min(a + b for a, b in zip(joined, row, strict=True)) for row in dist]
    return best[(1 << len(rest)) - 1][last] if rest else 0


def generated(rng):
    n = int(rng.integers(10, 26))
    m = int(rng.integers(2 * n, 3 * n))
    high = int(rng.choice([1, 4, 1000, 1 << 55]))
    tail, head = rng.integers(0, n, m), rng.integers(0, n, m)
    path = np.arange(n)
    graph = Graph.from_edges(
        n,
        np.concatenate([tail, path[:-1]]),
        np.concatenate([head, path[1:]]),
        np.concatenate([rng.integers(0, high + 1, m), np.full(n - 1, high)]),
    )
    terminals = rng.choice(n, int(rng.integers(2, 7)), replace=False).tolist()
    return graph, terminals


@pytest.mark.parametrize("exact", [False, True])
@pytest.mark.parametrize("seed", range(5))
def test_values_and_bounds_enclose_the_optimum(seed, exact):
    rng = np.random.default_rng(seed)
    proven = 0
    for _ in range(25):
        graph, terminals = generated(rng)
        best = dreyfus_wagner(graph, terminals)
        answer = steiner(graph, terminals, rounds=4, exact=exact)
        assert answer.bound <= best <= answer.value
        proven += answer.value == answer.bound
        if exact:
            assert answer.value == best == answer.bound
    assert proven > 12


def test_the_oracle_agrees_with_another_shortest_path_program():
    graph, _ = generated(np.random.default_rng(1))
    matrix = np.full((graph.n, graph.n), np.inf)
    for u, v, cost in zip(graph.tail, graph.head, graph.cost, strict=True):
        if u != v:
            matrix[u, v] = matrix[v, u] = min(matrix[u, v], max(cost, 1e-9))
    matrix[np.isinf(matrix)] = 0
    np.testing.assert_allclose(np.array(shortest(graph), float), dijkstra(matrix), atol=1e-6)

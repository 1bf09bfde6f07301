"""Slow, plain answers to hold the solver against."""

from __future__ import annotations

import heapq
from pathlib import Path

import numpy as np

from karez.solving import FORCED, Case, Certified, Graph

FAR = 1 << 62
SHARED = Path(__file__).resolve().parents[3] / "shared" / "data" / "steiner"


def random_problem(rng, *, nodes=8, kind=None):
    """A small graph with ties, zero costs, parallel edges and self-loops, prizes, and a root or None."""
    n = int(rng.integers(1, nodes))
    m = int(rng.integers(0, 2 * nodes))
    high = int(rng.choice([1, 3, 10, 100, 10**9, 1 << 56]))
    graph = Graph.from_edges(n, rng.integers(0, n, m), rng.integers(0, n, m), rng.integers(0, high + 1, m))
    prizes = rng.integers(0, 2 * high + 1, n) * (rng.random(n) < 0.7)
    kind = kind or str(rng.choice(["rooted", "unrooted", "steiner"]))
    root = None
    if kind == "rooted":
        root = int(rng.integers(n))
        prizes[rng.random(n) < 0.2] = FORCED
    if kind == "steiner":
        prizes[:] = 0
        prizes[rng.random(n) < 0.5] = FORCED
        root = int(rng.integers(n))
        prizes[root] = FORCED
    return graph, prizes, root


def best_value(graph: Graph, prizes, root) -> int | None:
    """Least value over all sets of nodes, each spanned by Kruskal; None if the forced nodes do not hang together."""
    edges = sorted(zip(graph.cost.tolist(), graph.tail.tolist(), graph.head.tolist(), strict=True))
    must = {v for v in range(graph.n) if prizes[v] == FORCED} | ({root} if root is not None else set())
    best = None
    for mask in range(1, 1 << graph.n):
        chosen = [v for v in range(graph.n) if mask >> v & 1]
        if not must <= set(chosen):
            continue
        value = sum(int(prizes[v]) for v in range(graph.n) if not mask >> v & 1)
        leader = list(range(graph.n))
        missing = len(chosen) - 1
        for cost, tail, head in edges:
            if mask >> tail & 1 and mask >> head & 1:
                a, b = find(leader, tail), find(leader, head)
                if a != b:
                    leader[a] = b
                    value += cost
                    missing -= 1
        if missing == 0 and (best is None or value < best):
            best = value
    return best


def find(leader, v):
    while leader[v] != v:
        v = leader[v]
    return v


def recosted(graph: Graph, prizes, answer: Certified) -> int:
    """Value of the tree from the original graph; refuses what is no tree or leaves a forced node out."""
    nodes = set(answer.nodes.tolist())
    leader = list(range(graph.n))
    for edge in answer.edges.tolist():
        tail, head = int(graph.tail[edge]), int(graph.head[edge])
        assert {tail, head} <= nodes
        a, b = find(leader, tail), find(leader, head)
        assert a != b, "a cycle"
        leader[a] = b
    assert len(answer.edges) == len(nodes) - 1
    left_out = [v for v in range(graph.n) if v not in nodes]
    assert all(prizes[v] != FORCED for v in left_out)
    return sum(graph.cost[answer.edges].tolist()) + sum(int(prizes[v]) for v in left_out)


def replayed(graph: Graph, prizes, case: Case) -> int:
    """Bound of a case by replaying its moats in plain Python; refuses what does not pay for a cut."""
    lost = set(case.left_out.tolist())
    edges = list(zip(graph.tail.tolist(), graph.head.tolist(), graph.cost.tolist(), strict=True))
    root = case.root
    if root < 0:
        assert case.entry > 0 or not case.node.size
        root = graph.n
        edges += [(v, root, case.entry) for v in range(graph.n) if case.entry and prizes[v] > 0 and v not in lost]
    else:
        assert case.entry == 0
    reduced = {}
    into = [[] for _ in range(graph.n + 1)]
    for edge, (tail, head, cost) in enumerate(edges):
        if tail != head:
            reduced[edge, 0] = reduced[edge, 1] = cost
            into[head].append((tail, (edge, 0)))
            into[tail].append((head, (edge, 1)))
    spent = np.zeros(graph.n, object)
    bound = sum(int(prizes[v]) for v in lost)
    for t, radius in zip(case.node.tolist(), case.radius.tolist(), strict=True):
        assert t not in lost
        assert radius > 0
        spent[t] += radius
        assert prizes[t] == FORCED or spent[t] <= prizes[t]
        dist = _distances(into, reduced, t)
        assert dist.get(root, FAR) >= radius
        for v, d in dist.items():
            if d < radius:
                for u, arc in into[v]:
                    reduced[arc] -= max(0, min(dist.get(u, FAR), radius) - d)
                    assert reduced[arc] >= 0
        bound += radius
    return min(bound - case.entry, sum(int(p) for p in prizes if p > 0)) if case.entry else bound


def _distances(into, reduced, t):
    dist = {t: 0}
    heap = [(0, t)]
    while heap:
        d, v = heapq.heappop(heap)
        if d > dist[v]:
            continue
        for u, arc in into[v]:
            if d + reduced[arc] < dist.get(u, FAR):
                dist[u] = d + reduced[arc]
                heapq.heappush(heap, (dist[u], u))
    return dist

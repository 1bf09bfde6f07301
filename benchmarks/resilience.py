"""What breaks a network of 10⁶ spans: single failures, cutting pairs and availability, in seconds and memory.

`roads` is a road-like graph of `benchmarks.roads`, whole, with ten sources: one large meshed block and trees around it.
`tree` is its least spanning tree, as plans without rings are. `rings` is a tree of rings of twelve spans each, hung on
one another at random nodes. Every case is a process of its own; kernels are compiled before, building the graph does
not count. Availability fails every span by 10⁻³ and every node by 10⁻⁴. *Bounded* is the share of the nodes whose
availability is between bounds and not exact, *widest* the widest such band.
"""

from __future__ import annotations

import json
import sys
import time

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import minimum_spanning_tree

from benchmarks.registry import Options, measure
from benchmarks.roads import roads as make_roads
from karez.solving.availability import find_availability
from karez.solving.cuts import find_cuts

KEY = ("network",)
SPANS = {"1e4": 10_000, "1e5": 100_000, "1e6": 1_000_000}
SHAPES = ("tree", "rings", "roads")
TO_REACH = {"1e6": "seconds"}


def run(options: Options) -> list[dict[str, object]]:
    """One row per shape and size."""
    names = options.choose([f"{shape}-{size}" for size in SPANS for shape in SHAPES])
    return [_row(name) for name in names]


def _row(name: str) -> dict[str, object]:
    measured = measure([sys.executable, "-m", "benchmarks.resilience", name])
    found = json.loads(measured.output.splitlines()[-1])
    size = name.partition("-")[2]
    return {"network": name, **found, "peak memory (MB)": round(measured.peak_mb), "to reach": TO_REACH.get(size, "")}


def _graph(name: str) -> tuple[int, np.ndarray, np.ndarray]:
    shape, _, size = name.partition("-")
    spans = SPANS[size]
    if shape == "rings":
        return _rings(spans)
    roads = make_roads(spans, seed=1)
    tail, head = roads.tail, roads.head
    if shape == "roads":
        return roads.n, tail, head
    cost = np.maximum(roads.cost, 1).astype(float)
    tree = minimum_spanning_tree(coo_array((cost, (tail, head)), shape=(roads.n, roads.n)).tocsr()).tocoo()
    return roads.n, tree.row.astype(np.int32), tree.col.astype(np.int32)


def _rings(spans: int) -> tuple[int, np.ndarray, np.ndarray]:
    random, many, length = np.random.default_rng(1), spans // 12, 12
    start, end = np.empty((many, length), np.int64), np.empty((many, length), np.int64)
    for k in range(many):
        own = np.arange(k * (length - 1) + 1, (k + 1) * (length - 1) + 1)
        around = np.concatenate([[random.integers(0, own[0])], own])
        start[k], end[k] = around, np.roll(around, -1)
    return int(end.max()) + 1, start.ravel().astype(np.int32), end.ravel().astype(np.int32)


def _measure(name: str) -> dict[str, object]:
    few = _rings(240)
    for graph in (few, _graph(name)):
        nodes, start, end = graph
        sources = np.arange(0, nodes, max(nodes // 10, 1)).astype(np.int32)[:10]
        began = time.perf_counter()
        cuts = find_cuts(nodes, start, end, sources, np.ones((nodes, 3)))
        cuts.worst_partner()
        then = time.perf_counter()
        up = find_availability(nodes, start, end, sources, np.full(len(start), 0.999), np.full(nodes, 0.9999))
        done = time.perf_counter()
    open_nodes = ~up.exact
    return {
        "spans": len(start),
        "nodes": nodes,
        "single points of failure": int(cuts.bridge.sum()),
        "cutting pairs": cuts.pairs,
        "cuts (s)": round(then - began, 2),
        "blocks": up.blocks,
        "availability (s)": round(done - then, 2),
        "bounded": f"{open_nodes.mean():.1%}",
        "widest": float((up.most - up.least).max()),
    }


if __name__ == "__main__":
    print(json.dumps(_measure(sys.argv[1])))

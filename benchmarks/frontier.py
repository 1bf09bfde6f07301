"""The frontier of cost against coverage on the largest Vienna network: gap in points against seconds.

I029 of the Vienna instances (70,000 nodes, 2,162 terminals): the first terminal is the root, the others are worth 1
each, or seeded random 1 to 100 homes each. The gap is the largest over all budgets from nothing to the full tree: bound
on what could be covered minus what is, in hundredths of all. A row is a gap that was reached first after so many
seconds; compilation and reading do not count.
"""

from __future__ import annotations

import time

import numpy as np

from benchmarks.registry import ROOT
from karez.reading.instance import read_instance
from karez.solving import Graph, frontier, warm_up

INSTANCE = ROOT.parent / "shared" / "data" / "steiner" / "vienna" / "I029.gr.gz"
SECONDS = 20.0
STEPS = 1_000
GAPS = (5.0, 2.0, 1.0, 0.5, 0.3, 0.2)


def run() -> list[dict[str, object]]:
    """One row a gap and kind of prizes; none where the instance is missing."""
    if not INSTANCE.exists():
        return []
    instance = read_instance(INSTANCE)
    graph = Graph.from_edges(instance.n, instance.tail, instance.head, instance.cost)
    terminals = np.flatnonzero(instance.prize == -1)
    warm_up()
    frontier(Graph.from_edges(3, [0, 1], [1, 2], [1, 2]), [0, 1, 1], 0)
    homes = np.random.default_rng(0).integers(1, 101, terminals.size)
    return [
        row
        for name, worth in (("1 each", np.ones_like(homes)), ("1 to 100 homes", homes))
        for row in _rows(graph, terminals, name, worth)
    ]


def _rows(graph: Graph, terminals: np.ndarray, name: str, worth: np.ndarray) -> list[dict[str, object]]:
    prizes = np.zeros(graph.n, np.int64)
    prizes[terminals[1:]] = worth[1:]
    processor = time.process_time()
    answer = frontier(graph, prizes, int(terminals[0]), steps=STEPS, seconds=SECONDS)
    processor = time.process_time() - processor
    reached = [(gap, next((spent for spent, now in answer.trace if now <= gap), None)) for gap in GAPS]
    rows = [(gap, spent) for gap, spent in reached if spent is not None] + [(answer.gap, answer.seconds)]
    return [
        {
            "prizes": name,
            "gap_points": gap,
            "seconds": spent,
            "median_gap_points": float(np.median(answer.gaps)) if gap == answer.gap else "",
            "staircase_points": answer.cost.size,
            "multipliers": len(answer.multipliers),
            "processor_seconds_in_all": processor,
        }
        for gap, spent in rows
    ]

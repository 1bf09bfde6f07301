"""Road-like graphs of 10⁶ and 10⁷ edges: the solver in a process of its own, so that its peak memory is its own.

The graph is made once per set by :mod:`benchmarks.roads`, seed 1, and saved; each run loads it, builds
:class:`karez.solving.Graph` and solves. Peak memory is the kernel's maximum resident set of that process, so it holds
the interpreter, the libraries and the graph too. Seconds are those of the solver. Kernels are compiled before.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.registry import measure
from benchmarks.solving_rows import Run
from karez.solving import FORCED, Certified, Graph, prize, warm_up
from karez.solving.graph import Longs

ROUNDS = 1_000_000
"""As many as the time allows."""


@dataclass(frozen=True)
class RoadSet:
    """A road-like instance: its size, share of nodes chosen, and whether they have prizes or must be connected."""

    name: str
    edges: int
    share: float
    collecting: bool
    limits: tuple[float, ...]


SETS = (
    RoadSet("roads-1e6", 1_000_000, 0.05, False, (10.0, 30.0)),
    RoadSet("prizes-1e6", 1_000_000, 0.05, True, (30.0,)),
    RoadSet("roads-1e7", 10_000_000, 0.02, False, (150.0,)),
)


def runs(road_set: RoadSet, limits: Sequence[float]) -> Iterator[Run]:
    """Solve the set's instance with each limit, ascending, until it is proven; each time in a new process."""
    with tempfile.TemporaryDirectory() as folder:
        make(road_set, Path(folder))
        for limit in limits:
            command = [sys.executable, "-m", "benchmarks.solving_large", folder, str(limit)]
            measured = measure(command)
            answer = json.loads(measured.output.strip().splitlines()[-1])
            one = Run(
                instance=road_set.name,
                family="roads with prizes" if road_set.collecting else "roads",
                group=road_set.name,
                limit=limit,
                peak_mb=measured.peak_mb,
                **answer,
            )
            yield one
            if one.proven:
                break


def make(road_set: RoadSet, folder: Path) -> None:
    """Make the instance and save its arrays."""
    from benchmarks.roads import prizes, roads, terminals  # noqa: PLC0415  # the solving process needs no SciPy

    net = roads(road_set.edges)
    if road_set.collecting:
        given, root = prizes(net, road_set.share)
    else:
        given = np.zeros(net.n, np.int64)
        given[terminals(net, road_set.share)] = FORCED
        root = int(np.argmin(given))
    for name, array in (("tail", net.tail), ("head", net.head), ("cost", net.cost), ("prize", given)):
        np.save(folder / f"{name}.npy", array)
    (folder / "root.json").write_text(json.dumps(root), encoding="utf-8")


def solve(folder: Path, seconds: float) -> dict[str, float]:
    """Solve a saved instance; value, bound and seconds."""
    warm_up()
    tail, head, cost, given = (np.load(folder / f"{name}.npy") for name in ("tail", "head", "cost", "prize"))
    graph = Graph.from_edges(given.size, tail, head, cost)
    del tail, head, cost
    root = int(json.loads((folder / "root.json").read_text(encoding="utf-8")))
    answer = prize(graph, given, root, seconds=seconds, rounds=ROUNDS, exact=True)
    check(graph, given, root, answer)
    return {"value": answer.value, "bound": answer.bound, "seconds": answer.seconds}


def check(graph: Graph, given: Longs, root: int, answer: Certified) -> None:
    """See that the answer is a tree with the root and all forced nodes, of the value it says.

    Raises
    ------
    RuntimeError
        It is not.
    """
    tail, head = (np.searchsorted(answer.nodes, ends[answer.edges]) for ends in (graph.tail, graph.head))
    size = answer.nodes.size
    left_out = given.copy()
    left_out[answer.nodes] = 0
    whole = (
        size == answer.edges.size + 1
        and np.array_equal(np.union1d(answer.nodes[tail], answer.nodes[head]), answer.nodes)
        and Graph.from_edges(size, tail, head, graph.cost[answer.edges]).reached(0).all()
    )
    missing = bool((left_out < 0).any()) or root not in answer.nodes
    if not whole or missing or int(graph.cost[answer.edges].sum() + left_out.sum()) != answer.value:
        raise RuntimeError(f"not a tree of value {answer.value} with all nodes it must have")


def main(arguments: Sequence[str]) -> None:
    """Solve the instance of a folder within seconds; both are given in this order. Prints value, bound and seconds."""
    print(json.dumps(solve(Path(arguments[0]), float(arguments[1]))))


if __name__ == "__main__":
    main(sys.argv[1:])

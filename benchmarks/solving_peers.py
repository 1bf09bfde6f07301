"""The Steiner solver beside other programs: value and time on the same instances, in one run.

Protocol. One process, one instance after the other, every program on it in turn, nothing else running. A program gets
the graph in its own form, ready made; the time is from there to the tree. What takes less than a second in all is run
three times and the quickest counts. Values are computed here from the edges that the program gives back, and checked
against the best known. Ratios are to `karez` within one second on the same instance: of the values, and of the
seconds. Its kernels are compiled before; *first tree* is when it had its first and what that cost.

- `networkx, Mehlhorn` – `steiner_tree(method="mehlhorn")`, BSD-3-Clause [1]_.
- `SciPy, Mehlhorn` – the same algorithm here in whole-array steps on `scipy.sparse.csgraph`, BSD-3-Clause, with the
  nodes of the tree spanned anew and pruned.
- `SteinerPy` – `SteinerProblem(…).get_solution()`, MIT, exact with HiGHS, on small instances, at most 60 seconds.

.. [1] K. Mehlhorn, "A faster approximation algorithm for the Steiner problem in graphs", Information Processing
   Letters 27 (1988), doi:10.1016/0020-0190(88)90066-X.
"""

from __future__ import annotations

import csv
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra, minimum_spanning_tree

from benchmarks.registry import Options, Row, as_markdown, replace_between
from benchmarks.solving_known import INSTANCES
from benchmarks.solving_summary import README
from karez.reading.instance import read_instance
from karez.solving import FORCED, Certified, Graph, prize, warm_up

SMALL = ("ind4", "lin08", "msm4190", "diw0513", "kroB100fst", "es100fst13", "wrp3-23", "lin17")
LARGE = ("I012", "I029", "G105")
SECONDS = (1.0, 10.0)
REPEATS = 3
STEINERPY_SECONDS = 60.0
ROUNDS = 1_000_000

KEY = ("instance", "program")
"""What a row is known by."""

VALUE, SECONDS_TAKEN = "value / karez, 1 s", "seconds / karez, 1 s"
MARKS = ("<!-- peers:begin -->", "<!-- peers:end -->")

Numbers = npt.NDArray[np.int64]
Tree = npt.NDArray[np.int64]
"""Edge numbers."""


@dataclass(frozen=True)
class Case:
    """A Steiner problem without loops and parallel edges, and its best known value."""

    name: str
    n: int
    tail: Numbers
    head: Numbers
    cost: Numbers
    terminals: Numbers
    best: float


@dataclass(frozen=True)
class Answer:
    """What a program found: value and seconds."""

    program: str
    value: float
    seconds: float
    note: str = ""


def run(options: Options) -> list[dict[str, object]]:
    """Rows of each instance and program; none where the instances are missing. Every instance is a set of its own."""
    chosen = options.choose([*SMALL, *LARGE])
    if not INSTANCES.exists():
        return []
    warm_up()
    return [row for name in chosen for row in _rows(_case(name), small=name in SMALL)]


def after(rows: Sequence[Row]) -> None:
    """Write the geometric means of the ratios between the marks of the README."""
    replace_between(README, MARKS, as_markdown(ratios(rows)))


def ratios(rows: Sequence[Row]) -> list[dict[str, object]]:
    """Geometric means of each program's ratios to karez within a second, over the instances it found a tree on."""
    answer: list[dict[str, object]] = []
    for kind, names in (("small", SMALL), ("large", LARGE)):
        own = [row for row in rows if row["instance"] in names]
        for program in dict.fromkeys(str(row["program"]) for row in own):
            found = [row for row in own if row["program"] == program and row["seconds"] != ""]
            if not found:
                continue
            value, seconds = ([float(str(row[column])) for row in found] for column in (VALUE, SECONDS_TAKEN))
            answer.append(
                {
                    "instances": kind,
                    "program": program,
                    "solved": f"{len(found)} of {len({row['instance'] for row in own})}",
                    "mean value / karez, 1 s": f"{statistics.geometric_mean(value):.4f}",
                    "worst value / karez, 1 s": f"{max(value):.4f}",
                    "mean seconds / karez, 1 s": f"{statistics.geometric_mean(seconds):.3g}",
                }
            )
    return answer


def _rows(case: Case, *, small: bool) -> Iterator[dict[str, object]]:
    own = _karez(case)
    ours = own[1]
    programs = (_networkx, _scipy, _steinerpy) if small else (_networkx, _scipy)
    for answer in (*own, *(program(case) for program in programs)):
        if answer.value < case.best:
            raise RuntimeError(f"{case.name}: {answer.program} says {answer.value}, best known is {case.best}")
        missing = answer.value == np.inf
        yield {
            "instance": case.name,
            "edges": case.tail.size,
            "terminals": case.terminals.size,
            "program": answer.program,
            "value over best known (%)": "" if missing else 100 * (answer.value / case.best - 1.0),
            "seconds": "" if missing else answer.seconds,
            VALUE: "" if missing else f"{answer.value / ours.value:.5f}",
            SECONDS_TAKEN: "" if missing else f"{answer.seconds / ours.seconds:.3g}",
            "note": answer.note,
        }


def _case(name: str) -> Case:
    for table in ("vienna", "steinlib"):
        with (INSTANCES / f"{table}.csv").open(encoding="utf-8") as file:
            for row in csv.DictReader(file):
                if row["file"] == f"{name}.gr.gz":
                    return _read(name, INSTANCES / table / Path(row["file"]), float(row["best_upper"]))
    raise LookupError(f"no instance {name}")


def _read(name: str, path: Path, best: float) -> Case:
    """The instance with the cheapest of parallel edges alone."""
    instance = read_instance(path)
    low, high = np.minimum(instance.tail, instance.head), np.maximum(instance.tail, instance.head)
    order = np.lexsort([instance.cost, high, low])
    order = order[low[order] != high[order]]
    new = np.ones(order.size, np.bool_)
    new[1:] = (np.diff(low[order]) != 0) | (np.diff(high[order]) != 0)
    kept = order[new]
    tail, head, cost = (array[kept].astype(np.int64) for array in (low, high, instance.cost))
    return Case(name, instance.n, tail, head, cost, np.flatnonzero(instance.prize < 0), best)


def _value(case: Case, tree: Tree) -> float:
    """Cost of the tree, once it is seen to connect all terminals.

    Raises
    ------
    RuntimeError
        It does not.
    """
    inside = coo_array((np.ones(tree.size), (case.tail[tree], case.head[tree])), shape=(case.n, case.n)).tocsr()
    reached = dijkstra(inside, directed=False, indices=int(case.terminals[0]), unweighted=True)
    if np.isinf(reached[case.terminals]).any():
        raise RuntimeError(f"{case.name}: a tree leaves terminals out")
    return float(case.cost[tree].sum())


def _timed(find: Callable[[], Tree], case: Case, program: str, note: str = "") -> Answer:
    """Quickest of three runs, or of as many as take a second."""
    seconds: list[float] = []
    tree = np.empty(0, np.int64)
    while len(seconds) < REPEATS and sum(seconds) < 1.0:
        began = time.perf_counter()
        tree = find()
        seconds.append(time.perf_counter() - began)
    return Answer(program, _value(case, tree), min(seconds), note)


def _karez(case: Case) -> list[Answer]:
    """First tree, then the answers within each limit."""
    graph = Graph.from_edges(case.n, case.tail, case.head, case.cost)
    certified = [_certified(graph, case, seconds) for seconds in SECONDS]
    spent, value, _ = certified[0].trace[0]
    answers = [Answer("karez, first tree", value, spent)]
    for seconds, answer in zip(SECONDS, certified, strict=True):
        if _value(case, answer.edges.astype(np.int64)) != answer.value:
            raise RuntimeError(f"{case.name}: the tree does not cost what its certificate says")
        answers.append(Answer(f"karez, {seconds:.0f} s", answer.value, answer.seconds, _said(answer)))
    return answers


def _certified(graph: Graph, case: Case, seconds: float) -> Certified:
    """Quickest of three runs, or of as many as take a second."""
    prizes = np.zeros(case.n, np.int64)
    prizes[case.terminals] = FORCED
    runs: list[Certified] = []
    while len(runs) < REPEATS and sum(run.seconds for run in runs) < 1.0:
        runs.append(prize(graph, prizes, None, seconds=seconds, rounds=ROUNDS, exact=True))
    return min(runs, key=lambda run: run.seconds)


def _said(answer: Certified) -> str:
    return "proven" if answer.gap == 0.0 else f"gap {100 * answer.gap:.3f} % proven"


def _networkx(case: Case) -> Answer:
    import networkx as nx  # noqa: PLC0415  # slow to load, and only this benchmark needs it

    graph, number = _as_networkx(case)
    terminals = case.terminals.tolist()

    def find() -> Tree:
        tree = nx.algorithms.approximation.steiner_tree(graph, terminals, method="mehlhorn")
        return _numbers(tree.edges, number)

    return _timed(find, case, "networkx, Mehlhorn")


def _steinerpy(case: Case) -> Answer:
    if find_spec("steinerpy") is None:
        return Answer("SteinerPy", np.inf, np.inf, "not installed")
    problem = import_module("steinerpy").SteinerProblem

    graph, number = _as_networkx(case)
    gaps: list[float] = []

    def find() -> Tree:
        solution = problem(graph, [case.terminals.tolist()]).get_solution(time_limit=STEINERPY_SECONDS)
        gaps.append(solution.gap)
        return _numbers(solution.edges, number)

    try:
        answer = _timed(find, case, "SteinerPy")
    except RuntimeError as error:
        if "feasible" not in str(error):
            raise
        return Answer("SteinerPy", np.inf, np.inf, f"no tree within {STEINERPY_SECONDS:.0f} s")
    note = "proven" if gaps[-1] <= 1e-9 else f"gap {100 * gaps[-1]:.3f} % said"
    return Answer(answer.program, answer.value, answer.seconds, note)


def _as_networkx(case: Case) -> tuple[Any, dict[tuple[int, int], int]]:
    """The graph for networkx, and the number of each pair of nodes."""
    import networkx as nx  # noqa: PLC0415

    pairs = list(zip(case.tail.tolist(), case.head.tolist(), strict=True))
    graph = nx.Graph()
    graph.add_weighted_edges_from(
        (tail, head, cost) for (tail, head), cost in zip(pairs, case.cost.tolist(), strict=True)
    )
    return graph, {pair: number for number, pair in enumerate(pairs)}


def _numbers(edges: Any, number: dict[tuple[int, int], int]) -> Tree:
    """Edge numbers of pairs in either order."""
    return np.unique(np.array([number[min(u, v), max(u, v)] for u, v in edges], np.int64))


def _scipy(case: Case) -> Answer:
    both = (np.concatenate([case.tail, case.head]), np.concatenate([case.head, case.tail]))
    costs = np.concatenate([case.cost, case.cost]).astype(np.float64)
    matrix = coo_array((costs, both), shape=(case.n, case.n)).tocsr()
    return _timed(lambda: mehlhorn(case, matrix), case, "SciPy, Mehlhorn")


def mehlhorn(case: Case, matrix: Any) -> Tree:
    """Mehlhorn's tree: its nodes spanned anew, dead ends without terminals cut.

    Parameters
    ----------
    case : Case
        The problem.
    matrix : csr_array of float64, shape (n, n)
        Its costs, both ways.

    Returns
    -------
    int64[…]
        Edge numbers.
    """
    distance, before, source = dijkstra(matrix, indices=case.terminals, return_predecessors=True, min_only=True)
    crossing = np.flatnonzero(source[case.tail] != source[case.head])
    length = distance[case.tail[crossing]] + case.cost[crossing] + distance[case.head[crossing]]
    chosen = crossing[_span(case.n, source[case.tail[crossing]], source[case.head[crossing]], length)]
    inside = np.zeros(case.n, np.bool_)
    inside[case.terminals] = True
    front = np.concatenate([case.tail[chosen], case.head[chosen]])
    while front.size:
        front = np.unique(front[~inside[front]])
        inside[front] = True
        front = before[front].astype(np.int64)
    within = np.flatnonzero(inside[case.tail] & inside[case.head])
    tree = within[_span(case.n, case.tail[within], case.head[within], case.cost[within].astype(np.float64))]
    return _without_dead_ends(case, tree)


def _span(n: int, tail: Numbers, head: Numbers, length: npt.NDArray[np.float64]) -> Numbers:
    """Places of the edges of a least spanning forest; parallel edges and zero lengths are allowed."""
    low, high = np.minimum(tail, head), np.maximum(tail, head)
    order = np.argsort(length, kind="stable")
    _, first = np.unique(low[order].astype(np.int64) * n + high[order], return_index=True)
    # SciPy takes zeros for missing edges; places in the order of length, from 1, rank the edges as lengths do.
    ranked = coo_array((first + 1.0, (low[order[first]], high[order[first]])), shape=(n, n)).tocsr()
    places: Numbers = order[minimum_spanning_tree(ranked).data.astype(np.int64) - 1]
    return places


def _without_dead_ends(case: Case, tree: Tree) -> Tree:
    """The tree without branches that lead to no terminal."""
    needed = np.zeros(case.n, np.bool_)
    needed[case.terminals] = True
    while True:
        degree = np.bincount(np.concatenate([case.tail[tree], case.head[tree]]), minlength=case.n)
        loose = (degree == 1) & ~needed
        kept = ~(loose[case.tail[tree]] | loose[case.head[tree]])
        if kept.all():
            return tree
        tree = tree[kept]

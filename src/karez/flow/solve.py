"""``karez solve``: one published Steiner problem, answered with a certificate."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np

from karez.model.instance import Instance, SolvedInstance
from karez.reading.instance import read_instance
from karez.solving import Certified, Graph, prize, warm_up

MOST_ROUNDS = 40
LEAST_ROUNDS = 8
ROUND_EDGES = 1_500_000
"""Where no time is set: rounds of improvement, fewer the more edges they go through."""

ROUNDS_IN_TIME = 1_000_000
"""Rounds where a time is set: as many as it allows."""


def solve(
    file: Path,
    *,
    seconds: float | None = None,
    seed: int = 0,
    progress: Callable[[float], None] | None = None,
) -> SolvedInstance:
    """Solve one ``.gr`` or ``.stp`` file.

    Parameters
    ----------
    file : Path
        The problem, gzipped or not.
    seconds : float | None
        Time for solving alone: reading and compilation do not count. None: until proven, or for a counted number
        of rounds; then equal runs give equal answers.
    seed : int
        Settles all that is left to chance.
    progress : callable | None
        Told the share of the work done, 0 … 1.

    Returns
    -------
    SolvedInstance
        Tree and certificate in the file's own unit and numbering.

    Raises
    ------
    DataFault
        Every fault of the file at once, with its line.
    """
    instance = read_instance(file)
    warm_up()
    graph = Graph.from_edges(instance.n, instance.tail, instance.head, instance.cost)
    counted = min(MOST_ROUNDS, max(LEAST_ROUNDS, ROUND_EDGES // max(1, graph.m)))
    rounds = counted if seconds is None else ROUNDS_IN_TIME
    answer = prize(
        graph, instance.prize, instance.root, seconds=seconds, seed=seed, rounds=rounds, progress=progress, exact=True
    )
    return _in_own_terms(instance, answer)


def write_solution(solved: SolvedInstance, path: Path) -> None:
    """Write the certificate, edges and nodes as JSON: aside first, then in place at once (rule 11)."""
    aside = path.with_name(path.name + ".part")
    aside.write_text(json.dumps(solved.solution(), indent=1) + "\n", encoding="utf-8")
    aside.replace(path)


def _in_own_terms(instance: Instance, answer: Certified) -> SolvedInstance:
    own = instance.own_unit
    pairs = np.stack([instance.tail[answer.edges], instance.head[answer.edges]], axis=1) + 1
    return SolvedInstance(
        instance=instance.name,
        value=own(answer.value),
        bound=own(answer.bound),
        gap=answer.gap,
        proof=answer.proof,
        seconds=answer.seconds,
        edges=tuple((int(tail), int(head)) for tail, head in pairs),
        nodes=tuple(int(node) + 1 for node in answer.nodes),
        trace=tuple((spent, own(value), own(bound)) for spent, value, bound in answer.trace),
    )

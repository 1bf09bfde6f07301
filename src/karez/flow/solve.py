"""``karez solve``: one published Steiner problem, answered with a certificate."""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Callable
from pathlib import Path

from karez.model.instance import Instance, SolvedInstance
from karez.model.tree_certificate import CertifiedCase, TreeCertificate
from karez.reading.instance import read_instance
from karez.solving import Case, Certified, Graph, prize, strengthen, warm_up

MOST_ROUNDS = 40
LEAST_ROUNDS = 8
ROUND_EDGES = 1_500_000
"""Where no time is set: rounds of improvement, fewer the more edges they go through."""

ROUNDS_IN_TIME = 1_000_000
"""Rounds where a time is set: as many as it allows."""

MOST_ASCENTS = 20
LEAST_ASCENTS = 4
ASCENT_EDGES = 400_000
"""Ascents for a certificate, fewer the more edges they go through."""

SOLVING_SHARE = 0.9
"""Share of the progress before these ascents."""


def solve(
    file: Path,
    *,
    seconds: float | None = None,
    seed: int = 0,
    replayable: bool = False,
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
    replayable : bool
        Whether a few more ascents, after the time for solving, strengthen the part of the bound that a certificate
        can prove to others.
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
    rounds = _counted(LEAST_ROUNDS, MOST_ROUNDS, ROUND_EDGES // max(1, graph.m))
    answer = prize(
        graph,
        instance.prize,
        instance.root,
        seconds=seconds,
        seed=seed,
        rounds=rounds if seconds is None else ROUNDS_IN_TIME,
        progress=_part(progress, 0.0, SOLVING_SHARE if replayable else 1.0),
        exact=True,
    )
    if replayable:
        ascents = _counted(LEAST_ASCENTS, MOST_ASCENTS, ASCENT_EDGES // max(1, graph.m))
        rest = _part(progress, SOLVING_SHARE, 1.0)
        answer = strengthen(graph, instance.prize, answer, seed=seed, ascents=ascents, progress=rest)
    return _in_own_terms(instance, answer, file)


def _counted(least: int, most: int, wanted: int) -> int:
    return min(most, max(least, wanted))


def _part(progress: Callable[[float], None] | None, start: float, end: float) -> Callable[[float], None] | None:
    """Progress of a piece of work that goes from one share of the whole to another."""
    if progress is None:
        return None
    return lambda share: progress(start + share * (end - start))


def write_solution(solved: SolvedInstance, path: Path) -> None:
    """Write the certificate's head, edges and nodes as JSON: aside first, then in place at once (rule 11)."""
    _write(path, (json.dumps(solved.solution(), indent=1) + "\n").encode())


def write_certificate(solved: SolvedInstance, path: Path) -> None:
    """Write all that ``karez verify --certificate`` needs besides the problem; gzipped if `path` ends in ``.gz``.

    The certificate names the problem's file as seen from its own folder, so that both can be moved together.
    """
    named = solved.proven.model_copy(update={"file": _seen_from(path.parent, Path(solved.proven.file))})
    text = (named.to_json() + "\n").encode()
    _write(path, gzip.compress(text, mtime=0) if path.suffix == ".gz" else text)


def _write(path: Path, content: bytes) -> None:
    aside = path.with_name(path.name + ".part")
    aside.write_bytes(content)
    aside.replace(path)


def _seen_from(folder: Path, file: Path) -> str:
    """Relative way from a folder to a file; its name alone where there is none (on another drive)."""
    try:
        return Path(os.path.relpath(file.resolve(), folder.resolve())).as_posix()
    except ValueError:
        return file.name


def _in_own_terms(instance: Instance, answer: Certified, file: Path) -> SolvedInstance:
    proven = _proven(instance, answer, file)
    own = instance.own_unit
    return SolvedInstance(
        instance=instance.name,
        value=proven.value,
        bound=proven.bound,
        gap=proven.gap,
        proof=proven.proof,
        seconds=answer.seconds,
        edges=tuple((tail, head) for tail, head, _ in proven.edges),
        nodes=proven.nodes,
        proven=proven,
        trace=tuple((spent, own(value), own(bound)) for spent, value, bound in answer.trace),
    )


def _proven(instance: Instance, answer: Certified, file: Path) -> TreeCertificate:
    tree = answer.edges
    ends = ((instance.tail[tree] + 1).tolist(), (instance.head[tree] + 1).tolist())
    return TreeCertificate(
        instance=instance.name,
        file=file.as_posix(),
        sha256=instance.sha256(),
        scale=instance.scale,
        value=instance.own_unit(answer.value),
        bound=instance.own_unit(answer.bound),
        gap=answer.gap,
        proof=answer.proof,
        whole_value=answer.value,
        whole_bound=answer.bound,
        replayable_bound=answer.ascent_bound,
        edges=tuple(zip(*ends, instance.cost[tree].tolist(), strict=True)),
        nodes=tuple((answer.nodes + 1).tolist()),
        cases=tuple(_case(case) for case in answer.cases),
    )


def _case(case: Case) -> CertifiedCase:
    return CertifiedCase(
        root=None if case.root < 0 else case.root + 1,
        left_out=tuple((case.left_out + 1).tolist()),
        entry=case.entry,
        bound=int(case.bound),
        node=tuple((case.node + 1).tolist()),
        radius=tuple(case.radius.tolist()),
    )

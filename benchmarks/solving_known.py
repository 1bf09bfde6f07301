"""Published instances with known optima, set by set; each as `karez solve` solves it.

Best known values are those of the tables beside the instances (`../shared/data/steiner/*.csv`).
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.registry import ROOT
from benchmarks.solving_rows import Run
from karez.flow.solve import solve

INSTANCES = ROOT.parent / "shared" / "data" / "steiner"

CHEAP = 1.0
"""Runs of at most so many seconds are made three times; the one of median gap counts."""

REPEATS = 3


@dataclass(frozen=True)
class KnownSet:
    """Instances of one table whose family begins with one of the given words.

    Parameters
    ----------
    name, table : str
        Name of the set and of its table.
    families : tuple of str
        How the families in it begin.
    limits, long_limits : tuple of float
        Seconds allowed, ascending; the long ones only where asked for.
    """

    name: str
    table: str
    families: tuple[str, ...]
    limits: tuple[float, ...]
    long_limits: tuple[float, ...] = ()


SETS = (
    KnownSet("vienna-i", "vienna", ("vienna-i",), (1.0, 10.0, 60.0)),
    KnownSet("vienna-geo", "vienna", ("vienna-geo",), (10.0, 60.0), (600.0,)),
    KnownSet("steinlib", "steinlib", ("",), (10.0,), (60.0,)),
    KnownSet("pcstp-cologne-jmp-crr", "pcstp", ("RPCST-cologne", "PCSPG-JMP", "PCSPG-CRR"), (10.0, 60.0)),
    KnownSet("pcstp-hand-actmod", "pcstp", ("PCSPG-hand", "PCSPG-ACTMOD"), (10.0, 60.0)),
    KnownSet("pcstp-pucnu", "pcstp", ("PCSPG-PUCNU",), (10.0, 60.0)),
)


def runs(known_set: KnownSet, limits: Sequence[float]) -> Iterator[Run]:
    """Solve every instance with each limit, ascending, until it is proven; none where the instances are missing."""
    table = INSTANCES / f"{known_set.table}.csv"
    if not table.exists():
        return
    with table.open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["set"].startswith(known_set.families)]
    for row in rows:
        for limit in limits:
            again = sorted((_run(known_set, row, limit) for _ in _times(limit)), key=lambda run: run.gap)
            median = again[len(again) // 2]
            yield median
            if median.proven:
                break


def _times(limit: float) -> range:
    return range(REPEATS if limit <= CHEAP else 1)


def _run(known_set: KnownSet, row: dict[str, str], limit: float) -> Run:
    solved = solve(INSTANCES / known_set.table / Path(row["file"]), seconds=limit)
    return Run(
        instance=solved.instance,
        family=row["set"],
        group=known_set.name,
        limit=limit,
        seconds=solved.seconds,
        value=float(solved.value),
        bound=float(solved.bound),
        best=float(row["best_upper"]),
    )

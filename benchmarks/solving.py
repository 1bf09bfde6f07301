"""The Steiner solver against its targets: published instances and road-like graphs, within given seconds.

Protocol. Each instance is solved as `karez solve FILE --seconds LIMIT` does, seed 0, one at a time, two starts side
by side, kernels compiled before. The limit is for solving alone: reading and compilation do not count; what is used
beyond it is shown. A set's limits are tried in ascending order, and an instance proven within one counts as proven
within the longer ones, without another run. Limits up to a second are run three times, and the run of median gap
counts. The gap is (value − bound) / value, as the solver proved it; best known values come from the tables beside the
instances. Every row is checked: bound ≤ best known ≤ value. Road-like graphs are those of `roads.py`, solved in a
process of their own whose peak memory (maximum resident set) is shown.

| set | instances | seconds | at most (min) |
|---|---|---|---|
| vienna-i | 14 from fibre planning in Vienna, simplified | 1, 10, 60 | 17 |
| vienna-geo | 4 of the same, original | 10, 60; with --long 600 | 5; 45 |
| steinlib | 50 of SteinLib | 10; with --long 60 | 8; 50 |
| pcstp-cologne-jmp-crr, pcstp-hand-actmod, pcstp-pucnu | 29, 6 and 1 with prizes | 10, 60 | 42 |
| roads-1e6 | 10⁶ edges, 5 % terminals | 10, 30 | 2 |
| prizes-1e6 | 10⁶ edges, 5 % of the nodes with prizes | 30 | 2 |
| roads-1e7 | 10⁷ edges, 2 % terminals | 150 | 5 |
| frontier | cost against prize on the largest of vienna-i, 1 each and 1 to 100 homes; the gap is in points | 20 | 1 |
| compilation | all kernels into an empty cache, and from it; the limits are what is to be reached | 30, 0.5 | 2 |

So all of it takes at most an hour and a half, without --long, if nothing is proven early, and less than one in
practice; a solver that runs over its limits adds to that. To measure a part, name sets by how they begin, and
seconds; only its rows of the table are replaced, each with its own day and machine, and the summary is made anew from
the whole table:

    python -m benchmarks solving --set vienna-i --seconds 1
    python -m benchmarks solving --set roads-1e6 --set pcstp
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence

from benchmarks import frontier, solving_compile, solving_known, solving_large
from benchmarks.registry import Options, Row, as_markdown
from benchmarks.solving_rows import Outcome, Run, other_row
from benchmarks.solving_summary import table, write_summary
from karez.solving import warm_up

FRONTIER, COMPILATION = "frontier", "compilation"

KEY = ("instance", "set", "limit (s)")
"""What a row is known by."""


def run(options: Options) -> list[dict[str, object]]:
    """One row an instance and limit."""
    names = [one.name for one in (*solving_known.SETS, *solving_large.SETS)]
    chosen = options.choose([*names, FRONTIER, COMPILATION])
    rows = _compilation() if COMPILATION in chosen else []
    rows += [one.row() for one in _all(options, chosen)]
    return rows + (_frontier() if FRONTIER in chosen else [])


def after(rows: Sequence[Row]) -> None:
    """Print the summary of all rows of the table, and write it."""
    outcomes = [Outcome.of(row) for row in rows]
    print(as_markdown(table(outcomes)))
    write_summary(outcomes)


def _compilation() -> list[dict[str, object]]:
    limits = (solving_compile.COLD, solving_compile.CACHED)
    return [
        other_row(name, COMPILATION, limit, spent)
        for name, limit, spent in zip(("cold", "cached"), limits, solving_compile.seconds(), strict=True)
    ]


def _frontier() -> list[dict[str, object]]:
    """The gaps reached within the limit; one row for each kind of prizes."""
    last = {str(row["prizes"]): row for row in frontier.run()}
    return [
        other_row(
            f"I029, {name}", FRONTIER, frontier.SECONDS, float(str(row["seconds"])), float(str(row["gap_points"]))
        )
        for name, row in last.items()
    ]


def _all(options: Options, chosen: list[str]) -> Iterator[Run]:
    """Every run of the sets chosen; each is shown on standard error when it is done."""
    if set(chosen) - {COMPILATION, FRONTIER}:
        warm_up()
    for known_set in solving_known.SETS:
        if known_set.name in chosen:
            longer = known_set.long_limits if options.long else ()
            yield from map(_shown, solving_known.runs(known_set, options.limits((*known_set.limits, *longer))))
    for road_set in solving_large.SETS:
        if road_set.name in chosen:
            yield from map(_shown, solving_large.runs(road_set, options.limits(road_set.limits)))


def _shown(one: Run) -> Run:
    print(
        f"{one.group} {one.instance} {one.limit:g} s: gap {100 * one.gap:.4f} %, {one.seconds:.2f} s",
        file=sys.stderr,
        flush=True,
    )
    return one

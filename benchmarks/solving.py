"""Published Steiner instances with known optima: value, bound and gap of `karez solve` after five seconds each.

Best known values are those of the tables beside the instances (`../shared/data/steiner/*.csv`). A row says how far the
value lies above the best known, how far the bound lies below it, and the proven gap. Every row is checked: bound ≤
best known ≤ value.
"""

from __future__ import annotations

import csv
import time
from pathlib import Path

from benchmarks.registry import ROOT
from karez.flow.solve import solve
from karez.solving import warm_up

INSTANCES = ROOT.parent / "shared" / "data" / "steiner"
SECONDS = 5.0


def run() -> list[dict[str, object]]:
    """One row an instance; none where the folder of instances is missing."""
    if not INSTANCES.exists():
        return []
    began = time.perf_counter()
    warm_up()
    rows: list[dict[str, object]] = [{"instance": "compilation", "seconds": time.perf_counter() - began}]
    for table in ("vienna", "steinlib", "pcstp"):
        with (INSTANCES / f"{table}.csv").open(encoding="utf-8") as file:
            rows += [_row(INSTANCES / table / known["file"], known) for known in csv.DictReader(file)]
    columns = ("instance", "set", "edges", "value_above_best_%", "bound_below_best_%", "gap_%", "seconds")
    return [{column: row.get(column, "") for column in columns} for row in rows]


def _row(file: Path, known: dict[str, str]) -> dict[str, object]:
    best = float(known["best_upper"])
    solved = solve(file, seconds=SECONDS)
    if not solved.bound <= best + 1e-6 <= solved.value + 2e-6:
        raise RuntimeError(f"{file.name}: {solved.bound} ≤ {best} ≤ {solved.value} does not hold")
    return {
        "instance": solved.instance,
        "set": known["set"],
        "edges": int(known["edges"]),
        "value_above_best_%": 100 * (solved.value / best - 1),
        "bound_below_best_%": 100 * (1 - solved.bound / best),
        "gap_%": 100 * solved.gap,
        "seconds": solved.seconds,
    }

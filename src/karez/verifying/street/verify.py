"""All checks of a street-level run: simple code, one premises after the other."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from karez.verifying.street import cost, light, locks, ports, proof, tracing
from karez.verifying.street.run import StreetRun, read_street_run
from karez.verifying.verdict import Check, Verdict

CHECKS: tuple[Callable[[StreetRun], Check], ...] = (
    tracing.forest,
    tracing.tracing,
    tracing.capacities,
    ports.ports,
    tracing.lengths,
    light.reach,
    light.budget,
    cost.cables,
    cost.bill,
    cost.totals,
    locks.methods,
    locks.room,
    locks.plant,
    locks.forbidden,
    proof.value,
    proof.replay,
)


MARKS = ("field.kmz", "schematic.svg", "proof/runs.parquet")
"""Files that no other run has: a street-level run is known by them where its summary is missing or damaged."""


def is_street(folder: Path) -> bool:
    """Whether a run folder holds a street-level design, whole or not."""
    try:
        summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
        return isinstance(summary, dict) and summary.get("kind") == "street"
    except (OSError, ValueError):
        return any((folder / mark).is_file() for mark in MARKS)


def verify_street(folder: Path, *, progress: Callable[[float], None] = lambda _: None) -> Verdict:
    """Check a street-level run again from its tables alone.

    Every premises is traced to a port of an office; capacities, reach, optical budget, lengths, cables and costs are
    computed anew; the moats are grown again.

    Parameters
    ----------
    folder : Path
        Run folder.
    progress : callable, optional
        Told the share of the checks that is done.

    Raises
    ------
    DataFault
        If files are missing or cannot be read.
    """
    run = read_street_run(folder)
    checks = []
    for number, check in enumerate(CHECKS, start=1):
        checks.append(_made(check, run))
        progress(number / len(CHECKS))
    return Verdict(tuple(checks))


def _made(check: Callable[[StreetRun], Check], run: StreetRun) -> Check:
    """Make a check; tables that do not fit together are a failure of the run, not of the program."""
    try:
        return check(run)
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        reason = f"could not be made, as a table or figure is not as it should be ({type(error).__name__}: {error})"
        return Check(check.__name__, False, reason)

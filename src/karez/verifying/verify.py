"""All checks of a run, one after the other."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from karez.verifying import (
    answers,
    certificates,
    coverage,
    design_bound,
    drawing,
    money,
    network,
    options,
    schedule_bound,
    tables,
)
from karez.verifying.run import Run, read_run
from karez.verifying.verdict import Check, Verdict

FORM: tuple[Callable[[Run], Check], ...] = (tables.ids, tables.cells, tables.years, tables.keys, tables.proof)
"""Checks of form: without them the others would have nothing to stand on."""

SUBSTANCE: tuple[Callable[[Run], Check], ...] = (
    answers.answers,
    answers.standards,
    network.order,
    network.reach,
    drawing.drawing,
    money.budgets,
    money.shares,
    money.totals,
    money.prices,
    drawing.areas,
    coverage.coverage,
    coverage.targets,
    options.options,
    options.choices,
    options.constraints,
    options.prizes,
    certificates.certificates,
    design_bound.graph,
    design_bound.value,
    design_bound.bound,
    *(partial(schedule_bound.value, scope=scope) for scope in schedule_bound.SCOPES),
    *(partial(schedule_bound.bound, scope=scope) for scope in schedule_bound.SCOPES),
)


def verify(folder: Path, *, progress: Callable[[float], None] = lambda _: None) -> Verdict:
    """Prove a finished run again from its tables alone, with independent, slow, simple code.

    Parameters
    ----------
    folder : Path
        Run folder.
    progress : callable, optional
        Told the share of the checks that is done.

    Returns
    -------
    Verdict
        Every check that was made. Where tables do not fit together, the checks that rest on them are not made.

    Raises
    ------
    DataFault
        If files or columns are missing or cannot be read.
    """
    run = read_run(folder)
    checks: list[Check] = []
    for group in (FORM, SUBSTANCE):
        for check in group:
            checks.append(check(run))
            progress(len(checks) / (len(FORM) + len(SUBSTANCE)))
        if not all(check.passed for check in checks):
            break
    return Verdict(tuple(checks))

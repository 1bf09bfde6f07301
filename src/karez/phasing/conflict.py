"""Which rules conflict, where no schedule keeps them all."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from karez.errors import Infeasible
from karez.phasing.master import Frame
from karez.phasing.problem import Aim
from karez.phasing.relax import SLACK_PRICE, relax


def conflict(frame: Frame, elastic: frozenset[str], *, proven: bool = True) -> Infeasible:
    """Name the rules that conflict.

    The least by which required targets must be missed is a linear programme; rows with a price there are the ones that
    stand against each other, since without them the targets could be met.

    Parameters
    ----------
    frame : Frame
        Problem and rows.
    elastic : frozenset[str]
        Rows that could be loosened: the required targets.
    proven : bool
        Whether it is proven that no schedule keeps the rows.

    Returns
    -------
    Infeasible
        To be raised.
    """
    nothing = Aim(np.zeros_like(frame.aim.profile), 0.0)
    least = relax(replace(frame, aim=nothing), (), elastic)
    names, rows = frame.rows.names, frame.rows
    short = [
        f"{name} (short of it by {slack:,.2f} household-equivalents)"
        for name, slack, tolerance in zip(names, least.slack, rows.tolerance, strict=True)
        if slack > tolerance
    ]
    priced = least.multipliers * frame.scale > 1e-6 * SLACK_PRICE
    against = [name for name, high in zip(names, priced, strict=True) if high and not name.startswith("target:")]
    if short:
        cause = (
            f"Against it stand: {', '.join(against)}" if against else "No money would help: too few sites can be served"
        )
        return Infeasible(f"Required targets cannot be met: {'; '.join(short)}. {cause}. {REMEDY}")
    rules = ", ".join(name for name in names if not name.startswith("budget:"))
    how = "No schedule keeps" if proven else "No schedule was found, though one may exist, that keeps"
    return Infeasible(f"{how} all of: {rules}, and the budgets, since sites and spans cannot be divided. {REMEDY}")


REMEDY = "Raise the budget, lower the target or the minimum shares, or set `required = false`."

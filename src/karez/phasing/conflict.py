"""Which rules conflict, where no schedule keeps them all."""

from __future__ import annotations

from karez.errors import Infeasible
from karez.solving.schedule import Unkept

UNITS = {"target": "household-equivalents", "places": "places", "floor": "households"}
"""What a row that asks for service counts, by its kind."""
REMEDY = "Raise the budget or the crews, lower the target, the floor or the minimum shares, or set `required = false`."
BUILT = (
    "Raise the budget, fix less (`fixed`), close the backbone later (`backbone.closed_by`), or leave it to a study of "
    "its own (`backbone.in_plan = false`)."
)


def conflict(unkept: Unkept) -> Infeasible:
    """Name the rules that conflict.

    Parameters
    ----------
    unkept : Unkept
        What the solver says: by how much rows must be missed at the least, and what stands against them.

    Returns
    -------
    Infeasible
        To be raised.
    """
    rows = unkept.rows
    short = [
        f"{name} (short of it by {slack:,.2f}{_unit(name)})"
        for name, slack in zip(rows.names, unkept.slack, strict=True)
        if slack > 0
    ]
    against = [
        name
        for name, priced, asking in zip(rows.names, unkept.priced, rows.asking, strict=True)
        if priced and not asking
    ]
    if short:
        cause = (
            f"Against it stand: {', '.join(against)}" if against else "No money would help: too few sites can be served"
        )
        asked = any(asks for asks, slack in zip(rows.asking, unkept.slack, strict=True) if slack > 0)
        if not asked:
            return Infeasible(f"What has to be built costs too much: {'; '.join(short)}. {BUILT}")
        return Infeasible(f"Required targets cannot be met: {'; '.join(short)}. {cause}. {REMEDY}")
    named = ", ".join(name for name in rows.names if not name.startswith("budget:"))
    how = "No schedule keeps" if unkept.proven else "No schedule was found, though one may exist, that keeps"
    return Infeasible(
        f"{how} all of: {named}, and the budgets, since sites and spans cannot be divided. {REMEDY}",
        proven=unkept.proven,
    )


def _unit(name: str) -> str:
    kind = name.partition(":")[0]
    return f" {UNITS[kind]}" if kind in UNITS else ""

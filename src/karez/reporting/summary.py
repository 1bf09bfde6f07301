"""``summary.json``: the plan for other programs."""

from __future__ import annotations

from pathlib import Path

from karez.model.plan import Plan
from karez.reporting.files import write_json


def write_summary(plan: Plan, path: Path) -> None:
    """Write ``plan.summary()`` as UTF-8 JSON in the order it is said.

    Raises
    ------
    ValueError
        If a figure is NaN or infinite: JSON has no word for it, and a summary must not be silent about it.
    """
    write_json(plan.summary(), path)

"""``risk/``: the draws, what came of them, and what is told of them, as CSV."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from karez.model.risk import Risk
from karez.reporting.files import write_csvs

TABLES = (
    *("factors", "draws", "outcomes", "bands", "by_year", "targets", "tornado", "sites", "areas", "quantities"),
    *("plans", "regret"),
)
"""Tables of a risk; each becomes a CSV file of that name. The last two are there if other plans were compared."""


def write_risk(risk: Risk | None, folder: Path) -> None:
    """Write every table of a risk into the new folder `folder`; nothing if there is none.

    Numbers are written so that they read back as the very same; an empty cell has no figure.
    """
    if risk is None:
        return
    write_csvs(risk_tables(risk), folder)


def risk_tables(risk: Risk) -> dict[str, pd.DataFrame]:
    """The tables of a risk by name."""
    tables = {name: getattr(risk, name) for name in TABLES[:-2]}
    if risk.regret is not None:
        tables |= {"plans": risk.regret.plans, "regret": risk.regret.matrix}
    return tables

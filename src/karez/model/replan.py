"""The rest of an agreement planned again: what stands, what money is left, what moved and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from karez.model.baseline import Approval


@dataclass(frozen=True)
class Replan:
    """What an auditor needs beside the new plan itself. All money nominal unless a column says real.

    Parameters
    ----------
    as_of : date
        Day that the ledger was read as of.
    approval : Approval
        Version of the baseline that is compared with.
    first_year : int
        First calendar year that is planned again; those before are closed.
    money : DataFrame
        One row a year of the agreement: ``year``, ``budget_nominal`` (as signed), ``paid_nominal``, ``paid_real``,
        ``reserved_nominal`` (built and not yet paid), ``upkeep_nominal`` (of what stands, where the budget pays it),
        ``left_nominal`` (money of the new plan; it adds up to what is left), ``baseline_nominal`` (what the baseline
        still had to build), ``replanned_nominal`` (what the new plan builds).
    bridge : DataFrame
        From the baseline's money to the new plan's: ``what``, ``amount_nominal``; the rows between the first and the
        last add up to their difference.
    changes : DataFrame
        One row for every element whose year, technology or money changed: ``kind``, ``id``, ``name``, ``area``,
        ``project``, ``from_year``, ``to_year`` (Int64, empty: not built), ``from_technology``, ``to_technology``,
        ``from_nominal``, ``to_nominal``, ``change_nominal``, ``reason``. Sites first, the largest changes first.
    differences : DataFrame
        Where what was built is not as planned: ``kind``, ``id``, ``name``, ``what``, ``planned``, ``built`` (texts).
    kept : DataFrame
        Elements that stand, whole or in part, as a baseline has them, with ``built_share``.
    parts : DataFrame
        Their planned money by project, as a baseline has it; ``element`` is the row of `kept`.
    about : dict
        What the next baseline says of the agreement as a whole, see :class:`karez.model.baseline.Baseline`.
    """

    as_of: date
    approval: Approval
    first_year: int
    money: pd.DataFrame
    bridge: pd.DataFrame
    changes: pd.DataFrame
    differences: pd.DataFrame
    kept: pd.DataFrame
    parts: pd.DataFrame
    about: dict[str, Any]

    def summary(self) -> dict[str, Any]:
        """What ``summary.json`` says of it."""
        sites = self.changes[self.changes["kind"] == "site"]
        return {
            "as_of": self.as_of.isoformat(),
            "baseline": self.approval.version,
            "baseline_run": self.approval.run_key,
            "first_year": self.first_year,
            "money": _plain(self.money),
            "bridge": _plain(self.bridge),
            "sites_later": int((sites["to_year"] > sites["from_year"]).fillna(False).sum()),
            "sites_earlier": int((sites["to_year"] < sites["from_year"]).fillna(False).sum()),
            "sites_dropped": int((sites["to_year"].isna() & sites["from_year"].notna()).sum()),
            "sites_new": int((sites["to_year"].notna() & sites["from_year"].isna()).sum()),
            "changes": len(self.changes),
            "differences": len(self.differences),
        }


def _plain(table: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(name): value for name, value in row.items()} for row in table.to_dict("records")]

"""The approved plan that deliveries are measured against."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd


@dataclass(frozen=True)
class Baseline:
    """What was approved: every element with its quantity, year and money of the day, in whole cents.

    Parameters
    ----------
    elements : DataFrame
        One row a span, site or source connection that is built, sorted by ``id``: ``id``, ``kind`` (span, site,
        source), ``name``, ``area``, ``year`` (calendar), ``quantity_milli`` (int64, thousandths of ``unit``), ``unit``
        (m or site), ``households`` (float64, not served before), ``weight`` (float64, not served before), ``project``
        (of a site), ``standard`` (bool), ``technology``, ``start_node``, ``end_node`` (of a span), ``geometry`` (WKB,
        WGS 84).
    parts : DataFrame
        Money of an element by project: ``element`` (row number of `elements`), ``project``, ``planned_minor`` (int64,
        nominal). Rows of an element add up to its money.
    about : dict
        Plain data: ``name``, ``region``, ``currency``, ``first_year``, ``years``, ``budget_minor`` (by year, nominal),
        ``run_key``; ``projects``: ``id``, ``name``, ``weight``, ``served_before``; ``areas``: ``id``, ``name``,
        ``households``, ``served_before``; ``targets``: ``project``, ``year``, ``coverage``.
    """

    elements: pd.DataFrame
    parts: pd.DataFrame
    about: dict[str, Any]


@dataclass(frozen=True)
class Approval:
    """One version of the baseline and how it came to be.

    Parameters
    ----------
    version : int
        1 for the first.
    day : date
        Day of the approval.
    recorder, document : str
        Who records it, and what proves it.
    run_key : str
        Key of the run that was approved.
    digest : str
        SHA-256 of all that was approved, in hexadecimal; the milestone of the approval holds it too.
    """

    version: int
    day: date
    recorder: str
    document: str
    run_key: str
    digest: str

"""Sums of the ledger as columns of whole numbers: one pass over its postings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection

from karez.model.event import KIND_NUMBER
from karez.tracking.blocks import postings, words
from karez.tracking.grouping import Longs, coded, runs

KEYS = ("kind", "element", "month", "project", "area", "contract", "party", "currency", "unit")


@dataclass(frozen=True)
class Sums:
    """What was posted until a day, summed by everything that is told apart; rows sorted by kind, element and month.

    Parameters
    ----------
    columns : dict of int64[groups]
        ``kind``, and as numbers of words ``element``, ``project``, ``area``, ``contract``, ``party``, ``currency``,
        ``unit``; ``month`` (12 × year + month − 1), ``quantity`` (thousandths), ``amount`` (hundredths), ``day`` (the
        last, as an ordinal).
    words : object[words]
        Text of every number.
    number : dict[str, int]
        Number of every text.
    """

    columns: dict[str, Longs]
    words: npt.NDArray[np.object_]
    number: dict[str, int]

    def of(self, *kinds: str) -> dict[str, Longs]:
        """Rows of these kinds of event; kinds have consecutive numbers, so that nothing is copied."""
        kind = self.columns["kind"]
        wanted = [KIND_NUMBER[one] for one in kinds]
        rows = slice(*np.searchsorted(kind, (min(wanted), max(wanted) + 1)))
        return {name: column[rows] for name, column in self.columns.items()}


def read_sums(connection: Connection, as_of: date) -> Sums:
    """Sum the postings until a day, included."""
    posted = postings(connection)
    counts = posted["day"] <= as_of.toordinal()
    order, first = runs(coded([posted[name] for name in KEYS])[counts])
    rows = np.flatnonzero(counts)[order]
    columns = {name: posted[name][rows[first]].astype(np.int64) for name in KEYS}
    for name, source, fold in (
        ("quantity", "quantity_milli", np.add), ("amount", "amount_minor", np.add), ("day", "day", np.maximum),
    ):  # fmt: skip
        values = posted[source][rows]
        columns[name] = fold.reduceat(values, first, dtype=np.int64) if first.size else np.empty(0, dtype=np.int64)
    texts = words(connection)
    return Sums(columns, np.array(texts, dtype=object), {text: number for number, text in enumerate(texts)})

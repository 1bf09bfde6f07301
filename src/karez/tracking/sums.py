"""Sums of the ledger as columns of whole numbers: one pass of the database over its postings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection

from karez.model.event import KIND_NUMBER
from karez.tracking.store import read_words

Longs = npt.NDArray[np.int64]
NAMES = (
    "kind", "element", "project", "area", "contract", "party", "currency", "unit", "month", "quantity", "amount", "day",
)  # fmt: skip


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
        """Rows of these kinds of event."""
        rows = np.isin(self.columns["kind"], [KIND_NUMBER[kind] for kind in kinds])
        return {name: column[rows] for name, column in self.columns.items()}


def read_sums(connection: Connection, as_of: date) -> Sums:
    """Sum the postings until a day, included."""
    keys = "kind, element, project, area, contract, party, currency, unit, month"
    query = (
        f"SELECT {keys}, SUM(quantity_milli), SUM(amount_minor), MAX(day) FROM posting "
        f"WHERE day <= {as_of.toordinal()} GROUP BY {keys}"
    )
    rows = connection.exec_driver_sql(query).cursor.fetchall()  # the driver's own rows: a million in a second
    table = np.array([tuple(map(int, row)) for row in rows] if not _is_sqlite(connection) else rows, dtype=np.int64)
    table = table.reshape(len(rows), len(NAMES))
    columns = {name: table[:, place] for place, name in enumerate(NAMES)}
    order = np.lexsort((columns["month"], columns["element"], columns["kind"]))
    number = read_words(connection)
    words = np.empty(len(number), dtype=object)
    for text, place in number.items():
        words[place] = text
    return Sums({name: column[order] for name, column in columns.items()}, words, number)


def _is_sqlite(connection: Connection) -> bool:
    """PostgreSQL sums whole numbers to decimals."""
    return connection.dialect.name == "sqlite"

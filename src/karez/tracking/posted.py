"""What was posted until a day, as columns of whole numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection

from karez.model.event import KIND_NUMBER
from karez.tracking.blocks import postings, words
from karez.tracking.grouping import Longs, Whole


@dataclass(frozen=True)
class Postings:
    """Postings of a ledger until a day, in the order of the chain.

    Parameters
    ----------
    columns : mapping of int[postings]
        As ``schema.POSTING`` names them, without `seq`: ``kind``; as numbers of words ``element``, ``project``,
        ``area``, ``contract``, ``party``, ``currency``, ``unit``; ``month`` (12 × year + month − 1), ``day`` (an
        ordinal), ``quantity_milli``, ``amount_minor``. Later days are in them too.
    until : int
        Last day that counts.
    words : object[words]
        Text of every number.
    number : dict[str, int]
        Number of every text.
    """

    columns: Mapping[str, Whole]
    until: int
    words: npt.NDArray[np.object_]
    number: dict[str, int]

    def of(self, kinds: Sequence[str], names: Sequence[str]) -> dict[str, Longs]:
        """Columns `names` of the postings of these kinds of event that count."""
        counts = self.columns["day"] <= self.until
        rows = np.flatnonzero(counts & np.isin(self.columns["kind"], [KIND_NUMBER[kind] for kind in kinds]))
        return {name: self.columns[name][rows].astype(np.int64) for name in names}


def read_postings(connection: Connection, as_of: date) -> Postings:
    """Read the postings until a day, included."""
    texts = words(connection)
    number = {text: place for place, text in enumerate(texts)}
    return Postings(postings(connection), as_of.toordinal(), np.array(texts, dtype=object), number)

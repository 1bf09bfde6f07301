"""A table of events as a file holds it: every cell text, in pieces, so that a million rows need little memory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

Piece = list[list[str]]
"""Rows of cells, each as long as the header."""


@dataclass(frozen=True)
class Sheet:
    """A file of events.

    Parameters
    ----------
    file : str
        Its name, for faults.
    layer : str
        Sheet of a workbook; empty if it has none.
    header : tuple of str
        Column names, each once.
    pieces : iterator
        Pieces in order; can be walked once.
    first_row : int
        Number of the first row below the header, as the file's program shows it.
    """

    file: str
    layer: str
    header: tuple[str, ...]
    pieces: Iterator[Piece]
    first_row: int = 2

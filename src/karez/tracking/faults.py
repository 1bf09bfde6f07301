"""Faults of an import, every bad row listed: rows with the same fault stand together, as ranges."""

from __future__ import annotations

from collections.abc import Sequence

from karez.errors import DataFault, Fault


class RowFaults:
    """What is wrong with the rows of a file.

    Parameters
    ----------
    file, layer : str
        Where the rows stand.
    """

    def __init__(self, file: str, layer: str = "") -> None:
        self.file, self.layer = file, layer
        self._rows: dict[tuple[str, str, str], list[int]] = {}

    def add(self, row: int, column: str, problem: str, remedy: str) -> None:
        """Add a fault of a row; 0 for the whole file."""
        self._rows.setdefault((column, problem, remedy), []).append(row)

    def __bool__(self) -> bool:
        return bool(self._rows)

    @property
    def rows(self) -> set[int]:
        """Rows that have a fault."""
        return {row for rows in self._rows.values() for row in rows}

    def raise_any(self) -> None:
        """Raise all faults at once.

        Raises
        ------
        DataFault
            If there are any.
        """
        if self._rows:
            raise DataFault(
                Fault(self.file, self.layer, ranges(rows), column, problem, remedy)
                for (column, problem, remedy), rows in self._rows.items()
            )


def ranges(rows: Sequence[int]) -> str:
    """Row numbers in order, neighbours as a range; 0 is left out.

    >>> ranges([2, 5, 3, 9, 4, 0])
    '2–5, 9'
    """
    parts: list[list[int]] = []
    for row in sorted(set(rows) - {0}):
        if parts and parts[-1][1] == row - 1:
            parts[-1][1] = row
        else:
            parts.append([row, row])
    return ", ".join(str(first) if first == last else f"{first}–{last}" for first, last in parts)

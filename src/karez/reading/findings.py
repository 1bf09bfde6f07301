"""What reading found: faults that stop the work and notes on what was mended, gathered in one pass (rule 9)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches

import numpy as np
import numpy.typing as npt

from karez.errors import DataFault, Fault
from karez.model.note import Note

Mask = npt.NDArray[np.bool_]
SHOWN = 3
"""Rows, ids and values that are named before the rest is counted."""


@dataclass(frozen=True)
class Where:
    """A table of the input, and the number a person gives to its first row.

    Parameters
    ----------
    file : str
        Path inside the project folder.
    layer : str
        Layer inside the file, empty if it has none.
    first_row : int
        1 for layers, as attribute tables count; 2 for CSV, where a spreadsheet shows the header as row 1.
    ids : sequence of str
        Id of every row, which faults name beside the row; empty if there are none.
    """

    file: str
    layer: str = ""
    first_row: int = 1
    ids: Sequence[str] = field(default=(), compare=False, repr=False)


@dataclass
class Findings:
    """What one pass found, in the order it was found; :meth:`raise_faults` ends the pass.

    Parameters
    ----------
    faults : list[Fault]
        What is wrong.
    notes : list[Note]
        What was mended.
    hashes : dict[str, str]
        SHA-256 of every file read, by its path inside the folder.
    """

    faults: list[Fault] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    hashes: dict[str, str] = field(default_factory=dict)

    def fault(self, where: Where, problem: str, remedy: str, *, column: str = "", row: str = "") -> None:
        """Add one fault of a file, a layer or a setting."""
        self.faults.append(Fault(where.file, where.layer, row, column, problem, remedy))

    def rows(self, where: Where, bad: Mask, problem: str, remedy: str, *, column: str = "") -> None:
        """Add one fault for all rows where `bad` (bool[rows]) is true; none if there are none."""
        rows = np.flatnonzero(bad)
        if not rows.size:
            return
        if where.ids:
            problem = f"{problem} (id {listed([where.ids[row] for row in rows.tolist()])})"
        self.fault(where, problem, remedy, column=column, row=listed((rows + where.first_row).tolist()))

    def values(
        self, where: Where, values: npt.NDArray[np.object_], bad: Mask, problem: str, remedy: str, *, column: str
    ) -> None:
        """Add one fault for all rows where `bad`, naming the `values` that are wrong there after `problem`."""
        if bad.any():
            shown = listed(sorted({f"`{value}`" for value in values[bad]}))
            self.rows(where, bad, f"{problem}: {shown}", remedy, column=column)

    def unknown(
        self, where: Where, values: npt.NDArray[np.object_], bad: Mask, what: str, known: Iterable[str], *, column: str
    ) -> None:
        """Add one fault per distinct unknown value where `bad`, each with the nearest of the `known` ones."""
        names = sorted(known)
        distinct = sorted({str(value) for value in values[bad]})
        for value in distinct[: 3 * SHOWN]:
            remedy = f"Use a known one{suggestion(value, names)}"
            self.rows(where, bad & (values == value), f"`{value}` is not {what}", remedy, column=column)
        rest = bad & ~np.isin(values.astype(str), distinct[: 3 * SHOWN])
        self.values(where, values, rest, f"not {what}", f"Use one of {listed(names)}", column=column)

    def note(self, text: str, count: int = 0, ids: Iterable[str] = ()) -> None:
        """Add a note of the stage ``reading``."""
        self.notes.append(Note("reading", text, count, tuple(ids)))

    def raise_faults(self) -> None:
        """Raise all faults at once.

        Raises
        ------
        DataFault
            If there is any fault.
        """
        if self.faults:
            raise DataFault(self.faults)


def listed(items: Sequence[object]) -> str:
    """Name the first few items and count the rest.

    >>> listed([3, 9, 27, 30]), listed([3, 9, 27, 30, 31])
    ('3, 9, 27 and 30', '3, 9, 27 and 2 more')
    """
    texts = [str(item) for item in items]
    if len(texts) > SHOWN + 1:
        return f"{', '.join(texts[:SHOWN])} and {len(texts) - SHOWN} more"
    return " and ".join([", ".join(texts[:-1]), texts[-1]] if len(texts) > 1 else texts)


def nearest(name: str, known: Iterable[str]) -> str:
    """The known name that is most like `name`, whatever its case; empty if none is like it.

    >>> nearest("Houshold", ["households", "villages"])
    'households'
    """
    by_lower = {other.lower(): other for other in sorted(known, reverse=True)}
    found = get_close_matches(name.lower(), sorted(by_lower), n=1, cutoff=0.6)
    return by_lower[found[0]] if found else ""


def suggestion(name: str, known: Sequence[str]) -> str:
    """The nearest known name as the end of a remedy, or the known names if none is near.

    >>> suggestion("pln", ["plain", "urban"])
    '; the nearest is `plain`'
    """
    near = nearest(name, known)
    if near:
        return f"; the nearest is `{near}`"
    return f"; there are {listed([f'`{other}`' for other in known])}" if known else ""

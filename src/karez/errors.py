"""The exception tree of karez.

::

    KarezError               anything karez refuses, with the exit code of the command line
    ├── DataFault            faults in the data: every one of them at once            exit 1
    ├── UsageFault           the command was called wrongly                           exit 2
    └── Infeasible           no plan meets the floors, shares and dates asked for     exit 3
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Fault:
    """One thing that is wrong with the input, and what to do about it.

    Parameters
    ----------
    file : str
        Name of the file inside the project folder.
    layer : str
        Layer inside the file, or the table of a settings file; empty if the file has none.
    row : str
        Row as a person counts it (``"12"``, ``"3, 9, 27 and 41 more"``); empty if the whole layer is meant.
    column : str
        Column or setting; empty if the whole row is meant.
    problem : str
        What is wrong, as a sentence without a full stop.
    remedy : str
        What to do next, as an imperative sentence without a full stop.
    """

    file: str
    layer: str = ""
    row: str = ""
    column: str = ""
    problem: str = ""
    remedy: str = ""

    def __str__(self) -> str:
        where = [self.file]
        where += [f"layer {self.layer}"] if self.layer else []
        where += [f"row {self.row}"] if self.row else []
        where += [self.column] if self.column else []
        return f"{', '.join(where)}: {self.problem}. {self.remedy}."


class KarezError(Exception):
    """Anything karez refuses; ``exit_code`` is what the command line returns."""

    exit_code = 1


class DataFault(KarezError):
    """The input has faults. ``faults`` holds all that one pass could find, sorted, without repeats."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults: tuple[Fault, ...] = tuple(sorted(set(faults)))
        count = len(self.faults)
        lines = "\n".join(f"  {fault}" for fault in self.faults)
        super().__init__(f"{count} fault{'s' if count != 1 else ''} in the input:\n{lines}")


class UsageFault(KarezError):
    """The command was called wrongly."""

    exit_code = 2


class Infeasible(KarezError):
    """No plan meets the required targets, shares and dates; the message names those that conflict.

    ``proven`` says whether that is certain: False where none was found within the effort allowed.
    """

    exit_code = 3

    def __init__(self, message: str, *, proven: bool = True) -> None:
        self.proven = proven
        super().__init__(message)

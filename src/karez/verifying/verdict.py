"""What came of proving a run again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

SHOWN = 10
"""Offending ids named in a sentence; `Check.ids` holds all of them."""


@dataclass(frozen=True)
class Finding:
    """One thing that does not hold.

    Parameters
    ----------
    problem : str
        What is wrong, as the end of a sentence about `id`; findings with the same problem are told together.
    id : str
        Id of the row, year, project or file it is about.
    """

    problem: str
    id: str


@dataclass(frozen=True)
class Check:
    """One property of a run and whether it holds.

    Parameters
    ----------
    name : str
        What is checked.
    passed : bool
        Whether it holds.
    detail : str
        What was proven, or what is wrong with the first offending ids.
    ids : tuple[str, ...]
        All offending ids, sorted, without repeats; empty if the check passed.
    """

    name: str
    passed: bool
    detail: str
    ids: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.name}: {self.detail}"


@dataclass(frozen=True)
class Verdict:
    """All checks of a run or certificate, in the order they were made.

    Parameters
    ----------
    checks : tuple[Check, ...]
        The checks.
    proven : str
        What their passing proves, as the end of a sentence; empty where the checks say all there is to say.
    """

    checks: tuple[Check, ...]
    proven: str = ""

    @property
    def passed(self) -> bool:
        """Whether every check holds."""
        return all(check.passed for check in self.checks)

    @property
    def failures(self) -> tuple[str, ...]:
        """A sentence for every check that does not hold, with the offending ids."""
        return tuple(str(check) for check in self.checks if not check.passed)


def conclude(name: str, proven: str, findings: Iterable[Finding]) -> Check:
    """Turn findings into a check.

    Parameters
    ----------
    name : str
        What is checked.
    proven : str
        What is said if nothing was found.
    findings : Iterable[Finding]
        What was found, in any order.

    Returns
    -------
    Check
        Passed exactly if there are no findings.

    >>> conclude("ids", "4 ids, each once", [Finding("occurs twice", "b"), Finding("occurs twice", "a")]).detail
    'occurs twice: a, b'
    """
    by_problem: dict[str, set[str]] = {}
    for finding in findings:
        by_problem.setdefault(finding.problem, set()).add(finding.id)
    if not by_problem:
        return Check(name, True, proven)
    detail = "; ".join(f"{problem}: {_named(ids)}" for problem, ids in by_problem.items())
    return Check(name, False, detail, tuple(sorted(set().union(*by_problem.values()))))


def _named(ids: set[str]) -> str:
    """The first few ids in words."""
    ordered = sorted(ids)
    more = len(ordered) - SHOWN
    return ", ".join(ordered[:SHOWN]) + (f" and {more} more" if more > 0 else "")

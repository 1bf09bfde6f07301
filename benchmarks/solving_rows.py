"""What the solver benchmarks share: one measured run of the solver, checked, as a row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

TOLERANCE = 1e-6
"""Files give decimals to the sixth place; values are compared within this, or this share of them if that is more."""


@dataclass(frozen=True)
class Run:
    """One run of the solver on one instance with one time limit.

    Parameters
    ----------
    instance, family, group : str
        Name, family by its publisher, and the set of the table it counts in.
    limit : float
        Seconds allowed for solving.
    seconds : float
        Seconds used for solving.
    value, bound : float
        Value of the tree and the bound below it, in the instance's unit.
    best : float | None
        Best known value; None where nobody knows one.
    peak_mb : float | None
        Peak memory of the process; None where it was not measured.
    """

    instance: str
    family: str
    group: str
    limit: float
    seconds: float
    value: float
    bound: float
    best: float | None = None
    peak_mb: float | None = None

    def __post_init__(self) -> None:
        low, high = (self.value, self.value) if self.best is None else (self.best, self.best)
        slack = TOLERANCE * max(1.0, abs(high) * 1e-3)
        if not (self.bound <= low + slack and high <= self.value + slack):
            raise RuntimeError(f"{self.instance}: {self.bound} ≤ {self.best} ≤ {self.value} does not hold")

    @property
    def gap(self) -> float:
        """Distance of value and bound over the value."""
        return 0.0 if self.value <= self.bound else (self.value - self.bound) / self.value

    @property
    def above(self) -> float | None:
        """Distance of value and best known value over the latter; never negative."""
        return None if self.best is None else max(0.0, self.value / self.best - 1.0)

    @property
    def found(self) -> bool:
        """Whether the best known value was found; where none is known, whether the value was proven best."""
        if self.best is None:
            return self.proven
        return self.value <= self.best + TOLERANCE * max(1.0, abs(self.best) * 1e-3)

    @property
    def proven(self) -> bool:
        """Whether value and bound met."""
        return self.value <= self.bound

    @property
    def overshoot(self) -> float:
        """Seconds used beyond the limit."""
        return max(0.0, self.seconds - self.limit)

    def row(self) -> dict[str, object]:
        """The run as a row of the table."""
        below = None if self.best is None else max(0.0, 1.0 - self.bound / self.best)
        return {
            "instance": self.instance,
            "set": self.group,
            "family": self.family,
            "limit (s)": self.limit,
            "value over best known (%)": "" if self.above is None else 100 * self.above,
            "bound below best known (%)": "" if below is None else 100 * below,
            "gap (%)": 100 * self.gap,
            "seconds": self.seconds,
            "over the limit (s)": self.overshoot,
            "found best": "yes" if self.found else "no",
            "proven": "yes" if self.proven else "no",
            "peak memory (MB)": "" if self.peak_mb is None else round(self.peak_mb),
        }


@dataclass(frozen=True)
class Outcome:
    """What the summary needs of a row of the table; gaps and shares as fractions, None where there is none."""

    instance: str
    group: str
    limit: float
    seconds: float
    gap: float | None
    above: float | None
    found: bool
    proven: bool
    peak_mb: float | None
    measured: str = ""

    @classmethod
    def of(cls, row: Mapping[str, object]) -> Outcome:
        """The outcome of a row, as made by :meth:`Run.row` or read from the table."""
        return cls(
            instance=str(row["instance"]),
            group=str(row["set"]),
            limit=float(str(row["limit (s)"])),
            seconds=float(str(row["seconds"])),
            gap=_share(row["gap (%)"]),
            above=_share(row["value over best known (%)"]),
            found=row["found best"] == "yes",
            proven=row["proven"] == "yes",
            peak_mb=None if row["peak memory (MB)"] == "" else float(str(row["peak memory (MB)"])),
            measured=str(row.get("measured", "")),
        )

    @property
    def overshoot(self) -> float:
        """Seconds used beyond the limit."""
        return max(0.0, self.seconds - self.limit)


def _share(cell: object) -> float | None:
    return None if cell == "" else float(str(cell)) / 100


def other_row(
    instance: str, group: str, limit: float, seconds: float, gap: float | None = None, proven: str = ""
) -> dict[str, object]:
    """A row of something else than a solved problem: of the frontier, whose gap is in points, or of compilation."""
    return {
        "instance": instance,
        "set": group,
        "family": "",
        "limit (s)": limit,
        "value over best known (%)": "",
        "bound below best known (%)": "",
        "gap (%)": "" if gap is None else gap,
        "seconds": seconds,
        "over the limit (s)": max(0.0, seconds - limit),
        "found best": "",
        "proven": proven,
        "peak memory (MB)": "",
    }

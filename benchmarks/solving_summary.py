"""What the solver is to reach, and how far it is: one line a set and time limit."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from benchmarks.registry import MEASURED, ROOT, as_markdown, replace_between
from benchmarks.solving_compile import CACHED, COLD
from benchmarks.solving_rows import Outcome

README = ROOT / "benchmarks" / "README.md"
SUMMARY = ROOT / "benchmarks" / "results" / "solving_summary.md"
MARKS = ("<!-- solving:begin -->", "<!-- solving:end -->")


LENIENCE = 0.1
"""Share of the limit by which mean seconds may exceed it; what takes longer has not met its target."""


@dataclass(frozen=True)
class Figures:
    """All runs of a set that count at one limit; each instance once."""

    group: str
    limit: float
    runs: tuple[Outcome, ...]

    @property
    def gaps(self) -> list[float]:
        """In per cent of the value, where there are any."""
        return [100 * run.gap for run in self.runs if run.gap is not None]

    @property
    def mean_gap(self) -> float:
        """In per cent of the value."""
        return statistics.fmean(self.gaps)

    @property
    def worst_gap(self) -> float:
        """In per cent of the value."""
        return max(self.gaps)

    @property
    def slowest(self) -> float:
        """In seconds."""
        return max(run.seconds for run in self.runs)

    @property
    def worst_above(self) -> float | None:
        """How far a value lies over the best known at most, in per cent; None where none is known."""
        known = [run.above for run in self.runs if run.above is not None]
        return 100 * max(known) if known else None

    @property
    def found(self) -> float:
        """Share of instances whose best known value was found."""
        return statistics.fmean(run.found for run in self.runs)

    @property
    def proven(self) -> float:
        """Share of instances whose value was proven best."""
        return statistics.fmean(run.proven for run in self.runs)

    @property
    def in_time(self) -> bool:
        """Whether the limit was kept, about."""
        return statistics.fmean(run.seconds for run in self.runs) <= (1 + LENIENCE) * self.limit

    @property
    def peak_mb(self) -> float:
        """Peak memory; 0 where it was not measured."""
        return max(run.peak_mb or 0.0 for run in self.runs)


@dataclass(frozen=True)
class Goal:
    """A figure to reach, in words and as a test."""

    text: str
    reached: Callable[[Figures], bool]


def _gap(most: float) -> Goal:
    return Goal(f"mean gap ≤ {most:.2f} %", lambda figures: figures.mean_gap <= most)


def _gap_in(most: float, gigabytes: float) -> Goal:
    return Goal(
        f"gap ≤ {most:.1f} %, memory < {gigabytes:.0f} GB",
        lambda figures: figures.mean_gap <= most and figures.peak_mb < 1000 * gigabytes,
    )


def _points(most: float) -> Goal:
    return Goal(f"each gap ≤ {most} points", lambda figures: figures.worst_gap <= most)


def _within(seconds: float) -> Goal:
    return Goal(f"≤ {seconds} s", lambda figures: figures.slowest <= seconds)


def _proven(share: float) -> Goal:
    return Goal(f"proven ≥ {100 * share:.0f} %", lambda figures: figures.proven >= share)


def _found(share: float) -> Goal:
    return Goal(f"found ≥ {100 * share:.0f} %", lambda figures: figures.found >= share)


ALL = Goal("all found and proven", lambda figures: figures.found == 1.0 and figures.proven == 1.0)
WITHIN_ONE = Goal(
    "each value within 1 % of the best known",
    lambda figures: figures.worst_above is not None and figures.worst_above <= 1.0,
)

MUST: dict[tuple[str, float], Goal] = {
    ("vienna-i", 1.0): _gap(0.10),
    ("vienna-i", 10.0): _gap(0.03),
    ("vienna-geo", 10.0): _gap(1.5),
    ("vienna-geo", 60.0): _gap(0.5),
    ("steinlib", 10.0): _found(0.9),
    ("pcstp-cologne-jmp-crr", 60.0): ALL,
    ("pcstp-hand-actmod", 60.0): WITHIN_ONE,
    ("roads-1e6", 10.0): _gap_in(0.4, 1),
    ("roads-1e7", 150.0): _gap_in(1.0, 4),
    ("prizes-1e6", 30.0): _gap(1.0),
    ("frontier", 20.0): _points(0.3),
    ("compilation", COLD): _within(COLD),
    ("compilation", CACHED): _within(CACHED),
}
"""What a release has to reach, by set and seconds."""

AIM: dict[tuple[str, float], Goal] = {
    ("vienna-i", 60.0): _proven(0.9),
    ("vienna-geo", 600.0): _proven(0.5),
    ("steinlib", 60.0): _proven(0.8),
    ("pcstp-hand-actmod", 60.0): _proven(1.0),
    ("pcstp-pucnu", 60.0): _proven(1.0),
    ("roads-1e6", 30.0): _gap(0.2),
    ("roads-1e7", 150.0): _gap(0.5),
    ("prizes-1e6", 30.0): _gap(0.4),
    ("frontier", 20.0): _points(0.1),
}
"""What it is to reach beyond that."""


def figures(runs: Iterable[Outcome]) -> list[Figures]:
    """Runs by set and limit; an instance proven within a shorter limit counts at the longer ones too.

    >>> early = Outcome("a", "s", 1.0, 0.5, 0.0, None, True, True, None)
    >>> late = [Outcome("b", "s", limit, limit, 0.2, None, False, False, None) for limit in (1.0, 10.0)]
    >>> [(part.limit, len(part.runs), part.proven) for part in figures([early, *late])]
    [(1.0, 2, 0.5), (10.0, 2, 0.5)]
    """
    made = list(runs)
    places = list(dict.fromkeys((run.group, run.limit) for run in made))
    groups = list(dict.fromkeys(group for group, _ in places))
    answer = []
    for group in groups:
        for limit in sorted(limit for name, limit in places if name == group):
            latest = {run.instance: run for run in made if run.group == group and _counts(run, limit)}
            answer.append(Figures(group, limit, tuple(latest.values())))
    return answer


def _counts(run: Outcome, limit: float) -> bool:
    return run.limit == limit or (run.limit < limit and run.proven)


def table(runs: Iterable[Outcome]) -> list[dict[str, object]]:
    """The summary's rows; the days and machines of the rows behind each are named by numbers."""
    made = list(runs)
    number = measurements(made)
    return [_row(part, number) for part in figures(made)]


def measurements(runs: Iterable[Outcome]) -> dict[str, str]:
    """How runs were measured, and the number of each way."""
    return {text: str(place) for place, text in enumerate(dict.fromkeys(run.measured for run in runs), 1)}


def _row(part: Figures, number: dict[str, str]) -> dict[str, object]:
    must, aim = MUST.get((part.group, part.limit)), AIM.get((part.group, part.limit))
    known = part.worst_above is not None
    return {
        "set": part.group,
        "limit (s)": part.limit,
        "instances": len(part.runs),
        "mean gap (%)": part.mean_gap if part.gaps else "",
        "worst gap (%)": part.worst_gap if part.gaps else "",
        "worst over best (%)": part.worst_above if known else "",
        "best found (%)": 100 * part.found if known else "",
        "proven (%)": 100 * part.proven if part.gaps else "",
        "mean seconds": statistics.fmean(run.seconds for run in part.runs),
        "most over the limit (s)": max(run.overshoot for run in part.runs),
        "memory (MB)": round(part.peak_mb) or "",
        "must": must.text if must else "",
        "must met": _met(must, part),
        "aim": aim.text if aim else "",
        "aim met": _met(aim, part),
        MEASURED: ", ".join(sorted({number[run.measured] for run in part.runs}, key=int)),
    }


def _met(goal: Goal | None, part: Figures) -> str:
    if goal is None:
        return ""
    return "yes" if goal.reached(part) and part.in_time else "**no**"


def write_summary(runs: Iterable[Outcome]) -> None:
    """Write the summary to ``results/`` and between the marks of the README; what was measured when stands above."""
    made = list(runs)
    explained = "".join(f"- {mark}: {text}\n" for text, mark in measurements(made).items())
    text = f"Measured:\n\n{explained}\n{as_markdown(table(made))}"
    SUMMARY.parent.mkdir(exist_ok=True)
    SUMMARY.write_text(f"# The solver against its targets\n\n{text}", encoding="utf-8")
    replace_between(README, MARKS, text)

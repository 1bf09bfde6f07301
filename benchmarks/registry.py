"""Which benchmarks there are, on which machine they run, and how their tables are written.

A benchmark is a module of this package with a docstring, whose first line is the title, and a function
``run() -> list[dict[str, object]]``: one row per thing measured, in columns with their unit in the name. Being there is
all the registering it needs. If it has sets to choose from, its ``run`` takes :class:`Options`.
"""

from __future__ import annotations

import os
import pkgutil
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import version
from inspect import signature
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).parents[1]
RESULTS = Path(__file__).with_name("results")
NOT_BENCHMARKS = {
    "programmes",
    "registry",
    "__main__",
    "roads",
    "solving_compile",
    "solving_known",
    "solving_large",
    "solving_rows",
    "solving_summary",
}

Row = Mapping[str, object]


@dataclass(frozen=True)
class Options:
    """What of a benchmark to run.

    Parameters
    ----------
    sets : tuple of str
        How the names of the sets begin; empty for all.
    seconds : tuple of float
        Time limits instead of the sets' own; empty for these.
    long : bool
        Whether limits of many minutes are run too.
    """

    sets: tuple[str, ...] = ()
    seconds: tuple[float, ...] = ()
    long: bool = False

    @property
    def part(self) -> bool:
        """Whether this is less than the whole, or other than the protocol."""
        return bool(self.sets or self.seconds)

    def words(self) -> list[str]:
        """The command line's words for it.

        >>> Options(("a", "b"), (1.0,), long=True).words()
        ['--set a', '--set b', '--seconds 1', '--long']
        """
        return [
            *(f"--set {name}" for name in self.sets),
            *(f"--seconds {seconds:g}" for seconds in self.seconds),
            *(["--long"] if self.long else []),
        ]

    def choose(self, names: Sequence[str]) -> list[str]:
        """Those of the names that are meant.

        Raises
        ------
        LookupError
            A set begins like none of them.

        >>> Options(sets=("b",)).choose(["a", "b-1", "b-2"])
        ['b-1', 'b-2']
        """
        strange = [begin for begin in self.sets if not any(name.startswith(begin) for name in names)]
        if strange:
            raise LookupError(f"No set {', '.join(strange)}. There are: {', '.join(names)}.")
        return [name for name in names if not self.sets or name.startswith(self.sets)]

    def limits(self, own: Sequence[float]) -> tuple[float, ...]:
        """The time limits to run, ascending."""
        return self.seconds or tuple(own)


@dataclass(frozen=True)
class Benchmark:
    """A name, what it measures, the function that does, and whether it has sets to choose from.

    `key` names the columns by which a part measured finds the rows that it replaces; `after` is told all rows once
    they are written.
    """

    name: str
    about: str
    run: Callable[[Options], list[dict[str, object]]]
    has_sets: bool
    key: tuple[str, ...] = ()
    after: Callable[[Sequence[Row]], None] | None = None


def benchmarks() -> dict[str, Benchmark]:
    """Every benchmark of the package by name."""
    names = sorted(module.name for module in pkgutil.iter_modules([str(Path(__file__).parent)]))
    modules = {name: import_module(f"benchmarks.{name}") for name in names if name not in NOT_BENCHMARKS}
    return {name: _benchmark(name, module) for name, module in modules.items() if hasattr(module, "run")}


def _benchmark(name: str, module: ModuleType) -> Benchmark:
    """A benchmark whose ``run`` may or may not take options."""
    run = module.run
    has_sets = bool(signature(run).parameters)
    about = (module.__doc__ or name).strip()
    key, after = getattr(module, "KEY", ()), getattr(module, "after", None)
    return Benchmark(name, about, run if has_sets else lambda _: run(), has_sets, key, after)


def today() -> str:
    """The day, as tables name it."""
    return time.strftime("%Y-%m-%d")


def machine() -> str:
    """The machine and the versions that shape a time, in a line."""
    parts = [_processor(), f"{os.cpu_count()} cores", f"{_memory_gb():.0f} GB", platform.platform(terse=True)]
    parts += [f"Python {platform.python_version()}"]
    parts += [f"{name} {version(name)}" for name in ("karez", "numba", "numpy", "highspy")]
    return ", ".join(parts)


def _processor() -> str:
    information = Path("/proc/cpuinfo")
    if information.exists():
        for line in information.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _memory_gb() -> float:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    except (ValueError, OSError):
        return float("nan")


@dataclass(frozen=True)
class Measured:
    """What one run of a command took."""

    seconds: float
    peak_mb: float
    output: str


def measure(command: Sequence[str], **environment: str) -> Measured:
    """Run a command to its end, alone, and say how long it took and how much memory it had at its peak.

    It may keep what Python compiles, as it may where it is used: else each start would compile everything again.

    Raises
    ------
    RuntimeError
        The command failed; the message ends with its output.
    """
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    with tempfile.TemporaryFile("w+", encoding="utf-8") as output, tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report"
        subprocess.run(
            [sys.executable, "-S", "-c", LAUNCHER, str(report), *command],
            cwd=ROOT,
            env={**kept, **environment},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            check=True,
        )
        seconds, most, code = (float(word) for word in report.read_text(encoding="ascii").split())
        output.seek(0)
        said = output.read()
    if code:
        raise RuntimeError(f"{' '.join(command)} ended with exit code {code:.0f}:\n{said[-2000:]}")
    per_mb = 1e6 if platform.system() == "Darwin" else 1e3
    return Measured(seconds, most / per_mb, said)


LAUNCHER = """
import os, sys, time
began = time.perf_counter()
process = os.posix_spawnp(sys.argv[2], sys.argv[2:], os.environ)
_, status, usage = os.wait4(process, 0)
seconds = time.perf_counter() - began
with open(sys.argv[1], "w") as report:
    report.write(f"{seconds} {usage.ru_maxrss} {os.waitstatus_to_exitcode(status)}")
"""
"""A small process between: what starts a command counts into its peak, and a benchmark is no small process."""


def as_markdown(rows: Sequence[Row]) -> str:
    """Rows as a Markdown table; columns are the keys of the first row."""
    if not rows:
        return ""
    columns = list(rows[0])
    lines = ["| " + " | ".join(columns) + " |", "|" + "---|" * len(columns)]
    lines += ["| " + " | ".join(_cell(row.get(column, "")) for column in columns) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def _cell(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def replace_between(path: Path, marks: tuple[str, str], text: str) -> None:
    """Write a text between two marks of a file, in place of what is there.

    Raises
    ------
    ValueError
        The file lacks the marks, in this order.
    """
    before, begin, rest = path.read_text(encoding="utf-8").partition(marks[0])
    _, end, after = rest.partition(marks[1])
    if not (begin and end):
        raise ValueError(f"{path.name} lacks the marks {marks[0]} and {marks[1]}")
    path.write_text(f"{before}{begin}\n{text.strip()}\n{end}{after}", encoding="utf-8")


MEASURED = "measured"
"""Column that says by a number when and where a row was measured; the numbers are explained below the heading."""


def measurement(command: str) -> str:
    """How, when and where something was measured, in a line."""
    load = f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "unknown"
    return f"`{command}`, {today()}, {machine()}; load of the machine at the end {load}"


def read_table(path: Path) -> tuple[list[dict[str, str]], dict[str, str]]:
    """Rows of a table written by :func:`write`, as text, and what the numbers in their last column stand for."""
    if not path.exists():
        return [], {}
    lines = path.read_text(encoding="utf-8").splitlines()
    marks = dict(line[2:].split(": ", 1) for line in lines if line.startswith("- ") and line[2:3].isdigit())
    heads = [place for place, line in enumerate(lines) if line.startswith("|---")]
    if not heads or not marks:
        return [], {}
    cells = [_cells(line) for line in lines[heads[-1] - 1 :] if line.startswith("|")]
    return [dict(zip(cells[0], row, strict=True)) for row in cells[2:]], marks


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip().strip("|").split("|")]


def write(benchmark: Benchmark, rows: Sequence[Row], command: str, *, part: bool = False) -> Path:
    """Write the table to ``results/`` with the command, the day and the machine; a part replaces its own rows alone."""
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{benchmark.name}.md"
    merged, marks = merge(*(read_table(path) if part else ([], {})), rows, benchmark.key, measurement(command))
    explained = "".join(f"- {mark}: {text}\n" for mark, text in marks.items())
    path.write_text(f"# {benchmark.about}\n\nMeasured:\n\n{explained}\n{as_markdown(merged)}", encoding="utf-8")
    if benchmark.after is not None:
        benchmark.after([{**row, MEASURED: marks[str(row[MEASURED])]} for row in merged])
    return path


def merge(
    old: Sequence[Row], marks: Mapping[str, str], new: Sequence[Row], key: Sequence[str], how: str
) -> tuple[list[Row], dict[str, str]]:
    """Old rows with new ones in place of those with the same key, and how each was measured, numbered anew.

    >>> merge([{"a": "1", "b": "2", "measured": "1"}], {"1": "then"}, [{"a": 3, "b": 4}], ["a"], "now")[1]
    {'1': 'then', '2': 'now'}
    >>> merge([{"a": "1", "b": "2", "measured": "1"}], {"1": "then"}, [{"a": 1, "b": 4}], ["a"], "now")
    ([{'a': 1, 'b': 4, 'measured': '1'}], {'1': 'now'})
    """

    def name(row: Row) -> tuple[str, ...]:
        return tuple(_cell(row.get(column, "")) for column in key)

    fresh = {name(row): {**row, MEASURED: how} for row in new} if key else {}
    kept = [fresh.pop(name(row), {**row, MEASURED: marks[str(row[MEASURED])]}) for row in old]
    kept += list(fresh.values()) if key else [{**row, MEASURED: how} for row in new]
    texts = list(dict.fromkeys(str(row[MEASURED]) for row in kept))
    number = {text: str(place) for place, text in enumerate(texts, 1)}
    numbered = [{**row, MEASURED: number[str(row[MEASURED])]} for row in kept]
    return numbered, {mark: text for text, mark in number.items()}

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
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import version
from inspect import signature
from pathlib import Path

ROOT = Path(__file__).parents[1]
RESULTS = Path(__file__).with_name("results")
NOT_BENCHMARKS = {
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
    """A name, what it measures, the function that does, and whether it has sets to choose from."""

    name: str
    about: str
    run: Callable[[Options], list[dict[str, object]]]
    has_sets: bool


def benchmarks() -> dict[str, Benchmark]:
    """Every benchmark of the package by name."""
    names = sorted(module.name for module in pkgutil.iter_modules([str(Path(__file__).parent)]))
    modules = {name: import_module(f"benchmarks.{name}") for name in names if name not in NOT_BENCHMARKS}
    return {
        name: _benchmark(name, (module.__doc__ or name).strip(), module.run)
        for name, module in modules.items()
        if hasattr(module, "run")
    }


def _benchmark(name: str, about: str, run: Callable[..., list[dict[str, object]]]) -> Benchmark:
    """A benchmark whose ``run`` may or may not take options."""
    has_sets = bool(signature(run).parameters)
    return Benchmark(name, about, run if has_sets else lambda _: run(), has_sets)


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

    Raises
    ------
    RuntimeError
        The command failed; the message ends with its output.
    """
    with tempfile.TemporaryFile("w+", encoding="utf-8") as output:
        began = time.perf_counter()
        process = subprocess.Popen(
            command, cwd=ROOT, env={**os.environ, **environment}, stdin=subprocess.DEVNULL, stdout=output, stderr=output
        )
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        said = output.read()
    if process.returncode:
        raise RuntimeError(f"{' '.join(command)} ended with exit code {process.returncode}:\n{said[-2000:]}")
    per_mb = 1e6 if platform.system() == "Darwin" else 1e3
    return Measured(seconds, usage.ru_maxrss / per_mb, said)


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


def write(benchmark: Benchmark, rows: Sequence[Row]) -> Path:
    """Write the table to ``results/`` with the command, the day and the machine."""
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{benchmark.name}.md"
    head = f"# {benchmark.about}\n\n`python -m benchmarks {benchmark.name}`, {today()}, {machine()}\n"
    path.write_text(f"{head}\n{as_markdown(rows)}", encoding="utf-8")
    return path

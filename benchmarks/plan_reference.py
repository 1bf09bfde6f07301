"""The reference plan, end to end and by stage: time and peak memory of `karez plan examples/xinjiang`.

Cold: nothing compiled yet by numba. Cached: compiled by the run before. Each run is a process of its own.
"""

from __future__ import annotations

import sys
import tempfile
import tomllib
from pathlib import Path

from benchmarks.registry import ROOT, measure

KAREZ = str(Path(sys.executable).with_name("karez"))
EXAMPLE = str(ROOT / "examples" / "xinjiang")
REPEATS = 3
TO_REACH = {"plan, cold": "90 s", "plan, cached": "30 s, 1500 MB", "check": "3 s", "verify": ""}


def run() -> list[dict[str, object]]:
    """One row per command, then one per stage of the quickest cached plan."""
    with tempfile.TemporaryDirectory() as folder:
        cache = str(Path(folder) / "cache")
        rows = [_row("plan, cold", _plan(Path(folder) / "cold"), cache)]
        cached = [_row("plan, cached", _plan(Path(folder) / f"cached{n}"), cache) for n in range(REPEATS)]
        quickest = min(range(REPEATS), key=lambda n: float(str(cached[n]["seconds"])))
        rows += [cached[quickest]]
        rows += [_quickest("check", ["check", EXAMPLE], cache)]
        rows += [_quickest("verify", ["verify", str(Path(folder) / "cached0")], cache)]
        return rows + stages(Path(folder) / f"cached{quickest}")


def _plan(out: Path) -> list[str]:
    return ["plan", EXAMPLE, "--out", str(out)]


def timed(name: str, arguments: list[str], cache: str, to_reach: str = "") -> dict[str, object]:
    """A row on one command, compiled kernels lying in a folder of their own."""
    measured = measure([KAREZ, *arguments], NUMBA_CACHE_DIR=cache)
    return {
        "what": name,
        "seconds": round(measured.seconds, 2),
        "peak memory (MB)": round(measured.peak_mb),
        "to reach": to_reach,
    }


def _row(name: str, arguments: list[str], cache: str) -> dict[str, object]:
    return timed(name, arguments, cache, TO_REACH[name])


def _quickest(name: str, arguments: list[str], cache: str) -> dict[str, object]:
    return min((_row(name, arguments, cache) for _ in range(REPEATS)), key=lambda row: float(str(row["seconds"])))


def stages(run_folder: Path) -> list[dict[str, object]]:
    """Seconds by stage, as the run recorded them."""
    seconds = tomllib.loads((run_folder / "run.toml").read_text(encoding="utf-8"))["seconds"]
    return [
        {"what": f"stage {stage}", "seconds": round(float(spent), 2), "peak memory (MB)": "", "to reach": ""}
        for stage, spent in seconds.items()
    ]

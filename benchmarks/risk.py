"""Risk of the reference programme: time and peak memory of `karez risk examples/xinjiang`, by number of draws.

The whole command plans the programme first; drawing, following and weighing are the draws' own part of it. Compiled by
a run before that is not counted. Each run is a process of its own. Plans made anew use all processors.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

from benchmarks.registry import ROOT, measure

KAREZ = str(Path(sys.executable).with_name("karez"))
EXAMPLE = str(ROOT / "examples" / "xinjiang")
CASES = ((1_000, 0), (10_000, 0), (1_000, 4))
TO_REACH = {(1_000, 0): "120 s"}
OWN = ("drawing", "weighing")


def run() -> list[dict[str, object]]:
    """One row per number of draws and of plans made anew."""
    with tempfile.TemporaryDirectory() as folder:
        _seconds(Path(folder) / "warm", 10, 0)
        return [_row(Path(folder) / f"{draws}-{anew}", draws, anew) for draws, anew in CASES]


def _row(out: Path, draws: int, anew: int) -> dict[str, object]:
    whole, peak, stages = _seconds(out, draws, anew)
    return {
        "draws": draws,
        "plans made anew": anew,
        "draws' own part (s)": round(sum(stages[name] for name in OWN), 2),
        "planning anew (s)": round(stages.get("planning anew", 0.0), 1) if anew else "",
        "whole command (s)": round(whole, 1),
        "peak memory (MB)": round(peak),
        "to reach": TO_REACH.get((draws, anew), ""),
    }


def _seconds(out: Path, draws: int, anew: int) -> tuple[float, float, dict[str, float]]:
    arguments = ["risk", EXAMPLE, "--out", str(out), "--draws", str(draws), "--reoptimise", str(anew), "--json"]
    measured = measure([KAREZ, *arguments])
    found = json.loads(measured.output[measured.output.index("{") :])
    return measured.seconds, measured.peak_mb, found["seconds"]

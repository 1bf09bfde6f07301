"""The reference programme with rings, hops, satellites and what breaks them in one plan, end to end and by stage.

The project is the copy that `examples/xinjiang/make_whole.py` makes: the backbone in the plan, hops between masts at
all places as edges, a satellite service whose cells sell little. The plan's availability, second ways and single points
of failure are part of `plan`; `break` is the example's earthquake on the finished run. Cold: nothing compiled yet by
numba. Each run is a process of its own, from its start to its end.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

from benchmarks.plan_reference import REPEATS, stages, timed
from benchmarks.registry import ROOT, measure

MAKE = ROOT / "examples" / "xinjiang" / "make_whole.py"
HAZARD = ROOT / "examples" / "xinjiang" / "hazards" / "earthquake.geojson"


def run() -> list[dict[str, object]]:
    """One row per command, then what the plan holds, then one row per stage of the quickest plan."""
    with tempfile.TemporaryDirectory() as folder:
        at = Path(folder)
        project, cache = str(at / "project"), str(at / "cache")
        measure([sys.executable, str(MAKE), project])
        rows = [timed("plan, cold", ["plan", project, "--out", str(at / "cold")], cache)]
        plans = [timed("plan", ["plan", project, "--out", str(at / f"run{n}")], cache, "60 s") for n in range(REPEATS)]
        quickest = min(range(REPEATS), key=lambda n: float(str(plans[n]["seconds"])))
        finished = at / f"run{quickest}"
        rows += [plans[quickest]]
        rows += [timed("verify", ["verify", str(finished)], cache)]
        broken = ["break", str(finished), "--hazard", str(HAZARD), "--out"]
        rows += [min((timed("break", [*broken, str(at / f"break{n}")], cache) for n in range(2)), key=_seconds)]
        return rows + _holds(finished) + stages(finished)


def _seconds(row: dict[str, object]) -> float:
    return float(str(row["seconds"]))


def _holds(run_folder: Path) -> list[dict[str, object]]:
    """What is in the plan, and how near to their bounds network and plan are."""
    summary = json.loads((run_folder / "summary.json").read_text(encoding="utf-8"))
    radio, gaps = summary["radio"], {one["scope"]: one["gap"] for one in summary["certificates"]}
    said = (
        f"hops: {radio['candidate_hops']} candidates, {radio['hops']} designed, {radio['hops_assumed']} assumed",
        f"gaps: network {gaps['design']:.2%}, plan {gaps['plan']:.2%}",
    )
    return [{"what": words, "seconds": "", "peak memory (MB)": "", "to reach": ""} for words in said]

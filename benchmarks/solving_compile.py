"""How long the kernels take to compile into an empty cache, and to load from it: processes of their own."""

from __future__ import annotations

import json
import statistics
import sys
import tempfile

from benchmarks.registry import measure
from karez.kernels.cache_folder import SETTING

REPEATS = 3

COLD, CACHED = 30.0, 0.5
"""Seconds to be reached."""

WARM_UP = (
    "import json, time; from karez.solving import warm_up; began = time.perf_counter(); warm_up(); "
    "print(json.dumps(time.perf_counter() - began))"
)


def seconds() -> tuple[float, float]:
    """Seconds of `warm_up` with an empty cache, and the median of three with the cache that left."""
    with tempfile.TemporaryDirectory() as folder:
        cold, *cached = [_warm_up(folder) for _ in range(1 + REPEATS)]
    return cold, statistics.median(cached)


def _warm_up(folder: str) -> float:
    # Modules are compiled to bytecode, as an installation has them.
    output = measure([sys.executable, "-c", WARM_UP], **{SETTING: folder, "PYTHONDONTWRITEBYTECODE": ""}).output
    return float(json.loads(output.strip().splitlines()[-1]))

"""What the rules of the reference programme cost: `karez why examples/xinjiang` in one and in two processes.

Each is a process of its own, nothing else running, everything compiled before.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from benchmarks.registry import ROOT, measure


def run() -> list[dict[str, object]]:
    """One row for each number of processes."""
    rows: list[dict[str, object]] = []
    command = [str(Path(sys.executable).with_name("karez")), "why", str(ROOT / "examples" / "xinjiang"), "--json"]
    with tempfile.TemporaryDirectory() as folder:
        measure([*command, "--rule", "minimum_share:*", "--out", f"{folder}/warm"])
        for workers in (1, 2):
            done = measure([*command, "--out", f"{folder}/{workers}", "--workers", str(workers)])
            rows.append({"processes": workers, "seconds": done.seconds, "peak memory (MB)": done.peak_mb})
    return rows

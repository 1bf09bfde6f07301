"""The small project's summary as it stood when it was last looked at; see ``--update-golden``."""

import json
from pathlib import Path

import pytest

from flow_run import run_tiny

GOLDEN = Path(__file__).parent / "golden_tiny_summary.json"
VARYING = {"key", "seconds"}
"""The key hashes files that carry the time they were written."""


def settled(value):
    """A summary without what differs between equal runs."""
    if isinstance(value, dict):
        return {name: settled(inner) for name, inner in value.items() if name not in VARYING}
    return [settled(inner) for inner in value] if isinstance(value, list) else value


def close(one, other) -> bool:
    if isinstance(one, float | int) and not isinstance(one, bool):
        return one == pytest.approx(other, rel=1e-9, abs=1e-9)
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(close(one[name], other[name]) for name in one)
    if isinstance(one, list):
        return len(one) == len(other) and all(map(close, one, other))
    return one == other


def test_the_summary_is_the_one_last_looked_at(tmp_path, request):
    summary = settled(run_tiny(tmp_path).summary)
    if request.config.getoption("--update-golden"):
        GOLDEN.write_text(json.dumps(summary, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    golden = json.loads(GOLDEN.read_text(encoding="utf-8"))
    changed = [name for name in golden.keys() | summary.keys() if not close(golden.get(name), summary.get(name))]
    assert not changed, "look at the change; if it is right: pytest tests/flow/test_golden.py --update-golden"

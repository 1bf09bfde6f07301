"""A writer killed at any instant: what was acknowledged is there afterwards, and nothing is half there.

``KAREZ_KILLS=300 python -m pytest tests/tracking/test_crash.py`` kills three hundred times instead of a few.
"""

from __future__ import annotations

import os
import random
import signal
import time

import pytest

from karez.flow.track import Tracked, add, verify
from karez.tracking import store
from karez.tracking.schema import EVENT

KILLS = int(os.environ.get("KAREZ_KILLS", "12"))
pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are forked")


def _write_for_ever(at: Tracked, mark: str, acknowledged: int) -> None:
    """Record one event after the other, and say the id of each once it is acknowledged."""
    number = 0
    while True:
        name = f"{mark}-{number}"
        add(
            at, {"id": name, "kind": "milestone", "day": "2026-03-01", "name": name, "recorder": "x", "note": "n" * 900}
        )
        os.write(acknowledged, f"{name}\n".encode())
        number += 1


def _killed(at: Tracked, mark: str, after: float) -> list[str]:
    """Ids that a writer said were acknowledged before it was killed, so many seconds after its first."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.close(reader)
            _write_for_ever(at, mark, writer)
        finally:
            os._exit(1)
    os.close(writer)
    said = os.read(reader, 1)
    time.sleep(after)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    while piece := os.read(reader, 65536):
        said += piece
    os.close(reader)
    return said.decode().split("\n")[:-1]


@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
def test_a_killed_writer_loses_nothing_it_acknowledged(at):
    draw = random.Random(20)
    acknowledged = [name for kill in range(KILLS) for name in _killed(at, f"k{kill}", draw.expovariate(1 / 0.02))]
    ledger = store.open_ledger(at.url)
    with ledger.reading() as connection:
        kept = set(connection.execute(EVENT.select().with_only_columns(EVENT.c.id)).scalars())
    ledger.close()
    assert len(acknowledged) >= KILLS
    assert set(acknowledged) <= kept
    assert len(kept) <= 1 + len(acknowledged) + KILLS, "more than one event beyond the acknowledged of a writer"
    assert all(check.passed for check in verify(at))

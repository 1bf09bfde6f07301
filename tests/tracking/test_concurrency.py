"""Eight writers at once lose nothing and break no chain."""

from __future__ import annotations

import os

import pytest

from karez.flow.track import Tracked, add, take, verify
from karez.tracking import store
from karez.tracking.schema import EVENT

WRITERS, EACH = 8, 6
pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are forked")


def _write(at: Tracked, writer: int, folder) -> None:
    """Single events, and in between a file of them."""
    for number in range(EACH):
        name = f"w{writer}-{number}"
        add(at, {"id": name, "kind": "milestone", "day": "2026-03-01", "name": name, "recorder": f"office {writer}"})
    file = folder / f"{writer}.csv"
    rows = "".join(f"f{writer}-{n},milestone,2026-03-01,Step {n},x\n" for n in range(50))
    file.write_text("id,kind,day,name,recorder\n" + rows)
    take(at, file)


@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
def test_writers_at_once_lose_nothing(at, tmp_path):
    children = []
    for writer in range(WRITERS):
        child = os.fork()
        if child == 0:
            code = 1
            try:
                _write(at, writer, tmp_path)
                code = 0
            finally:
                os._exit(code)
        children.append(child)
    assert [os.waitpid(child, 0)[1] for child in children] == [0] * WRITERS
    wanted = {f"w{writer}-{number}" for writer in range(WRITERS) for number in range(EACH)}
    wanted |= {f"f{writer}-{number}" for writer in range(WRITERS) for number in range(50)}
    ledger = store.open_ledger(at.url)
    with ledger.reading() as connection:
        kept = list(connection.execute(EVENT.select().with_only_columns(EVENT.c.id)).scalars())
    ledger.close()
    assert sorted(kept) == sorted(wanted | {"baseline-1"})
    assert all(check.passed for check in verify(at))

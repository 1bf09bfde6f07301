"""The ledger proven again: every hash, every sum, every approved plan, every block, from the events alone."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import Connection, select

from karez.model.event import KIND_NUMBER, MILLI, Audited
from karez.tracking import blocks
from karez.tracking.approving import baseline_rows, fingerprint
from karez.tracking.chain import SAID, digest, link, opening
from karez.tracking.schema import BASELINE, BLOCK, EVENT, LEDGER, LINE, POSTING, WORD
from karez.tracking.store import Ledger, day_of

SHOWN = 5
AT_ONCE = 20_000
_Post = tuple[tuple[int, ...], int, int, int]
"""What is posted: kind, words and month; day, quantity and amount."""
CORRECTION, ACCEPTANCE = KIND_NUMBER["correction"], KIND_NUMBER["acceptance"]


def audit(ledger: Ledger, noted_head: str = "") -> tuple[Audited, ...]:
    """Prove a ledger again.

    Parameters
    ----------
    ledger : Ledger
        The ledger.
    noted_head : str
        A hash that was noted once, in hexadecimal: it must be in the chain. Only this finds events that were cut off
        the end together with the count.

    Raises
    ------
    DataFault
        The database cannot be read.
    """
    with ledger.reading() as connection:
        checks = [_pages(connection)] if ledger.is_sqlite else []
        if checks and not checks[0].passed:
            return tuple(checks)
        checks.append(_chain(connection))
        checks.append(_sums(connection))
        checks.append(_plans(connection))
        checks.append(_blocks(connection))
        checks.append(_lines(connection))
        if noted_head:
            checks.append(_noted(connection, noted_head))
    return tuple(checks)


def _pages(connection: Connection) -> Audited:
    """Whether the file is whole."""
    found = [str(row[0]) for row in connection.exec_driver_sql("PRAGMA integrity_check(5)")]
    return Audited("the file is whole", found == ["ok"], "" if found == ["ok"] else "; ".join(found))


def _events(connection: Connection) -> Iterator[Any]:
    query = select(EVENT).order_by(EVENT.c.seq).execution_options(yield_per=AT_ONCE)
    yield from connection.execute(query)


def _chain(connection: Connection) -> Audited:
    """Every digest and hash, no event missing, the end as the ledger has it."""
    row = connection.execute(select(LEDGER)).one()
    before, bad, seen = opening(row.programme, row.currency), [], 0
    bad += [] if bytes(row.opening) == before else ["the opening is not that of this programme"]
    for event in _events(connection):
        seen += 1
        if event.seq != seen:
            bad.append(f"event {seen} is missing")
            seen = event.seq
        said = digest([getattr(event, name) for name in SAID])
        if said != bytes(event.digest):
            bad.append(f"`{event.id}` (event {event.seq}) does not say what was recorded")
        if link(before, said, event.id, event.recorded_on) != bytes(event.hash):
            bad.append(f"the chain breaks at `{event.id}` (event {event.seq})")
        before = bytes(event.hash)
    if seen != row.events or before != bytes(row.head):
        bad.append(f"{row.events} events were recorded, and {seen} are there")
    return _audited("the chain of hashes", bad, f"{seen:,} events, {before.hex()}")


def _sums(connection: Connection) -> Audited:
    """Every posting is what its event or correction makes it."""
    after = {row.corrects: row for row in _corrections(connection)}
    number = {text: place for place, text in connection.execute(select(WORD.c.number, WORD.c.text))}
    expected: dict[str, _Post] = {}
    bad: list[str] = []
    posted = [column.label(f"posted_{column.name}") for column in POSTING.columns]
    query = select(EVENT, *posted).outerjoin(POSTING, POSTING.c.seq == EVENT.c.seq).order_by(EVENT.c.seq)
    at = len(EVENT.columns)
    count = 0
    for row in connection.execute(query.execution_options(yield_per=AT_ONCE)):
        count += 1
        if row.kind == CORRECTION:
            wanted = expected.pop(row.id, None)
        else:
            wanted = _post(row, number)
            if row.id in after:
                expected.update(_line(row.id, wanted, after))
        if wanted is None or (*wanted[0], row.seq, *wanted[1:]) != tuple(row[at:]):
            bad.append(f"the sums have another figure for `{row.id}` (event {row.seq})")
    return _audited("the sums", bad, f"{count:,} postings")


def _post(row: Any, number: Mapping[str, int]) -> _Post:
    """What an event adds to the sums by itself."""
    texts = (row.element, row.project, row.area, row.contract, row.party, row.currency, row.unit)
    month = 12 * int(row.day[:4]) + int(row.day[5:7]) - 1
    accepted = MILLI if row.kind == ACCEPTANCE and row.state == "accepted" else None
    keys = (row.kind, *(number.get(text, -1) for text in texts), month)
    return keys, day_of(row.day), accepted or row.quantity_milli or 0, row.amount_minor or 0


def _corrections(connection: Connection) -> list[Any]:
    columns = (EVENT.c.id, EVENT.c.corrects, EVENT.c.quantity_milli, EVENT.c.amount_minor)
    return list(connection.execute(select(*columns).where(EVENT.c.kind == CORRECTION)))


def _line(name: str, root: _Post, after: Mapping[str, Any]) -> Iterator[tuple[str, _Post]]:
    """What each correction of a line posts: the state it makes less the state before."""
    keys, day, *figures = root
    states = [(0, 0), (figures[0], figures[1])]
    step = after.get(name)
    while step is not None:
        if step.quantity_milli is None and step.amount_minor is None:
            states.append(states[-2])
        else:
            last = states[-1] if states[-1] != (0, 0) else states[1]
            states.append(
                (
                    last[0] if step.quantity_milli is None else step.quantity_milli,
                    last[1] if step.amount_minor is None else step.amount_minor,
                )
            )
        yield step.id, (keys, day, states[-1][0] - states[-2][0], states[-1][1] - states[-2][1])
        step = after.get(step.id)


def _plans(connection: Connection) -> Audited:
    """Every approved plan is the one whose digest stands in its milestone."""
    bad = []
    versions = connection.execute(select(BASELINE.c.version, BASELINE.c.digest).order_by(BASELINE.c.version)).all()
    for version, kept in versions:
        note = connection.execute(select(EVENT.c.note).where(EVENT.c.id == f"baseline-{version}")).scalar()
        said = re.search(r"SHA-256 ([0-9a-f]{64})", note or "")
        found = fingerprint(baseline_rows(connection, version)).hex()
        if bytes(kept).hex() != found or said is None or said.group(1) != found:
            bad.append(f"version {version} of the baseline is not what was approved")
    return _audited("the approved plans", bad, f"{len(versions)} versions")


def _blocks(connection: Connection) -> Audited:
    """Every block repeats its rows, and those of a kind follow each other without a gap."""
    query = select(BLOCK.c.of, BLOCK.c.first, BLOCK.c.last, BLOCK.c.content).order_by(BLOCK.c.of, BLOCK.c.first)
    bad, count, ends = [], 0, {"posting": 0, "word": -1}
    for of, first, last, content in connection.execute(query):
        count += 1
        follows = of not in ends or first == ends[of] + 1
        ends.update({of: last} if of in ends else {})
        if not follows or not _repeats(connection, of, first, last, bytes(content)):
            bad.append(f"the block `{of}` of rows {first} to {last} is not what the rows say")
    return _audited("the blocks", bad, f"{count:,} blocks")


def _repeats(connection: Connection, of: str, first: int, last: int, content: bytes) -> bool:
    """Whether a block says what its rows say."""
    try:
        block = blocks.unpack(content).to_pandas()
    except blocks.DamagedBlock:
        return False
    if of == "posting":
        rows = pd.DataFrame(blocks.posted_after(connection, first - 1, last), columns=list(blocks.POSTED))
    elif of == "word":
        texts = select(WORD.c.text).where(WORD.c.number.between(first, last)).order_by(WORD.c.number)
        rows = pd.DataFrame({"text": list(connection.execute(texts).scalars())}, dtype=object)
    else:
        plan = baseline_rows(connection, first)
        rows = {"element": plan.elements, "part": plan.parts}[of]
    return list(block) == list(rows) and all(
        np.array_equal(block[name].to_numpy(dtype=object), rows[name].to_numpy(dtype=object)) for name in rows
    )


def _lines(connection: Connection) -> Audited:
    """Every line as built is the one its event names."""
    bad, count = [], 0
    query = select(LINE.c.id, LINE.c.geometry, EVENT.c.extra).outerjoin(EVENT, EVENT.c.id == LINE.c.id)
    for name, geometry, extra in connection.execute(query):
        count += 1
        if hashlib.sha256(bytes(geometry)).hexdigest() not in (extra or ""):
            bad.append(f"the line of `{name}` is not the one that was recorded")
    return _audited("the lines as built", bad, f"{count:,} lines")


def _noted(connection: Connection, noted: str) -> Audited:
    """A hash that was noted once is still in the chain."""
    try:
        wanted = bytes.fromhex(noted)
    except ValueError:
        return Audited("the noted hash", False, f"`{noted}` is no hash")
    found = connection.execute(select(EVENT.c.seq).where(EVENT.c.hash == wanted)).scalar()
    opened = connection.execute(select(LEDGER.c.opening)).scalar_one() == wanted
    if found is None and not opened:
        return Audited("the noted hash", False, "it is not in the chain: what was recorded then is gone or was changed")
    return Audited("the noted hash", True, f"event {found or 0}")


def _audited(name: str, bad: list[str], good: str) -> Audited:
    """The first few things that do not hold, and how many more there are."""
    if not bad:
        return Audited(name, True, good)
    more = f" and {len(bad) - SHOWN} more" if len(bad) > SHOWN else ""
    return Audited(name, False, "; ".join(bad[:SHOWN]) + more)

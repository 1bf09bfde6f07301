"""Postings, words and approved plans once more, column by column: what a status reads at a stroke.

A block is written in the transaction of the rows it repeats, once there are enough of them, and never changed; rows
that are in no block yet are read as rows. ``karez track verify`` compares every block with its rows. Its content is a
table in the Arrow IPC stream format, compressed, so that it can be read without karez.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from sqlalchemy import Connection, func, insert, select

from karez.tracking.grouping import Longs, Whole
from karez.tracking.schema import BLOCK, LEDGER, POSTING, WORD

ENOUGH = 10_000
"""Rows that are in no block yet and make one: so many are read as rows at most."""
LARGEST = 100_000
"""Rows of a block at most."""
POSTED = tuple(column.name for column in POSTING.columns)
_WIDTHS = (np.int8, np.int16, np.int32)


class DamagedBlock(ValueError):
    """A block that cannot be read, or does not hold the rows it should."""


def pack(columns: Mapping[str, Any]) -> bytes:
    """Columns as compressed bytes; whole numbers as narrow as they are."""
    table = pa.table({name: _narrow(values) for name, values in columns.items()})
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema, options=pa.ipc.IpcWriteOptions(compression="zstd")) as stream:
        stream.write_table(table)
    return bytes(sink.getvalue())


def unpack(content: bytes) -> pa.Table:
    """What :func:`pack` made bytes of; DamagedBlock if it is not."""
    try:
        return pa.ipc.open_stream(pa.py_buffer(content)).read_all()
    except (pa.ArrowInvalid, OSError) as error:
        raise DamagedBlock(f"a block of rows cannot be read: {error}") from error


def _narrow(values: Any) -> Any:
    if not isinstance(values, np.ndarray) or values.dtype != np.int64:
        return values
    low, high = (values.min(), values.max()) if values.size else (0, 0)
    fits = [width for width in _WIDTHS if np.iinfo(width).min <= low and high <= np.iinfo(width).max]
    return values.astype(fits[0]) if fits else values


def write(connection: Connection, of: str, first: int, last: int, columns: Mapping[str, Any]) -> None:
    """Keep a block of the rows `first` to `last`, both included."""
    connection.execute(insert(BLOCK).values(of=of, first=first, last=last, content=pack(columns)))


def sealed(connection: Connection, of: str) -> int:
    """Number of the last row that is in a block; −1 if there is none."""
    found = connection.execute(select(func.max(BLOCK.c.last)).where(BLOCK.c.of == of)).scalar()
    return -1 if found is None else int(found)


def read(connection: Connection, of: str, first: int | None = None) -> list[pa.Table]:
    """Blocks in order; with `first` the one that begins there, if it is there."""
    query = select(BLOCK.c.content).where(BLOCK.c.of == of).order_by(BLOCK.c.first)
    if first is not None:
        query = query.where(BLOCK.c.first == first)
    return [unpack(bytes(content)) for (content,) in connection.execute(query)]


def postings(connection: Connection) -> dict[str, Whole]:
    """Columns of all postings but `seq`, in the order of the chain; numbers as narrow as they are."""
    blocks = read(connection, "posting")
    rest = posted_after(connection, sealed(connection, "posting"))
    count, events = sum(map(len, blocks)) + len(rest), connection.execute(select(LEDGER.c.events)).scalar_one()
    if count != events:
        raise DamagedBlock(f"{events} events were recorded, and the blocks and rows of sums hold {count}")
    return {
        name: np.concatenate([*(block[name].to_numpy() for block in blocks), _narrow(rest[:, place])])
        for place, name in enumerate(POSTED)
        if name != "seq"
    }


def posted_after(connection: Connection, seq: int, last: int | None = None) -> Longs:
    """Rows of postings after an event and up to another one, in the order of the chain: int64[rows, columns]."""
    until = "" if last is None else f" AND seq <= {last}"
    query = f"SELECT {', '.join(POSTED)} FROM posting WHERE seq > {seq}{until} ORDER BY seq"
    rows = connection.exec_driver_sql(query).cursor.fetchall()  # the driver's own rows, several times as fast
    return np.array(rows, dtype=np.int64).reshape(len(rows), len(POSTED))


def words(connection: Connection) -> list[str]:
    """Texts that postings name, in the order of their numbers."""
    found = [text for block in read(connection, "word") for text in block["text"].to_pylist()]
    query = select(WORD.c.text).where(WORD.c.number >= len(found)).order_by(WORD.c.number)
    return [*found, *(str(text) for (text,) in connection.execute(query))]


class Sealer:
    """Makes blocks of what a transaction writes, together with what was in no block before it."""

    def __init__(self, connection: Connection, count: int) -> None:
        self._connection, self._before, self._rows = connection, count, list[Longs]()
        self._words_sealed = sealed(connection, "word") + 1
        self._sealed: int | None = None

    def posted(self, rows: Sequence[Sequence[int]]) -> None:
        """Note postings that were written, the first after the last."""
        self._rows.append(np.array(rows, dtype=np.int64).reshape(len(rows), len(POSTED)))
        if sum(map(len, self._rows)) >= LARGEST:
            self._seal()

    def finish(self, count: int, texts: Iterable[str]) -> None:
        """Make the blocks that there are rows enough for; `count` events and all words are in the ledger now."""
        if count - self._last() >= ENOUGH:
            self._seal()
        fresh = list(texts)[self._words_sealed :]
        if len(fresh) >= ENOUGH:
            write(self._connection, "word", self._words_sealed, self._words_sealed + len(fresh) - 1, {"text": fresh})

    def _last(self) -> int:
        if self._sealed is None:
            self._sealed = max(sealed(self._connection, "posting"), 0)
        return self._sealed

    def _seal(self) -> None:
        """All that is in no block yet."""
        start = self._last()
        for low in range(start, self._before, LARGEST):
            self._write(posted_after(self._connection, low, min(low + LARGEST, self._before)))
        if self._rows:
            self._write(np.concatenate(self._rows))
        self._rows, self._before = [], self._last()

    def _write(self, rows: Longs) -> None:
        first, last = int(rows[0, POSTED.index("seq")]), int(rows[-1, POSTED.index("seq")])
        write(self._connection, "posting", first, last, {name: rows[:, at] for at, name in enumerate(POSTED)})
        self._sealed = last

"""Tables of the ledger, the same in SQLite and PostgreSQL; :mod:`karez.tracking.migrations` makes them.

``event`` is what people recorded, word for word, in a chain of hashes. ``posting`` is what an event adds to sums, in
whole numbers: a correction adds the negative of what it annuls. ``block`` repeats rows column by column, to be read
quickly. None is ever changed or deleted; triggers refuse it.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
)

METADATA = MetaData()
REVISION = "0002"
"""Newest migration; a ledger of an older one is brought up to it when it is opened."""

BIG = BigInteger().with_variant(Integer, "sqlite")

LEDGER = Table(
    "ledger",
    METADATA,
    Column("one", Integer, primary_key=True, autoincrement=False),
    Column("programme", Text, nullable=False),
    Column("currency", Text, nullable=False),
    Column("opening", LargeBinary, nullable=False),
    Column("events", BIG, nullable=False),
    Column("head", LargeBinary, nullable=False),
)
"""One row: what the ledger is of, and the end of its chain. Writers lock it, so that they queue."""

EVENT = Table(
    "event",
    METADATA,
    Column("seq", BIG, primary_key=True, autoincrement=False),
    Column("id", Text, nullable=False, unique=True),
    Column("kind", SmallInteger, nullable=False),
    Column("day", Text, nullable=False),
    Column("element", Text, nullable=False),
    Column("project", Text, nullable=False),
    Column("area", Text, nullable=False),
    Column("contract", Text, nullable=False),
    Column("party", Text, nullable=False),
    Column("counterparty", Text, nullable=False),
    Column("amount_minor", BIG),
    Column("currency", Text, nullable=False),
    Column("quantity_milli", BIG),
    Column("unit", Text, nullable=False),
    Column("due", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("document", Text, nullable=False),
    Column("recorder", Text, nullable=False),
    Column("corrects", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("extra", Text, nullable=False),
    Column("recorded_on", Text, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Column("hash", LargeBinary, nullable=False),
)
Index("event_corrects", EVENT.c.corrects, sqlite_where=EVENT.c.corrects != "", postgresql_where=EVENT.c.corrects != "")
Index("event_contract", EVENT.c.contract, sqlite_where=EVENT.c.kind == 1, postgresql_where=EVENT.c.kind == 1)

POSTING = Table(
    "posting",
    METADATA,
    Column("kind", SmallInteger, primary_key=True, autoincrement=False),
    Column("element", Integer, primary_key=True, autoincrement=False),
    Column("project", Integer, primary_key=True, autoincrement=False),
    Column("area", Integer, primary_key=True, autoincrement=False),
    Column("contract", Integer, primary_key=True, autoincrement=False),
    Column("party", Integer, primary_key=True, autoincrement=False),
    Column("currency", Integer, primary_key=True, autoincrement=False),
    Column("unit", Integer, primary_key=True, autoincrement=False),
    Column("month", Integer, primary_key=True, autoincrement=False),
    Column("seq", BIG, primary_key=True, autoincrement=False),
    Column("day", Integer, nullable=False),
    Column("quantity_milli", BIG, nullable=False),
    Column("amount_minor", BIG, nullable=False),
    sqlite_with_rowid=False,
)
"""Sorted as sums are asked for, so that a status reads it once from end to end."""

Index("posting_seq", POSTING.c.seq)

WORD = Table(
    "word",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("text", Text, nullable=False, unique=True),
)
"""Ids and names as numbers, for postings; 0 is the empty text."""

BASELINE = Table(
    "baseline",
    METADATA,
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("day", Text, nullable=False),
    Column("recorder", Text, nullable=False),
    Column("document", Text, nullable=False),
    Column("about", Text, nullable=False),
    Column("digest", LargeBinary, nullable=False),
)

ELEMENT = Table(
    "element",
    METADATA,
    Column("version", Integer, ForeignKey("baseline.version"), primary_key=True, autoincrement=False),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("area", Text, nullable=False),
    Column("year", Integer, nullable=False),
    Column("quantity_milli", BIG, nullable=False),
    Column("unit", Text, nullable=False),
    Column("households", Float, nullable=False),
    Column("weight", Float, nullable=False),
    Column("project", Text, nullable=False),
    Column("standard", SmallInteger, nullable=False),
    Column("technology", Text, nullable=False),
    Column("start_node", Text, nullable=False),
    Column("end_node", Text, nullable=False),
    Column("geometry", LargeBinary, nullable=False),
)
"""Elements of a baseline, `number` counted from 0 in the order of `id`."""

PART = Table(
    "part",
    METADATA,
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("element", Integer, primary_key=True, autoincrement=False),
    Column("project", Text, primary_key=True),
    Column("planned_minor", BIG, nullable=False),
)

LINE = Table(
    "line",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("digest", LargeBinary, nullable=False),
    Column("length_m", Float, nullable=False),
    Column("deviation_mean_m", Float, nullable=False),
    Column("deviation_greatest_m", Float, nullable=False),
    Column("geometry", LargeBinary, nullable=False),
)
"""Lines as built, WKB in WGS 84; `id` is that of the event that brought it."""

BLOCK = Table(
    "block",
    METADATA,
    Column("of", Text, primary_key=True),
    Column("first", BIG, primary_key=True, autoincrement=False),
    Column("last", BIG, nullable=False),
    Column("content", LargeBinary, nullable=False),
)
"""Rows `first` to `last` of a kind once more, see :mod:`karez.tracking.blocks`: ``posting`` by `seq`, ``word`` by
`number`, ``element`` and ``part`` of one `version`."""

MAPPING = Table(
    "mapping",
    METADATA,
    Column("signature", Text, primary_key=True),
    Column("content", Text, nullable=False),
)
"""Column mappings of imported sheets, by the SHA-256 of their header."""

KEPT = ("event", "posting", "baseline", "element", "part", "line", "block")
"""Tables whose rows are never changed."""

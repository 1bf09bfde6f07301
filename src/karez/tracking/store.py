"""Where the ledger lies: SQLite in the project folder, or PostgreSQL at a URL.

A writer opens one transaction, takes the ledger's lock, appends, and commits: what is acknowledged is on disk, and what
is not is not there. SQLite runs with a write-ahead log and full synchronisation; PostgreSQL as it is set up, which by
default is as strict.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Any

from sqlalchemy import (
    ARRAY,
    Column,
    ColumnElement,
    Connection,
    Engine,
    Table,
    any_,
    create_engine,
    event,
    func,
    insert,
    literal,
    select,
    text,
    update,
)
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from karez.errors import DataFault, Fault, UsageFault
from karez.model.event import Head
from karez.tracking.blocks import DamagedBlock, Sealer, words
from karez.tracking.chain import opening
from karez.tracking.schema import EVENT, LEDGER, MAPPING, POSTING, REVISION, WORD

FILE = "ledger.sqlite"
WAIT_SECONDS = 120
"""How long a writer waits for others before it gives up."""


class Ledger:
    """An open ledger; make one with :func:`create` or :func:`open_ledger`.

    Parameters
    ----------
    engine : Engine
        Connections to it.
    name : str
        What faults call it: the file's name, or the URL without a password.
    """

    def __init__(self, engine: Engine, name: str) -> None:
        self.engine, self.name = engine, name

    @property
    def is_sqlite(self) -> bool:
        """Whether it is a file."""
        return self.engine.dialect.name == "sqlite"

    def close(self) -> None:
        """Let go of all connections."""
        self.engine.dispose()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection that sees one state of the ledger.

        Raises
        ------
        DataFault
            The ledger cannot be reached, or is damaged.
        """
        with self._clear(), self._connected(isolation_level="REPEATABLE READ") as connection, connection.begin():
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Writer]:
        """A transaction that holds the ledger's lock and is kept whole or not at all.

        Raises
        ------
        DataFault
            The ledger cannot be reached, is damaged, or went away in the middle: nothing was kept then.
        """
        with self._clear(), self._connected(karez_writes=True) as connection, connection.begin():
            yield Writer(connection)

    @contextmanager
    def _connected(self, **options: Any) -> Iterator[Connection]:
        """A connection; isolation is PostgreSQL's matter, SQLite has one kind."""
        if self.is_sqlite:
            options.pop("isolation_level", None)
        with self.engine.connect() as connection:
            yield connection.execution_options(**options)

    @contextmanager
    def _clear(self) -> Iterator[None]:
        """What the database says, in words that say what to do."""
        try:
            yield
        except (SQLAlchemyError, sqlite3.Error, DamagedBlock) as error:
            raise DataFault([self._fault(error)]) from error

    def _fault(self, error: Exception) -> Fault:
        said = str(getattr(error, "orig", None) or error).strip().partition("\n")[0]
        if self.is_sqlite or isinstance(error, DamagedBlock):
            problem = f"the ledger is damaged or cannot be used ({said}); nothing was written"
            remedy = "Restore it from a copy, or free the disk and the file's lock; then run karez track verify"
            return Fault(self.name, problem=problem, remedy=remedy)
        lost = isinstance(error, DBAPIError) and error.connection_invalidated
        problem = f"the database {'went away' if lost else 'refused'} ({said}); nothing was written"
        return Fault(self.name, problem=problem, remedy="See that PostgreSQL runs and lets you in, then do it again")


class _Words(dict[str, int]):
    """Number of every text; one that is asked for the first time gets the next, and is written with the next rows."""

    def __init__(self, fresh: list[tuple[int, str]]) -> None:
        super().__init__()
        self._fresh = fresh

    def __missing__(self, text: str) -> int:
        number = self[text] = len(self)
        self._fresh.append((number, text))
        return number


class Writer:
    """The one who holds the ledger's lock.

    `count` and `head`, the end of the chain, and `words`, the numbers of texts, grow with what is written.
    """

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        row = connection.execute(select(LEDGER).with_for_update()).one()
        self.count, self.head = int(row.events), bytes(row.head)
        self.currency = str(row.currency)
        self._new_words: list[tuple[int, str]] = []
        self.words = _Words(self._new_words)
        self.words.update((text, number) for number, text in enumerate(words(connection)))
        self._sealer = Sealer(connection, self.count)

    def add(self, table: Table, rows: Sequence[Sequence[Any]]) -> None:
        """Write rows, with a value for every column in order."""
        bulk(self.connection, WORD, self._new_words)
        self._new_words.clear()
        bulk(self.connection, table, rows)
        if table is POSTING:
            self._sealer.posted(rows)

    def finish(self) -> Head:
        """Write the end of the chain; the transaction's last step."""
        self._sealer.finish(self.count, self.words)
        self.connection.execute(update(LEDGER).values(events=self.count, head=self.head))
        return Head(self.count, self.head.hex())


def bulk(connection: Connection, table: Table, rows: Sequence[Sequence[Any]]) -> None:
    """Write many rows the quickest way the database knows."""
    if not rows:
        return
    names = ", ".join(f'"{column.name}"' for column in table.columns)
    if connection.dialect.name == "sqlite":
        marks = ", ".join("?" for _ in table.columns)
        connection.exec_driver_sql(f"INSERT INTO {table.name} ({names}) VALUES ({marks})", [tuple(row) for row in rows])
        return
    driver: Any = connection.connection.driver_connection
    with driver.cursor() as cursor, cursor.copy(f"COPY {table.name} ({names}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def where(folder: Path, url: str) -> URL:
    """URL of a project's ledger: what is given, else the file in the folder.

    Raises
    ------
    UsageFault
        The URL is none, or of another kind of database.
    """
    if not url:
        return URL.create("sqlite", database=str(folder / FILE))
    try:
        made = make_url(url)
    except ArgumentError:
        raise UsageFault(f"`{url}` is not the URL of a database. Write postgresql://user@host/name.") from None
    if made.get_backend_name() == "postgresql":
        return made.set(drivername="postgresql+psycopg")
    if made.get_backend_name() == "sqlite":
        return made
    raise UsageFault(f"A ledger lies in SQLite or PostgreSQL, not in {made.get_backend_name()}.")


def create(url: URL, programme: str, currency: str) -> Ledger:
    """Make an empty ledger.

    Raises
    ------
    UsageFault
        There is one already.
    DataFault
        The database cannot be reached or written.
    """
    ledger = _connect(url)
    with ledger._clear(), ledger._connected(karez_writes=True) as connection, connection.begin():
        if not ledger.is_sqlite and not connection.execute(text("SELECT pg_try_advisory_xact_lock(7212)")).scalar():
            raise UsageFault(f"Somebody else makes the ledger at {ledger.name} just now.")
        if _revision(connection):
            raise UsageFault(f"There is a ledger already: {ledger.name}. What is in it is never written over.")
        _migrate(connection)
        start = opening(programme, currency)
        row = {"one": 1, "programme": programme, "currency": currency, "opening": start, "events": 0, "head": start}
        connection.execute(insert(LEDGER).values(**row))
        connection.execute(insert(WORD).values(number=0, text=""))
    return ledger


def open_ledger(url: URL) -> Ledger:
    """Open a ledger; one of an older form is brought up to date.

    Raises
    ------
    UsageFault
        There is none.
    DataFault
        It cannot be reached, is damaged, or is of a newer form.
    """
    missing = UsageFault(f"There is no ledger at {_shown(url)}. Make one: karez track init DIR --run RUN")
    if url.get_backend_name() == "sqlite" and not Path(str(url.database)).is_file():
        raise missing
    ledger = _connect(url)
    with ledger._clear(), ledger._connected(karez_writes=True) as connection, connection.begin():
        revision = _revision(connection)
        if revision is None:
            raise missing
        if revision > REVISION:
            remedy = "Use the version of karez that wrote it, or a newer one"
            raise DataFault([Fault(ledger.name, problem=f"the ledger is of a newer form ({revision})", remedy=remedy)])
        if revision < REVISION:
            _migrate(connection)
    return ledger


def exists(url: URL) -> bool:
    """Whether there is a ledger.

    Raises
    ------
    DataFault
        The database cannot be reached.
    """
    if url.get_backend_name() == "sqlite":
        return Path(str(url.database)).is_file()
    with _connect(url).reading() as connection:
        return _revision(connection) is not None


def end_of_chain(connection: Connection) -> Head:
    """Number of events and the last hash."""
    row = connection.execute(select(LEDGER.c.events, LEDGER.c.head)).one()
    return Head(int(row.events), bytes(row.head).hex())


def remembered(connection: Connection, signature: str) -> dict[str, Any]:
    """The mapping of sheets with that header; empty if none was kept."""
    found = connection.execute(select(MAPPING.c.content).where(MAPPING.c.signature == signature)).scalar()
    return dict(json.loads(found)) if found else {}


def remember(connection: Connection, signature: str, content: dict[str, Any]) -> None:
    """Keep the mapping of sheets with that header."""
    connection.execute(MAPPING.delete().where(MAPPING.c.signature == signature))
    connection.execute(insert(MAPPING).values(signature=signature, content=json.dumps(content, ensure_ascii=False)))


def known(connection: Connection, ids: Sequence[str]) -> dict[str, bytes]:
    """Digests of those events that are in the ledger, by id."""
    found: dict[str, bytes] = {}
    for part in _parts(connection, ids):
        rows = connection.execute(select(EVENT.c.id, EVENT.c.digest).where(_among(connection, EVENT.c.id, part)))
        found.update((str(row.id), bytes(row.digest)) for row in rows)
    return found


def _parts(connection: Connection, values: Sequence[Any]) -> Iterator[list[Any]]:
    """As many values at once as the database takes."""
    most = 800 if connection.dialect.name == "sqlite" else 20_000
    for start in range(0, len(values), most):
        yield list(values[start : start + most])


def _among(connection: Connection, column: Column[Any], values: list[Any]) -> ColumnElement[bool]:
    """Whether a column holds one of the values; PostgreSQL takes them as one array."""
    if connection.dialect.name == "sqlite":
        return column.in_(values)
    return column == any_(literal(values, ARRAY(column.type)))


def day_of(iso: str) -> int:
    """Day number of an ISO day.

    >>> day_of("2026-01-01")
    739617
    """
    return date.fromisoformat(iso).toordinal()


def sums_of(connection: Connection, numbers: Iterable[int], kind: int) -> dict[int, int]:
    """Thousandths in force by element, of one kind."""
    sums: dict[int, int] = {}
    for part in _parts(connection, list(numbers)):
        rows = connection.execute(
            select(POSTING.c.element, func.sum(POSTING.c.quantity_milli))
            .where(POSTING.c.kind == kind, _among(connection, POSTING.c.element, part))
            .group_by(POSTING.c.element)
        )
        sums.update((int(element), int(total)) for element, total in rows)
    return sums


def _connect(url: URL) -> Ledger:
    if url.get_backend_name() == "sqlite":
        engine = create_engine(url, connect_args={"timeout": WAIT_SECONDS}, poolclass=NullPool)
        event.listen(engine, "connect", _set_up_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    else:
        try:
            engine = create_engine(url, poolclass=NullPool)
            event.listen(engine, "begin", _begin_postgresql)
        except ModuleNotFoundError:
            raise UsageFault("PostgreSQL needs psycopg. Install it: pip install 'karez[postgresql]'") from None
    return Ledger(engine, _shown(url))


def _set_up_sqlite(connection: Any, _: Any) -> None:
    """Full synchronisation, a write-ahead log, no transaction but ours."""
    connection.isolation_level = None
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON", "cache_size = -120000"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    """A writer takes the file's lock at once, so that two never find each other half way."""
    connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.get_execution_options().get("karez_writes") else "BEGIN")


def _begin_postgresql(connection: Connection) -> None:
    """Everything is looked up by an index: a plan made while tables are small, which has none, is kept as they grow."""
    connection.exec_driver_sql("SET LOCAL enable_seqscan = off")


def _shown(url: URL) -> str:
    """A URL without its password; a file by its path."""
    if url.get_backend_name() == "sqlite":
        return str(url.database)
    return url.set(drivername="postgresql").render_as_string(hide_password=True)


def _revision(connection: Connection) -> str | None:
    """The migration the ledger stands at; None if there is no ledger."""
    if not connection.dialect.has_table(connection, "alembic_version"):
        return None
    found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return str(found) if found else None


def _migrate(connection: Connection) -> None:
    """Run the migrations that are missing, in the open transaction."""
    from alembic import command  # noqa: PLC0415  a third of a second that only new and old ledgers need
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(files("karez.tracking") / "migrations"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")

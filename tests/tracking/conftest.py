"""A ledger in SQLite and in PostgreSQL: the same tests run on both."""

from __future__ import annotations

import itertools
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from flow_run import run_tiny
from karez.flow.approve import init
from karez.flow.track import Tracked, tracked

TODAY = date(2028, 12, 31)
SERVER = "KAREZ_TEST_POSTGRESQL"
_numbers = itertools.count()


@dataclass(frozen=True)
class Made:
    """A planned project: its folder and its run."""

    project: Path
    run: Path


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """The small project, planned once."""
    folder = tmp_path_factory.mktemp("tracked")
    run = run_tiny(folder)
    return Made(run.project, run.planned.folder)


class Server:
    """A PostgreSQL server whose databases are all dropped in the end."""

    def __init__(self, url: str) -> None:
        self.url, self.names = url, []

    def database(self, template: str = "template1") -> str:
        """URL of a new database."""
        name = f"karez_{os.getpid()}_{next(_numbers)}"
        self._do(f"CREATE DATABASE {name} TEMPLATE {template}")
        self.names.append(name)
        base, _, options = self.url.partition("?")
        return f"{base.rsplit('/', 1)[0]}/{name}?{options}"

    def drop_all(self) -> None:
        if "karez-pg." in self.url:
            return  # scripts/postgresql.sh stop takes the whole server away, which is much quicker
        for name in self.names:
            self._do(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def _do(self, statement: str) -> None:
        import psycopg

        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(statement)


@pytest.fixture(scope="session")
def server() -> Iterator[Server | None]:
    """The server that the environment names; None if it names none."""
    found = os.environ.get(SERVER)
    server = Server(found) if found else None
    yield server
    if server:
        server.drop_all()


@pytest.fixture
def database(server: Server | None) -> Callable[[], str]:
    """Makes an empty database and names its URL."""
    if server is None:
        pytest.skip(f"no PostgreSQL: {SERVER} names none (see scripts/postgresql.sh)")
    return server.database


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where a new ledger may lie."""
    if request.param == "postgresql":
        return request.getfixturevalue("database")()
    return f"sqlite:///{tmp_path / 'ledger.sqlite'}"


def _started(made: Made, url: str) -> Tracked:
    at = tracked(made.project, ledger=url, today=TODAY)
    init(at, made.run, recorder="programme office", document="Decision 1", day=date(2026, 1, 15))
    return at


@pytest.fixture(scope="session")
def file_template(made: Made, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ledger whose baseline is the small plan, to be copied."""
    path = tmp_path_factory.mktemp("ledger") / "ledger.sqlite"
    _started(made, f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def server_template(made: Made, server: Server | None) -> str:
    """The same in PostgreSQL; the name of its database."""
    if server is None:
        pytest.skip(f"no PostgreSQL: {SERVER} names none (see scripts/postgresql.sh)")
    _started(made, server.database())
    return server.names[-1]


@pytest.fixture
def file_at(made: Made, file_template: Path, tmp_path: Path) -> Tracked:
    """The small project with a ledger in SQLite whose baseline is its plan."""
    path = shutil.copy(file_template, tmp_path / "ledger.sqlite")
    return tracked(made.project, ledger=f"sqlite:///{path}", today=TODAY)


@pytest.fixture
def server_at(made: Made, server_template: str, server: Server) -> Tracked:
    """The same in PostgreSQL."""
    return tracked(made.project, ledger=server.database(server_template), today=TODAY)


@pytest.fixture(params=["sqlite", "postgresql"])
def at(request: pytest.FixtureRequest) -> Tracked:
    """The same in either."""
    return request.getfixturevalue("file_at" if request.param == "sqlite" else "server_at")

"""The agreement kept: a ledger beside the project, what goes into it, what it tells."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sqlalchemy.engine import URL

from karez.appraising.exchange import factors
from karez.errors import UsageFault
from karez.model.baseline import Baseline
from karez.model.delivery import Delivery
from karez.model.event import Audited, Recorded
from karez.model.programme import Programme
from karez.reading.events import read_events
from karez.reading.findings import Findings
from karez.reading.settings import read_settings
from karez.tracking import store
from karez.tracking.approving import know
from karez.tracking.audit import audit
from karez.tracking.entry import Known
from karez.tracking.faults import RowFaults
from karez.tracking.mapping import Columns, rows, settle, signature
from karez.tracking.recording import Rows, record, texts
from karez.tracking.status import Terms
from karez.tracking.status import status as measure


@dataclass(frozen=True)
class Tracked:
    """A project and the place of its ledger.

    Parameters
    ----------
    folder : Path
        Project folder.
    programme : Programme
        Its settings.
    url : URL
        Where the ledger lies.
    today : date
        Day that events are recorded on, and none may lie after.
    """

    folder: Path
    programme: Programme
    url: URL
    today: date


def tracked(folder: Path, *, ledger: str = "", today: date | None = None) -> Tracked:
    """Read the settings of a project and find its ledger.

    Parameters
    ----------
    folder : Path
        Project folder.
    ledger : str
        URL of the ledger; empty: as the settings say.
    today : date, optional
        Today, unless the system's calendar is to be taken.

    Raises
    ------
    DataFault
        With every fault of the settings.
    UsageFault
        There is no such folder, or the URL is none.
    """
    if not folder.is_dir():
        raise UsageFault(f"There is no folder {folder}. Name one that holds programme.toml, or start one: karez new.")
    findings = Findings()
    programme = read_settings(folder, findings).programme
    findings.raise_faults()
    assert programme is not None
    return Tracked(folder, programme, store.where(folder, ledger or programme.tracking.ledger), today or date.today())


def add(at: Tracked, fields: Mapping[str, str]) -> Recorded:
    """Record one event, given by its fields.

    Raises
    ------
    DataFault
        With everything that is wrong with it; nothing is recorded then.
    """
    with opened(at) as ledger, ledger.writing() as writer:
        return record(writer, [Rows(0, [texts(**fields)])], known_to(at, writer), RowFaults("the event"))


def take(
    at: Tracked,
    file: Path,
    *,
    fields: Mapping[str, str] | None = None,
    constants: Mapping[str, str] | None = None,
    sheet: str = "",
) -> Recorded:
    """Import a file of events in one transaction; what is in the ledger already is counted and left alone.

    Parameters
    ----------
    at : Tracked
        The project.
    file : Path
        CSV or XLSX.
    fields : mapping
        Column of a field, where headings do not say it; remembered for files with the same header.
    constants : mapping
        What a field holds in rows that leave it empty; remembered too.
    sheet : str
        Sheet of a workbook.

    Raises
    ------
    DataFault
        With every bad row; nothing is kept then.
    """
    table = read_events(file, sheet)
    given, faults = Columns(dict(fields or {}), dict(constants or {})), RowFaults(table.file, table.layer)
    with opened(at) as ledger, ledger.writing() as writer:
        mark = signature(table.header)
        columns, beside = settle(table.header, given, store.remembered(writer.connection, mark), faults)
        faults.raise_any()
        if given:
            store.remember(writer.connection, mark, columns.kept())
        notes = [f"kept beside, as no field: {', '.join(beside)}"] if beside else []
        return record(writer, rows(table, columns, beside), known_to(at, writer), faults, notes)


def status(at: Tracked, *, as_of: date | None = None, seed: int = 0) -> Delivery:
    """Measure what was delivered until a day (today) against the approved plan.

    Raises
    ------
    UsageFault
        There is no ledger, or no plan was approved.
    DataFault
        The ledger cannot be read.
    """
    settings = at.programme.tracking
    terms = Terms(factors(at.programme), settings.at_risk_index, settings.budget_signed, seed)
    with opened(at) as ledger:
        return measure(ledger, as_of or at.today, terms)


def verify(at: Tracked, *, head: str = "") -> tuple[Audited, ...]:
    """Prove the ledger again: hashes, sums, approved plans, lines; `head` is a hash that was noted once.

    Raises
    ------
    UsageFault
        There is no ledger.
    DataFault
        It cannot be read.
    """
    with opened(at) as ledger:
        return audit(ledger, head)


@contextmanager
def opened(at: Tracked) -> Iterator[store.Ledger]:
    """The ledger of a project, open; UsageFault if there is none."""
    ledger = store.open_ledger(at.url)
    try:
        yield ledger
    finally:
        ledger.close()


def known_to(at: Tracked, writer: store.Writer, fresh: Baseline | None = None) -> Known:
    """What events of a project may name; `fresh` is a baseline that is about to be approved."""
    settings = at.programme.tracking
    return know(
        writer,
        currencies=frozenset(factors(at.programme)),
        agreed_on=(settings.agreed_on or date(at.programme.agreement.first_year, 1, 1)).isoformat(),
        today=at.today.isoformat(),
        tolerance=settings.length_tolerance,
        fresh=fresh,
    )

"""The agreement kept: a ledger beside the project, what goes into it, what it tells."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sqlalchemy.engine import URL

from karez.appraising.exchange import factors
from karez.appraising.pricing import nominal_budget, price_level
from karez.errors import UsageFault
from karez.model.baseline import Approval, Baseline
from karez.model.delivery import Delivery
from karez.model.event import Audited, Recorded
from karez.model.programme import Programme
from karez.reading.events import read_events
from karez.reading.findings import Findings
from karez.reading.settings import read_settings
from karez.tracking import store
from karez.tracking.approving import approve, know
from karez.tracking.audit import audit
from karez.tracking.baseline import draft
from karez.tracking.entry import Known
from karez.tracking.faults import RowFaults
from karez.tracking.mapping import Columns, rows, settle, signature
from karez.tracking.recording import Rows, record, texts
from karez.tracking.status import Terms
from karez.tracking.status import status as measure
from karez.verifying import read_run


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


def init(at: Tracked, run: Path, *, recorder: str, document: str = "", day: date | None = None) -> Approval:
    """Approve a finished run as the plan that deliveries are measured against; the first time, make the ledger.

    Raises
    ------
    UsageFault
        This plan is approved already.
    DataFault
        The run cannot be read, or the ledger cannot be written.
    """
    baseline = baseline_of(run)
    if not store.exists(at.url):
        store.create(at.url, at.programme.agreement.name, at.programme.agreement.currency).close()
    when = (day or at.today).isoformat()
    with _open(at) as ledger, ledger.writing() as writer:
        return approve(writer, baseline, _known(at, writer, baseline), when, recorder, document)


def baseline_of(run: Path) -> Baseline:
    """A finished run as a baseline."""
    read = read_run(run)
    layers = {"sites": read.sites, "spans": read.spans, "nodes": read.nodes, "areas": read.areas}
    level, budget = price_level(read.programme), nominal_budget(read.programme)
    return draft(read.programme, layers, read.proof.elements, level, budget, str(read.summary["key"]))


def add(at: Tracked, fields: Mapping[str, str]) -> Recorded:
    """Record one event, given by its fields.

    Raises
    ------
    DataFault
        With everything that is wrong with it; nothing is recorded then.
    """
    with _open(at) as ledger, ledger.writing() as writer:
        return record(writer, [Rows(0, [texts(**fields)])], _known(at, writer), RowFaults("the event"))


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
    with _open(at) as ledger, ledger.writing() as writer:
        mark = signature(table.header)
        columns, beside = settle(table.header, given, store.remembered(writer.connection, mark), faults)
        faults.raise_any()
        if given:
            store.remember(writer.connection, mark, columns.kept())
        return record(writer, rows(table, columns, beside), _known(at, writer), faults, beside)


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
    with _open(at) as ledger:
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
    with _open(at) as ledger:
        return audit(ledger, head)


@contextmanager
def _open(at: Tracked) -> Iterator[store.Ledger]:
    ledger = store.open_ledger(at.url)
    try:
        yield ledger
    finally:
        ledger.close()


def _known(at: Tracked, writer: store.Writer, fresh: Baseline | None = None) -> Known:
    settings = at.programme.tracking
    return know(
        writer,
        currencies=frozenset(factors(at.programme)),
        agreed_on=(settings.agreed_on or date(at.programme.agreement.first_year, 1, 1)).isoformat(),
        today=at.today.isoformat(),
        tolerance=settings.length_tolerance,
        fresh=fresh,
    )

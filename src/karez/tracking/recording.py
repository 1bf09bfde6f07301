"""Events are checked, chained and kept: all of a batch, or none."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from karez.model.event import FIELDS, KIND_NUMBER, MILLI, Recorded
from karez.tracking.chain import digest, link
from karez.tracking.collecting import uncollected
from karez.tracking.correcting import Corrections, Posted
from karez.tracking.entry import Entry, Known, Reader
from karez.tracking.faults import RowFaults
from karez.tracking.schema import EVENT, POSTING
from karez.tracking.store import Writer, day_of, known, sums_of

PROGRESS, CONTRACT, CORRECTION, ACCEPTANCE = (
    KIND_NUMBER[kind] for kind in ("progress", "contract", "correction", "acceptance")
)
NAMED_IDS = 100
"""Ids of added events that an answer names."""


@dataclass(frozen=True)
class Rows:
    """A piece of a batch in the ledger's fields.

    Parameters
    ----------
    first_row : int
        Number of the first row, as a person counts it; each row is one further.
    cells : list
        For each row the texts of :data:`karez.model.event.FIELDS`; nothing for an empty row.
    extra : list of str
        For each row what the file says besides, as JSON; empty if nothing.
    """

    first_row: int
    cells: Sequence[Sequence[str]]
    extra: list[str] = field(default_factory=list)


def record(
    writer: Writer, pieces: Iterable[Rows], about: Known, faults: RowFaults, notes: Sequence[str] = ()
) -> Recorded:
    """Append events that are not in the ledger yet.

    Parameters
    ----------
    writer : Writer
        The open transaction; the caller leaves it, which keeps all or, after a fault, nothing.
    pieces : iterable of Rows
        The batch in order.
    about : Known
        What events may name.
    faults : RowFaults
        Where faults go.
    notes : sequence of str
        Passed on.

    Raises
    ------
    DataFault
        With every bad row.
    """
    batch = _Batch(writer, about, faults)
    for piece in pieces:
        with uncollected():
            batch.take(piece)
    batch.check_contracts()
    faults.raise_any()
    return Recorded(batch.added, batch.known, writer.finish(), tuple(batch.ids), tuple(notes))


class _Batch:
    """What a batch has met so far."""

    def __init__(self, writer: Writer, about: Known, faults: RowFaults) -> None:
        self.writer, self.about, self.faults = writer, about, faults
        self.reader = Reader(about)
        self.corrections = Corrections(writer.connection)
        self.empty = writer.count == 0
        self.added = self.known = 0
        self.ids: list[str] = []
        self._built: dict[str, int] = {}
        self._times: dict[bytes, int] = {}
        self._seen: dict[str, bytes] = {}
        self._named_contracts: dict[str, list[int]] = {}

    def take(self, piece: Rows) -> None:
        """Read a piece, leave out what is known, check the rest against the ledger, and write it."""
        entries = list(self._entries(piece))
        digests = [digest(entry.said()) for entry in entries]
        for entry, said in zip(entries, digests, strict=True):
            if not entry.id:
                entry.id = self._derived(said)
        there = {} if self.empty else known(self.writer.connection, [entry.id for entry in entries])
        fresh = [
            (entry, said) for entry, said in zip(entries, digests, strict=True) if self._is_fresh(entry, said, there)
        ]
        self._load_built(entry for entry, _ in fresh)
        self._write(fresh)

    def check_contracts(self) -> None:
        """Contracts that were named must be there, before or in this batch."""
        for contract, rows in self._named_contracts.items():
            if contract not in self.about.contracts:
                for row in rows:
                    remedy = "Record the contract first, or correct its id"
                    self.faults.add(row, "contract", f"there is no contract `{contract}`", remedy)

    def _entries(self, piece: Rows) -> Iterator[Entry]:
        extras = piece.extra or [""] * len(piece.cells)
        for row, (cells, extra) in enumerate(zip(piece.cells, extras, strict=True), start=piece.first_row):
            if not cells:
                continue
            entry = self.reader.entry(row, cells, extra, lambda *fault, row=row: self.faults.add(row, *fault))
            if entry is not None:
                yield entry

    def _derived(self, said: bytes) -> str:
        """Id from content; equal rows of one batch are told apart by their number."""
        times = self._times[said] = self._times.get(said, 0) + 1
        return f"e{said.hex()[:20]}" + (f"-{times}" if times > 1 else "")

    def _is_fresh(self, entry: Entry, said: bytes, there: dict[str, bytes]) -> bool:
        """Whether an event is new; one that says something else under a known id is a fault."""
        before = there.get(entry.id) or self._seen.get(entry.id)
        self._seen[entry.id] = said
        if before is None:
            return True
        if before != said:
            problem = f"there is an event `{entry.id}` already, and it says something else"
            self.faults.add(entry.row, "id", problem, "Give it another id, or record a correction")
        else:
            self.known += 1
        return False

    def _load_built(self, entries: Iterable[Entry]) -> None:
        """How much of each element is built already."""
        names = {entry.element for entry in entries if entry.kind == PROGRESS} - self._built.keys()
        if self.empty:
            self._built.update(dict.fromkeys(names, 0))
            return
        numbers = {self.writer.words[name]: name for name in names}
        sums = sums_of(self.writer.connection, numbers, PROGRESS)
        self._built.update({name: sums.get(number, 0) for number, name in numbers.items()})

    def _write(self, fresh: Sequence[tuple[Entry, bytes]]) -> None:
        events, postings = [], []
        writer, today = self.writer, self.about.today
        for entry, said in fresh:
            posted = self._posted(entry)
            if posted is None:
                continue
            writer.count += 1
            writer.head = link(writer.head, said, entry.id, today)
            events.append((writer.count, entry.id, *entry.said(), today, said, writer.head))
            postings.append(posted.row(writer.count))
            self.corrections.saw(entry, posted)
            if len(self.ids) < NAMED_IDS:
                self.ids.append(entry.id)
        self.added += len(events)
        if not self.faults:  # after the first fault nothing will be kept
            writer.add(EVENT, events)
            writer.add(POSTING, postings)
        self.corrections.written()

    def _posted(self, entry: Entry) -> Posted | None:
        """What an event adds to the sums; None, with a fault, if it may not."""
        if entry.kind == CORRECTION:
            posted = self.corrections.posted(entry, lambda *fault: self.faults.add(entry.row, *fault))
            if posted is None:
                return None
        else:
            posted = self._posting(entry)
        if entry.kind == CONTRACT:
            self._add_contract(entry)
        elif entry.contract and entry.contract not in self.about.contracts:
            self._named_contracts.setdefault(entry.contract, []).append(entry.row)
        if posted.kind == PROGRESS and not self._fits(entry, posted):
            return None
        return posted

    def _add_contract(self, entry: Entry) -> None:
        if entry.contract in self.about.contracts:
            problem = f"there is a contract `{entry.contract}` already"
            self.faults.add(entry.row, "contract", problem, "Record a variation, or give the new contract its own id")
        self.about.contracts.add(entry.contract)

    def _posting(self, entry: Entry) -> Posted:
        words = self.writer.words
        return Posted(
            entry.kind, words[entry.element], words[entry.project], words[entry.area], words[entry.contract],
            words[entry.party], words[entry.currency], words[entry.unit],
            12 * int(entry.day[:4]) + int(entry.day[5:7]) - 1, day_of(entry.day),
            MILLI if entry.kind == ACCEPTANCE and entry.state == "accepted" else entry.quantity_milli or 0,
            entry.amount_minor or 0, entry.element,
        )  # fmt: skip

    def _fits(self, entry: Entry, posted: Posted) -> bool:
        """Whether an element is long enough for what is said to be built of it."""
        element = self.about.elements.get(posted.element_id)
        if element is None:
            return True
        if posted.element_id not in self._built:
            self._built[posted.element_id] = self._sum_of(posted)
        built = self._built[posted.element_id] + posted.quantity_milli
        most = element.quantity_milli
        if element.unit == "m":
            most += int(element.quantity_milli * self.about.tolerance)
        if built > most:
            said = f"{built / MILLI:,.3f}".rstrip("0").rstrip(".")
            planned = f"{element.quantity_milli / MILLI:,.3f}".rstrip("0").rstrip(".")
            problem = f"`{posted.element_id}` would be built to {said} {element.unit}, planned are {planned}"
            remedy = "Correct the quantity or the element, correct what was reported before, or approve a new plan"
            self.faults.add(entry.row, "quantity", problem, remedy)
            return False
        self._built[posted.element_id] = built
        return True

    def _sum_of(self, posted: Posted) -> int:
        return sums_of(self.writer.connection, [posted.element], PROGRESS).get(posted.element, 0)


def contracts(writer: Writer) -> set[str]:
    """Ids of all contracts in the ledger."""
    rows = writer.connection.execute(select(EVENT.c.contract).where(EVENT.c.kind == CONTRACT))
    return {str(contract) for (contract,) in rows}


def texts(**given: Any) -> list[str]:
    """Cells of one event from named fields; what is not given is empty."""
    return [str(given.get(name) or "") for name in FIELDS]

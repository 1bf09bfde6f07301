"""Corrections: nothing is edited, what was wrong is annulled or replaced by a further event.

A correction without figures annuls the event it names, and annulling a correction restores what it corrected. One with
a quantity or an amount puts these in place of the event's own. Events and their corrections form lines without forks:
each is corrected once at most, and after that its correction may be.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlalchemy import Connection, select

from karez.model.event import KIND_NUMBER
from karez.tracking.entry import Entry, Report
from karez.tracking.schema import EVENT, POSTING

CORRECTION = KIND_NUMBER["correction"]


@dataclass(frozen=True, slots=True)
class Posted:
    """What an event adds to sums, keys as numbers of words; ``element_id`` is the element's own id."""

    kind: int
    element: int
    project: int
    area: int
    contract: int
    party: int
    currency: int
    unit: int
    month: int
    day: int
    quantity_milli: int
    amount_minor: int
    element_id: str

    def row(self, seq: int) -> tuple[int, ...]:
        """Row of ``schema.POSTING``."""
        return (
            self.kind, self.element, self.project, self.area, self.contract, self.party, self.currency, self.unit,
            self.month, seq, self.day, self.quantity_milli, self.amount_minor,
        )  # fmt: skip


@dataclass(frozen=True)
class _Line:
    """An event and its corrections in order, oldest first; `root` is what the event posted."""

    root: Posted
    steps: tuple[tuple[str, int | None, int | None], ...]
    """Id, and new quantity and amount of each correction."""

    def states(self) -> list[tuple[int, int]]:
        """Quantity and amount in force after each step, the event itself first; the state before it is nothing.

        Annulling takes back the last step: the state after it is the one before the step it annuls.
        """
        nothing = (0, 0)
        found = [nothing, (self.root.quantity_milli, self.root.amount_minor)]
        for _, quantity, amount in self.steps:
            if quantity is None and amount is None:
                found.append(found[-2])
            else:
                last = found[-1] if found[-1] != nothing else found[1]
                found.append((last[0] if quantity is None else quantity, last[1] if amount is None else amount))
        return found[1:]


class Corrections:
    """Lines of events and corrections, in the ledger and in what is being written."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._fresh: dict[str, tuple[Entry, Posted]] = {}
        self._corrected: dict[str, str] = {}

    def saw(self, entry: Entry, posted: Posted) -> None:
        """Note an event that is about to be written."""
        self._fresh[entry.id] = (entry, posted)
        if entry.corrects:
            self._corrected[entry.corrects] = entry.id

    def written(self) -> None:
        """What was noted is in the ledger now, or never will be."""
        self._fresh, self._corrected = {}, {}

    def posted(self, entry: Entry, report: Report) -> Posted | None:
        """What a correction adds to sums, the state it makes less the one before; None, with a fault, if it may not."""
        if entry.corrects == entry.id:
            report("corrects", "the event corrects itself", "Name the event that is put right")
            return None
        line = self._line(entry.corrects)
        if line is None:
            report("corrects", f"there is no event `{entry.corrects}`", "Give the id of an event that is in the ledger")
            return None
        if later := self._corrector(entry.corrects):
            problem = f"`{entry.corrects}` is corrected already, by `{later}`"
            report("corrects", problem, f"Correct `{later}` instead")
            return None
        if entry.quantity_milli is not None and line.root.quantity_milli == 0:
            report("quantity", f"`{entry.corrects}` has no quantity to replace", "Leave it empty")
            return None
        if entry.amount_minor is not None and line.root.amount_minor == 0:
            report("amount_nominal", f"`{entry.corrects}` has no amount to replace", "Leave it empty")
            return None
        *_, before, after = replace(
            line, steps=(*line.steps, (entry.id, entry.quantity_milli, entry.amount_minor))
        ).states()
        return replace(line.root, quantity_milli=after[0] - before[0], amount_minor=after[1] - before[1])

    def _line(self, name: str) -> _Line | None:
        """The line that an event is the end of, back to the event that it began with."""
        steps: list[tuple[str, int | None, int | None]] = []
        while True:
            found = self._event(name)
            if found is None:
                return None
            kind, corrects, quantity, amount, posted = found
            if kind != CORRECTION:
                return _Line(posted if posted is not None else self._posting(name), tuple(reversed(steps)))
            steps.append((name, quantity, amount))
            name = corrects

    def _event(self, name: str) -> tuple[int, str, int | None, int | None, Posted | None] | None:
        if name in self._fresh:
            entry, posted = self._fresh[name]
            return entry.kind, entry.corrects, entry.quantity_milli, entry.amount_minor, posted
        columns = (EVENT.c.kind, EVENT.c.corrects, EVENT.c.quantity_milli, EVENT.c.amount_minor)
        row = self._connection.execute(select(*columns).where(EVENT.c.id == name)).one_or_none()
        return None if row is None else (*row, None)

    def _corrector(self, name: str) -> str:
        """Id of what corrects an event; empty if nothing does."""
        if name in self._corrected:
            return self._corrected[name]
        found = self._connection.execute(select(EVENT.c.id).where(EVENT.c.corrects == name)).scalar()
        return str(found) if found else ""

    def _posting(self, name: str) -> Posted:
        """What an event of the ledger posted."""
        query = (
            select(POSTING, EVENT.c.element.label("element_id"))
            .join(EVENT, EVENT.c.seq == POSTING.c.seq)
            .where(EVENT.c.id == name)
        )
        row = self._connection.execute(query).one()._asdict()
        row.pop("seq")
        return Posted(**row)

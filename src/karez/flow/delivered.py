"""What was delivered so far, beside a plan of a project that keeps a ledger."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

from karez.errors import DataFault
from karez.flow.track import Tracked, opened, status
from karez.model.delivery import Delivery
from karez.model.note import Note
from karez.model.plan import Plan
from karez.model.programme import Programme
from karez.tracking import store
from karez.tracking.approving import last_day


def with_delivery(made: Plan, folder: Path, *, ledger: str = "", as_of: date | None = None) -> Plan:
    """A plan with what was delivered so far; as it is where the project has no ledger with an approved plan.

    Nothing of the plan depends on it, so the run keeps its key; what the ledger held is named among what the run is
    made from.

    Parameters
    ----------
    made : Plan
        The plan.
    folder : Path
        Project folder.
    ledger : str
        URL of the ledger; empty: as the settings say.
    as_of : date, optional
        Last day that counts; by default the last that the ledger speaks of, so that equal ledgers tell the same.
    """
    try:
        delivery = _delivery(folder, made.programme, made.record.seed, ledger, as_of)
    except DataFault as fault:
        said = f"The ledger could not be read, so nothing is said of what was delivered: {fault.faults[0].problem}."
        return replace(made, notes=(*made.notes, Note("delivery", said)))
    if delivery is None:
        return made
    hashes = {**made.record.hashes, **ledger_hash(delivery)}
    return replace(made, delivery=delivery, record=replace(made.record, hashes=dict(sorted(hashes.items()))))


def ledger_hash(delivery: Delivery) -> dict[str, str]:
    """What identifies the ledger among what a run is made from."""
    return {f"ledger as of {delivery.as_of.isoformat()}": delivery.head.hash}


def _delivery(folder: Path, programme: Programme, seed: int, ledger: str, as_of: date | None) -> Delivery | None:
    """The status, if there is a ledger and a plan was approved."""
    url = store.where(folder, ledger or programme.tracking.ledger)
    if not store.exists(url):
        return None
    at = Tracked(folder, programme, url, date.max)
    with opened(at) as kept, kept.reading() as connection:
        last = last_day(connection)
    return None if last is None else status(at, as_of=as_of or last, seed=seed)

"""What was delivered, as page, workbook, open standards and events."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from karez.flow.track import Tracked, opened, status
from karez.reporting import refuse_existing
from karez.reporting.delivery_folder import write_delivery
from karez.tracking.listing import HEADER, events, network_layers
from karez.tracking.promises import payments


def export(at: Tracked, out: Path, *, as_of: date | None = None, seed: int = 0, force: bool = False) -> Path:
    """Write page, workbook, network (OFDS), projects (OC4IDS) and events into the new folder `out`.

    Raises
    ------
    UsageFault
        There is no ledger, or `out` is there and `force` is not set.
    DataFault
        The ledger cannot be read.
    """
    refuse_existing(out, force=force)
    delivery = status(at, as_of=as_of, seed=seed)
    layers = network_layers(delivery)
    with opened(at) as ledger, ledger.reading() as connection:
        paid = payments(connection, delivery.as_of)
        return write_delivery(delivery, at.programme, layers, paid, (HEADER, events(connection)), out, force=force)

"""A finished run is approved as the plan that deliveries are measured against."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from karez.appraising.pricing import nominal_budget, price_level
from karez.flow.track import Tracked, known_to, opened
from karez.model.baseline import Approval, Baseline
from karez.tracking import store
from karez.tracking.approving import approve
from karez.tracking.baseline import draft, joined
from karez.verifying import read_run
from karez.verifying.replan import read_kept


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
    with opened(at) as ledger, ledger.writing() as writer:
        return approve(writer, baseline, known_to(at, writer, baseline), when, recorder, document)


def baseline_of(run: Path) -> Baseline:
    """A finished run as a baseline."""
    read = read_run(run)
    layers = {"sites": read.sites, "spans": read.spans, "nodes": read.nodes, "areas": read.areas}
    level, budget = price_level(read.programme), nominal_budget(read.programme)
    fresh = draft(read.programme, layers, read.proof.elements, level, budget, str(read.summary["key"]))
    kept = read_kept(run)
    return fresh if kept is None else joined(fresh, kept.elements, kept.parts, kept.about)

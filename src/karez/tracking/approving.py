"""Baselines are approved once and kept, version by version; a milestone in the chain holds the digest of each."""

from __future__ import annotations

import hashlib
import json
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import Connection, Table, func, select

from karez.errors import UsageFault
from karez.model.baseline import Approval, Baseline
from karez.tracking import blocks
from karez.tracking.entry import Element, Known
from karez.tracking.faults import RowFaults
from karez.tracking.recording import Rows, contracts, record, texts
from karez.tracking.schema import BASELINE, ELEMENT, PART, POSTING
from karez.tracking.store import Writer


def approve(writer: Writer, baseline: Baseline, about: Known, day: str, recorder: str, document: str) -> Approval:
    """Keep a baseline as the next version, and record its approval in the chain.

    Raises
    ------
    UsageFault
        The newest version is this one already.
    DataFault
        The approval is no event that may be recorded.
    """
    newest = writer.connection.execute(select(func.max(BASELINE.c.version))).scalar() or 0
    digest = fingerprint(baseline)
    if newest and _digest(writer.connection, newest) == digest:
        raise UsageFault(f"This plan is approved already: it is version {newest} of the baseline.")
    version = newest + 1
    content = json.dumps(baseline.about, ensure_ascii=False, sort_keys=True)
    writer.add(BASELINE, [(version, day, recorder, document, content, digest)])
    frame = baseline.elements
    columns = [frame[column.name].tolist() for column in ELEMENT.columns if column.name not in ("version", "number")]
    rows = [(version, number, *values) for number, values in enumerate(zip(*columns, strict=True))]
    writer.add(ELEMENT, [_plain(row) for row in rows])
    parts = baseline.parts
    writer.add(PART, [(version, *map(_scalar, row)) for row in parts.itertuples(index=False)])
    for of, table in (("element", frame), ("part", parts)):
        blocks.write(writer.connection, of, version, version, {str(name): table[name].to_numpy() for name in table})
    cells = texts(
        id=f"baseline-{version}", kind="milestone", day=day, name=f"Baseline {version} approved", state="met",
        document=document, recorder=recorder, note=f"run {baseline.about['run_key']}, SHA-256 {digest.hex()}",
    )  # fmt: skip
    record(writer, [Rows(0, [cells])], about, RowFaults("the approval"))
    return Approval(version, date.fromisoformat(day), recorder, document, baseline.about["run_key"], digest.hex())


def fingerprint(baseline: Baseline) -> bytes:
    """SHA-256 of everything a baseline holds, as JSON lines."""
    hashed = hashlib.sha256(json.dumps(baseline.about, ensure_ascii=False, sort_keys=True).encode())
    for table in (baseline.elements, baseline.parts):
        for row in table.itertuples(index=False):
            values = [value.hex() if isinstance(value, bytes) else _scalar(value) for value in row]
            hashed.update(b"\n" + json.dumps(values, ensure_ascii=False).encode())
    return hashed.digest()


def read_baseline(connection: Connection, version: int | None = None) -> Baseline:
    """A version of the baseline; the newest if none is named.

    Raises
    ------
    UsageFault
        There is no such version.
    """
    newest = connection.execute(select(func.max(BASELINE.c.version))).scalar()
    wanted = int(version or newest or 0)
    found = [blocks.read(connection, of, wanted) for of in ("element", "part")]
    if not all(found):
        return baseline_rows(connection, wanted)
    elements, parts = (one[0].to_pandas() for one in found)
    return Baseline(elements, parts, _about(connection, wanted))


def baseline_rows(connection: Connection, wanted: int) -> Baseline:
    """A version of the baseline, row by row."""
    about = _about(connection, wanted)
    elements = _frame(connection, ELEMENT, wanted, ["number"])
    elements["standard"] = elements["standard"].astype(bool)
    parts = _frame(connection, PART, wanted, ["element"]).sort_values(["element", "project"], ignore_index=True)
    return Baseline(elements.drop(columns="number"), parts, about)


def _about(connection: Connection, wanted: int) -> dict[str, Any]:
    about = connection.execute(select(BASELINE.c.about).where(BASELINE.c.version == wanted)).scalar()
    if about is None:
        raise UsageFault("The ledger has no such baseline. Approve a plan: karez track init DIR --run RUN")
    return dict(json.loads(about))


def earlier_elements(connection: Connection, newest: Baseline) -> Baseline:
    """Elements that the newest version of the baseline has no more, each as the last version with it has it."""
    last = connection.execute(select(func.max(BASELINE.c.version))).scalar() or 0
    if last <= 1:
        return Baseline(newest.elements.iloc[:0], newest.parts.iloc[:0], newest.about)
    known, frames, parts, count = set(newest.elements["id"]), [newest.elements.iloc[:0]], [newest.parts.iloc[:0]], 0
    for version in range(last - 1, 0, -1):
        one = read_baseline(connection, version)
        gone = ~one.elements["id"].isin(known).to_numpy()
        row = np.where(gone, count + np.cumsum(gone) - 1, -1)
        frames.append(one.elements[gone])
        mine = one.parts.assign(element=row[one.parts["element"].to_numpy(dtype=np.int64)])
        parts.append(mine[mine["element"] >= 0])
        count += int(gone.sum())
        known |= set(one.elements["id"])
    if not count:
        return Baseline(frames[0], parts[0], newest.about)
    return Baseline(pd.concat(frames[1:], ignore_index=True), pd.concat(parts[1:], ignore_index=True), newest.about)


def last_day(connection: Connection) -> date | None:
    """The last day that the ledger speaks of; None where no plan was approved."""
    if not connection.execute(select(func.count()).select_from(BASELINE)).scalar():
        return None
    found = connection.execute(select(func.max(POSTING.c.day))).scalar()
    return None if found is None else date.fromordinal(int(found))


def approvals(connection: Connection) -> list[Approval]:
    """Every version in order."""
    rows = connection.execute(select(BASELINE).order_by(BASELINE.c.version))
    return [
        Approval(
            row.version, date.fromisoformat(row.day), row.recorder, row.document,
            json.loads(row.about)["run_key"], bytes(row.digest).hex(),
        )
        for row in rows
    ]  # fmt: skip


def known_elements(connection: Connection) -> dict[str, Element]:
    """Elements of all versions; what the newest says of one stands."""
    rows = connection.execute(
        select(ELEMENT.c.id, ELEMENT.c.quantity_milli, ELEMENT.c.unit).order_by(ELEMENT.c.version, ELEMENT.c.number)
    )
    return {name: Element(int(quantity), unit) for name, quantity, unit in rows}


def know(
    writer: Writer, *, currencies: frozenset[str], agreed_on: str, today: str, tolerance: float, fresh: Baseline | None
) -> Known:
    """What events may name: all that the ledger's baselines hold, and `fresh`, which is about to be approved."""
    elements = known_elements(writer.connection)
    abouts = [json.loads(about) for (about,) in writer.connection.execute(select(BASELINE.c.about))]
    if fresh is not None:
        abouts.append(fresh.about)
    return Known(
        elements=elements,
        projects=frozenset(project["id"] for about in abouts for project in about["projects"]),
        areas=frozenset(area["id"] for about in abouts for area in about["areas"]),
        currencies=currencies | {writer.currency},
        currency=writer.currency,
        agreed_on=agreed_on,
        today=today,
        tolerance=tolerance,
        contracts=contracts(writer),
    )


def _digest(connection: Connection, version: int) -> bytes:
    return bytes(connection.execute(select(BASELINE.c.digest).where(BASELINE.c.version == version)).scalar_one())


def _frame(connection: Connection, table: Table, version: int, order: list[str]) -> pd.DataFrame:
    columns = [column for column in table.c if column.name != "version"]
    query = select(*columns).where(table.c.version == version)
    rows = connection.execute(query.order_by(*(table.c[name] for name in order))).all()
    return pd.DataFrame([tuple(row) for row in rows], columns=[column.name for column in columns])


def _scalar(value: object) -> object:
    """A value of numpy's as Python's own."""
    return value.item() if hasattr(value, "item") else value


def _plain(row: tuple[object, ...]) -> tuple[object, ...]:
    """A row with whole numbers for true and false."""
    return tuple(int(value) if isinstance(value, bool) else value for value in row)

"""Matched lines become progress, with the line and its deviation kept beside the event."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence

from sqlalchemy import select

from karez.errors import DataFault, Fault
from karez.model.baseline import Baseline
from karez.model.event import FIELDS, MILLI
from karez.tracking.faults import ranges
from karez.tracking.matching import Match
from karez.tracking.recording import Rows, texts
from karez.tracking.schema import LINE
from karez.tracking.store import Writer


def as_rows(
    baseline: Baseline,
    matches: Sequence[Match],
    attributes: Sequence[Mapping[str, str]],
    constants: Mapping[str, str],
    file: str,
) -> Rows:
    """Progress events of matched lines: the planned metres that a line covers; its own are kept beside.

    Parameters
    ----------
    baseline : Baseline
        The plan.
    matches : sequence of Match
        Lines and the spans they are.
    attributes : sequence of mapping
        What the file says of each line; columns named as fields are taken for them.
    constants : mapping
        Fields that the file does not say.
    file : str
        Its name: the document, unless another is given.
    """
    cells, extra = [], []
    for one in matches:
        element = baseline.elements.iloc[one.element]
        held = attributes[one.line]
        given = {name: held[name] for name in FIELDS if held.get(name) and name != "id"}
        fields = {"document": file} | dict(constants) | given
        metres = round(one.covered * int(element["quantity_milli"])) / MILLI
        fields |= {
            "id": line_id(baseline, one),
            "kind": "progress",
            "element": str(element["id"]),
            "quantity": f"{metres:.3f}",
            "unit": "m",
        }
        cells.append(texts(**fields))
        beside = {
            "line_sha256": hashlib.sha256(one.geometry).hexdigest(),
            "line_row": str(held.get("row", "")),
            "length_m": round(one.length_m, 1),
            "deviation_mean_m": round(one.mean_m, 1),
            "deviation_greatest_m": round(one.greatest_m, 1),
        }
        extra.append(json.dumps(beside, sort_keys=True))
    return Rows(1, cells, extra)


def notes_of(
    baseline: Baseline,
    matches: Sequence[Match],
    strays: Sequence[int],
    attributes: Sequence[Mapping[str, str]],
    within_m: float,
) -> list[str]:
    """What a reader must know: how many lines are which spans, how far off, and which are none (rule 9).

    Raises
    ------
    DataFault
        No line is a planned span.
    """
    rows = ranges([int(attributes[line]["row"]) for line in strays])
    stray = f"{len(strays)} lines are further than {within_m:g} m from every planned span (rows {rows})"
    if not matches:
        remedy = "Name a file of this programme's lines, or raise tracking.match_within_m"
        raise DataFault([Fault("the lines", problem=stray, remedy=remedy)])
    spans = len({one.element for one in matches})
    far = max(matches, key=lambda one: one.greatest_m)
    said = f"{len({one.line for one in matches})} lines run along {spans} planned spans, up to {far.greatest_m:,.0f} m "
    notes = [f"{said}beside them (`{baseline.elements['id'].iloc[far.element]}`)"]
    return notes + ([f"left out: {stray}"] if strays else [])


def line_id(baseline: Baseline, one: Match) -> str:
    """Id of the event of a matched line: the same line on the same span has the same one."""
    element = str(baseline.elements["id"].iloc[one.element])
    return f"line-{hashlib.sha256(one.geometry + element.encode()).hexdigest()[:20]}"


def keep_lines(writer: Writer, baseline: Baseline, matches: Sequence[Match]) -> None:
    """Keep the lines that the ledger has not yet; their events were recorded in the same transaction."""
    ids = [line_id(baseline, one) for one in matches]
    there: set[str] = set()
    for start in range(0, len(ids), 800):
        query = select(LINE.c.id).where(LINE.c.id.in_(ids[start : start + 800]))
        there.update(str(name) for name in writer.connection.execute(query).scalars())
    fresh = {name: one for name, one in zip(ids, matches, strict=True) if name not in there}
    rows = [
        (name, hashlib.sha256(one.geometry).digest(), one.length_m, one.mean_m, one.greatest_m, one.geometry)
        for name, one in fresh.items()
    ]
    writer.add(LINE, rows)

"""Lines as built are matched to the plan and recorded as progress."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from karez.flow.track import Tracked, known_to, opened
from karez.model.event import Recorded
from karez.reading.asbuilt import read_lines
from karez.tracking.approving import read_baseline
from karez.tracking.faults import RowFaults
from karez.tracking.matching import match
from karez.tracking.recording import record
from karez.tracking.surveying import as_rows, keep_lines, notes_of


def survey(at: Tracked, file: Path, *, constants: Mapping[str, str], layer: str = "") -> Recorded:
    """Import lines as built in one transaction; lines that are no planned span are left out and named.

    Parameters
    ----------
    at : Tracked
        The project.
    file : Path
        GeoPackage, GeoJSON, KML, GPX, or a package of the Open Fibre Data Standard.
    constants : mapping
        Fields that the file does not say, such as ``day`` and ``recorder``.
    layer : str
        Layer of the file.

    Raises
    ------
    DataFault
        The file cannot be read, no line is a planned span, or an event may not be recorded; nothing is kept then.
    """
    lines = read_lines(file, layer)
    attributes = lines.attributes()
    within = at.programme.tracking.match_within_m
    with opened(at) as ledger, ledger.writing() as writer:
        baseline = read_baseline(writer.connection)
        matches, strays = match(baseline, lines.shapes, within)
        notes = notes_of(baseline, matches, strays, attributes, within)
        rows = as_rows(baseline, matches, attributes, constants, lines.file)
        done = record(writer, [rows], known_to(at, writer), RowFaults(lines.file), notes)
        keep_lines(writer, baseline, matches)
        return done

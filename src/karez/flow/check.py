"""``karez check``: every fault of a project, or what it holds."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from karez.flow.progress import Progress, Stages, silent
from karez.flow.settlements import check_settlements
from karez.model.inputs import Inputs
from karez.model.note import Note
from karez.reading import read


@dataclass(frozen=True)
class Checked:
    """A project folder without a fault.

    Parameters
    ----------
    name : str
        Name of the programme.
    rows : dict[str, int]
        Rows by table: ``sites``, ``areas``, ``sources``, ``catalogue``, each layer of routes as ``file:layer``, and
        the premises of each map of a settlement by its file.
    notes : tuple[Note, ...]
        What was mended while reading (rule 9).
    hashes : dict[str, str]
        SHA-256 of every file read.
    """

    name: str
    rows: dict[str, int]
    notes: tuple[Note, ...] = ()
    hashes: dict[str, str] = field(default_factory=dict)


def check(folder: Path, *, progress: Progress = silent) -> Checked:
    """Find every fault of a project folder.

    Raises
    ------
    DataFault
        With all the faults that one pass can find.
    UsageFault
        If there is no such folder.
    """
    stages = Stages(progress)
    with stages.stage("reading") as share:
        inputs = read(folder, progress=share)
    check_settlements(inputs, stages=stages)
    return Checked(inputs.programme.agreement.name, _rows(inputs), inputs.notes, inputs.hashes)


def _rows(inputs: Inputs) -> dict[str, int]:
    tables = {"sites": inputs.sites, "areas": inputs.areas, "sources": inputs.sources}
    lines = inputs.routes.groupby("layer").size()
    return {
        **{name: len(table) for name, table in tables.items()},
        "catalogue": len(inputs.catalogue.table),
        **{str(layer): int(count) for layer, count in lines.items()},
        **{one.map: len(one.streets.premises) for one in inputs.maps},
    }

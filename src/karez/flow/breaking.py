"""``karez break``: what a break does to a finished run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from karez.appraising.breaking import break_by_hazard, break_spans
from karez.errors import UsageFault
from karez.flow.progress import Progress, Stages, silent
from karez.model.breakage import Breakage
from karez.reading.finished import read_finished
from karez.reading.hazard import read_hazard
from karez.reporting import refuse_existing
from karez.reporting.breakage import write_breakage


@dataclass(frozen=True)
class Broken:
    """A what-if and the folder it was written to."""

    breakage: Breakage
    folder: Path


def break_run(
    run: Path,
    *,
    spans: Sequence[str] = (),
    nodes: Sequence[str] = (),
    hazard: str = "",
    out: Path | None = None,
    force: bool = False,
    progress: Progress = silent,
) -> Broken:
    """Take spans and nodes of a finished run out, or let a hazard come, and write what follows.

    Parameters
    ----------
    run : Path
        Run folder.
    spans, nodes : Sequence[str]
        Ids of what is out.
    hazard : str
        ``file`` or ``file:layer`` of a hazard, instead.
    out : Path, optional
        Folder to write; by default ``break-<hash of what is out>`` beside the run.
    force : bool
        Keep an existing folder aside instead of refusing it.
    progress : Progress
        Told the step and its share.

    Raises
    ------
    UsageFault
        If nothing or both are named, an id is not there, or the folder exists and `force` is not given.
    DataFault
        With every fault of the run's files or of the hazard.
    """
    if bool(hazard) == bool(spans or nodes):
        raise UsageFault("Name what is out: --spans and --nodes, or --hazard FILE, but not both.")
    what = "\n".join([*sorted(spans), "-", *sorted(nodes), "-", hazard])
    target = out or run.resolve().parent / f"break-{sha256(what.encode()).hexdigest()[:8]}"
    refuse_existing(target, force=force)
    stages = Stages(progress)
    with stages.stage("reading"):
        (finished,) = read_finished([run])
        layer = read_hazard(hazard, finished.areas) if hazard else None
    with stages.stage("breaking"):
        made = break_spans(finished, spans, nodes) if layer is None else break_by_hazard(finished, layer)
    with stages.stage("reporting") as share:
        write_breakage(made, target, force=force, progress=share)
    return Broken(made, target)

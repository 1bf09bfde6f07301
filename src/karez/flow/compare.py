"""``karez compare``: finished runs side by side, and a map of what differs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from karez.appraising.comparing import compare_runs
from karez.errors import UsageFault
from karez.flow.progress import Progress, Stages, silent
from karez.model.comparison import Comparison
from karez.reading.finished import read_finished
from karez.reporting import refuse_existing
from karez.reporting.compare import write_comparison


@dataclass(frozen=True)
class Compared:
    """A comparison and the folder it was written to."""

    comparison: Comparison
    folder: Path


def compare(
    runs: Sequence[Path], *, out: Path | None = None, force: bool = False, progress: Progress = silent
) -> Compared:
    """Compare finished runs with the first of them.

    Parameters
    ----------
    runs : Sequence[Path]
        Run folders, two or more.
    out : Path, optional
        Folder to write; by default ``comparison`` beside the first run.
    force : bool
        Keep an existing folder aside instead of refusing it.
    progress : Progress
        Told the step and its share.

    Raises
    ------
    UsageFault
        If fewer than two runs are named, one twice, or the folder exists and `force` is not given.
    DataFault
        If files of a run are missing or cannot be read.
    """
    if len(runs) < 2:
        raise UsageFault("A comparison needs two runs: karez compare RUN RUN.")
    target = out or runs[0].resolve().parent / "comparison"
    refuse_existing(target, force=force)
    stages = Stages(progress)
    with stages.stage("reading"):
        found = compare_runs(read_finished(runs))
    with stages.stage("reporting") as share:
        write_comparison(found, target, force=force, progress=share)
    return Compared(found, target)

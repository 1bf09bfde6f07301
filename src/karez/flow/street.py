"""From a map file to a fibre network to every door."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from karez.designing.street import draft_street, finish_street, work_on
from karez.flow.progress import Progress, Stages, silent
from karez.flow.record import record_of
from karez.flow.spreading import spread, workers_here
from karez.model.street import StreetDesign, StreetGraph, StreetInputs
from karez.reading.street import read_street
from karez.reporting import refuse_existing
from karez.reporting.street import write_street
from karez.routing.street import route_streets


@dataclass(frozen=True)
class StreetRun:
    """A finished street-level design and the folder it was written to."""

    inputs: StreetInputs
    graph: StreetGraph
    design: StreetDesign
    folder: Path


def street(
    source: Path,
    *,
    out: Path | None = None,
    rules: Path | None = None,
    within: Path | None = None,
    lock: Path | None = None,
    seed: int = 0,
    force: bool = False,
    workers: int | None = None,
    cluster: str = "",
    progress: Progress = silent,
) -> StreetRun:
    """Design a network to every premises of a map file and write the run.

    Parameters
    ----------
    source : Path
        OpenStreetMap file.
    out : Path, optional
        Run folder; by default ``runs/<name of the area>-<hash of inputs and seed>`` where the command is run.
    rules : Path, optional
        ``rules.toml``: technology, sizes, reach, prices.
    within : Path, optional
        Polygons to design in.
    lock : Path, optional
        GeoPackage of what the planner has fixed.
    seed : int
        Seed of every search.
    force : bool
        Keep an existing run folder aside instead of refusing it.
    workers : int, optional
        Processes that design side by side; by default one for two processors, and two threads where that is
        one. The design is the same.
    cluster : str
        Address of a Dask scheduler, ``host:port``, that is used instead.
    progress : Progress
        Told the step and its share.

    Raises
    ------
    DataFault
        With every fault of the input.
    UsageFault
        If there is no such file, or the run folder exists and `force` is not given.
    """
    stages = Stages(progress)
    with stages.stage("reading"):
        inputs = read_street(source, rules=rules, within=within, lock=lock)
    made = record_of(inputs.hashes, seed)
    target = out or Path("runs") / f"{inputs.name}-{made.key}"
    refuse_existing(target, force=force)
    with stages.stage("routing") as share:
        graph = route_streets(inputs, share)
    with stages.stage("designing") as share:
        design = design_side_by_side(inputs, graph, seed=seed, workers=workers, cluster=cluster, progress=share)
    with stages.stage("reporting") as share:
        finished = replace(made, seconds=stages.seconds)
        write_street(inputs, graph, design, finished, target, force=force, progress=share)
    return StreetRun(inputs, graph, design, target)


def design_side_by_side(
    inputs: StreetInputs,
    graph: StreetGraph,
    *,
    seed: int,
    workers: int | None,
    cluster: str,
    progress: Callable[[float], None],
) -> StreetDesign:
    """Design the areas of offices, and prove the trench of the whole, in processes or on a cluster."""
    draft = draft_street(inputs, graph, seed=seed)
    processes, threads = draft.processes(workers, workers_here()), draft.threads(workers)
    answers = spread(
        work_on, draft, draft.tasks, workers=processes, threads=threads, cluster=cluster, progress=progress
    )
    return finish_street(inputs, graph, draft, answers)

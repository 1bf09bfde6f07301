"""``karez computing``: where data centres and edge sites go, and the round trip that every site sees."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from karez.appraising.busy_hour import busy_hour_mbps
from karez.appraising.centre_price import centre_price
from karez.appraising.converting import convert
from karez.designing.computing import design_computing
from karez.flow.progress import Progress, Stages, silent
from karez.flow.record import record, study_folder
from karez.model.computing import Computing
from karez.reading import read
from karez.reading.finished import read_upon
from karez.reporting import refuse_existing
from karez.reporting.computing import write_computing
from karez.routing.route import route


@dataclass(frozen=True)
class Placed:
    """Finished computing and the folder it was written to."""

    computing: Computing
    folder: Path


def computing(
    folder: Path,
    *,
    upon: Path | None = None,
    out: Path | None = None,
    seed: int = 0,
    force: bool = False,
    progress: Progress = silent,
) -> Placed:
    """Place the centres of a project and write them.

    Parameters
    ----------
    folder : Path
        Project folder.
    upon : Path, optional
        Run folder: ways are those of the network it builds, and sites are served as it says.
    out : Path, optional
        Folder to write; by default ``studies/computing-<hash of inputs and seed>`` inside the project folder.
    seed : int
        Seed of the search.
    force : bool
        Keep an existing folder aside instead of refusing it.
    progress : Progress
        Told the step and its share.

    Raises
    ------
    DataFault
        With every fault of the input.
    UsageFault
        If the folder exists and `force` is not given, or `upon` is no run folder.
    Infeasible
        If no choice of centres keeps limits and capacities.
    """
    stages = Stages(progress)
    with stages.stage("reading") as share:
        inputs = read(folder, progress=share).by_cable()
    made = record(inputs, seed)
    target = out or study_folder(folder, "computing", made.key, upon)
    refuse_existing(target, force=force)
    with stages.stage("routing") as share:
        graph = route(inputs, share)
    with stages.stage("pricing"):
        price = centre_price(inputs.programme, convert(inputs.catalogue, inputs.programme))
        mbps = busy_hour_mbps(inputs, graph)
    beneath = None if upon is None else read_upon(upon, graph.spans["id"], inputs.sites["id"])
    with stages.stage("placing") as share:
        found = design_computing(inputs, graph, mbps, price, made, upon=beneath, seed=seed, progress=share)
    with stages.stage("reporting") as share:
        write_computing(found, inputs.areas, target, force=force, progress=share)
    return Placed(found, target)

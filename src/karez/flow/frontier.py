"""``karez frontier``: coverage against money, from nothing to everything, as a proven band."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from karez.appraising.converting import convert
from karez.appraising.pricing import price
from karez.errors import Infeasible
from karez.flow.plan import make
from karez.flow.progress import Progress, Stages, silent
from karez.flow.record import record, study_folder
from karez.flow.settlements import design_settlements
from karez.flow.spread import Task, spread
from karez.model.frontier import CoverageFrontier
from karez.model.inputs import Inputs
from karez.model.prices import Prices
from karez.model.route_graph import RouteGraph
from karez.phasing.frontier import frontier_tables, pose_frontier, sweep
from karez.reading import read
from karez.reading.finished import read_sites
from karez.reporting import refuse_existing
from karez.reporting.frontier import write_frontier
from karez.routing.route import route

STEPS = 40
"""Multipliers tried for each curve."""


@dataclass(frozen=True)
class Traced:
    """A finished frontier and the folder it was written to."""

    frontier: CoverageFrontier
    folder: Path


def frontier(
    folder: Path,
    *,
    out: Path | None = None,
    seed: int = 0,
    force: bool = False,
    with_plan: bool = True,
    workers: int | None = None,
    progress: Progress = silent,
) -> Traced:
    """Trace what every budget can reach, prove what none can, and write it.

    Parameters
    ----------
    folder : Path
        Project folder.
    out : Path, optional
        Folder to write; by default ``studies/frontier-<hash of inputs and seed>`` inside the project folder.
    seed : int
        Seed of every search.
    force : bool
        Keep an existing folder aside instead of refusing it.
    with_plan : bool
        Whether the programme's own plan is marked on the chart: that of ``runs/`` if there is one of the same inputs
        and seed, else made anew.
    workers : int, optional
        Processes; the answer does not depend on them.
    progress : Progress
        Told the step and its share.

    Raises
    ------
    DataFault
        With every fault of the input.
    UsageFault
        If the folder exists and `force` is not given.
    """
    stages = Stages(progress)
    with stages.stage("reading") as share:
        inputs = read(folder, progress=share)
    key = record(inputs, seed).key
    target = out or study_folder(folder, "frontier", key)
    refuse_existing(target, force=force)
    inputs = design_settlements(inputs, seed=seed, stages=stages)
    with stages.stage("routing") as share:
        graph = route(inputs, share)
    with stages.stage("pricing"):
        prices = price(inputs, graph, convert(inputs.catalogue, inputs.programme))
    finished = folder / "runs" / key if with_plan else None
    traced = trace(inputs, graph, prices, seed=seed, finished=finished, workers=workers, stages=stages)
    with stages.stage("reporting") as share:
        write_frontier(traced, target, force=force, progress=share)
    return Traced(traced, target)


def trace(
    inputs: Inputs,
    graph: RouteGraph,
    prices: Prices,
    *,
    seed: int = 0,
    finished: Path | None = None,
    workers: int | None = None,
    stages: Stages | None = None,
) -> CoverageFrontier:
    """Trace the frontier of what was read, measured and priced; `finished` is where the programme's run would lie."""
    stages = stages or Stages(silent)
    posed = pose_frontier(inputs, graph, prices)
    tasks: list[Task] = [(planned_sites, (inputs, seed, finished)), *((sweep, (one, STEPS, seed)) for one in posed)]
    with stages.stage("sweeping") as share:
        plan, *answers = spread(tasks, workers=workers, progress=share)
    sites, capex = plan or (None, None)
    return frontier_tables(inputs, graph, prices, posed, tuple(answers), record(inputs, seed), sites, capex)


def planned_sites(inputs: Inputs, seed: int, finished: Path | None) -> tuple[pd.DataFrame, float] | None:
    """Sites and capex of the programme's plan: as it lies in the folder, else made anew; None if there is no plan."""
    if finished is None:
        return None
    if (finished / "summary.json").is_file():
        return read_sites(finished)
    try:
        made = make(inputs, seed=seed)
    except Infeasible:
        return None
    return made.sites[["id", "technology", "service"]], made.appraisal.totals["capex_real"]

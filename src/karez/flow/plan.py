"""The main job: from a project folder to a phased, costed, proven plan."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from karez.appraising.converting import convert
from karez.appraising.outcome import settle
from karez.appraising.pricing import price
from karez.appraising.tables import Decided
from karez.designing.plan_bound import bound_plan
from karez.errors import Infeasible
from karez.flow.conflict import refusal
from karez.flow.delivered import with_delivery
from karez.flow.joint import choose
from karez.flow.progress import Progress, Stages, silent
from karez.flow.record import record
from karez.flow.settlements import design_settlements
from karez.model.catalogue import Catalogue
from karez.model.inputs import Inputs
from karez.model.plan import Plan
from karez.model.route_graph import RouteGraph
from karez.reading import read
from karez.reporting import refuse_existing, write_run
from karez.routing.route import route


@dataclass(frozen=True)
class Planned:
    """A finished plan and the folder it was written to."""

    plan: Plan
    folder: Path


def plan(
    folder: Path,
    *,
    out: Path | None = None,
    seed: int = 0,
    force: bool = False,
    ledger: str = "",
    as_of: date | None = None,
    progress: Progress = silent,
) -> Planned:
    """Plan a project folder and write the run; if it keeps a ledger, what was delivered so far is told beside.

    Parameters
    ----------
    folder : Path
        Project folder.
    out : Path, optional
        Run folder; by default ``runs/<hash of inputs and seed>`` inside the project folder.
    seed : int
        Seed of every search.
    force : bool
        Keep an existing run folder aside instead of refusing it.
    ledger : str
        URL of the ledger; empty: as the settings say.
    as_of : date, optional
        Last day of the ledger that counts; by default the last that it speaks of.
    progress : Progress
        Told the step and its share.

    Raises
    ------
    DataFault
        With every fault of the input.
    UsageFault
        If the run folder exists and `force` is not given.
    Infeasible
        If no plan meets the required targets and shares.
    """
    stages = Stages(progress)
    with stages.stage("reading") as share:
        inputs = read(folder, progress=share)
    target = out or folder / "runs" / record(inputs, seed).key
    refuse_existing(target, force=force)
    inputs = design_settlements(inputs, seed=seed, stages=stages)
    try:
        made = make(inputs, seed=seed, stages=stages)
    except Infeasible as short:
        with stages.stage("phasing") as share:
            raise refusal(inputs, route(inputs), short, seed=seed, progress=share) from None
    made = with_delivery(made, folder, ledger=ledger, as_of=as_of)
    with stages.stage("reporting") as share:
        made = replace(made, record=replace(made.record, seconds=stages.seconds))
        write_run(made, target, force=force, progress=share)
    return Planned(made, target)


def make(inputs: Inputs, *, seed: int = 0, stages: Stages | None = None) -> Plan:
    """Plan what was read, without touching a disk."""
    stages = stages or Stages(silent)
    return finish(decide(inputs, seed=seed, stages=stages), seed=seed, stages=stages)


def decide(inputs: Inputs, *, seed: int, stages: Stages) -> Decided:
    """Decide routes, technologies and years of what was read."""
    inputs = design_settlements(inputs, seed=seed, stages=stages)
    with stages.stage("routing") as share:
        graph = route(inputs, share)
    return decide_on(inputs, graph, convert(inputs.catalogue, inputs.programme), seed=seed, stages=stages)


def decide_on(inputs: Inputs, graph: RouteGraph, catalogue: Catalogue, *, seed: int, stages: Stages) -> Decided:
    """Decide technologies and years on a candidate graph, at the prices of a converted catalogue."""
    with stages.stage("pricing"):
        prices = price(inputs, graph, catalogue)
    chosen = choose(inputs, graph, prices, seed=seed, stages=stages)
    return Decided(inputs, graph, prices, chosen.design, chosen.schedule, chosen.improvement)


def finish(decided: Decided, *, seed: int, stages: Stages) -> Plan:
    """Make the finished plan of what was decided, and bound what any plan could reach."""
    of = decided
    with stages.stage("bounding") as share:
        bound = bound_plan(of.inputs, of.graph, of.prices, of.schedule, seed=seed, progress=share)
    with stages.stage("appraising") as share:
        made = record(of.inputs, seed)
        return settle(of.inputs, of.graph, of.prices, of.design, of.schedule, bound, of.improvement, made, share)

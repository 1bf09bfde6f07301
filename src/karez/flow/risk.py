"""``karez risk``: what may come of a plan, and what would be regretted."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from karez.appraising.exposure import Exposure, expose
from karez.appraising.following import Followed
from karez.appraising.regret import find_regret
from karez.appraising.risk import appraise_risk, follow_draws
from karez.appraising.tables import Decided
from karez.appraising.variants import Variant, candidates, for_draws
from karez.errors import Infeasible, UsageFault
from karez.flow.delivered import with_delivery
from karez.flow.plan import Planned, decide, decide_on, finish
from karez.flow.progress import Progress, Stages, silent
from karez.flow.record import record
from karez.flow.spreading import spread, workers_here
from karez.model.draws import Draws
from karez.model.inputs import Inputs
from karez.model.risk import Regret, Risk, Robust
from karez.model.route_graph import RouteGraph
from karez.reading import read
from karez.reading.run_record import is_run, project_of, read_key_and_seed, refuse_another_run
from karez.reporting import rewrite_run


@dataclass(frozen=True)
class RiskRequest:
    """What of risk is asked for.

    Parameters
    ----------
    draws : int | None
        Number of draws; None: as ``risk.draws`` says.
    seed : int
        Seed of the draws; that of the plan is its own.
    reoptimise : int
        For how many of the draws a plan is made anew.
    robust : Robust | None
        By what a robust plan is chosen; None: none is.
    workers : int | None
        Processes; None: as many as there are processors.
    cluster : str
        Address of a Dask scheduler instead.
    """

    draws: int | None = None
    seed: int = 0
    reoptimise: int = 0
    robust: Robust | None = None
    workers: int | None = None
    cluster: str = ""


def risk(
    folder: Path,
    asked: RiskRequest,
    *,
    out: Path | None = None,
    seed: int = 0,
    progress: Progress = silent,
) -> Planned:
    """Plan a project, see what may come of the plan, and write the run with all of it.

    Parameters
    ----------
    folder : Path
        Project folder, or a run folder inside one.
    asked : RiskRequest
        What of risk is asked for.
    out : Path, optional
        Run folder of a project; by default ``runs/<hash of inputs and seed>`` inside it. A run of the same inputs and
        seed that is there is written anew, whole (rule 11).
    seed : int
        Seed of the plan; that of a run folder is its own.
    progress : Progress
        Told the step and its share.

    Raises
    ------
    DataFault
        With every fault of the input.
    UsageFault
        If the run folder holds something else, or belongs to no project folder as it is now.
    Infeasible
        If no plan meets the required targets and shares.
    """
    stages = Stages(progress)
    project, out, seed = _places(folder, out, seed)
    with stages.stage("reading") as share:
        inputs = read(project, progress=share)
    key = record(inputs, seed).key
    target = out or project / "runs" / key
    refuse_another_run(target, key)
    decided = decide(inputs, seed=seed, stages=stages)
    found = find_risk(decided, asked, seed=seed, stages=stages)
    made = with_delivery(replace(finish(decided, seed=seed, stages=stages), risk=found), project)
    with stages.stage("reporting") as share:
        made = replace(made, record=replace(made.record, seconds=stages.seconds))
        rewrite_run(made, target, progress=share)
    return Planned(made, target)


def find_risk(decided: Decided, asked: RiskRequest, *, seed: int, stages: Stages) -> Risk:
    """See what may come of what was decided, without touching a disk."""
    count = asked.draws or decided.inputs.programme.risk.draws
    with stages.stage("drawing") as share:
        exposure, drawn, followed = follow_draws(decided, count, asked.seed, share)
    regret = _regret(decided, exposure, drawn, followed, asked, seed, stages)
    with stages.stage("weighing"):
        return appraise_risk(decided, exposure, drawn, followed, seed=asked.seed, regret=regret)


def _regret(
    decided: Decided,
    exposure: Exposure,
    drawn: Draws,
    followed: Followed,
    asked: RiskRequest,
    seed: int,
    stages: Stages,
) -> Regret | None:
    """Make the other plans and compare; None where none is asked for."""
    if not asked.reoptimise and asked.robust is None:
        return None
    others = candidates(decided.inputs, decided.prices.catalogue)
    own = for_draws(drawn, decided.prices.catalogue, asked.reoptimise)
    with stages.stage("planning anew") as share:
        made = spread(
            plan_variant,
            (decided.inputs, decided.graph, seed),
            [*others, *own],
            workers=asked.workers or workers_here(),
            cluster=asked.cluster,
            progress=share,
        )
    compared = {"plan": ("The plan as it stands", exposure)} | {
        variant.name: (variant.about, one) for variant, one in zip(others, made, strict=False) if one
    }
    anew = {row: one for row, one in enumerate(made[len(others) :]) if one}
    return find_regret(compared, anew, drawn, followed, asked.robust)


def plan_variant(shared: tuple[Inputs, RouteGraph, int], variant: Variant) -> Exposure | None:
    """Make one other plan; None where its prices leave no plan that keeps what is required."""
    inputs, graph, seed = shared
    try:
        made = decide_on(variant.of(inputs), graph, variant.catalogue, seed=seed, stages=Stages(silent))
    except Infeasible:
        return None
    return expose(replace(made, inputs=inputs))


def _places(folder: Path, out: Path | None, seed: int) -> tuple[Path, Path | None, int]:
    """Project folder, run folder and seed of what was named."""
    if not is_run(folder):
        return folder, out, seed
    if out is not None:
        raise UsageFault("A run folder says where it lies: leave --out away, or name the project folder.")
    return project_of(folder), folder, read_key_and_seed(folder)[1]

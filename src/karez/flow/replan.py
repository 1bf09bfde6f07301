"""``karez replan``: what is built is fixed, the rest is planned again under the money and time that remain."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

from karez.appraising.converting import convert
from karez.appraising.pricing import nominal_budget, price, price_level
from karez.appraising.remaining import Remaining, remaining, standing_upkeep, without_fixed
from karez.errors import Infeasible
from karez.flow.conflict import refusal
from karez.flow.delivered import ledger_hash
from karez.flow.plan import Planned, decide_on, finish
from karez.flow.progress import Progress, Stages, silent
from karez.flow.record import record
from karez.flow.settlements import design_settlements
from karez.flow.track import Tracked, status
from karez.model.baseline import Baseline
from karez.model.delivery import Delivery
from karez.model.inputs import Inputs
from karez.model.plan import Plan
from karez.reading import read
from karez.reporting import refuse_existing, write_run
from karez.routing.route import route
from karez.routing.standing import stand
from karez.tracking.baseline import draft
from karez.tracking.explaining import explain
from karez.tracking.standing import Stands, rest_of, standing_elements


def replan(
    at: Tracked,
    *,
    as_of: date | None = None,
    out: Path | None = None,
    seed: int = 0,
    force: bool = False,
    progress: Progress = silent,
) -> Planned:
    """Plan the rest of an agreement again from what stands, and explain every change against the baseline.

    Parameters
    ----------
    at : Tracked
        The project and its ledger.
    as_of : date, optional
        Last day of the ledger that counts; by default today.
    out : Path, optional
        Run folder; by default ``runs/<hash of inputs, ledger, day and seed>`` inside the project folder.
    seed : int
        Seed of every search.
    force : bool
        Keep an existing run folder aside instead of refusing it.
    progress : Progress
        Told the step and its share.

    Raises
    ------
    DataFault
        With every fault of the input, or if the ledger cannot be read.
    UsageFault
        There is no ledger, no plan was approved, no year is left, or the run folder is there.
    Infeasible
        If no plan of the rest meets the required targets and shares.
    """
    stages = Stages(progress)
    with stages.stage("reading") as share:
        inputs = read(at.folder, progress=share)
    delivery = status(at, as_of=as_of, seed=seed)
    stands = standing_elements(delivery)
    inputs = design_settlements(inputs, seed=seed, stages=stages)
    with stages.stage("routing") as share:
        graph = route(inputs, share)
    catalogue = convert(inputs.catalogue, inputs.programme)
    with stages.stage("pricing"):
        prices = price(inputs, graph, catalogue)
        upkeep = standing_upkeep(graph, prices, inputs.sites["id"], delivery)
    left = remaining(inputs.programme, delivery, upkeep)
    rest = _rest(inputs, left, stands, delivery)
    target = out or at.folder / "runs" / record(rest, seed).key
    refuse_existing(target, force=force)
    standing = stand(graph, stands.spans, inputs.sites["id"].isin(stands.by_hop).to_numpy(), prices.site_mbps)
    try:
        decided = decide_on(rest, standing, catalogue, seed=seed, stages=stages)
    except Infeasible as short:
        with stages.stage("phasing") as share:
            raise refusal(rest, standing, short, seed=seed, progress=share) from None
    made = finish(decided, seed=seed, stages=stages)
    changes = explain(delivery, stands, made, drafted(made), left.money)
    made = replace(made, delivery=delivery, replan=changes)
    with stages.stage("reporting") as share:
        made = replace(made, record=replace(made.record, seconds=stages.seconds))
        write_run(made, target, force=force, progress=share)
    return Planned(made, target)


def _rest(inputs: Inputs, left: Remaining, stands: Stands, delivery: Delivery) -> Inputs:
    """The inputs of the rest, with what identifies the ledger they rest on."""
    reason = f"in service already, as the ledger has it by {delivery.as_of}"
    programme = without_fixed(left.programme, stands.sites, frozenset(stands.spans), reason)
    made = rest_of(inputs, programme, stands, ledger_hash(delivery))
    return replace(made, notes=(*made.notes, *left.notes))


def drafted(made: Plan) -> Baseline:
    """A plan as a baseline."""
    layers = {"sites": made.sites, "spans": made.spans, "nodes": made.nodes, "areas": made.areas}
    level, budget = price_level(made.programme), nominal_budget(made.programme)
    return draft(made.programme, layers, made.proof.elements, level, budget, made.record.key)

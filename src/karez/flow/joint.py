"""Design and years chosen together: the one loop between two workrooms (DESIGN, §2)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from karez.designing.joint import redesign
from karez.designing.network import design
from karez.errors import Infeasible
from karez.flow.progress import Stages
from karez.model.design import Design
from karez.model.inputs import Inputs
from karez.model.plan_bound import Improvement, JointRound
from karez.model.prices import Prices
from karez.model.route_graph import RouteGraph
from karez.model.schedule import Schedule
from karez.phasing import schedule


@dataclass(frozen=True)
class Together:
    """A design and its schedule, and what choosing them together gained."""

    design: Design
    schedule: Schedule
    improvement: Improvement


def choose(inputs: Inputs, graph: RouteGraph, prices: Prices, *, seed: int, stages: Stages) -> Together:
    """Design at least cost, schedule, and let the schedule's prices of money redesign until little is gained."""
    with stages.stage("designing") as share:
        designed = design(inputs, graph, prices, seed=seed, progress=share)
    with stages.stage("phasing") as share:
        scheduled = schedule(inputs, graph, prices, designed, seed=seed, progress=share)
    with stages.stage("improving") as share:
        return _improved(inputs, graph, prices, designed, scheduled, seed, share)


def _improved(
    inputs: Inputs,
    graph: RouteGraph,
    prices: Prices,
    designed: Design,
    scheduled: Schedule,
    seed: int,
    progress: Callable[[float], None],
) -> Together:
    """The best design and schedule that were found."""
    best, rounds, settings = (designed, scheduled), [], inputs.programme.joint
    for number in range(settings.rounds):
        before, tried = best, 0
        for other in redesign(inputs, graph, prices, *before, seed=seed):
            tried += 1
            try:
                attempt = schedule(inputs, graph, prices, other, seed=seed)
            except Infeasible:
                continue
            best = (other, attempt) if attempt.beats(best[1]) else best
        rounds.append(JointRound(tried, best[1].service))
        progress((number + 1) / settings.rounds)
        if not best[1].gains_on(before[1], settings.least_gain):
            break
    return Together(*best, Improvement.between((designed, scheduled), best, tuple(rounds)))

"""``karez why``: what each rule costs; and where no plan keeps them all, which conflict and what would help."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path

from karez.appraising.converting import convert
from karez.appraising.pricing import price
from karez.appraising.rule_worth import TENTH, price_of, reached, same_option, service_of, study
from karez.appraising.rules import Rule, binding, rules
from karez.designing.carried import carried
from karez.designing.network import design
from karez.errors import Infeasible, UsageFault
from karez.flow.conflict import explain
from karez.flow.plan import decide_on
from karez.flow.progress import Progress, Stages, silent
from karez.flow.record import record, study_folder
from karez.flow.settlements import design_settlements
from karez.flow.spread import Task, spread
from karez.model.design import Design
from karez.model.inputs import Inputs
from karez.model.prices import Prices
from karez.model.route_graph import RouteGraph
from karez.model.rule_price import Conflict, Reached, RulePrice, RuleStudy
from karez.model.schedule import Schedule
from karez.phasing import schedule
from karez.reading import read
from karez.reporting import refuse_existing
from karez.reporting.why import write_conflict, write_why
from karez.routing.route import route


@dataclass(frozen=True)
class Explained:
    """The price of each rule, or the conflict, and the folder it was written to."""

    study: RuleStudy | Conflict
    folder: Path


@dataclass(frozen=True)
class Bench:
    """A programme with its plan: what rules are taken away from."""

    inputs: Inputs
    graph: RouteGraph
    prices: Prices
    design: Design
    schedule: Schedule
    seed: int


def why(
    folder: Path,
    *,
    only: Sequence[str] = (),
    out: Path | None = None,
    seed: int = 0,
    force: bool = False,
    workers: int | None = None,
    progress: Progress = silent,
) -> Explained:
    """Find what each rule of a programme costs, by solving without it, and write it.

    Parameters
    ----------
    folder : Path
        Project folder.
    only : Sequence[str]
        Names of rules, ``*`` for any ending; empty for all.
    out : Path, optional
        Folder to write; by default ``studies/why-<hash of inputs and seed>`` inside the project folder.
    seed : int
        Seed of every search.
    force : bool
        Keep an existing folder aside instead of refusing it.
    workers : int, optional
        Processes; the answer does not depend on them.
    progress : Progress
        Told the step and its share.

    Returns
    -------
    Explained
        With a :class:`RuleStudy`, or a :class:`Conflict` where the programme has no plan.

    Raises
    ------
    DataFault
        With every fault of the input.
    UsageFault
        If the folder exists and `force` is not given, or there is no such rule.
    """
    stages = Stages(progress)
    with stages.stage("reading") as share:
        inputs = read(folder, progress=share)
    target = out or study_folder(folder, "why", record(inputs, seed).key)
    refuse_existing(target, force=force)
    inputs = design_settlements(inputs, seed=seed, stages=stages)
    asked = chosen(inputs, only)
    with stages.stage("planning") as share:
        graph = route(inputs, share)
        try:
            bench = planned(inputs, graph, seed)
        except Infeasible as short:
            conflict = explain(inputs, graph, short, seed=seed, workers=workers, progress=share)
            write_conflict(conflict, target, force=force)
            return Explained(conflict, target)
    with stages.stage("solving") as share:
        tasks: list[Task] = [(price_rule, (bench, name)) for name in asked]
        prices = spread(tasks, workers=workers, progress=share)
    found = study(inputs, plan_of(bench), prices, record(inputs, seed))
    with stages.stage("reporting") as share:
        write_why(found, target, force=force, progress=share)
    return Explained(found, target)


def chosen(inputs: Inputs, only: Sequence[str]) -> list[str]:
    """Names of the rules that are asked for.

    Raises
    ------
    UsageFault
        If one of them is not there; the message lists those that are.
    """
    names = list(rules(inputs))
    strange = [asked for asked in only if not any(fnmatchcase(name, asked) for name in names)]
    if strange:
        raise UsageFault(f"There is no rule {', '.join(strange)} in this programme. There are: {', '.join(names)}.")
    return [name for name in names if not only or any(fnmatchcase(name, asked) for asked in only)]


def planned(inputs: Inputs, graph: RouteGraph, seed: int) -> Bench:
    """Decide a programme as ``karez plan`` does, design and years together."""
    decided = decide_on(inputs, graph, convert(inputs.catalogue, inputs.programme), seed=seed, stages=Stages(silent))
    return Bench(inputs, graph, decided.prices, decided.design, decided.schedule, seed)


def plan_of(bench: Bench) -> Reached:
    """What the plan reaches."""
    return reached(bench.inputs, bench.prices, bench.prices, bench.schedule)


def price_rule(bench: Bench, name: str) -> RulePrice:
    """Solve without a rule, and with it loosened."""
    rule, base = rules(bench.inputs)[name], plan_of(bench)
    if not binding(rule, bench.schedule.multipliers):
        looser = (base, base.service) if rule.looser else None
        return price_of(rule, base, base.service, base, looser, binds=False)
    freed, service = solve_without(bench, rule, rule.without(bench.inputs))
    looser = solve_without(bench, rule, rule.looser(bench.inputs, TENTH), thrift=False) if rule.looser else None
    return price_of(rule, base, service, freed, looser)


def solve_without(bench: Bench, rule: Rule, inputs: Inputs, *, thrift: bool = True) -> tuple[Reached, float]:
    """What is reached with a changed rule, and the plan's service as it is measured then.

    With `thrift`, the cost is the least at that service; else that of the most service.
    """
    prices = price(inputs, bench.graph, convert(inputs.catalogue, inputs.programme))
    service = service_of(prices, bench.prices, bench.schedule)
    option, alternative = bench.design.site_option, bench.design.site_alternative
    instead = None if alternative is None else same_option(bench.prices, prices, alternative)
    designs = [carried(bench.design, same_option(bench.prices, prices, option), instead)]
    if rule.designs:
        designs.append(design(inputs, bench.graph, prices, seed=bench.seed))
    found = [best_of(bench, inputs, prices, one, service if thrift else None) for one in designs]
    return max(found, key=lambda one: one.service), service


def best_of(bench: Bench, inputs: Inputs, prices: Prices, designed: Design, service: float | None) -> Reached:
    """The most service of a design, with the least cost of a service that was reached before, if one is given."""
    best = reached(inputs, bench.prices, prices, schedule(inputs, bench.graph, prices, designed, seed=bench.seed))
    if service is None:
        return best
    thrifty = schedule(inputs, bench.graph, prices, designed, seed=bench.seed, service=service)
    cost = reached(inputs, bench.prices, prices, thrifty)
    return replace(best, cost=cost.cost, cost_bound=cost.cost_bound)

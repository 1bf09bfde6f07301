"""All checks of a run, one after the other."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from karez.verifying import (
    answers,
    attribution,
    cash_flow,
    certificates,
    coverage,
    design_bound,
    drawing,
    emissions,
    equity,
    hop_layers,
    indicators,
    latency,
    money,
    network,
    next_best,
    options,
    outages,
    plan_bound,
    power,
    prices,
    radio,
    rain,
    replan,
    rings,
    risk,
    rules,
    schedule_bound,
    settlements,
    shared_capacity,
    sights,
    tables,
)
from karez.verifying.run import Run, read_run
from karez.verifying.verdict import Check, Verdict

FORM: tuple[Callable[[Run], Check], ...] = (tables.ids, tables.cells, tables.years, tables.keys, tables.proof)
"""Checks of form: without them the others would have nothing to stand on."""

SUBSTANCE: tuple[Callable[[Run], Check], ...] = (
    answers.answers,
    answers.standards,
    network.order,
    network.reach,
    drawing.drawing,
    money.budgets,
    money.shares,
    money.totals,
    prices.catalogue,
    prices.prices,
    prices.candidates,
    attribution.attribution,
    drawing.areas,
    coverage.coverage,
    coverage.targets,
    rules.works,
    rules.crews,
    rules.floors,
    rules.fixed,
    rules.windows,
    power.supplies,
    options.options,
    options.choices,
    options.constraints,
    options.prizes,
    cash_flow.capital,
    cash_flow.upkeep,
    cash_flow.sales,
    cash_flow.tax,
    cash_flow.worth,
    indicators.indicators,
    indicators.subsidies,
    equity.equity,
    emissions.emissions,
    outages.cut_off,
    outages.ways,
    outages.emergency,
    outages.availability,
    certificates.certificates,
    design_bound.graph,
    design_bound.value,
    design_bound.bound,
    *(partial(schedule_bound.value, scope=scope) for scope in schedule_bound.SCOPES),
    *(partial(schedule_bound.bound, scope=scope) for scope in schedule_bound.SCOPES),
    plan_bound.spans,
    plan_bound.ways,
    plan_bound.bound,
    shared_capacity.demand,
    shared_capacity.capacity,
    next_best.promises,
    latency.round_trips,
    next_best.ways,
    next_best.choices,
)

RADIO: tuple[Callable[[Run], Check], ...] = (
    radio.pieces,
    radio.hops,
    radio.loads,
    hop_layers.layers,
    sights.profiles,
    sights.sights,
    rain.rain,
)
"""Checks of a run whose network has hops for edges."""

RISK: tuple[Callable[[Run], Check], ...] = (risk.draws, risk.cost, risk.ranges, risk.regret)
"""Checks of a run that holds a risk analysis."""

STREETS: tuple[Callable[[Run], Check], ...] = (settlements.settlements,)
"""Checks of a plan with settlements that are designed street by street."""

RINGS: tuple[Callable[[Run], Check], ...] = (rings.ways, rings.years, rings.cases, rings.cuts)
"""Checks of a plan that builds a survivable backbone."""

REPLAN: tuple[Callable[[Run], Check], ...] = (replan.money, replan.changes, replan.stands)
"""Checks of a plan of the rest."""


def verify(folder: Path, *, progress: Callable[[float], None] = lambda _: None) -> Verdict:
    """Prove a finished run again from its tables alone, with independent, slow, simple code.

    Parameters
    ----------
    folder : Path
        Run folder.
    progress : callable, optional
        Told the share of the checks that is done.

    Returns
    -------
    Verdict
        Every check that was made. Where tables do not fit together, the checks that rest on them are not made.

    Raises
    ------
    DataFault
        If files or columns are missing or cannot be read.
    """
    run = read_run(folder)
    checks: list[Check] = []
    more = ((STREETS, settlements), (RADIO, radio), (RISK, risk), (REPLAN, replan), (RINGS, rings))
    substance = (*SUBSTANCE, *(check for checked, room in more if room.is_there(run) for check in checked))
    for group in (FORM, substance):
        for check in group:
            checks.append(_made(check, run))
            progress(len(checks) / (len(FORM) + len(substance)))
        if not all(check.passed for check in checks):
            break
    return Verdict(tuple(checks))


def _made(check: Callable[[Run], Check], run: Run) -> Check:
    """Make a check; figures of a kind nobody foresaw are a failure of the run, not of the program."""
    try:
        return check(run)
    except (ArithmeticError, AttributeError, LookupError, OSError, TypeError, ValueError) as error:
        name = f"{check.keywords['scope']} {check.func.__name__}" if isinstance(check, partial) else check.__name__
        reason = f"could not be made, as a table or figure is not as it should be ({type(error).__name__}: {error})"
        return Check(name, False, reason)

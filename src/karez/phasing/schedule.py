"""What is built in which year, under budget: the most service first, then the least cost."""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter

import numpy as np

from karez.model.certificate import Certificate
from karez.model.design import Design
from karez.model.inputs import Inputs
from karez.model.note import Note
from karez.model.prices import Prices
from karez.model.schedule import Schedule
from karez.phasing.found import Found, measure
from karez.phasing.master import Frame
from karez.phasing.problem import BENEFIT, Aim, Problem, Rows, contract, pose
from karez.phasing.relax import Relaxation, bound
from karez.phasing.solve import STEPS, solve
from karez.phasing.tables import constraint_table, element_table, option_table

KEPT = 1e-9
"""Share of the first solve's service that the second may lose to rounding."""


def schedule(
    inputs: Inputs,
    prices: Prices,
    design: Design,
    *,
    seed: int = 0,
    progress: Callable[[float], None] | None = None,
) -> Schedule:
    """Choose the year of every element and site of a design, within the budgets.

    First the most discounted, weighted service-years, Σ benefit · service_years[t]; then, at that service, the
    least present cost. Every site has its designed technology, its best alternative (not where fibre is mandatory)
    or none; it enters service in a year in which all elements before it are there; an element is built in the first
    year in which something behind it needs it (rule 8). Cumulative nominal spending never passes cumulative budgets.
    Minimum shares and required targets are kept.

    Parameters
    ----------
    inputs : Inputs
        Sites and settings; ``programme.phasing`` says when to stop.
    prices : Prices
        Costs, weights, budgets.
    design : Design
        The tree and the technology of every site.
    seed : int
        Seed of the integer programmes; equal seeds give equal schedules.
    progress : Callable[[float], None] | None
        Told the share of the work that is done.

    Returns
    -------
    Schedule
        With certificates ``schedule``, ``schedule_cost`` and ``plan``, the last without a bound.

    Raises
    ------
    Infeasible
        If required targets cannot be met; the message names what stands against them.
    ValueError
        If a site is designed for fibre and the tree does not reach it.
    """
    step = _steps(progress)
    began = perf_counter()
    whole = pose(inputs, prices, design)
    problem = contract(whole)
    settings = inputs.programme.phasing
    first = solve(Frame(problem, whole.rows, problem.service()), settings, seed, step=step)
    half_way = perf_counter()
    rows = whole.rows.joined(keep_service(problem, first.found))
    frame = Frame(problem, rows, problem.thrift())
    second = solve(frame, settings, seed, measure(frame, first.found.option_year), step)
    years = second.found.option_year
    served, cost = (measure(Frame(whole, rows, aim), years) for aim in (whole.service(), whole.thrift()))
    service_bound, service_prices = _proven(whole, whole.rows, whole.service(), first.relaxation)
    cost_bound, cost_prices = _proven(whole, rows, whole.thrift(), second.relaxation)
    element_year, option_year = (_programme_year(part, whole.years) for part in (served.element_year, years))
    site_year = np.zeros(len(inputs.sites), np.int16)
    site_option = np.full(len(inputs.sites), -1, np.int32)
    chosen = np.flatnonzero(option_year)
    site_year[whole.option_site[chosen]] = option_year[chosen]
    site_option[whole.option_site[chosen]] = whole.option_row[chosen]
    ended = perf_counter()
    return Schedule(
        element_year=element_year,
        site_year=site_year,
        site_option=site_option,
        certificates=(
            _service_certificate(served.worth, service_bound, half_way - began),
            _cost_certificate(-cost.worth, -cost_bound, inputs, ended - half_way),
            _plan_certificate(served.worth, ended - began),
        ),
        multipliers={"schedule": service_prices, "schedule_cost": cost_prices},
        notes=_notes(inputs, design, site_option, element_year),
        elements=element_table(inputs, design, whole, element_year),
        options=option_table(inputs, prices, whole, option_year),
        constraints=constraint_table(whole, rows),
    )


def keep_service(problem: Problem, found: Found) -> Rows:
    """Row ``service``: Σ benefit · service_years is at least what was found, less one part in 10⁹."""
    profile = np.zeros((1, len(problem.feature_names), problem.years))
    profile[0, BENEFIT] = -problem.service_years
    return Rows(("service",), np.array([-found.worth * (1.0 - KEPT)]), profile, np.zeros(1))


def _proven(problem: Problem, rows: Rows, aim: Aim, relaxation: Relaxation) -> tuple[float, dict[str, float]]:
    """Least bound on the uncontracted problem, and its multipliers by name.

    Multipliers a hair larger are tried as well: where a limit is zero they cost nothing and settle ties.
    """
    tried = [relaxation.multipliers * factor for factor in (1.0, 1.0 + KEPT)]
    best = min(tried, key=lambda multipliers: bound(problem, rows, aim, multipliers))
    return bound(problem, rows, aim, best), dict(zip(rows.names, best.tolist(), strict=True))


def _programme_year(years: np.ndarray, never: int) -> np.ndarray:
    """Years 0 … T − 1 as 1 … T, and T as 0."""
    return np.where(years < never, years + 1, 0).astype(np.int16)


def _steps(progress: Callable[[float], None] | None) -> Callable[[], None]:
    """A callable that reports one more step of all steps done."""
    done = 0

    def step() -> None:
        nonlocal done
        done += 1
        if progress is not None:
            progress(done / (2 * STEPS))

    return step


def _service_certificate(value: float, limit: float, seconds: float) -> Certificate:
    return Certificate(
        name="Discounted, weighted years of service (household-years)",
        scope="schedule",
        sense="maximise",
        value=value,
        bound=limit,
        constant=0.0,
        proof=f"Lagrangian relaxation of budgets, minimum shares and required targets. {PROOF}",
        seconds=seconds,
    )


def _cost_certificate(value: float, limit: float, inputs: Inputs, seconds: float) -> Certificate:
    agreement = inputs.programme.agreement
    return Certificate(
        name=f"Present cost at that service ({agreement.currency}, real {agreement.price_year})",
        scope="schedule_cost",
        sense="minimise",
        value=value,
        bound=limit,
        constant=0.0,
        proof=(
            "Lagrangian relaxation of budgets, minimum shares, required targets and of the service reached, of which "
            f"one part in a thousand million may be lost. {PROOF}"
        ),
        seconds=seconds,
    )


def _plan_certificate(value: float, seconds: float) -> Certificate:
    return Certificate(
        name="Discounted, weighted years of service over all designs (household-years)",
        scope="plan",
        sense="maximise",
        value=value,
        bound=None,
        constant=0.0,
        proof=(
            "No bound: design and schedule were optimised in turn, the design as if there were no budget, so another "
            "design might allow a better schedule."
        ),
        seconds=seconds,
    )


PROOF = (
    "At the stored multipliers the best of the rest, a choice of years in which every element has the first year of "
    "what hangs on it, is found exactly by a dynamic program over the tree; with the priced limits it bounds every "
    "schedule. Rounded outward by one part in a thousand million."
)


def _notes(inputs: Inputs, design: Design, site_option: np.ndarray, element_year: np.ndarray) -> tuple[Note, ...]:
    """What the budgets did to the design."""
    ids = inputs.sites["id"].astype(str).to_numpy()
    dropped = np.flatnonzero((design.site_option >= 0) & (site_option < 0))
    changed = np.flatnonzero((site_option >= 0) & (site_option != design.site_option))
    unbuilt = int((element_year == 0).sum())
    notes = []
    if len(dropped):
        text = f"{len(dropped):,} sites that the design serves are not served within the budgets."
        notes.append(Note("phasing", text, len(dropped), tuple(ids[dropped])))
    if len(changed):
        text = f"{len(changed):,} sites designed for fibre take their alternative, as budgets or cost favour it."
        notes.append(Note("phasing", text, len(changed), tuple(ids[changed])))
    if unbuilt:
        text = f"{unbuilt:,} of {len(element_year):,} elements of the designed network are not built."
        notes.append(Note("phasing", text, unbuilt))
    return tuple(notes)

"""What is built in which year, under budget: the most service first, then the least cost."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from time import perf_counter

import numpy as np

from karez.model.certificate import Certificate
from karez.model.design import Design
from karez.model.inputs import Inputs
from karez.model.note import Note
from karez.model.prices import Prices
from karez.model.route_graph import RouteGraph
from karez.model.schedule import CaseTree, Schedule
from karez.model.sharing import SHARED
from karez.phasing.conflict import conflict
from karez.phasing.pose import Posed, pose
from karez.phasing.rows import KEPT, keep_service
from karez.phasing.tables import constraint_table, element_table, option_table
from karez.solving.schedule import (
    STEPS,
    Aim,
    Case,
    Found,
    Frame,
    Limits,
    Problem,
    Rows,
    Solved,
    Split,
    Unkept,
    amounts,
    bound,
    contract,
    measure,
    solve,
    unfolded,
)


def schedule(
    inputs: Inputs,
    graph: RouteGraph,
    prices: Prices,
    design: Design,
    *,
    seed: int = 0,
    progress: Callable[[float], None] | None = None,
    without: Collection[str] = (),
    service: float | None = None,
) -> Schedule:
    """Choose the year of every element and site of a design, within the budgets.

    First the most discounted, weighted service-years, Σ benefit · service_years[t]; then, at that service, the
    least present cost. Every site has its designed technology, its best alternative (not where fibre is mandatory)
    or none; it enters service in a year in which all elements before it are there; an element is built in the first
    year in which something behind it needs it (rule 8). Cumulative nominal spending never passes cumulative budgets.
    Crews, shares, required targets, floors and what is fixed are kept.

    Parameters
    ----------
    inputs : Inputs
        Sites and settings; ``programme.phasing`` says when to stop.
    graph : RouteGraph
        Lengths and methods of spans.
    prices : Prices
        Costs, weights, budgets.
    design : Design
        The tree and the technology of every site.
    seed : int
        Seed of the integer programmes; equal seeds give equal schedules.
    progress : Callable[[float], None] | None
        Told the share of the work that is done.
    without : Collection[str]
        Names of rules to leave out; see :func:`karez.phasing.rows.rows_of`.
    service : float | None
        Service that is enough: cost is the least for it. None: for the most that was found, and never for more.

    Returns
    -------
    Schedule
        With certificates ``schedule`` and ``schedule_cost``.

    Raises
    ------
    Infeasible
        If required targets, floors or what is fixed cannot be had; the message names what stands against them.
    DataFault
        If spans that are fixed are not those of the design.
    ValueError
        If a site is designed for fibre and the tree does not reach it.
    """
    step = _steps(progress)
    began = perf_counter()
    posed = pose(inputs, graph, prices, design)
    kept = [row for row, name in enumerate(posed.rows.names) if name not in without]
    posed = replace(posed, rows=posed.rows.only(np.array(kept, np.intp)))
    problem = contract(posed.problem)
    limits = Limits(inputs.programme.phasing.stop_gap, inputs.programme.phasing.node_limit)
    first = _solved(Frame(problem, posed.rows, posed.service()), limits, seed, None, step)
    half_way = perf_counter()
    enough = first.found if service is None else replace(first.found, worth=min(service, first.found.worth))
    rows = posed.rows.joined(keep_service(problem.feature_names, posed.service_years, enough))
    frame = Frame(problem, rows, posed.thrift())
    second = _solved(frame, limits, seed, measure(frame, first.found.option_year), step)
    return _schedule(inputs, prices, design, posed, rows, (first, second), (began, half_way))


def _solved(frame: Frame, limits: Limits, seed: int, start: Found | None, step: Callable[[], None]) -> Solved:
    """Solve; where that cannot be, say which rules conflict."""
    try:
        return solve(frame, limits, seed, start, step)
    except Unkept as unkept:
        raise conflict(unkept) from None


def _schedule(
    inputs: Inputs,
    prices: Prices,
    design: Design,
    posed: Posed,
    rows: Rows,
    solved: tuple[Solved, Solved],
    times: tuple[float, float],
) -> Schedule:
    """The noun of what was found, with its certificates."""
    (first, second), (began, half_way) = solved, times
    whole, years = posed.problem, second.found.option_year
    served, cost = (measure(Frame(whole, rows, aim), years) for aim in (posed.service(), posed.thrift()))
    built = amounts(Frame(whole, rows, posed.service()), served.years)
    service_bound, service_prices, service_cases = _proven(whole, posed.rows, posed.service(), first)
    cost_bound, cost_prices, cost_cases = _proven(whole, rows, posed.thrift(), second)
    element_year, option_year = (_programme_year(part, whole.years) for part in (served.element_year, years))
    site_year = np.zeros(len(inputs.sites), np.int16)
    site_option = np.full(len(inputs.sites), -1, np.int32)
    chosen = np.flatnonzero(option_year)
    site_year[whole.option_site[chosen]] = option_year[chosen]
    site_option[whole.option_site[chosen]] = posed.option_row[chosen]
    ended = perf_counter()
    return Schedule(
        element_year=element_year,
        site_year=site_year,
        site_option=site_option,
        certificates=(
            _service_certificate(rows, served.worth, service_bound, half_way - began),
            _cost_certificate(rows, -cost.worth, -cost_bound, inputs, ended - half_way),
        ),
        multipliers={"schedule": service_prices, "schedule_cost": cost_prices},
        cases={
            scope: tree
            for scope, tree in (("schedule", service_cases), ("schedule_cost", cost_cases))
            if tree is not None
        },
        notes=_notes(inputs, design, site_option, element_year),
        elements=element_table(inputs, prices, design, posed, element_year),
        options=option_table(inputs, prices, posed, option_year),
        constraints=constraint_table(rows, rows.use @ built.ravel()),
    )


def _proven(problem: Problem, rows: Rows, aim: Aim, solved: Solved) -> tuple[float, dict[str, float], CaseTree | None]:
    """Least bound on the uncontracted problem, its multipliers by name, and the cases that lower it, if any do."""
    limit, multipliers = _priced(problem, rows, aim, solved.relaxation.multipliers)
    if solved.cases is None:
        return limit, multipliers, None
    by_cases, tree = _tree(problem, unfolded(problem), rows, aim, solved.cases)
    return (by_cases, multipliers, tree) if by_cases < limit else (limit, multipliers, None)


def _priced(problem: Problem, rows: Rows, aim: Aim, multipliers: np.ndarray) -> tuple[float, dict[str, float]]:
    """Bound of multipliers, and these by name.

    Multipliers a hair larger are tried as well: where a limit is zero they cost nothing and settle ties.
    """
    tried = [multipliers * factor for factor in (1.0, 1.0 + KEPT)]
    limit, best = min(((bound(problem, rows, aim, one), one) for one in tried), key=lambda pair: pair[0])
    return limit, dict(zip(rows.names, best.tolist(), strict=True))


def _tree(problem: Problem, stands_for: np.ndarray, rows: Rows, aim: Aim, case: Case) -> tuple[float, CaseTree]:
    """Bound of a case on the uncontracted problem, and it as a tree; see ``Schedule.cases``."""
    if case.split is None:
        limit, multipliers = _priced(problem, rows, aim, case.relaxation.multipliers)
        return limit, {"multipliers": multipliers}
    split = Split(int(stands_for[case.split.item]), case.split.year)
    (by, by_tree), (after, after_tree) = (
        _tree(split.narrowed(problem, by=on_time), stands_for, rows, aim, half)
        for on_time, half in zip((True, False), case.halves, strict=True)
    )
    is_option = split.item >= problem.elements
    where = {"option" if is_option else "element": split.item - problem.elements * is_option, "year": split.year + 1}
    return max(by, after), {**where, "by": by_tree, "after": after_tree}


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


def _shared(rows: Rows) -> str:
    """Words on shared capacity, where there is a rule on it."""
    return ", shared capacity" if any(name.startswith(f"{SHARED}:") for name in rows.names) else ""


def _service_certificate(rows: Rows, value: float, limit: float, seconds: float) -> Certificate:
    return Certificate(
        name="Discounted, weighted years of service (household-years)",
        scope="schedule",
        sense="maximise",
        value=value,
        bound=limit,
        constant=0.0,
        proof=f"Lagrangian relaxation of budgets, crews, shares{_shared(rows)}, required targets and floors. {PROOF}",
        seconds=seconds,
    )


def _cost_certificate(rows: Rows, value: float, limit: float, inputs: Inputs, seconds: float) -> Certificate:
    agreement = inputs.programme.agreement
    return Certificate(
        name=f"Present cost at that service ({agreement.currency}, real {agreement.price_year})",
        scope="schedule_cost",
        sense="minimise",
        value=value,
        bound=limit,
        constant=0.0,
        proof=(
            f"Lagrangian relaxation of budgets, crews, shares{_shared(rows)}, required targets, floors and of the "
            f"service reached, of which one part in a thousand million may be lost. {PROOF}"
        ),
        seconds=seconds,
    )


PROOF = (
    "At the stored multipliers the best of the rest, a choice of years in which every element has the first year of "
    "what hangs on it, is found exactly by a dynamic program over the tree; with the priced limits it bounds every "
    "schedule. Where cases are stored – an item is there by a year, or it is not – each has its own multipliers, and "
    "the bound is that of the worst case. Rounded outward by one part in a thousand million."
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

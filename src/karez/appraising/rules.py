"""The rules of a programme, each as a change of the inputs that takes it away, or makes it looser."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial, reduce
from typing import Any

import numpy as np
import pandas as pd

from karez.model.inputs import Inputs
from karez.model.programme import Programme, Project
from karez.model.rule_price import Loosening
from karez.model.words import TECHNOLOGIES, Method

Change = Callable[[Inputs], Inputs]
Loosen = Callable[[Inputs, float], Inputs]
Say = Callable[[float], str]

ALL = "all"
"""Last part of the name of a rule that stands for all of its kind."""
PLENTY = 100.0
"""Budgets so many times as high are as good as none."""
NO_STANDARD = {"mbps": 1e-6, "latency_ms": 1e9}


@dataclass(frozen=True)
class Rule:
    """A rule that can be taken away.

    Parameters
    ----------
    name : str
        Stable name, ``kind:…``.
    words : str
        What it says.
    without : Change
        Inputs without it.
    looser : Loosen | None
        Inputs with the rule loosened by a share of its number; None where it has none.
    looser_words : Say | None
        What the rule says when it is loosened by a share.
    rows : tuple[str, ...]
        Beginnings of the names of the schedule's rows that it makes; empty where it makes none.
    designs : bool
        Whether the network may come out otherwise without it.
    weighs : bool
        Whether it changes what is measured, not what is allowed.
    members : tuple[str, ...]
        Rules it stands for, where it stands for several.
    unbounded : bool
        Whether it can be loosened by more than its whole: money and crews can be doubled, targets only dropped.
    """

    name: str
    words: str
    without: Change
    looser: Loosen | None = None
    looser_words: Say | None = None
    rows: tuple[str, ...] = ()
    designs: bool = False
    weighs: bool = False
    members: tuple[str, ...] = ()
    unbounded: bool = False

    @property
    def kind(self) -> str:
        """What kind of rule it is."""
        return self.name.partition(":")[0]


def rules(inputs: Inputs) -> dict[str, Rule]:
    """Every rule of a programme by name, single ones first, then those that stand for all of a kind."""
    found = [rule for make in MAKERS for rule in make(inputs)]
    single = {rule.name: rule for rule in found}
    return single | {rule.name: rule for rule in _together(found)}


def without(inputs: Inputs, dropped: Iterable[Rule]) -> Inputs:
    """Inputs without some rules."""
    return reduce(lambda changed, rule: rule.without(changed), dropped, inputs)


def _together(found: list[Rule]) -> Iterator[Rule]:
    """For each kind with several rules that are about weights or technologies, all of them at once."""
    said = {
        "priority": "all priorities together",
        "fibre_mandatory": "fibre is mandatory, for all kinds of site together",
        "minimum_share": "all minimum shares together",
    }
    for kind, words in said.items():
        members = [rule for rule in found if rule.kind == kind]
        if len(members) > 1:
            yield Rule(
                f"{kind}:{ALL}",
                words,
                partial(without, dropped=tuple(members)),
                rows=tuple(row for rule in members for row in rule.rows),
                designs=members[0].designs,
                weighs=members[0].weighs,
                members=tuple(rule.name for rule in members),
            )


def _changed(inputs: Inputs, **settings: Any) -> Inputs:
    return replace(inputs, programme=inputs.programme.model_copy(update=settings))


def _agreement(inputs: Inputs, **settings: Any) -> Inputs:
    return _changed(inputs, agreement=inputs.programme.agreement.model_copy(update=settings))


def _project(inputs: Inputs, project_id: str, change: Callable[[Project], dict[str, Any]]) -> Inputs:
    """Inputs with one project's settings changed."""
    projects = tuple(
        project.model_copy(update=change(project)) if project.id == project_id else project
        for project in inputs.programme.projects
    )
    return _changed(inputs, projects=projects)


def _share(share: float) -> str:
    return f"{100 * share:.4g} %"


def _less(share: float, own: float, words: str) -> str:
    """What a share of something says when it is lowered by a part."""
    return f"{_share(own * (1 - share))} {words}"


def _more(share: float, own: float, words: str) -> str:
    """What a share of something says when it is raised by a part."""
    return f"{_share(min(1.0, own * (1 + share)))} {words}"


def _less_priority(share: float, own: float) -> str:
    return f"priority {1 + (own - 1) * (1 - share):g}"


def _more_km(share: float, own: tuple[float, ...]) -> str:
    return ", ".join(f"{km * (1 + share):,.0f}" for km in own) + " km a year"


def _slower(share: float, mbps: float, latency_ms: float) -> str:
    return f"{mbps * (1 - share):g} Mbit/s within {latency_ms * (1 + share):g} ms"


def _money(programme: Programme, amount: float) -> str:
    for size, word in ((1e9, "bn"), (1e6, "M"), (1e3, "k")):
        if abs(amount) >= size:
            return f"{amount / size:,.4g} {word} {programme.agreement.currency}"
    return f"{amount:,.0f} {programme.agreement.currency}"


# --- money -----------------------------------------------------------------------------------------------------------


def _money_rules(inputs: Inputs) -> Iterator[Rule]:
    programme = inputs.programme
    agreement = programme.agreement
    total = sum(agreement.budget) * agreement.budget_scale
    yield Rule(
        "budget",
        f"the budgets, {_money(programme, total)} in all",
        partial(_scaled_budget, share=PLENTY - 1.0),
        _scaled_budget,
        lambda share: f"{_money(programme, total * (1 + share))} in all, {_money(programme, total * share)} more",
        rows=("budget:",),
        unbounded=True,
    )
    if sum(money > 0 for money in agreement.budget) > 1:
        yield Rule(
            "budget_years",
            "the money comes year by year, not all of it in the first year",
            _all_at_once,
            _earlier,
            lambda share: f"{_share(share)} of every later year's money comes a year earlier",
            rows=("budget:",),
        )
    if "opex" in agreement.budget_pays and "capex" in agreement.budget_pays:
        yield Rule(
            "budget_pays",
            "the budgets pay for upkeep too",
            partial(_agreement, budget_pays=("capex",)),
            rows=("budget:",),
        )


def _scaled_budget(inputs: Inputs, share: float) -> Inputs:
    return _agreement(inputs, budget_scale=inputs.programme.agreement.budget_scale * (1.0 + share))


def _all_at_once(inputs: Inputs) -> Inputs:
    budget = inputs.programme.agreement.budget
    return _agreement(inputs, budget=(sum(budget), *(0.0 for _ in budget[1:])))


def _earlier(inputs: Inputs, share: float) -> Inputs:
    """A share of every year's money but the first comes one year earlier."""
    budget = np.array(inputs.programme.agreement.budget)
    moved = np.append(budget[1:] * min(share, 1.0), 0.0)
    shifted = budget + moved - np.append(0.0, moved[:-1])
    return _agreement(inputs, budget=tuple(float(money) for money in shifted))


# --- projects --------------------------------------------------------------------------------------------------------


def _share_rules(inputs: Inputs) -> Iterator[Rule]:
    for project in inputs.programme.projects:
        if project.minimum_share > 0:
            least = project.minimum_share
            yield Rule(
                f"minimum_share:{project.id}",
                f"{project.name} gets {_share(least)} of capex at least",
                partial(_project, project_id=project.id, change=lambda _: {"minimum_share": 0.0}),
                partial(_less_share, project_id=project.id),
                partial(_less, own=least, words="at least"),
                rows=(f"share:{project.id}",),
            )
        most = project.maximum_share
        if most < 1:
            yield Rule(
                f"maximum_share:{project.id}",
                f"{project.name} gets {_share(most)} of capex at most",
                partial(_project, project_id=project.id, change=lambda _: {"maximum_share": 1.0}),
                partial(_more_share, project_id=project.id),
                partial(_more, own=most, words="at most"),
                rows=(f"maximum_share:{project.id}",),
                unbounded=True,
            )


def _less_share(inputs: Inputs, share: float, project_id: str) -> Inputs:
    return _project(inputs, project_id, lambda one: {"minimum_share": one.minimum_share * (1.0 - min(share, 1.0))})


def _more_share(inputs: Inputs, share: float, project_id: str) -> Inputs:
    return _project(inputs, project_id, lambda one: {"maximum_share": min(1.0, one.maximum_share * (1.0 + share))})


def _target_rules(inputs: Inputs) -> Iterator[Rule]:
    for project in inputs.programme.projects:
        for target in (target for target in project.targets if target.required):
            counted = "places" if target.counted_by == "place" else ""
            of = f" of its {counted}" if counted else ""
            lower = partial(_lower_target, project_id=project.id, year=target.year, counted=counted)
            yield Rule(
                f"target:{project.id}:{target.year}" + (f":{counted}" if counted else ""),
                f"{project.name} covers {_share(target.coverage)}{of} by the end of {target.year}",
                partial(lower, share=1.0),
                lower,
                partial(_less, own=target.coverage, words="covered"),
                rows=(f"{counted or 'target'}:{project.id}:{target.year}",),
            )


def _lower_target(inputs: Inputs, share: float, project_id: str, year: int, counted: str) -> Inputs:
    def lowered(project: Project) -> dict[str, Any]:
        def one(target: Any) -> Any:
            own = "places" if target.counted_by == "place" else ""
            if not target.required or target.year != year or own != counted:
                return target
            # A target that is dropped altogether is none: even coverage zero would be a row of the schedule.
            return target.model_copy(
                update={"coverage": target.coverage * (1.0 - min(share, 1.0)), "required": share < 1.0}
            )

        return {"targets": tuple(one(target) for target in project.targets)}

    return _project(inputs, project_id, lowered)


def _weight_rules(inputs: Inputs) -> Iterator[Rule]:
    for project in inputs.programme.projects:
        if project.priority != 1.0:
            first = "before others" if project.priority > 1 else "after others"
            yield Rule(
                f"priority:{project.id}",
                f"{project.name} comes {first}: priority {project.priority:g}",
                partial(_project, project_id=project.id, change=lambda _: {"priority": 1.0}),
                partial(_nearer_one, project_id=project.id),
                partial(_less_priority, own=project.priority),
                weighs=True,
            )


def _nearer_one(inputs: Inputs, share: float, project_id: str) -> Inputs:
    return _project(inputs, project_id, lambda one: {"priority": 1.0 + (one.priority - 1.0) * (1.0 - min(share, 1.0))})


def _technology_rules(inputs: Inputs) -> Iterator[Rule]:
    programme = inputs.programme
    used = set(zip(inputs.sites["project"], inputs.sites["category"], strict=True))
    for project in programme.projects:
        for category in project.fibre_mandatory:
            if (project.id, category) in used and _others(programme, project, category):
                yield Rule(
                    f"fibre_mandatory:{project.id}:{category}",
                    f"fibre is mandatory for {programme.categories[category].name} of {project.name}",
                    partial(_project, project_id=project.id, change=partial(_optional, category=category)),
                    designs=True,
                )
        more = [name for name in programme.technologies if name not in project.technologies]
        gained = [
            name
            for name in more
            if any(
                name in programme.categories[category].costs and category not in project.fibre_mandatory
                for owner, category in used
                if owner == project.id
            )
        ]
        if gained:
            yield Rule(
                f"technologies:{project.id}",
                f"{project.name} may not use {' or '.join(str(name).replace('_', ' ') for name in gained)}",
                partial(_project, project_id=project.id, change=partial(_any_technology, more=tuple(gained))),
                designs=True,
            )
        if _standard_bites(programme, project, used):
            standard = project.standard
            yield Rule(
                f"standard:{project.id}",
                f"{project.name} is promised {standard.mbps:g} Mbit/s within {standard.latency_ms:g} ms",
                partial(_project, project_id=project.id, change=partial(_lower_standard, share=None)),
                partial(_standard_looser, project_id=project.id),
                partial(_slower, mbps=standard.mbps, latency_ms=standard.latency_ms),
                weighs=True,
            )


def _others(programme: Programme, project: Project, category: str) -> list[str]:
    """Technologies but fibre that could serve a category of a project, were fibre not mandatory."""
    costs = programme.categories[category].costs
    return [name for name in TECHNOLOGIES if name != "fibre" and name in project.technologies and name in costs]


def _optional(project: Project, category: str) -> dict[str, Any]:
    return {"fibre_mandatory": tuple(name for name in project.fibre_mandatory if name != category)}


def _any_technology(project: Project, more: tuple[Any, ...]) -> dict[str, Any]:
    return {"technologies": (*project.technologies, *more)}


def _standard_bites(programme: Programme, project: Project, used: set[tuple[str, str]]) -> bool:
    """Whether some technology that may serve the project is below its standard."""
    offered = {
        name
        for owner, category in used
        if owner == project.id and category not in project.fibre_mandatory
        for name in programme.categories[category].costs
        if name in project.technologies
    }
    given = [programme.technologies[name] for name in offered if name in programme.technologies]
    standard = project.standard
    return any(rules.mbps < standard.mbps or rules.latency_ms > standard.latency_ms for rules in given)


def _lower_standard(project: Project, share: float | None) -> dict[str, Any]:
    own = project.standard
    if share is None:
        return {"standard": own.model_copy(update=NO_STANDARD)}
    update = {"mbps": own.mbps * (1 - share), "latency_ms": own.latency_ms * (1 + share)}
    return {"standard": own.model_copy(update=update)}


def _standard_looser(inputs: Inputs, share: float, project_id: str) -> Inputs:
    return _project(inputs, project_id, partial(_lower_standard, share=min(share, 0.999)))


# --- dates, crews, floors, what is fixed -----------------------------------------------------------------------------


def _date_rules(inputs: Inputs) -> Iterator[Rule]:
    first = inputs.programme.agreement.first_year
    waiting = pd.to_numeric(inputs.sites["earliest_year"]).fillna(first) > first
    if waiting.any():
        yield Rule(
            "earliest_year",
            f"{int(waiting.sum()):,} sites wait for their earliest year",
            partial(_no_dates, table="sites", column="earliest_year"),
        )
    late = pd.to_numeric(inputs.sources["from_year"]).fillna(first) > first
    if late.any():
        yield Rule(
            "source_from_year",
            f"{int(late.sum()):,} sources are there from a later year only",
            partial(_no_dates, table="sources", column="from_year"),
        )


def _no_dates(inputs: Inputs, table: str, column: str) -> Inputs:
    changed = getattr(inputs, table).copy()
    changed[column] = pd.array([pd.NA] * len(changed), dtype="Int64")
    return replace(inputs, **{table: changed})


def _crew_rules(inputs: Inputs) -> Iterator[Rule]:
    crews = inputs.programme.crews
    for method, crew in sorted(crews.items()):
        most = crew.capacity_km(inputs.programme.agreement.years)
        if np.isfinite(most).any():
            told = ", ".join(f"{km:,.0f}" for km in most)
            yield Rule(
                f"crew:{method}",
                f"crews lay at most {told} km a year, {str(method).replace('_', ' ')}",
                partial(_no_crew, method=method),
                partial(_more_crew, method=method),
                partial(_more_km, own=tuple(most.tolist())),
                rows=(f"crew:{method}:",),
                unbounded=True,
            )
        if crew.longest_km_per_year is not None:
            yield Rule(
                f"construction:{method}",
                f"long spans take several years, {crew.longest_km_per_year:g} km in each",
                partial(_quick_crew, method=method),
            )


def _with_crew(inputs: Inputs, method: Method, update: dict[str, Any]) -> Inputs:
    crews = dict(inputs.programme.crews)
    crews[method] = crews[method].model_copy(update=update)
    return _changed(inputs, crews=crews)


def _no_crew(inputs: Inputs, method: Method) -> Inputs:
    return _with_crew(inputs, method, {"km_per_year": (), "start_km": None})


def _quick_crew(inputs: Inputs, method: Method) -> Inputs:
    return _with_crew(inputs, method, {"longest_km_per_year": None})


def _more_crew(inputs: Inputs, share: float, method: Method) -> Inputs:
    crew = inputs.programme.crews[method]
    start = None if crew.start_km is None else crew.start_km * (1 + share)
    return _with_crew(
        inputs, method, {"km_per_year": tuple(km * (1 + share) for km in crew.km_per_year), "start_km": start}
    )


def _capacity_rules(inputs: Inputs) -> Iterator[Rule]:
    for name, service in inputs.programme.satellites.items():
        if service.is_shared:
            yield Rule(
                f"shared:{name}",
                f"{name} sells no more than it has in any cell of {service.cell_km:g} km",
                partial(_with_service, name=name, update={"cell_km": None, "cell_mbps": None, "mbps_per_km2": None}),
                partial(_more_capacity, name=name),
                _more_sold,
                rows=(f"shared:{name}:",),
                designs=True,
                unbounded=True,
            )


def _more_sold(share: float) -> str:
    return f"{share:.0%} more in every cell"


def _with_service(inputs: Inputs, name: str, update: dict[str, Any]) -> Inputs:
    services = dict(inputs.programme.satellites)
    services[name] = services[name].model_copy(update=update)
    return _changed(inputs, satellites=services)


def _more_capacity(inputs: Inputs, share: float, name: str) -> Inputs:
    own = inputs.programme.satellites[name].oversubscription
    return _with_service(inputs, name, {"oversubscription": own * (1.0 + share)})


def _floor_rules(inputs: Inputs) -> Iterator[Rule]:
    for number, floor in enumerate(inputs.programme.floors):
        where = floor.area or "every area"
        yield Rule(
            f"floor:{floor.area or ALL}:{floor.year}",
            f"{where} has {_share(floor.coverage)} of its homes covered by the end of {floor.year}",
            partial(_lower_floor, share=1.0, number=number),
            partial(_lower_floor, number=number),
            partial(_less, own=floor.coverage, words="covered"),
            rows=(f"floor:{floor.area}:{floor.year}",) if floor.area else ("floor:",),
        )


def _lower_floor(inputs: Inputs, share: float, number: int) -> Inputs:
    """A floor lowered by a share; at coverage zero it asks for nothing, and keeps its place in the list."""
    floors = list(inputs.programme.floors)
    floors[number] = floors[number].model_copy(update={"coverage": floors[number].coverage * (1.0 - min(share, 1.0))})
    return _changed(inputs, floors=tuple(floors))


def _fixed_rules(inputs: Inputs) -> Iterator[Rule]:
    for number, fixed in enumerate(inputs.programme.fixed):
        count = len(fixed.sites) + len(fixed.spans)
        when = "are never built" if fixed.never else f"are completed in {fixed.year}"
        why = f" ({fixed.reason})" if fixed.reason else ""
        yield Rule(f"fixed:{number + 1}", f"{count:,} sites and spans {when}{why}", partial(_unfixed, number=number))


def _unfixed(inputs: Inputs, number: int) -> Inputs:
    fixed = list(inputs.programme.fixed)
    fixed[number] = fixed[number].model_copy(update={"sites": (), "spans": ()})
    return _changed(inputs, fixed=tuple(fixed))


def _backbone_rules(inputs: Inputs) -> Iterator[Rule]:
    """Two ways for every hub, where the plan builds them."""
    of = inputs.programme.backbone
    if of.in_plan:
        by = of.closed_by or inputs.programme.agreement.calendar_years[-1]
        without = partial(_changed, backbone=of.model_copy(update={"in_plan": False}))
        yield Rule("backbone", f"every hub has two ways by {by}", without, designs=True)


MAKERS: tuple[Callable[[Inputs], Iterator[Rule]], ...] = (
    _money_rules,
    _share_rules,
    _target_rules,
    _weight_rules,
    _technology_rules,
    _date_rules,
    _crew_rules,
    _capacity_rules,
    _floor_rules,
    _fixed_rules,
    _backbone_rules,
)


# --- what is asked of rules ------------------------------------------------------------------------------------------

LOST_CAUSE = ("priority", "budget_years", "standard")
"""Kinds that are left aside where rules conflict: weights never do, and money's years are told by the budgets."""


def can_conflict(inputs: Inputs) -> dict[str, Rule]:
    """Single rules that may make a programme infeasible: what asks for service first, what stands against it last."""
    found = {name: rule for name, rule in rules(inputs).items() if not rule.members and rule.kind not in LOST_CAUSE}
    asking = {name: rule for name, rule in found.items() if rule.kind in {"target", "floor", "fixed"}}
    return asking | found


def conflict_words(inputs: Inputs, names: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """Names of rules with what they say."""
    listed = rules(inputs)
    return tuple((name, listed[name].words) for name in names)


def in_a_hurry(inputs: Inputs) -> Inputs:
    """Inputs for which any schedule will do."""
    phasing = inputs.programme.phasing.model_copy(update={"stop_gap": ANY_GAP})
    return _changed(inputs, phasing=phasing)


ANY_GAP = 1e9
"""Share between value and bound that any schedule keeps."""


def loosening(rule: Rule, share: float | None, proven: float, *, enough: bool) -> Loosening:
    """What came of loosening a rule."""
    said = rule.looser_words(share) if rule.looser_words and share is not None else ""
    return Loosening(rule.name, rule.words, share, proven, enough, said)


def binding(rule: Rule, multipliers: dict[str, dict[str, float]]) -> bool:
    """Whether a rule may cost something: not if it only makes rows, and none of them has a price in either proof.

    The bounds stand without such rows, since a row whose multiplier is zero takes no part in them.
    """
    if rule.weighs or rule.designs or not rule.rows:
        return True
    return any(
        price > 0
        for prices in multipliers.values()
        for name, price in prices.items()
        if any(name == row or (row.endswith(":") and name.startswith(row)) for row in rule.rows)
    )

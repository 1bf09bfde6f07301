"""Which rules conflict where no plan keeps them all, and the least that would help, each tried by solving again."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from karez.appraising.converting import convert
from karez.appraising.pricing import price
from karez.appraising.rules import Rule, can_conflict, conflict_words, in_a_hurry, loosening, rules, without
from karez.designing.network import design
from karez.errors import Infeasible
from karez.flow.record import record
from karez.flow.spread import Task, spread
from karez.model.design import Design
from karez.model.inputs import Inputs
from karez.model.route_graph import RouteGraph
from karez.model.rule_price import Conflict, Loosening
from karez.phasing import schedule
from karez.solving.irreducible import irreducible, least

FINENESS = 0.005
"""How near the least loosening that does is to one that does not, as a part of it."""
MOST_SETS = 3
"""Sets of rules that conflict are sought until there are so many."""
NOT_TRIED = (
    "Not tried: whether other rules conflict besides, without these (karez why seeks them), and networks chosen "
    "together with the years."
)
"""What a planner that explains itself at once leaves to ``karez why``."""
SEARCHING = 0.5
"""Share of the progress until the rules that conflict are known."""


@dataclass
class Trial:
    """Tries whether a programme with changed rules has a schedule; each change once.

    Parameters
    ----------
    inputs, graph
        The programme as it is.
    seed : int
        Seed of every search.
    design : Design
        Its network; designed again only where a rule that shapes it is changed.
    """

    inputs: Inputs
    graph: RouteGraph
    seed: int
    design: Design
    known: dict[tuple[str, ...], bool] = field(default_factory=dict)
    doubts: set[tuple[str, ...]] = field(default_factory=set)

    @classmethod
    def of(cls, inputs: Inputs, graph: RouteGraph, seed: int) -> Trial:
        """Design the network once."""
        hurried = in_a_hurry(inputs)
        prices = price(hurried, graph, convert(inputs.catalogue, inputs.programme))
        return cls(hurried, graph, seed, design(hurried, graph, prices, seed=seed))

    def conflicts(self, kept: tuple[str, ...]) -> bool:
        """Whether no schedule keeps these rules, all others being dropped."""
        if kept not in self.known:
            listed = can_conflict(self.inputs)
            dropped = [rule for name, rule in listed.items() if name not in kept]
            answer = self.fails(without(self.inputs, dropped), dropped)
            self.known[kept] = answer is not None
            if answer is not None and not answer.proven:
                self.doubts.add(kept)
        return self.known[kept]

    def sets(self, names: tuple[str, ...], most: int = MOST_SETS) -> list[tuple[str, ...]]:
        """Sets of rules that conflict, none of which can be left out, the last of each dropped for the next."""
        found: list[tuple[str, ...]] = []
        while len(found) < most:
            conflict = irreducible(names, self.conflicts, together=False)
            if not conflict:
                break
            found.append(conflict)
            names = tuple(name for name in names if name != conflict[-1])
        return found

    def minimal(self, conflict: tuple[str, ...]) -> bool:
        """Whether for each rule of a set the others can be kept."""
        return not any(self.conflicts(tuple(name for name in conflict if name != left)) for left in conflict)

    def fails(self, inputs: Inputs, changed: Iterable[Rule]) -> Infeasible | None:
        """Why inputs with these rules changed have no schedule; None if they have one."""
        prices = price(inputs, self.graph, convert(inputs.catalogue, inputs.programme))
        anew = any(rule.designs for rule in changed)
        designed = design(inputs, self.graph, prices, seed=self.seed) if anew else self.design
        try:
            schedule(inputs, self.graph, prices, designed, seed=self.seed)
        except Infeasible as short:
            return short
        return None


def explain(
    inputs: Inputs,
    graph: RouteGraph,
    short: Infeasible,
    *,
    seed: int = 0,
    workers: int | None = None,
    most_sets: int = MOST_SETS,
    progress: Callable[[float], None] = lambda _: None,
) -> Conflict:
    """Find rules that conflict, none of which can be left out, and the least loosening of each that helps.

    Parameters
    ----------
    inputs, graph
        A programme without a plan.
    short : Infeasible
        What the planner said.
    seed : int
        Seed of every search.
    workers : int, optional
        Processes; the answer does not depend on them.
    most_sets : int
        Sets of rules that conflict are sought until there are so many.
    progress : callable
        Told the share of the work that is done.
    """
    try:
        trial = Trial.of(inputs, graph, seed)
    except Infeasible:
        return Conflict(inputs.programme, str(short), (), short.proven, False, (), record(inputs, seed))
    sets = trial.sets(tuple(can_conflict(inputs)), most_sets)
    progress(SEARCHING)
    named = list(dict.fromkeys(name for names in sets for name in names))
    tasks: list[Task] = [(loosen, (trial, name)) for name in named]
    loosenings = spread(tasks, workers=workers, progress=lambda done: progress(SEARCHING + (1 - SEARCHING) * done))
    return Conflict(
        programme=inputs.programme,
        message=str(short),
        sets=tuple(conflict_words(inputs, names) for names in sets),
        proven=bool(sets) and not trial.doubts.intersection(sets),
        minimal=bool(sets) and all(trial.minimal(names) for names in sets),
        loosenings=tuple(loosenings),
        record=record(inputs, seed),
    )


def refusal(
    inputs: Inputs,
    graph: RouteGraph,
    short: Infeasible,
    *,
    seed: int = 0,
    workers: int | None = None,
    progress: Callable[[float], None] = lambda _: None,
) -> Infeasible:
    """What the planner said, with one set of rules that conflict and what would help, and what was not tried."""
    conflict = explain(inputs, graph, short, seed=seed, workers=workers, most_sets=1, progress=progress)
    said = conflict.sentences()
    return Infeasible("\n".join([*said, NOT_TRIED] if conflict.sets else said), proven=short.proven)


def loosen(trial: Trial, name: str) -> Loosening:
    """Least share by which one rule must be loosened, all others kept."""
    rule = rules(trial.inputs)[name]
    enough = trial.fails(rule.without(trial.inputs), [rule]) is None
    if rule.looser is None or not enough:
        return loosening(rule, None, 0.0, enough=enough)
    tried: dict[float, Infeasible | None] = {}

    change = rule.looser

    def does(share: float) -> bool:
        tried[share] = trial.fails(change(trial.inputs, share), [rule])
        return tried[share] is None

    share, _ = least(does, most=1.0, fineness=FINENESS, unbounded=rule.unbounded)
    proven = max((tried_share for tried_share, why in tried.items() if why is not None and why.proven), default=0.0)
    return loosening(rule, share, proven, enough=enough)

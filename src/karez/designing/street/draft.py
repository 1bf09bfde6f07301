"""A first trench, its offices' areas, and the work that goes on from there side by side.

What is worked on does not depend on how many work on it: one task proves the trench of the whole, every other designs
the area of one office.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from karez.designing.street.equip import equip, forest_of, root_of, weight_of
from karez.designing.street.parts import area_of, lean, nearest_owner
from karez.designing.street.reaching import out_of_reach, within_reach
from karez.designing.street.trench import dig, least_prices, run_prices, within
from karez.errors import DataFault, Fault
from karez.model.street import Floats, Ints, StreetGraph, StreetInputs
from karez.solving import Certified

Rows = npt.NDArray[np.integer]
Progress = Callable[[float], None]

TRIAL_ROUNDS = 0
"""Rounds of improvement, beyond the first, of a trench that is tried for the whole, without a bound."""

SMALL_RUNS = 15_000
"""Graphs with fewer runs are designed before another process would have started."""

PROOF = -1
"""The task that proves the trench of the whole; the others are numbers of areas."""


@dataclass(frozen=True)
class Draft:
    """What tasks share.

    Parameters
    ----------
    inputs, graph : StreetInputs, StreetGraph
        Without geometry.
    dug, floor : float64[runs]
        Price of digging every run; and what it costs at least, with the smallest cable in it.
    guess : int[…]
        Runs of the first trench.
    stop_gap : float
        See :func:`karez.designing.street.trench.within`.
    offices : int32[areas]
        Node of every area's office.
    area : int32[nodes]
        Number of every node's area; −1 where none leads to.
    seed : int
        Settles all that is left to chance.
    """

    inputs: StreetInputs
    graph: StreetGraph
    dug: Floats
    floor: Floats
    guess: Rows
    stop_gap: float
    offices: Ints
    area: Ints
    seed: int

    @property
    def tasks(self) -> list[int]:
        """Tasks, the longest first."""
        held = self.area[self.graph.premises_node[self.graph.premises_node >= 0]]
        size = np.bincount(held[held >= 0], minlength=len(self.offices))
        return [PROOF, *np.argsort(-size, kind="stable")[: int((size > 0).sum())].tolist()]

    def processes(self, asked: int | None, processors: int) -> int:
        """How many processes are worth it: as many as are asked for, else half as many as there are processors.

        The solver itself keeps two processors busy much of the time.
        """
        if len(self.graph.runs) < SMALL_RUNS:
            return 1
        return asked or max(1, processors // 2)

    def threads(self, asked: int | None) -> int:
        """How many tasks one process does at once: two where the number of processes is left open."""
        return 1 if asked or len(self.graph.runs) < SMALL_RUNS else 2


def draft_street(inputs: StreetInputs, graph: StreetGraph, *, seed: int = 0) -> Draft:
    """Dig a first trench and part it into areas of offices.

    Raises
    ------
    DataFault
        If no premises at all can be reached from the offices that are given.
    """
    inputs, graph = lean(inputs, graph)
    rules = inputs.rules
    graph = out_of_reach(rules, graph)
    dug = run_prices(graph, rules.prices)
    floor = least_prices(graph, rules.prices)
    guess = dig(graph, floor, rounds=1, seed=seed, seconds=0.0)  # the first tree alone, whatever the machine
    trench, dead = forest_of(graph, guess.edges, weight_of(inputs, graph), rules)
    owner = np.full(len(graph.nodes), -1, np.int32)
    owner[trench.node[~dead]] = root_of(trench)[~dead]
    offices = trench.node[trench.parent < 0]
    area = nearest_owner(graph, owner)
    _refuse_none(inputs, graph, area)
    return Draft(
        inputs=inputs,
        graph=graph,
        dug=dug,
        floor=floor,
        guess=guess.edges,
        stop_gap=within(guess, rules.searching.stop_gap, len(np.unique(graph.premises_node))),
        offices=offices,
        area=area,
        seed=seed,
    )


def _refuse_none(inputs: StreetInputs, graph: StreetGraph, area: Ints) -> None:
    """Refuse an area in which nothing can be reached."""
    joined = graph.premises_node[graph.premises_node >= 0]
    if not (area[joined] >= 0).any():
        problem = "no premises can be reached from a central office: forbidden streets lie between, or all are too far"
        remedy = (
            "Move or add offices, free a street, or allow light to go further (reach.optical_max_m, a better class)"
        )
        raise DataFault([Fault(inputs.name, "offices", problem=problem, remedy=remedy)])


def work_on(draft: Draft, task: int) -> Certified | Rows:
    """Do one task: the proven trench of the whole, or the runs of an area's trench."""
    return _prove(draft) if task == PROOF else _design_area(draft, task)


def _prove(draft: Draft) -> Certified:
    searching = draft.inputs.rules.searching
    return dig(
        draft.graph,
        draft.floor,
        rounds=searching.rounds,
        seed=draft.seed,
        stop_gap=draft.stop_gap,
        proven=True,
    )


def _design_area(draft: Draft, number: int) -> Rows:
    """Choose an area's trench anew with what its cables cost, as long as the whole becomes cheaper."""
    rules = draft.inputs.rules
    inputs, graph, runs = area_of(draft.inputs, draft.graph, draft.area, number, int(draft.offices[number]))
    dug, floor = draft.dug[runs], draft.floor[runs]
    length = graph.runs["length_m"].to_numpy()
    edges = within_reach(rules, graph, np.flatnonzero(np.isin(runs, draft.guess)))
    best = equip(inputs, graph, dug, edges)
    for trial in range(1, rules.searching.trees):
        cost = floor + length * best.cable_per_m(graph, rules) + best.beyond_room(graph, rules)
        other = within_reach(rules, graph, dig(graph, cost, rounds=TRIAL_ROUNDS, seed=draft.seed + trial).edges)
        made = equip(inputs, graph, dug, other)
        if made.cost >= best.cost:
            break
        best, edges = made, other
    return runs[edges]

"""Where to dig: the cheapest trench, with the smallest cable in it, that reaches every premises."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from karez.kernels.forest import root_forest
from karez.model.street import THROUGH, Floats, Ints, StreetGraph, Trench
from karez.model.street_rules import Prices
from karez.solving import Certified, Conditions, Graph, prize, strengthen
from karez.solving.conditions import FORCED, conditioned, restored
from karez.units import to_minor

ONE_DROP = 1_000_000.0
"""Added to every drop, currency: so no trench passes through a building to save a way round. Every premises uses one
drop, so value and bound are higher by it for each premises reached, which is taken off again."""

REPLAYED_ASCENTS = 4
"""Ascents on the whole graph, for a bound that can be replayed by simple code."""


def run_prices(graph: StreetGraph, prices: Prices) -> Floats:
    """Price of every run by the method it has, cable apart: float64[runs], currency."""
    runs = graph.runs
    through = runs["method"].isin(THROUGH).to_numpy()
    passages = np.where(through, 0.0, runs["crossings"].to_numpy() * prices.crossing_each)
    return np.asarray(runs["length_m"].to_numpy() * runs["per_m"].to_numpy() + passages)


def other_prices(graph: StreetGraph, prices: Prices) -> Floats:
    """Price of every run once what is there is full: float64[runs], NaN where it has room for all."""
    runs = graph.runs
    passages = runs["crossings"].to_numpy() * prices.crossing_each
    return np.asarray(runs["length_m"].to_numpy() * runs["other_per_m"].to_numpy() + passages)


def least_prices(graph: StreetGraph, prices: Prices) -> Floats:
    """Price of every run as trenches are compared, with the smallest cable: float64[runs].

    What is there has room, and preferred spans count by their factor; so no network on the run pays less.
    """
    runs = graph.runs
    dug = np.fmin(run_prices(graph, prices), other_prices(graph, prices))
    return np.asarray(dug * runs["factor"].to_numpy() + runs["length_m"].to_numpy() * least_cable(prices))


def least_cable(prices: Prices) -> float:
    """Price of a metre of the smallest cable: one fibre."""
    return prices.cable_per_m + prices.fibre_per_m


def dig(
    graph: StreetGraph,
    cost: Floats,
    *,
    rounds: int,
    seed: int,
    stop_gap: float = 0.0,
    proven: bool = False,
    seconds: float | None = None,
    progress: Callable[[float], None] | None = None,
) -> Certified:
    """Find the least-cost trench.

    Parameters
    ----------
    graph : StreetGraph
        Runs and premises. Given offices are sources, any of them will do; without one, the trench hangs together.
        It reaches given cabinets too.
    cost : float64[runs]
        Cost of using each run, currency.
    rounds, seed, seconds, progress
        See :func:`karez.solving.steiner`.
    proven : bool
        Whether a bound is wanted, as good as can be had; otherwise a good trench will do.
    stop_gap : float
        See :func:`within`.

    Returns
    -------
    Certified
        In minor units, ``ONE_DROP`` taken off; premises that no trench reaches are left out. The moats replay on the
        graph with it.
    """
    runs = graph.runs
    lifted = to_minor(cost) + np.where(runs["kind"] == "drop", to_minor(ONE_DROP), 0)
    network = Graph.from_edges(len(graph.nodes), runs["start"].to_numpy(), runs["end"].to_numpy(), lifted)
    homes = np.unique(graph.premises_node[graph.premises_node >= 0])
    wanted = np.union1d(homes, graph.cabinet_node[graph.cabinet_node >= 0])
    roots = sources_of(graph)
    prizes = np.zeros(network.n, np.int64)
    prizes[wanted] = FORCED
    conditions = Conditions(roots=roots, leave_out=True) if len(roots) else Conditions(leave_out=True)
    asked = conditioned(network, prizes, None, conditions)
    answer = prize(
        asked.graph,
        asked.prizes,
        asked.root,
        seconds=seconds,
        seed=seed,
        rounds=rounds,
        stop_gap=stop_gap,
        exact=proven,
        progress=progress,
    )
    if proven:
        answer = strengthen(asked.graph, asked.prizes, answer, seed=seed, ascents=REPLAYED_ASCENTS)
    answer = restored(asked, answer)
    off = _lift(len(homes) - len(np.intersect1d(homes, answer.left_out)))
    return replace(answer, value=answer.value - off, bound=answer.bound - off, ascent_bound=answer.ascent_bound - off)


def sources_of(graph: StreetGraph) -> Ints:
    """Nodes out of which a trench begins, any of them: given offices; where one premises is all, the feet of its drops.

    Empty where the trench has to hang together, and nothing else.
    """
    roots = graph.given_offices
    wanted = np.unique(np.concatenate([graph.premises_node, graph.cabinet_node]))
    wanted = wanted[wanted >= 0]
    if len(roots) or len(wanted) != 1:
        return roots
    ends = graph.runs.loc[graph.runs["kind"] == "drop", ["start", "end"]].to_numpy()
    return np.asarray(np.unique(ends[ends != wanted[0]]), np.int32)


def _lift(premises: int) -> int:
    """What ``ONE_DROP`` adds to value and bound, in minor units."""
    return int(to_minor(ONE_DROP)) * premises


def within(answer: Certified, stop_gap: float, premises: int) -> float:
    """Gap of the problem with ``ONE_DROP`` that stands for a gap of the trench alone."""
    return stop_gap * answer.value / max(answer.value + _lift(premises), 1)


def lay_out(graph: StreetGraph, edges: npt.NDArray[np.integer], roots: Ints) -> Trench:
    """Put the runs of a trench into a forest that hangs on the given nodes; its parts must each hold one."""
    runs = graph.runs
    zero = np.zeros(len(runs), np.int64)
    network = Graph.from_edges(len(graph.nodes), runs["start"].to_numpy(), runs["end"].to_numpy(), zero)
    chosen = np.zeros(len(runs), np.bool_)
    chosen[edges] = True
    node, parent, run = root_forest(network.start, network.neighbour, network.edge, chosen, roots.astype(np.int32))
    length = np.where(run >= 0, runs["length_m"].to_numpy()[run], 0.0)
    return Trench(node, parent, run, length)

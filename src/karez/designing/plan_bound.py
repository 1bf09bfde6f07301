"""What no plan can pass, whatever its network and years: a bound, and the prices of money that make it low."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from time import perf_counter

import numpy as np
import pandas as pd
from scipy.optimize import linprog

from karez.designing.candidates import BENEFIT, CAPEX, Candidates, Constraints, Floats, Ints, Longs
from karez.designing.yearly import Yearly
from karez.model.certificate import Certificate
from karez.model.inputs import Inputs
from karez.model.joint import Joint
from karez.model.plan_bound import PlanBound
from karez.model.prices import Prices
from karez.model.route_graph import RouteGraph
from karez.model.schedule import Schedule
from karez.solving import Certified, Graph, ascended, side_by_side, threads

OUTWARD = 1e-9
"""Share of what a bound adds up from by which it is rounded up."""
NEARBY = 0.02
"""How far the first step may change the prices: share of all priced limits together."""
SHORTER = 0.3
"""What is left of that where a step brought nothing."""
SMALL = 1e-5
"""Share of the bound below which a promised improvement is not worth another step."""

Moats = tuple[Ints, Longs]


@dataclass(frozen=True)
class Evaluated:
    """The relaxed programme at one set of prices.

    Parameters
    ----------
    price : float64[rows]
        The prices.
    bound : float
        No plan is worth more.
    reached : float
        What the relaxed programme is worth with the trees that were found: it is no less.
    slope : float64[rows]
        A subgradient of the relaxed programme's worth, as far as these trees tell.
    moats : tuple of (int32[moats], int64[moats])
        Nodes and radii that bound each year's tree.
    """

    price: Floats
    bound: float
    reached: float
    slope: Floats
    moats: tuple[Moats, ...]


def bound_plan(
    inputs: Inputs,
    graph: RouteGraph,
    prices: Prices,
    schedule: Schedule,
    *,
    seed: int = 0,
    progress: Callable[[float], None] = lambda _: None,
) -> PlanBound:
    """Bound the service of every plan: all networks on the candidate routes, all technologies, all years.

    Parameters
    ----------
    inputs, graph, prices
        What the rooms before decided.
    schedule : Schedule
        The schedule handed on: its service is what the bound is held against, and its multipliers are where the prices
        of money start from.
    seed : int
        Seed of the ascents.
    progress : callable
        Told the share of the work that is done.
    """
    began = perf_counter()
    settings = inputs.programme.joint
    candidates = Candidates.of(inputs, graph, prices)
    rows = Constraints.of(inputs, prices, schedule.constraints)
    start = rows.prices(schedule.multipliers.get("schedule", {}))
    starts = np.unique([start, np.where(rows.limit == 0, _prohibitive(candidates), start)], axis=0)
    value = schedule.service
    best, tried = _lowered(candidates, rows, starts, value, settings, seed, progress)
    certificate = _certificate(value, best.bound, rows, perf_counter() - began)
    return _proof(Yearly(candidates, rows, best.price), best, certificate, candidates.table(inputs, prices), tried)


def _prohibitive(candidates: Candidates) -> float:
    """A price of money at which no way to serve a site is worth its capex: it costs nothing where there is no money."""
    capex, benefit = candidates.features[:, CAPEX], candidates.features[:, BENEFIT]
    ratio = np.divide(benefit, capex, out=np.zeros(len(capex)), where=capex > 0)
    return 2.0 * float(candidates.service_years.max(initial=0.0)) * float(ratio.max(initial=0.0))


def _lowered(
    candidates: Candidates,
    rows: Constraints,
    starts: Floats,
    value: float,
    settings: Joint,
    seed: int,
    progress: Callable[[float], None],
) -> tuple[Evaluated, int]:
    """Lower the bound by cutting planes in a box around the best prices (J. E. Kelley, 1960, doi:10.1137/0108053).

    The relaxed programme's worth is a convex function of the prices, and its minimum the best bound. Each evaluation
    gives a plane below it; the next prices are where all planes together are least, not too far from the best.
    """
    known: list[Evaluated] = []
    box = NEARBY
    for price in starts[: settings.prices]:
        known.append(evaluate(Yearly(candidates, rows, price), settings.ascents, seed))
        progress(len(known) / settings.prices)
    best = min(known, key=lambda one: one.bound)
    while len(known) < settings.prices and best.bound > value * (1.0 + settings.stop_gap):
        price, promised = _next(rows, known, best, box)
        if promised <= SMALL * abs(best.bound):
            break
        known.append(evaluate(Yearly(candidates, rows, price), settings.ascents, seed))
        better = known[-1].bound < best.bound
        best, box = (known[-1], box) if better else (best, box * SHORTER)
        progress(len(known) / settings.prices)
    return best, len(known)


def _next(rows: Constraints, known: list[Evaluated], best: Evaluated, box: float) -> tuple[Floats, float]:
    """Prices at which the known planes are least in a box around the best, and how much lower they are there."""
    size, shared = np.abs(rows.limit), rows.is_shared
    size = np.maximum(size, np.where(shared, 1.0, max(1.0, 1e-3 * float(size[~shared].max(initial=0.0)))))
    at = best.price * size
    reach = box * max(float(at.sum()), 1e-3 * abs(best.bound))
    unit = max(1.0, abs(best.bound))
    planes = np.array([np.append(one.slope / size, -unit) for one in known])
    right = np.array([one.slope @ one.price - one.reached for one in known])
    answer = linprog(
        np.append(np.zeros(len(at)), 1.0),
        A_ub=planes,
        b_ub=right,
        bounds=[*zip(np.maximum(0.0, at - reach), at + reach, strict=True), (None, None)],
    )
    if answer.x is None or not len(at):
        return best.price, 0.0
    # The solver keeps to its bounds within a tolerance; a bound holds for no price below zero.
    return np.maximum(answer.x[:-1], 0.0) / size, best.bound - unit * float(answer.x[-1])


def evaluate(yearly: Yearly, ascents: int, seed: int) -> Evaluated:
    """Bound every year's tree, and add up.

    Parameters
    ----------
    yearly : Yearly
        The years' trees at one set of prices.
    ascents : int
        Ascents of each.
    seed : int
        Settles all that is left to chance.
    """
    candidates, rows = yearly.candidates, yearly.constraints
    constant, size = yearly.constant
    bound = reached = constant
    trees: list[Ints] = []
    nodes = np.zeros((candidates.years, candidates.network.n), np.bool_)
    moats: list[Moats] = []
    found = _trees(yearly, ascents, seed)
    for t in range(candidates.years):
        if t not in found:
            trees.append(np.empty(0, np.int32))
            moats.append((np.empty(0, np.int32), np.empty(0, np.int64)))
            continue
        scale, (edge, whole, answer) = yearly.scale(t), found[t]
        bound += (whole - answer.ascent_bound) / scale
        reached += (whole - answer.value) / scale
        size += whole / scale
        trees.append(edge[answer.edges])
        nodes[t, answer.nodes] = True
        moats.append((answer.ascent_node, answer.ascent_radius))
    slope = rows.limit - yearly.usage(trees, nodes)
    return Evaluated(yearly.price, bound + OUTWARD * size, reached, slope, tuple(moats))


def _trees(yearly: Yearly, ascents: int, seed: int) -> dict[int, tuple[Ints, int, Certified]]:
    """Trees and moats of the years that have prizes, found side by side.

    By year: numbers of the edges its graph has, all its prizes together, and the answer in these edges.
    """
    network = yearly.candidates.network
    found: dict[int, tuple[Ints, int, Certified]] = {}

    def find(t: int, edge: Ints, year: Graph, prizes: Longs) -> None:
        answer = ascended(year, prizes, yearly.candidates.root, seed=seed, ascents=ascents)
        found[t] = edge, int(prizes.sum()), answer

    tasks = []
    for t in range(yearly.candidates.years):
        if yearly.scale(t) > 0.0:
            edge = np.flatnonzero(yearly.there(t)).astype(np.int32)
            year = Graph.from_edges(network.n, network.tail[edge], network.head[edge], yearly.costs(t)[edge])
            tasks.append(partial(find, t, edge, year, yearly.prizes(t)))
    side_by_side(tasks, threads())
    return found


def _proof(yearly: Yearly, best: Evaluated, certificate: Certificate, options: pd.DataFrame, tried: int) -> PlanBound:
    """The bound with all that is needed to derive it again."""
    years = range(yearly.candidates.years)
    factors = np.array([yearly.factors(t) for t in years]).reshape(-1, 2)
    prizes = [yearly.prizes(t) for t in years]
    prized = [np.flatnonzero(prize).astype(np.int32) for prize in prizes]
    return PlanBound(
        certificate=certificate,
        multipliers=dict(zip(yearly.constraints.names, best.price.tolist(), strict=True)),
        years=pd.DataFrame(
            {
                "year": [t + 1 for t in years],
                "scale": [yearly.scale(t) for t in years],
                "capex_factor": factors[:, 0],
                "opex_factor": factors[:, 1],
            }
        ),
        prizes=_stacked(prized, [prize[prize != 0] for prize in prizes], "prize"),
        moats=_stacked([node for node, _ in best.moats], [radius for _, radius in best.moats], "radius"),
        options=options,
        tried=tried,
    )


def _certificate(value: float, limit: float, rows: Constraints, seconds: float) -> Certificate:
    kinds = list(dict.fromkeys(name.partition(":")[0] for name in rows.names))
    priced = ", ".join(WORDS.get(kind, kind) for kind in kinds)
    return Certificate(
        name="Discounted, weighted years of service over all designs (household-years)",
        scope="plan",
        sense="maximise",
        value=value,
        bound=limit,
        constant=0.0,
        proof=f"Lagrangian relaxation of {priced}, on all candidate routes and technologies. {PROOF}",
        seconds=seconds,
    )


WORDS = {"budget": "budgets", "target": "required targets", "shared": "shared capacity"}
"""Kinds of constraints in words."""
PROOF = (
    "All other rules are left out. At the stored prices the years fall apart into one prize-collecting Steiner tree "
    "each, once a year's network need not hold that of the year before; moats of dual ascents bound every tree. Replay "
    "proof/plan_moats.parquet on proof/graph.parquet at the costs of proof/plan_years.parquet to derive the bound. "
    "Rounded outward by one part in a thousand million."
)


def _stacked(nodes: list[Ints], amounts: list[Longs], name: str) -> pd.DataFrame:
    """Nodes and amounts of all years below each other."""
    year = np.repeat(np.arange(1, len(nodes) + 1, dtype=np.int16), [len(node) for node in nodes])
    return pd.DataFrame(
        {"year": year, "node": np.concatenate(nodes).astype(np.int32), name: np.concatenate(amounts).astype(np.int64)}
    )

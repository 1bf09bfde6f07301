"""The network once more, where money is short: designed at the prices that the schedule puts on it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from karez.designing.access import NO_EDGES, Proven, assemble, least_cost_options, reached, settled_design
from karez.designing.candidates import Candidates, Constraints, Flags, Floats, Ints, Longs
from karez.designing.choices import choices
from karez.designing.radio import Radio
from karez.designing.sharing import full_cells, share_out
from karez.designing.yearly import Yearly
from karez.model.certificate import Certificate
from karez.model.design import Design
from karez.model.inputs import Inputs
from karez.model.prices import Prices
from karez.model.route_graph import RouteGraph
from karez.model.schedule import Schedule
from karez.solving import Certified, Conditions, prize, together
from karez.units import MINOR_PER_UNIT, from_minor

ROUNDS = 8
"""Rounds of improvement of each tree, on graphs that are not large."""
SPAN_ROUNDS = 50_000
"""Spans times rounds at most; one round is always made."""
TIE = 1e-4
"""Price of present cost as a share of the first year's price of money: of networks that are equal, the cheaper."""
FREE = 1e-7
"""The same where money is not short: share of all that could be gained, over the present cost of all."""
WHOLE = 2.0**50
"""Costs and prizes of a tree add up to about this many whole units."""


def redesign(
    inputs: Inputs, graph: RouteGraph, prices: Prices, design: Design, schedule: Schedule, *, seed: int = 0
) -> Iterator[Design]:
    """Design the network at the prices of money of a schedule, in two ways; those that differ from the design.

    The schedule's multipliers say what a unit of money is worth in each year, in service. At these prices the first
    network is grown year by year: the best tree of the first year, then the best that holds it, and so on. The second
    is one tree, every place worth all it can gain and money at its mean price. Either is completed at least present
    cost, so that all sites have their designed way, whether money will reach them or not.

    Parameters
    ----------
    inputs, graph, prices
        What the rooms before decided.
    design : Design
        A design of these inputs: its bound holds for the new ones too.
    schedule : Schedule
        Its schedule.
    seed : int
        Seed of the searches.

    Yields
    ------
    Design
        A network with the certificate of scope `design`: its own value against the bound of the least present cost.
    """
    candidates = Candidates.of(inputs, graph, prices)
    rows = Constraints.of(inputs, prices, schedule.constraints)
    yearly = Yearly(candidates, rows, rows.prices(schedule.multipliers.get("schedule", {})))
    known = {_edges(design, len(graph.spans)).tobytes()}
    ways = NO_EDGES if design.rings is None else design.rings.edges
    for core in (_year_by_year(yearly, ways, seed), _all_at_once(yearly, ways, seed)):
        answer = _completed(candidates, design, core, ways, seed)
        edges = np.union1d(answer.edges, ways).astype(np.int32).tobytes()
        if edges in known:
            continue
        known.add(edges)
        made = (_designed if graph.radio is None else _with_hops)(inputs, graph, prices, design, yearly, answer)
        if made is not None:
            yield made


def _edges(design: Design, spans: int) -> Ints:
    """Edges of the candidate network that a design uses, ascending."""
    span = design.tree.span
    return np.sort(np.where(span >= 0, span, spans - 1 - span)).astype(np.int32)


def _rounds(edges: int) -> int:
    return max(1, min(ROUNDS, SPAN_ROUNDS // max(1, edges)))


def _year_by_year(yearly: Yearly, ways: Ints, seed: int) -> Ints:
    """Edges of a tree that grows: each year's best that holds the year before's."""
    candidates = yearly.candidates
    core: Ints = np.empty(0, np.int32)
    for t in range(candidates.years):
        late = np.flatnonzero(~yearly.there(t))
        gains = yearly.gains(t)
        if gains.any():
            conditions = Conditions(forced=core, forbidden=late)
            core = _tree(yearly, yearly.steps[:, t], gains, conditions, ways, seed)
    return core


def _all_at_once(yearly: Yearly, ways: Ints, seed: int) -> Ints:
    """Edges of one tree for all years, at the mean price of money."""
    gains = np.sum([yearly.gains(t) for t in range(yearly.candidates.years)], axis=0)
    return _tree(yearly, yearly.of_money.mean(axis=1), gains, None, ways, seed)


def _tree(yearly: Yearly, price: Floats, gains: Floats, conditions: Conditions | None, ways: Ints, seed: int) -> Ints:
    """Edges of the best tree at given prices of capex and upkeep; of equal ones, one of low present cost.

    The backbone's edges (`ways`) are built whatever hangs on them, and come for nothing.
    """
    if not gains.any():
        return np.empty(0, np.int32)
    candidates, network = yearly.candidates, yearly.candidates.network
    present = network.cost.astype(np.float64)
    tie = TIE * float(yearly.of_money[0, 0]) / MINOR_PER_UNIT + FREE * float(gains.sum()) / max(1.0, present.sum())
    paid = (price / MINOR_PER_UNIT) @ candidates.money + tie * present
    paid[ways] = 0.0
    scale = WHOLE / max(float(paid.sum() + gains.sum()), 1e-300)
    worth: Longs = np.ceil(gains * scale).astype(np.int64)
    priced = network.priced((paid * scale).astype(np.int64))
    return prize(priced, worth, candidates.root, seed=seed, rounds=_rounds(network.m), conditions=conditions).edges


def _completed(candidates: Candidates, design: Design, core: Ints, ways: Ints, seed: int) -> Certified:
    """The tree that holds the core and costs least otherwise, its value with the backbone's edges."""
    network, prizes = candidates.network, np.append(design.prize, 1)
    cost = network.cost.copy()
    cost[ways] = 0
    answer = prize(
        network.priced(cost) if len(ways) else network,
        prizes,
        candidates.root,
        seed=seed,
        rounds=_rounds(network.m),
        conditions=Conditions(forced=core),
    )
    return replace(answer, value=together(network, prizes, ways, answer)) if len(ways) else answer


def _designed(
    inputs: Inputs, graph: RouteGraph, prices: Prices, design: Design, yearly: Yearly, answer: Certified
) -> Design:
    """A design with that tree; sites have fibre, too, where it gives more service for the money."""
    ways = NO_EDGES if design.rings is None else design.rings.edges
    cheapest = least_cost_options(graph, prices, answer, ways)
    option = _at_prices(yearly, reached(answer, yearly.candidates.network, ways), cheapest)
    alternative = None
    if prices.sharing is not None:
        best = _best_services(yearly, option)
        worth = _worth_of_rows(yearly, len(prices.options))
        option, alternative = share_out(prices, best, worth, inputs.programme.networked)
    proven = Proven(_certificate(design.certificate, answer), design.ascent, design.prize, design.notes)
    made = assemble(inputs, graph, prices, answer, proven, option, design.rings, alternative)
    reason = made.site_reason.copy()
    moved = full_cells(prices, cheapest.astype(np.int64), option, inputs.programme.networked)
    reason[(option != cheapest) & (moved == "")] = (
        "gives more service for the money than the cheapest way, as budgets are"
    )
    return replace(made, site_reason=reason)


def _with_hops(
    inputs: Inputs, graph: RouteGraph, prices: Prices, design: Design, yearly: Yearly, answer: Certified
) -> Design | None:
    """A design with that tree whose hops hold what they must; None if it cannot be one."""
    candidates = yearly.candidates
    choice = choices(prices, candidates.sites, inputs.programme.networked)
    ways = NO_EDGES if design.rings is None else design.rings.edges
    radio = Radio(inputs, graph, prices, choice, candidates.network, candidates.root, ways)
    settled = radio.settle(answer.edges)
    if prices.sharing is not None:
        worth = _worth_of_rows(yearly, len(prices.options))
        settled = radio.serving(settled, _best_services(yearly, settled.option), worth)
    if settled.trapped.any() or settled.lost.any():
        return None
    proven = Proven(_certificate(design.certificate, answer), design.ascent, design.prize, design.notes)
    return settled_design(inputs, graph, prices, answer, proven, radio, settled, design.rings)


def _at_prices(yearly: Yearly, there: Flags, cheapest: Ints) -> Ints:
    """The cheapest option of every site but where fibre is there and worth more at the prices of money."""
    candidates = yearly.candidates
    worth = yearly.worth.max(axis=1, initial=-np.inf)
    fibre = np.flatnonzero((candidates.node >= 0) & (worth > 0))
    fibre = fibre[there[candidates.node[fibre]]]
    alone = yearly.best[0][:, -1]
    better = fibre[worth[fibre] > alone[candidates.site[fibre]]]
    option = cheapest.copy()
    option[candidates.site[better]] = candidates.row[better]
    return option


def _best_services(yearly: Yearly, option: Ints) -> Ints:
    """Sites that fibre does not serve take what is worth most at the prices of money and of shared capacity."""
    candidates = yearly.candidates
    chosen = yearly.best[1][:, -1]
    way = np.where(chosen >= 0, candidates.row[chosen], -1)
    on_fibre = np.zeros(len(option), np.bool_)
    fibre = candidates.node >= 0
    on_fibre[candidates.site[fibre][option[candidates.site[fibre]] == candidates.row[fibre]]] = True
    return np.where(on_fibre | (way < 0), option, way).astype(np.int32)


def _worth_of_rows(yearly: Yearly, rows: int) -> Floats:
    """Most that each row of the options is worth in any year; −inf for those that are no candidates."""
    worth = np.full(rows, -np.inf)
    worth[yearly.candidates.row] = yearly.worth.max(axis=1, initial=-np.inf)
    return worth


def _certificate(stated: Certificate, answer: Certified) -> Certificate:
    """Certificate of the new network: its own value, the bound that holds for all."""
    return replace(stated, value=float(from_minor(answer.value)), proof=f"{stated.proof} {DEARER}")


DEARER = (
    "The network was designed anew at the prices that the budgets put on money in each year: what it costs above the "
    "bound buys service earlier or for more places."
)

"""Prize-collecting trees without a root, by cases of which prized node is in the tree."""

from __future__ import annotations

import numpy as np

from karez.kernels.ascent import OUT, TOP
from karez.kernels.tree import evaluate, polish
from karez.solving.certified import Case, Certified, Ints, Longs, certify
from karez.solving.graph import Graph, exact_sum
from karez.solving.search import Clock, Progress, Search

MOST_CASES = 400


def solve_unrooted(graph: Graph, prizes: Longs, seed: int, clock: Clock, progress: Progress | None) -> Certified:
    """Solve by cases: node 1 is in the tree; it is not, but node 2 is; neither, but node 3 is; …

    Each case is a rooted problem in which the prizes of the nodes left out are lost. Once these add up to the value
    of the best tree, no further case can hold a better one.
    """
    order = np.argsort(-prizes, kind="stable")
    order = order[prizes[order] > 0].astype(np.int32)
    up, value = _single(graph, prizes, int(order[0]) if order.size else 0)
    cases: list[Case] = []
    trace: list[tuple[float, int, int]] = [(clock.spent(), value, 0)]
    searches: list[Search] = []
    lost = 0
    remaining = prizes.copy()
    for place, node in enumerate(order[:MOST_CASES]):
        if lost >= value or (place > 0 and clock.late()):
            break
        search = Search(graph, remaining.copy(), int(node), seed + place, clock)
        search.first()
        searches.append(search)
        up, value = _better(graph, prizes, search, up, value)
        remaining[node] = 0
        lost += int(prizes[node])
        if progress is not None:
            progress(0.5 * min(1.0, lost / max(value, 1)))
    rest = lost if searches or order.size == 0 else 0
    if order.size == 0:
        rest = 0
    elif len(searches) == order.size:
        rest = exact_sum(prizes)
    for number in range(1, clock.rounds + 1):
        weak = _weakest(searches, prizes, order)
        if weak < 0 or clock.late():
            break
        bound = min(_bound(searches, weak, prizes, order), rest)
        trace.append((clock.spent(), value, min(bound, value)))
        if clock.close(value, bound) or bound == rest:
            break
        searches[weak].round(number)
        up, value = _better(graph, prizes, searches[weak], up, value)
        if progress is not None:
            progress(0.5 + 0.5 * number / clock.rounds)
    for place, search in enumerate(searches):
        constant = exact_sum(prizes[order[:place]])
        cases.append(Case(search.root, order[:place], search.node, search.radius, search.ascent_bound + constant))
    cases.append(Case(-1, order[: len(searches)], np.empty(0, np.int32), np.empty(0, np.int64), rest))
    if progress is not None:
        progress(1.0)
    return certify(graph, up, value, _closed(cases, value), clock.spent(), trace)


def _closed(cases: list[Case], value: int) -> list[Case]:
    """Cases in order; the last bounds all that was not looked at."""
    return [case for case in cases if case.bound <= value or case.root >= 0]


def _single(graph: Graph, prizes: Longs, node: int) -> tuple[Ints, int]:
    up: Ints = np.full(graph.n, OUT, np.int32)
    up[node] = TOP
    return up, int(evaluate(graph.slot_cost, prizes, up))


def _bound(searches: list[Search], place: int, prizes: Longs, order: Ints) -> int:
    return searches[place].bound + exact_sum(prizes[order[:place]])


def _weakest(searches: list[Search], prizes: Longs, order: Ints) -> int:
    bounds = [_bound(searches, place, prizes, order) for place in range(len(searches))]
    return int(np.argmin(bounds)) if bounds else -1


def _better(graph: Graph, prizes: Longs, search: Search, up: Ints, value: int) -> tuple[Ints, int]:
    """The better of the best tree so far and the one a case found, freed of its root and of the prizes left out."""
    trial = search.up.copy()
    _, found = polish(
        graph.start, graph.neighbour, graph.twin, graph.slot_cost, prizes, np.int32(search.root), trial, False
    )
    return (trial, int(found)) if found < value else (up, value)

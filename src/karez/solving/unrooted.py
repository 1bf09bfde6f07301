"""Prize-collecting trees without a root, by cases of which prized node is in the tree."""

from __future__ import annotations

import numpy as np

from karez.kernels.ascent import OUT, TOP
from karez.kernels.tree import evaluate, polish
from karez.solving.certified import Case, Certified, Ints, Longs, certify
from karez.solving.exact import close
from karez.solving.graph import Graph
from karez.solving.search import Clock, Progress, Search

MOST_CASES = 400
CASE_EDGES = 4_000_000
"""Edges of all cases together up to which new cases are opened, where they are more than a few."""

FEW_CASES = 20
BEFORE_EXACT = 4
"""Rounds spent on a case before the exact search is tried."""


def solve_unrooted(
    graph: Graph, prizes: Longs, seed: int, clock: Clock, progress: Progress | None, *, exact: bool
) -> Certified:
    """Solve by cases: node 1 is in the tree; it is not, but node 2 is; neither, but node 3 is; and so on.

    Each case is a rooted problem in which the prizes of the nodes left out are lost. Once these add up to the value
    of the best tree, no further case can hold a better one.
    """
    cases = _Cases(graph, prizes, seed, clock)
    cases.open_all(progress)
    for number in range(1, clock.rounds + 1):
        if clock.late() or not cases.work(exact=exact):
            break
        if progress is not None:
            progress(0.5 + 0.5 * clock.share(number / clock.rounds))
    if progress is not None:
        progress(1.0)
    return certify(graph, cases.up, cases.value, cases.cases(), clock.spent(), cases.trace, cases.bound())


class _Cases:
    """The cases opened so far, the best tree of all, and what is left."""

    def __init__(self, graph: Graph, prizes: Longs, seed: int, clock: Clock) -> None:
        self.graph, self.prizes, self.seed, self.clock = graph, prizes, seed, clock
        ranked = np.argsort(-prizes, kind="stable").astype(np.int32)
        self.order: Ints = ranked[prizes[ranked] > 0]
        self.up: Ints = np.full(graph.n, OUT, np.int32)
        self.up[ranked[0]] = TOP
        self.value = int(evaluate(graph.slot_cost, prizes, self.up))
        self.searches: list[Search] = []
        self.worked: list[int] = []
        self.lost = [0]
        self.trace: list[tuple[float, int, int]] = [(clock.spent(), self.value, 0)]

    def open_all(self, progress: Progress | None) -> None:
        """Open cases until the prizes lost in the next reach the best value."""
        remaining = self.prizes.copy()
        most = min(MOST_CASES, max(FEW_CASES, CASE_EDGES // max(1, self.graph.m)))
        for place, node in enumerate(self.order[:most]):
            if self.lost[-1] >= self.value or (place > 0 and self.clock.late()):
                break
            search = Search(self.graph, remaining, int(node), self.seed + place, self.clock)
            search.cutoff = self.value - self.lost[place]
            search.first()
            self.searches.append(search)
            self.worked.append(0)
            self._learn(search)
            remaining[node] = 0
            self.lost.append(self.lost[place] + int(self.prizes[node]))
            if progress is not None:
                progress(0.5 * min(1.0, self.lost[-1] / max(self.value, 1)))
        self._note()

    def bound(self) -> int:
        """The least bound of all cases and of what was not opened, no more than the best value."""
        opened = [search.bound + self.lost[place] for place, search in enumerate(self.searches)]
        return min([*opened, self.lost[-1], self.value]) if self.order.size else self.value

    def work(self, *, exact: bool) -> bool:
        """Work on the weakest case; returns whether more work makes sense."""
        if self.clock.close(self.value, self.bound()):
            return False
        bounds = [search.bound + self.lost[place] for place, search in enumerate(self.searches)]
        place = int(np.argmin(bounds))
        if bounds[place] >= self.lost[-1]:
            return False
        search = self.searches[place]
        search.cutoff = self.value - self.lost[place]
        turn = self.worked[place]
        self.worked[place] += 1
        if exact and turn == BEFORE_EXACT:
            search.raise_bound(close(search))
        else:
            search.round(turn + 1)
        self._learn(search)
        self._note()
        return True

    def cases(self) -> list[Case]:
        """The proof: every case with its moats, and the one that none of their nodes is in the tree."""
        cases = [
            Case(search.root, self.order[:place], search.node, search.radius, search.ascent_bound + self.lost[place])
            for place, search in enumerate(self.searches)
        ]
        nothing = np.empty(0, np.int32)
        rest = Case(-1, self.order[: len(cases)], nothing, np.empty(0, np.int64), self.lost[-1])
        return [*cases, rest]

    def _learn(self, search: Search) -> None:
        """Free the case's tree of its root and of the prizes left out; keep it if it is the best."""
        if search.up[search.root] == OUT:
            return
        graph = self.graph
        trial = search.up.copy()
        _, value = polish(
            graph.start, graph.neighbour, graph.twin, graph.slot_cost, self.prizes, np.int32(search.root), trial, False
        )
        if value < self.value:
            self.value, self.up = int(value), trial

    def _note(self) -> None:
        self.trace.append((self.clock.spent(), self.value, self.bound()))

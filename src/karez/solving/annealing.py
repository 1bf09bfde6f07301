"""Trees of dense graphs by annealing, a piece at a time."""

from __future__ import annotations

import numpy as np

from karez.kernels.anneal import anneal
from karez.kernels.tree import turn
from karez.solving.certified import Ints
from karez.solving.search import Search

DENSE = 2.5
"""Edges for each node from which on trees are annealed; maps have fewer than two."""

COURSES = ((0.2, 0.1), (0.2, 0.05), (0.15, 0.05))
"""Temperatures from which and to which a tree cools, by turns, in units of what an edge of the tree costs."""

PIECE = 50_000
"""Moves made at a time."""

SHORTEST, LONGEST = 8, 64
"""Pieces of the first cooling; every other takes twice as many as the one before it, up to so many."""


def worth_annealing(search: Search) -> bool:
    """Whether nodes have so many neighbours that trees differ by nodes rather than by paths."""
    return search.graph.m >= DENSE * search.graph.n


class Annealing:
    """A tree that is heated and cooled again and again.

    Parameters
    ----------
    search : Search
        The problem.
    up : int32[n]
        Tree to begin with.
    seed : int
        Settles all that is left to chance.
    """

    def __init__(self, search: Search, up: Ints, seed: int) -> None:
        self.search = search
        self.up, self.best = up.copy(), up.copy()
        self.chance = np.random.default_rng(seed)
        self.cooled = self.done = self.lead = 0
        self._begin()

    def piece(self) -> Ints | None:
        """Make some moves; the best tree met once the tree is cold, None until then."""
        search, graph = self.search, self.search.graph
        hot, cold = COURSES[self.cooled % len(COURSES)]
        fall = (cold / hot) ** (1.0 / self.pieces)
        now = self.unit * hot * fall**self.done
        lead = anneal(
            graph.start, graph.neighbour, graph.twin, graph.slot_cost, search.prize, np.int32(search.root),
            self.up, self.best, np.int64(self.lead), now, now * fall, PIECE, int(self.chance.integers(1 << 31)),
        )  # fmt: skip
        self.lead = int(lead)
        self.done += 1
        if self.done < self.pieces:
            return None
        cold_tree = self.best.copy()
        turn(graph.neighbour, graph.twin, cold_tree, np.int32(search.root))
        self.cooled += 1
        self._begin()
        return cold_tree

    def _begin(self) -> None:
        """Heat the tree at hand; the best one is to be better than it was then."""
        used = self.up[self.up >= 0]
        self.unit = max(1.0, float(self.search.graph.slot_cost[used].mean())) if used.size else 1.0
        self.pieces = min(LONGEST, SHORTEST << (self.cooled // len(COURSES)))
        self.done, self.lead = 0, 0
        self.best[:] = self.up

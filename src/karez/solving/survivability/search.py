"""Good networks for one part: built up, thinned out, and torn up again in places."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from karez.kernels.rebuild import mend, rebuild
from karez.kernels.two_ways import keeps, thin_out
from karez.solving.graph import exact_sum
from karez.solving.survivability.problem import Bools, Problem, half_arcs

Floats = npt.NDArray[np.float64]

STARTS = 8
"""Networks built up from nothing, in different orders."""

SHARE = 0.15
"""Greatest share of a network that is torn up at once."""


class Search:
    """The best network of a part so far.

    Parameters
    ----------
    problem : Problem
        The part.
    seed : int
        Seed of all choices.

    Attributes
    ----------
    chosen : bool[m]
        The network.
    value : int
        Its cost.
    """

    def __init__(self, problem: Problem, seed: int) -> None:
        self.problem = problem
        self.random = np.random.default_rng(seed)
        graph = problem.graph
        self.where = (graph.start, graph.neighbour, graph.edge, np.int32(problem.root))
        self.rules = (problem.thick, problem.sure, problem.need)
        self.arcs = half_arcs(graph)
        self.needy = np.flatnonzero(problem.need > 0).astype(np.int32)
        self.chosen: Bools = np.ones(graph.m, np.bool_)
        self.value = exact_sum(graph.cost)

    def build(self) -> None:
        """Build networks up, node after node by the cheapest ways, and keep the best."""
        graph = self.problem.graph
        for number in range(STARTS):
            chosen = np.zeros(graph.m, np.bool_)
            noise = 1.0 if number == 0 else self.random.uniform(0.8, 1.2, graph.m)
            self._mended(chosen, (graph.cost * noise).astype(np.int64) + 1)

    def offer(self, used: Floats) -> int:
        """Make a network of what a linear programme uses of every edge: float64[m]. Returns the least cost known."""
        graph = self.problem.graph
        guided = (graph.cost * (1.001 - used)).astype(np.int64) + 1
        self._mended(used > 1 - 1e-6, guided)
        self._take(used > 1e-6, guided)
        return self.value

    def improve(self, rounds: int, used: Floats | None = None) -> None:
        """Tear up and mend, so many times; what a linear programme uses comes cheaper."""
        graph = self.problem.graph
        guide = np.ones(graph.m) if used is None else 1.05 - 0.5 * used
        chosen = self.chosen.copy()
        self.value = int(rebuild(
            *self.where, chosen, *self.rules, graph.cost, guide, rounds, SHARE, self.random, *self.arcs
        ))  # fmt: skip
        self.chosen = chosen

    def revalue(self, cost: npt.NDArray[np.int64]) -> None:
        """Go on from the same network at other costs: int64[m]."""
        self.problem = replace(self.problem, graph=self.problem.graph.priced(cost))
        self.value = exact_sum(cost[self.chosen])

    def _mended(self, chosen: Bools, cost: npt.NDArray[np.int64]) -> None:
        mend(*self.where, chosen, *self.rules, cost, self.random.permutation(self.needy), *self.arcs)
        self._take(chosen, cost)

    def _take(self, chosen: Bools, cost: npt.NDArray[np.int64]) -> None:
        """Thin a network out, dearest edges first, and keep it if it is the best."""
        if not keeps(*self.where, chosen, *self.rules):
            return
        chosen = chosen.copy()
        thin_out(*self.where, chosen, *self.rules, np.argsort(-cost, kind="stable").astype(np.int32))
        thin_out(*self.where, chosen, *self.rules, np.argsort(-self.problem.graph.cost, kind="stable").astype(np.int32))
        value = exact_sum(self.problem.graph.cost[chosen])
        if value < self.value:
            self.chosen, self.value = chosen, value

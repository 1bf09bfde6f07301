"""A tree that collects prizes, upon a network in which some nodes have two ways: both pay a shared edge once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from time import perf_counter

import numpy as np
import numpy.typing as npt

from karez.solving.ascending import moats
from karez.solving.certified import Case, Certified
from karez.solving.conditions import Conditions
from karez.solving.graph import Graph, exact_sum
from karez.solving.paired import Paired, Upon
from karez.solving.prize import prize
from karez.solving.survivability.problem import Bools, Bytes, Ints, Longs, Part, Problem, part
from karez.solving.survivability.relax import Dual
from karez.solving.survivability.search import Search
from karez.solving.survivability.solve import Survivable
from karez.solving.survivability.unfold import Proof, unfold

Floats = npt.NDArray[np.float64]
Progress = Callable[[float], None]

PROOF = (
    "the cost of every edge, in either direction, is shared out between two bounds that add up: weights of directed "
    "cuts around what needs two ways, and moats of a dual ascent for the tree, within what these leave"
)

WITHIN = "weights of directed cuts"

TURNS = 2
"""Times that the network of two ways is looked for anew, the tree's edges coming for nothing."""

NEAR = 0.983
"""Bound at which the work ends, as a share of the value."""

ASCENTS = 24
"""Ascents of the tree within what the cuts leave, the best of which counts, at most."""


@dataclass(frozen=True)
class Effort:
    """How much is done.

    Parameters
    ----------
    rounds : int
        Pieces of the network of two ways torn up and mended, by part.
    iterations : int
        Simplex iterations for the bound.
    tree_gap : float
        Gap at which the work on a tree ends.
    tree_rounds : int
        Rounds of improvement of the tree.
    shares : int
        Times the costs are shared out anew, cuts being added.
    """

    rounds: int = 400
    iterations: int = 150_000
    tree_gap: float = 0.0
    tree_rounds: int = 20
    shares: int = 40


@dataclass(frozen=True)
class Ringed:
    """A network with two ways and a tree upon it, their value together, and a bound on any such pair.

    Parameters
    ----------
    ways : Survivable
        The network that gives nodes the ways they need; its bound is that of its cuts, within `held`.
    tree : Certified
        The tree, `ways` coming for nothing: edges that are among these as well are paid once.
    value, bound : int
        Cost of all these edges and of the prizes left; of no other pair that is lower than the bound.
    held : int64[m]
        Costs that cuts and moats together are held against, no less than those of the graph. The bound is that of both
        less what these are more than the graph's.
    rest : Case
        The moats, on what the cuts leave of the cost of every arc (``ways.cases.charged``).
    seconds : float
        Time spent.
    """

    ways: Survivable
    tree: Certified
    value: int
    bound: int
    held: Longs
    rest: Case
    seconds: float

    @property
    def certified(self) -> Certified:
        """Value and bound of both together, as an answer; its edges are the tree's."""
        return replace(self.tree, value=self.value, bound=self.bound, proof=PROOF, seconds=self.seconds)


def ringed(
    graph: Graph,
    root: int,
    need: Bytes,
    prizes: Longs,
    *,
    thick: Bools,
    sure: Bools,
    effort: Effort | None = None,
    along: Graph | None = None,
    without: Longs | None = None,
    seed: int = 0,
    progress: Progress | None = None,
) -> Ringed:
    """Find edges that give every node the ways it needs, and a tree from the root, at the least cost together.

    Parameters
    ----------
    graph : Graph
        The candidates.
    root : int
        Where ways and tree begin.
    need : int8[n]
        Ways that every node needs, see :func:`karez.solving.survivable`.
    prizes : int64[n]
        What leaving a node out costs, or ``FORCED``, see :func:`karez.solving.prize`.
    thick, sure : bool[m], bool[n]
        Edges and nodes that do not fail.
    effort : Effort | None
        How much is done.
    along : Graph | None
        The same edges at the same costs as ways may take them: those they may not are loops. None: they may take all.
    without : int64[…] | None
        Edges that the tree may not use.
    seed : int
        Seed of all choices; equal seeds give equal answers.
    progress : callable, optional
        Told the share of the work that is done.

    Raises
    ------
    Disconnected
        If nodes that need a way have none.

    Examples
    --------
    A square with two hubs at opposite corners, and a place beside it that is worth its way:

    >>> graph = Graph.from_edges(5, [0, 1, 2, 3, 1], [1, 2, 3, 0, 4], [2, 2, 2, 2, 3])
    >>> need, fails_not = np.array([0, 0, 3, 0, 0], np.int8), np.zeros(5, np.bool_)
    >>> found = ringed(graph, 0, need, np.array([1, 0, 0, 0, 9]), thick=fails_not, sure=fails_not)
    >>> found.value, found.bound, found.ways.edges.tolist(), found.tree.nodes.tolist()
    (11, 11, [0, 1, 2, 3], [0, 1, 4])
    """
    began = perf_counter()
    given = Problem(along or graph, root, need.astype(np.int8), thick, sure)
    barred = np.array([] if without is None else without, np.int32)
    pair = _Pair(graph, given, prizes, barred, effort or Effort(), seed, progress or (lambda _: None))
    for _ in range(TURNS):
        if not pair.turn():
            break
    proof, held, rest = pair.bound()
    ways = Survivable(
        edges=pair.ways,
        value=exact_sum(graph.cost[pair.ways]),
        bound=proof.bound,
        proof=WITHIN,
        cases=proof,
        bridges=pair.ways[pair.parted.bridges[pair.ways]],
        parts=len(pair.parted.parts),
        seconds=perf_counter() - began,
    )
    return Ringed(
        ways=ways,
        tree=pair.tree,
        value=pair.value,
        bound=min(pair.value, proof.bound + rest.bound - exact_sum(held - graph.cost)),
        held=held,
        rest=rest,
        seconds=ways.seconds,
    )


def together(graph: Graph, prizes: Longs, ways: Ints, tree: Certified) -> int:
    """Cost of edges and of a tree, shared ones once, and of the prizes of nodes that neither reaches."""
    edges = np.union1d(ways, tree.edges)
    left = prizes > 0
    left[tree.nodes] = False
    left[graph.tail[ways]] = False
    left[graph.head[ways]] = False
    return exact_sum(graph.cost[edges]) + exact_sum(prizes[left])


class _Pair:
    """The best pair so far."""

    def __init__(
        self,
        graph: Graph,
        given: Problem,
        prizes: Longs,
        without: Ints,
        effort: Effort,
        seed: int,
        progress: Progress,
    ) -> None:
        self.graph, self.given, self.prizes, self.without = graph, given, prizes, without
        self.effort, self.seed, self.progress = effort, seed, progress
        # The tree may leave the ways wherever an edge of its own ends.
        by_itself = np.setdiff1d(np.flatnonzero(given.graph.tail == given.graph.head), without)
        prized = prizes != 0
        prized[graph.tail[by_itself]] = prized[graph.head[by_itself]] = True
        self.parted = part(given, prized)
        self.prized = prized
        self.searches = [Search(one.problem, seed) for one in self.parted.parts]
        for number, search in enumerate(self.searches):
            search.build()
            search.improve(effort.rounds)
            progress(0.3 * (number + 1) / len(self.searches))
        self.ways = self._ways()
        self.tree = self._tree(self.ways)
        self.value = together(graph, prizes, self.ways, self.tree)

    def _ways(self) -> Ints:
        """Edges of the networks of all parts, and of the bridges that have to be there."""
        of_parts = [one.edges(search.chosen) for one, search in zip(self.parted.parts, self.searches, strict=True)]
        return np.sort(np.concatenate([self.parted.forced, *of_parts])).astype(np.int32)

    def _tree(self, free: Ints) -> Certified:
        """The best tree, some edges coming for nothing."""
        cost = self.graph.cost.copy()
        cost[free] = 0
        return prize(
            self.graph.priced(cost),
            self.prizes,
            self.given.root,
            seed=self.seed,
            stop_gap=self.effort.tree_gap,
            rounds=self.effort.tree_rounds,
            conditions=Conditions(forbidden=self.without) if self.without.size else None,
        )

    def turn(self, used: list[Floats] | None = None) -> bool:
        """Look for other ways, the tree's edges coming for nothing, and a tree upon them; whether they are better.

        Ways are looked for near what a linear programme `used` of every edge of every part, if that is known.
        """
        cost = self.graph.cost.copy()
        cost[np.setdiff1d(self.tree.edges, self.ways)] = 0
        before = [search.chosen for search in self.searches]
        for number, (one, search) in enumerate(zip(self.parted.parts, self.searches, strict=True)):
            search.revalue(np.add.reduceat(cost[one.chain], one.first[:-1]).astype(np.int64))
            if used is not None:
                search.offer(used[number])
            search.improve(self.effort.rounds // 4, None if used is None else used[number])
        ways = self._ways()
        tree = self._tree(ways)
        value = together(self.graph, self.prizes, ways, tree)
        if value >= self.value:
            for search, chosen in zip(self.searches, before, strict=True):
                search.chosen = chosen
            return False
        self.ways, self.tree, self.value = ways, tree, value
        return True

    def bound(self) -> tuple[Proof, Longs, Case]:
        """Bound both, and look for better ones where the linear programme points."""
        duals: list[Dual] = []
        held = self.graph.cost
        if self.parted.parts:
            paired = Paired(self.parted, Upon(self.graph, self.prizes, self.prized, self.without), self.seed)
            enough = int(NEAR * self.value)
            paired.run(self.effort.shares, self.effort.iterations, enough, self._offer, self._told)
            duals, held = paired.duals()
        return self._proven(duals, held)

    def _offer(self, used: list[Floats]) -> int:
        self.turn(used)
        return int(NEAR * self.value)

    def _told(self, share: float) -> None:
        self.progress(0.4 + 0.6 * share)

    def _proven(self, duals: list[Dual], held: Longs) -> tuple[Proof, Longs, Case]:
        """The cuts on the whole graph, and the moats within what they leave."""
        of = self.parted
        problem = replace(of.problem, graph=self.given.graph.priced(held))
        parts: list[tuple[Part, tuple[Dual, ...]]] = [(one, (dual,)) for one, dual in zip(of.parts, duals, strict=True)]
        proof = unfold(replace(of, problem=problem), parts)
        ahead, back = proof.charged(problem.graph)
        chosen = np.zeros(self.graph.m, np.bool_)
        chosen[self.ways] = chosen[self.tree.edges] = True
        rounds = min(ASCENTS, self.effort.tree_rounds)
        left = held - ahead, held - back
        rest = moats(
            self.graph, *left, self.prizes, self.given.root, chosen, self.without, seed=self.seed, ascents=rounds
        )
        return proof, held, rest

"""A tree that collects prizes, upon a network in which some nodes have two ways: both pay a shared edge once."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from time import perf_counter

import numpy as np
import numpy.typing as npt

from karez.solving.certified import Certified
from karez.solving.conditions import Conditions
from karez.solving.graph import Graph, exact_sum
from karez.solving.prize import prize
from karez.solving.survivability.branch import begin, split
from karez.solving.survivability.problem import Bools, Bytes, Ints, Longs, Part, Parted, Problem, part
from karez.solving.survivability.relax import Dual, Relaxation
from karez.solving.survivability.search import Search
from karez.solving.survivability.solve import Survivable
from karez.solving.survivability.unfold import Proof, unfold

Floats = npt.NDArray[np.float64]
Progress = Callable[[float], None]

PROOF = (
    "the cost of every edge is shared out between two bounds that add up: weights of directed cuts around what needs "
    "two ways, within one share, and moats of a dual ascent for the tree, within what is left"
)

WITHIN = "weights of directed cuts within a share of the costs"

TURNS = 2
"""Times that the network of two ways is looked for anew, the tree's edges coming for nothing."""

PATIENCE = 4
"""Shares tried without a better bound before steps are halved."""

SEPARATE = 8
"""Every so many shares, cuts are looked for that are missing there."""

NEAR = 0.99
"""Bound that steps aim at, as a share of the value."""

LATEST = 0.25
"""Weight of the latest step's direction, the rest being that of the steps before (Camerini, Fratta and Maffioli 1975).

A tree uses an edge or not; the mean of some tells where trees go.
"""


@dataclass(frozen=True)
class Effort:
    """How much is done.

    Parameters
    ----------
    rounds : int
        Pieces of the network of two ways torn up and mended, by part.
    iterations : int
        Simplex iterations for the bound of a part.
    ways_gap, tree_gap : float
        Gaps at which the work on either bound alone ends.
    tree_rounds : int
        Rounds of improvement of the tree.
    shares : int
        Times the costs are shared out anew.
    """

    rounds: int = 400
    iterations: int = 150_000
    ways_gap: float = 0.0
    tree_gap: float = 0.0
    tree_rounds: int = 20
    shares: int = 40


@dataclass(frozen=True)
class Ringed:
    """A network with two ways and a tree upon it, their value together, and a bound on any such pair.

    Parameters
    ----------
    ways : Survivable
        The network that gives nodes the ways they need; its bound is that of its cuts, within `share`.
    tree : Certified
        The tree, `ways` coming for nothing: edges that are among these as well are paid once.
    value, bound : int
        Cost of all these edges and of the prizes left; of no other pair that is lower than the bound.
    share : int64[m]
        Share of every edge's cost that the cuts of `ways` are held against.
    rest : Certified
        The tree of what is left of the costs: its ascent proves the rest of the bound.
    seconds : float
        Time spent.
    """

    ways: Survivable
    tree: Certified
    value: int
    bound: int
    share: Longs
    rest: Certified
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
    conditions = None if without is None or not len(without) else Conditions(forbidden=without)
    pair = _Pair(graph, given, prizes, conditions, effort or Effort(), seed, progress or (lambda _: None))
    for _ in range(TURNS):
        if not pair.turn():
            break
    proof, share, rest = pair.bound()
    ways = Survivable(
        edges=pair.ways,
        value=exact_sum(graph.cost[pair.ways]),
        bound=proof.bound,
        proof=WITHIN,
        cases=proof,
        bridges=pair.ways[pair.parted.bridges[pair.ways]],
        parts=len(pair.pieces),
        seconds=perf_counter() - began,
    )
    return Ringed(
        ways=ways,
        tree=pair.tree,
        value=pair.value,
        bound=min(pair.value, proof.bound + rest.bound),
        share=share,
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


@dataclass
class _Piece:
    """A part, its network, and its bound."""

    part: Part
    search: Search
    relaxation: Relaxation
    first: Dual
    used: Floats
    cases: tuple[Dual, ...]

    def costs(self, of_edges: Longs) -> Longs:
        """Costs of the part's edges, of those of the whole."""
        chained: Longs = np.add.reduceat(of_edges[self.part.chain], self.part.first[:-1]).astype(np.int64)
        return chained


class _Pair:
    """The best pair so far."""

    def __init__(
        self,
        graph: Graph,
        given: Problem,
        prizes: Longs,
        conditions: Conditions | None,
        effort: Effort,
        seed: int,
        progress: Progress,
    ) -> None:
        self.graph, self.given, self.prizes, self.conditions = graph, given, prizes, conditions
        self.effort, self.seed, self.progress = effort, seed, progress
        self.parted = part(self.given)
        whole = sum(piece.problem.graph.m for piece in self.parted.parts)
        self.pieces: list[_Piece] = []
        for one in self.parted.parts:
            found = begin(one.problem, effort.rounds, effort.iterations, effort.ways_gap, seed)
            cases = split(*found, effort.iterations, effort.ways_gap)
            self.pieces.append(_Piece(one, *found, cases))
            progress(0.6 * sum(piece.part.problem.graph.m for piece in self.pieces) / whole)
        self.ways = self._ways()
        self.tree = self._tree(self.ways)
        self.value = self._worth(self.ways, self.tree)

    def _ways(self) -> Ints:
        """Edges of the networks of all parts, and of the bridges that have to be there."""
        of_parts = [piece.part.edges(piece.search.chosen) for piece in self.pieces]
        return np.sort(np.concatenate([self.parted.forced, *of_parts])).astype(np.int32)

    def _tree(self, free: Ints) -> Certified:
        """The best tree, some edges coming for nothing."""
        cost = self.graph.cost.copy()
        cost[free] = 0
        return self._prize(cost, self.effort.tree_rounds)

    def _prize(self, cost: Longs, rounds: int) -> Certified:
        return prize(
            self.graph.priced(cost),
            self.prizes,
            self.given.root,
            seed=self.seed,
            stop_gap=self.effort.tree_gap,
            rounds=rounds,
            conditions=self.conditions,
        )

    def _worth(self, ways: Ints, tree: Certified) -> int:
        """Value of a pair."""
        return together(self.graph, self.prizes, ways, tree)

    def turn(self) -> bool:
        """Look for other ways, the tree's edges coming for nothing, and a tree upon them; whether they are better."""
        cost = self.graph.cost.copy()
        cost[np.setdiff1d(self.tree.edges, self.ways)] = 0
        for piece in self.pieces:
            piece.search.revalue(piece.costs(cost))
            piece.search.improve(self.effort.rounds // 4, piece.used if piece.used.size else None)
        ways = self._ways()
        tree = self._tree(ways)
        value = self._worth(ways, tree)
        if value >= self.value:
            return False
        self.ways, self.tree, self.value = ways, tree, value
        return True

    def bound(self) -> tuple[Proof, Longs, Certified]:
        """Share the costs out, step by step towards where ways and tree use the same of every edge."""
        proven = [self._proven(self.graph.cost, [piece.cases for piece in self.pieces])]
        if proven[0][0].bound + proven[0][2].bound >= NEAR * self.value:
            return proven[0]
        duals = [piece.first for piece in self.pieces]
        split = any(len(piece.cases) > 1 for piece in self.pieces)
        share = (self._proven(self.graph.cost, [(dual,) for dual in duals]) if split else proven[0])[1]
        best, best_share = 0, share
        pace, since = 1.0, 0
        towards = np.zeros(self.graph.m)
        for piece in self.pieces:
            piece.relaxation.release()
        for number in range(self.effort.shares):
            rest, found, used = self._both_at(share, separate=number % SEPARATE == SEPARATE - 1)
            total = rest.bound + sum(dual.bound for dual in found) + self._forced()
            since += 1
            if total > best:
                best, best_share, duals, since = total, share, found, 0
            elif since > PATIENCE:
                pace, since = pace / 2, 0
            used[rest.edges] -= 1.0
            towards = LATEST * used + (1 - LATEST) * towards if number else used
            length = float(towards @ towards)
            if length == 0.0 or total >= NEAR * self.value:
                break
            step = pace * (NEAR * self.value - total) / length
            share = self._clipped(share + step * towards)
            self.progress(0.7 + 0.3 * (number + 1) / self.effort.shares)
        proven.append(self._proven(best_share, [(dual,) for dual in duals]))
        return max(proven, key=lambda of: of[0].bound + of[2].bound)

    def _forced(self) -> int:
        return exact_sum(self.graph.cost[self.parted.forced])

    def _both_at(self, share: Longs, *, separate: bool) -> tuple[Certified, list[Dual], Floats]:
        """The tree within what is left of the costs, and :meth:`_ways_at`, side by side."""
        with ThreadPoolExecutor(1) as pool:
            rest = pool.submit(self._prize, self.graph.cost - share, 1)
            found, used = self._ways_at(share, separate=separate)
            return rest.result(), found, used

    def _ways_at(self, share: Longs, *, separate: bool) -> tuple[list[Dual], Floats]:
        """Bounds of the parts within a share of the costs, and what they use of every edge: float64[m]."""
        used = np.zeros(self.graph.m)
        used[self.parted.forced] = 1.0
        duals = []
        for piece in self.pieces:
            dual, of_part = piece.relaxation.revalue(piece.costs(share), separate=separate)
            used[piece.part.chain] = np.repeat(of_part, np.diff(piece.part.first))
            duals.append(dual)
        return duals, used

    def _clipped(self, share: Floats) -> Longs:
        """Shares within costs; bridges that have to be there, and chains left out for cheaper ones, have all of it."""
        whole: Longs = np.clip(np.rint(share), 0, self.graph.cost).astype(np.int64)
        whole[self.parted.forced] = self.graph.cost[self.parted.forced]
        for piece in self.pieces:
            for _, chain in piece.part.spare:
                whole[chain] = self.graph.cost[chain]
        return whole

    def _proven(self, share: Longs, cases: list[tuple[Dual, ...]]) -> tuple[Proof, Longs, Certified]:
        """The cuts on the whole graph, what they charge, and the tree's bound within what is left."""
        parts = [piece.part for piece in self.pieces]
        proof = unfold(self._reparted(share), list(zip(parts, cases, strict=True)))
        charged = np.minimum(share, proof.charged(self.given.graph.priced(share)))
        rest = self._prize(self.graph.cost - charged, self.effort.tree_rounds)
        return proof, charged, rest

    def _reparted(self, share: Longs) -> Parted:
        """The parted problem, at a share of the costs."""
        of = self.parted
        problem = of.problem
        priced = Problem(problem.graph.priced(share), problem.root, problem.need, problem.thick, problem.sure)
        return Parted(priced, of.parts, of.forced, of.bridges, of.top, of.entry, of.order)

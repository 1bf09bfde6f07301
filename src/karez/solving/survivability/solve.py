"""Least-cost networks in which nodes have two ways to the root, with a bound."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter

import numpy as np

from karez.solving.graph import Graph, exact_sum
from karez.solving.survivability.branch import solve
from karez.solving.survivability.problem import Bools, Bytes, Ints, Part, Problem, part
from karez.solving.survivability.relax import Dual
from karez.solving.survivability.unfold import Proof, unfold

PROOF = (
    "linear programmes of directed cuts between the root and what needs ways, for each biconnected part and, where "
    "they leave a gap, case by case of an edge that is there or is not; their duals as weights of cuts on the whole "
    "graph, the bound recomputed from them in integers"
)

EFFORT = 200_000
"""Simplex iterations for the bound of one part, each programme counting a hundred more."""

Progress = Callable[[float], None]


@dataclass(frozen=True)
class Survivable:
    """A network in which nodes have the ways they need, its value, and a bound below which no such network can be.

    Parameters
    ----------
    edges : int32[…]
        Edge numbers, ascending.
    value, bound : int
        Cost of the edges; no network that gives every node its ways costs less than the bound.
    proof : str
        How the bound was had.
    cases : Proof
        Weighted cuts of the whole graph that give the bound again, case by case.
    bridges : int32[…]
        Chosen edges that nothing can double: bridges of the candidates.
    parts : int
        Biconnected parts that were solved.
    seconds : float
        Time spent.
    """

    edges: Ints
    value: int
    bound: int
    proof: str
    cases: Proof
    bridges: Ints
    parts: int
    seconds: float

    @property
    def gap(self) -> float:
        """Distance of value and bound over value; 0 if they are equal."""
        return 0.0 if self.value == self.bound else (self.value - self.bound) / self.value


def survivable(
    graph: Graph,
    root: int,
    need: Bytes,
    *,
    thick: Bools | None = None,
    sure: Bools | None = None,
    rounds: int = 400,
    effort: int = EFFORT,
    stop_gap: float = 0.0,
    seed: int = 0,
    progress: Progress | None = None,
) -> Survivable:
    """Find edges of least cost that give every node the ways to the root that it needs.

    A node that needs two ways keeps one whatever single edge (``TWO_BY_EDGE``), or whatever single edge or other node
    (``TWO_BY_NODE``) fails, unless that alone would cut it off if all candidates were built.

    Parameters
    ----------
    graph : Graph
        The candidates.
    root : int
        Where the ways lead to.
    need : int8[n]
        ``NONE``, ``ONE``, ``TWO_BY_EDGE`` or ``TWO_BY_NODE`` of :mod:`karez.kernels.two_ways`.
    thick : bool[m] | None
        Edges that do not fail: two ways may share them, and they are paid once. None of them by default.
    sure : bool[n] | None
        Nodes that do not fail. None of them by default; the root never fails.
    rounds : int
        Pieces torn up and mended in every part.
    effort : int
        Simplex iterations for the bound of one part.
    stop_gap : float
        Gap, as a share of the value, at which the work on the bound of a part ends.
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
    A square with a diagonal: the ring is cheapest.

    >>> graph = Graph.from_edges(4, [0, 1, 2, 3, 0], [1, 2, 3, 0, 2], [1, 1, 1, 1, 3])
    >>> survivable(graph, 0, np.array([0, 0, 3, 0], np.int8)).edges.tolist()
    [0, 1, 2, 3]
    """
    began = perf_counter()
    thick = np.zeros(graph.m, np.bool_) if thick is None else thick
    sure = np.zeros(graph.n, np.bool_) if sure is None else sure
    parted = part(Problem(graph, root, need.astype(np.int8), thick, sure))
    solved: list[tuple[Part, tuple[Dual, ...]]] = []
    edges = [parted.forced]
    whole = sum(piece.problem.graph.m for piece in parted.parts)
    done = 0
    for piece in parted.parts:
        chosen, cases = solve(piece.problem, rounds, effort, stop_gap, seed)
        edges.append(piece.edges(chosen))
        solved.append((piece, cases))
        done += piece.problem.graph.m
        if progress is not None:
            progress(done / whole)
    together = np.sort(np.concatenate(edges)).astype(np.int32)
    proof = unfold(parted, solved)
    return Survivable(
        edges=together,
        value=exact_sum(graph.cost[together]),
        bound=proof.bound,
        proof=PROOF,
        cases=proof,
        bridges=together[parted.bridges[together]],
        parts=len(parted.parts),
        seconds=perf_counter() - began,
    )

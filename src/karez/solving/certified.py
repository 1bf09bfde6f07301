"""An answer with its proof."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from karez.kernels.ascent import OUT
from karez.solving.graph import Graph

Ints = npt.NDArray[np.int32]
Longs = npt.NDArray[np.int64]


BY_ASCENT = "dual ascent for the directed cut bound; its moats, replayed, give the bound again"
BY_EXACT_SEARCH = (
    "dual ascent, elimination by reduced costs of edges that no better tree can use, cutting planes and branching on "
    "the rest; linear programming bounds recomputed in integers"
)


@dataclass(frozen=True)
class Case:
    """One case of a bound: the root is in the tree, the nodes left out are not; or any tree but with those.

    Replayed from untouched costs, the moats give the bound of the case: for each (node, radius), reverse Dijkstra
    distances d to the node in reduced arc costs, the root no nearer than the radius; every arc (u → v) with
    d(v) < radius loses min(d(u), radius) − d(v) where that is positive, and the bound gains the radius. The radii
    of one node never add up to more than its prize. Prizes of nodes left out are lost and counted as a constant;
    their own moats are not grown.

    Without a root, `entry` > 0 is the price of a way in. The graph is extended by a node n, joined by an edge of cost
    `entry` to every node that has a prize and is not left out, and the moats are replayed on it with n for the root.
    A tree with such a node costs `entry` more there, for one way in, so what the moats prove less `entry` bounds it,
    whatever the price; a tree without one collects nothing and costs all prizes. The bound is the lesser of the two.

    Several cases miss no tree: each leaves out the roots of those before it, and the last has no root.

    Parameters
    ----------
    root : int
        Node that is in the tree; −1 for the case that none of the nodes left out is in it.
    left_out : int32[…]
        Nodes whose prizes are lost in this case.
    node, radius : int32[moats], int64[moats]
        The moats in order.
    bound : int
        Sum of the radii and of the prizes left out; with `entry`, less that, and no more than the sum of all prizes.
    entry : int
        Cost of a way in where there is no root; 0 for a case without moats, or with a root.
    """

    root: int
    left_out: Ints
    node: Ints
    radius: Longs
    bound: int
    entry: int = 0


@dataclass(frozen=True)
class Certified:
    """A tree, its value, and a bound below which no tree can be.

    Parameters
    ----------
    edges : int32[…]
        Edge numbers of the tree, ascending.
    nodes : int32[…]
        Nodes of the tree, ascending; the root alone if it has no edges.
    value : int
        Cost of the edges plus the prizes not collected.
    bound : int
        No tree has a lower value.
    proof : str
        How the bound was had.
    seconds : float
        Time spent, the only figure besides the times in `trace` that differs between equal runs.
    trace : tuple of (float, int, int)
        Seconds, value and bound whenever one of the two got better.
    ascent_root : int
        Root the ascent below refers to; −1 for a node outside the graph or none, see :class:`Case`.
    ascent_node, ascent_radius : int32[moats], int64[moats]
        The moats of a dual solution (:class:`Case`); with one case, they add up to `ascent_bound`.
    ascent_bound : int
        Bound that the replay of `cases` gives: the least of theirs. It equals `bound` unless an exact search was
        asked for and went further.
    cases : tuple[Case, ...]
        The cases of the bound. One, if a root was given or a node is forced. With conditions they replay on the
        transformed problem, and `ascent_bound` is higher by its constant (:mod:`karez.solving.conditions`).
    left_out : int32[…]
        Nodes that had to be in the tree but cannot be reached, where leaving them out was asked for.
    """

    edges: Ints
    nodes: Ints
    value: int
    bound: int
    proof: str
    seconds: float
    trace: tuple[tuple[float, int, int], ...]
    ascent_root: int
    ascent_node: Ints
    ascent_radius: Longs
    ascent_bound: int
    cases: tuple[Case, ...]
    left_out: Ints = field(default_factory=lambda: np.empty(0, np.int32))

    @property
    def gap(self) -> float:
        """Distance of value and bound over value; 0 if they are equal."""
        if self.value == self.bound:
            return 0.0
        return (self.value - self.bound) / self.value


def certify(
    graph: Graph,
    up: Ints,
    value: int,
    cases: Sequence[Case],
    seconds: float,
    trace: Sequence[tuple[float, int, int]],
    exact: int = 0,
) -> Certified:
    """Put an answer together from its tree and the cases of its bound."""
    bound = min(case.bound for case in cases)
    further = exact > bound
    least = min(cases, key=lambda case: case.bound)
    return Certified(
        edges=np.sort(graph.edge[up[up >= 0]]).astype(np.int32),
        nodes=np.flatnonzero(up != OUT).astype(np.int32),
        value=value,
        bound=max(bound, exact),
        proof=BY_EXACT_SEARCH if further else BY_ASCENT,
        seconds=seconds,
        trace=tuple(trace),
        ascent_root=least.root,
        ascent_node=least.node,
        ascent_radius=least.radius,
        ascent_bound=bound,
        cases=tuple(cases),
    )

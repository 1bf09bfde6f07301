"""The Steiner tree: connect these nodes at least cost."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from karez.solving.certified import Certified
from karez.solving.conditions import FORCED, Conditions
from karez.solving.graph import Graph
from karez.solving.prize import prize
from karez.solving.search import Progress


def steiner(
    graph: Graph,
    terminals: npt.ArrayLike,
    *,
    seconds: float | None = None,
    seed: int = 0,
    stop_gap: float = 0.0,
    rounds: int = 20,
    progress: Progress | None = None,
    exact: bool = False,
    conditions: Conditions | None = None,
) -> Certified:
    """Connect all terminals at least cost.

    Parameters
    ----------
    graph : Graph
        The graph.
    terminals : array_like of int
        Node numbers, at least one.
    seconds : float | None
        Time limit; with one, answers may differ between runs. None: stop by gap or rounds alone.
    seed : int
        Settles all that is left to chance.
    stop_gap : float
        Stop once value − bound ≤ stop_gap × value.
    rounds : int
        Most rounds of improvement.
    progress : callable | None
        Told the share done, 0 … 1, after each round.
    exact : bool
        Whether to go on by reductions, cutting planes and branching where the ascent leaves a gap. The bound may
        then be better than what the moats alone give (``ascent_bound``).
    conditions : Conditions | None
        Edges that are forced, forbidden or free, several roots, and whether to leave out what cannot be reached.

    Returns
    -------
    Certified
        The tree, its cost and the bound.

    Raises
    ------
    Disconnected
        If terminals do not hang together and are not to be left out; carries their numbers.
    Overflow
        If costs add up to 2⁶² or more.

    Examples
    --------
    >>> star = Graph.from_edges(4, [0, 0, 0, 1], [1, 2, 3, 2], [1, 1, 1, 5])
    >>> answer = steiner(star, [1, 2, 3])
    >>> answer.value, answer.bound, answer.edges.tolist()
    (3, 3, [0, 1, 2])
    """
    chosen = np.unique(np.asarray(terminals, dtype=np.int64))
    if chosen.size == 0 or chosen[0] < 0 or chosen[-1] >= graph.n:
        raise ValueError(f"terminals must be at least one node, numbered 0 to {graph.n - 1}")
    prizes = np.zeros(graph.n, np.int64)
    prizes[chosen] = FORCED
    return prize(
        graph,
        prizes,
        int(chosen[0]) if conditions is None else None,
        seconds=seconds,
        seed=seed,
        stop_gap=stop_gap,
        rounds=rounds,
        progress=progress,
        exact=exact,
        conditions=conditions,
    )

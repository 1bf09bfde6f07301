"""Cost against prize covered: what every budget can reach at best, from one sweep over multipliers.

For a multiplier λ = N/D, a dual ascent for the costs D·c and the prizes N·p gives a bound L: every tree of cost c that
leaves out prizes u has D·c + N·u ≥ L. So whoever spends B at most leaves out ⌈(L − D·B)/N⌉ at least, and that for
every B. Each multiplier thus proves something for all budgets, the more the nearer its best tree's cost is to them.
And a tree that holds a node pays, above L, the way from the root to that node in the reduced costs the ascent ends
with. To cover more than the nodes within r hold, it needs one beyond: D·c + N·u ≥ L + r then. In untouched costs that
says that no tree holds a node that is farther from the root than it costs.

Every tree found is taken apart in the order in which it is best built (:func:`karez.kernels.nested.nest`); each
beginning of that order is a tree too. The best of all these for each cost are the staircase.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy.typing as npt

from karez.solving.budgets import Frontier
from karez.solving.conditions import checked
from karez.solving.covering import Covering
from karez.solving.graph import Graph, refuse_overflow
from karez.solving.search import Clock, Progress
from karez.solving.sweep import Sweep

BATCH = 2
"""Multipliers worked on side by side, whatever the number of threads, so that it does not change the answer."""


def frontier(
    graph: Graph,
    prizes: npt.ArrayLike,
    root: int,
    *,
    steps: int = 40,
    stop_gap: float = 0.0,
    seconds: float | None = None,
    seed: int = 0,
    threads: int = 2,
    progress: Progress | None = None,
) -> Frontier:
    """Find what prize can be covered at each cost, and prove what cannot.

    Parameters
    ----------
    graph : Graph
        The graph.
    prizes : array_like of int, shape (n,)
        What covering a node is worth, such as its homes; not negative.
    root : int
        Node all trees hang on.
    steps : int
        Most multipliers tried, each time it is worked on counted.
    stop_gap : float
        Stop once the gap of every budget is at most this many points.
    seconds : float | None
        Time limit; with one, answers may differ between runs. A step that has begun may go on a little longer.
    seed : int
        Settles all that is left to chance.
    threads : int
        Threads used; more than two have nothing to do. The answer does not depend on them.
    progress : callable | None
        Told the share done, 0 … 1.

    Returns
    -------
    Frontier
        Trees and bounds.

    Raises
    ------
    ValueError
        If a prize is negative or the root is no node.
    Overflow
        If costs and prizes add up to 2⁶² or more.

    Examples
    --------
    >>> path = Graph.from_edges(4, [0, 1, 2], [1, 2, 3], [4, 4, 1])
    >>> answer = frontier(path, [0, 5, 3, 4], root=0)
    >>> answer.cost.tolist(), answer.covered.tolist(), answer.tree(1).tolist()
    ([0, 4, 8, 9], [0, 5, 8, 12], [0])
    >>> answer.covered_at(7), answer.bound_at(7)
    (5, 5)

    With a duct on the first edge that costs nothing; the edges of `eased` are those of `path` with their numbers in
    ``eased.edge``:

    >>> from karez.solving.conditions import Conditions, conditioned
    >>> eased = conditioned(path, [0, 5, 3, 4], 0, Conditions(free=[0]))
    >>> frontier(eased.graph, eased.prizes, 0).covered.tolist()
    [5, 8, 12]
    """
    given = checked(graph, prizes, root)
    if (given < 0).any():
        raise ValueError("prizes must not be negative; a frontier has no forced nodes")
    refuse_overflow(graph.cost, given)
    clock = Clock(seconds, stop_gap, steps)
    sweep = Sweep(Covering(graph, given, root, clock), seed)
    done = 0
    with ThreadPoolExecutor(max_workers=max(1, min(threads, BATCH))) as pool:
        while done < steps and not (done and clock.late()) and sweep.answer.gap > stop_gap:
            tasks = sweep.tasks(min(BATCH, steps - done))
            if not tasks:
                break
            sweep.learn(list(pool.map(sweep.covering.work, tasks)))
            done += len(tasks)
            if progress is not None:
                progress(clock.share(done / steps))
    if progress is not None:
        progress(1.0)
    return replace(sweep.answer, seconds=clock.spent())

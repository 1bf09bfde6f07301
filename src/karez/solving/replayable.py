"""A dual solution of the original graph, for those who want to replay the bound."""

from __future__ import annotations

from collections import deque

import numpy as np
import numpy.typing as npt

from karez.kernels.ascent import INF, OUT, TOP
from karez.solving.certified import Case, Certified, Ints, certify
from karez.solving.graph import Graph
from karez.solving.search import Clock, Progress, Search
from karez.solving.unrooted import strengthen_unrooted


def strengthen(
    graph: Graph,
    prizes: npt.ArrayLike,
    answer: Certified,
    *,
    seed: int = 0,
    ascents: int = 20,
    progress: Progress | None = None,
) -> Certified:
    """Raise the bound that replays, by ascents on the original graph guided by the answer's tree.

    An exact search soon leaves the original graph for smaller ones, whose ascents do not replay on it.

    Parameters
    ----------
    graph, prizes
        The problem, as handed to :func:`karez.solving.prize.prize`.
    answer : Certified
        Its answer.
    seed : int
        Settles all that is left to chance.
    ascents : int
        Ascents at most; they end when the value is reached.
    progress : callable | None
        Told the share of the work done, 0 … 1.

    Returns
    -------
    Certified
        The same tree. An answer in cases by nodes left out is handed back as it is.

    Examples
    --------
    >>> from karez.solving.prize import prize
    >>> path = Graph.from_edges(3, [0, 1], [1, 2], [4, 4])
    >>> strengthen(path, [0, 5, 3], prize(path, [0, 5, 3], root=0, exact=True)).ascent_bound
    7
    """
    case = answer.cases[0]
    if len(answer.cases) != 1 or (case.root < 0 and not case.entry) or answer.ascent_bound >= answer.value:
        return answer
    given = np.array(prizes, dtype=np.int64)
    if case.entry:
        up = _turned_up(graph, answer, int(answer.nodes[0]))
        return strengthen_unrooted(graph, given, answer, up, seed=seed, ascents=ascents, progress=progress)
    forced = given < 0
    given[forced] = INF
    search = Search(graph, given, case.root, seed, Clock(None, 0.0, ascents))
    search.up, search.value = _turned_up(graph, answer, case.root), answer.value
    search.ascent_bound, search.node, search.radius = case.bound, case.node, case.radius
    for number in range(ascents):
        search.ascent(number)
        if progress is not None:
            progress((number + 1) / ascents)
        if search.ascent_bound >= answer.value:
            break
    nobody = np.empty(0, np.int32)
    best = Case(search.ascent_root, nobody, search.node, search.radius, search.ascent_bound)
    return certify(graph, search.up, answer.value, (best,), answer.seconds, answer.trace, answer.bound)


def _turned_up(graph: Graph, answer: Certified, root: int) -> Ints:
    """The tree as slots to the parents, ``TOP`` at the root and ``OUT`` where it does not go."""
    in_tree = np.zeros(graph.m, np.bool_)
    in_tree[answer.edges] = True
    up: Ints = np.full(graph.n, OUT, np.int32)
    up[root] = TOP
    queue = deque([root])
    while queue:
        node = queue.popleft()
        for slot in range(graph.start[node], graph.start[node + 1]):
            other = int(graph.neighbour[slot])
            if in_tree[graph.edge[slot]] and up[other] == OUT:
                up[other] = graph.twin[slot]
                queue.append(other)
    return up

"""Better trees by small problems: windows of the graph, solved anew with all else left as it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from karez.kernels.ascent import INF, OUT
from karez.kernels.window import put_back, window
from karez.solving.certified import Ints, Longs
from karez.solving.graph import Graph
from karez.solving.search import Search

Solve = Callable[[Search], None]


@dataclass(frozen=True)
class Window:
    """A small problem cut out of a large one; see :func:`karez.kernels.window.window`."""

    nodes: Ints
    which: Ints
    prizes: Longs
    slot: Ints
    owner: Ints
    used: np.ndarray[tuple[int], np.dtype[np.bool_]]


class Windows:
    """Windows on the best tree of a search.

    Parameters
    ----------
    search : Search
        The search whose tree is improved.
    size : int
        Nodes of a window.
    """

    def __init__(self, search: Search, size: int) -> None:
        self.search = search
        self.size = size
        n = search.graph.n
        none = np.full(n, -1, np.int32)
        self._room = (np.zeros(n, np.bool_), none, none.copy(), np.zeros(n, np.bool_))

    def sweep(self, solve: Solve, seed: int, *, most: int) -> int:
        """Solve windows until the tree is covered, `most` have been solved, or the search is done.

        Parameters
        ----------
        solve : callable
            Improves the tree of a small search.
        seed : int
            Settles where the windows lie.
        most : int
            Most windows.

        Returns
        -------
        int
            How many windows gave a better tree.
        """
        search = self.search
        if search.value >= INF:
            return 0
        chance = np.random.default_rng(seed)
        covered = np.zeros(search.graph.n, np.bool_)
        better = solved = 0
        for source in chance.permutation(np.flatnonzero(search.up != OUT)):
            if solved >= most or search.done():
                break
            if covered[source] or search.up[source] == OUT:
                continue
            cut = self._cut(int(source))
            covered[cut.nodes] = True
            if cut.used.any():
                better += self._solve(cut, solve, int(chance.integers(1 << 31)))
                solved += 1
        return better

    def _cut(self, source: int) -> Window:
        search = self.search
        graph = search.graph
        net = (graph.start, graph.neighbour, graph.twin)
        return Window(
            *window(*net, search.prize, np.int32(search.root), search.up, np.int32(source), self.size, *self._room)
        )

    def _solve(self, cut: Window, solve: Solve, seed: int) -> bool:
        search = self.search
        graph = search.graph
        number = dict(zip(cut.nodes.tolist(), cut.which.tolist(), strict=True))
        tail = [number[v] for v in cut.owner.tolist()]
        head = [number[v] for v in graph.neighbour[cut.slot].tolist()]
        cost = graph.slot_cost[cut.slot]
        small = Graph.from_edges(cut.prizes.size, tail, head, cost)
        inner = Search(small, cut.prizes, 0, seed, search.clock)
        left_out = np.ones(cut.prizes.size, np.bool_)
        left_out[0] = False
        left_out[np.array(tail)[cut.used]] = False
        left_out[np.array(head)[cut.used]] = False
        now = int(cost[cut.used].sum()) + int(cut.prizes[left_out].sum())
        inner.cutoff = now
        solve(inner)
        if inner.value >= now:
            return False
        above = np.where(inner.up >= 0, small.edge[inner.up], inner.up).astype(np.int32)
        up = search.up.copy()
        put_back(
            graph.neighbour, graph.twin, up, cut.nodes, cut.which, cut.slot, cut.owner, cut.used, above, self._room[2]
        )  # fmt: skip
        search.offer(up, search.value - now + inner.value)
        return True

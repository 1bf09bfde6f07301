"""Better trees on small graphs: perturbed starts, and an elite whose trees are combined.

After T. Pajor, E. Uchoa and R. F. Werneck, "A robust and scalable algorithm for the Steiner problem in graphs",
Mathematical Programming Computation 10 (2018), doi:10.1007/s12532-017-0123-4.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from karez.kernels.ascent import INF, OUT
from karez.kernels.keys import descend, key_tree
from karez.kernels.tree import grow, turn
from karez.solving.annealing import Annealing, worth_annealing
from karez.solving.certified import Ints, Longs
from karez.solving.graph import LARGEST_SUM, exact_sum
from karez.solving.search import STEPS_PER_SLOT, Search

ELITE = 24
EQUAL = 2
"""Trees kept, and how many of them may be of equal value, so that many of one kind do not crowd out others."""

LATEST = 24
"""Trees remembered as they were made."""

FAILURES = 3
"""Combinations that bring nothing before a new start is made."""

STALE = 24
CHAMPIONS = 4
"""Starts without a better tree after which an elite is built up anew; best trees of so many make one more."""

NOISY_PASSES = 1
PASSES = 40
"""Passes of a descent in perturbed costs, and in the real ones, at most."""

START, AGAIN = (0.2, 1.2), (0.1, 0.6)
"""Most noise on an edge, as a share of what of its cost may move: from … to, for new trees and for known ones."""

PIECES = 12
"""Pieces of annealing, where there is any, for one new start; together they count as that many trees."""

EITHER, NEITHER = (100, 600), 1000
"""What edges cost that only one of two trees has, when these are combined, and edges that none has; in times."""

STEPS = ("grow", "polish", "exchange", "exchange", "insert")
"""Steps of making a tree, as the clock foretells them."""

Tree = tuple[int, Ints]
"""Value and up-slots."""


class Multistart:
    """An elite of trees of a search's problem, and what makes more of them.

    Parameters
    ----------
    search : Search
        The problem; better trees are offered to it.
    seed : int
        Settles all that is left to chance.
    """

    def __init__(self, search: Search, seed: int) -> None:
        self.search = search
        self.chance = np.random.default_rng(seed)
        self.elite: list[Tree] = []
        self.champions: list[Tree] = []
        self.latest: list[Tree] = []
        self.made = 0
        self.starts = 0
        self.stale = 0
        self.stopped = False
        self.annealing: Annealing | None = None
        graph = search.graph
        self._net = (graph.start, graph.neighbour, graph.twin)
        self._steps = STEPS_PER_SLOT * (graph.neighbour.size + 1000)
        total = exact_sum(graph.cost)
        # Costs so large that noise on them might overflow go without.
        self._noise = total <= LARGEST_SUM // 8
        self._scale = max(1, min(1024, LARGEST_SUM // 8 // max(1, total)))
        self._shift = max(0, total.bit_length() - 50)
        self._wanted = int(np.count_nonzero(search.prize))
        self._movable = movable(search)

    def run(self, trees: int) -> None:
        """Make so many trees, and finish the combinations begun; or until the search is done or this is stopped."""
        last = self.made + trees
        while self.made < last and not self.ended():
            self._anneal()
            self._step()

    def _anneal(self) -> None:
        """Anneal a tree for a while, if the graph is one for it; it joins the elite when it is cold."""
        if not self.elite or not worth_annealing(self.search):
            return
        if self.annealing is None:
            best = min(self.elite, key=lambda tree: tree[0])
            self.annealing = Annealing(self.search, best[1], int(self.chance.integers(1 << 31)))
        for _ in range(PIECES):
            if self.ended():
                break
            cold = self.annealing.piece()
            self.made += 1
            if cold is not None:
                self._keep(self._descended(cold, None))

    def adopt(self, kept: list[npt.NDArray[np.bool_]]) -> None:
        """Begin with trees that use these edges as far as there are any."""
        for edges in kept:
            if self.ended():
                break
            cost = np.where(edges, self.search.graph.cost >> 8, self.search.graph.cost)[self.search.graph.edge]
            self._keep(self._descended(self._grown(cost), None))

    def some(self, most: int) -> list[Ints]:
        """The best tree of the elite and others of it."""
        trees = sorted([*self.elite, *self.champions], key=lambda tree: tree[0])
        if not trees:
            return []
        others = [*trees[1:], *self.latest]
        drawn = self.chance.permutation(len(others))[: most - 1]
        return [trees[0][1], *(others[int(i)][1] for i in drawn)]

    def take(self, up: Ints, value: int) -> None:
        """Offer a tree made elsewhere, and take it into the elite."""
        self.search.offer(up, value)
        self._keep((value, up))

    def ended(self) -> bool:
        """Whether the search is done, this is stopped, or there is no time for another tree."""
        search = self.search
        return self.stopped or search.done() or not search.clock.fits(search.graph.m, *STEPS)

    def _step(self) -> None:
        """One new start, combined with trees of the elite as long as that brings something."""
        if self.stale > STALE:
            self._renew()
        best = min((value for value, _ in self.elite), default=int(INF))
        if self.elite and self.search.value < best and not self.champions:
            best = self.search.value
            self._keep((best, self.search.up))
        child = self._start()
        self._keep(child)
        failures = 0
        while failures < FAILURES and len(self.elite) > 1 and not self.ended():
            other = self._any()
            failures += 1
            if other[1] is child[1]:
                continue
            both = self._combined(child[1], other[1])
            if both[0] < child[0]:
                child, failures = both, 0
            self._keep(both)
        self.starts += 1
        self.stale = 0 if min(value for value, _ in self.elite) < best else self.stale + 1

    def _renew(self) -> None:
        """Begin another elite: from nothing, or from the best trees of those before."""
        self.champions.append(min(self.elite, key=lambda tree: tree[0]))
        self.elite = []
        if len(self.champions) >= CHAMPIONS:
            self.elite, self.champions = self.champions, []
        self.stale = 0

    def _any(self) -> Tree:
        return self.elite[int(self.chance.integers(len(self.elite)))]

    def _start(self) -> Tree:
        """A tree grown in perturbed costs; each third time, one of the elite that goes on in perturbed costs."""
        again = len(self.elite) > 1 and self.starts % 3 == 0
        noisy = self._noisy(AGAIN if again else START)
        if again:
            return self._descended(self._any()[1].copy(), noisy)
        search = self.search
        want = np.where(search.prize > 0, INF, 0)
        if self.starts % 3 == 1:
            many = 1 + int(self.chance.integers(max(1, (self._wanted + 3) // 2)))
            want[self.chance.choice(search.graph.n, min(many, search.graph.n))] = INF
        return self._descended(self._grown(noisy, want), noisy, want)

    def _combined(self, one: Ints, other: Ints) -> Tree:
        """A tree that rather uses what both trees use than what one of them does, and hardly anything else."""
        search, graph = self.search, self.search.graph
        weight = np.full(graph.m, NEITHER)
        for up in (one, other):
            used = np.flatnonzero(up >= 0)
            key_path = key_tree(graph.neighbour, graph.slot_cost, search.prize, np.int32(search.root), up)[4]
            edges = graph.edge[up[used]]
            own = self.chance.integers(*EITHER, graph.n)[key_path[used]]
            weight[edges] = np.where(weight[edges] == NEITHER, own, 1)
        cost = ((graph.cost >> self._shift) * weight)[graph.edge]
        return self._descended(self._grown(cost), self._noisy(AGAIN))

    def _noisy(self, shares: tuple[float, float]) -> Longs:
        """Costs of slots, `_scale` times, and noise of up to a share that is drawn."""
        graph = self.search.graph
        share = self._scale * self.chance.uniform(*shares) if self._noise else 0.0
        noise = (self._movable * (share * self.chance.random(graph.m))).astype(np.int64)
        noisy: Longs = (graph.cost * self._scale + noise)[graph.edge]
        return noisy

    def _grown(self, cost: Longs, want: Longs | None = None) -> Ints:
        search = self.search
        up = np.full(search.graph.n, OUT, np.int32)
        start = search.root
        if search.free_roots and search.forced.size:
            start = int(self.chance.choice(search.forced))
        grow(*self._net, cost, np.where(search.prize > 0, INF, 0) if want is None else want, np.int32(start), up)
        turn(search.graph.neighbour, search.graph.twin, up, np.int32(search.root))
        return up

    def _descended(self, up: Ints, noisy: Longs | None, want: Longs | None = None) -> Tree:
        """Go down in perturbed costs, a little, then to a local optimum in the real ones; in place."""
        search, graph = self.search, self.search.graph
        root = np.int32(search.root)
        order = self.chance.permutation(graph.n).astype(np.int32)
        if noisy is not None:
            # Frozen and writable arrays are two types to the compiler; one is enough.
            frozen = noisy.view()
            frozen.flags.writeable = False
            most = int(INF) // (2 * self._scale)
            prize = np.where(search.prize == INF, INF, np.minimum(search.prize, most) * self._scale)
            if want is not None:
                prize = np.where((want == INF) & (search.prize == 0), INF, prize)
            descend(*self._net, frozen, prize, root, up, order, self._steps, NOISY_PASSES)
        value = descend(*self._net, graph.slot_cost, search.prize, root, up, order, self._steps, PASSES)
        self.made += 1
        self.latest = [*self.latest[1 - LATEST :], (int(value), up)]
        search.offer(up, int(value))
        return int(value), up

    def _keep(self, tree: Tree) -> None:
        """Take a tree into the elite, in place of one of equal value or of the worst, if there is no room."""
        if any(tree[1] is other for _, other in self.elite):
            return
        equal = [i for i, (value, _) in enumerate(self.elite) if value == tree[0]]
        if len(equal) >= EQUAL:
            del self.elite[equal[0]]
        self.elite.append(tree)
        if len(self.elite) > ELITE:
            del self.elite[max(range(len(self.elite)), key=lambda i: self.elite[i][0])]


def movable(search: Search) -> Longs:
    """What of each edge's cost noise may be a share of: int64[m].

    Every tree pays for the cheapest edge of each forced node, or for one as dear. Where that is nearly all that
    edges cost, noise in step with costs would drown what trees differ by; so it is in step with the rest, and with
    what that usually is.
    """
    graph = search.graph
    least = np.full(graph.n, INF, np.int64)
    np.minimum.at(least, graph.tail, graph.cost)
    np.minimum.at(least, graph.head, graph.cost)
    least[search.prize != INF] = 0
    rest: Longs = graph.cost - np.maximum(least[graph.tail], least[graph.head])
    usual = int(np.median(rest[rest > 0])) if (rest > 0).any() else LARGEST_SUM
    return np.minimum(graph.cost, rest + usual)

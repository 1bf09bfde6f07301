"""The search both problems share: a rooted prize-collecting tree from above, a dual ascent from below."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from karez.kernels.ascent import INF, OUT, ascend
from karez.kernels.keys import exchange_keys
from karez.kernels.local import insert_vertices
from karez.kernels.tree import evaluate, grow, polish, prune, turn
from karez.solving.certified import Ints, Longs
from karez.solving.graph import LARGEST_SUM, Graph, exact_sum
from karez.solving.packing import Packing

Progress = Callable[[float], None]

FACTORS = (1.5, 1.05, 1.2, 2.0, 1.1, 1.0)
PENALTIES = (4.0, 20.0, 1.0, 100.0)
STEPS_PER_SLOT = 20
MOST_PASSES = 12
PACE = 5_000_000
"""Nodes local search on a dual solution looks at in a second, about."""

ONE_ASCENT = 300_000
"""Edges from which on the first tree is not followed by an ascent of its own."""

MUCH = 1_500_000
"""Edges from which on vertices are not inserted, and exchanges end when they gain little."""

LITTLE = 8_000
"""Share of the value, as its inverse, below which exchanges gain so little that vertices are inserted as well."""


PACES = {
    "grow": 1e-6, "polish": 1e-6, "exchange": 1.5e-6, "insert": 1e-6, "ascend": 4e-6, "lift": 1e-6, "learn": 4e-6,
    "reduce": 3e-6,
}  # fmt: skip
"""Seconds that steps take for each edge, about, until they have been measured on a graph of some size."""

MEASURED_FROM = 5_000
"""Edges from which on steps are measured; below, they take no time that counts."""


@dataclass
class Clock:
    """When to stop: by gap, by counted rounds, or by the clock where the caller sets a time."""

    seconds: float | None
    stop_gap: float
    rounds: int
    began: float = field(default_factory=time.perf_counter)
    work: int = 0
    reserve: float = 0.0
    """Seconds to keep for what must be done at the end."""
    paces: dict[str, float] = field(default_factory=dict)
    """Seconds for each edge that steps have taken here."""

    stopped: bool = False
    """Whether work under this clock is to end at once."""

    def beside(self) -> Clock:
        """A clock that runs out as this one does, for work that is counted apart and may be stopped before."""
        return replace(self, work=0, paces=dict(self.paces))

    def spent(self) -> float:
        """Seconds since the clock was made."""
        return time.perf_counter() - self.began

    def late(self) -> bool:
        """Whether a time was set and has run out, but for what is kept for the end."""
        return self.stopped or (self.seconds is not None and self.spent() >= self.seconds - self.reserve)

    def left(self) -> float | None:
        """Seconds left for work; None where no time is set."""
        return None if self.seconds is None else max(0.0, self.seconds - self.spent() - self.reserve)

    def allows(self, seconds: float) -> bool:
        """Whether work of so many seconds fits well into the time left; always, where none is set."""
        return self.seconds is None or seconds * self._slowness() <= 0.5 * (self.seconds - self.spent() - self.reserve)

    def fits(self, edges: int, *steps: str) -> bool:
        """Whether steps on a graph of so many edges are expected to end in time; always, where no time is set."""
        left = self.left()
        if left is None:
            return True
        if edges < MEASURED_FROM:
            return left > 0
        slowness = self._slowness()
        return edges * sum(self.paces.get(step, PACES[step] * slowness) for step in steps) < left

    @contextmanager
    def measured(self, step: str, edges: int) -> Iterator[None]:
        """Take note of how long a step takes."""
        began = self.spent()
        yield
        if edges >= MEASURED_FROM:
            self.paces[step] = max((self.spent() - began) / edges, 0.7 * self.paces.get(step, 0.0))

    def _slowness(self) -> float:
        """How many times as long as expected reductions have taken here, 1 at least."""
        return max(1.0, self.paces.get("reduce", 0.0) / PACES["reduce"])

    def share(self, counted: float) -> float:
        """Share of the work done: of the time where one is set, else as counted."""
        return counted if self.seconds is None else min(1.0, self.spent() / max(self.seconds, 1e-9))

    def close(self, value: int, bound: int) -> bool:
        """Whether value and bound are as near as asked for."""
        return value - bound <= self.stop_gap * value


class Search:
    """A rooted problem with the best tree and the best bound so far.

    Parameters
    ----------
    graph : Graph
        The graph.
    prize : int64[n]
        Prizes, ``INF`` where a node must be in the tree.
    root : int
        Node of the tree, whatever its own prize.
    seed : int
        Settles all that is left to chance.
    clock : Clock
        When to stop.
    """

    most_passes = MOST_PASSES
    """Passes of a descent at most."""

    def __init__(self, graph: Graph, prize: Longs, root: int, seed: int, clock: Clock) -> None:
        self.graph = graph
        self.prize = prize.copy()
        self.prize[root] = INF
        self.root = root
        self.clock = clock
        self.seed = seed
        self.number = 0
        self.random = np.random.default_rng(seed)
        self.forced = np.flatnonzero(prize == INF).astype(np.int32)
        self.free_roots = not bool(np.any((prize > 0) & (prize < INF)))
        self.up: Ints = np.full(graph.n, OUT, np.int32)
        self.value = int(INF)
        self.bound = 0
        self.ascent_bound = 0
        self.cutoff = int(INF)
        self.ascent_root = root
        self.ascent_seconds = 0.0
        self.node: Ints = np.empty(0, np.int32)
        self.radius: Longs = np.empty(0, np.int64)
        self.trace: list[tuple[float, int, int]] = []
        self._lock = threading.Lock()
        self.hint: Longs | None = None
        self.packing: Packing | None = None
        self.ascents: list[tuple[Longs, int, int]] | None = None
        self.optima: list[tuple[int, Ints]] | None = None

    def seed_of(self, number: int) -> int:
        """A seed of its own for each piece of work."""
        return int(np.random.SeedSequence([self.seed, number]).generate_state(1)[0])

    def fork(self, number: int) -> Search:
        """A search of its own on the same problem, from the same tree, that chance leads elsewhere."""
        other = copy(self)
        other.number = number
        other.seed = self.seed_of(number)
        other.random = np.random.default_rng(other.seed)
        other.trace, other.ascents, other.optima = [], [], []
        return other

    def absorb(self, other: Search) -> None:
        """Take over what a fork has found."""
        self.offer(other.up, other.value)
        if other.ascent_bound > self.ascent_bound:
            self.ascent_bound, self.ascent_root = other.ascent_bound, other.ascent_root
            self.ascent_seconds = other.ascent_seconds
            self.node, self.radius = other.node, other.radius
        self.raise_bound(other.bound)

    def begin(self) -> None:
        """A first tree, from the hint or by shortest paths, and a first ascent, in turn with the number."""
        known = self.cutoff < INF
        if self.number % 2 == 0 and not (known and not self._time_for_tree()):
            self.improve(self.graph.slot_cost if self.hint is None else self.hint, self.root, self._all_prized())
            if self.graph.m < ONE_ASCENT:
                self._note_ascent(self.number)
        elif self.number % 2 and not (known and not self.clock.fits(self.graph.m, "ascend")):
            self.follow(*self._note_ascent(self.number), self.number)

    def _time_for_tree(self) -> bool:
        """Whether there is time to grow one more tree."""
        return self.clock.fits(self.graph.m, "grow", "polish")

    def packed(self) -> Packing:
        """The best dual solution."""
        if self.packing is None or self.packing.bound < self.ascent_bound:
            self.packing = Packing.of_moats(self.graph, self.prize, self.ascent_root, self.node, self.radius)
        return self.packing

    def tighten(self, effort: int) -> None:
        """Raise the best dual solution by local search, and grow a tree along the arcs it saturates."""
        left = self.clock.left()
        if left is not None:
            if self.packing is None and left < self.ascent_seconds:
                # Taking the ascent apart into balls takes as long as the ascent itself.
                return
            effort = min(effort, int(PACE * left) + 1)
        packing = self.packed()
        up = self.up.copy()
        if up[packing.root] == OUT:
            up[:] = OUT
        else:
            turn(self.graph.neighbour, self.graph.twin, up, np.int32(packing.root))
        # In pieces where a time is set, since nobody knows how many nodes are looked at in a second here.
        piece = effort if left is None else max(PACE // 2, 4 * self.graph.neighbour.size)
        for part in range(-(-effort // piece)):
            packing.tighten(self.graph, self.prize, up, min(piece, effort - part * piece), self.seed + part)
            if left is not None and self.clock.left() == 0.0:
                break
        self.raise_bound(packing.bound)
        if self.ascents is not None:
            self.ascents.append((packing.reduced.copy(), packing.root, packing.bound))
        if not self.done():
            connected = (packing.left > 0) & (self.prize > 0)
            self.follow(packing.reduced, connected, self.number)

    def _note_ascent(self, number: int) -> tuple[Longs, npt.NDArray[np.bool_]]:
        reduced, connected, root, bound = self.ascent(number)
        if self.ascents is not None:
            self.ascents.append((reduced, root, bound))
        return reduced, connected

    def settle(self, up: Ints) -> None:
        """Re-span and prune a tree found elsewhere, and offer it."""
        _, value = polish(*self._net, self.graph.slot_cost, self.prize, np.int32(self.root), up, True)
        self.offer(up, int(value))

    @property
    def _net(self) -> tuple[Ints, Ints, Ints]:
        return self.graph.start, self.graph.neighbour, self.graph.twin

    def first(self) -> None:
        """Find a tree by shortest paths, and a bound."""
        self.improve(self.graph.slot_cost, self.root, self._all_prized())
        self._ascend_and_prune(0)

    def round(self, number: int) -> None:
        """Once more, otherwise: another ascent, the trees it points to, a perturbed start, a crossing of trees."""
        self._ascend_and_prune(number)
        if not self.done():
            self.perturb(number)

    def run(self, progress: Progress | None = None, *, first: int = 0, rounds: int | None = None) -> None:
        """Work from one round to another, the clock's by default, or until nothing is left to do."""
        last = self.clock.rounds if rounds is None else rounds
        if first == 0:
            self.first()
        for number in range(max(1, first), last + 1):
            if self.done():
                break
            self.round(number)
            if progress is not None:
                progress(self.clock.share(number / self.clock.rounds))

    def raise_bound(self, bound: int) -> None:
        """Take note of a bound had otherwise than by an ascent."""
        if bound > self.bound:
            self.bound = bound
            self._note()

    def done(self) -> bool:
        """Whether nothing is left to do: time is up, or no tree better than the best (or the cutoff) can be found."""
        return self.clock.late() or self.clock.close(self.target, self.bound)

    @property
    def target(self) -> int:
        """What a tree must beat: the best value here, or a cutoff known from elsewhere."""
        return min(self.value, self.cutoff)

    def _ascend_and_prune(self, number: int) -> None:
        if self.bound > 0 and not self.clock.fits(self.graph.m, "ascend"):
            return
        reduced, connected = self._note_ascent(number)
        if not self.done():
            self.follow(reduced, connected, number)

    def follow(self, reduced: Longs, connected: npt.NDArray[np.bool_], number: int) -> None:
        """Grow a tree along the arcs that an ascent has saturated, if there is time."""
        if self.value < INF and not self._time_for_tree():
            return
        slack = np.minimum(reduced, reduced[self.graph.twin])
        want = np.where(connected | (self.prize == INF), INF, 0)
        weight = 1 if number % 2 else 16
        self.improve(self.graph.slot_cost // 8 + np.minimum(slack, INF // 64) * weight, self.root, want)

    def ascent(self, number: int) -> tuple[Longs, npt.NDArray[np.bool_], int, int]:
        """Raise one dual solution; keep it if it is the best.

        Returns
        -------
        reduced : int64[slots]
            Reduced costs of the arcs from neighbour to owner.
        connected : bool[n]
            Prized nodes that reached the root.
        root : int
            The root it refers to.
        bound : int
            Its bound.
        """
        root = self.root
        up = np.full(self.graph.n, OUT, np.int32)
        if number > 0 and self.value < INF:
            if self.free_roots and self.forced.size:
                root = int(self.random.choice(self.forced))
            up = self.up.copy()
            if up[root] == OUT:
                root = self.root
            turn(self.graph.neighbour, self.graph.twin, up, np.int32(root))
        began = time.perf_counter()
        reduced = self.graph.slot_cost.copy()
        rank = self.random.permutation(self.graph.n).astype(np.int32)
        factor = FACTORS[number % len(FACTORS)]
        penalty = PENALTIES[number % len(PENALTIES)]
        with self.clock.measured("ascend", self.graph.m):
            bound, node, radius, connected = ascend(
                *self._net, reduced, np.int32(root), self.prize, rank, factor, up, penalty
            )
        self.ascent_seconds = time.perf_counter() - began
        if bound > self.ascent_bound or not self.node.size:
            self.ascent_bound, self.node, self.radius, self.ascent_root = int(bound), node, radius, root
            self.raise_bound(int(bound))
        return reduced, connected, root, int(bound)

    def perturb(self, number: int) -> None:
        """Grow a tree in costs that are off by up to a share and lower on the incumbent, then descend; in time."""
        if self.value < INF and not self._time_for_tree():
            return
        share = (0.1, 0.2, 0.4)[number % 3]
        noise = self.random.random(self.graph.m)[self.graph.edge]
        # Small whole numbers leave no room for noise.
        scale = 64 if exact_sum(self.graph.cost) < LARGEST_SUM >> 8 else 1
        cost = (self.graph.slot_cost * (scale * (1.0 + share * noise))).astype(np.int64)
        start = self.root
        if self.free_roots and self.forced.size:
            start = int(self.random.choice(self.forced))
        wanted = self._wanted()
        self.improve(cost, start, np.where(wanted == INF, INF, np.minimum(wanted, INF // 128) * scale))

    def _all_prized(self) -> Longs:
        """Reach every prized node: what does not pay is pruned afterwards, and whole groups are not overlooked."""
        wanted: Longs = np.where(self.prize > 0, INF, 0)
        return wanted

    def _wanted(self) -> Longs:
        """Reach what is forced or already in the tree for certain, the rest within its prize."""
        kept = (self.up != OUT) & (self.prize > 0)
        wanted: Longs = np.where(kept, INF, self.prize)
        return wanted

    def improve(self, cost: Longs, start: int, want: Longs | None = None) -> None:
        """Grow a tree in given costs, descend in the real ones, keep it if it is the best."""
        up = np.full(self.graph.n, OUT, np.int32)
        # Frozen and writable arrays are two types to the compiler; one is enough.
        writable = cost if cost.flags.writeable else cost.copy()
        with self.clock.measured("grow", self.graph.m):
            grow(*self._net, writable, self.prize if want is None else want, np.int32(start), up)
        if up[self.root] == OUT:
            return
        turn(self.graph.neighbour, self.graph.twin, up, np.int32(self.root))
        self._descend(up)

    def _descend(self, up: Ints) -> None:
        """Go down to a local optimum of pruning, vertex insertion, key path exchange and paths added, and offer it."""
        graph, prize = self.graph, self.prize
        self._exchange(up)
        while not self.free_roots and self._time_for_tree():
            with self.clock.measured("grow", graph.m):
                more = self._extended(up)
            self._exchange(more)
            if evaluate(graph.slot_cost, prize, more) >= evaluate(graph.slot_cost, prize, up):
                break
            up = more
        value = int(evaluate(graph.slot_cost, prize, up))
        if self.optima is not None and value < INF:
            self.optima.append((value, up.copy()))
        self.offer(up, value)

    def _extended(self, up: Ints) -> Ints:
        """The tree with every path added that the prize at its end pays for."""
        graph = self.graph
        cost = graph.slot_cost.copy()
        cost[up[up >= 0]] = 0
        cost[graph.twin[up[up >= 0]]] = 0
        want = np.where((up != OUT) & (self.prize > 0), INF, self.prize)
        more = np.empty(graph.n, np.int32)
        grow(*self._net, cost, want, np.int32(self.root), more)
        return more

    def _exchange(self, up: Ints) -> None:
        """Exchange key paths and insert vertices in turn until neither helps, in place."""
        graph, prize, root = self.graph, self.prize, np.int32(self.root)
        net = (*self._net, graph.slot_cost, prize, root, up)
        order = self.random.permutation(graph.n).astype(np.int32)
        steps = STEPS_PER_SLOT * (graph.neighbour.size + 1000)
        with self.clock.measured("polish", graph.m):
            _, value = polish(*net, True)
        for _ in range(self.most_passes):
            if not self.clock.fits(graph.m, "exchange"):
                break
            with self.clock.measured("exchange", graph.m):
                exchanged = exchange_keys(*net)
            before, value = value, int(evaluate(graph.slot_cost, prize, up))
            if before - value > value // LITTLE:
                continue
            if graph.m > MUCH:
                break
            if not self.clock.fits(graph.m, "insert"):
                break
            with self.clock.measured("insert", graph.m):
                inserted = insert_vertices(*net, order, steps)
            if inserted:
                prune(graph.neighbour, graph.slot_cost, prize, up, True)
            if not inserted and not exchanged:
                break

    def offer(self, up: Ints, value: int) -> None:
        """Keep a tree if it is the best."""
        with self._lock:
            if value < self.value:
                self.value, self.up = value, up.copy()
                self._note()

    def _note(self) -> None:
        if self.value < INF:
            self.trace.append((self.clock.spent(), self.value, self.bound))

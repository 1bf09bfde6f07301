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

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from karez.kernels.ascent import INF, OUT, TOP
from karez.kernels.local import voronoi
from karez.kernels.nested import nest
from karez.kernels.tree import evaluate, polish
from karez.solving.certified import Case, Ints, Longs
from karez.solving.conditions import checked
from karez.solving.graph import LARGEST_SUM, Graph, exact_sum, refuse_overflow
from karez.solving.search import Clock, Progress, Search

BATCH = 2
"""Multipliers worked on side by side, whatever the number of threads, so that it does not change the answer."""

FINE = 0.005
"""Share by which a new multiplier differs from those there are."""

BELOW = (0.9, 0.8, 0.7)
"""Shares of the slope of the first group at which its way is looked at."""

NEAR = 0.04
"""Share by which multipliers differ that are not tried for that."""

DIGITS = 1 << 12
"""Least numerator of a multiplier, where sums allow it."""

MOST_RETURNS = 4
"""How often a multiplier is worked on again."""

FAVOUR = 4
"""How much less the edges of its own tree count when a multiplier is worked on again."""

FOREMOST = 1000
"""How many times its prize a group counts that is to be built first."""

FILLED_WITH = 4
"""Multipliers above a gap whose trees are tried to fill it."""

ASCENTS = (0, 1, 2, 3, 4)
"""Ways of ascent (:meth:`Search.ascent`) in the order in which a multiplier tries them."""


@dataclass(frozen=True)
class Multiplier:
    """What is proven with one multiplier.

    Parameters
    ----------
    prize, cost : int
        Numerator N and denominator D of λ: prizes are taken N times, costs D times.
    bound : int
        Every tree with the root has D · cost + N · prize left out ≥ this.
    case : Case
        The moats that replay to the bound, on the graph with D times its costs and N times the prizes.
    way, within : int64[…]
        Distances from the root in what the replay leaves of the arcs' costs at which there are prizes, ascending from
        0, and the prizes up to each.
    """

    prize: int
    cost: int
    bound: int
    case: Case
    way: Longs
    within: Longs

    @property
    def ratio(self) -> float:
        """Money spent for a unit of prize."""
        return self.prize / self.cost

    def most(self, budget: Longs, total: int) -> Longs:
        """Most prize that can be covered with each budget, of all there is: int64[…]."""
        room = self.cost * budget + (self.prize * total - self.bound)
        # Covering all within a way takes that much room; the first that does not fit may be covered in part.
        place = np.searchsorted(self.prize * self.within + self.way, room, side="right")
        part = (room - self.way[np.minimum(place, self.way.size - 1)]) // self.prize
        most: Longs = np.where(place > 0, self.within[np.maximum(place - 1, 0)], np.int64(0))
        return np.where(place < self.way.size, np.maximum(most, part), most)


@dataclass(frozen=True)
class Frontier:
    """Trees for every budget, and a bound for every budget.

    Parameters
    ----------
    cost, covered : int64[points]
        The staircase, both ascending: prize covered by a tree of that cost. It begins with the root alone.
    total : int
        All prizes.
    near_cost, near_prize : int64[…]
        Distances from the root at which there are prizes, ascending from 0, and the prizes up to each.
    multipliers : tuple[Multiplier, ...]
        What else the bound rests on, least λ first.
    family, length : int32[points]
        Each point's tree: the first `length` edges of that family.
    families : tuple[int32[…], ...]
        Edges of trees, each in an order whose every beginning is a tree with the root.
    seconds : float
        Time spent.
    trace : tuple of (float, float)
        Seconds and gap after each batch of multipliers. The only figures, with `seconds`, that differ between equal
        runs without a time limit are the seconds.
    """

    cost: Longs
    covered: Longs
    total: int
    near_cost: Longs
    near_prize: Longs
    multipliers: tuple[Multiplier, ...]
    family: Ints
    length: Ints
    families: tuple[Ints, ...]
    seconds: float
    trace: tuple[tuple[float, float], ...]

    def covered_at(self, budget: int) -> int:
        """Prize that the best tree found of at most this cost covers."""
        if budget < 0:
            raise ValueError("a budget is not negative")
        return int(self.covered[np.searchsorted(self.cost, budget, side="right") - 1])

    def bound_at(self, budget: int) -> int:
        """No tree of at most this cost covers more prize."""
        if budget < 0:
            raise ValueError("a budget is not negative")
        # Larger budgets would overflow, and are no better: no tree costs that much.
        largest = LARGEST_SUM // max((multiplier.cost for multiplier in self.multipliers), default=1) - 1
        return int(self._bounds(np.array([min(budget, largest)]))[0])

    def gap_at(self, budget: int) -> float:
        """Points between what is covered and what could be: hundredths of all prizes."""
        return 100.0 * (self.bound_at(budget) - self.covered_at(budget)) / max(1, self.total)

    @cached_property
    def gap(self) -> float:
        """The largest gap of all budgets, in points."""
        return float(self.gaps.max()) if self.total else 0.0

    @cached_property
    def gaps(self) -> npt.NDArray[np.float64]:
        """Gap just before the next point of the staircase is affordable, in points: float64[points]."""
        ends = np.append(self.cost[1:] - 1, self.cost[-1])
        bounds = self._bounds(ends)
        if not self._whole:
            bounds[-1] = self.reachable
        return 100.0 * (bounds - self.covered) / max(1, self.total)

    def tree(self, point: int) -> Ints:
        """Edges of a point's tree, ascending; none for the root alone."""
        return np.sort(self.families[self.family[point]][: self.length[point]])

    @property
    def reachable(self) -> int:
        """Prizes of the nodes that hang together with the root."""
        return int(self.near_prize[-1])

    @property
    def _whole(self) -> bool:
        return int(self.covered[-1]) == self.reachable

    def _bounds(self, budget: Longs) -> Longs:
        bounds = self.near_prize[np.searchsorted(self.near_cost, budget, side="right") - 1]
        for multiplier in self.multipliers:
            np.minimum(bounds, multiplier.most(budget, self.total), out=bounds)
        return bounds


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
    sweep = _Sweep(graph, given, root, seed, clock)
    done = 0
    with ThreadPoolExecutor(max_workers=max(1, min(threads, BATCH))) as pool:
        while done < steps and not (done and clock.late()) and sweep.answer.gap > stop_gap:
            tasks = sweep.tasks(min(BATCH, steps - done))
            if not tasks:
                break
            sweep.learn(list(pool.map(sweep.work, tasks)))
            done += len(tasks)
            if progress is not None:
                progress(clock.share(done / steps))
    if progress is not None:
        progress(1.0)
    return replace(sweep.answer, seconds=clock.spent())


@dataclass
class _Known:
    """A multiplier with its best bound and tree, and how often it has been worked on."""

    multiplier: Multiplier
    up: Ints
    serial: int
    worked: int = 1


class _Task(NamedTuple):
    """Work on a multiplier, with trees to start from."""

    prize: int
    cost: int
    turn: int
    seed: int
    trees: Sequence[Ints]


class _Done(NamedTuple):
    """What came of it: the best tree and the build orders of all trees found."""

    task: _Task
    multiplier: Multiplier
    up: Ints
    found: Sequence[Ints]


class _Recorder(Search):
    """A search that keeps every tree it comes across."""

    most_passes = 8

    def __init__(self, graph: Graph, prize: Longs, root: int, seed: int, clock: Clock) -> None:
        super().__init__(graph, prize, root, seed, clock)
        self.found: list[Ints] = []

    def offer(self, up: Ints, value: int) -> None:
        """Keep the tree, and how it is best built."""
        super().offer(up, value)
        order = nest(self.graph.neighbour, self.graph.slot_cost, np.where(self.prize == INF, 0, self.prize), up)
        self.found.append(self.graph.edge[up[order[1:]]])


class _Sweep:
    """The multipliers worked on so far and the staircase of all trees."""

    def __init__(self, graph: Graph, prize: Longs, root: int, seed: int, clock: Clock) -> None:
        self.graph, self.prize, self.root, self.seed, self.clock = graph, prize, root, seed, clock
        self.cost_sum, self.total = exact_sum(graph.cost), exact_sum(prize)
        self.reached = graph.reached(root)
        self.known: list[_Known] = []
        self.filled: set[tuple[int, ...]] = set()
        self.begun = 0
        one, nothing = np.zeros(1, np.int64), np.zeros(1, np.int32)
        near = self._ways(graph.slot_cost)
        self.answer = Frontier(one, one + prize[root], self.total, *near, (), nothing, nothing, (nothing[:0],), 0.0, ())

    def _ways(self, cost: Longs) -> tuple[Longs, Longs]:
        """Distances from the root at which there are prizes, and the prizes within each, for costs of the arcs."""
        graph = self.graph
        up = np.full(graph.n, OUT, np.int32)
        up[self.root] = TOP
        distance, base, via = np.empty(graph.n, np.int64), up.copy(), up.copy()
        voronoi(graph.start, graph.neighbour, graph.twin, cost, up, distance, base, via)
        paying = np.flatnonzero((self.prize > 0) & self.reached)
        paying = paying[np.argsort(distance[paying], kind="stable")]
        ways = np.unique(np.append(np.int64(0), distance[paying]))
        within = np.append(np.int64(0), self.prize[paying].cumsum())
        return ways, within[np.searchsorted(distance[paying], ways, side="right")]

    def tasks(self, most: int) -> list[_Task]:
        """What to work on next: the multipliers that matter where the gap is largest, and then elsewhere."""
        if not self.known:
            ratio = min(self.cost_sum + 1, (LARGEST_SUM - 1 - self.cost_sum) // self.total)
            return [self._task(ratio, 1, 0, [])]
        tasks: list[_Task] = []
        settled: list[tuple[int, int]] = []
        while len(tasks) < most:
            gaps = self.answer.gaps.copy()
            for first, last in settled:
                gaps[(self.answer.cost >= first) & (self.answer.cost <= last)] = 0.0
            point = int(gaps.argmax())
            if gaps[point] <= 0:
                break
            low, high = self._around(point)
            begin = self._touching(low) if low >= 0 else 0
            end = self._touching(high) if high < len(self.known) else gaps.size - 1
            if self._fill(low, high, begin, end, point):
                continue
            task = self._between(low, high, begin, end, point)
            if task is not None:
                tasks.append(task)
            ends = (begin, point, max(point, end - 1))
            settled.append((int(self.answer.cost[min(ends)]), int(self.answer.cost[max(ends)])))
        if len(self.known) == 1 and len(tasks) == 1 < most and tasks[0].turn == 0:
            tasks += self._beyond(tasks[0])
        return tasks

    def _beyond(self, task: _Task) -> list[_Task]:
        """The next multiplier above one that splits the whole staircase, so that it does not wait for its trees."""
        answer = self.answer
        value = task.cost * answer.cost + task.prize * (self.total - answer.covered)
        middle, end = int(value.argmin()), answer.cost.size - 1
        between = self._slope(-1, 0, middle, end) if middle < end else None
        if between is None or between[0] * task.cost <= between[1] * task.prize * (1 + FINE):
            return []
        return [self._task(*between, 0, task.trees)]

    def work(self, task: _Task) -> _Done:
        """Raise a dual solution for a multiplier; look for trees where it and the neighbours' trees are."""
        graph = _scaled(self.graph, task.cost)
        search = _Recorder(graph, self.prize * task.prize, self.root, task.seed, self.clock)
        net = (graph.start, graph.neighbour, graph.twin, graph.slot_cost)
        for tree in task.trees:
            up = tree.copy()
            polish(*net, search.prize, np.int32(self.root), up, True)
            search.offer(up, int(evaluate(graph.slot_cost, search.prize, up)))
        reduced, connected, _, _ = search.ascent(ASCENTS[task.turn % len(ASCENTS)])
        ways = self._ways(_frozen(reduced[graph.twin]))
        wanted = connected & (self.prize > 0)
        if not self.known:
            wanted = self.reached & (self.prize > 0)
        for tree in task.trees:
            wanted |= (tree != OUT) & (self.prize > 0)
        slack = np.minimum(np.minimum(reduced, reduced[graph.twin]), INF // 64)
        if not (self.known and self.clock.late()):
            noise = 1.0 + 0.2 * search.random.random(graph.m)[graph.edge] if task.turn else 1.0
            guided = ((graph.slot_cost // 8 + slack) * noise).astype(np.int64)
            if task.turn:
                own = np.isin(graph.edge, graph.edge[task.trees[0][task.trees[0] >= 0]])
                guided[own] //= FAVOUR
            # Too large a tree is grown on purpose: pruning it is exact, and finds groups that pay only together.
            search.improve(guided, self.root, np.where(wanted, INF, 0))
        case = Case(self.root, np.empty(0, np.int32), search.node, search.radius, search.ascent_bound)
        return _Done(task, Multiplier(task.prize, task.cost, search.ascent_bound, case, *ways), search.up, search.found)

    def learn(self, done: Sequence[_Done]) -> None:
        """Take in what came of a batch, in its order."""
        for one in done:
            self._note(one)
        self.known.sort(key=lambda known: known.multiplier.ratio)
        answer = self._staircase([edges for one in done for edges in one.found])
        answer = replace(answer, multipliers=tuple(known.multiplier for known in self.known))
        self.answer = replace(answer, trace=(*answer.trace, (self.clock.spent(), answer.gap)))

    def _note(self, one: _Done) -> None:
        new = one.multiplier
        for known in self.known:
            old = known.multiplier
            if (old.prize, old.cost) == (new.prize, new.cost):
                known.worked += 1
                known.up, known.serial = one.up, one.task.seed
                known.multiplier = new if new.bound > old.bound else old
                return
        self.known.append(_Known(new, one.up, one.task.seed))

    def _staircase(self, found: Sequence[Ints]) -> Frontier:
        """The staircase with these trees, given by their edges in the order they are built."""
        old = self.answer
        families = [*old.families, *found]
        gained = [self._gained(edges) for edges in found]
        paying = [np.flatnonzero(gain) for gain in gained]
        more = [self.graph.cost[edges].cumsum()[at] for edges, at in zip(found, paying, strict=True)]
        gains = [gain.cumsum()[at] for gain, at in zip(gained, paying, strict=True)]
        numbers = np.arange(len(old.families), len(families), dtype=np.int32)
        cost: Longs = np.concatenate([old.cost, *more])
        covered: Longs = np.concatenate([old.covered, *(gain + self.prize[self.root] for gain in gains)])
        length: Ints = np.concatenate([old.length, *(at.astype(np.int32) + 1 for at in paying)])
        family: Ints = np.concatenate([old.family, np.repeat(numbers, [at.size for at in paying])])
        order = np.lexsort((-covered, cost))
        before = np.maximum.accumulate(np.append(-1, covered[order][:-1]))
        order = order[covered[order] > before]
        used, of = np.unique(family[order], return_inverse=True)
        return replace(
            old,
            cost=cost[order],
            covered=covered[order],
            family=of.reshape(-1).astype(np.int32),
            length=length[order],
            families=tuple(families[number] for number in used),
        )

    def _gained(self, edges: Ints) -> Longs:
        """Prize of the node that each edge of a build order adds."""
        ends = np.stack([self.graph.tail[edges], self.graph.head[edges]], axis=1).reshape(-1)
        nodes, first = np.unique(np.append(np.int32(self.root), ends), return_index=True)
        new = np.zeros(2 * edges.size + 1, np.int64)
        new[first] = self.prize[nodes]
        gained: Longs = new[1::2] + new[2::2]
        return gained

    def _touching(self, place: int) -> int:
        """Point of the staircase that is best for a known multiplier."""
        multiplier = self.known[place].multiplier
        answer = self.answer
        value = multiplier.cost * answer.cost + multiplier.prize * (self.total - answer.covered)
        return int(value.argmin())

    def _around(self, point: int) -> tuple[int, int]:
        """Places of the two known multipliers whose bounds meet about a point; −1 or their number for none."""
        answer = self.answer
        budget = answer.cost[point + 1 : point + 2] - 1 if point + 1 < answer.cost.size else answer.cost[point:]
        place = int(np.argmin([known.multiplier.most(budget, self.total)[0] for known in self.known]))
        return (place - 1, place) if point < self._touching(place) else (place, place + 1)

    def _between(self, low: int, high: int, begin: int, end: int, point: int) -> _Task | None:
        """Try the slope between two best trees where that can pay, or work again on the looser of two multipliers."""
        ends = [self.known[place] for place in (low, high) if 0 <= place < len(self.known)]
        between = self._slope(low, high, begin, end) if begin < end else None
        if between is not None and self._excess(begin, end, point) > max(self._looseness(known) for known in ends):
            return self._task(*between, 0, [known.up for known in reversed(ends)])
        below = self._below(begin, end, point)
        if below is not None:
            return self._task(*below, 0, [])
        ends = [known for known in ends if known.worked <= MOST_RETURNS]
        if not ends:
            return None
        again = max(ends, key=self._looseness)
        trees = [again.up, *(known.up for known in ends if known is not again)]
        return self._task(again.multiplier.prize, again.multiplier.cost, again.worked, trees)

    def _slope(self, low: int, high: int, begin: int, end: int) -> tuple[int, int] | None:
        """Multiplier for which two points of the staircase are worth the same; None if it is as good as known."""
        rise = int(self.answer.cost[end] - self.answer.cost[begin])
        run = int(self.answer.covered[end] - self.answer.covered[begin])
        scale = self._scale(rise / run)
        prize = max(1, (2 * scale * rise + run) // (2 * run))
        least = self.known[low].multiplier.ratio if low >= 0 else 0.0
        most = self.known[high].multiplier.ratio if high < len(self.known) else np.inf
        return (prize, scale) if least * (1 + FINE) < prize / scale < most / (1 + FINE) else None

    def _below(self, begin: int, end: int, point: int) -> tuple[int, int] | None:
        """Multiplier for which the first group is not worth its way yet: then its way proves something.

        None unless the gap is between the root alone and a first group that pays only as a whole.
        """
        if begin > 0 or end == 0 or self._units(point) < 2 * self._excess(begin, end, point):
            return None
        slope = int(self.answer.cost[end]) / int(self.answer.covered[end] - self.answer.covered[0])
        for share in BELOW:
            if all(abs(known.multiplier.ratio / (share * slope) - 1) > NEAR for known in self.known):
                scale = self._scale(share * slope)
                return max(1, round(share * slope * scale)), scale
        return None

    def _excess(self, begin: int, end: int, point: int) -> float:
        """Prize by which the bound after a point lies above the chord between two points about it."""
        answer = self.answer
        budget = float(answer.cost[min(point + 1, answer.cost.size - 1)])
        ends = [begin, end]
        chord = np.interp(budget, answer.cost[ends].astype(float), answer.covered[ends].astype(float))
        return self._units(point) + float(answer.covered[point]) - float(chord)

    def _fill(self, low: int, high: int, begin: int, end: int, point: int) -> bool:
        """Between two points that differ by a group which pays only as a whole, build it first, and build it last.

        Only where the staircase lies further below the chord than the bound above, and not twice with the same trees.
        """
        near = self.known[max(0, low - 1) : high + FILLED_WITH]
        case = (begin, end, *(known.serial for known in near))
        excess = self._excess(begin, end, point)
        if begin >= end or case in self.filled or self._units(point) < 2 * excess:
            return False
        self.filled.add(case)
        group = self._group(begin, end)
        first, last = self.prize.copy(), self.prize.copy()
        first[group] *= min(FOREMOST, LARGEST_SUM // max(1, self.total))
        last[group] = 0
        found = []
        for known in near:
            for prize in (first, last):
                order = nest(self.graph.neighbour, self.graph.slot_cost, prize, known.up)
                found.append(self.graph.edge[known.up[order[1:]]])
        self.answer = self._staircase(found)
        return True

    def _units(self, point: int) -> float:
        """Gap after a point, in prize."""
        return float(self.answer.gaps[point]) * self.total / 100.0

    def _group(self, begin: int, end: int) -> Ints:
        """Nodes that the tree of one point has and that of an earlier one has not: the part with most prize."""
        answer = self.answer
        before = {self.root}
        for edge in answer.families[answer.family[begin]][: answer.length[begin]].tolist():
            before |= {int(self.graph.tail[edge]), int(self.graph.head[edge])}
        part = {self.root: self.root}
        worth: dict[int, int] = {}
        for edge in answer.families[answer.family[end]][: answer.length[end]].tolist():
            tail, head = int(self.graph.tail[edge]), int(self.graph.head[edge])
            above, node = (tail, head) if tail in part else (head, tail)
            part[node] = node if above in before or node in before else part[above]
            worth[part[node]] = worth.get(part[node], 0) + int(self.prize[node]) * (node not in before)
        best = max(worth, key=lambda top: worth[top])
        return np.array([node for node, top in part.items() if top == best and node not in before], np.int32)

    def _looseness(self, known: _Known) -> float:
        """Distance of value and bound of a multiplier, in prize."""
        multiplier, answer = known.multiplier, self.answer
        value = (multiplier.cost * answer.cost + multiplier.prize * (self.total - answer.covered)).min()
        return float(value - multiplier.bound) / multiplier.prize

    def _scale(self, ratio: float) -> int:
        """Denominator of a multiplier near `ratio`, a power of two: fine enough, and no sum overflows."""
        scale = 1
        while ratio * scale < DIGITS and 4 * scale * (self.cost_sum + 1 + ratio * self.total) < LARGEST_SUM:
            scale *= 2
        return scale

    def _task(self, prize: int, cost: int, turn: int, trees: Sequence[Ints]) -> _Task:
        self.begun += 1
        return _Task(prize, cost, turn, self.seed * 1_000_003 + self.begun, trees)


def _scaled(graph: Graph, times: int) -> Graph:
    """The graph with all costs so many times as high."""
    if times == 1:
        return graph
    return replace(graph, cost=_frozen(graph.cost * times), slot_cost=_frozen(graph.slot_cost * times))


def _frozen(array: Longs) -> Longs:
    # Frozen and writable arrays are two types to the compiler; one is enough.
    array.flags.writeable = False
    return array

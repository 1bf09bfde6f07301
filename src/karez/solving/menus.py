"""Cost against worth where customers choose: an offer over the network, or offers that need none.

For a multiplier λ = N/D a customer without the network takes the offer of least D · cost − N · worth, or nothing. What
the offer over the network undercuts that by is the customer's prize; the prizes of a node add up, and which nodes the
network reaches is a prize-collecting Steiner tree. Its dual ascent gives a bound: every choice of network and offers
has D · cost − N · worth ≥ L. So whoever spends B at most gets ⌊(D · B − L) / N⌋ of worth at most, and that for every
B. Each multiplier thus proves something for all budgets. It is the Lagrangian relaxation of the budget, see
H. Everett, Generalized Lagrange multiplier method (1963), doi:10.1287/opre.11.3.399.

The other side: every tree found is cut to what pays at a ladder of prices. With what is left of it built and paid,
the customers' offers are taken in the order of worth for cost; every beginning of that order is an answer that costs
and is worth what it adds up to. The best of all these for each cost are the staircase.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from karez.kernels.ascent import INF
from karez.kernels.tree import evaluate, polish, prune
from karez.solving.certified import Case, Ints, Longs
from karez.solving.graph import LARGEST_SUM, Graph, Overflow, exact_sum
from karez.solving.menu_answers import MenuFrontier, Price, Turns
from karez.solving.offers import Menus
from karez.solving.rooms import BEHIND, Rooms
from karez.solving.search import Clock, Progress, Search

BATCH = 2
"""Multipliers worked on side by side, whatever the number of threads, so that it does not change the answer."""

FIRST = 8
"""Multipliers the sweep begins with, evenly spread in proportion."""

FINE = 0.002
"""Share by which a new multiplier differs from those there are."""

MOST_RETURNS = 3
"""How often a multiplier is worked on again."""

LADDER = 192
"""Prices at which a tree is cut to what pays."""

DIGITS = 1 << 16
"""Least numerator of a multiplier, where sums allow it."""


def menu_frontier(
    graph: Graph,
    menus: Menus,
    root: int,
    *,
    steps: int = 40,
    stop_gap: float = 0.0,
    seed: int = 0,
    threads: int = 2,
    rooms: Rooms | None = None,
    progress: Progress | None = None,
) -> MenuFrontier:
    """Find what worth can be had at each cost, and prove what cannot.

    Parameters
    ----------
    graph : Graph
        The graph; its costs and those of the offers are in one unit.
    menus : Menus
        What customers are offered.
    root : int
        Node the network hangs on.
    steps : int
        Most multipliers tried, each time it is worked on counted.
    stop_gap : float
        Stop once the gap of every budget is at most this many points.
    seed : int
        Settles all that is left to chance.
    threads : int
        Threads used; more than two have nothing to do. The answer does not depend on them.
    rooms : Rooms | None
        What edges carry and offers draw on. Answers keep to it and are of its edges; the bound knows nothing of it.
    progress : callable | None
        Told the share done, 0 … 1.

    Raises
    ------
    Overflow
        If costs and worth are too large to be added up in 64 bits.

    Examples
    --------
    A customer at the end of an edge of cost 4, for whom the network's offer costs 1 more and is worth 10, and an
    offer without it costs 3 and is worth 5:

    >>> line = Graph.from_edges(2, [0], [1], [4])
    >>> both = Menus(np.array([1], np.int32), np.array([0, 0], np.int32), np.array([True, False]),
    ...              np.array([1, 3]), np.array([10, 5]))
    >>> answer = menu_frontier(line, both, 0)
    >>> answer.cost.tolist(), answer.worth.tolist()
    ([0, 3, 5], [0, 5, 10])
    >>> answer.offers(1).tolist(), answer.offers(2).tolist(), answer.edges(2).tolist()
    ([1], [0], [0])
    """
    clock = Clock(None, stop_gap, steps)
    sweep = _Sweep(graph, menus, root, seed, clock, rooms)
    done = 0
    with ThreadPoolExecutor(max_workers=max(1, min(threads, BATCH))) as pool:
        while done < steps and sweep.answer.gap > stop_gap:
            tasks = sweep.tasks(min(BATCH, steps - done))
            if not tasks:
                break
            sweep.learn(list(pool.map(sweep.work, tasks)))
            done += len(tasks)
            if progress is not None:
                progress(done / steps)
    if progress is not None:
        progress(1.0)
    return replace(sweep.answer, seconds=clock.spent())


@dataclass
class _Known:
    price: Price
    up: Ints
    worked: int = 1


@dataclass(frozen=True)
class _Task:
    prize: int
    cost: int
    turn: int
    seed: int
    trees: tuple[Ints, ...]


@dataclass(frozen=True)
class _Done:
    task: _Task
    price: Price
    up: Ints
    more: tuple[Ints, ...] = ()


class _Sweep:
    """The multipliers worked on so far and the staircase of all trees."""

    def __init__(
        self, graph: Graph, menus: Menus, root: int, seed: int, clock: Clock, rooms: Rooms | None = None
    ) -> None:
        self.graph, self.menus, self.root, self.seed, self.clock = graph, menus, root, seed, clock
        self.rooms = rooms
        dearest = graph.cost if rooms is None else np.maximum(graph.cost, rooms.dearer)
        self.cost_sum = exact_sum(dearest) + exact_sum(menus.cost) + 1
        if 4 * (self.cost_sum + menus.most) >= LARGEST_SUM:
            raise Overflow("costs and worth are too large to be added up in 64 bits; scale them down")
        self.reached = graph.reached(root)
        self.turns = Turns.of(menus)
        self.known: list[_Known] = []
        self.begun = 0
        self.answer = self._staircase(self._empty(), [np.empty(0, np.int32)])
        if rooms is not None:
            self.answer = self._staircase(self.answer, self._grown(rooms))
        self.waiting = self._first()

    def _empty(self) -> MenuFrontier:
        """The staircase before any tree is looked at."""
        none, zero = np.empty(0, np.int32), np.empty(0, np.int64)
        return MenuFrontier(
            cost=zero,
            worth=zero,
            most=self.menus.most,
            prices=(),
            network=none,
            taken=none,
            networks=(),
            menus=self.menus,
            root=self.root,
            seconds=0.0,
            trace=(),
            _turns=self.turns,
            _ends=(self.graph.tail, self.graph.head),
            rooms=self.rooms,
        )

    def _first(self) -> list[_Task]:
        """Multipliers from where nothing pays to where everything does."""
        if not self.turns.offer.size:
            return []
        paid = self.turns.cost / np.maximum(self.turns.worth, 1)
        least = max(float(np.quantile(paid, 0.02)), 1e-6)
        most = max(float(self.cost_sum / max(1, int(self.turns.worth.min()))), 2 * least)
        middle = max(float(np.quantile(paid, 0.98)), 1.5 * least)
        ratios = [*np.geomspace(least, min(middle, most), FIRST - 1), most]
        return [self._task(*self._fraction(ratio), 0, ()) for ratio in reversed(ratios)]

    def tasks(self, most: int) -> list[_Task]:
        """What to work on next: the multipliers that matter where the gap is largest."""
        if self.waiting:
            tasks, self.waiting = self.waiting[:most], self.waiting[most:]
            return [replace(task, trees=self._near(task)) for task in tasks]
        tasks = []
        gaps = self.answer.gaps.copy()
        while len(tasks) < most and (gaps > max(0.0, self.clock.stop_gap)).any():
            point = int(gaps.argmax())
            low, high = self._around(point)
            first = self._touching(low) if low >= 0 else 0
            last = self._touching(high) if high < len(self.known) else gaps.size - 1
            task = self._between(low, high, first, last)
            if task is not None:
                tasks.append(task)
            gaps[min(first, point) : max(last, point + 1)] = 0.0
        return tasks

    def _near(self, task: _Task) -> tuple[Ints, ...]:
        ratio = task.prize / task.cost
        known = sorted(self.known, key=lambda one: abs(np.log(one.price.ratio / ratio)))
        return tuple(one.up for one in known[:2])

    def _around(self, point: int) -> tuple[int, int]:
        """Places of the two known multipliers whose bounds meet about a point; −1 or their number for none."""
        answer = self.answer
        end = answer.cost[point + 1] - 1 if point + 1 < answer.cost.size else answer.cost[point]
        place = int(answer.binding(np.array([end]))[0])
        if place < 0:
            return len(self.known) - 1, len(self.known)
        return (place - 1, place) if point < self._touching(place) else (place, place + 1)

    def _touching(self, place: int) -> int:
        price = self.known[place].price
        return int((price.cost * self.answer.cost - price.prize * self.answer.worth).argmin())

    def _between(self, low: int, high: int, first: int, last: int) -> _Task | None:
        """Try the slope between two best answers where that is new, or work again on the looser of two multipliers."""
        answer = self.answer
        if first < last:
            rise = int(answer.cost[last] - answer.cost[first])
            fraction = self._fraction(rise / int(answer.worth[last] - answer.worth[first]))
            ratio = fraction[0] / fraction[1]
            least = self.known[low].price.ratio if low >= 0 else 0.0
            most = self.known[high].price.ratio if high < len(self.known) else np.inf
            if least * (1 + FINE) < ratio < most / (1 + FINE):
                task = self._task(*fraction, 0, ())
                return replace(task, trees=self._near(task))
        ends = [self.known[k] for k in (low, high) if 0 <= k < len(self.known) and self.known[k].worked <= MOST_RETURNS]
        if not ends:
            return None
        again = max(ends, key=self._looseness)
        again.worked += 1
        task = self._task(again.price.prize, again.price.cost, again.worked - 1, ())
        return replace(task, trees=(again.up, *self._near(task)))

    def _looseness(self, known: _Known) -> float:
        """Distance of value and bound of a multiplier, in worth."""
        price, answer = known.price, self.answer
        value = int((price.cost * answer.cost - price.prize * answer.worth).min())
        return (value - price.bound) / price.prize

    def work(self, task: _Task) -> _Done:
        """Raise a dual solution for a multiplier and look for the best network."""
        base, prizes = self.menus.priced(task.prize, task.cost, self.graph.n)
        graph = self.graph.scaled(task.cost)
        search = Search(graph, prizes, self.root, task.seed, self.clock)
        search.most_passes = 8
        net = (graph.start, graph.neighbour, graph.twin, graph.slot_cost)
        for tree in task.trees:
            up = tree.copy()
            polish(*net, search.prize, np.int32(self.root), up, True)
            search.offer(up, int(evaluate(graph.slot_cost, search.prize, up)))
        if task.turn == 0:
            wanted = np.where(self.reached & (prizes > 0), INF, 0)
            search.improve(graph.slot_cost, self.root, wanted)
        for number in range(3 * task.turn, 3 * task.turn + 3):
            reduced, connected, _, _ = search.ascent(number)
            search.follow(reduced, connected, number)
        case = Case(self.root, np.empty(0, np.int32), search.node, search.radius, search.ascent_bound)
        # The root is reached whatever happens: what is saved there is saved for certain, and no moat pays for it.
        bound = base + search.ascent_bound - int(prizes.sum())
        more = self._mendable(task, prizes) if task.turn == 0 else ()
        return _Done(task, Price(task.prize, task.cost, bound, case), search.up, more)

    def _mendable(self, task: _Task, prizes: Longs) -> tuple[Ints, ...]:
        """Trees that cost little once they are mended: at dearer costs, and without edges that are limited."""
        rooms, menus = self.rooms, self.menus
        if rooms is None:
            return ()
        value = task.cost * menus.cost - task.prize * menus.worth
        before = menus.saved(value, self.graph.n, menus.offered() & (rooms.where != BEHIND))
        free = np.flatnonzero(~rooms.limited[rooms.number])
        if len(free) == self.graph.m:
            return ()
        every = np.arange(self.graph.m)
        return (
            self._tree(every, rooms.dearer, prizes, task),
            self._tree(free, self.graph.cost[free], before, task),
        )

    def _tree(self, edges: Longs, cost: Longs, prizes: Longs, task: _Task) -> Ints:
        """Edges of a good tree of some of the edges at other costs."""
        graph = Graph.from_edges(self.graph.n, self.graph.tail[edges], self.graph.head[edges], cost).scaled(task.cost)
        search = Search(graph, prizes, self.root, task.seed, self.clock)
        search.most_passes = 8
        search.improve(graph.slot_cost, self.root, np.where(graph.reached(self.root) & (prizes > 0), INF, 0))
        return np.asarray(edges[graph.edge[search.up[search.up >= 0]]].astype(np.int32))

    def learn(self, done: Sequence[_Done]) -> None:
        """Take in what came of a batch, in its order."""
        for one in done:
            self._note(one)
        self.known.sort(key=lambda known: known.price.ratio)
        answer = self._staircase(self.answer, (edges for one in done for edges in self._networks(one)))
        answer = replace(answer, prices=tuple(known.price for known in self.known))
        self.answer = replace(answer, trace=(*answer.trace, (self.clock.spent(), answer.gap)))

    def _note(self, one: _Done) -> None:
        for known in self.known:
            old = known.price
            if (old.prize, old.cost) == (one.price.prize, one.price.cost):
                known.up = one.up
                known.price = one.price if one.price.bound > old.bound else old
                return
        self.known.append(_Known(one.price, one.up))

    def _staircase(self, old: MenuFrontier, trees: Iterable[Ints]) -> MenuFrontier:
        """The staircase with these trees as well, each given by its edges."""
        networks, seen = list(old.networks), {edges.tobytes() for edges in old.networks}
        cost, worth, network, taken = [old.cost], [old.worth], [old.network], [old.taken]
        for edges in trees:
            if edges.tobytes() in seen:
                continue
            seen.add(edges.tobytes())
            spent, gained = self._filled(edges)
            so_far = np.append(-1, old.worth)[np.searchsorted(old.cost, spent, side="right")]
            place = np.flatnonzero(gained > so_far)
            cost.append(spent[place])
            worth.append(gained[place])
            taken.append(place.astype(np.int32))
            network.append(np.full(place.size, len(networks), np.int32))
            networks.append(edges)
        kept_cost, kept_worth = np.concatenate(cost), np.concatenate(worth)
        order = np.lexsort((-kept_worth, kept_cost))
        before = np.maximum.accumulate(np.append(-1, kept_worth[order][:-1]))
        order = order[kept_worth[order] > before]
        kept_network = np.concatenate(network)[order]
        used, of = np.unique(kept_network, return_inverse=True)
        return replace(
            old,
            cost=kept_cost[order],
            worth=kept_worth[order],
            network=of.reshape(-1).astype(np.int32),
            taken=np.concatenate(taken)[order],
            networks=tuple(networks[number] for number in used),
        )

    def _networks(self, done: _Done) -> Iterator[Ints]:
        """Edges of the trees found, each cut to what pays at a ladder of prices, ascending."""
        if self.rooms is None:
            for up in self._cut(done.up):
                yield np.sort(self.graph.edge[up[up >= 0]]).astype(np.int32)
            return
        ladder = self._ladder()
        for edges in (self.graph.edge[done.up[done.up >= 0]], *done.more):
            yield from self.rooms.networks(self.menus, edges, self.root, ladder)

    def _grown(self, rooms: Rooms) -> Iterator[Ints]:
        """Networks that lie between those that are best for a price."""
        none: npt.NDArray[np.float64] = np.empty(0)
        for edges in rooms.grown(self.menus, self.graph, self.root):
            yield from rooms.networks(self.menus, edges, self.root, none)

    def _filled(self, edges: Ints) -> tuple[Longs, Longs]:
        """Cost and worth of a network with ever more offers taken: int64[offers taken + 1] each."""
        if self.rooms is not None:
            taken = self.rooms.taken(self.menus, edges, self.root)
            cost, worth = (self._steps(taken, values) for values in (self.menus.cost, self.menus.worth))
            return cost + int(self.rooms.graph.cost[edges].sum()), worth
        reached = np.zeros(self.graph.n + 1, np.bool_)
        reached[np.concatenate([np.array([self.root]), self.graph.tail[edges], self.graph.head[edges]])] = True
        turns = np.flatnonzero(self.turns.allowed(self.menus, reached))
        cost, worth = (np.append(0, values[turns].cumsum()) for values in (self.turns.cost, self.turns.worth))
        return cost + int(self.graph.cost[edges].sum()), worth

    def _steps(self, taken: Longs, values: Longs) -> Longs:
        """Sums of what customers have after each offer taken, which replaces what its customer had before."""
        customer = self.menus.customer[taken]
        order = np.argsort(customer, kind="stable")
        again = np.flatnonzero(np.diff(customer[order]) == 0) + 1
        more = values[taken]
        more[order[again]] -= values[taken[order[again - 1]]]
        return np.append(0, more.cumsum())

    def _ladder(self) -> npt.NDArray[np.float64]:
        """Prices at which a tree is cut to what pays."""
        paid = self.turns.cost / np.maximum(self.turns.worth, 1)
        low, high = (max(float(np.quantile(paid, share)), 1e-6) for share in (0.001, 0.999))
        return np.geomspace(low, 4 * high, LADDER)

    def _cut(self, tree: Ints) -> list[Ints]:
        """The tree cut to what pays at each price of a ladder."""
        cuts = [tree]
        if not (tree >= 0).any():
            return cuts
        scale = self._fraction(float(np.quantile(self.turns.cost / np.maximum(self.turns.worth, 1), 0.5)))[1]
        graph = self.graph.scaled(scale)
        for ratio in self._ladder():
            _, prizes = self.menus.priced(max(1, round(ratio * scale)), scale, graph.n)
            prizes[self.root] = INF
            up = tree.copy()
            prune(graph.neighbour, graph.slot_cost, prizes, up, True)
            cuts.append(up)
        return cuts

    def _fraction(self, ratio: float) -> tuple[int, int]:
        """Numerator and denominator of a multiplier: fine enough, and no sum overflows."""
        scale, most = 1, LARGEST_SUM // 4
        while ratio * scale < DIGITS and 2 * scale * (self.cost_sum + ratio * self.menus.most) < most:
            scale *= 2
        prize = max(1, round(ratio * scale))
        return min(prize, (most - scale * self.cost_sum) // max(1, self.menus.most)), scale

    def _task(self, prize: int, cost: int, turn: int, trees: tuple[Ints, ...]) -> _Task:
        self.begun += 1
        return _Task(prize, cost, turn, self.seed * 1_000_003 + self.begun, trees)

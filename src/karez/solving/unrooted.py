"""Prize-collecting trees without a root.

Ascents from a node outside (:mod:`karez.solving.ways_in`) bound all trees at once and point to good ones. What they
leave of a node's prize says which nodes every tree below a cutoff holds; one of them is the root of an ordinary
problem, on the edges that such a tree may use. Cutoffs below the best value, which leave little to search, come
first: if there is no tree below one, it is a bound itself. Where no node is certain, cases are told apart: a node is
in the tree; it is not, but another one is; and so on.
"""

from __future__ import annotations

import numpy as np

from karez.kernels.ascent import INF, OUT, TOP
from karez.kernels.tree import evaluate, polish, turn
from karez.solving.certified import Case, Certified, Ints, Longs, certify
from karez.solving.exact import MERGE_SLOTS, MOST_SLOTS, Closing
from karez.solving.fixing import forced_by_budget
from karez.solving.graph import Graph
from karez.solving.search import Clock, Progress, Search
from karez.solving.ways_in import Ascent, Outside

FACTORS = (1.5, 1.2, 2.0)
PENALTIES = (4.0, 20.0, 1.0)
SPREAD = (1.0, 1.5, 0.7, 2.0)
"""Entries tried in later rounds, as shares of the best."""

WORTH_WHILE = 16
"""The entry is doubled as long as that closes one part in so many of the gap."""

LEAST_ROUNDS = 2
"""Rounds before cutoffs are tried."""

CLOSING_ROUNDS = 40
QUICK_ROUNDS = 3
MOST_EDGES = 12_000
"""Edges left up to which the highest cutoff is taken."""

HALVINGS = 8
SHARE = 0.7
"""Share of the time left that is spent on a cutoff below the best value, at most."""

MOST_CUTOFFS = 12
MOST_FAILURES = 2
"""Cutoffs one after the other without a better tree or bound after which the next round begins."""


MOST_CASES = 400
CASE_EDGES = 4_000_000
"""Edges of all cases together up to which new cases are opened, where they are more than a few."""

FEW_CASES = 20
BEFORE_EXACT = 1
"""Rounds spent on a case before the exact search is tried."""


def solve_unrooted(
    graph: Graph, prizes: Longs, seed: int, clock: Clock, progress: Progress | None, *, exact: bool
) -> Certified:
    """Solve by ascents from a node outside, then rooted at what every better tree holds, or by cases."""
    tell: Progress = (lambda _: None) if progress is None else progress
    work = _Unrooted(graph, prizes, seed, clock, tell, exact=exact)
    work.begin()
    for number in range(1, clock.rounds + 1):
        if work.done() or not work.round(number):
            break
        tell(clock.share(number / clock.rounds))
    tell(1.0)
    cases = work.cases()
    bound = work.bound if exact else 0
    return certify(graph, work.up, work.value, cases, clock.spent(), work.trace, min(bound, work.value))


def strengthen_unrooted(
    graph: Graph, prizes: Longs, answer: Certified, up: Ints, *, seed: int, ascents: int, progress: Progress | None
) -> Certified:
    """Raise the bound that replays, by ascents from outside guided by the answer's tree.

    Parameters
    ----------
    graph, prizes : Graph, int64[n]
        The problem, without root and forced nodes.
    answer : Certified
        Its answer, with the one case of a way in.
    up : int32[n]
        The answer's tree as up-slots, with any root.
    seed : int
        Settles all that is left to chance.
    ascents : int
        Ascents at most; they end when the value is reached.
    progress : callable | None
        Told the share of the work done, 0 … 1.
    """
    work = _Unrooted(graph, prizes, seed, Clock(None, 0.0, ascents), lambda _: None, exact=False)
    work.up, work.value, work.best = up, answer.value, answer.cases[0]
    for number in range(ascents):
        if work.best.bound >= work.value:
            break
        work.raise_dual(work.spread(number), number, guided=True)
        if progress is not None:
            progress((number + 1) / ascents)
    return certify(graph, up, answer.value, (work.best,), answer.seconds, answer.trace, answer.bound)


class _Unrooted:
    """The best tree, the best bound, and what ascents from outside have told."""

    def __init__(self, graph: Graph, prizes: Longs, seed: int, clock: Clock, tell: Progress, *, exact: bool) -> None:
        self.graph = graph
        self.prizes = prizes
        self.seed = seed
        self.clock = clock
        self.tell = tell
        self.exact = exact
        self.random = np.random.default_rng(seed)
        self.outside = Outside(graph, prizes, np.empty(0, np.int32))
        self.first = int(np.argmax(prizes))
        self.up: Ints = np.full(graph.n, OUT, np.int32)
        self.up[self.first] = TOP
        self.value = int(evaluate(graph.slot_cost, prizes, self.up))
        self.best = self.outside.nothing()
        self.bound = 0
        self.using: Longs = np.zeros(graph.m, np.int64)
        self.without: Longs = np.zeros(graph.n, np.int64)
        self.last: Ascent | None = None
        self.by_cases: _Cases | None = None
        self.next_cutoffs = LEAST_ROUNDS
        self.trace: list[tuple[float, int, int]] = []
        self.note()

    def done(self) -> bool:
        """Whether time is up or nothing is left to find."""
        return self.clock.late() or self.clock.close(self.value, self.bound)

    def begin(self) -> None:
        """A first tree and an ascent, whatever the time; then ascents at rising prices for a way in."""
        if self.value == self.bound:
            return
        search = self.search_at(self.first, 0)
        search.improve(self.graph.slot_cost, self.first)
        self.take(search)
        entry = int(self.prizes[self.first])
        for step in range(64):
            entry = self.allowed(entry)
            before = self.bound
            if entry == 0:
                break
            self.ascend(entry, step)
            worth_while = self.bound - before > (self.value - before) // WORTH_WHILE
            if self.done() or not worth_while or entry == self.allowed(2 * entry):
                break
            entry *= 2

    def round(self, number: int) -> bool:
        """An ascent guided by the best tree and trees from it, cutoffs, or work on a case; False if all is done."""
        if self.by_cases is not None:
            return self.by_cases.work(number)
        if self.best.entry:
            self.ascend(self.spread(number), number, guided=True)
        if number < self.next_cutoffs or self.done():
            return True
        self.next_cutoffs = 2 * number
        if not self.try_cutoffs(number):
            self.by_cases = _Cases(self)
            self.by_cases.open_all()
        return True

    @property
    def profit(self) -> int:
        """What the best tree saves; no higher price for a way in gives a better bound."""
        return self.outside.total - self.value

    def allowed(self, entry: int) -> int:
        """The entry, if it is not too high; 0 if there is none."""
        return min(max(1, entry), self.profit, self.outside.dearest)

    def ascend(self, entry: int, number: int, *, guided: bool = False) -> None:
        """One ascent from outside, and the trees it points to."""
        ascent = self.raise_dual(entry, number, guided=guided)
        if self.done():
            return
        root = int(np.argmax(np.where(ascent.connected, ascent.without, -1)))
        search = self.search_at(root, number)
        search.follow(ascent.reduced, ascent.connected, number)
        if guided:
            search.perturb(number)
        self.take(search)

    def raise_dual(self, entry: int, number: int, *, guided: bool) -> Ascent:
        """One ascent from outside, and what it tells."""
        rank = self.random.permutation(self.graph.n).astype(np.int32)
        guide = self.up if guided else None
        turn_of = number % len(FACTORS)
        ascent = self.outside.ascend(entry, rank, FACTORS[turn_of], guide, PENALTIES[turn_of])
        if ascent.case.bound > self.best.bound or not self.best.entry:
            self.best = ascent.case
        self.last = ascent
        self.bound = max(self.bound, self.best.bound)
        self.using = np.maximum(self.using, ascent.using)
        self.without = np.maximum(self.without, ascent.without)
        self.note()
        return ascent

    def spread(self, number: int) -> int:
        """The entry of a later round, near the best so far."""
        return self.allowed(int(self.best.entry * SPREAD[number % len(SPREAD)]))

    def try_cutoffs(self, number: int) -> bool:
        """Look for trees below cutoffs, lower ones first; False where no node is certain to be in the tree."""
        step = failures = 0
        ceiling = self.value
        for place in range(MOST_CUTOFFS):
            if self.done() or failures > MOST_FAILURES:
                break
            cutoffs = self.cutoffs(step // 4, ceiling)
            if not cutoffs:
                return place > 0
            cutoff = next((c for c in cutoffs if (self.using < c).sum() <= MOST_EDGES), cutoffs[-1])
            step, value = cutoff - self.bound, self.value
            self.below(cutoff, MOST_CUTOFFS * number + place)
            if self.bound >= cutoff or self.value < value:
                ceiling, failures = self.value, 0
            else:
                ceiling, failures = cutoff - 1, failures + 1
        return True

    def cutoffs(self, step: int, ceiling: int) -> list[int]:
        """Values between bound and ceiling below which a tree holds certain nodes, falling.

        Parameters
        ----------
        step : int
            How far above the bound they are, if there are any.
        ceiling : int
            The highest.
        """
        gap = self.value - self.bound
        heights = sorted({max(1, gap >> halving) for halving in range(gap.bit_length())}, reverse=True)
        limit = min(ceiling - self.bound, int(self.without.max()) - self.bound)
        possible = [height for height in heights if height <= limit]
        high = [height for height in possible if height >= step] or possible
        return [self.bound + height for height in high[:HALVINGS]]

    def below(self, cutoff: int, number: int) -> None:
        """Search the trees below a cutoff: rooted, other certain nodes forced, on the edges they may use."""
        certain = self.without >= cutoff
        root = int(np.argmax(self.without))
        prize = np.where(certain, INF, self.prizes)
        clock = self.clock
        if cutoff < self.value and clock.seconds is not None:
            left = max(0.0, clock.seconds - clock.spent())
            clock = Clock(SHARE * left, clock.stop_gap, clock.rounds)
        search = Search(self.graph, prize, root, self.seed_of(number), clock)
        self.lend(search)
        search.cutoff = cutoff
        if self.last is not None:
            search.follow(self.last.reduced, self.last.connected, number)
            self.take(search)
            search.cutoff = min(cutoff, self.value)
        slots, rounds = (MOST_SLOTS, CLOSING_ROUNDS) if self.exact else (MERGE_SLOTS, QUICK_ROUNDS)
        closing = Closing(search, slots=slots)
        bound = closing.run(rounds, self.beat, within=self.using < cutoff)
        if search.value >= cutoff and closing.search.value < INF:
            # Trees above the cutoff are not brought back, but may be better than the best.
            search.settle(closing.problem.lift(self.graph, closing.search.up))
        self.take(search)
        if self.exact:
            self.raise_bound(min(cutoff, bound))

    def beat(self, _: float) -> None:
        """Tell how far time has gone, where it is set; counted rounds are told as they end."""
        if self.clock.seconds is not None:
            self.tell(self.clock.share(0.0))

    def raise_bound(self, bound: int) -> None:
        """Take note of a bound that is not replayed."""
        self.bound = max(self.bound, bound)
        self.note()

    def seed_of(self, number: int) -> int:
        """A seed of its own for each piece of work."""
        return int(np.random.SeedSequence([self.seed, number]).generate_state(1)[0])

    def search_at(self, root: int, number: int) -> Search:
        """A search with the prizes as given, from the best tree if it holds the root."""
        search = Search(self.graph, self.prizes, root, self.seed_of(number), self.clock)
        self.lend(search)
        return search

    def lend(self, search: Search) -> None:
        """Offer the best tree to a search if it holds the search's root."""
        if self.up[search.root] != OUT:
            up = self.up.copy()
            turn(self.graph.neighbour, self.graph.twin, up, np.int32(search.root))
            search.offer(up, int(evaluate(self.graph.slot_cost, search.prize, up)))

    def take(self, search: Search) -> None:
        """Free a search's tree of its root and of what is forced or lost there; keep it if it is the best."""
        if search.up[search.root] == OUT:
            return
        graph = self.graph
        trial = search.up.copy()
        net = (graph.start, graph.neighbour, graph.twin, graph.slot_cost)
        _, value = polish(*net, self.prizes, np.int32(search.root), trial, False)
        if value < self.value:
            self.value, self.up = int(value), trial
            self.note()

    def cases(self) -> list[Case]:
        """The proof that replays: one way in, or the cases opened if they prove more."""
        if self.by_cases is not None:
            cases = self.by_cases.cases()
            if min(case.bound for case in cases) > self.best.bound:
                return cases
        return [self.best]

    def note(self) -> None:
        """Put value and bound down."""
        self.trace.append((self.clock.spent(), self.value, min(self.bound, self.value)))


class _Cases:
    """Cases by which of some nodes is the first in the tree, each rooted there, and the rest, seen from outside."""

    def __init__(self, whole: _Unrooted) -> None:
        self.whole = whole
        self.order: list[int] = []
        self.lost = [0]
        self.searches: list[Search] = []
        self.worked: list[int] = []
        self.rest = whole.best
        self.rest_bound = whole.bound
        self.without = whole.without

    def open_all(self) -> None:
        """Open cases until nothing better is left to the rest."""
        whole = self.whole
        most = min(MOST_CASES, max(FEW_CASES, CASE_EDGES // max(1, whole.graph.m)))
        while len(self.order) < most and self.rest_bound < whole.value and not (self.order and whole.clock.late()):
            self._open(self._next())
        self._bound()

    def work(self, number: int) -> bool:
        """A turn at every case that may hold a better tree, weakest first; returns whether more work makes sense."""
        whole = self.whole
        open_ones = [
            place for place in range(len(self.order)) if self._bound_of(place) < min(whole.value, self.rest_bound)
        ]
        for place in sorted(open_ones, key=self._bound_of):
            if whole.done():
                break
            self._work_on(place, number)
        return bool(open_ones)

    def _bound_of(self, place: int) -> int:
        return self.searches[place].bound + self.lost[place]

    def _work_on(self, place: int, number: int) -> None:
        whole, search, turn_of = self.whole, self.searches[place], self.worked[place]
        search.cutoff = whole.value - self.lost[place]
        if search.done():
            return
        self.worked[place] += 1
        if whole.exact and turn_of == BEFORE_EXACT:
            self._close(search, whole.seed_of(len(self.order) * number + place))
        else:
            search.round(turn_of + 1)
        whole.take(search)
        self._bound()

    def cases(self) -> list[Case]:
        """Every case with its moats, and the rest."""
        order = np.array(self.order, np.int32)
        opened = [
            Case(search.root, order[:place], search.node, search.radius, search.ascent_bound + self.lost[place])
            for place, search in enumerate(self.searches)
        ]
        return [*opened, self.rest]

    def _next(self) -> int:
        """The node without which least is left."""
        return int(np.argmax(np.where(self._prize() > 0, self.without, -1)))

    def _prize(self) -> Longs:
        prize = self.whole.prizes.copy()
        prize[self.order] = 0
        return prize

    def _open(self, node: int) -> None:
        """One more case: none of the nodes before is in the tree, but this one is."""
        whole = self.whole
        lost = self.lost[-1]
        search = Search(whole.graph, self._prize(), node, whole.seed + len(self.order), whole.clock)
        search.cutoff = whole.value - lost
        search.first()
        self.searches.append(search)
        self.worked.append(0)
        whole.take(search)
        self.rest_bound = max(self.rest_bound, int(self.without[node]))
        self.order.append(node)
        self.lost.append(lost + int(whole.prizes[node]))
        self._look_at_rest()

    def _look_at_rest(self) -> None:
        """Bound the trees without any of the nodes opened."""
        whole = self.whole
        outside = Outside(whole.graph, whole.prizes, np.array(self.order, np.int32))
        self.rest = outside.nothing()
        self.without = np.where(outside.prize > 0, self.without, 0)
        for entry in sorted({whole.allowed(whole.best.entry), whole.allowed(whole.profit)}):
            if 0 < entry <= outside.dearest and self.rest.bound < whole.value:
                rank = whole.random.permutation(whole.graph.n).astype(np.int32)
                ascent = outside.ascend(entry, rank, FACTORS[0])
                if ascent.case.bound > self.rest.bound:
                    self.rest = ascent.case
                self.without = np.maximum(self.without, ascent.without)
        self.rest_bound = max(self.rest_bound, self.rest.bound)

    def _close(self, search: Search, seed: int) -> None:
        """The exact search, with what is certain to be in a better tree forced."""
        prize = search.prize.copy()
        own = np.where(np.arange(prize.size) == search.root, np.int64(INF), prize)
        prize[forced_by_budget(own, search.node, search.radius, search.ascent_bound, search.target)] = INF
        inner = Search(search.graph, prize, search.root, seed, search.clock)
        inner.cutoff = search.target
        inner.raise_bound(search.bound)
        within = self.whole.using < self.whole.value
        search.raise_bound(min(search.target, Closing(inner).run(CLOSING_ROUNDS, self.whole.beat, within=within)))
        self.whole.take(inner)

    def _bound(self) -> None:
        self.whole.raise_bound(min([*(self._bound_of(place) for place in range(len(self.order))), self.rest_bound]))

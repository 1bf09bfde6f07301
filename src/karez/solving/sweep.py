"""Which multipliers to work on: those that matter where what is covered and what could be are furthest apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from karez.kernels.nested import nest
from karez.solving.budgets import Frontier, Multiplier
from karez.solving.certified import Ints, Longs
from karez.solving.covering import Covering, Done, Task
from karez.solving.graph import LARGEST_SUM, exact_sum

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

FOREMOST = 1000
"""How many times its prize a group counts that is to be built first."""

FILLED_WITH = 4
"""Multipliers above a gap whose trees are tried to fill it."""

NEXT = 1.15
"""How many times another multiplier one may be to go on from its dual solution; from further off, too much is lost."""

RESUMED_SLOTS = 1 << 20
"""Arcs up to which dual solutions are kept to go on from, for memory's sake."""


@dataclass
class Known:
    """A multiplier with its best bound and tree, and how often it has been worked on.

    `reduced` is what the ascent left of the arcs' costs, if it began with all of them; None if it went on from another,
    or is not kept.
    """

    multiplier: Multiplier
    up: Ints
    serial: int
    reduced: Longs | None
    worked: int = 1


class Sweep:
    """The multipliers worked on so far and the staircase of all trees.

    Parameters
    ----------
    covering : Covering
        What is to be covered.
    seed : int
        Settles all that is left to chance.
    """

    def __init__(self, covering: Covering, seed: int) -> None:
        self.covering, self.seed = covering, seed
        self.graph, self.prize, self.root, self.total = covering.graph, covering.prize, covering.root, covering.total
        self.cost_sum = exact_sum(self.graph.cost)
        self.known: list[Known] = []
        self.filled: set[tuple[int, ...]] = set()
        self.begun = 0
        one, nothing = np.zeros(1, np.int64), np.zeros(1, np.int32)
        near = covering.ways(self.graph.slot_cost)
        base = one + self.prize[self.root]
        self.answer = Frontier(one, base, self.total, *near, (), nothing, nothing, (nothing[:0],), 0.0, ())

    def tasks(self, most: int) -> list[Task]:
        """What to work on next: the multipliers that matter where the gap is largest, and then elsewhere."""
        if not self.known:
            ratio = min(self.cost_sum + 1, (LARGEST_SUM - 1 - self.cost_sum) // self.total)
            return [self._task(ratio, 1, 0, [])]
        tasks: list[Task] = []
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
            if task is not None and all((task.prize, task.cost) != (other.prize, other.cost) for other in tasks):
                tasks.append(task)
            ends = (begin, point, max(point, end - 1))
            settled.append((int(self.answer.cost[min(ends)]), int(self.answer.cost[max(ends)])))
        if len(self.known) == 1 and len(tasks) == 1 < most and tasks[0].turn == 0:
            tasks += self._beyond(tasks[0])
        return tasks

    def _beyond(self, task: Task) -> list[Task]:
        """The next multiplier above one that splits the whole staircase, so that it does not wait for its trees."""
        answer = self.answer
        value = task.cost * answer.cost + task.prize * (self.total - answer.covered)
        middle, end = int(value.argmin()), answer.cost.size - 1
        between = self._slope(-1, 0, middle, end) if middle < end else None
        if between is None or between[0] * task.cost <= between[1] * task.prize * (1 + FINE):
            return []
        return [self._task(*between, 0, task.trees)]

    def learn(self, done: Sequence[Done]) -> None:
        """Take in what came of a batch, in its order."""
        for one in done:
            self._note(one)
        self.known.sort(key=lambda known: known.multiplier.ratio)
        answer = self._staircase([edges for one in done for edges in one.found])
        answer = replace(answer, multipliers=tuple(known.multiplier for known in self.known))
        self.answer = replace(answer, trace=(*answer.trace, (self.covering.clock.spent(), answer.gap)))

    def _note(self, one: Done) -> None:
        new = one.multiplier
        kept = one.reduced if one.task.after is None and one.reduced.size <= RESUMED_SLOTS else None
        for known in self.known:
            old = known.multiplier
            if (old.prize, old.cost) == (new.prize, new.cost):
                known.worked += 1
                known.up, known.serial = one.up, one.task.seed
                if new.bound > old.bound:
                    known.multiplier, known.reduced = new, kept
                return
        self.known.append(Known(new, one.up, one.task.seed, kept))

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

    def _between(self, low: int, high: int, begin: int, end: int, point: int) -> Task | None:
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

    def _looseness(self, known: Known) -> float:
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

    def _task(self, prize: int, cost: int, turn: int, trees: Sequence[Ints]) -> Task:
        self.begun += 1
        after = self._to_resume(prize / cost) if turn == 0 else None
        if after is not None and after.multiplier.cost > cost:
            # Denominators are powers of two; sums leave room for a multiplier that is but little higher.
            prize, cost = prize * (after.multiplier.cost // cost), after.multiplier.cost
        resumed = None if after is None or after.reduced is None else (after.multiplier, after.reduced)
        return Task(prize, cost, turn, self.seed * 1_000_003 + self.begun, trees, resumed, not self.known)

    def _to_resume(self, ratio: float) -> Known | None:
        """The nearest lower multiplier whose ascent began with all costs, if it is near enough to go on from."""
        near = [
            known
            for known in self.known
            if known.reduced is not None and known.multiplier.ratio < ratio <= NEXT * known.multiplier.ratio
        ]
        return max(near, key=lambda known: known.multiplier.ratio, default=None)

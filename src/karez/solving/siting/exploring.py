"""Answers where places have limits: sets of places that multipliers speak for, each filled by annealing.

Whatever places are open, multipliers say what that costs at least: a sum over the places. So the sets of least sum that
offer room enough are gathered first, by exchanging places, and only those that can be better than what is known are
filled; the best of them with more care.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from karez.kernels.settling import settle
from karez.kernels.siting import FREE, THERE, most
from karez.solving.siting.bound import NEVER, net_costs
from karez.solving.siting.problem import MUST, Bools, Longs, Siting
from karez.solving.siting.relax import Bytes, Floats

QUICK, SLOW = 200, 2_000
"""Moves for each customer: for any set, and for one of the best."""
HOT, WARM = 0.3, 0.03
"""Temperatures to begin with: for any set, and beside a known answer."""
SLACKS = (0.0, 0.005, 0.01, 0.015, 0.02, 0.03)
"""So much more room than needed is asked for, in turn: full places are hard to fill."""
FAILED = 15
"""Sets in a row that could not be filled, after which more room is asked for."""
ELITE = 8
"""Sets that are filled with care."""
MOVE, TRIES, NEAR = 0.9, 8, 0.002
"""How often others are opened for what is closed, how often one near is looked for, and how much worse an answer may be
to go on from, as a share of the best."""
HALF, MENDINGS = 0.4, 20
"""Shares from which a place is opened at first where sets have to be mended, and how often more are opened."""
EXCHANGES = 12
"""Most sweeps of exchanges in gathering sets."""
MOVES_AT_MOST = 40_000_000
"""Moves for 1,000 rounds, whatever the number of customers."""


class Answer(NamedTuple):
    """Places opened, the pair of each customer, and what that costs."""

    opened: Bools
    at: Longs
    value: int


class Explorer:
    """Tries sets of places in the light of multipliers.

    Parameters
    ----------
    problem : Siting
        The problem.
    seed : int
        Seed of all that is drawn.
    """

    def __init__(self, problem: Siting, seed: int) -> None:
        self.problem = problem
        self.random = np.random.default_rng(seed)
        self.seen: set[bytes] = set()
        self.moves = 0
        self.last: Longs = np.full(problem.customers, -1, np.int64)
        share = problem.spare >= 0
        self._cost = np.zeros_like(problem.cost) if share else problem.cost
        self._leave = problem.weight if share else np.where(problem.leave == MUST, 0, problem.leave)
        self._may = np.ones(problem.customers, np.bool_) if share else problem.leave != MUST

    def explore(self, dual: Longs, scale: int, share: Floats, status: Bytes, best: Answer, rounds: int) -> Answer:
        """Fill the sets that multipliers speak for; the best answer known then.

        Parameters
        ----------
        dual, scale
            Multipliers, see :func:`karez.solving.siting.bound.bound_of`.
        share : float64[places]
            How far places are open in the relaxation.
        status : int8[places]
            What is decided of places.
        best : Answer
            The best answer so far; its value is ``NEVER`` where there is none.
        rounds : int
            A tenth of it are the sets looked at, for each of ``SLACKS``.
        """
        of = self.problem
        rho = net_costs(of, dual, scale) / scale
        paid = floor_of(of, dual, scale)
        most_moves = self.moves + MOVES_AT_MOST * rounds // 1_000
        mended = self.mend(share, rho, status, best.at) if of.spare < 0 else None
        found = [] if mended is None else [mended]
        best = min([best, *found], key=_value)
        for slack in SLACKS:
            failed = 0
            for some in self.gather(rho, status, slack, max(4, rounds // 10)):
                if failed > FAILED or paid + rho[some].sum() >= best.value or of.fixed[some].sum() >= best.value:
                    break
                if some.tobytes() in self.seen or self.moves > most_moves // 2:
                    continue
                self.seen.add(some.tobytes())
                full = self.reached(some, rho, status)
                answer = None if full is None else self.fill(full, best.at, QUICK, HOT, status)
                failed = failed + 1 if answer is None else 0
                if answer is not None:
                    found.append(answer)
                    best = min(best, answer, key=_value)
        for answer in sorted(found, key=_value)[: ELITE if of.spare < 0 else 0]:
            for heat in (HOT, WARM):
                if self.moves > most_moves:
                    break
                again = self.fill(answer.opened, answer.at, SLOW, heat, status)
                best = best if again is None else min(best, again, key=_value)
        return self.exchange(rho, status, best, rounds // 5, most_moves) if best.value < NEVER else best

    def exchange(self, rho: Floats, status: Bytes, best: Answer, trials: int, most_moves: int) -> Answer:
        """Close a place or two of an answer, open others near them, and fill again, with little heat."""
        of, random = self.problem, self.random
        now = best
        for _ in range(trials):
            if self.moves > most_moves:
                break
            some = now.opened.copy()
            free = np.flatnonzero(some & (status == FREE))
            shut = random.choice(free, min(len(free), int(random.integers(1, 3))), replace=False) if len(free) else free
            some[shut] = False
            for j in shut if random.random() < MOVE else shut[:0]:
                near = self._near(int(j), some, status)
                some[near if near >= 0 else j] = True
            full = self.reached(some, rho, status)
            room = sum(int(one) for one in of.capacity[some])
            if full is None or some.tobytes() in self.seen or of.fixed[some].sum() >= best.value or room < of.need:
                continue
            self.seen.add(some.tobytes())
            answer = self.fill(full, now.at, QUICK, WARM, status)
            if answer is not None and answer.value < now.value + NEAR * random.random() * best.value:
                now = answer
                best = min(best, answer, key=_value)
        return best

    def mend(self, share: Floats, rho: Floats, status: Bytes, begin: Longs) -> Answer | None:
        """Where sets of least net cost lack room here and there: those half open, and more beside what is too full."""
        of = self.problem
        some = self.reached((status == THERE) | ((share > HALF) & (status == FREE)), rho, status)
        for _ in range(MENDINGS):
            if some is None or 0 <= of.budget < int(of.charge[some].sum()):
                return None
            answer = self.fill(some, begin, QUICK, WARM, status)
            if answer is not None:
                return answer
            begin = self.last
            held = begin >= 0
            load = np.bincount(of.place[begin[held]], of.use[begin[held]], of.places)
            lacking = held.copy()
            lacking[held] = (load > of.capacity)[of.place[begin[held]]]
            wanted = (lacking | (~held & ~self._may))[of.customer] & ~some[of.place] & (status[of.place] == FREE)
            if not wanted.any():
                return None
            best = np.full(of.customers, -1.0)
            np.maximum.at(best, of.customer[wanted], share[of.place[wanted]] + 1e-9)
            votes = np.bincount(of.place[wanted & (share[of.place] + 1e-9 >= best[of.customer])], minlength=of.places)
            over = int(np.maximum(load - of.capacity, 0)[some].sum())
            for j in np.argsort(-votes, kind="stable"):
                if over < 0 or not votes[j]:
                    break
                some[j] = True
                over -= int(min(of.capacity[j], of.need))
        return None

    def _near(self, j: int, some: Bools, status: Bytes) -> int:
        """A closed place that could serve one of another's customers; −1 if none was hit upon."""
        of, random = self.problem, self.random
        first, last = int(of.place_start[j]), int(of.place_start[j + 1])
        for _ in range(TRIES if last > first else 0):
            i = of.customer[of.place_pair[random.integers(first, last)]]
            k = int(of.place[random.integers(of.start[i], of.start[i + 1])])
            if k != j and not some[k] and status[k] == FREE:
                return k
        return -1

    def reached(self, some: Bools, rho: Floats, status: Bytes) -> Bools | None:
        """The set and what it takes to reach all who must be served, within budget; None if it cannot."""
        of = self.problem
        if self._may.all():
            return some
        some = some.copy()
        while True:
            near = np.zeros(of.customers, np.bool_)
            near[of.customer[some[of.place]]] = True
            lonely = ~near & ~self._may
            if not lonely.any():
                break
            can = lonely[of.customer] & (status[of.place] == FREE)
            if not can.any():
                return None
            count = np.bincount(of.place[can], minlength=of.places)
            ratio = np.where(count > 0, (rho - rho.min() + 1.0) / np.maximum(count, 1), np.inf)
            some[int(np.argmin(ratio))] = True
        return None if 0 <= of.budget < int(of.charge[some].sum()) else some

    def fill(self, opened: Bools, begin: Longs, moves: int, heat: float, status: Bytes) -> Answer | None:
        """Serve customers at these places within limits, and close those that serve nobody; None if it cannot."""
        of = self.problem
        self.moves += moves * of.customers
        at, kept = settle(
            of.start, of.place, of.place_start, of.place_pair, of.customer, self._cost, of.use, of.capacity,
            self._leave, self._may, opened, begin, heat, moves * of.customers, int(self.random.integers(1 << 30)),
        )  # fmt: skip
        self.last = np.asarray(at)
        if not kept or (of.spare >= 0 and int(of.weight[at < 0].sum()) > of.spare):
            return None
        used = status == THERE
        used[of.place[at[at >= 0]]] = True
        return Answer(used, at, of.value(used, at))

    def gather(self, rho: Floats, status: Bytes, slack: float, many: int) -> list[Bools]:
        """So many sets within budget and with room enough, least net cost first.

        From one set, all that differ by a place opened, closed or exchanged are looked at, then all those beside the
        best of these, until the best stay the same.
        """
        room = np.minimum(self.problem.capacity, self.problem.need).astype(np.float64)
        need = self.problem.need * (1.0 + slack)
        first = self._first(rho, status, room, need)
        dear = np.abs(rho).sum() / max(float(room[room > 0].min(initial=np.inf)), 1.0) if room.any() else 0.0
        sets = {first.tobytes(): (self._score(first, rho, room, need, dear), first)}
        done: set[bytes] = set()
        for _ in range(EXCHANGES):
            fresh = [key for key in sets if key not in done]
            if not fresh:
                break
            for key in fresh:
                done.add(key)
                limit = max(score for score, _ in sets.values()) if len(sets) >= many else np.inf
                for score, some in self._beside(sets[key][1], rho, status, room, need, dear, limit, many):
                    sets.setdefault(some.tobytes(), (score, some))
            sets = dict(sorted(sets.items(), key=lambda item: item[1][0])[:many])
        ordered = sorted(sets.values(), key=lambda item: item[0])
        return [some for _, some in ordered if room[some].sum() >= need]

    def _first(self, rho: Floats, status: Bytes, room: Floats, need: float) -> Bools:
        """Places that earn more than they cost, then the cheapest for their room."""
        of = self.problem
        some = np.asarray(status == THERE)
        spent = int(of.charge[some].sum())
        ratio = np.divide(rho, room, out=np.full(of.places, np.inf), where=room > 0)
        for j in np.argsort(np.where(rho < 0, rho - np.abs(rho).sum(), ratio), kind="stable"):
            within = of.budget < 0 or spent + of.charge[j] <= of.budget
            if status[j] == FREE and within and (rho[j] < 0 or room[some].sum() < need):
                some[j] = True
                spent += int(of.charge[j])
        return some

    def _score(self, some: Bools, rho: Floats, room: Floats, need: float, dear: float) -> float:
        return float(rho[some].sum() + dear * max(0.0, need - room[some].sum()))

    def _beside(
        self, some: Bools, rho: Floats, status: Bytes, room: Floats, need: float, dear: float, limit: float, many: int
    ) -> list[tuple[float, Bools]]:
        """Sets within budget that differ by a place or two, and score less than the limit."""
        of = self.problem
        shut = np.append(np.flatnonzero(some & (status == FREE)), -1)
        open_ = np.append(np.flatnonzero(~some & (status == FREE)), -1)

        def change(values: npt.NDArray[np.generic]) -> Floats:
            away, more = (np.where(of_ >= 0, values[of_], 0).astype(np.float64) for of_ in (shut, open_))
            return np.asarray(more[None, :] - away[:, None])

        score = rho[some].sum() + change(rho) + dear * np.maximum(0.0, need - room[some].sum() - change(room))
        if of.budget >= 0:
            score[of.charge[some].sum() + change(of.charge) > of.budget] = np.inf
        score[-1, -1] = np.inf
        flat = score.ravel()
        order = np.argpartition(flat, many)[:many] if len(flat) > many else np.arange(len(flat))
        order = order[np.argsort(flat[order], kind="stable")]
        found = []
        for one in order:
            a, b = divmod(int(one), len(open_))
            if score[a, b] >= limit or not np.isfinite(score[a, b]):
                break
            other = some.copy()
            if shut[a] >= 0:
                other[shut[a]] = False
            if open_[b] >= 0:
                other[open_[b]] = True
            found.append((float(score[a, b]), other))
        return found


def floor_of(problem: Siting, dual: Longs, scale: int) -> float:
    """What multipliers prove of any set of places, net costs of its places left aside."""
    may = problem.leave != MUST
    gives = np.where(may, np.maximum(dual - scale * np.where(may, problem.leave, 0), 0), 0)
    back = int(gives.sum()) if problem.spare < 0 else int(most(gives, problem.weight, np.int64(problem.spare)))
    return float(int(dual.sum()) - back) / scale


def _value(answer: Answer) -> int:
    return answer.value

"""Search for places to open: built greedily, with lazy scores, torn down here and there and built up again.

Arguments stand together: ``net`` is (start, place, place_start, place_pair, customer, cost, use) and ``terms`` (fixed,
charge, budget, leave, weight, spare, status), see :func:`search`; ``state``, changed in place, is what is open
(bool[places]), at which pair each customer is served (int64[customers], −1 where it is not), and what of each place's
capacity is left (int64[places]). Lazy scores (Minoux 1978, doi:10.1007/BFb0006528): where gains only shrink
as more is opened, a stale score is an upper bound.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from karez.kernels.compiled import KERNEL
from karez.kernels.siting import GONE, THERE

MASK = (1 << 31) - 1


@njit(**KERNEL)
def _next(seed):  # type: ignore[no-untyped-def]
    """A pseudorandom number of 31 bits, and the state after it (Park and Miller 1988)."""
    seed[0] = (seed[0] * np.int64(48271)) % np.int64(2147483647)
    return seed[0]


@njit(**KERNEL)
def _score(j, net, terms, state, unserved, favour):  # type: ignore[no-untyped-def]
    """What opening a closed place brings for a unit of what is scarce; not above 0 where it brings nothing."""
    _, _, place_start, place_pair, customer, cost, use = net
    fixed, charge, _, leave, weight, spare, _ = terms
    _, at, left = state
    first, last = place_start[j], place_start[j + 1]
    gain = np.empty(last - first)
    used = 0.0
    total = 0.0
    for s in range(first, last):
        e = place_pair[s]
        i = customer[e]
        if spare >= 0:
            more = np.float64(weight[i]) if at[i] < 0 else 0.0
        elif at[i] < 0:
            more = np.float64(leave[i] - cost[e])
        else:
            more = np.float64(cost[at[i]] - cost[e])
        gain[s - first] = max(more, 0.0)
        if more > 0.0:
            used += use[e]
            total += more
    if used > left[j]:
        rate = np.zeros(gain.size)
        for s in range(gain.size):
            if gain[s] > 0.0:
                rate[s] = -gain[s] / max(use[place_pair[first + s]], 1e-9)
        room = np.float64(left[j])
        total = 0.0
        for s in np.argsort(rate):
            if gain[s] <= 0.0:
                break
            if use[place_pair[first + s]] <= room:
                room -= use[place_pair[first + s]]
                total += gain[s]
    if spare >= 0:
        return favour[j] * min(total, np.float64(unserved - spare)) / max(np.float64(fixed[j]), 1e-9)
    return favour[j] * (total - fixed[j]) / max(np.float64(charge[j]), 1.0)


@njit(**KERNEL)
def _open(j, net, terms, state):  # type: ignore[no-untyped-def]
    """Open a place and let it serve those for whom it is better, best for its room first."""
    _, place, place_start, place_pair, customer, cost, use = net
    _, _, _, leave, weight, spare, _ = terms
    opened, at, left = state
    opened[j] = True
    first, last = place_start[j], place_start[j + 1]
    rate = np.zeros(last - first)
    for s in range(first, last):
        e = place_pair[s]
        i = customer[e]
        if at[i] < 0:
            more = np.float64(leave[i] - cost[e]) if spare < 0 else np.float64(weight[i])
        else:
            more = np.float64(cost[at[i]] - cost[e])
        rate[s - first] = -more / max(np.float64(use[e]), 1e-9) if more > 0.0 else 0.0
    for s in np.argsort(rate):
        if rate[s] >= 0.0:
            break
        e = place_pair[first + s]
        if use[e] <= left[j]:
            i = customer[e]
            if at[i] >= 0:
                left[place[at[i]]] += use[at[i]]
            at[i] = e
            left[j] -= use[e]


@njit(**KERNEL)
def _elsewhere(i, but, net, terms, state):  # type: ignore[no-untyped-def]
    """Cheapest pair of a customer at another open place with room; −1 if leaving it unserved is no dearer."""
    start, place, _, _, _, cost, use = net
    _, _, _, leave, _, spare, _ = terms
    opened, _, left = state
    for e in range(start[i], start[i + 1]):
        j = place[e]
        if opened[j] and j != but and use[e] <= left[j]:
            return e if spare >= 0 or cost[e] < leave[i] else -1
    return -1


@njit(**KERNEL)
def _close(j, net, terms, state):  # type: ignore[no-untyped-def]
    """Close a place; its customers go where there is room."""
    _, place, place_start, place_pair, customer, _, use = net
    opened, at, left = state
    opened[j] = False
    for s in range(place_start[j], place_start[j + 1]):
        e = place_pair[s]
        i = customer[e]
        if at[i] == e:
            left[j] += use[e]
            at[i] = _elsewhere(i, j, net, terms, state)
            if at[i] >= 0:
                left[place[at[i]]] -= use[at[i]]


@njit(**KERNEL)
def _prune(net, terms, state, unserved, seed):  # type: ignore[no-untyped-def]
    """Close places that others can do without, dear ones first with some chance; the weight unserved then."""
    _, place, place_start, place_pair, customer, cost, use = net
    fixed, _, _, leave, weight, spare, status = terms
    opened, at, left = state
    places = fixed.size
    key = np.empty(places)
    for j in range(places):
        key[j] = -np.float64(fixed[j]) * (1.0 + 0.3 * (_next(seed) / MASK))
    for j in np.argsort(key):
        if not opened[j] or status[j] == THERE:
            continue
        loss = np.int64(0)
        lost = np.int64(0)
        moved = np.zeros(place_start[j + 1] - place_start[j], np.int64) - 2
        for s in range(place_start[j], place_start[j + 1]):
            e = place_pair[s]
            i = customer[e]
            if at[i] != e:
                continue
            other = _elsewhere(i, j, net, terms, state)
            moved[s - place_start[j]] = other
            if other >= 0:
                left[place[other]] -= use[other]
                loss += cost[other] - cost[e]
            else:
                loss += leave[i] - cost[e]
                lost += weight[i]
        good = unserved + lost <= spare if spare >= 0 else loss < fixed[j] or loss == fixed[j] == 0
        for s in range(moved.size):
            if moved[s] == -2:
                continue
            e = place_pair[place_start[j] + s]
            if good:
                at[customer[e]] = moved[s]
                left[j] += use[e]
            elif moved[s] >= 0:
                left[place[moved[s]]] += use[moved[s]]
        if good:
            opened[j] = False
            unserved += lost
    return unserved


@njit(**KERNEL)
def _unserved(weight, at):  # type: ignore[no-untyped-def]
    total = np.int64(0)
    for i in range(at.size):
        if at[i] < 0:
            total += weight[i]
    return total


@njit(**KERNEL)
def worth(cost, fixed, leave, opened, at):  # type: ignore[no-untyped-def]
    """Cost of a state: int64."""
    total = np.int64(0)
    for j in range(fixed.size):
        if opened[j]:
            total += fixed[j]
    for i in range(at.size):
        total += cost[at[i]] if at[i] >= 0 else leave[i]
    return total


@njit(**KERNEL)
def _shift(net, state):  # type: ignore[no-untyped-def]
    """Let customers go to a cheaper open place that has room."""
    start, place, _, _, _, _, use = net
    opened, at, left = state
    for i in range(at.size):
        if at[i] < 0:
            continue
        for e in range(start[i], at[i]):
            j = place[e]
            if opened[j] and use[e] <= left[j]:
                left[place[at[i]]] += use[at[i]]
                left[j] -= use[e]
                at[i] = e
                break


@njit(**KERNEL)
def _push(i, net, terms, state):  # type: ignore[no-untyped-def]
    """Serve a customer better at an open place, another customer making way there if need be; whether it was done."""
    start, place, place_start, place_pair, customer, cost, use = net
    _, _, _, leave, _, spare, _ = terms
    opened, at, left = state
    here = at[i]
    if here >= 0:
        left[place[here]] += use[here]
    for e in range(start[i], start[i + 1]):
        j = place[e]
        if here >= 0 and (spare >= 0 or cost[e] >= cost[here]):
            break
        if not opened[j] or (here < 0 and spare < 0 and cost[e] >= leave[i]):
            continue
        gain = 0 if spare >= 0 else (cost[here] if here >= 0 else leave[i]) - cost[e]
        if use[e] <= left[j]:
            at[i] = e
            left[j] -= use[e]
            return True
        if use[e] > left[j] + use[place_pair[place_start[j] : place_start[j + 1]]].max():
            continue
        best = np.int64(0) if spare < 0 else np.int64(-1) << 60
        best_who, best_to = -1, -1
        for s in range(place_start[j], place_start[j + 1]):
            other = place_pair[s]
            k = customer[other]
            if at[k] != other or k == i or use[other] + left[j] < use[e]:
                continue
            to = _elsewhere(k, j, net, terms, state)
            if to >= 0 and gain + cost[other] - cost[to] > best:
                best = gain + cost[other] - cost[to]
                best_who, best_to = k, to
                if spare >= 0:
                    break
        if best_who >= 0:
            left[j] += use[at[best_who]] - use[e]
            at[best_who] = best_to
            left[place[best_to]] -= use[best_to]
            at[i] = e
            return True
    if here >= 0:
        left[place[here]] -= use[here]
    return False


@njit(**KERNEL)
def _build(net, terms, state, score, favour, limited):  # type: ignore[no-untyped-def]
    """Open places, best score first, until nothing more is wanted or can be had. Stale scores are refreshed."""
    fixed, charge, budget, _, weight, spare, status = terms
    opened, at, _ = state
    places = fixed.size
    fresh = np.zeros(places, np.bool_)
    charged = np.int64(0)
    for j in range(places):
        if opened[j]:
            charged += charge[j]
    unserved = _unserved(weight, at)
    near_end = weight.sum() // 5
    while spare < 0 or unserved > spare:
        if limited and spare >= 0 and unserved - spare < near_end and not fresh.any():
            for i in range(at.size):
                if at[i] < 0 and _push(i, net, terms, state):
                    unserved -= weight[i]
            if unserved <= spare:
                break
        top = -1
        for j in range(places):
            if opened[j] or status[j] == GONE or (budget >= 0 and charged + charge[j] > budget):
                continue
            if score[j] > 0.0 and (top < 0 or score[j] > score[top]):
                top = j
        if top < 0:
            break
        if not fresh[top]:
            score[top] = _score(top, net, terms, state, unserved, favour)
            fresh[top] = True
            continue
        _open(top, net, terms, state)
        charged += charge[top]
        unserved = _unserved(weight, at)
        fresh[:] = False
    return unserved


@njit(**KERNEL)
def search(  # type: ignore[no-untyped-def]
    start, place, place_start, place_pair, customer, cost, use, capacity, fixed, charge, budget, leave, weight, spare,
    status, opened, favour, limited, rounds, seed_number,
):  # fmt: skip
    """Build, then tear down one to four neighbouring places and build up again, keeping what is no worse.

    Parameters
    ----------
    start, place, place_start, place_pair, customer, cost, use
        Pairs by customer, cheapest first, and by place; int64.
    capacity, fixed, charge : int64[places]
        Limits, costs of opening, charges on the budget.
    budget : int
        Most charge; negative: any.
    leave, weight : int64[customers]
        Cost of leaving a customer unserved, and its weight. With `spare`, above 0 exactly where it must be served.
    spare : int
        Most weight unserved; negative: any.
    status : int8[places]
        ``GONE`` places stay closed, ``THERE`` ones open.
    opened : bool[places]
        Places to begin with.
    favour : float64[places]
        What scores are multiplied with, at first.
    limited : bool
        Whether capacities may bind.
    rounds : int
        How often to tear down.
    seed_number : int
        Seed.

    Returns
    -------
    best_open : bool[places]
    best_at : int64[customers]
    value : int
        Cost, what is left unserved included; weight short of what is wanted is for the caller to look at.
    short : int
        Weight unserved beyond `spare`.
    """
    customers, places = leave.size, fixed.size
    seed = np.full(1, np.int64(seed_number) % np.int64(2147483646) + 1, np.int64)
    at = np.full(customers, -1, np.int64)
    left = capacity.copy()
    now = np.zeros(places, np.bool_)
    net = (start, place, place_start, place_pair, customer, cost, use)
    terms = (fixed, charge, budget, leave, weight, spare, status)
    state = (now, at, left)
    for j in range(places):
        if status[j] == THERE or (opened[j] and status[j] != GONE):
            _open(j, net, terms, state)
    unserved = _unserved(weight, at)
    score = np.zeros(places)
    for j in range(places):
        score[j] = _score(j, net, terms, state, unserved, favour)
    noise = np.ones(places)
    unserved = _build(net, terms, state, score, favour, limited)
    unserved = _prune(net, terms, state, unserved, seed)
    _shift(net, state)
    if limited and spare < 0:
        for _ in range(3):
            for i in range(customers):
                _push(i, net, terms, state)
    value = worth(cost, fixed, leave, now, at)
    short = max(np.int64(0), unserved - spare) if spare >= 0 else np.int64(0)
    best_open, best_at, best_left, best_score = now.copy(), at.copy(), left.copy(), score.copy()
    for _ in range(rounds):
        now[:] = best_open
        at[:] = best_at
        left[:] = best_left
        score[:] = best_score
        some = np.flatnonzero(now & (status != THERE))
        if some.size == 0:
            break
        first = some[_next(seed) % some.size]
        kill = 1 + _next(seed) % 4
        before = at.copy()
        _close(first, net, terms, state)
        for _ in range(kill - 1):
            # A neighbour: an open place that could serve a customer of the first.
            width = place_start[first + 1] - place_start[first]
            if width == 0:
                break
            i = customer[place_pair[place_start[first] + _next(seed) % width]]
            e = start[i] + _next(seed) % (start[i + 1] - start[i])
            j = place[e]
            if now[j] and status[j] != THERE:
                _close(j, net, terms, state)
        unserved = _unserved(weight, at)
        for j in range(places):
            noise[j] = 0.75 + 0.5 * (_next(seed) / MASK)
        noise[first] *= 0.25
        for i in range(customers):
            if at[i] != before[i]:
                for e in range(start[i], start[i + 1]):
                    if not now[place[e]]:
                        score[place[e]] = -1.0
        for j in range(places):
            if score[j] == -1.0:
                score[j] = _score(j, net, terms, state, unserved, noise)
        unserved = _build(net, terms, state, score, noise, limited)
        unserved = _prune(net, terms, state, unserved, seed)
        _shift(net, state)
        if limited and spare < 0:
            for i in range(customers):
                if at[i] != before[i] or at[i] < 0 or _next(seed) % 16 == 0:
                    _push(i, net, terms, state)
        new = worth(cost, fixed, leave, now, at)
        new_short = max(np.int64(0), unserved - spare) if spare >= 0 else np.int64(0)
        if new_short < short or (new_short == short and new <= value):
            value, short = new, new_short
            best_open[:] = now
            best_at[:] = at
            best_left[:] = left
            best_score[:] = score
    return best_open, best_at, value, short

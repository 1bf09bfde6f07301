"""Who goes to which open place, where places have limits: simulated annealing that lets limits be broken at a price.

A customer goes to another open place, or two customers change places (the moves of Osman 1995 for generalised
assignment, doi:10.1007/BF01720979). What a place takes beyond its limit costs more and more as it gets colder, so the
last answers keep the limits.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from karez.kernels.compiled import KERNEL
from karez.kernels.opening import MASK, _next

COLD = 0.003
"""Last temperature, as a part of what pairs of a customer differ by."""
SOFT, HARD = 5.0, 200.0
"""First and last price of a unit beyond a limit, in what pairs differ by for each unit of use."""


@njit(**KERNEL)
def _over(used, capacity):  # type: ignore[no-untyped-def]
    return max(np.int64(0), used - capacity)


@njit(**KERNEL)
def _open_pairs(start, place, opened):  # type: ignore[no-untyped-def]
    """Pairs at open places by customer: their first, int64[customers + 1], and the pairs, int64[…]."""
    customers = start.size - 1
    first = np.zeros(customers + 1, np.int64)
    pairs = np.empty(place.size, np.int64)
    count = 0
    for i in range(customers):
        for e in range(start[i], start[i + 1]):
            if opened[place[e]]:
                pairs[count] = e
                count += 1
        first[i + 1] = count
    return first, pairs[:count]


@njit(**KERNEL)
def _place_all(first, pairs, place, cost, use, capacity, leave, at, load):  # type: ignore[no-untyped-def]
    """Put those without an open place where there is room, cheapest first, else at the cheapest; in place."""
    for i in range(at.size):
        if at[i] >= 0 or first[i] == first[i + 1]:
            continue
        for s in range(first[i], first[i + 1]):
            e = pairs[s]
            if load[place[e]] + use[e] <= capacity[place[e]]:
                at[i] = e
                break
        if at[i] < 0:
            at[i] = pairs[first[i]]
        if leave[i] <= cost[at[i]]:
            at[i] = -1
            continue
        load[place[at[i]]] += use[at[i]]


@njit(**KERNEL)
def _typical(first, pairs, cost, use, leave):  # type: ignore[no-untyped-def]
    """What pairs of a customer differ by in the mean, and their mean use."""
    apart, taken, many = 0.0, 0.0, 0
    for i in range(leave.size):
        for s in range(first[i], first[i + 1]):
            apart += cost[pairs[s]] - cost[pairs[first[i]]]
            taken += use[pairs[s]]
            many += 1
    if apart == 0.0:
        for i in range(leave.size):
            apart += leave[i] * (first[i + 1] - first[i])
    return max(apart / max(many, 1), 1e-9), max(taken / max(many, 1), 1e-9)


@njit(**KERNEL)
def settle(  # type: ignore[no-untyped-def]
    start, place, place_start, place_pair, customer, cost, use, capacity, leave, may, opened, begin, hot,
    rounds, seed_number,
):  # fmt: skip
    """Serve customers at open places at little cost, within limits.

    Parameters
    ----------
    start, place, place_start, place_pair, customer, cost, use
        Pairs by customer, cheapest first, and by place; int64.
    capacity : int64[places]
        Most use of each place.
    leave : int64[customers]
        Cost of leaving a customer unserved.
    may : bool[customers]
        Who may be left unserved.
    opened : bool[places]
        Places that are open.
    begin : int64[customers]
        Pairs to begin with; −1, or a pair at a closed place: none.
    hot : float
        First temperature, as a part of what pairs of a customer differ by.
    rounds : int
        Moves tried.
    seed_number : int
        Seed.

    Returns
    -------
    at : int64[customers]
        Pair of each customer, −1: none.
    kept : bool
        Whether limits are kept, and everybody has a place who must.
    """
    customers, places = leave.size, capacity.size
    seed = np.full(1, np.int64(seed_number) % np.int64(2147483646) + 1, np.int64)
    first, pairs = _open_pairs(start, place, opened)
    load = np.zeros(places, np.int64)
    at = np.full(customers, -1, np.int64)
    for i in range(customers):
        if begin[i] >= 0 and opened[place[begin[i]]]:
            at[i] = begin[i]
            load[place[at[i]]] += use[at[i]]
        if first[i] == first[i + 1] and not may[i]:
            return at, False
    _place_all(first, pairs, place, cost, use, capacity, np.where(may, leave, np.int64(1) << 60), at, load)
    apart, taken = _typical(first, pairs, cost, use, leave)
    beyond = np.sum(np.maximum(load - capacity, 0))
    now = np.int64(0)
    for i in range(customers):
        now += cost[at[i]] if at[i] >= 0 else leave[i]
    best, best_at = now, at.copy()
    kept = beyond == 0
    for step in range(rounds):
        done = step / rounds
        heat = apart * hot * (COLD / hot) ** done
        price = apart / taken * SOFT * (HARD / SOFT) ** done
        i = _next(seed) % customers
        width = first[i + 1] - first[i]
        choice = _next(seed) % (width + 1) if may[i] else (_next(seed) % width if width else 0)
        e = pairs[first[i] + choice] if choice < width else np.int64(-1)
        here = at[i]
        if e == here or width == 0:
            continue
        change = (cost[e] if e >= 0 else leave[i]) - (cost[here] if here >= 0 else leave[i])
        excess = np.int64(0)
        other, back = np.int64(-1), np.int64(-1)
        if e >= 0 and here >= 0 and load[place[e]] + use[e] > capacity[place[e]]:
            # No room: somebody there may come here instead.
            a, b = place_start[place[e]], place_start[place[e] + 1]
            for _ in range(6):
                some = place_pair[a + _next(seed) % (b - a)]
                k = customer[some]
                if at[k] == some and k != i:
                    for f in range(start[k], start[k + 1]):
                        if place[f] == place[here]:
                            other, back = some, np.int64(f)
                            break
                    break
        if other >= 0:
            j, h = place[e], place[here]
            change += cost[back] - cost[other]
            excess += _over(load[j] + use[e] - use[other], capacity[j]) - _over(load[j], capacity[j])
            excess += _over(load[h] - use[here] + use[back], capacity[h]) - _over(load[h], capacity[h])
        else:
            if e >= 0:
                excess += _over(load[place[e]] + use[e], capacity[place[e]]) - _over(load[place[e]], capacity[place[e]])
            if here >= 0:
                h = place[here]
                excess += _over(load[h] - use[here], capacity[h]) - _over(load[h], capacity[h])
        worse = change + price * excess
        if worse > 0.0 and (worse > 12.0 * heat or np.exp(-worse / heat) * MASK < _next(seed)):
            continue
        if here >= 0:
            load[place[here]] -= use[here]
        if e >= 0:
            load[place[e]] += use[e]
        at[i] = e
        if other >= 0:
            load[place[other]] -= use[other]
            load[place[back]] += use[back]
            at[customer[other]] = back
        now += change
        beyond += excess
        if beyond == 0 and (not kept or now < best):
            best, kept = now, True
            best_at[:] = at
    return (best_at if kept else at), kept

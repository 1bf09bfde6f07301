"""Opening places that serve customers: bounds by Lagrange multipliers, and search by tearing down and building up.

Pairs (customer, place) are laid out by customer, cheapest first, and listed again by place. A multiplier v of every
customer pays for its being served; what a place earns beyond its cost is its part of the bound (Geoffrion 1974,
doi:10.1007/BFb0120690; Beasley 1993, doi:10.1016/0377-2217(93)90107-4). Multipliers of places without limits start
from dual ascent (Erlenkotter 1978, doi:10.1287/opre.26.6.992).
"""

from __future__ import annotations

import numpy as np
from numba import njit

from karez.kernels.compiled import KERNEL

GONE, FREE, THERE = -1, 0, 1
"""A place is closed, open to choice, or opened."""

FINE = 1 << 20
ROOM = 1 << 61

TRUST = 1e-12
"""Sums of gains in floating point are right to this part of them."""
NODES = 20_000
"""Nodes after which a knapsack of whole items is given up."""
FEW = 500
"""The same while multipliers are still being raised."""


@njit(**KERNEL)
def most(gain, use, room):  # type: ignore[no-untyped-def]
    """No choice of items that use at most `room` gains more: int64, by the price of room in the relaxed knapsack.

    Whatever the price, the gain is at most what items gain beyond their use at that price, plus the price of all room;
    so the order of items, which is sorted in floating point, cannot make the bound wrong.
    """
    total = np.int64(0)
    used = 0.0
    largest = max(room, np.int64(1))
    for i in range(gain.size):
        if gain[i] > 0:
            total += gain[i]
            used += use[i]
            largest = max(largest, use[i])
    if used <= room:
        return total
    value = np.empty(gain.size)
    for i in range(gain.size):
        value[i] = -gain[i] / use[i] if use[i] > 0 else -np.inf
        if gain[i] <= 0:
            value[i] = 0.0
    order = np.argsort(value)
    filled = 0.0
    price = 0.0
    for i in order:
        if gain[i] <= 0:
            break
        filled += use[i]
        if filled > room:
            price = -value[i]
            break
    fine = np.int64(FINE)
    while fine > 1 and price * fine * largest >= ROOM:
        fine //= 2
    if price * fine * largest >= ROOM:
        return total
    rate = np.int64(np.floor(price * fine))
    bound = -((-rate * room) // fine)
    for i in range(gain.size):
        if gain[i] > 0:
            bound += max(np.int64(0), gain[i] - (rate * use[i]) // fine)
    return min(bound, total)


@njit(**KERNEL)
def least(cost, size, need):  # type: ignore[no-untyped-def]
    """No choice of items of together at least this size costs less: int64, for any price of size; costs of any sign."""
    value = np.empty(cost.size)
    largest = max(need, np.int64(1))
    for j in range(cost.size):
        value[j] = cost[j] / size[j] if size[j] > 0 else np.inf
        largest = max(largest, size[j])
    order = np.argsort(value)
    filled = 0.0
    price = 0.0
    for j in order:
        if size[j] <= 0:
            break
        filled += size[j]
        price = max(value[j], 0.0)
        if filled >= need:
            break
    fine = np.int64(FINE)
    while fine > 1 and price * fine * largest >= ROOM:
        fine //= 2
    rate = np.int64(np.floor(price * fine)) if price * fine * largest < ROOM else np.int64(0)
    bound = (rate * need) // fine
    for j in range(cost.size):
        bound += min(np.int64(0), cost[j] + (-rate * size[j]) // fine)
    return bound


@njit(**KERNEL)
def earned(place_start, place_pair, customer, cost, use, capacity, scale, dual):  # type: ignore[no-untyped-def]
    """What every place can earn at most from its customers' multipliers: int64[places], costs taken `scale` times."""
    places = place_start.size - 1
    result = np.zeros(places, np.int64)
    for j in range(places):
        first, last = place_start[j], place_start[j + 1]
        total = np.int64(0)
        used = 0.0
        for s in range(first, last):
            e = place_pair[s]
            gain = dual[customer[e]] - scale * cost[e]
            if gain > 0:
                total += gain
                used += use[e]
        if used > capacity[j]:
            pairs = place_pair[first:last]
            gain = dual[customer[pairs]] - scale * cost[pairs]
            total = most(gain, use[pairs], capacity[j])
            whole = packed(gain, use[pairs], capacity[j], np.zeros(last - first), NODES)
            if whole >= 0.0:
                total = min(total, np.int64(whole) + 1)
        result[j] = total
    return result


@njit(**KERNEL)
def ascend_places(start, place, cost, fixed, leave, open_to):  # type: ignore[no-untyped-def]
    """Multipliers by dual ascent: no place earns more than it costs; float64[customers].

    Parameters
    ----------
    start, place, cost
        Pairs by customer, cheapest first.
    fixed : int64[places]
        Cost of opening.
    leave : float64[customers]
        Most a multiplier may be.
    open_to : bool[places]
        Places that count.
    """
    customers = start.size - 1
    slack = fixed.astype(np.float64)
    v = np.zeros(customers)
    level = np.zeros(customers, np.int64)
    for i in range(customers):
        if start[i] < start[i + 1]:
            v[i] = min(np.float64(cost[start[i]]), leave[i])
    moved = True
    while moved:
        moved = False
        for i in range(customers):
            k = level[i]
            while start[i] + k < start[i + 1] and cost[start[i] + k] <= v[i]:
                k += 1
            level[i] = k
            aim = np.float64(cost[start[i] + k]) if start[i] + k < start[i + 1] else np.inf
            step = min(aim, leave[i]) - v[i]
            for e in range(start[i], start[i] + k):
                if open_to[place[e]]:
                    step = min(step, slack[place[e]])
            if not np.isfinite(step):
                step = 0.0
            if step > 0.0:
                for e in range(start[i], start[i] + k):
                    slack[place[e]] -= step
                v[i] += step
                moved = True
    return v


@njit(**KERNEL)
def _knapsack(gain, use, room, taken):  # type: ignore[no-untyped-def]
    """Relaxed knapsack in floating point: its value; `taken` tells the share of each item."""
    taken[:] = 0.0
    used = 0.0
    total = 0.0
    for i in range(gain.size):
        if gain[i] > 0.0:
            used += use[i]
            total += gain[i]
    if used <= room:
        for i in range(gain.size):
            if gain[i] > 0.0:
                taken[i] = 1.0
        return total
    value = np.empty(gain.size)
    for i in range(gain.size):
        value[i] = 0.0 if gain[i] <= 0.0 else (-gain[i] / use[i] if use[i] > 0.0 else -np.inf)
    left = room
    total = 0.0
    for i in np.argsort(value):
        if gain[i] <= 0.0 or (left <= 0.0 and use[i] > 0.0):
            break
        share = 1.0 if use[i] <= left else left / use[i]
        taken[i] = share
        total += share * gain[i]
        left -= share * use[i]
    return total


@njit(**KERNEL)
def _prune(value, order, gain, use, room, nodes, x):  # type: ignore[no-untyped-def]
    """Branch and bound on items in order of their gain for room (Horowitz and Sahni 1974, doi:10.1145/321812.321823).

    `x` tells what is taken; returns the gain, negative where so many nodes did not do.
    """
    many = order.size
    now = np.zeros(many, np.bool_)
    best, total, left = -1.0, 0.0, np.float64(room)
    k = 0
    for _ in range(nodes):
        reach, room_left, q = total, left, k
        while q < many and use[order[q]] <= room_left:
            reach += gain[order[q]]
            room_left -= use[order[q]]
            q += 1
        above = reach if q >= many else reach - value[order[q]] * room_left
        if above > best * (1.0 + TRUST):
            now[k:q] = True
            total, left = reach, room_left
            if q < many:
                now[q] = False
            k = q + 1
            if k < many:
                continue
            if total > best:
                best = total
                x[:] = now
        back = min(k, many) - 1
        while back >= 0 and not now[back]:
            back -= 1
        if back < 0:
            return best
        now[back] = False
        total -= gain[order[back]]
        left += use[order[back]]
        k = back + 1
    return -1.0


@njit(**KERNEL)
def packed(gain, use, room, taken, nodes):  # type: ignore[no-untyped-def]
    """Most that whole items gain within room, rounded up by `TRUST`; `taken` tells them. Negative if not found out."""
    value = np.zeros(gain.size)
    used, total = 0.0, 0.0
    many = 0
    taken[:] = 0.0
    for i in range(gain.size):
        if gain[i] > 0 and use[i] <= room:
            value[i] = -np.float64(gain[i]) / use[i] if use[i] > 0 else -np.inf
            used += use[i]
            total += gain[i]
            taken[i] = 1.0
            many += 1
    if used <= room:
        return total * (1.0 + TRUST)
    taken[:] = 0.0
    order = np.argsort(value)[:many]
    x = np.zeros(many, np.bool_)
    best = _prune(value, order, gain, use, room, nodes, x)
    for k in range(many):
        if x[k]:
            taken[order[k]] = 1.0
    return best * (1.0 + 2.0 * TRUST)


@njit(**KERNEL)
def relax(  # type: ignore[no-untyped-def]
    place_start, place_pair, customer, cost, use, capacity, fixed, charge, budget, leave, weight, spare, need,
    status, v, upper, rounds, whole,
):  # fmt: skip
    """Raise a bound by subgradients with a smoothed direction (Crowder 1976), in floating point.

    Parameters
    ----------
    place_start, place_pair, customer, cost, use
        Pairs, and their list by place; costs and uses as float64.
    capacity, fixed, charge : float64[places]
        Most use of a place, cost of opening it, its charge on the budget.
    budget : float
        Most charge; negative: any.
    leave, weight : float64[customers]
        Cost of leaving a customer unserved (infinite: it must be served) and its weight.
    spare : float
        Most weight unserved; negative: any.
    need : float
        Use that places must offer together, at least; 0: none.
    status : int8[places]
        ``GONE``, ``FREE`` or ``THERE``.
    v : float64[customers]
        Multipliers to begin with.
    upper : float
        Value of a known answer.
    rounds : int
        Most steps.
    whole : bool
        Whether a place serves whole customers only, or parts of them.

    Returns
    -------
    best : float
        The bound, in floating point.
    best_v : float64[customers]
        Its multipliers.
    mean_y : float64[places]
        How far each place is open in the mean of the latest steps.
    """
    places, customers = fixed.size, leave.size
    best = -np.inf
    best_v = v.copy()
    mean_y = np.zeros(places)
    y = np.zeros(places)
    y_other = np.zeros(places)
    u = np.zeros(customers)
    direction = np.zeros(customers)
    taken = np.zeros(customer.size)
    rho = np.zeros(places)
    theta = 1.0
    stall = 0
    free = 0
    for j in range(places):
        if status[j] == FREE:
            free += 1
    for step in range(rounds):
        for j in range(places):
            rho[j] = fixed[j]
            if status[j] == GONE:
                continue
            used = 0.0
            for s in range(place_start[j], place_start[j + 1]):
                e = place_pair[s]
                gain = v[customer[e]] - cost[e]
                taken[s] = 0.0
                if gain > 0.0:
                    taken[s] = 1.0
                    rho[j] -= gain
                    used += use[e]
            if used > capacity[j]:
                pairs = place_pair[place_start[j] : place_start[j + 1]]
                gains, uses, here = (
                    v[customer[pairs]] - cost[pairs],
                    use[pairs],
                    taken[place_start[j] : place_start[j + 1]],
                )
                most_here = packed(gains, uses, capacity[j], here, FEW) if whole else -1.0
                if most_here < 0.0:
                    most_here = _knapsack(gains, uses, capacity[j], here)
                rho[j] = fixed[j] - most_here
        base = 0.0
        charged = 0.0
        offered = 0.0
        for j in range(places):
            y[j] = 0.0
            if status[j] == THERE:
                y[j] = 1.0
                base += rho[j]
                charged += charge[j]
                offered += capacity[j]
        earns = np.where(status == FREE, np.maximum(0.0, -rho), 0.0)
        if budget >= 0.0:
            value = base - _knapsack(earns, charge, budget - charged, y_other)
        else:
            value = base - earns.sum()
            for j in range(places):
                y_other[j] = 1.0 if earns[j] > 0.0 else 0.0
        if need > 0.0:
            more = offered
            for j in range(places):
                if earns[j] > 0.0:
                    more += capacity[j]
            if more < need:
                other = base - earns.sum()
                ratio = np.full(places, np.inf)
                for j in range(places):
                    if status[j] == FREE and earns[j] <= 0.0 and capacity[j] > 0.0:
                        ratio[j] = rho[j] / capacity[j]
                short = need - more
                share = np.where(earns > 0.0, 1.0, 0.0)
                for j in np.argsort(ratio):
                    if short <= 0.0 or not np.isfinite(ratio[j]):
                        break
                    part = min(1.0, short / capacity[j])
                    share[j] = part
                    other += part * rho[j]
                    short -= part * capacity[j]
                if other > value:
                    value = other
                    y_other[:] = share
        for j in range(places):
            if status[j] == FREE:
                y[j] = y_other[j]
        total = v.sum()
        for i in range(customers):
            u[i] = 0.0
        if spare >= 0.0:
            total -= _knapsack(
                np.where(np.isfinite(leave), np.maximum(0.0, v - np.where(np.isfinite(leave), leave, 0.0)), 0.0),
                weight,
                spare,
                u,
            )
        value += total
        mean_y *= 0.92
        mean_y += 0.08 * y
        if value > best + 1e-9 * abs(best) or step == 0:
            if value > best + 1e-5 * abs(upper - best):
                stall = 0
            best = value
            best_v[:] = v
        else:
            stall += 1
        if stall >= 15:
            theta *= 0.6
            stall = 0
            v[:] = best_v
            direction[:] = 0.0
            if theta < 0.004:
                break
        if best >= upper or (free == 0 and step > 60):
            break
        lack = 1.0 - u
        for j in range(places):
            if y[j] > 0.0:
                for s in range(place_start[j], place_start[j + 1]):
                    if taken[s] > 0.0:
                        lack[customer[place_pair[s]]] -= taken[s] * y[j]
        norm = 0.0
        for i in range(customers):
            direction[i] = 0.65 * direction[i] + 0.35 * lack[i]
            top = leave[i] if spare < 0.0 else np.inf
            if (v[i] <= 0.0 and direction[i] < 0.0) or (v[i] >= top and direction[i] > 0.0):
                direction[i] = 0.0
            norm += direction[i] * direction[i]
        if norm < 1e-12:
            break
        size = theta * max(upper - value, 1e-6 * abs(upper)) / norm
        for i in range(customers):
            top = leave[i] if spare < 0.0 else np.inf
            v[i] = min(max(v[i] + size * direction[i], 0.0), top)
    return best, best_v, mean_y

"""Parting a forest into areas that one holder each serves: closures of drops, cabinets of closures.

A forest has *places*, parents before children, with *demand*. A holder (closure, cabinet) takes up to K of it. Demand
goes up towards the root until a holder takes it, so an area hangs together; the least-cost choice of holders is found
by a dynamic program over the tree, whose states are the demand that a subtree passes up. Afterwards every holder moves
to where its area is served with least fibre.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

from karez.kernels.forest import way_to_root

Ints = npt.NDArray[np.int32]
Longs = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


@njit(cache=True, nogil=True)
def part(
    parent: Ints,
    length: Floats,
    demand: Longs,
    may_hold: Flags,
    feed: Floats,
    holder_cost: Floats,
    per_unit_m: float,
    reach: Floats,
    takes: Longs,
    bonus: Floats,
) -> tuple[float, Ints, Ints]:
    """Choose holders of least cost.

    Parameters
    ----------
    parent : int32[places]
        Place towards the root, before it in order; −1 at a root.
    length : float64[places]
        Length of the run to the parent.
    demand : int64[places]
        What each place asks for, at most K; a multiple of K that stands at one place is to be served there before.
    may_hold : bool[places]
        Whether a holder may stand there.
    feed : float64[places]
        Cost of feeding a holder at that place, for each of its feeds.
    holder_cost : float64[K + 1, 2]
        Cost of a holder, and number of its feeds, by the demand it takes.
    per_unit_m : float
        Cost of carrying one unit of demand one metre.
    reach : float64[places]
        Longest way that what stands at this place may go.
    takes : int64[places]
        Most demand that a holder at this place takes, at most K.
    bonus : float64[places]
        What a holder at this place is cheaper by.

    Returns
    -------
    float
        Cost of holders, feeds and carrying, less the bonuses; infinite if no choice keeps the reach.
    int32[places]
        Holder of what each place passes up (the place it stands at); −1 if it passes nothing.
    int32[places]
        Holder of each place's own demand; −1 where there is none.
    """
    places, most = len(parent), len(holder_cost) - 1
    below = demand.copy()
    merged = np.empty(places, np.int64)
    so_far = np.minimum(demand, most)
    for v in range(places - 1, -1, -1):
        if parent[v] >= 0:
            below[parent[v]] += below[v]
            so_far[parent[v]] = min(most, so_far[parent[v]] + so_far[v])
            merged[v] = so_far[parent[v]] + 1
    size = so_far + 1
    first = np.zeros(places + 1, np.int64)
    pick_first = np.zeros(places + 1, np.int64)
    for v in range(places):
        first[v + 1] = first[v] + size[v]
        pick_first[v + 1] = pick_first[v] + (merged[v] if parent[v] >= 0 else 0)
    cost = np.full(first[places], np.inf)
    left = np.full(first[places], np.inf)
    pick = np.zeros(pick_first[places], np.int16)
    filled = np.empty(places, np.int64)
    for v in range(places):
        cost[first[v] + demand[v]] = 0.0
        left[first[v] + demand[v]] = reach[v] if demand[v] > 0 else np.inf
        filled[v] = demand[v] + 1
    placed = np.zeros(places, np.int16)
    new_cost = np.empty(most + 1)
    new_left = np.empty(most + 1)
    for v in range(places - 1, -1, -1):
        at = first[v]
        if may_hold[v]:
            for k in range(1, min(size[v], takes[v] + 1)):
                here = cost[at + k] + holder_cost[k, 0] + holder_cost[k, 1] * feed[v] - bonus[v]
                if here < cost[at]:
                    cost[at] = here
                    left[at] = np.inf
                    placed[v] = k
        p = parent[v]
        if p < 0:
            continue
        base = first[p]
        entries = merged[v]
        for k in range(entries):
            new_cost[k] = np.inf
            new_left[k] = np.inf
        for k in range(size[v]):
            carried = cost[at + k]
            room = left[at + k]
            if k > 0:
                carried += per_unit_m * length[v] * k
                room -= length[v]
            if room < 0.0 or carried == np.inf:
                continue
            for j in range(min(filled[p], entries - k)):
                total = cost[base + j] + carried
                if total < new_cost[j + k]:
                    new_cost[j + k] = total
                    new_left[j + k] = min(left[base + j], room)
                    pick[pick_first[v] + j + k] = k
        for k in range(entries):
            cost[base + k] = new_cost[k]
            left[base + k] = new_left[k]
        filled[p] = entries
    passed = np.full(places, -1, np.int32)
    own = np.full(places, -1, np.int32)
    inner = np.zeros(places, np.int64)
    holder = np.full(places, -1, np.int32)
    total = 0.0
    for v in range(places):
        out = np.int64(0)
        above = np.int32(-1)
        if parent[v] < 0:
            total += cost[first[v]]
        else:
            out = np.int64(pick[pick_first[v] + inner[parent[v]]])
            inner[parent[v]] -= out
            above = holder[parent[v]]
        if out > 0:
            passed[v] = above
            inner[v] = out
            holder[v] = above
        else:
            inner[v] = placed[v]
            holder[v] = v if placed[v] > 0 else -1
        if demand[v] > 0:
            own[v] = holder[v]
    return total, passed, own


@njit(cache=True, nogil=True)
def recentre(
    parent: Ints,
    length: Floats,
    demand: Longs,
    may_hold: Flags,
    feeds: Floats,
    passed: Ints,
    own: Ints,
    reach: Floats,
    fixed: Flags,
    slack: Floats,
) -> Ints:
    """Move every holder down its area while that saves fibre and all stays within reach.

    Parameters
    ----------
    parent, length, demand, may_hold, reach
        As in :func:`part`.
    feeds : float64[places]
        Feeds of the holder that stands at a place.
    passed, own : int32[places]
        Areas, as :func:`part` returns them.
    fixed : bool[places]
        Holders that stay.
    slack : float64[places]
        How much longer the whole way from the root may be to what stands at this place, by the holder's detour.

    Returns
    -------
    int32[places]
        Where the holder that stood at a place stands now; −1 where none stood.
    """
    places = len(parent)
    behind = np.zeros(places)
    room = np.full(places, np.inf)
    whole = np.zeros(places)
    for v in range(places):
        if own[v] >= 0:
            behind[v] = demand[v]
            room[v] = reach[v]
            whole[own[v]] += demand[v]
    heavy = np.full(places, -1, np.int32)
    for v in range(places - 1, -1, -1):
        p = parent[v]
        if passed[v] >= 0:
            behind[p] += behind[v]
            room[p] = min(room[p], room[v] - length[v])
            if heavy[p] < 0 or behind[v] > behind[heavy[p]]:
                heavy[p] = v
    # Room of everything in p's area but what comes through its heaviest child.
    rest = np.full(places, np.inf)
    # Least slack of everything in p's area; and of all but what comes through its heaviest child.
    tight = np.full(places, np.inf)
    aside = np.full(places, np.inf)
    for v in range(places):
        if own[v] >= 0:
            rest[v] = reach[v]
            tight[v] = slack[v]
            aside[v] = slack[v]
    for v in range(places - 1, -1, -1):
        if passed[v] >= 0:
            tight[parent[v]] = min(tight[parent[v]], tight[v])
            if heavy[parent[v]] != v:
                rest[parent[v]] = min(rest[parent[v]], room[v] - length[v])
                aside[parent[v]] = min(aside[parent[v]], tight[v])
    stands = np.full(places, -1, np.int32)
    for v in range(places):
        if whole[v] == 0.0:
            continue
        here = v
        best = np.int32(v)
        gain = 0.0
        most = 0.0
        others = rest[v]
        longer = aside[v]
        while heavy[here] >= 0 and not fixed[v]:
            down = heavy[here]
            gain += length[down] * (2.0 * behind[down] - whole[v] - feeds[v])
            others -= length[down]
            longer -= 2.0 * length[down]
            if 2.0 * behind[down] <= whole[v] + feeds[v] or others < 0.0 or longer < 0.0:
                break
            if may_hold[down] and gain > most:
                most = gain
                best = down
            here = down
            others = min(others, rest[down])
            longer = min(longer, aside[down])
        stands[v] = best
    return stands


@njit(cache=True, nogil=True)
def carry(
    parent: Ints, length: Floats, demand: Longs, passed: Ints, own: Ints, stands: Ints
) -> tuple[Longs, Ints, Floats]:
    """Say what every run carries for an area, and how far each place is from its holder.

    Parameters
    ----------
    parent, length, demand, passed, own
        As in :func:`part`.
    stands : int32[places]
        Where holders stand, see :func:`recentre`.

    Returns
    -------
    int64[places]
        Units carried on the run to the parent, up or down.
    int32[places]
        Area they belong to (the place its holder first stood at); −1 where nothing is carried.
    float64[places]
        Way from each place to the holder of its own demand; NaN where it has none.
    """
    places = len(parent)
    behind = np.zeros(places, np.int64)
    whole = np.zeros(places, np.int64)
    way = way_to_root(parent, length)
    on_path = np.full(places, -1, np.int32)
    for v in range(places):
        if own[v] >= 0:
            behind[v] = demand[v]
            whole[own[v]] += demand[v]
        if stands[v] >= 0:
            here = stands[v]
            while here != v:
                on_path[here] = v
                here = parent[here]
    for v in range(places - 1, -1, -1):
        if passed[v] >= 0:
            behind[parent[v]] += behind[v]
    units = np.zeros(places, np.int64)
    area = np.full(places, -1, np.int32)
    distance = np.full(places, np.nan)
    meet = np.empty(places, np.int32)
    for v in range(places):
        owner = passed[v]
        if owner >= 0:
            through = on_path[v] == owner
            units[v] = whole[owner] - behind[v] if through else behind[v]
            area[v] = owner
            meet[v] = v if through else meet[parent[v]]
        else:
            meet[v] = v
        if own[v] >= 0:
            distance[v] = way[v] + way[stands[own[v]]] - 2.0 * way[meet[v]]
    return units, area, distance

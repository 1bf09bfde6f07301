"""Places in rooms of limited size: customers one after the other, each to the best of its choices that has room."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

Ints = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float64]

SLACK = 1e-9
"""By which sums of what is taken may pass what there is."""


@njit(cache=True, nogil=True)
def take_places(order: Ints, start: Ints, room: Ints, size: Floats, left: Floats) -> Ints:
    """Give every customer the first of its choices whose room has place.

    Parameters
    ----------
    order : int32[customers]
        Customers, the first served first.
    start : int32[customers + 1]
        The choices of customer c are ``start[c]`` … ``start[c + 1] − 1``, the best first.
    room : int32[choices]
        Room of each choice; −1: no limit.
    size : float64[choices]
        What it takes of the room.
    left : float64[rooms]
        What is left of each room; used up in place.

    Returns
    -------
    int32[customers]
        The choice of each; −1 if none has place.
    """
    taken = np.full(len(start) - 1, -1, np.int32)
    for customer in order:
        for choice in range(start[customer], start[customer + 1]):
            if room[choice] < 0 or size[choice] <= left[room[choice]]:
                if room[choice] >= 0:
                    left[room[choice]] -= size[choice]
                taken[customer] = choice
                break
    return taken


@njit(cache=True, nogil=True)
def take_in_turn(  # type: ignore[no-untyped-def]
    customer, offer, refusals, worth, need, pool, pool_left, linked, first_edge, above, edge_left
):
    """Take improvements in turn where there is room; customers who find none go on with offers that need no such room.

    Parameters
    ----------
    customer, offer : int32[turns], int64[turns]
        Whose turn it is, and what it would take then.
    refusals : int8[turns]
        In which state of its customer the turn counts: 1, if a pool had no room for it; 2, if the network had not; 3,
        both; 0, neither.
    worth : int64[offers]
    need : float64[offers]
        What an offer takes of its pool, or of edges on the way to it.
    pool : int32[offers]
        −1: none.
    pool_left : float64[pools]
        What is left of each; used up in place.
    linked : bool[offers]
        Whether it draws on edges.
    first_edge : int32[customers]
        The nearest limited edge on the customer's way to the root; −1 for none.
    above : int32[limited edges]
        The next one on from each; −1 for none.
    edge_left : float64[limited edges]
        What each can carry still; used up in place.

    Returns
    -------
    int64[…]
        Offers in the order in which they were taken; each replaces what its customer had.
    """
    customers = len(first_edge)
    now = np.full(customers, -1, np.int64)
    state = np.zeros(customers, np.int8)
    missed = np.full((customers, 4), -1, np.int64)
    taken = np.empty(4 * len(offer) + 1, np.int64)
    count = 0
    for turn in range(len(offer)):
        who = customer[turn]
        if refusals[turn] != state[who]:
            missed[who, refusals[turn]] = offer[turn]
            continue
        wanted = offer[turn]
        while wanted >= 0 and worth[wanted] > (worth[now[who]] if now[who] >= 0 else 0):
            _use(now[who], -1.0, who, need, pool, pool_left, linked, first_edge, above, edge_left)
            if _fits(wanted, who, need, pool, pool_left, linked, first_edge, above, edge_left):
                _use(wanted, 1.0, who, need, pool, pool_left, linked, first_edge, above, edge_left)
                now[who] = wanted
                taken[count] = wanted
                count += 1
                break
            _use(now[who], 1.0, who, need, pool, pool_left, linked, first_edge, above, edge_left)
            state[who] |= 2 if linked[wanted] else 1
            wanted = missed[who, state[who]]
    return taken[:count].copy()


@njit(cache=True, nogil=True)
def _fits(offer, who, need, pool, pool_left, linked, first_edge, above, edge_left):  # type: ignore[no-untyped-def]
    if pool[offer] >= 0 and need[offer] > pool_left[pool[offer]] + SLACK:
        return False
    edge = first_edge[who] if linked[offer] else -1
    while edge >= 0:
        if need[offer] > edge_left[edge] + SLACK:
            return False
        edge = above[edge]
    return True


@njit(cache=True, nogil=True)
def _use(offer, times, who, need, pool, pool_left, linked, first_edge, above, edge_left):  # type: ignore[no-untyped-def]
    if offer < 0:
        return
    if pool[offer] >= 0:
        pool_left[pool[offer]] -= times * need[offer]
    edge = first_edge[who] if linked[offer] else -1
    while edge >= 0:
        edge_left[edge] -= times * need[offer]
        edge = above[edge]

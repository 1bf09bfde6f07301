"""Moves on a schedule: one site at a time gets another year; elements follow what needs them first.

What an item uses of the rows hangs on its features and its year: a unit of feature f built in year t uses
``weight[k]`` of row ``row[k]`` for k from ``column[f · T + t]`` on. Items have few features and features few rows,
so a move touches little, however many rows there are.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

from karez.kernels.compiled import KERNEL

Ints = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

LEAST = 1e-12
"""Less than this is no gain."""
WARY = 8
"""Rounds in which mending must be cheap."""
NOISE = 1e-11
"""Excess that is rounding alone, in units of which a limit has about 10,000."""


@njit(**KERNEL)
def start_state(parent: Ints, owner: Ints, due: Ints, option_year: Ints, years: int) -> tuple[Ints, Ints]:
    """Years of elements and users of each by year, of given years of options.

    Parameters
    ----------
    parent, owner : int32
        As in :func:`karez.kernels.closure.best_closure`.
    due : int32[elements]
        Year in which an element is built at the latest, T if it need not be.
    option_year : int32[options]
        Years 0 … T.
    years : int
        Number of years T.

    Returns
    -------
    tuple[int32[elements], int32[elements, T + 1]]
        An element is built when the first thing that hangs on it is.
    """
    elements = len(parent)
    users = np.zeros((elements, years + 1), np.int32)
    element_year = np.empty(elements, np.int32)
    for o in range(len(owner)):
        if owner[o] >= 0:
            users[owner[o], option_year[o]] += 1
    for e in range(elements - 1, -1, -1):
        now = 0
        while now < due[e] and users[e, now] == 0:
            now += 1
        element_year[e] = now
        if parent[e] >= 0:
            users[parent[e], now] += 1
    return element_year, users


@njit(**KERNEL)
def _shift(
    item: int,
    before: int,
    after: int,
    start: Ints,
    feature: Ints,
    amount: Floats,
    column: Ints,
    row: Ints,
    weight: Floats,
    gain: Floats,
    extra: Floats,
    limit: Floats,
    use: Floats,
    state: Floats,
) -> None:
    """Give an item another year; `use` and `state` (excess and worth) follow."""
    years = extra.shape[1]
    for k in range(start[item], start[item + 1]):
        base = feature[k] * years
        for turn in range(2):
            year = before if turn == 0 else after
            if year >= years:
                continue
            sign = -amount[k] if turn == 0 else amount[k]
            state[1] += sign * gain[base + year]
            for j in range(column[base + year], column[base + year + 1]):
                r = row[j]
                old = use[r]
                new = old + sign * weight[j]
                use[r] = new
                state[0] += max(0.0, new - limit[r]) - max(0.0, old - limit[r])
    if before < years:
        state[1] -= extra[item, before]
    if after < years:
        state[1] += extra[item, after]


@njit(**KERNEL)
def _move(
    option: int,
    year: int,
    parent: Ints,
    owner: Ints,
    due: Ints,
    start: Ints,
    feature: Ints,
    amount: Floats,
    column: Ints,
    row: Ints,
    weight: Floats,
    gain: Floats,
    extra: Floats,
    limit: Floats,
    use: Floats,
    state: Floats,
    option_year: Ints,
    element_year: Ints,
    users: Ints,
) -> None:
    """Give an option another year; elements follow the first that needs them."""
    elements = len(parent)
    before = option_year[option]
    if before == year:
        return
    _shift(elements + option, before, year, start, feature, amount, column, row, weight, gain, extra, limit, use, state)
    option_year[option] = year
    element, after = owner[option], year
    while element >= 0 and before != after:
        users[element, before] -= 1
        users[element, after] += 1
        now = 0
        while now < due[element] and users[element, now] == 0:
            now += 1
        before, after = element_year[element], now
        if before != after:
            _shift(element, before, after, start, feature, amount, column, row, weight, gain, extra, limit, use, state)
            element_year[element] = after
        element = parent[element]


@njit(**KERNEL)
def usage(
    years_of: Ints,
    start: Ints,
    feature: Ints,
    amount: Floats,
    column: Ints,
    row: Ints,
    weight: Floats,
    years: int,
    rows: int,
) -> Floats:
    """What a schedule uses of the rows, of the years of all its items; float64[rows]."""
    use = np.zeros(rows)
    for item in range(len(years_of)):
        if years_of[item] < years:
            for k in range(start[item], start[item + 1]):
                at = feature[k] * years + years_of[item]
                for j in range(column[at], column[at + 1]):
                    use[row[j]] += amount[k] * weight[j]
    return use


@njit(**KERNEL)
def improve_options(
    parent: Ints,
    owner: Ints,
    rival: Ints,
    first: Ints,
    last: Ints,
    must: Flags,
    start: Ints,
    feature: Ints,
    amount: Floats,
    column: Ints,
    row: Ints,
    weight: Floats,
    limit: Floats,
    gain: Floats,
    extra: Floats,
    order: Ints,
    option_year: Ints,
    passes: int,
    dearest: float,
) -> int:
    """Move one site at a time to the year and option that mend at least loss, else gain most, in place.

    While anything is broken, a move must mend, and lose no more for a unit that it mends than is allowed: at first a
    hundredth of `dearest`, four times as much with every round, and from the eighth on whatever it may be.

    Parameters
    ----------
    parent, owner, rival : int32
        As in :func:`karez.kernels.closure.best_closure`.
    first, last, must : int32[items], int32[items], bool[items]
        First and last year allowed, and whether never is not.
    start, feature, amount : int32[items + 1], int32[…], float64[…]
        Features of every item, by rows of a sparse matrix.
    column, row, weight : int32[features · T + 1], int32[…], float64[…]
        What a unit of a feature uses of the rows, in comparable units, by columns of a sparse matrix.
    limit : float64[rows]
        What may be used.
    gain : float64[features · T]
        Gain per unit of each feature by year.
    extra : float64[items, T]
        Gain of each item besides, by year.
    order : int32[]
        Options that are nobody's rival, in the order in which they are tried.
    option_year : int32[options]
        Years 0 … T, changed in place.
    passes : int
        Most rounds over all sites.
    dearest : float
        Highest price of a unit of a row.

    Returns
    -------
    int
        Moves made.
    """
    elements, years = len(parent), extra.shape[1]
    due = np.where(must[:elements], last[:elements], years).astype(np.int32)
    element_year, users = start_state(parent, owner, due, option_year, years)
    made, turn = 0, -1
    cheapest = 0.0
    while turn + 1 < passes:
        turn += 1
        while turn < WARY and turn + 1 < passes and dearest * 0.01 * 4.0**turn <= cheapest:
            # A round in which all that mends is too dear changes nothing.
            turn += 1
        cheapest = np.inf
        made_before = made
        most_lost = dearest * 0.01 * 4.0**turn if turn < WARY else np.inf
        years_of = np.concatenate((element_year, option_year))
        use = usage(years_of, start, feature, amount, column, row, weight, years, len(limit))
        state = np.zeros(2)
        for r in range(len(limit)):
            state[0] += max(0.0, use[r] - limit[r])
        size = 1.0
        for position in range(len(order)):
            o = order[position]
            item, other = elements + o, rival[o]
            before, before_other = option_year[o], years if other < 0 else option_year[other]
            state[1] = 0.0
            least, most, ratio = state[0], 0.0, most_lost
            broken = state[0] > NOISE
            best, best_other = before, before_other
            for s in range(2 * years + 1):
                year = s if s <= years else years
                year_other = years if s <= years else s - years - 1
                if year < years and not first[item] <= year <= last[item]:
                    continue
                if year_other < years:
                    if other < 0:
                        break
                    if not first[elements + other] <= year_other <= last[elements + other]:
                        continue
                if year == years and year_other == years and must[item]:
                    continue
                if other >= 0:
                    _move(
                        other, year_other, parent, owner, due, start, feature, amount, column, row, weight, gain,
                        extra, limit, use, state, option_year, element_year, users,
                    )  # fmt: skip
                _move(
                    o, year, parent, owner, due, start, feature, amount, column, row, weight, gain,
                    extra, limit, use, state, option_year, element_year, users,
                )  # fmt: skip
                size = max(size, abs(state[1]))
                if broken:
                    mended = least - state[0]
                    lost = max(0.0, -state[1]) / mended if mended > LEAST else np.inf
                    cheapest = min(cheapest, lost)
                    if mended > LEAST and (lost < ratio or (lost == ratio and mended > most)):
                        best, best_other, ratio, most = year, year_other, lost, mended
                elif state[0] <= least + NOISE and state[1] > most + LEAST * size:
                    best, best_other, least, most = year, year_other, state[0], state[1]
            if other >= 0:
                _move(
                    other, best_other, parent, owner, due, start, feature, amount, column, row, weight, gain,
                    extra, limit, use, state, option_year, element_year, users,
                )  # fmt: skip
            _move(
                o, best, parent, owner, due, start, feature, amount, column, row, weight, gain,
                extra, limit, use, state, option_year, element_year, users,
            )  # fmt: skip
            if best != before or best_other != before_other:
                made += 1
        if made > made_before:
            cheapest = 0.0
        elif state[0] <= NOISE or turn >= WARY or cheapest == np.inf:
            break
    return made

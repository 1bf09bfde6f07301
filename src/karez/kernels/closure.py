"""Closures of a forest over years: the inner problem of a schedule under precedence, and moves on a schedule.

A forest of *elements* carries *options*. Every item gets a year number 0 … T − 1, or T for never. An element may not
be built before its parent, an option not before the element that owns it, and of an option and its rival one at
most is used. Each item pays a profit that hangs on its year alone. On a forest the best closure is found by a
dynamic program in time linear in items × years; side constraints are priced into the profits by their multipliers.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

Ints = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float64]


@njit(cache=True)
def _rivals(rival: Ints) -> npt.NDArray[np.bool_]:
    """Whether an option is named as somebody's rival."""
    named = np.zeros(len(rival), np.bool_)
    for o in range(len(rival)):
        if rival[o] >= 0:
            named[rival[o]] = True
    return named


@njit(cache=True)
def inherit_latest(parent: Ints, first: Ints) -> Ints:
    """Raise every element's first year to that of its parent.

    Parameters
    ----------
    parent : int32[elements]
        Parent of each element, before it in order; −1 for a root.
    first : int32[elements]
        First year of each element by itself.

    Returns
    -------
    int32[elements]
        First year in which it and all before it may be there.
    """
    latest = first.copy()
    for e in range(len(parent)):
        if parent[e] >= 0:
            latest[e] = max(latest[e], latest[parent[e]])
    return latest


@njit(cache=True)
def spread_up(parent: Ints, marked: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Mark everything before what is marked.

    Parameters
    ----------
    parent : int32[elements]
        Parent of each element, before it in order; −1 for a root.
    marked : bool[elements]
        Elements to begin with.

    Returns
    -------
    bool[elements]
        Those and all their ancestors.
    """
    spread = marked.copy()
    for e in range(len(parent) - 1, -1, -1):
        if spread[e] and parent[e] >= 0:
            spread[parent[e]] = True
    return spread


@njit(cache=True)
def fold_forest(parent: Ints, owner: Ints, usable: npt.NDArray[np.bool_]) -> tuple[Ints, Ints]:
    """Fold every element with one dependant into it, and drop those with none.

    Parameters
    ----------
    parent : int32[elements]
        Parent of each element, before it in order; −1 for a root.
    owner : int32[options]
        Element an option hangs on; −1 if none.
    usable : bool[options]
        Whether an option counts.

    Returns
    -------
    tuple[int32[elements], int32[elements + options]]
        ``into``: the item each element is folded into (options are numbered after the elements), itself if it stays, −1
        if nothing hangs on it. ``above``: the element each item hangs on then; −1 if none.
    """
    elements = len(parent)
    count = np.zeros(elements, np.int32)
    only = np.full(elements, -1, np.int32)
    above = np.full(elements + len(owner), -1, np.int32)
    into = np.full(elements, -1, np.int32)
    for o in range(len(owner)):
        above[elements + o] = owner[o]
        if owner[o] >= 0 and usable[o]:
            count[owner[o]] += 1
            only[owner[o]] = elements + o
    for e in range(elements - 1, -1, -1):
        if count[e] == 0:
            continue
        into[e] = e if count[e] > 1 else only[e]
        above[into[e]] = parent[e]
        if parent[e] >= 0:
            count[parent[e]] += 1
            only[parent[e]] = into[e]
    return into, above


@njit(cache=True)
def _gather(
    parent: Ints, element_profit: Floats, owner: Ints, rival: Ints, option_profit: Floats
) -> tuple[float, Floats, Floats]:
    """Upward pass: worth of every subtree by the year of its top, and of every option by the year of its owner.

    Returns
    -------
    tuple[float, float64[elements, T + 1], float64[options, T + 1]]
        Best total; ``worth[e, s]``: best of e's subtree if e has year s; ``yields[o, s]``: best of option o and its
        rival if the owner has year s. Rows of options that are somebody's rival are zero.
    """
    elements, options, years = len(parent), len(owner), option_profit.shape[1]
    is_rival = _rivals(rival)
    worth = np.zeros((elements, years + 1))
    for e in range(elements):
        for s in range(years):
            worth[e, s] = element_profit[e, s]
    yields = np.zeros((options, years + 1))
    total = 0.0
    for o in range(options):
        if is_rival[o]:
            continue
        best = 0.0
        if rival[o] >= 0:
            for t in range(years):
                best = max(best, option_profit[rival[o], t])
        yields[o, years] = best
        for s in range(years - 1, -1, -1):
            best = max(best, option_profit[o, s])
            yields[o, s] = best
        if owner[o] < 0:
            total += yields[o, 0]
        else:
            for s in range(years + 1):
                worth[owner[o], s] += yields[o, s]
    for e in range(elements - 1, -1, -1):
        best = worth[e, years]
        for s in range(years, -1, -1):
            best = max(best, worth[e, s])
            if parent[e] >= 0:
                worth[parent[e], s] += best
        if parent[e] < 0:
            total += best
    return total, worth, yields


@njit(cache=True)
def best_closure(
    parent: Ints, element_profit: Floats, owner: Ints, rival: Ints, option_profit: Floats
) -> tuple[float, Ints, Ints]:
    """Find the years of most profit on a forest.

    Parameters
    ----------
    parent : int32[elements]
        Parent of each element, before it in order; −1 for a root.
    element_profit : float64[elements, T]
        Profit by year; −inf where a year is not allowed. Never pays 0.
    owner : int32[options]
        Element an option hangs on; −1 if none.
    rival : int32[options]
        Option that excludes this one, named on one of the two only; −1 if none. A rival hangs on no element.
    option_profit : float64[options, T]
        Profit by year; −inf where a year is not allowed.

    Returns
    -------
    tuple[float, int32[elements], int32[options]]
        Best profit and the years 0 … T that reach it, the latest where several do.
    """
    total, worth, yields = _gather(parent, element_profit, owner, rival, option_profit)
    elements, options, years = len(parent), len(owner), option_profit.shape[1]
    element_year = np.empty(elements, np.int32)
    option_year = np.full(options, years, np.int32)
    for e in range(elements):
        first = 0 if parent[e] < 0 else element_year[parent[e]]
        year = years
        for s in range(years - 1, first - 1, -1):
            if worth[e, s] > worth[e, year]:
                year = s
        element_year[e] = year
    for o in range(options):
        first = 0 if owner[o] < 0 else element_year[owner[o]]
        best = yields[o, first]
        if best <= 0.0:
            continue
        if rival[o] >= 0 and yields[o, years] == best:
            for t in range(years - 1, -1, -1):
                if option_profit[rival[o], t] == best:
                    option_year[rival[o]] = t
                    break
            continue
        for t in range(years - 1, first - 1, -1):
            if option_profit[o, t] == best:
                option_year[o] = t
                break
    return total, element_year, option_year


@njit(cache=True)
def best_needed(parent: Ints, element_profit: Floats, owner: Ints, rival: Ints, option_profit: Floats) -> float:
    """Find the most profit if every element has the first year of what hangs on it, and never if nothing does.

    Parameters are those of :func:`best_closure`, which also allows elements that are early or of no use; so this is
    never more.

    Returns
    -------
    float
        Best profit.
    """
    elements, options, years = len(parent), len(owner), option_profit.shape[1]
    is_rival = _rivals(rival)
    from_year_on = np.zeros((elements, years + 1))
    just_then = np.full((elements, years), -np.inf)
    total = 0.0
    for o in range(options):
        if is_rival[o]:
            continue
        best = 0.0
        if rival[o] >= 0:
            for t in range(years):
                best = max(best, option_profit[rival[o], t])
        if owner[o] < 0:
            for t in range(years):
                best = max(best, option_profit[o, t])
            total += best
            continue
        from_year_on[owner[o], years] += best
        for s in range(years - 1, -1, -1):
            best = max(best, option_profit[o, s])
            from_year_on[owner[o], s] += best
            just_then[owner[o], s] = max(just_then[owner[o], s], option_profit[o, s] - best)
    for e in range(elements - 1, -1, -1):
        best = from_year_on[e, years]
        if parent[e] >= 0:
            from_year_on[parent[e], years] += best
        for s in range(years - 1, -1, -1):
            then = element_profit[e, s] + from_year_on[e, s] + just_then[e, s]
            best = max(best, then)
            if parent[e] >= 0:
                from_year_on[parent[e], s] += best
                just_then[parent[e], s] = max(just_then[parent[e], s], then - best)
        if parent[e] < 0:
            total += best
    return total


@njit(cache=True)
def closure_losses(
    parent: Ints, element_profit: Floats, owner: Ints, rival: Ints, option_profit: Floats
) -> tuple[Floats, Floats]:
    """Say how much profit each year of each item costs against the best closure, all else at its best.

    Parameters are those of :func:`best_closure`.

    Returns
    -------
    tuple[float64[elements, T + 1], float64[options, T + 1]]
        Losses, not negative but for rounding; column T is never. Infinite where a year is not possible.
    """
    total, worth, yields = _gather(parent, element_profit, owner, rival, option_profit)
    elements, options, years = len(parent), len(owner), option_profit.shape[1]
    through = np.empty((elements, years + 1))
    from_year_on = np.empty(years + 1)
    for e in range(elements):
        best = -np.inf
        for s in range(years, -1, -1):
            best = max(best, worth[e, s])
            from_year_on[s] = best
        rest = total - best if parent[e] < 0 else -np.inf
        for s in range(years + 1):
            if parent[e] >= 0:
                rest = max(rest, through[parent[e], s] - from_year_on[s])
            through[e, s] = rest + worth[e, s]
    reached = np.empty((options, years + 1))
    is_rival = _rivals(rival)
    for o in range(options):
        if is_rival[o]:
            continue
        rest = total - yields[o, 0] if owner[o] < 0 else -np.inf
        for s in range(years + 1):
            if owner[o] >= 0:
                rest = max(rest, through[owner[o], s] - yields[o, s])
            reached[o, s] = rest
        best = instead = rest
        for t in range(years):
            reached[o, t] += option_profit[o, t]
            best = max(best, reached[o, t])
            if rival[o] >= 0:
                reached[rival[o], t] = rest + option_profit[rival[o], t]
                instead = max(instead, reached[rival[o], t])
        reached[o, years] = instead
        if rival[o] >= 0:
            reached[rival[o], years] = best
    for item in range(elements + options):
        for s in range(years + 1):
            if item < elements:
                through[item, s] = total - through[item, s]
            else:
                reached[item - elements, s] = total - reached[item - elements, s]
    return through, reached


@njit(cache=True)
def _move(
    option: int,
    year: int,
    parent: Ints,
    owner: Ints,
    element_use: Floats,
    option_use: Floats,
    option_year: Ints,
    element_year: Ints,
    users: Ints,
    use: Floats,
) -> None:
    """Give an option another year; elements follow the first that needs them, `use` follows both."""
    years = users.shape[1] - 1
    before = option_year[option]
    if before == year:
        return
    for r in range(len(use)):
        use[r] += option_use[option, year, r] - option_use[option, before, r]
    option_year[option] = year
    element, after = owner[option], year
    while element >= 0 and before != after:
        users[element, before] -= 1
        users[element, after] += 1
        now = 0
        while now < years and users[element, now] == 0:
            now += 1
        before, after = element_year[element], now
        if before != after:
            for r in range(len(use)):
                use[r] += element_use[element, after, r] - element_use[element, before, r]
            element_year[element] = after
        element = parent[element]


@njit(cache=True)
def _worth(use: Floats, gain: Floats) -> float:
    """What the use is worth."""
    worth = 0.0
    for r in range(len(use)):
        worth += gain[r] * use[r]
    return worth


@njit(cache=True)
def _excess(use: Floats, limit: Floats) -> float:
    """By how much the constraints are broken altogether."""
    excess = 0.0
    for r in range(len(limit)):
        excess += max(0.0, use[r] - limit[r])
    return excess


@njit(cache=True)
def start_state(
    parent: Ints, owner: Ints, element_use: Floats, option_use: Floats, option_year: Ints
) -> tuple[Ints, Ints, Floats]:
    """Years of elements, users of each by year, and what is used, of given years of options.

    Parameters
    ----------
    parent, owner : int32
        As in :func:`best_closure`.
    element_use : float64[elements, T + 1, rows]
        What an element uses of each row by its year; 0 for never.
    option_use : float64[options, T + 1, rows]
        The same for options.
    option_year : int32[options]
        Years 0 … T.

    Returns
    -------
    tuple[int32[elements], int32[elements, T + 1], float64[rows]]
        An element is built when the first thing that hangs on it is.
    """
    elements, years, rows = len(parent), option_use.shape[1] - 1, option_use.shape[2]
    users = np.zeros((elements, years + 1), np.int32)
    element_year = np.empty(elements, np.int32)
    use = np.zeros(rows)
    for o in range(len(owner)):
        for r in range(rows):
            use[r] += option_use[o, option_year[o], r]
        if owner[o] >= 0:
            users[owner[o], option_year[o]] += 1
    for e in range(elements - 1, -1, -1):
        now = 0
        while now < years and users[e, now] == 0:
            now += 1
        element_year[e] = now
        for r in range(rows):
            use[r] += element_use[e, now, r]
        if parent[e] >= 0:
            users[parent[e], now] += 1
    return element_year, users, use


@njit(cache=True)
def improve_options(
    parent: Ints,
    owner: Ints,
    rival: Ints,
    first: Ints,
    element_use: Floats,
    option_use: Floats,
    limit: Floats,
    gain: Floats,
    order: Ints,
    option_year: Ints,
    passes: int,
) -> int:
    """Move one site at a time to the year and option that mend most, else gain most, in place.

    Parameters
    ----------
    parent, owner, rival : int32
        As in :func:`best_closure`.
    first : int32[options]
        First year allowed.
    element_use : float64[elements, T + 1, rows]
        What an element uses of each row by its year; 0 for never. The first rows have limits, in comparable units.
    option_use : float64[options, T + 1, rows]
        The same for options.
    limit : float64[limits]
        What may be used of the first rows.
    gain : float64[rows]
        Gain per unit of each row.
    order : int32[]
        Options that are nobody's rival, in the order in which they are tried.
    option_year : int32[options]
        Years 0 … T, changed in place.
    passes : int
        Most rounds over all sites.

    Returns
    -------
    int
        Moves made.
    """
    years = option_use.shape[1] - 1
    element_year, users, use = start_state(parent, owner, element_use, option_use, option_year)
    kept = np.empty(len(use))
    made = 0
    for _ in range(passes):
        made_before = made
        for position in range(len(order)):
            o = order[position]
            other = rival[o]
            start, start_other = option_year[o], years if other < 0 else option_year[other]
            least, most = _excess(use, limit), _worth(use, gain)
            margin = 1e-12 * (1.0 + abs(most))
            best, best_other = start, start_other
            for r in range(len(use)):
                kept[r] = use[r]
            for state in range(2 * years + 1):
                year = state if state <= years else years
                year_other = years if state <= years else state - years - 1
                if (year < years and year < first[o]) or (
                    year_other < years and (other < 0 or year_other < first[other])
                ):
                    continue
                if other >= 0:
                    _move(
                        other, year_other, parent, owner, element_use, option_use, option_year, element_year, users, use
                    )
                _move(o, year, parent, owner, element_use, option_use, option_year, element_year, users, use)
                excess, worth = _excess(use, limit), _worth(use, gain)
                if excess < least - 1e-12 or (excess <= least and worth > most + margin):
                    best, best_other, least, most = year, year_other, excess, worth
            if other >= 0:
                _move(other, best_other, parent, owner, element_use, option_use, option_year, element_year, users, use)
            _move(o, best, parent, owner, element_use, option_use, option_year, element_year, users, use)
            if best == start and best_other == start_other:
                for r in range(len(use)):
                    use[r] = kept[r]
            else:
                made += 1
        if made == made_before:
            break
    return made

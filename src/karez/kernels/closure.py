"""Closures of a forest over years: the inner problem of a schedule under precedence, and moves on a schedule.

A forest of *elements* carries *options*. Every item gets a year number 0 … T − 1, or T for never. An element may not
be built before its parent, an option not before the element that owns it, and of an option and its rival one at
most is used. An item that must be done may not be left for never; of an option that must be and its rival, one of the
two is used. Each item pays a profit that hangs on its year alone. On a forest the best closure is found by a dynamic
program in time linear in items × years; side constraints are priced into the profits by their multipliers.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

Ints = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


@njit(cache=True)
def _rivals(rival: Ints) -> Flags:
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
def demand_up(parent: Ints, owner: Ints, rival: Ints, first: Ints, last: Ints, must: Flags, years: int) -> None:
    """What an item that must be done needs must be done as well, by the same year; in place.

    Parameters
    ----------
    parent, owner, rival : int32
        As in :func:`best_closure`.
    first, last : int32[elements + options]
        First and last year allowed; `last` is changed.
    must : bool[elements + options]
        Items that may not be left for never; changed.
    years : int
        Number of years T; an alternative whose `first` is T cannot be had.
    """
    elements = len(parent)
    for o in range(len(owner)):
        item, above = elements + o, owner[o]
        if above >= 0 and must[item] and (rival[o] < 0 or first[elements + rival[o]] >= years):
            must[above] = True
            last[above] = min(last[above], last[item])
    for e in range(elements - 1, -1, -1):
        if must[e] and parent[e] >= 0:
            must[parent[e]] = True
            last[parent[e]] = min(last[parent[e]], last[e])


@njit(cache=True)
def spread_up(parent: Ints, marked: Flags) -> Flags:
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
def fold_forest(parent: Ints, owner: Ints, usable: Flags, must: Flags) -> tuple[Ints, Ints]:
    """Fold every element with one dependant into it, and drop those with none; not those that must be.

    Parameters
    ----------
    parent : int32[elements]
        Parent of each element, before it in order; −1 for a root.
    owner : int32[options]
        Element an option hangs on; −1 if none.
    usable : bool[options]
        Whether an option counts.
    must : bool[elements]
        Elements that stay as they are.

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
        if count[e] == 0 and not must[e]:
            continue
        into[e] = e if count[e] > 1 or must[e] else only[e]
        above[into[e]] = parent[e]
        if parent[e] >= 0:
            count[parent[e]] += 1
            only[parent[e]] = into[e]
    return into, above


@njit(cache=True)
def _gather(
    parent: Ints, element_profit: Floats, owner: Ints, rival: Ints, option_profit: Floats, must: Flags
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
        if must[e]:
            worth[e, years] = -np.inf
    yields = np.zeros((options, years + 1))
    total = 0.0
    for o in range(options):
        if is_rival[o]:
            continue
        best = -np.inf if must[elements + o] else 0.0
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
    parent: Ints, element_profit: Floats, owner: Ints, rival: Ints, option_profit: Floats, must: Flags
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
    must : bool[elements + options]
        Items that may not be left for never; for an option with a rival, one of the two.

    Returns
    -------
    tuple[float, int32[elements], int32[options]]
        Best profit and the years 0 … T that reach it, the latest where several do; −inf if there are none.
    """
    total, worth, yields = _gather(parent, element_profit, owner, rival, option_profit, must)
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
        if best <= 0.0 and not must[elements + o]:
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
def best_needed(
    parent: Ints,
    element_profit: Floats,
    owner: Ints,
    rival: Ints,
    option_profit: Floats,
    must: Flags,
    last: Ints,
) -> float:
    """Find the most profit if every element has the first year of what hangs on it, and never if nothing does.

    An element that must be has its last year at the latest, given by `last` (int32[elements]); the other parameters
    are those of :func:`best_closure`, which also allows elements that are early or of no use; so this is
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
        best = -np.inf if must[elements + o] else 0.0
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
            if option_profit[o, s] > -np.inf:
                just_then[owner[o], s] = max(just_then[owner[o], s], option_profit[o, s] - best)
    for e in range(elements - 1, -1, -1):
        best = -np.inf if must[e] else from_year_on[e, years]
        if parent[e] >= 0:
            from_year_on[parent[e], years] += best
        for s in range(years - 1, -1, -1):
            needed = 0.0 if must[e] and s == last[e] else just_then[e, s]
            then = element_profit[e, s] + from_year_on[e, s] + needed
            best = max(best, then)
            if parent[e] >= 0:
                from_year_on[parent[e], s] += best
                if then > -np.inf:
                    just_then[parent[e], s] = max(just_then[parent[e], s], then - best)
        if parent[e] < 0:
            total += best
    return total


@njit(cache=True)
def closure_losses(
    parent: Ints, element_profit: Floats, owner: Ints, rival: Ints, option_profit: Floats, must: Flags
) -> tuple[Floats, Floats]:
    """Say how much profit each year of each item costs against the best closure, all else at its best.

    Parameters are those of :func:`best_closure`.

    Returns
    -------
    tuple[float64[elements, T + 1], float64[options, T + 1]]
        Losses, not negative but for rounding; column T is never. Infinite where a year is not possible.
    """
    total, worth, yields = _gather(parent, element_profit, owner, rival, option_profit, must)
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
            if parent[e] >= 0 and from_year_on[s] > -np.inf:
                rest = max(rest, through[parent[e], s] - from_year_on[s])
            through[e, s] = rest + worth[e, s]
    reached = np.empty((options, years + 1))
    is_rival = _rivals(rival)
    for o in range(options):
        if is_rival[o]:
            continue
        rest = total - yields[o, 0] if owner[o] < 0 else -np.inf
        for s in range(years + 1):
            if owner[o] >= 0 and yields[o, s] > -np.inf:
                rest = max(rest, through[owner[o], s] - yields[o, s])
            reached[o, s] = rest
        best = instead = -np.inf if must[elements + o] else rest
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

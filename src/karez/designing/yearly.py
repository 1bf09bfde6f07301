"""A plan at prices of money: one prize-collecting tree a year, and nothing that couples the years.

Price the constraints (J. E. Beasley, Lagrangean relaxation, in: Modern Heuristic Techniques, 1993; A. M. Geoffrion,
1974, doi:10.1007/BFb0120690) and let c(s) be what a unit of money costs in year s, made to fall over the years by
taking the least so far: a span is there from year s on, so it costs the sum over the years t ≥ s of c(t) − c(t + 1).
A site that fibre reaches in year s is worth G(s), the best of its ways from then on, or of those that need no span;
G falls as well, and is G(T + 1) plus the sum over t ≥ s of G(t) − G(t + 1). Networks of all years are then independent
trees but for the rule that each holds the one before, and without that rule they can only be worth more.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from karez.designing.candidates import (
    BENEFIT,
    CAPEX,
    COVERAGE,
    OPEX,
    Candidates,
    Constraints,
    Flags,
    Floats,
    Ints,
    Longs,
)
from karez.units import MINOR_PER_UNIT

WHOLE = 2.0**50
"""Costs and prizes of a year's tree add up to about this many whole units."""
DOWN, UP = 1.0 - 1e-12, 1.0 + 1e-12
"""Factors by which costs are rounded down and prizes up, so that floating point does not turn a bound round."""


@dataclass(frozen=True)
class Yearly:
    """The years' trees at one set of prices.

    Parameters
    ----------
    candidates : Candidates
        What may be built or used.
    constraints : Constraints
        What is priced.
    price : float64[rows]
        Price of one unit of each constraint, not negative.
    """

    candidates: Candidates
    constraints: Constraints
    price: Floats

    @cached_property
    def of_money(self) -> Floats:
        """What a unit of capex and of yearly upkeep costs by year of building; (2, T)."""
        return np.asarray(np.tensordot(self.price, self.constraints.profile[:, [CAPEX, OPEX]], axes=1))

    @cached_property
    def least_so_far(self) -> tuple[Floats, Ints]:
        """Least of these prices up to each year, and the year that has it; both (2, T)."""
        price = self.of_money
        year = np.zeros(price.shape, np.int32)
        for t in range(1, price.shape[1]):
            before = year[:, t - 1]
            year[:, t] = np.where(price[:, t] < price[[0, 1], before], t, before)
        return np.take_along_axis(price, year, axis=1), year

    @cached_property
    def steps(self) -> Floats:
        """What a unit of capex and of upkeep costs for being there in each year; (2, T)."""
        least = self.least_so_far[0]
        return np.asarray(least - np.concatenate([least[:, 1:], np.zeros((2, 1))], axis=1))

    @cached_property
    def toll(self) -> Floats:
        """What every way to serve a site pays for the shared capacity that it draws on; (options)."""
        price = np.append(self.price, 0.0)[self.constraints.row_of(self.candidates)]
        return np.asarray(price * self.candidates.mbps)

    @cached_property
    def worth(self) -> Floats:
        """What every way to serve a site is worth by year, −inf where it may not be used; (options, T)."""
        candidates, rows = self.candidates, self.constraints
        gained = candidates.service_years - self.price @ rows.profile[:, BENEFIT]
        worth = candidates.features[:, [BENEFIT]] * gained - candidates.features[:, [CAPEX, OPEX]] @ self.of_money
        for project in np.unique(rows.project[rows.project >= 0]):
            its = rows.project == project
            here = candidates.project == project
            worth[here] -= candidates.features[here][:, [COVERAGE]] * (self.price[its] @ rows.profile[its, COVERAGE])
        worth -= self.toll[:, None]
        worth[np.arange(candidates.years)[None, :] < candidates.first[:, None]] = -np.inf
        return np.asarray(worth)

    @cached_property
    def best(self) -> tuple[Floats, Ints, Ints]:
        """By site and year from which fibre may reach it, T for never: worth, option (−1 for none), and its year."""
        candidates, worth, years = self.candidates, self.worth, self.candidates.years
        value = np.zeros((candidates.sites, years + 1))
        option = np.full(value.shape, -1, np.int32)
        year = np.full(value.shape, years, np.int32)
        free = np.flatnonzero(candidates.node < 0)
        at = worth[free].argmax(axis=1)
        gain = worth[free, at]
        order = np.lexsort((-gain, candidates.site[free]))
        order = order[np.unique(candidates.site[free][order], return_index=True)[1]]
        order = order[gain[order] > 0]
        site = candidates.site[free[order]]
        value[site], option[site], year[site] = gain[order, None], free[order, None], at[order, None]
        for t in range(years - 1, -1, -1):
            value[:, t] = np.maximum(value[:, t], value[:, t + 1])
            option[:, t], year[:, t] = option[:, t + 1], year[:, t + 1]
            # Of several ways over the network the best comes last; of equal ones, the first.
            tied = np.flatnonzero(candidates.node >= 0)
            tied = tied[np.lexsort((-tied, worth[tied, t]))]
            site = candidates.site[tied]
            better = worth[tied, t] > value[site, t]
            site, tied = site[better], tied[better]
            value[site, t], option[site, t], year[site, t] = worth[tied, t], tied, t
        return value, option, year

    @cached_property
    def constant(self) -> tuple[float, float]:
        """Priced limits and what sites are worth without fibre; and the same with all signs turned to plus."""
        limits, alone = self.price * self.constraints.limit, self.best[0][:, -1]
        return float(limits.sum() + alone.sum()), float(np.abs(limits).sum() + alone.sum())

    def gains(self, t: int) -> Floats:
        """What each node is worth for being reached in a year rather than after it; (nodes)."""
        candidates, value = self.candidates, self.best[0]
        tied = np.flatnonzero(candidates.node >= 0)
        site, first = np.unique(candidates.site[tied], return_index=True)
        gained = value[site, t] - value[site, t + 1]
        return np.asarray(np.bincount(candidates.node[tied[first]], gained, candidates.network.n), np.float64)

    def scale(self, t: int) -> float:
        """Whole units to a service-year in a year's tree; 0 where nothing is worth reaching."""
        gained = float(self.gains(t).sum())
        paid = float(self.steps[:, t] @ self.candidates.money.astype(np.float64).sum(axis=1)) / MINOR_PER_UNIT
        return float(2.0 ** np.floor(np.log2(WHOLE / (gained + paid)))) if gained > 0 else 0.0

    def factors(self, t: int) -> Floats:
        """Whole units that a minor unit of capex and of upkeep costs; (2)."""
        return self.steps[:, t] * (self.scale(t) * DOWN / MINOR_PER_UNIT)

    def costs(self, t: int) -> Longs:
        """What every edge costs in a year's tree, in whole units rounded down."""
        paid = np.floor(self.candidates.money * self.factors(t)[:, None])
        return np.asarray(paid.sum(axis=0), np.int64)

    def prizes(self, t: int) -> Longs:
        """What every node is worth in a year's tree, in whole units rounded up."""
        return np.asarray(np.ceil(self.gains(t) * (self.scale(t) * UP)), np.int64)

    def there(self, t: int) -> Flags:
        """Edges that may be there in a year."""
        return np.asarray(self.candidates.edge_first <= t)

    def usage(self, edges: list[Ints], reached: Flags) -> Floats:
        """What trees chosen for the years use of every constraint.

        Parameters
        ----------
        edges : list[int32[…]]
            Edges of each year's tree.
        reached : bool[T, nodes]
            Nodes of it.
        """
        candidates, rows, years = self.candidates, self.constraints, self.candidates.years
        spent = np.zeros((2, years))
        for kind in (0, 1):
            there = np.array([candidates.money[kind, tree].sum() for tree in edges]) / MINOR_PER_UNIT
            np.add.at(spent[kind], self.least_so_far[1][kind], there)
            np.add.at(spent[kind], self.least_so_far[1][kind, 1:], -there[:-1])
        used = np.tensordot(rows.profile[:, [CAPEX, OPEX]], spent, axes=([1, 2], [0, 1]))
        _, option, year = self.best
        weight = np.zeros((candidates.sites, years + 1))
        tied = candidates.node >= 0
        connected = np.zeros((candidates.sites, years))
        connected[candidates.site[tied]] = reached[:, candidates.node[tied]].T
        weight[:, :years] = np.diff(connected, axis=1, prepend=0.0)
        weight[:, years] = 1.0 - connected[:, -1]
        site, begun = np.nonzero((weight != 0) & (option >= 0))
        way, when, share = option[site, begun], year[site, begun], weight[site, begun]
        drawn = rows.row_of(candidates)[way]
        used += np.bincount(drawn[drawn >= 0], (share * candidates.mbps[way])[drawn >= 0], len(used))
        for feature in range(candidates.features.shape[1]):
            amount = share * candidates.features[way, feature]
            if feature != COVERAGE:
                used += rows.profile[:, feature] @ np.bincount(when, weights=amount, minlength=years)
                continue
            for project in np.unique(rows.project[rows.project >= 0]):
                its, here = rows.project == project, candidates.project[way] == project
                done = np.bincount(when[here], weights=amount[here], minlength=years)
                used[its] += rows.profile[its, COVERAGE] @ done
        return np.asarray(used)

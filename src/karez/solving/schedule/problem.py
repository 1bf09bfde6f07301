"""The problem of years as arrays: a forest of elements, options that hang on it, and rows that couple them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy import sparse

from karez.kernels.closure import demand_up, fold_forest

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int32]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Rows:
    """Constraints that couple the items, each written as usage ≤ limit.

    An item with features f built in year s uses Σ_k f[k] · use[row, k · T + s] of a row.

    Parameters
    ----------
    names : tuple[str, ...]
        Stable names.
    words : tuple[str, ...]
        What each asks, in plain words.
    limit : float64[rows]
        Right-hand sides.
    use : csr_array[rows, features · T]
        Weight of each feature by year of building.
    tolerance : float64[rows]
        By how much a limit may be passed: roundings, no more.
    asking : bool[rows]
        Whether the row asks for service, so that doing nothing breaks it.
    """

    names: tuple[str, ...]
    words: tuple[str, ...]
    limit: Floats
    use: sparse.csr_array
    tolerance: Floats
    asking: Flags

    def only(self, rows: npt.NDArray[np.intp]) -> Rows:
        """Some of these rows, by number."""
        names, words = (tuple(of[row] for row in rows) for of in (self.names, self.words))
        return Rows(names, words, self.limit[rows], self.use[rows], self.tolerance[rows], self.asking[rows])

    def joined(self, other: Rows) -> Rows:
        """These rows and then the other ones."""
        return Rows(
            self.names + other.names,
            self.words + other.words,
            np.concatenate([self.limit, other.limit]),
            sparse.csr_array(sparse.vstack([self.use, other.use], format="csr")),
            np.concatenate([self.tolerance, other.tolerance]),
            np.concatenate([self.asking, other.asking]),
        )


@dataclass(frozen=True)
class Aim:
    """What is maximised: Σ over the items built of Σ_k f[k] · profile[k, s] + present_factor · present[s].

    Parameters
    ----------
    profile : float64[features, T]
        Worth of each feature by year of building.
    present_factor : float
        Worth of one unit of present cost: 0, or −1 where cost is minimised.
    """

    profile: Floats
    present_factor: float


@dataclass(frozen=True)
class Problem:
    """Elements first, then options; together they are the items. Years are numbers 0 … T − 1, T is never.

    Parameters
    ----------
    parent : int32[elements]
        Element that must be built before, earlier in order; −1 for a root.
    owner : int32[options]
        Element an option hangs on; −1 if none.
    rival : int32[options]
        Alternative that an option excludes, named on the option with an owner only; −1 if none.
    option_site : int32[options]
        Site that an option serves.
    first, last : int32[items]
        First and last year allowed, the elements before it considered; `first` is T if there is none.
    must : bool[items]
        Whether never is not allowed; of an option with a rival, that one of the two must be.
    features : csr_array[items, features]
        What rows and aims count.
    feature_names : tuple[str, ...]
        Their names.
    present : float64[items, T]
        Present cost by year of building.
    """

    parent: Ints
    owner: Ints
    rival: Ints
    option_site: Ints
    first: Ints
    last: Ints
    must: Flags
    features: sparse.csr_array
    feature_names: tuple[str, ...]
    present: Floats

    @property
    def years(self) -> int:
        """Number of years T."""
        return int(self.present.shape[1])

    @property
    def elements(self) -> int:
        """Number of elements."""
        return len(self.parent)

    @property
    def items(self) -> int:
        """Number of elements and options."""
        return len(self.first)

    @property
    def due(self) -> Ints:
        """Year by which each element must be there, T if it need not."""
        return np.where(self.must, self.last, self.years)[: self.elements].astype(np.int32)

    def gain(self, of: Aim, less: Floats | None = None) -> Floats:
        """Worth of a unit of each feature by year, less prices (float64[features · T]); shape (features, T)."""
        return of.profile if less is None else of.profile - less.reshape(of.profile.shape)

    def worth(self, aim: Aim, prices: Floats | None = None) -> Floats:
        """What every item adds to the aim by year, prices of its features taken off; shape (items, T)."""
        worth = np.asarray(self.features @ self.gain(aim, prices))
        if aim.present_factor:
            worth += aim.present_factor * self.present
        return worth

    def allowed(self) -> Flags:
        """Whether an item may have a year; shape (items, T)."""
        year = np.arange(self.years)[None, :]
        return np.asarray((year >= self.first[:, None]) & (year <= self.last[:, None]))

    def may_be_never(self) -> Flags:
        """Whether an item may be left for never; bool[items]."""
        never = ~self.must
        with_rival = np.flatnonzero(self.rival >= 0)
        other = self.elements + self.rival[with_rival]
        open_rival = self.first[other] <= np.minimum(self.last[other], self.years - 1)
        never[self.elements + with_rival] |= open_rival
        own = self.elements + with_rival
        never[other[self.must[own] & (self.first[own] > np.minimum(self.last[own], self.years - 1))]] = False
        return never

    def begun(self) -> Ints:
        """Years of options where nothing is done that need not be; int32[options]."""
        years = np.full(len(self.owner), self.years, np.int32)
        must = np.flatnonzero(self.must[self.elements :])
        item = self.elements + must
        own = self.first[item] <= np.minimum(self.last[item], self.years - 1)
        years[must[own]] = self.last[item[own]]
        instead = self.rival[must[~own]]
        instead = instead[instead >= 0]
        years[instead] = self.last[self.elements + instead]
        return years

    def tightened(self) -> Problem:
        """The same, with elements demanded by what must be done behind them."""
        last, must = self.last.copy(), self.must.copy()
        demand_up(self.parent, self.owner, self.rival, self.first, last, must, self.years)
        return replace(self, last=last, must=must)


def contract(problem: Problem) -> Problem:
    """Fold every element on which one thing hangs into that thing, and drop those on which nothing hangs.

    A folded element is built when what it leads to is, so no schedule worth having is lost: an element is needed
    from the first year of what hangs on it, and not before (rule 8). Options keep their numbers; elements that must
    be stay.
    """
    elements, years = problem.elements, problem.years
    into, above = fold_forest(problem.parent, problem.owner, problem.first[elements:] < years, problem.must[:elements])
    rows = unfolded(problem)
    kept = rows[rows < elements]
    place = np.full(problem.items, -1, np.int64)
    place[rows] = np.arange(len(rows))
    counted = np.flatnonzero(np.concatenate([into >= 0, np.ones(problem.items - elements, np.bool_)]))
    goes = place[np.concatenate([into, np.arange(elements, problem.items)])[counted]]
    fold = sparse.csr_array((np.ones(len(counted)), (goes, counted)), shape=(len(rows), problem.items))
    number = np.append(place[:elements], -1)
    above = number[above].astype(np.int32)
    return replace(
        problem,
        parent=above[kept],
        owner=above[elements:],
        first=problem.first[rows],
        last=problem.last[rows],
        must=problem.must[rows],
        features=sparse.csr_array(fold @ problem.features),
        present=np.asarray(fold @ problem.present),
    )


def unfolded(problem: Problem) -> Ints:
    """Item of a problem that each item of its contraction stands for; int32[items of the contraction]."""
    elements = problem.elements
    into, _ = fold_forest(
        problem.parent, problem.owner, problem.first[elements:] < problem.years, problem.must[:elements]
    )
    kept = np.flatnonzero(into == np.arange(elements))
    return np.concatenate([kept, np.arange(elements, problem.items)]).astype(np.int32)

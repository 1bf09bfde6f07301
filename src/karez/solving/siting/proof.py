"""What proves that no siting costs less: cases that miss none, each with its multipliers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from karez.solving.siting.bound import bound_of, net_costs
from karez.solving.siting.problem import Longs, Siting

Bytes = npt.NDArray[np.int8]


@dataclass(frozen=True)
class Fixing:
    """Places that every better answer leaves closed, or opens, by multipliers of the problem as it was until then.

    Parameters
    ----------
    dual : int64[customers]
        The multipliers.
    gone, there : int32[…]
        Opening any of `gone`, or leaving any of `there` closed, costs no less than the answer found.
    """

    dual: Longs
    gone: npt.NDArray[np.int32]
    there: npt.NDArray[np.int32]


@dataclass(frozen=True)
class Case:
    """A case: what is decided of places, and multipliers that bound it.

    Parameters
    ----------
    status : int8[places]
        ``GONE``, ``FREE``, ``THERE``; fixings are among what is decided.
    dual : int64[customers]
        The multipliers.
    bound : int
        No answer of the case costs less.
    """

    status: Bytes
    dual: Longs
    bound: int


@dataclass(frozen=True)
class SitingProof:
    """Fixings in order, then the leaves of a tree of decisions on single places; the least bound holds.

    Parameters
    ----------
    scale : int
        Multipliers are this many times finer than costs.
    fixings : tuple[Fixing, ...]
        Each relies on those before it.
    cases : tuple[Case, ...]
        Together they miss no answer that costs less than the one found.
    """

    scale: int
    fixings: tuple[Fixing, ...]
    cases: tuple[Case, ...]

    def bound(self, problem: Siting, value: int) -> int:
        """The bound derived again from the multipliers; a fixing that does not hold proves nothing."""
        status = np.zeros(problem.places, np.int8)
        for fixing in self.fixings:
            rho = net_costs(problem, fixing.dual, self.scale)
            for places, against in ((fixing.gone, 1), (fixing.there, -1)):
                for j in places:
                    flipped = status.copy()
                    flipped[j] = against
                    if bound_of(problem, fixing.dual, self.scale, flipped, rho) < value:
                        return 0
            status[fixing.gone], status[fixing.there] = -1, 1
        return min([value, *(bound_of(problem, case.dual, self.scale, case.status) for case in self.cases)])

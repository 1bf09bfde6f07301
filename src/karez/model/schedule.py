"""The year of every element of a design."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from karez.model.certificate import Certificate, Scope
from karez.model.note import Note

Years = npt.NDArray[np.int16]
CaseTree = dict[str, Any]
"""Cases of a bound, one in the other: ``{"multipliers": …}``, or where an item splits it ``{"element"`` or
``"option": row, "year": programme year, "by": case, "after": case}``: the item has a year by then, or later or none."""

WORTH_HAVING = 1e-7
"""Share of service or cost by which one schedule must be better than another to be preferred."""


@dataclass(frozen=True)
class Schedule:
    """Programme years 1…T, 0 for never. A site enters service at the end of its year (rule 2).

    Parameters
    ----------
    element_year : int16[elements]
        Year of every element of the design's tree.
    site_year : int16[sites]
        Year of every site.
    site_option : int32[sites]
        Row of ``Prices.options`` that serves the site in the end; −1 if unserved.
    certificates : tuple[Certificate, ...]
        Scopes ``schedule`` and ``schedule_cost``.
    multipliers : dict[str, dict[str, float]]
        By scope, the multiplier of each coupling constraint by its name: ``budget:1`` … ``budget:T``
        (cumulative, nominal), ``crew:<method>:t`` (km of programme year t), ``share:<project>``,
        ``maximum_share:<project>``, ``shared:<service>:<cell>`` (busy-hour Mbit/s),
        ``target:<project>:<calendar year>``, ``places:<project>:<calendar year>`` (the same counted by place),
        ``floor:<area>:<calendar year>``, ``service`` (second solve: benefit of the first
        kept). All are ≥ 0, every constraint being written as usage ≤ limit. With them the bound
        is derived again by a dynamic program over the tree: for ``schedule`` no schedule has more service than
        max Σ (service − Σ μ · usage) + Σ μ · limit, for ``schedule_cost`` none costs less than
        min Σ (present cost + Σ μ · usage) − Σ μ · limit, over schedules that build every
        element in the first year of what hangs on it, and keep no other rule.
    cases : dict[str, CaseTree]
        By scope, the cases whose worst bound is that of the certificate, where they prove more than `multipliers`
        alone; rows are those of `elements` and `options`.
    notes : tuple[Note, ...]
        What a reader must know.
    elements, options, constraints : DataFrame
        The problem that was solved, as in ``model.plan.Proof``; `elements` is in the order of the design's tree and
        lacks ``id`` and ``node_id``.
    """

    element_year: Years
    site_year: Years
    site_option: npt.NDArray[np.int32]
    certificates: tuple[Certificate, ...]
    multipliers: dict[str, dict[str, float]] = field(default_factory=dict)
    cases: dict[str, CaseTree] = field(default_factory=dict)
    notes: tuple[Note, ...] = ()
    elements: pd.DataFrame = field(default_factory=pd.DataFrame)
    options: pd.DataFrame = field(default_factory=pd.DataFrame)
    constraints: pd.DataFrame = field(default_factory=pd.DataFrame)

    def certificate(self, scope: Scope) -> Certificate:
        """The certificate of a scope."""
        return next(one for one in self.certificates if one.scope == scope)

    @property
    def service(self) -> float:
        """Discounted, weighted service-years."""
        return self.certificate("schedule").value

    @property
    def present_cost(self) -> float:
        """Present cost."""
        return self.certificate("schedule_cost").value

    def gains_on(self, other: Schedule, least: float) -> bool:
        """Whether it brings more service, by at least that share."""
        return self.service > other.service and self.service >= other.service * (1.0 + least)

    def beats(self, other: Schedule) -> bool:
        """Whether it brings more service, beyond rounding; where it brings as much, whether it costs less."""
        near = WORTH_HAVING * abs(other.service)
        if abs(self.service - other.service) > near:
            return self.service > other.service
        return self.present_cost < other.present_cost * (1.0 - WORTH_HAVING)

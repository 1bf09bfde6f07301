"""A bound over all designs and years together, and what it is derived again from (rule 7)."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

import pandas as pd

from karez.model.certificate import Certificate
from karez.model.design import Design
from karez.model.schedule import Schedule


@dataclass(frozen=True)
class PlanBound:
    """What no plan can pass, whatever its network, its technologies and its years.

    The constraints in `multipliers` are priced, all others left out. A unit of a span's capex built in year s is then
    paid at a price c(s) of service for money, and a site that fibre reaches in year s is worth G(s), the best of
    its ways from then on; never reached, G(T + 1), the best of its other ways. A network only ever grows, so both are
    sums over the years t ≥ s in which it is there: of c(t) − c(t + 1), and of G(t) − G(t + 1). With the rule dropped
    that a year's network holds that of the year before, the years fall apart into T prize-collecting Steiner trees, and
    moats bound each (``model.design.Ascent``).

    Parameters
    ----------
    certificate : Certificate
        Scope ``plan``, in discounted, weighted service-years; the bound is rounded up by one part in 10⁹ of what it
        adds up from.
    multipliers : dict[str, float]
        Price of one unit of each constraint that is priced, in service-years, not negative; names as in
        ``Schedule.multipliers``.
    years : DataFrame
        One row a programme year: ``year`` (1 … T), ``scale`` (whole units of its tree to a service-year),
        ``capex_factor``, ``opex_factor`` (a span costs ⌊capex · factor⌋ + ⌊opex per year · factor⌋ whole units, both in
        minor units of money).
    prizes : DataFrame
        ``year``, ``node``, ``prize`` (int64): prizes of the year's tree in whole units, those that are not zero.
    moats : DataFrame
        ``year``, ``node``, ``radius`` (int64): moats of the year's tree in their order, in whole units. Spans that
        are not there yet in that year are left out of its graph.
    options : DataFrame
        All ways to serve all sites: ``site_id``, ``technology``, ``service`` (of satellites), ``node`` (where the site
        joins the candidate graph; −1 where the way needs no span), ``capex_real``, ``opex_real_per_year``,
        ``benefit``, ``coverage_weight``, ``demand_mbps`` (busy hour), ``earliest_year`` (programme year), ``present_1``
        (present cost built in year 1).
    tried : int
        Prices of money that were tried.
    """

    certificate: Certificate
    multipliers: dict[str, float]
    years: pd.DataFrame
    prizes: pd.DataFrame
    moats: pd.DataFrame
    options: pd.DataFrame
    tried: int = 1


@dataclass(frozen=True)
class JointRound:
    """One round in which the prices of money redesigned the network.

    Parameters
    ----------
    designs : int
        Networks that were scheduled in this round.
    service : float
        Discounted, weighted service-years of the best plan after it.
    """

    designs: int
    service: float


Pair = tuple[Design, Schedule]


@dataclass(frozen=True)
class Improvement:
    """What design and years gained by being chosen together.

    Parameters
    ----------
    service_before, service_after : float
        Discounted, weighted service-years of the plan on the least-cost network, and of the plan in the end.
    cost_before, cost_after : float
        Their present cost, real.
    design_before, design_after : float
        Value of the certificate of scope ``design``: of the least-cost network that was found, and of that handed on.
    design_bound : float | None
        Bound of both.
    rounds : tuple[JointRound, ...]
        What was tried; empty where no round was asked for or there was nothing to price.
    """

    service_before: float
    service_after: float
    cost_before: float
    cost_after: float
    design_before: float
    design_after: float
    design_bound: float | None
    rounds: tuple[JointRound, ...] = field(default=())

    @classmethod
    def between(cls, first: Pair, last: Pair, rounds: tuple[JointRound, ...]) -> Improvement:
        """What came of a first design and schedule."""
        return cls(
            service_before=first[1].service,
            service_after=last[1].service,
            cost_before=first[1].present_cost,
            cost_after=last[1].present_cost,
            design_before=first[0].certificate.value,
            design_after=last[0].certificate.value,
            design_bound=first[0].certificate.bound,
            rounds=rounds,
        )

    @property
    def gain(self) -> float:
        """Share of service gained.

        >>> round(Improvement(200.0, 201.0, 9.0, 9.0, 7.0, 7.0, None).gain, 9)
        0.005
        """
        return self.service_after / self.service_before - 1.0 if self.service_before else 0.0

    @property
    def redesigned(self) -> bool:
        """Whether the network handed on is another than the least-cost one.

        >>> Improvement(200.0, 201.0, 9.0, 9.0, 7.0, 7.0, None).redesigned
        False
        """
        return self.design_after != self.design_before

    @property
    def cost_change(self) -> float:
        """Share by which present cost changed."""
        return self.cost_after / self.cost_before - 1.0 if self.cost_before else 0.0

    def as_dict(self) -> dict[str, Any]:
        """For ``summary.json``: the fields and the gain."""
        return {**asdict(self), "gain": self.gain}

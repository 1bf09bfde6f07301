"""Present cost: the money of a whole life in money of today (rule 3)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def service_years(years: int, horizon: int, rate: float) -> Floats:
    """Discounted years of service if in service at the end of year t = 1…T: Σ_{τ=t+1..H} (1 + r)^−τ.

    >>> service_years(2, 3, 0.0).tolist()
    [2.0, 1.0]
    >>> service_years(1, 2, 0.25).tolist()
    [0.64]
    """
    discount = (1.0 + rate) ** -np.arange(1.0, horizon + 1)
    return np.array([discount[t:].sum() for t in range(1, years + 1)])


def present_factor(life: int, opex_share: float, years: int, horizon: int, rate: float) -> Floats:
    """Present cost of one unit of capex, by the year t = 1…T it is spent in.

    Capex at the end of year t, upkeep in t+1…H, renewal at equal cost after every `life` years before H, less
    the straight-line rest of the last one's value at H; all real and discounted to the start of year 1.

    Parameters
    ----------
    life : int
        Asset life in years.
    opex_share : float
        Upkeep per year as a share of capex.
    years, horizon : int
        Programme years T and appraisal horizon H.
    rate : float
        Real discount rate per year.

    Examples
    --------
    Without discounting, an asset of 10 years bought in year 1 has 9 of them left unused at H = 2:

    >>> present_factor(10, 0.0, 1, 2, 0.0).round(9).tolist()
    [0.1]

    One of 2 years bought in year 1 is bought again in years 3 and 5; H = 6 leaves half of the last:

    >>> present_factor(2, 0.1, 1, 6, 0.0).tolist()
    [3.0]
    """
    upkeep = opex_share * service_years(years, horizon, rate)
    return np.array([asset_factor(life, t, horizon, rate) for t in range(1, years + 1)]) + upkeep


def asset_factor(life: int, year: int, horizon: int, rate: float) -> float:
    """Present cost of one unit of capex spent in a year, without upkeep: renewals up to H less the rest of the last.

    >>> round(asset_factor(10, 1, 2, 0.0), 9), round(asset_factor(10, 0, 2, 0.0), 9)
    (0.1, 0.2)
    """
    bought = np.arange(year, max(horizon, year + 1), life, dtype=np.float64)
    rest = 1.0 - (horizon - bought[-1]) / life
    return float(((1.0 + rate) ** -bought).sum() - rest * (1.0 + rate) ** -float(horizon))

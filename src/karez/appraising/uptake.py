"""How many connect, year after year in service: the logistic curve of diffusion."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from karez.model.business import UptakeCurve

Floats = npt.NDArray[np.float64]


def uptake(age: npt.ArrayLike, midpoint: float, steepness: float) -> Floats:
    """Share of the ceiling that has connected after so many years in service; 0 before service starts.

    >>> uptake([0, 2, 4], 2.0, 1.0).round(3).tolist()
    [0.0, 0.5, 0.881]
    """
    age = np.asarray(age, dtype=np.float64)
    return np.where(age > 0, 1.0 / (1.0 + np.exp(-np.clip(steepness * (age - midpoint), -700.0, 700.0))), 0.0)


def cohort_uptake(curve: UptakeCurve, horizon: int) -> Floats:
    """Share of the ceiling by year of building and year: float64[H, H]; what is built in t earns from t + 1 on.

    >>> cohort_uptake(UptakeCurve(midpoint_years=1.0), 3).round(3).tolist()
    [[0.0, 0.5, 0.731], [0.0, 0.0, 0.5], [0.0, 0.0, 0.0]]
    """
    year = np.arange(1, horizon + 1)
    return uptake(year[None, :] - year[:, None], curve.midpoint_years, curve.steepness_per_year)


def ceiling(curve: UptakeCurve, take_up: float) -> float:
    """Share that connects in the end.

    >>> ceiling(UptakeCurve(), 0.7), ceiling(UptakeCurve(ceiling=0.5), 0.7)
    (0.7, 0.5)
    """
    return take_up if curve.ceiling is None else curve.ceiling

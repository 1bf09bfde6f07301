"""Conversions between units: length, money, time. One unit per quantity inside the package.

Inside: metres; money in the programme's currency at its price year (real) as float64 rounded to two
decimals, or as int64 minor units (hundredths) where an optimiser counts; whole programme years 1…T.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

METRES_PER_KM = 1_000.0
MINOR_PER_UNIT = 100
"""Minor units in one unit of currency (rule 1: two decimals)."""

METRES_PER_DEGREE = 111_195.0
"""Metres in one degree of a meridian on a sphere of 6,371.0088 km: fine enough for the size of cells."""

METRES_PER = {"m": 1.0, "km": METRES_PER_KM, "ft": 0.3048, "mi": 1_609.344}
"""Metres in one unit of length, by the unit's symbol."""


def to_minor(money: npt.ArrayLike) -> npt.NDArray[np.int64]:
    """Turn money into int64 minor units, rounding half to even.

    >>> to_minor([1.005, 2.5, 0.0]).tolist()
    [100, 250, 0]
    """
    return np.rint(np.asarray(money, dtype=np.float64) * MINOR_PER_UNIT).astype(np.int64)


def from_minor(minor: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Turn int64 minor units into money with two decimals.

    >>> from_minor([100, 250]).tolist()
    [1.0, 2.5]
    """
    return np.asarray(minor, dtype=np.int64) / MINOR_PER_UNIT


def round_money(money: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Round money to two decimals (rule 1), so that totals are sums of rounded rows."""
    return from_minor(to_minor(money))


def decibel(ratio: float) -> float:
    """A ratio of powers in decibels.

    >>> decibel(100.0)
    20.0
    """
    return 10.0 * math.log10(ratio)


def ratio(decibels: float) -> float:
    """The ratio of powers that decibels are.

    >>> ratio(20.0)
    100.0
    """
    return float(10.0 ** (decibels / 10.0))

"""What rain does to a hop, worked out a second time: the formulas of the ITU written out, no table and no library.

Specific attenuation is k Rᵅ dB/km (ITU-R P.838-3); over a path it is that times an effective length, and of other
shares of the time by a power law (ITU-R P.530-18, § 2.4.1, steps 2 to 5). The share in which it reaches the fade
margin is the root of a quadratic in log p, where the planner reads it off a table.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from karez.model.radio_rules import RadioBand
from karez.verifying.run import Run
from karez.verifying.verdict import Check, Finding, conclude

RAREST, MOST = 0.001, 1.0
"""Percentages of the time between which the power law holds."""

LEAST_DB = 1e-6
"""Less than this no margin feels."""
SLACK, SHARE = 1e-5, 0.05
"""Unavailabilities that are equal may differ by five minutes a year and this share: the planner reads off a table."""

Curves = tuple[tuple[tuple[float, float, float], ...], float, float]

K: dict[str, Curves] = {
    "horizontal": (
        (
            (-5.33980, -0.10008, 1.13098),
            (-0.35351, 1.26970, 0.45400),
            (-0.23789, 0.86036, 0.15354),
            (-0.94158, 0.64552, 0.16817),
        ),
        -0.18961,
        0.71147,
    ),
    "vertical": (
        (
            (-3.80595, 0.56934, 0.81061),
            (-3.44965, -0.22911, 0.51059),
            (-0.39902, 0.73042, 0.11899),
            (0.50167, 1.07319, 0.27195),
        ),
        -0.16398,
        0.63297,
    ),
}
"""ITU-R P.838-3, tables 1 and 2: aⱼ, bⱼ, cⱼ, then mₖ and cₖ of log₁₀ k."""

ALPHA: dict[str, Curves] = {
    "horizontal": (
        (
            (-0.14318, 1.82442, -0.55187),
            (0.29591, 0.77564, 0.19822),
            (0.32177, 0.63773, 0.13164),
            (-5.37610, -0.96230, 1.47828),
            (16.1721, -3.29980, 3.43990),
        ),
        0.67849,
        -1.95537,
    ),
    "vertical": (
        (
            (-0.07771, 2.33840, -0.76284),
            (0.56727, 0.95545, 0.54039),
            (-0.20238, 1.14520, 0.26809),
            (-48.2991, 0.791669, 0.116226),
            (48.5833, 0.791459, 0.116479),
        ),
        -0.053739,
        0.83433,
    ),
}
"""The same, tables 3 and 4: of α."""


def coefficients(ghz: float, polarisation: str) -> tuple[float, float]:
    """Factor k and exponent α of a horizontal path (ITU-R P.838-3, equations 2 and 3; its table 5 at 20 GHz).

    >>> [round(number, 4) for number in coefficients(20.0, "horizontal")]
    [0.0916, 1.0568]
    """
    return math.pow(10.0, _curve(K[polarisation], ghz)), _curve(ALPHA[polarisation], ghz)


def _curve(curve: Curves, ghz: float) -> float:
    parts, slope, start = curve
    at = math.log10(ghz)
    return sum(a * math.exp(-(((at - b) / c) ** 2)) for a, b, c in parts) + slope * at + start


def attenuation_db(band: RadioBand, km: float, rate: float) -> float:
    """Rain attenuation exceeded 0.01 % of the time, in dB (ITU-R P.530-18, equations 32 and 33).

    Of long paths in little rain the formula says that they dim less than shorter ones: they are taken to dim as much.
    """
    k, alpha = coefficients(band.ghz, band.polarisation)
    lengths: list[float] = [km, *range(1, math.ceil(km))]
    return k * math.pow(rate, alpha) * max(length * _factor(length, alpha, band.ghz, rate) for length in lengths)


def _factor(km: float, alpha: float, ghz: float, rate: float) -> float:
    """What a length is multiplied by to be the effective one: 2.5 at most, and where the formula has none."""
    under = 0.477 * km**0.633 * rate ** (0.073 * alpha) * ghz**0.123 - 10.579 * (1.0 - math.exp(-0.024 * km))
    return min(2.5, 1.0 / under) if under > 0.0 else 2.5


def availability(band: RadioBand, km: float, rate: float) -> float:
    """Share of a year that rain leaves a hop in service: at most 0.99999, and 0 where it is less than 0.99."""
    dims = attenuation_db(band, km, rate) if rate > 0.0 and km > 0.0 else 0.0
    if dims < LEAST_DB:
        return 1.0 - RAREST / 100.0
    c0 = 0.12 + 0.4 * math.log10(band.ghz / 10.0) ** 0.8 if band.ghz >= 10.0 else 0.12
    c1 = 0.07**c0 * 0.12 ** (1.0 - c0)
    c2 = 0.855 * c0 + 0.546 * (1.0 - c0)
    c3 = 0.139 * c0 + 0.043 * (1.0 - c0)
    # margin = A c1 p^−(c2 + c3 log p): with x = log p, c3 x² + c2 x + log(margin / (A c1)) = 0.
    inside = c2 * c2 - 4.0 * c3 * math.log10(band.fade_margin_db / (dims * c1))
    if inside <= 0.0:
        return 1.0 - RAREST / 100.0
    percent = 10.0 ** ((math.sqrt(inside) - c2) / (2.0 * c3))
    return 0.0 if percent > MOST else 1.0 - max(percent, RAREST) / 100.0


def rain(run: Run) -> Check:
    """What rain leaves of every candidate hop, and the rain rate that is worked with."""
    hops = run.proof.radio[run.proof.radio["band"] != ""]
    rate = run.summary["radio"]["rain_mm_per_hour"]
    proven = f"availability of {len(hops):,} candidates in {rate:.1f} mm/h by ITU-R P.530 and P.838; {_basis(run)}"
    return conclude("rain", proven, _rain_findings(run, rate))


def _basis(run: Run) -> str:
    if run.programme.radio.rain_mm_per_hour is not None:
        return "the rate is the settings'"
    without = "the rate taken as told: the extra radio, that has the map of P.837, is not installed"
    return without if _mapped_rate(run) is None else "the rate is that of P.837"


def _rain_findings(run: Run, rate: float) -> Iterator[Finding]:
    given = run.programme.radio.rain_mm_per_hour
    expected = given if given is not None else _mapped_rate(run)
    if expected is not None and abs(rate - expected) > 1e-6 * max(1.0, expected):
        yield Finding(f"is not the {expected:g} mm/h of the settings or of the map", "rain_mm_per_hour")
    bands = {band.name: band for band in run.programme.radio.bands}
    for row in run.proof.radio.to_dict("records"):
        if row["band"] not in bands:
            continue
        own = 1.0 - availability(bands[row["band"]], row["km"], rate)
        if not abs(1.0 - row["availability"] - own) <= SLACK + SHARE * own:
            yield Finding(f"rain leaves it in service {1.0 - own:.6f} of a year, not what is told", row["id"])


def _mapped_rate(run: Run) -> float | None:
    """Rain rate of ITU-R P.837 in the middle of the masts; None where its map is not installed."""
    try:
        from itur.models.itu837 import rainfall_rate  # noqa: PLC0415  an extra
    except ImportError:
        return None
    masts = run.proof.radio_masts
    return float(rainfall_rate(masts["lat"].mean(), masts["lon"].mean(), 0.01).value) if len(masts) else 0.0

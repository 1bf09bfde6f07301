"""How rain dims a hop: its availability by band and length (ITU-R P.530 and P.838), through the library itur.

A table by length is made once a band; hops read it, so that nothing heavy runs for every hop.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt

from karez.errors import UsageFault
from karez.model.radio_rules import RadioBand

Floats = npt.NDArray[np.float64]

STEP_KM, SHORT_STEP_KM = 0.25, 0.05
"""Lengths of the table, and those up to a kilometre; between them availability is read off straight lines."""
EXCEEDED = np.geomspace(0.001, 1.0, 121)
"""Percentages of the time for which ITU-R P.530 (§ 2.4.1, step 5) gives the attenuation that is exceeded."""
TILT = {"horizontal": 0.0, "vertical": 90.0}
"""Tilt of the polarisation, in degrees."""


def rain_rate(lon: float, lat: float) -> float:
    """Rain rate exceeded 0.01 % of a year at a point, in mm/h (ITU-R P.837).

    Raises
    ------
    UsageFault
        If the extra ``radio`` is not installed.
    """
    _require()
    from itur.models.itu837 import rainfall_rate  # noqa: PLC0415  seconds that only projects with radio pay

    return float(rainfall_rate(lat, lon, 0.01).value)


def rain_availability(band: RadioBand, km: Floats, rate: float) -> Floats:
    """Share of a year that rain leaves hops of a band in service, by their length.

    ITU-R P.530 holds from 0.001 % to 1 % of the time: what is better than 0.99999 is given as that, what is worse than
    0.99 as 0.

    Parameters
    ----------
    band : RadioBand
        Frequency, polarisation and margin.
    km : float64[hops]
        Lengths.
    rate : float
        Rain rate exceeded 0.01 % of a year, mm/h.
    """
    longest = float(np.ceil(max(float(km.max(initial=0.0)), 1.0)))
    lengths, share = availability_table(band, longest, rate)
    return np.asarray(np.interp(km, lengths, share))


@lru_cache(maxsize=64)
def availability_table(band: RadioBand, longest_km: float, rate: float) -> tuple[Floats, Floats]:
    """Lengths in km up to the longest, and the availability of each."""
    lengths = np.append(np.arange(0.0, 1.0, SHORT_STEP_KM), np.arange(1.0, longest_km + STEP_KM, STEP_KM))
    if rate <= 0.0:
        return lengths, np.full(len(lengths), 1.0 - EXCEEDED[0] / 100.0)
    lost = np.maximum.accumulate(attenuation(band, lengths[1:], rate), axis=0)
    # The attenuation falls as the percentage rises; where even the rarest is borne, only that share is lost.
    share = np.zeros(len(lengths))
    share[0] = 1.0 - EXCEEDED[0] / 100.0
    for row, dims in enumerate(lost, start=1):
        if dims[-1] <= band.fade_margin_db:
            where = np.interp(-band.fade_margin_db, -dims, np.log(EXCEEDED))
            share[row] = 1.0 - float(np.exp(where)) / 100.0
    return lengths, share


def attenuation(band: RadioBand, km: Floats, rate: float) -> Floats:
    """Rain attenuation in dB that is exceeded :data:`EXCEEDED` per cent of the time: float64[lengths, percentages]."""
    _require()
    from itur.models.itu530 import rain_attenuation  # noqa: PLC0415

    tilt = TILT[band.polarisation]
    with np.errstate(invalid="ignore"):  # below 10 GHz it works out a power that it then does not use
        dims = [
            np.asarray(rain_attenuation(0.0, 0.0, km, band.ghz, 0.0, float(p), tilt, R001=rate).value, np.float64)
            for p in EXCEEDED
        ]
    return np.column_stack(dims)


def _require() -> None:
    try:
        import itur  # noqa: F401, PLC0415  an extra
    except ImportError as error:
        raise UsageFault(
            "Hops between towers need the package itur, for what rain does to them: pip install 'karez[radio]'."
        ) from error

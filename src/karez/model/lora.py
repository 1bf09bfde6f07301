"""What LoRa modulation needs and takes: sensitivity and time on air by spreading factor; its published formulas."""

from __future__ import annotations

import math

SPREADING = (7, 8, 9, 10, 11, 12)
BANDWIDTH_HZ = 125_000.0
SNR_DB = {7: -7.5, 8: -10.0, 9: -12.5, 10: -15.0, 11: -17.5, 12: -20.0}
"""Least ratio of signal to noise at which a message is read (Semtech AN1200.22)."""

OVERHEAD_BYTES = 13
"""LoRaWAN's own header, port and integrity code around a message."""

PREAMBLE = 8.0
CODING_RATE = 1
"""4/5."""


def sensitivity_dbm(spreading: int, noise_figure_db: float) -> float:
    """Least power at which a message is read: thermal noise of the bandwidth, the receiver's noise, the ratio needed.

    >>> [round(sensitivity_dbm(sf, 6.0), 1) for sf in (7, 12)]
    [-124.5, -137.0]
    """
    return -174.0 + 10.0 * math.log10(BANDWIDTH_HZ) + noise_figure_db + SNR_DB[spreading]


def time_on_air_ms(spreading: int, payload_bytes: int) -> float:
    """How long a message lasts (Semtech AN1200.13): explicit header, checksum, low data rate optimised from SF11.

    Parameters
    ----------
    spreading : int
        Spreading factor, 7 to 12.
    payload_bytes : int
        Physical payload: the message with LoRaWAN's 13 bytes.

    Examples
    --------
    Ten bytes, as Semtech's own calculator has them:

    >>> [round(time_on_air_ms(sf, 10), 1) for sf in (7, 10, 12)]
    [41.2, 288.8, 991.2]
    """
    symbol_ms = 2.0**spreading / BANDWIDTH_HZ * 1e3
    slow = 1 if spreading >= 11 else 0
    bits = 8 * payload_bytes - 4 * spreading + 28 + 16
    symbols = 8 + max(math.ceil(bits / (4 * (spreading - 2 * slow))) * (CODING_RATE + 4), 0)
    return (PREAMBLE + 4.25 + symbols) * symbol_ms


def most_load(lost: float, channels: int) -> float:
    """Time on air that a gateway's channels take together, as a share of time, when so many messages collide.

    Pure ALOHA: of a channel loaded G, exp(−2 G) gets through (Abramson 1970, doi:10.1145/1478462.1478502).

    >>> round(most_load(0.1, 8), 3)
    0.421
    """
    return -math.log(1.0 - lost) / 2.0 * channels

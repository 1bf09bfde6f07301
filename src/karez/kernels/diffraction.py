"""Loss over terrain: knife edges along the profile between two antennas."""

from __future__ import annotations

import numpy as np
from numba import njit

from karez.kernels.compiled import KERNEL

EARTH_M = 6_371_000.0
METRES_PER_DEGREE = 111_195.0


@njit(**KERNEL)
def edge_db(v):  # type: ignore[no-untyped-def]
    """Loss of one knife edge, J(ν) of ITU-R P.526-15 (31), in dB; 0 below ν = −0.78."""
    if v <= -0.78:
        return 0.0
    return 6.9 + 20.0 * np.log10(np.sqrt((v - 0.1) ** 2 + 1.0) + v - 0.1)


@njit(**KERNEL)
def _highest(height, at, first, last, wavelength, radius):  # type: ignore[no-untyped-def]
    """The point between two others with the greatest ν over the line that joins them, and that ν."""
    best = -np.inf
    place = -1
    for i in range(first + 1, last):
        d1, d2 = at[i] - at[first], at[last] - at[i]
        line = (height[first] * d2 + height[last] * d1) / (d1 + d2)
        over = height[i] + d1 * d2 / (2.0 * radius) - line
        v = over * np.sqrt(2.0 * (d1 + d2) / (wavelength * d1 * d2))
        if v > best:
            best = v
            place = i
    return place, best


@njit(**KERNEL)
def cascade_db(height, at, wavelength, radius):  # type: ignore[no-untyped-def]
    """Loss of up to three knife edges, in dB: the cascaded method of ITU-R P.526-15 § 4.5.2 (Deygout's, limited).

    Parameters
    ----------
    height : float64[points]
        Heights above sea along the way, in metres; the ends are those of the antennas.
    at : float64[points]
        Distances from the first, in metres.
    wavelength : float
        In metres.
    radius : float
        Effective radius of the Earth, in metres.
    """
    last = height.size - 1
    if last < 2:
        return 0.0
    place, v = _highest(height, at, 0, last, wavelength, radius)
    if v <= -0.78:
        return 0.0
    main = edge_db(v)
    _, before = _highest(height, at, 0, place, wavelength, radius)
    _, after = _highest(height, at, place, last, wavelength, radius)
    more = edge_db(before) + edge_db(after) + 10.0 + 0.04 * at[last] / 1000.0
    return main + (1.0 - np.exp(-main / 6.0)) * more


@njit(**KERNEL)
def profile(elevation, west, north, step_lon, step_lat, lon1, lat1, lon2, lat2, points):  # type: ignore[no-untyped-def]
    """Elevation at even steps between two places, bilinear between the middles of cells; NaN where unknown."""
    rows, columns = elevation.shape
    heights = np.empty(points)
    for i in range(points):
        share = i / (points - 1)
        x = (lon1 + share * (lon2 - lon1) - west) / step_lon - 0.5
        y = (north - lat1 - share * (lat2 - lat1)) / step_lat - 0.5
        c = min(max(int(np.floor(x)), 0), columns - 2)
        r = min(max(int(np.floor(y)), 0), rows - 2)
        a = min(max(x - c, 0.0), 1.0)
        b = min(max(y - r, 0.0), 1.0)
        top = elevation[r, c] * (1.0 - a) + elevation[r, c + 1] * a
        low = elevation[r + 1, c] * (1.0 - a) + elevation[r + 1, c + 1] * a
        heights[i] = top * (1.0 - b) + low * b
    return heights


@njit(**KERNEL)
def terrain_db(  # type: ignore[no-untyped-def]
    elevation, west, north, step_lon, step_lat, lon1, lat1, height1, lon2, lat2, height2, metres, step_m, wavelength,
    radius,
):  # fmt: skip
    """Loss over terrain of every pair of antennas: float64[pairs], in dB; NaN where the elevation is not known.

    Parameters
    ----------
    elevation, west, north, step_lon, step_lat
        The raster, see :class:`karez.model.inputs.Relief`.
    lon1, lat1, lon2, lat2 : float64[pairs]
        Both ends, in degrees.
    height1, height2 : float
        Antennas above ground, in metres.
    metres : float64[pairs]
        Distance.
    step_m : float
        Distance of points along the profile.
    wavelength, radius : float
        In metres.
    """
    loss = np.zeros(lon1.size)
    for e in range(lon1.size):
        points = max(3, int(np.ceil(metres[e] / step_m)) + 1)
        heights = profile(elevation, west, north, step_lon, step_lat, lon1[e], lat1[e], lon2[e], lat2[e], points)
        heights[0] += height1
        heights[-1] += height2
        known = True
        for i in range(points):
            if not np.isfinite(heights[i]):
                known = False
        if not known:
            loss[e] = np.nan
            continue
        loss[e] = cascade_db(heights, np.linspace(0.0, max(metres[e], 1.0), points), wavelength, radius)
    return loss

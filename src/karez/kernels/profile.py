"""Rays over ground: how much room a radio path has, sample by sample along its profile.

The ray between two antennas is straight over an Earth whose radius is multiplied by k. At distances d₁ and d₂ from its
ends the Earth bulges by d₁ d₂ / (2 k R), and the first Fresnel zone has the radius √(λ d₁ d₂ / (d₁ + d₂)) (ITU-R
P.530-18, § 2.2, equation 2, and ITU-R P.526-15, equation 2).
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from numba import njit

Floats = npt.NDArray[np.float64]
Singles = npt.NDArray[np.float32]
Longs = npt.NDArray[np.int64]

EARTH_M = 6_371_008.8
"""Mean radius of the Earth."""
LIGHT_M_PER_NS = 0.299792458
"""Metres light goes in a nanosecond: over a frequency in GHz, the wavelength in metres."""


@njit(cache=True, nogil=True)
def bulge(one_m: float, other_m: float, k: float) -> float:
    """How far the Earth stands up into a path at distances from its ends, in metres.

    >>> round(bulge(25_000.0, 25_000.0, 4.0 / 3.0), 1)
    36.8
    """
    return one_m * other_m / (2.0 * k * EARTH_M)


@njit(cache=True, nogil=True)
def fresnel_radius(one_m: float, other_m: float, ghz: float) -> float:
    """Radius of the first Fresnel zone at distances from the ends of a path, in metres.

    >>> round(fresnel_radius(10_000.0, 10_000.0, 6.0), 2)
    15.81
    """
    return math.sqrt(LIGHT_M_PER_NS / ghz * one_m * other_m / (one_m + other_m))


@njit(cache=True, nogil=True)
def elevation_at(
    elevation: Singles, west: float, north: float, step_lon: float, step_lat: float, lon: float, lat: float
) -> float:
    """Elevation of a point between the middles of four cells, bilinear; NaN outside the raster or where it is empty.

    Within half a cell of the raster's edge the cells of the edge stand for what lies beyond.
    """
    rows, columns = elevation.shape
    x, y = (lon - west) / step_lon, (north - lat) / step_lat
    if not (0.0 <= x <= columns and 0.0 <= y <= rows):
        return math.nan
    x, y = min(max(x - 0.5, 0.0), columns - 1.0), min(max(y - 0.5, 0.0), rows - 1.0)
    left, top = min(int(x), max(columns - 2, 0)), min(int(y), max(rows - 2, 0))
    right, low = min(left + 1, columns - 1), min(top + 1, rows - 1)
    u, v = x - left, y - top
    upper = elevation[top, left] * (1.0 - u) + elevation[top, right] * u
    lower = elevation[low, left] * (1.0 - u) + elevation[low, right] * u
    return float(upper * (1.0 - v) + lower * v)


@njit(cache=True, nogil=True)
def on_sphere(lon: float, lat: float) -> Floats:
    """A point of the unit sphere: float64[3]."""
    lam, phi = math.radians(lon), math.radians(lat)
    return np.array([math.cos(phi) * math.cos(lam), math.cos(phi) * math.sin(lam), math.sin(phi)])


@njit(cache=True, nogil=True)
def between(start: Floats, end: Floats, angle: float, part: float, west: float) -> tuple[float, float]:
    """Longitude and latitude of a point on the great circle that `angle` joins, at a part of the way.

    The longitude is that of a raster which begins in the `west`.
    """
    if angle > 1e-9:
        a, b = math.sin((1.0 - part) * angle) / math.sin(angle), math.sin(part * angle) / math.sin(angle)
    else:
        a, b = 1.0 - part, part
    x, y, z = a * start[0] + b * end[0], a * start[1] + b * end[1], a * start[2] + b * end[2]
    lon = math.degrees(math.atan2(y, x))
    return lon + 360.0 if lon < west else lon, math.degrees(math.atan2(z, math.hypot(x, y)))


@njit(cache=True, nogil=True)
def pieces_of(length_m: float, step_m: float) -> int:
    """Pieces that a path is cut into."""
    return max(2, math.ceil(length_m / step_m))


@njit(cache=True, nogil=True)
def clearances(
    elevation: Singles,
    west: float,
    north: float,
    step_lon: float,
    step_lat: float,
    lonlat: Floats,
    height_m: Floats,
    one: Longs,
    other: Longs,
    length_m: Floats,
    ghz: Floats,
    k: float,
    share: float,
    step_m: float,
    out: Floats,
    place: Floats,
) -> None:
    """Write into `out` the least room of every path above the ground, less the part of the Fresnel zone, in metres.

    Parameters
    ----------
    elevation : float32[rows, columns]
        Raster in degrees, row 0 in the north.
    west, north, step_lon, step_lat : float
        Outer corner of its first cell, size of a cell.
    lonlat : float64[towers, 2]
        Degrees.
    height_m : float64[towers]
        Antennas above ground.
    one, other : int64[paths]
        Ends.
    length_m : float64[paths]
        Length of each path.
    ghz : float64[bands]
        Frequencies.
    k, share : float
        Factor on the Earth's radius, and part of the first Fresnel zone that must be free.
    step_m : float
        Samples are no further apart.
    out : float64[paths, bands]
        Overwritten: negative where a path is blocked, NaN where the raster does not say.
    place : float64[paths, bands]
        Overwritten: how far from `one` that is, in metres.
    """
    point = np.empty((len(lonlat), 3))
    ground = np.empty(len(lonlat))
    for tower in range(len(lonlat)):
        point[tower] = on_sphere(lonlat[tower, 0], lonlat[tower, 1])
        ground[tower] = elevation_at(elevation, west, north, step_lon, step_lat, lonlat[tower, 0], lonlat[tower, 1])
    for path in range(len(one)):
        u, v = one[path], other[path]
        start, end = ground[u] + height_m[u], ground[v] + height_m[v]
        pieces = pieces_of(length_m[path], step_m)
        for band in range(len(ghz)):
            out[path, band] = min(height_m[u], height_m[v])
            place[path, band] = 0.0 if height_m[u] <= height_m[v] else length_m[path]
        if math.isnan(start) or math.isnan(end):
            out[path], place[path] = math.nan, math.nan
            continue
        for piece in range(1, pieces):
            part = piece / pieces
            lon, lat = between(point[u], point[v], length_m[path] / EARTH_M, part, west)
            here = elevation_at(elevation, west, north, step_lon, step_lat, lon, lat)
            one_m = part * length_m[path]
            other_m = length_m[path] - one_m
            room = start + (end - start) * part - here - bulge(one_m, other_m, k)
            for band in range(len(ghz)):
                free = room - share * fresnel_radius(one_m, other_m, ghz[band])
                # NaN stays NaN.
                if not free >= out[path, band]:
                    out[path, band], place[path, band] = free, one_m
            if math.isnan(here):
                out[path], place[path] = math.nan, math.nan
                break


@njit(cache=True, nogil=True)
def ground_profile(
    elevation: Singles,
    west: float,
    north: float,
    step_lon: float,
    step_lat: float,
    ends: Floats,
    length_m: float,
    step_m: float,
) -> Floats:
    """Ground under a path, where :func:`clearances` looks at it: float64[samples, 2], distance and elevation in metres.

    Parameters
    ----------
    elevation, west, north, step_lon, step_lat
        Raster in degrees, row 0 in the north; outer corner of its first cell, size of a cell.
    ends : float64[2, 2]
        Degrees.
    length_m, step_m : float
        Length of the path; samples are no further apart than the step.
    """
    pieces = pieces_of(length_m, step_m)
    start, end = on_sphere(ends[0, 0], ends[0, 1]), on_sphere(ends[1, 0], ends[1, 1])
    found = np.empty((pieces + 1, 2))
    for piece in range(pieces + 1):
        part = piece / pieces
        lon, lat = between(start, end, length_m / EARTH_M, part, west)
        if part in (0.0, 1.0):  # to the very raster cell that the masts stand on
            lon, lat = ends[int(part), 0], ends[int(part), 1]
        found[piece, 0] = part * length_m
        found[piece, 1] = elevation_at(elevation, west, north, step_lon, step_lat, lon, lat)
    return found

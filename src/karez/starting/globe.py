"""Positions on the globe: unit vectors for distances, a seamless frame around one country for shapes.

Coordinates are (longitude, latitude) in degrees, in that order, as float64[points, 2].
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

Floats = npt.NDArray[np.float64]
Indices = npt.NDArray[np.int64]

EARTH_RADIUS_KM = 6_371.0088
"""Mean radius of the Earth (IUGG)."""


def unit_vectors(lonlat: Floats) -> Floats:
    """Positions as float64[points, 3] on the unit sphere; between near points the chord is the distance."""
    lon, lat = np.radians(lonlat[:, 0]), np.radians(lonlat[:, 1])
    return np.column_stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])


def positions(vectors: Floats) -> Floats:
    """Longitude and latitude of vectors of any length."""
    lon = np.degrees(np.arctan2(vectors[:, 1], vectors[:, 0]))
    lat = np.degrees(np.arctan2(vectors[:, 2], np.hypot(vectors[:, 0], vectors[:, 1])))
    return np.column_stack([lon, lat])


def chord_km(chord: Floats) -> Floats:
    """Great-circle distance in km of a chord of the unit sphere."""
    return np.asarray(2.0 * EARTH_RADIUS_KM * np.arcsin(np.clip(chord / 2.0, 0.0, 1.0)))


def distance_km(one: Floats, other: Floats) -> Floats:
    """Great-circle distance in km, row by row."""
    return chord_km(np.linalg.norm(unit_vectors(one) - unit_vectors(other), axis=1))


def between(one: Floats, other: Floats, share: Floats) -> Floats:
    """Points at a share (0 to 1) of the great circle from `one` to `other`, row by row."""
    a, b = unit_vectors(one), unit_vectors(other)
    angle = distance_km(one, other) / EARTH_RADIUS_KM
    sine = np.maximum(np.sin(angle), 1e-15)
    flat = angle < 1e-9
    weight_a = np.where(flat, 1.0 - share, np.sin((1.0 - share) * angle) / sine)
    weight_b = np.where(flat, share, np.sin(share * angle) / sine)
    return positions(weight_a[:, None] * a + weight_b[:, None] * b)


@dataclass(frozen=True)
class Frame:
    """A frame around one country in which the date line is no seam: longitudes count from its middle.

    Parameters
    ----------
    middle_lon : float
        Longitude in degrees that becomes 0.
    """

    middle_lon: float

    @classmethod
    def around(cls, lon: Floats) -> Frame:
        """Frame whose seam lies in the widest gap between longitudes."""
        ring = np.unique(np.mod(lon, 360.0))
        gaps = np.diff(ring, append=ring[0] + 360.0)
        widest = int(np.argmax(gaps))
        seam = ring[widest] + gaps[widest] / 2.0
        return cls(round(float(np.mod(seam, 360.0)) - 180.0, 6))

    def longitude(self, lon: Floats) -> Floats:
        """Longitudes in the frame, from −180 up to 180."""
        return np.asarray(np.mod(lon - self.middle_lon + 180.0, 360.0) - 180.0)

    def points(self, lonlat: Floats) -> Floats:
        """Points in the frame."""
        return np.column_stack([self.longitude(lonlat[:, 0]), lonlat[:, 1]])

    def shapes(self, shapes: npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
        """Shapes in the frame, each moved whole, so that one that ends at the date line stays in one piece."""
        if not len(shapes):
            return shapes
        west, _, east, _ = shapely.bounds(shapes).T
        middle = (west + east) / 2.0
        offset = self.longitude(middle) - middle
        each = np.repeat(offset, shapely.get_num_coordinates(shapes))
        coordinates = shapely.get_coordinates(shapes)
        coordinates[:, 0] += each
        return np.asarray(shapely.set_coordinates(shapes.copy(), coordinates))

    def back(self, shape: shapely.Geometry) -> shapely.Geometry:
        """Bring a polygon of the frame back to the globe, cut at the date line where it crosses it."""
        turns = []
        for turn in (-360.0, 0.0, 360.0):
            west, east = turn - 180.0 - self.middle_lon, turn + 180.0 - self.middle_lon
            piece = shapely.intersection(shape, shapely.box(west, -90.0, east, 90.0))
            turns.append(_moved(piece, self.middle_lon - turn))
        return polygons_of(shapely.union_all(turns))


def _moved(shape: shapely.Geometry, degrees: float) -> shapely.Geometry:
    """Move a shape eastward."""
    return shapely.transform(shape, lambda lonlat: lonlat + np.array([degrees, 0.0]))


def polygons_of(shape: shapely.Geometry) -> shapely.Geometry:
    """Return the polygons of a shape, without the points and lines that cutting leaves."""
    parts = shapely.get_parts(shape)
    parts = np.concatenate([shapely.get_parts(part) for part in parts]) if len(parts) else parts
    return shapely.union_all(parts[shapely.get_type_id(parts) == shapely.GeometryType.POLYGON])


def to_plane(lonlat: Floats) -> Floats:
    """Conformal cylinder on the sphere: keeps directions, so that cells look right at any latitude.

    No length is ever taken from it.
    """
    return np.column_stack([np.radians(lonlat[:, 0]), np.arctanh(np.sin(np.radians(lonlat[:, 1])))])


def from_plane(xy: Floats) -> Floats:
    """Inverse of :func:`to_plane`."""
    return np.column_stack([np.degrees(xy[:, 0]), np.degrees(np.arcsin(np.tanh(xy[:, 1])))])


def cut_at_date_line(one: Floats, other: Floats) -> tuple[Floats, Floats, Indices]:
    """Cut straight lines between `one` and `other` where they cross the date line.

    Returns
    -------
    one, other : float64[pieces, 2]
        Ends of the pieces. The two halves of a cut line meet at longitude 180 and −180, the same point. Pieces
        without length are left out.
    line : int64[pieces]
        Row each piece is from.
    """
    crosses = np.abs(one[:, 0] - other[:, 0]) > 180.0
    line = np.repeat(np.arange(len(one)), np.where(crosses, 2, 1))
    first, last = one[line].copy(), other[line].copy()
    if crosses.any():
        row = np.flatnonzero(crosses)
        side = np.where(one[row, 0] > 0, 180.0, -180.0)
        to_line = side - one[row, 0]
        whole = to_line + (other[row, 0] + side)
        share = np.divide(to_line, whole, out=np.zeros(len(row)), where=whole != 0)
        lat = one[row, 1] + share * (other[row, 1] - one[row, 1])
        head = np.searchsorted(line, row)
        last[head] = np.column_stack([side, lat])
        first[head + 1] = np.column_stack([-side, lat])
    real = (first != last).any(axis=1)
    return first[real], last[real], line[real]

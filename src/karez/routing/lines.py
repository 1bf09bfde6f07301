"""Many lines as flat coordinate arrays: measured, cut and strung together without a loop."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyproj
import shapely

Floats = npt.NDArray[np.float64]
Indices = npt.NDArray[np.int64]

GEOD = pyproj.Geod(ellps="WGS84")


class Metric:
    """A metric plane around a region: azimuthal equidistant, so a date line inside the region is no seam.

    Easting and northing in metres, in that order. Used to find what is nearest; lengths are geodesic.

    Parameters
    ----------
    lonlat : float64[points, 2]
        Points whose middle on the globe becomes the centre.
    """

    def __init__(self, lonlat: Floats) -> None:
        lon, lat = np.radians(lonlat[:, 0]), np.radians(lonlat[:, 1])
        middle = np.array([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)]).mean(axis=1)
        centre_lon = round(float(np.degrees(np.arctan2(middle[1], middle[0]))), 3)
        centre_lat = round(float(np.degrees(np.arctan2(middle[2], np.hypot(middle[0], middle[1])))), 3)
        plane = pyproj.CRS.from_proj4(f"+proj=aeqd +lon_0={centre_lon} +lat_0={centre_lat} +datum=WGS84 +units=m")
        self._there = pyproj.Transformer.from_crs(4326, plane, always_xy=True)

    def plane(self, lonlat: Floats) -> Floats:
        """Easting and northing in metres of float64[points, 2] degrees."""
        return np.column_stack(self._there.transform(lonlat[:, 0], lonlat[:, 1])).reshape(-1, 2)

    def globe(self, plane: Floats) -> Floats:
        """Longitude and latitude in degrees of float64[points, 2] metres."""
        return np.column_stack(self._there.transform(plane[:, 0], plane[:, 1], direction="INVERSE")).reshape(-1, 2)


@dataclass(frozen=True)
class Lines:
    """Lines as one array of vertices.

    Parameters
    ----------
    lonlat : float64[vertices, 2]
        Degrees.
    plane : float64[vertices, 2]
        The same vertices in metres, see :class:`Metric`.
    first : int64[lines + 1]
        Where each line's vertices begin; every line has at least two.
    table : DataFrame
        One row a line: ``length_m`` (surveyed or geodesic), ``method``, ``layer``, ``ground`` …; carried along.
    """

    lonlat: Floats
    plane: Floats
    first: Indices
    table: pd.DataFrame

    def __len__(self) -> int:
        """Number of lines."""
        return len(self.first) - 1

    @property
    def line_of_vertex(self) -> Indices:
        """Number of the line each vertex belongs to."""
        return np.repeat(np.arange(len(self)), np.diff(self.first))

    @property
    def along(self) -> Floats:
        """Distance in metres of every vertex from the start of its line, in the plane."""
        step = np.hypot(*np.diff(self.plane, axis=0, prepend=self.plane[:1]).T)
        step[self.first[:-1]] = 0.0
        total = np.cumsum(step)
        start: Floats = total[self.first[:-1]]
        return np.asarray(total - np.repeat(start, np.diff(self.first)))

    @property
    def plane_length(self) -> Floats:
        """Length in metres of every line in the plane."""
        return self.along[self.first[1:] - 1]

    def geodesic_length(self) -> Floats:
        """Length in metres of every line on the WGS 84 ellipsoid."""
        lon, lat = self.lonlat.T
        step = np.zeros(len(lon))
        if len(lon) > 1:
            step[1:] = GEOD.inv(lon[:-1], lat[:-1], lon[1:], lat[1:])[2]
        step[self.first[:-1]] = 0.0
        return np.asarray(np.add.reduceat(step, self.first[:-1])) if len(self) else np.zeros(0)

    def shapes(self, *, plane: bool = False) -> npt.NDArray[np.object_]:
        """The lines as shapely LineStrings, in degrees or in the plane."""
        return np.asarray(shapely.linestrings(self.plane if plane else self.lonlat, indices=self.line_of_vertex))

    def cut(self, line: Indices, at: Floats, metric: Metric, tolerance: float) -> tuple[Self, Indices]:
        """Cut lines at distances along them.

        Parameters
        ----------
        line : int64[cuts]
            Line to cut.
        at : float64[cuts]
            Distance in metres from its start, in the plane. Cuts within `tolerance` of an end or of a cut before
            are left out.
        metric : Metric
            To carry new vertices back to the globe.
        tolerance : float
            Metres.

        Returns
        -------
        pieces : Lines
            In the order of the lines. ``length_m`` is shared out by length in the plane.
        parent : int64[pieces]
            Line each piece is from.
        """
        line, at = self._spaced(line, at, tolerance)
        if not len(line):
            return self, np.arange(len(self))
        along = self.along
        owner = np.concatenate([self.line_of_vertex, line])
        distance = np.concatenate([along, at])
        is_cut = np.concatenate([np.zeros(len(along), bool), np.ones(len(at), bool)])
        new_plane = self._point_at(line, at, along)
        plane = np.concatenate([self.plane, new_plane])
        lonlat = np.concatenate([self.lonlat, metric.globe(new_plane)])
        rank = np.lexsort((is_cut, distance, owner))
        repeats = 1 + is_cut[rank]
        take = np.repeat(rank, repeats)
        # A cut vertex stands twice: last of one piece, first of the next.
        opens = np.zeros(len(take), bool)
        opens[np.cumsum(repeats)[is_cut[rank]] - 1] = True
        opens[0] = True
        opens[1:] |= owner[take][1:] != owner[take][:-1]
        first = np.append(np.flatnonzero(opens), len(take))
        parent = owner[take][first[:-1]]
        table = self.table.iloc[parent].reset_index(drop=True)
        pieces = type(self)(lonlat[take], plane[take], first, table)
        whole = self.plane_length[parent]
        share = np.divide(pieces.plane_length, whole, out=np.ones(len(parent)), where=whole > 0)
        table["length_m"] = table["length_m"].to_numpy() * share
        return pieces, parent

    def _spaced(self, line: Indices, at: Floats, tolerance: float) -> tuple[Indices, Floats]:
        """Cuts in order, without those too near to an end or to the cut before."""
        inside = (at > tolerance) & (at < self.plane_length[line] - tolerance)
        rank = np.lexsort((at[inside], line[inside]))
        line, at = line[inside][rank], at[inside][rank]
        keep = np.ones(len(line), bool)
        keep[1:] = (line[1:] != line[:-1]) | (np.diff(at) > tolerance)
        return line[keep], at[keep]

    def _point_at(self, line: Indices, at: Floats, along: Floats) -> Floats:
        """Points in the plane at distances along lines."""
        # Line numbers are spread far apart, so that one sorted search finds the vertex before each cut.
        spread = 2.0 * (float(along.max(initial=0.0)) + 1.0)
        before = np.searchsorted(along + self.line_of_vertex * spread, at + line * spread, side="right") - 1
        before = np.minimum(before, self.first[line + 1] - 2)
        step = along[before + 1] - along[before]
        share = np.divide(at - along[before], step, out=np.zeros(len(at)), where=step > 0)
        return np.asarray(self.plane[before] + share[:, None] * (self.plane[before + 1] - self.plane[before]))

    def select(self, keep: npt.NDArray[np.bool_]) -> Self:
        """Return the lines marked in `keep`."""
        vertices = np.repeat(keep, np.diff(self.first))
        first = np.concatenate([[0], np.cumsum(np.diff(self.first)[keep])])
        return type(self)(self.lonlat[vertices], self.plane[vertices], first, self.table[keep].reset_index(drop=True))

    def extend(self, others: Self) -> Self:
        """Return these lines and `others` behind them."""
        return type(self)(
            np.concatenate([self.lonlat, others.lonlat]),
            np.concatenate([self.plane, others.plane]),
            np.concatenate([self.first, others.first[1:] + self.first[-1]]),
            pd.concat([self.table, others.table], ignore_index=True),
        )

    @classmethod
    def straight(cls, start: Floats, end: Floats, metric: Metric, table: pd.DataFrame) -> Self:
        """Lines of two vertices between points given in degrees."""
        lonlat = np.stack([start, end], axis=1).reshape(-1, 2)
        return cls(lonlat, metric.plane(lonlat), np.arange(0, len(lonlat) + 1, 2), table)

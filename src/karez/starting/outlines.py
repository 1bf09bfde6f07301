"""Outlines of countries: Natural Earth 1:10m (public domain), as packed by world-atlas in TopoJSON.

Whose a piece of land is follows the settlements on it as GeoNames codes them, not the outline's own label: so
overseas departments, which Natural Earth draws as part of their country, can be started on their own. Outlines are
planning outlines and say nothing on the status of any territory.
"""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from karez.starting.globe import Floats, Frame, polygons_of
from karez.starting.nations import Nation, nations, settlements

FAR_DEGREES = 3.0
"""Uninhabited land further than this outside the box around a country's settlements is left out."""

LEAST_RING = 4
"""Quantising leaves islets of fewer points, the first repeated: they have no area."""


@dataclass(frozen=True)
class Pieces:
    """Every piece of land of the world.

    Parameters
    ----------
    shapes : object[pieces]
        Polygons in degrees; those over the date line go on beyond 180.
    number : object[pieces]
        ISO 3166-1 numeric code of the country it is drawn as; empty where that has none.
    """

    shapes: npt.NDArray[np.object_]
    number: npt.NDArray[np.object_]


@dataclass(frozen=True)
class Land:
    """Land around one country, in its frame.

    Parameters
    ----------
    own : Geometry
        The country; empty where Natural Earth does not draw it.
    others : object[pieces]
        Land of other countries within reach.
    """

    own: shapely.Geometry
    others: npt.NDArray[np.object_]

    def covers(self, points: Floats) -> npt.NDArray[np.bool_]:
        """Whether points of the frame lie on anybody's land."""
        shapely.prepare(self.own)
        dry = np.asarray(shapely.contains_xy(self.own, points[:, 0], points[:, 1]))
        for shape in self.others:
            west, south, east, north = shape.bounds
            x, y = points.T
            ask = np.flatnonzero(~dry & (x >= west) & (x <= east) & (y >= south) & (y <= north))
            if len(ask):
                shapely.prepare(shape)
                dry[ask] = shapely.contains_xy(shape, x[ask], y[ask])
        return dry


@lru_cache(maxsize=1)
def pieces_of_the_world() -> Pieces:
    """Read the bundled outlines."""
    packed = files("karez.starting").joinpath("assets").joinpath("countries-10m.json.gz").read_bytes()
    return decode_topology(json.loads(gzip.decompress(packed)))


def decode_topology(topology: dict[str, Any]) -> Pieces:
    """Decode the object ``countries`` of a quantised TopoJSON file.

    Follows the TopoJSON format specification 1.0: arcs are delta-coded integers; a ring strings arcs together, each
    starting where the one before ended; ``~i`` is arc i turned round. Polygons that the file's maker has stitched over
    the date line go on beyond 180 degrees here.
    """
    scale, shift = (np.array(topology["transform"][key]) for key in ("scale", "translate"))
    arcs = [np.cumsum(arc, axis=0) * scale + shift for arc in topology["arcs"]]
    drawn, number = [], []
    for country in topology["objects"]["countries"]["geometries"]:
        polygons = country["arcs"] if country["type"] == "MultiPolygon" else [country["arcs"]]
        for rings in polygons:
            shell, *holes = (_ring(ring, arcs) for ring in rings)
            if len(shell) >= LEAST_RING:
                drawn.append(
                    shapely.Polygon(shell, [_beside(hole, shell) for hole in holes if len(hole) >= LEAST_RING])
                )
                number.append(country.get("id", ""))
    shapes = np.array(drawn, dtype=object)
    broken = np.flatnonzero(~shapely.is_valid(shapes))
    shapes[broken] = [polygons_of(shapely.make_valid(shape)) for shape in shapes[broken]]
    parts, row = shapely.get_parts(shapes, return_index=True)
    return Pieces(parts, np.array(number, dtype=object)[row])


def _ring(ring: list[int], arcs: list[Floats]) -> Floats:
    """String arcs together. A ring over the date line goes on beyond 180; one around a pole is led over the pole."""
    parts = [arcs[arc] if arc >= 0 else arcs[~arc][::-1] for arc in ring]
    lonlat = np.concatenate([parts[0], *(part[1:] for part in parts[1:])])
    lonlat[:, 0] = np.unwrap(lonlat[:, 0], period=360.0)
    if abs(lonlat[-1, 0] - lonlat[0, 0]) < 180.0:
        return lonlat
    pole = 90.0 if lonlat[0, 1] > 0.0 else -90.0
    over_pole = np.array([[lonlat[-1, 0], pole], [lonlat[0, 0], pole]])
    return np.concatenate([lonlat, over_pole, lonlat[:1]])


def _beside(hole: Floats, shell: Floats) -> Floats:
    """Bring a hole to the turn of the globe that its shell is drawn on."""
    turns = np.rint((shell[:, 0].mean() - hole[:, 0].mean()) / 360.0)
    return np.asarray(hole + np.array([360.0 * turns, 0.0]))


def land_around(nation: Nation, places: pd.DataFrame, frame: Frame) -> Land:
    """Land of a country and of its neighbours.

    Parameters
    ----------
    nation : Nation
        The country.
    places : DataFrame
        Its settlements: ``lon``, ``lat``.
    frame : Frame
        Frame around them.
    """
    world = pieces_of_the_world()
    shapes = frame.shapes(world.shapes)
    spots = frame.points(places[["lon", "lat"]].to_numpy())
    west, south, east, north = shapely.bounds(shapes).T
    low, high = spots.min(axis=0) - FAR_DEGREES, spots.max(axis=0) + FAR_DEGREES
    reach = (west <= high[0]) & (east >= low[0]) & (south <= high[1]) & (north >= low[1])
    asked = np.flatnonzero(reach)
    own = np.zeros(len(shapes), bool)
    own[asked] = _owners(world, asked, frame, shapes) == nation.code
    country = shapely.union_all(shapes[own]) if own.any() else shapely.MultiPolygon()
    return Land(country, shapes[reach & ~own])


def _owners(
    world: Pieces, asked: npt.NDArray[np.int64], frame: Frame, shapes: npt.NDArray[np.object_]
) -> npt.NDArray[np.object_]:
    """Country of each asked piece: that of most settlements on it, else the one it is drawn as."""
    everyone = settlements()
    points = frame.points(everyone[["lon", "lat"]].to_numpy())
    west, south, east, north = shapely.total_bounds(shapes[asked])
    lon, lat = points.T
    near = np.flatnonzero((lon >= west) & (lon <= east) & (lat >= south) & (lat <= north))
    piece, point = shapely.STRtree(shapely.points(points[near])).query(shapes[asked], predicate="contains")
    found = pd.DataFrame({"piece": piece, "code": everyone["code"].to_numpy()[near[point]]})
    ranked = found.groupby(["piece", "code"]).size().reset_index(name="count")
    ranked = ranked.sort_values(["piece", "count", "code"], ascending=[True, False, True])
    most = ranked.drop_duplicates("piece")
    code_of = {nation.number: nation.code for nation in nations()}
    owner = np.array([code_of.get(number, "") for number in world.number[asked]], dtype=object)
    owner[most["piece"].to_numpy()] = most["code"].to_numpy()
    return owner

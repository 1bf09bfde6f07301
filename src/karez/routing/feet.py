"""Where the drops of premises may meet a street: the feet of the nearest few."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from karez.routing.lines import Floats, Indices

Flags = npt.NDArray[np.bool_]
Shapes = npt.NDArray[np.object_]

FURTHER = 1.7
FURTHER_M = 8.0
"""Another street counts up to this factor of the nearest one's distance, plus this."""


@dataclass(frozen=True)
class Feet:
    """One row for each premises and street it may join, sorted by premises, nearest first.

    Parameters
    ----------
    point : int64[feet]
        Row of the premises.
    line : int64[feet]
        Street.
    at_m : float64[feet]
        Distance along the street, in the plane.
    distance_m : float64[feet]
        Length of the drop from the outline of the premises to the middle of the street.
    left : bool[feet]
        Whether the premises lies on the left of the street's direction.
    from_plane : float64[feet, 2]
        Where the drop leaves the premises, easting and northing.
    """

    point: Indices
    line: Indices
    at_m: Floats
    distance_m: Floats
    left: Flags
    from_plane: Floats

    def __len__(self) -> int:
        """Number of feet."""
        return len(self.point)

    def select(self, keep: Flags | Indices) -> Feet:
        """Some of the feet."""
        return Feet(
            self.point[keep],
            self.line[keep],
            self.at_m[keep],
            self.distance_m[keep],
            self.left[keep],
            self.from_plane[keep],
        )


def find_feet(streets: Shapes, premises: Shapes, most: int, limit_m: float) -> tuple[Feet, Floats]:
    """Find the nearest streets of every premises.

    Parameters
    ----------
    streets, premises : object[…]
        LineStrings, and polygons or points, in the plane.
    most : int
        Streets for each premises.
    limit_m : float
        A street further than this is none.

    Returns
    -------
    Feet
        Feet within the limit.
    float64[premises]
        Distance to the nearest street; infinite where there is none at all.
    """
    nearest = np.full(len(premises), np.inf)
    nothing = np.zeros(0)
    if not len(streets) or not len(premises):
        return Feet(*(nothing.astype(np.int64),) * 2, nothing, nothing, nothing.astype(bool), np.zeros((0, 2))), nearest
    tree = shapely.STRtree(streets)
    (point, line), distance = tree.query_nearest(premises, return_distance=True, all_matches=False)
    nearest[point] = distance
    if most > 1:
        reach = np.minimum(FURTHER * nearest + FURTHER_M, limit_m)
        point, line = tree.query(premises, predicate="dwithin", distance=np.where(np.isfinite(reach), reach, 0.0))
        missing = np.setdiff1d(np.arange(len(premises)), point)
        if len(missing):
            extra = tree.query_nearest(premises[missing], all_matches=False)
            point, line = np.concatenate([point, missing[extra[0]]]), np.concatenate([line, extra[1]])
    # Opposite the middle of the building, so that parallel fronts do not leave it to chance.
    middle = shapely.centroid(premises[point])
    at = np.asarray(shapely.line_locate_point(streets[line], middle))
    ways = shapely.shortest_line(premises[point], shapely.line_interpolate_point(streets[line], at))
    length = np.asarray(shapely.length(ways))
    order = np.lexsort((line, length, point))
    point, line, at, length, ways = point[order], line[order], at[order], length[order], ways[order]
    rank = np.arange(len(point)) - np.searchsorted(point, point)
    keep = (rank < most) & (length <= limit_m)
    point, line, at, length, ways = point[keep], line[keep], at[keep], length[keep], ways[keep]
    ends = shapely.get_coordinates(ways).reshape(-1, 2, 2)
    left = on_left(streets[line], at, shapely.get_coordinates(shapely.centroid(premises[point])))
    return Feet(point, line, at, length, left, ends[:, 0]), nearest


def on_left(lines: Shapes, at: Floats, points: Floats) -> Flags:
    """Whether points lie on the left of lines, seen along them at given distances."""
    before = shapely.get_coordinates(shapely.line_interpolate_point(lines, np.maximum(at - 1.0, 0.0)))
    after = shapely.get_coordinates(
        shapely.line_interpolate_point(lines, np.minimum(at + 1.0, np.asarray(shapely.length(lines))))
    )
    ahead, aside = after - before, points - before
    return np.asarray(ahead[:, 0] * aside[:, 1] - ahead[:, 1] * aside[:, 0] > 0)

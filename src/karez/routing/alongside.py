"""Which stretches of street the planner's lines, poles and grounds are about, by geometry.

As with lines as built, a line is cut into steps and every step belongs to the street nearest to it, if that is near
enough and runs the same way; so of a street and the footway beside it only one is meant. Poles are points: those
nearest to a street, none further from the next than a span of cable, line it. A ground covers what lies in it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from karez.routing.lines import Floats, Indices

Shapes = npt.NDArray[np.object_]
Flags = npt.NDArray[np.bool_]

STEP_M = 5.0
SAME_WAY = np.cos(np.radians(35.0))
"""Cosine of the greatest angle between two lines that run along each other."""
LEAST_M = 10.0
"""A stretch shorter than this, and than half its street, is a line that crosses it."""


@dataclass(frozen=True)
class Stretches:
    """Stretches of street that the planner's shapes are about.

    Parameters
    ----------
    street : int64[stretches]
        Street.
    low, high : float64[stretches]
        From where to where along it, in the plane.
    shape : int64[stretches]
        Whose it is.
    left : bool[stretches]
        Whether the shape lies on the left of the street's direction.
    """

    street: Indices
    low: Floats
    high: Floats
    shape: Indices
    left: Flags

    @classmethod
    def none(cls) -> Stretches:
        """No stretch."""
        return cls(np.zeros(0, np.int64), np.zeros(0), np.zeros(0), np.zeros(0, np.int64), np.zeros(0, bool))

    @classmethod
    def joined(cls, parts: list[Stretches]) -> Stretches:
        """All stretches of several lists, in order."""
        columns = [[getattr(one, name) for one in parts] for name in ("street", "low", "high", "shape", "left")]
        return cls(*(np.concatenate(column) for column in columns))


def find_stretches(streets: Shapes, shapes: Shapes, within_m: float, pole_span_m: float) -> Stretches:
    """Find what stretches of street shapes are about.

    Parameters
    ----------
    streets : object[streets]
        LineStrings in the plane.
    shapes : object[shapes]
        LineStrings, Points (poles) and Polygons in the plane.
    within_m : float
        A shape further than this from a street is not about it.
    pole_span_m : float
        Greatest distance between two poles that carry cable.
    """
    if not len(streets) or not len(shapes):
        return Stretches.none()
    tree = shapely.STRtree(streets)
    kind = shapely.get_type_id(shapes)
    areas, points = np.flatnonzero(np.isin(kind, (3, 6))), np.flatnonzero(kind == 0)
    lines = np.flatnonzero(np.isin(kind, (1, 2, 5)))
    return Stretches.joined(
        [
            _along_lines(streets, tree, shapes, lines, within_m),
            _along_poles(streets, tree, shapes, points, within_m, pole_span_m),
            _inside(streets, tree, shapes, areas),
        ]
    )


def _along_lines(streets: Shapes, tree: shapely.STRtree, shapes: Shapes, rows: Indices, within_m: float) -> Stretches:
    if not len(rows):
        return Stretches.none()
    parts, part_of = shapely.get_parts(shapes[rows], return_index=True)
    steps, part = shapely.get_coordinates(shapely.segmentize(parts, STEP_M), return_index=True)
    ahead = np.roll(steps, -1, axis=0) - steps
    last = np.append(part[1:] != part[:-1], True)
    ahead[last] = np.roll(ahead, 1, axis=0)[last]
    middle = np.where(last[:, None], steps, steps + ahead / 2)
    point, street = tree.query(shapely.points(middle), predicate="dwithin", distance=within_m)
    at = np.asarray(shapely.line_locate_point(streets[street], shapely.points(middle[point])))
    direction, foot = directions(streets[street], at)
    aside = middle[point] - foot
    apart = np.hypot(*aside.T)
    size = np.maximum(np.hypot(*ahead[point].T) * np.hypot(*direction.T), 1e-9)
    cosine = np.abs((ahead[point] * direction).sum(axis=1)) / size
    same = cosine >= SAME_WAY
    order = np.lexsort((street, apart.round(3), point))
    order = order[same[order]]
    order = order[np.unique(point[order], return_index=True)[1]]
    left = direction[:, 0] * aside[:, 1] - direction[:, 1] * aside[:, 0] > 0
    shape = rows[part_of[part[point[order]]]]
    return _gathered(streets, street[order], at[order], shape, left[order], gap_m=3 * STEP_M, snap_m=within_m)


def _along_poles(
    streets: Shapes, tree: shapely.STRtree, shapes: Shapes, rows: Indices, within_m: float, pole_span_m: float
) -> Stretches:
    if not len(rows):
        return Stretches.none()
    found, street = tree.query_nearest(shapes[rows], max_distance=within_m, all_matches=True)
    poles = shapes[rows[found]]
    at = np.asarray(shapely.line_locate_point(streets[street], poles))
    direction, foot = directions(streets[street], at)
    aside = shapely.get_coordinates(poles) - foot
    left = direction[:, 0] * aside[:, 1] - direction[:, 1] * aside[:, 0] > 0
    none = np.zeros(len(found), np.int64)  # poles of all rows carry together
    made = _gathered(streets, street, at, none, left, gap_m=pole_span_m, snap_m=pole_span_m / 2)
    order = np.lexsort((rows[found], at, street))
    first = np.searchsorted(_key(street[order], at[order]), _key(made.street, made.low), side="left")
    first = np.minimum(first, max(len(order) - 1, 0))
    shape = rows[found[order[first]]] if len(order) else none
    return Stretches(made.street, made.low, made.high, shape, made.left)


def _key(street: Indices, at: Floats) -> Floats:
    """Streets and distances along them as one ascending number."""
    return np.asarray(street * 1e7 + at)


def _gathered(
    streets: Shapes, street: Indices, at: Floats, shape: Indices, left: Flags, *, gap_m: float, snap_m: float
) -> Stretches:
    """Steps of one shape along one street as stretches; ends near those of the street are put there."""
    if not len(street):
        return Stretches.none()
    order = np.lexsort((at, street, shape))
    street, at, shape, left = street[order], at[order], shape[order], left[order]
    opens = np.ones(len(at), bool)
    opens[1:] = (street[1:] != street[:-1]) | (shape[1:] != shape[:-1]) | (np.diff(at) > gap_m)
    begin = np.flatnonzero(opens)
    end = np.append(begin[1:], len(at)) - 1
    length = np.asarray(shapely.length(streets[street[begin]]))
    low, high = at[begin] - STEP_M / 2, at[end] + STEP_M / 2
    low = np.where(low <= snap_m, 0.0, low)
    high = np.where(high >= length - snap_m, length, high)
    on_left = np.add.reduceat(left.astype(np.float64), begin) * 2 >= end - begin + 1
    keep = (high - low >= np.minimum(LEAST_M, length / 2)) & (end > begin)
    return Stretches(street[begin][keep], low[keep], high[keep], shape[begin][keep], on_left[keep])


def _inside(streets: Shapes, tree: shapely.STRtree, shapes: Shapes, rows: Indices) -> Stretches:
    """What of streets lies in polygons."""
    if not len(rows):
        return Stretches.none()
    area, street = tree.query(shapes[rows], predicate="intersects")
    parts, pair = shapely.get_parts(shapely.intersection(streets[street], shapes[rows[area]]), return_index=True)
    line = shapely.get_type_id(parts) == 1
    parts, pair = parts[line], pair[line]
    one = np.asarray(shapely.line_locate_point(streets[street[pair]], shapely.get_point(parts, 0)))
    other = np.asarray(shapely.line_locate_point(streets[street[pair]], shapely.get_point(parts, -1)))
    low, high = np.minimum(one, other), np.maximum(one, other)
    keep = high - low > 1.0
    return Stretches(street[pair][keep], low[keep], high[keep], rows[area[pair]][keep], np.ones(int(keep.sum()), bool))


def directions(lines: Shapes, at: Floats) -> tuple[Floats, Floats]:
    """Vector along lines at distances along them, and the point there: float64[…, 2] each."""
    length = np.asarray(shapely.length(lines))
    before = shapely.get_coordinates(shapely.line_interpolate_point(lines, np.maximum(at - 1.0, 0.0)))
    after = shapely.get_coordinates(shapely.line_interpolate_point(lines, np.minimum(at + 1.0, length)))
    return after - before, shapely.get_coordinates(shapely.line_interpolate_point(lines, at))


def fronts_along(streets: Shapes, outlines: Shapes, within_m: float) -> Floats:
    """Share of every street that buildings line: float64[streets].

    Parameters
    ----------
    streets : object[streets]
        LineStrings in the plane.
    outlines : object[buildings]
        Polygons in the plane; points are no fronts.
    within_m : float
        Distance from the middle of the street to a front.
    """
    fronts = outlines[np.isin(shapely.get_type_id(outlines), (3, 6))]
    if not len(fronts) or not len(streets):
        return np.zeros(len(streets))
    steps, street = shapely.get_coordinates(shapely.segmentize(streets, STEP_M), return_index=True)
    near = np.zeros(len(steps), bool)
    near[shapely.STRtree(fronts).query(shapely.points(steps), predicate="dwithin", distance=within_m)[0]] = True
    return np.bincount(street, near, minlength=len(streets)) / np.bincount(street, minlength=len(streets))

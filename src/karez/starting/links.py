"""Links that join what falls apart: the shortest set of straight lines between the parts of a network."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components, minimum_spanning_tree
from scipy.spatial import Delaunay

from karez.starting.globe import Floats, Frame, Indices, between, distance_km, unit_vectors
from karez.starting.outlines import Land

STEP_KM = 1.0
"""Links are held against the land at points this far apart, and at no more than `MOST_STEPS` points."""

MOST_STEPS = 400

LEAST_SEA_KM = 2.0
"""A shorter stretch of water is within what the outline leaves out."""

LANDING_KM = 0.2
"""A cable under the sea comes ashore over this length at each end (a tenth of the link where that is less)."""


def parts_of(count: int, one: Indices, other: Indices) -> Indices:
    """Connected part of every point: int64[points]."""
    joined = coo_array((np.ones(len(one), np.int8), (one, other)), shape=(count, count))
    return np.asarray(connected_components(joined, directed=False)[1], dtype=np.int64)


def spanning_links(lonlat: Floats, part: Indices) -> tuple[Indices, Indices]:
    """Join all parts by the set of links between their points that is shortest in all.

    The shortest link between any two sets of points has no third point in the circle over it, so it is an edge of
    the points' Delaunay triangulation; stereographic projection turns circles of the globe into circles of the
    plane, so one triangulation in the plane finds all candidates. A minimum spanning tree of the parts over them is
    then the shortest set there is.

    Parameters
    ----------
    lonlat : float64[points, 2]
        Distinct points in degrees, all on one half of the globe or little more.
    part : int64[points]
        Part each point belongs to, from 0.

    Returns
    -------
    one, other : int64[parts − 1]
        Ends of the links, sorted.
    """
    parts = int(part.max(initial=-1)) + 1
    if parts < 2:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    one, other = _neighbours(_stereographic(lonlat))
    joins = part[one] != part[other]
    one, other = one[joins], other[joins]
    length = distance_km(lonlat[one], lonlat[other])
    low, high = np.minimum(part[one], part[other]), np.maximum(part[one], part[other])
    rank = np.lexsort((other, one, length, high, low))
    low, high, one, other, length = low[rank], high[rank], one[rank], other[rank], length[rank]
    first = np.ones(len(low), bool)
    first[1:] = (low[1:] != low[:-1]) | (high[1:] != high[:-1])
    low, high, one, other, length = low[first], high[first], one[first], other[first], length[first]
    # One more than the rank of the length: scipy takes a weight of zero for no edge, and ranks have no ties.
    weight = np.empty(len(length))
    weight[np.lexsort((other, one, length))] = np.arange(1, len(length) + 1)
    tree = minimum_spanning_tree(coo_array((weight, (low, high)), shape=(parts, parts)).tocsr())
    chosen = np.isin(weight, tree.data)
    return one[chosen], other[chosen]


def _stereographic(lonlat: Floats) -> Floats:
    """Points in a stereographic plane that touches the globe in their middle."""
    vectors = unit_vectors(lonlat)
    centre = vectors.mean(axis=0)
    length = float(np.linalg.norm(centre))
    centre = centre / length if length > 1e-9 else vectors[0]
    pole = np.array([0.0, 0.0, 1.0]) if abs(centre[2]) < 0.9 else np.array([1.0, 0.0, 0.0])
    east = np.cross(pole, centre)
    east /= np.linalg.norm(east)
    north = np.cross(centre, east)
    # From the point opposite the centre; written with the small chord, so that near points keep their digits.
    off = vectors - centre
    depth = 1.0 - 0.25 * np.sum(off**2, axis=1)
    return np.asarray(np.column_stack([off @ east, off @ north]) / np.maximum(depth, 1e-9)[:, None])


def _neighbours(plane: Floats) -> tuple[Indices, Indices]:
    """Edges of the Delaunay triangulation of points in a plane, the smaller number first, each once."""
    count = len(plane)
    middle, size = plane.mean(axis=0), float(np.ptp(plane, axis=0).max()) or 1.0
    # Three far points enclose all others: two points, or many in one line, are triangulated too.
    corners = middle + 50.0 * size * np.array([[0.0, 1.0], [-0.87, -0.5], [0.87, -0.5]])
    mesh = Delaunay(np.concatenate([plane, corners]))
    corner = mesh.simplices
    pairs = np.concatenate([corner[:, [0, 1]], corner[:, [1, 2]], corner[:, [0, 2]], mesh.coplanar[:, [0, 2]]])
    pairs = np.sort(pairs[(pairs < count).all(axis=1)], axis=1)
    pairs = np.unique(pairs, axis=0).astype(np.int64)
    return pairs[:, 0], pairs[:, 1]


@dataclass(frozen=True)
class Links:
    """Straight pieces of links, on land or under the sea.

    Parameters
    ----------
    one, other : float64[pieces, 2]
        Ends in degrees.
    sea : bool[pieces]
        Whether the piece lies under the sea.
    """

    one: Floats
    other: Floats
    sea: npt.NDArray[np.bool_]


def cut_at_shores(one: Floats, other: Floats, land: Land, frame: Frame) -> Links:
    """Cut straight links where they leave and reach land.

    Parameters
    ----------
    one, other : float64[links, 2]
        Ends in degrees.
    land : Land
        What is land.
    frame : Frame
        Frame of the land.
    """
    length = distance_km(one, other)
    steps = np.clip(np.ceil(length / STEP_KM), 1, MOST_STEPS).astype(np.int64)
    link = np.repeat(np.arange(len(steps)), steps)
    step = np.arange(len(link)) - np.repeat(np.cumsum(steps) - steps, steps)
    middles = between(one[link], other[link], (step + 0.5) / steps[link])
    sea = ~land.covers(frame.points(middles))
    sea &= _long_enough(sea, link, (length / steps)[link])
    changes = np.flatnonzero((np.diff(sea.astype(np.int8)) != 0) & (np.diff(link) == 0)) + 1
    starts = np.union1d(np.flatnonzero(step == 0), changes)
    row, wet = link[starts], sea[starts]
    begin = step[starts] / steps[row]
    finish = np.append(begin[1:], 1.0)
    finish[np.append(row[1:] != row[:-1], True)] = 1.0
    row, begin, finish, wet = _with_landings(row, begin, finish, wet, length)
    head, tail = between(one[row], other[row], begin), between(one[row], other[row], finish)
    head[begin == 0.0], tail[finish == 1.0] = one[row][begin == 0.0], other[row][finish == 1.0]
    return Links(head, tail, wet)


def _long_enough(sea: npt.NDArray[np.bool_], link: Indices, step_km: Floats) -> npt.NDArray[np.bool_]:
    """Steps that lie in a stretch of one kind longer than `LEAST_SEA_KM`."""
    opens = np.ones(len(sea), bool)
    opens[1:] = (sea[1:] != sea[:-1]) | (link[1:] != link[:-1])
    run = np.cumsum(opens) - 1
    return np.asarray(np.bincount(run, step_km)[run] >= LEAST_SEA_KM) if len(sea) else opens


def _with_landings(
    row: Indices, begin: Floats, finish: Floats, wet: npt.NDArray[np.bool_], length: Floats
) -> tuple[Indices, Floats, Floats, npt.NDArray[np.bool_]]:
    """Have every link begin and end on land, so that what lies at its ends can join it there."""
    share = np.minimum(LANDING_KM / np.maximum(length, 1e-9), 0.1)[row]
    head, tail = wet & (begin == 0.0), wet & (finish == 1.0)
    inner_begin, inner_finish = np.where(head, share, begin), np.where(tail, 1.0 - share, finish)
    rows = np.concatenate([row, row[head], row[tail]])
    begins = np.concatenate([inner_begin, begin[head], inner_finish[tail]])
    ends = np.concatenate([inner_finish, inner_begin[head], finish[tail]])
    wets = np.concatenate([wet, np.zeros(head.sum() + tail.sum(), bool)])
    rank = np.lexsort((begins, rows))
    return rows[rank], begins[rank], ends[rank], wets[rank]

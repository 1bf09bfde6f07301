"""São Tomé and Príncipe: points of interest to be joined to the fibre nodes there are, without roads.

A published planning tool joins what is unserved by a minimum spanning tree on straight lines, in which all
transmission nodes count as one. Here that tree is made again, and candidate Steiner points are generated at which
straight lines may branch in the open, so that a shorter tree can be found and bounded.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import numpy.typing as npt
from pyproj import CRS, Geod, Transformer
from scipy.sparse import coo_array
from scipy.sparse.csgraph import minimum_spanning_tree
from scipy.spatial import Delaunay, cKDTree

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

SPHERE = Geod(a=6_371_008.8, b=6_371_008.8)
"""Sphere of the mean radius of the Earth."""

ELLIPSOID = Geod(ellps="WGS84")

SERVED_WITHIN_M = 1.0
"""A point of interest this near to a transmission node is served."""


@dataclass(frozen=True)
class Islands:
    """Points in degrees, float64[n, 2] as (lon, lat)."""

    interest: Floats
    nodes: Floats
    cells: Floats

    def unserved(self) -> Floats:
        """Points of interest that are not at a transmission node."""
        return self.interest[lengths_m(ELLIPSOID, self.interest, self.nodes).min(axis=1) > SERVED_WITHIN_M]


def read(folder: Path) -> Islands:
    """The three layers of points."""
    layers = ("pointsofinterest", "transmissionnode", "cellsites")
    return Islands(*(_points(gpd.read_file(folder / f"example-{layer}.gpkg")) for layer in layers))


def _points(layer: gpd.GeoDataFrame) -> Floats:
    return np.column_stack([layer.geometry.x, layer.geometry.y])


def lengths_m(earth: Geod, a: Floats, b: Floats) -> Floats:
    """Geodesic lengths in metres from every point of `a` to every point of `b`: float64[len(a), len(b)]."""
    first, second = np.repeat(a, len(b), axis=0), np.tile(b, (len(a), 1))
    metres = earth.inv(first[:, 0], first[:, 1], second[:, 0], second[:, 1])[2]
    return np.asarray(metres).reshape(len(a), len(b))


def spanning_tree_m(earth: Geod, islands: Islands) -> float:
    """Length of the minimum spanning tree by the published rule: all transmission nodes are one."""
    unserved = islands.unserved()
    among = lengths_m(earth, unserved, unserved)
    to_nodes = lengths_m(earth, unserved, islands.nodes).min(axis=1)
    weights = np.block([[np.zeros((1, 1)), to_nodes[None, :]], [to_nodes[:, None], among]])
    return float(minimum_spanning_tree(np.triu(weights)).sum())


@dataclass(frozen=True)
class Candidates:
    """A graph in which the tree is sought; point 0 stands for all transmission nodes.

    Parameters
    ----------
    start, end : int64[edges]
        Point numbers, start < end, each pair once.
    length_mm : int64[edges]
        Length on the ellipsoid in millimetres.
    terminals : int64[]
        Points that must be joined: 0 and the unserved points of interest.
    ends : int64[edges, 2]
        Numbers in `places` of the ends, for an edge of point 0 those of the nearest transmission node.
    places : float64[places, 2]
        Metres in a plane: transmission nodes, unserved points of interest, then all other points.
    pairs : int64[k, 2]
        Places that are joined.
    """

    start: Ints
    end: Ints
    length_mm: Ints
    terminals: Ints
    ends: Ints
    places: Floats
    pairs: Ints

    @property
    def points(self) -> int:
        """Number of points of the graph."""
        return int(self.end.max()) + 1


def joined(islands: Islands, near: int = 12) -> Candidates:
    """Join terminals and cell sites where they are near: no other points."""
    to_plane, _ = _plane(islands)
    must = to_plane(np.vstack([islands.nodes, islands.unserved()]))
    places = _distinct(np.vstack([must, to_plane(islands.cells)]), len(must))
    return _graph(islands, places, np.vstack([_delaunay_pairs(places), _near_pairs(places, near)]))


def candidates(islands: Islands, near: int = 12) -> Candidates:
    """Join terminals, cell sites and the branch points of all triangles of neighbours where they are near.

    The graph of :func:`joined` is part of it.

    Parameters
    ----------
    islands : Islands
        The points.
    near : int
        Every point is joined to so many nearest ones, besides its Delaunay neighbours.
    """
    start = joined(islands, near)
    places, terminals = start.places, len(islands.nodes) + len(start.terminals) - 1
    triangles = np.vstack([Delaunay(places).simplices, _corners(_spanning_tree(places, len(islands.nodes)))])
    more = _distinct(np.vstack([places, branch_points(places[triangles])]), terminals)
    return _graph(islands, more, np.vstack([start.pairs, _delaunay_pairs(more), _near_pairs(more, near)]))


def refined(islands: Islands, graph: Candidates, tree: Ints, near: int = 12) -> Candidates:
    """Add branch points where edges of a tree in the graph meet at less than 120 degrees.

    Parameters
    ----------
    islands : Islands
        The points.
    graph : Candidates
        Graph of the tree; all of it is kept.
    tree : int64[]
        Edges of the tree.
    near : int
        Every new point is joined to so many nearest ones.
    """
    corners = _corners(graph.ends[tree])
    places = _distinct(np.vstack([graph.places, branch_points(graph.places[corners])]), len(graph.places))
    used = np.unique(np.r_[graph.ends[tree].ravel(), np.arange(len(graph.places), len(places))])
    among = used[_near_pairs(places[used], min(near, len(used) - 1))]
    return _graph(islands, places, np.vstack([graph.pairs, among, used[_delaunay_pairs(places[used])]]))


def _graph(islands: Islands, places: Floats, pairs: Ints) -> Candidates:
    """Measure the pairs and make the transmission nodes one; of parallel edges the shortest stays."""
    _, to_earth = _plane(islands)
    pairs = np.unique(np.sort(pairs, axis=1), axis=0)
    first, second = to_earth(places[pairs[:, 0]]), to_earth(places[pairs[:, 1]])
    metres = ELLIPSOID.inv(first[:, 0], first[:, 1], second[:, 0], second[:, 1])[2]
    length_mm = np.rint(np.asarray(metres) * 1000).astype(np.int64)
    merged = np.maximum(pairs - len(islands.nodes) + 1, 0)
    order = np.lexsort((length_mm, merged[:, 1], merged[:, 0]))
    repeated = np.r_[False, (merged[order[1:]] == merged[order[:-1]]).all(axis=1)]
    kept = order[~repeated & (merged[order, 0] != merged[order, 1])]
    terminals = np.arange(len(islands.unserved()) + 1)
    return Candidates(merged[kept, 0], merged[kept, 1], length_mm[kept], terminals, pairs[kept], places, pairs)


def _plane(islands: Islands):  # type: ignore[no-untyped-def]
    """Functions between degrees and metres of a plane around the islands; only to generate points."""
    lon, lat = islands.interest.mean(axis=0)
    plane = CRS.from_proj4(f"+proj=tmerc +lon_0={lon} +lat_0={lat} +datum=WGS84")
    forward = Transformer.from_crs("EPSG:4326", plane, always_xy=True)
    back = Transformer.from_crs(plane, "EPSG:4326", always_xy=True)
    return (
        lambda at: np.column_stack(forward.transform(at[:, 0], at[:, 1])),
        lambda at: np.column_stack(back.transform(at[:, 0], at[:, 1])),
    )


def _distinct(points: Floats, fixed: int) -> Floats:
    """Points without later ones that lie within a metre of an earlier one; the first `fixed` all stay."""
    keep = np.ones(len(points), dtype=bool)
    for a, b in sorted(cKDTree(points).query_pairs(SERVED_WITHIN_M)):
        keep[b] &= b < fixed or not keep[a]
    return points[keep]


def _delaunay_pairs(points: Floats) -> Ints:
    triangles = Delaunay(points).simplices
    return np.sort(triangles[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2), axis=1).astype(np.int64)


def _near_pairs(points: Floats, near: int) -> Ints:
    neighbours = cKDTree(points).query(points, near + 1)[1][:, 1:]
    pairs = np.column_stack([np.repeat(np.arange(len(points)), near), neighbours.ravel()])
    return np.sort(pairs, axis=1).astype(np.int64)


def _spanning_tree(places: Floats, nodes: int) -> Ints:
    """Pairs of the minimum spanning tree of the places, the first `nodes` of them as one."""
    pairs = np.unique(_delaunay_pairs(places), axis=0)
    weights = np.hypot(*(places[pairs[:, 0]] - places[pairs[:, 1]]).T)
    weights[(pairs < nodes).all(axis=1)] = 1e-6
    graph = coo_array((weights, (pairs[:, 0], pairs[:, 1])), shape=(len(places), len(places)))
    tree = minimum_spanning_tree(graph.tocsr()).tocoo()
    return np.column_stack(tree.coords)[tree.data > 1e-6].astype(np.int64)


def _corners(pairs: Ints) -> Ints:
    """Triples (neighbour, corner, neighbour) of the edges of a tree that meet."""
    beside: dict[int, list[int]] = {}
    for a, b in sorted(pairs.tolist()):
        beside.setdefault(a, []).append(b)
        beside.setdefault(b, []).append(a)
    corners = [
        (one, corner, other) for corner, ends in beside.items() for k, one in enumerate(ends) for other in ends[k + 1 :]
    ]
    return np.array(corners, dtype=np.int64).reshape(-1, 3)


def branch_points(corners: Floats) -> Floats:
    """The point of least total distance to the corners of every triangle whose angles are all below 120 degrees.

    Parameters
    ----------
    corners : float64[triangles, 3, 2]
        Corners in a plane.

    Returns
    -------
    float64[k, 2]
        Barycentric with weights a / sin(A + 60°), which are those of the first isogonic centre.
    """
    sides = np.linalg.norm(np.roll(corners, -1, axis=1) - np.roll(corners, 1, axis=1), axis=2)
    corners, sides = corners[sides.min(axis=1) > SERVED_WITHIN_M], sides[sides.min(axis=1) > SERVED_WITHIN_M]
    a, b, c = sides, np.roll(sides, -1, axis=1), np.roll(sides, 1, axis=1)
    angle = np.arccos(np.clip((b**2 + c**2 - a**2) / (2 * b * c), -1.0, 1.0))
    wide = angle.max(axis=1) < np.radians(119.0)
    weight = sides[wide] / np.sin(angle[wide] + np.pi / 3)
    return np.einsum("ij,ijk->ik", weight, corners[wide]) / weight.sum(axis=1, keepdims=True)

"""Lines become edges: cut where lines meet, ends gathered into nodes, edges of no length contracted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from karez.model.note import Note
from karez.routing.lines import Floats, Indices, Lines, Metric


@dataclass(frozen=True)
class Edges:
    """Lines with numbered ends.

    Parameters
    ----------
    lines : Lines
        One line an edge.
    start, end : int64[edges]
        Nodes of its first and last vertex.
    nodes : int
        Number of nodes.
    """

    lines: Lines
    start: Indices
    end: Indices
    nodes: int

    def parts(self) -> Indices:
        """Number of the connected part each node lies in: int64[nodes]."""
        return components(self.nodes, self.start, self.end)


def components(nodes: int, one: Indices, other: Indices) -> Indices:
    """Connected part of every node of an undirected graph: int64[nodes]."""
    joined = coo_array((np.ones(len(one), np.int8), (one, other)), shape=(nodes, nodes))
    return np.asarray(connected_components(joined, directed=False)[1], dtype=np.int64)


def node(lines: Lines, metric: Metric, snap_m: float, crossings: str) -> tuple[Edges, list[Note]]:
    """Cut lines where they meet and number their ends.

    Lines meet where an end lies on another line, where they have a vertex in common and, as `crossings` says
    (``none``, ``between_layers``, ``all``), where they cross.
    """
    line, at = _meetings(lines, snap_m, crossings)
    pieces, _ = lines.cut(line, at, metric, snap_m)
    edges, snapped = number_ends(pieces, snap_m)
    edges, contracted, dropped = _contract(edges)
    notes = []
    if snapped:
        notes.append(Note("routing", f"{snapped} line ends within {snap_m:g} m of another were joined.", snapped))
    if contracted:
        notes.append(Note("routing", f"{contracted} edges of zero length were contracted.", contracted))
    if dropped:
        notes.append(Note("routing", f"{dropped} lines doubled another of the same kind and were dropped.", dropped))
    return edges, notes


def _meetings(lines: Lines, snap_m: float, crossings: str) -> tuple[Indices, Floats]:
    """Where lines meet: line and distance along it, for every line that is met."""
    shapes = lines.shapes(plane=True)
    tree = shapely.STRtree(shapes)
    ends = shapely.points(np.concatenate([lines.plane[lines.first[:-1]], lines.plane[lines.first[1:] - 1]]))
    point, line = tree.query(ends, predicate="dwithin", distance=snap_m)
    found = [(line, shapely.line_locate_point(shapes[line], ends[point]))]
    found.append(_common_vertices(lines))
    if crossings != "none":
        found.append(_crossings(shapes, lines.table["layer"].to_numpy(), tree, between=crossings == "between_layers"))
    return np.concatenate([a for a, _ in found]), np.concatenate([b for _, b in found])


def _common_vertices(lines: Lines) -> tuple[Indices, Floats]:
    """Inner vertices that stand more than once."""
    _, group, count = np.unique(lines.plane.round(3), axis=0, return_inverse=True, return_counts=True)
    inner = np.ones(len(lines.plane), bool)
    inner[lines.first[:-1]] = False
    inner[lines.first[1:] - 1] = False
    meets = inner & (count[group.ravel()] > 1)
    return lines.line_of_vertex[meets], lines.along[meets]


def _crossings(
    shapes: npt.NDArray[np.object_], layer: npt.NDArray[np.object_], tree: shapely.STRtree, *, between: bool
) -> tuple[Indices, Floats]:
    """Points where two lines cross."""
    one, other = tree.query(shapes, predicate="crosses")
    wanted = one < other
    if between:
        wanted &= layer[one] != layer[other]
    one, other = one[wanted], other[wanted]
    points, pair = shapely.get_parts(shapely.intersection(shapes[one], shapes[other]), return_index=True)
    is_point = shapely.get_type_id(points) == 0
    points, pair = points[is_point], pair[is_point]
    line = np.concatenate([one[pair], other[pair]])
    return line, shapely.line_locate_point(shapes[line], np.concatenate([points, points]))


def number_ends(lines: Lines, snap_m: float) -> tuple[Edges, int]:
    """Number the ends of lines; ends closer than `snap_m` are one node.

    Returns
    -------
    edges : Edges
        The lines with their nodes.
    snapped : int
        Places that were not equal and became one node.
    """
    ends = np.concatenate([lines.plane[lines.first[:-1]], lines.plane[lines.first[1:] - 1]])
    distinct, which = np.unique(ends.round(4), axis=0, return_inverse=True)
    which = which.ravel()
    if snap_m > 0 and len(distinct) > 1:
        pairs = cKDTree(distinct).query_pairs(snap_m, output_type="ndarray")
        group = components(len(distinct), pairs[:, 0], pairs[:, 1])
    else:
        group = np.arange(len(distinct))
    node = group[which]
    nodes = int(group.max(initial=-1)) + 1
    return Edges(lines, node[: len(lines)], node[len(lines) :], nodes), len(distinct) - nodes


def _contract(edges: Edges) -> tuple[Edges, int, int]:
    """Contract edges of no length and drop exact doubles; a ring stays, a place may lie on it."""
    length = edges.lines.table["length_m"].to_numpy()
    zero = length <= 0.0
    group = components(edges.nodes, edges.start[zero], edges.end[zero])
    start, end = group[edges.start], group[edges.end]
    low, high = np.minimum(start, end), np.maximum(start, end)
    table = edges.lines.table
    key = np.rec.fromarrays([low, high, length.round(3), _codes(table["method"]), _codes(table["layer"])])
    first = np.zeros(len(key), bool)
    first[np.unique(key, return_index=True)[1]] = True
    first |= low == high
    keep = ~zero & first
    kept = Edges(edges.lines.select(keep), start[keep], end[keep], int(group.max(initial=-1)) + 1)
    return kept, int(zero.sum()), int((~zero & ~first).sum())


def _codes(words: object) -> Indices:
    """Numbers for the distinct words of a column."""
    return np.unique(np.asarray(words, dtype=str), return_inverse=True)[1].ravel().astype(np.int64)


def renumber(pieces: Lines, whole: Edges) -> Edges:
    """Number the ends of pieces of edges: old nodes keep their number, cuts get new ones behind them."""
    tail, head = pieces.plane[pieces.first[:-1]], pieces.plane[pieces.first[1:] - 1]
    known = np.concatenate([whole.lines.plane[whole.lines.first[:-1]], whole.lines.plane[whole.lines.first[1:] - 1]])
    points = np.concatenate([known, tail, head]).round(4)
    which = np.unique(points, axis=0, return_inverse=True)[1].ravel()
    number = np.full(which.max(initial=-1) + 1, -1, dtype=np.int64)
    number[which[: len(known)]] = np.concatenate([whole.start, whole.end])
    fresh = number < 0
    number[fresh] = whole.nodes + np.arange(fresh.sum())
    start, end = np.split(number[which[len(known) :]], 2)
    return Edges(pieces, start, end, whole.nodes + int(fresh.sum()))

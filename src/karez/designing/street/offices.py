"""Where central offices stand, and which part of the trench each serves."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from karez.designing.street.trench import lay_out
from karez.kernels.forest import nearest_seed, total_way
from karez.model.street import Floats, Ints, StreetGraph, Trench

PASSES = 8
"""Most times that offices move to the middle of what is nearest to them."""
MOST_OFFICES = 200
"""Most offices of one trench."""


def site_offices(
    graph: StreetGraph,
    edges: npt.NDArray[np.integer],
    weight: Floats,
    most: int,
    reach_m: float,
) -> Ints:
    """Choose nodes for offices: as few as capacity and reach allow, each in the middle of what it serves.

    The offices of one trench part it by distance along it; the middle of a part is its weighted median, where the way
    to all its dwellings together is shortest.

    Parameters
    ----------
    graph : StreetGraph
        The graph; offices stand where plant may.
    edges : int[…]
        Runs of the trench, one tree.
    weight : float64[nodes]
        Dwellings at every node.
    most : int
        Most dwellings of one office.
    reach_m : float
        Longest way along the trench.

    Returns
    -------
    int32[offices]
        Nodes, ascending.
    """
    may = graph.nodes["may_hold"].to_numpy(dtype=np.bool_)
    inside = np.unique(graph.runs[["start", "end"]].to_numpy()[edges])
    some = inside[may[inside]][:1]
    offices = np.array([_median(lay_out(graph, edges, some.astype(np.int32)), weight, may)], np.int32)
    while True:
        served, way, load = nearest_office(graph, edges, offices, weight)
        far = np.where(weight > 0, way, 0.0)
        if (load.max(initial=0.0) <= most and far.max(initial=0.0) <= reach_m) or len(offices) >= MOST_OFFICES:
            return np.sort(offices)
        crowded = served == int(load.argmax())
        new = int(far.argmax()) if far.max() > reach_m else int(np.where(crowded, far, -1.0).argmax())
        offices = np.append(offices, np.int32(new))
        for _ in range(PASSES):
            moved = _recentred(graph, edges, offices, weight, may)
            if np.array_equal(np.sort(moved), np.sort(offices)):
                break
            offices = moved


def nearest_office(
    graph: StreetGraph, edges: npt.NDArray[np.integer], offices: Ints, weight: Floats
) -> tuple[Ints, Floats, Floats]:
    """Office that every node is nearest to along the trench, the way there, and the load of each office."""
    whole = lay_out(graph, edges, offices[:1])
    count = len(graph.nodes)
    served, way = np.full(count, -1, np.int32), np.full(count, np.inf)
    best, owner = _spread(whole, offices)
    served[whole.node], way[whole.node] = owner, best
    load = np.bincount(served[served >= 0], weight[served >= 0], minlength=len(offices))
    return served, way, np.asarray(load, np.float64)


def _spread(whole: Trench, offices: Ints) -> tuple[Floats, Ints]:
    """Distance to, and number of, the nearest office of every place of one tree."""
    place = np.full(int(whole.node.max()) + 1, -1, np.int32)
    place[whole.node] = np.arange(len(whole.node), dtype=np.int32)
    best, owner = nearest_seed(whole.parent, whole.length_m, place[offices])
    return best, owner


def _recentred(
    graph: StreetGraph, edges: npt.NDArray[np.integer], offices: Ints, weight: Floats, may: npt.NDArray[np.bool_]
) -> Ints:
    """Every office at the median of what is nearest to it."""
    served, _, _ = nearest_office(graph, edges, offices, weight)
    ends = graph.runs[["start", "end"]].to_numpy()[edges]
    own = served[ends[:, 0]] == served[ends[:, 1]]
    moved = [
        _median(lay_out(graph, edges[own & (served[ends[:, 0]] == number)], office[None]), weight, may)
        for number, office in enumerate(offices)
    ]
    return np.array(moved, np.int32)


def _median(tree: Trench, weight: Floats, may: npt.NDArray[np.bool_]) -> int:
    """Node of a tree from which the way to all weight together is shortest, of those that may hold plant."""
    total = total_way(tree.parent, tree.length_m, weight[tree.node].astype(np.float64))
    total[~may[tree.node]] = np.inf
    return int(tree.node[int(total.argmin())])


def split_at(
    graph: StreetGraph, edges: npt.NDArray[np.integer], offices: Ints, weight: Floats
) -> tuple[Trench, npt.NDArray[np.bool_]]:
    """Part one tree at the borders of its offices' areas.

    Returns
    -------
    Trench
        Forest that hangs on the offices. A run between two areas hangs in it as a dead end of the nearer one, so that
        every run of the trench is in the forest once.
    bool[places]
        Whether a place is such a dead end.
    """
    served, _, _ = nearest_office(graph, edges, offices, weight)
    ends = graph.runs[["start", "end"]].to_numpy()[edges]
    border = served[ends[:, 0]] != served[ends[:, 1]]
    forest = lay_out(graph, edges[~border], offices)
    place = np.full(len(graph.nodes), -1, np.int32)
    place[forest.node] = np.arange(len(forest.node), dtype=np.int32)
    links = edges[border].astype(np.int32)
    length = graph.runs["length_m"].to_numpy()[links]
    grown = Trench(
        np.concatenate([forest.node, ends[border][:, 1].astype(np.int32)]),
        np.concatenate([forest.parent, place[ends[border][:, 0]]]),
        np.concatenate([forest.run, links]),
        np.concatenate([forest.length_m, length]),
    )
    dead = np.zeros(len(grown.node), np.bool_)
    dead[len(forest.node) :] = True
    return grown, dead

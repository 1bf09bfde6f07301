"""Where central offices stand, and which part of the trench each serves."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from karez.designing.street.trench import lay_out
from karez.kernels.forest import medians, nearest_seed
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
    tree = lay_out(graph, edges, _any_place(graph, edges, may))
    heavy, may = weight[tree.node], may[tree.node]
    places = medians(tree.parent, tree.length_m, heavy, may, np.zeros(len(heavy), np.int32), 1)
    while True:
        way, owner = nearest_seed(tree.parent, tree.length_m, places)
        load = np.bincount(owner, heavy, minlength=len(places))
        far = np.where(heavy > 0, way, 0.0)
        fits = load.max(initial=0.0) <= most and far.max(initial=0.0) <= reach_m
        if fits or len(places) >= MOST_OFFICES:
            return np.sort(tree.node[places])
        crowded = owner == int(load.argmax())
        new = int(far.argmax()) if far.max() > reach_m else int(np.where(crowded, far, -1.0).argmax())
        places = np.append(places, np.int32(new))
        for _ in range(PASSES):
            _, owner = nearest_seed(tree.parent, tree.length_m, places)
            moved = medians(tree.parent, tree.length_m, heavy, may, owner, len(places))
            moved = np.where(moved < 0, places, moved)
            if np.array_equal(moved, places):
                break
            places = moved


def _any_place(graph: StreetGraph, edges: npt.NDArray[np.integer], may: npt.NDArray[np.bool_]) -> Ints:
    """The first node of a trench where plant may stand."""
    inside = np.unique(graph.runs[["start", "end"]].to_numpy()[edges])
    return np.asarray(inside[may[inside]][:1], np.int32)


def nearest_office(graph: StreetGraph, edges: npt.NDArray[np.integer], offices: Ints) -> Ints:
    """Number of the office that every node is nearest to along a trench that is one tree; −1 off it: int32[nodes]."""
    whole = lay_out(graph, edges, offices[:1])
    place = np.full(len(graph.nodes), -1, np.int32)
    place[whole.node] = np.arange(len(whole.node), dtype=np.int32)
    served = np.full(len(graph.nodes), -1, np.int32)
    served[whole.node] = nearest_seed(whole.parent, whole.length_m, place[offices])[1]
    return served


def split_at(graph: StreetGraph, edges: npt.NDArray[np.integer], offices: Ints) -> tuple[Trench, npt.NDArray[np.bool_]]:
    """Part one tree at the borders of its offices' areas.

    Returns
    -------
    Trench
        Forest that hangs on the offices. A run between two areas hangs in it as a dead end of the nearer one, so that
        every run of the trench is in the forest once.
    bool[places]
        Whether a place is such a dead end.
    """
    served = nearest_office(graph, edges, offices)
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

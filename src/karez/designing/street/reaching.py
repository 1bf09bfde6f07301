"""No premises further along the trench from its office than light reaches, where offices are given.

The cheapest trench may lead a long way round. Premises that even the shortest way is too long for are listed, with the
reason; to the others that shortest way is added, and the trench hangs on its offices by shortest ways among its runs
from then on, which keeps what is near and costs little more.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from karez.designing.street.optics import reach_m
from karez.designing.street.parts import LEAST_LENGTH_M
from karez.designing.street.trench import lay_out
from karez.kernels.forest import way_to_root
from karez.model.street import Floats, Ints, StreetGraph
from karez.model.street_rules import StreetRules

Rows = npt.NDArray[np.integer]


def out_of_reach(rules: StreetRules, graph: StreetGraph) -> StreetGraph:
    """The graph with premises refused that are too far from every given office, whatever the trench."""
    offices = graph.given_offices
    if not len(offices):
        return graph
    limit = reach_m(rules)
    way = _Ways.from_offices(graph, np.arange(len(graph.runs)), offices).way
    joined = graph.premises_node >= 0
    to = np.where(joined, way[np.maximum(graph.premises_node, 0)], np.inf)
    far = joined & np.isfinite(to) & (to > limit)
    if not far.any():
        return graph
    refusal = graph.refusal.copy()
    for row in np.flatnonzero(far):
        refusal[row] = (
            f"the nearest central office is {to[row] / 1_000:.2f} km away along the streets, further than light "
            f"reaches ({limit / 1_000:.2f} km)"
        )
    return replace(graph, premises_node=np.where(far, -1, graph.premises_node).astype(np.int32), refusal=refusal)


def within_reach(rules: StreetRules, graph: StreetGraph, edges: Rows) -> Rows:
    """Runs of a trench in which no premises is further from a given office than light reaches.

    Parameters
    ----------
    rules : StreetRules
        Reach and optical budget.
    graph : StreetGraph
        Of :func:`out_of_reach`, or a part of it.
    edges : int[…]
        Runs of a trench.

    Returns
    -------
    int[…]
        The same where all is near enough, or no office is given.
    """
    offices = graph.given_offices
    if not len(offices):
        return edges
    trench = lay_out(graph, edges, offices)
    homes = np.isin(trench.node, graph.premises_node[graph.premises_node >= 0])
    late = trench.node[homes & (way_to_root(trench.parent, trench.length_m) > reach_m(rules))]
    if not len(late):
        return edges
    shortest = _Ways.from_offices(graph, np.arange(len(graph.runs)), offices)
    union = np.union1d(edges, shortest.runs_to(late))
    wanted = np.union1d(trench.node[homes], np.intersect1d(trench.node, graph.cabinet_node))
    return _Ways.from_offices(graph, union, offices).runs_to(wanted)


@dataclass(frozen=True)
class _Ways:
    """Shortest ways from offices, none of them through a building.

    Parameters
    ----------
    way : float64[nodes]
        Length; infinite where none leads to.
    before : int32[nodes]
        Node before on the way; negative at an office, and where none leads to.
    run : int64[nodes]
        Run from there; −1 likewise.
    """

    way: Floats
    before: Ints
    run: npt.NDArray[np.int64]

    @classmethod
    def from_offices(cls, graph: StreetGraph, rows: Rows, offices: Ints) -> _Ways:
        """Find them among the given runs; drops are passed towards premises only."""
        table = graph.runs.iloc[rows]
        ends = table[["start", "end"]].to_numpy(np.int64)
        length = np.maximum(table["length_m"].to_numpy(), LEAST_LENGTH_M)
        count = len(graph.nodes)
        home = np.zeros(count, np.bool_)
        home[ends[(table["kind"] == "drop").to_numpy(), 1]] = True
        tail, head = np.concatenate([ends, ends[:, ::-1]]).T
        length, run = np.tile(length, 2), np.tile(np.asarray(rows, np.int64), 2)
        open_way = ~home[tail]
        tail, head, length, run = tail[open_way], head[open_way], length[open_way], run[open_way]
        order = np.lexsort((run, length, head, tail))
        tail, head, length, run = tail[order], head[order], length[order], run[order]
        key = tail * count + head
        first = np.append(True, key[1:] != key[:-1]) if len(key) else np.zeros(0, np.bool_)
        key, run = key[first], run[first]
        arcs = csr_array((length[first], (tail[first], head[first])), shape=(count, count))
        way, before, _ = dijkstra(arcs, indices=offices, min_only=True, return_predecessors=True)
        found = np.full(count, -1, np.int64)
        led = np.flatnonzero(before >= 0)
        found[led] = run[np.searchsorted(key, before[led].astype(np.int64) * count + led)]
        return cls(way, before.astype(np.int32), found)

    def runs_to(self, nodes: Rows) -> Rows:
        """Runs of the ways to these nodes, ascending."""
        used = np.zeros(len(self.way), np.bool_)
        here = np.asarray(nodes, np.int64)
        while len(here):
            used[here] = True
            before = np.unique(self.before[here]).astype(np.int64)
            before = before[before >= 0]
            here = before[~used[before]]
        runs = self.run[used]
        return np.unique(runs[runs >= 0])

"""How long a signal takes from every place to every candidate: along fibre, through what stands on the way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import cKDTree

from karez.model.computing_rules import ComputingRules
from karez.model.route_graph import RouteGraph
from karez.solving import Graph
from karez.solving.joining import lightest
from karez.units import METRES_PER_KM

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int32]
Bools = npt.NDArray[np.bool_]

LEAST_US = 1e-6
"""Delay of an edge without length: an edge that took no time would be none to scipy."""


@dataclass(frozen=True)
class Ways:
    """The graph that signals travel.

    Parameters
    ----------
    network : Graph
        Nodes of the routes. Costs are not used.
    km : float64[edges]
        Length.
    hops : float64[edges]
        Half of each end that is passed through equipment.
    us : float64[edges]
        One-way delay.
    usable : bool[nodes]
        Nodes that lie on an edge, and sources.
    landing : int32[…]
        Nodes of sources: where satellites land.
    """

    network: Graph
    km: Floats
    hops: Floats
    us: Floats
    usable: Bools
    landing: Ints

    @property
    def space(self) -> int:
        """Number of what is no node but an end: the satellites, that land at every source."""
        return self.network.n


def ways_over(graph: RouteGraph, rules: ComputingRules, built: Bools | None) -> Ways:
    """The candidate spans, or those that are built, as ways of signals.

    Equipment stands at places and sources: whoever passes one, its delay is added; both ends of a way count half of
    one each, so that a way of one span has one hop.
    """
    rows = np.arange(len(graph.spans)) if built is None else np.flatnonzero(built)
    spans, n = graph.spans.iloc[rows], len(graph.nodes)
    landing = graph.source_node[graph.source_node >= 0]
    tail, head = spans["start"].to_numpy(np.int32), spans["end"].to_numpy(np.int32)
    equipped = graph.nodes["kind"].isin(["place", "source"]).to_numpy()
    km = spans["length_m"].to_numpy(np.float64) / METRES_PER_KM
    hops = (equipped[tail].astype(np.float64) + equipped[head]) / 2.0
    us = np.maximum(km * rules.fibre_us_per_km + hops * rules.hop_us, LEAST_US)
    network = Graph.from_edges(n, tail, head, np.zeros(len(tail), np.int64))
    usable = np.zeros(n, np.bool_)
    usable[tail] = usable[head] = usable[landing] = True
    return Ways(network, km, hops, us, usable, landing.astype(np.int32))


def entries(sites: gpd.GeoDataFrame, technology: npt.NDArray[np.object_], graph: RouteGraph, ways: Ways) -> Ints:
    """Node at which every site's traffic enters the network: int32[sites]; −1 where it does not.

    Fibre enters at its place; a satellite's at any source; by radio it goes to the nearest node of the network.
    """
    node = np.where(technology == "fibre", graph.site_node, -1).astype(np.int32)
    node[(node >= 0) & ~ways.usable[node]] = -1
    node[technology == "satellite"] = ways.space
    by_radio = np.flatnonzero(np.isin(technology.astype(str), ["microwave", "fixed_wireless"]))
    there = np.flatnonzero(ways.usable)
    if len(by_radio) and len(there):
        nodes = graph.nodes.geometry.iloc[there]
        points = sites.geometry.iloc[by_radio]
        tree = cKDTree(_on_sphere(nodes.x.to_numpy(), nodes.y.to_numpy()))
        node[by_radio] = there[tree.query(_on_sphere(points.x.to_numpy(), points.y.to_numpy()))[1]]
    return node


def _on_sphere(lon: Floats, lat: Floats) -> Floats:
    lam, phi = np.radians(lon), np.radians(lat)
    return np.column_stack([np.cos(phi) * np.cos(lam), np.cos(phi) * np.sin(lam), np.sin(phi)])


def delays(ways: Ways, origins: Ints, progress: Callable[[float], None]) -> Floats:
    """Least one-way delay from every origin to every node and to space, in µs: float64[origins, nodes + 1].

    Infinite where no way leads. Nothing passes through space: from one source to another there is no way by satellite.
    """
    matrix = lightest(ways.network, ways.us)
    found = np.full((len(origins), ways.network.n + 1), np.inf)
    for number, origin in enumerate(origins):
        found[number, :-1] = dijkstra(matrix, directed=False, indices=int(origin))
        found[number, -1] = found[number, ways.landing].min(initial=np.inf)
        progress((number + 1) / max(len(origins), 1))
    return found


def lengths(ways: Ways, origin: int) -> tuple[Floats, Floats]:
    """Kilometres and hops of the quickest way from an origin to every node and to space; NaN where none leads."""
    matrix = lightest(ways.network, ways.us)
    quick, before = dijkstra(matrix, directed=False, indices=origin, return_predecessors=True)
    best: dict[tuple[int, int], int] = {}
    for e in np.argsort(-ways.us, kind="stable").tolist():
        u, v = int(ways.network.tail[e]), int(ways.network.head[e])
        best[min(u, v), max(u, v)] = e
    km, hops = np.full(ways.network.n + 1, np.nan), np.full(ways.network.n + 1, np.nan)
    km[origin] = hops[origin] = 0.0
    order = np.argsort(quick, kind="stable")
    for v in order[np.isfinite(quick[order])].tolist():
        u = int(before[v])
        if u >= 0:
            e = best[min(u, v), max(u, v)]
            km[v], hops[v] = km[u] + ways.km[e], hops[u] + ways.hops[e]
    if len(ways.landing):
        nearest = ways.landing[np.argmin(quick[ways.landing])]
        km[-1], hops[-1] = km[nearest], hops[nearest]
    return km, hops

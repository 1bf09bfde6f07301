"""Traffic of the hubs over a backbone: the working way and the protection way of each, and what spans carry.

A site is counted at the hub that is nearest to it along the candidate routes, by length; at none if a source is
nearer. The two ways of a hub are the pair of least total length that shares no span, and no node either where the hub
asks for that; only what nothing on the candidate routes doubles is shared. Protection is dedicated: the capacity of a
hub's traffic is held on both its ways.
"""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from scipy.sparse.csgraph import dijkstra

from karez.kernels.two_ways import NONE
from karez.model.inputs import Inputs
from karez.model.route_graph import RouteGraph
from karez.model.traffic import LOAD_COLUMNS, WAY_COLUMNS, Traffic
from karez.solving import Graph
from karez.solving.joining import lightest
from karez.solving.pairs import Pair, cheapest_pairs, separators
from karez.units import METRES_PER_KM

Bools = npt.NDArray[np.bool_]
Bytes = npt.NDArray[np.int8]
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int32]
Longs = npt.NDArray[np.int64]

MM_PER_M = 1000


@dataclass(frozen=True)
class Chosen:
    """A backbone on the candidate network.

    Parameters
    ----------
    root, network : int, Graph
        See :func:`karez.designing.access.candidate_network`.
    edges : int32[…]
        Chosen edges.
    hubs : int64[hubs]
        Rows of the sites that are hubs; of those at one node the first names it.
    need : int8[nodes + 1]
        Ways that every node needs.
    thick, sure : bool
        Edges and nodes that do not fail; edges that nothing doubles are among them.
    """

    root: int
    network: Graph
    edges: Ints
    hubs: Longs
    need: Bytes
    thick: Bools
    sure: Bools


def lay_traffic(inputs: Inputs, graph: RouteGraph, chosen: Chosen, mbps: Floats) -> Traffic:
    """Lay the traffic of all sites over a backbone.

    Parameters
    ----------
    inputs, graph
        What was read and measured.
    chosen : Chosen
        The backbone.
    mbps : float64[sites]
        Busy-hour traffic of every site.
    """
    length = lengths_mm(graph, chosen.network)
    sources = np.unique(graph.source_node[graph.source_node >= 0])
    at = nearest(graph, chosen, length, sources)
    hubs = _loads(inputs, graph, chosen, at, sources, mbps)
    target = hubs["node"].to_numpy()[hubs["ways"].to_numpy() > 0].astype(np.int32)
    found = _pairs(chosen, length, target)
    hubs.loc[hubs["ways"] > 0, "ways"] = np.array([2 if pair.protection.size else 1 for pair in found], np.int64)
    moving = hubs[hubs["ways"] > 0].reset_index(drop=True)
    ways, edges = _ways(inputs, graph, length, moving, found)
    load = [np.zeros(chosen.network.m), np.zeros(chosen.network.m)]
    for way, on, amount in zip(ways["way"], edges, ways["mbps"], strict=True):
        load[way == "protection"][on] += amount
    in_sources, nowhere = np.isin(at, sources) & ~np.isin(at, hubs["node"]), at < 0
    return Traffic(
        year=inputs.programme.agreement.first_year + inputs.programme.backbone.traffic_years,
        hubs=hubs[list(LOAD_COLUMNS)],
        ways=ways,
        edges=edges,
        start=ways["hub"].map(hubs.set_index("hub")["node"]).to_numpy(np.int32),
        working_mbps=load[0],
        protection_mbps=load[1],
        at_sources_mbps=float(mbps[in_sources].sum()),
        unreached_mbps=float(mbps[nowhere].sum()),
    )


def lengths_mm(graph: RouteGraph, network: Graph) -> Longs:
    """Length of every edge of the candidate network in whole millimetres, at least 1: int64[m]."""
    length = np.ones(network.m, np.int64)
    length[: len(graph.spans)] = np.maximum(np.rint(graph.spans["length_m"].to_numpy() * MM_PER_M), 1)
    return length


def nearest(graph: RouteGraph, chosen: Chosen, length: Longs, sources: Ints) -> Longs:
    """Hub or source node that every site is counted at, nearest along the candidate routes; −1 if none is reached."""
    network, spans = chosen.network, len(graph.spans)
    routes = Graph.from_edges(network.n, network.tail[:spans], network.head[:spans], length[:spans])
    stops = np.union1d(np.flatnonzero(chosen.need > NONE), sources)
    weight = lightest(routes, length[:spans].astype(np.float64))
    far, _, stop = dijkstra(weight, directed=False, indices=stops, min_only=True, return_predecessors=True)
    of_node = np.where(np.isfinite(far), stop, -1)
    return np.where(graph.site_node >= 0, of_node[graph.site_node], -1).astype(np.int64)


def _loads(inputs: Inputs, graph: RouteGraph, chosen: Chosen, at: Longs, sources: Ints, mbps: Floats) -> pd.DataFrame:
    """Nodes with hubs and what is counted there, in the order of the hubs; `ways` is 0 at sources, else 1 so far."""
    first = pd.DataFrame({"site": chosen.hubs, "node": graph.site_node[chosen.hubs]})
    first = first[(first["node"] >= 0) & (chosen.need[first["node"]] > NONE)].drop_duplicates("node")
    counted = pd.DataFrame({
        "node": at, "sites": 1, "households": inputs.sites["households"].fillna(0.0).to_numpy(), "mbps": mbps
    }).groupby("node").sum()  # fmt: skip
    own = counted.reindex(first["node"], fill_value=0.0)
    names = inputs.sites.iloc[first["site"].to_numpy()]
    return pd.DataFrame({
        "node": first["node"].to_numpy(),
        "hub": names["id"].to_numpy(),
        "name": names["name"].to_numpy(),
        "sites": own["sites"].to_numpy().astype(np.int64),
        "households": own["households"].to_numpy(),
        "mbps": own["mbps"].to_numpy(),
        "ways": np.where(np.isin(first["node"], sources), 0, 1),
    })  # fmt: skip


def _pairs(chosen: Chosen, length: Longs, target: Ints) -> list[Pair]:
    measured = chosen.network.priced(length)
    sure = np.flatnonzero(chosen.sure).astype(np.int32)
    shared = [np.union1d(between, sure).astype(np.int32) for between in separators(measured, chosen.root, target)]
    return cheapest_pairs(measured, chosen.root, chosen.edges, target, chosen.need[target], chosen.thick, shared)


def _ways(
    inputs: Inputs, graph: RouteGraph, length: Longs, hubs: pd.DataFrame, found: list[Pair]
) -> tuple[gpd.GeoDataFrame, tuple[Ints, ...]]:
    """A row for every way, and its edges."""
    spans, shapes = len(graph.spans), graph.spans.geometry.to_numpy()
    source_id = inputs.sources["id"].to_numpy()
    rows, edges, drawn = [], [], []
    for hub, pair in zip(hubs.itertuples(), found, strict=True):
        both = np.intersect1d(pair.working, pair.protection)
        for way, on in (("working", pair.working), ("protection", pair.protection)):
            if not on.size:
                continue
            along = on[on < spans]
            rows.append({
                "id": f"{hub.hub}:{way}", "hub": hub.hub, "name": hub.name, "way": way,
                "source": source_id[on[-1] - spans], "mbps": hub.mbps, "length_km": _km(length, along),
                "shared_km": _km(length, both[both < spans]),
            })  # fmt: skip
            edges.append(on)
            drawn.append(shapely.multilinestrings(shapes[along]))
    table = pd.DataFrame(rows, columns=list(WAY_COLUMNS))
    return gpd.GeoDataFrame(table, geometry=np.array(drawn, dtype=object), crs=graph.spans.crs), tuple(edges)


def _km(length: Longs, edges: Ints) -> float:
    return float(length[edges].sum()) / MM_PER_M / METRES_PER_KM


def way_table(traffic: Traffic) -> pd.DataFrame:
    """Every way with its node and its edges from there on, for the proof: hub, way, node, mbps, edges."""
    table = pd.DataFrame(traffic.ways[["hub", "way"]])
    table["node"] = traffic.start
    table["mbps"] = traffic.ways["mbps"].to_numpy()
    table["edges"] = pd.Series([on.astype(np.int32) for on in traffic.edges], dtype=object)
    return table

"""Emergency reach: which vital sites have two ways to a source, and what a second way costs the others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from karez.appraising.tables import Decided
from karez.model.network import HOUSEHOLDS, SITES, VITAL, Network
from karez.solving.cuts import Cuts, find_cuts
from karez.solving.detours import NONE, SecondWays, second_ways
from karez.solving.graph import Graph
from karez.solving.joining import ways_to_join
from karez.units import METRES_PER_KM, from_minor, to_minor

Flags = npt.NDArray[np.bool_]
Longs = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Reach:
    """Tables ``reach`` and ``roads`` of :class:`karez.model.outages.Outages`, its totals, spans of all complements."""

    table: pd.DataFrame
    roads: pd.DataFrame
    totals: dict[str, Any]
    spans: tuple[str, ...]


def find_reach(decided: Decided, network: Network, sites: gpd.GeoDataFrame, told: pd.DataFrame) -> Reach:
    """Find who lacks a second way, and the cheapest to give each: by cable, or a microwave or satellite link beside it.

    A detour is made of candidate spans that are not built, hops among them where they are edges. Where one road only
    leads to a site, a second duct along it is the complement, and the table says for how many kilometres. A site
    without the network has its own technology as one way and lacks a second; one that is not served lacks both.

    Parameters
    ----------
    decided : Decided
        Candidate graph and prices.
    network : Network
        What is built.
    sites : GeoDataFrame
        Layer `sites`.
    told : DataFrame
        ``independent_ways`` of every site, in the order of `sites`.
    """
    rules = decided.inputs.programme.resilience
    is_vital = sites["category"].isin(rules.vital).to_numpy()
    served = sites["year"].notna().to_numpy()
    on = is_vital & served & (network.site_node >= 0)
    lacking = np.flatnonzero(on & (told["independent_ways"] == "none").to_numpy())
    candidate = _candidate_cuts(decided, network, sites)
    found = _second_ways(decided, network, sites, lacking, candidate.bridge)
    beside = _beside(decided, sites, lacking, found)
    apart = _apart(decided, network, np.flatnonzero(is_vital & ~on))
    table = _told(decided, sites, told, pd.concat([beside, apart], ignore_index=True))
    spans = np.unique(found.edge)
    one_road = beside["one_road_km"].to_numpy() > beside["lead_in_km"].to_numpy() + 1e-9
    by_detour = beside["detour_present_real"].notna().to_numpy()
    cheapest = table.set_index("id")["cheapest"].reindex(sites["id"].to_numpy()[lacking]).to_numpy()
    others = ~table["id"].isin(sites["id"].to_numpy()[lacking[cheapest == "detour"]])
    totals = {
        "vital": int((is_vital & served).sum()),
        "vital_two_ways": int((on & (told["independent_ways"] != "none").to_numpy()).sum()),
        "vital_off_network": int((is_vital & served & ~on).sum()),
        "vital_unserved": int((is_vital & ~served).sum()),
        "vital_one_road": int((one_road & by_detour).sum() + (~by_detour).sum()),
        "complement_real": _shared(decided, found, np.ones(len(lacking), bool)),
        "cheapest_real": round(
            _shared(decided, found, cheapest == "detour") + float(table.loc[others, "cheapest_real"].sum()), 2
        ),
    }
    ids = decided.graph.spans["id"].to_numpy(dtype=object)
    return Reach(table, _roads(decided, network, candidate), totals, tuple(ids[spans]))


def _candidate_cuts(decided: Decided, network: Network, sites: gpd.GeoDataFrame) -> Cuts:
    """Bridges of the candidate graph, fed at every source it knows."""
    graph = decided.graph
    feeds = graph.source_node[graph.source_node >= 0]
    weight = np.zeros((len(graph.nodes), 4))
    place = pd.Index(graph.nodes["id"])
    weight[place.get_indexer(pd.Index(network.node_id))] = network.weight
    start, end = (graph.spans[name].to_numpy(np.int32) for name in ("start", "end"))
    return find_cuts(len(graph.nodes), start, end, feeds.astype(np.int32), weight)


def _second_ways(
    decided: Decided, network: Network, sites: gpd.GeoDataFrame, lacking: npt.NDArray[np.intp], bridge: Flags
) -> SecondWays:
    graph, prices = decided.graph, decided.prices
    factor = decided.inputs.programme.resilience.parallel_cost
    cost = np.maximum(to_minor(prices.span_present_by_year[:, 0]), 1)
    parallel = np.where(bridge, np.maximum((cost * factor).astype(np.int64), 1), NONE)
    built = graph.spans["id"].isin(network.span_id).to_numpy()
    feed = np.full(len(graph.nodes), NONE, np.int64)
    joined = graph.source_node >= 0
    np.minimum.at(feed, graph.source_node[joined], to_minor(prices.source_present_by_year[joined, 0]))
    place = pd.Index(graph.nodes["id"]).get_indexer(pd.Index(network.node_id)).astype(np.int32)
    feed[place[network.sources]] = 0
    start, end = (graph.spans[name].to_numpy(np.int32) for name in ("start", "end"))
    nodes, row = np.unique(place[network.site_node[lacking]], return_inverse=True)
    found = second_ways(len(graph.nodes), start, end, cost, parallel, built, feed, nodes)
    size = np.diff(found.first)[row]
    first = np.concatenate([[0], np.cumsum(size)]).astype(np.int32)
    each = np.repeat(found.first[row] - first[:-1], size) + np.arange(first[-1])
    return SecondWays(found.total[row], first, found.edge[each], found.beside[each])


def _beside(
    decided: Decided, sites: gpd.GeoDataFrame, lacking: npt.NDArray[np.intp], found: SecondWays
) -> pd.DataFrame:
    """Second ways by cable of sites that hang on the network by one."""
    spans, capex = decided.graph.spans, decided.prices.span_capex
    of = np.repeat(np.arange(len(lacking)), np.diff(found.first))
    km = spans["length_m"].to_numpy(np.float64)[found.edge] / METRES_PER_KM
    lead_in = (spans["tier"].to_numpy()[found.edge] == "lead_in") & found.beside
    factor = np.where(found.beside, decided.inputs.programme.resilience.parallel_cost, 1.0)

    def total(values: Floats) -> Floats:
        return np.bincount(of, values, len(lacking)).astype(np.float64)

    there = found.total < NONE
    return pd.DataFrame(
        {
            "site": lacking,
            "ways": 1,
            "detour_km": total(km),
            "one_road_km": total(km * found.beside),
            "lead_in_km": total(km * lead_in),
            "detour_capex_real": np.where(there, np.round(total(capex[found.edge] * factor), 2), np.nan),
            "detour_present_real": np.where(there, from_minor(found.total), np.nan),
        }
    )


def _apart(decided: Decided, network: Network, rows: npt.NDArray[np.intp]) -> pd.DataFrame:
    """Ways by cable of sites off the network: the cheapest to what is built, and the terminal there."""
    graph, prices = decided.graph, decided.prices
    spans = graph.spans
    cost = to_minor(prices.span_present_by_year[:, 0])
    start, end = (spans[name].to_numpy(np.int32) for name in ("start", "end"))
    network_graph = Graph.from_edges(len(graph.nodes), start, end, cost)
    reached = graph.nodes["id"].isin(network.node_id).to_numpy()
    own = np.fmin.reduce([prices.present_with(name) for name in decided.inputs.programme.networked])
    node = graph.site_node[rows]
    ways = iter(ways_to_join(network_graph, reached, node[node >= 0]))
    made = []
    for site, at in zip(rows.tolist(), node.tolist(), strict=True):
        way = next(ways) if at >= 0 else None
        there = way is not None and np.isfinite(own[site])
        edges = way if there and way is not None else np.empty(0, np.int32)
        made.append(
            {
                "site": site,
                "ways": int(decided.served[site]),
                "detour_km": float(spans["length_m"].to_numpy(np.float64)[edges].sum()) / METRES_PER_KM,
                "one_road_km": 0.0,
                "lead_in_km": 0.0,
                "detour_capex_real": round(float(prices.span_capex[edges].sum()), 2) if there else np.nan,
                "detour_present_real": float(from_minor(cost[edges].sum())) + own[site] if there else np.nan,
            }
        )
    return pd.DataFrame(made, columns=["site", *_WAY_COLUMNS])


_WAY_COLUMNS = ["ways", "detour_km", "one_road_km", "lead_in_km", "detour_capex_real", "detour_present_real"]


def _told(decided: Decided, sites: gpd.GeoDataFrame, told: pd.DataFrame, found: pd.DataFrame) -> pd.DataFrame:
    """Table ``reach``: ways by cable beside back-ups without it, and the cheapest of them."""
    row = found["site"].to_numpy(np.int64)
    technology = sites["technology"].to_numpy(dtype=object)[row]
    served = sites["year"].notna().to_numpy()[row]

    def back_up(name: str) -> Floats:
        cost = decided.prices.present_with(name)[row]
        is_own = (technology == name) & served
        return np.where(is_own | (name in decided.inputs.programme.networked), np.nan, cost)

    costs = {
        "detour": found["detour_present_real"].to_numpy(np.float64),
        "microwave": back_up("microwave"),
        "satellite": back_up("satellite"),
    }
    every = np.nan_to_num(np.array(list(costs.values())), nan=np.inf).reshape(len(costs), -1)
    least = every.min(axis=0)
    cheapest = np.where(np.isfinite(least), np.array(list(costs), object)[every.argmin(axis=0)], "none")
    of = sites.iloc[row]
    table = pd.DataFrame(
        {
            "id": of["id"].to_numpy(dtype=object),
            "name": of["name"].to_numpy(dtype=object),
            "category": of["category"].to_numpy(dtype=object),
            "area_id": of["area_id"].to_numpy(dtype=object),
            "served_by": np.where(served, technology, "unserved"),
            "minutes_lost_per_year": told["minutes_lost_per_year"].to_numpy()[row],
            **{name: found[name].to_numpy() for name in _WAY_COLUMNS},
            "microwave_present_real": costs["microwave"],
            "satellite_present_real": costs["satellite"],
            "cheapest": cheapest,
            "cheapest_real": np.where(np.isfinite(least), np.round(least, 2), np.nan),
        }
    )
    return table.sort_values(["cheapest", "cheapest_real", "id"], ignore_index=True)


def _shared(decided: Decided, found: SecondWays, chosen: Flags) -> float:
    """Present cost of the detours of some sites, every span once: what each one's cheapest comes to, not a least."""
    of = np.repeat(chosen, np.diff(found.first))
    key = np.unique(np.stack([found.edge[of], found.beside[of].astype(found.edge.dtype)]), axis=1)
    present = decided.prices.span_present_by_year[key[0], 0]
    return float(
        np.round((present * np.where(key[1] > 0, decided.inputs.programme.resilience.parallel_cost, 1.0)).sum(), 2)
    )


def _roads(decided: Decided, network: Network, candidate: Cuts) -> pd.DataFrame:
    """Built spans that no candidate route leads round, lead-ins left out."""
    spans = decided.graph.spans
    lonely = candidate.bridge & spans["id"].isin(network.span_id).to_numpy() & (spans["tier"] != "lead_in").to_numpy()
    rows = np.flatnonzero(lonely & (candidate.lost_by_span[:, SITES] > 0))
    lost = candidate.lost_by_span[rows]
    table = pd.DataFrame(
        {
            "id": spans["id"].to_numpy(dtype=object)[rows],
            "km": spans["length_m"].to_numpy(np.float64)[rows] / METRES_PER_KM,
            "sites": lost[:, SITES].astype(np.int64),
            "households": lost[:, HOUSEHOLDS],
            "vital": lost[:, VITAL].astype(np.int64),
        }
    )
    return table.sort_values(["households", "id"], ascending=[False, True], ignore_index=True)

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
    """Find who lacks a second way, and the cheapest to give each: a detour, or a satellite link as a back-up.

    A detour is made of candidate spans that are not built. Where one road only leads to a site, a second duct along it
    is the complement, and the table says for how many kilometres.

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
    is_vital = sites["category"].isin(rules.vital).to_numpy() & sites["year"].notna().to_numpy()
    on = is_vital & (network.site_node >= 0)
    lacking = np.flatnonzero(on & (told["independent_ways"] == "none").to_numpy())
    candidate = _candidate_cuts(decided, network, sites)
    found = _second_ways(decided, network, sites, lacking, candidate.bridge)
    table = _table(decided, sites, lacking, found, network, told)
    spans = np.unique(found.edge)
    one_road = table["one_road_km"].to_numpy() > table["lead_in_km"].to_numpy() + 1e-9
    by_detour = table["detour_present_real"].notna().to_numpy()
    totals = {
        "vital": int(is_vital.sum()),
        "vital_two_ways": int((on & (told["independent_ways"] != "none").to_numpy()).sum()),
        "vital_off_network": int((is_vital & ~on).sum()),
        "vital_one_road": int((one_road & by_detour).sum() + (~by_detour).sum()),
        "complement_real": _shared(decided, found),
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


def _table(
    decided: Decided,
    sites: gpd.GeoDataFrame,
    lacking: npt.NDArray[np.intp],
    found: SecondWays,
    network: Network,
    told: pd.DataFrame,
) -> pd.DataFrame:
    spans, capex = decided.graph.spans, decided.prices.span_capex
    of = np.repeat(np.arange(len(lacking)), np.diff(found.first))
    km = spans["length_m"].to_numpy(np.float64)[found.edge] / METRES_PER_KM
    lead_in = (spans["tier"].to_numpy()[found.edge] == "lead_in") & found.beside
    factor = np.where(found.beside, decided.inputs.programme.resilience.parallel_cost, 1.0)

    def total(values: Floats) -> Floats:
        return np.bincount(of, values, len(lacking)).astype(np.float64)

    there = found.total < NONE
    detour = np.where(there, from_minor(found.total), np.nan)
    satellite = decided.prices.present_with("satellite")[lacking]
    rows = sites.iloc[lacking]
    cheapest = np.where(
        np.isnan(detour) & np.isnan(satellite),
        "none",
        np.where(np.nan_to_num(detour, nan=np.inf) <= np.nan_to_num(satellite, nan=np.inf), "detour", "satellite"),
    )
    table = pd.DataFrame(
        {
            "id": rows["id"].to_numpy(dtype=object),
            "name": rows["name"].to_numpy(dtype=object),
            "category": rows["category"].to_numpy(dtype=object),
            "area_id": rows["area_id"].to_numpy(dtype=object),
            "minutes_lost_per_year": told["minutes_lost_per_year"].to_numpy()[lacking],
            "detour_km": total(km),
            "one_road_km": total(km * found.beside),
            "lead_in_km": total(km * lead_in),
            "detour_capex_real": np.where(there, np.round(total(capex[found.edge] * factor), 2), np.nan),
            "detour_present_real": detour,
            "satellite_present_real": satellite,
            "cheapest": cheapest,
        }
    )
    return table.sort_values(["cheapest", "detour_present_real", "id"], ignore_index=True)


def _shared(decided: Decided, found: SecondWays) -> float:
    """Present cost of all detours together, every span once: what each site's cheapest comes to, not a least."""
    key = np.unique(np.stack([found.edge, found.beside.astype(found.edge.dtype)]), axis=1)
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

"""What breaks a plan: single points of failure, pairs that cut, availability of every site against its standard."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from karez.appraising.network import built_network
from karez.appraising.reach import Reach, find_reach
from karez.appraising.tables import Decided
from karez.model.attributes import PLAN_NODES, PLAN_SITES, PLAN_SPANS
from karez.model.network import HOUSEHOLDS, SITES, VITAL, WEIGHT, Network
from karez.model.outages import Outages
from karez.model.programme import Programme
from karez.model.resilience import MINUTES_PER_YEAR, ResilienceRules
from karez.solving.availability import Availability, find_availability
from karez.solving.cuts import Cuts, find_cuts
from karez.units import METRES_PER_KM

Floats = npt.NDArray[np.float64]

_MOST_PAIRS = 50


def find_outages(
    decided: Decided, sites: gpd.GeoDataFrame, spans: gpd.GeoDataFrame, nodes: gpd.GeoDataFrame
) -> Outages:
    """Find what breaks the network of a plan as it stands at the end of the programme.

    Parameters
    ----------
    decided : Decided
        Candidate graph and prices, for second ways.
    sites, spans, nodes : GeoDataFrame
        The plan's layers, without the columns that are found here.
    """
    programme = decided.inputs.programme
    rules = programme.resilience
    network = built_network(programme, sites, spans, nodes)
    cuts = find_cuts(len(network.node_id), network.start, network.end, network.sources, network.weight)
    up = availability_of(programme, network, _rain(decided))
    told = _sites(rules, network, sites, cuts, up)
    reach = find_reach(decided, network, sites, told)
    pairs = _pairs(network, cuts)
    standards = _standards(programme, sites, told)
    return Outages(
        totals=_totals(network, cuts, sites, told, reach),
        spans=_spans(network, cuts),
        nodes=_nodes(network, cuts),
        sites=told,
        standards=standards,
        pairs=pairs,
        reach=reach.table,
        roads=reach.roads,
        complement_spans=reach.spans,
    )


def _rain(decided: Decided) -> dict[str, float]:
    """Share of a year that rain leaves every hop, by id."""
    radio = decided.graph.radio
    if radio is None:
        return {}
    ids = decided.graph.spans["id"].to_numpy(dtype=object)[radio.links["span"].to_numpy()]
    told = zip(ids, radio.links["availability"].to_numpy(np.float64), strict=True)
    return {str(key): float(up) for key, up in told if np.isfinite(up)}


def availability_of(programme: Programme, network: Network, rain: Mapping[str, float]) -> Availability:
    """Availability of every node, from how often cables, hops (`rain` by id) and plant fail."""
    rules = programme.resilience
    km = network.length_m / METRES_PER_KM
    hops = [rain.get(str(key), programme.radio.availability) for key in network.span_id]
    rows = zip(network.method, km, hops, strict=True)
    out = [_unavailability(programme, method, length, dry) for method, length, dry in rows]
    kinds = {kind: rules.node(kind).unavailability for kind in set(network.node_kind)}
    up_node = 1.0 - np.array([kinds[kind] for kind in network.node_kind], dtype=np.float64)
    ends = network.start, network.end, network.sources
    return find_availability(len(up_node), *ends, 1.0 - np.array(out, np.float64), up_node, most=rules.states)


def _unavailability(programme: Programme, method: str, km: float, dry: float) -> float:
    """Share of time that a span is out; a hop by its plant and by rain, which leaves it the share `dry`."""
    if method == "mast":
        return 0.0
    if method == "microwave":
        plant = {str(name): plant for name, plant in programme.resilience.alternatives.items()}.get(method)
        up = 1.0 - (plant.unavailability if plant is not None else 0.0)
        return 1.0 - up * dry
    return programme.resilience.cable(method).unavailability(km)


def with_outages(
    sites: gpd.GeoDataFrame, spans: gpd.GeoDataFrame, nodes: gpd.GeoDataFrame, outages: Outages
) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """The layers with the columns of what breaks them; what is not built cuts nobody off."""
    found = outages.sites.set_index("id").reindex(sites["id"])
    sites = sites.assign(
        **{name: found[name].to_numpy() for name in ("availability", "minutes_lost_per_year", "independent_ways")}
    )
    own = outages.spans.set_index("id").reindex(spans["id"])
    spans = spans.assign(
        cut_off_sites=own["cut_off_sites"].fillna(0).to_numpy().astype(np.int64),
        cut_off_households=own["cut_off_households"].fillna(0.0).to_numpy(),
        worst_partner=own["worst_partner"].fillna("").to_numpy(),
        with_partner_households=own["with_partner_households"].fillna(0.0).to_numpy(),
    )
    own = outages.nodes.set_index("id").reindex(nodes["id"])
    nodes = nodes.assign(
        cut_off_sites=own["cut_off_sites"].fillna(0).to_numpy().astype(np.int64),
        cut_off_households=own["cut_off_households"].fillna(0.0).to_numpy(),
    )
    tables = (sites, PLAN_SITES), (spans, PLAN_SPANS), (nodes, PLAN_NODES)
    ordered = [gpd.GeoDataFrame(frame[[*table.names, "geometry"]]) for frame, table in tables]
    return ordered[0], ordered[1], ordered[2]


def _spans(network: Network, cuts: Cuts) -> pd.DataFrame:
    partner, _ = cuts.worst_partner(HOUSEHOLDS)
    lost = cuts.lost_by_span
    both = np.abs(cuts.below[:, HOUSEHOLDS] - cuts.below[partner, HOUSEHOLDS])
    return pd.DataFrame(
        {
            "id": network.span_id,
            "cut_off_sites": lost[:, SITES].astype(np.int64),
            "cut_off_households": lost[:, HOUSEHOLDS],
            "cut_off_weight": lost[:, WEIGHT],
            "cut_off_vital": lost[:, VITAL].astype(np.int64),
            "worst_partner": np.append(network.span_id, "")[partner],
            "with_partner_households": np.where(partner >= 0, both, lost[:, HOUSEHOLDS]),
        }
    )


def _nodes(network: Network, cuts: Cuts) -> pd.DataFrame:
    lost = cuts.lost_by_node
    return pd.DataFrame(
        {
            "id": network.node_id,
            "cut_off_sites": lost[:, SITES].astype(np.int64),
            "cut_off_households": lost[:, HOUSEHOLDS],
            "cut_off_weight": lost[:, WEIGHT],
            "cut_off_vital": lost[:, VITAL].astype(np.int64),
        }
    )


def _sites(
    rules: ResilienceRules, network: Network, sites: gpd.GeoDataFrame, cuts: Cuts, up: Availability
) -> pd.DataFrame:
    """Ways and availability of every site; off the network, that of its technology as a whole."""
    node = network.site_node
    on = node >= 0
    part, single = np.append(cuts.part, 0)[node], np.append(cuts.single_node, False)[node]
    ways = np.where(part != 0, "none", np.where(single, "spans", "nodes"))
    other = {str(name): 1.0 - plant.unavailability for name, plant in rules.alternatives.items()}
    served = sites["year"].notna().to_numpy()
    alone = sites["technology"].map(other).fillna(1.0).to_numpy(np.float64)
    least = np.where(on, np.append(up.least, 0.0)[node], alone)
    most = np.where(on, np.append(up.most, 0.0)[node], alone)
    return pd.DataFrame(
        {
            "id": sites["id"].to_numpy(dtype=object),
            "independent_ways": np.where(on & served, ways, ""),
            "availability": np.where(served, least, np.nan),
            "availability_most": np.where(served, most, np.nan),
            "minutes_lost_per_year": np.where(served, (1.0 - least) * MINUTES_PER_YEAR, np.nan),
            "exact": np.where(on, np.append(up.exact, True)[node], True),
        }
    )


def _standards(programme: Programme, sites: gpd.GeoDataFrame, told: pd.DataFrame) -> pd.DataFrame:
    rows = []
    for project in programme.projects:
        asked = project.standard.availability
        mine = told[(sites["project"] == project.id).to_numpy() & told["availability"].notna().to_numpy()]
        least = 0.0 if asked is None else asked
        lost = mine["minutes_lost_per_year"]
        rows.append(
            {
                "project": project.id,
                "availability": np.nan if asked is None else asked,
                "minutes_allowed": np.nan if asked is None else (1.0 - asked) * MINUTES_PER_YEAR,
                "sites": len(mine),
                "mean_minutes": float(lost.mean()) if len(mine) else np.nan,
                "worst_minutes": float(lost.max()) if len(mine) else np.nan,
                "below": int((mine["availability_most"] < least).sum()),
                "open": int(((mine["availability"] < least) & (mine["availability_most"] >= least)).sum()),
            }
        )
    return pd.DataFrame(rows)


def _pairs(network: Network, cuts: Cuts) -> pd.DataFrame:
    """Worst pairs: of every class the two outermost, then each span with its worst partner."""
    partner, lost = cuts.worst_partner(HOUSEHOLDS)
    rows = np.flatnonzero(partner >= 0)
    order = rows[np.argsort(-lost[rows], kind="stable")][: 4 * _MOST_PAIRS]
    pairs = dict.fromkeys((min(e, int(partner[e])), max(e, int(partner[e]))) for e in order.tolist())
    chosen = np.array(list(pairs)[:_MOST_PAIRS], np.int64).reshape(-1, 2)
    both = np.abs(cuts.below[chosen[:, 0]] - cuts.below[chosen[:, 1]])
    return pd.DataFrame(
        {
            "span": network.span_id[chosen[:, 0]],
            "partner": network.span_id[chosen[:, 1]],
            "sites": both[:, SITES].astype(np.int64),
            "households": both[:, HOUSEHOLDS],
        }
    )


def _totals(network: Network, cuts: Cuts, sites: gpd.GeoDataFrame, told: pd.DataFrame, reach: Reach) -> dict[str, Any]:
    weight, lost = network.weight, cuts.lost_by_span
    safe = cuts.part == 0
    households = sites["households"].fillna(0.0).to_numpy(np.float64)
    served = told["availability"].notna().to_numpy()
    homes = households * served
    mean = float((homes * told["availability"].fillna(0.0).to_numpy()).sum() / homes.sum()) if homes.sum() else 1.0
    return {
        "sites": int(weight[:, SITES].sum()),
        "households": float(weight[:, HOUSEHOLDS].sum()),
        "single_spans": int((lost[:, SITES] > 0).sum()),
        "single_nodes": int((cuts.lost_by_node[:, SITES] > weight[:, SITES]).sum()),
        "worst_span_households": float(lost[:, HOUSEHOLDS].max(initial=0.0)),
        "worst_node_households": float(cuts.lost_by_node[:, HOUSEHOLDS].max(initial=0.0)),
        "cut_pairs": cuts.pairs,
        "sites_two_ways": int(weight[safe, SITES].sum()),
        "households_two_ways": float(weight[safe, HOUSEHOLDS].sum()),
        "availability": mean,
        "minutes_lost_per_year": (1.0 - mean) * MINUTES_PER_YEAR,
        "sites_bounded": int((~told["exact"].to_numpy(bool)).sum()),
        **reach.totals,
    }

"""Two ways from every hub to a source: rings over the candidate routes, at least present cost, with a bound.

Hubs are sites of the categories that ``backbone.hubs`` names, and those that say so themselves, at the nodes they are
joined at. A source's own connection does not fail; a source does only where two are asked for. What the terrain cannot
double, a bridge of the candidate routes, is paid once and listed with what it would take to go round it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.spatial import cKDTree

from karez.designing.access import candidate_network
from karez.designing.optics import lay_optics
from karez.designing.stretches import Stretch, rings, stretches_of
from karez.designing.traffic import Chosen, lay_traffic, lengths_mm, way_table
from karez.kernels.blocks import blocks
from karez.kernels.two_ways import NONE, ONE, TWO_BY_EDGE, TWO_BY_NODE, ways
from karez.model.backbone import HUB_COLUMNS, SPAN_COLUMNS, STRETCH_COLUMNS, Backbone
from karez.model.backbone_rules import USUAL_HUBS, Survivability, hub_words
from karez.model.certificate import Certificate
from karez.model.inputs import Inputs
from karez.model.note import Note
from karez.model.plan import RunRecord
from karez.model.prices import Prices
from karez.model.route_graph import RouteGraph
from karez.model.traffic import Traffic
from karez.model.words import RADIO_METHODS
from karez.solving import Graph, Survivable, steiner, survivable
from karez.solving.survivability import IN, Proof
from karez.units import METRES_PER_KM, from_minor

Bools = npt.NDArray[np.bool_]
Bytes = npt.NDArray[np.int8]
Floats = npt.NDArray[np.float64]

EARTH_M = 6_371_008.8
"""Mean radius of the Earth (IUGG)."""

ROUNDS = 30
"""Rounds of improvement of the network with one way only, to compare with."""

LEVEL: dict[Survivability, int] = {"none": ONE, "edge": TWO_BY_EDGE, "node": TWO_BY_NODE}
WORDS = {NONE: "unreached", ONE: "none", TWO_BY_EDGE: "edge", TWO_BY_NODE: "node"}


@dataclass(frozen=True)
class Posed:
    """The problem of ways on the candidate network.

    Parameters
    ----------
    root, network : int, Graph
        The super-root and the candidate spans with the sources' connections, see
        :func:`karez.designing.access.candidate_network`; spans that are there already cost nothing.
    hubs : int64[hubs]
        Rows of the sites that are hubs.
    need : int8[nodes + 1]
        Ways that every node needs.
    thick, sure : bool
        Edges and nodes that do not fail.
    """

    root: int
    network: Graph
    hubs: npt.NDArray[np.int64]
    need: Bytes
    thick: Bools
    sure: Bools


def hub_levels(inputs: Inputs) -> npt.NDArray[np.object_]:
    """What the ways of every site must survive (``Survivability``), empty where it is no hub: object[sites]."""
    return hub_words(inputs.programme.backbone, inputs.sites)


def pose_backbone(inputs: Inputs, graph: RouteGraph, prices: Prices, built: Bools | None = None) -> Posed:
    """Put hubs and routes into the arrays of the solver; `built` (bool[spans]) marks spans that cost nothing.

    Ways run over fibre: a radio span is an edge from the root to itself here, which leads nowhere.
    """
    root, network = candidate_network(graph, prices)
    spans = len(graph.spans)
    if graph.radio is not None:
        ends = np.stack([network.tail, network.head])
        ends[:, graph.radio.links["span"].to_numpy(np.int64)] = root
        network = Graph.from_edges(network.n, ends[0], ends[1], network.cost)
    if built is not None:
        cost = np.where(np.append(built, np.zeros(network.m - spans, np.bool_)), 0, network.cost)
        network = network.priced(cost)
    level = np.array([LEVEL.get(word, NONE) for word in hub_levels(inputs)], np.int8)
    hubs = np.flatnonzero(level > NONE)
    need = np.zeros(network.n, np.int8)
    joined = hubs[graph.site_node[hubs] >= 0]
    joined = joined[network.reached(root)[graph.site_node[joined]]]
    np.maximum.at(need, graph.site_node[joined], level[joined])
    need[root] = NONE
    alike = not inputs.programme.backbone.distinct_sources
    thick = np.zeros(network.m, np.bool_)
    thick[spans:] = alike
    sure = np.zeros(network.n, np.bool_)
    sure[graph.source_node[graph.source_node >= 0]] = alike
    return Posed(root, network, hubs, need, thick, sure)


def design_backbone(
    inputs: Inputs,
    graph: RouteGraph,
    prices: Prices,
    mbps: Floats,
    rates: Mapping[str, float],
    record: RunRecord,
    *,
    built: Bools | None = None,
    seed: int = 0,
    progress: Callable[[float], None] | None = None,
) -> Backbone:
    """Design the backbone.

    Parameters
    ----------
    inputs, graph, prices
        What was read, measured and priced.
    mbps : float64[sites]
        Busy-hour traffic of every site.
    rates : mapping
        Price of a unit by catalogue item, in real money.
    record : RunRecord
        To make it again.
    built : bool[spans] | None
        Spans that are there anyhow, as the programme's plan builds them, and cost nothing here.
    seed : int
        Seed of the search.
    progress : callable, optional
        Told the share of the work that is done.
    """
    rules = inputs.programme.backbone
    posed = pose_backbone(inputs, graph, prices, built)
    answer = survivable(
        posed.network, posed.root, posed.need, thick=posed.thick, sure=posed.sure,
        rounds=rules.rounds, effort=rules.effort, stop_gap=rules.stop_gap, seed=seed, progress=progress,
    )  # fmt: skip
    single = steiner(posed.network, np.append(posed.root, np.flatnonzero(posed.need > NONE)), seed=seed, rounds=ROUNDS)
    found = only_roads(graph, posed, answer)
    hubs = hub_table(inputs, graph, posed, answer, found)
    thick = posed.thick | answer.cases.thick
    rank = {name: place for place, name in enumerate(rules.hubs or USUAL_HUBS)}
    order = inputs.sites["category"].iloc[posed.hubs].map(rank).fillna(len(rank))
    named = posed.hubs[np.argsort(order.to_numpy(), kind="stable")]
    chosen = Chosen(posed.root, posed.network, answer.edges, named, posed.need, thick, posed.sure)
    traffic = lay_traffic(inputs, graph, chosen, mbps)
    optics = lay_optics(inputs, graph, chosen, traffic, rates)
    return Backbone(
        programme=inputs.programme,
        spans=_spans(graph, prices, posed, answer, found, built, traffic),
        hubs=hubs,
        stretches=stretch_table(inputs, graph, prices, posed, found),
        traffic=traffic,
        optics=optics,
        certificate=_certificate(inputs, answer, upon_plan=built is not None),
        single_real=float(from_minor(single.value)),
        single_bound_real=float(from_minor(single.bound)),
        upon_plan=built is not None,
        proof={**proof_tables(posed, answer, graph, traffic), **optics.proof},
        record=record,
        notes=_notes(hubs, upon_plan=built is not None),
    )


def _certificate(inputs: Inputs, answer: Survivable, *, upon_plan: bool) -> Certificate:
    agreement = inputs.programme.agreement
    what = "present cost beyond the plan" if upon_plan else "least present cost"
    return Certificate(
        name=f"{what} of the backbone's spans, {agreement.currency} of {agreement.price_year}",
        scope="backbone",
        sense="minimise",
        value=float(from_minor(answer.value)),
        bound=float(from_minor(answer.bound)),
        constant=0.0,
        proof=f"{answer.proof}. The folder proof holds the cuts, case by case.",
        seconds=answer.seconds,
    )


def _spans(
    graph: RouteGraph,
    prices: Prices,
    posed: Posed,
    answer: Survivable,
    found: list[Stretch],
    built: Bools | None,
    traffic: Traffic,
) -> gpd.GeoDataFrame:
    """Chosen spans; the sources' own connections are no spans."""
    chosen, role, stretch = span_roles(graph, posed, answer, found)
    part = graph.spans.iloc[chosen]
    frame = gpd.GeoDataFrame(
        {
            "id": part["id"].to_numpy(),
            "role": role,
            "stretch": stretch,
            "method": part["method"].to_numpy(),
            "ground": part["ground"].to_numpy(),
            "length_m": part["length_m"].to_numpy(),
            "capex_real": prices.span_capex[chosen],
            "present_real": from_minor(posed.network.cost[chosen]),
            "in_plan": np.zeros(len(chosen), np.bool_) if built is None else built[chosen],
            "working_mbps": traffic.working_mbps[chosen],
            "protection_mbps": traffic.protection_mbps[chosen],
        },
        geometry=part.geometry.to_numpy(),
        crs=graph.spans.crs,
    )
    return frame[[*SPAN_COLUMNS, "geometry"]]


def span_roles(
    graph: RouteGraph, posed: Posed, answer: Survivable, found: list[Stretch]
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.object_], npt.NDArray[np.object_]]:
    """Numbers of the chosen spans, the role of each, and the stretch of only road it is of."""
    count = len(graph.spans)
    chosen = answer.edges[answer.edges < count]
    ring = rings(posed.network, posed.root, answer.edges)[answer.edges < count]
    stretch = np.full(posed.network.m, "", object)
    for one in found:
        stretch[one.edges] = f"road-{one.number}"
    lead_in = graph.spans["tier"].to_numpy()[chosen] == "lead_in"
    role = np.select([lead_in, stretch[chosen] != "", ring], ["lead_in", "only_road", "ring"], "spur")
    return chosen, role.astype(object), stretch[chosen]


def only_roads(graph: RouteGraph, posed: Posed, answer: Survivable) -> list[Stretch]:
    """Stretches of only road before hubs that need two ways; a place's own lead-in is none."""
    lead_in = np.append(graph.spans["tier"].to_numpy() == "lead_in", np.zeros(len(graph.source_node), np.bool_))
    bridges = answer.bridges[~lead_in[answer.bridges]]
    return stretches_of(posed.network, posed.root, answer.edges, bridges, posed.need)


def _kinds(posed: Posed, answer: Survivable) -> Bytes:
    """How every node hangs together with the root in what is chosen, bridges of the candidates taken as not failing."""
    network = posed.network
    chosen = np.zeros(network.m, np.bool_)
    chosen[answer.edges] = True
    kind: Bytes = ways(
        network.start, network.neighbour, network.edge, np.int32(posed.root), chosen,
        posed.thick | answer.cases.thick, posed.sure | _cut_nodes(posed),
    )  # fmt: skip
    return kind


def _cut_nodes(posed: Posed) -> Bools:
    """Nodes at which the candidates fall apart."""
    network = posed.network
    _, top, *_ = blocks(network.start, network.neighbour, network.edge, np.int32(posed.root), network.m)
    cut = np.zeros(network.n, np.bool_)
    cut[top] = True
    return cut


def hub_table(
    inputs: Inputs, graph: RouteGraph, posed: Posed, answer: Survivable, found: list[Stretch]
) -> gpd.GeoDataFrame:
    """What every hub has, and the only roads before it."""
    sites = inputs.sites.iloc[posed.hubs]
    node = graph.site_node[posed.hubs]
    kind = _kinds(posed, answer)
    has = np.where((node >= 0) & (posed.need[node] > NONE), kind[node], NONE)
    before: list[list[Stretch]] = [[one for one in found if n >= 0 and one.behind[n]] for n in node]
    frame = gpd.GeoDataFrame(
        {
            "id": sites["id"].to_numpy(),
            "name": sites["name"].to_numpy(),
            "category": sites["category"].to_numpy(),
            "area_id": sites["area_id"].to_numpy(),
            "wanted": hub_levels(inputs)[posed.hubs],
            "has": [WORDS[int(level)] for level in has],
            "stretches": [" ".join(f"road-{one.number}" for one in some) for some in before],
            "single_km": [sum(_km(graph, one) for one in some) for some in before],
        },
        geometry=sites.geometry.to_numpy(),
        crs=sites.crs,
    )
    return frame[[*HUB_COLUMNS, "geometry"]]


def _km(graph: RouteGraph, stretch: Stretch) -> float:
    spans = stretch.edges[stretch.edges < len(graph.spans)]
    return float(graph.spans["length_m"].to_numpy()[spans].sum()) / METRES_PER_KM


def stretch_table(
    inputs: Inputs, graph: RouteGraph, prices: Prices, posed: Posed, found: list[Stretch]
) -> pd.DataFrame:
    """Who hangs on every only road, and what would go round it."""
    node, sites = graph.site_node, inputs.sites
    present = prices.span_present_by_year[:, 0]
    back_up = prices.present_with("satellite")
    per_m = _route_per_m(inputs, graph, prices)
    metric = _beeline_metres(graph)
    rows = []
    for one in found:
        behind = (node >= 0) & one.behind[node]
        is_hub = np.zeros(len(sites), np.bool_)
        is_hub[posed.hubs] = True
        hubs = np.flatnonzero(behind & is_hub)
        spans = one.edges[one.edges < len(graph.spans)]
        beeline_m = _cross_country(metric, posed.network, one)
        new_m = beeline_m * inputs.programme.backbone.new_route_detour
        microwave, hops = relay_link(prices.relays, beeline_m / METRES_PER_KM)
        costs = {
            "alongside_real": float(present[spans].sum()),
            "cross_country_real": new_m * per_m,
            "microwave_real": microwave,
            "satellite_real": float(back_up[hubs].sum()) if np.isfinite(back_up[hubs]).all() else np.nan,
        }
        known = {name: cost for name, cost in costs.items() if np.isfinite(cost)}
        rows.append({
            "id": f"road-{one.number}",
            "length_km": _km(graph, one),
            "present_real": costs["alongside_real"],
            "hubs": len(hubs),
            "sites": int(behind.sum()),
            "households": float(sites["households"].fillna(0.0).to_numpy()[behind].sum()),
            "emergency_posts": int((behind & (sites["category"] == "emergency_post").to_numpy()).sum()),
            "first_hubs": ", ".join(sites["name"].iloc[hubs].astype(str).drop_duplicates().head(3)),
            "cheapest": min(known, key=known.__getitem__).removesuffix("_real") if known else "",
            **costs,
            "cross_country_km": new_m / METRES_PER_KM,
            "microwave_hops": hops,
        })  # fmt: skip
    return pd.DataFrame(rows, columns=list(STRETCH_COLUMNS))


def _beeline_metres(graph: RouteGraph) -> npt.NDArray[np.float64]:
    """Nodes on the sphere, in metres from its centre; chords are beelines, but for one part in thousands."""
    lon, lat = np.radians(graph.nodes.geometry.x.to_numpy()), np.radians(graph.nodes.geometry.y.to_numpy())
    return EARTH_M * np.column_stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])


def _route_per_m(inputs: Inputs, graph: RouteGraph, prices: Prices) -> float:
    """Present cost of a metre of new route: the settings', else the dearest of the candidates."""
    given = inputs.programme.backbone.new_route_per_m
    if given > 0:
        return given
    length = graph.spans["length_m"].to_numpy()
    per_m = prices.span_present_by_year[:, 0] / np.maximum(length, 1.0)
    wired = ~graph.spans["method"].isin(RADIO_METHODS).to_numpy()
    return float(per_m[wired].max(initial=0.0))


def relay_link(relays: pd.DataFrame, km: float) -> tuple[float, float]:
    """Least present cost of a microwave link in equal hops, and their number; NaN where nothing prices it.

    Every hop has masts of its own: a mast that two of them share makes it cheaper.

    >>> relay_link(pd.DataFrame({"up_to_km": [20.0, 60.0], "present_real": [1.5, 2.5]}), 90.0)
    (5.0, 2.0)
    """
    if relays.empty or not np.isfinite(km):
        return np.nan, np.nan
    hops = np.maximum(1.0, np.ceil(km / relays["up_to_km"].to_numpy(np.float64)))
    cost = hops * relays["present_real"].to_numpy(np.float64)
    best = int(cost.argmin())
    return float(cost[best]), float(hops[best])


def _cross_country(metric: npt.NDArray[np.float64], network: Graph, one: Stretch) -> float:
    """Shortest beeline, in metres, from what lies behind a stretch to what does not, past the stretch; NaN if none."""
    along = np.zeros(len(metric), np.bool_)
    ends = np.concatenate([network.tail[one.edges], network.head[one.edges]])
    along[ends[ends < len(metric)]] = True
    behind = one.behind[: len(metric)]
    inside, outside = np.flatnonzero(behind), np.flatnonzero(~behind & ~along)
    if not len(inside) or not len(outside):
        return float("nan")
    beeline, _ = cKDTree(metric[outside]).query(metric[inside])
    return float(beeline.min())


def _notes(hubs: gpd.GeoDataFrame, *, upon_plan: bool) -> tuple[Note, ...]:
    """Hubs that no route reaches, and those behind an only road."""
    notes = []
    lost = hubs.loc[hubs["has"] == "unreached", "id"]
    if len(lost):
        notes.append(Note("designing", f"{len(lost):,} hubs have no route to a source.", len(lost), tuple(lost)))
    single = hubs.loc[(hubs["stretches"] != "") & (hubs["wanted"] != "none"), "id"]
    if len(single):
        text = (
            f"{len(single):,} hubs that need two ways lie behind a road that nothing on the candidate routes doubles."
        )
        notes.append(Note("designing", text, len(single), tuple(single)))
    if upon_plan:
        text = "Spans that the programme's plan builds came for nothing; what it leaves for later does not."
        notes.append(Note("designing", text))
    return tuple(notes)


def proof_tables(posed: Posed, answer: Survivable, routes: RouteGraph, traffic: Traffic) -> dict[str, pd.DataFrame]:
    """The graph, the weighted cuts case by case, from which the bound is derived again, and the ways of traffic.

    ``graph`` (tail, head, cost_minor, thick, bridge, chosen, chain, id: span, empty for a source's connection,
    length_mm), ``nodes`` (need, sure, root), ``cases`` (part, case, scale, bound, there, gone: edges that the case
    says are there or not), ``cuts`` (part, case, kind 0 leaving, 1 entering, 2 apart, without, weight, inside: nodes
    beyond the cut), ``ways`` (hub, way, node, mbps, edges: from the hub on).
    """
    network = posed.network
    tables = cut_tables(posed, answer, network.cost)
    ids = np.append(routes.spans["id"].to_numpy(object), np.full(network.m - len(routes.spans), "", object))
    graph = tables["graph"].assign(id=ids, length_mm=lengths_mm(routes, network))
    return {**tables, "graph": graph, "ways": way_table(traffic)}


def cut_tables(posed: Posed, answer: Survivable, cost: npt.NDArray[np.int64]) -> dict[str, pd.DataFrame]:
    """Tables ``graph``, ``nodes``, ``cases``, ``cuts`` of :func:`proof_tables`, at costs that the cuts are within."""
    network, proof = posed.network, answer.cases
    chosen = np.zeros(network.m, np.bool_)
    chosen[answer.edges] = True
    graph = pd.DataFrame({
        "tail": network.tail, "head": network.head, "cost_minor": cost, "thick": posed.thick,
        "bridge": proof.thick & ~posed.thick, "chosen": chosen, "chain": proof.chain,
    })  # fmt: skip
    root = np.zeros(network.n, np.bool_)
    root[posed.root] = True
    nodes = pd.DataFrame({"need": posed.need, "sure": posed.sure, "root": root})
    return {"graph": graph, "nodes": nodes, "cases": _case_table(proof), "cuts": _cut_table(proof)}


def _case_table(proof: Proof) -> pd.DataFrame:
    rows = [
        {
            "part": part,
            "case": number,
            "scale": case.scale,
            "bound": case.bound,
            "there": np.flatnonzero(case.fixed == IN).astype(np.int32),
            "gone": np.flatnonzero(case.fixed == -IN).astype(np.int32),
        }
        for part, cases in enumerate(proof.parts)
        for number, case in enumerate(cases)
    ]
    return pd.DataFrame(rows, columns=["part", "case", "scale", "bound", "there", "gone"])


def _cut_table(proof: Proof) -> pd.DataFrame:
    rows = [
        (part, number, cut.kind, cut.without, int(weight), np.flatnonzero(~cut.side).astype(np.int32))
        for part, cases in enumerate(proof.parts)
        for number, case in enumerate(cases)
        for cut, weight in zip(case.cuts, case.weight, strict=True)
        if weight > 0
    ]
    return pd.DataFrame(rows, columns=["part", "case", "kind", "without", "weight", "inside"])

"""What a break does to a finished run: who is cut off, in which order to repair, what hardening would buy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from karez.appraising.network import built_network
from karez.errors import UsageFault
from karez.kernels.csr import reach, slots
from karez.model.breakage import Breakage
from karez.model.finished import FinishedRun
from karez.model.hazard import HazardLayer
from karez.model.inputs import Relief
from karez.model.network import HOUSEHOLDS, SITES, VITAL, WEIGHT, Network
from karez.model.resilience import ResilienceRules
from karez.model.words import RADIO_METHODS
from karez.solving.hardening import Hardening, harden
from karez.solving.restoring import Restoration, restore
from karez.units import METRES_PER_KM

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int32]
Flags = npt.NDArray[np.bool_]

_PIECES = 24
"""Points along a span at which a raster is looked up."""


@dataclass(frozen=True)
class _Exposed:
    """How far each hazard event reaches: probability, kilometres of every span, nodes, by event."""

    event: list[str]
    chance: Floats
    km: Floats
    breaks: Floats
    node: Flags


def break_spans(run: FinishedRun, spans: Sequence[str], nodes: Sequence[str]) -> Breakage:
    """Take spans and nodes out.

    Parameters
    ----------
    run : FinishedRun
        The run.
    spans, nodes : Sequence[str]
        Ids; a node may be named by its name as well.

    Raises
    ------
    UsageFault
        Ids that no built span or node has, all at once.
    """
    network = built_network(run.programme, run.sites, run.spans, run.nodes)
    out = np.isin(network.span_id.astype(str), list(spans))
    names = dict(zip(run.nodes["id"].astype(str), run.nodes["name"].astype(str), strict=True))
    wanted = set(nodes)
    dead = np.array([str(key) in wanted or names[str(key)] in wanted for key in network.node_id], bool)
    known = {*network.span_id[out].astype(str), *network.node_id[dead].astype(str)}
    known |= {names[str(key)] for key in network.node_id[dead]}
    missing = sorted({*spans, *nodes} - known)
    if missing:
        raise UsageFault(
            f"The run {run.name} has built nothing with the id {', '.join(missing)}. Ids stand in plan.gpkg, layers "
            "spans and nodes, where a year says that it is built."
        )
    title = ", ".join([*spans, *nodes])
    km = np.where(_by_radio(network), 0.0, np.minimum(network.length_m / METRES_PER_KM, 1.0))
    return _broken(run, network, out, dead, km, title if len(title) < 80 else f"{len(spans)} spans, {len(nodes)} nodes")


def break_by_hazard(run: FinishedRun, layer: HazardLayer) -> Breakage:
    """Let a hazard come: all that lies in it is out at worst; expected loss, what matters, what hardening buys."""
    rules = run.programme.resilience
    network = built_network(run.programme, run.sites, run.spans, run.nodes)
    shapes = gpd.GeoSeries(run.spans.set_index("id").geometry).loc[network.span_id].to_numpy()
    points = gpd.GeoSeries(run.nodes.set_index("id").geometry).loc[network.node_id].to_numpy()
    exposed = _exposed(rules, network, layer, shapes, points)
    km = exposed.km.max(axis=0, initial=0.0)
    made = _broken(run, network, km > 0, np.asarray(exposed.node.any(axis=0)), km, f"everything within {layer.name}")
    found = _harden(rules, network, exposed)
    return _with_hazard(made, network, layer, exposed, found, rules)


def _exposed(
    rules: ResilienceRules,
    network: Network,
    layer: HazardLayer,
    shapes: npt.NDArray[np.object_],
    points: npt.NDArray[np.object_],
) -> _Exposed:
    damage = np.array([rules.damage(str(method)) for method in network.method], np.float64)
    # What happens on the ground below a hop does not break it: its masts stand among the nodes.
    length = np.where(_by_radio(network), 0.0, network.length_m / METRES_PER_KM)
    if layer.raster is not None:
        share, yearly, at_node = _from_raster(layer.raster, shapes, points, length, damage)
        return _Exposed(["any"], np.ones(1), (share * length)[None], yearly[None], (at_node > 0)[None])
    events = sorted(set(layer.event.tolist()))
    km, node = np.zeros((len(events), len(shapes))), np.zeros((len(events), len(points)), bool)
    chance = np.zeros(len(events))
    for row, event in enumerate(events):
        same = layer.event == event
        area = shapely.union_all(layer.polygons[same])
        shapely.prepare(area)
        chance[row] = layer.probability[same].max()
        hit = np.flatnonzero(shapely.intersects(area, shapes))
        inside = shapely.length(shapely.intersection(shapes[hit], area)) / np.maximum(
            shapely.length(shapes[hit]), 1e-12
        )
        km[row, hit] = inside * length[hit]
        node[row] = shapely.intersects(area, points)
    return _Exposed([str(event) for event in events], chance, km, 1.0 - np.exp(-damage * km), node)


def _by_radio(network: Network) -> Flags:
    """Spans that are hops, or masts below them."""
    return np.isin(network.method.astype(str), RADIO_METHODS)


def _from_raster(
    raster: Relief, shapes: npt.NDArray[np.object_], points: npt.NDArray[np.object_], length: Floats, damage: Floats
) -> tuple[Floats, Floats, Floats]:
    """Share of every span in cells with a probability, its chance to break in a year, probability at nodes."""
    along = (np.arange(_PIECES) + 0.5) / _PIECES
    at = shapely.line_interpolate_point(shapes[:, None], along[None, :], normalized=True)
    here = _at_cells(raster, shapely.get_x(at), shapely.get_y(at))
    piece = 1.0 - np.exp(-damage * length / _PIECES)
    whole = np.prod(1.0 - here * piece[:, None], axis=1)
    return (here > 0).mean(axis=1), 1.0 - whole, _at_cells(raster, shapely.get_x(points), shapely.get_y(points))


def _at_cells(raster: Relief, lon: Floats, lat: Floats) -> Floats:
    rows, columns = raster.elevation_m.shape
    column = np.clip(((lon - raster.west) / raster.step_lon).astype(int), 0, columns - 1)
    row = np.clip(((raster.north - lat) / raster.step_lat).astype(int), 0, rows - 1)
    return np.asarray(np.nan_to_num(raster.elevation_m[row, column].astype(np.float64)))


def _harden(rules: ResilienceRules, network: Network, exposed: _Exposed) -> Hardening:
    hard = exposed.breaks * (1.0 - rules.hardening_effect)
    touched = (exposed.breaks > 0).any(axis=0)
    cost = np.where(touched, network.capex_real * rules.hardening_cost, 0.0)
    return harden(
        len(network.node_id),
        network.start,
        network.end,
        network.sources,
        exposed.chance,
        1.0 - exposed.breaks,
        1.0 - hard,
        np.asarray(1.0 - rules.damage_node * exposed.node, np.float64),
        network.weight[:, HOUSEHOLDS],
        cost,
    )


def _with_hazard(
    made: Breakage,
    network: Network,
    layer: HazardLayer,
    exposed: _Exposed,
    found: Hardening,
    rules: ResilienceRules,
) -> Breakage:
    hours = rules.damage_hours
    cost = np.round(network.capex_real * rules.hardening_cost, 2)
    events = pd.DataFrame(
        {
            "event": exposed.event,
            "probability": exposed.chance,
            "spans": (exposed.km > 0).sum(axis=1),
            "km": exposed.km.sum(axis=1),
            "households": found.by_event,
            "outage_hours": exposed.chance * found.by_event * hours,
        }
    ).sort_values(["outage_hours", "event"], ascending=[False, True], ignore_index=True)
    rows = np.flatnonzero(found.alone > 0)
    elements = pd.DataFrame(
        {
            "id": network.span_id[rows],
            "km": exposed.km.max(axis=0)[rows],
            "gain_hours": found.alone[rows] * hours,
            "cost_real": cost[rows],
        }
    ).sort_values(["gain_hours", "id"], ascending=[False, True], ignore_index=True)
    frontier = pd.DataFrame(
        {
            "spans": found.count,
            "cost_real": found.cost,
            "outage_hours": found.outage * hours,
            "outage_hours_bound": found.bound * hours,
        }
    )
    hardened = pd.DataFrame(
        {
            "id": network.span_id[found.order],
            "cost_real": cost[found.order],
            "so_far_real": np.cumsum(cost[found.order]).round(2),
        }
    )
    about = {
        "layer": layer.name,
        "modelled": layer.is_modelled,
        "data": sorted({str(word) for word in layer.words} - {""}),
        "outage_hours": float(found.outage[0]) * hours,
        "outage_hours_hardened": found.hardened * hours,
        "hours_out": hours,
    }
    outline = None
    if len(layer.polygons):
        outline = gpd.GeoDataFrame({"event": layer.event}, geometry=layer.polygons, crs="EPSG:4326")
    return Breakage(
        **{
            **{name: getattr(made, name) for name in made.__dataclass_fields__},
            "hazard": about,
            "events": events,
            "elements": elements,
            "frontier": frontier,
            "hardened": hardened,
            "outline": outline,
        }
    )


def _broken(run: FinishedRun, network: Network, out: Flags, dead: Flags, km: Floats, title: str) -> Breakage:
    """Who is cut off with those spans and nodes out, and in which order to repair the spans."""
    rules = run.programme.resilience
    whole = ~out & ~dead[network.start] & ~dead[network.end]
    before = _fed(network, np.ones(len(out), bool), np.zeros(len(dead), bool))
    fed = _fed(network, whole, dead)
    away = before & ~fed
    repairs, back, made = _repairs(network, out, dead, km, rules)
    node = network.site_node
    lost = np.flatnonzero((node >= 0) & np.append(away, False)[node])
    sites = run.sites.iloc[lost]
    columns = ["id", "name", "category", "project", "area_id", "households", "weight"]
    cut_off = gpd.GeoDataFrame(
        sites[columns].assign(
            vital=sites["category"].isin(rules.vital), back_hours=np.where(np.isfinite(back), back, np.nan)[node[lost]]
        ),
        geometry=sites.geometry,
        crs=run.sites.crs,
    ).sort_values(["vital", "weight", "id"], ascending=[False, False, True], ignore_index=True)
    table = run.spans.set_index("id").loc[network.span_id]
    state = np.where(out, "out", np.where(fed[network.start] & fed[network.end], "whole", "cut off"))
    spans = gpd.GeoDataFrame(
        {"id": network.span_id, "length_m": network.length_m, "out": out, "state": state},
        geometry=table.geometry.to_numpy(),
        crs=run.spans.crs,
    )
    down = run.nodes.set_index("id").loc[network.node_id[dead]].reset_index()[["id", "name", "kind", "geometry"]]
    weight = network.weight[away]
    totals: dict[str, Any] = {
        "spans_out": int(out.sum()),
        "nodes_out": int(dead.sum()),
        "sites": int(weight[:, SITES].sum()),
        "households": float(weight[:, HOUSEHOLDS].sum()),
        "weight": float(weight[:, WEIGHT].sum()),
        "vital": int(weight[:, VITAL].sum()),
        "repairs": len(repairs),
        "weight_hours": made.value,
        "weight_hours_bound": made.bound,
        "repair_proof": made.proof,
        "crews": rules.crews,
    }
    outlines = gpd.GeoDataFrame(run.areas)
    feeds = run.nodes.set_index("id").loc[network.node_id[network.sources]].reset_index()[["id", "name", "geometry"]]
    sources = gpd.GeoDataFrame(feeds)
    return Breakage(
        run.programme, run.name, title, sources, spans, gpd.GeoDataFrame(down), cut_off, outlines, repairs, totals
    )


def _fed(network: Network, whole: Flags, dead: Flags) -> Flags:
    """Nodes that a source reaches over whole spans."""
    n = len(network.node_id)
    feeds = network.sources[~dead[network.sources]]
    tail = np.concatenate([network.start[whole], np.full(len(feeds), n)]).astype(np.int32)
    head = np.concatenate([network.end[whole], feeds]).astype(np.int32)
    begin, neighbour, _, _, _ = slots(n + 1, tail, head, np.zeros(len(tail), np.int64))
    return np.asarray(reach(begin, neighbour, n)[:n]) & ~dead


def _repairs(
    network: Network, out: Flags, dead: Flags, km: Floats, rules: ResilienceRules
) -> tuple[pd.DataFrame, Floats, Restoration]:
    """Order of repairs of spans; plant that is out counts as back at once, its repair is not a crew's."""
    part = _parts(network, ~out)
    broken = np.flatnonzero(out & (part[network.start] != part[network.end]))
    hours = rules.repair_hours_each + rules.repair_hours_per_km * km[broken]
    count = int(part.max(initial=0)) + 1
    weight, sites, homes = (
        np.bincount(part, network.weight[:, column], count).astype(np.float64) for column in (WEIGHT, SITES, HOUSEHOLDS)
    )
    weight[0] = 0.0
    ends = part[network.start[broken]], part[network.end[broken]]
    made = restore(count, *ends, np.maximum(hours, 1e-6), weight, rules.crews)
    back_at: dict[float, list[int]] = {}
    for number, hour in enumerate(made.back.tolist()):
        back_at.setdefault(hour, []).append(number)
    rows = []
    seen: set[float] = set()
    for edge, crew, done in zip(made.order.tolist(), made.crew.tolist(), made.done.tolist(), strict=True):
        home = list[int]() if done in seen else back_at.get(done, [])
        seen.add(done)
        rows.append(
            {
                "span": network.span_id[broken[edge]],
                "crew": crew + 1,
                "hours": float(hours[edge]),
                "done_hours": done,
                "sites": int(sum(sites[p] for p in home)),
                "households": float(sum(homes[p] for p in home)),
            }
        )
    names = ["span", "crew", "hours", "done_hours", "sites", "households"]
    return pd.DataFrame(rows, columns=names), made.back[part], made


def _parts(network: Network, whole: Flags) -> Ints:
    """Number of the part of every node that still hangs together; 0 is what the sources feed."""
    from scipy.sparse import coo_array  # noqa: PLC0415  half a second that only what-ifs pay
    from scipy.sparse.csgraph import connected_components  # noqa: PLC0415

    n = len(network.node_id)
    tail = np.concatenate([network.start[whole], np.full(len(network.sources), n)])
    head = np.concatenate([network.end[whole], network.sources])
    joined = coo_array((np.ones(len(tail), np.int8), (tail, head)), shape=(n + 1, n + 1))
    _, label = connected_components(joined.tocsr(), directed=False)
    found = np.where(label == label[n], 0, np.where(label == 0, label[n], label))
    return found[:n].astype(np.int32)

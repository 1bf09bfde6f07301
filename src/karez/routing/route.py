"""From lines, sites and sources to the measured candidate graph."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from karez.model.backbone_rules import hub_words
from karez.model.inputs import Inputs
from karez.model.note import Note
from karez.model.route_graph import RouteGraph
from karez.routing.entries import with_second_entries
from karez.routing.fibre_only import without_hop_only
from karez.routing.ground import Ground, class_lead_ins, class_lines
from karez.routing.hanging import hang
from karez.routing.hops import Hops, Masts, find_hops, find_masts, parts_with
from karez.routing.joining import Joined, LeadIns, Points, join
from karez.routing.lines import Indices, Lines, Metric
from karez.routing.merging import merge_chains
from karez.routing.noding import Edges, node, renumber
from karez.routing.tabulating import tabulate

Progress = Callable[[float], None]


def route(inputs: Inputs, progress: Progress = lambda _: None, *, for_backbone: bool = False) -> RouteGraph:
    """Make the candidate graph of a project: noded, classed by ground, merged between junctions, joined.

    Parameters
    ----------
    inputs : Inputs
        A project folder without a fault.
    progress : callable
        Told the share of the work that is done.
    for_backbone : bool
        Whether a backbone is looked for though the plan builds none; then too hubs and sources may be led in twice.

    Returns
    -------
    RouteGraph
        Every node and candidate span that can reach a source; what was mended or left out stands in its notes
        (rule 9).
    """
    rules = inputs.programme.routing
    lines, metric = _lines(inputs)
    places = _places(inputs.sites)
    points = _points(places, metric)
    ground = Ground(rules.ground, inputs.relief, points.plane, places["households"].to_numpy())
    edges, notes = node(lines, metric, rules.snap_m, rules.node_crossings)
    progress(0.3)
    edges = renumber(class_lines(edges.lines, ground, rules.ground.step_km, metric), edges)
    edges = merge_chains(edges)
    progress(0.6)
    lead_ins = LeadIns(1_000.0 * rules.lead_in_max_km, rules.lead_in_method, rules.snap_m)
    fed = join(edges, _points(inputs.sources, metric), _on_land(edges), lead_ins, metric)
    masted = _masted(inputs, fed.edges, places, ground, lead_ins, metric) if inputs.programme.radio.on else None
    usable, part_notes = _fed_parts(fed) if masted is None else _fed_parts(masted.joined(fed), masted.part)
    notes += _unfed(inputs.sources, fed) + part_notes
    joined = join(usable, points, _on_land(usable), lead_ins, metric)
    progress(0.9)
    notes += _refused(places, joined, rules.lead_in_max_km) + ([] if masted is None else list(masted.hops.notes))
    class_lead_ins(joined.edges.lines, ground, metric)
    all_edges = joined.edges
    if inputs.programme.backbone.in_plan or for_backbone:
        all_edges = _with_second_entries(inputs, places, joined, fed, metric)
    nodes, spans, number = tabulate(all_edges, places, joined.node, inputs.sources, fed.node)
    site_node, refusal = _sites(inputs.sites, places, joined, number, rules.lead_in_max_km)
    graph = RouteGraph(nodes, spans, site_node, refusal, _renamed(fed.node, number), tuple(notes))
    if masted is not None:
        graph = hang(graph, inputs.programme.radio, masted.masts, *masted.kept(fed, number))
        graph = without_hop_only(inputs, graph)
    progress(1.0)
    return graph


@dataclass(frozen=True)
class _Masted:
    """Masts joined to lines, and the hops between them.

    Parameters
    ----------
    masts, hops
        All of them.
    edges : Edges
        Lines, with the lead-ins of the masts.
    foot : int64[masts]
        Node at the foot of each; −1 where no line is near.
    part : int64[nodes + masts]
        Connected part of every node and of every mast's head.
    """

    masts: Masts
    hops: Hops
    edges: Edges
    foot: Indices
    part: Indices

    def joined(self, fed: Joined) -> Joined:
        """The sources' nodes on the edges with the lead-ins of the masts."""
        return replace(fed, edges=self.edges)

    def kept(self, fed: Joined, number: Indices) -> tuple[Indices, Hops]:
        """Feet in the final tables, and the hops of parts that reach a source."""
        head = self.part[self.edges.nodes :]
        feeds = np.isin(head, self.part[fed.node[fed.node >= 0]])
        # A foot on lines that nothing uses in the end is none.
        foot = np.where((self.foot >= 0) & feeds, number[self.foot], -1)
        return foot, self.hops.select(feeds[self.hops.table["one"].to_numpy(np.int64)])


def _masted(
    inputs: Inputs, edges: Edges, places: pd.DataFrame, ground: Ground, lead_ins: LeadIns, metric: Metric
) -> _Masted:
    masts = find_masts(inputs, places, metric)
    hung = join(edges, Points(masts.lonlat, masts.plane), _on_land(edges), lead_ins, metric)
    own = hung.edges.nodes + np.arange(len(hung.node))
    line_part = hung.edges.parts()
    part = np.where(hung.node >= 0, line_part[np.maximum(hung.node, 0)] if len(line_part) else 0, own)
    hops = find_hops(inputs.programme.radio, inputs.relief, masts, part, ground)
    together = parts_with(hung.edges.nodes, hung.edges.start, hung.edges.end, hung.node, hops)
    return _Masted(masts, hops, hung.edges, hung.node, together)


def _with_second_entries(inputs: Inputs, places: pd.DataFrame, joined: Joined, fed: Joined, metric: Metric) -> Edges:
    """The edges, with second lead-ins of sources and of hubs that need two ways."""
    rules = inputs.programme.backbone
    if not rules.dual_entry:
        return joined.edges
    hubs = inputs.sites.loc[np.isin(hub_words(rules, inputs.sites), ("edge", "node")), "place_id"]
    nodes = np.concatenate([joined.node[places["place_id"].isin(hubs).to_numpy()], fed.node])
    return with_second_entries(joined.edges, nodes[nodes >= 0], rules.dual_entry_max_m, metric)


def _lines(inputs: Inputs) -> tuple[Lines, Metric]:
    """The routes as lines, measured: surveyed where surveyed, else geodesic."""
    routes = inputs.routes
    lonlat, line = shapely.get_coordinates(routes.geometry.to_numpy(), return_index=True)
    metric = Metric(np.concatenate([lonlat, shapely.get_coordinates(inputs.sites.geometry.to_numpy())]))
    first = np.concatenate([[0], np.cumsum(np.bincount(line, minlength=len(routes)))])
    table = pd.DataFrame(
        {
            "length_m": routes["surveyed_m"].to_numpy(dtype=np.float64),
            "method": routes["method"].to_numpy(dtype=object),
            "layer": routes["layer"].to_numpy(dtype=object),
            "ground": routes["ground"].fillna("").to_numpy(dtype=object),
            "tier": "access",
        }
    )
    lines = Lines(lonlat, metric.plane(lonlat), first, table)
    table["length_m"] = table["length_m"].fillna(pd.Series(lines.geodesic_length()))
    return lines, metric


def _places(sites: gpd.GeoDataFrame) -> pd.DataFrame:
    """One row a place, sorted: ``name``, ``lon``, ``lat`` of its first site, ``households`` of all its sites."""
    table = pd.DataFrame(
        {
            "place_id": sites["place_id"].to_numpy(),
            "name": sites["name"].to_numpy(),
            "lon": sites.geometry.x.to_numpy(),
            "lat": sites.geometry.y.to_numpy(),
            "households": sites["households"].fillna(0.0).to_numpy(dtype=np.float64),
        }
    )
    grouped = table.groupby("place_id", sort=True)
    places = grouped[["name", "lon", "lat"]].first()
    places["households"] = grouped["households"].sum()
    return places.reset_index()


def _points(table: pd.DataFrame, metric: Metric) -> Points:
    """Points of a table with ``lon`` and ``lat``, or with a geometry."""
    if isinstance(table, gpd.GeoDataFrame):
        lonlat = np.column_stack([table.geometry.x, table.geometry.y]).reshape(-1, 2)
    else:
        lonlat = table[["lon", "lat"]].to_numpy(dtype=np.float64)
    return Points(lonlat, metric.plane(lonlat))


def _on_land(edges: Edges) -> npt.NDArray[np.bool_]:
    """Edges that a lead-in may join: not in the middle of the sea."""
    return (edges.lines.table["method"] != "submarine").to_numpy()


def _fed_parts(fed: Joined, part: Indices | None = None) -> tuple[Edges, list[Note]]:
    """Return the edges that reach a source, and a note that lists the parts which do not."""
    edges = fed.edges
    part = edges.parts() if part is None else part
    feeds = np.zeros(part.max(initial=-1) + 1, bool)
    feeds[part[fed.node[fed.node >= 0]]] = True
    edge_part = part[edges.start]
    usable = feeds[edge_part]
    kept = Edges(edges.lines.select(usable), edges.start[usable], edges.end[usable], edges.nodes)
    if usable.all():
        return kept, []
    lost = edges.lines.select(~usable)
    length_km = pd.Series(lost.table["length_m"].to_numpy() / 1_000.0).groupby(edge_part[~usable], sort=False).sum()
    corner = pd.DataFrame(lost.lonlat[lost.first[:-1]]).groupby(edge_part[~usable], sort=False).first()
    ids = tuple(
        f"{km:.1f} km at {lon:.4f}, {lat:.4f}" for km, lon, lat in zip(length_km, corner[0], corner[1], strict=True)
    )
    text = f"{len(ids)} parts of the routes, {length_km.sum():,.1f} km in all, reach no source and were left out."
    return kept, [Note("routing", text, len(ids), ids)]


def _unfed(sources: gpd.GeoDataFrame, fed: Joined) -> list[Note]:
    """Note the sources too far from every line."""
    ids = tuple(sources["id"][fed.node < 0])
    text = f"{len(ids)} sources are too far from every line to feed it."
    return [Note("routing", text, len(ids), ids)] if ids else []


def _refused(places: pd.DataFrame, joined: Joined, limit_km: float) -> list[Note]:
    """Note the places too far from every usable line."""
    ids = tuple(places["place_id"][joined.node < 0])
    text = f"{len(ids)} places are further than {limit_km:g} km from every usable line and fall to their alternative."
    return [Note("routing", text, len(ids), ids)] if ids else []


def _sites(
    sites: gpd.GeoDataFrame, places: pd.DataFrame, joined: Joined, number: Indices, limit_km: float
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.object_]]:
    """Node of every site, and why it was refused."""
    place = pd.Index(places["place_id"]).get_indexer(sites["place_id"])
    km = joined.distance_m / 1_000.0
    why = np.array(
        [
            "no line reaches a source"
            if not np.isfinite(far)
            else f"the nearest usable line is {far:.1f} km away, further than {limit_km:g} km"
            for far in km
        ],
        dtype=object,
    )
    why[joined.node >= 0] = ""
    return _renamed(joined.node, number)[place], why[place]


def _renamed(node: Indices, number: Indices) -> npt.NDArray[np.int32]:
    """Numbers of nodes in the final tables; −1 stays."""
    return np.where(node >= 0, number[node], -1).astype(np.int32)

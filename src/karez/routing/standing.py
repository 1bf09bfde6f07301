"""What stands of the candidate graph: built spans become existing fibre, begun ones are split where they end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyproj
import shapely
from shapely.ops import substring

from karez.model.note import Note
from karez.model.route_graph import RouteGraph
from karez.model.words import RADIO_METHODS
from karez.routing.standing_radio import stand_radio
from karez.routing.tabulating import ID_DEGREES

Flags = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]

WGS84 = pyproj.Geod(ellps="WGS84")
LEAST_M = 1.0
"""A span of which less than this is left to build is built."""
BUILT = ":built"
"""Ending of the id of the part of a begun span that stands."""


def stand(graph: RouteGraph, share: Mapping[str, float], by_hop: Flags, mbps: Floats) -> RouteGraph:
    """The graph with what stands as existing fibre, or as a hop or mast that costs nothing more.

    A span that is built costs nothing any more. One that was begun is split: the part that stands is existing fibre
    with an id of its own, the rest keeps the span's id and is a candidate at the cost of its own length. Where along
    the span the works are is not known to the ledger: the part is taken from the span's start.

    Parameters
    ----------
    graph : RouteGraph
        The candidate graph.
    share : mapping
        Share of a span that stands, 0 to 1, by id.
    by_hop : bool[sites]
        Sites in service over hops, whose demand goes on being there.
    mbps : float64[sites]
        Busy-hour demand of every site before anything was built.
    """
    spans = graph.spans
    told = spans["id"].map(dict(share)).fillna(0.0).to_numpy(dtype=np.float64)
    stands = np.where(spans["method"].isin(RADIO_METHODS).to_numpy(), 0.0, told)
    left_m = spans["length_m"].to_numpy(dtype=np.float64) * (1.0 - stands)
    whole = (stands > 0) & (left_m < LEAST_M)
    begun = np.flatnonzero((stands > 0) & ~whole & (stands * spans["length_m"] >= LEAST_M))
    spans = spans.assign(method=np.where(whole, "existing", spans["method"].to_numpy(dtype=object)))
    lost = tuple(sorted(set(share) - set(spans["id"])))
    text = f"{len(lost)} spans that stand are no candidates of these inputs: nothing can use them."
    notes = [Note("replanning", text, len(lost), lost)] if lost else []
    made = replace(graph, spans=spans, notes=(*graph.notes, *notes))
    made = _split(made, begun, stands) if len(begun) else made
    whole_ids = frozenset(name for name, part in share.items() if part >= 1.0)
    return stand_radio(made, whole_ids, np.where(by_hop, mbps, 0.0))


def _split(graph: RouteGraph, begun: npt.NDArray[np.intp], stands: npt.NDArray[np.float64]) -> RouteGraph:
    """Put a node where each begun span ends today."""
    spans, nodes = graph.spans, graph.nodes
    rows = spans.iloc[begun]
    part = stands[begun]
    cut = [
        (substring(line, 0.0, at, normalized=True), substring(line, at, 1.0, normalized=True))
        for line, at in zip(rows.geometry, part, strict=True)
    ]
    first, second = [one for one, _ in cut], [other for _, other in cut]
    at = len(nodes) + np.arange(len(begun), dtype=np.int32)
    ends = gpd.GeoSeries([shapely.get_point(rest, 0) for rest in second], crs=nodes.crs)
    new_nodes = gpd.GeoDataFrame(
        {"id": [_node_id(point) for point in ends], "name": "", "kind": "junction"}, geometry=ends, crs=nodes.crs
    )
    built_m = (rows["length_m"].to_numpy(dtype=np.float64) * part).round(3)
    done = rows.assign(
        id=rows["id"] + BUILT, end=at, length_m=built_m, geometry_length_m=_geodesic_m(first), method="existing",
    ).set_geometry(first, crs=spans.crs)  # fmt: skip
    rest = rows.assign(
        start=at,
        length_m=(rows["length_m"].to_numpy(dtype=np.float64) - built_m).round(3),
        geometry_length_m=_geodesic_m(second),
    ).set_geometry(second, crs=spans.crs)
    others = spans.drop(index=spans.index[begun])
    return _sorted(graph, pd.concat([nodes, new_nodes], ignore_index=True), pd.concat([others, done, rest]))


def _geodesic_m(lines: list[shapely.LineString]) -> npt.NDArray[np.float64]:
    return np.array([WGS84.geometry_length(line) for line in lines]).round(3)


def _node_id(point: shapely.Point) -> str:
    lon, lat = round(point.x, ID_DEGREES) + 0.0, round(point.y, ID_DEGREES) + 0.0
    return f"node:{lon},{lat}"


def _sorted(graph: RouteGraph, nodes: gpd.GeoDataFrame, spans: gpd.GeoDataFrame) -> RouteGraph:
    """Tables sorted by id again, numbers with them."""
    order = np.argsort(nodes["id"].to_numpy(dtype=str), kind="stable")
    number = np.empty(len(nodes), np.int32)
    number[order] = np.arange(len(nodes), dtype=np.int32)
    spans = spans.assign(
        start=number[spans["start"].to_numpy(dtype=np.int64)], end=number[spans["end"].to_numpy(dtype=np.int64)]
    )
    spans = spans.sort_values("id").reset_index(drop=True)
    return replace(
        graph,
        nodes=nodes.iloc[order].reset_index(drop=True),
        spans=spans,
        radio=None if graph.radio is None else graph.radio.renumbered(_places(graph, spans), number.astype(np.int64)),
        site_node=_renamed(graph.site_node, number),
        source_node=_renamed(graph.source_node, number),
    )


def _places(graph: RouteGraph, spans: gpd.GeoDataFrame) -> npt.NDArray[np.int64]:
    """New number of every old span."""
    return np.asarray(pd.Index(spans["id"]).get_indexer(pd.Index(graph.spans["id"])).astype(np.int64))


def _renamed(node: npt.NDArray[np.int32], number: npt.NDArray[np.int32]) -> npt.NDArray[np.int32]:
    return np.where(node >= 0, number[node], -1).astype(np.int32)

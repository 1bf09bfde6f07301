"""Edges become the tables of the candidate graph, with ids made from what they are (rule 10)."""

from __future__ import annotations

import hashlib

import geopandas as gpd
import numpy as np
import pandas as pd

from karez.routing.lines import Floats, Indices, Lines
from karez.routing.noding import Edges

ID_DEGREES = 6
"""Decimals of a degree in the id of a node: about 0.1 m."""


def tabulate(
    edges: Edges, places: pd.DataFrame, place_node: Indices, sources: gpd.GeoDataFrame, source_node: Indices
) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame, Indices]:
    """Make the tables of nodes and spans.

    Parameters
    ----------
    edges : Edges
        All edges; those that end where they begin are left out.
    places, sources : DataFrame
        Who joins, with ``place_id`` or ``id``, and ``name``.
    place_node, source_node : int64
        Their nodes, −1 where they do not join.

    Returns
    -------
    nodes, spans : GeoDataFrame
        As in :class:`karez.model.route_graph.RouteGraph`, sorted by id.
    number : int64[edges.nodes]
        Row of each node in `nodes`; −1 if nothing uses it.
    """
    straight = edges.start != edges.end
    lines, start, end = edges.lines.select(straight), edges.start[straight], edges.end[straight]
    used = np.unique(np.concatenate([start, end, place_node[place_node >= 0], source_node[source_node >= 0]]))
    nodes = _nodes(edges, used, places, place_node, sources, source_node)
    rank = np.argsort(nodes["id"].to_numpy(dtype=str), kind="stable")
    number = np.full(edges.nodes, -1, dtype=np.int64)
    number[used[rank]] = np.arange(len(used))
    nodes = nodes.iloc[rank].reset_index(drop=True)
    return nodes, _spans(lines, number[start], number[end], nodes["id"].to_numpy(dtype=object)), number


def _nodes(
    edges: Edges,
    used: Indices,
    places: pd.DataFrame,
    place_node: Indices,
    sources: gpd.GeoDataFrame,
    source_node: Indices,
) -> gpd.GeoDataFrame:
    """One row per used node, in the order of `used`."""
    lonlat = _position(edges)[used]
    coordinates = pd.DataFrame(lonlat.round(ID_DEGREES) + 0.0).astype(str).agg(",".join, axis=1)
    plain_ids = ("node:" + coordinates).to_numpy(dtype=object)
    table = pd.DataFrame({"id": plain_ids, "name": "", "kind": "junction"}, index=used)
    is_join = np.isin(used, edges.start[(edges.lines.table["tier"] == "lead_in").to_numpy()])
    table.loc[is_join, "kind"] = "join"
    for kind, ids, names, at in (
        ("place", places["place_id"], places["name"], place_node),
        ("source", sources["id"], sources["name"], source_node),
    ):
        joins = at >= 0
        # Where several share a node, the first by id names it.
        named = pd.DataFrame({"id": kind + ":" + ids[joins], "name": names[joins], "at": at[joins]})
        named = named.sort_values("id").drop_duplicates("at").set_index("at")
        table.loc[named.index, "id"] = named["id"]
        table.loc[named.index, "name"] = named["name"]
        table.loc[named.index, "kind"] = kind
    return gpd.GeoDataFrame(table.reset_index(drop=True), geometry=gpd.points_from_xy(*lonlat.T), crs=4326)


def _position(edges: Edges) -> Floats:
    """Degrees of every node: the western, then southern, of the line ends that meet there."""
    lines = edges.lines
    vertex = np.concatenate([lines.first[:-1], lines.first[1:] - 1])
    node = np.concatenate([edges.start, edges.end])
    where = lines.lonlat[vertex]
    rank = np.lexsort((where[:, 1], where[:, 0], node))
    first = rank[np.unique(node[rank], return_index=True)[1]]
    position = np.full((edges.nodes, 2), np.nan)
    position[node[first]] = where[first]
    return position


def _spans(lines: Lines, start: Indices, end: Indices, node_id: np.typing.NDArray[np.object_]) -> gpd.GeoDataFrame:
    """One row per edge, sorted by id."""
    table = lines.table
    spans = gpd.GeoDataFrame(
        {
            "start": start.astype(np.int32),
            "end": end.astype(np.int32),
            "length_m": table["length_m"].to_numpy().round(3),
            "geometry_length_m": lines.geodesic_length().round(3),
            "ground": table["ground"].to_numpy(dtype=object),
            "method": table["method"].to_numpy(dtype=object),
            "tier": table["tier"].to_numpy(dtype=object),
            "layer": table["layer"].to_numpy(dtype=object),
        },
        geometry=lines.shapes(),
        crs=4326,
    )
    spans.insert(0, "id", _span_ids(spans, node_id))
    return spans.sort_values("id").reset_index(drop=True)


def _span_ids(spans: gpd.GeoDataFrame, node_id: np.typing.NDArray[np.object_]) -> list[str]:
    """Ids from ends, method and length; doubles are numbered in the order of their rows."""
    seen: dict[str, int] = {}
    ids = []
    for start, end, method, length in zip(
        node_id[spans["start"]], node_id[spans["end"]], spans["method"], spans["length_m"], strict=True
    ):
        low, high = sorted((start, end))
        text = f"{low}|{high}|{method}|{length:.3f}"
        number = seen[text] = seen.get(text, 0) + 1
        digest = hashlib.blake2s(f"{text}|{number}".encode(), digest_size=6).hexdigest()
        ids.append(f"span:{digest}")
    return ids

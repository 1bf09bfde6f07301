"""Masts and hops become nodes and spans of the candidate graph."""

from __future__ import annotations

import hashlib
from collections.abc import Hashable
from dataclasses import replace
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from karez.model.radio import EITHER, LINK_COLUMNS, NEITHER, RadioGraph
from karez.model.radio_rules import RadioRules
from karez.model.route_graph import RouteGraph
from karez.routing.hops import Hops, Masts, as_points
from karez.routing.lines import GEOD, Indices

Ints = npt.NDArray[np.int32]
Parts = list[tuple[str, float]]


def hang(graph: RouteGraph, rules: RadioRules, masts: Masts, foot: Indices, hops: Hops) -> RouteGraph:
    """Add masts and hops to a candidate graph; see :class:`karez.model.radio.RadioGraph`.

    Parameters
    ----------
    graph : RouteGraph
        Lines and places.
    rules : RadioRules
        Bands and items.
    masts : Masts
        All masts.
    foot : int64[masts]
        Node of the graph at the foot of each; −1 where no line is near.
    hops : Hops
        Hops of the parts that reach a source.
    """
    used = np.unique(np.concatenate([hops.table["one"], hops.table["other"]])).astype(np.int64)
    head = np.full(len(masts.table), -1, dtype=np.int64)
    head[used] = len(graph.nodes) + np.arange(len(used))
    costs = [_mast_parts(rules, row) for row in masts.table.to_dict("records")]
    rows = [*_base_rows(masts, used, foot, head, costs), *_hop_rows(rules, masts, hops, head, costs)]
    heads = gpd.GeoDataFrame(
        {"id": "mast:" + masts.table["id"].iloc[used].astype(str), "name": masts.table["name"].iloc[used]},
        geometry=as_points(masts).iloc[used].to_numpy(),
        crs=4326,
    ).assign(kind="mast")
    nodes, number = _sorted(pd.concat([graph.nodes, heads[list(graph.nodes.columns)]], ignore_index=True))
    table = pd.DataFrame(rows, columns=["id", "start", "end", "ground", "method", *LINK_COLUMNS[1:], "parts"])
    spans, place = _spans(graph, table, masts, used, head)
    for end in ("start", "end"):
        spans[end] = number[spans[end].to_numpy(np.int64)].astype(np.int32)
    table["span"] = place[len(graph.spans) + np.arange(len(table))]
    child = table["child"].to_numpy(np.int64)
    table["child"] = np.where(child >= 0, number[np.maximum(child, 0)], child)
    links = table.sort_values("span", ignore_index=True)
    towers = gpd.GeoDataFrame(
        masts.table.iloc[used]
        .reset_index(drop=True)
        .assign(node=number[head[used]], ground_node=_renumbered(foot[used], number)),
        geometry=as_points(masts).iloc[used].to_numpy(),
        crs=4326,
    )
    return replace(
        graph,
        nodes=nodes,
        spans=spans,
        site_node=_renumbered(graph.site_node, number).astype(np.int32),
        source_node=_renumbered(graph.source_node, number).astype(np.int32),
        radio=RadioGraph(
            towers, links[list(LINK_COLUMNS)].assign(stands=False, taken_mbps=0.0), _parts(links), hops.tried
        ),
    )


def _mast_parts(rules: RadioRules, mast: dict[Hashable, Any]) -> Parts:
    """What building a mast takes; nothing where it stands and has power."""
    parts: Parts = []
    if not mast["existing"]:
        kind = rules.mast(float(mast["height_m"]))
        parts += [(kind.item, 1.0)] if kind is not None else []
    if mast["power"] == "none" and rules.power_item:
        parts += [(rules.power_item, 1.0)]
    return parts


def _base_rows(
    masts: Masts, used: Indices, foot: Indices, head: Indices, costs: list[Parts]
) -> list[tuple[object, ...]]:
    """Spans between feet and heads: where the mast is paid, and down where it has been."""
    rows: list[tuple[object, ...]] = []
    height = masts.table["height_m"].to_numpy(np.float64)
    ids = masts.table["id"].astype(str).tolist()
    for pair, tower in enumerate(used.tolist()):
        if foot[tower] < 0:
            continue
        ends = (int(foot[tower]), int(head[tower]))
        ways: list[tuple[str, int, Parts, bool]] = [("", EITHER, [], True)]
        if costs[tower]:
            ways = [("", ends[1], costs[tower], True), ("down", ends[0], [], False)]
        for name, child, parts, bound in ways:
            about = (bound, "", np.inf, height[tower] / 1_000.0, np.nan, np.nan, "", 1.0)
            rows.append((_id("mast", ids[tower], name), *ends, "plain", "mast", pair, child, *about, parts))
    return rows


def _hop_rows(
    rules: RadioRules, masts: Masts, hops: Hops, head: Indices, costs: list[Parts]
) -> list[tuple[object, ...]]:
    """Spans between heads: plain, and with the mast at either end."""
    rows: list[tuple[object, ...]] = []
    ids = masts.table["id"].astype(str).tolist()
    first = len(masts.table)
    pairs = hops.table.groupby(["one", "other"], sort=True).ngroup().to_numpy() if len(hops.table) else np.zeros(0, int)
    for hop, pair in zip(hops.table.to_dict("records"), pairs.tolist(), strict=True):
        one, other, band = int(hop["one"]), int(hop["other"]), rules.bands[int(hop["band"])]
        link: Parts = [(band.item, 1.0)]
        link += [(rules.survey_item, 1.0)] if hop["state"] == "assumed" and rules.survey_item else []
        ends = (int(head[one]), int(head[other]))
        about = (band.name, band.mbps, *(hop[name] for name in LINK_COLUMNS[6:]))
        # A design may use the plain hop towards a mast that costs nothing.
        free = [end for end, tower in zip(ends, (one, other), strict=True) if not costs[tower]]
        plain = EITHER if len(free) == 2 else free[0] if free else NEITHER
        ways: list[tuple[str, int, Parts, bool]] = [("", plain, [], True)]
        ways += [(str(end), ends[end], costs[t], False) for end, t in enumerate((one, other)) if costs[t]]
        for name, child, mast, bound in ways:
            key = _id("hop", ids[one], ids[other], band.name, name)
            place = (*ends, hop["ground"], "microwave", first + pair, child, bound)
            rows.append((key, *place, *about, [*link, *mast]))
    return rows


def _id(kind: str, *words: str) -> str:
    """Ids from towers, band and direction, not from order (rule 10)."""
    return f"{kind}:{hashlib.blake2s('|'.join(words).encode(), digest_size=6).hexdigest()}"


def _spans(
    graph: RouteGraph, table: pd.DataFrame, masts: Masts, used: Indices, head: Indices
) -> tuple[gpd.GeoDataFrame, Indices]:
    """All spans, sorted by id; and the row of each, old ones first."""
    where = np.full((int(max(head.max(initial=-1), len(graph.nodes) - 1)) + 1, 2), np.nan)
    where[: len(graph.nodes)] = shapely.get_coordinates(graph.nodes.geometry.to_numpy())
    where[head[used]] = masts.lonlat[used]
    ends = table[["start", "end"]].to_numpy(np.int64).reshape(-1, 2)
    # A mast stands on one spot: its line has two vertices there.
    lines = shapely.linestrings(where[ends]) if len(ends) else np.zeros(0, dtype=object)
    length = 1_000.0 * table["km"].to_numpy(np.float64)
    drawn = np.asarray(GEOD.inv(*where[ends[:, 0]].T, *where[ends[:, 1]].T)[2], np.float64)
    more = gpd.GeoDataFrame(
        {
            **{name: table[name].to_numpy() for name in ("id", "start", "end", "ground", "method")},
            "length_m": np.maximum(length, drawn).round(3),
            "geometry_length_m": drawn.round(3),
            "tier": "access",
            "layer": "",
        },
        geometry=lines,
        crs=4326,
    )
    spans = pd.concat([graph.spans, more[list(graph.spans.columns)]], ignore_index=True)
    return _sorted(spans)


def _sorted(table: pd.DataFrame) -> tuple[gpd.GeoDataFrame, Indices]:
    """Rows by id, and the new row of each."""
    order = np.argsort(table["id"].to_numpy(dtype=str), kind="stable")
    number = np.empty(len(order), dtype=np.int64)
    number[order] = np.arange(len(order))
    return gpd.GeoDataFrame(table.iloc[order].reset_index(drop=True), crs=4326), number


def _renumbered(node: npt.NDArray[np.integer], number: Indices) -> Indices:
    """New numbers of nodes; −1 stays."""
    return np.where(node >= 0, number[node], -1).astype(np.int64)


def _parts(links: pd.DataFrame) -> pd.DataFrame:
    """Items of all spans, one row each; equal ones of a span together."""
    rows = [
        (span, item, quantity)
        for span, parts in zip(links["span"].tolist(), links["parts"], strict=True)
        for item, quantity in parts
    ]
    table = pd.DataFrame(rows, columns=["span", "item", "quantity"])
    together = table.groupby(["span", "item"], sort=True)["quantity"].sum().reset_index()
    return pd.DataFrame(together.astype({"span": np.int64, "quantity": np.float64}))

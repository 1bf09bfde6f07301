"""Hops and masts that the programme built: they cost nothing more, and carry what sites in service draw."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra

from karez.model.note import Note
from karez.model.radio import EITHER, NEITHER, RadioGraph
from karez.model.route_graph import RouteGraph

Floats = npt.NDArray[np.float64]
Longs = npt.NDArray[np.int64]

LEAST_M = 1e-3
"""Length of a span that has none, so that ways over more of them are longer."""


def stand_radio(graph: RouteGraph, whole: frozenset[str], drawn: Floats) -> RouteGraph:
    """The graph with hops and masts that stand.

    A hop that stands costs nothing in its band, whichever way it leads; a mast that stands needs no variant that pays
    for it. The plain hop, or the span of the mast, then bears the id that was built.

    Parameters
    ----------
    graph : RouteGraph
        With cables that stand as existing fibre.
    whole : frozenset of str
        Ids of spans that stand whole.
    drawn : float64[sites]
        What sites in service draw over hops.
    """
    if graph.radio is None:
        return graph
    ids = graph.spans["id"].to_numpy(dtype=object)
    links = graph.radio.links.assign(id=ids[graph.radio.links["span"]])
    built = links[links["id"].isin(whole)]
    if built.empty:
        return graph
    heads = set(graph.radio.towers["node"].tolist()) & set(built["child"].tolist())
    kept = _without_variants(links, heads)
    made = _with_them(graph, kept, built, heads)
    return _loaded(made, drawn)


def _without_variants(links: pd.DataFrame, heads: set[int]) -> pd.DataFrame:
    """Links without those that are there only to pay for masts that stand, or to lead down from them."""
    is_hop, bound = (links["band"] != "").to_numpy(), links["bound"].to_numpy(bool)
    paying = is_hop & ~bound & links["child"].isin(heads).to_numpy()
    paid = links.loc[~is_hop & bound & links["child"].isin(heads).to_numpy(), "pair"]
    down = ~is_hop & ~bound & links["pair"].isin(paid).to_numpy()
    return pd.DataFrame(links[~paying & ~down])


def _with_them(graph: RouteGraph, kept: pd.DataFrame, built: pd.DataFrame, heads: set[int]) -> RouteGraph:
    """The graph with these links alone, at what they cost still, under the ids that were built."""
    radio = graph.radio
    assert radio is not None
    keys = list(zip(built["pair"].tolist(), built["band"].tolist(), strict=True))
    there = set(keys)
    own = [key in there for key in zip(kept["pair"].tolist(), kept["band"].tolist(), strict=True)]
    is_hop = (kept["band"] != "").to_numpy()
    mast = kept["bound"].to_numpy(bool) & (kept["child"].isin(heads) | kept["id"].isin(set(built["id"]))).to_numpy()
    stands = np.where(is_hop, own, mast)
    links = kept.assign(stands=stands, child=_leading(graph, kept, radio, heads))
    names = {key: name for name, key in sorted(zip(built["id"].tolist(), keys, strict=True), reverse=True)}
    built_ids = set(built["id"])
    gone = built_ids - set(kept["id"])
    ids = graph.spans["id"].to_numpy(dtype=object).copy()
    for row in links.loc[links["bound"].to_numpy(bool) & stands].to_dict("records"):
        name = names.get((int(row["pair"]), str(row["band"])), "")
        if name in gone and row["id"] not in built_ids:
            ids[row["span"]] = name
    parts = _left(radio, links, heads)
    dropped = np.setdiff1d(radio.links["span"].to_numpy(np.int64), links["span"].to_numpy(np.int64))
    spans = graph.spans.assign(id=ids, old=np.arange(len(ids))).drop(index=graph.spans.index[dropped])
    spans = spans.sort_values("id").reset_index(drop=True)
    number = np.full(len(ids), -1, np.int64)
    number[spans["old"].to_numpy()] = np.arange(len(spans))
    at_head = radio.towers["node"].isin(heads)
    of_masts = radio.tried.masts["id"].isin(set(radio.towers.loc[at_head, "id"]))
    masts = radio.tried.masts.assign(stands=of_masts, existing=radio.tried.masts["existing"].astype(bool) | of_masts)
    towers = radio.towers.assign(existing=radio.towers["existing"].astype(bool) | at_head)
    links = links[list(radio.links.columns)]
    changed = replace(radio, towers=towers, links=links, parts=parts, tried=replace(radio.tried, masts=masts))
    same = np.arange(len(graph.nodes), dtype=np.int64)
    return replace(graph, spans=spans.drop(columns="old"), radio=changed.renumbered(number, same))


def _leading(graph: RouteGraph, kept: pd.DataFrame, radio: RadioGraph, heads: set[int]) -> Longs:
    """Which end of every link may be the further from the source, now that some masts stand."""
    child = kept["child"].to_numpy(np.int64).copy()
    costly = set(radio.towers["node"].tolist()) & set(radio.links["child"].tolist())
    # A plain hop leads to what costs nothing too; the masts that still cost something have a span or a hop that pays.
    paying = {int(one) for one in radio.links.loc[~radio.links["bound"], "child"]} & costly
    paying |= {int(one) for one in radio.links.loc[(radio.links["band"] == ""), "child"]} & costly
    paying -= heads
    ends = graph.spans[["start", "end"]].to_numpy(np.int64)[kept["span"].to_numpy(np.int64)]
    is_hop, bound = (kept["band"] != "").to_numpy(), kept["bound"].to_numpy(bool)
    for row in np.flatnonzero(bound).tolist():
        if is_hop[row]:
            free = [end for end in ends[row].tolist() if end not in paying]
            child[row] = EITHER if len(free) == 2 else free[0] if free else NEITHER
        elif child[row] in heads:
            child[row] = EITHER
    return child


def _left(radio: RadioGraph, links: pd.DataFrame, heads: set[int]) -> pd.DataFrame:
    """What every link costs still: no link that stands, and no mast."""
    pieces: dict[int, Counter[str]] = {}
    columns = (radio.parts[name].tolist() for name in ("span", "item", "quantity"))
    for span, item, quantity in zip(*columns, strict=True):
        pieces.setdefault(span, Counter())[item] += quantity
    told = links[["span", "pair", "band", "bound", "stands"]].to_dict("records")
    plain = {
        (row["pair"], row["band"]): pieces.get(row["span"], Counter()) for row in told if row["bound"] and row["band"]
    }
    rows = []
    for row in told:
        left = Counter(pieces.get(row["span"], Counter()))
        if row["stands"]:
            left = left - plain[row["pair"], row["band"]] if row["band"] else Counter()
        rows += [(row["span"], item, float(quantity)) for item, quantity in left.items() if quantity > 0]
    table = pd.DataFrame(rows, columns=["span", "item", "quantity"]).astype({"span": np.int64, "quantity": np.float64})
    return table.sort_values(["span", "item"], ignore_index=True)


def _loaded(graph: RouteGraph, drawn: Floats) -> RouteGraph:
    """The graph with what sites in service draw over every hop that stands, each by its shortest way that stands."""
    radio, spans = graph.radio, graph.spans
    assert radio is not None
    links = radio.links
    there = (spans["method"] == "existing").to_numpy(np.bool_).copy()
    there[links.loc[links["stands"] & links["bound"], "span"]] = True
    rows, root = np.flatnonzero(there), len(graph.nodes)
    sources = graph.source_node[graph.source_node >= 0].astype(np.int64)
    ends = spans[["start", "end"]].to_numpy(np.int64)[rows]
    tail, head = np.append(ends[:, 0], np.full(len(sources), root)), np.append(ends[:, 1], sources)
    own = spans["length_m"].to_numpy(np.float64)[rows]
    length = np.maximum(np.append(own, np.zeros(len(sources))), LEAST_M)
    order = np.argsort(length, kind="stable")[::-1]
    low, high = np.minimum(tail, head)[order], np.maximum(tail, head)[order]
    shortest = pd.DataFrame({"low": low, "high": high, "row": order}).groupby(["low", "high"]).last().reset_index()
    one = shortest["row"].to_numpy(np.int64)
    network = coo_array((length[one], (tail[one], head[one])), shape=(root + 1, root + 1)).tocsr()
    _, before = dijkstra(network, directed=False, indices=root, return_predecessors=True)
    between = zip(shortest["low"].tolist(), shortest["high"].tolist(), strict=True)
    edge = {ends: row for ends, row in zip(between, one.tolist(), strict=True) if row < len(rows)}
    taken = np.zeros(len(spans))
    lost = []
    for site in np.flatnonzero(drawn > 0).tolist():
        node = int(graph.site_node[site])
        if node < 0 or before[node] < 0:
            lost.append(site)
            continue
        while node != root:
            above = int(before[node])
            row = edge.get((min(node, above), max(node, above)))
            if row is not None:
                taken[rows[row]] += drawn[site]
            node = above
    of_pair = links.assign(taken=taken[links["span"]] * (links["band"] != ""))
    links = links.assign(taken_mbps=of_pair.groupby(["pair", "band"])["taken"].transform("max").to_numpy(np.float64))
    text = f"{len(lost)} sites in service hang on nothing that stands whole: what they draw is on no hop."
    notes = [Note("replanning", text, len(lost))] if lost else []
    return replace(graph, radio=replace(radio, links=links), notes=(*graph.notes, *notes))

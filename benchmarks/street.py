"""A street-level design end to end: seconds, peak memory, proven gaps; the trench beside networkx's Mehlhorn tree.

Protocol. `karez street MAP`, a process of its own, kernels compiled before; peak memory is the kernel's maximum
resident set. The trench of networkx is `networkx.approximation.steiner_tree(method="mehlhorn")` on the same graph of
runs with the same costs, which is what planning tools in the open use; so that it does not pass through buildings, each
premises has its cheapest drop alone there; its seconds are those of that call alone, beside
those of the stage `designing`. *Longer* is how much more it costs than ours, drops included. Liechtenstein is read from
`../shared/data/street`; where the folder is missing, its row is left out.

Growth: the village 1, 4 and 16 times side by side, a street from each copy to the next.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
import tomllib
from pathlib import Path

import networkx as nx
import numpy as np

from benchmarks.registry import ROOT, measure
from karez.designing.street.trench import least_prices
from karez.reading.street import read_street
from karez.routing.street import route_streets

KAREZ = str(Path(sys.executable).with_name("karez"))
MAPS = {
    "finland-village": ROOT / "examples" / "finland-village" / "map.osm.pbf",
    "helsinki-centre": ROOT / "examples" / "helsinki-centre" / "map.osm.pbf",
    "liechtenstein": ROOT.parent / "shared" / "data" / "street" / "test_only" / "liechtenstein-latest.osm.pbf",
}
COPIES = (1, 4, 16)
TO_REACH = {"liechtenstein": "60 s, 3000 MB, trench 1 %, whole 5 %"}


def run() -> list[dict[str, object]]:
    """One row a map."""
    with tempfile.TemporaryDirectory() as folder:
        measure([KAREZ, "street", str(MAPS["finland-village"]), "--out", str(Path(folder) / "warm")])
        rows = [_row(name, path, Path(folder) / name) for name, path in MAPS.items() if path.is_file()]
        return [*rows, *_growth(Path(folder))]


def _growth(folder: Path) -> list[dict[str, object]]:
    """One row a number of copies of the village."""
    rows = []
    for times in COPIES:
        path = folder / f"village-{times}.osm.pbf"
        write_copies(MAPS["finland-village"], times, path)
        rows.append(_row(f"finland-village, {times} times", path, folder / f"growth-{times}", peer=False))
    return rows


def write_copies(source: Path, times: int, out: Path) -> None:
    """Write a map several times, in rows, each copy moved on and joined to the one before by a street."""
    import osmium  # noqa: PLC0415  an extra

    nodes, ways = [], []
    for thing in osmium.FileProcessor(str(source)):
        if thing.is_node():
            nodes.append((thing.id, thing.location.lon, thing.location.lat, dict(thing.tags)))
        elif thing.is_way():
            ways.append((thing.id, [node.ref for node in thing.nodes], dict(thing.tags)))
    place = np.array([node[1:3] for node in nodes])
    step = 1.02 * (place.max(axis=0) - place.min(axis=0))
    streets = [way for way in ways if way[2].get("highway") in ("residential", "tertiary", "unclassified")]
    door = max(streets, key=lambda way: len(way[1]))[1][0]
    far, across = 1 + max(node[0] for node in nodes), int(np.ceil(np.sqrt(times)))
    far_way = 2 + max(way[0] for way in ways)
    with osmium.SimpleWriter(str(out), overwrite=True) as writer:
        for copy in range(times):
            move = step * (copy % across, copy // across)
            for number, lon, lat, tags in nodes:
                where = (lon + move[0], lat + move[1])
                writer.add_node(osmium.osm.mutable.Node(id=number + copy * far, location=where, tags=tags))
        for copy in range(times):
            for number, refs, tags in ways:
                moved = [ref + copy * far for ref in refs]
                writer.add_way(osmium.osm.mutable.Way(id=number + copy * far_way, nodes=moved, tags=tags))
            if copy:
                joint = [door + (copy - 1) * far, door + copy * far]
                way = osmium.osm.mutable.Way(id=(copy + 1) * far_way - 1, nodes=joint, tags={"highway": "tertiary"})
                writer.add_way(way)


def _row(name: str, path: Path, out: Path, *, peer: bool = True) -> dict[str, object]:
    measured = measure([KAREZ, "street", str(path), "--out", str(out)])
    summary = json.loads((out / "summary.json").read_text(encoding="utf-8"))
    stages = tomllib.loads((out / "run.toml").read_text(encoding="utf-8"))["seconds"]
    trench, whole = summary["certificates"]
    theirs, spent = _mehlhorn(path) if peer else (float("nan"), float("nan"))
    total = whole["value"] + whole["constant"]
    return {
        "map": name,
        "premises": summary["totals"]["premises_served"],
        "seconds": round(measured.seconds, 1),
        "peak memory (MB)": round(measured.peak_mb),
        "trench gap (%)": round(100 * trench["gap"], 3),
        "whole gap (%)": round(100 * (total / (whole["bound"] + whole["constant"]) - 1), 3),
        "designing (s)": round(stages["designing"], 1),
        "networkx (s)": round(spent, 1) if peer else "",
        "networkx longer (%)": round(100 * (theirs / trench["value"] - 1), 2) if peer else "",
        "to reach": TO_REACH.get(name, ""),
    }


def _mehlhorn(path: Path) -> tuple[float, float]:
    """Cost of networkx's tree, currency, and its seconds."""
    inputs = read_street(path)
    graph = route_streets(inputs)
    prices = inputs.rules.prices
    runs = graph.runs
    cost = least_prices(graph, prices)
    drop = (runs["kind"] == "drop").to_numpy()
    cheapest = runs.assign(cost=cost)[drop].groupby("end")["cost"].idxmin().to_numpy()
    usable = np.concatenate([np.flatnonzero(~drop), cheapest])
    network: nx.Graph = nx.Graph()
    for start, end, weight in zip(
        runs["start"].to_numpy()[usable], runs["end"].to_numpy()[usable], cost[usable], strict=True
    ):
        if weight < network.get_edge_data(start, end, {"weight": np.inf})["weight"]:
            network.add_edge(start, end, weight=weight)
    wanted = np.unique(graph.premises_node[graph.premises_node >= 0]).tolist()
    started = time.perf_counter()
    tree = nx.approximation.steiner_tree(network, wanted, method="mehlhorn")
    spent = time.perf_counter() - started
    return float(sum(own for _, _, own in tree.edges(data="weight"))), spent

"""Survivable backbones: least-cost networks with two ways, on published topologies and on the reference region.

Every topology of SNDlib (26) and of the Topology Zoo (203) becomes two instances: its own links as candidates (cost =
length in metres), and these with the Gabriel graph of its nodes, as cables that could be laid besides. The root is the
node of the greatest demand (of the most links, where demands are alike), the hubs are the half of the nodes next in
demand; each is to have two ways to the root that share no node, as far as the candidates have them. Parts of a topology
that the root does not reach are left out. The reference region: all county seats and gateways of `examples/xinjiang`
to its sources, at the prices of that programme. To reach: a gap of 2 % at most.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from scipy.spatial import Delaunay

from benchmarks.registry import ROOT, Options
from karez.appraising.converting import convert
from karez.appraising.pricing import price
from karez.designing.backbone import pose_backbone
from karez.reading import read
from karez.routing.route import route
from karez.solving import Graph, survivable
from karez.solving.survivability import TWO_BY_NODE

MUST = 0.02
EARTH_M = 6_371_008.8
SETS = ("sndlib", "topozoo", "reference")


@dataclass(frozen=True)
class Case:
    """A topology as an instance."""

    name: str
    graph: Graph
    root: int
    need: np.ndarray


def run(options: Options | None = None) -> list[dict[str, object]]:
    """One row a set and kind of candidates, and one a topology with a gap above what is to be reached."""
    options = options or Options()
    survivable(Graph.from_edges(3, [0, 1, 2], [1, 2, 0], [1, 1, 1]), 0, np.array([0, 0, TWO_BY_NODE], np.int8))
    names = options.choose(SETS)
    rows = [_reference()] if "reference" in names else []
    for name in names if find_spec("topohub") is not None else ():
        if name == "reference":
            continue
        for more in (False, True):
            rows += _rows(name, list(_cases(name, more=more)), more=more)
    return rows


def _reference() -> dict[str, object]:
    """The backbone of the reference region, reading and pricing not counted."""
    inputs = read(ROOT / "examples" / "xinjiang")
    graph = route(inputs, silent_share)
    prices = price(inputs, graph, convert(inputs.catalogue, inputs.programme))
    posed = pose_backbone(inputs, graph, prices)
    rules = inputs.programme.backbone
    began = time.perf_counter()
    answer = survivable(
        posed.network, posed.root, posed.need, thick=posed.thick, sure=posed.sure,
        rounds=rules.rounds, effort=rules.effort, stop_gap=rules.stop_gap,
    )  # fmt: skip
    case = Case("reference region", posed.network, posed.root, posed.need)
    return _row(case.name, "roads and railways", [case], [answer.gap], [time.perf_counter() - began])


def silent_share(share: float) -> None:
    """Tell nobody how far the work is."""


def _rows(name: str, cases: list[Case], *, more: bool) -> list[dict[str, object]]:
    kind = "links and Gabriel graph" if more else "links"
    gaps, seconds, wide = [], [], []
    for case in cases:
        began = time.perf_counter()
        answer = survivable(case.graph, case.root, case.need)
        seconds.append(time.perf_counter() - began)
        gaps.append(answer.gap)
        if answer.gap > MUST:
            wide.append(_row(case.name, kind, [case], [answer.gap], seconds[-1:]))
    return [_row(name, kind, cases, gaps, seconds), *wide]


def _row(name: str, kind: str, cases: list[Case], gaps: list[float], seconds: list[float]) -> dict[str, object]:
    return {
        "topologies": name,
        "candidates": kind,
        "instances": len(cases),
        "most_nodes": max(case.graph.n for case in cases),
        "mean_gap_percent": 100 * float(np.mean(gaps)),
        "worst_gap_percent": 100 * float(np.max(gaps)),
        "proven_percent": 100 * float(np.mean(np.array(gaps) == 0)),
        "within_2_percent": 100 * float(np.mean(np.array(gaps) <= MUST)),
        "mean_seconds": float(np.mean(seconds)),
        "most_seconds": float(np.max(seconds)),
    }


def _cases(name: str, *, more: bool) -> Iterator[Case]:
    import topohub  # noqa: PLC0415

    folder = Path(topohub.__file__).parent / "data" / name
    for path in sorted(folder.glob("*.json")):
        topology = topohub.get(f"{name}/{path.stem}")
        nodes = [node for node in topology["nodes"] if node.get("pos")]
        number = {node["id"]: k for k, node in enumerate(nodes)}
        ends = [(number[e["source"]], number[e["target"]]) for e in topology["edges"] if _placed(e, number)]
        if len(nodes) < 3 or not ends:
            continue
        point = np.array([node["pos"] for node in nodes], dtype=np.float64)
        if more:
            ends = sorted({(min(pair), max(pair)) for pair in [*ends, *_gabriel(point)]})
        tail, head = np.array(ends).T
        cost = np.maximum(1, np.rint(_metres(point[tail], point[head]))).astype(np.int64)
        graph = Graph.from_edges(len(nodes), tail, head, cost)
        yield _case(f"{name}/{path.stem}", graph, _demand(topology, number))


def _placed(edge: dict[str, int], number: dict[int, int]) -> bool:
    return edge["source"] in number and edge["target"] in number and edge["source"] != edge["target"]


def _case(name: str, graph: Graph, demand: np.ndarray) -> Case:
    """Root and hubs by demand, then by links."""
    weight = demand + 1e-6 * np.bincount(np.concatenate([graph.tail, graph.head]), minlength=graph.n)
    rank = np.argsort(-weight, kind="stable")
    root = int(rank[0])
    reached = graph.reached(root)
    need = np.zeros(graph.n, np.int8)
    others = [v for v in rank[1:] if reached[v]]
    need[others[: max(1, len(others) // 2)]] = TWO_BY_NODE
    return Case(name, graph, root, need)


def _demand(topology: dict[str, dict[str, dict[int, dict[int, float]]]], number: dict[int, int]) -> np.ndarray:
    demand = np.zeros(len(number))
    for a, row in topology["graph"].get("demands", {}).items():
        for b, amount in row.items():
            for v in (int(a), int(b)):
                if v in number:
                    demand[number[v]] += amount
    return demand


def _gabriel(point: np.ndarray) -> list[tuple[int, int]]:
    """Pairs of nodes with no third one in the circle they span, on a plane of degrees."""
    at = point * [np.cos(np.radians(point[:, 1].mean())), 1.0]
    _, first = np.unique(at, axis=0, return_index=True)
    if len(first) < 4:
        return []
    corner = first[Delaunay(at[first], qhull_options="QJ").simplices]
    pairs = np.unique(
        np.sort(np.concatenate([corner[:, [0, 1]], corner[:, [1, 2]], corner[:, [0, 2]]]), axis=1), axis=0
    )
    kept = []
    for a, b in pairs:
        middle, reach = (at[a] + at[b]) / 2, ((at[a] - at[b]) ** 2).sum() / 4
        inside = ((at[first] - middle) ** 2).sum(axis=1) < reach * (1 - 1e-9)
        if not inside.any():
            kept.append((int(a), int(b)))
    return kept


def _metres(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Great-circle distance of points in degrees."""
    lon, lat = np.radians(b - a).T
    half = np.sin(lat / 2) ** 2 + np.cos(np.radians(a[:, 1])) * np.cos(np.radians(b[:, 1])) * np.sin(lon / 2) ** 2
    distance: np.ndarray = 2 * EARTH_M * np.arcsin(np.sqrt(np.minimum(half, 1.0)))
    return distance

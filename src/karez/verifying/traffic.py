"""Ways of a backbone's traffic proven again: what they share, how long they are, what spans carry. By networkx."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import networkx as nx
import numpy as np
import pandas as pd

from karez.verifying.verdict import Check, Finding, conclude

COLUMNS = ("hub", "way", "node", "mbps", "edges")
TWO_BY_EDGE, TWO_BY_NODE = 2, 3
SAMPLE = 4
"""Hubs whose ways are looked for again, as a flow of least cost."""

SLACK = 1e-6
"""Rounding of sums of traffic, in Mbit/s."""


def check_traffic(graph: pd.DataFrame, nodes: pd.DataFrame, ways: pd.DataFrame, spans: pd.DataFrame) -> list[Check]:
    """Check ways, lengths and loads.

    Parameters
    ----------
    graph, nodes, ways : DataFrame
        Tables of ``proof/``, see :func:`karez.designing.backbone.proof_tables`.
    spans : DataFrame
        Layer ``spans``: ``id``, ``working_mbps``, ``protection_mbps``.
    """
    return [_disjoint(graph, nodes, ways), _shortest(graph, nodes, ways), _loads(graph, ways, spans)]


def _disjoint(graph: pd.DataFrame, nodes: pd.DataFrame, ways: pd.DataFrame) -> Check:
    """Every way leads to the root over chosen edges; two ways share only what no candidate route doubles."""
    root, need = int(np.flatnonzero(nodes["root"])[0]), nodes["need"].to_numpy()
    findings: list[Finding] = []
    plain = _plain(graph)
    pairs = 0
    for node in np.unique(ways["node"]).tolist():
        rows = ways[ways["node"] == node]
        edges = {str(row.way): np.asarray(row.edges) for row in rows.itertuples()}
        along = {way: _along(graph, node, on) for way, on in edges.items()}
        name = str(rows["hub"].iloc[0])
        for way, passed in along.items():
            if not passed or passed[-1] != root or not graph["chosen"].to_numpy()[edges[way]].all():
                findings.append(Finding("has no way over chosen spans to a source", name))
        if len(along) < 2 or not all(along.values()):
            continue
        pairs += 1
        may = (graph["thick"] | graph["bridge"]).to_numpy()
        if not may[np.intersect1d(edges["working"], edges["protection"])].all():
            findings.append(Finding("has a span on both its ways that can be doubled", name))
        both = set(along["working"]) & set(along["protection"]) - {node, root}
        if need[node] == TWO_BY_NODE:
            fail = [w for w in both if not nodes["sure"].iloc[w]]
            if any(nx.has_path(nx.restricted_view(plain, [w], []), node, root) for w in fail):
                findings.append(Finding("has a node on both its ways that can be passed by", name))
    return conclude("traffic ways", f"{len(ways):,} ways, {pairs:,} pairs share what nothing doubles alone", findings)


def _plain(graph: pd.DataFrame) -> nx.Graph:
    """All candidates."""
    return nx.Graph(zip(graph["tail"].tolist(), graph["head"].tolist(), strict=True))


def _along(graph: pd.DataFrame, node: int, edges: np.typing.NDArray[Any]) -> list[int]:
    """Nodes along edges from a node on; empty if they do not hang together."""
    passed = [node]
    for tail, head in zip(
        graph["tail"].to_numpy()[edges].tolist(), graph["head"].to_numpy()[edges].tolist(), strict=True
    ):
        if passed[-1] not in (tail, head):
            return []
        passed.append(tail + head - passed[-1])
    return passed


def _shortest(graph: pd.DataFrame, nodes: pd.DataFrame, ways: pd.DataFrame) -> Check:
    """Ways of a sample of hubs, and hubs with one way though they need two, found again as flows of least cost."""
    need, length = nodes["need"].to_numpy(), graph["length_mm"].to_numpy()
    names = np.unique(ways["node"]).tolist()
    groups = {node: ways[ways["node"] == node] for node in names}
    lone = [node for node in names if len(groups[node]) == 1 and need[node] >= TWO_BY_EDGE]
    looked = [*dict.fromkeys(names[:: max(1, len(names) // SAMPLE)][:SAMPLE] + lone[:SAMPLE])]
    findings = []
    for node in looked:
        units, least = _least(graph, nodes, node)
        found = sum(int(length[np.asarray(on)].sum()) for on in groups[node]["edges"])
        if (units, least) != (len(groups[node]), found):
            findings.append(Finding("has shorter ways, or more", str(groups[node]["hub"].iloc[0])))
    return conclude("traffic lengths", f"ways of {len(looked)} hubs are the shortest by a flow of least cost", findings)


def _least(graph: pd.DataFrame, nodes: pd.DataFrame, node: int) -> tuple[int, int]:
    """Ways that there are for a hub over what is chosen, one or two, and their least length together."""
    root, need = int(np.flatnonzero(nodes["root"])[0]), int(nodes["need"].iloc[node])
    plain, flow = _plain(graph), nx.DiGraph()
    chosen = graph[graph["chosen"]]
    for w in np.unique(chosen[["tail", "head"]]).tolist():
        may = need < TWO_BY_NODE or w in (node, root) or bool(nodes["sure"].iloc[w])
        may = may or not nx.has_path(nx.restricted_view(plain, [w], []), node, root)
        flow.add_edge(("in", w), ("out", w), capacity=2 if may else 1, weight=0)
    columns = (chosen[name].tolist() for name in ("tail", "head", "length_mm", "thick", "bridge"))
    for e, tail, head, length, thick, bridge in zip(chosen.index, *columns, strict=True):
        for a, b in ((tail, head), (head, tail)):
            flow.add_edge(("out", a), (e, a), capacity=2 if thick or bridge else 1, weight=length)
            flow.add_edge((e, a), ("in", b), capacity=2, weight=0)
    most = int(nx.maximum_flow_value(flow, ("out", node), ("in", root)))
    units = min(most, 2 if need >= TWO_BY_EDGE else 1)
    flow.nodes[("out", node)]["demand"], flow.nodes[("in", root)]["demand"] = -units, units
    return units, int(nx.min_cost_flow_cost(flow))


def _loads(graph: pd.DataFrame, ways: pd.DataFrame, spans: pd.DataFrame) -> Check:
    """What a span carries is the traffic of the ways over it."""
    findings = []
    for way, column in (("working", "working_mbps"), ("protection", "protection_mbps")):
        load = np.zeros(len(graph))
        for row in ways[ways["way"] == way].itertuples():
            load[np.asarray(row.edges)] += row.mbps
        told = spans.set_index("id")[column].reindex(graph["id"]).fillna(0.0).to_numpy()
        wrong = (np.abs(told - load) > SLACK * (1.0 + load)) & (graph["id"] != "").to_numpy()
        findings += list(_named(graph["id"].to_numpy()[wrong], f"carries other {way} traffic than its ways bring"))
    return conclude("traffic loads", f"{len(spans):,} spans carry what their ways bring", findings)


def _named(ids: Any, problem: str) -> Iterator[Finding]:
    return (Finding(problem, str(one)) for one in ids)

"""Ways of a backbone's traffic proven again: what they share, how long they are, what spans carry."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import networkx as nx
import numpy as np
import pandas as pd
from scipy.optimize import linprog
from scipy.sparse import coo_array

from karez.verifying.verdict import Check, Finding, conclude

COLUMNS = ("hub", "way", "node", "mbps", "edges")
TWO_BY_EDGE, TWO_BY_NODE = 2, 3
SAMPLE = 12
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
    above = _separators(graph, root)
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
            fail = {w for w in both if not nodes["sure"].iloc[w]}
            if fail - _between(above, node, root):
                findings.append(Finding("has a node on both its ways that can be passed by", name))
    return conclude("traffic ways", f"{len(ways):,} ways, {pairs:,} pairs share what nothing doubles alone", findings)


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
    root = int(np.flatnonzero(nodes["root"])[0])
    above = _separators(graph, root)
    for node in looked:
        units, least = _least(graph, nodes, node, _between(above, node, root))
        found = sum(int(length[np.asarray(on)].sum()) for on in groups[node]["edges"])
        if (units, least) != (len(groups[node]), found):
            findings.append(Finding("has shorter ways, or more", str(groups[node]["hub"].iloc[0])))
    return conclude("traffic lengths", f"ways of {len(looked)} hubs are the shortest by a flow of least cost", findings)


def _least(graph: pd.DataFrame, nodes: pd.DataFrame, node: int, between: set[int]) -> tuple[int, int]:
    """Ways that there are for a hub over what is chosen, one or two, and their least length together.

    A flow of least cost as a linear programme: its matrix is totally unimodular, so its answer is whole.
    """
    root, need = int(np.flatnonzero(nodes["root"])[0]), int(nodes["need"].iloc[node])
    chosen = graph[graph["chosen"]]
    used, ends = np.unique(chosen[["tail", "head"]].to_numpy(), return_inverse=True)
    tail, head = ends.reshape(-1, 2).T
    n = len(used)
    may = np.isin(used, [*between, node, root]) | nodes["sure"].to_numpy()[used] | (need < TWO_BY_NODE)
    length, sure = chosen["length_mm"].to_numpy(), (chosen["thick"] | chosen["bridge"]).to_numpy()
    # In every node an arc from its way in to its way out; over every edge one either way.
    begin = np.concatenate([np.arange(n), n + tail, n + head])
    end = np.concatenate([n + np.arange(n), head, tail])
    cost = np.concatenate([np.zeros(n), length, length])
    most = np.concatenate([np.where(may, 2, 1), *2 * [np.where(sure, 2, 1)]])
    arcs = np.arange(len(begin))
    sign = np.concatenate([np.ones(len(arcs)), -np.ones(len(arcs))])
    balance = coo_array((sign, (np.concatenate([begin, end]), np.tile(arcs, 2))), shape=(2 * n, len(arcs)))
    for units in (2, 1) if need >= TWO_BY_EDGE else (1,):
        flow = np.zeros(2 * n)
        flow[n + np.searchsorted(used, node)], flow[np.searchsorted(used, root)] = units, -units
        bounds = np.column_stack([np.zeros(len(arcs)), most])
        answer = linprog(cost, A_eq=balance.tocsr(), b_eq=flow, bounds=bounds, method="highs")
        if answer.success:
            return units, round(float(answer.fun))
    return 0, 0


def _separators(graph: pd.DataFrame, root: int) -> dict[int, int]:
    """For every node that the root reaches the nearest that lies on all ways between, its dominator."""
    both = nx.DiGraph()
    for tail, head in graph[["tail", "head"]].to_numpy().tolist():
        both.add_edge(tail, head)
        both.add_edge(head, tail)
    return dict(nx.immediate_dominators(both, root))


def _between(above: dict[int, int], node: int, root: int) -> set[int]:
    """Nodes that lie on all ways between a node and the root, both left out."""
    found, here = set(), above[node]
    while here != root:
        found.add(here)
        here = above[here]
    return found


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

"""The least design with hops as an integer programme for HiGHS: every site its own way, every arc one direction.

Cells of satellites sell no more than they can, and hubs have two ways over fibre that share neither a span nor a node
but those that nothing on the candidate routes doubles.
"""

from __future__ import annotations

import networkx as nx
import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array

from karez.designing.access import candidate_network
from karez.model.inputs import Inputs
from karez.model.prices import Prices
from karez.model.radio import EITHER
from karez.model.route_graph import RouteGraph
from karez.units import to_minor


def least_cost(inputs: Inputs, graph: RouteGraph, prices: Prices, hubs: tuple[str, ...] = ()) -> float:  # noqa: PLR0912, PLR0915  one programme, in order
    """Least present cost of spans and of what serves every site, in minor units; `hubs` are sites with two ways."""
    root, network = candidate_network(graph, prices)
    spans = len(graph.spans)
    child, mbps = np.full(network.m, EITHER), np.full(network.m, np.inf)
    hop = np.zeros(network.m, bool)
    hop[:spans] = (graph.spans["method"] == "microwave").to_numpy()
    if graph.radio is not None:
        child[graph.radio.links["span"]] = graph.radio.links["child"]
        mbps[graph.radio.links["span"]] = graph.radio.links["mbps"]
    tails, heads = np.append(network.tail, network.head), np.append(network.head, network.tail)
    edge = np.tile(np.arange(network.m), 2)
    allowed = ((child[edge] == EITHER) | (child[edge] == heads)) & (heads != root)
    tails, heads, edge = tails[allowed], heads[allowed], edge[allowed]
    arcs = len(edge)
    options = prices.options
    minor = to_minor(prices.option_present_by_year[:, 0]).astype(float)
    names, of = options["technology"].to_numpy(), options["site"].to_numpy()
    usable = ~np.isin(names, ("fibre", "microwave")) | (graph.site_node[of] >= 0)
    ways = np.flatnonzero(usable)
    tied = [w for w in ways if names[w] in ("fibre", "microwave")]
    place = {w: arcs + k for k, w in enumerate(ways)}
    flow = {w: arcs + len(ways) + k * arcs for k, w in enumerate(tied)}
    fibre = np.ones(network.m, bool)
    if graph.radio is not None:
        fibre[graph.radio.links["span"]] = False
    first = arcs + len(ways) + len(tied) * arcs
    bought, way = first, {hub: first + network.m + k * arcs for k, hub in enumerate(hubs)}
    count = first + network.m + len(hubs) * arcs
    cost = np.zeros(count)
    cost[:arcs] = np.where(fibre[edge], 0, network.cost[edge])
    cost[bought : bought + network.m] = network.cost
    cost[[place[w] for w in ways]] = minor[ways]
    rows: list[tuple[list[int], list[float], float, float]] = []
    for site in np.unique(of[ways]):
        mine = [w for w in ways if of[w] == site]
        rows.append(([place[w] for w in mine], [1.0] * len(mine), 1.0, 1.0))
    for node in range(network.n):
        into = np.flatnonzero(heads == node)
        if len(into):
            rows.append((into.tolist(), [1.0] * len(into), 0.0, 1.0))
    for w in tied:
        target = graph.site_node[of[w]]
        for node in range(network.n):
            if node == root:
                continue
            into, out = np.flatnonzero(heads == node), np.flatnonzero(tails == node)
            terms = [*(flow[w] + into), *(flow[w] + out)]
            signs = [1.0] * len(into) + [-1.0] * len(out)
            if node == target:
                terms, signs = [*terms, place[w]], [*signs, -1.0]
            if terms:
                rows.append((terms, signs, 0.0, 0.0))
        for arc in range(arcs):
            rows.append(([flow[w] + arc, arc], [1.0, -1.0], -np.inf, 0.0))
            if names[w] == "fibre" and hop[edge[arc]]:
                rows.append(([flow[w] + arc], [1.0], 0.0, 0.0))
        if names[w] == "microwave":
            over = [flow[w] + arc for arc in range(arcs) if hop[edge[arc]]]
            rows.append(([*over, place[w]], [1.0] * len(over) + [-1.0], 0.0, np.inf))
    for arc in range(arcs):
        if np.isfinite(mbps[edge[arc]]):
            terms = [flow[w] + arc for w in tied]
            rows.append((terms, [float(prices.site_mbps[of[w]]) for w in tied], -np.inf, float(mbps[edge[arc]])))
    rows += [([arc, bought + edge[arc]], [1.0, -1.0], -np.inf, 0.0) for arc in np.flatnonzero(fibre[edge]).tolist()]
    for hub in hubs:
        rows += _two_ways(inputs, graph, hub, (root, tails, heads, edge, fibre), way[hub], bought)
    sharing = prices.sharing
    for cell, limit in enumerate(() if sharing is None else sharing.limit_mbps):
        drawn = [w for w in ways if sharing.option_cell[w] == cell]  # type: ignore[union-attr]
        rows.append(([place[w] for w in drawn], [float(prices.site_mbps[of[w]]) for w in drawn], -np.inf, float(limit)))
    index = np.repeat(np.arange(len(rows)), [len(terms) for terms, *_ in rows])
    matrix = coo_array(
        (np.concatenate([s for _, s, *_ in rows]), (index, np.concatenate([t for t, *_ in rows]))),
        shape=(len(rows), count),
    ).tocsr()
    integral, upper = np.zeros(count), np.ones(count)
    upper[bought + network.m :] = 2
    integral[: arcs + len(ways)] = integral[bought:] = 1
    found = milp(
        cost / 1e6,
        constraints=LinearConstraint(matrix, [row[2] for row in rows], [row[3] for row in rows]),
        bounds=Bounds(0, upper),
        integrality=integral,
        options={"mip_rel_gap": 1e-9, "time_limit": 120.0},
    )
    assert found.status == 0, found.message
    return float(found.fun) * 1e6


Row = tuple[list[int], list[float], float, float]


def _two_ways(
    inputs: Inputs,
    graph: RouteGraph,
    hub: str,
    arcs: tuple[int, np.ndarray, np.ndarray, np.ndarray, np.ndarray],
    way: int,
    bought: int,
) -> list[Row]:
    """Two units of flow from the root to a hub, each span and node passed once where another one could be."""
    root, tails, heads, edge, fibre = arcs
    spans, target = len(graph.spans), int(graph.site_node[inputs.sites.index[inputs.sites["id"] == hub][0]])
    whole = nx.MultiGraph()
    for tail, head, number in zip(tails.tolist(), heads.tolist(), edge.tolist(), strict=True):
        if fibre[number] and not whole.has_edge(tail, head, number):
            whole.add_edge(tail, head, number)
    simple = nx.Graph(whole)
    alone = {frozenset(pair) for pair in nx.bridges(simple) if whole.number_of_edges(*pair) == 1}
    cut = {*nx.articulation_points(simple), *graph.source_node.tolist(), root}
    rows: list[Row] = []
    for node in range(int(max(tails.max(), heads.max())) + 1):
        into, out = np.flatnonzero(heads == node), np.flatnonzero(tails == node)
        terms = [*(way + into).tolist(), *(way + out).tolist()]
        if terms and node != root:
            asked = 2.0 if node == target else 0.0
            rows.append((terms, [1.0] * len(into) + [-1.0] * len(out), asked, asked))
        if len(into) and node not in cut and node != target:
            rows.append(((way + into).tolist(), [1.0] * len(into), 0.0, 1.0))
    for number in np.unique(edge).tolist():
        both = np.flatnonzero(edge == number)
        most = 2.0 if number >= spans or frozenset((int(tails[both[0]]), int(heads[both[0]]))) in alone else 1.0
        terms = [*(way + both).tolist(), bought + number]
        rows.append((terms, [1.0] * len(both) + [-most if fibre[number] else 0.0], -np.inf, 0.0))
    return rows

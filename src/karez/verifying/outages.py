"""What breaks the network, proven again on a sample: by taking parts out, by flows, by products, by draws."""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import networkx as nx
import pandas as pd

from karez.verifying.run import Run
from karez.verifying.verdict import Check, Finding, conclude

SAMPLE = 25
"""Worst rows of each table that are proven again, and as many others."""

DRAWS = 200
HOURS = 8766.0
ROOT = ("root",)
CLOSE = 1e-9
MINUTE = 1e-3
_DEVIATIONS = 6.0


def cut_off(run: Run) -> Check:
    """Spans and nodes of a sample are taken out one by one: who is cut off is what the tables say."""
    proven = f"{SAMPLE} worst and {SAMPLE} other spans and nodes taken out one by one, and the pairs the spans name"
    return conclude("cut off", proven, _cut_findings(run))


def ways(run: Run) -> Check:
    """Maximal flows tell how many ways lead to sources."""
    proven = f"maximal flows to {2 * SAMPLE} sites agree with the ways they are said to have"
    return conclude("second ways", proven, _way_findings(run))


def emergency(run: Run) -> Check:
    """Every vital site has two ways, or is on the list of those that have not."""
    listed = set(run.summary["resilience"]["vital_without_two_ways"])
    proven = f"vital sites have two ways that share no span, or are listed: {len(listed):,} are"
    return conclude("emergency reach", proven, _emergency_findings(run, listed))


def availability(run: Run) -> Check:
    """Availability of a site with one way is the product along it; draws agree with the mean of all."""
    proven = f"of every site with one way that of its way; the mean agrees with {DRAWS} draws"
    return conclude("availability", proven, _availability_findings(run))


def _network(run: Run) -> nx.MultiGraph:
    """Everything built, and a root that all sources in use hang on."""
    graph = nx.MultiGraph()
    used = run.nodes[run.nodes["year"].notna()]
    kinds = dict(zip(used["id"], used["kind"], strict=True))
    graph.add_nodes_from((node, {"out": _plant(run, kind)}) for node, kind in kinds.items())
    graph.add_node(ROOT, out=0.0)
    built = run.spans[run.spans["year"].notna()]
    rain = dict(zip(run.hops["id"], run.hops["availability"], strict=True)) if len(run.hops) else {}
    for row in built[["id", "start_node", "end_node", "method", "length_m"]].to_dict("records"):
        dry = float(rain.get(row["id"], run.programme.radio.availability))
        out = _cable(run, str(row["method"]), float(row["length_m"]) / 1000.0, dry)
        graph.add_edge(row["start_node"], row["end_node"], key=row["id"], out=out)
    for node in used.loc[used["feeds"].astype(bool), "id"]:
        graph.add_edge(ROOT, node, key="source", out=0.0)
    return graph


def _cable(run: Run, method: str, km: float, dry: float) -> float:
    if method == "mast":
        return 0.0
    if method == "microwave":
        plant = {str(name): plant for name, plant in run.programme.resilience.alternatives.items()}.get(method)
        lost = 0.0 if plant is None else plant.per_year * plant.repair_hours
        return 1.0 - HOURS / (HOURS + lost) * dry
    rules = {str(name): cable for name, cable in run.programme.resilience.cables.items()}.get(method)
    per, hours = (2.13, 12.0) if rules is None else (rules.per_1000_km, rules.repair_hours)
    return per * km / 1000.0 * hours / (HOURS + per * km / 1000.0 * hours)


def _plant(run: Run, kind: str) -> float:
    rules = run.programme.resilience.nodes.get(kind)
    return 0.0 if rules is None else rules.per_year * rules.repair_hours / (HOURS + rules.per_year * rules.repair_hours)


def _standing(run: Run) -> pd.DataFrame:
    """Sites that hang on the network."""
    return run.sites[
        run.sites["technology"].isin(run.programme.networked) & run.sites["year"].notna() & (run.sites["node_id"] != "")
    ]


def _sample(table: pd.DataFrame, column: str) -> pd.DataFrame:
    """The worst rows, and some others that do not depend on the table's order."""
    ordered = table.sort_values([column, "id"], ascending=[False, True])
    rest = ordered.iloc[SAMPLE:]
    return pd.concat([ordered.head(SAMPLE), rest.sample(min(SAMPLE, len(rest)), random_state=0)])


def _lost(graph: nx.MultiGraph, standing: pd.DataFrame) -> tuple[int, float]:
    """Sites and households that the root does not reach."""
    there = nx.node_connected_component(graph, ROOT)
    away = standing[~standing["node_id"].isin(there)]
    return len(away), float(away["households"].fillna(0.0).sum())


def _cut_findings(run: Run) -> Iterator[Finding]:
    graph, standing = _network(run), _standing(run)
    ends = {key: (u, v, key) for u, v, key in graph.edges(keys=True)}
    spans = run.spans[run.spans["year"].notna()]
    for row in _sample(spans, "cut_off_households").to_dict("records"):
        with _without(graph, [ends[row["id"]]]) as broken:
            if not _agree(_lost(broken, standing), row):
                yield Finding("span cuts off others than it says", str(row["id"]))
        if row["worst_partner"]:
            with _without(graph, [ends[row["id"]], ends[row["worst_partner"]]]) as broken:
                if abs(_lost(broken, standing)[1] - row["with_partner_households"]) > 0.5:
                    yield Finding("pair of spans cuts off others than it says", str(row["id"]))
    for row in _sample(run.nodes[run.nodes["year"].notna()], "cut_off_households").to_dict("records"):
        with _without(graph, list(graph.edges(row["id"], keys=True))) as broken:
            if not _agree(_lost(broken, standing), row):
                yield Finding("node cuts off others than it says", str(row["id"]))


@contextmanager
def _without(graph: nx.MultiGraph, edges: list[tuple[Any, Any, Any]]) -> Iterator[nx.MultiGraph]:
    """The graph with some edges taken out for a while."""
    kept = [(u, v, key, dict(graph.edges[u, v, key])) for u, v, key in edges]
    graph.remove_edges_from(edges)
    try:
        yield graph
    finally:
        graph.add_edges_from(kept)


def _agree(lost: tuple[int, float], row: dict[Any, Any]) -> bool:
    return bool(lost[0] == row["cut_off_sites"] and abs(lost[1] - row["cut_off_households"]) <= 0.5)


def _way_findings(run: Run) -> Iterator[Finding]:
    graph, standing = _network(run), _standing(run)
    for row in _sample(standing, "weight").drop_duplicates("node_id").to_dict("records"):
        node = row["node_id"]
        found = "none"
        if graph.has_edge(ROOT, node) or _two_ways(graph, node, by_nodes=True):
            found = "nodes"
        elif _two_ways(graph, node, by_nodes=False):
            found = "spans"
        if row["independent_ways"] != found:
            yield Finding(f"has not the ways it is said to have, but {found}", str(row["id"]))


def _emergency_findings(run: Run, listed: set[str]) -> Iterator[Finding]:
    """What hangs together with the root when all bridges are out has two ways."""
    graph = _network(run)
    simple = nx.Graph(graph)
    bridges = [pair for pair in nx.bridges(simple) if ROOT not in pair and graph.number_of_edges(*pair) == 1]
    simple.remove_edges_from(bridges)
    safe, standing = nx.node_connected_component(simple, ROOT), _standing(run)
    two = set(standing.loc[standing["node_id"].isin(safe), "id"])
    vital = set(run.sites.loc[run.sites["category"].isin(run.programme.resilience.vital), "id"])
    for key in sorted(vital - two - listed):
        yield Finding("has not two ways and is not listed", str(key))
    for key in sorted(listed - (vital - two)):
        yield Finding("is listed without two ways, and has them or is not vital", str(key))


def _two_ways(graph: nx.MultiGraph, node: Any, *, by_nodes: bool) -> bool:
    """Whether two units can flow from a node to the root, one along every span, and one through every node if asked."""
    along: dict[Any, Any] = {}
    for _ in range(2):
        path = _augment(graph, node, along, by_nodes=by_nodes)
        if path is None:
            return False
    return True


def _augment(graph: nx.MultiGraph, node: Any, along: dict[Any, Any], *, by_nodes: bool) -> bool | None:
    """Send one unit more, by breadth-first search over (place, side) states; None if none can be sent.

    `along` maps a span to the node its unit leaves, and ``("node", v)`` to whether a unit passes v.
    """
    begin = (node, "out")
    came: dict[Any, Any] = {begin: None}
    queue = deque([begin])
    while queue:
        state = queue.popleft()
        v, side = state
        if v == ROOT:
            return _send(came, state, along)
        steps = list[tuple[Any, tuple[str, Any, Any]]]()
        passed = by_nodes and along.get(("node", v), False)
        if side == "in" and not passed:
            steps.append(((v, "out"), ("pass", v, True)))
        if side == "out" and passed:
            steps.append(((v, "in"), ("pass", v, False)))
        for _, u, key in graph.edges(v, keys=True):
            span = (frozenset((u, v)), key)
            free = u == ROOT and not by_nodes
            if side == "out" and u != node and (free or along.get(span) is None):
                steps.append(((u, "in"), ("span", span, v)))
            if along.get(span) == u and (side == "in" or not by_nodes):
                steps.append(((u, "out"), ("span", span, None)))
        for after, what in steps:
            if after not in came:
                came[after] = (state, what)
                queue.append(after)
    return None


def _send(came: dict[Any, Any], state: Any, along: dict[Any, Any]) -> bool:
    """Record the unit that came to a state."""
    while came[state] is not None:
        before, (kind, what, how) = came[state]
        along[what if kind == "span" else ("node", what)] = how
        state = before
    return True


def _availability_findings(run: Run) -> Iterator[Finding]:
    graph, standing = _network(run), _standing(run)
    simple = nx.Graph(graph)
    bridges = {frozenset(pair) for pair in nx.bridges(simple, ROOT) if graph.number_of_edges(*pair) == 1}
    way: dict[Any, float] = {ROOT: 1.0}
    for u, v in nx.bfs_edges(simple, ROOT):
        if u in way and frozenset((u, v)) in bridges:
            way[v] = way[u] * (1.0 - simple.edges[u, v]["out"]) * (1.0 - graph.nodes[v]["out"])
    rows = zip(*(standing[name] for name in ("id", "node_id", "availability", "minutes_lost_per_year")), strict=True)
    for key, node, said, lost in rows:
        if abs((1.0 - said) * HOURS * 60.0 - lost) > MINUTE:
            yield Finding("minutes lost are not those of its availability", str(key))
        if node in way and abs(said - way[node]) > CLOSE:
            yield Finding("availability is not that of its only way", str(key))
        if said > 1.0 - graph.nodes[node]["out"] + CLOSE:
            yield Finding("available more often than its own node", str(key))
    yield from _drawn(graph, standing)


def _drawn(graph: nx.MultiGraph, standing: pd.DataFrame) -> Iterator[Finding]:
    """Failures drawn; the mean share of sites out must be near what the tables say."""
    if standing.empty:
        return
    dice = random.Random(0)
    at = standing.groupby("node_id").size().to_dict()
    said = float((1.0 - standing["availability"]).mean())
    shares = []
    edges = list(graph.edges(keys=True, data="out"))
    for _ in range(DRAWS):
        broken = [(u, v, key) for u, v, key, out in edges if dice.random() < out]
        dead = [node for node, out in graph.nodes(data="out") if dice.random() < out]
        found = {(frozenset((u, v)), key): (u, v, key) for u, v, key in [*broken, *graph.edges(dead, keys=True)]}
        with _without(graph, list(found.values())) as rest:
            there = nx.node_connected_component(rest, ROOT)
        shares.append(sum(many for node, many in at.items() if node not in there) / len(standing))
    mean = sum(shares) / DRAWS
    spread = (sum((share - mean) ** 2 for share in shares) / DRAWS) ** 0.5 / DRAWS**0.5
    if abs(mean - said) > _DEVIATIONS * spread + 3.0 / DRAWS:
        yield Finding(f"draws give {mean:.4%} of the sites out, the tables {said:.4%}", "sites")

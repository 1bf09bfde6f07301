"""A schedule never builds on air (rule 8)."""

from __future__ import annotations

from collections.abc import Iterator

import networkx as nx

from karez.verifying.run import Run
from karez.verifying.verdict import Check, Finding, conclude

CONNECTION = "source:"
"""Ids of source connections begin so; all other elements are spans."""

NEVER = float("inf")
"""Year of what is not built."""


def reach(run: Run) -> Check:
    """In every year what is built reaches a source in service, and so does every fibre site."""
    proven = f"in each of {len(run.calendar_years)} years all that is built reaches a source in service"
    return conclude("reach", proven, _findings(run))


def _findings(run: Run) -> Iterator[Finding]:
    for year in run.calendar_years:
        reached = _reached(run, year)
        built = run.spans.loc[run.spans["year"] <= year]
        for key, start in zip(built["id"], built["start_node"], strict=True):
            if start not in reached:
                yield Finding(f"span built, but cut off from every source in {year}", str(key))
        sites = run.sites.loc[run.sites["technology"].isin(run.programme.networked) & (run.sites["year"] == year)]
        for key, node in zip(sites["id"], sites["node_id"], strict=True):
            if node not in reached:
                yield Finding(f"fibre site whose node no source reaches in {year}", str(key))
        nodes = run.nodes.loc[run.nodes["year"] <= year, "id"]
        for key in nodes:
            if key not in reached:
                yield Finding(f"node in use, but cut off from every source in {year}", str(key))


def _reached(run: Run, year: int) -> set[str]:
    """Nodes that hang on a source in service at the end of the year."""
    graph = nx.Graph()
    built = run.spans.loc[run.spans["year"] <= year]
    graph.add_edges_from(zip(built["start_node"], built["end_node"], strict=True))
    elements = run.proof.elements
    connected = elements["id"].str.startswith(CONNECTION) & (elements["year"] <= year)
    sources = elements.loc[connected, "node_id"]
    graph.add_nodes_from(sources)
    return {node for source in sources for node in nx.node_connected_component(graph, source)}


def order(run: Run) -> Check:
    """No source feeds the network before it is there, and no tree element comes before its parent."""
    return conclude("order", "no element before its parent, no source before it is there", _order_findings(run))


def _order_findings(run: Run) -> Iterator[Finding]:
    elements = run.proof.elements
    first = run.calendar_years[0]
    year_of_span = dict(zip(run.spans["id"], run.spans["year"].fillna(NEVER), strict=True))
    year_of_node = dict(zip(run.nodes["id"], run.nodes["year"].fillna(NEVER), strict=True))
    years = elements["year"].fillna(NEVER).tolist()
    rows = zip(elements["id"], elements["node_id"], elements["parent"], elements["earliest_year"], years, strict=True)
    seen: set[str] = set()
    for key, node, parent, earliest, year in rows:
        if year < first + earliest - 1:
            yield Finding("in use before the year from which it is there", str(key))
        if parent >= 0 and year < years[parent]:
            yield Finding("built before the element it hangs on", str(key))
        closes = node in seen
        seen.add(node)
        if (not closes and year_of_node.get(node) != year) or year_of_span.get(key, year) != year:
            yield Finding("year in proof/elements is not that of its span and node", str(key))

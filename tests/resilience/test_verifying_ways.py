"""The slow proof of two ways, against the quick one it proves."""

import networkx as nx
from hypothesis import given, settings

from karez.solving.cuts import find_cuts
from karez.verifying.outages import ROOT, _two_ways
from resilience.graphs import fed_graphs


@given(fed_graphs(most_nodes=7, most_edges=12))
@settings(max_examples=60)
def test_flows_of_two_agree_with_parts_and_cut_nodes(graph):
    nodes, start, end, sources, weight = graph
    found = find_cuts(nodes, start, end, sources, weight[:, None])
    whole = nx.MultiGraph()
    whole.add_nodes_from([*range(nodes), ROOT])
    whole.add_edges_from((u, v, e) for e, (u, v) in enumerate(zip(start.tolist(), end.tolist(), strict=True)) if u != v)
    whole.add_edges_from((ROOT, source, "source") for source in sources.tolist())
    for v in range(nodes):
        if found.fed[v] and v not in sources:
            assert _two_ways(whole, v, by_nodes=False) == (found.part[v] == 0)
            assert _two_ways(whole, v, by_nodes=True) == (not found.single_node[v])

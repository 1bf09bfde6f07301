"""What hardening buys, against trying every set of edges."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from karez.solving.hardening import harden
from resilience.graphs import fed_graphs, reached, up_probability


@given(fed_graphs(most_nodes=4, most_edges=5), st.data())
@settings(max_examples=25)
def test_no_set_of_hardened_edges_goes_below_the_bound(graph, data):
    nodes, start, end, sources, weight = graph
    m = len(start)
    some = st.sampled_from([0.4, 0.7, 0.95])
    now = np.array([data.draw(st.lists(some, min_size=m, max_size=m)) for _ in range(2)]).reshape(2, m)
    hard, up_node = now + 0.8 * (1 - now), np.full((2, nodes), 0.9)
    cost = np.array(data.draw(st.lists(st.integers(1, 5), min_size=m, max_size=m)), float)
    chance = np.array([0.3, 0.1])
    fed = np.isin(np.arange(nodes), list(reached(nodes, start, end, sources)))
    found = harden(nodes, start, end, sources, chance, now, hard, up_node, weight, cost, steps=3)

    def outage(chosen):
        total = 0.0
        for event, p in enumerate(chance):
            edge = np.where(chosen, hard[event], now[event])
            up = up_probability(nodes, start, end, sources, edge, up_node[event])
            total += p * ((1 - up) * weight * fed).sum()
        return total

    for count, value in zip(found.count, found.outage, strict=True):
        assert value == pytest.approx(outage(np.isin(np.arange(m), found.order[:count])))
    for chosen in product((False, True), repeat=m):
        spent = cost[list(chosen)].sum()
        at = np.searchsorted(found.cost, spent)
        if at < len(found.cost):
            assert outage(np.array(chosen, bool)) >= found.bound[at] - 1e-9
    for e in range(m):
        saved = outage(np.zeros(m, bool)) - outage(np.arange(m) == e)
        assert found.alone[e] == pytest.approx(saved)

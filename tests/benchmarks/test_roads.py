"""The road-like graphs are what their module says: connected, simple, sparse, clustered, and the same for a seed."""

from __future__ import annotations

import numpy as np
import pytest
from benchmarks.roads import CHAIN_SHARE, DEGREE, prizes, roads, terminals
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components


def components(net):
    ones = np.ones(net.tail.size)
    return connected_components(coo_array((ones, (net.tail, net.head)), shape=(net.n, net.n)), directed=False)[0]


@pytest.mark.parametrize("edges", [200, 201, 1_001, 30_000])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_graphs_are_connected_and_simple_and_of_the_size_asked_for(edges, seed):
    net = roads(edges, seed=seed)
    assert net.tail.size == net.head.size == net.cost.size == edges
    assert net.n == round(2 * edges / DEGREE) == net.place.shape[0]
    assert min(net.tail.min(), net.head.min()) == 0
    assert max(net.tail.max(), net.head.max()) == net.n - 1
    assert components(net) == 1
    low, high = np.minimum(net.tail, net.head), np.maximum(net.tail, net.head)
    assert (low != high).all()
    assert np.unique(low.astype(np.int64) * net.n + high).size == edges
    assert net.cost.min() >= 1


@pytest.mark.parametrize(("degree", "chain_share"), [(2.2, 0.0), (2.2, 0.2), (3.2, 0.0), (3.2, 0.2)])
@pytest.mark.parametrize("edges", [200, 5_000])
def test_every_allowed_degree_and_chain_share_is_met(edges, degree, chain_share):
    net = roads(edges, degree=degree, chain_share=chain_share)
    assert 2 * net.tail.size / net.n == pytest.approx(degree, rel=0.005)
    assert components(net) == 1


def test_degrees_and_costs_are_those_of_streets():
    net = roads(100_000)
    degree = np.bincount(np.concatenate([net.tail, net.head]), minlength=net.n)
    share = np.bincount(degree) / net.n
    assert 0.05 < share[1] < 0.2
    assert share[2] > CHAIN_SHARE
    assert share[5:].sum() < 0.1
    assert degree.max() <= 8
    assert 0.7 < np.log(net.cost).std() < 1.3


def test_an_edge_costs_its_length_and_at_most_two_fifths_more():
    net = roads(20_000, seed=4)
    length = np.hypot(*(net.place[net.tail] - net.place[net.head]).T)
    long = length > np.median(length)
    ratio = net.cost[long] / length[long]
    assert ratio.max() / ratio.min() == pytest.approx(1.4, abs=0.01)


def test_equal_seeds_give_equal_graphs_and_others_do_not():
    first, again, other = roads(2_000, seed=5), roads(2_000, seed=5), roads(2_000, seed=6)
    for name in ("tail", "head", "cost", "place"):
        assert np.array_equal(getattr(first, name), getattr(again, name))
    assert not np.array_equal(first.cost, other.cost)
    assert np.array_equal(terminals(first, 0.1, seed=3), terminals(again, 0.1, seed=3))
    assert not np.array_equal(terminals(first, 0.1, seed=3), terminals(first, 0.1, seed=4))


@pytest.mark.parametrize(("edges", "degree", "chain_share"), [(199, 2.8, 0.1), (200, 2.1, 0.1), (200, 2.8, 0.3)])
def test_arguments_out_of_range_are_refused(edges, degree, chain_share):
    with pytest.raises(ValueError, match="edges"):
        roads(edges, degree=degree, chain_share=chain_share)


@pytest.mark.parametrize("share", [0.0001, 0.05, 0.5, 1.0])
def test_terminals_are_distinct_and_of_the_share_asked_for(share):
    net = roads(3_000)
    chosen = terminals(net, share)
    assert chosen.size == max(1, round(share * net.n))
    assert (np.diff(chosen) > 0).all()
    assert 0 <= chosen[0] <= chosen[-1] < net.n


def test_terminals_are_clustered_more_than_nodes_drawn_evenly():
    net = roads(100_000)
    chosen = terminals(net, 0.05)
    even = np.random.default_rng(0).choice(net.n, chosen.size, replace=False)

    def spread(nodes):
        """Mean squared distance from what each cell would hold at one share everywhere, over that: 1 if drawn so."""
        cell = np.floor(net.place * 30) @ [30, 1]
        expected = 0.05 * np.bincount(cell.astype(int), minlength=900)
        held = np.bincount(cell[nodes].astype(int), minlength=900)
        full = expected > 0
        return ((held - expected)[full] ** 2 / expected[full]).mean()

    assert spread(even) < 1.5
    assert spread(chosen) > 3.0


@pytest.mark.parametrize("share", [0.0, -0.1, 1.1])
def test_shares_out_of_range_are_refused(share):
    with pytest.raises(ValueError, match="share"):
        terminals(roads(200), share)


def test_prizes_lie_on_the_terminals_and_the_root_has_the_largest():
    net = roads(3_000)
    amounts, root = prizes(net, 0.05)
    assert np.array_equal(np.flatnonzero(amounts), terminals(net, 0.05))
    assert amounts[root] == amounts.max()
    assert (amounts >= 0).all()

"""The partition of a forest against brute force over all choices of holders."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from karez.kernels.forest import medians, nearest_seed, roots_in_order, sum_up, way_to_root
from karez.kernels.partition import carry, part, recentre


@st.composite
def trees(draw):
    places = draw(st.integers(1, 7))
    parent = [-1] + [draw(st.integers(0, v - 1)) for v in range(1, places)]
    length = [0.0] + [float(draw(st.integers(0, 9))) for _ in range(1, places)]
    demand = [draw(st.integers(0, 3)) for _ in range(places)]
    may = [True] + [draw(st.booleans()) for _ in range(1, places)]
    return (
        np.array(parent, np.int32),
        np.array(length),
        np.array(demand, np.int64),
        np.array(may, np.bool_),
    )


def _cheapest(parent, length, demand, may, feed, holder_cost, per_unit_m, reach):
    """Least cost over all sets of holders, every demand going up to the first holder on its way."""
    places, most = len(parent), len(holder_cost) - 1
    way = way_to_root(parent, length)
    best = np.inf
    spots = np.flatnonzero(may)
    for chosen in itertools.chain.from_iterable(itertools.combinations(spots, k) for k in range(len(spots) + 1)):
        # A holder need not take what passes it: try for each holder what it lets pass, child by child.
        best = min(best, _assign(parent, way, demand, set(chosen), feed, holder_cost, per_unit_m, reach, most, places))
    return best


def _assign(parent, way, demand, chosen, feed, holder_cost, per_unit_m, reach, most, places):
    load = dict.fromkeys(chosen, 0)
    cost = 0.0
    for v in range(places):
        if demand[v] == 0:
            continue
        here = v
        while here >= 0 and here not in chosen:
            here = parent[here]
        if here < 0 or way[v] - way[here] > reach[v]:
            return np.inf
        load[here] += demand[v]
        cost += per_unit_m * (way[v] - way[here]) * demand[v]
    for holder, units in load.items():
        if units > most:
            return np.inf
        if units:
            cost += holder_cost[units, 0] + holder_cost[units, 1] * feed[holder]
    return cost


@given(trees(), st.integers(3, 8), st.integers(0, 20), st.sampled_from([100.0, 12.0, 6.0]))
def test_holders_cost_what_brute_force_finds(tree, most, fixed, far):
    parent, length, demand, may = tree
    feed = 0.1 * way_to_root(parent, length)
    units = np.arange(most + 1)
    cost = np.column_stack([np.where(units > 0, fixed + units, 0.0), -(-units // 2)]).astype(float)
    reach = np.full(len(parent), 100.0)
    plain = np.full(len(parent), most), np.zeros(len(parent))
    total, passed, own = part(parent, length, demand, may, feed, cost, 1.0, reach, *plain)
    assert total == pytest.approx(_cheapest(parent, length, demand, may, feed, cost, 1.0, reach))
    if np.isfinite(total):
        _check(parent, length, demand, passed, own, most)
    # A short reach is kept, whatever it costs.
    near = np.full(len(parent), far)
    total, passed, own = part(parent, length, demand, may, feed, cost, 1.0, near, *plain)
    if np.isfinite(total):
        way = way_to_root(parent, length)
        for v in np.flatnonzero(own >= 0):
            assert way[v] - way[own[v]] <= far
        assert total >= _cheapest(parent, length, demand, may, feed, cost, 1.0, near) - 1e-9


def _check(parent, length, demand, passed, own, most):
    load = np.bincount(own[own >= 0], demand[own >= 0], minlength=len(own))
    assert (load <= most).all()
    assert ((own >= 0) == (demand > 0)).all()
    for v in np.flatnonzero(own >= 0):
        here = v
        while here != own[v]:
            assert passed[here] == own[v]
            here = parent[here]


@given(tree=trees(), longer=st.sampled_from((0.0, 6.0, np.inf)))
def test_holders_move_within_reach_and_carry_counts_every_unit(tree, longer):
    parent, length, demand, may = tree
    most = int(max(demand.sum(), 1))
    cost = np.column_stack([np.where(np.arange(most + 1) > 0, 30.0, 0.0), np.zeros(most + 1)])
    reach = np.full(len(parent), 25.0)
    plain = np.full(len(parent), most), np.zeros(len(parent))
    total, passed, own = part(parent, length, demand, may, np.zeros(len(parent)), cost, 1.0, reach, *plain)
    if not np.isfinite(total):
        return
    nowhere, slack = np.zeros(len(parent), bool), np.full(len(parent), longer)
    stands = recentre(parent, length, demand, may, np.zeros(len(parent)), passed, own, reach, nowhere, slack)
    before = carry(
        parent, length, demand, passed, own, np.where(stands >= 0, np.arange(len(parent)), -1).astype(np.int32)
    )
    units, area, distance = carry(parent, length, demand, passed, own, stands)
    there = own >= 0
    assert (distance[there] <= 25.0 + 1e-9).all()
    assert (distance[there] >= 0).all()
    # No detour to a holder makes a whole way longer than it may be.
    way = way_to_root(parent, length)
    assert (way[stands[own[there]]] + distance[there] <= way[there] + longer + 1e-9).all()
    # Fibre metres by runs and by demands are the same, and moving never costs any.
    assert (units * length).sum() == pytest.approx((demand[there] * distance[there]).sum())
    assert (units * length).sum() <= (before[0] * length).sum() + 1e-9
    assert may[stands[stands >= 0]].all()
    assert ((area >= 0) == (passed >= 0)).all()


@given(trees(), st.data())
def test_walks_agree_with_plain_sums(tree, data):
    parent, length, demand, _ = tree
    places = len(parent)
    way = way_to_root(parent, length)
    lines = []
    for v in range(places):
        line = [v]
        while parent[line[-1]] >= 0:
            line.append(parent[line[-1]])
        lines.append(line)
    assert way.tolist() == [sum(length[v] for v in line) for line in lines]
    behind = sum_up(parent, demand.astype(float))
    assert behind.tolist() == [sum(demand[w] for w in range(places) if v in lines[w]) for v in range(places)]

    def apart(a, b):
        common = next(v for v in lines[a] if v in lines[b])
        return way[a] + way[b] - 2 * way[common]

    seeds = np.array(data.draw(st.lists(st.integers(0, places - 1), min_size=1, unique=True)), np.int32)
    best, owner = nearest_seed(parent, length, seeds)
    for v in range(places):
        distances = [apart(v, seed) for seed in seeds]
        assert best[v] == min(distances)
        assert distances[owner[v]] == best[v]
    may = np.array(data.draw(st.lists(st.booleans(), min_size=places, max_size=places)))
    found = medians(parent, length, demand.astype(float), may, owner, len(seeds))
    for k, median in enumerate(found):
        mine = [v for v in range(places) if owner[v] == k]
        ways = {v: sum(demand[w] * apart(v, w) for w in mine) for v in mine if may[v]}
        assert (median < 0) == (not ways)
        assert not ways or ways[median] == min(ways.values())


def test_every_place_of_a_forest_knows_its_root():
    assert roots_in_order(np.array([-1, 0, -1, 2, 1, 3], np.int32)).tolist() == [0, 0, 1, 1, 0, 1]

"""Networks whose edges carry only so much: against every network, every way round and every choice of offers."""

from __future__ import annotations

from itertools import combinations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from karez.solving import ANYWHERE, BEFORE, BEHIND, Graph, Menus, Rooms, menu_frontier

EITHER, NEITHER = -1, -2
WAYS = ((True, BEFORE, -1), (True, BEHIND, -1), (False, ANYWHERE, 0), (False, ANYWHERE, -1))
SOURCE, GROUND, HEADS = 0, (1, 2, 3), (4, 5, 6)


def masts_and_hops(rng):
    """Three places in reach of a source by trench or by hops between masts; two bands; a pool that sells little."""
    high = int(rng.choice([1, 9, 1000]))
    # tail, head, cost, pair, toward, carries, limited, bound
    rows = [(SOURCE, to, int(rng.integers(0, 4 * high + 1)), -1, EITHER, np.inf, False, True) for to in (1, 2)]
    mast = rng.integers(0, high + 1, 3)
    for k in (0, 1):  # the third mast has no way to the ground
        rows.append((GROUND[k], HEADS[k], int(mast[k]), k, HEADS[k], np.inf, False, True))
        rows.append((GROUND[k], HEADS[k], 0, k, GROUND[k], np.inf, False, False))
    for pair, (one, other) in enumerate(((0, 1), (1, 2)), 2):
        for carries in (3.0, 8.0) if pair == 3 else (5.0,):
            cost = int(rng.integers(1, high + 1))
            ends = (HEADS[one], HEADS[other])
            rows.append((*ends, cost, pair, NEITHER, carries, True, True))
            rows.append((*ends, cost + int(mast[one]), pair, ends[0], carries, True, False))
            rows.append((*ends, cost + int(mast[other]), pair, ends[1], carries, True, False))
    tail, head, cost, pair, toward, carries, limited, bound = map(np.array, zip(*rows, strict=True))
    graph = Graph.from_edges(7, tail, head, cost)
    number = np.flatnonzero(bound)
    node = np.array([1, 2, HEADS[2], HEADS[2]], np.int32)
    offers = []  # customer, linked, where, need, pool, cost, worth
    for customer in range(4):
        need = float(rng.integers(0, 6))
        for linked, where, pool in (
            (True, BEFORE, -1),
            (True, BEHIND, -1),
            (False, ANYWHERE, 0),
            (False, ANYWHERE, -1),
        ):
            if rng.random() < 0.8:
                offers.append((customer, linked, where, need, pool, *rng.integers(0, high + 1, 2).tolist()))
    columns = zip(*offers, strict=True) if offers else [[]] * 7
    who, linked, where, need, pool, price, worth = (np.array(column) for column in columns)
    menus = Menus(node, who.astype(np.int32), linked.astype(bool), price.astype(np.int64), worth.astype(np.int64))
    rooms = Rooms(
        graph=graph,
        number=number,
        pair=pair.astype(np.int64),
        toward=toward.astype(np.int64),
        carries=carries.astype(float),
        limited=limited.astype(bool),
        where=where.astype(np.int8),
        need=need.astype(float),
        pool=pool.astype(np.int32),
        left=np.array([float(rng.integers(0, 9))]),
        dearer=graph.cost[number] + rng.integers(0, high + 1, len(number)),
    )
    searched = Graph.from_edges(7, tail[bound], head[bound], cost[bound])
    return searched, menus, rooms


def leads(rooms, edges):
    """Way to the source of every node of a network; None where it is no tree, or an edge leads the wrong way."""
    graph, ways, waiting = rooms.graph, {SOURCE: ()}, [SOURCE]
    while waiting:
        node = waiting.pop()
        for edge in edges:
            ends = (int(graph.tail[edge]), int(graph.head[edge]))
            if node in ends and edge not in ways[node]:
                other = ends[1 - ends.index(node)]
                if other in ways or rooms.toward[edge] not in (EITHER, other):
                    return None
                ways[other] = (*ways[node], edge)
                waiting.append(other)
    return ways if len(ways) == len(edges) + 1 else None


def holds(rooms, menus, ways, taken):
    """Whether offers keep to where they hold, and to what edges carry and pools have."""
    load, sold = {}, 0.0
    for offer in taken:
        if menus.linked[offer]:
            way = ways.get(int(menus.node[menus.customer[offer]]))
            if way is None:
                return False
            over = [edge for edge in way if rooms.limited[edge]]
            if (rooms.where[offer] == BEHIND) != bool(over) and rooms.where[offer] != ANYWHERE:
                return False
            for edge in over:
                load[edge] = load.get(edge, 0.0) + rooms.need[offer]
        sold += rooms.need[offer] if rooms.pool[offer] >= 0 else 0.0
    return sold <= rooms.left[0] + 1e-9 and all(whole <= rooms.carries[e] + 1e-9 for e, whole in load.items())


def every_answer(rooms, menus):
    choices = [[-1, *np.flatnonzero(menus.customer == c).tolist()] for c in range(menus.customers)]
    for count in range(7):
        for edges in combinations(range(rooms.graph.m), count):
            ways = leads(rooms, edges)
            if ways is None:
                continue
            for chosen in product(*choices):
                taken = [offer for offer in chosen if offer >= 0]
                if holds(rooms, menus, ways, taken):
                    built = sum(int(rooms.graph.cost[e]) for e in edges)
                    yield built + sum(int(menus.cost[o]) for o in taken), sum(int(menus.worth[o]) for o in taken)


def check_points(rooms, menus, answer):
    for point in range(answer.cost.size):
        edges = answer.edges(point).tolist()
        taken = [int(offer) for offer in answer.offers(point) if offer >= 0]
        ways = leads(rooms, edges)
        assert ways is not None
        assert holds(rooms, menus, ways, taken)
        assert len({int(menus.customer[o]) for o in taken}) == len(taken)
        built = sum(int(rooms.graph.cost[e]) for e in edges)
        assert built + sum(int(menus.cost[o]) for o in taken) == answer.cost[point]
        assert sum(int(menus.worth[o]) for o in taken) == answer.worth[point]


@pytest.mark.parametrize("seed", range(8))
def test_no_network_that_keeps_to_its_rooms_beats_the_bound(seed):
    searched, menus, rooms = masts_and_hops(np.random.default_rng(seed))
    answer = menu_frontier(searched, menus, SOURCE, steps=8, rooms=rooms)
    best: dict[int, int] = {}
    for cost, worth in every_answer(rooms, menus):
        best[cost] = max(worth, best.get(cost, 0))
    so_far = 0
    for budget in sorted(best):
        so_far = max(so_far, best[budget])
        assert answer.worth[answer.point_at(budget)] <= so_far <= answer.bounds(np.array([budget]))[0]
    check_points(rooms, menus, answer)


@given(st.integers(0, 10**6))
@settings(max_examples=25)
def test_every_point_leads_the_right_way_and_keeps_to_its_rooms(seed):
    searched, menus, rooms = masts_and_hops(np.random.default_rng(seed))
    answer = menu_frontier(searched, menus, SOURCE, steps=3, rooms=rooms)
    check_points(rooms, menus, answer)
    assert (np.diff(answer.cost) > 0).all() and (np.diff(answer.worth) > 0).all()
    again = menu_frontier(searched, menus, SOURCE, steps=3, rooms=rooms, threads=1)
    assert again.cost.tolist() == answer.cost.tolist()


def test_who_finds_a_pool_empty_takes_the_next_best():
    line = Graph.from_edges(2, [0], [1], [100])
    none = np.array([-1], np.int64)
    menus = Menus(
        np.array([-1, -1], np.int32),
        np.array([0, 0, 1, 1], np.int32),
        np.zeros(4, bool),
        np.array([1, 3, 1, 3]),
        np.array([10, 8, 9, 7]),
    )
    rooms = Rooms(line, np.array([0]), none, none, np.array([np.inf]), np.array([False]), np.zeros(4, np.int8),
                  np.ones(4), np.array([0, -1, 0, -1], np.int32), np.array([1.0]), np.array([100]))  # fmt: skip
    answer = menu_frontier(line, menus, 0, rooms=rooms)
    assert (answer.cost.tolist(), answer.worth.tolist()) == ([0, 1, 4], [0, 10, 17])
    assert answer.offers(2).tolist() == [0, 3]

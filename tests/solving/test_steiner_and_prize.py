"""Trees and bounds against brute force, replay and published optima."""

from __future__ import annotations

import csv
from dataclasses import replace

import numpy as np
import pytest
from steiner_oracles import SHARED, best_value, random_problem, recosted, replayed

from karez.flow.solve import solve
from karez.solving import Disconnected, Graph, Overflow, prize, steiner
from karez.solving.search import Clock


def same(one, other):
    """Two answers that differ in times only."""
    strip = {"seconds": 0.0, "trace": ()}
    first, second = replace(one, **strip), replace(other, **strip)
    return all(
        np.array_equal(getattr(first, name), getattr(second, name))
        for name in ("edges", "nodes", "value", "bound", "proof", "ascent_root", "ascent_node", "ascent_radius")
    )


@pytest.mark.parametrize("exact", [False, True])
@pytest.mark.parametrize("seed", range(8))
def test_value_and_bound_enclose_the_optimum_of_generated_problems_and_the_bound_replays(seed, exact):
    rng = np.random.default_rng(seed)
    for _ in range(100):
        graph, prizes, root = random_problem(rng)
        best = best_value(graph, prizes, root)
        if best is None:
            with pytest.raises(Disconnected):
                prize(graph, prizes, root, rounds=2, exact=exact)
            continue
        answer = prize(graph, prizes, root, rounds=2, exact=exact)
        assert answer.bound <= best <= answer.value
        assert recosted(graph, prizes, answer) == answer.value
        assert min(replayed(graph, prizes, case) for case in answer.cases) == answer.ascent_bound
        assert all(replayed(graph, prizes, case) == case.bound for case in answer.cases)
        assert exact or answer.bound == min(answer.ascent_bound, answer.value)
        assert root is None or root in answer.nodes


def test_all_terminals_give_the_least_spanning_tree():
    rng = np.random.default_rng(1)
    graph = Graph.from_edges(30, *(rng.integers(0, 30, 200) for _ in range(2)), rng.integers(1, 50, 200))
    answer = steiner(graph, np.arange(30))
    order = np.argsort(graph.cost, kind="stable")
    leader = np.arange(30)
    total = 0
    for e in order:
        a, b = leader[graph.tail[e]], leader[graph.head[e]]
        if a != b:
            leader[leader == a] = b
            total += int(graph.cost[e])
    assert (answer.value, answer.gap) == (total, 0.0)


def test_a_single_terminal_is_a_tree_without_edges():
    answer = steiner(Graph.from_edges(3, [0], [1], [4]), [2])
    assert (answer.value, answer.bound, answer.edges.size, answer.nodes.tolist()) == (0, 0, 0, [2])


def test_without_root_and_prizes_any_single_node_is_best():
    answer = prize(Graph.from_edges(3, [0, 1], [1, 2], [4, 4]), [0, 0, 0], None)
    assert (answer.value, answer.bound, answer.nodes.size) == (0, 0, 1)


def test_disconnected_terminals_are_named():
    graph = Graph.from_edges(5, [0, 2, 3], [1, 3, 4], [1, 1, 1])
    with pytest.raises(Disconnected, match="2, 4") as caught:
        steiner(graph, [0, 1, 2, 4])
    assert caught.value.nodes.tolist() == [2, 4]


def test_sums_that_could_overflow_are_refused():
    with pytest.raises(Overflow):
        Graph.from_edges(2, [0, 0], [1, 1], [1 << 61, 1 << 61])
    graph = Graph.from_edges(2, [0], [1], [1 << 61])
    with pytest.raises(Overflow):
        prize(graph, [0, 1 << 61], 0)


def test_costs_just_below_the_limit_are_exact():
    graph = Graph.from_edges(3, [0, 1], [1, 2], [(1 << 61) - 1, 7])
    assert steiner(graph, [0, 2]).value == (1 << 61) + 6


@pytest.mark.parametrize(
    ("tail", "head", "cost"), [([0], [3], [1]), ([-1], [0], [1]), ([0], [1], [-1]), ([0, 1], [1], [1])]
)
def test_malformed_edges_are_refused(tail, head, cost):
    with pytest.raises(ValueError, match=r"edge|length"):
        Graph.from_edges(3, tail, head, cost)


def test_equal_seeds_give_equal_answers():
    rng = np.random.default_rng(3)
    graph = Graph.from_edges(60, *(rng.integers(0, 60, 150) for _ in range(2)), rng.integers(1, 1000, 150))
    prizes = rng.integers(0, 900, 60) * (rng.random(60) < 0.5)
    for root in (5, None):
        one, other = (prize(graph, prizes, root, seed=7, rounds=5, exact=True) for _ in range(2))
        assert same(one, other)


def test_progress_never_goes_back_and_ends_at_one():
    rng = np.random.default_rng(4)
    graph = Graph.from_edges(60, *(rng.integers(0, 60, 200) for _ in range(2)), rng.integers(1, 9, 200))
    for prizes in (np.full(60, 3), np.where(graph.reached(0), 3, 0)):
        for root in (0, None):
            told = []
            prize(graph, prizes, root, rounds=9, exact=True, progress=told.append)
            assert told[-1] == 1.0
            assert told == sorted(told)


@pytest.mark.parametrize("collecting", [False, True])
def test_an_answer_without_any_time_is_still_a_tree_with_a_bound(collecting):
    rng = np.random.default_rng(5)
    side = 60
    node = np.arange(side * side).reshape(side, side)
    tail = np.concatenate([node[:, :-1].ravel(), node[:-1].ravel()])
    head = np.concatenate([node[:, 1:].ravel(), node[1:].ravel()])
    graph = Graph.from_edges(side * side, tail, head, rng.integers(50, 1000, tail.size))
    prizes = np.zeros(graph.n, np.int64)
    prizes[rng.choice(graph.n, 200, replace=False)] = 3000 if collecting else -1
    answer = prize(graph, prizes, int(np.flatnonzero(prizes)[0]), seconds=0.0, exact=True)
    assert 0 < answer.bound <= answer.value
    assert recosted(graph, prizes, answer) == answer.value


def test_steps_begin_only_if_the_pace_of_those_before_lets_them_end_in_time():
    clock = Clock(100.0, 0.0, 1)
    assert clock.fits(10_000_000, "grow", "polish")
    clock.paces["grow"] = 1e-4
    assert not clock.fits(10_000_000, "grow")
    assert clock.fits(100_000, "grow")
    clock.reserve = 95.0
    assert not clock.fits(100_000, "grow")
    assert Clock(None, 0.0, 1, paces={"grow": 1e9}).fits(10_000_000, "grow")
    clock = Clock(100.0, 0.0, 1)
    with clock.measured("reduce", 10_000_000):
        clock.began -= 50.0
    assert clock.paces["reduce"] >= 5e-6
    assert not clock.fits(10_000_000, "ascend")  # reductions were slower than expected, so will be all else


def test_the_bound_of_a_road_like_network_is_close():
    rng = np.random.default_rng(0)
    side = 40
    number = np.arange(side * side).reshape(side, side)
    tail = np.concatenate([number[:, :-1].ravel(), number[:-1].ravel()])
    head = np.concatenate([number[:, 1:].ravel(), number[1:].ravel()])
    keep = rng.random(tail.size) < 0.75
    graph = Graph.from_edges(side * side + 1, tail[keep], head[keep], rng.integers(100, 900, keep.sum()))
    inside = np.flatnonzero(graph.reached(820))
    prizes = np.zeros(graph.n, np.int64)
    paying = rng.choice(inside, 300, replace=False)
    prizes[paying] = rng.integers(300, 4000, 300)
    answer = prize(graph, prizes, 820, rounds=20)
    assert answer.gap < 0.02
    assert replayed(graph, prizes, answer.cases[0]) == answer.bound == answer.ascent_bound
    assert recosted(graph, prizes, answer) == answer.value


SMALL_STEINER = (
    "cc3-4p",
    "lin08",
    "i160-202",
    "gap3036",
    "es100fst13",
    "dmxa0848",
    "wrp4-18",
    "msm4190",
    "e06",
    "ind4",
)
SMALL_PRIZE = ("C02-A", "C07-A", "K100.2", "K100.7", "P100.2", "cologne1__i104M3", "cologne1__i101M2", "D17-A")


def published(table, name):
    if not SHARED.exists():
        pytest.skip("the folder of published instances, ../shared/data/steiner, is not here")
    with (SHARED / f"{table}.csv").open() as file:
        row = next(row for row in csv.DictReader(file) if name in row["file"])
    return SHARED / table / row["file"], float(row["best_upper"])


@pytest.mark.parametrize(
    ("table", "name"), [*(("steinlib", name) for name in SMALL_STEINER), *(("pcstp", name) for name in SMALL_PRIZE)]
)
def test_published_optima_lie_between_bound_and_value(table, name):
    file, best = published(table, name)
    answer = solve(file, seconds=2.0)
    assert answer.bound <= best + 1e-9
    assert answer.value >= best - 1e-9
    assert answer.gap == pytest.approx((answer.value - answer.bound) / answer.value)

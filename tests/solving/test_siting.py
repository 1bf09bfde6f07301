"""Facility location and covering: against plain answers, the bound derived again, and instances of known optimum."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from karez.kernels.siting import packed
from karez.solving import Siting, Unservable, cover_most, cover_share, locate, median, site
from karez.solving.siting import MUST, NEVER, bound_of
from karez.verifying.siting import packing
from solving.siting_oracles import least, least_by_trying


@st.composite
def problems(draw, limited: bool):  # type: ignore[no-untyped-def]
    """Up to seven customers and five places; a budget, a weight that may be left, or neither."""
    customers, places = draw(st.integers(1, 7)), draw(st.integers(1, 5))
    pairs = draw(
        st.lists(
            st.tuples(st.integers(0, customers - 1), st.integers(0, places - 1)), unique=True, min_size=1, max_size=24
        )
    )
    count = len(pairs)

    def numbers(size: int, most: int) -> list[int]:
        return draw(st.lists(st.integers(0, most), min_size=size, max_size=size))

    weight = numbers(customers, 9)
    kind = draw(st.sampled_from(["plain", "budget", "share"]))
    leave = [draw(st.sampled_from([MUST, 0, 3, 20])) for _ in range(customers)] if kind != "share" else 0
    if kind != "share":
        reached = {who for who, _ in pairs}
        leave = [cost if cost != MUST or i in reached else 7 for i, cost in enumerate(leave)]  # type: ignore[arg-type]
    who, where = zip(*pairs, strict=True)
    return Siting.of(
        numbers(places, 30), customers, who, where, cost=numbers(count, 20) if kind != "share" else 0,
        use=numbers(count, 5), capacity=numbers(places, 12) if limited else None, leave=leave, weight=weight,
        spare=draw(st.integers(0, sum(weight))) if kind == "share" else -1, charge=numbers(places, 4),
        budget=draw(st.integers(0, 8)) if kind == "budget" else -1,
    )  # fmt: skip


def check(problem: Siting, best: float) -> None:
    try:
        answer = site(problem, rounds=60, cases=60)
    except Unservable:
        # Where limits bind, the search may miss what there is; without, there is nothing.
        assert best == float("inf") or problem.limited
        return
    pairs = answer.pair[answer.pair >= 0]
    assert (problem.customer[pairs] == np.flatnonzero(answer.pair >= 0)).all()
    assert answer.opened[problem.place[pairs]].all()
    assert (np.bincount(problem.place[pairs], problem.use[pairs], problem.places) <= problem.capacity).all()
    assert not ((answer.pair < 0) & (problem.leave == MUST)).any()
    if problem.budget >= 0:
        assert problem.charge[answer.opened].sum() <= problem.budget
    if problem.spare >= 0:
        assert problem.weight[answer.pair < 0].sum() <= problem.spare
    assert answer.value == problem.value(answer.opened, answer.pair)
    assert answer.bound <= best + 1e-6
    assert best <= answer.value + 1e-6
    assert answer.bound == answer.proof.bound(problem, answer.value)
    if not problem.limited:
        assert answer.bound == answer.value


@settings(max_examples=60)
@given(problems(limited=False))
def test_small_problems_are_solved_and_proven(problem: Siting) -> None:
    check(problem, least_by_trying(problem))


@settings(max_examples=30)
@given(problems(limited=True))
def test_with_limits_the_best_answer_lies_between_bound_and_value(problem: Siting) -> None:
    check(problem, least(problem))


@given(problems(limited=True), st.data())
def test_any_multipliers_prove_a_bound_of_any_case(problem: Siting, data: st.DataObject) -> None:
    """Whatever the multipliers, no answer of the case is cheaper."""
    dual = np.array(data.draw(st.lists(st.integers(0, 400), min_size=problem.customers, max_size=problem.customers)))
    status = np.array(
        data.draw(st.lists(st.sampled_from([-1, 0, 1]), min_size=problem.places, max_size=problem.places)), np.int8
    )
    kept = status[problem.place] >= 0
    shut = Siting.of(
        np.where(status > 0, 0, problem.fixed), problem.customers, problem.customer[kept], problem.place[kept],
        cost=problem.cost[kept], use=problem.use[kept], capacity=problem.capacity,
        leave=np.where((np.bincount(problem.customer[kept], minlength=problem.customers) == 0)
                       & (problem.leave == MUST), 1 << 30, problem.leave),
        weight=problem.weight, spare=problem.spare, charge=np.where(status > 0, 0, problem.charge),
        budget=problem.budget - int(problem.charge[status > 0].sum()) if problem.budget >= 0 else -1,
    ) if problem.budget < 0 or problem.charge[status > 0].sum() <= problem.budget else None  # fmt: skip
    bound = bound_of(problem, dual, 8, status)
    if shut is None:
        assert bound == NEVER
        return
    best = least(shut) + problem.fixed[status > 0].sum()
    assert bound <= best + 1e-6 or best >= 1 << 30


def test_a_cycle_of_places_has_its_known_median() -> None:
    """Twelve places in a circle, four to be opened: every third, and each of the others is one step away."""
    n = 12
    who, where = np.divmod(np.arange(n * n), n)
    step = np.minimum((who - where) % n, (where - who) % n)
    answer = median(n, n, who, where, 10 * step, 4)
    assert answer.value == answer.bound == 80
    assert sorted(np.diff(np.flatnonzero(answer.opened)).tolist()) == [3, 3, 3]


def test_stars_far_apart_have_their_known_fixed_charge_location() -> None:
    """Copies of a star far from each other: one place each, at its centre."""
    stars, leaves, size = 40, 9, 10
    centre = np.repeat(np.arange(stars) * size, size)
    who = np.repeat(np.arange(stars * size), size)
    where = (centre[:, None] + np.arange(size)).ravel()
    far = np.where(who == where, 0, np.where((who % size == 0) | (where % size == 0), 3, 6))
    answer = locate([50] * (stars * size), stars * size, who, where, far)
    assert answer.value == answer.bound == stars * (50 + 3 * leaves)
    assert np.flatnonzero(answer.opened).tolist() == (np.arange(stars) * size).tolist()


def test_capacities_force_more_places_and_are_kept() -> None:
    who, where = np.divmod(np.arange(6 * 3), 3)
    one = locate([10, 11, 12], 6, who, where, [0] * 18)
    three = locate([10, 11, 12], 6, who, where, [0] * 18, use=1, capacity=[2, 2, 2])
    assert (one.value, three.value) == (10, 33)
    assert three.bound == 33
    assert np.bincount(three.place).tolist() == [2, 2, 2]
    with pytest.raises(Unservable):
        locate([1, 1, 1], 6, who, where, [0] * 18, use=1, capacity=[2, 2, 1])


@given(
    st.lists(st.tuples(st.integers(-5, 60), st.integers(0, 20)), min_size=1, max_size=9),
    st.integers(0, 80),
)
def test_whole_items_are_packed_best_and_proven_again_the_same(items: list[tuple[int, int]], room: int) -> None:
    """By solver and verifier, against every choice."""
    gain, use = (np.array(one, np.int64) for one in zip(*items, strict=True))
    chosen = ((np.arange(1 << len(items))[:, None] >> np.arange(len(items))) & 1).astype(bool)
    best = max(int(gain[some].sum()) for some in chosen if use[some].sum() <= room)
    taken = np.zeros(len(items))
    assert packed(gain, use, np.int64(room), taken, 20_000) == pytest.approx(best, rel=1e-9)
    assert gain[taken > 0].sum() == best
    assert use[taken > 0].sum() <= room
    assert packing(gain, use, room) == best


def test_full_places_are_filled_nearly_best_and_the_bound_is_near() -> None:
    """Forty customers of uneven size, ten places of which about four are needed: against HiGHS, and HiGHS's value."""
    random = np.random.default_rng(3)
    ours, theirs, weight = random.random((40, 2)), random.random((10, 2)), random.integers(1, 100, 40)
    far = np.hypot(*np.moveaxis(ours[:, None] - theirs[None], -1, 0))
    who, where = np.divmod(np.arange(400), 10)
    problem = Siting.of(
        random.integers(5_000, 15_000, 10), 40, who, where, cost=(2e3 * far.ravel() * weight[who] / 50).astype(int),
        use=weight[who], capacity=random.integers(300, 800, 10),
    )  # fmt: skip
    answer = site(problem, rounds=200, cases=100)
    best = least(problem)
    assert answer.bound - 1e-6 <= best <= answer.value <= 1.005 * best
    assert answer.gap < 0.01
    assert answer.bound == answer.proof.bound(problem, answer.value)


def test_covering_for_a_budget_and_for_a_share() -> None:
    """Greedy takes the middle place first; two at the sides cover all for the same."""
    point, place = [0, 1, 2, 3, 1, 2, 0, 1, 2, 3], [0, 0, 1, 1, 2, 2, 3, 3, 3, 3]
    weight = [3, 4, 4, 3]
    most = cover_most([1, 1, 1, 3], weight, point, place, 2)
    assert (most.value, most.bound) == (0, 0)
    assert most.opened.tolist() == [True, True, False, False]
    some = cover_share([1, 1, 1, 3], weight, point, place, 8)
    assert (some.value, some.bound) == (1, 1)
    assert some.opened.tolist() == [False, False, True, False]
    held = cover_share([1, 1, 1, 3], weight, point, place, 14, use=1, capacity=2)
    assert (held.value, held.bound) == (2, 2)
    with pytest.raises(ValueError, match="more weight"):
        cover_share([1], [1], [0], [0], 2)
    with pytest.raises(Unservable):
        cover_share([1], [1, 1], [0], [0], 2)


def test_equal_problems_and_seeds_give_equal_answers() -> None:
    random = np.random.default_rng(5)
    who, where = np.divmod(np.arange(60 * 15), 15)
    cost, use = random.integers(1, 99, 900), np.repeat(random.integers(1, 9, 60), 15)
    first, second = (
        locate(random.integers(99, 100, 15), 60, who, where, cost, use=use, capacity=60, rounds=50, cases=10)
        for _ in range(2)
    )
    assert (first.value, first.bound) == (second.value, second.bound)
    assert (first.place == second.place).all()


def test_what_is_no_problem_is_refused() -> None:
    with pytest.raises(ValueError, match="stands twice"):
        Siting.of([1], 1, [0, 0], [0, 0])
    with pytest.raises(ValueError, match="not negative"):
        Siting.of([-1], 1, [0], [0])
    with pytest.raises(Unservable) as alone:
        median(1, 3, [1], [0], [1], 1)
    assert alone.value.customers.tolist() == [0, 2]

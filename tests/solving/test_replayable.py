"""The bound that replays, after an exact search that went elsewhere."""

import numpy as np
import pytest
from steiner_oracles import best_value, random_problem, recosted, replayed

from karez.solving import prize, strengthen


@pytest.mark.parametrize("kind", ["rooted", "steiner", "unrooted"])
def test_what_replays_gets_no_weaker_and_stays_a_bound_of_the_same_tree(kind):
    rng = np.random.default_rng(3)
    closed = 0
    for seed in range(60):
        graph, prizes, root = random_problem(rng, kind=kind)
        if best_value(graph, prizes, root) is None:
            continue
        answer = prize(graph, prizes, root, seed=seed, exact=True, rounds=4)
        stronger = strengthen(graph, prizes, answer, seed=seed, ascents=6)
        assert (stronger.edges == answer.edges).all()
        assert (stronger.nodes == answer.nodes).all()
        assert stronger.value == answer.value == recosted(graph, prizes, stronger)
        assert answer.ascent_bound <= stronger.ascent_bound == min(case.bound for case in stronger.cases)
        assert answer.bound <= stronger.bound <= best_value(graph, prizes, root)
        for case in stronger.cases:
            if case.root >= 0:
                assert replayed(graph, prizes, case) == case.bound
        closed += stronger.ascent_bound == stronger.value
    assert closed > 10


def test_equal_seeds_give_equal_moats_and_progress_is_told():
    graph, prizes, root = random_problem(np.random.default_rng(8), nodes=12, kind="rooted")
    answer = prize(graph, prizes, root, exact=True, rounds=4)
    shares = []
    once = strengthen(graph, prizes, answer, seed=4, ascents=3, progress=shares.append)
    again = strengthen(graph, prizes, answer, seed=4, ascents=3)
    assert (once.ascent_node == again.ascent_node).all()
    assert (once.ascent_radius == again.ascent_radius).all()
    assert shares == sorted(shares)

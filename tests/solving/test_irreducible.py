"""Conflicts against every subset, and the least loosening against the truth."""

from __future__ import annotations

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from karez.solving.irreducible import irreducible, least


@given(st.integers(1, 9), st.lists(st.sets(st.integers(0, 8), min_size=1, max_size=4), min_size=1, max_size=4))
def test_what_is_returned_conflicts_and_no_part_of_it_does(count, conflicts):
    def clash(some):
        return any(conflict <= set(some) for conflict in conflicts)

    demands = list(range(count))
    found = irreducible(demands, clash, together=False)
    if not clash(demands):
        assert found == ()
        return
    assert clash(found)
    for size in range(len(found)):
        assert not any(clash(part) for part in combinations(found, size))


def test_it_is_asked_far_less_often_than_there_are_demands():
    asked = []

    def clash(some):
        asked.append(some)
        return {17, 80} <= set(some)

    assert irreducible(range(100), clash) == (17, 80)
    assert len(asked) < 30


@given(st.floats(0.001, 0.999), st.sampled_from([0.1, 0.01, 0.001]))
def test_the_least_share_lies_between_one_that_does_and_one_that_does_not(truth, fineness):
    found, refused = least(lambda share: share >= truth, most=1.0, fineness=fineness)
    assert refused < truth <= found
    assert found - refused <= fineness


def test_what_needs_more_than_the_whole_is_doubled_until_it_does():
    found, refused = least(lambda share: share >= 300.0, most=1.0, fineness=0.01, unbounded=True)
    assert refused < 300.0 <= found <= 303.0
    assert least(lambda share: share >= 300.0, most=1.0, fineness=0.01) == (None, 1.0)

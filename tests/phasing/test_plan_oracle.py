"""No network, technology or year gets past the plan's bound: small programmes, solved exactly."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from joint_cases import best_of_all, generated

from karez.designing.candidates import Candidates, Constraints
from karez.designing.plan_bound import bound_plan, evaluate
from karez.designing.yearly import Yearly
from karez.errors import Infeasible
from karez.flow.joint import Together, choose
from karez.flow.progress import Stages, silent

CASES = 100
"""Programmes that are solved exactly."""
NEAR = 1e-6
"""Share by which the tolerances of the integer programme may move its answer."""


@dataclass(frozen=True)
class Solved:
    """A programme, the most that any plan reaches, and the plan; None where the planner found none."""

    seed: int
    optimum: float
    together: Together | None
    bound: float
    loosest: float


def solved(seed: int) -> Solved | None:
    """Plan, bound and solve exactly; None if no plan keeps the targets."""
    joint = generated(seed)
    optimum = best_of_all(joint)
    inputs, graph, prices = joint.nouns
    try:
        together = choose(inputs, graph, prices, seed=seed, stages=Stages(silent))
    except Infeasible:
        return None if optimum is None else Solved(seed, optimum, None, np.inf, np.inf)
    assert optimum is not None, f"programme {seed} has a plan that the integer programme does not have"
    stated = bound_plan(inputs, graph, prices, together.schedule, seed=seed).certificate
    assert stated.value == together.schedule.service
    assert stated.bound is not None
    return Solved(seed, optimum, together, stated.bound, _at_any_prices(joint, together, seed))


def _at_any_prices(joint, together: Together, seed: int) -> float:
    """Least of the bounds at prices that have nothing to do with the programme: all must hold."""
    inputs, graph, prices = joint.nouns
    candidates = Candidates.of(inputs, graph, prices)
    rows = Constraints.of(inputs, prices, together.schedule.constraints)
    random, worth = np.random.default_rng(seed), together.schedule.service
    size = np.maximum(np.abs(rows.limit), 1.0)
    drawn = random.exponential(size=(3, len(size))) * (random.random((3, len(size))) < 0.7) * worth / size
    return min(evaluate(Yearly(candidates, rows, price), 1, seed).bound for price in drawn)


@pytest.fixture(scope="module")
def programmes() -> list[Solved]:
    return [one for one in map(solved, range(CASES)) if one is not None]


def test_enough_programmes_have_a_plan(programmes):
    assert sum(one.together is not None for one in programmes) >= 2 * CASES / 3


def test_no_plan_is_better_than_the_best_of_all(programmes):
    for one in programmes:
        if one.together is not None:
            assert one.together.schedule.service <= one.optimum * (1 + NEAR) + NEAR, one.seed


def test_the_best_of_all_is_not_above_the_bound(programmes):
    for one in programmes:
        assert one.optimum * (1 - NEAR) - NEAR <= one.bound, one.seed


def test_the_bound_holds_at_any_prices(programmes):
    for one in programmes:
        assert one.optimum * (1 - NEAR) - NEAR <= one.loosest, one.seed

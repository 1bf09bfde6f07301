"""Regret: never negative, nothing for the best plan, and the choice that has least of it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from karez.appraising.regret import weigh

Services = st.integers(1, 5).flatmap(
    lambda draws: st.lists(
        st.lists(st.integers(1, 1000).map(float), min_size=draws, max_size=draws), min_size=2, max_size=4
    )
)


def compare(services: list[list[float]], criterion=None):
    """Weigh plans whose service in every draw is given."""
    names = ["plan", *(f"margin_{number}" for number in range(1, len(services)))]
    service = {name: np.array(values) for name, values in zip(names, services, strict=True)}
    coverage = {name: values / 1000 for name, values in service.items()}
    draws = np.arange(1, len(services[0]) + 1)
    return weigh(draws, service, coverage, {name: f"About {name}" for name in names}, 0, criterion)


@given(Services)
def test_regret_is_never_negative_and_somebody_has_none(services: list[list[float]]) -> None:
    found = compare(services)
    columns = [column for column in found.matrix if column.startswith("service:")]
    lost = found.matrix["best_service"].to_numpy()[:, None] - found.matrix[columns].to_numpy()
    assert np.all(lost >= 0) and np.all(lost.min(axis=1) == 0)
    assert np.all(found.plans["mean_regret"] <= found.plans["max_regret"] + 1e-9)
    assert np.all(found.plans["p90_regret"] <= found.plans["max_regret"] + 1e-9)


@pytest.mark.parametrize(
    ("criterion", "chosen"), [("expected", "margin_1"), ("worst", "margin_2"), ("p90", "margin_2")]
)
def test_the_robust_choice_has_the_least_of_what_was_asked(criterion, chosen) -> None:
    services = [[50.0, 50.0, 50.0], [100.0, 100.0, 54.0], [80.0, 80.0, 80.0]]
    found = compare(services, criterion)
    assert found.chosen == chosen
    assert found.criterion == criterion
    assert "About " + chosen in found.reason
    assert "Not proven" in found.reason


def test_the_plan_itself_is_chosen_where_nothing_is_better() -> None:
    found = compare([[9.0, 9.0], [8.0, 9.0]], "worst")
    assert found.chosen == "plan"
    assert "the plan itself has the least regret at worst" in found.reason

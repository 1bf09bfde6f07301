"""Certificates in words: a network that is dearer on purpose is told as such."""

from __future__ import annotations

from dataclasses import replace

import pytest

from karez.model.certificate import Certificate
from karez.model.plan_bound import Improvement
from karez.reporting.wording import in_plain_words

LEAST = Certificate("cost", "design", "minimise", 1000.7, 1000.0, 0.0, "", 0.0)
DEARER = replace(LEAST, value=1018.0)


def improvement(service: float = 206.0, value: float = DEARER.value) -> Improvement:
    return Improvement(200.0, service, 9.0, 8.0, LEAST.value, value, LEAST.bound)


def test_a_network_chosen_for_the_budgets_says_what_it_brings_and_how_near_the_least_cost_one_is():
    said = in_plain_words(DEARER, improvement())
    assert said == (
        "The network was chosen for the budgets, not for least cost: it brings 3.0 % more service than the best plan "
        "found on the least-cost network, and built in full costs at most 1.8 % more than the cheapest possible one; "
        "the least-cost network that was found is within 0.07 % of the cheapest possible."
    )


def test_a_network_that_stayed_is_told_as_ever():
    assert in_plain_words(LEAST, improvement(value=LEAST.value)) == in_plain_words(LEAST)


def test_equal_service_for_less_money_is_not_called_more():
    said = in_plain_words(DEARER, improvement(service=200.0))
    assert "as much service" in said
    assert "more service" not in said


def test_a_least_cost_network_that_is_optimal_is_called_so():
    exact = replace(improvement(), design_before=1000.0)
    assert in_plain_words(DEARER, exact).endswith(
        "the least-cost network that was found is proven to be the cheapest possible."
    )


@pytest.mark.parametrize("scope", ["schedule", "schedule_cost", "plan"])
def test_other_scopes_do_not_change(scope):
    one = Certificate(
        "service", scope, "minimise" if scope == "schedule_cost" else "maximise", 10.0, 10.0, 0.0, "", 0.0
    )
    assert in_plain_words(one, improvement()) == in_plain_words(one)

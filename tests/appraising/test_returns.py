"""Formulas of investment against numpy-financial, on thousands of generated flows."""

from __future__ import annotations

import numpy as np
import numpy_financial as npf
import pytest
from hypothesis import given
from hypothesis import strategies as st

from karez.appraising.equality import gini, lorenz_curve, worst_off
from karez.appraising.indicators import apportion
from karez.appraising.lifetime import renewals, residual
from karez.appraising.present import present_factor
from karez.appraising.returns import (
    annuity,
    levelised_cost,
    payback_year,
    present_value,
    rate_of_return,
    rates_of_return,
    why_no_rate,
)
from karez.appraising.uptake import uptake

MONEY = st.floats(-1e9, 1e9, allow_nan=False)
RATE = st.floats(-0.3, 0.9)


def _flows(seed: int, count: int, changes: int) -> list[np.ndarray]:
    """Flows of 2 to 40 years whose sign changes so often."""
    random = np.random.default_rng(seed)
    made = []
    for _ in range(count):
        years = int(random.integers(changes + 1, 41))
        cuts = np.sort(random.choice(np.arange(1, years), size=changes, replace=False))
        sign = np.where(np.searchsorted(cuts, np.arange(years), side="right") % 2 == 0, -1.0, 1.0)
        made.append(sign * random.lognormal(10.0, 1.0, years))
    return made


def test_present_values_are_those_of_numpy_financial() -> None:
    random = np.random.default_rng(1)
    for flows in _flows(2, 3000, 1):
        rate = float(random.uniform(-0.2, 0.5))
        assert present_value(flows, rate) == pytest.approx(npf.npv(rate, [0.0, *flows]), rel=1e-10, abs=1e-6)


def test_rates_of_return_are_those_of_numpy_financial_where_the_sign_changes_once() -> None:
    compared = 0
    for flows in _flows(3, 2000, 1):
        found, other = rate_of_return(flows), npf.irr(flows)
        assert found is not None
        if np.isfinite(other):
            assert found == pytest.approx(other, rel=1e-6, abs=1e-8)
            compared += 1
    assert compared > 1800


def test_every_rate_brings_the_present_value_to_nothing() -> None:
    for flows in _flows(4, 500, 3):
        for rate in rates_of_return(flows):
            whole = np.abs(flows) @ (1.0 + rate) ** -np.arange(1.0, len(flows) + 1)
            assert present_value(flows, rate) == pytest.approx(0.0, abs=1e-9 * whole)


@given(st.lists(st.floats(0.0, 1e9), max_size=30), st.sampled_from([-1.0, 1.0]))
def test_a_flow_that_keeps_its_sign_has_no_rate_of_return(flows: list[float], sign: float) -> None:
    assert rate_of_return(sign * np.array(flows)) is None
    assert why_no_rate(sign * np.array(flows)) == "the cash flow never changes its sign"


@given(st.floats(1.0, 1e9), st.floats(0.001, 0.9), st.integers(1, 60))
def test_an_annuity_is_the_payment_of_numpy_financial(present: float, rate: float, years: int) -> None:
    assert annuity(present, rate, years) == pytest.approx(-npf.pmt(rate, years, present), rel=1e-9)


@given(st.lists(MONEY, min_size=1, max_size=30), RATE)
def test_what_is_paid_back_stays_paid_back(flows: list[float], rate: float) -> None:
    year = payback_year(flows, rate)
    so_far = np.cumsum([present_value([*([0.0] * place), flow], rate) for place, flow in enumerate(flows)])
    slack = 2e-9 * max(1.0, np.abs(flows).max()) * 10
    if year is None:
        assert so_far[-1] < slack
    else:
        assert (so_far[year - 1 :] >= -slack).all()


@given(st.lists(st.floats(0.0, 1e6), min_size=3, max_size=20), st.floats(0.0, 0.3))
def test_the_levelised_cost_paid_by_every_user_is_worth_the_costs(costs: list[float], rate: float) -> None:
    users = np.arange(len(costs), dtype=float)
    price = levelised_cost(costs, users, rate)
    assert price is not None
    assert present_value(12 * price * users, rate) == pytest.approx(present_value(costs, rate), rel=1e-9, abs=1e-6)


@given(st.integers(1, 40), st.integers(1, 8), st.integers(0, 30), st.floats(0.0, 0.2), st.floats(0.0, 0.2))
def test_renewals_and_rest_come_to_the_present_factor(
    life: int, built: int, after: int, rate: float, share: float
) -> None:
    horizon = built + after
    flow = renewals(life, built, horizon)
    flow[built - 1] += 1.0
    flow[built:] += share
    flow[-1] -= residual(life, built, horizon)
    assert present_value(flow, rate) == pytest.approx(present_factor(life, share, built, horizon, rate)[-1], abs=1e-9)


@given(st.lists(st.tuples(st.floats(0.0, 1.0, allow_subnormal=False), st.floats(0.5, 1e6)), min_size=1, max_size=40))
def test_gini_is_half_the_relative_mean_difference(areas: list[tuple[float, float]]) -> None:
    share, weight = map(np.array, zip(*areas, strict=True))
    mean = (share * weight).sum() / weight.sum()
    pairs = (weight[:, None] * weight * np.abs(share[:, None] - share)).sum()
    expected = pairs / (2 * weight.sum() ** 2 * mean) if mean > 1e-300 else 0.0
    assert gini(share, weight) == pytest.approx(expected, abs=1e-9)
    assert 0.0 <= gini(share, weight) <= 1.0


@given(st.floats(0.01, 1.0), st.lists(st.floats(0.5, 1e6), min_size=1, max_size=30))
def test_areas_that_are_alike_are_equal(share: float, weight: list[float]) -> None:
    assert gini([share] * len(weight), weight) == pytest.approx(0.0, abs=1e-9)
    assert worst_off([share] * len(weight), weight) == pytest.approx(share)


def test_one_that_takes_all_leaves_nothing_to_the_others() -> None:
    assert gini([0.0] * 9999 + [1.0], [1.0] * 10000) == pytest.approx(0.9999)
    assert worst_off([0.0] * 9 + [1.0], [1.0] * 10) == 0.0


@given(st.lists(st.tuples(st.floats(0.0, 1.0), st.floats(0.5, 1e6)), min_size=1, max_size=40))
def test_a_lorenz_curve_hangs_below_equality_and_bends_upward(areas: list[tuple[float, float]]) -> None:
    x, y = lorenz_curve(*zip(*areas, strict=True))
    assert (y <= x + 1e-9).all()
    assert (np.diff(x) >= 0).all()
    assert (np.diff(y) >= -1e-12).all()


@given(st.floats(0.0, 30.0), st.floats(0.01, 10.0))
def test_take_up_grows_and_never_passes_its_ceiling(midpoint: float, steepness: float) -> None:
    shares = uptake(np.arange(60), midpoint, steepness)
    assert shares[0] == 0.0
    assert (np.diff(shares) >= 0).all()
    assert shares.max() <= 1.0


@given(st.lists(MONEY, min_size=1, max_size=50))
def test_parts_that_are_rounded_add_up_to_the_rounded_whole(values: list[float]) -> None:
    whole = round(sum(values))
    parts = apportion(values, whole)
    assert int(parts.sum()) == whole
    assert np.abs(parts - np.array(values)).max() <= 1.0 + 1e-6 * max(1.0, np.abs(values).max())

"""Draws of prices, take-up and delay: distributions, strata, what goes together, and what stays when others come."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from karez.appraising.converting import convert
from karez.appraising.distributing import places, quantile
from karez.appraising.drawing import draw, factors, one_at_a_time
from karez.model.catalogue import Catalogue
from karez.model.programme import Programme
from karez.model.risk_rules import RiskRules
from projects import settings

RANGES = st.tuples(st.floats(0.0, 1e6), st.floats(0.0, 1.0), st.floats(1e-3, 1e6)).map(
    lambda r: (r[0], r[0] + r[1] * r[2], r[0] + r[2])
)


@given(st.text(max_size=20), st.integers(1, 400), st.integers(0, 2**32))
def test_places_fill_every_stratum_once(name: str, count: int, seed: int) -> None:
    drawn = places(name, count, seed)
    assert sorted(np.floor(count * drawn).astype(int).tolist()) == list(range(count))


@given(RANGES, st.sampled_from(["pert", "triangular"]))
def test_quantiles_rise_from_the_low_to_the_high(ends: tuple[float, float, float], shape: str) -> None:
    at = np.linspace(0.0, 1.0, 101)
    values = quantile(at, *ends, shape)
    assert np.all(np.diff(values) >= 0)
    assert values[0] == pytest.approx(ends[0], rel=1e-12, abs=1e-12)
    assert values[-1] == pytest.approx(ends[2], rel=1e-12, abs=1e-12)


@given(RANGES)
def test_quantiles_are_those_of_scipy(ends: tuple[float, float, float]) -> None:
    low, mode, high = ends
    at, peak = np.linspace(0.01, 0.99, 50), (mode - low) / (high - low)
    triangle = stats.triang.ppf(at, peak, low, high - low)
    pert = stats.beta.ppf(at, 1 + 4 * peak, 5 - 4 * peak, low, high - low)
    np.testing.assert_allclose(quantile(at, *ends, "triangular"), triangle, rtol=1e-9)
    np.testing.assert_allclose(quantile(at, *ends, "pert"), pert, rtol=1e-9)


def test_mean_of_pert_is_the_weighted_mean_of_its_ends() -> None:
    at = (np.arange(20_000) + 0.5) / 20_000
    assert quantile(at, 10.0, 14.0, 40.0, "pert").mean() == pytest.approx((10 + 4 * 14 + 40) / 6, rel=1e-4)


def programme(**rules: object) -> Programme:
    return settings().model_copy(update={"risk": RiskRules.model_validate(rules)})


def catalogue(*extra: str) -> Catalogue:
    rows = {
        "pole": ("each", 50, 80, 140),
        "box": ("each", 1, 2, 3),
        "trench": ("km", 8_000, 10_000, 15_000),
        "cable": ("m", 1, 2, 2),
        "fixed": ("each", 7, 7, 7),
        **dict.fromkeys(extra, ("each", 1, 5, 6)),
    }
    table = pd.DataFrame.from_dict(rows, orient="index", columns=["unit", "low", "rate", "high"]).sort_index()
    table = table.assign(currency="CNY", price_year=2025, life_years=10, opex_share_per_year=0.1)
    return Catalogue(table)


def converted(*extra: str) -> Catalogue:
    return convert(catalogue(*extra), settings())


def test_lengths_go_together_and_others_alone_unless_told_otherwise() -> None:
    found = {factor.name: len(factor.items) for factor in factors(programme(), converted())}
    assert found == {"lengths": 2, "box": 1, "pole": 1, "take_up": 0, "delay": 3}
    apart = {factor.name for factor in factors(programme(lengths="independent", others="full"), converted())}
    assert apart == {"cable", "trench", "others", "take_up", "delay"}


def test_a_class_moves_as_one_and_its_items_stand_at_the_same_place() -> None:
    of = programme(shape="triangular", classes={"works": {"items": ["po*", "trench"]}})
    drawn = draw(of, converted(), 200, seed=4)
    names = list(converted().table.index)
    pole, trench = drawn.rate[:, names.index("pole")], 1000 * drawn.rate[:, names.index("trench")]
    at_pole = stats.triang.cdf(pole, 1 / 3, 50, 90)
    at_trench = stats.triang.cdf(trench, 2 / 7, 8_000, 7_000)
    np.testing.assert_allclose(at_pole, at_trench, atol=1e-9)
    assert abs(stats.spearmanr(pole, drawn.rate[:, names.index("box")])[0]) < 0.25


def test_equal_seeds_draw_alike_and_a_new_item_leaves_the_others_as_they_were() -> None:
    one, again, other = (draw(programme(), converted(), 50, seed) for seed in (1, 1, 2))
    assert np.array_equal(one.rate, again.rate) and np.array_equal(one.delay, again.delay)
    assert not np.array_equal(one.rate, other.rate)
    more = draw(programme(), converted("antenna"), 50, seed=1)
    kept = [name != "antenna" for name in converted("antenna").table.index]
    assert np.array_equal(more.rate[:, kept], one.rate)
    assert np.array_equal(more.take_up, one.take_up)


def test_what_has_no_range_is_not_drawn() -> None:
    of = programme(take_up={"low": 1.0, "high": 1.0}, delay={"low": 0.1, "likely": 0.1, "high": 0.1})
    drawn = draw(of, converted(), 30, seed=0)
    assert {factor.kind for factor in drawn.factors} == {"prices"}
    assert np.all(drawn.take_up == 1.0) and np.all(drawn.delay == 0.1)
    assert np.all(drawn.rate[:, list(converted().table.index).index("fixed")] == 7.0)


def test_take_up_never_exceeds_all_homes() -> None:
    of = programme(take_up={"low": 0.5, "high": 9.0})
    drawn = draw(of, converted(), 500, seed=0)
    assert drawn.take_up.max() * of.demand.take_up <= 1.0 + 1e-12


def test_delay_by_year_is_drawn_for_each_year() -> None:
    drawn = draw(programme(delay={"years": "independent"}), converted(), 100, seed=0)
    assert [factor.name for factor in drawn.factors if factor.kind == "delay"] == [
        "delay:2026", "delay:2027", "delay:2028",
    ]  # fmt: skip
    assert not np.array_equal(drawn.delay[:, 0], drawn.delay[:, 1])


def test_one_at_a_time_moves_one_thing_in_each_row() -> None:
    of, prices = programme(), converted()
    rows = one_at_a_time(of, prices)
    assert len(rows) == 1 + 2 * len(rows.factors)
    moved = (rows.rate != rows.rate[0]).sum(axis=1) + (rows.take_up != 1.0) + (rows.delay != rows.delay[0]).any(axis=1)
    for number, factor in enumerate(rows.factors):
        low, high = moved[1 + 2 * number], moved[2 + 2 * number]
        most = len(factor.items) if factor.kind == "prices" else 1
        assert 1 <= low <= most and (high or factor.high == factor.mode or factor.kind == "prices")


def test_sum_of_independent_triangulars_has_the_mean_and_variance_of_the_closed_form() -> None:
    of = programme(shape="triangular", lengths="independent")
    drawn = draw(of, converted(), 4000, seed=7)
    table = converted().table
    quantity = np.array([3.0, 5.0, 1.0, 40.0, 9.0])
    low, mode, high = (table[f"{name}_real"].to_numpy() for name in ("low", "rate", "high"))
    total = drawn.rate @ quantity
    mean = (quantity * (low + mode + high) / 3).sum()
    spread = (quantity**2 * (low**2 + mode**2 + high**2 - low * mode - low * high - mode * high) / 18).sum()
    assert total.mean() == pytest.approx(mean, rel=1e-6 * 100)
    assert total.var() == pytest.approx(spread, rel=0.06)


def test_fully_dependent_triangulars_add_their_spreads() -> None:
    of = programme(shape="triangular", classes={"all": {"items": ["*"]}})
    drawn = draw(of, converted(), 4000, seed=7)
    alone = [drawn.rate[:, item].std() for item in (0, 3)]
    together = (drawn.rate[:, 0] + drawn.rate[:, 3]).std()
    assert together == pytest.approx(sum(alone), rel=0.01)

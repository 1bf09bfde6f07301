"""Radio of things: published values, and knife edges against a plain calculation."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import box

from karez.designing.cells import cells_of
from karez.designing.propagation import path_loss
from karez.kernels.diffraction import cascade_db, edge_db
from karez.model.inputs import Relief
from karez.model.land import DeviceLand
from karez.model.lora import SPREADING, most_load, sensitivity_dbm, time_on_air_ms
from karez.model.things_rules import ThingsRules
from karez.verifying.things import airtime_ms


@pytest.mark.parametrize(("v", "db"), [(-0.78, 0.0), (0.0, 6.03), (1.0, 13.93), (2.4, 20.54)])
def test_one_knife_edge_is_as_in_the_recommendation(v: float, db: float) -> None:
    """ITU-R P.526, (31): at grazing, ν = 0, six decibels."""
    assert edge_db(v) == pytest.approx(db, abs=0.05)


def _plain(height: list[float], at: list[float], wave: float, radius: float) -> float:
    """The cascaded method of ITU-R P.526, word by word."""

    def sharpest(first: int, last: int) -> tuple[float, int]:
        found = (-math.inf, -1)
        for i in range(first + 1, last):
            a, b = at[i] - at[first], at[last] - at[i]
            h = height[i] + a * b / (2 * radius) - (height[first] * b + height[last] * a) / (a + b)
            found = max(found, (h * math.sqrt(2 * (a + b) / (wave * a * b)), -i))
        return found[0], -found[1]

    def j(v: float) -> float:
        return 6.9 + 20 * math.log10(math.sqrt((v - 0.1) ** 2 + 1) + v - 0.1) if v > -0.78 else 0.0

    last = len(height) - 1
    v, place = sharpest(0, last)
    if v <= -0.78:
        return 0.0
    correction = 10 + 0.04 * at[last] / 1000
    return j(v) + (1 - math.exp(-j(v) / 6)) * (j(sharpest(0, place)[0]) + j(sharpest(place, last)[0]) + correction)


@given(st.lists(st.floats(0.0, 200.0), min_size=1, max_size=14), st.floats(500.0, 20_000.0))
def test_knife_edges_are_those_of_the_recommendation_word_by_word(heights: list[float], metres: float) -> None:
    height = [30.0, *heights, 1.5]
    at = np.linspace(0.0, metres, len(height))
    told = cascade_db(np.array(height), at, 0.3454, 8.5e6)
    assert told == pytest.approx(_plain(height, at.tolist(), 0.3454, 8.5e6), abs=1e-6)


@given(st.lists(st.floats(0.0, 80.0), min_size=3, max_size=12), st.floats(1_000.0, 20_000.0))
def test_a_higher_edge_never_loses_less_than_the_highest_alone(heights: list[float], metres: float) -> None:
    height = np.array([30.0, *heights, 1.5])
    at = np.linspace(0.0, metres, len(height))
    whole = cascade_db(height, at, 0.3454, 8.5e6)
    worst = 0.0
    for i in range(1, len(height) - 1):
        d1, d2 = at[i], metres - at[i]
        over = height[i] + d1 * d2 / (2 * 8.5e6) - (height[0] * d2 + height[-1] * d1) / metres
        worst = max(worst, edge_db(over * math.sqrt(2 * metres / (0.3454 * d1 * d2))))
    assert whole >= worst - 1e-9


def test_a_message_lasts_as_in_the_application_note_by_either_code() -> None:
    for sf in SPREADING:
        for size in (10, 33, 64, 222):
            assert time_on_air_ms(sf, size) == pytest.approx(airtime_ms(sf, size))
    assert [sensitivity_dbm(sf, 6.0) for sf in SPREADING] == sorted(
        (sensitivity_dbm(sf, 6.0) for sf in SPREADING), reverse=True
    )
    # A tenth collides at e^(−2 G) = 0.9.
    assert math.exp(-2 * most_load(0.1, 1)) == pytest.approx(0.9)


def _flat(step: float, height: float = 500.0) -> Relief:
    side = round(0.4 / step)
    return Relief(np.full((side, side), height, np.float32), 80.0, 40.4, step, step)


def test_a_coarse_raster_proves_nothing_and_mountains_cost_what_is_assumed() -> None:
    rules = ThingsRules()
    mast, point, km = np.array([[80.1, 40.2]]), np.array([[80.2, 40.2]]), np.array([8.5])
    none = path_loss(rules, None, 300.0, mast, point, km)
    fine = path_loss(rules, _flat(0.0008), 300.0, mast, point, km)
    coarse = _flat(0.05)
    rough = Relief(coarse.elevation_m.copy(), *(80.0, 40.4, 0.05, 0.05))
    rough.elevation_m[:, 3:] += 900.0
    mountains = path_loss(rules, rough, 300.0, mast, point, km)
    assert none.assumed.all()
    assert not fine.assumed.any()
    assert fine.db >= none.db - 1e-9
    assert path_loss(rules, coarse, 300.0, mast, point, km).db == pytest.approx(none.db)
    assert mountains.assumed.all()
    assert mountains.db == pytest.approx(none.db + rules.mountain_db)


def test_cells_share_what_stands_on_land_and_small_land_is_a_cell() -> None:
    shapes = np.array([box(80.0, 40.0, 80.2, 40.1), box(80.5, 40.0, 80.5001, 40.0001)], dtype=object)
    land = DeviceLand(np.array(["a", "b"], dtype=object), shapes, np.array([2.0, 1e6]))
    cells = cells_of(land, 1.0)
    by = cells.groupby("land")["devices"].sum()
    # 0.2 degrees at 40.05 N by 0.1: 17.07 km by 11.1 km.
    assert by["a"] == pytest.approx(2 * 17.07 * 11.1, rel=0.01)
    assert (cells["land"] == "b").sum() == 1

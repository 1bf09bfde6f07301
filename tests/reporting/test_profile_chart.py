"""Path profiles: what is drawn of a hop, and where."""

from __future__ import annotations

import math
from dataclasses import replace
from xml.etree import ElementTree as ET

import numpy as np

from karez.reporting.profile_chart import EARTH, GROUND_EDGE, RAY, ROOM, PathProfile, path_profile
from karez.reporting.radio_views import _about

KM = np.linspace(0.0, 30.0, 901)
BULGE = 1e6 * KM * (30.0 - KM) / (2 * 4 / 3 * 6_371_008.8)


def hill(height: float) -> PathProfile:
    """Flat ground at 500 m with a spike of one sample at 10 km, masts of 60 and 40 m."""
    ground = np.where(np.arange(901) == 300, 500.0 + height, 500.0)
    ray = 560.0 - 20.0 * KM / 30.0
    zone = np.sqrt(300.0 / 18_000.0 * KM * (30.0 - KM) / 30.0 * 1e3)
    room = ray - BULGE - ground - 0.6 * zone
    here = int(room.argmin())
    return PathProfile(("A", "B"), (60.0, 40.0), KM, ground, BULGE, ray, zone, 0.6, room[here], KM[here])


def shapes(path: PathProfile, colour: str) -> list[list[tuple[float, float]]]:
    """Points of the lines of a colour."""
    svg = ET.fromstring(str(path_profile("A – B", path)))
    lines = [one.get("points", "") for one in svg.iter("polyline") if one.get("stroke") == colour]
    return [[(float(x), float(y)) for x, y in (pair.split(",") for pair in line.split())] for line in lines]


def test_a_spike_of_one_sample_is_drawn_though_not_every_sample_is() -> None:
    (ground,) = shapes(hill(30.0), GROUND_EDGE)
    assert len(ground) < 300
    top = min(ground, key=lambda point: point[1])
    (room,) = shapes(hill(30.0), ROOM)
    assert math.dist(top, room[0]) < 0.3, "the least room stands on the spike"
    assert room[1][1] < room[0][1], "and is free"


def test_ground_that_stands_in_the_zone_is_marked_downwards() -> None:
    (room,) = shapes(hill(60.0), ROOM)
    assert room[1][1] > room[0][1]


def test_the_earth_stands_up_in_the_middle_and_the_ray_is_straight() -> None:
    (earth,), (ray,) = shapes(hill(5.0), EARTH), shapes(hill(5.0), RAY)
    heights = [y for _, y in earth]
    assert min(heights) < heights[0] == heights[-1]
    assert len(ray) == 2 and ray[0][1] < ray[1][1], "down to the lower mast"


def test_what_nothing_proves_has_no_mark() -> None:
    unproven = replace(hill(5.0), clearance_m=math.nan, clearance_at_km=math.nan)
    assert shapes(unproven, ROOM) == []
    unknown = replace(unproven, ground_m=np.full(901, math.nan))
    assert shapes(unknown, GROUND_EDGE) == [] and len(shapes(unknown, RAY)) == 1


def test_an_assumed_hop_says_where_even_a_coarse_relief_stands_in_its_way() -> None:
    row = {
        **{"band": "18ghz", "length_km": 30.0, "clearance_m": math.nan, "clearance_at_km": math.nan},
        **{"availability": 0.9999, "load_mbps": 10.0, "capacity_mbps": 400.0},
    }
    assert "shows ground in its way" in _about(row, hill(60.0))
    assert "shows ground in its way" not in _about(row, hill(0.0))

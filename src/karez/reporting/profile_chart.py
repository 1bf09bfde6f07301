"""Path profiles as radio planners draw them: ground on a curved Earth, a straight ray, the first Fresnel zone."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from xml.etree import ElementTree as ET

import numpy as np
import numpy.typing as npt
from markupsafe import Markup

from karez.reporting import svg as draw
from karez.reporting.charts import nice_ticks, tick_text
from karez.reporting.figures import number

Floats = npt.NDArray[np.float64]

At = Callable[[float, float], tuple[float, float]]
"""Kilometres and metres above sea to a place of the drawing."""

GROUND, GROUND_EDGE, EARTH, RAY, MAST, ROOM = "#e9dfce", "#8a5a3c", "#9a8768", "#1c5f99", "#7a3d00", "#2f8f83"
_WIDTH, _HEIGHT = 640.0, 286.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 50.0, 18.0, 50.0, 44.0
_MOST_POINTS = 220
"""Points of a profile that are drawn; of more, the highest of every stretch."""


@dataclass(frozen=True)
class PathProfile:
    """What is drawn of a hop, from the mast nearer to the source.

    Parameters
    ----------
    names : tuple[str, str]
        The masts.
    heights_m : tuple[float, float]
        Antennas above ground.
    distance_km, ground_m, bulge_m, ray_m, zone_m : float64[samples]
        Along the path: ground above sea (NaN where nobody knows it), how far the Earth stands up into it, the ray as a
        straight line, the radius of the first Fresnel zone.
    share : float
        Part of that zone that must be free.
    clearance_m, clearance_at_km : float
        Least room beyond it, and where; NaN where nothing proves it.
    """

    names: tuple[str, str]
    heights_m: tuple[float, float]
    distance_km: Floats
    ground_m: Floats
    bulge_m: Floats
    ray_m: Floats
    zone_m: Floats
    share: float
    clearance_m: float
    clearance_at_km: float


def path_profile(title: str, path: PathProfile) -> Markup:
    """Draw one hop; the title is said to those who cannot see it."""
    svg = draw.canvas(title, _WIDTH, _HEIGHT)
    keep = _outline(path.ground_m + path.bulge_m)
    km, ground, bulge = (values[keep] for values in (path.distance_km, path.ground_m, path.bulge_m))
    ray, zone = path.ray_m[keep], path.zone_m[keep]
    sea = float(np.nanmin(path.ground_m, initial=math.inf))
    sea = sea if math.isfinite(sea) else float(path.ray_m.min()) - max(path.heights_m)
    ticks = _ticks(min(sea, float((ray - zone).min())), float(np.nanmax(np.append(ray + zone, ground + bulge))))
    foot, high = _HEIGHT - _BOTTOM, (_HEIGHT - _BOTTOM - _TOP) / (ticks[-1] - ticks[0])
    wide = (_WIDTH - _LEFT - _RIGHT) / float(km[-1])

    def at(kilometre: float, metre: float) -> tuple[float, float]:
        return _LEFT + kilometre * wide, foot - (metre - ticks[0]) * high

    for tick in ticks:
        y = at(0.0, tick)[1]
        draw.line(svg, _LEFT, y, _WIDTH - _RIGHT, y, "grid")
        draw.text(svg, _LEFT - 8, y + 4, tick_text(tick, [0.0, ticks[1] - ticks[0]]), "tick end")
    draw.text(svg, 4, 14, "m above sea at the masts", "unit")
    known = np.isfinite(ground)
    solid = [at(*point) for point in zip(km[known], (ground + bulge)[known], strict=True)]
    if len(solid) > 1:
        floor = [(solid[-1][0], foot), (solid[0][0], foot)]
        unsure = math.isnan(path.clearance_m)
        look = {"fill": GROUND, "fill-opacity": "0.5" if unsure else "1"}
        _shape(svg, "polygon", [*solid, *floor], look, "Ground, on an Earth that curves")
        _shape(svg, "polyline", solid, _stroke(GROUND_EDGE, 1.5, "2 4" if unsure else ""), "Ground")
    base = [at(*point) for point in zip(km, sea + bulge, strict=True)]
    _shape(
        svg,
        "polyline",
        base,
        _stroke(EARTH, 1.2, "4 3"),
        f"The Earth stands up {number(bulge.max(), 1)} m in the middle",
    )
    for share, depth in ((1.0, "0.10"), (path.share, "0.16")):
        upper = [at(*point) for point in zip(km, ray + share * zone, strict=True)]
        lower = [at(*point) for point in zip(km, ray - share * zone, strict=True)]
        tip = f"First Fresnel zone, {number(100 * share)} % of its radius"
        _shape(svg, "polygon", [*upper, *reversed(lower)], {"fill": RAY, "fill-opacity": depth}, tip)
    _shape(svg, "polyline", [at(km[0], ray[0]), at(km[-1], ray[-1])], _stroke(RAY, 2.0), "Ray")
    _masts(svg, path, at)
    _room(svg, path, at)
    _distances(svg, float(km[-1]), wide, foot)
    return draw.finish(svg)


def _outline(metres: Floats) -> npt.NDArray[np.int64]:
    """Points to draw: the ends, and of every stretch the highest."""
    count = len(metres)
    if count <= _MOST_POINTS:
        return np.arange(count)
    high = np.where(np.isfinite(metres), metres, -math.inf)
    stretches = np.array_split(np.arange(1, count - 1), _MOST_POINTS)
    return np.array([0, *(part[high[part].argmax()] for part in stretches), count - 1])


def _ticks(low: float, high: float) -> list[float]:
    """Round numbers from below `low` to above `high`."""
    step = nice_ticks(max(high - low, 1.0))[1]
    first, last = math.floor(low / step), math.ceil(high / step)
    return [step * place for place in range(first, max(last, first + 1) + 1)]


def _masts(svg: ET.Element, path: PathProfile, at: At) -> None:
    for end, side in ((0, "start"), (-1, "end")):
        x, top = at(float(path.distance_km[end]), float(path.ray_m[end]))
        low = at(0.0, float(path.ray_m[end]) - path.heights_m[end])[1]
        _shape(
            svg, "polyline", [(x, low), (x, top)], _stroke(MAST, 3.5), f"{path.names[end]}, {path.heights_m[end]:g} m"
        )
        words = f"{_short(path.names[end])}, {path.heights_m[end]:g} m"
        draw.text(svg, x - 4 if end == 0 else x + 4, _TOP - 12, words, f"label {side}")


def _room(svg: ET.Element, path: PathProfile, at: At) -> None:
    """The least clearance, between the ground and the part of the zone that must be free."""
    if math.isnan(path.clearance_at_km):
        return
    here = int(np.abs(path.distance_km - path.clearance_at_km).argmin())
    low = float(path.ground_m[here] + path.bulge_m[here])
    x, foot = at(float(path.distance_km[here]), low)
    _, top = at(0.0, low + path.clearance_m)
    words = f"{number(path.clearance_m, 1)} m"
    _shape(svg, "polyline", [(x, foot), (x, top)], _stroke(ROOM, 2.5), f"Least room: {words} beyond the zone")
    for y in (foot, top):
        draw.bar(svg, x - 4, y - 1, 8, 2, ROOM, words)
    right = x < _WIDTH / 2
    draw.text(svg, x + (8 if right else -8), (foot + top) / 2 + 4, words, f"value {'start' if right else 'end'}")


def _distances(svg: ET.Element, length_km: float, wide: float, foot: float) -> None:
    draw.line(svg, _LEFT, foot, _WIDTH - _RIGHT, foot, "axis")
    ticks = [tick for tick in nice_ticks(length_km) if tick <= length_km]
    for tick in ticks:
        x = _LEFT + tick * wide
        draw.line(svg, x, foot, x, foot + 4, "axis")
        draw.text(svg, x, foot + 18, tick_text(tick, nice_ticks(length_km)), "tick middle")
    draw.text(svg, _WIDTH - _RIGHT, foot + 36, "km from the mast nearer to the source", "unit end")


def _short(name: str) -> str:
    return name if len(name) <= 24 else name[:23] + "…"


def _stroke(colour: str, width: float, dash: str = "") -> dict[str, str]:
    look = {"fill": "none", "stroke": colour, "stroke-width": f"{width:g}", "stroke-linejoin": "round"}
    return look | ({"stroke-dasharray": dash} if dash else {})


def _shape(svg: ET.Element, kind: str, points: Sequence[tuple[float, float]], look: dict[str, str], tip: str) -> None:
    where = " ".join(f"{draw.shorten(x)},{draw.shorten(y)}" for x, y in points)
    ET.SubElement(ET.SubElement(svg, kind, {"points": where, **look}), "title").text = tip

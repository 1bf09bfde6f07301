"""Charts of risk as inline SVG: fans over the years, and how often a figure comes out where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from xml.etree import ElementTree as ET

import numpy as np
from markupsafe import Markup

from karez.reporting import svg as draw
from karez.reporting.charts import nice_ticks, tick_text
from karez.reporting.figures import number

_WIDTH, _HEIGHT = 640.0, 300.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 58.0, 20.0, 30.0, 32.0
FAN, MIDDLE, PLANNED, LIMIT = "#8fb3c9", "#1c5f99", "#17222c", "#a3322b"
"""Colours of what lies between P10 and P90, of P50, of the plan, and of a budget."""
WITHIN, BEYOND = "#2f8f83", "#c2563a"
"""Colours of draws within a limit and beyond it."""
_BARS = 24


@dataclass(frozen=True)
class Fan:
    """A figure by year: its P10, P50 and P90, as planned, and what limits it (empty: nothing)."""

    low: Sequence[float]
    middle: Sequence[float]
    high: Sequence[float]
    planned: Sequence[float]
    limit: Sequence[float] = ()


def fan(title: str, years: Sequence[int], of: Fan, unit: str) -> Markup:
    """A band from P10 to P90 over the years with the line of P50, and dashed the plan.

    Parameters
    ----------
    title : str
        Said to those who cannot see the chart.
    years : Sequence[int]
        Calendar years.
    of : Fan
        What is drawn, in `unit`.
    unit : str
        Written above the axis.
    """
    svg = draw.canvas(title, _WIDTH, _HEIGHT)
    ticks = nice_ticks(max([*of.high, *of.planned, *of.limit, 0.0]))
    foot, up = _HEIGHT - _BOTTOM, (_HEIGHT - _BOTTOM - _TOP) / ticks[-1]
    slot = (_WIDTH - _LEFT - _RIGHT) / max(len(years), 1)
    across = [_LEFT + slot * (place + 0.5) for place in range(len(years))]
    _axis(svg, ticks, foot, up, unit)
    for x, year in zip(across, years, strict=True):
        draw.text(svg, x, foot + 19, str(year), "label middle")

    def points(values: Sequence[float]) -> list[tuple[float, float]]:
        return [(x, foot - value * up) for x, value in zip(across, values, strict=True)]

    around = [*points(of.low), *reversed(points(of.high))]
    shape = ET.SubElement(svg, "polygon", {"points": _joined(around), "fill": FAN, "fill-opacity": "0.6"})
    ET.SubElement(shape, "title").text = "Eight draws of ten, from P10 to P90"
    if of.limit:
        for x, (_, y) in zip(across, points(of.limit), strict=True):
            draw.line(svg, x - slot * 0.42, y, x + slot * 0.42, y, "mark")
    _polyline(svg, points(of.middle), MIDDLE, "3", "")
    _polyline(svg, points(of.planned), PLANNED, "2", "2 5")
    for place, (x, y) in enumerate(points(of.middle)):
        tip = f"{years[place]}: P10 {number(of.low[place], 2)}, P50 {number(of.middle[place], 2)}, "
        tip += f"P90 {number(of.high[place], 2)}; as planned {number(of.planned[place], 2)} {unit}"
        disc = ET.SubElement(svg, "circle", {"cx": f"{x:.1f}", "cy": f"{y:.1f}", "r": "5", "fill": MIDDLE})
        ET.SubElement(disc, "title").text = tip
    return draw.finish(svg)


def histogram(title: str, values: Sequence[float], limit: float, limit_label: str, unit: str) -> Markup:
    """How often a figure comes out where; bars within a limit in another colour than those beyond it.

    Parameters
    ----------
    title : str
        Said to those who cannot see the chart.
    values : Sequence[float]
        One a draw, in `unit`.
    limit, limit_label : float, str
        Where the upright line stands, and what it is.
    unit : str
        Written below the axis.
    """
    svg = draw.canvas(title, _WIDTH, _HEIGHT)
    edges = _edges(np.asarray(values, dtype=np.float64), limit)
    counts = np.histogram(values, edges)[0]
    share = 100.0 * counts / max(len(values), 1)
    ticks = nice_ticks(float(share.max(initial=0.0)))
    foot, up = _HEIGHT - _BOTTOM - 14, (_HEIGHT - _BOTTOM - 14 - _TOP) / ticks[-1]
    _axis(svg, ticks, foot, up, "% of the draws")
    along = (_WIDTH - _LEFT - _RIGHT) / (edges[-1] - edges[0])

    def at(value: float) -> float:
        return float(_LEFT + (value - edges[0]) * along)

    for left, right, height in zip(edges[:-1], edges[1:], share, strict=True):
        tip = f"{number(left, 2)} to {number(right, 2)} {unit}: {number(height, 1)} % of the draws"
        colour = WITHIN if right <= limit + 1e-9 else BEYOND
        draw.bar(svg, at(left) + 0.75, foot - height * up, at(right) - at(left) - 1.5, height * up, colour, tip)
    step = nice_ticks(edges[-1] - edges[0])[1]
    marks = [step * place for place in range(int(np.ceil(edges[0] / step)), int(edges[-1] / step) + 1)]
    for mark in marks:
        draw.text(svg, at(mark), foot + 18, tick_text(mark, [0.0, step]), "tick middle")
    draw.line(svg, at(limit), _TOP - 8, at(limit), foot, "mark")
    side = "start" if at(limit) < _WIDTH / 2 else "end"
    draw.text(svg, at(limit) + (6 if side == "start" else -6), _TOP, limit_label, f"unit {side}")
    draw.text(svg, _WIDTH - _RIGHT, _HEIGHT - 6, unit, "unit end")
    return draw.finish(svg)


def _edges(values: np.ndarray, limit: float) -> np.ndarray:
    """Edges of equal bars over all values, one of them at the limit."""
    low, high = min(float(values.min()), limit), max(float(values.max()), limit)
    width = max((high - low) / _BARS, 1e-9 * max(abs(high), 1.0))
    before, after = int(np.ceil((limit - low) / width - 1e-9)), int(np.ceil((high - limit) / width - 1e-9))
    return np.asarray(limit + width * np.arange(-max(before, 1), max(after, 1) + 1))


def _axis(svg: ET.Element, ticks: Sequence[float], foot: float, up: float, unit: str) -> None:
    for tick in ticks:
        y = foot - tick * up
        draw.line(svg, _LEFT, y, _WIDTH - _RIGHT, y, "grid" if tick else "axis")
        draw.text(svg, _LEFT - 8, y + 4, tick_text(tick, ticks), "tick end")
    draw.text(svg, 4, 14, unit, "unit")


def _polyline(svg: ET.Element, points: Sequence[tuple[float, float]], colour: str, width: str, dashes: str) -> None:
    look = {"fill": "none", "stroke": colour, "stroke-width": width, "stroke-linejoin": "round"}
    if dashes:
        look |= {"stroke-dasharray": dashes, "stroke-linecap": "round"}
    ET.SubElement(svg, "polyline", {"points": _joined(points), **look})


def _joined(points: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)

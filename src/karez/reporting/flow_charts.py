"""Charts of cash flow, of cost beside coverage, and of Lorenz curves, as inline SVG."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from markupsafe import Markup

from karez.reporting import svg as draw
from karez.reporting.charts import Series, nice_ticks, tick_text
from karez.reporting.figures import number, percent

_WIDTH, _HEIGHT = 960.0, 380.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 62.0, 16.0, 30.0, 30.0


@dataclass(frozen=True)
class Curve:
    """A curve between (0, 0) and (1, 1): its label, its colour and its points."""

    label: str
    colour: str
    x: Sequence[float]
    y: Sequence[float]


def flows(
    title: str,
    years: Sequence[int],
    incoming: Sequence[Series],
    outgoing: Sequence[Series],
    unit: str,
    line: Series | None,
) -> Markup:
    """Stacks above and below zero for each year, and a line across them.

    Parameters
    ----------
    title : str
        Said to those who cannot see the chart.
    years : Sequence[int]
        Labels below the bars; every fifth, and the ends, where there are many.
    incoming, outgoing : Sequence[Series]
        What stands above and what hangs below zero, all positive, in `unit`.
    unit : str
        Written above the axis.
    line : Series | None
        A line on the same axis, its values as they are.
    """
    svg = draw.canvas(title, _WIDTH, _HEIGHT)
    points = list(line.values) if line else []
    up = max([0.0, *_heights(incoming, len(years)), *points])
    down = max([0.0, *_heights(outgoing, len(years)), *(-value for value in points)])
    ticks = nice_ticks(max(up, down))
    step = ticks[1]
    high, low = -(-up // step) * step, -(-down // step) * step
    scale = (_HEIGHT - _TOP - _BOTTOM) / max(high + low, step)
    zero = _TOP + high * scale
    for place in range(round(-low / step), round(high / step) + 1):
        y = zero - place * step * scale
        draw.line(svg, _LEFT, y, _WIDTH - _RIGHT, y, "grid" if place else "axis")
        draw.text(svg, _LEFT - 8, y + 4, _signed(place * step, ticks), "tick end")
    draw.text(svg, 4, 16, unit, "unit")
    slot = (_WIDTH - _LEFT - _RIGHT) / max(len(years), 1)
    breadth = min(slot * 0.66, 70.0)
    for place, year in enumerate(years):
        left = _LEFT + slot * place + (slot - breadth) / 2
        if _labelled(place, len(years)):
            draw.text(svg, left + breadth / 2, _HEIGHT - 8, str(year), "label middle")
        for stack, side in ((incoming, 1), (outgoing, -1)):
            foot = 0.0
            for series in stack:
                value = series.values[place]
                tip = f"{year}, {series.label}: {number(value, 2)} {unit}"
                top = zero - (foot + value) * scale if side > 0 else zero + foot * scale
                draw.bar(svg, left, top, breadth, value * scale, series.colour, tip)
                foot += value
    if line:
        middles = [_LEFT + slot * (place + 0.5) for place in range(len(years))]
        _line_of(
            svg, [(x, zero - y * scale) for x, y in zip(middles, line.values, strict=True)], line.colour, line.label
        )
    return draw.finish(svg)


def cost_and_coverage(title: str, years: Sequence[int], cost: Series, coverage: Series, unit: str) -> Markup:
    """Columns of money and, on an axis of its own, the coverage reached by the end of each year."""
    svg = draw.canvas(title, _WIDTH, _HEIGHT)
    ticks = nice_ticks(max(cost.values, default=0.0))
    foot, right = _HEIGHT - _BOTTOM, 52.0
    scale, whole = (foot - _TOP) / ticks[-1], foot - _TOP
    for tick in ticks:
        y = foot - tick * scale
        draw.line(svg, _LEFT, y, _WIDTH - right, y, "grid" if tick else "axis")
        draw.text(svg, _LEFT - 8, y + 4, tick_text(tick, ticks), "tick end")
    for share in (0.0, 0.25, 0.5, 0.75, 1.0):
        draw.text(svg, _WIDTH - right + 8, foot - share * whole + 4, percent(share, 0), "tick start")
    draw.text(svg, 4, 16, unit, "unit")
    draw.text(svg, _WIDTH - 4, 16, "homes to standard", "unit end")
    slot = (_WIDTH - _LEFT - right) / max(len(years), 1)
    breadth = min(slot * 0.5, 90.0)
    points = []
    for place, year in enumerate(years):
        middle = _LEFT + slot * (place + 0.5)
        value, share = cost.values[place], coverage.values[place]
        tip = f"{year}, {cost.label}: {number(value, 2)} {unit}"
        draw.bar(svg, middle - breadth / 2, foot - value * scale, breadth, value * scale, cost.colour, tip)
        draw.text(svg, middle, _HEIGHT - 8, str(year), "label middle")
        points.append((middle, foot - share * whole))
    _line_of(svg, points, coverage.colour, coverage.label)
    for (x, y), share in zip(points, coverage.values, strict=True):
        disc = {
            "cx": f"{x:.1f}",
            "cy": f"{y:.1f}",
            "r": "5",
            "fill": coverage.colour,
            "stroke": "#fff",
            "stroke-width": "2",
        }
        ET.SubElement(svg, "circle", disc)
        draw.text(svg, x, y - 12, percent(share), "value middle")
    return draw.finish(svg)


def lorenz(title: str, curves: Sequence[Curve]) -> Markup:
    """Lorenz curves below the line of equality."""
    size, left, foot = 400.0, 56.0, 430.0
    svg = draw.canvas(title, 500.0, 476.0)

    def at(x: float, y: float) -> tuple[float, float]:
        return left + x * size, foot - y * size

    for tick in (0.0, 0.25, 0.5, 0.75, 1.0):
        draw.line(svg, left, foot - tick * size, left + size, foot - tick * size, "grid" if tick else "axis")
        draw.text(svg, left - 8, foot - tick * size + 4, percent(tick, 0), "tick end")
        draw.text(svg, left + tick * size, foot + 18, percent(tick, 0), "tick middle")
    draw.text(svg, 4, 16, "share of homes in service to standard", "unit")
    draw.text(svg, left + size, foot + 38, "share of households, worst-off areas first", "unit end")
    _line_of(svg, [at(0.0, 0.0), at(1.0, 1.0)], "#7d8b97", "Equality", dash="5 4")
    for curve in curves:
        _line_of(svg, [at(x, y) for x, y in zip(curve.x, curve.y, strict=True)], curve.colour, curve.label)
    return draw.finish(svg)


def _heights(stack: Sequence[Series], count: int) -> list[float]:
    return [sum(series.values[place] for series in stack) for place in range(count)]


def _labelled(place: int, count: int) -> bool:
    """Whether a bar gets a label: all of up to twenty, then every fifth."""
    return count <= 20 or place % 5 == 0 or place == count - 1


def _signed(value: float, ticks: Sequence[float]) -> str:
    text = tick_text(abs(value), ticks)
    return f"−{text}" if value < 0 else text


def _line_of(svg: ET.Element, points: Sequence[tuple[float, float]], colour: str, label: str, dash: str = "") -> None:
    look = {"fill": "none", "stroke": colour, "stroke-width": "2.5", "stroke-linejoin": "round"}
    if dash:
        look |= {"stroke-dasharray": dash, "stroke-width": "1.5"}
    path = ET.SubElement(svg, "polyline", {"points": " ".join(f"{x:.1f},{y:.1f}" for x, y in points), **look})
    ET.SubElement(path, "title").text = label

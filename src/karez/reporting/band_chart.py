"""Bands against money: what was reached, and above it what nothing can exceed, as inline SVG."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from markupsafe import Markup

from karez.reporting import svg as draw
from karez.reporting.charts import nice_ticks, tick_text
from karez.reporting.figures import number

_WIDTH, _HEIGHT = 900.0, 430.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 58.0, 24.0, 30.0, 46.0


@dataclass(frozen=True)
class Band:
    """A curve with what bounds it from above.

    Parameters
    ----------
    label, colour : str
        Name and colour.
    x, low, high : Sequence[float]
        Where, what was reached and what bounds it, each as long as the other; x ascends.
    """

    label: str
    colour: str
    x: Sequence[float]
    low: Sequence[float]
    high: Sequence[float]


@dataclass(frozen=True)
class Spot:
    """A point on the chart with a label, drawn as a disc."""

    label: str
    colour: str
    x: float
    y: float


def bands(
    title: str,
    curves: Sequence[Band],
    *,
    x_unit: str,
    y_unit: str,
    spots: Sequence[Spot] = (),
    line: tuple[float, str] | None = None,
) -> Markup:
    """Curves with their bands.

    Parameters
    ----------
    title : str
        Said to those who cannot see the chart.
    curves : Sequence[Band]
        Curves in units of the axes.
    x_unit, y_unit : str
        Written along the axes.
    spots : Sequence[Spot]
        Single points.
    line : tuple[float, str] | None
        An upright line and what it is.
    """
    svg = draw.canvas(title, _WIDTH, _HEIGHT)
    right = max([*(max(curve.x, default=0.0) for curve in curves), line[0] if line else 0.0, *(s.x for s in spots)])
    top = max([*(max(curve.high, default=0.0) for curve in curves), *(spot.y for spot in spots)])
    x_ticks, y_ticks = nice_ticks(right), nice_ticks(top)
    along, up = (_WIDTH - _LEFT - _RIGHT) / max(right, 1e-12), (_HEIGHT - _TOP - _BOTTOM) / y_ticks[-1]
    foot = _HEIGHT - _BOTTOM

    def at(x: float, y: float) -> tuple[float, float]:
        return _LEFT + x * along, foot - y * up

    for tick in y_ticks:
        draw.line(svg, _LEFT, foot - tick * up, _WIDTH - _RIGHT, foot - tick * up, "grid" if tick else "axis")
        draw.text(svg, _LEFT - 8, foot - tick * up + 4, tick_text(tick, y_ticks), "tick end")
    for tick in x_ticks:
        if tick <= right:
            draw.text(svg, _LEFT + tick * along, foot + 18, tick_text(tick, x_ticks), "tick middle")
    draw.text(svg, 4, 16, y_unit, "unit")
    draw.text(svg, _WIDTH - _RIGHT, _HEIGHT - 8, x_unit, "unit end")
    for curve in curves:
        _curve(svg, curve, at)
    if line is not None:
        x, _ = at(line[0], 0.0)
        draw.line(svg, x, _TOP - 6, x, foot, "mark")
        draw.text(svg, x - 6, _TOP + 4, line[1], "unit end")
    for spot in spots:
        x, y = at(spot.x, spot.y)
        look = {"cx": f"{x:.1f}", "cy": f"{y:.1f}", "r": "6", "fill": spot.colour, "stroke": "#ffffff"}
        disc = ET.SubElement(svg, "circle", {**look, "stroke-width": "2"})
        ET.SubElement(disc, "title").text = f"{spot.label}: {number(spot.x, 2)} {x_unit}, {number(spot.y, 1)} {y_unit}"
    if spots:
        lowest = min(spots, key=lambda spot: spot.y)
        x, y = at(lowest.x, lowest.y)
        draw.text(svg, x + 10, y + 22, lowest.label, "value start")
    return draw.finish(svg)


def _curve(svg: ET.Element, curve: Band, at) -> None:  # type: ignore[no-untyped-def]
    """The band and the line of what was reached below it."""
    low = [at(x, y) for x, y in zip(curve.x, curve.low, strict=True)]
    high = [at(x, y) for x, y in zip(curve.x, curve.high, strict=True)]
    around = " ".join(f"{x:.1f},{y:.1f}" for x, y in [*low, *reversed(high)])
    band = ET.SubElement(svg, "polygon", {"points": around, "fill": curve.colour, "fill-opacity": "0.28"})
    ET.SubElement(band, "title").text = f"{curve.label}: between what was found and what nothing exceeds"
    look = {"fill": "none", "stroke": curve.colour, "stroke-width": "2", "stroke-linejoin": "round"}
    line = ET.SubElement(svg, "polyline", {"points": " ".join(f"{x:.1f},{y:.1f}" for x, y in low), **look})
    ET.SubElement(line, "title").text = curve.label

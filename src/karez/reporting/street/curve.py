"""Cost per home over homes, as a chart."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import numpy as np
import numpy.typing as npt
from markupsafe import Markup

from karez.reporting.charts import nice_ticks, tick_text
from karez.reporting.svg import canvas, finish, line, shorten, text

WIDTH, HEIGHT = 640.0, 300.0
LEFT, RIGHT, TOP, BOTTOM = 58.0, 16.0, 26.0, 34.0


def cost_curve(title: str, curve: npt.NDArray[np.float64], currency: str) -> Markup:
    """Draw the average up to each area, and that of the area itself as steps.

    Parameters
    ----------
    title : str
        Said to those who cannot see the chart.
    curve : float64[areas, 3]
        Dwellings so far, cost per dwelling so far, cost per dwelling of the area.
    currency : str
        Written at the axis.
    """
    svg = canvas(title, WIDTH, HEIGHT)
    if not len(curve):
        return finish(svg)
    across, up = nice_ticks(float(curve[-1, 0])), nice_ticks(float(curve[:, 1:].max()))
    foot = HEIGHT - BOTTOM

    def x(homes: float) -> float:
        return LEFT + homes / across[-1] * (WIDTH - LEFT - RIGHT)

    def y(cost: float) -> float:
        return foot - cost / up[-1] * (foot - TOP)

    for tick in up:
        line(svg, LEFT, y(tick), WIDTH - RIGHT, y(tick), "grid" if tick else "axis")
        text(svg, LEFT - 8, y(tick) + 4, tick_text(tick, up), "tick end")
    for tick in across:
        text(svg, x(tick), foot + 16, tick_text(tick, across), "tick middle")
    text(svg, 4, 14, f"{currency} per home", "unit")
    text(svg, WIDTH - RIGHT, HEIGHT - 4, "homes", "unit end")
    before = 0.0
    steps: list[tuple[float, float]] = []
    for homes, _, own in curve.tolist():
        steps += [(x(before), y(own)), (x(homes), y(own))]
        before = homes
    mean = [(x(homes), y(cost)) for homes, cost, _ in curve.tolist()]
    for points, colour, width in ((steps, "#d98a1b", "1.2"), (mean, "#1c5f99", "2.4")):
        path = " ".join(f"{shorten(a)},{shorten(b)}" for a, b in points)
        look = {"points": path, "fill": "none", "stroke": colour, "stroke-width": width, "stroke-linejoin": "round"}
        ET.SubElement(svg, "polyline", look)
    return finish(svg)

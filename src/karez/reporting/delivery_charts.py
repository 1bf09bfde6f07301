"""S-curves and the map of what stands, as inline SVG."""

from __future__ import annotations

import math
from collections.abc import Sequence
from xml.etree import ElementTree as ET

import numpy as np
import pandas as pd
import shapely
from markupsafe import Markup

from karez.reporting import svg as draw
from karez.reporting.charts import Series, nice_ticks, tick_text

WIDTH, HEIGHT = 960.0, 380.0
LEFT, RIGHT, TOP, BOTTOM = 62.0, 16.0, 30.0, 30.0
STATE_COLOURS = {
    "proposed": "#c3cbd1",
    "planned": "#c3cbd1",
    "underConstruction": "#d98a1b",
    "operational": "#1d6b4f",
}
STATE_LABELS = {
    "proposed": "Proposed",
    "planned": "Planned",
    "underConstruction": "Under construction",
    "operational": "In service",
}
STRAY = "#a3322b"
"""Colour of what was built away from the planned line."""


def s_curves(title: str, months: Sequence[str], curves: Sequence[Series], unit: str, today: str) -> Markup:
    """Cumulative curves over months, and a line at the present one; values in `unit`, NaN where there is none."""
    svg = draw.canvas(title, WIDTH, HEIGHT)
    values = [value for curve in curves for value in curve.values if not math.isnan(value)]
    ticks = nice_ticks(max(values, default=0.0))
    base, tall = HEIGHT - BOTTOM, HEIGHT - BOTTOM - TOP
    across = (WIDTH - LEFT - RIGHT) / max(len(months) - 1, 1)
    for tick in ticks:
        y = base - tall * tick / ticks[-1]
        draw.line(svg, LEFT, y, WIDTH - RIGHT, y, "grid" if tick else "axis")
        draw.text(svg, LEFT - 8, y + 4, tick_text(tick, ticks), "tick end")
    draw.text(svg, 4, 14, unit, "unit")
    for place, month in enumerate(months):
        if month.endswith("-01"):
            draw.text(svg, LEFT + across * place, base + 18, month[:4], "label middle")
            draw.line(svg, LEFT + across * place, base, LEFT + across * place, base + 4, "axis")
    if today in months:
        x = LEFT + across * months.index(today)
        draw.line(svg, x, TOP - 6, x, base, "mark")
        draw.text(svg, x, TOP - 10, today, "unit middle")
    for curve in curves:
        points = [
            f"{LEFT + across * place:.1f},{base - tall * value / ticks[-1]:.1f}"
            for place, value in enumerate(curve.values)
            if not math.isnan(value)
        ]
        look = {"fill": "none", "stroke": curve.colour, "stroke-width": "2.4", "points": " ".join(points)}
        drawn = ET.SubElement(svg, "polyline", look)
        ET.SubElement(drawn, "title").text = curve.label
    return draw.finish(svg)


def state_map(title: str, elements: pd.DataFrame, lines: pd.DataFrame) -> Markup:
    """What stands, what is being built and what is to come; lines as built above them, red where they deviate."""
    shapes = shapely.from_wkb(elements["geometry"].to_numpy(dtype=object))
    west, south, east, north = shapely.total_bounds(shapes) if len(shapes) else (0.0, 0.0, 1.0, 1.0)
    squeeze = math.cos(math.radians((south + north) / 2))
    scale = min(WIDTH - 20, 620.0 / max((north - south) / max((east - west) * squeeze, 1e-9), 1e-9))
    scale /= max((east - west) * squeeze, 1e-9)
    svg = draw.canvas(title, WIDTH, (north - south) * scale + 20)

    def at(points: np.ndarray) -> str:
        x, y = (points[:, 0] - west) * squeeze * scale + 10, (north - points[:, 1]) * scale + 10
        return " ".join(f"{one:.1f},{other:.1f}" for one, other in zip(x, y, strict=True))

    order = elements["status"].map(list(STATE_COLOURS).index).to_numpy()
    kind = elements["kind"].to_numpy()
    for row in np.argsort(order, kind="stable"):
        colour = STATE_COLOURS[elements["status"].iloc[row]]
        points = shapely.get_coordinates(shapes[row])
        if kind[row] == "span":
            look = {"fill": "none", "stroke": colour, "stroke-width": "1.6", "points": at(points)}
            ET.SubElement(svg, "polyline", look)
        elif kind[row] == "site":
            x, y = at(points[:1]).split(",")
            ET.SubElement(svg, "circle", {"cx": x, "cy": y, "r": "1.8", "fill": colour})
    for line, far in zip(lines["geometry"], lines["deviation_greatest_m"], strict=True):
        look = {"fill": "none", "stroke": STRAY, "stroke-width": "1.2", "stroke-dasharray": "3 2"}
        drawn = ET.SubElement(svg, "polyline", look | {"points": at(shapely.get_coordinates(shapely.from_wkb(line)))})
        ET.SubElement(drawn, "title").text = f"as built, up to {far:,.0f} m from the plan"
    return draw.finish(svg)

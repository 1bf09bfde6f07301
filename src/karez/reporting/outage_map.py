"""A network drawn as a map in SVG: outlines, lines, dots; for the report and for what-ifs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree as ET

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
from markupsafe import Markup

_WIDTH, _HEIGHT_AT_MOST = 1000.0, 820.0
_STEPS_ACROSS = 2500
Shapes = npt.NDArray[np.object_]


@dataclass(frozen=True)
class Lines:
    """Lines drawn alike, or outlines filled alike.

    Parameters
    ----------
    shapes : object[k]
        Lines or polygons in degrees.
    colour : str
        Of the line.
    width : float
        Of the line.
    fill : str
        Of polygons; empty: not filled.
    tips : Sequence[str]
        Said when one is pointed at; empty: nothing is.
    """

    shapes: Shapes
    colour: str
    width: float = 1.2
    fill: str = "none"
    tips: Sequence[str] = ()


@dataclass(frozen=True)
class Dots:
    """Dots drawn alike: their places, radii, and what they say."""

    points: Shapes
    colour: str
    radius: Sequence[float]
    tips: Sequence[str] = ()


def network_map(
    title: str, areas: gpd.GeoDataFrame, layers: Sequence[Lines | Dots], names: Sequence[tuple[Any, str]] = ()
) -> Markup:
    """Draw layers over the outlines of the areas, in order, and names beside points.

    The title is said to those who cannot see it. A name that would lie over one before it is left out.
    """
    drawn = [layer for layer in layers if len(layer.shapes if isinstance(layer, Lines) else layer.points)]
    boxes = np.array(
        [shapely.total_bounds(areas.geometry.to_numpy())]
        + [shapely.total_bounds(layer.shapes if isinstance(layer, Lines) else layer.points) for layer in drawn]
    )
    (west, south), (east, north) = boxes[:, :2].min(axis=0), boxes[:, 2:].max(axis=0)
    squeeze = math.cos(math.radians((south + north) / 2))
    across, up = max((east - west) * squeeze, 1e-6), max(north - south, 1e-6)
    scale = min((_WIDTH - 20) / across, (_HEIGHT_AT_MOST - 20) / up)
    box = f"0 0 {_WIDTH:.0f} {up * scale + 20:.0f}"
    svg = ET.Element("svg", {"class": "network-map", "viewBox": box, "role": "img", "aria-label": title})
    ET.SubElement(svg, "title").text = title
    shift = 10 + (_WIDTH - 20 - across * scale) / 2

    def at(points: npt.NDArray[np.float64]) -> str:
        x = (points[:, 0] - west) * squeeze * scale + shift
        y = (north - points[:, 1]) * scale + 10
        return " ".join(f"{a:.1f},{b:.1f}" for a, b in zip(x.tolist(), y.tolist(), strict=True))

    thin = max(east - west, north - south, 1e-6) / _STEPS_ACROSS
    _lines(svg, Lines(areas.geometry.to_numpy(), "#b9c4cc", 0.6, "#f4f1ea"), at, thin)
    for layer in drawn:
        if isinstance(layer, Lines):
            _lines(svg, layer, at, thin)
        else:
            _dots(svg, layer, at)
    _names(svg, names, at)
    return Markup(ET.tostring(svg, encoding="unicode"))  # ElementTree has escaped what it holds


def _names(svg: ET.Element, names: Sequence[tuple[Any, str]], at: Any) -> None:
    """Names to the right of their points, or to the left where the map ends."""
    look = {"font-size": "15", "fill": "#17222c", "stroke": "#fff", "stroke-width": "3", "paint-order": "stroke"}
    group = ET.SubElement(svg, "g", look)
    taken: list[tuple[float, float, float]] = []
    for point, name in names:
        x, y = (float(part) for part in at(shapely.get_coordinates(point)[:1]).split(","))
        wide = 7.8 * len(name) + 8
        left = x + 7 if x + wide < _WIDTH else x - wide
        if any(abs(y - row) < 16 and left < end and left + wide > begin for begin, end, row in taken):
            continue
        taken.append((left, left + wide, y))
        ET.SubElement(group, "text", {"x": f"{left:.1f}", "y": f"{y + 5:.1f}"}).text = name


def _lines(svg: ET.Element, layer: Lines, at: Any, thin: float) -> None:
    look = {"fill": layer.fill, "stroke": layer.colour, "stroke-width": f"{layer.width:g}", "stroke-linejoin": "round"}
    group = ET.SubElement(svg, "g", look)
    for place, shape in enumerate(shapely.simplify(layer.shapes, thin)):
        parts = shapely.get_parts(shape)
        rings = [ring for part in parts for ring in _rings(part)]
        path = " ".join("M" + at(shapely.get_coordinates(ring)) for ring in rings)
        drawn = ET.SubElement(group, "path", {"d": path, "fill-rule": "evenodd"})
        if layer.tips:
            ET.SubElement(drawn, "title").text = layer.tips[place]


def _rings(part: Any) -> list[Any]:
    if part.geom_type == "Polygon":
        return [part.exterior, *part.interiors]
    return [part]


def _dots(svg: ET.Element, layer: Dots, at: Any) -> None:
    group = ET.SubElement(svg, "g", {"stroke": "#ffffff", "stroke-width": "0.5", "fill": layer.colour})
    for place, (point, radius) in enumerate(zip(layer.points, layer.radius, strict=True)):
        x, y = at(shapely.get_coordinates(point)).split(",")
        drawn = ET.SubElement(group, "circle", {"cx": x, "cy": y, "r": f"{radius:.1f}"})
        if layer.tips:
            ET.SubElement(drawn, "title").text = layer.tips[place]

"""The map at the end of the programme as a drawing: for print, and where a browser cannot draw the live one."""

from __future__ import annotations

import math
from typing import Any
from xml.etree import ElementTree as ET

from markupsafe import Markup

_WIDTH = 1000.0
_HEIGHT_AT_MOST = 900.0


def static_map(data: dict[str, Any], title: str) -> Markup:
    """Draw areas, built spans by year, and places by the technology of their weightiest demand in service.

    Parameters
    ----------
    data : dict
        What :func:`karez.reporting.map_data.map_data` returned.
    title : str
        Said to those who cannot see the drawing.
    """
    west, south, east, north = data["bounds"]
    squeeze = math.cos(math.radians((south + north) / 2))
    across, up = max((east - west) * squeeze, 1e-6), max(north - south, 1e-6)
    scale = min((_WIDTH - 20) / across, (_HEIGHT_AT_MOST - 20) / up)
    height = up * scale + 20

    def at(point: list[float]) -> str:
        return f"{(point[0] - west) * squeeze * scale + 10:.1f},{(north - point[1]) * scale + 10:.1f}"

    attributes = {
        "class": "static-map",
        "viewBox": f"0 0 {_WIDTH:.0f} {height:.0f}",
        "role": "img",
        "aria-label": title,
    }
    svg = ET.Element("svg", attributes)
    ET.SubElement(svg, "title").text = title
    _areas(svg, data, at)
    _spans(svg, data, at)
    _places(svg, data, at)
    return Markup(ET.tostring(svg, encoding="unicode"))  # ElementTree has escaped what it holds


def _areas(svg: ET.Element, data: dict[str, Any], at: Any) -> None:
    group = ET.SubElement(svg, "g", {"stroke": "#b9c4cc", "stroke-width": "0.6", "fill": "#f4f1ea"})
    for outline in data["areas"]["outline"]:
        rings = [ring for part in outline for ring in part]
        path = " ".join("M" + " ".join(at(point) for point in ring) + "Z" for ring in rings)
        ET.SubElement(group, "path", {"d": path, "fill-rule": "evenodd"})


def _spans(svg: ET.Element, data: dict[str, Any], at: Any) -> None:
    colours = dict(zip(data["years"], data["yearColours"], strict=True))
    group = ET.SubElement(svg, "g", {"fill": "none", "stroke-width": "1.4", "stroke-linejoin": "round"})
    spans = data["spans"]
    for line, year, method in zip(spans["line"], spans["year"], spans["method"], strict=True):
        look = {"stroke": colours.get(year, "#c3cbd1")}
        dash = data["methods"][method]["dash"]
        if dash:
            look["stroke-dasharray"] = " ".join(f"{part * 1.4:g}" for part in dash)
        if year == 0:
            look["stroke-width"] = "0.7"
        ET.SubElement(group, "polyline", {"points": " ".join(at(point) for point in line), **look})


def _places(svg: ET.Element, data: dict[str, Any], at: Any) -> None:
    sites, places = data["sites"], data["places"]
    order = sorted(range(len(sites["place"])), key=lambda row: (sites["year"][row] > 0, sites["weight"][row], -row))
    spokesman = {sites["place"][row]: row for row in order}
    most = max([*places["households"], 1.0])
    group = ET.SubElement(svg, "g", {"stroke": "#ffffff", "stroke-width": "0.5"})
    for place, row in sorted(spokesman.items(), key=lambda pair: (-places["households"][pair[0]], pair[0])):
        x, y = at([places["lon"][place], places["lat"][place]]).split(",")
        radius = 2.2 + 9 * math.sqrt(places["households"][place] / most)
        colour = data["technologies"][sites["technology"][row]]["colour"]
        circle = ET.SubElement(group, "circle", {"cx": x, "cy": y, "r": f"{radius:.1f}", "fill": colour})
        ET.SubElement(circle, "title").text = data["texts"][places["name"][place]]
    _names(svg, data, at, most)


def _names(svg: ET.Element, data: dict[str, Any], at: Any, most: float) -> None:
    """Names of the largest places, each left out where it would run into one written before."""
    places, taken = data["places"], list[tuple[float, float, float, float]]()
    group = ET.SubElement(svg, "g", {"class": "place-name"})
    named = [place for place, flag in enumerate(places["named"]) if flag]
    for place in sorted(named, key=lambda place: (-places["households"][place], place)):
        text = data["texts"][places["name"][place]]
        x, y = (float(part) for part in at([places["lon"][place], places["lat"][place]]).split(","))
        x += 6 + 9 * math.sqrt(places["households"][place] / most)
        box = (x, y - 7, x + 6.6 * len(text), y + 7)
        if any(box[0] < b[2] and b[0] < box[2] and box[1] < b[3] and b[1] < box[3] for b in taken):
            continue
        taken.append(box)
        ET.SubElement(group, "text", {"x": f"{x:.1f}", "y": f"{y + 4:.1f}"}).text = text

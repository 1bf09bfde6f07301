"""The design as a drawing: for print, and where a browser cannot draw the live map."""

from __future__ import annotations

import math
from xml.etree import ElementTree as ET

import geopandas as gpd
import shapely
from markupsafe import Markup

from karez.reporting.street.palette import COLOURS, LOCK_COLOURS, LOCK_DASH

WIDTH = 1000.0
HEIGHT_AT_MOST = 900.0
RADII = {"premises": 0.9, "cabinets": 4.0, "offices": 7.0}


def draw_street(layers: dict[str, gpd.GeoDataFrame], locks: dict[str, gpd.GeoDataFrame]) -> Markup:
    """Draw trench, feeder, premises, cabinets and offices, and the spans and grounds that are fixed."""
    west, south, east, north = layers["trench"].total_bounds
    squeeze = math.cos(math.radians((south + north) / 2))
    across, up = max((east - west) * squeeze, 1e-9), max(north - south, 1e-9)
    scale = min((WIDTH - 20) / across, (HEIGHT_AT_MOST - 20) / up)
    box = {
        "class": "static-map",
        "viewBox": f"0 0 {WIDTH:.0f} {up * scale + 20:.0f}",
        "role": "img",
        "aria-label": "Map of the design",
    }
    svg = ET.Element("svg", box)
    ET.SubElement(svg, "title").text = "Map of the design"
    shift = (WIDTH - across * scale) / 2
    for name, width in (("trench", 1.0), ("feeder", 2.2)):
        group = ET.SubElement(svg, "g", {"fill": "none", "stroke": COLOURS[name], "stroke-width": f"{width:g}"})
        parts = []
        for shape in layers[name].geometry.to_numpy():
            points = shapely.get_coordinates(shape)
            line = " ".join(
                f"{(lon - west) * squeeze * scale + shift:.1f},{(north - lat) * scale + 10:.1f}" for lon, lat in points
            )
            parts.append(f"M{line}")
        ET.SubElement(group, "path", {"d": " ".join(parts)})
    for name, closing in (("locked_spans", ""), ("locked_ground", "Z")):
        if name in locks:
            for role, shape in zip(locks[name]["role"], locks[name].geometry, strict=True):
                line = " ".join(
                    f"{(lon - west) * squeeze * scale + shift:.1f},{(north - lat) * scale + 10:.1f}"
                    for lon, lat in shapely.get_coordinates(shape)
                )
                dash = " ".join(f"{2 * part:g}" for part in LOCK_DASH)
                look = {"fill": "none", "stroke": LOCK_COLOURS[role], "stroke-width": "2", "stroke-dasharray": dash}
                ET.SubElement(svg, "path", {"d": f"M{line}{closing}", **look})
    for name, radius in RADII.items():
        group = ET.SubElement(svg, "g", {"fill": COLOURS[name], "stroke": "#ffffff", "stroke-width": "0.4"})
        for lon, lat in shapely.get_coordinates(layers[name].geometry.to_numpy()):
            spot = {"cx": f"{(lon - west) * squeeze * scale + shift:.1f}", "cy": f"{(north - lat) * scale + 10:.1f}"}
            ET.SubElement(group, "circle", {**spot, "r": f"{radius:g}"})
    return Markup(ET.tostring(svg, encoding="unicode"))  # ElementTree has escaped what it holds

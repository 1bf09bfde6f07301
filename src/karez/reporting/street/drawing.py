"""The design as a drawing: for print, and where a browser cannot draw the live map."""

from __future__ import annotations

import math
from typing import Any
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

    def at(lon: float, lat: float) -> tuple[str, str]:
        return f"{(lon - west) * squeeze * scale + shift:.1f}", f"{(north - lat) * scale + 10:.1f}"

    def line(shape: Any) -> str:
        return "M" + " ".join(",".join(at(lon, lat)) for lon, lat in shapely.get_coordinates(shape))

    for name, width in (("trench", 1.0), ("feeder", 2.2)):
        group = ET.SubElement(svg, "g", {"fill": "none", "stroke": COLOURS[name], "stroke-width": f"{width:g}"})
        ET.SubElement(group, "path", {"d": " ".join(map(line, layers[name].geometry))})
    dash = " ".join(f"{2 * part:g}" for part in LOCK_DASH)
    for name in ("locked_spans", "locked_ground"):
        if name in locks:
            for role, shape in zip(locks[name]["role"], locks[name].geometry, strict=True):
                rings = [f"{line(ring)}Z" for ring in shapely.get_rings(shape)]
                look = {"fill": "none", "stroke": LOCK_COLOURS[role], "stroke-width": "2", "stroke-dasharray": dash}
                ET.SubElement(svg, "path", {"d": " ".join(rings) or line(shape), **look})
    for name, radius in RADII.items():
        group = ET.SubElement(svg, "g", {"fill": COLOURS[name], "stroke": "#ffffff", "stroke-width": "0.4"})
        for lon, lat in shapely.get_coordinates(layers[name].geometry.to_numpy()):
            x, y = at(lon, lat)
            ET.SubElement(group, "circle", {"cx": x, "cy": y, "r": f"{radius:g}"})
    return Markup(ET.tostring(svg, encoding="unicode"))  # ElementTree has escaped what it holds

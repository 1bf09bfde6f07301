"""The first sheet of a schematic where there are several offices: one row each, with the way to its own sheet."""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree import ElementTree as ET

from karez.reporting.figures import number
from karez.reporting.street.palette import COLOURS
from karez.reporting.street.schematic import FREE, PALE, SOFT, WIDTH, office_symbol, sheet, words
from karez.reporting.street.scheme import OfficeScheme
from karez.reporting.svg import shorten

HEAD, ROW, FOOT = 80.0, 54.0, 30.0
CABINETS, HOMES, LIGHT, LIGHT_END, LINK = 460.0, 600.0, 760.0, 900.0, 950.0


def draw_offices(offices: Sequence[OfficeScheme], title: str, attribution: str, sheets: Sequence[str]) -> ET.Element:
    """Draw the list of offices; `sheets` says where each one's drawing lies, seen from this one."""
    height = HEAD + ROW * len(offices) + FOOT
    svg = sheet(f"Central offices of {title}", height)
    words(svg, 20, 28, title, font_size="18", font_weight="600", fill="#123f63")
    look = {"fill": SOFT, "font_weight": "600"}
    for x, head in ((96.0, "Central office"), (CABINETS, "Cabinets"), (HOMES, "Dwellings")):
        words(svg, x, HEAD - 14, head, **look)
    budget = max(one.budget_db for one in offices)
    words(svg, LIGHT, HEAD - 14, f"Loss, of {number(budget, 1)} dB", **look)
    words(svg, LINK, HEAD - 14, "Sheet", **look)
    for place, (one, target) in enumerate(zip(offices, sheets, strict=True)):
        _row(svg, one, target, HEAD + ROW * place)
    words(svg, 20, height - 12, attribution, font_size="9", fill=SOFT)
    return svg


def _row(svg: ET.Element, one: OfficeScheme, target: str, y: float) -> None:
    line = {"x1": "20", "x2": shorten(WIDTH - 20), "y1": shorten(y), "y2": shorten(y), "stroke": FREE}
    ET.SubElement(svg, "line", line)
    office_symbol(svg, 20, y + 10)
    words(svg, 96, y + 22, f"Central office {one.number}, {number(one.ports)} PON ports", font_weight="600")
    words(svg, 96, y + 38, one.id, fill=SOFT, font_size="10")
    words(svg, CABINETS, y + 30, number(len(one.cabinets)))
    words(svg, HOMES, y + 30, number(one.dwellings))
    low, high = one.loss_db
    scale = (LIGHT_END - LIGHT) / max(one.budget_db, high, 1e-9)
    words(svg, LIGHT, y + 22, f"{number(low, 1)} – {number(high, 1)} dB", font_size="10")
    bar = {"x": shorten(LIGHT), "y": shorten(y + 28), "height": "8", "rx": "2"}
    ET.SubElement(svg, "rect", {**bar, "width": shorten(LIGHT_END - LIGHT), "fill": PALE, "stroke": FREE})
    ET.SubElement(svg, "rect", {**bar, "width": shorten(high * scale), "fill": COLOURS["drops"]})
    link = ET.SubElement(svg, "a", {"href": target})
    words(link, LINK, y + 30, target, fill="#1c5f99", text_decoration="underline")

"""The network of an office as a straight-line diagram: office → cabinet → splitter → ports.

One row a cabinet; the feeder is a tree of straight lines at the left, its side branches set in. Symbols follow the
trade: a triangle is a splitter, its outputs lie behind it; a dot on a feeder is a joint where cables part.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from xml.etree import ElementTree as ET

from karez.reporting.figures import number
from karez.reporting.street.palette import COLOURS
from karez.reporting.street.scheme import Branch, CabinetStep, Cable, OfficeScheme
from karez.reporting.svg import shorten

WIDTH = 1240.0
HEAD, FOOT = 136.0, 58.0
ROW, BRANCH = 60.0, 22.0
"""Height of the row of a cabinet, and of a branch, in the drawing's points."""
LEFT, INDENT = 40.0, 24.0
BOX, BOX_END = 330.0, 812.0
BAR, BAR_END = 344.0, 700.0
OUT, HOME, LIGHT, LIGHT_END = 850.0, 972.0, 1090.0, 1216.0
LEAST_CELL = 17.0
"""Splitters narrower than this share the triangle before the bar."""
INK, SOFT, PALE, FREE = "#22303c", "#5b6b7b", "#eef2f5", "#d5e3ea"
FONT = "system-ui, -apple-system, 'Segoe UI', 'Noto Sans', sans-serif"


def draw_office(scheme: OfficeScheme, title: str, attribution: str) -> ET.Element:
    """Draw all that hangs on one office.

    Parameters
    ----------
    scheme : OfficeScheme
        What is drawn.
    title : str
        Heading, such as the name of the area.
    attribution : str
        Whose data it rests on.

    Returns
    -------
    Element
        An SVG that stands for itself: no style from outside.
    """
    body = sum(BRANCH if isinstance(step, Branch) else ROW for step in scheme.steps)
    height = HEAD + body + FOOT
    svg = sheet(f"Schematic of the central office {scheme.id}", height)
    _office(svg, scheme, title)
    _heads(svg, scheme)
    largest = max((one.ports for one in scheme.cabinets), default=1)
    lines = ET.SubElement(svg, "g", {"fill": "none", "stroke": COLOURS["feeder"], "stroke-linecap": "round"})
    reached = {0: HEAD - 44.0}
    y, row = HEAD, 0
    for step in scheme.steps:
        if isinstance(step, Branch):
            y += BRANCH
            _branch(svg, lines, step, reached, y - 6.0)
        else:
            row += 1
            _cabinet(svg, lines, step, reached, y + ROW / 2, row, largest, scheme)
            y += ROW
    _key(svg, height, scheme, attribution)
    return svg


def sheet(title: str, height: float) -> ET.Element:
    """An empty white sheet with its own look."""
    box = {
        "xmlns": "http://www.w3.org/2000/svg",
        "viewBox": f"0 0 {shorten(WIDTH)} {shorten(height)}",
        "width": shorten(WIDTH),
        "height": shorten(height),
        "role": "img",
        "aria-label": title,
        "font-family": FONT,
        "font-size": "11",
        "fill": INK,
    }
    svg = ET.Element("svg", box)
    ET.SubElement(svg, "title").text = title
    ET.SubElement(svg, "rect", {"width": "100%", "height": "100%", "fill": "#ffffff"})
    return svg


def words(svg: ET.Element, x: float, y: float, text: str, **look: str) -> None:
    """Write; ``text_anchor`` and its like are attributes of the text."""
    named = {key.replace("_", "-"): value for key, value in look.items()}
    ET.SubElement(svg, "text", {"x": shorten(x), "y": shorten(y), **named}).text = text


def office_symbol(svg: ET.Element, x: float, y: float) -> None:
    """A line terminal: a box of the office's colour, OLT in it."""
    box = {"x": shorten(x), "y": shorten(y), "width": "64", "height": "34", "rx": "3", "fill": COLOURS["offices"]}
    ET.SubElement(svg, "rect", box)
    words(svg, x + 32, y + 22, "OLT", fill="#ffffff", font_size="14", font_weight="700", text_anchor="middle")


def _office(svg: ET.Element, scheme: OfficeScheme, title: str) -> None:
    words(svg, 20, 28, title, font_size="18", font_weight="600", fill="#123f63")
    office_symbol(svg, 20, 58)
    words(svg, 96, 72, f"Central office {scheme.number}", font_size="13", font_weight="600")
    words(svg, 96, 88, scheme.id, fill=SOFT, font_size="10")
    sums = (
        f"{scheme.technology} · {number(scheme.ports)} PON ports in use · {number(len(scheme.cabinets))} cabinets · "
        f"{number(scheme.dwellings)} dwellings"
    )
    words(svg, 96, 104, sums)


def _heads(svg: ET.Element, scheme: OfficeScheme) -> None:
    look = {"fill": SOFT, "font_weight": "600"}
    words(svg, BOX - 8, HEAD - 8, "Feeder", text_anchor="end", **look)
    words(svg, BAR, HEAD - 8, "Cabinet: splitters and their outputs", **look)
    words(svg, OUT - 16, HEAD - 8, "Distribution", **look)
    words(svg, HOME - 8, HEAD - 8, "Drops", **look)
    words(svg, LIGHT, HEAD - 8, f"Loss, of {number(scheme.budget_db, 1)} dB", **look)
    line = {"x1": "20", "x2": shorten(WIDTH - 20), "y1": shorten(HEAD), "y2": shorten(HEAD), "stroke": FREE}
    ET.SubElement(svg, "line", line)


def _at(level: int) -> float:
    """Where the feeder of a level runs."""
    return LEFT + INDENT * level


def _thickness(cable: Cable | None) -> float:
    """Width of a feeder's line by the fibres in its cables."""
    return 1.2 if cable is None else 1.0 + 0.35 * math.log2(max(cable.size * cable.count / 6, 1.0))


def _down(
    svg: ET.Element, lines: ET.Element, cable: Cable | None, reached: dict[int, float], y: float, x: float
) -> None:
    """Draw a feeder from where it has come to, and write what it holds."""
    level = round((x - LEFT) / INDENT)
    path = {"d": f"M{shorten(x)} {shorten(reached[level])}V{shorten(y)}", "stroke-width": shorten(_thickness(cable))}
    ET.SubElement(lines, "path", path)
    reached[level] = y
    if cable is not None:
        words(svg, x + 5, y - 6, _cable_words(cable), font_size="10", fill=COLOURS["feeder"])


def _cable_words(cable: Cable) -> str:
    """Fibres in use of those that there are.

    >>> _cable_words(Cable(44, 48, 1)), _cable_words(Cable(300, 288, 2))
    ('44/48 f', '300/2×288 f')
    """
    several = f"{cable.count}×" if cable.count > 1 else ""
    return f"{cable.fibres}/{several}{cable.size} f"


def _branch(svg: ET.Element, lines: ET.Element, step: Branch, reached: dict[int, float], y: float) -> None:
    x, out = _at(step.level), _at(step.level + 1)
    _down(svg, lines, step.through, reached, y, x)
    ET.SubElement(lines, "path", {"d": f"M{shorten(x)} {shorten(y)}H{shorten(out)}", "stroke-width": "1.2"})
    ET.SubElement(svg, "circle", {"cx": shorten(x), "cy": shorten(y), "r": "3", "fill": COLOURS["feeder"]})
    reached[step.level + 1] = y


def _cabinet(
    svg: ET.Element,
    lines: ET.Element,
    one: CabinetStep,
    reached: dict[int, float],
    y: float,
    row: int,
    largest: int,
    scheme: OfficeScheme,
) -> None:
    x = _at(one.level)
    _down(svg, lines, one.cable, reached, y, x)
    ET.SubElement(lines, "path", {"d": f"M{shorten(x)} {shorten(y)}H{shorten(BOX)}", "stroke-width": "1.2"})
    last = one.first_port + one.splitters - 1
    fibres = f"{one.splitters} f, {number(one.feeder_m)} m"
    ports = f"port {one.first_port}" if last == one.first_port else f"ports {one.first_port}–{last}"
    words(svg, BOX - 8, y - 5, fibres, font_size="10", text_anchor="end")
    words(svg, BOX - 8, y + 12, ports, font_size="10", fill=SOFT, text_anchor="end")
    frame = {
        "x": shorten(BOX),
        "y": shorten(y - 24),
        "width": shorten(BOX_END - BOX),
        "height": "48",
        "rx": "4",
        "fill": "#fdf6ea",
        "stroke": COLOURS["cabinets"],
    }
    ET.SubElement(svg, "rect", frame)
    _splitters(svg, one, y, row, largest)
    _homes(svg, one, y, scheme)


def _splitters(svg: ET.Element, one: CabinetStep, y: float, row: int, largest: int) -> None:
    """Name of a cabinet, and its splitters as a bar: outputs in use dark, free ones light, empty room white."""
    name = f"Cabinet {row}{', given' if one.given else ''}"
    words(svg, BAR, y - 10, name, font_weight="600")
    words(svg, BAR_END, y - 10, one.id, font_size="9", fill=SOFT, text_anchor="end")
    whole = max(largest, one.splitters * one.outputs)
    scale = (BAR_END - BAR) / whole
    room = {"x": shorten(BAR), "y": shorten(y - 3), "width": shorten(one.ports * scale), "height": "18"}
    ET.SubElement(svg, "rect", {**room, "fill": "#ffffff", "stroke": "#c9b48f", "stroke-dasharray": "2 2"})
    cell = one.outputs * scale
    for place in range(one.splitters):
        left = BAR + place * cell
        used = min(max(one.units - place * one.outputs, 0), one.outputs)
        _splitter(svg, left, y - 3, cell, used / one.outputs, f"{used} of {one.outputs} outputs in use")
    outputs = one.splitters * one.outputs
    words(svg, BAR_END + 10, y - 10, f"{one.splitters} × 1:{one.outputs}", font_weight="600")
    words(svg, BAR_END + 10, y + 5, f"{number(one.units)} in use", font_size="10")
    words(svg, BAR_END + 10, y + 17, f"{number(outputs - one.units)} free", font_size="10", fill=SOFT)


def _splitter(svg: ET.Element, x: float, y: float, width: float, used: float, tip: str) -> None:
    """A splitter and its outputs; where it is too narrow for the triangle, the outputs alone."""
    group = ET.SubElement(svg, "g")
    ET.SubElement(group, "title").text = tip
    start = x
    if width >= LEAST_CELL:
        start = x + 10
        points = (
            f"{shorten(x + 1)},{shorten(y + 9)} {shorten(x + 9)},{shorten(y + 1)} {shorten(x + 9)},{shorten(y + 17)}"
        )
        ET.SubElement(group, "polygon", {"points": points, "fill": INK})
    length = max(x + width - start - 1, 0.5)
    box = {"x": shorten(start), "y": shorten(y + 1), "height": "16"}
    ET.SubElement(group, "rect", {**box, "width": f"{length:.2f}", "fill": FREE})
    ET.SubElement(group, "rect", {**box, "width": f"{length * used:.2f}", "fill": COLOURS["distribution"]})


def _homes(svg: ET.Element, one: CabinetStep, y: float, scheme: OfficeScheme) -> None:
    """Distribution to the closures, drops to the homes, and the light that is lost on the way."""
    for start, end, layer in ((BOX_END, OUT - 16, "distribution"), (OUT + 8, HOME - 16, "drops")):
        line = {"x1": shorten(start), "x2": shorten(end), "y1": shorten(y), "y2": shorten(y)}
        ET.SubElement(svg, "line", {**line, "stroke": COLOURS[layer], "stroke-width": "1.6"})
    closure = {"x": shorten(OUT - 16), "y": shorten(y - 7), "width": "24", "height": "14", "rx": "7"}
    ET.SubElement(svg, "rect", {**closure, "fill": "#ffffff", "stroke": COLOURS["closures"], "stroke-width": "1.6"})
    second = f" 1:{scheme.second}" if scheme.second else ""
    words(svg, OUT - 4, y + 20, f"{number(one.closures)} closures{second}", font_size="10", text_anchor="middle")
    left, top = HOME - 16, y - 10
    house = (
        f"M{shorten(left)} {shorten(y - 2)}L{shorten(left + 10)} {shorten(top)}L{shorten(left + 20)} {shorten(y - 2)}V"
        f"{shorten(y + 8)}H{shorten(left)}Z"
    )
    ET.SubElement(svg, "path", {"d": house, "fill": COLOURS["premises"]})
    words(svg, left + 26, y - 1, f"{number(one.dwellings)} dwellings", font_size="10")
    if not one.premises:
        words(svg, left + 26, y + 12, "part of the building it stands in", font_size="10", fill=SOFT)
        return
    words(svg, left + 26, y + 12, f"{number(one.premises)} premises", font_size="10", fill=SOFT)
    low, high = one.loss_db
    length = LIGHT_END - LIGHT
    scale = length / max(scheme.budget_db, high, 1e-9)
    words(svg, LIGHT, y - 6, f"{number(low, 1)} – {number(high, 1)} dB", font_size="10")
    bar = {"x": shorten(LIGHT), "y": shorten(y), "height": "8", "rx": "2"}
    ET.SubElement(svg, "rect", {**bar, "width": shorten(length), "fill": PALE, "stroke": FREE})
    ET.SubElement(svg, "rect", {**bar, "width": shorten(high * scale), "fill": COLOURS["drops"]})


def _key(svg: ET.Element, height: float, scheme: OfficeScheme, attribution: str) -> None:
    """How to read it, and whose data it is."""
    y = height - FOOT + 26
    ET.SubElement(svg, "polygon", {"points": f"20,{y - 4} 30,{y - 12} 30,{y + 4}", "fill": INK})
    parts: Sequence[tuple[float, str, str]] = (
        (150, COLOURS["distribution"], "output in use"),
        (250, FREE, "free output"),
    )
    words(svg, 36, y, "splitter of the cabinet")
    for x, colour, label in parts:
        ET.SubElement(
            svg, "rect", {"x": shorten(x + 20), "y": shorten(y - 9), "width": "12", "height": "10", "fill": colour}
        )
        words(svg, x + 38, y, label)
    frame = {"x": "370", "y": shorten(y - 9), "width": "12", "height": "10", "fill": "#ffffff", "stroke": "#c9b48f"}
    ET.SubElement(svg, "rect", {**frame, "stroke-dasharray": "2 2"})
    words(svg, 388, y, "room for more splitters")
    ET.SubElement(svg, "circle", {"cx": "532", "cy": shorten(y - 4), "r": "3", "fill": COLOURS["feeder"]})
    words(svg, 540, y, "joint where feeders part")
    words(svg, 700, y, "44/48 f: 44 fibres in use of a cable of 48")
    words(svg, 20, y + 20, attribution, font_size="9", fill=SOFT)

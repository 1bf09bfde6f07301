"""What charts are drawn with: lines, bars and words as SVG elements."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from markupsafe import Markup


def canvas(title: str, width: float, height: float) -> ET.Element:
    """An empty drawing; the title is said to those who cannot see it."""
    box = f"0 0 {shorten(width)} {shorten(height)}"
    svg = ET.Element("svg", {"class": "chart", "viewBox": box, "role": "img", "aria-label": title})
    ET.SubElement(svg, "title").text = title
    return svg


def line(svg: ET.Element, x1: float, y1: float, x2: float, y2: float, kind: str) -> None:
    """Draw a line; `kind` is its class."""
    ends = {"x1": x1, "y1": y1, "x2": x2, "y2": y2}
    ET.SubElement(svg, "line", {**{key: shorten(value) for key, value in ends.items()}, "class": kind})


def bar(svg: ET.Element, x: float, y: float, width: float, height: float, colour: str, tip: str) -> None:
    """Draw a rectangle that says `tip` when it is pointed at."""
    box = {"x": x, "y": y, "width": max(width, 0.0), "height": max(height, 0.0)}
    drawn = ET.SubElement(svg, "rect", {**{key: shorten(value) for key, value in box.items()}, "fill": colour})
    ET.SubElement(drawn, "title").text = tip


def text(svg: ET.Element, x: float, y: float, words: str, kind: str) -> None:
    """Write words; `kind` is their classes."""
    ET.SubElement(svg, "text", {"x": shorten(x), "y": shorten(y), "class": kind}).text = words


def shorten(value: float) -> str:
    """A coordinate with one decimal at most."""
    return f"{value:.1f}".rstrip("0").rstrip(".")


def finish(svg: ET.Element) -> Markup:
    """The drawing as text of a page."""
    return Markup(ET.tostring(svg, encoding="unicode"))  # ElementTree has escaped what it holds

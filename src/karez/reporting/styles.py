"""How QGIS 3 draws the layers of ``plan.gpkg``: QML documents in the report's colours."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from karez.model.attributes import PLAN_AREAS, PLAN_NODES, PLAN_SITES, PLAN_SPANS, Table
from karez.model.plan import Plan
from karez.reporting.palette import (
    METHOD_DASHES,
    METHOD_LABELS,
    NODE_COLOURS,
    TECHNOLOGY_COLOURS,
    TECHNOLOGY_LABELS,
    coverage_colour,
    year_colours,
)

_DOCTYPE = "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"
_GEOMETRY_TYPE = {"Point": "0", "LineString": "1", "Polygon": "2"}


@dataclass(frozen=True)
class LayerStyle:
    """A default style: the layer it is for, its name, its QML document and a description."""

    layer: str
    name: str
    qml: str
    description: str


def layer_styles(plan: Plan) -> tuple[LayerStyle, ...]:
    """Default styles of the four layers, in the order they are drawn over each other."""
    years = plan.programme.agreement.calendar_years
    methods = [method for method in METHOD_LABELS if (plan.spans["method"] == method).any()]
    return (
        _style(PLAN_AREAS, "Coverage", _areas(), "Areas by coverage of homes at the end", '"name"'),
        _style(PLAN_SPANS, "Year and method", _spans(years, methods), "Spans by year, dashed by method", '"id"'),
        _style(PLAN_NODES, "Kind", _nodes(), "Nodes by kind", '"name"'),
        _style(PLAN_SITES, "Technology", _sites(), "Sites by technology", '"name" || \': \' || "technology"'),
    )


def _style(table: Table, name: str, renderer: ET.Element, description: str, tip: str) -> LayerStyle:
    root = ET.Element("qgis", version="3.22.0", styleCategories="Symbology|Fields|MapTips")
    root.append(renderer)
    aliases = ET.SubElement(root, "aliases")
    for index, attribute in enumerate(table.attributes, start=1):  # 0 is the feature id
        alias = f"{attribute.name} ({attribute.unit})" if attribute.unit else ""
        ET.SubElement(aliases, "alias", index=str(index), field=attribute.name, name=alias)
    ET.SubElement(root, "previewExpression").text = tip
    ET.SubElement(root, "mapTip").text = f"[% {tip} %]"
    ET.SubElement(root, "layerGeometryType").text = _GEOMETRY_TYPE[table.geometry]
    ET.indent(root, " ")
    return LayerStyle(table.name, name, _DOCTYPE + ET.tostring(root, encoding="unicode"), description)


def single_style(layer: str, geometry: str, colour: str, size: float) -> LayerStyle:
    """One look for a whole layer: `size` is the width of its lines or the size of its points, in mm."""
    root = ET.Element("qgis", version="3.22.0", styleCategories="Symbology|MapTips")
    renderer = ET.SubElement(root, "renderer-v2", type="singleSymbol", symbollevels="0", forceraster="0")
    symbols = ET.SubElement(renderer, "symbols")
    is_line = geometry == "LineString"
    _symbol(
        symbols, "0", "line" if is_line else "marker", [_line(colour, size, ()) if is_line else _marker(colour, size)]
    )
    ET.SubElement(root, "mapTip").text = '[% "id" %]'
    ET.SubElement(root, "layerGeometryType").text = _GEOMETRY_TYPE[geometry]
    ET.indent(root, " ")
    return LayerStyle(layer, layer.capitalize(), _DOCTYPE + ET.tostring(root, encoding="unicode"), layer)


def category_style(
    layer: str, geometry: str, column: str, looks: Sequence[tuple[str, str, str]], dash: Sequence[float] = ()
) -> LayerStyle:
    """A look for each value of a column: (value, label, colour) each; lines and the rims of areas are dashed."""
    root = ET.Element("qgis", version="3.22.0", styleCategories="Symbology|MapTips")
    symbols = {
        "Point": lambda colour: _marker(colour, 3.4, "diamond"),
        "LineString": lambda colour: _line(colour, 0.9, dash),
        "MultiPolygon": _fill,
    }
    entries = [(value, label, symbols[geometry](colour)) for value, label, colour in looks]
    kind = {"Point": "marker", "LineString": "line", "MultiPolygon": "fill"}[geometry]
    root.append(_categorised(column, entries, kind, alpha=0.4 if kind == "fill" else 1.0))
    ET.SubElement(root, "mapTip").text = f'[% "{column}" || \': \' || "id" %]'
    ET.SubElement(root, "layerGeometryType").text = _GEOMETRY_TYPE[geometry.removeprefix("Multi")]
    ET.indent(root, " ")
    text = _DOCTYPE + ET.tostring(root, encoding="unicode")
    return LayerStyle(layer, layer.replace("_", " ").capitalize(), text, layer.replace("_", " "))


def _sites() -> ET.Element:
    entries = [(word, TECHNOLOGY_LABELS[word], _marker(TECHNOLOGY_COLOURS[word], 2.0)) for word in TECHNOLOGY_LABELS]
    return _categorised("technology", entries)


def _nodes() -> ET.Element:
    sizes = {"source": 4.5, "place": 1.6, "junction": 1.0, "join": 0.7, "mast": 2.2}
    shapes = {"source": "diamond", "mast": "triangle"}
    entries = [
        (kind, kind.capitalize(), _marker(colour, sizes[kind], shapes.get(kind, "circle"), outlined=kind == "source"))
        for kind, colour in NODE_COLOURS.items()
    ]
    return _categorised("kind", entries)


def _areas() -> ET.Element:
    renderer = ET.Element("renderer-v2", type="graduatedSymbol", attr="coverage", graduatedMethod="GraduatedColor")
    ranges = ET.SubElement(renderer, "ranges")
    symbols = ET.SubElement(renderer, "symbols")
    for place in range(5):
        lower, upper = place / 5, (place + 1) / 5
        label = f"{100 * lower:.0f} – {100 * upper:.0f} %"
        bounds = {"lower": f"{lower:.6f}", "upper": f"{upper:.6f}"}
        ET.SubElement(ranges, "range", bounds, symbol=str(place), label=label, render="true")
        _symbol(symbols, str(place), "fill", [_fill(coverage_colour(place / 4))], alpha=0.55)
    return renderer


def _spans(years: Sequence[int], methods: Sequence[str]) -> ET.Element:
    """Rules: one group a year, in it one rule a method; what is designed and not built comes last, thin and grey."""
    renderer = ET.Element("renderer-v2", type="RuleRenderer", symbollevels="0", forceraster="0")
    rules = ET.SubElement(renderer, "rules", key="{root}")
    symbols = ET.SubElement(renderer, "symbols")
    groups = [
        (f'"year" = {year}', f"In use at the end of {year}", colour, 0.6)
        for year, colour in year_colours(years).items()
    ]
    groups.append(('"year" IS NULL', "Designed, not built", "#9aa3ab", 0.25))
    for place, (condition, label, colour, width) in enumerate(groups):
        group = ET.SubElement(rules, "rule", key=f"{{group-{place}}}", filter=condition, label=label)
        for method in methods:
            name = str(len(symbols))
            attributes = {"key": f"{{rule-{name}}}", "symbol": name, "label": METHOD_LABELS[method]}
            ET.SubElement(group, "rule", attributes, filter=f"\"method\" = '{method}'")
            _symbol(symbols, name, "line", [_line(colour, width, METHOD_DASHES[method])])
    return renderer


def _categorised(
    column: str,
    entries: Iterable[tuple[str, str, tuple[str, dict[str, str]]]],
    kind: str = "marker",
    alpha: float = 1.0,
) -> ET.Element:
    """Renderer by the values of a text column: (value, label, symbol layer) each."""
    renderer = ET.Element("renderer-v2", type="categorizedSymbol", attr=column, symbollevels="0", forceraster="0")
    categories = ET.SubElement(renderer, "categories")
    symbols = ET.SubElement(renderer, "symbols")
    for place, (value, label, layer) in enumerate(entries):
        attributes = {"symbol": str(place), "value": value, "label": label}
        ET.SubElement(categories, "category", attributes, render="true", type="string")
        _symbol(symbols, str(place), kind, [layer], alpha)
    return renderer


def _symbol(
    symbols: ET.Element, name: str, kind: str, layers: Iterable[tuple[str, dict[str, str]]], alpha: float = 1.0
) -> None:
    look = {"alpha": f"{alpha:g}", "clip_to_extent": "1", "force_rhr": "0"}
    symbol = ET.SubElement(symbols, "symbol", look, name=name, type=kind)
    for symbol_class, properties in layers:
        attributes = {"class": symbol_class, "enabled": "1", "locked": "0", "pass": "0"}
        layer = ET.SubElement(symbol, "layer", attributes)
        options = ET.SubElement(layer, "Option", type="Map")
        for key, value in properties.items():
            ET.SubElement(options, "Option", name=key, value=value, type="QString")
        for key, value in properties.items():  # read by QGIS before 3.18
            ET.SubElement(layer, "prop", k=key, v=value)


def _marker(colour: str, size: float, shape: str = "circle", *, outlined: bool = True) -> tuple[str, dict[str, str]]:
    return "SimpleMarker", {
        "name": shape,
        "color": _rgba(colour),
        "outline_color": _rgba("#ffffff"),
        "outline_style": "solid" if outlined else "no",
        "outline_width": "0.2",
        "outline_width_unit": "MM",
        "size": f"{size:g}",
        "size_unit": "MM",
    }


def _line(colour: str, width: float, dash: Sequence[float]) -> tuple[str, dict[str, str]]:
    pattern = ";".join(f"{part * width:g}" for part in dash)
    return "SimpleLine", {
        "line_color": _rgba(colour),
        "line_style": "solid",
        "line_width": f"{width:g}",
        "line_width_unit": "MM",
        "capstyle": "flat" if dash else "round",
        "joinstyle": "round",
        "use_custom_dash": "1" if dash else "0",
        "customdash": pattern or "5;2",
        "customdash_unit": "MM",
    }


def _fill(colour: str) -> tuple[str, dict[str, str]]:
    return "SimpleFill", {
        "color": _rgba(colour),
        "style": "solid",
        "outline_color": _rgba("#8fa0a8"),
        "outline_style": "solid",
        "outline_width": "0.15",
        "outline_width_unit": "MM",
    }


def _rgba(colour: str) -> str:
    channels = (int(colour[start : start + 2], 16) for start in (1, 3, 5))
    return ",".join(str(channel) for channel in channels) + ",255"

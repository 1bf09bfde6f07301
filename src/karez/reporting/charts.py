"""Charts as inline SVG: no library in the page, readable in print, each beside a table with the same figures."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from markupsafe import Markup

from karez.reporting.figures import change, is_missing, number
from karez.reporting.svg import bar as _bar
from karez.reporting.svg import canvas as _canvas
from karez.reporting.svg import finish as _finish
from karez.reporting.svg import line as _line
from karez.reporting.svg import text as _text

_WIDTH, _HEIGHT = 640.0, 300.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 58.0, 12.0, 26.0, 30.0


@dataclass(frozen=True)
class Series:
    """A named row of figures and its colour."""

    label: str
    colour: str
    values: Sequence[float]


def columns(
    title: str, categories: Sequence[str], stacks: Sequence[Sequence[Series]], unit: str, *, sums: bool = False
) -> Markup:
    """Upright bars for each category.

    Parameters
    ----------
    title : str
        Said to those who cannot see the chart.
    categories : Sequence[str]
        Labels below the bars.
    stacks : Sequence[Sequence[Series]]
        Bars that stand side by side in a category; each is a stack of series, with values in `unit`.
    unit : str
        Written above the axis.
    sums : bool
        Whether the height of every stack is written above it.
    """
    svg = _canvas(title, _WIDTH, _HEIGHT)
    ticks = nice_ticks(max((sum(parts) for stack in stacks for parts in _per_category(stack)), default=0.0))
    base, scale = _HEIGHT - _BOTTOM, (_HEIGHT - _BOTTOM - _TOP) / ticks[-1]
    for tick in ticks:
        y = base - tick * scale
        _line(svg, _LEFT, y, _WIDTH - _RIGHT, y, "grid" if tick else "axis")
        _text(svg, _LEFT - 8, y + 4, tick_text(tick, ticks), "tick end")
    _text(svg, 4, 14, unit, "unit")
    slot = (_WIDTH - _LEFT - _RIGHT) / max(len(categories), 1)
    breadth = min(slot * 0.64, 90.0)
    for place, category in enumerate(categories):
        left = _LEFT + slot * place + (slot - breadth) / 2
        _text(svg, left + breadth / 2, base + 18, category, "label middle")
        for number_of_stack, stack in enumerate(stacks):
            width = breadth / len(stacks)
            x = left + width * number_of_stack
            height = _stack(svg, stack, place, category, unit, (x, base, width - (2 if len(stacks) > 1 else 0), scale))
            if sums:
                _text(svg, x + width / 2, base - height * scale - 6, number(height, _decimals(ticks)), "value middle")
    return _finish(svg)


def _per_category(stack: Sequence[Series]) -> list[tuple[float, ...]]:
    return list(zip(*(series.values for series in stack), strict=True))


def _stack(
    svg: ET.Element,
    stack: Sequence[Series],
    place: int,
    category: str,
    unit: str,
    box: tuple[float, float, float, float],
) -> float:
    """Draw one stack of a category from its foot up; `box` is left, foot, width and pixels per unit. Its height."""
    left, foot, width, scale = box
    height = 0.0
    for series in stack:
        value = series.values[place]
        tip = f"{category}, {series.label}: {number(value, 2)} {unit}"
        _bar(svg, left, foot - (height + value) * scale, width, value * scale, series.colour, tip)
        height += value
    return height


def tornado(title: str, rows: Sequence[tuple[str, float, float]], low: str, high: str) -> Markup:
    """Two-sided bars around zero: what 20 % less and 20 % more of each assumption does.

    Parameters
    ----------
    title : str
        Said to those who cannot see the chart.
    rows : Sequence[tuple[str, float, float]]
        Label, effect of the low and of the high value, as shares.
    low, high : str
        Names of the two sides in the legend.
    """
    left, row_height = 240.0, 24.0
    height = 34.0 + row_height * len(rows) + 22.0
    svg = _canvas(title, _WIDTH, height)
    reach = max([abs(value) for _, *pair in rows for value in pair if not is_missing(value)], default=0.0)
    half = (_WIDTH - left - 120.0) / 2
    zero, scale = left + half + 56, half / (reach or 1.0)
    for place, (label, below, above) in enumerate(rows):
        y = 30.0 + row_height * place
        _text(svg, left - 6, y + 13, label if len(label) <= 34 else label[:33] + "…", "label end")
        for value, colour, name in ((below, "#8fb3c9", low), (above, "#1c5f99", high)):
            if is_missing(value):
                continue
            start = zero + min(value, 0.0) * scale
            offset = 0.0 if name == low else (row_height - 6) / 2
            _bar(
                svg,
                start,
                y + offset,
                abs(value) * scale,
                (row_height - 6) / 2,
                colour,
                f"{label}, {name}: {change(value)}",
            )
            if value:
                side = "start" if value > 0 else "end"
                _text(
                    svg,
                    zero + value * scale + math.copysign(4, value),
                    y + offset + 8.5,
                    change(value),
                    f"small {side}",
                )
    _line(svg, zero, 24, zero, height - 20, "axis")
    _legend(svg, ((low, "#8fb3c9"), (high, "#1c5f99")), left)
    _text(svg, zero, height - 6, "0 %", "tick middle")
    return _finish(svg)


def bars_against(title: str, rows: Sequence[tuple[str, float, str]], line: float, line_label: str, unit: str) -> Markup:
    """Lying bars, and an upright line they are measured against.

    Parameters
    ----------
    title : str
        Said to those who cannot see the chart.
    rows : Sequence[tuple[str, float, str]]
        Label, value in `unit`, colour.
    line, line_label : float, str
        Where the line stands, in `unit`, and what it is.
    unit : str
        Unit of the figures.
    """
    left, row_height = 120.0, 34.0
    height = 30.0 + row_height * len(rows) + 10
    svg = _canvas(title, _WIDTH, height)
    scale = (_WIDTH - left - 110) / max([line, *(value for _, value, _ in rows), 1e-12])
    for place, (label, value, colour) in enumerate(rows):
        y = 30.0 + row_height * place
        _text(svg, left - 10, y + 16, label, "label end")
        _bar(svg, left, y, value * scale, row_height - 10, colour, f"{label}: {number(value, 2)} {unit}")
        _text(svg, _WIDTH - 4, y + 16, f"{number(value, 2)} {unit}", "value end")
    _line(svg, left + line * scale, 22, left + line * scale, height - 4, "mark")
    _text(svg, left + line * scale, 14, f"{line_label}: {number(line, 2)} {unit}", "unit middle")
    return _finish(svg)


def nice_ticks(top: float) -> list[float]:
    """Four to six round numbers from 0 up to at least `top`.

    >>> nice_ticks(6.4), nice_ticks(0.0)
    ([0, 2, 4, 6, 8], [0, 1])
    """
    if top <= 0:
        return [0, 1]
    rough = top / 4
    size = 10 ** math.floor(math.log10(rough))
    step = next(size * factor for factor in (1, 2, 2.5, 5, 10) if size * factor >= rough)
    return [step * place for place in range(math.ceil(top / step - 1e-9) + 1)]


def _decimals(ticks: Sequence[float]) -> int:
    """Decimals that tell a tenth of a step."""
    return max(0, min(3, 1 - math.floor(math.log10(ticks[1]))))


def tick_text(tick: float, ticks: Sequence[float]) -> str:
    """A tick of an axis as it is written: with no more decimals than the others need."""
    whole = all(value == round(value) for value in ticks)
    return number(tick, 0 if whole else max(1, -math.floor(math.log10(ticks[1]))))


def _legend(svg: ET.Element, entries: Sequence[tuple[str, str]], left: float) -> None:
    for place, (label, colour) in enumerate(entries):
        x = left + place * 190
        _bar(svg, x, 4, 12, 12, colour, label)
        _text(svg, x + 18, 14, label, "unit")

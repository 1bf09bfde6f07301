"""Lying bars with what is certain of them and what is possible."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from karez.reporting import svg as draw
from karez.reporting.charts import nice_ticks, tick_text
from karez.reporting.figures import number

_WIDTH, _LEFT, _RIGHT, _ROW = 900.0, 400.0, 70.0, 27.0
_LETTERS = 58


@dataclass(frozen=True)
class Interval:
    """A figure with its least and its most."""

    label: str
    least: float
    found: float
    most: float


def intervals(title: str, rows: Sequence[Interval], *, unit: str, colours: tuple[str, str]) -> Markup:
    """A bar for each row up to what was found, paler up to the most, with a mark at the least.

    Parameters
    ----------
    title : str
        Said to those who cannot see the chart.
    rows : Sequence[Interval]
        Rows in order.
    unit : str
        Unit of the figures.
    colours : tuple[str, str]
        Of what was found, and of what is possible.
    """
    height = 34.0 + _ROW * max(len(rows), 1) + 26.0
    svg = draw.canvas(title, _WIDTH, height)
    ticks = nice_ticks(max((row.most for row in rows), default=0.0))
    scale, foot = (_WIDTH - _LEFT - _RIGHT) / ticks[-1], height - 26.0
    for tick in ticks:
        x = _LEFT + tick * scale
        draw.line(svg, x, 26, x, foot, "grid" if tick else "axis")
        draw.text(svg, x, foot + 18, tick_text(tick, ticks), "tick middle")
    draw.text(svg, _LEFT, 16, unit, "unit")
    for place, row in enumerate(rows):
        y = 34.0 + _ROW * place
        tip = f"{row.label}: {number(row.found, 3)} {unit}, {number(row.least, 3)} to {number(row.most, 3)}"
        label = row.label if len(row.label) <= _LETTERS else f"{row.label[: _LETTERS - 1]}…"
        draw.text(svg, _LEFT - 8, y + 13, label, "label end")
        draw.bar(svg, _LEFT, y + 2, row.most * scale, _ROW - 12, colours[1], tip)
        draw.bar(svg, _LEFT, y + 2, row.found * scale, _ROW - 12, colours[0], tip)
        if row.least > 0:
            x = _LEFT + row.least * scale
            draw.line(svg, x, y - 1, x, y + _ROW - 7, "mark")
        draw.text(svg, _LEFT + max(row.most, row.found) * scale + 6, y + 13, number(row.found, 2), "value start")
    return draw.finish(svg)

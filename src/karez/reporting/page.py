"""A study as one HTML page that opens anywhere, in the style of the report: head, findings, charts, tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from markupsafe import Markup

from karez.model.note import Note
from karez.model.plan import RunRecord
from karez.model.programme import Agreement
from karez.reporting.findings import KeyFigure
from karez.reporting.html import asset, environment, policy


@dataclass(frozen=True)
class Figure:
    """A chart and what it shows.

    Parameters
    ----------
    title, caption : str
        Heading of the chart, and how to read it.
    drawing : Markup
        The chart as SVG.
    legend : tuple[tuple[str, str], ...]
        Label and colour of what is drawn.
    """

    title: str
    caption: str
    drawing: Markup
    legend: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Table:
    """A table of text as it is printed.

    Parameters
    ----------
    caption : str
        What it holds.
    heads : Sequence[str]
        Headings, the first for the row's own name.
    rows : Sequence[Sequence[str]]
        Cells.
    words : frozenset[int]
        Columns that hold words; the others are figures, set to the right.
    tall : bool
        Whether it scrolls in a frame of its own.
    """

    caption: str
    heads: Sequence[str]
    rows: Sequence[Sequence[str]]
    words: frozenset[int] = frozenset({0})
    tall: bool = False


@dataclass(frozen=True)
class Section:
    """A part of the page: sentences, then figures, then tables; `map_html` stands between them where there is one."""

    id: str
    title: str
    text: Sequence[str] = ()
    points: Sequence[str] = ()
    figures: Sequence[Figure] = ()
    tables: Sequence[Table] = ()
    map_html: Markup | None = None


@dataclass(frozen=True)
class Study:
    """All that stands on the page.

    Parameters
    ----------
    kicker, title, subtitle : str
        Head of the page.
    keys : Sequence[KeyFigure]
        Figures that a reader with one minute must see.
    sections : Sequence[Section]
        Parts in order.
    basis : str
        What the figures rest on, in small print.
    notes : Sequence[Note]
        What a reader must know.
    record : RunRecord | None
        To run it again; without its seconds, so that equal runs give equal pages.
    command : str
        What wrote the page.
    scripts : Sequence[Markup]
        Scripts of the page, in order; each stands in a ``<script>`` of its own.
    data : Markup | None
        JSON for the scripts.
    """

    kicker: str
    title: str
    subtitle: str
    keys: Sequence[KeyFigure]
    sections: Sequence[Section]
    basis: str
    notes: Sequence[Note] = ()
    record: RunRecord | None = None
    command: str = ""
    scripts: Sequence[Markup] = ()
    data: Markup | None = None
    styles: Sequence[str] = field(default_factory=tuple)


def render_study(study: Study, **more: Any) -> str:
    """The study as an HTML document; a content security policy forbids every request and every script but its own."""
    styles = Markup("\n".join([*study.styles, asset("report.css")]))
    template = environment().get_template("study.html.j2")
    return template.render(study=study, styles=styles, policy=policy(study.scripts), **more)


def kicker(agreement: Agreement) -> str:
    """Region and years, as pages begin."""
    years = agreement.calendar_years
    return f"{agreement.region} · {years[0]} – {years[-1]}"

"""The workbook of a backbone: spans, hubs, ways, links, huts, segments, and the bill with live totals."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from karez.model.backbone import Backbone
from karez.reporting.book import Book, Column, Sheet

WORDS = 22.0
FIGURES = 14.0


def write_book(backbone: Backbone, path: Path) -> None:
    """Write ``backbone.xlsx``."""
    agreement, traffic, optics = backbone.programme.agreement, backbone.traffic, backbone.optics
    method = "GNPy" if optics.method == "gnpy" else "the reach rule"
    with Book(path, agreement.name) as book:
        _bill(
            Sheet(
                book, "Optics", "What lights the backbone", f"Money in {agreement.currency} of {agreement.price_year}"
            ),
            backbone,
        )
        for name, title, table in (
            ("Hubs", f"Traffic of every hub in the busy hour of {traffic.year}", traffic.hubs),
            ("Routes", f"Routes and their margins, judged by {method}", optics.routes),
            ("Segments", "Pieces between regenerators and their wavelengths, from 0 on", _plain(optics.segments)),
            ("Links", "Links between nodes that switch", optics.links),
            ("Huts", "Amplifier huts", optics.huts),
            ("Nodes", "Nodes that switch", optics.nodes),
            ("Spans", "Spans and what they carry", backbone.spans),
        ):
            sheet = Sheet(book, name, title, f"{len(table):,} rows")
            sheet.table([_column(table, str(column)) for column in table if column != "geometry"], freeze=1, find=True)


def _plain(segments: pd.DataFrame) -> pd.DataFrame:
    """Lists as words."""
    words = {name: segments[name].map(lambda some: " ".join(map(str, some))) for name in ("links", "wavelength")}
    return segments.assign(**words)


def _column(table: pd.DataFrame, name: str) -> Column:
    """A column of a table as it is, its name for a heading."""
    values = table[name]
    if pd.api.types.is_bool_dtype(values):
        return Column(name, ["yes" if value else "no" for value in values], "text", FIGURES)
    if pd.api.types.is_integer_dtype(values):
        return Column(name, values.tolist(), "integer", FIGURES)
    if pd.api.types.is_float_dtype(values):
        return Column(name, values.tolist(), "quantity", FIGURES)
    return Column(name, values.astype(str).tolist(), "text", WORDS)


def _bill(sheet: Sheet, backbone: Backbone) -> None:
    """The bill: capex is count times rate."""
    bill = backbone.optics.bill
    currency = backbone.programme.agreement.currency
    sheet.remark(
        "Outside the certificate, which is of the spans alone. Empty: no catalogue item is named, counted only."
    )
    sheet.table(
        [
            Column("Part", bill["what"].tolist(), "text", 46),
            Column("Count", bill["count"].tolist(), "integer", FIGURES),
            Column("Catalogue item", bill["item"].tolist(), "text", WORDS),
            Column(f"Rate, {currency}", bill["rate_real"].tolist(), "cents", 18),
            Column(
                f"Capex, {currency}",
                bill["capex_real"].fillna(0.0).tolist(),
                "money",
                18,
                formula=lambda row: f"ROUND(B{row}*D{row},2)",
                total=True,
            ),
            Column(f"Present cost, {currency}", bill["present_real"].tolist(), "money", 18, total=True),
        ],
        total="Together",
    )

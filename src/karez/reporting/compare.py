"""The folder of ``karez compare``: page with map, tables, and a GeoPackage of what differs."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
import shapely
from markupsafe import Markup

from karez.model.comparison import Comparison
from karez.reporting.figures import change, is_missing, money, number, percent
from karez.reporting.files import write_csvs, write_json
from karez.reporting.geopackage import write_layers
from karez.reporting.html import asset, environment, script
from karez.reporting.map_data import as_script
from karez.reporting.page import Section, Study, Table, kicker, render_study
from karez.reporting.palette import TECHNOLOGY_LABELS
from karez.reporting.run_folder import Progress, write_whole

CHANGES = {
    "technology": ("Another technology", "#d98a1b"),
    "earlier": ("Earlier", "#2f8f83"),
    "later": ("Later", "#b5416b"),
    "gained": ("Served in this one only", "#1c5f99"),
    "lost": ("Served in the first only", "#17222c"),
}
"""Ways in which a site changes, with label and colour."""


def write_comparison(
    comparison: Comparison, folder: Path, *, force: bool = False, progress: Progress | None = None
) -> Path:
    """Write ``compare.html``, ``.json``, ``.gpkg`` and a CSV for every table into the new folder `folder`.

    Raises
    ------
    UsageFault
        If `folder` is there and `force` is not set.
    """
    writers = {
        "compare.json": partial(write_json, comparison.summary()),
        "tables": partial(_tables, comparison),
        "compare.gpkg": partial(_geopackage, comparison),
        "compare.html": partial(_page, comparison),
    }
    return write_whole(writers, folder, force=force, progress=progress)


def _tables(comparison: Comparison, folder: Path) -> None:
    sites = pd.DataFrame(comparison.sites.drop(columns="geometry"))
    write_csvs({**comparison.tables, "sites": sites}, folder)


def _geopackage(comparison: Comparison, path: Path) -> None:
    layers = {
        "sites": (comparison.sites, "Point"),
        "spans": (comparison.spans, "LineString"),
        "areas": (comparison.outlines, "MultiPolygon"),
    }
    write_layers(layers, path)


def sentences(comparison: Comparison) -> list[str]:
    """What differs, in sentences; then what cannot be compared."""
    said = []
    totals = comparison.tables["totals"].set_index("figure")
    first, base = comparison.names[0], comparison.agreements[0]
    for place, name in enumerate(comparison.names[1:], start=1):
        other = comparison.agreements[place]
        parts = []
        if "coverage" in totals.index:
            was, now = (float(totals[run]["coverage"]) for run in (first, name))
            parts.append(
                f"{percent(now)} of homes to standard at the end, {change(now - was).removesuffix(' %')} points"
            )
        if "capex_real" in totals.index and (other.currency, other.price_year) == (base.currency, base.price_year):
            more = float(totals[name]["capex_real"]) - float(totals[first]["capex_real"])
            parts.append(f"{money(abs(more), base.currency)} {'more' if more >= 0 else 'less'} capex, real")
        changes = comparison.changes(place) if len(comparison.sites) else {}
        if changes:
            told = ", ".join(f"{CHANGES[kind][0].lower()} {number(count)}" for kind, count in changes.items())
            parts.append(f"sites that differ: {told}")
        spans = comparison.spans
        if len(spans):
            only = int((spans["built_0"] != spans[f"built_{place}"]).sum())
            parts.append(f"{number(only)} spans are built in one of the two only")
        said.append(f"{name}, against {first}: {'; '.join(parts) or 'nothing to compare'}.")
    return [*said, *comparison.cannot]


def _page(comparison: Comparison, path: Path) -> None:
    agreement = comparison.agreements[0]
    data = _map_data(comparison)
    page = Study(
        kicker=kicker(agreement),
        title="What differs",
        subtitle=" · ".join(comparison.names),
        keys=[],
        sections=[
            Section("answer", "In short", points=sentences(comparison)),
            *([Section("map-section", "Map", map_html=_map_frame(comparison))] if data["sites"]["lon"] else []),
            Section("figures", "Figures", tables=_figures(comparison)),
        ],
        basis="The first run is what the others are held against. Money is real, each run in its own currency.",
        command="karez compare",
        scripts=(script("maplibre-gl.js"), script("compare.js")) if data["sites"]["lon"] else (),
        data=Markup(as_script(data)),
        styles=(asset("maplibre-gl.css"),),
    )
    path.write_text(render_study(page), encoding="utf-8", newline="\n")


def _map_frame(comparison: Comparison) -> Markup:
    template = environment().get_template("compare_map.html.j2")
    return Markup(template.render(names=comparison.names, changes=CHANGES))


def _map_data(comparison: Comparison) -> dict[str, Any]:
    """What the map draws, as plain lists; one list of changes for every run after the first."""
    sites, spans, areas = comparison.sites, comparison.spans, comparison.outlines
    others = range(1, len(comparison.names))
    points = sites.geometry.to_numpy()
    west, south, east, north = areas.total_bounds if len(areas) else sites.total_bounds
    runs = range(len(comparison.names))
    return {
        "names": list(comparison.names),
        "bounds": [float(west), float(south), float(east), float(north)],
        "changes": {kind: {"label": label, "colour": colour} for kind, (label, colour) in CHANGES.items()},
        "sites": {
            "name": sites["name"].astype(str).tolist(),
            "lon": [round(float(x), 4) for x in shapely.get_x(points)],
            "lat": [round(float(y), 4) for y in shapely.get_y(points)],
            "change": [sites[f"change_{k}"].tolist() for k in others],
            "technology": [[TECHNOLOGY_LABELS.get(w, "") for w in sites[f"technology_{k}"]] for k in runs],
            "year": [[None if is_missing(y) else int(y) for y in sites[f"year_{k}"]] for k in runs],
        },
        "spans": {
            "line": [_line(line) for line in shapely.simplify(spans.geometry.to_numpy(), 0.002)],
            "built": [spans[f"built_{k}"].astype(int).tolist() for k in runs],
        },
        "areas": {
            "name": areas["name"].astype(str).tolist(),
            "outline": [
                [[_line(ring) for ring in (part.exterior, *part.interiors)] for part in shapely.get_parts(shape)]
                for shape in shapely.simplify(areas.geometry.to_numpy(), 0.005)
            ],
            "capex": [[None if is_missing(v) else round(v) for v in areas[f"capex_real_{k}"]] for k in runs],
        },
        "currency": comparison.agreements[0].currency,
    }


def _line(shape: Any) -> list[list[float]]:
    return [[round(x, 4), round(y, 4)] for x, y in shapely.get_coordinates(shape).tolist()]


def _figures(comparison: Comparison) -> list[Table]:
    titles = {
        "totals": "Totals",
        "coverage": "Coverage to standard, by project and year",
        "money": "Capex by year, real, each in its own currency",
        "technologies": "Sites by technology",
        "certificates": "Certificates",
        "areas": "Capex by area, real",
        "settings": "Settings that differ",
        "inputs": "Files and versions that differ",
    }
    return [_table(title, comparison.tables[key], key, comparison.names) for key, title in titles.items()]


def _table(title: str, table: pd.DataFrame, key: str, names: tuple[str, ...]) -> Table:
    heads = [str(column) for column in table.columns]
    words = frozenset(range(len(heads) - len(names)))
    if key in {"settings", "inputs"}:
        words = frozenset(range(len(heads)))
    rows = [[_cell(value, key, row) for value in row] for row in table.itertuples(index=False, name=None)]
    return Table(title, heads, rows, words=words, tall=len(rows) > 20)


def _cell(value: Any, key: str, row: tuple[Any, ...]) -> str:
    if isinstance(value, str):
        return value
    if is_missing(value):
        return number(None)
    share = key == "coverage" or "gap" in row or (key == "totals" and str(row[0]).startswith("coverage"))
    return percent(value, 2) if share else number(value, 0 if abs(value) >= 1000 or value == round(value) else 2)

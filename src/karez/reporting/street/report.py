"""``report.html`` of a street-level design: map, what it costs per home, proofs."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
from markupsafe import Markup

from karez.model.plan import RunRecord
from karez.model.street import StreetDesign, StreetGraph, StreetInputs
from karez.reporting.charts import Series, columns
from karez.reporting.figures import money, number, percent
from karez.reporting.findings import KeyFigure
from karez.reporting.html import asset, script
from karez.reporting.map_data import as_script
from karez.reporting.page import Figure, Section, Study, Table, render_study
from karez.reporting.street.curve import cost_curve
from karez.reporting.street.drawing import draw_street
from karez.reporting.street.figures import StreetFigures
from karez.reporting.street.items import in_words
from karez.reporting.street.layers import rows
from karez.reporting.street.palette import COLOURS, LOCK_COLOURS, LOCK_DASH, LOCK_LABELS, ORDER, TIER_LABELS, WIDTHS
from karez.reporting.street.schematic_files import schematic_section
from karez.reporting.street.scheme import OfficeScheme
from karez.reporting.wording import in_plain_words

SHOWN = {
    "trench": {
        "kind": "Kind",
        "surface": "Surface",
        "method": "Method",
        "lock": "Planner's span",
        "length_m": "Length, m",
        "cables": "Cables",
    },
    "distribution": {"fibres": "Fibres", "cable_fibres": "Cable, fibres", "length_m": "Length, m"},
    "feeder": {"fibres": "Fibres", "cable_fibres": "Cable, fibres", "length_m": "Length, m"},
    "premises": {
        "kind": "Kind",
        "dwellings": "Dwellings",
        "drop_m": "Drop, m",
        "loss_db": "Loss, dB",
        "reason": "Not served",
    },
    "closures": {"dwellings": "Dwellings"},
    "cabinets": {
        "given": "Given as",
        "ports": "Ports",
        "dwellings": "Dwellings",
        "splitters": "Splitters",
        "feeder_m": "Feeder, m",
    },
    "offices": {"dwellings": "Dwellings", "ports": "Ports"},
}
"""What a click on the map shows, by layer."""
SIZES = {
    "trench": 1.0,
    "distribution": 0.8,
    "feeder": 0.6,
    "premises": 1.2,
    "closures": 1.6,
    "cabinets": 3.2,
    "offices": 4.5,
}
_SCHEMATIC_WORDS = (
    "Office → cabinet → splitter → ports → homes, one row a cabinet. Side branches of the feeder come before the "
    "feeder that they leave. Ports are those of the office, numbered as in `boq.xlsx` and the layers."
)
MOST_LABELS = 9
"""Columns of a chart with more edges are named by their lower one alone."""
MOST_ROWS = 40
"""Rows of a table of the page; the workbook has all."""


def write_street_report(
    inputs: StreetInputs,
    graph: StreetGraph,
    design: StreetDesign,
    layers: dict[str, gpd.GeoDataFrame],
    offices: Sequence[OfficeScheme],
    locks: dict[str, gpd.GeoDataFrame],
    record: RunRecord,
    path: Path,
) -> None:
    """Write the report as one HTML file that opens offline."""
    text = render_street_report(inputs, graph, design, layers, offices, locks, record)
    path.write_text(text, encoding="utf-8", newline="\n")


def render_street_report(
    inputs: StreetInputs,
    graph: StreetGraph,
    design: StreetDesign,
    layers: dict[str, gpd.GeoDataFrame],
    offices: Sequence[OfficeScheme],
    locks: dict[str, gpd.GeoDataFrame],
    record: RunRecord,
) -> str:
    """The report as an HTML document."""
    found = StreetFigures.of(inputs, design, layers)
    prices = inputs.rules.prices
    sections = [
        Section("in-short", "In short", points=_points(found, design), map_html=None),
        Section("map-section", "Map", map_html=_map(layers, locks, inputs.attribution)),
        Section(
            "cost", "Cost", figures=_cost_figures(found), tables=[_items(design, prices.currency), _lengths(layers)]
        ),
        Section("light", "Light", text=_light_words(inputs, design), figures=_loss_figures(design)),
        Section("schematic", "Schematic", text=[_SCHEMATIC_WORDS], map_html=schematic_section(offices, inputs)),
        Section("plant", "Plant", tables=[_cabinets(layers)]),
        Section("proof", "How good the design is", text=_proofs(design), tables=[_certificates(design)]),
        Section("assumptions", "Assumptions", text=_assumption_words(), tables=[_assumptions(inputs)]),
        Section("sources", "Sources and licences", text=[inputs.attribution, *_licence_words()]),
    ]
    study = Study(
        kicker=f"Street-level design · {inputs.rules.network.technology}",
        title=f"Fibre to every door: {inputs.name}",
        subtitle=f"{number(found.served)} of {number(found.premises)} premises, {number(found.dwellings)} dwellings",
        keys=_keys(found),
        sections=sections,
        basis=f"Prices of {prices.price_year}, {prices.currency}. A high-level design: no survey, no wayleaves, no "
        "utilities.",
        notes=[*inputs.notes, *graph.notes, *design.notes],
        record=record,
        command="karez street",
        scripts=[script("maplibre-gl.js"), script("street.js")],
        data=Markup(as_script(_map_data(layers, locks, inputs.attribution))),
        styles=[asset("maplibre-gl.css")],
    )
    return render_study(study)


def _keys(found: StreetFigures) -> list[KeyFigure]:
    currency = found.currency
    return [
        KeyFigure(
            "Cost", money(found.cost, currency), f"{money(found.cost_passed, currency)} without connecting homes"
        ),
        KeyFigure(
            "Per home passed",
            money(found.cost_passed / max(found.dwellings, 1), currency),
            "all but drops and terminals",
        ),
        KeyFigure(
            "Per home connected",
            money(found.cost_connected, currency),
            f"{percent(found.take_up)} of the dwellings connected",
        ),
        KeyFigure(
            "Trench",
            f"{number(found.trench_m / 1_000, 1)} km",
            f"{number(found.trench_m / max(found.served, 1), 1)} m for each premises",
        ),
        KeyFigure(
            "Cabinets",
            number(found.cabinets),
            f"from {number(found.offices)} central office{'s' if found.offices != 1 else ''}",
        ),
        KeyFigure("Proven", percent(found.gap, 2), "of the whole cost, at most, could be saved"),
    ]


def _points(found: StreetFigures, design: StreetDesign) -> list[str]:
    lost = found.premises - found.served
    reached = f"{number(found.served)} of {number(found.premises)} premises get a port"
    points = [
        f"{reached}{'' if not lost else f'; {number(lost)} cannot be reached, and the layer of premises says why'}.",
        f"Trench and cable of {number(found.trench_m / 1_000, 1)} km cost {percent(found.share_dug)} of it all.",
        f"The longest way of light is {number(found.longest_m / 1_000, 2)} km; the greatest loss is "
        f"{number(found.greatest_db, 1)} dB of {number(found.budget_db, 1)} dB that may be lost.",
    ]
    return points + [words(design, number_) for number_ in range(len(design.certificates))]


def words(design: StreetDesign, number_: int) -> str:
    """What a certificate of the design proves, as one sentence.

    The constant is added: shares are of the whole cost.
    """
    certificate = design.certificates[number_]
    what = ("The trench, with the smallest cable in it,", "The whole network")[number_]
    bound = (certificate.bound or 0.0) + certificate.constant
    if bound <= 0:
        return in_plain_words(certificate)
    excess = (certificate.value + certificate.constant) / bound - 1.0
    return f"{what} costs at most {percent(max(excess, 0.0), 2)} more than the cheapest possible one on these streets."


def _proofs(design: StreetDesign) -> list[str]:
    return [words(design, row) + f" How the bound was had: {one.proof}." for row, one in enumerate(design.certificates)]


def _certificates(design: StreetDesign) -> Table:
    cells = [
        (one.name, number(one.value, 2), number(one.bound, 2), percent(one.gap or 0.0, 3), number(one.constant, 2))
        for one in design.certificates
    ]
    heads = ("Measured by", "Reached", "Bound", "Gap", "Left out, as no decision changes it")
    return Table("Certificates", heads, cells)


def _items(design: StreetDesign, currency: str) -> Table:
    table = in_words(design.bill).groupby(["item", "unit"], as_index=False)[["quantity", "amount"]].sum()
    table = table.sort_values(["amount", "item"], ascending=[False, True])
    whole = float(table["amount"].sum())
    cells = [
        (
            row.item,
            row.unit,
            number(row.quantity, 0),
            number(row.amount / row.quantity, 2),
            number(row.amount),
            percent(row.amount / whole),
        )
        for row in rows(table)
    ]
    cells.append(("Total", "", "", "", number(whole), "100 %"))
    heads = ("Item", "Unit", "Quantity", f"Unit cost, {currency}", f"Amount, {currency}", "Share")
    return Table("Bill of quantities", heads, cells, frozenset({0, 1}))


def _lengths(layers: dict[str, gpd.GeoDataFrame]) -> Table:
    trench = layers["trench"]
    table = trench.groupby(["kind", "surface", "method"], as_index=False)["length_m"].sum()
    cells = [
        (row.kind, row.surface, row.method.replace("_", "-"), number(row.length_m / 1_000, 2))
        for row in rows(table.sort_values("length_m", ascending=False))
    ]
    return Table("Length of trench", ("Run", "Surface", "Method", "km"), cells, frozenset({0, 1, 2}))


def _cost_figures(found: StreetFigures) -> list[Figure]:
    caption = " Cabinet areas from the cheapest to the dearest: what a home costs on average up to there."
    drawing = cost_curve("Cost per home over homes", found.curve, found.currency)
    return [
        Figure(
            "Cost per home over homes",
            caption,
            drawing,
            (("Cost per home", "#1c5f99"), ("Of the last area", "#d98a1b")),
        )
    ]


def _light_words(inputs: StreetInputs, design: StreetDesign) -> list[str]:
    rules = inputs.rules
    over = int((design.premises["loss_db"] > design.premises["budget_db"]).sum())
    split = " × ".join(str(ratio) for ratio in rules.network.split)
    return [
        f"{rules.network.technology} through splitters 1:{split}: fixed losses of {number(rules.fixed_db(), 1)} dB, "
        f"{number(rules.losses.fibre_db_per_km, 2)} dB for each km, {number(rules.losses.margin_db, 1)} dB kept free.",
        "Every premises that is served keeps the budget."
        if not over
        else f"{number(over)} premises do not keep the budget.",
    ]


def _loss_figures(design: StreetDesign) -> list[Figure]:
    loss = design.premises["loss_db"].dropna().to_numpy()
    if not len(loss):
        return []
    edges = np.arange(np.floor(loss.min() * 2) / 2, loss.max() + 0.5001, 0.5)
    if len(edges) < 2:
        edges = np.array([edges[0], edges[0] + 0.5])
    count = np.histogram(loss, edges)[0]
    series = [Series("Premises", "#2f8f83", [float(value) for value in count])]
    few = len(edges) <= MOST_LABELS
    labels = [f"{low:g} – {high:g} dB" if few else f"{low:g}" for low, high in itertools.pairwise(edges)]
    drawing = columns("Premises by loss", labels, [series], "premises")
    may = number(float(design.premises["budget_db"].max()), 1)
    caption = f" dB between office and home, in steps of half a dB; {may} dB may be lost."
    return [Figure("Premises by loss of light", caption, drawing)]


def _cabinets(layers: dict[str, gpd.GeoDataFrame]) -> Table:
    table = layers["cabinets"].sort_values(["dwellings", "id"], ascending=[False, True])
    cells = [
        (row.id, number(row.ports), number(row.dwellings), number(row.splitters), number(row.feeder_m))
        for row in rows(table.head(MOST_ROWS))
    ]
    more = f", the largest {MOST_ROWS} of {number(len(table))}" if len(table) > MOST_ROWS else ""
    heads = ("Cabinet", "Ports", "Dwellings", "Splitters", "Feeder, m")
    return Table(f"Cabinets{more}", heads, cells, tall=len(cells) > 15)


def _assumption_words() -> list[str]:
    return ["Set without a source. Replace them in `rules.toml` where you know better."]


def _assumptions(inputs: StreetInputs) -> Table:
    cells = []
    for group in type(inputs.rules).model_fields:
        model = getattr(inputs.rules, group)
        for name, field in type(model).model_fields.items():
            extra = field.json_schema_extra
            if isinstance(extra, dict) and extra.get("assumption"):
                value = getattr(model, name)
                shown = ", ".join(str(part) for part in value) if isinstance(value, tuple) else str(value)
                cells.append((f"{group}.{name}", shown, str(extra.get("unit", "")), str(field.description)))
    return Table("Assumptions", ("Setting", "Value", "Unit", "What it says"), cells, frozenset({0, 1, 2, 3}), tall=True)


def _licence_words() -> list[str]:
    return ["What is premises, and how many dwellings it holds, is derived from the map by stated rules: no survey."]


def _map(layers: dict[str, gpd.GeoDataFrame], locks: dict[str, gpd.GeoDataFrame], attribution: str) -> Markup:
    shown = [(name, COLOURS[name], TIER_LABELS[name]) for name in ORDER if name in SHOWN]
    fixed = [(f"lock-{role}", LOCK_COLOURS[role], LOCK_LABELS[role]) for role in _roles(locks)]
    legends = (("Show", shown), ("Fixed by the planner", fixed))
    boxes = Markup("").join(
        Markup("<fieldset><legend>{}</legend>{}</fieldset>").format(legend, Markup("").join(map(_box, entries)))
        for legend, entries in legends
        if entries
    )
    return Markup(
        '<div class="map-frame"><div id="street-map" role="region" aria-label="Interactive map of the design"></div>'
        '<div class="map-static">{}</div><form class="panel street" aria-label="Layers of the map">{}</form></div>'
        '<p class="wide small">Click a run, a cabinet or a premises for its figures. {}</p>'
    ).format(draw_street(layers, locks), boxes, attribution)


def _box(entry: tuple[str, str, str]) -> Markup:
    return Markup(
        '<label><input type="checkbox" data-street-layer="{}" checked> <i class="dot" style="background:{}"></i>{}'
        "</label>"
    ).format(*entry)


def _roles(locks: dict[str, gpd.GeoDataFrame]) -> list[str]:
    """What is fixed, in the order of legends."""
    there = {role for frame in locks.values() for role in frame["role"]}
    return [role for role in LOCK_LABELS if role in there]


def _map_data(
    layers: dict[str, gpd.GeoDataFrame], locks: dict[str, gpd.GeoDataFrame], attribution: str
) -> dict[str, Any]:
    """Layers as compact columns; what is fixed lies under the plant and over the trench."""
    west, south, east, north = layers["trench"].total_bounds
    lines = [_layer(name, layers[name]) for name in ORDER if name in SHOWN and name in WIDTHS]
    points = [_layer(name, layers[name]) for name in ORDER if name in SHOWN and name not in WIDTHS]
    return {
        "attribution": attribution,
        "bounds": [[round(west, 5), round(south, 5)], [round(east, 5), round(north, 5)]],
        "layers": [*lines, *_fixed(locks), *points],
    }


def _fixed(locks: dict[str, gpd.GeoDataFrame]) -> list[dict[str, Any]]:
    """A layer of the map for each role and kind of shape."""
    made = []
    for role in _roles(locks):
        for number_, (name, frame) in enumerate(locks.items()):
            rows_ = frame[frame["role"] == role]
            if rows_.empty:
                continue
            kind = {"locked_ground": "area", "locked_spans": "line", "locked_points": "point"}[name]
            made.append(
                {
                    "id": f"lock-{role}-{number_}",
                    "group": f"lock-{role}",
                    "label": LOCK_LABELS[role],
                    "colour": LOCK_COLOURS[role],
                    "dash": LOCK_DASH,
                    "size": 1.4 if kind == "line" else 3.6,
                    **_drawn(kind, rows_, {"id": "Name", "unused": "Not used"}),
                }
            )
    return made


def _layer(name: str, frame: gpd.GeoDataFrame) -> dict[str, Any]:
    return {
        "id": name,
        "group": name,
        "label": TIER_LABELS[name],
        "colour": COLOURS[name],
        "size": SIZES[name],
        **_drawn("line" if name in WIDTHS else "point", frame, SHOWN[name]),
    }


def _drawn(kind: str, frame: gpd.GeoDataFrame, labels: dict[str, str]) -> dict[str, Any]:
    """Shapes, an area as its rings, and the columns that a click shows, by their labels."""
    shapes = frame.geometry.to_numpy()
    made: list[Any] = [_rounded(shape) for shape in shapes]
    if kind == "area":
        made = [[_rounded(ring) for ring in shapely.get_rings(shape)] for shape in shapes]
    elif kind == "point":
        made = [points[0] for points in made]
    shown = {column: _plain(frame[column].to_numpy()) for column in labels}
    return {"kind": kind, "labels": labels, "shapes": made, "columns": shown}


def _rounded(shape: Any) -> list[list[float]]:
    points: list[list[float]] = shapely.get_coordinates(shape).round(6).tolist()
    return points


def _plain(values: npt.NDArray[Any]) -> list[Any]:
    if values.dtype.kind == "f":
        return [None if not np.isfinite(value) else round(float(value), 1) for value in values]
    plain = [value.item() if isinstance(value, np.generic) else value for value in values]
    return [None if isinstance(value, float) and not np.isfinite(value) else value for value in plain]

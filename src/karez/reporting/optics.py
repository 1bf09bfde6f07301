"""The section on what lights a backbone: huts, wavelengths, margins, transponders, and what they cost."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
from markupsafe import Markup

from karez.model.backbone import Backbone
from karez.model.backbone_rules import BackboneRules
from karez.model.optics import Optics
from karez.reporting.charts import Series, columns
from karez.reporting.figures import MISSING, money, number, plain
from karez.reporting.outage_map import Dots, Lines, network_map
from karez.reporting.page import Figure, Section, Table

HUT, HUT_AT_PLACE, SWITCH, REGENERATOR, LINK = "#d98a1b", "#8a5a12", "#1c5f99", "#c0392b", "#9fb4c2"
STEP_DB = 2.0
"""Width of a class of margins."""
MOST_DB = 12.0


def optics_findings(backbone: Backbone) -> list[str]:
    """What lights the backbone, in sentences."""
    optics = backbone.optics
    routes, links, huts = optics.routes, optics.links, optics.huts
    if not len(links):
        return ["No traffic leaves a hub: nothing is lit."]
    dark = routes[~routes["feasible"]]
    again = routes[routes["regenerators"] > 0]
    said = [
        f"{number(len(huts))} amplifier huts, {number((huts['place'] != '').sum())} of them at places that are there, "
        f"stand along {number(len(links))} links, {number(links['length_km'].sum())} km together; the longest stretch "
        f"of fibre without an amplifier has {number(links['longest_span_km'].max(), 1)} km.",
        f"{number(len(routes) - len(dark))} of {number(len(routes))} routes are within reach, judged by "
        f"{_method(optics)}, {number(len(again))} of them with regenerators"
        f"{_least(optics)}.",
        f"The most loaded link carries {number(optics.bound)} wavelengths; first fit needs {number(optics.used)}"
        f"{', which is the least' if optics.used == optics.bound else ', and none can need fewer than that link has'}. "
        f"A pair of fibres holds {number(optics.channels)} of them; a link has {number(links['fibre_pairs'].max())} "
        "pairs at most.",
    ]
    if len(dark):
        said.append(
            f"{number(len(dark))} routes cannot be lit by any mode, even with a regenerator at every node: they have a "
            f"link that is too long or too noisy, the first of them {dark['id'].iloc[0]}."
        )
    return [*said, _cost(backbone)]


def _method(optics: Optics) -> str:
    return "GNPy" if optics.method == "gnpy" else "the reach rule"


def _least(optics: Optics) -> str:
    lit = optics.routes[optics.routes["feasible"]]["margin_db"].dropna()
    return f"; the least margin beyond the one that is kept is {number(lit.min(), 1)} dB" if len(lit) else ""


def _cost(backbone: Backbone) -> str:
    bill, currency = backbone.optics.bill, backbone.programme.agreement.currency
    there = bill[bill["count"] > 0]
    open_parts = there.loc[there["capex_real"].isna(), "what"].tolist()
    if len(open_parts) == len(there):
        return "No catalogue item is named for any part of it: parts are counted, not priced."
    total = money(float(there["capex_real"].sum()), currency)
    if open_parts:
        return f"What has a price costs {total} of capex; counted but not priced: {', '.join(open_parts).lower()}."
    return f"It costs {total} of capex, which the certificate of the spans leaves out."


def optics_section(backbone: Backbone, areas: gpd.GeoDataFrame) -> Section:
    """Map of huts, margins, links and the bill."""
    rules = backbone.programme.backbone.optics
    rule = (
        "Margins are those of GNPy: spontaneous emission of the amplifiers and nonlinear interference of a full band."
        if backbone.optics.method == "gnpy"
        else "The OSNR is that of the amplifiers' spontaneous emission, 58 + P − L − NF for every span, added up "
        "(ITU-T G Suppl. 39); nonlinear effects and dispersion stand behind a reach of each mode in kilometres and "
        "amplified spans, which must not be exceeded. With the extra `optical` GNPy takes the rule's place."
    )
    text = [
        "Wavelengths are switched at hubs, sources and junctions (ROADM); between them stand as few huts as spans of "
        f"{number(rules.span_max_km)} km allow, evenly, but at a place where one is within {number(rules.hut_near_km)} "
        "km of the even position. Every route has the mode with the fewest transponders, or the cheapest where all "
        "have a price; where none reaches, a regenerator stands at the farthest node that can be reached. " + rule
    ]
    if not len(backbone.optics.links):
        return Section("optics", "What lights it", text=text, points=optics_findings(backbone))
    margins = Figure(
        "Margins of the routes",
        f"Routes by OSNR beyond what their mode needs and the {number(rules.margin_db, 1)} dB kept, in dB.",
        _histogram(backbone.optics),
    )
    return Section(
        "optics",
        "What lights it",
        text=text,
        points=optics_findings(backbone),
        figures=[_map_figure(backbone, areas), margins],
        tables=[
            _bill_table(backbone),
            _route_table(backbone.optics),
            _link_table(backbone.optics),
            _settings_table(backbone.programme.backbone),
        ],
    )


def _map_figure(backbone: Backbone, areas: gpd.GeoDataFrame) -> Figure:
    optics = backbone.optics
    huts, nodes = optics.huts, optics.nodes
    at_place = (huts["place"] != "").to_numpy()
    again = (nodes["regenerators"] > 0).to_numpy()
    named = nodes["name"].astype(str).to_numpy(object)
    sent = [f"{name}: {count} wavelengths sent anew" for name, count in zip(named, nodes["regenerators"], strict=True)]
    layers: list[Lines | Dots] = [
        Lines(optics.links.geometry.to_numpy(), LINK, 1.6, tips=optics.links["id"].tolist()),
        _dots(nodes[~again], SWITCH, 2.6, named[~again].tolist()),
        _dots(nodes[again], REGENERATOR, 4.2, [sent[k] for k in np.flatnonzero(again)]),
        _dots(huts[~at_place], HUT, 3.2, huts.loc[~at_place, "id"].tolist()),
        _dots(huts[at_place], HUT_AT_PLACE, 3.2, (huts["id"] + ", " + huts["place"])[at_place].tolist()),
    ]
    return Figure(
        "Amplifier huts and nodes that switch",
        "Links that traffic uses; nodes at which wavelengths are also regenerated are larger.",
        network_map("Amplifier huts of the backbone", areas, layers),
        (
            ("Switches wavelengths", SWITCH), ("Regenerates some too", REGENERATOR), ("Hut in the open", HUT),
            ("Amplifiers at a place", HUT_AT_PLACE),
        ),
    )  # fmt: skip


def _dots(frame: gpd.GeoDataFrame, colour: str, radius: float, tips: list[str]) -> Dots:
    return Dots(frame.geometry.to_numpy(), colour, [radius] * len(frame), tips)


def _histogram(optics: Optics) -> Markup:
    routes = optics.routes
    margin = routes.loc[routes["feasible"] & routes["margin_db"].notna(), ["way", "margin_db"]]
    steps = np.arange(0.0, MOST_DB, STEP_DB)
    names = [*(f"{low:g}–{low + STEP_DB:g}" for low in steps), f"{MOST_DB:g} or more"]
    of = np.minimum(margin["margin_db"].to_numpy() // STEP_DB, len(steps)).astype(np.int64)
    counts = {
        way: np.bincount(of[(margin["way"] == way).to_numpy()], minlength=len(names)).astype(float).tolist()
        for way in ("working", "protection")
    }
    stack = [Series("working", SWITCH, counts["working"]), Series("protection", HUT, counts["protection"])]
    return columns("Routes by margin", names, [stack], "routes", sums=True)


def _bill_table(backbone: Backbone) -> Table:
    currency, bill = backbone.programme.agreement.currency, backbone.optics.bill
    shown = (bill[name].tolist() for name in ("what", "count", "item", "capex_real", "present_real"))
    rows = [
        [what, number(count), item or MISSING, money(capex, currency), money(present, currency)]
        for what, count, item, capex, present in zip(*shown, strict=True)
    ]
    heads = ["Part", "Count", "Catalogue item", "Capex", "Present cost"]
    return Table("What it takes", heads, rows, words=frozenset({0, 2}))


def _route_table(optics: Optics) -> Table:
    shown = (
        "name",
        "way",
        "mode",
        "wavelengths",
        "length_km",
        "amplified_spans",
        "regenerators",
        "osnr_db",
        "margin_db",
    )
    rows = [
        [
            name,
            way,
            mode or MISSING,
            number(count),
            number(km),
            number(spans),
            number(again),
            number(osnr, 1),
            number(margin, 1),
        ]
        for name, way, mode, count, km, spans, again, osnr, margin in zip(
            *(optics.routes[column].tolist() for column in shown), strict=True
        )
    ]
    heads = [
        "Hub",
        "Way",
        "Mode",
        "Wavelengths",
        "Length, km",
        "Amplified spans",
        "Regenerators",
        "OSNR, dB",
        "Margin, dB",
    ]
    return Table("Routes", heads, rows, words=frozenset({0, 1, 2}), tall=True)


def _link_table(optics: Optics) -> Table:
    shown = (
        "id",
        "from_name",
        "to_name",
        "length_km",
        "huts",
        "longest_span_km",
        "wavelengths",
        "fibre_pairs",
        "osnr_db",
    )
    rows = [
        [one, first, last, number(km, 1), number(huts), number(span, 1), number(count), number(pairs), number(osnr, 1)]
        for one, first, last, km, huts, span, count, pairs, osnr in zip(
            *(optics.links[column].tolist() for column in shown), strict=True
        )
    ]
    heads = [
        "Link", "From", "To", "Length, km", "Huts", "Longest span, km", "Wavelengths", "Pairs of fibres", "OSNR, dB",
    ]  # fmt: skip
    return Table("Links", heads, rows, words=frozenset({0, 1, 2}), tall=True)


def _settings_table(rules: BackboneRules) -> Table:
    """Numbers that traffic and optics rest on, and which of them are assumptions."""
    rows = []
    for model, names in ((rules, ("traffic_years",)), (rules.optics, tuple(type(rules.optics).model_fields))):
        for name in names:
            about, value = type(model).model_fields[name], getattr(model, name)
            extra = about.json_schema_extra if isinstance(about.json_schema_extra, dict) else {}
            if isinstance(value, int | float):
                word = "yes" if extra.get("assumption") else "no"
                rows.append([str(about.description), plain(value), str(extra.get("unit", "")), word])
    return Table("What it rests on", ["Setting", "Value", "Unit", "Assumption"], rows, words=frozenset({0, 2, 3}))

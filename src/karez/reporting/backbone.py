"""The folder of ``karez backbone``: page with the map, layers, tables, and what the bound is derived again from."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import geopandas as gpd

from karez.model.backbone import Backbone
from karez.reporting.backbone_book import write_book
from karez.reporting.backbone_views import HUB_COLOUR, ROLES, hub_table, road_table, role_map
from karez.reporting.figures import money, number, percent
from karez.reporting.files import write_csv, write_json, write_parquets
from karez.reporting.findings import KeyFigure
from karez.reporting.geopackage import write_layers
from karez.reporting.optics import HUT, SWITCH, optics_findings, optics_section
from karez.reporting.page import Figure, Section, Study, Table, kicker, render_study
from karez.reporting.run_folder import Progress, write_whole
from karez.reporting.styles import single_style
from karez.reporting.traffic import traffic_findings, traffic_section


def write_backbone(
    backbone: Backbone, areas: gpd.GeoDataFrame, folder: Path, *, force: bool = False, progress: Progress | None = None
) -> Path:
    """Write ``backbone.html``, ``.gpkg``, ``.xlsx``, ``.json``, ``.csv`` and ``proof/`` into the new folder `folder`.

    Raises
    ------
    UsageFault
        If `folder` is there and `force` is not set.
    """
    writers: dict[str, Callable[[Path], None]] = {
        "backbone.json": partial(write_json, backbone.summary()),
        "only_roads.csv": partial(write_csv, backbone.stretches),
        "traffic.csv": partial(write_csv, backbone.traffic.hubs),
        "optics.csv": partial(write_csv, backbone.optics.bill),
        "backbone.xlsx": partial(write_book, backbone),
        "backbone.gpkg": partial(_layers, backbone),
        "backbone.html": partial(_page, backbone, areas),
        "proof": partial(write_parquets, backbone.proof),
    }
    return write_whole(writers, folder, force=force, progress=progress)


def _layers(backbone: Backbone, path: Path) -> None:
    layers = {
        "spans": (backbone.spans, "LineString"),
        "hubs": (backbone.hubs, "Point"),
        "links": (backbone.optics.links, "MultiLineString"),
        "huts": (backbone.optics.huts, "Point"),
        "nodes": (backbone.optics.nodes, "Point"),
        "routes": (backbone.optics.routes, "MultiLineString"),
    }
    styles = (
        single_style("spans", "LineString", ROLES["ring"][1], 0.6),
        single_style("hubs", "Point", HUB_COLOUR, 2.4),
        single_style("huts", "Point", HUT, 2.0),
        single_style("nodes", "Point", SWITCH, 1.6),
    )
    write_layers(layers, path, version="1.3", styles=styles)


def findings(backbone: Backbone) -> list[str]:
    """What the backbone comes to, in sentences: its spans, its traffic, what lights it."""
    return [*_own_findings(backbone), *traffic_findings(backbone)[:1], *optics_findings(backbone)]


def _own_findings(backbone: Backbone) -> list[str]:
    currency, certificate = backbone.programme.agreement.currency, backbone.certificate
    spans, hubs = backbone.spans, backbone.hubs
    two = hubs[hubs["has"].isin(["edge", "node"])]
    ring_km = float(spans.loc[spans["role"] == "ring", "length_m"].sum()) / 1e3
    gap = certificate.gap or 0.0
    said = [
        f"{number(len(two))} of {number(len(hubs))} hubs have two ways to a source, as far as the candidate routes "
        f"have them, over {number(ring_km)} km of rings.",
        f"The network costs {money(certificate.value, currency)} (present cost"
        f"{', beyond what the plan builds' if backbone.upon_plan else ''}); it is proven that none is cheaper by more "
        f"than {percent(gap, 2)}.",
    ]
    if certificate.value > 0 and backbone.single_real > 0:
        more = certificate.value - backbone.single_real
        said.append(
            f"One way for every hub would cost {money(backbone.single_real, currency)}: the second way costs "
            f"{money(more, currency)}, {percent(more / backbone.single_real)} more."
        )
    roads = backbone.stretches
    if len(roads):
        longest, most = (roads.sort_values(by, ascending=False).iloc[0] for by in ("length_km", "households"))
        said.append(
            f"{number(len(roads))} stretches of only road, {number(roads['length_km'].sum())} km together, lie before "
            f"hubs that need two ways: no candidate route goes round them. The longest has "
            f"{number(longest['length_km'])} km and {number(longest['households'])} households behind it; most "
            f"households, {number(most['households'])}, lie behind {most['id']}, {number(most['length_km'], 1)} km."
        )
    lost = hubs[hubs["has"] == "unreached"]
    if len(lost):
        said.append(f"Hubs without any route to a source: {number(len(lost))}.")
    return said


def _page(backbone: Backbone, areas: gpd.GeoDataFrame, path: Path) -> None:
    agreement, certificate = backbone.programme.agreement, backbone.certificate
    currency = agreement.currency
    hubs = backbone.hubs
    more = certificate.value - backbone.single_real
    keys = [
        KeyFigure("Two ways for every hub", money(certificate.value, currency), "present cost of its spans"),
        KeyFigure("Proven to", percent(certificate.gap or 0.0, 2), "no network is cheaper by more"),
        KeyFigure("The second way costs", money(more, currency), "beyond one way for every hub"),
        KeyFigure("Hubs with two ways", number(hubs["has"].isin(["edge", "node"]).sum()), f"of {number(len(hubs))}"),
        KeyFigure("Only roads", number(len(backbone.stretches)), "stretches that nothing doubles"),
    ]
    study = Study(
        kicker=kicker(agreement),
        title="Two ways from every hub",
        subtitle=f"{agreement.name}: rings over the candidate routes, and the roads that nothing doubles.",
        keys=keys,
        sections=_sections(backbone, areas),
        basis=(
            f"Money is present cost in {currency} at prices of {agreement.price_year}: building, upkeep and renewal of "
            "spans, all built in the first year; what lights them is counted apart, larger cables are left aside. "
            "Two ways share no span, and no node either where a hub asks for that. A source's own connection does not "
            "fail."
        ),
        notes=backbone.notes,
        record=backbone.record,
        command="karez backbone",
    )
    path.write_text(render_study(study), encoding="utf-8", newline="\n")


def _sections(backbone: Backbone, areas: gpd.GeoDataFrame) -> list[Section]:
    currency = backbone.programme.agreement.currency
    there = [role for role in ROLES if (backbone.spans["role"] == role).any()]
    drawing = Figure(
        "The backbone",
        "Every span of the network by what it is; dots are hubs.",
        role_map(backbone.spans, backbone.hubs, areas),
        (*((ROLES[role][0], ROLES[role][1]) for role in there), ("Hub", HUB_COLOUR)),
    )
    lengths = backbone.spans.groupby("role")[["length_m", "capex_real", "present_real"]].sum()
    table = Table(
        "Spans by role",
        ["Role", "Length, km", f"Capex, {currency}", f"Present cost, {currency}"],
        [
            [
                ROLES[role][0],
                number(row["length_m"] / 1e3),
                money(row["capex_real"], currency),
                money(row["present_real"], currency),
            ]
            for role, row in lengths.iterrows()
        ],
    )
    return [
        Section("answer", "What two ways cost", points=_own_findings(backbone), figures=[drawing], tables=[table]),
        Section(
            "only-roads",
            "Roads that nothing doubles",
            text=[
                "A second trench alongside survives a digger, not what takes the road away. A new cross-country route "
                "is taken along the shortest beeline past the stretch, times the settings' detour, at the settings' "
                "price or the dearest rate of the candidates: it has to be surveyed. A microwave link goes along the "
                "same beeline in equal hops with masts of their own; it carries far less than fibre, and sight has to "
                "be surveyed. Satellite back-up serves the hubs behind the stretch alone."
            ],
            tables=[road_table(backbone.stretches, currency)],
        ),
        Section("hubs", "Hub by hub", tables=[hub_table(backbone.hubs)]),
        traffic_section(backbone, areas),
        optics_section(backbone, areas),
        Section(
            "proof",
            "How it is proven",
            text=[
                "Around every hub that needs two ways a cut lets an arc in and an arc out, however the rings are "
                "directed; weights of such cuts that charge no span more than it costs add up to a bound on every "
                "network. Where that leaves a gap, the cases in which a span is there or not are bounded apart.",
                "The folder `proof` holds the cuts. `karez verify` on this folder takes every span and node away in "
                "turn and looks whether each hub keeps its way, and adds the weights up again, with code that shares "
                "nothing with the solver.",
            ],
        ),
    ]

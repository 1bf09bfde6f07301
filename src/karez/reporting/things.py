"""The folder of ``karez things``: page with map and charts, layers, tables, workbook, and what proves it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import geopandas as gpd
from markupsafe import Markup

from karez.model.lora import OVERHEAD_BYTES, SPREADING, sensitivity_dbm, time_on_air_ms
from karez.model.things import Things
from karez.reporting.book import Book, Column, Sheet
from karez.reporting.charts import Series, columns
from karez.reporting.figures import MISSING, is_missing, money, number, percent
from karez.reporting.files import write_csvs, write_json, write_parquets
from karez.reporting.findings import KeyFigure
from karez.reporting.geopackage import write_layers
from karez.reporting.outage_map import Dots, network_map
from karez.reporting.page import Figure, Section, Study, Table, kicker, render_study
from karez.reporting.rests_on import rests_on
from karez.reporting.run_folder import Progress, write_whole
from karez.reporting.styles import single_style

GROUND_LOOKS = {
    "clear": ("Covered, nothing in the way", "#4f9d8f"),
    "over_terrain": ("Covered over terrain", "#1c5f99"),
    "assumed": ("Covered as assumed, without a profile", "#8fb3c9"),
    "uncovered": ("Not covered", "#d98a1b"),
}
GATEWAY = "#17202a"
BACKHAUL_WORDS = {
    "fibre": "fibre of the site",
    "microwave": "microwave of the site",
    "fixed_wireless": "fixed wireless of the site",
    "satellite": "satellite of the site",
    "new_fibre": "new fibre",
    "new_satellite": "new satellite link",
    "unpriced": "not priced",
}
DOTS_AT_MOST = 6_000
"""Cells drawn on the page's map, evenly taken; the layers have all."""


def write_things(
    found: Things, areas: gpd.GeoDataFrame, folder: Path, *, force: bool = False, progress: Progress | None = None
) -> Path:
    """Write ``things.html``, ``.gpkg``, ``.json``, ``.xlsx``, tables and ``proof/`` into the new folder `folder`.

    Raises
    ------
    UsageFault
        If `folder` is there and `force` is not set.
    """
    writers: dict[str, Callable[[Path], None]] = {
        "things.json": partial(write_json, found.summary()),
        "tables": partial(_tables, found),
        "things.gpkg": partial(_layers, found),
        "things.xlsx": partial(_workbook, found),
        "things.html": partial(_page, found, areas),
        "proof": partial(write_parquets, found.proof),
    }
    return write_whole(writers, folder, force=force, progress=progress)


def _tables(found: Things, folder: Path) -> None:
    write_csvs({"gateways": found.gateways.drop(columns="geometry")}, folder)


def _layers(found: Things, path: Path) -> None:
    layers = {"gateways": (found.gateways, "Point"), "cells": (found.cells, "Point"), "masts": (found.masts, "Point")}
    styles = (
        single_style("gateways", "Point", GATEWAY, 3.0),
        single_style("cells", "Point", GROUND_LOOKS["clear"][1], 1.2),
        single_style("masts", "Point", "#9aa5ad", 1.6),
    )
    write_layers(layers, path, version="1.3", styles=styles)


def _workbook(found: Things, path: Path) -> None:
    agreement, gateways = found.programme.agreement, found.gateways
    basis = f"{agreement.currency} at prices of {agreement.price_year}; devices and radio are modelled"
    with Book(path, f"{agreement.name}: things") as book:
        sheet = Sheet(book, "Gateways", "Gateways for things", basis)
        sheet.table(
            [
                Column("Gateway at", gateways["id"].tolist(), "text", 28),
                Column("Name", gateways["name"].tolist(), "text", 24),
                Column("Devices", gateways["devices"].tolist(), "quantity", 12, total=True),
                Column("Messages a day", gateways["messages_per_day"].tolist(), "integer", 14, total=True),
                Column("Load", gateways["load"].tolist(), "share", 10),
                Column("Furthest, km", gateways["furthest_km"].tolist(), "quantity", 12),
                Column("Back-haul", [BACKHAUL_WORDS[word] for word in gateways["backhaul"]], "text", 24),
                Column("From year", [None if is_missing(year) else int(year) for year in gateways["year"]], "year", 10),
                Column("Capex", gateways["capex_real"].tolist(), "money", 16, total=True),
                Column("Opex a year", gateways["opex_real_per_year"].tolist(), "money", 16, total=True),
                Column("Present cost", gateways["present_real"].tolist(), "money", 16, total=True),
            ],
            total="Together",
            freeze=1,
            find=True,
        )


def things_sentences(found: Things) -> list[str]:
    """What the gateways come to, in sentences."""
    rules, currency, certificate = found.programme.things, found.programme.agreement.currency, found.certificate
    gateways = found.gateways
    said = [
        f"{number(len(gateways))} gateways at {number(len(found.masts))} possible masts cover "
        f"{percent(found.covered / found.devices)} of {number(found.devices)} devices; {percent(rules.share)} are "
        f"asked for, and all masts together would hear {percent(found.coverable)}.",
    ]
    if rules.least == "gateways":
        said.append(f"It is proven that fewer than {number(certificate.bound)} of these masts do not cover as many.")
    else:
        said.append(
            f"They cost {money(certificate.value, currency)} (present cost); it is proven that none are cheaper by "
            f"more than {percent(certificate.gap or 0.0, 2)}."
        )
    cost = float(gateways["present_real"].sum())
    priced = f"all together cost {money(cost, currency)} over their life" if cost else "nothing says what one costs"
    said.append(
        f"The busiest takes {percent(gateways['load'].max())} of the time on air at which {percent(rules.lost)} of "
        f"messages collide; {priced}."
    )
    new = gateways[gateways["backhaul"].isin(["new_fibre", "new_satellite"])]
    if len(new):
        said.append(f"{number(len(new))} stand where no site is in service and are joined anew.")
    assumed = found.by("ground").get("assumed", 0.0)
    if assumed:
        said.append(
            f"{percent(assumed / max(found.covered, 1e-9))} of what is covered is assumed: no profile of the terrain "
            "was to be had. It has to be measured."
        )
    if found.derived:
        said.append(f"The land is modelled, not mapped: {found.derived}.")
    return said


def _page(found: Things, areas: gpd.GeoDataFrame, path: Path) -> None:
    agreement, rules, certificate = found.programme.agreement, found.programme.things, found.certificate
    keys = [
        KeyFigure("Gateways", number(len(found.gateways)), f"of {number(len(found.masts))} masts"),
        KeyFigure("Devices covered", percent(found.covered / found.devices), f"of {number(found.devices)}"),
        KeyFigure("Proven to", percent(certificate.gap or 0.0, 2), "no choice is better by more"),
        KeyFigure("Busiest gateway", percent(found.gateways["load"].max()), "of its room for messages"),
        KeyFigure("Present cost", money(found.gateways["present_real"].sum(), agreement.currency), "of all gateways"),
    ]
    study = Study(
        kicker=kicker(agreement),
        title="Gateways for things",
        subtitle=f"{agreement.name}: least gateways that hear what stands on fields and pastures.",
        keys=keys,
        sections=_sections(found, areas),
        basis=(
            f"LoRa at {rules.mhz:g} MHz in channels of 125 kHz. Loss is the greatest of free space (ITU-R P.525), "
            "Hata's curve for open land, and free space with up to three knife edges of the terrain's profile "
            "(ITU-R P.526); where cells of the elevation are larger than 100 m, Hata's curve with what is assumed of "
            "mountains. Devices send at random times (pure ALOHA); all spreading factors are counted as if they "
            f"collided. Money is real, at prices of {agreement.price_year}."
        ),
        notes=found.notes,
        record=found.record,
        command="karez things",
    )
    path.write_text(render_study(study), encoding="utf-8", newline="\n")


def _sections(found: Things, areas: gpd.GeoDataFrame) -> list[Section]:
    by_ground = found.by("ground")
    there = [ground for ground in GROUND_LOOKS if by_ground.get(ground)]
    by_spreading = found.by("spreading")
    counts = [by_spreading.get(str(sf), 0.0) for sf in SPREADING]
    figures = [
        Figure(
            "What is covered",
            "Every cell of land by how it is reached; large dots are gateways.",
            _map(found, areas),
            (*(GROUND_LOOKS[ground] for ground in there), ("Gateway", GATEWAY)),
        ),
        Figure(
            "How devices send",
            "Devices by spreading factor: the slower, the further, and the longer a message takes.",
            columns(
                "Devices by spreading factor",
                [f"SF{sf}" for sf in SPREADING],
                [[Series("Devices", GROUND_LOOKS["over_terrain"][1], counts)]],
                "devices",
            ),
        ),
    ]
    return [
        Section("answer", "Where the gateways stand", points=things_sentences(found), figures=figures),
        Section("gateways", "Gateway by gateway", tables=[_gateway_table(found)]),
        Section("radio", "What a message needs", tables=[_radio_table(found)]),
        rests_on(found.programme.things, "things"),
        Section(
            "proof",
            "How it is proven",
            text=[
                "Every cell has a multiplier that pays for its being covered. What a mast earns from them within its "
                "room for messages is all it can take off the bound, so any multipliers prove one. That the radio is "
                "as modelled is not proven: it has to be measured.",
                "`karez verify` on this folder works out every link, time on air and load again, and adds the bound up "
                "with code that shares nothing with the solver.",
            ],
        ),
    ]


def _map(found: Things, areas: gpd.GeoDataFrame) -> Markup:
    cells = found.cells.iloc[:: 1 + len(found.cells) // DOTS_AT_MOST]
    layers = []
    for ground, (_, colour) in GROUND_LOOKS.items():
        part = cells[cells["ground"] == ground]
        layers.append(Dots(part.geometry.to_numpy(), colour, [1.8] * len(part)))
    gateways = found.gateways
    tips = [
        f"{name}: {number(devices)} devices"
        for name, devices in zip(gateways["name"], gateways["devices"], strict=True)
    ]
    layers.append(Dots(gateways.geometry.to_numpy(), GATEWAY, [4.5] * len(gateways), tips))
    return network_map("Map of gateways and covered land", areas, layers)


def _gateway_table(found: Things) -> Table:
    currency = found.programme.agreement.currency
    rows = [
        [
            str(row.name),
            str(row.category),
            number(row.devices),
            number(row.messages_per_day),
            percent(row.load),
            number(row.furthest_km, 1),
            BACKHAUL_WORDS[str(row.backhaul)],
            MISSING if is_missing(row.year) else str(int(row.year)),
            money(row.present_real, currency),
        ]
        for row in found.gateways.sort_values(["devices", "id"], ascending=[False, True]).itertuples(index=False)
    ]
    heads = [
        "Gateway at",
        "Category",
        "Devices",
        "Messages a day",
        "Load",
        "Furthest, km",
        "Back-haul",
        "From year",
        "Present cost",
    ]
    return Table("Gateways", heads, rows, words=frozenset({0, 1, 6}), tall=True)


def _radio_table(found: Things) -> Table:
    rules, by_spreading = found.programme.things, found.by("spreading")
    rows = [
        [
            f"SF{sf}",
            number(sensitivity_dbm(sf, rules.noise_figure_db), 1),
            number(
                rules.dbm + rules.gateway_gain_dbi - rules.margin_db - sensitivity_dbm(sf, rules.noise_figure_db), 1
            ),
            number(time_on_air_ms(sf, rules.payload_bytes + OVERHEAD_BYTES), 1),
            number(by_spreading.get(str(sf), 0.0)),
        ]
        for sf in SPREADING
    ]
    heads = ["Spreading factor", "Sensitivity, dBm", "Greatest loss, dB", "Time on air, ms", "Devices"]
    return Table("Spreading factors", heads, rows)

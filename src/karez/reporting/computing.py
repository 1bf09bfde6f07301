"""The folder of ``karez computing``: page with map and histogram, layers, tables, workbook, and what proves it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import geopandas as gpd
import numpy as np
import numpy.typing as npt
from markupsafe import Markup

from karez.model.computing import Computing
from karez.reporting.book import Book, Column, Sheet
from karez.reporting.charts import Series, columns, nice_ticks
from karez.reporting.figures import MISSING, money, number, percent
from karez.reporting.files import write_csvs, write_json, write_parquets
from karez.reporting.findings import KeyFigure
from karez.reporting.geopackage import write_layers
from karez.reporting.outage_map import Dots, network_map
from karez.reporting.page import Figure, Section, Study, Table, kicker, render_study
from karez.reporting.rests_on import rests_on
from karez.reporting.run_folder import Progress, write_whole
from karez.reporting.styles import single_style

SHADES = ("#8fc1a9", "#4f9d8f", "#1c5f99", "#d98a1b", "#c0392b")
"""Colours of round trips, quickest first."""
LOST = "#9aa5ad"
CENTRE = "#17202a"
BARS = 12
SHOWN = 400
"""Sites named on the page, worst first; the workbook and the layers have all."""
STATE_WORDS = {
    "served": "served",
    "unreached": "no way to a candidate",
    "beyond_limit": "no candidate within the limit",
    "unserved": "not served",
}


def write_computing(
    found: Computing, areas: gpd.GeoDataFrame, folder: Path, *, force: bool = False, progress: Progress | None = None
) -> Path:
    """Write ``computing.html``, ``.gpkg``, ``.json``, ``.xlsx``, tables and ``proof/`` into the new folder `folder`.

    Raises
    ------
    UsageFault
        If `folder` is there and `force` is not set.
    """
    writers: dict[str, Callable[[Path], None]] = {
        "computing.json": partial(write_json, found.summary()),
        "tables": partial(_tables, found),
        "computing.gpkg": partial(_layers, found),
        "computing.xlsx": partial(_workbook, found),
        "computing.html": partial(_page, found, areas),
        "proof": partial(write_parquets, found.proof),
    }
    return write_whole(writers, folder, force=force, progress=progress)


def _tables(found: Computing, folder: Path) -> None:
    centres, sites = (frame.drop(columns="geometry") for frame in (found.centres, found.sites))
    write_csvs({"centres": centres, "sites": sites, "curve": found.curve}, folder)


def _layers(found: Computing, path: Path) -> None:
    layers = {
        "centres": (found.centres, "Point"),
        "sites": (found.sites, "Point"),
        "candidates": (found.candidates, "Point"),
    }
    styles = (
        single_style("centres", "Point", CENTRE, 4.0),
        single_style("sites", "Point", SHADES[2], 1.6),
        single_style("candidates", "Point", LOST, 2.0),
    )
    write_layers(layers, path, version="1.3", styles=styles)


def _workbook(found: Computing, path: Path) -> None:
    agreement = found.programme.agreement
    basis = f"{agreement.currency} at prices of {agreement.price_year}; traffic and power are modelled"
    with Book(path, f"{agreement.name}: computing") as book:
        centres = found.centres
        sheet = Sheet(book, "Centres", "Where computing goes", basis)
        sheet.table(
            [
                Column("Centre", centres["name"].tolist(), "text", 26),
                Column("Sites", centres["sites"].tolist(), "integer", 10, total=True),
                Column("Mbit/s", centres["mbps"].tolist(), "quantity", 14, total=True),
                Column("Mean round trip, ms", centres["mean_ms"].tolist(), "cents", 14),
                Column("Worst round trip, ms", centres["worst_ms"].tolist(), "cents", 14),
                Column("Power, kW", centres["kw"].tolist(), "quantity", 12, total=True),
                Column("Energy, MWh a year", centres["mwh_per_year"].tolist(), "quantity", 14, total=True),
                Column("Capex", centres["capex_real"].tolist(), "money", 16, total=True),
                Column("Opex a year", centres["opex_real_per_year"].tolist(), "money", 16, total=True),
                Column("Present cost", centres["present_real"].tolist(), "money", 16, total=True),
            ],
            total="Together",
            freeze=1,
        )
        sites = found.sites
        sheet = Sheet(book, "Round trips", "What round trip every site sees", basis)
        sheet.table(
            [
                Column("Site", sites["id"].tolist(), "text", 28),
                Column("Name", sites["name"].tolist(), "text", 22),
                Column("Category", sites["category"].tolist(), "text", 16),
                Column("Project", sites["project"].tolist(), "text", 14),
                Column("Technology", sites["technology"].tolist(), "text", 14),
                Column("Mbit/s", sites["mbps"].tolist(), "quantity", 12),
                Column("Centre", sites["centre"].tolist(), "text", 24),
                Column("Way, km", sites["way_km"].tolist(), "quantity", 12),
                Column("Hops", sites["hops"].tolist(), "quantity", 8),
                Column("Round trip, ms", sites["round_trip_ms"].tolist(), "cents", 12),
                Column("Standard, ms", sites["standard_ms"].tolist(), "quantity", 12),
                Column("State", [STATE_WORDS[state] for state in sites["state"]], "text", 26),
            ],
            freeze=1,
            find=True,
        )


def computing_sentences(found: Computing) -> list[str]:
    """What the placing comes to, in sentences."""
    currency, certificate = found.programme.agreement.currency, found.certificate
    served, centres = found.served, found.centres
    gap = certificate.gap or 0.0
    said = [
        f"{number(len(centres))} centres of {number(len(found.candidates))} candidates serve {number(len(served))} of "
        f"{number(len(found.sites))} sites: {', '.join(centres['name'].astype(str).head(8))}"
        f"{' …' if len(centres) > 8 else ''}.",
        f"By traffic a round trip takes {number(found.mean_ms(), 2)} ms, at the worst site "
        f"{number(served['round_trip_ms'].max(), 1)} ms; {percent(served['meets_standard'].mean())} of these sites "
        "keep their project's standard.",
    ]
    if found.variant == "median":
        said.append(
            f"It is proven that no {number(len(centres))} of the candidates are quicker by traffic by more than "
            f"{percent(gap, 2)}."
        )
    else:
        said.append(
            f"Centres and delay cost {money(certificate.value + certificate.constant, currency)} (present cost); it is "
            f"proven that no choice is cheaper by more than {percent(gap, 2)}, what no choice changes left aside."
        )
    said.append(
        f"The centres draw {number(centres['kw'].sum(), 1)} kW, {number(centres['mwh_per_year'].sum())} MWh a year, "
        f"and cost {money(centres['present_real'].sum(), currency)} over their life."
    )
    lost = found.sites[found.sites["state"] != "served"]
    if len(lost):
        counts = [
            f"{number((lost['state'] == state).sum())} {STATE_WORDS[state]}"
            for state in STATE_WORDS
            if (lost["state"] == state).any()
        ]
        said.append(f"{number(len(lost))} sites have no centre: {', '.join(counts)}.")
    return said


def _page(found: Computing, areas: gpd.GeoDataFrame, path: Path) -> None:
    agreement, certificate, served = found.programme.agreement, found.certificate, found.served
    rules = found.programme.computing
    keys = [
        KeyFigure("Centres", number(len(found.centres)), f"of {number(len(found.candidates))} candidates"),
        KeyFigure("Round trip", f"{number(found.mean_ms(), 2)} ms", "mean by traffic"),
        KeyFigure("Proven to", percent(certificate.gap or 0.0, 2), "no choice is better by more"),
        KeyFigure("Keep their standard", percent(served["meets_standard"].mean()), "of the sites served"),
        KeyFigure("Power", f"{number(found.centres['kw'].sum())} kW", "drawn by all centres"),
    ]
    study = Study(
        kicker=kicker(agreement),
        title="Where computing goes",
        subtitle=f"{agreement.name}: centres, and the round trip that every site sees.",
        keys=keys,
        sections=_sections(found, areas),
        basis=(
            f"A way takes {rules.fibre_us_per_km:g} µs a km one way, {rules.hop_us:g} µs at each place with equipment "
            f"that it passes, and fibre's access {rules.access_ms:g} ms a round trip; satellite and radio take what "
            "the settings say of them, from where they reach the network. Waiting in queues and work in servers are "
            "left out. Traffic is that of the busy hour, modelled. Money is real, at prices of "
            f"{agreement.price_year}."
        ),
        notes=found.notes,
        record=found.record,
        command="karez computing",
    )
    path.write_text(render_study(study), encoding="utf-8", newline="\n")


def _sections(found: Computing, areas: gpd.GeoDataFrame) -> list[Section]:
    bounds = _classes(found)
    legend = tuple(zip(_class_words(bounds), SHADES, strict=False))
    figures = [
        Figure(
            "Centres, and the round trip of every site",
            "Dots are sites by their round trip in ms; large dots are centres.",
            _map(found, areas, bounds),
            (*legend, ("No centre", LOST), ("Centre", CENTRE)),
        ),
        Figure(
            "How many sites see which round trip",
            "Sites by round trip in ms; below each bar stands where it begins.",
            _histogram(found),
        ),
    ]
    tables = [_centre_table(found)]
    if len(found.curve):
        tables.append(_curve_table(found))
    return [
        Section("answer", "Where the centres stand", points=computing_sentences(found), figures=figures, tables=tables),
        Section("projects", "Against what is promised", tables=[_project_table(found)]),
        Section(
            "sites",
            "Site by site",
            text=[f"The {number(min(SHOWN, len(found.sites)))} longest round trips; the workbook and layers have all."],
            tables=[_site_table(found)],
        ),
        rests_on(found.programme.computing, "computing"),
        Section(
            "proof",
            "How it is proven",
            text=[
                "Every customer has a multiplier that pays for its being served. What a place earns from them beyond "
                "its cost is all it can take off the bound, so any multipliers prove one. Candidates that no better "
                "choice opens or closes are fixed, and cases on single candidates close what is left.",
                "The folder `proof` holds multipliers and cases. `karez verify` on this folder finds all ways again, "
                "prices the pairs, looks whether capacities and limits are kept, and adds the bound up with code that "
                "shares nothing with the solver.",
            ],
        ),
    ]


def _classes(found: Computing) -> list[float]:
    """Ends of classes of round trips: round numbers up to the worst."""
    worst = float(found.served["round_trip_ms"].quantile(0.98)) if len(found.served) else 1.0
    return nice_ticks(max(worst, 1e-3))[1:][: len(SHADES) - 1]


def _class_words(bounds: list[float]) -> list[str]:
    words = [f"up to {bound:g} ms" for bound in bounds]
    return [*words, f"above {bounds[-1]:g} ms"]


def _map(found: Computing, areas: gpd.GeoDataFrame, bounds: list[float]) -> Markup:
    sites = found.sites.drop_duplicates("geometry")
    held = (sites["state"] == "served").to_numpy()
    kind = np.searchsorted(bounds, sites["round_trip_ms"].fillna(0.0).to_numpy(), side="left")
    layers = [_dots(sites[~held], LOST, 2.2)]
    for number_of, colour in enumerate(SHADES[: len(bounds) + 1]):
        layers.append(_dots(sites[held & (kind == number_of)], colour, 2.6))
    layers.append(_dots(found.centres, CENTRE, 7.0))
    return network_map("Map of centres and round trips", areas, layers)


def _dots(frame: gpd.GeoDataFrame, colour: str, radius: float) -> Dots:
    trip = frame["round_trip_ms"] if "round_trip_ms" in frame else frame["mean_ms"]
    tips = [f"{name}: {number(ms, 2)} ms" for name, ms in zip(frame["name"], trip, strict=True)]
    return Dots(frame.geometry.to_numpy(), colour, [radius] * len(frame), tips)


def histogram(values: npt.NDArray[np.float64]) -> tuple[list[str], list[float]]:
    """Where bars begin and how many values each holds; the last holds all that is beyond."""
    top = float(np.quantile(values, 0.98)) if len(values) else 1.0
    step = max(top, 1e-3) / (BARS - 1)
    size = 10.0 ** np.floor(np.log10(step))
    step = float(next(size * factor for factor in (1, 2, 2.5, 5, 10) if size * factor >= step))
    place = np.minimum((values / step).astype(np.int64), BARS - 1)
    counts = np.bincount(place, minlength=BARS)
    return [f"{step * bar:g}" for bar in range(BARS)], counts.astype(float).tolist()


def _histogram(found: Computing) -> Markup:
    begins, counts = histogram(found.served["round_trip_ms"].to_numpy())
    return columns("Sites by round trip", begins, [[Series("Sites", SHADES[2], counts)]], "sites")


def _centre_table(found: Computing) -> Table:
    currency = found.programme.agreement.currency
    rows = [
        [
            str(row.name),
            str(row.area_id),
            number(row.sites),
            number(row.mbps / 1e3, 1),
            MISSING if np.isnan(row.capacity_mbps) else percent(row.mbps / row.capacity_mbps),
            number(row.mean_ms, 2),
            number(row.worst_ms, 1),
            number(row.kw, 1),
            money(row.capex_real, currency),
            money(row.present_real, currency),
        ]
        for row in found.centres.itertuples(index=False)
    ]
    heads = [
        "Centre", "Area", "Sites", "Gbit/s", "of its capacity", "Mean, ms", "Worst, ms", "Power, kW", "Capex",
        "Present cost",
    ]  # fmt: skip
    return Table("Centres", heads, rows, words=frozenset({0, 1}), tall=len(rows) > 15)


def _curve_table(found: Computing) -> Table:
    rows = [
        [number(row.centres), number(row.mean_ms, 3), number(row.bound_ms, 3)]
        for row in found.curve.itertuples(index=False)
    ]
    return Table("What one centre more brings", ["Centres", "Mean round trip by traffic, ms", "At least, ms"], rows)


def _project_table(found: Computing) -> Table:
    names = {project.id: project.name for project in found.programme.projects}
    rows = []
    for project, part in found.sites.groupby("project", sort=True):
        served = part[part["state"] == "served"]
        rows.append(
            [
                names.get(str(project), str(project)),
                number(part["standard_ms"].iloc[0], 1),
                number(len(part)),
                number(len(served)),
                number(served["round_trip_ms"].median(), 2),
                number(served["round_trip_ms"].max(), 1),
                percent(served["meets_standard"].mean()),
            ]
        )
    heads = ["Project", "Standard, ms", "Sites", "with a centre", "Median, ms", "Worst, ms", "keep the standard"]
    return Table("Round trips by project", heads, rows)


def _site_table(found: Computing) -> Table:
    worst = found.sites.sort_values(["round_trip_ms", "id"], ascending=[False, True], na_position="first").head(SHOWN)
    rows = [
        [
            str(row.name),
            str(row.category),
            str(row.technology),
            STATE_WORDS[str(row.state)],
            str(row.centre),
            number(row.way_km),
            number(row.hops),
            number(row.round_trip_ms, 2),
            number(row.standard_ms, 1),
        ]
        for row in worst.itertuples(index=False)
    ]
    heads = ["Site", "Category", "Technology", "State", "Centre", "Way, km", "Hops", "Round trip, ms", "Standard, ms"]
    return Table("Sites", heads, rows, words=frozenset({0, 1, 2, 3, 4}), tall=True)

"""The folder of ``karez frontier``: page, tables, and what the band is proven again from."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from karez.model.frontier import CoverageFrontier, Curve
from karez.reporting.band_chart import Band, Spot, bands
from karez.reporting.book import Book, Column, Sheet
from karez.reporting.charts import Series, columns
from karez.reporting.figures import at_most, money, number, percent, plain
from karez.reporting.files import write_csv, write_json, write_parquets
from karez.reporting.findings import KeyFigure
from karez.reporting.page import Figure, Section, Study, Table, kicker, render_study
from karez.reporting.palette import TECHNOLOGY_LABELS
from karez.reporting.run_folder import Progress, write_whole
from karez.reporting.unit import fitting_unit

COLOURS = {"homes": "#1c5f99", "benefit": "#d98a1b"}
NAMED = 3
"""Names told of each kind in a step of the table."""


def write_frontier(
    frontier: CoverageFrontier, folder: Path, *, force: bool = False, progress: Progress | None = None
) -> Path:
    """Write ``frontier.html``, ``.csv``, ``.xlsx``, ``.json`` and ``proof/`` into the new folder `folder`.

    Raises
    ------
    UsageFault
        If `folder` is there and `force` is not set.
    """
    writers = {
        "frontier.json": partial(write_json, frontier.summary()),
        "frontier.csv": partial(write_csv, frontier.levels),
        "frontier.xlsx": partial(_workbook, frontier),
        "frontier.html": partial(_page, frontier),
        "proof": partial(_proof, frontier),
    }
    return write_whole(writers, folder, force=force, progress=progress)


def _proof(frontier: CoverageFrontier, folder: Path) -> None:
    """Graph, offers, designs, multipliers and moats, from which every point and every bound is derived again."""
    tables = {
        "graph": frontier.graph,
        "offers": frontier.offers,
        "designs": frontier.designs,
        "networks": frontier.networks,
        "levels": frontier.levels,
        "cells": frontier.cells,
    }
    for name in ("multipliers", "moats", "staircase"):
        parts = [getattr(curve, name).assign(measure=curve.measure) for curve in frontier.curves]
        tables[name] = pd.concat(parts, ignore_index=True)
    write_parquets(tables, folder)


def band_drawing(frontier: CoverageFrontier) -> Figure:
    """The chart of all curves, with the programme's budget and plan."""
    currency, mark = frontier.programme.agreement.currency, frontier.mark
    size, unit = fitting_unit([float(frontier.levels["capex_real"].max())], currency)
    curves = [_band(curve, size) for curve in frontier.curves]
    line = (mark.budget_real / size, f"Budget of all years: {money(mark.budget_real, currency)}")
    spots = [
        Spot(f"Plan, {mark.year}", COLOURS[curve.measure], mark.capex_real / size, _points(curve, mark))
        for curve in frontier.curves
        if mark.capex_real is not None
    ]
    drawing = bands(
        "What is reached against money, and what nothing exceeds",
        curves,
        x_unit=f"Capex, {unit}, prices of {frontier.programme.agreement.price_year}",
        y_unit="% of all",
        spots=spots,
        line=line,
    )
    widest = at_most(max(curve.gap_points for curve in frontier.curves) / 100)
    caption = (
        "Lines are networks that were found. The band above a line ends where it is proven that no network of that "
        f"cost reaches more: {widest} of all above the line at most, so that most of it cannot be seen."
    )
    legend = tuple((curve.label, COLOURS[curve.measure]) for curve in frontier.curves)
    return Figure("Coverage and benefit against money", caption, drawing, legend)


def step_drawing(frontier: CoverageFrontier) -> Figure:
    """The chart of what each step of money adds in homes: as found, and at most."""
    homes, currency = frontier.at("homes"), frontier.programme.agreement.currency
    steps = homes[homes["more"].notna()]
    size, unit = fitting_unit([float(homes["capex_real"].max())], currency)
    largest = float(steps["more_at_most"].max()) if len(steps) else 0.0
    scale, word = (1e3, "thousand homes") if largest >= 1e4 else (1.0, "homes")
    found = Series("Found", COLOURS["homes"], (steps["more"] / scale).tolist())
    rest = Series("At most, as proven", "#b9cfe0", ((steps["more_at_most"] - steps["more"]) / scale).tolist())
    begins = [plain(float(begin) / size) for begin in steps["capex_real"]]
    labels = [begin if place % 5 == 0 else "" for place, begin in enumerate(begins)]
    width = money(float(homes["capex_real"].iloc[1]) if len(homes) > 1 else 0.0, currency)
    return Figure(
        f"Homes that the next {width} buys",
        f"From each level of money ({unit}) to the next: what was found, and above it what no network adds more.",
        columns("Homes that each step of money adds", labels, [[found, rest]], word),
        (("Found", COLOURS["homes"]), ("At most, as proven", "#b9cfe0")),
    )


def _points(curve: Curve, mark: Any) -> float:
    return 100.0 * float(mark.reached[curve.measure]) / (curve.whole or 1.0)


def _band(curve: Curve, size: float) -> Band:
    table, whole = curve.staircase, curve.whole or 1.0
    return Band(
        curve.label,
        COLOURS[curve.measure],
        (table["capex_real"] / size).tolist(),
        (100 * table["achieved"] / whole).tolist(),
        (100 * table["bound"] / whole).tolist(),
    )


def _page(frontier: CoverageFrontier, path: Path) -> None:
    agreement = frontier.programme.agreement
    study = Study(
        kicker=kicker(agreement),
        title="What the next billion buys" if _in_billions(frontier) else "What more money buys",
        subtitle=f"{agreement.name}: coverage and benefit against money, from nothing to everything.",
        keys=_keys(frontier),
        sections=_sections(frontier),
        basis=(
            f"Money is capex in {agreement.currency} at prices of {agreement.price_year}, as one budget without years; "
            "upkeep, minimum shares, dates and the speed of building are left aside. Every network that the candidate "
            "routes allow is weighed, and for every site fibre, its alternatives or nothing."
        ),
        notes=frontier.notes,
        record=frontier.record,
        command="karez frontier",
    )
    path.write_text(render_study(study), encoding="utf-8", newline="\n")


def _in_billions(frontier: CoverageFrontier) -> bool:
    steps = frontier.at("homes")["capex_real"]
    return len(steps) > 1 and float(steps.iloc[1]) == 1e9


def _keys(frontier: CoverageFrontier) -> list[KeyFigure]:
    currency, mark = frontier.programme.agreement.currency, frontier.mark
    homes, best = frontier.curve("homes"), frontier.at_budget("homes")
    keys = [KeyFigure("Budget of all years, real", money(mark.budget_real, currency), "all that the programme has")]
    if mark.capex_real is not None:
        share = mark.reached["homes"] / (homes.whole or 1.0)
        when = f"of all homes to standard by the end of {mark.year}"
        keys.append(KeyFigure("The plan reaches", percent(share), when))
    told = f"with that money; it is proven that nothing reaches more than {percent(best['share_bound'])}"
    keys.append(KeyFigure("Homes alone could reach", percent(best["share"]), told))
    last = frontier.at("homes")
    full = last[last["share"] >= last["share"].max() - 1e-12].iloc[0]
    gap = max(curve.gap_points for curve in frontier.curves)
    shown = sum(len(curve.staircase) for curve in frontier.curves)
    cost = money(full["spent_real"], currency)
    keys += [
        KeyFigure("All that can be reached", percent(full["share"]), f"of all homes, for {cost}"),
        KeyFigure("Proven to", f"{number(gap, 2)} points", "at every budget, homes and benefit"),
        KeyFigure("Networks shown", number(shown), "each a tree whose capex adds up"),
    ]
    return keys


def nearest(frontier: CoverageFrontier, measure: str, budget: float) -> pd.Series[Any]:
    """The highest level that is no dearer than a budget."""
    levels = frontier.at(measure)
    return levels[levels["capex_real"] <= max(budget, 0.0)].iloc[-1]


def findings(frontier: CoverageFrontier) -> list[str]:
    """What the curve says, in sentences."""
    currency, mark = frontier.programme.agreement.currency, frontier.mark
    homes = frontier.at("homes")
    step = float(homes["capex_real"].iloc[1]) if len(homes) > 1 else 0.0
    said = []
    gains = homes[homes["more"].notna() & (homes["more"] > 0)]
    if len(gains):
        first, last = gains.iloc[0], gains.iloc[-1]
        said.append(
            f"The first {money(step, currency)} reach {number(first['more'])} homes, "
            f"{money(step / first['more'], currency)} each; the step from {money(last['capex_real'], currency)} to "
            f"{money(last['capex_real'] + step, currency)} reaches {number(last['more'])} more."
        )
    half = homes[homes["share"] >= 0.5]
    if len(half):
        said.append(
            f"Half of all homes are reached with {money(half['capex_real'].iloc[0], currency)}; it is proven that "
            f"{money(_least(homes, 0.5), currency)} or less would not do."
        )
    at = nearest(frontier, "homes", mark.budget_real)
    if len(homes) > 1:
        following = frontier.following
        beyond = following[(following["measure"] == "homes") & (following["capex_real"] == at["capex_real"])]
        if len(beyond) and pd.notna(at["more"]):
            places = beyond[beyond["kind"] == "place"]["name"].head(NAMED).tolist()
            said.append(
                f"From {money(at['capex_real'], currency)}, about the budget, the next {money(step, currency)} would "
                f"buy {number(at['more'])} homes, and no network makes it more than {number(at['more_at_most'])}; "
                f"first of all in {', '.join(places)}."
            )
    if mark.capex_real is not None:
        best, whole = frontier.at_budget("homes"), frontier.curve("homes").whole or 1.0
        missing = best["share"] - mark.reached["homes"] / whole
        said.append(
            f"The plan has {percent(mark.reached['homes'] / whole)} of all homes in service to standard at the end. "
            f"Homes alone, with the same money as one budget, could come to {percent(best['share'])}: "
            f"{number(100 * missing, 1)} points go to the other projects, to serving homes early, and to the rules."
        )
    return said


def _least(levels: pd.DataFrame, share: float) -> float:
    """Highest level at which it is proven that less than that share is reached."""
    short = levels[levels["share_bound"] < share]
    return float(short["capex_real"].iloc[-1]) if len(short) else 0.0


def _sections(frontier: CoverageFrontier) -> list[Section]:
    figures = [band_drawing(frontier), step_drawing(frontier)]
    parts = [Section("answer", "What money buys", points=findings(frontier), figures=figures)]
    parts += [
        Section(
            f"levels-{curve.measure}",
            {"homes": "Homes, step by step", "benefit": "Benefit, step by step"}[curve.measure],
            text=[_told(curve)],
            tables=[_level_table(frontier, curve), _next_table(frontier, curve)],
        )
        for curve in frontier.curves
    ]
    parts.append(
        Section(
            "proof",
            "How it is proven",
            text=[
                "For a price of one home, or of one unit of benefit, the best network is a prize-collecting Steiner "
                "tree, and its dual solution bounds what any network can be worth at that price. Each price bounds "
                "every budget; the least of the bounds is the upper edge of the band.",
                "The folder `proof` holds the routes, the offers, the networks of every level and the dual solutions. "
                "`karez verify` on this folder adds every network up again and grows every dual solution again, with "
                "code that shares nothing with the solver.",
            ],
            tables=[
                Table(
                    "Gap of bound and network, over all budgets",
                    ["Measure", "Largest gap, points", "Prices that bind"],
                    [[c.label, number(c.gap_points, 3), number(len(c.multipliers))] for c in frontier.curves],
                )
            ],
        )
    )
    return parts


def _told(curve: Curve) -> str:
    if curve.measure == "homes":
        return "Homes in service to their project's standard, those served already included; nothing else counts here."
    return (
        "What the plan's schedule maximises, at its end: the weight of every site, times its project's priority, times "
        "1 for service to standard and the settings' factor below it."
    )


def _level_table(frontier: CoverageFrontier, curve: Curve) -> Table:
    levels = frontier.at(curve.measure)
    currency = frontier.programme.agreement.currency
    words = [column.removeprefix("sites_") for column in levels.columns if column.startswith("sites_")]
    heads = [
        f"Money, {currency}",
        "Reached",
        "Share",
        "At most",
        "Next step adds",
        "At most",
        "Homes to standard",
        "Route, km",
        *(f"Sites, {TECHNOLOGY_LABELS[word].lower()}" for word in words),
    ]
    rows = [
        [
            money(row["capex_real"], currency),
            number(row["achieved"]),
            percent(row["share"], 2),
            percent(row["share_bound"], 2),
            number(row["more"]),
            number(row["more_at_most"]),
            percent(row["homes_share"]),
            number(row["route_km"]),
            *(number(row[f"sites_{word}"]) for word in words),
        ]
        for _, row in levels.iterrows()
    ]
    return Table(f"{curve.label}, by money", heads, rows, tall=True)


def _next_table(frontier: CoverageFrontier, curve: Curve) -> Table:
    following = frontier.following[frontier.following["measure"] == curve.measure]
    currency = frontier.programme.agreement.currency
    rows = []
    for capex, step in following.groupby("capex_real", sort=True):
        told = [_names(step[step["kind"] == kind]) for kind in ("project", "area", "place")]
        rows.append([f"from {money(capex, currency)}", number(step[step["kind"] == "project"]["gain"].sum()), *told])
    heads = ["Step", "Gain of the projects named", "Projects", "Areas", "Places"]
    return Table("What comes next", heads, rows, words=frozenset({0, 2, 3, 4}), tall=True)


def _names(part: pd.DataFrame) -> str:
    """The largest gains with their figures."""
    gains = zip(part["name"], part["gain"], strict=True)
    shown = [f"{name} {number(gain)}" for name, gain in gains if round(float(gain)) > 0]
    more = len(shown) - NAMED
    return ", ".join(shown[:NAMED]) + (f" and {more} more" if more > 0 else "")


def _workbook(frontier: CoverageFrontier, path: Path) -> None:
    agreement = frontier.programme.agreement
    basis = f"Money in {agreement.currency} at prices of {agreement.price_year}"
    with Book(path, f"{agreement.name}: frontier") as book:
        for curve in frontier.curves:
            sheet = Sheet(book, curve.measure.title(), curve.label, basis)
            sheet.table(_columns(frontier.at(curve.measure)), freeze=1)
        sheet = Sheet(book, "What comes next", "What each step serves more than the level before", basis)
        names = {"measure": "Measure", "kind": "Kind", "id": "Id", "name": "Name"}
        following = frontier.following
        sheet.table(
            [
                Column("From, capex", following["capex_real"].tolist(), "money", 18),
                *(Column(title, following[key].astype(str).tolist(), "text", 24) for key, title in names.items()),
                Column("Gain", following["gain"].tolist(), "quantity", 14),
                Column("Homes of it", following["homes"].tolist(), "quantity", 14),
            ],
            freeze=1,
            find=True,
        )


def _columns(levels: pd.DataFrame) -> Sequence[Column]:
    named = {
        "capex_real": ("Money", "money"),
        "spent_real": ("Capex of the network", "cents"),
        "achieved": ("Reached", "quantity"),
        "bound": ("No network reaches more than", "quantity"),
        "share": ("Share", "share"),
        "share_bound": ("Share, at most", "share"),
        "gap_points": ("Gap, points", "factor"),
        "more": ("Next step adds", "quantity"),
        "more_at_most": ("Next step adds at most", "quantity"),
        "homes_share": ("Homes to standard", "share"),
        "route_km": ("Route, km", "quantity"),
    }
    columns = [Column(title, levels[key].tolist(), style, 18) for key, (title, style) in named.items()]
    for key in (column for column in levels.columns if column.startswith("sites_")):
        word = TECHNOLOGY_LABELS[key.removeprefix("sites_")]
        columns.append(Column(f"Sites, {word.lower()}", levels[key].tolist(), "integer", 12))
    return columns

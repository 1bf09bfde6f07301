"""What the report shows of latency: a map, a chart, and each project's round trips against its standard."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from markupsafe import Markup

from karez.model.plan import Plan
from karez.reporting.charts import Series, columns
from karez.reporting.figures import number
from karez.reporting.outage_map import Dots, Lines, network_map
from karez.reporting.palette import TECHNOLOGY_COLOURS, TECHNOLOGY_LABELS

_CABLE = "#c5d0d8"
_CLASSES = (
    (10.0, "to 10 ms", "#2f8f83"),
    (20.0, "10–20", "#7fb069"),
    (50.0, "20–50", "#e3b778"),
    (100.0, "50–100", "#d9822b"),
    (np.inf, "more", "#b3261e"),
)
"""Round trips up to so many ms, in words, and their colours."""


def latency_views(plan: Plan) -> dict[str, Any] | None:
    """All that the template of the section needs; None if nothing is served."""
    sites = pd.DataFrame(plan.sites[plan.sites["round_trip_ms"].notna()])
    if sites.empty:
        return None
    group = np.searchsorted([most for most, *_ in _CLASSES], sites["round_trip_ms"])
    return {
        "findings": _findings(plan, sites),
        "map": _map(plan, sites, group),
        "legend": [(word, colour) for _, word, colour in _CLASSES],
        "chart": _chart(sites, group),
        "chart_legend": [(TECHNOLOGY_LABELS[name], TECHNOLOGY_COLOURS[name]) for name in _technologies(sites)],
        "projects": _projects(plan, sites),
        "us_per_km": plan.programme.computing.fibre_us_per_km,
    }


def _findings(plan: Plan, sites: pd.DataFrame) -> list[str]:
    on = sites[sites["route_km"].notna()]
    said = []
    if len(on):
        far = on.sort_values("route_km").iloc[-1]
        said.append(
            f"Over the network a round trip takes {number(on['round_trip_ms'].mean(), 1)} ms in the mean of "
            f"{number(len(on))} sites, access and way; the longest way, to {far['name']}, has "
            f"{number(far['route_km'])} km and takes {number(far['round_trip_ms'], 1)} ms."
        )
    promised = sites["standard_latency_ms"]
    late = (sites["round_trip_ms"] > promised) & (sites["latency_ms"] <= promised)
    if late.any():
        names = {project.id: project.name for project in plan.programme.projects}
        of = ", ".join(sorted({names[project] for project in sites.loc[late, "project"]}))
        said.append(
            f"{number(late.sum())} sites are to standard by their technology's latency and above it with the way to "
            f"the source ({of}): they count as served to standard, and want a source or a data centre that is nearer."
        )
    return said


def _technologies(sites: pd.DataFrame) -> list[str]:
    return [name for name in TECHNOLOGY_LABELS if (sites["technology"] == name).any()]


def _chart(sites: pd.DataFrame, group: np.ndarray[tuple[int, ...], np.dtype[np.intp]]) -> Markup:
    """Household-equivalents by class of round trip and technology."""
    weight = sites["weight"].to_numpy(np.float64) / 1e3
    stack = []
    for name in _technologies(sites):
        mine = (sites["technology"] == name).to_numpy()
        counts = np.bincount(group[mine], weights=weight[mine], minlength=len(_CLASSES))
        stack.append(Series(TECHNOLOGY_LABELS[name], TECHNOLOGY_COLOURS[name], counts.tolist()))
    labels = [word for _, word, _ in _CLASSES]
    return columns("Sites by round trip", labels, [stack], "thousand household-equivalents, by ms", sums=True)


def _map(plan: Plan, sites: pd.DataFrame, group: np.ndarray[tuple[int, ...], np.dtype[np.intp]]) -> Markup:
    """Places by the longest round trip of their sites."""
    built = plan.spans[plan.spans["year"].notna()]
    layers: list[Lines | Dots] = [Lines(built.geometry.to_numpy(), _CABLE, 1.0)]
    worst = sites.assign(group=group).sort_values(["round_trip_ms", "id"]).drop_duplicates("place_id", keep="last")
    for number_, (_, _, colour) in enumerate(_CLASSES):
        mine = worst[worst["group"] == number_]
        tips = [f"{row['name']}: {row['round_trip_ms']:.1f} ms" for row in mine.to_dict("records")]
        layers.append(Dots(mine["geometry"].to_numpy(), colour, [3.2] * len(mine), tips))
    return network_map("Round trip from every place", plan.areas, layers)


def _projects(plan: Plan, sites: pd.DataFrame) -> list[dict[str, Any]]:
    """A row for every project of which something is served."""
    rows = []
    for project in plan.programme.projects:
        mine = sites[sites["project"] == project.id]
        if mine.empty:
            continue
        promised = project.standard.latency_ms
        rows.append(
            {
                "project": project.id,
                "sites": len(mine),
                "promised": promised,
                "mean": float(mine["round_trip_ms"].mean()),
                "greatest": float(mine["round_trip_ms"].max()),
                "access": int((mine["latency_ms"] <= promised).sum()),
                "whole": int((mine["round_trip_ms"] <= promised).sum()),
            }
        )
    return rows

"""What is drawn: spans from node to node, as long as they say, and money in the area it is drawn in."""

from __future__ import annotations

import math
from collections.abc import Iterator

import shapely
from pyproj import Geod

from karez.verifying.money import HALF_CENT, built
from karez.verifying.run import Run
from karez.verifying.verdict import Check, Finding, conclude

EARTH = Geod(ellps="WGS84")
MEETS_M = 1.0
"""A line this near to its node, in metres, begins or ends there."""
SHORTEST = 0.98
"""Least share of its drawn length that a surveyed line may have."""


def drawing(run: Run) -> Check:
    """Lines begin and end at their nodes, and are as long as the table says."""
    return conclude("drawing", f"{len(run.spans):,} spans drawn from node to node, lengths as told", _findings(run))


def _findings(run: Run) -> Iterator[Finding]:
    at = dict(zip(run.nodes["id"], run.nodes["geometry"], strict=True))
    for row in run.spans.to_dict("records"):
        key, line = row["id"], row["geometry"]
        if line is None or line.is_empty:
            yield Finding("not drawn", key)
            continue
        for node, end in ((row["start_node"], line.coords[0]), (row["end_node"], line.coords[-1])):
            if EARTH.inv(at[node].x, at[node].y, end[0], end[1])[2] > MEETS_M:
                yield Finding("does not begin or end where its node is", key)
        drawn = EARTH.geometry_length(line)
        if abs(row["geometry_length_m"] - drawn) > 1e-6 * drawn + 0.01:
            yield Finding("geometry_length_m is not the geodesic length of its line", key)
        if row["length_m"] < SHORTEST * row["geometry_length_m"] - 0.01:
            yield Finding("length_m is shorter than its line", key)


def areas(run: Run) -> Check:
    """Capex of every area: its sites, and the spans whose middle lies in it."""
    return conclude("areas", f"capex of {len(run.areas):,} areas adds up", _area_findings(run))


def _area_findings(run: Run) -> Iterator[Finding]:
    inside: dict[str, list[float]] = {key: [] for key in run.areas["id"]}
    for area, capex in zip(run.sites["area_id"], run.sites["capex_real"], strict=True):
        inside.get(area or "", []).append(capex)
    polygons = run.areas.sort_values("id")[["id", "geometry"]].to_numpy().tolist()
    for line, capex in built(run.spans)[["geometry", "capex_real"]].to_numpy().tolist():
        middle = shapely.line_interpolate_point(line, 0.5, normalized=True)
        area = next((key for key, polygon in polygons if polygon.intersects(middle)), None)
        inside.get(area or "", []).append(capex)
    for key, stated in zip(run.areas["id"], run.areas["capex_real"], strict=True):
        if abs(stated - math.fsum(inside[key])) > HALF_CENT:
            yield Finding(f"capex is not the {math.fsum(inside[key]):,.2f} of what lies in it", key)

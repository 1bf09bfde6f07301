"""Way and round trip of every site, followed again along the elements of the tree."""

from __future__ import annotations

import math
from collections.abc import Iterator

from karez.verifying.run import Run
from karez.verifying.verdict import Check, Finding, conclude

CLOSE = 1e-6
"""Kilometres and ms that are equal but for the last digits."""
LIGHT_KM_PER_MS = 299.792458
AIR = 1.0003
"""Refractive index of air."""


def round_trips(run: Run) -> Check:
    """Kilometres to the source, and ms there and back with the technology's own."""
    proven = f"way to the source and round trip of {len(run.sites):,} sites along their elements"
    return conclude("round trips", proven, _findings(run))


def _findings(run: Run) -> Iterator[Finding]:
    elements = run.proof.elements
    span = run.spans.set_index("id")[["length_m", "method"]]
    length = dict(zip(span.index, span["length_m"] / 1e3, strict=True))
    hops = set(span.index[span["method"] == "microwave"])
    fibre = run.programme.computing.fibre_us_per_km / 1e3
    km: list[float] = []
    ms: list[float] = []
    at: dict[str, int] = {}
    rows = zip(elements["id"], elements["node_id"], elements["parent"].astype(int), strict=True)
    for number, (key, node, parent) in enumerate(rows):
        own = length.get(key, 0.0)
        one_way = own * (AIR / LIGHT_KM_PER_MS if key in hops else fibre)
        km.append(own + (km[parent] if parent >= 0 else 0.0))
        ms.append(2.0 * one_way + (ms[parent] if parent >= 0 else 0.0))
        at.setdefault(node, number)  # what closes a ring ends at a node that is there already
    for row in run.sites.to_dict("records"):
        over = row["technology"] in run.programme.networked and row["node_id"] in at
        number = at[row["node_id"]] if over else -1
        if not _same(row["route_km"], km[number] if over else math.nan):
            yield Finding("way to the source is not as long as its spans", row["id"])
        if not _same(row["round_trip_ms"], row["latency_ms"] + (ms[number] if over else 0.0)):
            yield Finding("round trip is not that of its way and technology", row["id"])


def _same(stated: float, found: float) -> bool:
    return (math.isnan(stated) and math.isnan(found)) or abs(stated - found) <= CLOSE * max(1.0, abs(found))

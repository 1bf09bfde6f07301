"""Layers `towers` and `hops` of the plan: what they tell is what their spans and masts are."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Hashable, Iterator
from typing import Any

from karez.model.attributes import RADIO_TABLES
from karez.verifying.radio import loads_of
from karez.verifying.run import Run
from karez.verifying.sights import EARTH, HEAD
from karez.verifying.verdict import Check, Finding, conclude

Row = dict[Hashable, Any]

CLOSE = 1e-5
"""Figures that are equal may differ by this, as they are rounded."""
MEETS_M = 1.0
"""A tower this near to its mast, in metres, is it."""

OF_SPAN = (
    *(("length_km", "km"), ("clearance_m", "clearance_m"), ("availability", "availability")),
    *(("capacity_mbps", "mbps"), ("state", "state"), ("band", "band")),
)
"""Columns of the layer `hops`, and those of ``proof/radio`` that they are."""


def layers(run: Run) -> Check:
    """Every hop of the layers `spans` is told of in `hops`, as it is, and its ends in `towers`."""
    towers, hops = (table.name for table in RADIO_TABLES)
    proven = f"{len(run.hops)} {hops} and {len(run.towers)} {towers} told as their spans and masts are"
    return conclude("hops and towers", proven, _findings(run))


def _findings(run: Run) -> Iterator[Finding]:
    spans = run.spans[run.spans["method"] == "microwave"].set_index("id").to_dict("index")
    known = run.proof.radio.set_index("id").to_dict("index")
    load = loads_of(run)
    for key in run.hops.loc[run.hops["id"].duplicated(), "id"]:
        yield Finding("told of twice", str(key))
    for row in run.hops.to_dict("records"):
        span, link = spans.pop(row["id"], None), known.get(row["id"])
        if span is None or link is None:
            yield Finding("no hop of the layer spans", row["id"])
            continue
        yield from (Finding(problem, row["id"]) for problem in _problems(row, span, link, load.get(row["id"], 0.0)))
    for key in spans:
        yield Finding("hop that the layer hops leaves out", str(key))
    yield from _tower_findings(run)


def _problems(row: Row, span: Row, link: Row, load: float) -> Iterator[str]:
    """What is wrong with a row of the layer `hops`."""
    for column, of in OF_SPAN:
        if not _same(row[column], link[of]):
            yield f"{column} is not that of its candidate"
    for column in ("households_behind", "capex_real", "year"):
        if not _same(row[column], span[column]):
            yield f"{column} is not that of its span"
    if (HEAD + row["start_tower"], HEAD + row["end_tower"]) != (span["start_node"], span["end_node"]):
        yield "does not lead the way of its span"
    turned = row["start_tower"] > row["end_tower"]
    if not _same(row["clearance_at_km"], link["km"] - link["clearance_at_km"] if turned else link["clearance_at_km"]):
        yield "clearance_at_km is not where its candidate has it"
    if not abs(row["load_mbps"] - load - link["taken_mbps"]) <= CLOSE:
        yield "load_mbps is not what is designed behind it"


def _same(told: Any, derived: Any) -> bool:
    """Whether two cells say the same: words, numbers but for their rounding, or both nothing."""
    if isinstance(derived, str):
        return bool(told == derived)
    return bool(abs(told - derived) <= CLOSE or (math.isnan(told) and math.isnan(derived)))


def _tower_findings(run: Run) -> Iterator[Finding]:
    masts = run.proof.radio_masts.set_index("id").to_dict("index")
    counted = Counter([*run.hops["start_tower"], *run.hops["end_tower"]])
    for row in run.towers.to_dict("records"):
        mast, point = masts.get(row["id"]), row["geometry"]
        if mast is None:
            yield Finding("no mast of the proof", row["id"])
            continue
        if EARTH.inv(point.x, point.y, mast["lon"], mast["lat"])[2] > MEETS_M:
            yield Finding("does not stand where its mast does", row["id"])
        if any(not _same(row[name], mast[name]) for name in ("height_m", "existing")):
            yield Finding("is not as high as its mast, or does not stand as it does", row["id"])
        if row["hops"] != counted.pop(row["id"], 0):
            yield Finding("hops are not those that hang on it", row["id"])
    for key in counted:
        yield Finding("tower of a hop that the layer towers leaves out", str(key))

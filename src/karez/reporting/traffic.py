"""The section on a backbone's traffic: what the ways of hubs bring on every span."""

from __future__ import annotations

from itertools import pairwise

import geopandas as gpd
import numpy as np
import numpy.typing as npt
from markupsafe import Markup

from karez.model.backbone import Backbone
from karez.reporting.charts import Series, columns
from karez.reporting.figures import number, percent
from karez.reporting.outage_map import Dots, Lines, network_map
from karez.reporting.page import Figure, Section, Table

MBPS_PER_GBPS = 1e3
CLASSES = (0.0, 1.0, 10.0, 100.0, 1000.0)
"""Loads in Gbit/s at which classes begin; the first is above nothing."""
LOOKS = (("#9fb4c2", 1.2), ("#6f9cbc", 1.9), ("#3f7fae", 2.8), ("#1c5f99", 3.9), ("#123f63", 5.2))
"""Colour and width of each class."""
WORKING, PROTECTION = "#1c5f99", "#d98a1b"


def traffic_findings(backbone: Backbone) -> list[str]:
    """What traffic there is and how it is protected, in sentences."""
    traffic = backbone.traffic
    hubs, ways = traffic.hubs, traffic.ways
    moving = hubs[hubs["ways"] > 0]
    if not len(moving):
        return ["Every hub is at a source: no traffic passes the backbone."]
    two = moving[moving["ways"] == 2]
    total = float(moving["mbps"].sum())
    said = [
        f"In the busy hour of {traffic.year} the hubs bring {_gbps(total)} Gbit/s to the sources, "
        f"{percent(float(two['mbps'].sum()) / total if total else 1.0)} of it with a protection way of its own; "
        f"{_gbps(traffic.at_sources_mbps)} Gbit/s arise nearer to a source than to any hub."
    ]
    working, second = ways[ways["way"] == "working"], ways[ways["way"] == "protection"]
    longest = working.sort_values("length_km", ascending=False, kind="stable").iloc[0]
    said.append(
        f"Working ways have {number(working['length_km'].mean())} km on average, protection ways "
        f"{number(second['length_km'].mean() if len(second) else 0.0)} km; the longest working way, from "
        f"{longest['name']}, has {number(longest['length_km'])} km."
    )
    common = second[second["shared_km"] > 0]
    if len(common):
        said.append(
            f"{number(len(common))} hubs have a stretch in common on both ways, {number(common['shared_km'].max())} km "
            "at most: the roads that nothing doubles."
        )
    one = moving[(moving["ways"] == 1) & moving["hub"].isin(_two_wanted(backbone))]
    if len(one):
        said.append(f"{number(len(one))} hubs that need two ways have one only: their traffic is unprotected.")
    if traffic.unreached_mbps > 0:
        said.append(f"{_gbps(traffic.unreached_mbps)} Gbit/s arise at sites that no route joins to a hub or a source.")
    return said


def _two_wanted(backbone: Backbone) -> npt.NDArray[np.object_]:
    hubs = backbone.hubs
    wanted: npt.NDArray[np.object_] = hubs.loc[hubs["wanted"] != "none", "id"].to_numpy(object)
    return wanted


def _gbps(mbps: float) -> str:
    return number(mbps / MBPS_PER_GBPS, 1)


def traffic_section(backbone: Backbone, areas: gpd.GeoDataFrame) -> Section:
    """Map and chart of loads, and the ways hub by hub."""
    text = [
        "Every site counts at the hub that is nearest to it along the candidate routes, unless a source is nearer. "
        "Households connect up to the ceiling of their take-up curve, institutions all do, and what each draws grows "
        "by the settings' rate. A hub's two ways are the pair of least total length that shares nothing which the "
        "candidate routes double; protection is dedicated: capacity is held on both."
    ]
    if not len(backbone.traffic.ways):
        return Section("traffic", "Traffic", text=text, points=traffic_findings(backbone))
    figures = [
        Figure(
            "Load of the spans",
            f"Busy hour of {backbone.traffic.year}, working and protection together, Gbit/s.",
            _map(backbone, areas),
            tuple((label, colour) for label, (colour, _) in zip(labels(), LOOKS, strict=True)),
        ),
        Figure(
            "How much route carries how much",
            "Kilometres of spans by their load in Gbit/s: working traffic alone, and with protection.",
            _chart(backbone),
            (("Working", WORKING), ("Working and protection", PROTECTION)),
        ),
    ]
    return Section(
        "traffic", "Traffic", text=text, points=traffic_findings(backbone), figures=figures, tables=[_table(backbone)]
    )


def labels() -> list[str]:
    """The classes of load in words.

    >>> labels()[0], labels()[-1]
    ('up to 1', 'above 1,000')
    """
    ends = [number(end) for end in CLASSES[1:]]
    between = [f"{low}–{high}" for low, high in pairwise(ends)]
    return [f"up to {ends[0]}", *between, f"above {ends[-1]}"]


def _class(mbps: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    """Class of each load; −1 for none."""
    return np.searchsorted(np.array(CLASSES), mbps / MBPS_PER_GBPS, side="left") - 1


def _map(backbone: Backbone, areas: gpd.GeoDataFrame) -> Markup:
    spans = backbone.spans
    load = (spans["working_mbps"] + spans["protection_mbps"]).to_numpy()
    of = _class(load)
    tips = np.array([f"{one}: {_gbps(mbps)} Gbit/s" for one, mbps in zip(spans["id"], load, strict=True)], object)
    layers: list[Lines | Dots] = [
        Lines(spans.geometry.to_numpy()[of == k], colour, width, tips=tips[of == k].tolist())
        for k, (colour, width) in enumerate(LOOKS)
    ]
    places = backbone.hubs.drop_duplicates("geometry")
    layers.append(Dots(places.geometry.to_numpy(), "#17202a", [2.5] * len(places), places["name"].astype(str).tolist()))
    return network_map("Load of the backbone's spans", areas, layers)


def _chart(backbone: Backbone) -> Markup:
    spans = backbone.spans
    km = spans["length_m"].to_numpy() / 1e3
    stacks = []
    for label, colour, load in (
        ("working", WORKING, spans["working_mbps"]),
        ("with protection", PROTECTION, spans["working_mbps"] + spans["protection_mbps"]),
    ):
        of = _class(load.to_numpy())
        values = [float(km[of == k].sum()) for k in range(len(CLASSES))]
        stacks.append([Series(label, colour, values)])
    return columns("Kilometres of spans by load", labels(), stacks, "km", sums=True)


def _table(backbone: Backbone) -> Table:
    traffic = backbone.traffic
    km = traffic.ways.pivot_table(index="hub", columns="way", values="length_km").reindex(
        columns=["working", "protection"]
    )
    shared = traffic.ways.groupby("hub")["shared_km"].max()
    words = {0: "at a source", 1: "one way", 2: "two ways"}
    ranked = traffic.hubs.sort_values(["mbps", "hub"], ascending=[False, True])
    shown = (ranked[name].tolist() for name in ("hub", "name", "ways", "sites", "households", "mbps"))
    rows = [
        [
            str(name),
            words[ways],
            number(sites),
            number(households),
            _gbps(mbps),
            *(number(km[way].get(hub, np.nan)) for way in ("working", "protection")),
            number(shared.get(hub, np.nan), 1),
        ]
        for hub, name, ways, sites, households, mbps in zip(*shown, strict=True)
    ]
    heads = ["Hub", "Ways", "Sites", "Households", "Gbit/s", "Working way, km", "Protection way, km", "In common, km"]
    return Table("Traffic of every hub", heads, rows, words=frozenset({0, 1}), tall=True)

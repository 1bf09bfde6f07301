"""Wavelengths for a backbone's traffic: the cheapest mode that every route stands, regenerators, huts, what it takes.

A route is split at nodes that switch into as few pieces as its mode allows, and regenerated between them: two
transponders back to back. The farthest node that can be reached is taken each time, which needs fewest, because a piece
of a piece has less noise than the whole.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from karez.designing.links import Links, find_links
from karez.designing.noise import formula_noise, gnpy_noise, in_a_row, transmitter_noise, uses_gnpy
from karez.designing.traffic import Chosen
from karez.designing.wavelengths import first_fit, loads
from karez.kernels.two_ways import NONE
from karez.model.inputs import Inputs
from karez.model.optics import HUT_COLUMNS, LINK_COLUMNS, NODE_COLUMNS, ROUTE_COLUMNS, SEGMENT_COLUMNS, Optics
from karez.model.optics_rules import OpticsRules
from karez.model.route_graph import RouteGraph
from karez.model.traffic import Traffic
from karez.units import METRES_PER_KM, decibel

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int32]

MBPS_PER_GBPS = 1e3
EPSILON_DB = 1e-9
"""Rounding that a margin may have."""


@dataclass(frozen=True)
class Fibre:
    """Links as routes see them.

    Parameters
    ----------
    rules : OpticsRules
        The settings.
    km : float64[links]
        Length of each link.
    spans : int64[links]
        Its amplified spans.
    noise : float64[modes, links]
        Noise over signal in 0.1 nm, by usable mode.
    gnpy : bool
        Whether GNPy found the noise; else the reach rule holds too.
    """

    rules: OpticsRules
    km: Floats
    spans: npt.NDArray[np.int64]
    noise: Floats
    gnpy: bool

    def osnr_db(self, mode: int, links: Ints) -> float:
        """OSNR behind some links in a row."""
        own = self.noise[mode, links]
        gathered = in_a_row(own, self.rules.usable[mode].gbaud) if self.gnpy else float(own.sum())
        return -decibel(transmitter_noise(self.rules) + gathered)

    def margin_db(self, mode: int, links: Ints) -> float:
        """What is left beyond the mode's need and the margin kept; −inf beyond its reach by the rule."""
        wanted = self.rules.usable[mode]
        if not self.gnpy and (
            self.km[links].sum() > wanted.reach_km + EPSILON_DB or self.spans[links].sum() > wanted.reach_spans
        ):
            return -math.inf
        return self.osnr_db(mode, links) - wanted.osnr_db - self.rules.margin_db + EPSILON_DB


@dataclass(frozen=True)
class Route:
    """How a way is lit.

    Parameters
    ----------
    mode : int
        Number among the usable modes; −1 if none does.
    count : int
        Wavelengths.
    pieces : list of int32[…]
        Links of the pieces between regenerators.
    """

    mode: int
    count: int
    pieces: list[Ints]

    @property
    def transponders(self) -> int:
        """Two at the ends of every piece, for every wavelength."""
        return 2 * self.count * len(self.pieces)


def lay_optics(
    inputs: Inputs, graph: RouteGraph, chosen: Chosen, traffic: Traffic, rates: Mapping[str, float]
) -> Optics:
    """Light the ways of a backbone's traffic.

    Parameters
    ----------
    inputs, graph
        What was read and measured.
    chosen, traffic
        The backbone, and the ways of its traffic.
    rates : mapping
        Price of a unit by catalogue item, in real money.

    Raises
    ------
    UsageFault
        If the settings ask for GNPy and it is not installed.
    """
    rules = inputs.programme.backbone.optics
    found = find_links(inputs, graph, chosen, traffic)
    fibre = _fibre(rules, found)
    sequences = [_sequence(found, on) for on in traffic.edges]
    mbps = traffic.ways["mbps"].to_numpy()
    routes = [light(fibre, links, amount, rates) for links, amount in zip(sequences, mbps, strict=True)]
    pieces = [piece for route in routes if route.mode >= 0 for piece in route.pieces]
    wanted = [route.count for route in routes if route.mode >= 0 for _ in route.pieces]
    waves = first_fit(len(found.links), pieces, wanted)
    load = loads(len(found.links), pieces, wanted)
    pairs = _fibre_pairs(len(found.links), pieces, waves, rules.channels)
    names, kinds = _stop_names(inputs, graph, chosen, found)
    segments = _segments(names, found, fibre, traffic, routes, waves)
    links = _link_table(names, graph, found, fibre, load, pairs)
    huts = _hut_table(inputs, graph, found, links)
    return Optics(
        method="gnpy" if fibre.gnpy else "reach rule",
        links=links,
        huts=huts,
        nodes=_node_table(graph, found, names, kinds, pairs, segments),
        routes=_route_table(traffic, fibre, routes, sequences),
        segments=segments[list(SEGMENT_COLUMNS)],
        bill=_bill(rules, links, huts, routes),
        bound=int(load.max(initial=0)),
        used=max((int(some.max()) + 1 for some in waves if some.size), default=0),
        channels=rules.channels,
        proof=_proof(found, fibre, traffic, routes, waves),
    )


def _fibre(rules: OpticsRules, found: Links) -> Fibre:
    links, gnpy = found.links, uses_gnpy(rules)
    if gnpy:
        noise = np.array([gnpy_noise(rules, mode, links) for mode in rules.usable])
    else:
        noise = np.tile([formula_noise(rules, link) for link in links], (len(rules.usable), 1))
    km = np.array([link.length_m for link in links]) / METRES_PER_KM
    spans = np.array([len(link.huts) + 1 for link in links], np.int64)
    return Fibre(rules, km, spans, noise.reshape(len(rules.usable), len(links)), gnpy)


def _sequence(found: Links, edges: Ints) -> Ints:
    """Links of a way in order."""
    of = found.of_edge[edges]
    of = of[of >= 0]
    links: Ints = of[np.append(True, np.diff(of) != 0)[: of.size]]
    return links


def light(fibre: Fibre, links: Ints, mbps: float, rates: Mapping[str, float]) -> Route:
    """The cheapest mode for a way, or the one with fewest transponders where a mode has no price."""
    if not links.size:
        return Route(0, 0, [])
    best, least = Route(-1, 0, []), (math.inf, math.inf, math.inf)
    modes = fibre.rules.usable
    priced = all(mode.item for mode in modes)
    for k, mode in enumerate(modes):
        pieces = fewest_pieces(fibre, k, links)
        if pieces is None:
            continue
        route = Route(k, max(1, math.ceil(mbps / MBPS_PER_GBPS / mode.gbps - 1e-9)), pieces)
        money = route.transponders * rates[mode.item] if priced else 0.0
        key = (money, route.transponders, -min(fibre.margin_db(k, piece) for piece in pieces))
        if key < least:
            best, least = route, key
    return best


def fewest_pieces(fibre: Fibre, mode: int, links: Ints) -> list[Ints] | None:
    """Fewest pieces of a way that a mode stands; None if it does not stand one of the links."""
    pieces, begin = [], 0
    while begin < links.size:
        end = begin
        while end < links.size and fibre.margin_db(mode, links[begin : end + 1]) >= 0.0:
            end += 1
        if end == begin:
            return None
        pieces.append(links[begin:end])
        begin = end
    return pieces


def _fibre_pairs(links: int, pieces: list[Ints], waves: list[Ints], channels: int) -> npt.NDArray[np.int64]:
    """Pairs of fibres that every link needs."""
    pairs = np.ones(links, np.int64)
    for on, mine in zip(pieces, waves, strict=True):
        pairs[on] = np.maximum(pairs[on], int(mine.max()) // channels + 1)
    return pairs


def _stop_names(inputs: Inputs, graph: RouteGraph, chosen: Chosen, found: Links) -> tuple[list[str], list[str]]:
    """Name and kind of every node that switches."""
    kind = np.full(found.node.size, "junction", object)
    kind[chosen.need[found.node] > NONE] = "hub"
    kind[np.isin(found.node, graph.source_node)] = "source"
    names = graph.nodes["name"].fillna("").astype(str).to_numpy(object)
    of_source = dict(zip(graph.source_node.tolist(), inputs.sources["name"].astype(str), strict=True))
    of_hub: dict[int, str] = {}
    for row in chosen.hubs.tolist():
        of_hub.setdefault(int(graph.site_node[row]), str(inputs.sites["name"].iloc[row]))
    ids = graph.nodes["id"].to_numpy(object)
    called = [of_source.get(v) or of_hub.get(v) or names[v] or f"junction {ids[v]}" for v in found.node.tolist()]
    return called, kind.tolist()


def _link_table(
    names: list[str],
    graph: RouteGraph,
    found: Links,
    fibre: Fibre,
    load: npt.NDArray[np.int64],
    pairs: npt.NDArray[np.int64],
) -> gpd.GeoDataFrame:
    shapes = graph.spans.geometry.to_numpy()
    worst = fibre.noise.max(axis=0, initial=0.0)
    rows = [
        {
            "id": f"link-{number + 1}",
            "from_name": names[link.ends[0]],
            "to_name": names[link.ends[1]],
            "length_km": link.length_m / METRES_PER_KM,
            "huts": len(link.huts),
            "longest_span_km": float(link.spans_m.max()) / METRES_PER_KM,
            "wavelengths": int(load[number]),
            "fibre_pairs": int(pairs[number]),
            "amplifiers": int(2 * pairs[number] * (len(link.huts) + 2)),
            "osnr_db": -decibel(float(worst[number])),
        }
        for number, link in enumerate(found.links)
    ]
    drawn = np.array([shapely.multilinestrings(shapes[link.edges]) for link in found.links], dtype=object)
    return gpd.GeoDataFrame(pd.DataFrame(rows, columns=list(LINK_COLUMNS)), geometry=drawn, crs=graph.spans.crs)


def _hut_table(inputs: Inputs, graph: RouteGraph, found: Links, links: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    rows, points = [], []
    shapes, name = graph.spans.geometry.to_numpy(), inputs.sites["name"].astype(str).to_numpy(object)
    for of, link in zip(links["id"], found.links, strict=True):
        for number, hut in enumerate(link.huts, start=1):
            place = name[hut.site] if hut.site >= 0 else ""
            rows.append({
                "id": f"hut-{of.removeprefix('link-')}-{number}", "link": of, "at_km": hut.at_m / METRES_PER_KM,
                "place": place,
            })  # fmt: skip
            points.append(shapely.line_interpolate_point(shapes[hut.edge], hut.share, normalized=True))
    table = pd.DataFrame(rows, columns=list(HUT_COLUMNS))
    return gpd.GeoDataFrame(table, geometry=np.array(points, dtype=object), crs=graph.spans.crs)


def _node_table(
    graph: RouteGraph,
    found: Links,
    names: list[str],
    kinds: list[str],
    pairs: npt.NDArray[np.int64],
    segments: pd.DataFrame,
) -> gpd.GeoDataFrame:
    degrees, regenerated = np.zeros(found.node.size, np.int64), np.zeros(found.node.size, np.int64)
    for link, count in zip(found.links, pairs, strict=True):
        for end in link.ends:
            degrees[end] += count
    again = segments[segments["number"] > 1]
    np.add.at(regenerated, again["start"].to_numpy(np.int64), again["wavelength"].map(len).to_numpy(np.int64))
    table = pd.DataFrame({
        "id": graph.nodes["id"].to_numpy()[found.node], "name": names, "kind": kinds, "degrees": degrees,
        "regenerators": regenerated,
    })  # fmt: skip
    shapes = graph.nodes.geometry.to_numpy()[found.node]
    return gpd.GeoDataFrame(table[list(NODE_COLUMNS)], geometry=shapes, crs=graph.nodes.crs)


def _route_table(traffic: Traffic, fibre: Fibre, routes: list[Route], sequences: list[Ints]) -> gpd.GeoDataFrame:
    ways, modes = traffic.ways, fibre.rules.usable
    rows = []
    for of, route, links in zip(ways.drop(columns="geometry").to_dict("records"), routes, sequences, strict=True):
        lit = route.mode >= 0 and bool(links.size)
        osnr = [fibre.osnr_db(route.mode, piece) for piece in route.pieces]
        margin = [fibre.margin_db(route.mode, piece) for piece in route.pieces]
        rows.append({
            **{name: of[name] for name in ("id", "hub", "name", "way", "mbps")},
            "length_km": float(fibre.km[links].sum()),
            "links": links.size,
            "amplified_spans": int(fibre.spans[links].sum()),
            "mode": modes[route.mode].name if lit else "",
            "wavelengths": route.count,
            "regenerators": max(len(route.pieces) - 1, 0),
            "osnr_db": min(osnr) if lit else np.nan,
            "margin_db": min(margin) if lit else np.nan,
            "method": "gnpy" if fibre.gnpy else "reach rule",
            "feasible": route.mode >= 0,
        })  # fmt: skip
    table = pd.DataFrame(rows, columns=list(ROUTE_COLUMNS))
    return gpd.GeoDataFrame(table, geometry=ways.geometry.to_numpy(), crs=ways.crs)


def _segments(
    names: list[str], found: Links, fibre: Fibre, traffic: Traffic, routes: list[Route], waves: list[Ints]
) -> pd.DataFrame:
    """A row for every piece; `start` is the switching node it begins at."""
    rows, place = [], 0
    for name, start, route in zip(traffic.ways["id"], traffic.start, routes, strict=True):
        here = int(found.stop[start])
        if route.mode < 0:
            continue
        for number, piece in enumerate(route.pieces, start=1):
            begin = here
            for link in piece.tolist():
                ends = found.links[link].ends
                here = ends[0] + ends[1] - here
            rows.append({
                "route": name, "number": number, "links": [f"link-{link + 1}" for link in piece.tolist()],
                "length_km": float(fibre.km[piece].sum()), "amplified_spans": int(fibre.spans[piece].sum()),
                "osnr_db": fibre.osnr_db(route.mode, piece), "margin_db": fibre.margin_db(route.mode, piece),
                "wavelength": waves[place].tolist(), "from_name": names[begin], "to_name": names[here], "start": begin,
            })  # fmt: skip
            place += 1
    return pd.DataFrame(rows, columns=[*SEGMENT_COLUMNS, "start"])


def _bill(rules: OpticsRules, links: gpd.GeoDataFrame, huts: gpd.GeoDataFrame, routes: list[Route]) -> pd.DataFrame:
    """What the optics take, by part: columns part, what, count, item."""
    items = rules.items
    at_place = int((huts["place"] != "").sum())
    lit = Counter[int]()
    for route in routes:
        if route.mode >= 0 and route.count:
            lit[route.mode] += route.transponders
    rows = [
        ("hut", "Amplifier huts in the open", len(huts) - at_place, items.hut),
        ("hut_at_place", "Amplifier rooms at places", at_place, items.hut_at_place or items.hut),
        ("power", "Power of huts", len(huts), items.power),
        (
            "amplifier",
            "Amplifiers, one direction of a pair of fibres",
            int(links["amplifiers"].sum()),
            items.amplifier,
        ),
        ("degree", "Sides of nodes that switch", int(2 * links["fibre_pairs"].sum()), items.degree),
    ]
    rows += [
        (f"transponder_{mode.name}", f"Transponders, {mode.name}", lit[k], mode.item)
        for k, mode in enumerate(rules.usable)
    ]
    return pd.DataFrame(rows, columns=["part", "what", "count", "item"])


def _proof(
    found: Links, fibre: Fibre, traffic: Traffic, routes: list[Route], waves: list[Ints]
) -> dict[str, pd.DataFrame]:
    """Links and segments in numbers, from which distances, noise and wavelengths are looked at again.

    ``fibre_links`` (first, last: switching nodes, edges, length_m, stops_m: huts, noise: by usable mode), ``pieces``
    (way: row of the ways, mode, links, wavelengths).
    """
    links = pd.DataFrame({
        "first": [link.ends[0] for link in found.links],
        "last": [link.ends[1] for link in found.links],
        "edges": _lists([link.edges for link in found.links]),
        "length_m": [link.length_m for link in found.links],
        "stops_m": _lists([np.array([hut.at_m for hut in link.huts]) for link in found.links]),
        "noise": _lists(list(fibre.noise.T)),
    })  # fmt: skip
    rows = [(way, route.mode, piece) for way, route in enumerate(routes) if route.mode >= 0 for piece in route.pieces]
    segments = pd.DataFrame({
        "way": [way for way, _, _ in rows],
        "mode": [mode for _, mode, _ in rows],
        "links": _lists([piece for _, _, piece in rows]),
        "wavelengths": _lists(waves),
    })  # fmt: skip
    return {"fibre_links": links, "pieces": segments}


def _lists(arrays: Sequence[npt.NDArray[Any]]) -> pd.Series:
    return pd.Series(arrays, dtype=object)

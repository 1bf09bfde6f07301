"""The band of a frontier, derived again from its folder: every network added up, every dual solution grown again."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from karez.model.radio import EITHER
from karez.units import MINOR_PER_UNIT
from karez.verifying.moats import Arcs, grow_all
from karez.verifying.study import read_study
from karez.verifying.verdict import Check, Finding, Verdict, conclude

COLUMNS: dict[str, tuple[str, ...]] = {
    "graph": ("id", "start", "end", "capex_minor", "pair", "child", "mbps", "hop", "bound"),
    "offers": ("site", "site_id", "technology", "mbps", "cell", "node", "capex_minor", "homes", "benefit"),
    "cells": ("cell", "limit_mbps"),
    "designs": ("measure", "level", "offer"),
    "networks": ("measure", "level", "edge"),
    "levels": ("measure", "step", "capex_real", "spent_real", "achieved", "bound", "share", "share_bound"),
    "multipliers": ("measure", "number", "prize", "cost", "bound"),
    "moats": ("measure", "multiplier", "node", "radius"),
    "staircase": ("measure", "capex_real", "achieved", "bound"),
}
"""Columns each table of ``proof/`` must have, see :class:`karez.model.frontier.CoverageFrontier`."""

PARTS = 1000
"""Worth is counted in thousandths."""
CLOSE = 1e-6
"""Worth, and Mbit/s, by which figures written as decimals may differ."""

Row = dict[Hashable, Any]
Edge = tuple[int, int, int]
"""Both ends and capex in minor units."""


@dataclass(frozen=True)
class Claimed:
    """What a folder says: its summary and the tables of its proof."""

    summary: dict[str, Any]
    tables: dict[str, pd.DataFrame]

    @property
    def measures(self) -> list[str]:
        """The curves there are."""
        return [curve["measure"] for curve in self.summary["curves"]]

    def of(self, table: str, measure: str) -> pd.DataFrame:
        """Rows of a measure."""
        frame = self.tables[table]
        return frame[frame["measure"] == measure].reset_index(drop=True)

    def curve(self, measure: str) -> dict[str, Any]:
        """The curve of a measure in the summary."""
        return next(curve for curve in self.summary["curves"] if curve["measure"] == measure)


def verify_frontier(folder: Path, *, progress: Callable[[float], None] = lambda _: None) -> Verdict:
    """Prove a frontier again from its folder alone.

    Raises
    ------
    DataFault
        If files or columns are missing or cannot be read.
    """
    claimed = _read(folder)
    checks = [_told(claimed), _networks(claimed), _rooms(claimed)]
    total = max(1, len(claimed.tables["moats"]))
    done = 0
    for measure in claimed.measures:
        rows = claimed.of("moats", measure)
        checks += list(_bounds(claimed, measure, rows))
        done += len(rows)
        progress(done / total)
    widest = max(curve["gap_points"] for curve in claimed.summary["curves"])
    return Verdict(tuple(checks), f"the band at every level, {widest:.2f} points wide at most")


def _read(folder: Path) -> Claimed:
    return Claimed(*read_study(folder, "frontier", COLUMNS, _is_frontier))


def _is_frontier(summary: dict[str, Any]) -> bool:
    return all("gap_points" in curve for curve in summary["curves"])


def _told(claimed: Claimed) -> Check:
    """The summary says what the tables say."""
    findings = []
    for measure in claimed.measures:
        curve, levels = claimed.curve(measure), claimed.of("levels", measure)
        levels = levels[levels["step"]]
        if len(curve["levels"]) != len(levels):
            findings.append(Finding("not as many levels as in the proof", measure))
            continue
        for row, told in zip(levels.to_dict("records"), curve["levels"], strict=True):
            if any(told[key] != row[key] for key in ("capex_real", "spent_real", "achieved", "bound")):
                findings.append(Finding("level is not told as it is", f"{measure} {row['capex_real']:.0f}"))
    return conclude("summary", "levels are told as the proof has them", findings)


def _networks(claimed: Claimed) -> Check:
    """Every level's network hangs together, serves whom it says, costs and reaches what it says."""
    count = len(claimed.tables["levels"])
    return conclude("networks", f"{count} networks are trees whose capex and worth add up", _network_findings(claimed))


def _network_findings(claimed: Claimed) -> Iterator[Finding]:
    graph = claimed.tables["graph"]
    ends = list(zip(graph["start"].tolist(), graph["end"].tolist(), graph["capex_minor"].tolist(), strict=True))
    root = max(max(tail, head) for tail, head, _ in ends)
    offers = claimed.tables["offers"]
    site, node, cost = (offers[name].tolist() for name in ("site", "node", "capex_minor"))
    for measure in claimed.measures:
        served = claimed.curve(measure)["served_already"]
        worth = offers[measure].tolist()
        edges_of = dict(list(claimed.of("networks", measure).groupby("level")["edge"]))
        offers_of = dict(list(claimed.of("designs", measure).groupby("level")["offer"]))
        for number, level in enumerate(claimed.of("levels", measure).to_dict("records")):
            name = f"{measure} {level['capex_real']:.0f}"
            edges = [ends[edge] for edge in edges_of.get(number, [])]
            taken = list(offers_of.get(number, []))
            reached = _reached(edges, root)
            if reached is None:
                yield Finding("network is not a tree with the root", name)
                continue
            if len({site[offer] for offer in taken}) < len(taken):
                yield Finding("a site takes two offers", name)
            if any(node[offer] >= 0 and node[offer] not in reached for offer in taken):
                yield Finding("service is offered where the network does not reach", name)
            spent = sum(price for _, _, price in edges) + sum(cost[offer] for offer in taken)
            if spent != round(level["spent_real"] * MINOR_PER_UNIT) or spent > round(
                level["capex_real"] * MINOR_PER_UNIT
            ):
                yield Finding(f"costs {spent / MINOR_PER_UNIT:,.2f}, not what it says or more than the level", name)
            gained = served + sum(worth[offer] for offer in taken) / PARTS
            if not math.isclose(gained, level["achieved"], rel_tol=1e-12, abs_tol=CLOSE):
                yield Finding(f"reaches {gained:,.3f}, not what it says", name)


def _rooms(claimed: Claimed) -> Check:
    """Hops carry what is behind them, lead the way they are paid for, and cells sell no more than they can."""
    hops, cells = int(claimed.tables["graph"]["hop"].sum()), len(claimed.tables["cells"])
    text = f"no network asks more of {hops:,} candidate hops or {cells} cells than they can, and masts are paid"
    return conclude("hops and cells", text, _room_findings(claimed))


def _room_findings(claimed: Claimed) -> Iterator[Finding]:
    graph, offers = claimed.tables["graph"], claimed.tables["offers"].to_dict("records")
    yield from _variant_findings(graph)
    spans = graph.to_dict("records")
    root = int(max(graph["start"].max(), graph["end"].max()))
    limits = claimed.tables["cells"]["limit_mbps"].tolist()
    for measure in claimed.measures:
        edges_of = dict(list(claimed.of("networks", measure).groupby("level")["edge"]))
        offers_of = dict(list(claimed.of("designs", measure).groupby("level")["offer"]))
        for number, level in enumerate(claimed.of("levels", measure).to_dict("records")):
            name = f"{measure} {level['capex_real']:.0f}"
            taken = [offers[row] for row in offers_of.get(number, [])]
            above = _above([spans[edge] for edge in edges_of.get(number, [])], root)
            for problem in (*_hop_problems(above, taken, root), *_cell_problems(limits, taken)):
                yield Finding(problem, name)


def _variant_findings(graph: pd.DataFrame) -> Iterator[Finding]:
    """What the bound leaves out is a variant of something that it has, and of hops one that costs no more."""
    pairs: dict[int, list[Row]] = {}
    for row in graph[graph["pair"] >= 0].to_dict("records"):
        pairs.setdefault(int(row["pair"]), []).append(row)
    for row in graph[~graph["bound"]].to_dict("records"):
        there = [other for other in pairs.get(int(row["pair"]), []) if other["bound"]]
        ends = {row["start"], row["end"]}
        there = [other for other in there if {other["start"], other["end"]} == ends and other["mbps"] >= row["mbps"]]
        if not there or (row["hop"] and min(other["capex_minor"] for other in there) > row["capex_minor"]):
            yield Finding("left out of the bound without a variant there that costs no more", str(row["id"]))
        elif not row["hop"] and (row["child"] < 0 or all(other["child"] == row["child"] for other in there)):
            yield Finding("way down from a mast that nothing pays", str(row["id"]))


def _above(edges: list[Row], root: int) -> dict[int, tuple[int, Row]]:
    """Of every node of a tree the next one towards the root, and the edge to it."""
    near: dict[int, list[tuple[int, Row]]] = {}
    for edge in edges:
        near.setdefault(edge["start"], []).append((edge["end"], edge))
        near.setdefault(edge["end"], []).append((edge["start"], edge))
    above: dict[int, tuple[int, Row]] = {}
    waiting = [root]
    while waiting:
        node = waiting.pop()
        for other, edge in near.get(node, []):
            if other != root and other not in above and (node not in above or other != above[node][0]):
                above[other] = (node, edge)
                waiting.append(other)
    return above


def _hop_problems(above: dict[int, tuple[int, Row]], taken: list[Row], root: int) -> Iterator[str]:
    for node, (_, edge) in above.items():
        if edge["child"] != EITHER and edge["child"] != node:
            yield f"{edge['id']} leads the other way than it is paid for"
    load: dict[str, float] = {}
    room: dict[str, float] = {}
    for offer in (one for one in taken if one["node"] >= 0):
        node, over = offer["node"], False
        while node != root and node in above:
            node, edge = above[node]
            if edge["hop"]:
                over = True
                load[edge["id"]] = load.get(edge["id"], 0.0) + offer["mbps"]
                room[edge["id"]] = edge["mbps"]
        if over != (offer["technology"] == "microwave"):
            yield f"{offer['site_id']} is on fibre behind a hop, or on microwave without one"
    for key, whole in load.items():
        if whole > room[key] + CLOSE:
            yield f"{whole:,.1f} Mbit/s behind a hop of {room[key]:,.0f}, {key}"


def _cell_problems(limits: list[float], taken: list[Row]) -> Iterator[str]:
    sold = [0.0] * len(limits)
    for offer in taken:
        if offer["cell"] >= 0:
            sold[offer["cell"]] += offer["mbps"]
    for number, (mbps, most) in enumerate(zip(sold, limits, strict=True)):
        if mbps > most + CLOSE:
            yield f"{mbps:,.4g} Mbit/s sold in cell {number}, of {most:,.4g}"


def _reached(edges: list[Edge], root: int) -> set[int] | None:
    """Nodes of a tree; None if the edges are not one, or it lacks the root."""
    near: dict[int, list[int]] = {root: []}
    for tail, head, _ in edges:
        near.setdefault(tail, []).append(head)
        near.setdefault(head, []).append(tail)
    if len(near) != len(edges) + 1:
        return None
    reached, waiting = {root}, [root]
    while waiting:
        for other in near[waiting.pop()]:
            if other not in reached:
                reached.add(other)
                waiting.append(other)
    return reached if len(reached) == len(near) else None


def _bounds(claimed: Claimed, measure: str, moats: pd.DataFrame) -> Iterator[Check]:
    """Bounds of the multipliers from their moats, and bounds of the levels and of the chart from these."""
    multipliers = claimed.of("multipliers", measure)
    grown = dict(list(moats.groupby("multiplier")))
    findings: list[Finding] = []
    for row in multipliers.to_dict("records"):
        own = grown.get(row["number"])
        listed = [] if own is None else list(zip(own["node"].tolist(), own["radius"].tolist(), strict=True))
        bound, refused = replay(claimed, measure, row["prize"], row["cost"], listed)
        name = f"{measure} {row['number']}"
        findings += [Finding(f"moat {place + 1}: {problem}", name) for place, problem in refused]
        if bound < row["bound"]:
            findings.append(Finding(f"moats prove {bound} only", name))
    text = f"{len(moats):,} moats of {len(multipliers)} prices grown again prove their bounds"
    yield conclude(f"bounds of prices, {measure}", text, findings)
    yield conclude(f"bounds of levels, {measure}", "follow from those of the prices", _level_findings(claimed, measure))


def replay(
    claimed: Claimed, measure: str, prize: int, cost: int, moats: list[tuple[int, int]]
) -> tuple[int, list[tuple[int, str]]]:
    """What D · cost − N · worth is at least, over all networks and offers.

    A site without the network takes what is best at that price, or nothing. By how much the best over the network
    undercuts that is its prize; prizes of a node add up. A network pays for its spans, and loses the prizes of the
    nodes it does not reach: the moats bound that from below. Hops may carry any load here, and lead to any site.
    """
    offers = claimed.tables["offers"]
    without: dict[int, int] = {}
    fibre: dict[int, tuple[int, int]] = {}
    columns = zip(*(offers[name].tolist() for name in ("site", "node", "capex_minor", measure)), strict=True)
    for site, node, capex, worth in columns:
        value = cost * capex - prize * worth
        if node < 0:
            without[site] = min(without.get(site, 0), value)
        else:
            fibre[site] = (node, min(value, fibre.get(site, (node, value))[1]))
    graph = claimed.tables["graph"]
    graph = graph[graph["bound"]]
    edges = list(zip(graph["start"].tolist(), graph["end"].tolist(), graph["capex_minor"].tolist(), strict=True))
    root = int(max(claimed.tables["graph"][name].max() for name in ("start", "end")))
    prizes: list[float] = [0] * (root + 1)
    for site, (node, value) in fibre.items():
        prizes[node] += max(0, without.get(site, 0) - value)
    saved = int(sum(prizes))
    prizes[root] = 0
    arcs = Arcs.of_edges(root + 1, [(tail, head, price * cost) for tail, head, price in edges], root)
    gained, refused = grow_all(arcs, prizes, moats)
    return sum(without.values()) + gained - saved, refused


def _level_findings(claimed: Claimed, measure: str) -> Iterator[Finding]:
    offers = claimed.tables["offers"]
    most = int(offers.groupby("site")[measure].max().sum())
    served = claimed.curve(measure)["served_already"]
    rows = claimed.of("multipliers", measure).to_dict("records")
    for table in ("levels", "staircase"):
        for row in claimed.of(table, measure).to_dict("records"):
            money = round(row["capex_real"] * MINOR_PER_UNIT)
            proven = min([most, *((one["cost"] * money - one["bound"]) // one["prize"] for one in rows)])
            bound = served + proven / PARTS
            name = f"{measure} {row['capex_real']:.2f}"
            if not math.isclose(bound, row["bound"], rel_tol=1e-12, abs_tol=CLOSE):
                yield Finding(f"bound is not the {bound:,.3f} that the prices prove", name)
            if row["achieved"] > row["bound"] + CLOSE:
                yield Finding("reached is above the bound", name)

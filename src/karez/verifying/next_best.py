"""Speed, latency and present cost of what every site has, and of the next best, found again (rules 5 and 6)."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from typing import Any

import networkx as nx

from karez.units import MINOR_PER_UNIT
from karez.verifying.money import CENT
from karez.verifying.prices import present_cost
from karez.verifying.run import Run, graph_of_bounds
from karez.verifying.verdict import Check, Finding, conclude

CLOSE = 1e-9
"""Share by which figures that are equal may differ in the last digits."""

Row = dict[Hashable, Any]


def promises(run: Run) -> Check:
    """Speed and latency of every site, and those of its project's standard."""
    return conclude("speeds", "speed and latency of every site as the settings say", _promise_findings(run))


def _promise_findings(run: Run) -> Iterator[Finding]:
    for row in run.sites.to_dict("records"):
        standard = run.programme.project(row["project"]).standard
        if (row["standard_mbps"], row["standard_latency_ms"]) != (standard.mbps, standard.latency_ms):
            yield Finding("speed or latency promised is not the standard of its project", row["id"])
        stated = tuple(None if math.isnan(figure) else figure for figure in (row["mbps"], row["latency_ms"]))
        gives = run.programme.gives(row["technology"], row["service"] or "")
        if stated != ((None, None) if gives is None else (gives.mbps, gives.latency_ms)):
            yield Finding("speed or latency is not that of its technology or service", row["id"])


def ways(run: Run) -> Check:
    """Present costs of all ways, as far as capex, upkeep and the lives of the catalogue tell."""
    proven = f"present costs of {len(run.proof.plan_options):,} ways are those of their options, or can be theirs"
    return conclude("costs of ways", proven, _way_findings(run))


def _way_findings(run: Run) -> Iterator[Finding]:
    """A way that the schedule could choose is stated twice; of the others items are not kept, so their lives are not.

    Without a price of emissions the present cost lies between those of the item that lasts best and worst.
    """
    chosen_from = {_way(row): row for row in run.proof.options.to_dict("records")}
    factors = [present_cost(run.programme, 1.0, 0.0, int(life), 1) for life in set(run.catalogue["life_years"])]
    yearly = present_cost(run.programme, 0.0, 1.0, 1, 1)
    least, most = min(factors, default=0.0), max(factors, default=0.0)
    priced = run.programme.climate.price_per_tonne > 0
    for row in run.proof.plan_options.to_dict("records"):
        stated, other = row["present_1"], chosen_from.get(_way(row))
        if other is not None and abs(other["present_1"] - stated) > CLOSE * max(1.0, abs(stated)):
            yield Finding("present cost of a way is not that of the option", row["site_id"])
        upkeep, slack = row["opex_real_per_year"] * yearly, CENT * (1.0 + yearly) + CLOSE * abs(stated)
        low, high = upkeep + row["capex_real"] * least - slack, upkeep + row["capex_real"] * most + slack
        if stated < low or (stated > high and not priced):
            yield Finding("present cost of a way is not what its capex and upkeep can come to", row["site_id"])


def _way(row: Row) -> tuple[str, str, str]:
    return row["site_id"], row["technology"], row["service"]


def choices(run: Run) -> Check:
    """What every site costs by itself, and the cheapest other way to serve it."""
    proven = f"the next best of {len(run.sites):,} sites and both costs follow from ways and candidate spans"
    return conclude("next best", proven, _choice_findings(run))


def _choice_findings(run: Run) -> Iterator[Finding]:
    spans = Spans.of(run)
    offered: dict[str, list[Row]] = defaultdict(list)
    for way in run.proof.plan_options.to_dict("records"):
        offered[way["site_id"]].append(way)
    for row in run.sites.to_dict("records"):
        chosen, others = math.nan, {}
        for way in offered[row["id"]]:
            cost = way["present_1"]
            if (way["technology"], way["service"]) == (row["technology"], row["service"] or ""):
                chosen = cost + (spans.alone[row["id"]] if way["node"] >= 0 else 0.0)
            elif not (way["node"] >= 0 and row["technology"] in run.programme.networked):
                cost += spans.to_join.get(way["node"], math.inf) if way["node"] >= 0 else 0.0
                others[":".join(filter(None, (way["technology"], way["service"])))] = cost
        least = min(others.values(), default=math.inf)
        best = [technology for technology, cost in others.items() if cost <= least + CENT and cost < math.inf]
        if not _same(row["chosen_present_real"], chosen):
            yield Finding("present cost is not that of its technology with the spans it alone needs", row["id"])
        if (row["next_best"] or "") not in (best or [""]):
            yield Finding("next best is not the cheapest other way", row["id"])
        if not _same(row["next_best_present_real"], least if best else math.nan):
            yield Finding("present cost of the next best is not that of the cheapest other way", row["id"])


def _same(stated: float, derived: float) -> bool:
    return abs(stated - derived) <= CENT or (math.isnan(stated) and math.isnan(derived))


@dataclass(frozen=True)
class Spans:
    """What spans cost a site by itself.

    Parameters
    ----------
    alone : dict[str, float]
        By site, the elements of the tree that no other fibre site needs.
    to_join : dict[int, float]
        By node of the candidate graph, the cheapest spans that join it to what is built.
    """

    alone: dict[str, float]
    to_join: dict[int, float]

    @classmethod
    def of(cls, run: Run) -> Spans:
        """Walk from every fibre site to its source; then search the candidate graph from all that is built."""
        elements = run.proof.elements.to_dict("records")
        leads = {row["node_id"]: number for number, row in reversed(list(enumerate(elements)))}
        needed_by: dict[int, list[str]] = defaultdict(list)
        on_fibre = run.sites.loc[run.sites["technology"].isin(run.programme.networked)]
        for key, node in zip(on_fibre["id"], on_fibre["node_id"], strict=True):
            at = leads.get(node, -1)
            while at >= 0:
                needed_by[at].append(key)
                at = int(elements[at]["parent"])
        alone: dict[str, float] = defaultdict(float)
        for at, sites in needed_by.items():
            if len(sites) == 1:
                alone[sites[0]] += elements[at]["present_1"]
        number = {name: node for node, name in enumerate(run.proof.nodes["id"])}
        built = {number[row["node_id"]] for row in elements if row["year"] == row["year"]}
        graph = nx.MultiGraph()
        graph.add_nodes_from(number.values())
        columns = (graph_of_bounds(run)[name].tolist() for name in ("start", "end", "present_minor"))
        graph.add_weighted_edges_from(zip(*columns, strict=True))
        minor = nx.multi_source_dijkstra_path_length(graph, {*built, number["root"]})
        return cls(alone, {node: cost / MINOR_PER_UNIT for node, cost in minor.items()})

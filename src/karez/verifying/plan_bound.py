"""The bound over all plans, derived again from its multipliers and moats (rule 7).

Budgets, shared capacity and targets are priced. A unit of capex of a span that is there from year s on may cost no
more, all years together, than what the priced constraints charge for building it in year s; a site that fibre reaches
from year s on is worth the best of its ways from then on. Each year is then a tree on its own, and moats bound it.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from typing import Any

from karez.units import MINOR_PER_UNIT
from karez.verifying.answers import allowed, meets_standard
from karez.verifying.constraint_use import service_years, use
from karez.verifying.moats import Arcs, grow_all
from karez.verifying.options import CLOSE, limit
from karez.verifying.run import Run, graph_of_bounds
from karez.verifying.schedule_bound import ROUNDED
from karez.verifying.shared_capacity import name_of
from karez.verifying.verdict import Check, Finding, conclude

SCOPE = "plan"
PRICED = ("budget", "target", "shared")
"""Kinds of constraints that may be priced without knowing a network."""


def spans(run: Run) -> Check:
    """Upkeep and first years of candidate spans, as far as the plan's own elements tell."""
    graph = run.proof.graph
    known = dict(zip(graph["id"], zip(graph["opex_real_per_year"], graph["earliest_year"], strict=True), strict=True))
    elements = run.proof.elements
    findings = []
    for key, upkeep, first in zip(
        elements["id"], elements["opex_real_per_year"], elements["earliest_year"], strict=True
    ):
        stated, earliest = known.get(key, (math.nan, math.nan))
        if not abs(stated - upkeep) <= CLOSE:
            findings.append(Finding("upkeep of a candidate span is not that of the element", str(key)))
        if not earliest <= first:
            findings.append(Finding("candidate span is there later than the element may be", str(key)))
    return conclude("candidate upkeep", f"upkeep of {len(elements):,} elements is that of their spans", findings)


def ways(run: Run) -> Check:
    """All ways to serve all sites, as sites, settings and the options of the schedule say."""
    proven = f"{len(run.proof.plan_options):,} ways to serve {len(run.sites):,} sites, weights as the settings say"
    return conclude("ways", proven, _way_findings(run))


Row = dict[Hashable, Any]
Seen = dict[tuple[str, str, str], Row]


def _way_findings(run: Run) -> Iterator[Finding]:
    sites = run.sites.set_index("id").to_dict("index")
    number = {name: row for row, name in enumerate(run.proof.nodes["id"].astype(str))}
    seen: Seen = {}
    for row in run.proof.plan_options.to_dict("records"):
        key, technology, service = row["site_id"], row["technology"], row["service"]
        if (key, technology, service) in seen:
            yield Finding("technology offered twice", key)
        seen[key, technology, service] = row
        if key in sites:
            yield from (Finding(problem, key) for problem in _way_problems(run, row, sites[key], number))
        else:
            yield Finding("way to serve a site that is not in the plan", key)
    for key, site in sites.items():
        for way in _always(run, site):
            if (str(key), *way) not in seen:
                yield Finding("way that every such site has is missing", str(key))
    yield from _schedule_findings(run, seen)


def _way_problems(run: Run, row: Row, site: Row, number: dict[str, int]) -> Iterator[str]:
    """What is wrong with one way to serve a site."""
    technology = row["technology"]
    if (row["node"] >= 0) != (technology in run.programme.networked):
        yield "fibre without a node, or another technology with one"
    if technology in run.programme.networked and site["node_id"] and row["node"] != number.get(site["node_id"]):
        yield "way does not lead to the node of the site"
    if not allowed(run.programme, site["project"], site["category"], technology):
        yield "way of a technology that may not serve the site"
    still_open = site["weight"] * (1.0 - site["already_served"])
    meets = meets_standard(run.programme, site["project"], technology, row["service"])
    quality = 1.0 if meets else run.programme.phasing.below_standard_quality
    benefit = still_open * run.programme.project(site["project"]).priority * site["priority"] * quality
    if not abs(row["benefit"] - benefit) <= CLOSE * max(1.0, benefit):
        yield "benefit of a way is not weight times priority times quality"
    if not abs(row["coverage_weight"] - (still_open if meets else 0.0)) <= CLOSE * max(1.0, still_open):
        yield "weight of a way for targets is not what is open, to standard"


def _schedule_findings(run: Run, seen: Seen) -> Iterator[Finding]:
    """Options of the schedule that are not among the ways, or not at their price."""
    for row in run.proof.options.to_dict("records"):
        way = seen.get((row["site_id"], row["technology"], row["service"]))
        if way is None:
            yield Finding("option of the schedule that is not among all ways", row["site_id"])
        elif not all(abs(way[name] - row[name]) <= CLOSE for name in ("capex_real", "opex_real_per_year")):
            yield Finding("way is priced otherwise than the option of the schedule", row["site_id"])
        elif not way["earliest_year"] <= row["earliest_year"]:
            yield Finding("way may be used later than the option of the schedule", row["site_id"])


def _always(run: Run, site: Row) -> Iterator[tuple[str, str]]:
    """Technology and service that serve every site of a project and category, wherever it lies, whatever it demands."""
    services = run.programme.satellites
    for technology, rules in run.programme.technologies.items():
        near_only = rules.site_mbps_max is not None or bool(rules.bands) or rules.base_station is not None
        anywhere = not near_only or (technology == "satellite" and bool(services))
        joined = technology not in run.programme.networked or bool(site["node_id"])
        offered = technology in run.programme.categories[site["category"]].costs
        if anywhere and joined and offered and allowed(run.programme, site["project"], site["category"], technology):
            if technology == "satellite" and services:
                yield from (
                    (technology, name)
                    for name, about in services.items()
                    if about.site_mbps_max is None and not about.is_shared
                )
            else:
                yield technology, ""


@dataclass(frozen=True)
class Priced:
    """What money and sites are worth at the stated prices.

    Parameters
    ----------
    money : dict[str, list[float]]
        What a unit of ``capex`` and of yearly ``opex`` costs by year of building.
    gains : list[dict[int, float]]
        By year: what each node is worth for being reached then rather than later.
    alone : float
        What all sites together are worth without fibre.
    """

    money: dict[str, list[float]]
    gains: list[dict[int, float]]
    alone: float

    @classmethod
    def of(cls, run: Run, prices: dict[str, float]) -> Priced:
        """Price everything."""
        years, served = range(1, len(run.calendar_years) + 1), service_years(run)

        def charged(feature: str) -> list[float]:
            return [math.fsum(price * use(run, row, feature, year) for row, price in prices.items()) for year in years]

        tolls = {row: price for row, price in prices.items() if row.startswith("shared:")}
        prices = {row: price for row, price in prices.items() if row not in tolls}
        place = dict(zip(run.sites["id"], run.sites["geometry"], strict=True))
        money = {"capex": charged("capex"), "opex": charged("opex")}
        benefit = [one - paid for one, paid in zip(served, charged("benefit"), strict=True)]
        covers = {project.id: charged(f"covers:{project.id}") for project in run.programme.projects}
        project_of = dict(zip(run.sites["id"], run.sites["project"], strict=True))
        by_site: dict[str, list[tuple[int, list[float]]]] = defaultdict(list)
        for row in run.proof.plan_options.to_dict("records"):
            counted = covers[project_of[row["site_id"]]]
            drawn = name_of(run, row["service"], place[row["site_id"]].x, place[row["site_id"]].y)
            toll = tolls.get(drawn, 0.0) * row["demand_mbps"]
            worth = [
                math.fsum(
                    (
                        row["benefit"] * benefit[t],
                        -row["capex_real"] * money["capex"][t],
                        -row["opex_real_per_year"] * money["opex"][t],
                        -row["coverage_weight"] * counted[t],
                        -toll,
                    )
                )
                if t + 1 >= row["earliest_year"]
                else -math.inf
                for t in range(len(years))
            ]
            by_site[row["site_id"]].append((int(row["node"]), worth))
        gains: list[dict[int, float]] = [defaultdict(float) for _ in years]
        total = 0.0
        for offered in by_site.values():
            alone = max([0.0, *(max(worth) for node, worth in offered if node < 0)])
            total += alone
            tied = [worth for node, worth in offered if node >= 0]
            best = alone
            for t in range(len(years) - 1, -1, -1) if tied else ():
                most = max(worth[t] for worth in tied)
                gains[t][max(node for node, _ in offered)] += max(0.0, most - best)
                best = max(best, most)
        return cls(money, gains, total)


def bound(run: Run) -> Check:
    """The bound over all networks and all years."""
    stated, prices = run.certificate(SCOPE), run.proof.multipliers.get(SCOPE)
    if stated is None or stated["bound"] is None or prices is None:
        return conclude("plan bound", "", [Finding("certificate, bound or multipliers missing", SCOPE)])
    limits = {name: limit(run, name) for name in prices}
    findings = [Finding("multiplier is negative", key) for key, price in prices.items() if not 0.0 <= price < math.inf]
    findings += [
        Finding("multiplier of no constraint that can be priced", key)
        for key, most in limits.items()
        if most is None or key.partition(":")[0] not in PRICED
    ]
    if findings:
        return conclude("plan bound", "", findings)
    priced = Priced.of(run, prices)
    paid = [price * (limits[key] or 0.0) for key, price in prices.items()]
    steps = {int(row["year"]): row for row in run.proof.plan_years.to_dict("records")}
    findings += _charges(run, priced, steps)
    worth, size = [*paid, priced.alone], math.fsum(map(abs, paid)) + priced.alone
    moats = 0
    for year in range(1, len(run.calendar_years) + 1):
        left, grown, refused = _tree(run, priced.gains[year - 1], steps.get(year), year)
        worth.append(left)
        size += math.fsum(priced.gains[year - 1].values())
        moats += grown
        findings += refused
    derived = math.fsum(worth)
    if stated["bound"] < derived - AGREE * size:
        findings.append(Finding(f"bound is below the {derived:,.2f} that multipliers and moats prove", SCOPE))
    elif stated["bound"] > derived + ROUNDED * size:
        findings.append(Finding(f"bound is not the {derived:,.2f} that multipliers and moats prove", SCOPE))
    if stated["value"] > stated["bound"] + AGREE * size:
        findings.append(Finding("value is better than the bound", SCOPE))
    proven = f"{len(prices)} multipliers and {moats:,} moats of {len(steps)} years prove {derived:,.2f} over all plans"
    return conclude("plan bound", proven, findings)


AGREE = 1e-10
"""Share of the figures added up by which two sums in floating point may differ."""


def _charges(run: Run, priced: Priced, steps: dict[int, dict[Any, Any]]) -> Iterator[Finding]:
    """Years in which a span is charged more, over all years that it is there, than it costs to build it then."""
    for feature in ("capex", "opex"):
        for built in range(1, len(run.calendar_years) + 1):
            later = [row for year, row in steps.items() if year >= built and row["scale"] > 0]
            charged = math.fsum(row[f"{feature}_factor"] / row["scale"] for row in later) * MINOR_PER_UNIT
            negative = any(not row[f"{feature}_factor"] >= 0 for row in later)
            if negative or charged > priced.money[feature][built - 1] * (1.0 + CLOSE):
                yield Finding(f"{feature} of a span is charged more than its price", str(run.calendar_years[built - 1]))


def _tree(
    run: Run, gains: dict[int, float], step: dict[Any, Any] | None, year: int
) -> tuple[float, int, list[Finding]]:
    """What a year's tree can gain at most, in service-years; moats that were grown; what is wrong with them."""
    if step is None or not step["scale"] > 0:
        return math.fsum(gains.values()), 0, []
    scale, graph, n = step["scale"], graph_of_bounds(run), len(run.proof.nodes)
    stated, moats = (frame.loc[frame["year"] == year] for frame in (run.proof.plan_prizes, run.proof.plan_moats))
    prizes = dict(zip(stated["node"].tolist(), stated["prize"].tolist(), strict=True))
    edges = (
        (start, end, _whole(capex, step["capex_factor"]) + _whole(opex, step["opex_factor"]))
        for start, end, capex, opex, first in zip(
            graph["start"].tolist(),
            graph["end"].tolist(),
            graph["capex_real"].tolist(),
            graph["opex_real_per_year"].tolist(),
            graph["earliest_year"].tolist(),
            strict=True,
        )
        if first <= year
    )
    limits = [float(prizes.get(node, 0)) for node in range(n)]
    pairs = list(zip(moats["node"].tolist(), moats["radius"].tolist(), strict=True))
    gained, refused = grow_all(Arcs.of_edges(n, edges, root=n - 1), limits, pairs)
    names = run.proof.nodes["id"].astype(str).tolist()
    reachable = math.fsum(max(prizes.get(node, 0) / scale, gains.get(node, 0.0)) for node in {*prizes, *gains})
    return reachable - gained / scale, len(pairs), [Finding(problem, names[pairs[at][0]]) for at, problem in refused]


def _whole(money: float, factor: float) -> int:
    """Cost in whole units, rounded down."""
    return math.floor(round(money * MINOR_PER_UNIT) * factor)

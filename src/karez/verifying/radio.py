"""Hops, found again: what they are made of, which way they lead, what hangs behind them (rule 6)."""

from __future__ import annotations

import heapq
import math
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterator
from typing import Any

from karez.model.power import NO_GRID
from karez.model.radio import EITHER
from karez.model.radio_rules import RadioRules
from karez.model.words import RADIO_METHODS
from karez.units import MINOR_PER_UNIT
from karez.verifying.money import CENT, HALF_CENT
from karez.verifying.options import mandatory, ways_of
from karez.verifying.prices import present_cost
from karez.verifying.replan import read_kept
from karez.verifying.run import Run
from karez.verifying.sights import HEAD
from karez.verifying.verdict import Check, Finding, conclude

RADIO_IDS = ("hop:", "mast:")
"""How ids of radio spans begin."""
LEAST_M = 1e-3
"""Length of a span that has none, so that ways over more of them are longer."""
SLACK = 1e-6
"""Mbit/s by which sums of demands may differ."""

Row = dict[Hashable, Any]


def is_there(run: Run) -> bool:
    """Whether the run's network has hops for edges."""
    return run.programme.radio.on


def pieces(run: Run) -> Check:
    """Capex, upkeep and present cost of every radio span from its pieces, and which pieces those must be."""
    proven = f"{len(run.proof.radio):,} candidate spans by radio cost what their pieces cost"
    return conclude("radio prices", proven, _piece_findings(run))


def _piece_findings(run: Run) -> Iterator[Finding]:
    parts: dict[str, list[tuple[str, float]]] = defaultdict(list)
    for key, item, quantity in zip(*(run.proof.radio_parts[name] for name in ("id", "item", "quantity")), strict=True):
        parts[key].append((item, quantity))
    known = run.proof.graph.set_index("id").to_dict("index")
    catalogue = run.catalogue.to_dict("index")
    nodes = run.proof.nodes["id"].tolist()
    masts: dict[str, Row] = {HEAD + row["id"]: row for row in run.proof.radio_masts.to_dict("records")}
    for row in run.proof.radio.to_dict("records"):
        mast = masts.get(_node(nodes, row["child"]))
        if not _made_of(run, row, dict(parts[row["id"]]), mast):
            yield Finding("pieces are not a link of its band, a survey where it is assumed, and its mast", row["id"])
        capex = upkeep = present = 0.0
        for item, quantity in parts[row["id"]]:
            cost = catalogue[item]
            money = round(quantity * cost["rate_real"], 2)
            capex, upkeep = capex + money, upkeep + money * cost["opex_share_per_year"]
            life = int(cost["life_years"])
            present += present_cost(run.programme, money, money * cost["opex_share_per_year"], life, 1)
        stated = known.get(row["id"])
        if stated is None:
            yield Finding("radio span that is not in proof/graph", row["id"])
        elif abs(stated["capex_real"] - capex) > HALF_CENT or abs(stated["opex_real_per_year"] - upkeep) > CENT:
            yield Finding("capex or upkeep is not that of its pieces", row["id"])
        elif abs(stated["present_minor"] - present * MINOR_PER_UNIT) > 1.0:
            yield Finding("present cost in proof/graph is not that of its pieces", row["id"])
    yield from _standing_findings(run)
    yield from _bound_findings(run, known)
    yield from _layer_findings(run, known)


def _standing_findings(run: Run) -> Iterator[Finding]:
    """Hops and masts that stand are those that were built whole, and carry those who are in service over them."""
    kept = kept_whole(run)
    drawn = on_standing(run, kept)
    by_id = {row["id"]: row for row in run.proof.radio.to_dict("records")}
    ends = {end for row in kept if row["id"].startswith(RADIO_IDS) for end in (row["start_node"], row["end_node"])}
    for mast in run.proof.radio_masts.to_dict("records"):
        if mast["stands"] and HEAD + mast["id"] not in ends:
            yield Finding("mast that stands, but nothing built leads to it", mast["id"])
    built = {(by_id[row["id"]]["pair"], by_id[row["id"]]["band"]) for row in kept if row["id"] in by_id}
    for key, row in by_id.items():
        if row["stands"] and row["band"] and (row["pair"], row["band"]) not in built:
            yield Finding("hop that stands, but was not built", key)
        if not abs(row["taken_mbps"] - drawn.get((row["pair"], row["band"]), 0.0)) <= SLACK:
            yield Finding("what sites in service draw is not what hangs behind it", key)


def kept_whole(run: Run) -> list[Row]:
    """Elements that stood whole when the rest was planned again; none if it is no plan of the rest."""
    kept = read_kept(run.folder)
    return [] if kept is None else kept.elements[kept.elements["built_share"] >= 1.0].to_dict("records")


def on_standing(run: Run, kept: list[Row]) -> dict[tuple[int, str], float]:
    """What sites in service draw over hops that stand, by pair and band; each by its shortest way over what stands."""
    sites = run.sites.set_index("id")[["category", "place_id"]].to_dict("index")
    by_hop = [row for row in kept if row["kind"] == "site" and row["technology"] == "microwave" and row["id"] in sites]
    if not by_hop:
        return {}
    above = _ways_that_stand(run)
    drawn: dict[tuple[int, str], float] = defaultdict(float)
    for row in by_hop:
        category, at = run.programme.categories[sites[row["id"]]["category"]], f"place:{sites[row['id']]['place_id']}"
        users = row["households"] * run.programme.demand.take_up
        if not row["households"] and category.household_equivalents > 0:
            users = row["weight"] / category.household_equivalents
        while at in above:
            at, pair = above[at]
            if pair is not None:
                drawn[pair] += category.demand_mbps * users
    return drawn


def _ways_that_stand(run: Run) -> dict[str, tuple[str, tuple[int, str] | None]]:
    """Of every node that what stands leads to, the next one towards a source, and the hop to it, by pair and band."""
    radio = {row["id"]: row for row in run.proof.radio.to_dict("records")}
    ids = run.proof.nodes["id"].tolist()
    near: dict[str, list[tuple[float, str, tuple[int, str] | None]]] = defaultdict(list)
    for row in run.proof.graph.to_dict("records"):
        link = radio.get(row["id"])
        free = link["stands"] and link["bound"] if link else not row["capex_real"] and not row["opex_real_per_year"]
        if not free or row["id"].startswith("source:"):
            continue
        pair = (int(link["pair"]), link["band"]) if link and link["band"] else None
        one, other = ids[int(row["start"])], ids[int(row["end"])]
        length = max(float(row["length_m"]), LEAST_M)
        near[one].append((length, other, pair))
        near[other].append((length, one, pair))
    above: dict[str, tuple[str, tuple[int, str] | None]] = {}
    waiting: list[tuple[float, str, str, tuple[int, str] | None]] = [
        (0.0, ids[int(row["end"])], "", None)
        for row in run.proof.graph.to_dict("records")
        if row["id"].startswith("source:")
    ]
    heapq.heapify(waiting)
    while waiting:
        far, node, before, pair = heapq.heappop(waiting)
        if node in above:
            continue
        above[node] = (before, pair)
        for length, other, by in near[node]:
            if other not in above:
                heapq.heappush(waiting, (far + length, other, node, by))
    return above


def _bound_findings(run: Run, known: dict[Hashable, dict[Hashable, Any]]) -> Iterator[Finding]:
    """What the graph of bounds leaves out is there once more: a hop without its mast, and the mast on its way down."""
    variants: dict[tuple[int, str], list[Row]] = defaultdict(list)
    for row in run.proof.radio.to_dict("records"):
        variants[int(row["pair"]), row["band"]].append(row)
    for rows in variants.values():
        there = [row["id"] for row in rows if row["bound"] and row["id"] in known]
        least = min((known[key]["capex_real"] for key in there), default=None)
        for row in rows:
            capex = known.get(row["id"], {}).get("capex_real", math.nan)
            if row["bound"]:
                continue
            if least is None or (row["band"] and not capex >= least) or row["child"] < 0:
                yield Finding("left out of the graph of bounds without a variant there", row["id"])
            elif not row["band"] and not any(other["child"] >= 0 for other in rows if other["bound"]):
                yield Finding("way down from a mast that nothing pays", row["id"])


def _made_of(run: Run, row: Row, parts: dict[str, float], mast: Row | None) -> bool:
    """Whether a span is made of a link of its band, a survey where it is assumed, and the mast that it leads to."""
    rules = run.programme.radio
    wanted = [band.item for band in rules.bands if band.name == row["band"] and not row["stands"]]
    if not row["stands"] and row["state"] == "assumed" and rules.survey_item:
        wanted.append(rules.survey_item)
    return Counter(parts) == Counter([*wanted, *(mast_items(rules, mast) if mast else ())])


def mast_items(rules: RadioRules, mast: Row) -> Iterator[str]:
    """Items of a mast: the lowest that is as high, where none stands; a supply, where there is no power.

    One that the programme built has both.
    """
    if mast["stands"]:
        return
    high = sorted((kind.height_m, kind.item) for kind in rules.masts if kind.height_m >= mast["height_m"])
    if not mast["existing"]:
        yield from (item for _, item in high[:1])
    if mast["power"] == NO_GRID and rules.power_item:
        yield rules.power_item


def _layer_findings(run: Run, known: dict[Hashable, dict[Hashable, Any]]) -> Iterator[Finding]:
    """Spans of the plan are priced as the candidates are, and paid where they are built."""
    there = {row["id"] for row in run.proof.radio.to_dict("records") if row["stands"]}
    for row in run.spans.loc[run.spans["method"].isin(RADIO_METHODS)].to_dict("records"):
        stated, is_built = known.get(row["id"], {}), row["year"] == row["year"]
        paid = stated.get("capex_real", math.nan)
        if not abs(row["designed_capex_real"] - paid) <= HALF_CENT:
            yield Finding("capex is not that of the candidate", row["id"])
        if (row["status"] == "operational") != (row["id"] in there):
            yield Finding("status is not whether it stands", row["id"])
        if not abs(row["capex_real"] - (paid if is_built else 0.0)) <= HALF_CENT:
            yield Finding("capex is not that of its design, or not 0 though it is not built", row["id"])


def hops(run: Run) -> Check:
    """Hops keep length, rain and room of their band; masts and hops lead the way they are paid for."""
    count = int((run.spans["method"] == "microwave").sum())
    assumed = sum(row["state"] == "assumed" for row in _designed(run))
    proven = f"{count} hops in reach of their bands, {assumed} of them assumed; each mast paid on the way to it"
    return conclude("hops", proven, _hop_findings(run))


def _designed(run: Run) -> list[Row]:
    """What radio spans of the plan are, hops alone."""
    used = set(run.spans["id"])
    return [row for row in run.proof.radio.to_dict("records") if row["id"] in used and row["band"]]


def _hop_findings(run: Run) -> Iterator[Finding]:
    rules, bands = run.programme.radio, {band.name: band for band in run.programme.radio.bands}
    known = set(run.proof.radio["id"])
    for key in run.spans.loc[run.spans["method"].isin(RADIO_METHODS), "id"]:
        if key not in known:
            yield Finding("radio span that is not in proof/radio", str(key))
    length = dict(zip(run.spans["id"], run.spans["geometry_length_m"], strict=True))
    for row in _designed(run):
        band = bands.get(row["band"])
        if band is None or row["mbps"] != band.mbps:
            yield Finding("band is none of the settings, or carries otherwise", row["id"])
        elif length[row["id"]] / 1000.0 > min(band.max_km, rules.longest_km) + 1e-3:
            yield Finding("longer than its band reaches", row["id"])
        if row["availability"] < rules.availability:
            yield Finding("rain leaves it in service less than is asked for", row["id"])
        if row["state"] == "clear" and not row["clearance_m"] >= 0.0:
            yield Finding("called clear without the room that asks for", row["id"])
    nodes = run.proof.nodes["id"].tolist()
    far = dict(zip(run.proof.elements["id"], run.proof.elements["node_id"], strict=True))
    for row in run.proof.radio.to_dict("records"):
        if row["id"] in far and row["child"] != EITHER and _node(nodes, row["child"]) != far[row["id"]]:
            yield Finding("leads the other way than it is paid for", row["id"])
    costly = (row for row in run.proof.radio.to_dict("records") if row["bound"] and not row["band"])
    paid = {_node(nodes, row["child"]) for row in costly if row["child"] >= 0}
    pays = {row["id"]: _node(nodes, row["child"]) for row in run.proof.radio.to_dict("records")}
    for key, node in far.items():
        if node in paid and key in pays and pays[key] != node:
            yield Finding("leads to a mast without the variant that pays for it", str(key))


def _node(nodes: list[str], number: float) -> str:
    """Id of a node; empty where there is none."""
    return nodes[int(number)] if number >= 0 else ""


def loads(run: Run) -> Check:
    """What is designed behind every hop fits on it, and nothing there must have fibre or is called fibre."""
    proven = f"busy-hour demand behind {len(_designed(run))} hops fits on them; nothing behind one is on fibre"
    return conclude("loads of hops", proven, _load_findings(run))


def loads_of(run: Run) -> dict[str, float]:
    """Busy-hour demand designed behind every hop, in Mbit/s; hops with nothing behind them are not there."""
    load: dict[str, float] = defaultdict(float)
    for site, keys in _behind(run):
        for key in keys:
            load[key] += site["demand_mbps"]
    return load


def _behind(run: Run) -> Iterator[tuple[Row, list[str]]]:
    """Every site that is designed for the network, and the hops between it and its source."""
    elements = run.proof.elements.to_dict("records")
    hop = {row["id"] for row in _designed(run)}
    # What closes a ring comes last; a node hangs on what leads to it first.
    leads = {row["node_id"]: number for number, row in reversed(list(enumerate(elements)))}
    for site in run.sites.loc[run.sites["designed_technology"].isin(run.programme.networked)].to_dict("records"):
        at, keys = leads.get(site["node_id"], -1), []
        while at >= 0:
            if elements[at]["id"] in hop:
                keys.append(elements[at]["id"])
            at = int(elements[at]["parent"])
        yield site, keys


def _load_findings(run: Run) -> Iterator[Finding]:
    forced, hop = mandatory(run), {row["id"]: row for row in _designed(run)}
    for site, keys in _behind(run):
        if bool(keys) != (site["designed_technology"] == "microwave"):
            yield Finding("on fibre behind a hop, or on microwave without one", site["id"])
        if keys and site["id"] in forced:
            yield Finding("must have fibre and hangs behind a hop", site["id"])
    for key, designed in loads_of(run).items():
        whole = designed + hop[key]["taken_mbps"]
        if whole > hop[key]["mbps"] + SLACK:
            yield Finding(f"{whole:,.1f} Mbit/s behind a hop of {hop[key]['mbps']:,.0f}", key)


def _apart(run: Run) -> dict[str, int]:
    """What sites cost that are designed without the network, in minor units: the service that each has room on."""
    options = run.proof.options
    designed = dict(zip(run.sites["id"], run.sites["designed_technology"], strict=True))
    rows = zip(options["site_id"], options["technology"], options["present_1"], strict=True)
    return {key: round(cost * MINOR_PER_UNIT) for key, name, cost in rows if name == designed[key]}


def beside_the_tree(run: Run) -> int:
    """What sites cost as they are designed, over what the certificate leaves out as constant, in minor units.

    The constant is each site's cheapest way: of those that hang on the network where they cost less than the best
    other one, or where nothing else may serve it.
    """
    total, forced, apart = 0, mandatory(run), _apart(run)
    designed = dict(zip(run.sites["id"], run.sites["designed_technology"], strict=True))
    for key, (tied, others, _) in ways_of(run).items():
        own = tied.get(designed[key], apart.get(key, 0))
        least, other = min(tied.values(), default=None), min(others.values(), default=None)
        must = least is not None and (other is None or key in forced)
        base = least if least is not None and (must or (other is not None and least < other)) else (other or 0)
        total += own - base
    return total

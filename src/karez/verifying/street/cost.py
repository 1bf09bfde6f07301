"""The bill adds up from the tables of the design, at the prices of the rules (rule 3)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from karez.verifying.street.run import StreetRun, rows
from karez.verifying.verdict import Check, Finding, conclude

CENT = 0.011


def cables(run: StreetRun) -> Check:
    """Every cable is large enough and of a size there is; feeders carry the fibres of all cabinets behind them."""
    return conclude("cables", f"{len(run.tables['cables']):,} cables hold their fibres", _cables(run))


def _cables(run: StreetRun) -> Iterator[Finding]:
    table, trench, cabinets = run.tables["cables"], run.tables["trench"], run.tables["cabinets"]
    sizes = [*run.rules["network"]["cable_fibres"], 1]
    parent = trench["parent"].tolist()
    behind = [0] * len(parent)
    for one in rows(cabinets):
        behind[one.place] += int(one.splitters)
    for place in range(len(parent) - 1, -1, -1):
        if parent[place] >= 0:
            behind[parent[place]] += behind[place]
    feeder = {}
    carried = set()
    for one in rows(table):
        carried.add(one.place)
        if one.size not in sizes or one.size * one.count < one.fibres:
            yield Finding(f"{one.tier} cable that is too small, or of a size there is none of", str(one.place))
        if one.length_m != trench["length_m"].iloc[one.place]:
            yield Finding("cable with another length than its run", str(one.place))
        if one.tier == "feeder":
            feeder[one.place] = one.fibres
    for place in range(len(parent)):
        if parent[place] >= 0 and feeder.get(place, 0) != behind[place]:
            yield Finding("run whose feeder does not carry the cabinets behind it", str(place))


def bill(run: StreetRun) -> Check:
    """Every item of the bill, computed anew from its table."""
    return conclude("bill", "every item costs what its table and the prices make it", _bill(run))


def _bill(run: StreetRun) -> Iterator[Finding]:
    said: dict[str, float] = defaultdict(float)
    lines: dict[str, int] = defaultdict(int)
    for one in rows(run.tables["bill"]):
        group = _group(one.item)
        said[group] += one.amount
        lines[group] += 1
    due = _due(run)
    for group in sorted(set(said) | set(due)):
        if abs(said[group] - due.get(group, 0.0)) > CENT * max(lines[group], 1):
            yield Finding(f"{group}: the bill says {said[group]:.2f}, the tables make {due.get(group, 0.0):.2f}", group)


def _group(item: str) -> str:
    """What an item belongs to, whatever its size."""
    for group in ("trench", "cabinet", "feeder cable", "distribution cable", "drop cable"):
        if item.startswith(group):
            return "cable" if group.endswith("cable") else group
    return item


def _due(run: StreetRun) -> dict[str, float]:
    prices, network = run.rules["prices"], run.rules["network"]
    premises, cabinets, closures = run.tables["premises"], run.tables["cabinets"], run.tables["closures"]
    served = premises[premises["place"] >= 0]
    splitters = float(cabinets["splitters"].sum())
    due = {
        "trench": _trench(run),
        "passage under railway, motorway or river": _passages(run) * prices["crossing_each"],
        "cable": sum(
            (prices["cable_per_m"] + prices["fibre_per_m"] * one.size) * one.count * one.length_m
            for one in rows(run.tables["cables"])
        ),
        "closure": len(closures) * prices["closure_each"],
        "splice": 2 * float(closures["dwellings"].sum()) * prices["splice_each"],
        "cabinet": float((prices["cabinet_each"] + cabinets["ports"] * prices["cabinet_port"]).sum()),
        "splitter": splitters * prices["splitter_each"],
        "feeder splice": splitters * prices["splice_each"],
        "port of a line terminal": splitters * prices["port_each"],
        "drop, cable and installation": len(served) * prices["drop_each"],
        "terminal of a dwelling": float(served["dwellings"].sum()) * prices["home_each"],
        "central office": len(run.tables["offices"]) * prices["office_each"],
    }
    if len(network["split"]) > 1:
        due["splitter, second stage"] = len(closures) * prices["splitter_each"]
    return {group: amount for group, amount in due.items() if amount}


def _dug(run: StreetRun) -> list[int]:
    return [edge for edge in run.tables["trench"]["run"].tolist() if edge >= 0]


def _passages(run: StreetRun) -> float:
    runs = rows(run.tables["runs"].iloc[_dug(run)])
    return float(sum(one.crossings for one in runs if method_of(one) not in THROUGH))


def _trench(run: StreetRun) -> float:
    stated = stated_prices(run)
    runs = rows(run.tables["runs"].iloc[_dug(run)])
    return float(sum(dug(one, method_of(one), run.rules["prices"], stated) for one in runs))


THROUGH = ("duct", "existing")
"""Methods whose passage under a barrier is there already."""


def method_of(one: Any) -> str:
    """Method of a run in the design: the other one where what is there is full."""
    return str(one.other_method if one.full else one.method)


def stated_prices(run: StreetRun) -> dict[str, float]:
    """Price per metre that the planner's spans state, by their id."""
    table = run.tables["locks"]
    stated = table[table["price_per_m"].notna()]
    return dict(zip(stated["id"].tolist(), stated["price_per_m"].tolist(), strict=True))


def dug(one: Any, method: str, prices: dict[str, Any], stated: dict[str, float]) -> float:
    """Price of one run by a method, passages apart, currency: from the rules, and the planner's spans."""
    trench = prices["drop_per_m"] if one.kind == "drop" else prices["trench_per_m"][one.surface]
    per_m = {
        "trench": trench,
        "micro_trench": trench * prices["micro_trench_factor"],
        "facade": prices["facade_per_m"],
        "aerial": prices["aerial_per_m"],
        "duct": prices["duct_per_m"],
        "existing": prices["built_per_m"],
    }[method]
    if one.lock and method == one.method:
        per_m = stated.get(one.lock, per_m)
    return float(per_m * one.length_m)


def totals(run: StreetRun) -> Check:
    """The totals of the summary are those of the tables."""
    return conclude("totals", "the summary's totals are the sums of the tables", _totals(run))


def _totals(run: StreetRun) -> Iterator[Finding]:
    said, premises = run.summary["totals"], run.tables["premises"]
    served = premises["place"] >= 0
    due = {
        "cost_real": float(run.tables["bill"]["amount"].sum()),
        "premises": len(premises),
        "premises_served": int(served.sum()),
        "dwellings_served": int(premises.loc[served, "dwellings"].sum()),
        "trench_m": float(run.tables["trench"]["length_m"].sum()),
        "offices": len(run.tables["offices"]),
        "cabinets": len(run.tables["cabinets"]),
        "closures": len(run.tables["closures"]),
    }
    for name, figure in due.items():
        if abs(said[name] - figure) > CENT:
            yield Finding(f"{name}: the summary says {said[name]}, the tables make {figure:.2f}", name)

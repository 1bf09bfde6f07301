"""The certificates of a street-level design: values recomputed, moats grown again."""

from __future__ import annotations

from collections.abc import Iterator

from karez.verifying.moats import Arcs, grow_all
from karez.verifying.street.cost import CENT, THROUGH, dug, stated_prices
from karez.verifying.street.run import StreetRun, rows
from karez.verifying.verdict import Check, Finding, conclude

ONE_DROP = 100_000_000
"""What every drop is dearer by where the moats grow, in minor units, so that each premises uses one."""


def value(run: StreetRun) -> Check:
    """Values are those of the tables, and no bound lies above its value."""
    return conclude("certificate values", "values are those of the tables, bounds do not exceed them", _value(run))


def _value(run: StreetRun) -> Iterator[Finding]:
    trench, whole = run.summary["certificates"]
    cost = float(run.tables["bill"]["amount"].sum())
    costs = _minor_costs(run)
    least = sum(costs[edge] for edge in run.tables["trench"]["run"].tolist() if edge >= 0) / 100
    if abs(trench["value"] - least) > CENT:
        yield Finding(f"the trench costs {least:.2f}, not {trench['value']:.2f}", "trench")
    if abs(whole["value"] + whole["constant"] - cost) > CENT:
        yield Finding(f"the network costs {cost:.2f}, not {whole['value'] + whole['constant']:.2f}", "network")
    for one in (trench, whole):
        if one["bound"] is not None and one["bound"] > one["value"] + CENT:
            yield Finding("the bound is above the value", one["name"])


def _minor_costs(run: StreetRun) -> list[int]:
    """Cost of trench and smallest cable of every run, in whole minor units.

    What is there has room, and a preferred span counts by its factor: no network pays less than this on a run.
    """
    prices, stated = run.rules["prices"], stated_prices(run)
    cable = prices["cable_per_m"] + prices["fibre_per_m"]
    costs = []
    for one in rows(run.tables["runs"]):
        ways = []
        for method in filter(None, (one.method, one.other_method)):
            passages = 0.0 if method in THROUGH else one.crossings * prices["crossing_each"]
            ways.append(dug(one, method, prices, stated) + passages)
        costs.append(round((min(ways) * one.factor + one.length_m * cable) * 100))
    return costs


def _given_nodes(run: StreetRun) -> list[int]:
    """Nodes of given cabinets that the trench comes by."""
    locks, dug_up = run.tables["locks"], set(run.tables["trench"]["node"].tolist())
    nodes: list[int] = locks.loc[locks["role"] == "cabinet", "node"].tolist()
    return [node for node in nodes if node in dug_up]


def replay(run: StreetRun) -> Check:
    """Moats grown again on the graph of all runs prove a bound, no better than the certificate's."""
    moats, runs, premises = run.tables["moats"], run.tables["runs"], run.tables["premises"]
    if moats.empty:
        return conclude("replay", "", [Finding("there are no moats", "moats")])
    nodes = len(run.tables["nodes"]) + 1
    costs = _minor_costs(run)
    lifted = [
        cost + (ONE_DROP if kind == "drop" else 0) for cost, kind in zip(costs, runs["kind"].tolist(), strict=True)
    ]
    edges = list(zip(runs["start"].tolist(), runs["end"].tolist(), lifted, strict=True))
    root, sources = int(run.summary["moat_root"]), run.summary["moat_sources"]
    # Given offices hang on one more node, which every trench then holds.
    edges += [(nodes - 1, int(node), 0) for node in sources]
    prizes = [0.0] * nodes
    if sources:
        prizes[nodes - 1] = float("inf")
    for one in rows(premises[premises["place"] >= 0]):
        prizes[one.node] = float("inf")
    for node in _given_nodes(run):
        prizes[node] = float("inf")
    arcs = Arcs.of_edges(nodes, edges, root)
    gained, refused = grow_all(arcs, prizes, zip(moats["node"].tolist(), moats["radius"].tolist(), strict=True))
    served = len(set(premises.loc[premises["place"] >= 0, "node"].tolist()))
    proven = (gained - ONE_DROP * served) / 100
    stated = run.summary["certificates"][0]
    findings = [Finding(problem, str(place)) for place, problem in refused]
    if arcs.least() < 0:
        findings.append(Finding("reduced costs fall below zero", "moats"))
    if proven > stated["value"] + CENT:
        findings.append(Finding("the moats prove more than the trench costs", "moats"))
    share = (stated["value"] - proven) / stated["value"] if stated["value"] else 0.0
    words = (
        f"the moats alone prove {proven:,.2f}: the trench is within {share:.2%} of the best; the certificate's own "
        f"bound, {stated['bound']:,.2f}, rests on reductions and cutting planes besides, which do not replay"
    )
    return conclude("replay", words, findings)

"""The design's value and bound, derived again from the candidate graph and the moats (rule 7)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from karez.model.design import FORCED
from karez.units import MINOR_PER_UNIT
from karez.verifying import rings
from karez.verifying.moats import Arcs, grow_all
from karez.verifying.network import CONNECTION
from karez.verifying.radio import beside_the_tree
from karez.verifying.run import Run, graph_of_bounds
from karez.verifying.verdict import Check, Finding, conclude

HALF_UNIT = 0.5 / MINOR_PER_UNIT
"""Figures of a certificate are whole minor units, written as decimals."""


def arcs(run: Run) -> Arcs:
    """Untouched arcs of a run's candidate graph; its super-root is the highest."""
    graph = graph_of_bounds(run)
    n = len(run.proof.nodes)
    edges = zip(graph["start"].tolist(), graph["end"].tolist(), graph["present_minor"].tolist(), strict=True)
    return Arcs.of_edges(n, edges, root=n - 1)


def bound(run: Run) -> Check:
    """The design's bound, by growing its moats again: within what the backbone's cuts leave, where there is one."""
    if rings.is_there(run):
        left = rings.left(run)
        highest = len(run.proof.nodes) - 1
        moats, findings = replay(run, Arcs.directed(highest + 1, left.arcs, root=highest))
        gained, findings = moats + left.bound, [*findings, *left.findings]
    else:
        moats, findings = replay(run, arcs(run))
        gained = moats
    stated = run.certificate("design")
    if stated is None or stated["bound"] is None:
        findings.append(Finding("certificate without a bound", "design"))
    elif abs(stated["bound"] - gained / MINOR_PER_UNIT) > HALF_UNIT and not _rounded(run, stated, gained):
        findings.append(Finding(f"bound is not the {gained / MINOR_PER_UNIT:,.2f} that its moats prove", "design"))
    proven = f"{len(run.proof.ascent):,} moats grown again prove {moats / MINOR_PER_UNIT:,.2f} as lower bound"
    if run.proof.backbone:
        proven += f", with the backbone's cuts {gained / MINOR_PER_UNIT:,.2f}"
    return conclude("design bound", proven, findings)


def _rounded(run: Run, stated: dict[str, Any], gained: int) -> bool:
    """Whether a bound is the value: a hop rounded with its mast can put that a little below what is proven."""
    return run.programme.radio.on and stated["bound"] == stated["value"] <= gained / MINOR_PER_UNIT


def replay(run: Run, untouched: Arcs) -> tuple[int, list[Finding]]:
    """Grow every moat again.

    Parameters
    ----------
    run : Run
        The run.
    untouched : Arcs
        What they grow on; it is used up.

    Returns
    -------
    gained : int
        What the moats prove, in minor units.
    findings : list[Finding]
        Moats that are not allowed.
    """
    prizes = [float("inf") if prize == FORCED else prize for prize in run.proof.nodes["prize_minor"].tolist()]
    names = run.proof.nodes["id"].astype(str).tolist()
    nodes = run.proof.ascent["node"].tolist()
    moats = zip(nodes, run.proof.ascent["radius_minor"].tolist(), strict=True)
    gained, refused = grow_all(untouched, prizes, moats)
    return gained, [Finding(problem, names[nodes[place]]) for place, problem in refused]


def value(run: Run) -> Check:
    """The design's value: present cost of its tree and prizes of the nodes it leaves out."""
    total, findings = _value(run)
    stated = run.certificate("design")
    if stated is None or abs(stated["value"] - total / MINOR_PER_UNIT) > HALF_UNIT:
        findings.append(Finding(f"value is not the {total / MINOR_PER_UNIT:,.2f} that its tables add up to", "design"))
    elif stated["bound"] is not None and stated["bound"] > stated["value"]:
        findings.append(Finding("bound is above the value", "design"))
    proven = f"tree of {len(run.proof.elements):,} elements and prizes left out cost {total / MINOR_PER_UNIT:,.2f}"
    return conclude("design value", proven, findings)


def _value(run: Run) -> tuple[int, list[Finding]]:
    """Cost of the design in minor units, and what is wrong with its tree."""
    graph, nodes, elements = run.proof.graph, run.proof.nodes, run.proof.elements
    root = len(nodes) - 1
    number = {name: row for row, name in enumerate(nodes["id"].astype(str))}
    spans = {
        str(key): (start, end, cost)
        for key, start, end, cost in zip(
            graph["id"], graph["start"].tolist(), graph["end"].tolist(), graph["present_minor"].tolist(), strict=True
        )
    }
    findings: list[Finding] = []
    in_backbone = rings.spans(run)
    reached = {root}
    total = 0
    at: list[int] = []
    for key, parent, node in zip(
        elements["id"].astype(str), elements["parent"].tolist(), elements["node_id"].astype(str), strict=True
    ):
        start, end, cost = spans.get(key, (-1, -1, 0))
        before = root if parent < 0 else at[parent] if parent < len(at) else -1
        here = number.get(node, -1)
        at.append(here)
        if {start, end} != {before, here}:
            findings.append(Finding("element does not lead from its parent's node to its own in proof/graph", key))
        elif here in reached and key not in in_backbone:
            findings.append(Finding("element closes a circle", key))
        reached.add(here)
        total += cost
    if run.programme.radio.on:
        return total + beside_the_tree(run), findings
    for row, (name, prize) in enumerate(zip(nodes["id"].astype(str), nodes["prize_minor"].tolist(), strict=True)):
        if row not in reached and prize == FORCED:
            findings.append(Finding("node must be reached, but is not in the tree", name))
        elif row not in reached:
            total += prize
    return total, findings


def graph(run: Run) -> Check:
    """Candidate graph and plan speak of the same spans at the same price."""
    proven = f"{len(run.proof.graph):,} candidate spans hold the plan's with the same capex"
    return conclude("candidate graph", proven, _graph_findings(run))


def _graph_findings(run: Run) -> Iterator[Finding]:
    candidates, highest = run.proof.graph, len(run.proof.nodes) - 1
    rows = zip(
        candidates["id"].astype(str),
        candidates["start"].tolist(),
        candidates["end"].tolist(),
        candidates["present_minor"].tolist(),
        strict=True,
    )
    for key, start, end, cost in rows:
        if not (0 <= start <= highest and 0 <= end <= highest):
            yield Finding("candidate span whose ends are not in proof/nodes", key)
        if cost < 0:
            yield Finding("candidate span with a negative present cost", key)
        if (highest in (start, end)) != key.startswith(CONNECTION):
            yield Finding("the super-root is joined to sources alone, but not so at", key)
    for key in candidates.loc[candidates["id"].duplicated(), "id"]:
        yield Finding("id occurs more than once in proof/graph", str(key))
    capex = dict(zip(candidates["id"], candidates["capex_real"], strict=True))
    for frame, column in ((run.spans, "designed_capex_real"), (run.proof.elements, "capex_real")):
        for key, money in zip(frame["id"], frame[column], strict=True):
            if key not in capex:
                yield Finding("span of the plan that is not in proof/graph", str(key))
            elif abs(capex[key] - money) > HALF_UNIT:
                yield Finding("span whose capex is not that of proof/graph", str(key))

"""A backbone that the plan builds: its ways, its years, and the share of the bound that its cuts prove."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from karez.verifying import backbone
from karez.verifying.backbone import Claimed
from karez.verifying.run import Run, graph_of_bounds
from karez.verifying.verdict import Check, Finding, conclude


def is_there(run: Run) -> bool:
    """Whether the plan builds a backbone."""
    return bool(run.proof.backbone)


def ways(run: Run) -> Check:
    """Whatever single span or node fails, a hub keeps a way unless no candidate route would be left."""
    return backbone.survives(_claimed(run))


def cases(run: Run) -> Check:
    """The cases of every part miss nothing."""
    return backbone.cases(_claimed(run))


def cuts(run: Run) -> Check:
    """Every cut has something beyond it that needs what it asks for."""
    return backbone.cuts(_claimed(run))


def years(run: Run) -> Check:
    """Every span of the backbone is in the design, and built by its year."""
    last = run.programme.backbone.closed_by or run.calendar_years[-1]
    return conclude("backbone years", f"{len(spans(run)):,} spans and sources are there by {last}", _late(run, last))


def _late(run: Run, last: int) -> Iterator[Finding]:
    built = dict(zip(run.proof.elements["id"], run.proof.elements["year"], strict=True))
    for key in sorted(spans(run)):
        if not built.get(key, float("nan")) <= last:
            yield Finding(f"of the backbone, and not built by {last}", key)


def spans(run: Run) -> set[str]:
    """Ids of the spans and source connections of the backbone; none without one."""
    if not is_there(run):
        return set()
    chosen = run.proof.backbone["backbone_graph"]["chosen"].to_numpy()
    return set(run.proof.graph["id"].astype(str)[chosen])


@dataclass(frozen=True)
class Left:
    """What the backbone's cuts prove, and what they leave for the tree.

    Parameters
    ----------
    bound : int
        What they prove, in minor units, less what candidates are held at above their costs.
    arcs : list[tuple[int, int, int]]
        From, to and cost left in minor units of both directions of every candidate.
    findings : list[Finding]
        What is wrong with the cuts.
    """

    bound: int
    arcs: list[tuple[int, int, int]]
    findings: list[Finding]


def left(run: Run) -> Left:
    """Add the backbone's cuts up again.

    Ways and tree can be directed together, each span in one direction, so in either direction cuts and moats share what
    a span is held at. A network has each span once, so it costs no less than that, less what is held above costs.
    """
    own = run.proof.backbone["backbone_graph"]
    found = backbone.proven(_claimed(run))
    cost = run.proof.graph["present_minor"].to_numpy()
    held = np.maximum(cost, own["cost_minor"].to_numpy())
    bounded = run.proof.graph["id"].isin(graph_of_bounds(run)["id"]).to_numpy()
    start, end = run.proof.graph["start"].to_numpy(), run.proof.graph["end"].to_numpy()
    turned = own["tail"].to_numpy() == end
    ahead = held - np.where(turned, found.back, found.ahead)
    back = held - np.where(turned, found.ahead, found.back)
    arcs = [
        *zip(start[bounded].tolist(), end[bounded].tolist(), ahead[bounded].tolist(), strict=True),
        *zip(end[bounded].tolist(), start[bounded].tolist(), back[bounded].tolist(), strict=True),
    ]
    return Left(found.bound - int((held - cost).sum()), arcs, [*found.findings, *_mismatched(run)])


def _mismatched(run: Run) -> Iterator[Finding]:
    """The cuts are of the run's own candidates."""
    graph, own = run.proof.graph, run.proof.backbone["backbone_graph"]
    by_radio, root = set(run.proof.radio["id"]) if len(run.proof.radio) else set(), len(run.proof.nodes) - 1
    rows = zip(
        *(graph[name] for name in ("id", "start", "end")),
        *(own[name] for name in ("tail", "head", "chosen")),
        strict=True,
    )
    for key, start, end, tail, head, chosen in rows:
        # Ways run over fibre: a radio span leads from the root to itself, and is of no use to them.
        if {tail, head} != ({root} if key in by_radio else {start, end}):
            yield Finding("is not the same span in proof/backbone_graph", str(key))
        if chosen and key in by_radio:
            yield Finding("is a radio span of the backbone, which runs over fibre", str(key))


def _claimed(run: Run) -> Claimed:
    tables = run.proof.backbone
    graph, nodes, cases, cuts = (tables[f"backbone_{name}"] for name in ("graph", "nodes", "cases", "cuts"))
    return Claimed(graph, nodes, cases, cuts)

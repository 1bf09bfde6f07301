"""A backbone that the plan builds: its ways, its years, and the share of the bound that its cuts prove."""

from __future__ import annotations

from collections.abc import Iterator

from karez.verifying import backbone
from karez.verifying.backbone import Claimed
from karez.verifying.run import Run
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


def shares(run: Run) -> list[int]:
    """Share of every candidate's present cost, in minor units, that the cuts are held against."""
    if not is_there(run):
        return [0] * len(run.proof.graph)
    return [int(cost) for cost in run.proof.backbone["backbone_graph"]["cost_minor"]]


def proven(run: Run) -> tuple[int, list[Finding]]:
    """Bound in minor units that the cuts prove within their shares, and what is wrong."""
    if not is_there(run):
        return 0, []
    bound, findings = backbone.proven(_claimed(run))
    return bound, [*findings, *_mismatched(run)]


def _mismatched(run: Run) -> Iterator[Finding]:
    """The cuts are of the run's own candidates, and their shares are no more than the costs."""
    graph, own = run.proof.graph, run.proof.backbone["backbone_graph"]
    by_radio, root = set(run.proof.radio["id"]) if len(run.proof.radio) else set(), len(run.proof.nodes) - 1
    rows = zip(
        *(graph[name] for name in ("id", "start", "end", "present_minor")),
        *(own[name] for name in ("tail", "head", "cost_minor", "chosen")),
        strict=True,
    )
    for key, start, end, cost, tail, head, share, chosen in rows:
        # Ways run over fibre: a radio span leads from the root to itself, and is of no use to them.
        if {tail, head} != ({root} if key in by_radio else {start, end}):
            yield Finding("is not the same span in proof/backbone_graph", str(key))
        if not 0 <= share <= cost:
            yield Finding("has a share in proof/backbone_graph that is not within its cost", str(key))
        if chosen and key in by_radio:
            yield Finding("is a radio span of the backbone, which runs over fibre", str(key))


def _claimed(run: Run) -> Claimed:
    tables = run.proof.backbone
    graph, nodes, cases, cuts = (tables[f"backbone_{name}"] for name in ("graph", "nodes", "cases", "cuts"))
    return Claimed(graph, nodes, cases, cuts)

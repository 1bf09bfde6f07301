"""The certificate of a solved Steiner problem, proven again on the original graph."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

from pydantic import ValidationError

from karez.errors import DataFault, Fault
from karez.model.design import FORCED
from karez.model.instance import Instance
from karez.model.tree_certificate import CertifiedCase, TreeCertificate
from karez.verifying.certificates import gap
from karez.verifying.moats import Arcs, grow_all
from karez.verifying.verdict import Check, Finding, Verdict, conclude

GZIP_MAGIC = b"\x1f\x8b"
MOST_FAULTS = 100
REMEDY = "Write it again with `karez solve FILE --certificate CERT`, or restore it from a copy"
TOLD_EVERY = 64
"""Moats between two words of progress."""


def read_certificate(path: Path) -> TreeCertificate:
    """Read a certificate, gzipped or not; what it is shows from its bytes.

    Raises
    ------
    DataFault
        If the file is missing or damaged, or entries are missing, unknown or of the wrong kind: all of them at once.
    """
    try:
        content = path.read_bytes()
        text = gzip.decompress(content) if content.startswith(GZIP_MAGIC) else content
    except FileNotFoundError as error:
        raise DataFault([Fault(path.name, problem="the file does not exist", remedy="Check the name")]) from error
    except (OSError, EOFError, zlib.error) as error:
        raise DataFault([Fault(path.name, problem=f"the file cannot be read ({error})", remedy=REMEDY)]) from error
    try:
        return TreeCertificate.model_validate_json(text)
    except ValidationError as error:
        raise DataFault(_faults(path.name, error)) from error


def _faults(file: str, error: ValidationError) -> Iterator[Fault]:
    for found in error.errors()[:MOST_FAULTS]:
        place = ".".join(map(str, found["loc"]))
        yield Fault(file, column=place, problem=found["msg"], remedy=REMEDY)


def verify_tree(
    certificate: TreeCertificate, problem: Instance, *, progress: Callable[[float], None] = lambda _: None
) -> Verdict:
    """Prove a certificate again: cost its tree and grow its moats on the original graph, in slow, simple code.

    Parameters
    ----------
    certificate : TreeCertificate
        What is claimed.
    problem : Instance
        What it is claimed of.
    progress : callable, optional
        Told the share of the moats that have been grown.

    Returns
    -------
    Verdict
        Every check that was made. If the certificate is of another problem, or names nodes that there are not, the
        checks that rest on that are not made.
    """
    form = (_problem(certificate, problem), _numbers(certificate, problem))
    if not all(check.passed for check in form):
        return Verdict(form)
    bounds, moats = _moats(certificate, problem, progress)
    checks = (
        *form,
        _edges(certificate, problem),
        _tree(certificate),
        _reached(certificate, problem),
        _value(certificate, problem),
        _exhaustive(certificate, problem),
        moats,
        _case_bounds(certificate, bounds),
        _bound(certificate, problem, bounds),
    )
    passed = all(check.passed for check in checks)
    return Verdict(checks, _proven(certificate, problem, min(bounds)) if passed else "")


def _problem(certificate: TreeCertificate, problem: Instance) -> Check:
    """The certificate is about this very problem."""
    findings = []
    if certificate.sha256 != problem.sha256():
        findings.append(Finding("content is not that of the problem that was solved", problem.name))
    if certificate.scale != problem.scale:
        findings.append(Finding(f"decimals ask for a scale of {problem.scale}, not {certificate.scale}", problem.name))
    return conclude("problem", f"{problem.name}: {problem.n:,} nodes, {len(problem.cost):,} edges, as solved", findings)


def _numbers(certificate: TreeCertificate, problem: Instance) -> Check:
    """Every node that the certificate speaks of is there."""
    named = {node for tail, head, _ in certificate.edges for node in (tail, head)}.union(certificate.nodes)
    for case in certificate.cases:
        named.update(case.left_out, case.node, [] if case.root is None else [case.root])
    findings = (Finding("there is no such node in the problem", str(node)) for node in named if node > problem.n)
    return conclude("node numbers", f"{len(named):,} nodes are named, all of them in the problem", findings)


def _edges(certificate: TreeCertificate, problem: Instance) -> Check:
    """Every edge of the tree is in the original graph at its price."""
    costs: dict[tuple[int, int], set[int]] = {_pair(tail, head): set() for tail, head, _ in certificate.edges}
    rows = zip((problem.tail + 1).tolist(), (problem.head + 1).tolist(), problem.cost.tolist(), strict=True)
    for tail, head, cost in rows:
        if (pair := _pair(tail, head)) in costs:
            costs[pair].add(cost)
    findings = []
    for tail, head, cost in certificate.edges:
        known = costs[_pair(tail, head)]
        if not known:
            findings.append(Finding("edge of the tree that is not in the problem", f"{tail}–{head}"))
        elif cost not in known:
            findings.append(Finding("edge of the tree that has another cost in the problem", f"{tail}–{head}"))
    return conclude("edges", f"{len(certificate.edges):,} edges of the tree are in the problem at their cost", findings)


def _pair(tail: int, head: int) -> tuple[int, int]:
    return (tail, head) if tail < head else (head, tail)


def _tree(certificate: TreeCertificate) -> Check:
    """The edges join the nodes, all of them, without a circle."""
    leader = {node: node for node in certificate.nodes}

    def find(node: int) -> int:
        while leader[node] != node:
            leader[node] = leader[leader[node]]
            node = leader[node]
        return node

    findings = []
    if len(leader) < len(certificate.nodes):
        findings.append(Finding("nodes are listed more than once", f"{len(certificate.nodes) - len(leader)} of them"))
    parts = len(leader)
    for tail, head, _ in certificate.edges:
        if tail not in leader or head not in leader:
            findings.append(Finding("edge ends outside the nodes of the tree", f"{tail}–{head}"))
        elif (a := find(tail)) == (b := find(head)):
            findings.append(Finding("edge closes a circle", f"{tail}–{head}"))
        else:
            leader[a] = b
            parts -= 1
    if parts != 1:
        findings.append(Finding("the tree is not in one piece", f"{parts} pieces"))
    return conclude("tree", f"{len(leader):,} nodes hang together without a circle", findings)


def _reached(certificate: TreeCertificate, problem: Instance) -> Check:
    """Root and terminals are in the tree."""
    must = _must(problem)
    findings = (Finding("node must be in the tree, but is not", str(v)) for v in must.difference(certificate.nodes))
    return conclude("terminals", f"{len(must):,} nodes that must be in the tree are", findings)


def _must(problem: Instance) -> set[int]:
    """Nodes that every tree holds, numbered from 1."""
    forced = {v for v, prize in enumerate(problem.prize.tolist(), start=1) if prize == FORCED}
    return forced if problem.root is None else forced | {problem.root + 1}


def _value(certificate: TreeCertificate, problem: Instance) -> Check:
    """Edges plus prizes not collected are what the tree is said to cost, in whole numbers and in the file's unit."""
    inside = set(certificate.nodes)
    missed = sum(p for v, p in enumerate(problem.prize.tolist(), start=1) if p > 0 and v not in inside)
    built = sum(cost for _, _, cost in certificate.edges)
    total, own = built + missed, problem.own_unit
    findings = []
    if certificate.whole_value != total:
        findings.append(Finding("value in whole numbers is not what tree and missed prizes add up to", str(total)))
    if certificate.value != own(total):
        findings.append(Finding("value is not what tree and missed prizes add up to", str(own(total))))
    return conclude("value", f"edges {own(built)} and prizes not collected {own(missed)} are {own(total)}", findings)


def _exhaustive(certificate: TreeCertificate, problem: Instance) -> Check:
    """Every tree is in one of the cases."""
    findings = list(_case_findings(certificate.cases, _must(problem)))
    return conclude("cases", f"every tree is in one of those listed, {len(certificate.cases):,} in all", findings)


def _case_findings(cases: tuple[CertifiedCase, ...], must: set[int]) -> Iterator[Finding]:
    roots: list[int] = []
    closed = False
    for number, case in enumerate(cases, start=1):
        if closed:
            yield Finding("comes after all trees are covered", _name(number))
        if sorted(case.left_out) != sorted(roots):
            yield Finding("nodes left out are not the roots of the cases before", _name(number))
        if case.root is not None and case.entry:
            yield Finding("has a root and a way in as well", _name(number))
        if case.root is None and case.node and not case.entry:
            yield Finding("has moats, but neither a root nor a way in", _name(number))
        # A root that must be in the tree leaves no tree to a further case, and so does a case without a root.
        closed = closed or case.root is None or case.root in must
        if case.root is not None:
            roots.append(case.root)
    if not closed:
        yield Finding("no case for trees without any of the roots, after", _name(len(cases)))


def _name(number: int) -> str:
    return f"case {number}"


def _moats(
    certificate: TreeCertificate, problem: Instance, progress: Callable[[float], None]
) -> tuple[list[int], Check]:
    """Grow the moats of every case on the original graph; the bounds of the cases and what is wrong with moats."""
    edges = list(zip(problem.tail.tolist(), problem.head.tolist(), problem.cost.tolist(), strict=True))
    total = sum(len(case.node) for case in certificate.cases)
    bounds: list[int] = []
    findings: list[Finding] = []
    done = 0

    def told(place: int) -> None:
        if place % TOLD_EVERY == 0:
            progress((done + place) / total)

    for number, case in enumerate(certificate.cases, start=1):
        bound, refused = replay(problem, edges, case, told)
        bounds.append(bound)
        findings += [Finding(why, f"{_name(number)}{where}") for where, why in refused]
        done += len(case.node)
    progress(1.0)
    return bounds, conclude("moats", f"{total:,} moats grown again, each pays for its cuts alone", findings)


def replay(
    problem: Instance,
    edges: list[tuple[int, int, int]],
    case: CertifiedCase,
    told: Callable[[int], None] = lambda _: None,
) -> tuple[int, list[tuple[str, str]]]:
    """Bound of one case by growing its moats from untouched costs.

    A way in is one node more, numbered n, joined by edges of cost `entry` to the nodes with a prize that are not left
    out. A tree with such a node, and one of these edges, holds node n and costs `entry` more than it did; so what the
    moats prove, less `entry`, bounds it. A tree without such a node collects nothing and costs all prizes. That nodes
    left out may still be passed through makes the bound weaker, not wrong.

    Parameters
    ----------
    problem : Instance
        The original graph and prizes.
    edges : list of (int, int, int)
        Its edges, (tail, head, cost) from 0.
    case : CertifiedCase
        The moats.
    told : callable, optional
        Told the place of each moat before it is grown.

    Returns
    -------
    bound : int
        What the case proves, in units of 1/scale.
    refused : list of (str, str)
        Where and what is not allowed.
    """
    prizes: list[int] = problem.prize.tolist()
    lost = {v - 1 for v in case.left_out}
    constant = sum(max(0, prizes[v]) for v in lost)
    budget = [float("inf") if p == FORCED else 0 if v in lost else p for v, p in enumerate(prizes)]
    if case.root is not None:
        arcs = Arcs.of_edges(problem.n, edges, case.root - 1)
    elif case.entry:
        ways = [(problem.n, v, case.entry) for v, p in enumerate(prizes) if p and v not in lost]
        arcs = Arcs.of_edges(problem.n + 1, [*edges, *ways], problem.n)
    else:
        return constant, []
    moats = zip((v - 1 for v in case.node), case.radius, strict=True)
    gained, places = grow_all(arcs, budget, moats, told)
    refused = [(f", moat {place + 1} at node {case.node[place]}", why) for place, why in places]
    if (least := arcs.least()) < 0:
        refused.append(("", f"a reduced cost falls to {least}"))
    if case.root is not None:
        return gained + constant, refused
    return min(gained + constant - case.entry, sum(p for p in prizes if p > 0)), refused


def _case_bounds(certificate: TreeCertificate, bounds: list[int]) -> Check:
    """The bound of every case is what its moats and lost prizes add up to."""
    findings = [
        Finding(f"bound is not the {bound} that its moats prove", _name(number))
        for number, (case, bound) in enumerate(zip(certificate.cases, bounds, strict=True), start=1)
        if case.bound != bound
    ]
    return conclude("case bounds", f"the least of {len(bounds):,} is {min(bounds, default=0)}", findings)


def _bound(certificate: TreeCertificate, problem: Instance, bounds: list[int]) -> Check:
    """The bound is what the cases prove, or at least that, and no more than the value."""
    own, value, bound = problem.own_unit, certificate.whole_value, certificate.whole_bound
    proven = min(bounds, default=0)
    findings = []
    if certificate.replayable_bound != proven:
        findings.append(Finding("replayable bound is not the least that the cases prove", str(proven)))
    if bound < certificate.replayable_bound:
        findings.append(Finding("bound is below the replayable one", str(bound)))
    if bound > value:
        findings.append(Finding("bound is above the value", str(bound)))
    if certificate.bound != own(bound):
        findings.append(Finding("bound in whole numbers is not the bound in the file's unit", str(bound)))
    if certificate.gap != gap(value, bound):
        findings.append(Finding("gap is not (value − bound) / value", str(certificate.gap)))
    text = f"re-proven: {_proven(certificate, problem, proven)}"
    if bound > proven:
        text += f"; the solver's own bound {own(bound)} comes from an exact search that this check does not repeat"
    return conclude("bound", text, findings)


def _proven(certificate: TreeCertificate, problem: Instance, bound: int) -> str:
    """Value, the bound that the moats prove, and the gap of these two."""
    value, own = certificate.whole_value, problem.own_unit
    return f"value {own(value)}, bound {own(bound)}, gap {gap(value, bound) or 0.0:.4%}"

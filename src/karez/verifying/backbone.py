"""A backbone proven again from its folder: every span and node taken away in turn, every cut added up again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from karez.units import MINOR_PER_UNIT
from karez.verifying import optics, traffic
from karez.verifying.cases import miss_nothing
from karez.verifying.study import read_study
from karez.verifying.verdict import Check, Finding, Verdict, conclude

COLUMNS: dict[str, tuple[str, ...]] = {
    "graph": ("tail", "head", "cost_minor", "thick", "bridge", "chosen", "chain", "id", "length_mm"),
    "nodes": ("need", "sure", "root"),
    "cases": ("part", "case", "scale", "bound", "there", "gone"),
    "cuts": ("part", "case", "kind", "without", "weight", "inside"),
    "ways": traffic.COLUMNS,
    **optics.COLUMNS,
}
"""Columns each table of ``proof/`` must have, see :func:`karez.designing.backbone.proof_tables`."""

LAYERS: dict[str, tuple[str, ...]] = {
    "spans": ("id", "role", "length_m", "working_mbps", "protection_mbps"),
    **optics.LAYERS,
}
"""Columns that layers of ``backbone.gpkg`` must have."""

ONE, TWO_BY_EDGE, TWO_BY_NODE = 1, 2, 3
LEAVING, ENTERING, APART = 0, 1, 2
Bools = npt.NDArray[np.bool_]
Longs = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Claimed:
    """What a folder says."""

    graph: pd.DataFrame
    nodes: pd.DataFrame
    cases: pd.DataFrame
    cuts: pd.DataFrame

    def joined(self, edges: Bools, without: int = -1) -> Bools:
        """Nodes that hang together with the root over some edges, one node gone (bool[n])."""
        tail, head = self.graph["tail"].to_numpy(), self.graph["head"].to_numpy()
        kept = edges & (tail != without) & (head != without)
        size = len(self.nodes)
        matrix = coo_array((np.ones(kept.sum(), np.int8), (tail[kept], head[kept])), shape=(size, size))
        _, label = connected_components(matrix, directed=False)
        together: Bools = label == label[int(np.flatnonzero(self.nodes["root"])[0])]
        return together


@dataclass(frozen=True)
class Written(Claimed):
    """What a backbone's own folder says besides."""

    ways: pd.DataFrame
    fibre_links: pd.DataFrame
    pieces: pd.DataFrame
    spans: pd.DataFrame
    links: pd.DataFrame
    huts: pd.DataFrame
    routes: pd.DataFrame
    summary: dict[str, Any]


def verify_backbone(folder: Path, *, progress: Callable[[float], None] = lambda _: None) -> Verdict:
    """Prove a backbone again from its folder alone.

    Raises
    ------
    DataFault
        If files or columns are missing or cannot be read.
    """
    summary, tables = read_study(
        folder, "backbone", COLUMNS, lambda said: "gap" in said["certificate"] and "rules" in said["optics"], LAYERS
    )
    claimed = Written(summary=summary, **tables)
    checks = [_value(claimed)]
    progress(0.1)
    checks.append(survives(claimed))
    progress(0.6)
    checks += traffic.check_traffic(claimed.graph, claimed.nodes, claimed.ways, claimed.spans)
    progress(0.8)
    checks += optics.check_optics(_lit(claimed))
    checks += [cases(claimed), cuts(claimed), _bound(claimed)]
    progress(1.0)
    gap = claimed.summary["certificate"]["gap"] or 0.0
    return Verdict(tuple(checks), f"no network with these ways is cheaper by more than {gap:.2%}")


def _lit(claimed: Written) -> optics.Lit:
    """What the folder says of what lights it."""
    told = claimed.summary["optics"]
    return optics.Lit(
        told, told["rules"], claimed.graph, claimed.ways, claimed.fibre_links, claimed.pieces, claimed.spans,
        claimed.links, claimed.huts, claimed.routes,
    )  # fmt: skip


def _value(claimed: Written) -> Check:
    """The certificate's value is the cost of the chosen edges."""
    graph = claimed.graph
    value = int(graph.loc[graph["chosen"], "cost_minor"].sum())
    told = claimed.summary["certificate"]["value"]
    findings = [] if round(told * MINOR_PER_UNIT) == value else [Finding("differs from the sum of its spans", "value")]
    return conclude("backbone value", f"{value / MINOR_PER_UNIT:,.2f}, the sum of its spans", findings)


def survives(claimed: Claimed) -> Check:
    """Whatever single edge or node fails, a hub keeps a way unless no candidate route would be left."""
    graph, nodes = claimed.graph, claimed.nodes
    chosen, every = graph["chosen"].to_numpy(), np.ones(len(graph), np.bool_)
    need = nodes["need"].to_numpy()
    findings = [
        Finding("has no way to a source", str(v)) for v in np.flatnonzero((need >= ONE) & ~claimed.joined(chosen))
    ]
    for e in np.flatnonzero(chosen & ~graph["thick"].to_numpy()):
        left, could = chosen.copy(), every.copy()
        left[e] = could[e] = False
        cut = (need >= TWO_BY_EDGE) & ~claimed.joined(left)
        if cut.any():
            findings += [
                Finding(f"is cut off by edge {e}", str(v)) for v in np.flatnonzero(cut & claimed.joined(could))
            ]
    used = np.unique(graph.loc[chosen, ["tail", "head"]])
    for w in used[~nodes["sure"].to_numpy()[used] & ~nodes["root"].to_numpy()[used]]:
        cut = (need >= TWO_BY_NODE) & ~claimed.joined(chosen, int(w))
        cut[w] = False
        if cut.any():
            lost = np.flatnonzero(cut & claimed.joined(every, int(w)))
            findings += [Finding(f"is cut off by node {w}", str(v)) for v in lost]
    hubs = int((need >= ONE).sum())
    proven = f"{hubs:,} hub nodes keep their ways, {chosen.sum():,} edges and {len(used):,} nodes taken away in turn"
    return conclude("backbone ways", proven, findings)


def cases(claimed: Claimed) -> Check:
    """The cases of every part are the leaves of a tree of decisions on chains."""
    findings = []
    chain = claimed.graph["chain"].to_numpy()
    for part, cases in claimed.cases.groupby("part"):
        decided = []
        for case, there, gone in _rows(cases, "case", "there", "gone"):
            says = {int(chain[e]): 1 for e in there} | {int(chain[e]): -1 for e in gone}
            whole = all(set(np.flatnonzero(chain == k)) <= {*there, *gone} for k in says)
            if -1 in says or not whole:
                findings.append(Finding("decides on a part of a chain", f"part {part}, case {case}"))
            decided.append(says)
        if not miss_nothing(decided):
            findings.append(Finding("has cases that miss something", f"part {part}"))
    findings += list(_chains(claimed))
    return conclude("backbone cases", f"{len(claimed.cases):,} cases miss no network", findings)


def _rows(table: pd.DataFrame, *columns: str) -> Iterator[tuple[Any, ...]]:
    """Rows of a table as tuples of some columns."""
    return zip(*(table[column] for column in columns), strict=True)


def _chains(claimed: Claimed) -> Iterator[Finding]:
    """Chains that cases decide on are all there or not at all in some cheapest network.

    Their inner nodes need nothing, and what leaves the chain there leads nowhere but back to it: taken away, the inner
    node cuts off no hub, and what hangs on it beyond the chain's two edges holds no hub.
    """
    graph, need = claimed.graph, claimed.nodes["need"].to_numpy()
    chain = graph["chain"].to_numpy()
    rows = _rows(claimed.cases, "there", "gone")
    decided = {int(chain[e]) for there, gone in rows for e in (*there, *gone)}
    every = np.ones(len(graph), np.bool_)
    for k in sorted(decided):
        mine = chain == k
        ends, count = np.unique(graph.loc[mine, ["tail", "head"]], return_counts=True)
        if mine.sum() > 1 and (count > 2).any():
            yield Finding("is no chain", f"chain {k}")
        for v in ends[count == 2] if mine.sum() > 1 else []:
            beyond = every & ~mine
            size = len(claimed.nodes)
            tail, head = graph["tail"].to_numpy()[beyond], graph["head"].to_numpy()[beyond]
            _, label = connected_components(
                coo_array((np.ones(len(tail), np.int8), (tail, head)), shape=(size, size)), directed=False
            )
            hanging = label == label[v]
            if (need[hanging] >= ONE).any() or hanging[claimed.nodes["root"].to_numpy()].any():
                yield Finding("has an inner node on which something hangs", f"chain {k}")


def cuts(claimed: Claimed) -> Check:
    """Every cut has the root on one side and, beyond it, something that needs what the cut asks for."""
    need, root = claimed.nodes["need"].to_numpy(), claimed.nodes["root"].to_numpy()
    sure = claimed.nodes["sure"].to_numpy()
    every = np.ones(len(claimed.graph), np.bool_)
    joined: dict[int, Bools] = {}
    findings = []
    for number, (kind, without, weight, members) in enumerate(
        _rows(claimed.cuts, "kind", "without", "weight", "inside")
    ):
        inside = np.asarray(members)
        name = f"cut {number}"
        if root[inside].any() or weight < 0:
            findings.append(Finding("holds the root or counts less than nothing", name))
        wanted = need[inside] >= {LEAVING: ONE, ENTERING: TWO_BY_EDGE, APART: TWO_BY_NODE}[kind]
        if kind == APART:
            if without not in joined:
                joined[without] = claimed.joined(every, without)
            wanted &= joined[without][inside] & (inside != without)
            if without < 0 or sure[without] or root[without]:
                findings.append(Finding("lets a node fail that does not", name))
        if not wanted.any():
            findings.append(Finding("has nothing behind it that needs it", name))
    bridges = np.flatnonzero(claimed.graph["bridge"].to_numpy())
    for e in bridges:
        left = every.copy()
        left[e] = False
        tail, head = int(claimed.graph["tail"].iloc[e]), int(claimed.graph["head"].iloc[e])
        there = claimed.joined(left)
        whole = claimed.joined(every)
        if whole[tail] and there[tail] and there[head]:
            findings.append(Finding("is taken for a bridge and is none", f"edge {e}"))
    return conclude("backbone cuts", f"{len(claimed.cuts):,} cuts, {len(bridges):,} bridges", findings)


def _bound(claimed: Written) -> Check:
    """The weights of the cuts, less what is charged beyond costs, add up to the bound."""
    found = proven(claimed)
    bound, findings = found.bound, found.findings
    told = claimed.summary["certificate"]["bound"]
    if round(told * MINOR_PER_UNIT) > bound:
        findings.append(Finding("is higher than its cuts prove", "bound"))
    return conclude("backbone bound", f"{bound / MINOR_PER_UNIT:,.2f}, by the weights of the cuts", findings)


@dataclass(frozen=True)
class Weighed:
    """What the weights of the cuts prove.

    Parameters
    ----------
    bound : int
        In minor units.
    ahead, back : int64[edges]
        What is taken for it of the cost of the direction from the tail of every edge, and from its head, at most.
    findings : list[Finding]
        What is wrong with the cuts.
    """

    bound: int
    ahead: Longs
    back: Longs
    findings: list[Finding]


def proven(claimed: Claimed) -> Weighed:
    """Add the weights of the cuts up again."""
    graph = claimed.graph
    cost = graph["cost_minor"].to_numpy()
    thick = (graph["thick"] | graph["bridge"]).to_numpy()
    owner = np.full(len(graph), -1)
    most = np.zeros(len(graph), np.int64), np.zeros(len(graph), np.int64)
    findings: list[Finding] = []
    bounds: dict[int, list[int]] = {}
    groups = dict(tuple(claimed.cuts.groupby(["part", "case"])))
    for part, case, scale, present, gone in _rows(claimed.cases, "part", "case", "scale", "there", "gone"):
        arcs, total = _loads(claimed, groups.get((part, case), claimed.cuts.iloc[:0]), thick)
        over = np.maximum(*arcs) - cost * scale
        said = np.zeros(len(graph), np.int8)
        said[present], said[gone] = 1, -1
        total -= int(over[((said == 0) & (over > 0)) | (said == 1)].sum())
        bounds.setdefault(part, []).append(max(0, -(-total // scale)))
        for of_all, load in zip(most, arcs, strict=True):
            taken = np.where(said == 0, np.minimum(-(-load // scale), cost), np.where(said == 1, cost, 0))
            np.maximum(of_all, taken, out=of_all)
        used = (arcs[0] > 0) | (arcs[1] > 0) | (said != 0)
        if (used & (owner >= 0) & (owner != part)).any():
            findings.append(Finding("crosses edges of another part", f"part {part}"))
        owner[used] = part
    return Weighed(sum(min(of) for of in bounds.values()), *most, findings)


def _loads(claimed: Claimed, cuts: pd.DataFrame, thick: Bools) -> tuple[tuple[Longs, Longs], int]:
    """What cuts charge to both directions of every edge, and their weights together.

    Where an edge does not fail, ways may lead along it in both directions: each is charged with both.
    """
    tail, head = claimed.graph["tail"].to_numpy(), claimed.graph["head"].to_numpy()
    ahead, back, total = np.zeros(len(tail), np.int64), np.zeros(len(tail), np.int64), 0
    for kind, without, weight, members in _rows(cuts, "kind", "without", "weight", "inside"):
        beyond = np.zeros(len(claimed.nodes), np.bool_)
        beyond[members] = True
        there = (tail != without) & (head != without)
        out, into = ~beyond[tail] & beyond[head] & there, beyond[tail] & ~beyond[head] & there
        total += int(weight)
        if kind == APART:
            ahead[out | into] += weight
            back[(out | into) & ~thick] += weight
        else:
            first, second = (ahead, back) if kind == LEAVING else (back, ahead)
            first[out] += weight
            second[into] += weight
    both = ahead + back
    return (np.where(thick, both, ahead), np.where(thick, both, back)), total

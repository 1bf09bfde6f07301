"""What single failures, and every pair of failing spans, cut off from the sources: exact, in near-linear time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from karez.kernels import cuts
from karez.kernels.csr import slots

Ints = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

_TRIES = 8


@dataclass(frozen=True)
class Cuts:
    """What hangs on every edge and node of a graph that is fed at its sources.

    The graph is joined at a super-root, node ``n``, that every source hangs on by an edge nothing can cut. Edge
    numbers are those of the caller.

    Parameters
    ----------
    lost_by_span : float64[m, k]
        Weights cut off when an edge alone is out; 0 but for bridges.
    lost_by_node : float64[n, k]
        Weights cut off when a node alone is out, its own included.
    fed : bool[n]
        Whether a source reaches the node.
    part : int32[n]
        Part without a bridge; two edge-disjoint ways lead to the sources exactly in part 0. −1 where nothing reaches.
    single_node : bool[n]
        Whether the loss of another node than itself cuts the node off.
    block : int32[m]
        Block of every edge; −1 where nothing reaches.
    bridge : bool[m]
        Whether the edge alone cuts something off.
    first, members : int32[classes + 1], int32[…]
        Classes of edges of which every two cut, each from the sources outward; classes of one edge are left out.
    below : float64[m, k]
        What hangs on an edge in the search tree: edges i before j of a class cut off ``below[i] − below[j]``.
    """

    lost_by_span: Floats
    lost_by_node: Floats
    fed: Flags
    part: Ints
    single_node: Flags
    block: Ints
    bridge: Flags
    first: Ints
    members: Ints
    below: Floats

    @property
    def pairs(self) -> int:
        """Number of pairs that cut although neither edge alone does."""
        size = np.diff(self.first).astype(np.int64)
        return int((size * (size - 1) // 2).sum())

    def worst_partner(self, weight: int = 0) -> tuple[Ints, Floats]:
        """Of every edge the partner that cuts off most of a weight with it (−1 if none), and how much."""
        partner, lost = cuts.worst_partners(self.first, self.members, np.ascontiguousarray(self.below[:, weight]))
        return partner, lost


def find_cuts(nodes: int, start: Ints, end: Ints, sources: Ints, weight: Floats, *, seed: int = 0) -> Cuts:
    """Find what single failures and pairs of edges cut off.

    Parameters
    ----------
    nodes : int
        Number of nodes n.
    start, end : int32[m]
        Ends of every edge; loops and parallel edges may be.
    sources : int32[s]
        Nodes that feed.
    weight : float64[n, k]
        Weights of nodes.
    seed : int
        Of the random words that tell sets apart; the answer does not depend on it, as every class is proven.
    """
    m = len(start)
    feeds = np.unique(sources).astype(np.int32)
    tail = np.concatenate([start, np.full(len(feeds), nodes)]).astype(np.int32)
    head = np.concatenate([end, feeds]).astype(np.int32)
    begin, neighbour, edge, _, _ = slots(nodes + 1, tail, head, np.zeros(len(tail), np.int64))
    order, parent, via, pre, low, block, _ = cuts.search(begin, neighbour, edge, len(tail), nodes)
    whole = np.vstack([weight, np.zeros((1, weight.shape[1]))])
    sums = cuts.hanging(order, parent, whole)
    by_span = cuts.lost_by_span(order, parent, via, pre, low, sums, len(tail))[:m]
    by_node = cuts.lost_by_node(order, parent, pre, low, sums, whole)[:nodes]
    lower = np.full(len(tail), -1, np.int32)
    lower[via[order[1:]]] = order[1:]
    below = np.where(lower[:m, None] >= 0, sums[lower[:m]], 0.0)
    alone = np.zeros(len(tail), bool)
    alone[via[order[1:]]] = low[order[1:]] == pre[order[1:]]
    first, members = _classes(begin, neighbour, edge, order, parent, via, pre, lower, m, seed)
    return Cuts(
        lost_by_span=by_span,
        lost_by_node=by_node,
        fed=pre[:nodes] >= 0,
        part=_parts(nodes, start, end, feeds),
        single_node=cuts.behind_cut_node(order, parent, pre, low)[:nodes],
        block=block[:m],
        bridge=alone[:m],
        first=first,
        members=members,
        below=below,
    )


def _parts(nodes: int, start: Ints, end: Ints, feeds: Ints) -> Ints:
    """Parts without a bridge, sources taken as one: two ways may end at the same source."""
    merged = np.arange(nodes + 1, dtype=np.int32)
    merged[feeds] = nodes
    tail, head = merged[start], merged[end]
    begin, neighbour, edge, _, _ = slots(nodes + 1, tail, head, np.zeros(len(tail), np.int64))
    order, parent, _, pre, low, _, _ = cuts.search(begin, neighbour, edge, len(tail), nodes)
    part, _ = cuts.parts(order, parent, pre, low)
    part[feeds] = 0
    return np.asarray(part[:nodes])


def _classes(
    begin: Ints,
    neighbour: Ints,
    edge: Ints,
    order: Ints,
    parent: Ints,
    via: Ints,
    pre: Ints,
    lower: Ints,
    m: int,
    seed: int,
) -> tuple[Ints, Ints]:
    """Classes of two edges or more, without those that nothing can cut (edges from `m` on)."""
    edges = len(lower)
    size = cuts.hanging(order, parent, np.ones((len(pre), 1)))[:, 0].astype(np.int32)
    for draw in range(_TRIES):
        label = np.random.default_rng([seed, draw]).integers(1, 2**64, edges, dtype=np.uint64)
        word, count, lowest, top = cuts.covers(begin, neighbour, edge, order, parent, via, pre, label)
        reached = np.zeros(edges, bool)
        reached[edge[np.repeat(pre >= 0, np.diff(begin))]] = True
        tree = np.flatnonzero(lower >= 0)
        tree = tree[count[lower[tree]] > 0]
        other = np.flatnonzero(reached & (lower < 0))
        which = np.concatenate([tree, other]).astype(np.int32)
        words = np.concatenate([word[lower[tree]], label[other]])
        place = np.concatenate([pre[lower[tree]], np.full(len(other), edges)])
        sort = np.lexsort((place, words))
        first, clashes = cuts.chains_of_cuts(which[sort], words[sort], lower, pre, size, count, lowest, top)
        if not clashes:
            return _cuttable(first, which[sort], m)
    raise AssertionError("random words clash again and again")


def _cuttable(first: Ints, members: Ints, m: int) -> tuple[Ints, Ints]:
    """Classes without edges from `m` on, and without classes of fewer than two."""
    number = np.repeat(np.arange(len(first) - 1), np.diff(first))
    keep = members < m
    size = np.bincount(number[keep], minlength=len(first) - 1)
    keep &= size[number] > 1
    kept = size[size > 1]
    return np.concatenate([[0], np.cumsum(kept)]).astype(np.int32), members[keep]

"""What every edge of a network is worth: the weight that hangs on a source if it is up, less if it is not.

The expected weight that hangs on a source is a straight line in the chance of every single edge, so what hardening one
edge gains is its worth times what its chance gains (Birnbaum 1969). On the block-cut tree an edge's worth is the chance
of its block's entry times its worth within the block, where every node stands for all that hangs on it; within a block
it is found by states, see :mod:`karez.solving.meshed`, for all edges at once.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from karez.kernels import cuts
from karez.kernels.csr import slots
from karez.solving.availability import MOST_CHAINS, MOST_SLOTS, MOST_STATES, ROUNDING, kept_states
from karez.solving.meshed import chains_of, chances, forward, order_of, worths

Ints = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float64]

_HARDLY = 1e-12
"""Least chance that an edge is taken to be up, and to be out."""


@dataclass(frozen=True)
class Importance:
    """Worth of every edge.

    Parameters
    ----------
    up : float64[n]
        Chance of every node to be up and on a source; too low where not `exact`.
    holds : float64[n]
        Weight expected to hang on every node, its own with it, if it is up and on a source.
    slope : float64[m]
        Worth of every edge within its block, given its entry; 0 where a block is too large for states.
    entry_up : float64[m]
        Chance of its block's entry; 0 where no source reaches.
    block : float64[m]
        Weight expected to hang on the entry through the edge's block, given the entry.
    most : float64[m]
        All weight that passes the block, whatever its chances: no edge of it can be worth more.
    entry, number : int32[m]
        Node through which the edge's block is entered, n for the source of all; number of the block, −1 where no
        source reaches.
    bridge : bool[m]
        Whether the edge is alone in its block.
    exact : bool
        Whether no state was dropped, and no block too large.
    """

    up: Floats
    holds: Floats
    slope: Floats
    entry_up: Floats
    block: Floats
    most: Floats
    entry: Ints
    number: Ints
    bridge: npt.NDArray[np.bool_]
    exact: bool

    @property
    def worth(self) -> Floats:
        """Worth of every edge: float64[m]."""
        return self.entry_up * self.slope


@dataclass(frozen=True)
class _Block:
    """Edges of a block, its entry and its other nodes with their chances, given that the entry is up."""

    edges: Ints
    entry: int
    node: Ints
    up: Floats


def find_importance(
    nodes: int,
    start: Ints,
    end: Ints,
    sources: Ints,
    up_edge: Floats,
    up_node: Floats,
    weight: Floats,
    *,
    holds: Floats | None = None,
    most: int = MOST_STATES,
) -> Importance:
    """Find what every edge is worth.

    Parameters
    ----------
    nodes, start, end, sources, up_edge, up_node
        As of :func:`karez.solving.availability.find_availability`.
    weight : float64[n]
        Weight at every node.
    holds : float64[n] | None
        What is taken to hang on every node if it is up, instead of what is expected to.
    most : int
        Most states of a block's frontier.
    """
    feeds = np.unique(sources).astype(np.int32)
    edges, tail = len(start), np.concatenate([start, np.full(len(feeds), nodes)]).astype(np.int32)
    head = np.concatenate([end, feeds]).astype(np.int32)
    # What an edge that is always up, or never, would be worth otherwise needs states that have a chance.
    p_edge = np.concatenate([np.clip(up_edge, _HARDLY, 1.0 - _HARDLY), np.ones(len(feeds))])
    p_node = np.append(up_node, 1.0)
    begin, neighbour, edge, _, _ = slots(nodes + 1, tail, head, np.zeros(len(tail), np.int64))
    _, _, _, pre, _, block, blocks = cuts.search(begin, neighbour, edge, len(tail), nodes)
    held = np.append(weight if holds is None else holds, 0.0).astype(np.float64)
    whole = np.append(weight, 0.0)
    found = {name: np.zeros(len(tail)) for name in ("slope", "entry_up", "block", "most")}
    bridge, entry = np.zeros(len(tail), bool), np.full(len(tail), -1, np.int32)
    ordered = np.argsort(block, kind="stable").astype(np.int32)
    first = np.searchsorted(block[ordered], np.arange(blocks + 1))
    inside = [ordered[first[k] : first[k + 1]] for k in range(blocks)]
    solved, lost = list[_Block](), 0.0
    for own in inside:  # a block comes after all that hang on it
        made, slope, dropped = _solve(own, tail, head, p_edge, p_node, pre, held, most)
        behind, everything = float((held[made.node] * made.up).sum()), float(whole[made.node].sum())
        found["slope"][own], found["block"][own], found["most"][own] = slope, behind, everything
        bridge[own], entry[own] = len(own) == 1, made.entry
        lost += dropped
        whole[made.entry] += everything
        if holds is None:
            held[made.entry] += behind
        solved.append(made)
    up = np.zeros(nodes + 1)
    up[nodes] = 1.0
    for made in reversed(solved):
        found["entry_up"][made.edges] = up[made.entry]
        up[made.node] = up[made.entry] * made.up
    return Importance(
        up=up[:nodes],
        holds=held[:nodes],
        slope=found["slope"][:edges],
        entry_up=found["entry_up"][:edges],
        block=found["block"][:edges],
        most=found["most"][:edges],
        entry=entry[:edges],
        number=block[:edges],
        bridge=bridge[:edges],
        exact=lost <= ROUNDING,
    )


def _solve(
    edges: Ints, tail: Ints, head: Ints, p_edge: Floats, p_node: Floats, pre: Ints, held: Floats, most: int
) -> tuple[_Block, Floats, float]:
    """A block, the worth of its edges within it, and the chance that was dropped."""
    node, ends = np.unique(np.concatenate([tail[edges], head[edges]]), return_inverse=True)
    entry = int(np.argmin(pre[node]))
    rest = np.arange(len(node)) != entry
    chance, weight = p_node[node], np.where(rest, held[node], 0.0)
    if len(edges) == 1:
        worth = chance[rest] * weight[rest]
        return _Block(edges, int(node[entry]), node[rest], p_edge[edges] * chance[rest]), worth, 0.0
    one, other = ends[: len(edges)].tolist(), ends[len(edges) :].tolist()
    chains = chains_of(one, other, p_edge[edges].tolist(), len(node), entry)
    steps, width = order_of(chains, entry) if len(chains) <= MOST_CHAINS else ([], MOST_SLOTS + 1)
    if width > MOST_SLOTS:
        return _Block(edges, int(node[entry]), node[rest], np.zeros(int(rest.sum()))), np.zeros(len(edges)), 1.0
    passed = forward(chains, steps, width, chance, kept_states(most, 2 * len(steps), width))
    up = chances(chains, steps, passed, chance)
    slope = worths(chains, steps, passed, chance, weight, len(edges))
    return _Block(edges, int(node[entry]), node[rest], up[rest]), slope, passed.dropped

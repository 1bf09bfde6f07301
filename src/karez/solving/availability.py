"""Chance that each node of a network is up and hangs on a source, where edges and nodes fail independently.

Exact on the block-cut tree: a way to a source passes the cut nodes one after the other, and blocks fail independently
of each other. Inside a block, nodes of two neighbours are drawn into chains (series, exact), and the rest is solved by
states of its frontier, forward once and backward once for all nodes together: exact however the block is built, as
long as its states are few. Where there are more than `most`, the least likely ones are dropped; what was dropped is
how far the answer can be too low. Blocks too large even for that get the most reliable way as a lower bound and
disjoint cuts as an upper one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from karez.kernels import cuts
from karez.kernels.csr import slots
from karez.kernels.spreading import down_the_blocks, entries, round_the_rings
from karez.solving.meshed import chains_of, chances, forward, order_of
from karez.solving.two_trees import bounds

Ints = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

MOST_STATES = 4096
MOST_CHAINS = 4000
"""Blocks with more chains than this are bounded by ways and cuts."""
MOST_SLOTS = 120
ROUNDING = 1e-9
"""Chance dropped that counts as none: three hundredths of a second in a year."""
_MEMORY = 3e8
"""Bytes that the states of one block may take."""


@dataclass(frozen=True)
class Availability:
    """What is known of every node.

    Parameters
    ----------
    least, most : float64[n]
        Bounds of the chance that it is up and hangs on a source; 0 where no source reaches.
    exact : bool[n]
        Whether the two are the same but for 10⁻⁹.
    blocks : int
        Number of blocks with more than one edge.
    bounded : int
        How many of those are bounded, not solved exactly.
    """

    least: Floats
    most: Floats
    exact: Flags
    blocks: int
    bounded: int


def find_availability(
    nodes: int,
    start: Ints,
    end: Ints,
    sources: Ints,
    up_edge: Floats,
    up_node: Floats,
    *,
    most: int = MOST_STATES,
    most_chains: int = MOST_CHAINS,
) -> Availability:
    """Find the chance that each node is up and hangs on a source.

    Parameters
    ----------
    nodes : int
        Number of nodes n.
    start, end : int32[m]
        Ends of every edge.
    sources : int32[s]
        Nodes that feed; each with its own chance to be up.
    up_edge, up_node : float64[m], float64[n]
        Chance to be up.
    most : int
        Most states of a block's frontier that are kept.
    most_chains : int
        Largest block that is solved by states.
    """
    feeds = np.unique(sources).astype(np.int32)
    tail = np.concatenate([start, np.full(len(feeds), nodes)]).astype(np.int32)
    head = np.concatenate([end, feeds]).astype(np.int32)
    p_edge = np.concatenate([up_edge, np.ones(len(feeds))])
    p_node = np.append(up_node, 1.0)
    begin, neighbour, edge, _, _ = slots(nodes + 1, tail, head, np.zeros(len(tail), np.int64))
    order, parent, via, pre, _, block, blocks = cuts.search(begin, neighbour, edge, len(tail), nodes)
    size = np.bincount(block[block >= 0], minlength=blocks)
    below = order[1:]
    least = np.zeros(nodes + 1)
    least[below] = p_edge[via[below]] * p_node[below]
    highest = least.copy()
    bounded = 0
    open_nodes = np.zeros(nodes + 1, bool)
    of_tree = np.zeros(len(tail), bool)
    of_tree[via[below]] = True
    met = np.bincount(block[via[below]], minlength=blocks)
    is_ring = (size > 1) & (size == met + 1)
    closing = np.full(blocks, -1, np.int32)
    other = np.flatnonzero(~of_tree & (block >= 0))
    closing[block[other]] = other
    entry = entries(order, parent, via, block, is_ring)
    round_the_rings(order, parent, via, is_ring, block, closing, p_edge, p_node, least, highest)
    meshed = np.flatnonzero((size > 1) & ~is_ring)
    sort = np.argsort(block, kind="stable")
    first = np.searchsorted(block[sort], np.arange(blocks + 1))
    for number in meshed:
        inside = sort[first[number] : first[number + 1]]
        solved = _solve_block(tail[inside], head[inside], p_edge[inside], p_node, pre, most, most_chains)
        entry[solved.node] = solved.entry
        least[solved.node], highest[solved.node] = solved.least, solved.most
        bounded += not solved.exact
        open_nodes[solved.node] = not solved.exact
    least[nodes] = highest[nodes] = 1.0
    down_the_blocks(order, entry, least, highest, open_nodes)
    return Availability(least[:nodes], highest[:nodes], ~open_nodes[:nodes], int((size > 1).sum()), bounded)


@dataclass(frozen=True)
class _Solved:
    """A block: chances of its nodes given that its entry is up and hangs on a source."""

    entry: int
    node: Ints
    least: Floats
    most: Floats
    exact: bool


def _solve_block(
    tail: Ints, head: Ints, p_edge: Floats, p_node: Floats, pre: Ints, most: int, most_chains: int
) -> _Solved:
    """Solve one block of two edges or more."""
    node, ends = np.unique(np.concatenate([tail, head]), return_inverse=True)
    one, other = ends[: len(tail)].astype(np.int32), ends[len(tail) :].astype(np.int32)
    entry = int(np.argmin(pre[node]))
    chance = p_node[node]
    chains = chains_of(one.tolist(), other.tolist(), p_edge.tolist(), len(node), entry)
    steps, width = order_of(chains, entry) if len(chains) <= most_chains else ([], MOST_SLOTS + 1)
    exact = False
    least, highest = np.zeros(len(node)), np.ones(len(node))
    if width <= MOST_SLOTS:
        passed = forward(chains, steps, width, chance, kept_states(most, len(steps), width))
        least = chances(chains, steps, passed, chance)
        highest, exact = np.minimum(least + passed.dropped, chance), passed.dropped <= ROUNDING
    if not exact:
        low, high = bounds(one, other, p_edge, chance, entry)
        least, highest = np.maximum(least, low), np.minimum(highest, high)
    rest = np.arange(len(node)) != entry
    return _Solved(int(node[entry]), node[rest], least[rest], highest[rest], exact)


def kept_states(most: int, steps: int, width: int) -> int:
    """Most states that are kept: `most`, or fewer where the block is so large that memory does not hold them."""
    return int(max(16, min(most, _MEMORY / (8 * (steps + 1) * (width + 2)))))

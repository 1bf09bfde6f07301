"""Chance that each node of a network is up and hangs on a source, where edges and nodes fail independently.

Exact on the block-cut tree: a way to a source passes the cut nodes one after the other, and blocks fail independently
of each other. Inside a block, nodes of two neighbours are drawn into chains (series, exact), and the rest is solved by
states of its frontier, forward once and backward once for all nodes together: exact however the block is built, as
long as its states are few. Where there are more than `most`, the least likely ones are dropped; what was dropped is
how far the answer can be too low. Blocks too large even for that get the most reliable way as a lower bound and
disjoint cuts as an upper one.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from karez.kernels import connected, cuts
from karez.kernels.csr import slots
from karez.kernels.spreading import down_the_blocks, entries, round_the_rings

Ints = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Bytes = npt.NDArray[np.uint8]

MOST_STATES = 4096
MOST_CHAINS = 4000
"""Blocks with more chains than this are bounded by ways and cuts."""
MOST_SLOTS = 120
_ROUNDING = 1e-9
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


@dataclass(frozen=True)
class _Chain:
    """A run of edges between two core nodes: its nodes in order, chance of each edge."""

    ends: tuple[int, int]
    inner: list[int]
    edges: list[float]


def _solve_block(
    tail: Ints, head: Ints, p_edge: Floats, p_node: Floats, pre: Ints, most: int, most_chains: int
) -> _Solved:
    """Solve one block of two edges or more."""
    node, ends = np.unique(np.concatenate([tail, head]), return_inverse=True)
    one, other = ends[: len(tail)].astype(np.int32), ends[len(tail) :].astype(np.int32)
    entry = int(np.argmin(pre[node]))
    chance = p_node[node]
    chains = _chains(one.tolist(), other.tolist(), p_edge.tolist(), len(node), entry)
    steps, width = _order(chains, entry) if len(chains) <= most_chains else ([], MOST_SLOTS + 1)
    if width > MOST_SLOTS:
        least, highest = _bounds(one, other, p_edge, chance, entry)
        exact = False
    else:
        keep = int(max(16, min(most, _MEMORY / (8 * (len(steps) + 1) * (width + 2)))))
        least, dropped = _by_states(chains, steps, width, chance, keep)
        highest, exact = np.minimum(least + dropped, chance), dropped <= _ROUNDING
    rest = np.arange(len(node)) != entry
    return _Solved(int(node[entry]), node[rest], least[rest], highest[rest], exact)


def _chains(one: list[int], other: list[int], p_edge: list[float], nodes: int, entry: int) -> list[_Chain]:
    """Runs of edges between the entry and nodes of three edges or more."""
    at: list[list[tuple[int, int]]] = [[] for _ in range(nodes)]
    for e, (u, v) in enumerate(zip(one, other, strict=True)):
        at[u].append((v, e))
        at[v].append((u, e))
    core = [v for v in range(nodes) if v == entry or len(at[v]) > 2]
    is_core = set(core)
    used = [False] * len(one)
    chains = []
    for v in core:
        for first, e in at[v]:
            if used[e]:
                continue
            u, inner, along = first, list[int](), [p_edge[e]]
            used[e] = True
            while u not in is_core:
                inner.append(u)
                u, e = next((w, f) for w, f in at[u] if not used[f])  # noqa: PLW2901  on along the chain
                used[e] = True
                along.append(p_edge[e])
            chains.append(_Chain((v, u), inner, along))
    return chains


@dataclass(frozen=True)
class _Step:
    """One decision: ``admit`` a node, ``join`` by a chain, ``release`` a node; slots −1 are the source."""

    kind: str
    what: int
    one: int = -1
    other: int = -1


def _order(chains: list[_Chain], entry: int) -> tuple[list[_Step], int]:
    """Order of decisions that keeps the frontier narrow: of its nodes, the one that brings fewest new ones is next."""
    left: dict[int, set[int]] = {}
    for number, chain in enumerate(chains):
        for end in chain.ends:
            left.setdefault(end, set()).add(number)
    slot: dict[int, int] = {}
    free: list[int] = []
    width, steps = 0, list[_Step]()
    frontier = {entry}

    def far(number: int, v: int) -> int:
        a, b = chains[number].ends
        return b if a == v else a

    while frontier:
        v = min(frontier, key=lambda u: (len({far(c, u) for c in left[u]} - frontier), -len(left[u]), u))
        for number in sorted(left[v]):
            u = far(number, v)
            if u not in frontier:
                if free:
                    slot[u] = heapq.heappop(free)
                else:
                    slot[u], width = width, width + 1
                frontier.add(u)
                steps.append(_Step("admit", u, slot[u]))
            steps.append(
                _Step("join", number, slot.get(chains[number].ends[0], -1), slot.get(chains[number].ends[1], -1))
            )
            left[u].discard(number)
            if u != v and not left[u]:
                frontier.discard(u)
                if u in slot:
                    steps.append(_Step("release", u, slot[u]))
                    heapq.heappush(free, slot[u])
        left[v].clear()
        frontier.discard(v)
        if v in slot:
            steps.append(_Step("release", v, slot[v]))
            heapq.heappush(free, slot[v])
    return steps, width


@dataclass(frozen=True)
class _Decided:
    """What a decision did to every state: its branches, first branch first.

    Parameters
    ----------
    states, chance : uint8[k, width], float64[k]
        States before it.
    rows, maps : uint8[branches × k, …]
        States after it, not yet merged, and the labels' way; see :mod:`karez.kernels.connected`.
    branches : float64[branches]
        Chance of each branch.
    born : uint8[k]
        Label of a node that was admitted.
    """

    states: Bytes
    chance: Floats
    rows: Bytes
    maps: Bytes
    branches: Floats
    born: Bytes = field(default_factory=lambda: np.zeros(0, np.uint8))


def _by_states(chains: list[_Chain], steps: list[_Step], width: int, p_node: Floats, keep: int) -> tuple[Floats, float]:
    """Chances of all nodes of a block, and how much chance was dropped on the way."""
    width = max(width, 1)
    states, chance = np.zeros((1, width), np.uint8), np.ones(1)
    layers, dropped = list[tuple[_Decided, Ints]](), 0.0
    for step in steps:
        made = _decide(step, chains, states, chance, p_node)
        states, chance, follower, lost = _merge(made, keep)
        dropped += lost
        layers.append((made, follower))
    found = np.zeros(len(p_node))
    later = np.zeros((len(states), width + 2))
    later[:, connected.SOURCE] = 1.0
    for step, (made, follower) in zip(reversed(steps), reversed(layers), strict=True):
        if step.kind == "admit":
            up = follower[len(made.states) :]
            found[step.what] = made.branches[1] * _weigh(made.chance, up, made.born, later)
        elif step.kind == "join":
            _along(chains[step.what], step, made, follower, later, p_node, found)
        later = connected.look_back(made.maps, follower, made.branches, later)
    return found, dropped


def _decide(step: _Step, chains: list[_Chain], states: Bytes, chance: Floats, p_node: Floats) -> _Decided:
    """Branch every state by one decision."""
    if step.kind == "release":
        rows, maps = connected.release(states, step.one)
        return _Decided(states, chance, rows, maps, np.ones(1))
    if step.kind == "admit":
        rows, maps, born = connected.admit(states, step.one)
        p = float(p_node[step.what])
        return _Decided(states, chance, rows, maps, np.array([1 - p, p]), born)
    chain = chains[step.what]
    p = float(np.prod(chain.edges) * np.prod(p_node[chain.inner]))
    rows, maps = connected.join(states, step.one, step.other)
    return _Decided(states, chance, rows, maps, np.array([1 - p, p]))


def _merge(made: _Decided, keep: int) -> tuple[Bytes, Floats, Ints, float]:
    """Merge equal states, drop the least likely beyond `keep`: states, chances, state of each branch, what was lost."""
    weight = (made.branches[:, None] * made.chance).ravel()
    words = np.ascontiguousarray(made.rows).view(f"S{made.rows.shape[1]}").ravel()
    _, at, number = np.unique(words, return_index=True, return_inverse=True)
    chance: Floats = np.bincount(number, weight, len(at)).astype(np.float64)
    order = np.argsort(-chance, kind="stable")
    kept = np.sort(order[: min(keep, np.count_nonzero(chance > 0))])
    place = np.full(len(at), -1, np.int32)
    place[kept] = np.arange(len(kept), dtype=np.int32)
    lost = max(0.0, float(chance.sum() - chance[kept].sum())) if np.count_nonzero(chance > 0) > keep else 0.0
    return np.ascontiguousarray(made.rows[at[kept]]), chance[kept], place[number], lost


def _weigh(chance: Floats, follower: Ints, label: Bytes, later: Floats) -> float:
    """Chance, over all states, that the class of a label comes to hang on the source."""
    there = (follower >= 0) & (label > 0)
    return float((chance[there] * later[follower[there], label[there]]).sum())


def _along(
    chain: _Chain, step: _Step, made: _Decided, follower: Ints, later: Floats, p_node: Floats, found: Floats
) -> None:
    """Chances of the nodes inside a chain: by its one end, by the other, or by both, the chain then being whole."""
    if not chain.inner:
        return
    k, row = len(made.states), np.arange(len(made.states))
    source = np.full(k, connected.SOURCE, np.uint8)
    one = made.states[:, step.one] if step.one >= 0 else source
    other = made.states[:, step.other] if step.other >= 0 else source
    either = np.where(one > 0, one, other)
    broken, whole = made.maps[:k], made.maps[k:]
    by_one = _weigh(made.chance, follower[:k], broken[row, one] * (one > 0), later)
    by_other = _weigh(made.chance, follower[:k], broken[row, other] * (other > 0), later)
    by_both = _weigh(made.chance, follower[k:], whole[row, either] * (either > 0), later)
    inner, edges = p_node[chain.inner], np.array(chain.edges)
    ahead = np.cumprod(edges[:-1] * np.concatenate([[1.0], inner[:-1]]))
    behind = np.cumprod(edges[:0:-1] * np.concatenate([[1.0], inner[:0:-1]]))[::-1]
    found[chain.inner] = inner * (
        ahead * (1 - behind) * by_one + (1 - ahead) * behind * by_other + ahead * behind * by_both
    )


def _bounds(one: Ints, other: Ints, p_edge: Floats, p_node: Floats, entry: int) -> tuple[Floats, Floats]:
    """Bounds without states: the most reliable way, and cuts between rings of equal distance, which share no edge."""
    at: list[list[tuple[int, float]]] = [[] for _ in p_node]
    for u, v, p in zip(one.tolist(), other.tolist(), p_edge.tolist(), strict=True):
        at[u].append((v, p))
        at[v].append((u, p))
    best, hops = [0.0] * len(at), [-1] * len(at)
    best[entry], hops[entry] = 1.0, 0
    heap = [(-1.0, entry)]
    while heap:
        value, v = heapq.heappop(heap)
        if -value < best[v]:
            continue
        for u, p in at[v]:
            through = -value * p * p_node[u]
            if through > best[u]:
                best[u] = through
                heapq.heappush(heap, (-through, u))
    ring = [entry]
    while ring:
        ahead = []
        for v in ring:
            for u, _ in at[v]:
                if hops[u] < 0:
                    hops[u] = hops[v] + 1
                    ahead.append(u)
        ring = ahead
    far = np.array(hops)
    between = far[one] != far[other]
    cut = np.zeros(far.max() + 1)
    np.add.at(cut, np.maximum(far[one], far[other])[between], np.log(np.maximum(1 - p_edge[between], 1e-300)))
    passed = np.cumprod(np.where(np.arange(len(cut)) > 0, 1 - np.exp(cut), 1.0))
    return np.array(best), passed[far] * p_node

"""A block of a network by states of its frontier: chances of its nodes, and what each of its edges is worth.

Nodes and chains of a block are decided one after the other; of what is decided only the partition of the frontier
matters, see :mod:`karez.kernels.connected`. A pass forward finds the states and their chances, one backward what the
classes of a state come to. Where both meet at a decision, the weight that hangs on the source if the decision goes one
way or the other is known for all decisions together: so every edge's worth is had in two passes.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from karez.kernels import connected

Ints = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float64]
Bytes = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Chain:
    """A run of edges between two core nodes: its nodes in order, number and chance of each edge."""

    ends: tuple[int, int]
    inner: list[int]
    edges: list[float]
    numbers: list[int]


def chains_of(one: list[int], other: list[int], p_edge: list[float], nodes: int, entry: int) -> list[Chain]:
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
            u, inner, along, numbers = first, list[int](), [p_edge[e]], [e]
            used[e] = True
            while u not in is_core:
                inner.append(u)
                u, e = next((w, f) for w, f in at[u] if not used[f])  # noqa: PLW2901  on along the chain
                used[e] = True
                along.append(p_edge[e])
                numbers.append(e)
            chains.append(Chain((v, u), inner, along, numbers))
    return chains


@dataclass(frozen=True)
class Step:
    """One decision: ``admit`` a node, ``join`` by a chain, ``release`` a node; slots −1 are the source."""

    kind: str
    what: int
    one: int = -1
    other: int = -1


def order_of(chains: list[Chain], entry: int) -> tuple[list[Step], int]:
    """Order of decisions that keeps the frontier narrow: of its nodes, the one that brings fewest new ones is next."""
    left: dict[int, set[int]] = {}
    for number, chain in enumerate(chains):
        for end in chain.ends:
            left.setdefault(end, set()).add(number)
    slot: dict[int, int] = {}
    free: list[int] = []
    width, steps = 0, list[Step]()
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
                steps.append(Step("admit", u, slot[u]))
            steps.append(
                Step("join", number, slot.get(chains[number].ends[0], -1), slot.get(chains[number].ends[1], -1))
            )
            left[u].discard(number)
            if u != v and not left[u]:
                frontier.discard(u)
                if u in slot:
                    steps.append(Step("release", u, slot[u]))
                    heapq.heappush(free, slot[u])
        left[v].clear()
        frontier.discard(v)
        if v in slot:
            steps.append(Step("release", v, slot[v]))
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


@dataclass(frozen=True)
class Passed:
    """What the pass forward found.

    Parameters
    ----------
    layers : list[tuple[_Decided, int32[…]]]
        What every step did to every state, and which state each branch led to; −1 if it was dropped.
    ends : int
        Number of states after the last step.
    width : int
        Slots of a state.
    dropped : float
        Chance that was dropped on the way.
    """

    layers: list[tuple[_Decided, Ints]]
    ends: int
    width: int
    dropped: float


def forward(chains: list[Chain], steps: list[Step], width: int, p_node: Floats, keep: int) -> Passed:
    """Pass through all decisions, with at most `keep` states."""
    width = max(width, 1)
    states, chance = np.zeros((1, width), np.uint8), np.ones(1)
    layers, dropped = list[tuple[_Decided, Ints]](), 0.0
    for step in steps:
        made = _decide(step, chains, states, chance, p_node)
        states, chance, follower, lost = _merge(made, keep)
        dropped += lost
        layers.append((made, follower))
    return Passed(layers, len(states), width, dropped)


def chances(chains: list[Chain], steps: list[Step], passed: Passed, p_node: Floats) -> Floats:
    """Chances of all nodes of a block to be up and hang on the source."""
    found = np.zeros(len(p_node))
    later = _hanging_at_last(passed)
    for step, (made, follower) in zip(reversed(steps), reversed(passed.layers), strict=True):
        if step.kind == "admit":
            up = follower[len(made.states) :]
            found[step.what] = made.branches[1] * _weigh(made.chance, up, made.born, later)
        elif step.kind == "join":
            chain = chains[step.what]
            if chain.inner:
                ends = _ends(step, made, follower, later)
                found[chain.inner] = _inside(chain.edges, p_node[chain.inner], *_through(made, ends))
        later = connected.look_back(made.maps, follower, made.branches, later)
    return found


def worths(
    chains: list[Chain], steps: list[Step], passed: Passed, p_node: Floats, weight: Floats, edges: int
) -> Floats:
    """What the weight that hangs on the source gains with the chance of every edge: float64[edges], others as they are.

    Parameters
    ----------
    chains, steps, passed, p_node
        The block.
    weight : float64[nodes]
        Weight at every node.
    edges : int
        Number of edges of the block.
    """
    before = _weights_ahead(chains, steps, passed, p_node, weight)
    found = np.zeros(edges)
    later, coming = _hanging_at_last(passed), np.zeros(passed.ends)
    for step, (made, follower), behind in zip(reversed(steps), reversed(passed.layers), reversed(before), strict=True):
        k = len(made.states)
        come = np.where(follower >= 0, np.append(coming, 0.0)[follower], 0.0).reshape(-1, k)
        own = np.zeros(k)
        if step.kind == "admit":
            own = made.branches[1] * weight[step.what] * _at(follower[k:], made.born, later)
        elif step.kind == "join":
            chain, ends = chains[step.what], _ends(step, made, follower, later)
            either = connected.meet(made.maps, follower, behind, later) + (made.chance * come).sum(axis=1)
            found[chain.numbers] = _slopes(chain, p_node, weight, either, _through(made, ends))
            if chain.inner:
                parts = _parts(chain, p_node, weight)
                own = sum((part * end for part, end in zip(parts, ends, strict=True)), start=own)
        coming = (made.branches[:, None] * come).sum(axis=0) + own
        later = connected.look_back(made.maps, follower, made.branches, later)
    return found


def _hanging_at_last(passed: Passed) -> Floats:
    later = np.zeros((passed.ends, passed.width + 2))
    later[:, connected.SOURCE] = 1.0
    return later


def _weights_ahead(
    chains: list[Chain], steps: list[Step], passed: Passed, p_node: Floats, weight: Floats
) -> list[Floats]:
    """Before every step, weight by state and label that the class holds, times the chance of the state."""
    held = np.zeros((1, passed.width + 2))
    before = []
    for number, (step, (made, follower)) in enumerate(zip(steps, passed.layers, strict=True)):
        before.append(held)
        after = len(passed.layers[number + 1][0].states) if number + 1 < len(steps) else passed.ends
        k, row = len(made.states), np.arange(len(made.states))
        held = connected.carry(made.maps, follower, made.branches, held, after)
        added: list[tuple[Ints, Bytes, Floats]] = []
        if step.kind == "admit":
            added.append((follower[k:], made.born, made.chance * made.branches[1] * weight[step.what]))
        elif step.kind == "join" and chains[step.what].inner:
            one, other, either = _labels(step, made)
            by_one, by_other, by_both = _parts(chains[step.what], p_node, weight)
            broken, whole = made.maps[:k], made.maps[k:]
            added.append((follower[:k], broken[row, one] * (one > 0), made.chance * by_one))
            added.append((follower[:k], broken[row, other] * (other > 0), made.chance * by_other))
            added.append((follower[k:], whole[row, either] * (either > 0), made.chance * by_both))
        for to, label, amount in added:
            there = (to >= 0) & (label > 0)
            np.add.at(held, (to[there], label[there]), amount[there])
    return before


def _decide(step: Step, chains: list[Chain], states: Bytes, chance: Floats, p_node: Floats) -> _Decided:
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


def _at(follower: Ints, label: Bytes, later: Floats) -> Floats:
    """Chance by state that the class of a label comes to hang on the source."""
    there = (follower >= 0) & (label > 0)
    found = np.zeros(len(follower))
    found[there] = later[follower[there], label[there]]
    return found


def _weigh(chance: Floats, follower: Ints, label: Bytes, later: Floats) -> float:
    """Chance, over all states, that the class of a label comes to hang on the source."""
    return float((chance * _at(follower, label, later)).sum())


def _labels(step: Step, made: _Decided) -> tuple[Bytes, Bytes, Bytes]:
    """Labels at the two ends of a chain, and at either of them that there is."""
    source = np.full(len(made.states), connected.SOURCE, np.uint8)
    one = made.states[:, step.one] if step.one >= 0 else source
    other = made.states[:, step.other] if step.other >= 0 else source
    return one, other, np.where(one > 0, one, other)


def _ends(step: Step, made: _Decided, follower: Ints, later: Floats) -> tuple[Floats, Floats, Floats]:
    """Chance by state that the one end, the other, or both as one hang on the source: the chain broken, or whole."""
    k, row = len(made.states), np.arange(len(made.states))
    one, other, either = _labels(step, made)
    broken, whole = made.maps[:k], made.maps[k:]
    return (
        _at(follower[:k], broken[row, one] * (one > 0), later),
        _at(follower[:k], broken[row, other] * (other > 0), later),
        _at(follower[k:], whole[row, either] * (either > 0), later),
    )


def _through(made: _Decided, ends: tuple[Floats, Floats, Floats]) -> tuple[float, float, float]:
    """The same over all states."""
    one, other, both = (float((made.chance * end).sum()) for end in ends)
    return one, other, both


def _sides(edges: list[float], inner: Floats) -> tuple[Floats, Floats]:
    """Chance that all is up between the one end of a chain and each node inside, and between it and the other end."""
    along = np.array(edges)
    ahead = np.cumprod(along[:-1] * np.concatenate([[1.0], inner[:-1]]))
    behind = np.cumprod(along[:0:-1] * np.concatenate([[1.0], inner[:0:-1]]))[::-1]
    return ahead, behind


def _inside(edges: list[float], inner: Floats, by_one: float, by_other: float, by_both: float) -> Floats:
    """Chances of the nodes inside a chain: by its one end, by the other, or by both, the chain then being whole."""
    ahead, behind = _sides(edges, inner)
    return inner * (ahead * (1 - behind) * by_one + (1 - ahead) * behind * by_other + ahead * behind * by_both)


def _parts(chain: Chain, p_node: Floats, weight: Floats) -> tuple[float, float, float]:
    """Weight inside a chain expected to hang on its one end only, on the other only, and on both."""
    inner, there = p_node[chain.inner], weight[chain.inner]
    ahead, behind = _sides(chain.edges, inner)
    shares = ahead * (1 - behind), (1 - ahead) * behind, ahead * behind
    one, other, both = (float((there * inner * share).sum()) for share in shares)
    return one, other, both


def _slopes(
    chain: Chain, p_node: Floats, weight: Floats, either: Floats, through: tuple[float, float, float]
) -> list[float]:
    """What each edge of a chain is worth: the weight that hangs if it is up, less if it is not.

    `either` is the weight without that inside the chain, the chain broken or whole.
    """
    inner, there = p_node[chain.inner], weight[chain.inner]
    broken, whole = float(either[0]), float(either[1])

    def hangs(edges: list[float]) -> float:
        up = float(np.prod(edges) * np.prod(inner))
        return (1 - up) * broken + up * whole + float((there * _inside(edges, inner, *through)).sum())

    found = []
    for q in range(len(chain.edges)):
        up, out = chain.edges.copy(), chain.edges.copy()
        up[q], out[q] = 1.0, 0.0
        found.append(hangs(up) - hangs(out))
    return found

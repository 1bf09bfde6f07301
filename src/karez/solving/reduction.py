"""A smaller problem that still holds every tree better than the one at hand, and the way back.

Every test says either "no best tree does this" (strict comparisons, so that all such findings hold together) or "some
best tree uses this edge" (drawn together at once, in a pass of its own).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from karez.kernels.ascent import INF, OUT, TOP
from karez.kernels.extended import superfluous
from karez.kernels.reduce import contract, from_root, hang_back, peel
from karez.kernels.special import bottleneck_tree, certain_links, dispensable, nearest_forced, spare_nodes
from karez.kernels.tree import respan
from karez.solving.certified import Ints, Longs
from karez.solving.graph import LARGEST_SUM, Graph, exact_sum

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Effort:
    """How closely a pass of tests looks.

    Parameters
    ----------
    nearest : int
        Forced nodes looked at from either end of a special distance.
    settled : int
        Nodes settled around a node in search of a way round.
    degree : int
        Largest degree of a node that is replaced, 5 at most.
    passes : int
        Most passes.
    worth_while : float
        Share of edges a pass must save for the next to be made.
    extended : int
        Most leaves by which a pattern is extended, 0 for no such test; see :mod:`karez.kernels.extended`.
    patterns : int
        Most patterns looked at for each edge.
    pace : float
        Seconds a pass takes for each edge, about; where a time is set, passes that would not fit are not begun.
    """

    nearest: int
    settled: int
    degree: int
    passes: int
    worth_while: float
    extended: int = 0
    patterns: int = 200
    pace: float = 3e-6


QUICK = Effort(nearest=2, settled=8, degree=3, passes=3, worth_while=0.08)
CLOSER = Effort(nearest=3, settled=20, degree=4, passes=2, worth_while=0.05, extended=3, patterns=60, pace=1.5e-5)
THOROUGH = Effort(nearest=4, settled=40, degree=5, passes=30, worth_while=0.02, extended=8, patterns=200, pace=4e-5)

MUCH = 3_000_000
"""Edges from which on one forced node is looked at from either end."""

SHALLOW = 3
SMALL = 15_000
"""Edges up to which the extended tests are deep at once where an ascent lends them a bound."""

Allows = Callable[[float], bool]
"""Whether there is time for so many seconds."""


@dataclass(frozen=True)
class Reduced:
    """A reduced problem and the way back to the one it comes from, called the base.

    Parameters
    ----------
    graph : Graph
        The reduced graph, without parallel edges and dead ends.
    prize : int64[n]
        Prizes, ``INF`` where a node must be in the tree.
    root : int
        Node that is in the tree.
    node : int32[n]
        A node of the base for each node.
    image : int32[base.n]
        The node each node of the base has become (part of), −1 where it is gone.
    chain_start, chain_edge : int32
        Edges of the base that edge e stands for: ``chain_edge[chain_start[e]:chain_start[e + 1]]``.
    fixed : int32[…]
        Edges of the base that are in the tree in any case.
    anchor, hung_start, hung_edge : int32
        Nodes of the base, and edges ``hung_edge[hung_start[i]:hung_start[i + 1]]`` that belong to the tree if
        ``anchor[i]`` does; later ones are nearer to the rest.
    constant : int
        What a tree of the base costs above its image.
    hopeless : bool
        Whether a node that must be in the tree is cut off: no better tree exists.
    """

    graph: Graph
    prize: Longs
    root: int
    node: Ints
    image: Ints
    chain_start: Ints
    chain_edge: Ints
    fixed: Ints
    anchor: Ints
    hung_start: Ints
    hung_edge: Ints
    constant: int = 0
    hopeless: bool = False

    @classmethod
    def of(cls, graph: Graph, prize: Longs, root: int) -> Reduced:
        """The base itself; the root counts as a node that must be in the tree."""
        own = prize.copy()
        own[root] = INF
        edges = np.arange(graph.m, dtype=np.int32)
        starts = np.arange(graph.m + 1, dtype=np.int32)
        none = np.empty(0, np.int32)
        nodes = np.arange(graph.n, dtype=np.int32)
        return cls(graph, own, root, nodes, nodes, starts, edges, none, none, np.zeros(1, np.int32), none)

    def base_edges(self, chosen: Ints) -> Ints:
        """Edges of the base that a tree of these edges stands for."""
        _, edges = expand(np.array([0, chosen.size]), chosen, self.chain_start, self.chain_edge)
        return np.unique(np.concatenate([edges, self.fixed]))

    def lift(self, base: Graph, up: Ints) -> Ints:
        """The tree in the base of a tree of the reduced problem, spanned anew at least cost: up-slots."""
        inside = np.zeros(base.n, np.bool_)
        inside[self.node[self.root]] = True
        inside[self.node[up != OUT]] = True
        edges = self.base_edges(self.graph.edge[up[up >= 0]])
        inside[base.tail[edges]] = True
        inside[base.head[edges]] = True
        hang_back(inside, base.tail, base.head, self.anchor, self.hung_start, self.hung_edge)
        lifted = np.where(inside, TOP, OUT).astype(np.int32)
        net = (base.start, base.neighbour, base.twin, base.slot_cost)
        respan(*net, inside, self.node[self.root], lifted)
        return lifted


def expand(start: npt.ArrayLike, item: Ints, inner_start: Ints, inner_item: Ints) -> tuple[Ints, Ints]:
    """Put the members of each item in its place: lists of lists become lists."""
    length = (inner_start[1:] - inner_start[:-1])[item].astype(np.int64)
    end = np.concatenate([[0], np.cumsum(length)])
    index = np.repeat(inner_start[:-1][item] - end[:-1], length) + np.arange(end[-1])
    return end[np.asarray(start)].astype(np.int32), inner_item[index]


@dataclass(frozen=True)
class Findings:
    """What one pass of tests has found on a graph.

    Parameters
    ----------
    alive : bool[m]
        Edges that stay.
    node, slots, pairs : int32[…], int32[…, 5], int64[…]
        Nodes to be replaced, see :func:`karez.kernels.special.spare_nodes`.
    links : int32[…]
        Edges to be drawn together.
    """

    alive: Bools
    node: Ints
    slots: Ints
    pairs: Longs
    links: Ints

    @classmethod
    def nothing(cls, m: int) -> Findings:
        """Nothing found."""
        none = np.empty(0, np.int32)
        return cls(np.ones(m, np.bool_), none, np.empty((0, 5), np.int32), np.empty(0, np.int64), none)


@dataclass(frozen=True)
class Knowledge:
    """What ascents tell about a graph: edges and nodes that a better tree cannot use in some way.

    Parameters
    ----------
    alive : bool[m]
        Edges that a better tree may use.
    low : bool[n]
        Nodes that a better tree enters by two edges at most.
    reduced, down, near : int64
        Reduced costs of the best ascent, distances in them from the root and to the nearest prized node.
    slack : int
        Best value less the bound of that ascent.
    """

    alive: Bools
    low: Bools
    reduced: Longs
    down: Longs
    near: Longs
    slack: int

    @classmethod
    def nothing(cls, graph: Graph) -> Knowledge:
        """Nothing known."""
        none = np.zeros(graph.n, np.int64)
        low = np.zeros(graph.n, np.bool_)
        return cls(graph.tail != graph.head, low, graph.slot_cost, none, none, int(INF))

    def learn(self, graph: Graph, prize: Longs, root: int, reduced: Longs, bound: int, value: int) -> Knowledge:
        """Add what one ascent tells: a tree of cost `value` or more is not better (Duin 1993).

        A tree that uses an arc costs at least the bound, the reduced costs of the way from the root to it, its own,
        and those of the way on to a prized node. A node entered by three edges has two such ways on.
        """
        slack = value - bound
        paying = prize > 0
        paying[root] = False
        # Frozen and writable arrays are two types to the compiler; one is enough.
        frozen = reduced.view()
        frozen.flags.writeable = False
        down = from_root(graph.start, graph.neighbour, graph.twin, frozen, np.int32(root))
        _, ways = nearest_forced(graph.start, graph.neighbour, frozen, paying, 2)
        near = np.ascontiguousarray(ways[:, 0])
        owner = np.repeat(np.arange(graph.n, dtype=np.int32), np.diff(graph.start))
        far = int(INF) // 4
        through = np.minimum(down, far)[graph.neighbour] + reduced + np.minimum(near, far)[owner]
        useless = np.minimum(through, through[graph.twin]) >= slack
        alive = self.alive.copy()
        alive[graph.edge[useless]] = False
        low = self.low | (np.minimum(down, far) + np.minimum(near, far) + np.minimum(ways[:, 1], far) >= slack)
        if slack > self.slack:
            return replace(self, alive=alive, low=low)
        return Knowledge(alive, low, frozen, down, near, slack)


def rebuild(problem: Reduced, found: Findings) -> Reduced:
    """Carry findings out, then drop dead ends and unreachable nodes and draw chains together."""
    graph = problem.graph
    label = np.arange(graph.n, dtype=np.int32)
    if found.links.size:
        label[graph.head[found.links]] = graph.tail[found.links]
    prize = problem.prize.copy()
    prize[label[graph.tail[found.links]]] = INF
    root = int(label[problem.root])
    tail, head, cost, start, item = _edges_after(graph, found)
    tail, head = label[tail], label[head]
    rest = Graph.from_edges(graph.n, tail, head, cost)
    constant = problem.constant + exact_sum(graph.cost[found.links])
    fixed = np.concatenate([problem.fixed, _members(problem, found.links)])
    reached = rest.reached(root)
    cut_off = prize[~reached & (label == np.arange(graph.n))]
    hopeless = problem.hopeless or bool((cut_off == INF).any())
    constant += exact_sum(cut_off[cut_off < INF])
    prize[~reached] = 0
    prize[root] = INF
    peeled, hung, paid = peel(rest.start, rest.neighbour, rest.slot_cost, prize, np.int32(root))
    constant += int(paid)
    anchor, hung_start, hung_edge = _hung(problem, rest, hung, start, item)
    reached &= ~peeled
    keep = prize > 0
    keep[root] = True
    net = (rest.n, rest.start, rest.neighbour, rest.edge, rest.slot_cost)
    tail, head, cost, chain_start, chain_edge = contract(*net, keep)
    inside = reached[tail] & reached[head]
    used = keep.copy()
    used[tail[inside]] = True
    used[head[inside]] = True
    node = np.flatnonzero(used).astype(np.int32)
    number = np.full(graph.n, -1, np.int32)
    number[node] = np.arange(node.size, dtype=np.int32)
    image = np.where(problem.image >= 0, number[label[problem.image]], -1).astype(np.int32)
    members = np.repeat(inside, np.diff(chain_start))
    chain_start = np.concatenate([[0], np.cumsum(np.diff(chain_start)[inside])]).astype(np.int32)
    chain_start, chain_edge = expand(chain_start, chain_edge[members], start, item)
    chain_start, chain_edge = expand(chain_start, chain_edge, problem.chain_start, problem.chain_edge)
    smaller = Graph.from_edges(node.size, number[tail[inside]], number[head[inside]], cost[inside])
    return replace(
        problem, graph=smaller, prize=prize[node].copy(), root=int(number[root]), node=problem.node[node], image=image,
        chain_start=chain_start, chain_edge=chain_edge, fixed=fixed, anchor=anchor,
        hung_start=hung_start, hung_edge=hung_edge, constant=constant, hopeless=hopeless,
    )  # fmt: skip


def _members(problem: Reduced, edges: Ints) -> Ints:
    return expand(np.array([0, edges.size]), edges, problem.chain_start, problem.chain_edge)[1]


def _edges_after(graph: Graph, found: Findings) -> tuple[Ints, Ints, Longs, Ints, Ints]:
    """Edges that stay, and one for each pair of edges of a replaced node, with the edges they stand for."""
    gone = np.zeros(graph.n, np.bool_)
    gone[found.node] = True
    stay = np.flatnonzero(found.alive & ~gone[graph.tail] & ~gone[graph.head]).astype(np.int32)
    one, other = [], []
    for i in range(5):
        for j in range(i + 1, 5):
            both = found.slots[(found.pairs >> (i * 8 + j)) & 1 == 1]
            one.append(both[:, i])
            other.append(both[:, j])
    first, second = np.concatenate(one), np.concatenate(other)
    tail = np.concatenate([graph.tail[stay], graph.neighbour[first]])
    head = np.concatenate([graph.head[stay], graph.neighbour[second]])
    cost = np.concatenate([graph.cost[stay], graph.slot_cost[first] + graph.slot_cost[second]])
    pairs = np.stack([graph.edge[first], graph.edge[second]], axis=1).ravel()
    lengths = np.concatenate([np.ones(stay.size, np.int32), np.full(first.size, 2, np.int32)])
    start = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32)
    return tail, head, cost, start, np.concatenate([stay, pairs]).astype(np.int32)


def _hung(problem: Reduced, rest: Graph, hung: Ints, start: Ints, item: Ints) -> tuple[Ints, Ints, Ints]:
    """The edges hung so far and those hung now, as edges of the base by the node they hang on."""
    anchor = problem.node[rest.neighbour[hung]]
    each = np.arange(hung.size + 1)
    begin, edges = expand(each, rest.edge[hung], start, item)
    begin, edges = expand(begin, edges, problem.chain_start, problem.chain_edge)
    before = problem.hung_start[-1]
    return (
        np.concatenate([problem.anchor, anchor]),
        np.concatenate([problem.hung_start, before + begin[1:]]).astype(np.int32),
        np.concatenate([problem.hung_edge, edges]),
    )


def shrink(problem: Reduced, known: Knowledge, effort: Effort, allows: Allows = lambda _: True) -> Reduced:
    """Carry out what is known, and tests without bounds until passes save little.

    Parameters
    ----------
    problem : Reduced
        The problem.
    known : Knowledge
        What ascents have told about it.
    effort : Effort
        How closely to look.
    allows : callable
        Told how many seconds the next pass may take; whether it may begin. The first always does.
    """
    # Shallow tests come first, for they are cheap; but what an ascent tells is of use on this graph only.
    small = problem.graph.m < SMALL and known.slack < INF
    depth = effort.extended if small else min(SHALLOW, effort.extended)
    for _ in range(effort.passes):
        before = problem.graph.m
        problem = rebuild(problem, _findings(problem, known, replace(effort, extended=depth)))
        little = problem.graph.m > (1.0 - effort.worth_while) * before
        if problem.hopeless or problem.graph.m == 0 or (little and depth == effort.extended):
            break
        if not allows(effort.pace * problem.graph.m):
            break
        depth = effort.extended if little else min(depth + 1, effort.extended)
        known = Knowledge.nothing(problem.graph)
    return problem


def _findings(problem: Reduced, known: Knowledge, effort: Effort) -> Findings:
    """One pass of all tests on one graph; what they find holds together."""
    graph, prize = problem.graph, problem.prize
    net = (graph.start, graph.neighbour, graph.twin, graph.slot_cost)
    many = effort.nearest if graph.m < MUCH else 1
    near, dist = nearest_forced(graph.start, graph.neighbour, graph.slot_cost, prize == INF, many)
    closest = (np.ascontiguousarray(near[:, 0]), np.ascontiguousarray(dist[:, 0]))
    tree = bottleneck_tree(graph.start, graph.neighbour, graph.slot_cost, *closest)
    about = (*net, prize, near, dist, *tree, effort.settled)
    gone = dispensable(*about)
    gone |= ~known.alive[graph.edge]
    low = known.low.copy()
    ascent = (low, known.reduced, known.down, known.near, np.int64(known.slack))
    if effort.extended and exact_sum(graph.cost) < LARGEST_SUM // 16:
        superfluous(*(*about, gone, *ascent, effort.extended, effort.patterns))
    alive = np.ones(graph.m, np.bool_)
    alive[graph.edge[gone]] = False
    links = graph.edge[certain_links(graph.start, graph.neighbour, graph.slot_cost, prize, near, dist)]
    links = links[alive[links]]
    found = replace(Findings.nothing(graph.m), alive=alive & (graph.tail != graph.head), links=links)
    if exact_sum(graph.cost) >= LARGEST_SUM // 16:
        # The edges that take a node's place might add up to more than 64 bits hold.
        return found
    blocked = np.zeros(graph.n, np.bool_)
    blocked[graph.tail[links]] = True
    blocked[graph.head[links]] = True
    node, slots, pairs = spare_nodes(*(*about, gone, blocked, *ascent, effort.degree))
    return replace(found, node=node, slots=slots, pairs=pairs)

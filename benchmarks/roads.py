"""Road-like graphs of any size, made from a seed: sparse, nearly planar, irregular, with towns and chains.

Construction, in whole-array steps so that 10⁷ edges take half a minute and 1.5 GB:

1. One crossing in each cell of a square grid, anywhere in the middle nine tenths of it.
2. Regions, towns and villages: discs of random place and size in which everything moves towards the middle, each ten
   times as dense there along a line as at its rim, and gradually so. Where they overlap they multiply.
3. Candidate roads join crossings of neighbouring cells: right, up, and one of the two diagonals of some squares.
4. Thinning to the wanted number: a least spanning tree in roots of lengths times a random factor keeps the graph
   whole; of the other candidates the shortest stay by the same measure, so towns are meshed and the country branches.
5. Bends and side roads left out of maps appear as nodes of degree two: a share of all nodes is put on edges, more on
   longer ones, which makes chains.
6. An edge costs its length times 1.0 … 1.4, drawn once a road (real roads are not straight), in whole millimetres. A
   cell is 100 m wide.

With the defaults the average degree is 2.8; about 11 % of the nodes are dead ends, 36 % have degree two, 22 % degree
three, 27 % degree four, 5 % more. Eight in ten edges cost between a sixth and 3.4 times the median, and the standard
deviation of the logarithm of costs is 1.2. For comparison, average degree and that deviation are 2.3 and 1.2 on the
streets of Liechtenstein, cut at junctions, 3.0 and 1.9 on the highways of Xinjiang, 3.0 and 1.7 on the largest
connected part of the highways of the world (all OpenStreetMap). The degree is 3.1 to 3.2 in most of the Vienna
instances of the eleventh DIMACS challenge.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array
from scipy.sparse.csgraph import minimum_spanning_tree

Ints = npt.NDArray[np.int32]
Longs = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

DEGREE = 2.8
"""Average degree; 2m/n."""

CHAIN_SHARE = 0.15
"""Share of the nodes that are put on edges."""

CELL_MM = 100_000
JITTER = 0.9
DIAGONALS = 0.1
"""Share of the squares that have a diagonal among the candidates."""

DETOUR = 0.4
DISCS = ((400, 0.01, 0.04), (60, 0.04, 0.15), (12, 0.15, 0.5))
"""Number and radii, from … to, of villages, towns and regions; the unit is the side of the square."""

CENTRE = 0.1
"""Lengths in the middle of a disc over those at its rim."""

SPREAD = 0.9
"""Standard deviation of the logarithm of settlement density, per level of the cascade."""

NODES_PER_CELL = 30
"""Nodes in a cell of the finest level of the cascade."""

PRIZE_LEVEL = 0.75
"""Median prize over the mean edge cost divided by the root of the share; see :func:`prizes`."""

PRIZE_SPREAD = 0.7


@dataclass(frozen=True)
class Roads:
    """A connected graph of roads.

    Parameters
    ----------
    n : int
        Number of nodes.
    tail, head : int32[m]
        Ends of each edge.
    cost : int64[m]
        Cost in millimetres, at least 1.
    place : float64[n, 2]
        Easting and northing in the unit square.
    """

    n: int
    tail: Ints
    head: Ints
    cost: Longs
    place: Floats


def roads(edges: int, *, seed: int = 1, degree: float = DEGREE, chain_share: float = CHAIN_SHARE) -> Roads:
    """Make a graph of exactly so many edges.

    Parameters
    ----------
    edges : int
        Number of edges, at least 200.
    seed : int
        Settles all that is random; equal arguments give equal graphs.
    degree : float
        Average degree, 2.2 … 3.2.
    chain_share : float
        Share of the nodes that lie on edges, 0 … 0.2.

    Returns
    -------
    Roads
        Connected, without parallel edges or loops.

    Raises
    ------
    ValueError
        If an argument is out of its range.
    """
    if edges < 200 or not 2.2 <= degree <= 3.2 or not 0.0 <= chain_share <= 0.2:
        raise ValueError("at least 200 edges, degree 2.2 to 3.2, chain share 0 to 0.2")
    random = np.random.default_rng(seed)
    nodes = round(2 * edges / degree)
    extra = round(chain_share * nodes)
    place, columns = _crossings(nodes - extra, random)
    tail, head = _candidates(nodes - extra, columns, random)
    length = np.hypot(*(place[tail] - place[head]).T)
    kept = _thin(nodes - extra, tail, head, length, edges - extra, random)
    tail, head, length = tail[kept], head[kept], length[kept]
    price = length * (1.0 + DETOUR * random.random(length.size)) * (CELL_MM * columns)
    return _with_chains(place, tail, head, length, price, extra, random)


def terminals(net: Roads, share: float, *, seed: int = 1) -> Ints:
    """Nodes to be connected, clustered as settlements are.

    The density of settlement is a multiplicative cascade: the square is cut into 4 × 4 cells, these into 4 × 4 and so
    on down to cells of some 30 nodes, and each cell of each level multiplies the density by a log-normal factor.
    Nodes are drawn by density without repetition: those of least exponential key over density.

    Parameters
    ----------
    net : Roads
        The graph.
    share : float
        Share of its nodes, above 0, at most 1.
    seed : int
        Settles all that is random.

    Returns
    -------
    int32[round(share × n)]
        Node numbers, ascending; at least one.
    """
    if not 0.0 < share <= 1.0:
        raise ValueError("share must be above 0 and at most 1")
    random = np.random.default_rng([seed, 1])
    chosen = max(1, round(share * net.n))
    key = random.exponential(size=net.n) / _settlement(net, random)
    return np.sort(np.argpartition(key, chosen - 1)[:chosen]).astype(np.int32)


def prizes(net: Roads, share: float, *, seed: int = 1) -> tuple[Longs, int]:
    """Prizes on the nodes of :func:`terminals`, of which roughly half pay, and a root.

    Prizes are log-normal. To connect N nodes spread over a net costs about a constant times the mean edge cost times
    the root of the net's size times the root of N, so what one costs falls with the root of the share of nodes
    chosen; the median prize is set in that unit. The factor was found by solving: at a share of 5 % and 10⁵ edges the
    best tree known holds about half of the prized nodes. The root is the node of largest prize, as a plan has an
    exchange to start from.

    Returns
    -------
    prizes : int64[n]
        In millimetres; 0 where nothing is to be had.
    root : int
        Node that is in the tree.
    """
    random = np.random.default_rng([seed, 2])
    chosen = terminals(net, share, seed=seed)
    median = PRIZE_LEVEL * float(net.cost.mean()) / np.sqrt(share)
    amounts = np.zeros(net.n, np.int64)
    amounts[chosen] = 1 + (median * random.lognormal(0.0, PRIZE_SPREAD, chosen.size)).astype(np.int64)
    return amounts, int(np.argmax(amounts))


def _crossings(count: int, random: np.random.Generator) -> tuple[Floats, int]:
    """One point a cell in rows of a square grid, towns drawn together; and the number of columns."""
    columns = max(2, round(count**0.5))
    index = np.arange(count)
    place = np.empty((count, 2))
    place[:, 0], place[:, 1] = index % columns, index // columns
    place += 0.5 + JITTER * (random.random((count, 2)) - 0.5)
    place /= columns
    for number, least, most in DISCS:
        for centre, share in zip(random.random((number, 2)), random.random(number), strict=True):
            _draw_together(place, centre, least + (most - least) * share**2)
    return place, columns


def _draw_together(place: Floats, centre: Floats, radius: float) -> None:
    """Move what lies in a disc towards its middle, in place; the rim stays, and no two points change their order."""
    near = np.flatnonzero(np.abs(place[:, 0] - centre[0]) < radius)
    near = near[np.abs(place[near, 1] - centre[1]) < radius]
    offset = place[near] - centre
    share = np.hypot(*offset.T) / radius
    factor = np.where(share < 1.0, CENTRE + (1.0 - CENTRE) * share, 1.0)
    place[near] = centre + offset * factor[:, None]


def _candidates(count: int, columns: int, random: np.random.Generator) -> tuple[Ints, Ints]:
    """Pairs of nodes of neighbouring cells: right, up and some diagonals, at most one a square."""
    index = np.arange(count, dtype=np.int32)
    right = index[(index % columns < columns - 1) & (index + 1 < count)]
    up = index[index + columns < count]
    square = right[right + columns + 1 < count]
    square = square[random.random(square.size) < DIAGONALS]
    rising = random.random(square.size) < 0.5
    tail = np.concatenate([right, up, np.where(rising, square, square + 1)])
    head = np.concatenate([right + 1, up + columns, np.where(rising, square + columns + 1, square + columns)])
    return tail.astype(np.int32), head.astype(np.int32)


def _thin(
    count: int, tail: Ints, head: Ints, length: Floats, wanted: int, random: np.random.Generator
) -> npt.NDArray[np.int64]:
    """Numbers of so many candidates that keep all nodes together, short ones preferred; ascending."""
    weight = np.sqrt(length) * (0.2 + random.random(length.size))
    # The tree is had as candidate numbers if their places in the order of weight are what it minimises.
    order = np.argsort(weight, kind="stable")
    rank = np.empty(order.size, np.float64)
    rank[order] = np.arange(1, order.size + 1)
    tree = minimum_spanning_tree(coo_array((rank, (tail, head)), shape=(count, count)).tocsr())
    weight[order[tree.data.astype(np.int64) - 1]] = -1.0
    return np.sort(np.argpartition(weight, wanted - 1)[:wanted])


def _with_chains(
    place: Floats, tail: Ints, head: Ints, length: Floats, price: Floats, extra: int, random: np.random.Generator
) -> Roads:
    """Put `extra` nodes anywhere on the roads, so that longer edges get more."""
    until = np.cumsum(length)
    at = np.sort(until[-1] * random.random(extra))
    on = np.minimum(np.searchsorted(until, at, side="right"), length.size - 1)
    share = np.clip(1.0 - (until[on] - at) / length[on], 0.0, 1.0)
    # All nodes in the order of the roads: each edge's tail, what lies on it; the next edge's tail follows its head.
    pieces = np.bincount(on, minlength=length.size) + 1
    edge = np.repeat(np.arange(length.size), pieces)
    last = np.cumsum(pieces) - 1
    added = np.ones(edge.size, np.bool_)
    added[last] = False
    start, end = np.empty(edge.size, np.int64), np.empty(edge.size, np.int64)
    since, until_share = np.zeros(edge.size), np.ones(edge.size)
    end[last], end[added] = head, place.shape[0] + np.arange(extra)
    until_share[added] = share
    begins = last - pieces + 1
    start[1:], since[1:] = end[:-1], until_share[:-1]
    start[begins], since[begins] = tail, 0.0
    cost = np.maximum(1, np.rint(price[edge] * (until_share - since))).astype(np.int64)
    return Roads(
        n=place.shape[0] + extra,
        tail=start.astype(np.int32),
        head=end.astype(np.int32),
        cost=cost,
        place=np.concatenate([place, place[tail[on]] + (place[head[on]] - place[tail[on]]) * share[:, None]]),
    )


def _settlement(net: Roads, random: np.random.Generator) -> Floats:
    """Density of settlement at each node, in no unit."""
    density = np.ones(net.n)
    cells = 4
    while True:
        factor = random.lognormal(0.0, SPREAD, (cells, cells))
        column, row = _cell(net.place[:, 0], cells), _cell(net.place[:, 1], cells)
        density *= factor[row, column]
        if cells * cells * NODES_PER_CELL * 16 > net.n:
            return density
        cells *= 4


def _cell(along: Floats, cells: int) -> npt.NDArray[Any]:
    return np.clip((along * cells).astype(np.int32), 0, cells - 1)

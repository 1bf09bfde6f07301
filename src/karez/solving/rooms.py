"""Networks whose edges carry only so much, and offers that draw on what others draw on too.

A search that knows nothing of it finds a tree; here that is mended. Some edges come in variants: parallel ones of
which a tree takes that which leads the way it is paid for, and which carry more or less. Offers may hold only where
no limited edge is on the way to the root, or only where one is. Of the mended tree what pays at a ladder of prices
is kept, and its customers' offers are taken in the order of worth for cost where there is room. Whoever finds
none goes on with the next best.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array
from scipy.sparse.csgraph import breadth_first_order, dijkstra

from karez.kernels.menus import improve_in_turn
from karez.kernels.pruning import worth_keeping
from karez.kernels.rooms import SLACK, take_in_turn
from karez.kernels.trees import nearest_above, sum_below
from karez.solving.certified import Ints, Longs
from karez.solving.graph import Graph
from karez.solving.offers import Menus

Flags = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]

ANYWHERE, BEFORE, BEHIND = 0, 1, 2
"""Where an offer over the network holds: anywhere; where no limited edge is on the way; where one is."""
OUTSIDE = -2
"""Row of what is not on a tree."""
EITHER = -1
"""An edge that may lead either way."""
MOST_GROWN = 300
"""Ways that a tree grows by at most."""
TINY = 1e-6
"""Length of edges that cost nothing."""
FINE = float(1 << 50)
"""What sums that decide what pays are scaled to."""


@dataclass(frozen=True)
class Rooms:
    """What edges carry, and what offers draw on.

    Parameters
    ----------
    graph : Graph
        All edges that a network may be built of, with what they cost.
    number : int64[edges of the graph that is searched]
        Which of these edges each is.
    pair : int64[edges]
        Edges with the same number are variants of each other; −1: an edge without any.
    toward : int64[edges]
        Node that must be the further from the root; :data:`EITHER`, or less: none, it is there for bounds.
    carries : float64[edges]
        What the offers behind it may need together; infinite where it is not limited.
    limited : bool[edges]
        Edges that offers are before or behind.
    where : int8[offers]
        :data:`ANYWHERE`, :data:`BEFORE` or :data:`BEHIND`.
    need : float64[offers]
        What an offer takes of edges, or of its pool.
    pool : int32[offers]
        −1: none.
    left : float64[pools]
        What there is in each.
    dearer : int64[edges of the graph that is searched]
        Costs at which trees are searched for as well, closer to what they cost once they are mended.
    """

    graph: Graph
    number: Longs
    pair: Longs
    toward: Longs
    carries: Floats
    limited: Flags
    where: npt.NDArray[np.int8]
    need: Floats
    pool: Ints
    left: Floats
    dearer: Longs

    def networks(self, menus: Menus, tree: Ints, root: int, ratios: Floats) -> Iterator[Ints]:
        """Mended trees of all edges, cut to what pays at each price: with the cheapest variants, and with wide ones.

        Parameters
        ----------
        menus : Menus
            What customers are offered.
        tree : int32[…]
            Edges of the graph that is searched.
        root : int
            Node of the tree.
        ratios : float64[…]
            What a unit of worth may cost.
        """
        laid = self._mended(_hung(self.number[tree], self.graph, root))
        seen: set[bytes] = set()
        for keep in self._kept(menus, laid, ratios):
            if keep.tobytes() in seen:
                continue
            seen.add(keep.tobytes())
            part = laid.select(keep)
            yield np.sort(part.edge).astype(np.int32)
            if self.limited[part.edge].any():
                yield np.sort(self._widened(menus, part).edge).astype(np.int32)

    def grown(self, menus: Menus, searched: Graph, root: int) -> Iterator[Ints]:
        """Trees that grow by the way that brings most worth for its cost, with and without limited edges.

        The tree for a price is best for that price alone; between two prices nothing may be. These are what lies
        between where places are few and each is large.

        Returns
        -------
        iterator of int32[…]
            Edges of the graph that is searched.
        """
        plain = np.flatnonzero(~self.limited[self.number])
        yield from self._grown(menus, searched, root, np.arange(searched.m), self.dearer, menus.linked)
        if len(plain) < searched.m:
            linked = menus.linked & (self.where != BEHIND)
            yield from self._grown(menus, searched, root, plain, searched.cost[plain], linked)

    def _grown(
        self, menus: Menus, searched: Graph, root: int, edges: Longs, cost: Longs, linked: Flags
    ) -> Iterator[Ints]:
        money, worth = _first_steps(menus, linked, searched.n)
        tail, head = searched.tail[edges], searched.head[edges]
        low, high = np.minimum(tail, head), np.maximum(tail, head)
        order = np.lexsort((cost, high, low))
        first = np.append(True, (np.diff(low[order]) != 0) | (np.diff(high[order]) != 0)) & (low != high)[order]
        kept = order[first]
        number = coo_array((np.arange(1, len(kept) + 1), (low[kept], high[kept])), shape=(searched.n, searched.n))
        number = (number + number.T).tocsr()
        length = number.copy().astype(np.float64)
        chosen: list[int] = []
        there = np.zeros(searched.n, np.bool_)
        there[root] = True
        for _ in range(MOST_GROWN):
            length.data = cost[kept[number.data - 1]].astype(np.float64) + TINY
            far, before, _ = dijkstra(length, indices=np.flatnonzero(there), min_only=True, return_predecessors=True)
            gained, spent = worth * ~there, money * ~there
            for node in np.argsort(far, kind="stable")[int(there.sum()) :].tolist():
                if not np.isfinite(far[node]):
                    break
                gained[node] += gained[before[node]]
                spent[node] += spent[before[node]]
            ratio = np.where(np.isfinite(far) & (gained > 0), gained / np.maximum(far + spent, TINY), -1.0)
            node = int(ratio.argmax())
            if ratio[node] <= 0:
                return
            while not there[node]:
                there[node] = True
                chosen.append(int(edges[kept[number[before[node], node] - 1]]))
                node = int(before[node])
            yield np.array(sorted(chosen), np.int32)

    def taken(self, menus: Menus, edges: Ints, root: int) -> Longs:
        """Offers in the order in which customers take them on a network; each replaces what its customer had."""
        laid = _hung(edges.astype(np.int64), self.graph, root)
        customer, offer, state = self._turns(menus, self.allowed(menus, laid))
        rows = np.flatnonzero(self.limited[laid.edge])
        # The last two are the root and what is outside.
        nearest = np.append(nearest_above(laid.parent, self.limited[laid.edge]), [-1, -1])
        place = np.full(len(laid.edge) + 1, -1, np.int32)
        place[rows] = np.arange(len(rows))
        answer: Longs = take_in_turn(
            customer,
            offer,
            state,
            menus.worth,
            self.need,
            self.pool,
            self.left.copy(),
            menus.linked,
            place[nearest[laid.row_of(menus.node)]],
            place[nearest[laid.parent[rows]]],
            self.carries[laid.edge[rows]],
        )
        return answer

    def allowed(self, menus: Menus, laid: _Laid) -> Flags:
        """Offers that hold on a network: bool[offers]."""
        row = laid.row_of(menus.node)[menus.customer]
        behind = np.append(nearest_above(laid.parent, self.limited[laid.edge]) >= 0, [False, False])[row]
        right = np.where(self.where == BEHIND, behind, np.where(self.where == BEFORE, ~behind, True))
        return np.asarray(~menus.linked | ((row > OUTSIDE) & right))

    def _turns(self, menus: Menus, allowed: Flags) -> tuple[Ints, Longs, npt.NDArray[np.int8]]:
        """Improvements, most worth for their cost first, of all offers and of those without pools, network or both."""
        ratio, offer, state = [], [], []
        for refused in range(4):
            there = allowed.copy()
            if refused & 1:
                there &= self.pool < 0
            if refused & 2:
                there &= ~menus.linked
            rows = np.flatnonzero(there)
            rows = rows[np.lexsort((-menus.worth[rows], menus.cost[rows], menus.customer[rows]))]
            start = np.searchsorted(menus.customer[rows], np.arange(menus.customers + 1)).astype(np.int64)
            before, gain = improve_in_turn(start, menus.cost[rows], menus.worth[rows])
            ratio.append(gain[before > -2])
            offer.append(rows[before > -2])
            state.append(np.full(len(offer[-1]), refused, np.int8))
        order = np.argsort(-np.concatenate(ratio), kind="stable")
        offers = np.concatenate(offer)[order]
        return menus.customer[offers], offers, np.concatenate(state)[order]

    def _kept(self, menus: Menus, laid: _Laid, ratios: Floats) -> Iterator[Flags]:
        """What pays at each price; first all of it."""
        yield np.ones(len(laid.edge), np.bool_)
        allowed = self.allowed(menus, laid)
        cost = self.graph.cost[laid.edge]
        for ratio in ratios.tolist():
            gain = menus.saved(menus.cost - ratio * menus.worth, self.graph.n, allowed)[laid.node]
            scale = FINE / max(1.0, float(gain.sum() + cost.sum()))
            yield worth_keeping(laid.parent, (scale * cost).astype(np.int64), (scale * gain).astype(np.int64))

    @cached_property
    def _variants(self) -> tuple[Longs, Longs]:
        """Edges with variants by pair, the cheapest first, and where each pair begins."""
        edges = np.flatnonzero(self.pair >= 0)
        edges = edges[np.lexsort((self.graph.cost[edges], self.pair[edges]))]
        pairs = self.pair[edges]
        return edges, np.searchsorted(pairs, np.arange(int(pairs.max(initial=-1)) + 2))

    def _fit(self, edge: int, node: int) -> Longs:
        """Variants of an edge that may lead to a node, cheapest first."""
        edges, start = self._variants
        these = edges[start[self.pair[edge]] : start[self.pair[edge] + 1]]
        toward = self.toward[these]
        return np.asarray(these[(toward == EITHER) | (toward == node)])

    def _mended(self, laid: _Laid) -> _Laid:
        """The tree with the cheapest variant that leads the right way, on every edge that has some."""
        edge = laid.edge.copy()
        for row in np.flatnonzero(self.pair[edge] >= 0).tolist():
            edge[row] = self._fit(int(edge[row]), int(laid.node[row]))[0]
        return replace(laid, edge=edge)

    def _widened(self, menus: Menus, laid: _Laid) -> _Laid:
        """The tree with variants that carry all customers behind them, or as much as there is."""
        allowed = self.allowed(menus, laid) & menus.linked
        need = np.zeros(menus.customers)
        need[menus.customer[allowed]] = self.need[allowed]
        row = laid.row_of(menus.node)
        own = np.zeros((len(laid.edge), 1))
        np.add.at(own[:, 0], row[row >= 0], need[row >= 0])
        load = sum_below(laid.parent, own)[:, 0]
        edge = laid.edge.copy()
        for at in np.flatnonzero((self.pair[edge] >= 0) & self.limited[edge]).tolist():
            fit = self._fit(int(edge[at]), int(laid.node[at]))
            wide = fit[self.carries[fit] + SLACK >= load[at]]
            edge[at] = wide[0] if len(wide) else fit[np.argmax(self.carries[fit])]
        return replace(laid, edge=edge)


def _first_steps(menus: Menus, linked: Flags, nodes: int) -> tuple[Floats, Floats]:
    """At every node what its customers' dearest offers over the network cost and are worth beyond those without it."""
    cost, worth = np.zeros(nodes), np.zeros(nodes)
    alone = np.zeros(menus.customers, np.int64)
    np.maximum.at(alone, menus.customer[~menus.linked], menus.worth[~menus.linked])
    rows = np.flatnonzero(linked & menus.offered())
    rows = rows[np.lexsort((menus.cost[rows], -menus.worth[rows], menus.customer[rows]))]
    who, first = np.unique(menus.customer[rows], return_index=True)
    best = rows[first]
    gains = np.maximum(menus.worth[best] - alone[who], 0)
    np.add.at(worth, menus.node[who], gains)
    np.add.at(cost, menus.node[who], np.where(gains > 0, menus.cost[best], 0))
    return cost, worth


@dataclass(frozen=True)
class _Laid:
    """A tree hung on its root: node, row of the parent (−1: the root) and edge of every row, parents first."""

    root: int
    nodes: int
    node: Ints
    parent: Ints
    edge: Longs

    def select(self, keep: Flags) -> _Laid:
        """A part of it that holds the parents of all it holds."""
        row = np.append(np.cumsum(keep) - 1, -1).astype(np.int32)
        return replace(self, node=self.node[keep], parent=row[self.parent[keep]], edge=self.edge[keep])

    def row_of(self, node: Ints) -> Ints:
        """Row of each of these nodes; −1 for the root, :data:`OUTSIDE` where the tree is not, or there is no node."""
        row = np.full(self.nodes + 1, OUTSIDE, np.int32)
        row[self.node] = np.arange(len(self.node))
        row[self.root] = -1
        return np.asarray(row[node])


def _hung(edges: Longs, graph: Graph, root: int) -> _Laid:
    """Hang edges of a tree on its root, breadth first."""
    tail, head = graph.tail[edges], graph.head[edges]
    numbered = coo_array((np.arange(1, len(edges) + 1), (tail, head)), shape=(graph.n, graph.n)).tocsr()
    order, before = breadth_first_order(numbered, root, directed=False)
    row = np.full(graph.n, -1, np.int32)
    row[order[1:]] = np.arange(len(order) - 1)
    above = before[order[1:]]
    led = np.asarray((numbered + numbered.T)[above, order[1:]]).ravel() if len(edges) else np.empty(0, np.int64)
    return _Laid(root, graph.n, order[1:].astype(np.int32), row[above].astype(np.int32), edges[led - 1])

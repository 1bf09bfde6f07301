"""A dual solution as a packing of cuts, raised by local search and carried on to smaller graphs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from karez.kernels.ascent import INF
from karez.kernels.packing import charge_all, level_cuts, replay, tighten
from karez.solving.certified import Ints, Longs
from karez.solving.graph import Graph

LARGEST = 3_000
"""Most nodes of a ball that local search takes out."""


@dataclass
class Packing:
    """Balls that together take no more than the cost of any arc; see :mod:`karez.kernels.packing`.

    Parameters
    ----------
    root : int
        Node that no ball holds.
    reduced : int64[slots]
        What the balls leave of the arcs' costs.
    left : int64[n]
        What they leave of the prizes.
    owner, radius : int32[balls], int64[balls]
        Node each ball pays for, and by how much it raises the bound.
    begin, inside, dist : int64[balls + 1], int32[…], int64[…]
        Nodes of each ball and their distances from its owner.
    """

    root: int
    reduced: Longs
    left: Longs
    owner: Ints
    radius: Longs
    begin: Longs
    inside: Ints
    dist: Longs

    @classmethod
    def of_moats(cls, graph: Graph, prize: Longs, root: int, node: Ints, radius: Longs) -> Packing:
        """The packing that an ascent has found."""
        reduced, begin, inside, dist = replay(graph.start, graph.neighbour, graph.slot_cost, node, radius)
        return cls(root, reduced, _unspent(prize, node, radius), node, radius, begin, inside, dist)

    @property
    def bound(self) -> int:
        """Sum of all radii."""
        return int(self.radius.sum())

    def tighten(self, graph: Graph, prize: Longs, up: Ints, effort: int, seed: int) -> None:
        """Raise the bound by local search; `up` is the best tree, with the packing's root on top."""
        _, self.owner, self.radius, self.begin, self.inside, self.dist = tighten(
            graph.start, graph.neighbour, graph.twin, self.reduced, np.int32(self.root), prize, self.left, up,
            self.owner, self.radius, self.begin, self.inside, self.dist, effort, LARGEST, seed,
        )  # fmt: skip

    def cuts(self, graph: Graph, most: int) -> tuple[Ints, Ints, Ints]:
        """Its cuts, those of large balls first: owner of each, where its slots begin, the slots; no more than `most`.

        Slots stand for the arcs from the neighbour into the owner.
        """
        order = np.argsort(-self.radius, kind="stable")
        sizes = np.diff(self.begin)[order]
        begin = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
        index = np.repeat(self.begin[:-1][order] - begin[:-1], sizes) + np.arange(begin[-1])
        ball, start, slot = level_cuts(graph.start, graph.neighbour, begin, self.inside[index], self.dist[index], most)
        return self.owner[order[ball]], start, slot

    def carried(self, graph: Graph, prize: Longs, to: Ints) -> Packing | None:
        """The packing on a reduced graph; None if its root is gone.

        A ball stays valid where nodes vanish, edges are drawn together or take a node's place, for it is a potential
        and each new edge stands for a path. Where nodes have become one, it stays if their distances are equal.

        Parameters
        ----------
        graph : Graph
            The reduced graph.
        prize : int64[n]
            Its prizes.
        to : int32[…]
            Its node for each node of the graph before, −1 where there is none.
        """
        root = int(to[self.root])
        if root < 0:
            return None
        balls = np.repeat(np.arange(self.owner.size), np.diff(self.begin))
        node = to[self.inside]
        good = to[self.owner] >= 0
        twins = np.bincount(to[to >= 0], minlength=graph.n)
        many = (node >= 0) & (twins[np.maximum(node, 0)] > 1)
        if many.any():
            good[_torn(balls[many], node[many], self.dist[many], twins)] = False
        keep = (node >= 0) & good[balls]
        keep[keep] = _first_of_each(balls[keep] * np.int64(graph.n) + node[keep])
        number = np.cumsum(good) - 1
        sizes = np.bincount(number[balls[keep]], minlength=int(good.sum()))
        begin = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
        owner, radius = to[self.owner[good]], self.radius[good]
        inside, dist = node[keep].astype(np.int32), self.dist[keep]
        reduced = charge_all(graph.start, graph.neighbour, graph.slot_cost, radius, begin, inside, dist)
        left = _unspent(prize, owner, radius)
        if reduced.size and (int(reduced.min()) < 0 or int(left.min()) < 0):
            raise AssertionError("a packing carried to a smaller graph takes more than there is")
        return Packing(root, reduced, left, owner, radius, begin, inside, dist)


def _unspent(prize: Longs, owner: Ints, radius: Longs) -> Longs:
    spent = np.zeros(prize.size, np.int64)
    np.add.at(spent, owner, radius)
    left: Longs = np.where(prize == INF, INF, prize - spent)
    return left


def _torn(ball: Longs, node: Ints, dist: Longs, twins: Longs) -> Longs:
    """Balls that hold only some of the nodes that have become one, or hold them at different distances."""
    order = np.lexsort((dist, node, ball))
    ball, node, dist = ball[order], node[order], dist[order]
    new = np.concatenate([[True], (ball[1:] != ball[:-1]) | (node[1:] != node[:-1])])
    start = np.flatnonzero(new)
    count = np.diff(np.concatenate([start, [ball.size]]))
    equal = dist[start] == dist[start + count - 1]
    torn: Longs = ball[start[~equal | (count != twins[node[start]])]]
    return torn


def _first_of_each(key: Longs) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    first = np.zeros(key.size, np.bool_)
    first[np.unique(key, return_index=True)[1]] = True
    return first

"""The designed network: which spans, which technology for every site, how well proven."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from karez.model.certificate import Certificate
from karez.model.note import Note
from karez.model.rings import Rings

FORCED = -1
"""Prize of a node that must be reached."""

Ints = npt.NDArray[np.int32]
Longs = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Ascent:
    """A dual solution of the prize-collecting Steiner problem, as the moats that made it.

    Replayed in order from untouched arc costs it gives the bound again: for each (node, radius), the reverse
    Dijkstra distances d to that node in reduced arc costs, the root no nearer than the radius; then every arc
    (u → v) with d(v) < radius loses min(d(u), radius) − d(v) of its reduced cost where that is positive, and the
    bound gains the radius. The radii of one node never add up to more than its prize.

    Parameters
    ----------
    node : int32[moats]
        Node whose moat grows.
    radius : int64[moats]
        By how much, in minor units.
    """

    node: Ints
    radius: Longs


@dataclass(frozen=True)
class Tree:
    """The chosen network as a forest that hangs on the sources; spans that close rings come last.

    Parameters
    ----------
    span : int32[elements]
        Candidate span of each element, every parent before its children; −1 − k for the connection of source k.
    parent : int32[elements]
        Element nearer to the source that must be built before; −1 for a source's connection.
    node : int32[elements]
        Node the element leads to.
    """

    span: Ints
    parent: Ints
    node: Ints

    @property
    def closes(self) -> npt.NDArray[np.bool_]:
        """Whether an element closes a ring: it leads to a node that one before it leads to; bool[elements]."""
        closes = np.ones(len(self.node), np.bool_)
        closes[np.unique(self.node, return_index=True)[1]] = False
        return closes


@dataclass(frozen=True)
class Design:
    """Least present cost over technology and route, without budget (rule 6), as if all were built in year 1.

    Parameters
    ----------
    tree : Tree
        The chosen spans.
    site_technology : object[sites]
        Designed technology of each site, ``unserved`` where none is possible.
    site_option : int32[sites]
        Row of ``Prices.options`` of the designed technology; −1 if unserved.
    site_reason : object[sites]
        Why, in words (rule 5).
    certificate : Certificate
        Scope ``design``.
    ascent : Ascent
        The dual solution the bound comes from.
    prize : int64[nodes]
        Prize of each node in minor units; ``FORCED`` where it must be reached.
    site_element : int32[sites]
        Element whose far node the site stands at; −1 where the tree does not reach it.
    attribution : float64[elements, projects]
        Fixed share of each project in an element, by the weight of the fibre sites behind it; rows sum to 1.
    households_behind : float64[elements]
        Households of the fibre sites behind the element.
    notes : tuple[Note, ...]
        What a reader must know.
    rings : Rings | None
        The survivable backbone that the network holds, if the plan builds one.
    site_alternative : int32[sites] | None
        Row of ``Prices.options`` that a site takes instead of fibre, −1 for none; None: its cheapest.
    """

    tree: Tree
    site_technology: npt.NDArray[np.object_]
    site_option: Ints
    site_reason: npt.NDArray[np.object_]
    certificate: Certificate
    ascent: Ascent
    prize: Longs
    site_element: Ints
    attribution: npt.NDArray[np.float64]
    households_behind: npt.NDArray[np.float64]
    notes: tuple[Note, ...] = ()
    rings: Rings | None = None
    site_alternative: Ints | None = None

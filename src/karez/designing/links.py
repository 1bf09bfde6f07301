"""Links of a backbone between nodes that switch wavelengths, and the amplifier huts along them.

Wavelengths are switched at hubs, at sources, and where spans branch (ROADM, reconfigurable add/drop multiplexers);
elsewhere fibres are spliced through. A hub's cable goes in and out on its lead-in: the length of the lead-in counts on
every link that ends there.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from karez.designing.traffic import MM_PER_M, Chosen, lengths_mm
from karez.kernels.chains import walk_chains
from karez.kernels.two_ways import NONE
from karez.model.inputs import Inputs
from karez.model.optics_rules import OpticsRules
from karez.model.route_graph import RouteGraph
from karez.model.traffic import Traffic
from karez.units import METRES_PER_KM

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int32]


@dataclass(frozen=True)
class Hut:
    """An amplifier hut.

    Parameters
    ----------
    at_m : float
        Where, in metres from the link's first node.
    edge, share : int, float
        Edge it lies on, and how far along it, from its tail, 0 to 1.
    site : int
        Row of the site it is at; −1 for none.
    """

    at_m: float
    edge: int
    share: float
    site: int


@dataclass(frozen=True)
class Link:
    """A chain of spans between two nodes that switch.

    Parameters
    ----------
    ends : tuple[int, int]
        Its two nodes, as numbers of `Links.stop`.
    edges : int32[…]
        Its spans in order from the first node.
    length_m : float
        Its length, lead-ins at either end included.
    huts : tuple[Hut, ...]
        Huts in order.
    """

    ends: tuple[int, int]
    edges: Ints
    length_m: float
    huts: tuple[Hut, ...]

    @property
    def spans_m(self) -> Floats:
        """Lengths of the fibre between amplifiers."""
        return np.diff([0.0, *(hut.at_m for hut in self.huts), self.length_m])


@dataclass(frozen=True)
class Links:
    """All links that traffic uses.

    Parameters
    ----------
    links : tuple[Link, ...]
        The links.
    of_edge : int32[m]
        Link of every edge of the network; −1 for lead-ins, connections of sources and what is not used.
    stop : int32[n]
        Switching node that every node of the network belongs to, or −1.
    node : int32[stops]
        The node of the network that stands for each switching node: a hub or a source if there is one.
    """

    links: tuple[Link, ...]
    of_edge: Ints
    stop: Ints
    node: Ints


def find_links(inputs: Inputs, graph: RouteGraph, chosen: Chosen, traffic: Traffic) -> Links:
    """Find the links that ways use, and place huts along them."""
    network, spans = chosen.network, len(graph.spans)
    length = lengths_mm(graph, network) / MM_PER_M
    used = np.zeros(network.m, np.bool_)
    for on in traffic.edges:
        used[on] = True
    used[spans:] = False
    inner = np.zeros(network.m, np.bool_)
    inner[:spans] = graph.spans["tier"].to_numpy() == "lead_in"
    _, group = _joined(network.n, network.tail[used & inner], network.head[used & inner])
    entry = np.zeros(network.n)
    np.maximum.at(entry, group[network.tail[used & inner]], length[used & inner])
    edges = np.flatnonzero(used & ~inner).astype(np.int32)
    tail, head = group[network.tail[edges]].astype(np.int32), group[network.head[edges]].astype(np.int32)
    stops = _stops(graph, chosen, group, tail, head)
    chains = _chains(tail, head, edges, stops)
    number = np.full(network.n, -1, np.int32)
    number[np.flatnonzero(stops)] = np.arange(int(stops.sum()))
    places = _places(inputs, graph, inputs.programme.backbone.optics.hut_near_km)
    rules = inputs.programme.backbone.optics
    found: list[Link] = []
    of_edge = np.full(network.m, -1, np.int32)
    for first, last, chain, turned in chains:
        along = np.concatenate([[entry[first]], length[chain]])
        total = float(along.sum() + entry[last])
        huts = _huts(rules, graph, network.tail, network.head, chain, turned, np.cumsum(along), total, places)
        of_edge[chain] = len(found)
        found.append(Link((int(number[first]), int(number[last])), chain, total, huts))
    return Links(tuple(found), of_edge, number[group], _standing(graph, chosen, group, stops))


def _joined(nodes: int, tail: Ints, head: Ints) -> tuple[int, Ints]:
    """Nodes that hang together over some edges, each as the lowest of its nodes."""
    matrix = coo_array((np.ones(tail.size, np.int8), (tail, head)), shape=(nodes, nodes))
    count, label = connected_components(matrix, directed=False)
    lowest = np.full(count, nodes, np.int32)
    np.minimum.at(lowest, label, np.arange(nodes, dtype=np.int32))
    return count, lowest[label]


def _stops(graph: RouteGraph, chosen: Chosen, group: Ints, tail: Ints, head: Ints) -> Bools:
    """Groups at which wavelengths are switched: bool[n]."""
    degree = np.bincount(np.concatenate([tail, head]), minlength=group.size)
    stops = (degree > 0) & (degree != 2)
    stops[group[np.flatnonzero(chosen.need > NONE)]] = True
    stops[group[graph.source_node[graph.source_node >= 0]]] = True
    there: Bools = stops & (degree > 0)
    return there


def _standing(graph: RouteGraph, chosen: Chosen, group: Ints, stops: Bools) -> Ints:
    """A node for every stop: a source if there is one in the group, else a hub, else its own."""
    node = np.where(stops, np.arange(group.size), -1)
    hubs = np.flatnonzero(chosen.need > NONE)
    node[group[hubs[::-1]]] = hubs[::-1]
    sources = graph.source_node[graph.source_node >= 0]
    node[group[sources[::-1]]] = sources[::-1]
    return node[stops].astype(np.int32)


def _chains(tail: Ints, head: Ints, edges: Ints, stops: Bools) -> list[tuple[int, int, Ints, Bools]]:
    """First and last group of every chain, its edges in order, and whether each is walked from its head."""
    if not edges.size:
        return []
    both = np.concatenate([tail, head])
    incident = (np.argsort(both, kind="stable") % edges.size).astype(np.int32)
    begin = np.concatenate([[0], np.cumsum(np.bincount(both, minlength=stops.size))]).astype(np.int32)
    degree = np.bincount(both, minlength=stops.size)
    order, backward, starts = walk_chains(tail, head, begin, incident, ~stops & (degree == 2))
    found = []
    for k, end in pairwise(starts.tolist()):
        one, other = order[k], order[end - 1]
        first = head[one] if backward[k] else tail[one]
        last = tail[other] if backward[end - 1] else head[other]
        found.append((int(first), int(last), edges[order[k:end]], backward[k:end]))
    return found


def _places(inputs: Inputs, graph: RouteGraph, near_km: float) -> Ints:
    """For every node the site with most households that is there or at the end of a short lead-in; −1 for none."""
    site = np.full(len(graph.nodes) + 1, -1, np.int32)
    homes = inputs.sites["households"].fillna(0.0).to_numpy()
    rank = np.argsort(homes, kind="stable").astype(np.int32)
    rank = rank[graph.site_node[rank] >= 0]
    site[graph.site_node[rank]] = rank
    short = (graph.spans["tier"] == "lead_in") & (graph.spans["length_m"] <= near_km * METRES_PER_KM)
    lead_ins = graph.spans[short.to_numpy()]
    at = site.copy()
    for near, far in (("start", "end"), ("end", "start")):
        brought = site[lead_ins[far].to_numpy()]
        place = lead_ins[near].to_numpy()[brought >= 0]
        brought = brought[brought >= 0]
        larger = (at[place] < 0) | (homes[at[place]] < homes[brought])
        at[place[larger]] = brought[larger]
    return at


def _huts(
    rules: OpticsRules,
    graph: RouteGraph,
    tail: Ints,
    head: Ints,
    chain: Ints,
    turned: Bools,
    along: Floats,
    total: float,
    places: Ints,
) -> tuple[Hut, ...]:
    """Huts of a link; `along` are the positions of its nodes, `places` the site at every node or −1."""
    most = rules.span_max_km * METRES_PER_KM
    inner = np.where(turned[:-1], tail[chain[:-1]], head[chain[:-1]])
    stands = along[1:-1]
    free = np.flatnonzero(places[inner] >= 0)
    at, of = place_huts(total, most, stands[free], rules.hut_near_km * METRES_PER_KM)
    huts = []
    for here, place in zip(at, of, strict=True):
        edge = min(max(int(np.searchsorted(along, here, side="left")) - 1, 0), chain.size - 1)
        share = min(max((here - along[edge]) / (along[edge + 1] - along[edge]), 0.0), 1.0)
        site = int(places[inner[free[place]]]) if place >= 0 else -1
        huts.append(Hut(here, int(chain[edge]), 1.0 - share if turned[edge] else share, site))
    return tuple(huts)


def place_huts(length: float, most: float, stands: Floats, near: float) -> tuple[list[float], list[int]]:
    """Place as few huts as the greatest span allows, evenly, but at a place where one is near enough.

    However far a hut moves, the rest of the link can still be spanned by the huts that are left.

    Parameters
    ----------
    length, most : float
        Length of the link, and the greatest span.
    stands : float64[…]
        Where places stand along it.
    near : float
        How far from its even position a hut may be for a place.

    Returns
    -------
    at : list of float
        Positions of the huts in order.
    place : list of int
        Place of each, −1 for none.

    Examples
    --------
    >>> place_huts(180.0, 80.0, np.array([55.0, 90.0]), 10.0)
    ([55.0, 120.0], [0, -1])
    """
    count = max(int(np.ceil(length / most - 1e-9)) - 1, 0)
    before, at, place = 0.0, [], []
    for number in range(1, count + 1):
        least, greatest = length - (count + 1 - number) * most, before + most
        even = min(max(number * length / (count + 1), least), greatest)
        may = np.flatnonzero((stands >= least) & (stands <= greatest) & (stands > before))
        may = may[np.abs(stands[may] - even) <= near]
        best = int(may[np.argmin(np.abs(stands[may] - even))]) if may.size else -1
        before = float(stands[best]) if best >= 0 else even
        at.append(before)
        place.append(best)
    return at, place

"""Hops in the tree: which way round, in which band, and what hangs behind them (rule 6).

The prize-collecting tree is found on a graph that asks less of hops than they must hold. There a hop of the cheapest
band carries any load, any site may hang behind it, and masts that lead to no ground cost nothing. So its bound holds
for every design that keeps the rules, and the tree is mended until it does:

1. Hung on its sources, every hop and every mast gets the variant that its direction asks for: a mast is paid by the
   hop that leads to it, or from the ground (see :class:`karez.model.radio.RadioGraph`).
2. A site behind a hop is served by microwave if that costs less than its best alternative, else by that.
3. A hop gets the cheapest band that carries what is behind it. Where none does, sites behind it go to their
   alternatives, those first that lose least for a Mbit/s.
4. What then no longer pays is cut off.

5. Where satellites can sell only so much in a cell, sites that find no room take their next best. The network is then
   designed again a counted number of times with a price on what is short, so that hops and trenches are weighed against
   what those sites have in truth.

A backbone that the plan builds runs over fibre alone. Its edges are there whatever hangs on them: they come for nothing
to the tree, which hangs on them, and are never cut off.

Sites that must have fibre are joined by a tree without hops first, which the others then hold. The network is designed
a counted number of times without the hop that drove most money away, without the sites that no hop has room for or with
their way over fibre, or with masts shared out to the ends of hops, and the cheapest design is kept.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from karez.designing.choices import choices, node_prizes
from karez.designing.hanging import first_forest, hang
from karez.designing.sharing import is_short, oversold, share_out
from karez.kernels.pruning import MUST, below, worth_keeping
from karez.kernels.trees import sum_above, sum_below
from karez.model.certificate import Certificate
from karez.model.design import FORCED, Tree
from karez.model.inputs import Inputs
from karez.model.note import Note
from karez.model.prices import Prices
from karez.model.radio import EITHER, RadioGraph
from karez.model.route_graph import RouteGraph
from karez.solving import Certified, Conditions, Graph, prize
from karez.units import from_minor, to_minor

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int32]
Longs = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

NEVER = 2**60
"""Present cost of what may not be."""
SLACK = 1e-9
"""Mbit/s by which sums of demands may pass a capacity."""
PASSES = 4
"""Times that pruning a tree may change what its hops carry before it is taken as it is."""
FEWER = 4
"""Rounds of the search of a tree that is designed again, as a part of the first one's."""
PENALTY = 2**40
"""What a site that nothing is left to serve, or a Mbit/s sold twice, weighs in the choice between designs, in minor
units."""
SPARED = 2
"""Times that the network is designed again without the prizes of sites that had no room on a hop."""
TOLLS = 3
"""Times that the network is designed again with a price on shared capacity that is short."""

STAGE = "radio"
"""Stage of the notes on hops."""

RELAXED = (
    "The bound lets hops of the cheapest band carry any load and lead to any site, and charges nothing for masts that "
    "lead to no ground; the design holds all of these."
)
SHARED = (
    "The bound lets satellites sell any amount in a cell; the design keeps to what they can, but for sites that "
    "nothing else may serve."
)
UNBOUND = "A site that nothing but a hop can serve has no room on it, so that no design serves all that it must."


@dataclass(frozen=True)
class Settled:
    """A tree that holds the rules of hops.

    Parameters
    ----------
    edges : int32[…]
        Edges of the candidate network.
    nodes : int32[…]
        Its nodes, the root among them.
    option : int32[sites]
        Option of every site; −1 if unserved.
    value : int
        Present cost in minor units, as the certificate counts it.
    full : bool[sites]
        Sites that a hop has no room for.
    lost : bool[sites]
        Those of them that nothing else serves.
    trapped : bool[sites]
        Sites that must have fibre and are behind a hop: then it is no design.
    crowded : dict[int, int]
        By pair of a hop that had no room: what it cost to send sites elsewhere.
    wanted : int32[sites]
        Options were there no limit to what satellites can sell.
    alternative : int32[sites] | None
        What sites would take instead of the network, see :func:`karez.designing.sharing.share_out`.
    oversold : float64[cells]
        Mbit/s by which cells sell more than they can, to sites that nothing else may serve.
    """

    edges: Ints
    nodes: Ints
    option: Ints
    value: int
    full: Flags
    lost: Flags
    trapped: Flags
    crowded: dict[int, int]
    wanted: Ints
    alternative: Ints | None
    oversold: Floats

    @property
    def merit(self) -> int:
        """What designs are compared by: less is better."""
        return self.value + PENALTY * (int(self.lost.sum()) + int(np.ceil(self.oversold.sum())))


@dataclass(frozen=True)
class Sites:
    """What serves each site at what present cost, in minor units; ``NEVER`` and row −1 where nothing does.

    The others' cost is with what is asked for shared capacity.
    """

    fibre: Ints
    hop: Ints
    other: Ints
    fibre_minor: Longs
    hop_minor: Longs
    other_minor: Longs
    must: Flags
    must_fibre: Flags
    mbps: Floats
    constant: Longs


class Radio:
    """Hops of one candidate network, and how designs with them are settled."""

    def __init__(
        self,
        inputs: Inputs,
        graph: RouteGraph,
        prices: Prices,
        choice: pd.DataFrame,
        network: Graph,
        root: int,
        ways: Ints | None = None,
    ) -> None:
        """Read what hops are; `ways` (int32[…]) are edges, none of them hops, that are there whatever hangs on them."""
        assert graph.radio is not None
        self._graph, self._network, self._root = graph, network, root
        self._inputs, self._prices = inputs, prices
        self._rules = inputs.programme.radio
        self._radio: RadioGraph = graph.radio
        self._choice, self._sites = choice, _sites(graph, prices, choice)
        self._ways: Ints = np.empty(0, np.int32) if ways is None else ways
        cost = network.cost.copy()
        cost[self._ways] = 0
        self._beside = network.priced(cost)
        self._given = np.zeros(network.m, np.bool_)
        self._given[self._ways] = True
        self._paid = np.append(to_minor(prices.option_present_by_year[:, 0]), 0).astype(np.int64)
        links, spans = graph.radio.links, len(graph.spans)
        self._pair = np.full(network.m, -1, np.int64)
        self._pair[links["span"]] = links["pair"]
        self._mbps = np.full(network.m, np.inf)
        self._mbps[links["span"]] = graph.radio.room_mbps
        self._child = np.full(network.m, -1, np.int64)
        self._child[links["span"]] = links["child"]
        self._is_hop = np.zeros(network.m, np.bool_)
        self._is_hop[:spans] = (graph.spans["method"] == "microwave").to_numpy()
        self.unbound = graph.unbound
        order = np.lexsort((network.cost[links["span"]], links["pair"]))
        self._by_pair = links["span"].to_numpy(np.int64)[order]
        pairs = links["pair"].to_numpy(np.int64)[order]
        self._pair_first = np.searchsorted(pairs, np.arange(pairs.max(initial=-1) + 2))

    def has_hops(self, edges: Ints) -> bool:
        """Whether a tree uses radio at all."""
        return bool((self._pair[edges] >= 0).any())

    def variants(self, pair: int) -> Longs:
        """Edges that are variants of a pair, cheapest first."""
        return self._by_pair[self._pair_first[pair] : self._pair_first[pair + 1]]

    def settle(self, edges: Ints) -> Settled:
        """Make a tree hold the rules of hops."""
        sites, at = self._sites, self._graph.site_node
        full = np.zeros(len(at), np.bool_)
        lost = np.zeros(len(at), np.bool_)
        crowded: dict[int, int] = {}
        if len(self._ways):
            edges = first_forest(np.concatenate([self._ways, np.setdiff1d(edges, self._ways)]), self._network)
        for _ in range(PASSES):
            tree = hang(edges, self._network, self._root, len(self._graph.spans))
            behind = sum_above(tree.parent, self._is_hop[self._edge(tree)].astype(np.float64)) > 0
            element = _leads(tree, at, self._network.n)
            over_hop = np.append(behind, False)[element]
            own = np.where(over_hop, sites.hop_minor, sites.fibre_minor)
            own[element < 0] = NEVER
            on = (own < NEVER) & ~full & ((own < sites.other_minor) | (sites.must_fibre & ~over_hop))
            self._make_room(tree, element, own, on, full, lost, crowded)
            chosen = self._chosen(tree, element, on)
            gains = np.where(self._given[chosen], MUST, self._gains(tree, element, own, on))
            kept = worth_keeping(tree.parent, self._beside.cost[chosen], gains)
            edges = chosen[kept].astype(np.int32)
            if kept.all():
                break
        on &= np.append(kept, False)[element]
        lost |= sites.must & ~on
        over_hop &= on
        option = np.where(on, np.where(over_hop, sites.hop, sites.fibre), np.where(lost, -1, sites.other))
        nodes = np.unique(np.append(tree.node[kept], self._root)).astype(np.int32)
        trapped = sites.must_fibre & (element >= 0) & np.append(behind, False)[element]
        trapped |= sites.must_fibre & (at >= 0) & ~on
        wanted = option.astype(np.int32)
        short: Floats = np.zeros(0)
        made = Settled(np.sort(edges), nodes, wanted, 0, full, lost, trapped, crowded, wanted, None, short)
        return self.serving(made, wanted, -self._prices.option_present_by_year[:, 0])

    def serving(self, settled: Settled, wanted: Ints, worth: Floats) -> Settled:
        """The same tree with what sites get of what they want, see :func:`karez.designing.sharing.share_out`."""
        networked = self._inputs.programme.networked
        option, alternative = share_out(self._prices, wanted, worth, networked)
        edges = np.union1d(settled.edges, self._ways)
        value = int(self._network.cost[edges].sum()) + int((self._paid[option] - self._sites.constant).sum())
        short = oversold(self._prices, option)
        return replace(settled, option=option, value=value, wanted=wanted, alternative=alternative, oversold=short)

    def _edge(self, tree: Tree) -> Longs:
        """Edge of the network of every element."""
        return np.where(tree.span >= 0, tree.span, len(self._graph.spans) - 1 - tree.span).astype(np.int64)

    def _gains(self, tree: Tree, element: Ints, own: Longs, on: Flags) -> Longs:
        """What every element's own sites gain by it."""
        gain = np.zeros(len(tree.span), np.float64)
        worth = np.where(self._sites.other >= 0, self._sites.other_minor - own, MUST)
        worth[self._sites.must_fibre] = MUST
        np.add.at(gain, element[on], worth[on].astype(np.float64))
        return np.minimum(gain, float(MUST)).astype(np.int64)

    def _chosen(self, tree: Tree, element: Ints, on: Flags) -> Longs:
        """Edges of the elements: of hops and masts the cheapest variant that leads the right way and has room."""
        edge = self._edge(tree)
        load = _loads(tree, element, np.where(on, self._sites.mbps, 0.0))
        for row in np.flatnonzero(self._pair[edge] >= 0).tolist():
            fit = self._fit(int(self._pair[edge[row]]), int(tree.node[row]))
            wide = fit[self._mbps[fit] + SLACK >= load[row]]
            edge[row] = wide[0]
        return edge

    def _fit(self, pair: int, node: int) -> Longs:
        """Variants of a pair that may lead to a node, cheapest first."""
        these = self.variants(pair)
        child = self._child[these]
        return np.asarray(these[(child == EITHER) | (child == node)])

    def _make_room(
        self,
        tree: Tree,
        element: Ints,
        own: Longs,
        on: Flags,
        full: Flags,
        lost: Flags,
        crowded: dict[int, int],
    ) -> None:
        """Take sites off hops that cannot carry them, the furthest hop first; marks them in `on`, `full`, `lost`."""
        sites, edge = self._sites, self._edge(tree)
        loads = _loads(tree, element, np.where(on, sites.mbps, 0.0))
        for row in np.flatnonzero(self._is_hop[edge])[::-1].tolist():
            room = float(self._mbps[self._fit(int(self._pair[edge[row]]), int(tree.node[row]))].max())
            if loads[row] <= room + SLACK:
                continue
            under = below(tree.parent, row)
            inside = np.append(under, False)[element] & on
            rows = np.flatnonzero(inside & (sites.mbps > 0))
            regret = np.where(sites.other[rows] >= 0, sites.other_minor[rows] - own[rows], NEVER)
            shed = rows[lightest(regret, sites.mbps[rows], float(loads[row]) - room)]
            on[shed], full[shed] = False, True
            loads = _loads(tree, element, np.where(on, sites.mbps, 0.0))
            lost[shed] = sites.other[shed] < 0
            cost = int(min(float(regret[np.isin(rows, shed)].astype(np.float64).sum()), float(NEVER)))
            below_it = under & self._is_hop[edge]
            for pair in self._pair[edge[below_it]].tolist():
                # Where the hop itself cannot be spared, one that it feeds may find another way.
                known = cost if pair == self._pair[edge[row]] else cost // 2
                crowded[pair] = max(crowded.get(pair, 0), known)

    def shared_masts(self) -> Graph:
        """The network where hops pay for masts, see :meth:`RadioGraph.with_masts_shared`."""
        ends = self._graph.spans[["start", "end"]].to_numpy(np.int64)
        return self._network.priced(self._radio.with_masts_shared(self._beside.cost, ends))

    def best(self, answer: Certified, prizes: Longs, *, seed: int, rounds: int) -> Settled:
        """The cheapest design that holds the rules of hops, from the tree of the relaxed problem.

        Parameters
        ----------
        answer : Certified
            Tree and bound where hops need hold nothing.
        prizes : int64[nodes]
            The prizes it was found with.
        seed, rounds : int
            Of the searches.
        """
        found = [self.settle(answer.edges)]
        crowded = bool(found[0].oversold.any() or (found[0].option != found[0].wanted).any())
        if not self.has_hops(answer.edges) and not crowded:
            return found[0]
        search = self._search(prizes, seed, rounds)
        every = np.flatnonzero(self._is_hop)
        plain = search.tree(every)
        core = self._core(every, seed, search.rounds) if self._sites.must_fibre.any() else None
        found += [self.settle(plain), self.settle(search.tree(np.empty(0, np.int64), core))]
        best = min((one for one in found if not one.trapped.any()), key=lambda one: one.merit)
        for better in self._without_full(core, found, best, seed, rounds):
            best = better
        for better in self._without_crowded(search, core, best):
            best = better
        for better in self._at_tolls(core, best, seed, rounds):
            best = better
        return best

    def _search(self, prizes: Longs, seed: int, rounds: int) -> _Search:
        """Trees with masts shared out to hops; the root's own prize is never at stake."""
        network, fewer = self.shared_masts(), max(1, rounds // FEWER)
        return _Search(self, network, np.append(prizes, 1), self._root, seed, fewer)

    def _core(self, hops: Longs, seed: int, rounds: int) -> Ints:
        """Tree without hops that joins the sites that must have fibre."""
        needed = np.zeros(self._network.n, np.int64)
        at = self._graph.site_node
        needed[at[(at >= 0) & self._sites.must_fibre]] = FORCED
        needed[self._root] = 1
        without = Conditions(forbidden=np.union1d(hops, self.unbound))
        return prize(self._beside, needed, self._root, seed=seed, rounds=rounds, conditions=without).edges

    def _without_full(
        self, core: Ints | None, found: list[Settled], best: Settled, seed: int, rounds: int
    ) -> Iterator[Settled]:
        """Better designs, found as if sites without room on a hop were not to be had, or as they were without hops."""
        left, full = np.zeros(len(best.full), np.bool_), np.any([one.full for one in found], axis=0)
        for _ in range(SPARED):
            full &= ~left & ~self._sites.must
            if not full.any():
                return
            left |= full
            choice = self._choice.copy()
            choice.loc[left, "fibre"] = -1
            prizes = node_prizes(self._graph, choice)
            search, full = self._search(prizes, seed, rounds), np.zeros_like(full)
            for forced in (core, self._paths(found[1], left, core)):
                other = self.settle(search.tree(np.empty(0, np.int64), forced))
                full |= other.full
                if not other.trapped.any() and other.merit < best.merit:
                    best = other
                    yield best

    def _paths(self, plain: Settled, sites: Flags, core: Ints | None) -> Ints | None:
        """Edges by which a design without hops reaches sites, beside those of a core."""
        tree = hang(plain.edges, self._network, self._root, len(self._graph.spans))
        element = _leads(tree, self._graph.site_node, self._network.n)
        wanted = np.zeros((len(tree.span), 1))
        wanted[element[sites & (element >= 0) & (plain.option == self._sites.fibre)]] = 1.0
        paths = self._edge(tree)[sum_below(tree.parent, wanted)[:, 0] > 0].astype(np.int32)
        first = np.empty(0, np.int32) if core is None else core
        return first_forest(np.concatenate([first, np.setdiff1d(paths, first)]), self._network) if len(paths) else core

    def _without_crowded(self, search: _Search, core: Ints | None, best: Settled) -> Iterator[Settled]:
        """Better designs, each found by leaving out the hop that drove most money away."""
        tried: set[int] = set()
        out: Longs = np.empty(0, np.int64)
        for _ in range(self._rules.rounds):
            left = {pair: cost for pair, cost in best.crowded.items() if pair not in tried}
            if not left:
                return
            worst = max(left, key=lambda pair: (left[pair], -pair))
            tried.add(worst)
            attempt = np.concatenate([out, self.variants(worst)])
            other = self.settle(search.tree(attempt, core))
            if not other.trapped.any() and other.merit < best.merit:
                best, out = other, attempt
                yield best

    def _at_tolls(self, core: Ints | None, best: Settled, seed: int, rounds: int) -> Iterator[Settled]:
        """Better designs, found with a price on what satellites cannot sell to all who want it."""
        sharing = self._prices.sharing
        if sharing is None or not is_short(self._prices):
            return
        toll, last = np.zeros(len(sharing.cells)), best
        for _ in range(TOLLS):
            dearer = self._toll(last, toll)
            if (dearer <= toll).all():
                return
            toll = np.maximum(toll, dearer)
            asked = np.append(toll, 0.0)[sharing.option_cell] * self._mbps_of_options()
            choice = choices(self._prices, len(best.option), self._inputs.programme.networked, asked.astype(np.int64))
            other = Radio(self._inputs, self._graph, self._prices, choice, self._network, self._root, self._ways)
            # What sites cost is counted from where it was.
            other._sites = replace(other._sites, constant=self._sites.constant)
            search = other._search(node_prizes(self._graph, choice), seed, rounds)
            last = other.settle(search.tree(np.empty(0, np.int64), core))
            if not last.trapped.any() and last.merit < best.merit:
                best = last
                yield best

    def _mbps_of_options(self) -> Floats:
        return np.asarray(self._sites.mbps[self._prices.options["site"].to_numpy(np.int64)])

    def _toll(self, settled: Settled, toll: Floats) -> Floats:
        """Minor units for a Mbit/s of every cell: the most that a site lost by finding no room; more where none is."""
        sharing, mbps = self._prices.sharing, self._sites.mbps
        assert sharing is not None
        cell = np.append(sharing.option_cell, -1)[settled.wanted]
        on = (cell >= 0) & (mbps > 0)
        price = np.zeros(len(toll))
        lost = self._paid[settled.option] - self._paid[settled.wanted]
        moved = on & (settled.option != settled.wanted)
        np.maximum.at(price, cell[moved], lost[moved] / mbps[moved])
        over = settled.oversold > 0
        usual = np.zeros(len(toll))
        np.maximum.at(usual, cell[on], self._paid[settled.wanted][on] / mbps[on])
        return np.where(over, np.maximum(price, np.maximum(2.0 * toll, usual)), price)

    def certificate(self, stated: Certificate, settled: Settled) -> Certificate:
        """The certificate of the relaxed tree, for the design that holds the rules."""
        value = float(from_minor(settled.value))
        # A hop and its mast are rounded together, which may put the value a little below a bound that is met.
        bound = None if settled.lost.any() or stated.bound is None else min(stated.bound, value)
        words = UNBOUND if settled.lost.any() else RELAXED
        if is_short(self._prices) and not settled.lost.any():
            words = f"{words} {SHARED}"
        return replace(stated, value=value, bound=bound, proof=f"{stated.proof.replace(f' {words}', '')} {words}")

    def notes(self, inputs: Inputs, settled: Settled) -> tuple[Note, ...]:
        """How many hops there are, how many are assumed, and who had no room."""
        links = self._radio.links.set_index("span").reindex(settled.edges).dropna(subset="pair")
        hops = links[links["band"] != ""]
        assumed = int((hops["state"] == "assumed").sum())
        text = f"{len(hops)} hops are designed, {assumed} of them assumed: a survey must show that they are clear."
        notes = [Note(STAGE, text, len(hops))] if len(hops) else []
        ids = tuple(inputs.sites["id"][settled.full])
        if ids:
            text = f"{len(ids)} sites have no room on the hop that could serve them and are served otherwise or not."
            notes.append(Note(STAGE, text, len(ids), ids))
        return tuple(notes)

    def explain(self, settled: Settled, reason: npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
        """Reasons of sites on hops, and of those that had no room on one."""
        words = reason.copy()
        on = (settled.option >= 0) & (settled.option == self._sites.hop)
        words[on] = [
            f"hops reach it, and fibre does not: {text.replace('fibre', 'the network', 1)}" for text in words[on]
        ]
        words[settled.full] = "the hop that could serve it is full: the next best serves it"
        words[settled.lost] = "the hop that could serve it is full, and nothing else may serve it"
        return words


@dataclass(frozen=True)
class _Search:
    """Trees of a network under conditions."""

    radio: Radio
    network: Graph
    prizes: Longs
    root: int
    seed: int
    rounds: int

    def tree(self, forbidden: Longs, core: Ints | None = None) -> Ints:
        """Edges of the best tree without some edges that holds others."""
        forced = np.empty(0, np.int32) if core is None else core
        forbidden = np.concatenate([forbidden, self.radio.unbound])
        conditions = Conditions(forced=forced, forbidden=np.setdiff1d(forbidden, forced), leave_out=True)
        answer = prize(self.network, self.prizes, self.root, seed=self.seed, rounds=self.rounds, conditions=conditions)
        return answer.edges


def lightest(regret: Longs, mbps: Floats, excess: float) -> Longs:
    """Places that together are at least `excess` Mbit/s, at little regret: by regret a Mbit/s, or one alone.

    >>> lightest(np.array([5, 9, 100]), np.array([10.0, 30.0, 90.0]), 25.0).tolist()
    [1]
    """
    chosen: list[int] = []
    load = 0.0
    for place in np.lexsort((np.arange(len(mbps)), -mbps, regret / mbps)).tolist():
        if load + SLACK >= excess:
            break
        chosen.append(place)
        load += float(mbps[place])
    for place in sorted(chosen, key=lambda one: -int(regret[one])):
        if load - mbps[place] + SLACK >= excess:
            chosen.remove(place)
            load -= float(mbps[place])
    alone = np.flatnonzero(mbps + SLACK >= excess)
    if len(alone):
        best = int(alone[np.argmin(regret[alone])])
        if int(regret[best]) < sum(int(regret[place]) for place in chosen):
            return np.array([best], np.int64)
    return np.array(sorted(chosen), np.int64)


def _leads(tree: Tree, site_node: Ints, nodes: int) -> Ints:
    """Element that leads to each site's node; −1 where none does."""
    leads = np.full(nodes, -1, dtype=np.int32)
    leads[tree.node] = np.arange(len(tree.node), dtype=np.int32)
    return np.where(site_node >= 0, leads[site_node], -1).astype(np.int32)


def _loads(tree: Tree, element: Ints, mbps: Floats) -> Floats:
    """Busy-hour demand behind every element."""
    own = np.zeros((len(tree.span), 1))
    on = element >= 0
    np.add.at(own[:, 0], element[on], mbps[on])
    return np.asarray(sum_below(tree.parent, own)[:, 0])


def _sites(graph: RouteGraph, prices: Prices, choice: pd.DataFrame) -> Sites:
    count = len(graph.site_node)
    minor = to_minor(prices.option_present_by_year[:, 0])
    names = prices.options["technology"].to_numpy(dtype=object)
    site = prices.options["site"].to_numpy(np.int64)
    rows = {name: np.full(count, -1, np.int32) for name in ("fibre", "microwave")}
    for name, row in rows.items():
        found = np.flatnonzero(names == name)
        row[site[found]] = found
    priced = np.append(minor, NEVER).astype(np.int64)
    other = choice["other"].to_numpy(np.int32)
    fibre, hop = rows["fibre"], np.where(prices.site_fibre_mandatory, -1, rows["microwave"]).astype(np.int32)
    joined = graph.site_node >= 0
    tied = joined & (choice["fibre"] >= 0).to_numpy()
    pays = tied & (choice["must"] | (choice["fibre_minor"] < choice["other_minor"])).to_numpy()
    return Sites(
        fibre=fibre,
        hop=hop,
        other=other,
        fibre_minor=priced[fibre],
        hop_minor=priced[hop],
        other_minor=np.where(other >= 0, choice["other_minor"], NEVER).astype(np.int64),
        must=joined & (other < 0) & ((fibre >= 0) | (hop >= 0)),
        must_fibre=joined & (fibre >= 0) & (prices.site_fibre_mandatory | ((hop < 0) & (other < 0))),
        mbps=prices.site_mbps,
        constant=np.where(pays, choice["fibre_minor"], choice["other_minor"]).astype(np.int64),
    )

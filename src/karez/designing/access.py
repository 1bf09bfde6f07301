"""From the sources to every site: which places fibre reaches, over which spans (rule 6).

The choice of all sites is one rooted prize-collecting Steiner tree: a place's prize is what its sites would cost
with their best alternatives, less what fibre costs locally there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from karez.designing.choices import choices, node_prizes
from karez.designing.hanging import first_forest, hang
from karez.designing.radio import STAGE, Radio, Settled
from karez.designing.reasons import reasons
from karez.designing.sharing import full_cells, share_out, words_on
from karez.errors import Infeasible
from karez.kernels.trees import sum_below
from karez.model.certificate import Certificate
from karez.model.design import Ascent, Design, Tree
from karez.model.inputs import Inputs
from karez.model.note import Note
from karez.model.prices import Prices
from karez.model.rings import Rings
from karez.model.route_graph import RouteGraph
from karez.solving import Certified, Conditions, Graph, cost_to_join, prize
from karez.units import from_minor, to_minor

SPAN_ROUNDS = 400_000
"""Spans times rounds that are worked at most; one round is always made."""

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int32]

NO_EDGES: Ints = np.empty(0, np.int32)


def design(
    inputs: Inputs, graph: RouteGraph, prices: Prices, *, seed: int = 0, progress: Callable[[float], None] | None = None
) -> Design:
    """Design the access network at least present cost, as if all were built in year 1.

    Parameters
    ----------
    inputs : Inputs
        Sites, projects, settings of the stage.
    graph : RouteGraph
        Candidate graph.
    prices : Prices
        What spans and options cost.
    seed : int
        Seed of the search.
    progress : callable, optional
        Told the share of the work that is done.
    """
    choice = choices(prices, len(inputs.sites), inputs.programme.networked)
    prizes = node_prizes(graph, choice)
    root, network = candidate_network(graph, prices)
    settings = inputs.programme.designing
    rounds = rounds_for(settings.rounds, len(graph.spans))
    # The root's own prize is never at stake; one unit keeps every ascent on this root, so that the proof has one.
    answer = prize(
        network,
        np.append(prizes, 1),
        root,
        seed=seed,
        stop_gap=settings.stop_gap,
        rounds=rounds,
        progress=progress,
        conditions=Conditions(forbidden=graph.unbound) if graph.radio is not None else None,
    )
    proven = Proven(
        certificate_of(inputs, answer, choice, graph.site_node >= 0, shared=words_on(prices, graph)),
        Ascent(answer.ascent_node, answer.ascent_radius),
        prizes,
        notes_of(inputs, graph, choice),
    )
    if graph.radio is not None:
        radio = Radio(inputs, graph, prices, choice, network, root)
        settled = radio.best(answer, prizes, seed=seed, rounds=rounds)
        return settled_design(inputs, graph, prices, answer, proven, radio, settled)
    option = decide(graph, choice, reached(answer, network))
    option, alternative = share_out(prices, option, -prices.option_present_by_year[:, 0], inputs.programme.networked)
    return assemble(inputs, graph, prices, answer, proven, option, alternative=alternative)


def settled_design(
    inputs: Inputs,
    graph: RouteGraph,
    prices: Prices,
    answer: Certified,
    proven: Proven,
    radio: Radio,
    settled: Settled,
    rings: Rings | None = None,
) -> Design:
    """A design whose hops hold what they must, with the edges of `rings` besides."""
    answer = replace(answer, edges=settled.edges, nodes=settled.nodes, value=settled.value)
    proven = replace(
        proven,
        certificate=radio.certificate(proven.certificate, settled),
        notes=(*(note for note in proven.notes if note.stage != STAGE), *radio.notes(inputs, settled)),
    )
    made = assemble(inputs, graph, prices, answer, proven, settled.option, rings, settled.alternative)
    return replace(made, site_reason=radio.explain(settled, made.site_reason))


@dataclass(frozen=True)
class Proven:
    """What a design states besides its network: how good it is, and the notes."""

    certificate: Certificate
    ascent: Ascent
    prize: npt.NDArray[np.int64]
    notes: tuple[Note, ...]


def assemble(
    inputs: Inputs,
    graph: RouteGraph,
    prices: Prices,
    answer: Certified,
    proven: Proven,
    option: Ints,
    rings: Rings | None = None,
    alternative: Ints | None = None,
) -> Design:
    """Put a chosen tree of the candidate network, and the option of every site, into a design.

    The edges of `rings` are there besides; those that close rings come last in the design's tree.
    """
    ways = NO_EDGES if rings is None else rings.edges
    root, network = candidate_network(graph, prices)
    choice = choices(prices, len(inputs.sites), inputs.programme.networked)
    tree = _tree(answer.edges, ways, network, root, len(graph.spans))
    names = np.append(prices.options["technology"].to_numpy(dtype=object), "unserved")
    technology = names[option]
    reason = reasons(inputs, graph, choice, technology, cost_to_join(network, reached(answer, network, ways)))
    moved = full_cells(prices, choice["other"].to_numpy(np.int64), option, inputs.programme.networked)
    reason[moved != ""] = [f"next best: no room left in {cell} for the cheapest way" for cell in moved[moved != ""]]
    element = _elements(tree, graph)
    attribution, households = _behind(inputs, prices, tree, element, np.isin(technology, inputs.programme.networked))
    return Design(
        tree=tree,
        site_technology=technology,
        site_option=option,
        site_reason=reason,
        certificate=proven.certificate,
        ascent=proven.ascent,
        prize=proven.prize,
        site_element=element,
        attribution=attribution,
        households_behind=households,
        notes=proven.notes,
        rings=rings,
        site_alternative=alternative,
    )


def least_cost_options(graph: RouteGraph, prices: Prices, answer: Certified, ways: Ints = NO_EDGES) -> Ints:
    """Option of every site that costs least, given a tree and edges besides; −1 if none can serve it."""
    _, network = candidate_network(graph, prices)
    return decide(graph, choices(prices, len(graph.site_node)), reached(answer, network, ways))


def reached(answer: Certified, network: Graph, ways: Ints = NO_EDGES) -> npt.NDArray[np.bool_]:
    """Nodes of the tree, and of what is there besides."""
    there = np.zeros(network.n, dtype=bool)
    there[answer.nodes] = True
    there[network.tail[ways]] = True
    there[network.head[ways]] = True
    return there


def rounds_for(most: int, spans: int) -> int:
    """Rounds of improvement: fewer on large graphs, so that effort grows with the graph and not beyond (rule 10)."""
    return max(1, min(most, SPAN_ROUNDS // max(spans, 1)))


def candidate_network(graph: RouteGraph, prices: Prices) -> tuple[int, Graph]:
    """The candidate graph with a super-root that every joined source hangs on; its number and the graph."""
    root = len(graph.nodes)
    joined = np.flatnonzero(graph.source_node >= 0)
    if not len(joined):
        raise Infeasible("No source is joined to a line: raise routing.lead_in_max_km or move the sources.")
    tail = np.concatenate([graph.spans["start"].to_numpy(), np.full(len(graph.source_node), root)])
    head = np.concatenate([graph.spans["end"].to_numpy(), np.where(graph.source_node >= 0, graph.source_node, root)])
    cost = to_minor(np.concatenate([prices.span_present_by_year[:, 0], prices.source_present_by_year[:, 0]]))
    return root, Graph.from_edges(root + 1, tail.astype(np.int32), head.astype(np.int32), cost)


def _tree(edges: Ints, ways: Ints, network: Graph, root: int, spans: int) -> Tree:
    """The chosen edges as a forest on the root, those that close rings at its end."""
    more = np.setdiff1d(ways, edges)
    if not len(more):
        return hang(edges, network, root, spans)
    every = np.concatenate([edges[edges >= spans], more[more >= spans], edges[edges < spans], more[more < spans]])
    forest = first_forest(every, network)
    tree = hang(forest, network, root, spans)
    rest = np.setdiff1d(every, forest)
    leads = np.full(network.n, -1, np.int32)
    leads[tree.node] = np.arange(len(tree.node), dtype=np.int32)
    # It hangs on the end that is further from the source.
    tail_is_far = leads[network.tail[rest]] > leads[network.head[rest]]
    far = np.where(tail_is_far, network.tail[rest], network.head[rest])
    near = np.where(tail_is_far, network.head[rest], network.tail[rest])
    return Tree(
        span=np.append(tree.span, rest).astype(np.int32),
        parent=np.append(tree.parent, leads[far]).astype(np.int32),
        node=np.append(tree.node, near).astype(np.int32),
    )


def decide(graph: RouteGraph, choice: pd.DataFrame, reached: npt.NDArray[np.bool_]) -> Ints:
    """Option of every site, given the nodes fibre reaches; −1 if none can serve it."""
    at_fibre = (graph.site_node >= 0) & reached[graph.site_node]
    pays = (choice["fibre_minor"] < choice["other_minor"]) | choice["must"]
    fibre = at_fibre & (choice["fibre"] >= 0).to_numpy() & pays.to_numpy()
    other = ~fibre & (choice["other"] >= 0).to_numpy()
    return np.where(fibre, choice["fibre"], np.where(other, choice["other"], -1)).astype(np.int32)


def _elements(tree: Tree, graph: RouteGraph) -> Ints:
    """Element that leads to each site's node; −1 where none does."""
    leads = np.full(len(graph.nodes) + 1, -1, dtype=np.int32)
    tree_nodes = tree.node[~tree.closes]
    leads[tree_nodes] = np.arange(len(tree_nodes), dtype=np.int32)
    return np.where(graph.site_node >= 0, leads[graph.site_node], -1).astype(np.int32)


def _behind(
    inputs: Inputs, prices: Prices, tree: Tree, element: Ints, fibre: npt.NDArray[np.bool_]
) -> tuple[Floats, Floats]:
    """Share of every project in every element, and the households behind it, by its fibre sites."""
    projects = [project.id for project in inputs.programme.projects]
    column = pd.Index(projects).get_indexer(inputs.sites["project"])
    own = np.zeros((len(tree.span), len(projects) + 1))
    served = np.flatnonzero(fibre & (element >= 0))
    np.add.at(own, (element[served], column[served]), prices.site_weight[served])
    np.add.at(own[:, -1], element[served], inputs.sites["households"].fillna(0.0).to_numpy()[served])
    below = sum_below(tree.parent, own)
    weight = below[:, :-1]
    whole = weight.sum(axis=1, keepdims=True)
    even = np.full_like(weight, 1.0 / len(projects))
    share = np.divide(weight, whole, out=even, where=whole > 0)
    # What closes a ring serves those behind the end that it hangs on.
    share[tree.closes] = share[tree.parent[tree.closes]]
    return share, below[:, -1]


def certificate_of(
    inputs: Inputs,
    answer: Certified,
    choice: pd.DataFrame,
    joined: npt.NDArray[np.bool_],
    upon: str = "",
    shared: str = "",
) -> Certificate:
    """Certificate of scope `design`, in units of money.

    `upon` says what the network is built upon, `shared` what is left out where sites share capacity.
    """
    pays = choice["must"] | (choice["fibre_minor"] < choice["other_minor"])
    by_fibre = joined & (choice["fibre"] >= 0) & pays
    constant = int(np.where(by_fibre, choice["fibre_minor"], choice["other_minor"]).sum())
    agreement = inputs.programme.agreement
    return Certificate(
        name=f"least present cost of routes and technologies, {agreement.currency} of {agreement.price_year}",
        scope="design",
        sense="minimise",
        value=float(from_minor(answer.value)),
        bound=float(from_minor(answer.bound)),
        constant=float(from_minor(constant)),
        proof=f"{answer.proof.rstrip('.')}. {upon + '. ' if upon else ''}Replay proof/ascent.parquet on "
        f"proof/graph.parquet to derive the bound. Larger cables and power are outside it{shared}.",
        seconds=answer.seconds,
    )


def notes_of(inputs: Inputs, graph: RouteGraph, choice: pd.DataFrame) -> tuple[Note, ...]:
    """Note the sites that nothing can serve."""
    lost = (choice["other"] < 0) & ((choice["fibre"] < 0) | (graph.site_node < 0))
    ids = tuple(inputs.sites["id"][lost])
    text = f"{len(ids)} sites have neither a route for fibre nor another technology that may serve them."
    return (Note("designing", text, len(ids), ids),) if ids else ()

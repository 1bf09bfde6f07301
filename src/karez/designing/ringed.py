"""The network upon a survivable backbone: rings between the hubs and the access tree, chosen and bounded together."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from karez.designing.access import (
    Proven,
    assemble,
    candidate_network,
    certificate_of,
    decide,
    notes_of,
    reached,
    rounds_for,
    settled_design,
)
from karez.designing.backbone import (
    Posed,
    cut_tables,
    hub_table,
    only_roads,
    pose_backbone,
    span_roles,
    stretch_table,
)
from karez.designing.choices import choices, node_prizes
from karez.designing.radio import Radio
from karez.designing.sharing import share_out, words_on
from karez.model.design import Ascent, Design
from karez.model.inputs import Inputs
from karez.model.note import Note
from karez.model.prices import Prices
from karez.model.rings import Rings
from karez.model.route_graph import RouteGraph
from karez.solving import Effort, Ringed, ringed
from karez.units import from_minor

ROUNDS = 150
"""Pieces of the backbone torn up and mended, by part, at most."""


def design_ringed(
    inputs: Inputs, graph: RouteGraph, prices: Prices, *, seed: int = 0, progress: Callable[[float], None] | None = None
) -> Design:
    """Design backbone and access network at least present cost together, as if all were built in year 1.

    Every hub has the ways that ``[backbone]`` asks for, as far as the candidate routes have them; all other sites
    choose as in :func:`karez.designing.access.design`. Ways run over fibre; the tree may use hops, which then have to
    hold what hops must. Parameters are those of that function.
    """
    choice = choices(prices, len(inputs.sites), inputs.programme.networked)
    prizes = node_prizes(graph, choice)
    posed = pose_backbone(inputs, graph, prices)
    root, network = candidate_network(graph, prices)
    rules, settings = inputs.programme.backbone, inputs.programme.designing
    rounds = rounds_for(settings.rounds, len(graph.spans))
    found = ringed(
        network,
        root,
        posed.need,
        np.append(prizes, 1),
        thick=posed.thick,
        sure=posed.sure,
        effort=Effort(
            rounds=min(rules.rounds, ROUNDS),
            iterations=rules.effort,
            tree_gap=settings.stop_gap,
            tree_rounds=rounds,
            shares=rules.shares,
        ),
        along=posed.network,
        without=graph.unbound,
        seed=seed,
        progress=progress,
    )
    rings = _rings(inputs, graph, prices, posed, found)
    certificate = certificate_of(inputs, found.certified, choice, graph.site_node >= 0, UPON, words_on(prices, graph))
    proven = Proven(
        certificate,
        Ascent(found.rest.node, found.rest.radius),
        prizes,
        (*notes_of(inputs, graph, choice), *_notes(rings)),
    )
    if graph.radio is not None:
        radio = Radio(inputs, graph, prices, choice, network, root, found.ways.edges)
        settled = radio.best(found.tree, prizes, seed=seed, rounds=rounds)
        return settled_design(inputs, graph, prices, found.tree, proven, radio, settled, rings)
    option = decide(graph, choice, reached(found.tree, network, found.ways.edges))
    option, alternative = share_out(prices, option, -prices.option_present_by_year[:, 0], inputs.programme.networked)
    return assemble(inputs, graph, prices, found.tree, proven, option, rings, alternative)


UPON = (
    "The backbone is in value and bound: weights of its cuts are charged to the two directions of every span, and the "
    "moats are grown within what is left of its cost in theirs. What the two prove adds up, less what `cost_minor` of "
    "proof/backbone_graph.parquet is above the cost"
)


def _rings(inputs: Inputs, graph: RouteGraph, prices: Prices, posed: Posed, found: Ringed) -> Rings:
    """The noun of the ways that were found."""
    answer = found.ways
    stretches = only_roads(graph, posed, answer)
    chosen, role, stretch = span_roles(graph, posed, answer, stretches)
    agreement = inputs.programme.agreement
    tables = cut_tables(posed, answer, found.held)
    # A source that no line is near is an edge to nowhere, and none of the plan's candidates.
    joined = np.append(np.ones(len(graph.spans), np.bool_), graph.source_node >= 0)
    tables["graph"] = tables["graph"][joined].reset_index(drop=True)
    number = np.cumsum(joined) - 1
    for column in ("there", "gone"):
        tables["cases"][column] = [number[edges].astype(np.int32) for edges in tables["cases"][column]]
    return Rings(
        edges=answer.edges,
        span_role=pd.DataFrame({"id": graph.spans["id"].to_numpy()[chosen], "role": role, "stretch": stretch}),
        hubs=hub_table(inputs, graph, posed, answer, stretches),
        stretches=stretch_table(inputs, graph, prices, posed, stretches),
        closed_by=inputs.programme.backbone.closed_by or agreement.calendar_years[-1],
        present_real=float(from_minor(answer.value)),
        proof={f"backbone_{name}": table for name, table in tables.items()},
    )


def _notes(rings: Rings) -> tuple[Note, ...]:
    """Hubs without a route, and those behind an only road."""
    lost = rings.hubs.loc[rings.hubs["has"] == "unreached", "id"]
    single = rings.hubs.loc[(rings.hubs["stretches"] != "") & (rings.hubs["wanted"] != "none"), "id"]
    said = (
        (lost, "hubs of the backbone have no route to a source."),
        (single, "hubs that need two ways lie behind a road that nothing on the candidate routes doubles."),
    )
    return tuple(Note("designing", f"{len(ids):,} {words}", len(ids), tuple(ids)) for ids, words in said if len(ids))

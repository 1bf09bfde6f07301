"""Sites that only fibre may serve do not stand at nodes that only hops lead to."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from karez.model.inputs import Inputs
from karez.model.note import Note
from karez.model.route_graph import RouteGraph
from karez.model.words import RADIO_METHODS
from karez.routing.lines import Indices
from karez.routing.noding import components

REFUSAL = "only a radio hop leads there, and microwave may not serve it"


def without_hop_only(inputs: Inputs, graph: RouteGraph) -> RouteGraph:
    """Refuse the sites that no fibre reaches and microwave may not serve."""
    wired = ~graph.spans["method"].isin(RADIO_METHODS).to_numpy()
    part: Indices = components(
        len(graph.nodes),
        graph.spans["start"].to_numpy(np.int64)[wired],
        graph.spans["end"].to_numpy(np.int64)[wired],
    )
    fed = np.isin(part, part[graph.source_node[graph.source_node >= 0]])
    at = graph.site_node
    alone = (at >= 0) & ~np.append(fed, True)[at]
    lost = alone & ~_by_microwave(inputs)
    if not lost.any():
        return graph
    refusal = graph.site_refusal.copy()
    refusal[lost] = REFUSAL
    ids = tuple(inputs.sites["id"][lost])
    note = Note("routing", f"{len(ids)} sites that microwave may not serve are reached by hops only.", len(ids), ids)
    return replace(
        graph,
        site_node=np.where(lost, -1, at).astype(np.int32),
        site_refusal=refusal,
        notes=(*graph.notes, note),
    )


def _by_microwave(inputs: Inputs) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    """Whether microwave may serve each site."""
    programme, sites = inputs.programme, inputs.sites
    may = np.zeros(len(sites), np.bool_)
    for (project_id, category), rows in sites.groupby(["project", "category"], sort=True).indices.items():
        project = programme.project(str(project_id))
        may[rows] = (
            "microwave" in project.technologies
            and category not in project.fibre_mandatory
            and "microwave" in programme.categories[str(category)].costs
        )
    return may

"""A backbone that the plan builds: all of its elements, by its year."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from karez.errors import Infeasible
from karez.model.design import Design
from karez.model.inputs import Inputs
from karez.model.route_graph import RouteGraph
from karez.solving.schedule import Problem


def ring(problem: Problem, inputs: Inputs, graph: RouteGraph, design: Design) -> Problem:
    """Demand the elements of the design's backbone, and what they hang on, by the year its rings have to be closed.

    Raises
    ------
    Infeasible
        If spans of the backbone cannot be there by then.
    """
    if design.rings is None:
        return problem
    span, spans = design.tree.span, len(graph.spans)
    wanted = np.isin(np.where(span >= 0, span, spans - 1 - span), design.rings.edges)
    year = design.rings.closed_by - inputs.programme.agreement.first_year
    last, must = problem.last.copy(), problem.must.copy()
    must[: len(span)] |= wanted
    last[: len(span)][wanted] = np.minimum(last[: len(span)][wanted], year)
    ringed = replace(problem, last=last, must=must).tightened()
    late = np.flatnonzero((ringed.must & (ringed.first > ringed.last))[: len(span)] & (span >= 0))
    if len(late):
        names = ", ".join(graph.spans["id"].to_numpy()[span[late[:5]]].astype(str))
        raise Infeasible(
            f"The backbone cannot be closed by {design.rings.closed_by}: {len(late):,} of its spans take longer, or "
            f"their source comes later, among them {names}. Set backbone.closed_by to a later year, or none."
        )
    return ringed

"""What the planner fixes: sites and spans that get one year, or none."""

from __future__ import annotations

from dataclasses import replace
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from karez.errors import DataFault, Fault, Infeasible
from karez.model.design import Design
from karez.model.inputs import Inputs
from karez.model.route_graph import RouteGraph
from karez.solving.schedule import Problem

Ints = npt.NDArray[np.int32]


class Span(IntEnum):
    """What a year can be besides a number 0 … T − 1."""

    OPEN = -1
    NEVER = -2


def fixed_years(inputs: Inputs, graph: RouteGraph, design: Design) -> tuple[Ints, Ints]:
    """Year 0 … T − 1 of what is fixed, by site and by element; ``Span.NEVER`` and ``Span.OPEN`` for the rest.

    Raises
    ------
    DataFault
        If a span is fixed that is not of the graph, or one to a year that is not of the design.
    """
    sites = np.full(len(inputs.sites), Span.OPEN, np.int32)
    spans = np.full(len(design.tree.span), Span.OPEN, np.int32)
    entries = inputs.programme.fixed
    if not entries:
        return sites, spans
    row_of_site = {str(name): row for row, name in enumerate(inputs.sites["id"])}
    row_of_span = {str(name): row for row, name in enumerate(graph.spans["id"])}
    element_of = {int(span): element for element, span in enumerate(design.tree.span) if span >= 0}
    faults = []
    for number, entry in enumerate(entries):
        year = Span.NEVER if entry.year is None else entry.year - inputs.programme.agreement.first_year
        sites[[row_of_site[name] for name in entry.sites]] = year
        for place, name in enumerate(entry.spans):
            element = element_of.get(row_of_span.get(name, -1))
            if element is not None:
                spans[element] = year
            elif name not in row_of_span or entry.year is not None:
                what = "a span of the designed network" if name in row_of_span else "a span that could be built"
                remedy = "Take ids from the layer `spans` of a run with these inputs"
                where = f"fixed[{number + 1}].spans", str(place + 1)
                faults.append(Fault("programme.toml", *where, "", f"`{name}` is not {what}", remedy))
    if faults:
        raise DataFault(faults)
    return sites, spans


def fix(
    problem: Problem, inputs: Inputs, graph: RouteGraph, design: Design, site_year: Ints, span_year: Ints
) -> Problem:
    """Narrow first and last years to what is fixed, and demand what must be.

    Raises
    ------
    Infeasible
        If what is fixed cannot be had in its year.
    """
    if (site_year == Span.OPEN).all() and (span_year == Span.OPEN).all():
        return problem
    elements, years = problem.elements, problem.years
    first, last, must = problem.first.copy(), problem.last.copy(), problem.must.copy()
    year = np.concatenate([span_year, site_year[problem.option_site]])
    set_year = year >= 0
    first[year == Span.NEVER] = years
    first[set_year] = np.maximum(first[set_year], year[set_year])
    last[set_year] = year[set_year]
    closed = first > last
    option_closed = closed[elements:]
    first[elements:][option_closed], last[elements:][option_closed] = years, years - 1
    named = np.zeros(len(problem.owner), np.bool_)
    named[problem.rival[problem.rival >= 0]] = True
    must[set_year] = True
    must[elements:][named] = False
    fixed = replace(problem, first=first, last=last, must=must).tightened()
    impossible = [f"span {graph.spans['id'].iloc[design.tree.span[e]]}" for e in _late(fixed, set_year, elements)]
    usable = np.zeros(len(site_year), np.bool_)
    usable[problem.option_site[first[elements:] < years]] = True
    site_ids = inputs.sites["id"].astype(str).to_numpy()
    impossible += [f"site {site_ids[row]}" for row in np.flatnonzero((site_year >= 0) & ~usable)]
    if impossible or (fixed.must & (fixed.first > fixed.last))[:elements].any():
        what = ", ".join(impossible) or "sites and spans behind one that is fixed later or to never"
        raise Infeasible(
            f"What is fixed cannot be had in its year: {what}. The way there takes longer to build, its source comes "
            "later, or something before it is fixed otherwise. Fix it later, or not at all."
        )
    return fixed


def _late(problem: Problem, set_year: npt.NDArray[np.bool_], elements: int) -> list[int]:
    """Elements fixed to a year before their first."""
    late = set_year[:elements] & (problem.first > problem.last)[:elements]
    return [int(element) for element in np.flatnonzero(late)]

"""The network of a plan: access alone, or upon a survivable backbone where the plan builds one."""

from __future__ import annotations

from collections.abc import Callable

from karez.designing import access
from karez.designing.ringed import design_ringed
from karez.model.design import Design
from karez.model.inputs import Inputs
from karez.model.prices import Prices
from karez.model.route_graph import RouteGraph


def design(
    inputs: Inputs, graph: RouteGraph, prices: Prices, *, seed: int = 0, progress: Callable[[float], None] | None = None
) -> Design:
    """Design at least present cost, as if all were built in year 1; see :func:`karez.designing.access.design`."""
    how = design_ringed if inputs.programme.backbone.in_plan else access.design
    return how(inputs, graph, prices, seed=seed, progress=progress)

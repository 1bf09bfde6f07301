"""A planned network as arrays: what is built, what feeds it, who hangs on it. Trees as well as rings."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float64]
Words = npt.NDArray[np.object_]

WEIGHT, HOUSEHOLDS, SITES, VITAL = range(4)
"""Columns of ``Network.weight``."""


@dataclass(frozen=True)
class Network:
    """What stands at the end of the programme. Numbers of nodes, spans and sites are rows of their tables' built part.

    Parameters
    ----------
    node_id, node_kind : object[n]
        Nodes in use.
    span_id, method : object[m]
        Spans that are built.
    start, end : int32[m]
        Their nodes.
    length_m, capex_real : float64[m]
        Their length and cost.
    sources : int32[s]
        Nodes that feed.
    site_node : int32[sites]
        Node of every site of the plan; −1 where it does not hang on the network.
    weight : float64[n, 4]
        What stands at each node: weight in coverage, households, sites, vital sites.
    """

    node_id: Words
    node_kind: Words
    span_id: Words
    method: Words
    start: Ints
    end: Ints
    length_m: Floats
    capex_real: Floats
    sources: Ints
    site_node: Ints
    weight: Floats

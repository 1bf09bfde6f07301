"""Edges of one kind are strung together between junctions."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from karez.kernels.chains import walk_chains
from karez.routing.lines import Indices, Lines
from karez.routing.noding import Edges


def merge_chains(edges: Edges) -> Edges:
    """Merge edges at nodes where just two of one ground, method and layer meet.

    Parameters
    ----------
    edges : Edges
        Edges whose table has ``ground``, ``method``, ``layer``, ``length_m``.
    """
    if not len(edges.lines):
        return edges
    first, incident = _edges_at_nodes(edges)
    through = _through(edges, first, incident)
    order, backward, chain_first = walk_chains(
        edges.start.astype(np.int32),
        edges.end.astype(np.int32),
        first.astype(np.int32),
        incident.astype(np.int32),
        through,
    )
    lines = _strung(edges.lines, order.astype(np.int64), backward, chain_first.astype(np.int64))
    opening, closing = chain_first[:-1], chain_first[1:] - 1
    start = np.where(backward[opening], edges.end[order[opening]], edges.start[order[opening]])
    end = np.where(backward[closing], edges.start[order[closing]], edges.end[order[closing]])
    return Edges(lines, start, end, edges.nodes)


def _edges_at_nodes(edges: Edges) -> tuple[Indices, Indices]:
    """CSR lists of the edges at each node."""
    ends = np.concatenate([edges.start, edges.end])
    incident = np.argsort(ends, kind="stable") % len(edges.lines)
    first = np.concatenate([[0], np.cumsum(np.bincount(ends, minlength=edges.nodes))])
    return first, incident


def _through(edges: Edges, first: Indices, incident: Indices) -> npt.NDArray[np.bool_]:
    """Nodes at which exactly two different edges of one kind meet."""
    table = edges.lines.table
    kind = table.groupby(["method", "ground", "layer"], sort=False).ngroup().to_numpy()
    through = np.diff(first) == 2
    one, two = incident[first[:-1][through]], incident[first[:-1][through] + 1]
    through[through] = (kind[one] == kind[two]) & (one != two)
    return np.asarray(through)


def _strung(lines: Lines, order: Indices, backward: npt.NDArray[np.bool_], chain_first: Indices) -> Lines:
    """Concatenate lines chain by chain, each in its direction, leaving out the doubled vertex at each joint."""
    size = np.diff(lines.first)[order]
    begin = lines.first[:-1][order]
    offset = np.arange(size.sum()) - np.repeat(np.cumsum(size) - size, size)
    turned = np.repeat(backward, size)
    take = np.repeat(begin, size) + np.where(turned, np.repeat(size, size) - 1 - offset, offset)
    opens_chain = np.zeros(len(order), bool)
    opens_chain[chain_first[:-1]] = True
    kept = (offset > 0) | np.repeat(opens_chain, size)
    chain = np.repeat(np.repeat(np.arange(len(chain_first) - 1), np.diff(chain_first)), size)[kept]
    first = np.concatenate([[0], np.cumsum(np.bincount(chain, minlength=len(chain_first) - 1))])
    table = lines.table.iloc[order[chain_first[:-1]]].reset_index(drop=True)
    table["length_m"] = np.add.reduceat(lines.table["length_m"].to_numpy()[order], chain_first[:-1])
    return Lines(lines.lonlat[take[kept]], lines.plane[take[kept]], first, table)

"""Why a site gets what it gets and not the next best: speed, latency and present cost of both (rules 5 and 6)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from karez.appraising.tables import Decided
from karez.kernels.trees import sum_below
from karez.solving import Graph, cost_to_join
from karez.units import MINOR_PER_UNIT, round_money, to_minor

Floats = npt.NDArray[np.float64]


def next_best(decided: Decided) -> pd.DataFrame:
    """What every site gets against its project's standard, and what its choice and the next best cost.

    Costs are present costs as if built in year 1, so that both compare, and those of this site alone, all else staying
    as planned: its local cost and, with fibre, the spans that nobody else needs; or, where fibre does not serve it yet,
    the cheapest spans that would join it to what is built. Spans that others need too are in neither.

    Returns
    -------
    DataFrame
        One row per site: ``mbps``, ``latency_ms`` (NaN where unserved), ``standard_mbps``, ``standard_latency_ms``,
        ``chosen_present_real`` (NaN where unserved), ``next_best`` (the cheapest other way, of satellites
        with ``:`` and the service; of a site that is unserved, the cheapest of all; empty if there is none) and
        ``next_best_present_real``.
    """
    programme, option = decided.inputs.programme, decided.schedule.site_option
    gives = [programme.gives(*way) for way in zip(decided.technology, decided.service, strict=True)]
    standards = {project.id: project.standard for project in programme.projects}
    asked = [standards[project] for project in decided.inputs.sites["project"]]
    cost = _cost_of_options(decided)
    other = _cheapest_other(decided, cost)
    options = decided.prices.options
    names = np.append(options["technology"] + np.where(options["service"] == "", "", ":") + options["service"], "")
    priced = np.append(np.where(np.isfinite(cost), cost, 0.0), np.nan)
    priced[:-1] = round_money(priced[:-1])
    return pd.DataFrame(
        {
            "mbps": [np.nan if rules is None else rules.mbps for rules in gives],
            "latency_ms": [np.nan if rules is None else rules.latency_ms for rules in gives],
            "standard_mbps": [standard.mbps for standard in asked],
            "standard_latency_ms": [standard.latency_ms for standard in asked],
            "chosen_present_real": priced[option],
            "next_best": names[other],
            "next_best_present_real": priced[other],
        },
        index=decided.inputs.sites.index,
    )


def _cost_of_options(decided: Decided) -> Floats:
    """Present cost of every way to serve a site, for that site alone; inf where no route leads to it."""
    graph, options = decided.graph, decided.prices.options
    site = options["site"].to_numpy(np.int64)
    fibre = options["technology"].isin(decided.inputs.programme.networked).to_numpy()
    chosen = decided.schedule.site_option[site] == np.arange(len(options))
    joined = np.append(_to_join(decided), np.inf)[graph.site_node]
    spans = np.where(chosen, _own_spans(decided)[site], joined[site])
    return np.asarray(decided.prices.option_present_by_year[:, 0] + np.where(fibre, spans, 0.0))


def _own_spans(decided: Decided) -> Floats:
    """Present cost of the elements that each fibre site alone needs: float64[sites]."""
    element, tree = decided.design.site_element, decided.design.tree
    served = np.flatnonzero(np.isin(decided.technology, decided.inputs.programme.networked) & (element >= 0))
    behind = np.zeros((len(tree.span), 2))
    np.add.at(behind, element[served], np.column_stack([np.ones(len(served)), served]))
    behind = sum_below(tree.parent, behind)
    alone = behind[:, 0] == 1
    cost = np.concatenate([decided.prices.span_present_by_year[:, 0], decided.prices.source_present_by_year[::-1, 0]])[
        tree.span
    ]
    whose = behind[alone, 1].astype(np.int64)
    return np.asarray(np.bincount(whose, weights=cost[alone], minlength=len(element)), np.float64)


def _to_join(decided: Decided) -> Floats:
    """Least present cost of spans, and of a source's connection, that would join each node to what is built."""
    graph, prices, tree = decided.graph, decided.prices, decided.design.tree
    root, sources = len(graph.nodes), np.flatnonzero(graph.source_node >= 0)
    tail = np.append(graph.spans["start"].to_numpy(), np.full(len(sources), root)).astype(np.int32)
    head = np.append(graph.spans["end"].to_numpy(), graph.source_node[sources]).astype(np.int32)
    cost = to_minor(np.append(prices.span_present_by_year[:, 0], prices.source_present_by_year[sources, 0]))
    tail, head = np.delete(tail, graph.unbound), np.delete(head, graph.unbound)
    cost = np.delete(cost, graph.unbound)
    reached = np.zeros(root + 1, np.bool_)
    reached[tree.node[decided.schedule.element_year > 0]] = True
    reached[root] = True
    minor = cost_to_join(Graph.from_edges(root + 1, tail, head, cost), reached)
    return np.asarray(np.rint(minor) / MINOR_PER_UNIT)


def _cheapest_other(decided: Decided, cost: Floats) -> npt.NDArray[np.int64]:
    """Row of the cheapest option of each site but the one it has, of equal ones the first; −1 if there is none."""
    site = decided.prices.options["site"].to_numpy(np.int64)
    # What hangs on the network hangs on it one way: of fibre and hops the route decides.
    tied = np.append(decided.prices.options["technology"].isin(decided.inputs.programme.networked).to_numpy(), False)
    same = tied[:-1] & tied[decided.schedule.site_option[site]]
    chosen = decided.schedule.site_option[site] == np.arange(len(site))
    rows = np.flatnonzero(~chosen & ~same & np.isfinite(cost))
    rows = rows[np.lexsort((rows, to_minor(cost[rows]), site[rows]))]
    sites, first = np.unique(site[rows], return_index=True)
    other = np.full(len(decided.inputs.sites), -1, np.int64)
    other[sites] = rows[first]
    return other

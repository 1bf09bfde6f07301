"""The built network as arrays, from the layers of a plan."""

from __future__ import annotations

import numpy as np
import pandas as pd

from karez.model.network import HOUSEHOLDS, SITES, VITAL, WEIGHT, Network
from karez.model.programme import Programme


def built_network(programme: Programme, sites: pd.DataFrame, spans: pd.DataFrame, nodes: pd.DataFrame) -> Network:
    """What stands at the end of the programme: spans, nodes and sites with a year.

    Parameters
    ----------
    programme : Programme
        Says which technologies hang on the network, and which categories are vital.
    sites, spans, nodes : DataFrame
        Layers of a plan, columns as in ``attributes.PLAN_TABLES``.
    """
    used = nodes[nodes["year"].notna()]
    place = pd.Index(used["id"].astype(str))
    ends = spans["start_node"].isin(place) & spans["end_node"].isin(place)
    built = spans[spans["year"].notna() & ends]
    at = sites["node_id"].where(sites["year"].notna() & (sites["technology"].isin(programme.networked)), "").astype(str)
    site_node = place.get_indexer(pd.Index(at)).astype(np.int32)
    there = site_node >= 0
    weight = np.zeros((len(used), 4))
    columns = {
        WEIGHT: sites["weight"],
        HOUSEHOLDS: sites["households"].fillna(0.0),
        SITES: pd.Series(1.0, index=sites.index),
        VITAL: sites["category"].isin(programme.resilience.vital),
    }
    for column, values in columns.items():
        np.add.at(weight[:, column], site_node[there], values.to_numpy(np.float64)[there])
    return Network(
        node_id=used["id"].to_numpy(dtype=object),
        node_kind=used["kind"].to_numpy(dtype=object),
        span_id=built["id"].to_numpy(dtype=object),
        method=built["method"].to_numpy(dtype=object),
        start=place.get_indexer(pd.Index(built["start_node"].astype(str))).astype(np.int32),
        end=place.get_indexer(pd.Index(built["end_node"].astype(str))).astype(np.int32),
        length_m=built["length_m"].to_numpy(np.float64),
        capex_real=built["designed_capex_real"].to_numpy(np.float64),
        sources=np.flatnonzero(used["feeds"].to_numpy(bool)).astype(np.int32),
        site_node=site_node,
        weight=weight,
    )

"""What stands, for planning the rest: elements that are built, whole or in part, and the sites already in service."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from karez.model.baseline import Baseline
from karez.model.delivery import Delivery
from karez.model.inputs import Inputs
from karez.model.programme import Programme

SOURCE = "source:"


@dataclass(frozen=True)
class Stands:
    """What stands.

    Parameters
    ----------
    kept : Baseline
        Elements of which something stands, of the last baseline and of earlier ones, with ``built_share``.
    spans : dict[str, float]
        Share that stands, by id of the span.
    sites : frozenset of str
        Ids of sites in service.
    by_hop : frozenset of str
        Those of them that are served over hops.
    """

    kept: Baseline
    spans: dict[str, float]
    sites: frozenset[str]
    by_hop: frozenset[str]


def standing_elements(delivery: Delivery) -> Stands:
    """Gather what stands. A site, a hop and a mast count once they are whole; of other spans every metre counts."""
    elements = pd.concat([delivery.elements, delivery.beyond.elements], ignore_index=True)
    moved = delivery.beyond.parts.assign(element=delivery.beyond.parts["element"] + len(delivery.elements))
    parts = pd.concat([delivery.baseline.parts, moved], ignore_index=True)
    stands = (elements["built_share"] > 0) & ((elements["unit"] == "m") | (elements["built_share"] >= 1.0))
    order = np.flatnonzero(stands)[np.argsort(elements["id"][stands].to_numpy(dtype=str), kind="stable")]
    row = np.full(len(elements), -1, dtype=np.int64)
    row[order] = np.arange(len(order))
    parts = parts.assign(element=row[parts["element"].to_numpy(dtype=np.int64)])
    parts = parts[parts["element"] >= 0].sort_values(["element", "project"], ignore_index=True)
    kept = elements.iloc[order].reset_index(drop=True)
    spans = kept[kept["kind"] == "span"]
    return Stands(
        Baseline(kept, parts, delivery.baseline.about),
        dict(zip(spans["id"], spans["built_share"], strict=True)),
        frozenset(kept.loc[kept["kind"] == "site", "id"]),
        frozenset(kept.loc[(kept["kind"] == "site") & (kept["technology"] == "microwave"), "id"]),
    )


def rest_of(inputs: Inputs, programme: Programme, stands: Stands, hashes: dict[str, str]) -> Inputs:
    """The inputs of the rest: sites in service count as served, connected sources cost nothing more."""
    sites, sources = inputs.sites, inputs.sources
    served = sites["id"].isin(stands.sites)
    connected = (SOURCE + sources["id"].astype(str)).isin(set(stands.kept.elements["id"]))
    return replace(
        inputs,
        programme=programme,
        sites=sites.assign(already_served=sites["already_served"].where(~served, 1.0)),
        sources=sources.assign(connection_cost=sources["connection_cost"].where(~connected, 0.0)),
        hashes={**inputs.hashes, **hashes},
    )

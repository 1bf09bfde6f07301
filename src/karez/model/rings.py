"""The survivable backbone that a plan builds: its edges, what its hubs have, and what proves it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd


@dataclass(frozen=True)
class Rings:
    """The backbone within a design.

    Parameters
    ----------
    edges : int32[…]
        Numbers of spans, ascending; the number of all spans + k stands for the connection of source k.
    span_role : DataFrame
        Columns ``id``, ``role`` and ``stretch`` of its spans, as in :class:`karez.model.backbone.Backbone`.
    hubs : GeoDataFrame
        ``HUB_COLUMNS`` of :mod:`karez.model.backbone`, when all of it is built.
    stretches : DataFrame
        ``STRETCH_COLUMNS`` of :mod:`karez.model.backbone`.
    closed_by : int
        Calendar year by which all of it is built.
    present_real : float
        Present cost of its spans, all built in the first year.
    proof : dict[str, DataFrame]
        ``backbone_graph``, ``backbone_nodes``, ``backbone_cases``, ``backbone_cuts``: weights of cuts that bound it
        within a share of the spans' costs, see :func:`karez.designing.backbone.cut_tables`.
    """

    edges: npt.NDArray[np.int32]
    span_role: pd.DataFrame
    hubs: gpd.GeoDataFrame
    stretches: pd.DataFrame
    closed_by: int
    present_real: float
    proof: dict[str, pd.DataFrame] = field(default_factory=dict)

    def summary(self) -> dict[str, Any]:
        """For ``summary.json``."""
        roles = self.span_role["role"].value_counts().sort_index()
        return {
            "closed_by": self.closed_by,
            "present_real": self.present_real,
            "spans": {str(role): int(count) for role, count in roles.items()},
            "hubs": {str(has): int(count) for has, count in self.hubs["has"].value_counts().sort_index().items()},
            "hubs_behind_an_only_road": int((self.hubs["stretches"] != "").sum()),
            "only_roads": len(self.stretches),
        }
